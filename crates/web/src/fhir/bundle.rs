//! Bundles as answers: history, searchset, batch-response and transaction-response. The resources in them are the stored
//! texts, byte for byte.
//!
//! State: none.

use super::search::PAGE;
use crate::outcome::Refused;
use crate::prefer::Return;
use crate::query::encode_query;
use crate::text;
use http::StatusCode;
use salus_records::checks::is_of_profiles;
use salus_records::fhir::json::quote;
use salus_records::fhir::outcome::operation_outcome;
use salus_records::fhir::{Issue, Language, ResourceType, instant};
use salus_records::{
    AllHistoryPage, BundleAnswer, Done, EntryOutcome, HistoryEntry, HistoryPage, Mode, One, Page, Written,
};
use std::fmt::Write as _;

/// Writing to a String does not fail.
macro_rules! put {
    ($out:expr, $($format:tt)*) => { let _ = write!($out, $($format)*); };
}

/// A page of a record's history.
pub(super) fn history(
    out: &mut String,
    base: &str,
    page: &HistoryPage,
    (before, count): (Option<u32>, usize),
    understood: &[(String, String)],
) {
    let HistoryPage { kind, id, total, .. } = page;
    out.push_str(r#"{"resourceType":"Bundle","type":"history","#);
    if let Some(total) = total {
        put!(out, r#""total":{total},"#);
    }
    out.push_str(r#""link":["#);
    let link = |before: Option<u32>| {
        let before = before.map(|before| ("_before".to_owned(), before.to_string()));
        let count = ("_count".to_owned(), count.to_string());
        let parameters: Vec<_> =
            std::iter::once(count).chain(understood.iter().cloned()).chain(before).collect();
        quote(&encode_query(&format!("{base}/{kind}/{id}/_history"), &parameters))
    };
    put!(out, r#"{{"relation":"self","url":{}}}"#, link(before));
    if page.next_before.is_some() {
        put!(out, r#",{{"relation":"next","url":{}}}"#, link(page.next_before));
    }
    out.push(']');
    if !page.entries.is_empty() {
        out.push_str(r#","entry":["#);
        for (at, entry) in page.entries.iter().enumerate() {
            separate(out, at);
            past_entry(out, base, (*kind, id), entry);
        }
        out.push(']');
    }
    out.push('}');
}

/// A page of the history of many records.
pub(super) fn history_all(out: &mut String, base: &str, page: &AllHistoryPage, me: &str, next: Option<&str>) {
    out.push_str(r#"{"resourceType":"Bundle","type":"history","link":["#);
    links(out, me, None, next);
    out.push(']');
    if !page.entries.is_empty() {
        out.push_str(r#","entry":["#);
        for (at, (kind, id, entry)) in page.entries.iter().enumerate() {
            separate(out, at);
            past_entry(out, base, (*kind, id), entry);
        }
        out.push(']');
    }
    out.push('}');
}

fn past_entry(out: &mut String, base: &str, (kind, id): (ResourceType, &str), entry: &HistoryEntry) {
    put!(out, r#"{{"fullUrl":{}"#, quote(&format!("{base}/{kind}/{id}")));
    resource(out, entry.text.as_deref());
    let (method, url) = request_of(entry, kind, id);
    put!(out, r#","request":{{"method":"{method}","url":{}}}"#, quote(&url));
    let status = match (&entry.text, entry.created) {
        (None, _) => StatusCode::NO_CONTENT,
        (Some(_), true) => StatusCode::CREATED,
        (Some(_), false) => StatusCode::OK,
    };
    put!(out, r#","response":{{"status":"{status}""#);
    put!(out, r#","etag":"W/\"{}\"","lastModified":"{}"}}}}"#, entry.version, instant(entry.time_ms));
}

/// What must have been asked for to bring the version about.
fn request_of(entry: &HistoryEntry, kind: ResourceType, id: &str) -> (&'static str, String) {
    let instance = format!("{kind}/{id}");
    match &entry.text {
        None => ("DELETE", instance),
        Some(_) if entry.version == 1 && entry.server_id => ("POST", kind.to_string()),
        Some(_) => ("PUT", instance),
    }
}

fn links(out: &mut String, me: &str, first: Option<&str>, next: Option<&str>) {
    put!(out, r#"{{"relation":"self","url":{}}}"#, quote(me));
    for (relation, url) in [("first", first), ("next", next)] {
        if let Some(url) = url {
            put!(out, r#",{{"relation":"{relation}","url":{}}}"#, quote(url));
        }
    }
}

/// What a search found. `here` is the address of this page when it is a later one.
pub(super) fn searchset(out: &mut String, base: &str, page: &Page, here: Option<&str>, language: Language) {
    out.push_str(r#"{"resourceType":"Bundle","type":"searchset""#);
    if let Some(total) = page.total {
        put!(out, r#","total":{total}"#);
    }
    let path = path_of(base, page);
    let asked = encode_query(&path, &page.understood);
    let next = page.next.as_ref().map(|link| format!("{path}?{PAGE}={link}"));
    out.push_str(r#","link":["#);
    match here {
        None => links(out, &asked, None, next.as_deref()),
        Some(here) => links(out, here, Some(&asked), next.as_deref()),
    }
    out.push(']');
    let mut issues = page.left_out.clone();
    if page.rounded {
        issues.push(text::rounded());
    }
    if !page.entries.is_empty() || !issues.is_empty() {
        out.push_str(r#","entry":["#);
        for (at, entry) in page.entries.iter().enumerate() {
            separate(out, at);
            put!(out, r#"{{"fullUrl":"{base}/{}/{}""#, entry.kind, entry.id);
            resource(out, Some(&entry.text));
            out.push_str(match entry.mode {
                Mode::Match => r#","search":{"mode":"match"}}"#,
                Mode::Include => r#","search":{"mode":"include"}}"#,
            });
        }
        if !issues.is_empty() {
            separate(out, page.entries.len());
            put!(
                out,
                r#"{{"resource":{},"search":{{"mode":"outcome"}}}}"#,
                operation_outcome(&issues, language)
            );
        }
        out.push(']');
    }
    out.push('}');
}

/// About how long a searchset is, in bytes.
pub(super) fn searchset_bytes(page: &Page) -> usize {
    512 + page.entries.iter().map(|entry| entry.text.len() + 160).sum::<usize>()
}

/// The address that was searched, without a query.
pub(super) fn path_of(base: &str, page: &Page) -> String {
    let mut path = base.to_owned();
    if let Some((kind, id)) = &page.compartment {
        put!(path, "/{kind}/{id}");
    }
    match page.kind {
        Some(kind) => {
            put!(path, "/{kind}");
        }
        None if page.compartment.is_some() => path.push_str("/*"),
        None => {}
    }
    path
}

/// What came of a batch or transaction.
pub(super) fn response(
    base: &str,
    answer: &mut BundleAnswer,
    preferred: Return,
    language: Language,
    capabilities: &str,
) -> String {
    let kind = if answer.is_transaction { "transaction-response" } else { "batch-response" };
    let mut out = String::with_capacity(64 + 224 * answer.outcomes.len());
    put!(out, r#"{{"resourceType":"Bundle","type":"{kind}""#);
    if !answer.outcomes.is_empty() {
        out.push_str(r#","entry":["#);
        for (at, outcome) in answer.outcomes.iter_mut().enumerate() {
            separate(&mut out, at);
            entry(&mut out, base, outcome, (preferred, language), capabilities);
        }
        out.push(']');
    }
    out.push('}');
    out
}

fn entry(
    out: &mut String,
    base: &str,
    outcome: &mut EntryOutcome,
    (preferred, language): (Return, Language),
    capabilities: &str,
) {
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
            history(out, base, page, (None, page.entries.len()), &[]);
            plain_status(out, StatusCode::OK);
        }
        Ok(Done::Found(page)) => {
            out.push_str(r#"{"resource":"#);
            searchset(out, base, page, None, language);
            plain_status(out, StatusCode::OK);
        }
        Ok(Done::There(one)) => {
            let One { kind, id, version, .. } = &**one;
            if id.is_empty() {
                put!(out, r#"{{"response":{{"status":"{}""#, StatusCode::OK);
                put_outcome(out, &[text::there()], language);
                out.push_str("}}");
                return;
            }
            put!(out, r#"{{"fullUrl":{}"#, quote(&format!("{base}/{kind}/{id}")));
            if preferred == Return::Representation {
                resource(out, Some(&one.text));
            }
            put!(
                out,
                r#","response":{{"status":"{}","location":"{kind}/{id}/_history/{version}""#,
                StatusCode::OK
            );
            put!(out, r#","etag":"W/\"{version}\"","lastModified":"{}""#, instant(one.time_ms));
            if preferred == Return::OperationOutcome {
                put_outcome(out, &[text::there()], language);
            }
            out.push_str("}}");
        }
        Ok(Done::Capabilities) => {
            put!(out, r#"{{"resource":{capabilities}"#);
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
        put_outcome(out, &[&[text::stored()][..], &written.warnings].concat(), language);
    } else {
        // What is doubtful by R4 itself is said whatever the client prefers: that is what an entry's outcome is for.
        let doubtful = written.warnings.iter().filter(|issue| !is_of_profiles(issue));
        let doubtful: Vec<Issue> = doubtful.cloned().collect();
        if !doubtful.is_empty() {
            put_outcome(out, &doubtful, language);
        }
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
