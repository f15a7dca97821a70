//! Exports of many patients: `GET /{cell}/exports` for whoever may ask, `GET /{cell}/admin/exports` for whoever administers; asked for,
//! ended, and their files taken, once each.
//!
//! What an export will reach, and what it leaves of the practice's budget, is said before anybody approves it. Never: approves; that needs a
//! passkey at the door. State: none.

use super::{Page, PageAsk, Rail, Route, Trouble, see_other};
use crate::answer::Answer;
use crate::query::encode_query;
use askama::Template;
use http::StatusCode;
use http::header::CONTENT_DISPOSITION;
use salus_frame::Words;
use salus_records::export_events::{ExportEnd, ExportScope};
use salus_records::exports::{ExportPhase, ExportRoom, ExportStatus};
use salus_records::fhir::ResourceType;
use salus_records::{ExportAsked, ExportOfWhom, RecordsError};

pub(super) const ROUTES: &[Route] =
    &[("GET", "/{cell}/exports"), ("POST", "/{cell}/exports"), ("GET", "/{cell}/exports/{export}/{file}")];

/// How many types are named of an export.
const MAX_NAMED: usize = 6;

/// One export, as it is shown.
struct Line {
    number: u64,
    /// Whose records, of how many patients at most.
    what: String,
    by: String,
    when: String,
    /// How it stands.
    state: String,
    /// What it leaves of the practice's budget; empty where it is over.
    room: String,
    /// Where it is approved; none where the reader may not.
    approve: Option<String>,
    can_end: bool,
    is_own: bool,
    files: Vec<File>,
}

/// A file to be taken.
struct File {
    number: u32,
    what: String,
}

#[derive(Template)]
#[template(path = "practice/exports.html")]
struct Body<'a> {
    t: Words,
    base: &'a str,
    lines: Vec<Line>,
    can_ask: bool,
    wrong: Option<String>,
}

pub(super) async fn answer(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    match (ask.method(), ask.route) {
        (_, "/{cell}/exports/{export}/{file}") => take(ask).await,
        ("POST", _) => change(ask).await,
        _ => show(ask, None, StatusCode::OK).await,
    }
}

async fn show(ask: &PageAsk<'_>, wrong: Option<String>, status: StatusCode) -> Result<Answer, Trouble> {
    let body = body(ask, wrong).await?;
    Ok(Page::new(Rail::Nowhere, ask.t.say("exports"), &body).status(status).answer(ask))
}

/// What stands on the page: all of the practice's, for whoever administers it.
pub(super) async fn body<'a>(
    ask: &'a PageAsk<'_>,
    wrong: Option<String>,
) -> Result<impl Template + use<'a>, Trouble> {
    let (all, _) = salus_records::list_exports(ask.cell, &ask.asker).await?;
    let lines = all.iter().map(|one| line(ask, one)).collect();
    Ok(Body { t: ask.t, base: ask.base(), lines, can_ask: ask.rights.exports, wrong })
}

fn line(ask: &PageAsk<'_>, one: &ExportStatus) -> Line {
    let t = ask.t;
    let scope = match one.scope {
        ExportScope::System => "exports-system",
        ExportScope::Patients => "exports-patients",
        ExportScope::Group { .. } => "exports-group",
    };
    let name = |code: &u16| ResourceType::from_code(*code).map(|kind| kind.name().to_owned());
    let mut kinds: Vec<String> = one.kinds.iter().filter_map(name).collect();
    if kinds.len() > MAX_NAMED {
        kinds.truncate(MAX_NAMED);
        kinds.push("…".to_owned());
    }
    let count = t.say_with("exports-count", "count", one.patients);
    let mut what = format!("{}, {count}", t.say(scope));
    if !kinds.is_empty() {
        what = format!("{what} ({})", kinds.join(", "));
    }
    let is_open = !matches!(one.phase, ExportPhase::Ended(_));
    let waits = matches!(one.phase, ExportPhase::Asked | ExportPhase::Approved);
    let approve = ask.web.door_url.as_ref().filter(|_| one.can_approve).map(|door| {
        let own = |name: &str, value: String| (name.to_owned(), value);
        let digest: String = one.what.iter().map(|byte| format!("{byte:02x}")).collect();
        let cell = own("cell", ask.around.cell.into());
        encode_query(
            &format!("{door}/export"),
            &[cell, own("export", one.export.to_string()), own("what", digest)],
        )
    });
    let file = |file: &salus_records::exports::FileStatus| File {
        number: file.file,
        what: format!("{} ({})", name(&file.kind).unwrap_or_default(), file.records),
    };
    Line {
        number: one.export,
        what,
        by: one.by.clone(),
        when: time(ask, one.asked_ms),
        state: state(ask, one),
        room: if waits { room(t, &one.room) } else { String::new() },
        approve,
        can_end: is_open && (one.is_own || ask.person.role.administers()),
        is_own: one.is_own,
        files: if one.is_own { one.files.iter().map(file).collect() } else { Vec::new() },
    }
}

fn time(ask: &PageAsk<'_>, ms: u64) -> String {
    let at = super::admin::local_time(ask, ms);
    at.map_or_else(String::new, |at| at.strftime("%d.%m. %H:%M").to_string())
}

fn room(t: Words, room: &ExportRoom) -> String {
    let of = |at: usize| format!("{} / {}", room.after[at], room.limits[at]);
    let said = format!("{} · {} · {}", of(0), of(1), of(2));
    t.say_with("exports-room", "room", said).into_owned()
}

fn state(ask: &PageAsk<'_>, one: &ExportStatus) -> String {
    let t = ask.t;
    let until = time(ask, one.until_ms);
    let said = match one.phase {
        ExportPhase::Asked => t.say_with("exports-asked", "until", until),
        ExportPhase::Approved => t.say("exports-approved"),
        ExportPhase::Running => t.say_with("exports-running", "count", one.reached),
        ExportPhase::Ready => {
            t.say_with_two("exports-ready", ("count", one.files.len() as u32), ("until", until))
        }
        ExportPhase::Ended(why) => t.say(ended(why)),
    };
    match &one.approved_by {
        Some(name) => format!("{said} {}", t.say_with("exports-approved-by", "name", name.clone())),
        None => said.into_owned(),
    }
}

fn ended(why: ExportEnd) -> &'static str {
    match why {
        ExportEnd::Cancelled => "exports-cancelled",
        ExportEnd::Declined => "exports-declined",
        ExportEnd::Finished => "exports-finished",
        ExportEnd::Expired => "exports-expired",
        ExportEnd::Stopped => "exports-stopped",
        ExportEnd::KeysLost => "exports-keys-lost",
        ExportEnd::Budget => "exports-budget",
        ExportEnd::MorePatients => "exports-more-patients",
        ExportEnd::Failed => "exports-failed",
    }
}

/// The address of the page that the form stands on.
fn here(ask: &PageAsk<'_>) -> String {
    let page = if ask.person.role.administers() { "admin/exports" } else { "exports" };
    format!("{}/{page}", ask.base())
}

async fn change(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    match ask.field("do").unwrap_or_default() {
        "end" => {
            let number = ask.field("export").and_then(|text| text.parse().ok()).ok_or(Trouble::Unreadable)?;
            match salus_records::end_export(ask.cell, &ask.asker, number).await {
                // Whoever ends what is over already has what they wanted.
                Ok(()) | Err(RecordsError::NotFound) => Ok(see_other(&ask.around, &here(ask))),
                Err(error) => Err(error.into()),
            }
        }
        "ask" => {
            let whom = match ask.field("of") {
                Some("system") => ExportOfWhom::System,
                Some("patients") => ExportOfWhom::Patients,
                _ => return Err(Trouble::Unreadable),
            };
            let asked = salus_records::ask_export(ask.cell, &ask.asker, &whom, &[], 0).await?;
            let (wrong, status) = match asked {
                ExportAsked::Asked(_) => return Ok(see_other(&ask.around, &here(ask))),
                ExportAsked::NoRoom(no_room) => {
                    let room = room(ask.t, &no_room);
                    (ask.t.say_with("exports-no-room", "room", room), StatusCode::TOO_MANY_REQUESTS)
                }
                ExportAsked::TooMany => (ask.t.say("exports-too-many"), StatusCode::TOO_MANY_REQUESTS),
            };
            show(ask, Some(wrong.into_owned()), status).await
        }
        _ => Err(Trouble::Unreadable),
    }
}

/// A file, as a download. It is there no more, whether it arrives or not.
async fn take(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    let export = ask.value(0).parse().map_err(|_| Trouble::Unknown)?;
    let file = ask.value(1).parse().map_err(|_| Trouble::Unknown)?;
    if ask.method() != "GET" {
        return Err(Trouble::Unreadable);
    }
    let taken = salus_records::take_export_file(ask.cell, &ask.asker, export, file).await?;
    ask.admitted(taken.delivery);
    Ok(Answer::new(StatusCode::OK)
        .body("application/fhir+ndjson", taken.text.to_vec())
        .header(CONTENT_DISPOSITION, format!("attachment; filename=\"export-{export}-{file}.ndjson\"")))
}
