//! Address, telephone and mail. An address that was left is kept, with the day on which it ended.
//!
//! State: none.

use super::super::typed::{Wrong, contact, date};
use super::super::{PageAsk, Trouble};
use super::entry::Entry;
use super::form::{COUNTRIES, Form, Reader, Typed};
use super::here::{Change, Here, Opened, Reading, list, shown_date, text_at};
use super::merge::{Together, merge};
use jiff::civil::Date;
use salus_frame::Language;
use salus_records::RecordsError;
use salus_records::fhir::ResourceType;
use serde_json::{Value, json};

/// What is changed as one.
const TOGETHER: [Together; 4] = [
    ("where", &["street", "postal", "city", "country"]),
    ("phone", &["phone"]),
    ("mobile", &["mobile"]),
    ("email", &["email"]),
];

pub(super) fn open(ask: &PageAsk<'_>, here: &Here) -> Opened {
    let typed = now(&here.patient, ask.language())
        .with("moved", "moved")
        .with("since", shown_date(ask.clock.today(), ask.language()));
    Opened { typed, base: here.version.to_string(), ..Opened::default() }
}

/// What the chart says, as it stands in the fields.
pub(super) fn now(patient: &Value, language: Language) -> Typed {
    let address = in_use(patient).unwrap_or(&Value::Null);
    let country = country_code(text_at(address, "country"));
    let lines: Vec<&str> = list(address, "line").filter_map(Value::as_str).collect();
    Typed::default()
        .with("street", lines.join(", "))
        .with("postal", text_at(address, "postalCode"))
        .with("city", text_at(address, "city"))
        .with("country", country.unwrap_or_else(|| default_country(language)))
        .with("phone", point(patient, "phone", false))
        .with("mobile", point(patient, "phone", true))
        .with("email", point(patient, "email", false))
}

/// The country in which a practice that reads this language most likely is.
pub(super) fn default_country(language: Language) -> &'static str {
    if language == Language::Fr { "FR" } else { "DE" }
}

/// One of the countries that can be chosen, by its code or one of its names.
fn country_code(text: &str) -> Option<&'static str> {
    let upper = text.trim().to_uppercase();
    let code = match upper.as_str() {
        "D" | "DEUTSCHLAND" | "ALLEMAGNE" | "GERMANY" | "DEU" => "DE",
        "F" | "FRANKREICH" | "FRANCE" | "FRA" => "FR",
        other => other,
    };
    COUNTRIES.iter().find(|known| **known == code).copied()
}

/// The address in use.
fn in_use(patient: &Value) -> Option<&Value> {
    let in_use =
        |address: &&Value| text_at(address, "use") != "old" && text_at(address, "period.end").is_empty();
    let is_home = |address: &&Value| text_at(address, "use") == "home";
    let all = || list(patient, "address").filter(in_use);
    all().find(is_home).or_else(|| all().next())
}

fn is_point(point: &Value, system: &str, mobile: bool) -> bool {
    let is_mobile = text_at(point, "use") == "mobile";
    text_at(point, "system") == system && text_at(point, "use") != "old" && is_mobile == mobile
}

fn point<'a>(patient: &'a Value, system: &str, mobile: bool) -> &'a str {
    list(patient, "telecom")
        .find(|point| is_point(point, system, mobile))
        .map_or("", |point| text_at(point, "value"))
}

/// The fields of a person's address, read.
pub(super) struct Place {
    pub street: Option<String>,
    pub postal: Option<String>,
    pub city: Option<String>,
    pub country: &'static str,
}

/// Reads them; `needed` says whether they must be there.
pub(super) fn read_place(reader: &mut Reader<'_>, form: Form, needed: bool) -> Place {
    let country = reader.choice(form, "country").unwrap_or("DE");
    if needed {
        reader.needed("street", "missing-street");
        reader.needed("postal", "missing-postal");
        reader.needed("city", "missing-city");
    }
    Place {
        street: reader.text("street").map(str::to_owned),
        postal: reader.read("postal", |text| contact::postal_code(text, country)),
        city: reader.text("city").map(str::to_owned),
        country,
    }
}

impl Place {
    /// FHIR's Address; none where nothing was typed.
    pub(super) fn to_json(&self, since: Option<Date>) -> Option<Value> {
        if self.street.is_none() && self.postal.is_none() && self.city.is_none() {
            return None;
        }
        let mut address = json!({"use": "home"});
        if let Some(street) = &self.street {
            let lines: Vec<&str> = street.split(',').map(str::trim).filter(|line| !line.is_empty()).collect();
            if !lines.is_empty() {
                address["line"] = json!(lines);
            }
        }
        for (name, value) in [("city", &self.city), ("postalCode", &self.postal)] {
            if let Some(value) = value {
                address[name] = json!(value);
            }
        }
        address["country"] = json!(self.country);
        if let Some(since) = since {
            address["period"] = json!({"start": since.to_string()});
        }
        Some(address)
    }
}

/// Telephone, mobile and mail, as they are to stand in the chart.
pub(super) fn read_reach(reader: &mut Reader<'_>) -> [(&'static str, bool, Option<String>); 3] {
    [
        ("phone", false, reader.read("phone", contact::phone)),
        ("phone", true, reader.read("mobile", contact::phone)),
        ("email", false, reader.read("email", contact::email)),
    ]
}

/// Puts them into the chart; what is as it was stays as it stands there.
pub(super) fn set_reach(patient: &mut Value, reach: [(&'static str, bool, Option<String>); 3]) {
    let mut points: Vec<Value> = list(patient, "telecom").cloned().collect();
    for (system, mobile, value) in reach {
        let at = points.iter().position(|point| is_point(point, system, mobile));
        match (at.and_then(|at| points.get_mut(at)), value) {
            (Some(point), Some(value)) if text_at(point, "value") != value => point["value"] = json!(value),
            (Some(_), Some(_)) | (None, None) => {}
            (Some(point), None) => point["use"] = json!("old"),
            (None, Some(value)) => {
                let mut point = json!({"system": system, "value": value});
                if system == "phone" {
                    point["use"] = json!(if mobile { "mobile" } else { "home" });
                }
                points.push(point);
            }
        }
    }
    if !points.is_empty() {
        patient["telecom"] = Value::Array(points);
    }
}

/// Reads the form against what is there now and what was there when it was opened.
pub(super) async fn read(
    ask: &PageAsk<'_>,
    here: &Here,
    typed: &Typed,
    base: &str,
) -> Result<Reading, Trouble> {
    let today = ask.clock.today();
    let language = ask.language();
    let current = now(&here.patient, language);
    let before = match base.parse::<u32>() {
        Ok(version) if version == here.version => current.clone(),
        Ok(version) => now(&at_version(ask, here, version).await?, language),
        // A form that does not say on what it was opened is taken as opened just now.
        Err(_) => current.clone(),
    };
    let (merged, conflicts) = merge(&TOGETHER, &before, &current, typed);
    if !conflicts.is_empty() {
        return Ok(Ok(Change { conflicts, merged: Some(merged), ..Change::default() }));
    }
    let where_changed =
        ["street", "postal", "city", "country"].iter().any(|name| merged.get(name) != current.get(name));
    let mut reader = Reader::new(Form::Address, &merged);
    let place = read_place(&mut reader, Form::Address, where_changed);
    let reach = read_reach(&mut reader);
    let moved = reader.choice(Form::Address, "moved");
    let is_move = where_changed && moved == Some("moved") && in_use(&here.patient).is_some();
    if is_move {
        reader.needed("since", "missing-date");
    }
    let since = reader.read("since", |text| date::any_day(text, today));
    let began =
        in_use(&here.patient).and_then(|address| text_at(address, "period.start").parse::<Date>().ok());
    if is_move && since.zip(began).is_some_and(|(since, began)| since < began) {
        reader.fault("since", Wrong::new("wrong-since-before"));
    }
    if !reader.faults.is_empty() {
        return Ok(Err(reader.faults));
    }
    let mut patient = here.patient.clone();
    if where_changed {
        let since = since.filter(|_| moved == Some("moved"));
        // A country that cannot be chosen here is shown as another, and stays while nobody chooses.
        let keeps_country = merged.get("country") == current.get("country");
        set_address(&mut patient, &place, since, keeps_country);
    }
    set_reach(&mut patient, reach);
    let change = Entry::Update {
        kind: "Patient",
        id: here.id.clone(),
        version: here.version,
        resource: patient.clone(),
    };
    let entries = if patient == here.patient { Vec::new() } else { vec![change] };
    Ok(Ok(Change { entries, ..Change::default() }))
}

/// The patient as they were when the form was opened.
async fn at_version(ask: &PageAsk<'_>, here: &Here, version: u32) -> Result<Value, Trouble> {
    let kind = ResourceType::from_name("Patient").ok_or(RecordsError::Internal)?;
    let opened = salus_records::vread(ask.cell, &ask.asker, kind, &here.id, &version.to_string()).await?;
    ask.admitted(opened.delivery.clone());
    Ok(serde_json::from_slice(&opened.text).map_err(|_| RecordsError::Internal)?)
}

/// Puts a new address first; the one before is kept with its end, or is replaced where it was wrong.
fn set_address(patient: &mut Value, place: &Place, since: Option<Date>, keeps_country: bool) {
    let Some(mut new) = place.to_json(since) else { return };
    let old = in_use(patient).cloned();
    let mut all: Vec<Value> = list(patient, "address").cloned().collect();
    if let Some(old) = old
        && let Some(at) = all.iter().position(|address| *address == old)
    {
        let mut past = all.remove(at);
        let began = text_at(&past, "period.start").parse::<Date>().ok();
        match since {
            // One that began on the same day never was in force.
            Some(since) if began == Some(since) => {}
            Some(since) => {
                past["use"] = json!("old");
                let ended = since.yesterday().unwrap_or(since).to_string();
                match past.get_mut("period").filter(|period| period.is_object()) {
                    Some(period) => period["end"] = json!(ended),
                    None => past["period"] = json!({"end": ended}),
                }
                all.push(past);
            }
            None => new = corrected(past, &new, keeps_country),
        }
    }
    all.insert(0, new);
    patient["address"] = Value::Array(all);
}

/// An address with what was wrong in it set right. What the form does not know of it stays: its district, say, or until when it is good.
fn corrected(past: Value, right: &Value, keeps_country: bool) -> Value {
    let mut address = past;
    let Some(members) = address.as_object_mut() else { return right.clone() };
    let country = members.get("country").and_then(Value::as_str).unwrap_or_default();
    let same_country = match country_code(country) {
        Some(code) => right.get("country").is_some_and(|chosen| chosen == code),
        None => keeps_country && !country.is_empty(),
    };
    for name in ["line", "postalCode", "city", "country"] {
        if members.get(name) == right.get(name) || name == "country" && same_country {
            continue;
        }
        // What stands beside the old words says the same in parts (street and house number, say).
        members.remove(&format!("_{name}"));
        members.remove("text");
        match right.get(name) {
            Some(value) => members.insert(name.to_owned(), value.clone()),
            None => members.remove(name),
        };
    }
    address
}

/// The conflicts' fields as they are now, for those who choose them.
pub(super) fn take_theirs(here: &Here, typed: &mut Typed, language: Language, groups: &[&str]) {
    let current = now(&here.patient, language);
    for (name, fields) in TOGETHER {
        if groups.contains(&name) {
            for field in fields {
                typed.set(field, current.get(field));
            }
        }
    }
}

/// Whether a group of a conflict is one of this form.
pub(super) fn group(name: &str) -> Option<&'static str> {
    TOGETHER.iter().map(|(group, _)| *group).find(|group| *group == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn place(street: &str) -> Place {
        Place {
            street: Some(street.into()),
            postal: Some("79098".into()),
            city: Some("Freiburg".into()),
            country: "DE",
        }
    }

    #[test]
    fn a_move_keeps_the_old_address_with_its_end() {
        let mut patient = json!({"address": [{"use": "work", "city": "Ulm"}, {"use": "home", "line": ["Alt 1"], "city": "Bonn",
            "period": {"start": "2001-01-01"}, "extension": [{"url": "x", "valueString": "y"}]}]});
        set_address(&mut patient, &place("Neu 2, Hinterhaus"), Some(date(2026, 11, 28)), false);
        assert_eq!(
            patient["address"],
            json!([
                {"use": "home", "line": ["Neu 2", "Hinterhaus"], "city": "Freiburg", "postalCode": "79098", "country": "DE",
                 "period": {"start": "2026-11-28"}},
                {"use": "work", "city": "Ulm"},
                {"use": "old", "line": ["Alt 1"], "city": "Bonn", "period": {"start": "2001-01-01", "end": "2026-11-27"},
                 "extension": [{"url": "x", "valueString": "y"}]},
            ])
        );
        assert_eq!(now(&patient, Language::De).get("street"), "Neu 2, Hinterhaus");
    }

    #[test]
    fn one_that_began_on_the_same_day_was_never_in_force() {
        let mut patient =
            json!({"address": [{"use": "home", "city": "Bonn", "period": {"start": "2026-11-28"}}]});
        set_address(&mut patient, &place("Neu 2"), Some(date(2026, 11, 28)), false);
        assert_eq!(patient["address"].as_array().unwrap().len(), 1);
        assert_eq!(patient["address"][0]["city"], "Freiburg");
    }

    #[test]
    fn a_correction_replaces_it() {
        let mut patient =
            json!({"address": [{"use": "home", "line": ["Alt 1"], "period": {"start": "2001-01-01"}}]});
        set_address(&mut patient, &place("Alt 11"), None, false);
        assert_eq!(patient["address"].as_array().unwrap().len(), 1);
        assert_eq!(patient["address"][0]["period"]["start"], "2001-01-01");
    }

    #[test]
    fn a_correction_leaves_what_the_form_does_not_know() {
        let wrong = json!({"use": "home", "type": "both", "text": "Alt 1, Ulm", "line": ["Alt 1"], "_line": [{"id": "x"}], "city": "Freiburg",
            "postalCode": "79098", "district": "Mitte", "state": "BW", "country": "US", "extension": [{"url": "x", "valueString": "y"}]});
        let corrected = |country: &'static str, keeps: bool, was: &str| {
            let mut patient = json!({"address": [wrong]});
            patient["address"][0]["country"] = was.into();
            set_address(&mut patient, &Place { country, ..place("Alt 11") }, None, keeps);
            patient["address"][0].clone()
        };
        let mut right = wrong.clone();
        right["line"] = json!(["Alt 11"]);
        for gone in ["text", "_line"] {
            right.as_object_mut().unwrap().remove(gone);
        }
        assert_eq!(corrected("DE", true, "US"), right, "nobody chose another country");
        assert_eq!(corrected("AT", false, "US")["country"], "AT");
        assert_eq!(corrected("DE", true, "Deutschland")["country"], "Deutschland");
    }

    #[test]
    fn what_is_no_longer_used_stays_as_old() {
        let mut patient = json!({"telecom": [{"system": "phone", "use": "home", "value": "1"}, {"system": "fax", "value": "2"}]});
        let reach =
            [("phone", false, None), ("phone", true, Some("017012345".into())), ("email", false, None)];
        set_reach(&mut patient, reach);
        assert_eq!(
            patient["telecom"],
            json!([{"system": "phone", "use": "old", "value": "1"}, {"system": "fax", "value": "2"},
                {"system": "phone", "value": "017012345", "use": "mobile"}])
        );
        let same = patient.clone();
        set_reach(
            &mut patient,
            [("phone", false, None), ("phone", true, Some("017012345".into())), ("email", false, None)],
        );
        assert_eq!(patient, same);
    }

    #[test]
    fn foreign_shapes_are_no_harm() {
        for patient in
            [json!({}), json!({"address": 3, "telecom": "x"}), json!({"address": [1, null], "telecom": [[]]})]
        {
            assert_eq!(now(&patient, Language::Fr).get("country"), "FR");
        }
    }
}
