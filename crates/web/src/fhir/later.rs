//! `Prefer: respond-async` (RFC 7240; FHIR R5, Asynchronous Interaction Request Pattern): a request is taken on, worked on while nobody waits, and
//! its answer is fetched as a Bundle with one entry.
//!
//! Never: keeps for longer what a request's proof is good for: what is asked for after that is a 401 in the Bundle (ADR 30). State: none;
//! [`crate::later`] has it.

use super::table::Verb;
use super::{Ask, PREFERENCE_APPLIED, route};
use crate::answer::{Answer, http_date};
use crate::later::{Made, NoRoom, Owner};
use crate::negotiate::{self, FHIR_JSON};
use crate::outcome::Refused;
use crate::read_body::{Brought, ReadBody};
use crate::service::{fhir_path, late};
use crate::text::issue;
use crate::web::Web;
use crate::{prefer, query, text};
use bytes::Bytes;
use http::header::{
    ACCEPT, ALLOW, CONTENT_LOCATION, CONTENT_TYPE, ETAG, EXPIRES, HeaderName, LAST_MODIFIED, LOCATION,
    RETRY_AFTER,
};
use http::request::Parts;
use http::{Method, StatusCode};
use salus_records::fhir::json::quote;
use salus_records::fhir::outcome::operation_outcome;
use salus_records::fhir::{Issue, IssueCode, Severity, instant};
use salus_records::{Asker, Cell, Keep, RecordsError};
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const X_PROGRESS: HeaderName = HeaderName::from_static("x-progress");
/// After how many seconds to ask again, of what was begun just now and of what takes longer.
const ASK_AGAIN_S: u32 = 1;
const ASK_AGAIN_SLOW_S: u32 = 5;
/// From when on it takes longer.
const SLOW: Duration = Duration::from_secs(10);
/// After how many seconds to come again where there is no room.
const NO_ROOM_S: u32 = 10;

/// Whether the answer is to come later. One to HEAD has no body to come.
pub(super) fn is_wanted(verb: Verb, parts: &Parts) -> bool {
    verb.may_come_later() && parts.method != Method::HEAD && prefer::is_async(&parts.headers)
}

/// Takes a request on.
///
/// Errors: 401; 413 for a body of more than a session may have worked on; 429 and 503 where there is no room.
pub(super) async fn begin(
    web: &Arc<Web>,
    cell: &Arc<Cell>,
    parts: &Parts,
    body: Brought,
    asker: &Asker,
    (client, followed): ([u8; 16], Option<&'static str>),
) -> Result<Answer, Refused> {
    let body = match parts.method {
        Method::GET | Method::DELETE => ReadBody::default(),
        _ => web.bodies.read(parts, body).await?,
    };
    let max_bytes = web.later.limits.session_bytes;
    if body.bytes.len() > max_bytes {
        return Err(RecordsError::TooLarge { max_bytes }.into());
    }
    let keep = Keep::begin(cell, asker).await?;
    let bytes = body.bytes.len();
    let language = super::language(&parts.headers);
    let work = Box::pin(work(Arc::clone(web), Arc::clone(cell), parts.clone(), body, client));
    let name = match web.later.begin(Owner::of(asker), keep, bytes, work)? {
        Ok(name) => name,
        Err(NoRoom::Session) => {
            let refused = Refused::new(StatusCode::TOO_MANY_REQUESTS, no_room_of_session());
            return Err(refused.with(RETRY_AFTER, NO_ROOM_S));
        }
        Err(NoRoom::Server) => {
            let refused = Refused::new(StatusCode::SERVICE_UNAVAILABLE, no_room());
            return Err(refused.with(RETRY_AFTER, NO_ROOM_S));
        }
    };
    let applied = match followed {
        None => "respond-async".to_owned(),
        Some(followed) => format!("respond-async, {followed}"),
    };
    Ok(Answer::new(StatusCode::ACCEPTED)
        .header(CONTENT_LOCATION, format!("{}/$async-status/{name}", cell.base_url()))
        .header(PREFERENCE_APPLIED, applied)
        .header(RETRY_AFTER, ASK_AGAIN_S)
        .body(FHIR_JSON, operation_outcome(&[taken_on()], language)))
}

/// Does what was asked for, as it would be done at once, and within the same time.
async fn work(web: Arc<Web>, cell: Arc<Cell>, parts: Parts, body: ReadBody, client: [u8; 16]) -> Made {
    let path = fhir_path(parts.uri.path()).map_or("", |(_, path)| path);
    let answer = super::answer_at_once(&web, &cell, &parts, body.into(), route(path), client);
    let answer = tokio::time::timeout(web.request_timeout, answer).await.unwrap_or_else(|_| Err(late()));
    let language = super::language(&parts.headers);
    let answer = answer.unwrap_or_else(|refused| refused.into_answer(language));
    let format = answer.format.or_else(|| negotiate::format(&parts.headers, parts.uri.query()).ok());
    let instead = Refused::new(StatusCode::SERVICE_UNAVAILABLE, not_kept()).into_answer(language);
    Made {
        body: wrapped(&answer).into(),
        instead: wrapped(&instead).into(),
        format,
        entry: answer.entry,
        delivery: answer.delivery,
    }
}

/// The answer as the one entry of a Bundle: its resource, and what its head said.
fn wrapped(answer: &Answer) -> String {
    let mut out = String::with_capacity(answer.body.len() + 512);
    out.push_str(r#"{"resourceType":"Bundle","type":"batch-response","entry":[{"#);
    let is_resource = answer.headers.get(CONTENT_TYPE).is_some_and(|name| name == FHIR_JSON);
    let is_refused = answer.status.is_client_error() || answer.status.is_server_error();
    let said = std::str::from_utf8(&answer.body).ok().filter(|said| is_resource && !said.is_empty());
    if let Some(said) = said.filter(|_| !is_refused) {
        let _ = write!(out, r#""resource":{said},"#);
    }
    let _ = write!(out, r#""response":{{"status":"{}""#, answer.status);
    let header = |name: HeaderName| answer.headers.get(name).and_then(|value| value.to_str().ok());
    for (name, value) in [("location", header(LOCATION)), ("etag", header(ETAG))] {
        if let Some(value) = value {
            let _ = write!(out, r#","{name}":{}"#, quote(value));
        }
    }
    let modified = header(LAST_MODIFIED).and_then(|date| httpdate::parse_http_date(date).ok());
    if let Some(since) = modified.and_then(|time| time.duration_since(UNIX_EPOCH).ok()) {
        let _ = write!(out, r#","lastModified":"{}""#, instant(since.as_millis() as u64));
    }
    if let Some(said) = said.filter(|_| is_refused) {
        let _ = write!(out, r#","outcome":{said}"#);
    }
    out.push_str("}}]}");
    out
}

/// `GET [base]/$async-status/[name]`: how it stands, or the answer, once. Whoever only wants to know about it (HEAD) would use it up.
pub(super) async fn status(ask: &Ask<'_>) -> Result<Answer, Refused> {
    if ask.parts.method == Method::HEAD {
        let refused = Refused::new(StatusCode::METHOD_NOT_ALLOWED, text::method_not_allowed());
        return Err(refused.with(ALLOW, "GET, DELETE"));
    }
    let again = salus_records::ask_again(ask.cell, &ask.asker).await?;
    let gone = || Refused::new(StatusCode::NOT_FOUND, gone());
    let job = ask.web.later.find(ask.id, &Owner::of(&ask.asker)).ok_or_else(gone)?;
    let Some(kept) = job.kept() else {
        let since = job.begun.elapsed();
        let again_s = if since < SLOW { ASK_AGAIN_S } else { ASK_AGAIN_SLOW_S };
        return Ok(Answer::new(StatusCode::ACCEPTED)
            .header(X_PROGRESS, format!("working for {} s", since.as_secs()))
            .header(RETRY_AFTER, again_s));
    };
    let Some(delivery) = job.gives(ask.cell, &again) else {
        ask.web.later.give_up(ask.id);
        return Err(gone());
    };
    let expires = SystemTime::now() + kept.until.saturating_duration_since(Instant::now());
    let expires = expires.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64);
    let mut answer = Answer::new(StatusCode::OK).header(EXPIRES, http_date(expires));
    if let Some(entry) = kept.entry {
        answer = answer.admitted(entry);
    }
    answer = answer.body(FHIR_JSON, Bytes::clone(&kept.body));
    answer.delivery = Some(delivery);
    // Who fetches it and names no format has it in that of the request.
    let names_one = ask.parts.headers.contains_key(ACCEPT)
        || query::first(ask.parts.uri.query().unwrap_or_default(), "_format").is_some();
    answer.format = kept.format.filter(|_| !names_one);
    Ok(answer)
}

/// `DELETE [base]/$async-status/[name]`
pub(super) async fn cancel(ask: &Ask<'_>) -> Result<Answer, Refused> {
    salus_records::ask_again(ask.cell, &ask.asker).await?;
    let owner = Owner::of(&ask.asker);
    let gone = || Refused::new(StatusCode::NOT_FOUND, gone());
    ask.web.later.find(ask.id, &owner).ok_or_else(gone)?;
    ask.web.later.give_up(ask.id);
    Ok(Answer::new(StatusCode::ACCEPTED).body(FHIR_JSON, operation_outcome(&[given_up()], ask.language)))
}

fn informational(en: &'static str, de: &'static str, fr: &'static str) -> Issue {
    issue(IssueCode::Informational, en, de, fr).with_severity(Severity::Information)
}

fn taken_on() -> Issue {
    informational(
        "Taken on. Content-Location says where the answer is fetched: in this session and from this address, once, within minutes.",
        "Angenommen. Content-Location sagt, wo die Antwort abgeholt wird: in dieser Sitzung und von dieser Adresse, einmal, innerhalb von Minuten.",
        "Accepté. Content-Location indique où chercher la réponse : dans cette session et depuis cette adresse, une fois, en quelques minutes.",
    )
}

fn given_up() -> Issue {
    informational(
        "Given up. What was written by then stays: read before you send it again.",
        "Aufgegeben. Was bis dahin geschrieben wurde, bleibt: Lesen Sie nach, bevor Sie es noch einmal senden.",
        "Abandonné. Ce qui a été écrit jusque-là reste : relisez avant de renvoyer.",
    )
}

fn gone() -> Issue {
    issue(
        IssueCode::NotFound,
        "There is no such answer for this session and address: it was fetched or given up, kept its time, ended with what it was admitted under, or the server began anew. Ask again; if something was to be written, read first whether it was.",
        "Für diese Sitzung und Adresse gibt es keine solche Antwort: Sie wurde abgeholt oder aufgegeben, ihre Zeit ist um, sie endete mit dem, worunter sie zugelassen war, oder der Server wurde neu gestartet. Fragen Sie noch einmal; sollte etwas geschrieben werden, lesen Sie zuerst nach, ob es geschehen ist.",
        "Il n’y a pas de telle réponse pour cette session et cette adresse : elle a été cherchée ou abandonnée, son temps est passé, elle a pris fin avec ce qui l’autorisait, ou le serveur a redémarré. Redemandez ; s’il s’agissait d’écrire, lisez d’abord si cela a été fait.",
    )
}

fn no_room_of_session() -> Issue {
    issue(
        IssueCode::Throttled,
        "This session has as many answers to come as it may have: fetch some, or give some up with DELETE; or ask without Prefer: respond-async.",
        "Diese Sitzung hat so viele ausstehende Antworten, wie sie haben darf: Holen Sie einige ab oder geben Sie einige mit DELETE auf; oder fragen Sie ohne Prefer: respond-async.",
        "Cette session a autant de réponses à venir qu’elle peut en avoir : cherchez-en, ou abandonnez-en avec DELETE ; ou demandez sans Prefer: respond-async.",
    )
}

fn no_room() -> Issue {
    issue(
        IssueCode::Transient,
        "The server keeps as many answers as it may: come again in a moment, or ask without Prefer: respond-async.",
        "Der Server hält so viele Antworten vor, wie er darf: Kommen Sie gleich wieder, oder fragen Sie ohne Prefer: respond-async.",
        "Le serveur garde autant de réponses qu’il le peut : revenez dans un instant, ou demandez sans Prefer: respond-async.",
    )
}

fn not_kept() -> Issue {
    issue(
        IssueCode::TooCostly,
        "It was done, and there was no room to keep the answer. What was written stays; ask for less at once, or without Prefer: respond-async.",
        "Es wurde ausgeführt, und für die Antwort war kein Platz. Was geschrieben wurde, bleibt; fragen Sie nach weniger auf einmal oder ohne Prefer: respond-async.",
        "C’est fait, et il n’y avait pas de place pour garder la réponse. Ce qui a été écrit reste ; demandez moins à la fois, ou sans Prefer: respond-async.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use salus_records::fhir::Language;

    #[test]
    fn an_answer_becomes_one_entry_of_a_bundle() {
        let made = Answer::new(StatusCode::CREATED)
            .version(2, 1_000)
            .header(LOCATION, "http://x/Patient/1/_history/2")
            .body(FHIR_JSON, r#"{"resourceType":"Patient"}"#);
        let said = r#"{"resourceType":"Bundle","type":"batch-response","entry":[{"resource":{"resourceType":"Patient"},"response":{"status":"201 Created","location":"http://x/Patient/1/_history/2","etag":"W/\"2\"","lastModified":"1970-01-01T00:00:01"#;
        assert!(wrapped(&made).starts_with(said), "{}", wrapped(&made));
        let refused = Refused::new(StatusCode::NOT_FOUND, gone()).into_answer(Language::En);
        let text = wrapped(&refused);
        let read = salus_records::fhir::Resource::parse(text.as_str(), None).unwrap();
        assert_eq!(read.kind().name(), "Bundle");
        assert!(text.contains(r#""entry":[{"response":{"status":"404 Not Found","outcome":{"#), "{text}");
        let empty = wrapped(&Answer::new(StatusCode::NO_CONTENT));
        assert!(empty.ends_with(r#""entry":[{"response":{"status":"204 No Content"}}]}"#), "{empty}");
    }
}
