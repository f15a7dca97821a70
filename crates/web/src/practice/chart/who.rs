//! What stands on every page of a chart: who this is, and what must not be missed.
//!
//! State: none.

use super::super::view::address::{address, telecom};
use super::super::view::age::age;
use super::super::view::code::Concept;
use super::super::view::date::{Day, When};
use super::super::view::identifier::insurance_number;
use super::super::view::json::{all, is, raw, text};
use super::super::view::name::Name;
use super::super::view::value::when;
use super::super::{PageAsk, Trouble};
use super::gather::{Found, Names, Who, find};
use super::medicine::{Medicine, current};
use super::tell::Told;
use salus_frame::Language;
use salus_records::fhir::json::{Document, Kind, Value};

/// How many allergies, marks, cards, medicines and results to come the head opens at most.
const MAX_ALLERGIES: u32 = 40;
const MAX_FLAGS: u32 = 20;
const MAX_MEDICINES: u32 = 40;
const MAX_OPEN: u32 = 20;

/// SNOMED CT's codes for "no known allergy" and its kinds.
const NO_KNOWN_ALLERGY: [&str; 4] = ["716186003", "409137002", "428607008", "716184000"];

/// The most reactions of one allergy that are shown.
const MAX_REACTIONS: usize = 4;

/// Who this is.
#[derive(Debug, Default)]
pub(super) struct Identity {
    pub id: String,
    pub name: Name,
    pub birth: Option<Told>,
    /// The age today, or at death.
    pub age: String,
    /// The message that says the sex; empty where it is not known.
    pub sex: &'static str,
    /// `KVNR` or `INS`, and the number.
    pub number: Option<(&'static str, String)>,
    pub insurer: String,
    pub doctor: String,
    /// Whether the patient has died, and when, if that is known.
    pub is_deceased: bool,
    pub death: Option<Told>,
    pub address: Vec<String>,
    pub phones: Vec<String>,
    pub mails: Vec<String>,
    /// People to call, as they are to the patient.
    pub contacts: Vec<(String, String)>,
    doctor_named: Option<Who>,
}

/// An allergy or intolerance.
#[derive(Debug)]
pub(super) struct Allergy {
    pub concept: Concept,
    pub is_high: bool,
    pub reactions: String,
    /// Whether it was not yet confirmed.
    pub is_suspected: bool,
}

/// What must not be missed.
#[derive(Debug, Default)]
pub(super) struct Warnings {
    pub allergies: Vec<Allergy>,
    /// Whether somebody wrote down that there are none.
    pub none_known: bool,
    pub allergies_left_out: u64,
    /// Marks: words, and whether they are about pregnancy or blood clotting, say.
    pub flags: Vec<(String, Option<Told>)>,
    pub anticoagulants: Vec<(String, String)>,
    /// Results that are still to come.
    pub open: Vec<(String, Option<Told>)>,
    pub open_left_out: u64,
}

impl Warnings {
    /// The allergies that may kill.
    pub(super) fn high(&self) -> impl Iterator<Item = &Allergy> {
        self.allergies.iter().filter(|allergy| allergy.is_high)
    }
}

/// What every page of a chart holds.
#[derive(Debug)]
pub(super) struct Head {
    pub who: Identity,
    pub warnings: Warnings,
    /// What is taken now.
    pub medicines: Vec<Medicine>,
    pub medicines_left_out: u64,
    pub today: Day,
}

impl Head {
    /// Asks for it. `id` is the patient's.
    ///
    /// Errors: of the patient's own record, and of any of the searches: a chart that lacks its warnings is not shown.
    pub(super) async fn gather(ask: &PageAsk<'_>, id: &str) -> Result<Self, Trouble> {
        let today = When::of_ms(ask.clock.now_ms()).day;
        let open = [("status", "registered,partial,preliminary"), ("_sort", "-date")];
        let (patient, allergies, flags, statements, requests, cards, open) = tokio::join!(
            ask.read("Patient", id),
            find(ask, "AllergyIntolerance", id, &[], MAX_ALLERGIES),
            find(ask, "Flag", id, &[("_sort", "-date")], MAX_FLAGS),
            find(
                ask,
                "MedicationStatement",
                id,
                &[("status", "active"), ("_sort", "-effective")],
                MAX_MEDICINES
            ),
            find(
                ask,
                "MedicationRequest",
                id,
                &[("status", "active"), ("_sort", "-authoredon")],
                MAX_MEDICINES
            ),
            find(ask, "Coverage", id, &[("status", "active")], 4),
            find(ask, "DiagnosticReport", id, &open, MAX_OPEN),
        );
        let patient = patient?;
        let (allergies, statements, requests) = (allergies?, statements?, requests?);
        let mut who = identity(&patient.text, today, ask.language());
        let insurer = cards?.read(|card| (!has_ended(card, today)).then(|| Who::at(card, "payor"))?);
        let named = who.doctor_named.iter().chain(insurer.first());
        let (names, ()) = tokio::join!(Names::read(ask, named), ask.count_again());
        who.doctor = names.of(who.doctor_named.as_ref());
        who.insurer = names.of(insurer.first());
        let medicines_left_out = statements.left_out() + requests.left_out();
        let medicines = current(statements.read(Medicine::of), requests.read(Medicine::of), today);
        let warnings = warnings(&allergies, &flags?, &open?, &medicines, today, ask.language());
        Ok(Self { who, warnings, medicines, medicines_left_out, today })
    }
}

fn has_ended(resource: Value<'_>, today: Day) -> bool {
    when(resource, &["period.end"]).is_some_and(|end| end.day < today)
}

fn identity(patient: &[u8], today: Day, language: Language) -> Identity {
    let text = std::str::from_utf8(patient).unwrap_or_default();
    match Document::parse(text) {
        Ok(document) => identity_of(document.root(), today, language),
        // What was stored was checked to be JSON.
        Err(_) => Identity::default(),
    }
}

fn identity_of(patient: Value<'_>, today: Day, language: Language) -> Identity {
    let birth = when(patient, &["birthDate"]);
    let death = when(patient, &["deceasedDateTime"]);
    let is_deceased =
        death.is_some() || patient.get("deceasedBoolean").is_some_and(|died| died.kind() == Kind::True);
    // How old somebody whose death is not dated would be says nothing.
    let until = match (is_deceased, death) {
        (false, _) => Some(today),
        (true, death) => death.map(|death| death.day),
    };
    let sex = match raw(patient, "gender").as_deref() {
        Some("female") => "chart-sex-female",
        Some("male") => "chart-sex-male",
        Some("other") => "chart-sex-other",
        Some("unknown") => "chart-sex-unknown",
        _ => "",
    };
    Identity {
        id: raw(patient, "id").unwrap_or_default(),
        name: Name::of(patient).unwrap_or_default(),
        birth: birth.map(|birth| Told::new(birth, today, language)),
        age: birth.zip(until).and_then(|(birth, until)| age(birth, until, language)).unwrap_or_default(),
        sex,
        number: insurance_number(patient).map(|(kind, number)| (kind.label(), number)),
        is_deceased,
        death: death.map(|death| Told::new(death, today, language)),
        address: address(patient),
        phones: telecom(patient, "phone"),
        mails: telecom(patient, "email"),
        contacts: contacts(patient),
        doctor_named: Who::at(patient, "generalPractitioner"),
        ..Identity::default()
    }
}

fn contacts(patient: Value<'_>) -> Vec<(String, String)> {
    let contact = |contact: Value<'_>| {
        let name = contact.get("name").and_then(|name| {
            let family = text(name, "family").or_else(|| text(name, "text"));
            let parts: Vec<String> = [text(name, "given"), family].into_iter().flatten().collect();
            Some(parts.join(" ")).filter(|name| !name.is_empty())
        })?;
        let relation = Concept::at(contact, "relationship").map(|relation| relation.text).unwrap_or_default();
        let about = [relation, telecom(contact, "phone").into_iter().next().unwrap_or_default()];
        let about: Vec<String> = about.into_iter().filter(|part| !part.is_empty()).collect();
        Some((name, about.join(", ")))
    };
    all(patient, "contact").filter_map(contact).take(4).collect()
}

fn warnings(
    allergies: &Found,
    flags: &Found,
    open: &Found,
    medicines: &[Medicine],
    today: Day,
    language: Language,
) -> Warnings {
    let mut none_known = false;
    let mut shown: Vec<Allergy> = allergies
        .read(allergy)
        .into_iter()
        .filter(|allergy| {
            let says_none = NO_KNOWN_ALLERGY.contains(&allergy.concept.code.as_str());
            none_known |= says_none;
            !says_none
        })
        .collect();
    shown.sort_by_key(|allergy| (!allergy.is_high, allergy.is_suspected));
    let flag = |flag: Value<'_>| {
        if !is(flag, "status", "active") || has_ended(flag, today) {
            return None;
        }
        let since = when(flag, &["period.start"]).map(|since| Told::new(since, today, language));
        Some((Concept::at(flag, "code")?.text, since))
    };
    let report = |report: Value<'_>| {
        let since = when(report, &["effectiveDateTime", "effectivePeriod.start", "issued"]);
        Some((Concept::at(report, "code")?.text, since.map(|since| Told::new(since, today, language))))
    };
    let flag_list = flags.read(flag);
    // What a mark says already is not said twice.
    let is_said = |medicine: &Medicine| {
        let name = medicine.concept.text.to_lowercase();
        let word = name.split_whitespace().next().unwrap_or_default();
        flag_list.iter().any(|(text, _)| !word.is_empty() && text.to_lowercase().contains(word))
    };
    let anticoagulants: Vec<(String, String)> = medicines
        .iter()
        .filter(|medicine| medicine.is_anticoagulant && !is_said(medicine))
        .map(|medicine| (medicine.concept.text.clone(), medicine.dose.clone()))
        .collect();
    Warnings {
        none_known: none_known && shown.is_empty(),
        allergies: shown,
        allergies_left_out: allergies.left_out(),
        flags: flag_list,
        anticoagulants,
        open: open.read(report),
        open_left_out: open.left_out(),
    }
}

/// An AllergyIntolerance that counts: not one that is over, refuted or entered in error.
fn allergy(allergy: Value<'_>) -> Option<Allergy> {
    let over = |path: &str, codes: &[&str]| codes.iter().any(|code| is(allergy, path, code));
    if over("clinicalStatus.coding.code", &["inactive", "resolved"])
        || over("verificationStatus.coding.code", &["refuted", "entered-in-error"])
    {
        return None;
    }
    let concept = Concept::at(allergy, "code")
        .or_else(|| Concept::at(all(allergy, "reaction").next()?, "substance"))?;
    let reactions = all(allergy, "reaction").flat_map(|reaction| all(reaction, "manifestation"));
    let reactions: Vec<String> =
        reactions.filter_map(Concept::of).map(|reaction| reaction.text).take(MAX_REACTIONS).collect();
    let is_severe = all(allergy, "reaction").any(|reaction| is(reaction, "severity", "severe"));
    Some(Allergy {
        concept,
        is_high: is(allergy, "criticality", "high") || is_severe,
        reactions: reactions.join(", "),
        is_suspected: over("verificationStatus.coding.code", &["unconfirmed"]),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(text: &str) -> Identity {
        super::identity(text.as_bytes(), When::parse("2026-11-28").unwrap().day, Language::De)
    }

    #[test]
    fn the_dead_keep_the_age_at_which_they_died() {
        let alive = identity(r#"{"id":"1","birthDate":"1950-03-01","gender":"male"}"#);
        assert_eq!((alive.age.as_str(), alive.sex, alive.is_deceased), ("76 J.", "chart-sex-male", false));
        let dead = identity(r#"{"birthDate":"1950-03-01","deceasedDateTime":"2020-02-01T10:00:00+01:00"}"#);
        assert_eq!((dead.age.as_str(), dead.is_deceased), ("69 J.", true));
        assert_eq!(dead.death.unwrap().text, "01.02.2020");
        let unknown = identity(r#"{"birthDate":"1950-03-01","deceasedBoolean":true}"#);
        assert_eq!((unknown.age.as_str(), unknown.is_deceased), ("", true));
        assert!(!identity(r#"{"deceasedBoolean":false}"#).is_deceased);
        assert!(identity("nonsense").id.is_empty());
    }

    #[test]
    fn an_allergy_that_is_over_or_refuted_is_none() {
        let of = |text: &str| allergy(Document::parse(text).unwrap().root());
        let penicillin = of(
            r#"{"code":{"text":"Penicillin"},"criticality":"high","reaction":[{"manifestation":[{"text":"Exanthem"},{"text":"Luftnot"}]}]}"#,
        )
        .unwrap();
        assert!(penicillin.is_high && !penicillin.is_suspected);
        assert_eq!(penicillin.reactions, "Exanthem, Luftnot");
        for status in [
            r#""clinicalStatus":{"coding":[{"code":"resolved"}]}"#,
            r#""verificationStatus":{"coding":[{"code":"refuted"}]}"#,
        ] {
            assert!(of(&format!(r#"{{"code":{{"text":"x"}},{status}}}"#)).is_none());
        }
    }
}
