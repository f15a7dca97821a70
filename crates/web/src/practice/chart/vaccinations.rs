//! Vaccinations: one line for each vaccine with its doses, the last one first.
//!
//! State: none.

use super::super::view::code::Concept;
use super::super::view::date::When;
use super::super::view::json::{all, is, one, text};
use super::super::view::value::when;
use super::super::{PageAsk, Trouble};
use super::access;
use super::gather::find;
use super::tell::Told;
use super::who::Head;
use super::{Part, page};
use crate::answer::Answer;
use askama::Template;
use salus_frame::Words;
use salus_records::fhir::json::Value;

/// How many vaccinations the page opens at most.
const MAX_VACCINATIONS: u32 = 200;

struct Dose {
    when: Option<When>,
    told: Option<Told>,
    number: String,
    lot: String,
    site: String,
    /// Whether it was not given, and why.
    not_given: Option<String>,
    vaccine: Concept,
    against: String,
}

struct Line {
    name: String,
    code: String,
    against: String,
    last: Option<Told>,
    doses: Vec<Dose>,
}

#[derive(Template)]
#[template(path = "practice/chart/vaccinations.html")]
struct Body {
    t: Words,
    lines: Vec<Line>,
    says_against: bool,
    left_out: u64,
}

pub(super) async fn answer(ask: &PageAsk<'_>, id: &str) -> Result<Answer, Trouble> {
    let (head, looks, found) = tokio::join!(
        Head::gather(ask, id),
        access::last(ask, id),
        find(ask, "Immunization", id, &[("_sort", "-date")], MAX_VACCINATIONS)
    );
    let (head, found) = (head?, found?);
    let told = |when| Told::maybe(when, head.today, ask.language());
    let doses = found.read(|immunization| {
        let mut dose = dose(immunization)?;
        dose.told = told(dose.when);
        Some(dose)
    });
    let mut lines: Vec<Line> = Vec::new();
    for dose in doses {
        match lines.iter_mut().find(|line| line.code == dose.vaccine.code && line.name == dose.vaccine.text) {
            Some(line) => line.doses.push(dose),
            None => lines.push(Line {
                name: dose.vaccine.text.clone(),
                code: dose.vaccine.code.clone(),
                against: dose.against.clone(),
                last: dose.told.clone().filter(|_| dose.not_given.is_none()),
                doses: vec![dose],
            }),
        }
    }
    let body = Body {
        t: ask.t,
        says_against: lines.iter().any(|line| !line.against.is_empty()),
        lines,
        left_out: found.left_out(),
    };
    Ok(page(ask, &head, Part::Vaccinations, Vec::new(), &body, &looks?))
}

fn dose(immunization: Value<'_>) -> Option<Dose> {
    if is(immunization, "status", "entered-in-error") {
        return None;
    }
    let applied = one(immunization, "protocolApplied");
    let number = applied.and_then(|applied| {
        applied
            .get("doseNumberPositiveInt")
            .map(|number| number.raw().to_owned())
            .or_else(|| text(applied, "doseNumberString"))
    });
    let against = applied.into_iter().flat_map(|applied| all(applied, "targetDisease"));
    let against: Vec<String> = against.filter_map(Concept::of).map(|disease| disease.text).collect();
    let not_given = is(immunization, "status", "not-done")
        .then(|| Concept::at(immunization, "statusReason").map(|reason| reason.text).unwrap_or_default());
    Some(Dose {
        when: when(immunization, &["occurrenceDateTime"]),
        told: None,
        number: number.unwrap_or_default(),
        lot: text(immunization, "lotNumber").unwrap_or_default(),
        site: Concept::at(immunization, "site").map(|site| site.text).unwrap_or_default(),
        not_given,
        vaccine: Concept::at(immunization, "vaccineCode")?,
        against: against.join(", "),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use salus_records::fhir::json::Document;

    #[test]
    fn a_dose_says_its_number_its_lot_and_whether_it_was_given() {
        let of = |text: &str| dose(Document::parse(text).unwrap().root());
        let given = of(
            r#"{"status":"completed","vaccineCode":{"text":"Tetanus"},"occurrenceDateTime":"2020-05-01","lotNumber":"A1",
                "protocolApplied":[{"doseNumberPositiveInt":2,"targetDisease":[{"text":"Tetanus"},{"text":"Diphtherie"}]}]}"#,
        )
        .unwrap();
        assert_eq!((given.number.as_str(), given.lot.as_str(), given.not_given), ("2", "A1", None));
        assert_eq!(given.against, "Tetanus, Diphtherie");
        let not = of(r#"{"status":"not-done","vaccineCode":{"text":"x"},"statusReason":{"text":"Fieber"}}"#)
            .unwrap();
        assert_eq!(not.not_given.as_deref(), Some("Fieber"));
        assert!(of(r#"{"status":"entered-in-error","vaccineCode":{"text":"x"}}"#).is_none());
    }
}
