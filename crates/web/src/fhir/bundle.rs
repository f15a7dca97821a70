//! Bundles as answers: history, searchset, batch-response and transaction-response. The resources in them are the stored
//! texts, byte for byte.
//!
//! State: none.

use crate::outcome::Refused;
use crate::prefer::Return;
use crate::text;
use http::StatusCode;
use salus_records::fhir::json::quote;
use salus_records::fhir::outcome::operation_outcome;
use salus_records::fhir::{Issue, Language, instant};
use salus_records::{BundleAnswer, Done, EntryOutcome, Found, HistoryEntry, HistoryPage, Written};
use std::fmt::Write as _;

/// Writing to a String does not fail.
macro_rules! put {
    ($out:expr, $($format:tt)*) => { let _ = write!($out, $($format)*); };
}

/// A page of a record's history.
pub(super) fn history(out: &mut String, base: &str, page: &HistoryPage, before: Option<u32>, count: usize) {
    let HistoryPage { kind, id, total, .. } = page;
    put!(out, r#"{{"resourceType":"Bundle","type":"history","total":{total},"link":["#);
    let link = |before: Option<u32>| {
        let before = before.map_or(String::new(), |before| format!("&_before={before}"));
        quote(&format!("{base}/{kind}/{id}/_history?_count={count}{before}"))
    };
    put!(out, r#"{{"relation":"self","url":{}}}"#, link(before));
    if page.next_before.is_some() {
        put!(out, r#",{{"relation":"next","url":{}}}"#, link(page.next_before));
    }
    out.push_str(r#"],"entry":["#);
    for (at, entry) in page.entries.iter().enumerate() {
        separate(out, at);
        put!(out, r#"{{"fullUrl":{}"#, quote(&format!("{base}/{kind}/{id}")));
        resource(out, entry.text.as_deref());
        let (method, url) = request_of(entry, page);
        put!(out, r#","request":{{"method":"{method}","url":{}}}"#, quote(&url));
        let status = match (&entry.text, entry.created) {
            (None, _) => StatusCode::NO_CONTENT,
            (Some(_), true) => StatusCode::CREATED,
            (Some(_), false) => StatusCode::OK,
        };
        put!(out, r#","response":{{"status":"{status}""#);
        put!(out, r#","etag":"W/\"{}\"","lastModified":"{}"}}}}"#, entry.version, instant(entry.time_ms));
    }
    out.push_str("]}");
}

/// What must have been asked for to bring the version about.
fn request_of(entry: &HistoryEntry, page: &HistoryPage) -> (&'static str, String) {
    let instance = format!("{}/{}", page.kind, page.id);
    match &entry.text {
        None => ("DELETE", instance),
        Some(_) if entry.version == 1 && entry.server_id => ("POST", page.kind.to_string()),
        Some(_) => ("PUT", instance),
    }
}

/// What a search by ids found.
pub(super) fn searchset(out: &mut String, base: &str, found: &Found, ids: &str) {
    let kind = found.kind;
    let me = quote(&format!("{base}/{kind}?_id={ids}"));
    put!(out, r#"{{"resourceType":"Bundle","type":"searchset","total":{}"#, found.records.len());
    put!(out, r#","link":[{{"relation":"self","url":{me}}}]"#);
    if !found.records.is_empty() {
        out.push_str(r#","entry":["#);
        for (at, (id, text)) in found.records.iter().enumerate() {
            separate(out, at);
            put!(out, r#"{{"fullUrl":{}"#, quote(&format!("{base}/{kind}/{id}")));
            resource(out, Some(text));
            out.push_str(r#","search":{"mode":"match"}}"#);
        }
        out.push(']');
    }
    out.push('}');
}

/// What came of a batch or transaction.
pub(super) fn response(
    base: &str,
    answer: &mut BundleAnswer,
    preferred: Return,
    language: Language,
) -> String {
    let kind = if answer.is_transaction { "transaction-response" } else { "batch-response" };
    let mut out = String::with_capacity(64 + 224 * answer.outcomes.len());
    put!(out, r#"{{"resourceType":"Bundle","type":"{kind}""#);
    if !answer.outcomes.is_empty() {
        out.push_str(r#","entry":["#);
        for (at, outcome) in answer.outcomes.iter_mut().enumerate() {
            separate(&mut out, at);
            entry(&mut out, base, outcome, preferred, language);
        }
        out.push(']');
    }
    out.push('}');
    out
}

fn entry(out: &mut String, base: &str, outcome: &mut EntryOutcome, preferred: Return, language: Language) {
    match outcome {
        Ok(Done::Written(written)) => written_entry(out, base, written, preferred, language),
        Ok(Done::Deleted(deleted)) => {
            put!(out, r#"{{"response":{{"status":"{}""#, StatusCode::NO_CONTENT);
            if let Some(deleted) = deleted {
                put!(out, r#","etag":"W/\"{}\"""#, deleted.version);
            }
            out.push_str("}}");
        }
        Ok(Done::Read(opened)) => read_entry(out, &opened.text, opened.version, opened.time_ms),
        Ok(Done::ReadBack(written)) => {
            read_entry(out, written.text.as_bytes(), written.version, written.time_ms);
        }
        Ok(Done::History(page)) => {
            out.push_str(r#"{"resource":"#);
            history(out, base, page, None, page.entries.len());
            plain_status(out, StatusCode::OK);
        }
        Ok(Done::Found(found)) => {
            let ids: Vec<&str> = found.records.iter().map(|(id, _)| id.as_str()).collect();
            out.push_str(r#"{"resource":"#);
            searchset(out, base, found, &ids.join(","));
            plain_status(out, StatusCode::OK);
        }
        Ok(Done::DoneBefore) => {
            put!(out, r#"{{"response":{{"status":"{}""#, StatusCode::OK);
            put_outcome(out, &[text::done_before()], language);
            out.push_str("}}");
        }
        Err(error) => {
            let refused = Refused::from(error.clone());
            put!(out, r#"{{"response":{{"status":"{}""#, refused.status);
            put_outcome(out, &refused.issues, language);
            out.push_str("}}");
        }
    }
}

fn written_entry(out: &mut String, base: &str, written: &Written, preferred: Return, language: Language) {
    let Written { kind, id, version, .. } = written;
    put!(out, r#"{{"fullUrl":{}"#, quote(&format!("{base}/{kind}/{id}")));
    if preferred == Return::Representation {
        resource(out, Some(written.text.as_bytes()));
    }
    let status = if written.created { StatusCode::CREATED } else { StatusCode::OK };
    put!(out, r#","response":{{"status":"{status}","location":"{kind}/{id}/_history/{version}""#);
    put!(out, r#","etag":"W/\"{version}\"","lastModified":"{}""#, instant(written.time_ms));
    if preferred == Return::OperationOutcome {
        put_outcome(out, &[text::stored()], language);
    }
    out.push_str("}}");
}

fn read_entry(out: &mut String, text: &[u8], version: u32, time_ms: u64) {
    out.push('{');
    // The comma that comes before a resource elsewhere.
    let start = out.len();
    resource(out, Some(text));
    out.remove(start);
    put!(out, r#","response":{{"status":"{}""#, StatusCode::OK);
    put!(out, r#","etag":"W/\"{version}\"","lastModified":"{}"}}}}"#, instant(time_ms));
}

fn plain_status(out: &mut String, status: StatusCode) {
    put!(out, r#","response":{{"status":"{status}"}}}}"#);
}

fn put_outcome(out: &mut String, issues: &[Issue], language: Language) {
    put!(out, r#","outcome":{}"#, operation_outcome(issues, language));
}

fn resource(out: &mut String, text: Option<&[u8]>) {
    // What was stored was checked to be UTF-8.
    if let Some(text) = text.and_then(|text| std::str::from_utf8(text).ok()) {
        out.push_str(r#","resource":"#);
        out.push_str(text);
    }
}

fn separate(out: &mut String, at: usize) {
    if at > 0 {
        out.push(',');
    }
}
