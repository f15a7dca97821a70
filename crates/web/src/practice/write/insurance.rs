//! The insurance card: a new Coverage is in force, those before with the same kind of number are ended on the day before. Another
//! insurance beside it, such as a private one for what the first does not pay, stays.
//!
//! State: none.

use super::super::typed::{Wrong, date};
use super::super::{PageAsk, Trouble};
use super::entry::{Entry, Ids};
use super::form::{Form, Reader, Typed};
use super::here::{
    Change, Here, Opened, Options, Question, Reading, found, hl7, list, shown_date, shown_fhir_date, text_at,
};
use jiff::civil::Date;
use salus_frame::Language;
use salus_records::fhir::Number;
use salus_records::fhir::number::plain;
use serde_json::{Value, json};

/// How many insurers can be chosen from.
const MAX_PAYERS: &str = "200";
/// How many cards of a patient are looked at.
const MAX_CARDS: &str = "50";

/// A country's number of insured people: its system, and its kind.
const KVNR: (&str, Number) = ("http://fhir.de/sid/gkv/kvid-10", Number::Kvnr);
const INS: (&str, Number) = ("urn:oid:1.2.250.1.213.1.4.8", Number::Nir);

/// The insurers of the cell, by name.
pub(super) async fn payers(ask: &PageAsk<'_>) -> Result<Options, Trouble> {
    let parameters = [("type", "pay,ins"), ("_sort", "name"), ("_count", MAX_PAYERS)];
    let all = found(ask, "Organization", &parameters).await?;
    Ok(all.into_iter().map(|(id, payer)| (id, text_at(&payer, "name").to_owned())).collect())
}

/// The cards that are in force, with their ids and versions.
async fn cards(ask: &PageAsk<'_>, here: &Here) -> Result<Vec<(String, u32, Value)>, Trouble> {
    let parameters = [("beneficiary", here.id.as_str()), ("status", "active"), ("_count", MAX_CARDS)];
    let all = found(ask, "Coverage", &parameters).await?;
    let version = |card: &Value| text_at(card, "meta.versionId").parse().unwrap_or(0);
    Ok(all.into_iter().map(|(id, card)| (id, version(&card), card)).collect())
}

/// What is in force, as a form says on what it was opened.
fn base(cards: &[(String, u32, Value)]) -> String {
    let mut all: Vec<String> = cards.iter().map(|(id, version, _)| format!("{id}/{version}")).collect();
    all.sort_unstable();
    all.join(" ")
}

pub(super) async fn open(ask: &PageAsk<'_>, here: &Here) -> Result<Opened, Trouble> {
    let cards = cards(ask, here).await?;
    let (_, number) = number_of(&here.patient).unwrap_or_default();
    let typed = Typed::default()
        .with("number", number)
        .with("relation", "self")
        .with("since", shown_date(ask.clock.today(), ask.language()));
    let now: Vec<String> = cards.iter().map(|(_, _, card)| card_line(card, ask.language())).collect();
    let mut beside = Vec::new();
    if !now.is_empty() {
        beside.push(("payer", ask.t.say_with("insurance-now", "card", now.join("; ")).into_owned()));
    }
    Ok(Opened { typed, options: vec![("payer", payers(ask).await?)], beside, base: base(&cards) })
}

/// A card in one line.
fn card_line(card: &Value, language: Language) -> String {
    let since = text_at(card, "period.start");
    let name = text_at(card, "payor.0.display");
    let number = text_at(card, "subscriberId");
    let since = if since.is_empty() { String::new() } else { shown_fhir_date(since, language) };
    [name, number, &since].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// The patient's number of insured people: its system and value.
pub(super) fn number_of(patient: &Value) -> Option<(String, String)> {
    let mut all = list(patient, "identifier").filter(|number| text_at(number, "use") != "old");
    let number = all.find(|number| {
        matches!(Number::of_system(text_at(number, "system")), Some(Number::Kvnr | Number::Nir))
    })?;
    Some((text_at(number, "system").to_owned(), text_at(number, "value").to_owned()))
}

/// An insurance number as it was typed: a German or a French one, with its system.
///
/// Errors: another form; a check digit that does not fit.
pub(super) fn read_number(text: &str) -> Result<(&'static str, String), Wrong> {
    let number = plain(text).into_owned();
    let begins_with_letter = number.starts_with(|c: char| c.is_ascii_alphabetic());
    let (system, kind) = if begins_with_letter { KVNR } else { INS };
    match kind.check(&number) {
        Ok(()) => Ok((system, number)),
        Err(salus_records::fhir::NumberFault::CheckDigit) => Err(Wrong::new("wrong-check-digit")),
        Err(salus_records::fhir::NumberFault::Form) => Err(Wrong::new("wrong-insurance-number")),
    }
}

/// The identifier of a Patient.
pub(super) fn identifier(system: &str, number: &str) -> Value {
    let (kind_system, kind) = if system == KVNR.0 {
        ("http://fhir.de/CodeSystem/identifier-type-de-basis", "KVZ10")
    } else {
        ("https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203", "INS-NIR")
    };
    let kind = json!({"coding": [{"system": kind_system, "code": kind}]});
    json!({"use": "official", "type": kind, "system": system, "value": number})
}

/// Puts a number into the chart; one that differs is kept as an old one. False when it is there already.
fn set_number(patient: &mut Value, system: &str, number: &str) -> bool {
    let mut all: Vec<Value> = list(patient, "identifier").cloned().collect();
    let mut found = false;
    for known in
        all.iter_mut().filter(|known| text_at(known, "system") == system && text_at(known, "use") != "old")
    {
        if text_at(known, "value") == number {
            found = true;
        } else {
            known["use"] = json!("old");
        }
    }
    if !found {
        all.insert(0, identifier(system, number));
        patient["identifier"] = Value::Array(all);
    }
    !found
}

/// Whether a card with a number of this system takes the place of this one.
fn is_replaced(card: &Value, system: &str) -> bool {
    let kind = if system == KVNR.0 { KVNR.1 } else { INS.1 };
    let number = text_at(card, "subscriberId");
    number.is_empty() || kind.check(&plain(number)) != Err(salus_records::fhir::NumberFault::Form)
}

/// The card of somebody, in force from a day on.
pub(super) fn coverage(
    payer: (&str, &str),
    number: &str,
    relation: &str,
    patient: Value,
    since: Date,
) -> Value {
    json!({
        "status": "active",
        "subscriberId": number,
        "beneficiary": patient,
        "relationship": hl7("subscriber-relationship", relation),
        "period": {"start": since.to_string()},
        "payor": [{"reference": format!("Organization/{}", payer.0), "display": payer.1}],
    })
}

pub(super) async fn read(
    ask: &PageAsk<'_>,
    here: &Here,
    typed: &Typed,
    opened_on: &str,
    ids: &mut Ids<'_>,
) -> Result<Reading, Trouble> {
    let today = ask.clock.today();
    let payers = payers(ask).await?;
    let mut reader = Reader::new(Form::Insurance, typed);
    let payer = reader.needed("payer", "missing-payer");
    let payer = payer.and_then(|typed| payers.iter().find(|(id, _)| id == typed));
    if payer.is_none() {
        reader.fault("payer", Wrong::new("missing-payer"));
    }
    reader.needed("number", "missing-number");
    let number = reader.read("number", read_number);
    let relation = reader.choice(Form::Insurance, "relation");
    reader.needed("since", "missing-date");
    let since = reader.read("since", |text| date::any_day(text, today));
    let (Some(payer), Some((system, number)), Some(relation), Some(since), []) =
        (payer, number, relation, since, reader.faults.as_slice())
    else {
        return Ok(Err(reader.faults));
    };
    let cards = cards(ask, here).await?;
    let mut change = Change::default();
    if base(&cards) != opened_on {
        let lines = cards.iter().map(|(_, _, card)| (card_line(card, ask.language()), None)).collect();
        let text = ask.t.say("ask-insurance-changed").into_owned();
        change.questions.push(Question { key: format!("changed {}", base(&cards)), text, lines });
    }
    for (id, version, mut card) in cards.into_iter().filter(|(_, _, card)| is_replaced(card, system)) {
        let began = text_at(&card, "period.start").parse::<Date>().ok();
        let end = since.yesterday().unwrap_or(since);
        // A card that begins later than its successor never was in force.
        let end = began.map_or(end, |began| end.max(began));
        card["status"] = json!("cancelled");
        match card.get_mut("period").filter(|period| period.is_object()) {
            Some(period) => period["end"] = json!(end.to_string()),
            None => card["period"] = json!({"end": end.to_string()}),
        }
        change.entries.push(Entry::Update { kind: "Coverage", id, version, resource: card });
    }
    let new = coverage((&payer.0, &payer.1), &number, relation, here.reference(), since);
    change.entries.push(Entry::create("Coverage", ids.next()?, new));
    let mut patient = here.patient.clone();
    if set_number(&mut patient, system, &number) {
        let (id, version) = (here.id.clone(), here.version);
        change.entries.push(Entry::Update { kind: "Patient", id, version, resource: patient });
    }
    Ok(Ok(change))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_takes_the_place_of_its_like() {
        let card = |number: &str| json!({"subscriberId": number});
        for (number, system, is_it) in [
            ("A123456780", KVNR.0, true),
            ("A123456781", KVNR.0, true),
            ("", KVNR.0, true),
            ("ZUSATZ-77", KVNR.0, false),
            ("A123456780", INS.0, false),
            ("2 55 08 14 168 025 38", INS.0, true),
        ] {
            assert_eq!(is_replaced(&card(number), system), is_it, "{number}");
        }
    }

    #[test]
    fn a_number_is_told_by_its_form_and_checked() {
        assert_eq!(read_number("a 123 456 780"), Ok((KVNR.0, "A123456780".to_owned())));
        assert_eq!(read_number("2 55 08 14 168 025 38"), Ok((INS.0, "255081416802538".to_owned())));
        for (typed, key) in [
            ("A123456781", "wrong-check-digit"),
            ("255081416802539", "wrong-check-digit"),
            ("12", "wrong-insurance-number"),
            ("A12", "wrong-insurance-number"),
            ("", "wrong-insurance-number"),
            ("<script>", "wrong-insurance-number"),
        ] {
            assert_eq!(read_number(typed).unwrap_err().key(), key, "{typed}");
        }
    }

    #[test]
    fn another_number_makes_the_one_before_an_old_one() {
        let mut patient =
            json!({"identifier": [{"system": "x", "value": "1"}, {"system": KVNR.0, "value": "A123456780"}]});
        assert!(!set_number(&mut patient, KVNR.0, "A123456780"));
        assert!(set_number(&mut patient, KVNR.0, "Z999999997"));
        assert_eq!(number_of(&patient), Some((KVNR.0.to_owned(), "Z999999997".to_owned())));
        assert_eq!(patient["identifier"][2]["use"], "old");
    }
}
