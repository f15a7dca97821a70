//! The summary of a package: one page in plain words, without script and without anything to load.
//!
//! Never: a patient's name; a link to the outside. State: none.

use crate::admin::changes::Of;
use crate::admin::log::describe;
use crate::admin::scope::{Found, category};
use crate::incident::category::Category;
use crate::messages::{Say, say};
use salus_fhir::{Language, instant};
use salus_seal::SessionId;
use salus_trust_api::wire::alarms::AlarmInfo;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// The most lines of a table; the files have all.
const MAX_LINES: usize = 200;

/// What it is made of.
pub struct Summary<'a> {
    /// The scope.
    pub found: &'a Found,
    /// When it is made.
    pub made: &'a str,
    /// What was changed.
    pub changes: &'a [Of],
    /// What was raised.
    pub alarms: &'a [AlarmInfo],
    /// Whom it is sealed to.
    pub recipient: &'a str,
}

/// What a session was admitted to.
#[derive(Default)]
struct Session {
    patients: BTreeSet<u32>,
    admissions: u64,
    first_ms: u64,
    last_ms: u64,
}

impl Summary<'_> {
    /// The page.
    pub fn page(&self, language: Language) -> String {
        let text = |said: Say| escape(&said.text(language));
        let title = text(say("evidence-title").with("cell", &self.found.cell));
        let mut body = format!("<h1>{title}</h1>\n");
        let mut paragraph = |said: Say| {
            let _ = writeln!(body, "<p>{}</p>", text(said));
        };
        paragraph(say("evidence-lead").with("made", self.made).with("recipient", self.recipient));
        body.push_str(&self.taken(language));
        body.push_str(&self.sessions(language));
        body.push_str(&self.changed(language));
        body.push_str(&self.raised(language));
        let _ = writeln!(body, "<h2>{}</h2>", text(say("evidence-what-head")));
        let parts = [
            ("summary.*.html", say("evidence-file-summary")),
            ("scope.json", say("evidence-file-scope")),
            ("patients.ndjson", say("evidence-file-patients")),
            ("proof.ndjson", say("evidence-file-proof")),
            ("changes.json", say("evidence-file-changes")),
            ("alarms.json", say("evidence-file-alarms")),
            ("containment.json", say("evidence-file-containment")),
            ("checkpoints/", say("evidence-file-checkpoints")),
            ("witnesses/", say("evidence-file-witnesses")),
            ("manifest.json, manifest.note", say("evidence-file-manifest")),
        ];
        let rows: Vec<Vec<String>> =
            parts.into_iter().map(|(file, what)| vec![file.to_owned(), what.text(language)]).collect();
        body.push_str(&table(&[say("evidence-head-file"), say("evidence-head-what")], &rows, language));
        for said in [say("evidence-not-proven"), say("evidence-check")] {
            let _ = writeln!(body, "<p>{}</p>", text(said));
        }
        format!(
            "<!doctype html>\n<html lang=\"{}\"><meta charset=\"utf-8\"><title>{title}</title>\n\
             <meta name=\"viewport\" content=\"width=device-width\"><style>\n\
             body{{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}}\n\
             table{{border-collapse:collapse;width:100%;margin:1rem 0}}th,td{{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #ccc;vertical-align:top;overflow-wrap:anywhere}}\n\
             </style>\n{body}</html>\n",
            language.tag()
        )
    }

    /// How many, and what of them.
    fn taken(&self, language: Language) -> String {
        let mut out = format!("<h2>{}</h2>\n", escape(&say("evidence-taken").text(language)));
        // The report in words: what is known, and how sure it is; the tables of it stand below, or in the files.
        for line in self.found.report().lines(language).iter().take_while(|line| !line.is_empty()) {
            let _ = writeln!(out, "<p>{}</p>", escape(line));
        }
        let counts = &self.found.extent.categories;
        let rows: Vec<Vec<String>> = Category::ALL
            .into_iter()
            .filter(|told| counts[*told as usize].patients > 0)
            .map(|told| {
                let count = counts[told as usize];
                let name = category(told).text(language);
                vec![name, count.patients.to_string(), count.versions.to_string()]
            })
            .collect();
        let heads = [say("head-category"), say("head-patients"), say("head-versions")];
        out + &table(&heads, &rows, language)
    }

    fn sessions(&self, language: Language) -> String {
        let mut sessions: BTreeMap<SessionId, Session> = BTreeMap::new();
        for admission in &self.found.gathered.admissions {
            let session = sessions
                .entry(admission.session)
                .or_insert(Session { first_ms: u64::MAX, ..Session::default() });
            session.patients.extend(&admission.patients);
            session.admissions += 1;
            session.first_ms = session.first_ms.min(admission.time_ms);
            session.last_ms = session.last_ms.max(admission.time_ms);
        }
        let mut all: Vec<(SessionId, Session)> = sessions.into_iter().collect();
        all.sort_by_key(|(id, session)| (std::cmp::Reverse(session.patients.len()), *id));
        let row = |(id, session): &(SessionId, Session)| {
            vec![
                id.to_string(),
                session.patients.len().to_string(),
                session.admissions.to_string(),
                instant(session.first_ms),
                instant(session.last_ms),
            ]
        };
        let rows: Vec<Vec<String>> = all.iter().take(MAX_LINES).map(row).collect();
        let heads = [
            say("head-session"),
            say("head-patients"),
            say("head-admissions"),
            say("head-first"),
            say("head-last"),
        ];
        section(say("evidence-sessions"), &heads, &rows, language)
    }

    fn changed(&self, language: Language) -> String {
        let row = |(cell, change): &Of| {
            let (event, _) = describe(&change.entry.lasting.event);
            vec![
                instant(change.entry.lasting.time_ms),
                format!("{} {}", cell.as_deref().unwrap_or("platform"), change.entry.number),
                event.to_owned(),
                change.about.clone().unwrap_or_default(),
                change.by_name.clone().unwrap_or_else(|| say("at-the-machine").text(language)),
            ]
        };
        let rows: Vec<Vec<String>> = self.changes.iter().take(MAX_LINES).map(row).collect();
        let heads =
            [say("head-time"), say("head-number"), say("head-event"), say("head-about"), say("head-by")];
        section(say("evidence-changes"), &heads, &rows, language)
    }

    fn raised(&self, language: Language) -> String {
        let row = |alarm: &AlarmInfo| {
            vec![
                instant(alarm.time_ms),
                alarm.number.to_string(),
                alarm.kind.name().to_owned(),
                alarm.name.clone().unwrap_or_default(),
            ]
        };
        let rows: Vec<Vec<String>> = self.alarms.iter().take(MAX_LINES).map(row).collect();
        let heads = [say("head-time"), say("head-number"), say("head-event"), say("head-by")];
        section(say("evidence-alarms"), &heads, &rows, language)
    }
}

/// A heading and a table; that there is nothing, where there is nothing.
fn section(title: Say, heads: &[Say], rows: &[Vec<String>], language: Language) -> String {
    let title = format!("<h2>{}</h2>\n", escape(&title.text(language)));
    match rows.is_empty() {
        true => format!("{title}<p>{}</p>\n", escape(&say("evidence-none").text(language))),
        false => title + &table(heads, rows, language),
    }
}

fn table(heads: &[Say], rows: &[Vec<String>], language: Language) -> String {
    let mut out = String::from("<table><thead><tr>");
    for head in heads {
        let _ = write!(out, "<th scope=\"col\">{}</th>", escape(&head.text(language)));
    }
    out.push_str("</tr></thead><tbody>\n");
    for row in rows {
        let cells: String = row.iter().map(|cell| format!("<td>{}</td>", escape(cell))).collect();
        let _ = writeln!(out, "<tr>{cells}</tr>");
    }
    out + "</tbody></table>\n"
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
