//! `POST [base]`: batch and transaction, once if the client says which import it belongs to; and a document, which is kept.

use super::{Ask, bundle, metadata, written};
use crate::answer::Answer;
use crate::negotiate::{self, FHIR_JSON};
use crate::options::hex_32;
use crate::outcome::Refused;
use crate::prefer::{Return, preferred};
use crate::read_body::Brought;
use crate::text;
use http::header::HeaderName;
use http::{HeaderValue, StatusCode};
use salus_records::{Delivery, Done, EntryOutcome};

/// Names the import to which a Bundle belongs: 64 hexadecimal digits, the same for the same Bundle.
const IMPORT: &str = "salus-import";
/// Says that an earlier run of the import did all of it.
const IMPORT_KNOWN: HeaderName = HeaderName::from_static("salus-import-known");

pub(super) async fn answer(ask: &Ask<'_>, body: Brought) -> Result<Answer, Refused> {
    let sent = negotiate::sent(&ask.parts.headers)?;
    let import = match ask.parts.headers.get(IMPORT) {
        None => None,
        Some(value) => {
            let hash = value.to_str().ok().and_then(hex_32);
            Some(hash.ok_or_else(|| Refused::new(StatusCode::BAD_REQUEST, text::unknown_import()))?)
        }
    };
    let mut body = ask.web.bodies.read(ask.parts, body).await?;
    let bytes = sent(std::mem::take(&mut body.bytes));
    let mut done = salus_records::carry_out(ask.cell, &ask.asker, bytes, import, ask.web.batch_ms).await?;
    if let Some(document) = done.document.take() {
        return Ok(written::of(ask, *document));
    }
    let preferred = preferred(&ask.parts.headers, Return::Minimal);
    let asks_for_them = |outcome: &EntryOutcome| matches!(outcome, Ok(Done::Capabilities));
    let capabilities = match done.outcomes.iter().any(asks_for_them) {
        true => metadata::statement(ask.web, ask.cell),
        false => String::new(),
    };
    let base = ask.cell.base_url();
    let rendered = bundle::response(base, &mut done, preferred, ask.language, &capabilities);
    let mut answer = Answer::new(StatusCode::OK).body(FHIR_JSON, rendered);
    if done.known {
        answer = answer.header(IMPORT_KNOWN, HeaderValue::from_static("true"));
    }
    if let Some(entry) = done.outcomes.iter().filter_map(entry_of).min() {
        answer = answer.admitted(entry);
    }
    answer.delivery = done.outcomes.into_iter().filter_map(delivery_of).reduce(Delivery::with);
    Ok(answer)
}

/// The log entry that admitted an entry of the Bundle.
fn entry_of(outcome: &EntryOutcome) -> Option<u64> {
    match outcome.as_ref().ok()? {
        Done::Written(written) => Some(written.entry),
        Done::ReadBack(written) => Some(written.entry),
        Done::Deleted(deleted) => deleted.map(|deleted| deleted.entry),
        Done::Read(opened) => Some(opened.delivery.entry()),
        Done::History(page) => Some(page.delivery.entry()),
        Done::Found(page) => Some(page.delivery.entry()),
        Done::There(one) => Some(one.delivery.entry()),
        Done::Capabilities | Done::DoneBefore => None,
    }
}

fn delivery_of(outcome: EntryOutcome) -> Option<Delivery> {
    match outcome.ok()? {
        Done::Read(opened) => Some(opened.delivery),
        Done::History(page) => Some(page.delivery),
        Done::Found(page) => Some(page.delivery),
        Done::There(one) => Some(one.delivery),
        Done::Written(_) | Done::ReadBack(_) | Done::Deleted(_) | Done::Capabilities | Done::DoneBefore => {
            None
        }
    }
}
