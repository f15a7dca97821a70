//! A new patient, with the insurance card, as one transaction; and those who may be the same.
//!
//! State: none.

use super::super::typed::date;
use super::super::{PageAsk, Trouble};
use super::address::{default_country, read_place, read_reach, set_reach};
use super::entry::{Entry, Ids};
use super::form::{Form, Reader, Typed};
use super::here::{Change, Opened, Question, Reading, found, full_name, list, shown_fhir_date, text_at};
use super::insurance::{coverage, identifier, payers, read_number};
use super::likeness::{ALIKE, VERY_ALIKE, Who, likeness};
use jiff::civil::Date;
use salus_records::fhir::search::escaped;
use serde_json::{Value, json};

/// The most people who are compared with.
const MAX_COMPARED: &str = "40";
/// The most who are shown.
const MAX_SHOWN: usize = 5;

pub(super) async fn open(ask: &PageAsk<'_>) -> Result<Opened, Trouble> {
    let typed = Typed::default().with("country", default_country(ask.language()));
    Ok(Opened { typed, options: vec![("payer", payers(ask).await?)], ..Opened::default() })
}

pub(super) async fn read(ask: &PageAsk<'_>, typed: &Typed, ids: &mut Ids<'_>) -> Result<Reading, Trouble> {
    let today = ask.clock.today();
    let mut reader = Reader::new(Form::Patient, typed);
    let prefix = reader.text("prefix");
    let given = reader.needed("given", "missing-given");
    let family = reader.needed("family", "missing-family");
    reader.needed("birth", "missing-birth");
    let birth = reader.read("birth", |text| date::birth_date(text, today));
    let sex = reader.choice(Form::Patient, "sex");
    let place = read_place(&mut reader, Form::Patient, false);
    let reach = read_reach(&mut reader);
    let number = reader.read("number", read_number);
    let payer = reader.text("payer").map(str::to_owned);
    let payers = if payer.is_some() { payers(ask).await? } else { Vec::new() };
    let payer = payer.and_then(|typed| payers.into_iter().find(|(id, _)| *id == typed));
    if payer.is_some() && number.is_none() {
        reader.needed("number", "missing-number-of-payer");
    }
    let (Some(given), Some(family), Some(birth), Some(sex), []) =
        (given, family, birth, sex, reader.faults.as_slice())
    else {
        return Ok(Err(reader.faults));
    };
    let givens: Vec<&str> = given.split_whitespace().collect();
    let mut name = json!({"use": "official", "family": family, "given": givens});
    if let Some(prefix) = prefix {
        name["prefix"] = json!([prefix]);
    }
    let mut patient = json!({"active": true, "name": [name], "gender": sex, "birthDate": birth.to_string()});
    if let Some((system, number)) = &number {
        patient["identifier"] = json!([identifier(system, number)]);
    }
    if let Some(address) = place.to_json(None) {
        patient["address"] = json!([address]);
    }
    set_reach(&mut patient, reach);
    if let Some(doctor) =
        ask.person.practitioner.as_deref().filter(|_| ask.person.role == super::super::Role::Physician)
    {
        patient["generalPractitioner"] = json!([{"reference": format!("Practitioner/{doctor}")}]);
    }
    let id = ids.next()?;
    let mut entries = vec![Entry::create("Patient", id.clone(), patient)];
    if let (Some((payer, payer_name)), Some((_, number))) = (payer, &number) {
        let beneficiary = json!({"reference": format!("Patient/{id}")});
        let card = coverage((&payer, &payer_name), number, "self", beneficiary, today);
        entries.push(Entry::create("Coverage", ids.next()?, card));
    }
    let who = Who { family: family.to_owned(), given: given.to_owned(), birth: Some(birth) };
    let alike = alike(ask, &who, number.as_ref().map(|(system, number)| (*system, number.as_str()))).await?;
    let very: Vec<&Alike> = alike.iter().filter(|alike| alike.score >= VERY_ALIKE).collect();
    let questions = if very.is_empty() {
        Vec::new()
    } else {
        let line = |alike: &&Alike| {
            let words = match alike.has_number {
                true => format!("{} · {}", alike.words, ask.t.say("alike-number")),
                false => alike.words.clone(),
            };
            (words, Some(format!("/patient/{}", alike.id)))
        };
        let lines = very.iter().map(line).collect();
        vec![Question { key: "alike".to_owned(), text: ask.t.say("ask-alike").into_owned(), lines }]
    };
    Ok(Ok(Change { entries, questions, ..Change::default() }))
}

/// Somebody who may be the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Alike {
    pub id: String,
    /// Name and birth date.
    pub words: String,
    /// How alike, of 100.
    pub score: u32,
    /// Whether it is the same insurance number.
    pub has_number: bool,
}

/// Those who may be the same as somebody, the most alike first. All but a number is answered with glimpses.
pub(super) async fn alike(
    ask: &PageAsk<'_>,
    who: &Who,
    number: Option<(&str, &str)>,
) -> Result<Vec<Alike>, Trouble> {
    let mut all: Vec<Alike> = Vec::new();
    let mut add = |ask: &PageAsk<'_>, found: Vec<(String, Value)>, has_number: bool| {
        for (id, patient) in found {
            let score = if has_number { 100 } else { scores(who, &patient).min(100) };
            if score >= ALIKE && !all.iter().any(|known| known.id == id) {
                let birth = shown_fhir_date(text_at(&patient, "birthDate"), ask.language());
                all.push(Alike { id, words: format!("{}, {birth}", full_name(&patient)), score, has_number });
            }
        }
    };
    const LINE: (&str, &str) = ("_elements", "id,name,birthDate");
    if let Some((system, number)) = number {
        let token = format!("{system}|{number}");
        add(ask, found(ask, "Patient", &[("identifier", &token), ("_count", "3")]).await?, true);
    }
    if let Some(birth) = who.birth {
        let swapped =
            Date::new(birth.year(), birth.day(), birth.month()).ok().filter(|swapped| *swapped != birth);
        let days: Vec<String> = std::iter::once(birth).chain(swapped).map(|day| day.to_string()).collect();
        let days = days.join(",");
        add(
            ask,
            found(ask, "Patient", &[("birthdate", &days), LINE, ("_count", MAX_COMPARED)]).await?,
            false,
        );
    }
    if !who.family.is_empty() && !who.given.is_empty() {
        let (family, given) = (escaped(&who.family), escaped(&who.given));
        let parameters =
            [("family", family.as_str()), ("given", given.as_str()), LINE, ("_count", MAX_COMPARED)];
        add(ask, found(ask, "Patient", &parameters).await?, false);
    }
    all.sort_by(|a, b| b.score.cmp(&a.score).then_with(|| a.words.cmp(&b.words)));
    all.truncate(MAX_SHOWN);
    Ok(all)
}

/// How alike somebody is to any name of a patient.
fn scores(who: &Who, patient: &Value) -> u32 {
    let birth = text_at(patient, "birthDate").parse::<Date>().ok();
    let names = list(patient, "name").map(|name| {
        let given: Vec<&str> = list(name, "given").filter_map(Value::as_str).collect();
        likeness(who, &Who { family: text_at(name, "family").to_owned(), given: given.join(" "), birth })
    });
    names.max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_alike_of_several_names_counts() {
        let who = Who { family: "Muster".into(), given: "Eva".into(), birth: "1980-11-03".parse().ok() };
        let patient = json!({"birthDate": "1980-11-03", "name": [{"family": "Neu", "given": ["Eva"]}, {"use": "maiden", "family": "Muster", "given": ["Eva", "Maria"]}]});
        assert!(scores(&who, &patient) >= VERY_ALIKE);
        assert_eq!(scores(&who, &json!({"name": "x", "birthDate": 3})), 0);
    }
}
