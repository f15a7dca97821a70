//! `POST [base]/$import`: NDJSON, each line a record. Answered when it is done, with what became of each type and of each line that was
//! refused (ADR 28).
//!
//! Never: fetches from an address that a request names. State: none.

use super::Ask;
use crate::answer::Answer;
use crate::negotiate::{self, FHIR_JSON, NDJSON};
use crate::outcome::Refused;
use crate::read_body::Brought;
use crate::text::issue;
use http::StatusCode;
use salus_records::Imported;
use salus_records::fhir::json::quote;
use salus_records::fhir::outcome::operation_outcome;
use salus_records::fhir::{Issue, IssueCode, Language, Message, Severity};
use std::fmt::Write as _;

/// By what else NDJSON is known.
const NAMES: [&str; 3] = [NDJSON, "application/ndjson", "application/x-ndjson"];

pub(super) async fn answer(ask: &Ask<'_>, body: Brought) -> Result<Answer, Refused> {
    if !negotiate::is_sent_as(&ask.parts.headers, &NAMES) {
        // Other servers take Parameters here, with addresses to fetch from: whoever sends FHIR is told why this one does not.
        return Err(match negotiate::sent(&ask.parts.headers) {
            Ok(_) => Refused::new(StatusCode::UNPROCESSABLE_ENTITY, fetches_nothing()),
            Err(_) => Refused::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, not_ndjson()),
        });
    }
    let mut body = ask.web.bodies.read(ask.parts, body).await?;
    let imported = salus_records::import(ask.cell, &ask.asker, std::mem::take(&mut body.bytes)).await?;
    let entry = imported.entry;
    let answer = Answer::new(StatusCode::OK).body(FHIR_JSON, parameters(imported, ask.language));
    Ok(match entry {
        Some(entry) => answer.admitted(entry),
        None => answer,
    })
}

/// What came of it, as Parameters.
fn parameters(imported: Imported, language: Language) -> String {
    let mut out = String::from(r#"{"resourceType":"Parameters","parameter":["#);
    let count = |out: &mut String, name: &str, count: usize| {
        let _ = write!(out, r#"{{"name":"{name}","valueUnsignedInt":{count}}}"#);
    };
    for (name, value) in [("lines", imported.lines), ("refused", imported.refusals), ("left", imported.left)]
    {
        count(&mut out, name, value);
        out.push(',');
    }
    for (kind, counts) in &imported.kinds {
        let _ =
            write!(out, r#"{{"name":"type","part":[{{"name":"name","valueCode":{}}}"#, quote(kind.name()));
        for (name, value) in
            [("created", counts.created), ("updated", counts.updated), ("known", counts.known)]
        {
            out.push(',');
            count(&mut out, name, value);
        }
        out.push_str("]},");
    }
    let refused = imported.refused.into_iter().map(|(line, error)| (line, Refused::from(error).issues));
    for (name, lines) in [("refusal", refused.collect::<Vec<_>>()), ("doubt", imported.doubtful)] {
        for (line, issues) in lines {
            let outcome = operation_outcome(&issues, language);
            let _ = write!(
                out,
                r#"{{"name":"{name}","part":[{{"name":"line","valuePositiveInt":{line}}},{{"name":"outcome","resource":{outcome}}}]}},"#
            );
        }
    }
    let said = if imported.left > 0 { left(imported.left) } else { done() };
    let said = operation_outcome(&[said.with_severity(Severity::Information)], language);
    let _ = write!(out, r#"{{"name":"outcome","resource":{said}}}]}}"#);
    out
}

fn done() -> Issue {
    issue(
        IssueCode::Informational,
        "All lines were tried. Those that were refused are named by their numbers: mend and send them, or all of them; what is there already is not written twice.",
        "Alle Zeilen wurden versucht. Abgelehnte sind mit ihren Nummern genannt: Verbessern und senden Sie diese oder alle; was schon da ist, wird nicht zweimal geschrieben.",
        "Toutes les lignes ont été tentées. Celles refusées sont nommées par leur numéro : corrigez-les et renvoyez-les, ou renvoyez tout ; ce qui existe déjà n’est pas écrit deux fois.",
    )
}

fn left(count: usize) -> Issue {
    Issue::new(
        IssueCode::Incomplete,
        Message::of(
            format!(
                "{count} lines were not begun: a request has seconds. Send exactly the same body again until none is left; what is done is not done twice."
            ),
            format!(
                "{count} Zeilen wurden nicht begonnen: Eine Anfrage hat Sekunden. Senden Sie genau denselben Inhalt noch einmal, bis keine übrig ist; was getan ist, wird nicht zweimal getan."
            ),
            format!(
                "{count} lignes n’ont pas été commencées : une requête dispose de quelques secondes. Renvoyez exactement le même contenu jusqu’à ce qu’il n’en reste aucune ; ce qui est fait n’est pas refait."
            ),
        ),
    )
}

fn not_ndjson() -> Issue {
    issue(
        IssueCode::NotSupported,
        "Send the resources themselves, one a line, as Content-Type: application/fhir+ndjson, uncompressed and in UTF-8.",
        "Senden Sie die Ressourcen selbst, eine je Zeile, als Content-Type: application/fhir+ndjson, unkomprimiert und in UTF-8.",
        "Envoyez les ressources elles-mêmes, une par ligne, comme Content-Type: application/fhir+ndjson, non compressées et en UTF-8.",
    )
}

fn fetches_nothing() -> Issue {
    issue(
        IssueCode::NotSupported,
        "This server fetches nothing from an address that a request names: whoever asks would reach what only the server reaches. Send the resources themselves, one a line, as Content-Type: application/fhir+ndjson; a Bundle goes to [base].",
        "Dieser Server holt nichts von einer Adresse, die eine Anfrage nennt: Wer fragt, erreichte sonst, was nur der Server erreicht. Senden Sie die Ressourcen selbst, eine je Zeile, als Content-Type: application/fhir+ndjson; ein Bundle geht an [Basis].",
        "Ce serveur ne va rien chercher à une adresse nommée par une requête : le demandeur atteindrait ce que seul le serveur atteint. Envoyez les ressources elles-mêmes, une par ligne, comme Content-Type: application/fhir+ndjson ; un Bundle va à [base].",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use salus_records::RecordsError;

    #[test]
    fn what_is_left_is_said_with_what_to_do() {
        let imported = Imported {
            lines: 9,
            left: 4,
            refusals: 2,
            refused: vec![(7, RecordsError::Busy)],
            ..Imported::default()
        };
        let text = parameters(imported, Language::De);
        let read = salus_records::fhir::Resource::parse(text.as_str(), None).unwrap();
        assert_eq!(read.kind().name(), "Parameters");
        let place = |part: &str| text.find(part).unwrap_or_else(|| panic!("{part}: {text}"));
        assert!(place(r#""left","valueUnsignedInt":4"#) < place(r#""line","valuePositiveInt":7"#));
        assert!(place("incomplete") > place("throttled") && place("denselben Inhalt") > 0);
    }
}
