//! The values that search takes from resources, by examples of each kind, and for all of HL7's.

mod support;

use proptest::prelude::*;
use salus_fhir::search::{self, Name, Range, Value, order};
use salus_fhir::{Resource, ResourceType, instant};

const BASE: &str = "https://salus.example/fhir";

fn kind(name: &str) -> ResourceType {
    ResourceType::from_name(name).expect("a type")
}

/// The values that a parameter has of a resource.
fn of(text: &str, code: &str) -> Vec<Value> {
    let resource = Resource::parse(text, None).expect("valid");
    let number = search::parameter(resource.kind(), code).expect("a parameter").number;
    let values = search::values(&resource, &[], BASE).values;
    values.into_iter().filter(|(of, _)| *of == number).map(|(_, value)| value).collect()
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn token(system: Option<&str>, code: &str) -> Value {
    Value::Token { system: system.map(str::to_owned), code: Some(code.to_owned()) }
}

fn display(text: &str) -> Value {
    Value::Display(text.to_owned())
}

fn dates(low: &str, high: &str) -> Value {
    let at = |text: &str| instant::parse(text).expect("an instant") as i64;
    Value::Range(Range { low: at(low), high: at(high) })
}

fn exactly(number: f64) -> Range {
    Range { low: order(number), high: order(number) }
}

macro_rules! same {
    ($left:expr, [$($right:expr),* $(,)?]) => {
        let (left, right) = ($left, vec![$($right),*]);
        assert!(left == right, "{} values for {}: {}", left.len(), right.len(), stringify!($left));
    };
}

const PATIENT: &str = r##"{"resourceType":"Patient","id":"a","meta":{"lastUpdated":"2026-01-01T00:00:00Z","profile":["http://p|1"],
  "tag":[{"system":"urn:t","code":"x","display":"An X"}],"source":"urn:source"},"active":true,
  "identifier":[{"type":{"coding":[{"system":"urn:types","code":"KVZ10","display":"GKV"}],"text":"Card"},"system":"urn:ids","value":"A1"}],
  "name":[{"text":"Dr. Eva von der Heide","family":"von der Heide","given":["Eva","Maria"],"prefix":["Dr."]}],
  "telecom":[{"system":"phone","value":"030 1"},{"system":"email","value":"a@b.de"}],
  "birthDate":"1980-02","deceasedBoolean":false,
  "address":[{"line":["Weg 1","Hof"],"city":"Berlin","postalCode":"10115","country":"DE","use":"home"}],
  "generalPractitioner":[{"reference":"Practitioner/1/_history/3"},{"reference":"https://salus.example/fhir/Organization/2"},
    {"reference":"https://other.example/fhir/Organization/3"},{"reference":"#c"},{"identifier":{"system":"urn:lanr","value":"9"}}],
  "contained":[{"resourceType":"Practitioner","id":"c"}]}"##;

#[test]
fn a_patients_strings_and_tokens() {
    same!(of(PATIENT, "family"), [text("Heide"), text("von der Heide")]);
    same!(of(PATIENT, "given"), [text("Eva"), text("Maria")]);
    same!(
        of(PATIENT, "name"),
        [
            text("Dr. Eva von der Heide"),
            text("Eva"),
            text("Maria"),
            text("Dr."),
            text("der Heide"),
            text("Heide"),
            text("Heide"),
            text("von der Heide")
        ]
    );
    let phone = |value: &str| {
        let telecom =
            format!(r#"[{{"system":"phone","value":"{value}"}},{{"system":"email","value":"{value}"}}]"#);
        of(&format!(r#"{{"resourceType":"Patient","telecom":{telecom}}}"#), "phone")
    };
    same!(phone("+49 (0)30 12-34"), [token(None, "+49 (0)30 12-34"), token(None, "0301234")]);
    same!(phone("0301234"), [token(None, "0301234")]);
    same!(of(PATIENT, "address"), [text("Weg 1"), text("Hof"), text("Berlin"), text("10115"), text("DE")]);
    same!(of(PATIENT, "address-use"), [token(None, "home")]);
    same!(of(PATIENT, "active"), [token(None, "true")]);
    same!(of(PATIENT, "deceased"), [token(None, "false")]);
    same!(of(PATIENT, "email"), [token(None, "a@b.de")]);
    same!(of(PATIENT, "telecom"), [token(None, "030 1"), token(None, "a@b.de")]);
    let of_type =
        Value::OfType { system: Some("urn:types".into()), code: "KVZ10".into(), value: "A1".into() };
    same!(
        of(PATIENT, "identifier"),
        [token(Some("urn:ids"), "A1"), display("Card"), display("GKV"), of_type]
    );
    same!(of(PATIENT, "birthdate"), [dates("1980-02-01T00:00:00Z", "1980-02-29T23:59:59.999Z")]);
    same!(of(PATIENT, "_profile"), [Value::Uri("http://p|1".into())]);
    same!(of(PATIENT, "_source"), [Value::Uri("urn:source".into())]);
    same!(of(PATIENT, "_tag"), [token(Some("urn:t"), "x"), display("An X")]);
    // The header says these.
    same!(of(PATIENT, "_id"), []);
    same!(of(PATIENT, "_lastUpdated"), []);
}

#[test]
fn references_here_and_elsewhere() {
    let here = |kind_name: &str, id: &str| Value::Reference(Name { kind: kind(kind_name), id: id.into() });
    same!(
        of(PATIENT, "general-practitioner"),
        [
            here("Practitioner", "1"),
            here("Organization", "2"),
            Value::Elsewhere("https://other.example/fhir/Organization/3".into()),
            Value::ReferenceIdentifier { system: Some("urn:lanr".into()), value: "9".into() },
        ]
    );
    let observation = r#"{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"Group/1"}}"#;
    same!(of(observation, "subject"), [here("Group", "1")]);
    same!(of(observation, "patient"), []);
    let answers =
        r#"{"resourceType":"QuestionnaireResponse","status":"completed","questionnaire":"http://q|2"}"#;
    same!(of(answers, "questionnaire"), [Value::Uri("http://q|2".into())]);
}

#[test]
fn dead_or_alive() {
    same!(of(r#"{"resourceType":"Patient"}"#, "deceased"), [token(None, "false")]);
    same!(of(r#"{"resourceType":"Patient","deceasedBoolean":true}"#, "deceased"), [token(None, "true")]);
    same!(of(r#"{"resourceType":"Patient","deceasedDateTime":"2020"}"#, "deceased"), [token(None, "true")]);
    same!(
        of(r#"{"resourceType":"Patient","deceasedDateTime":"2020"}"#, "death-date"),
        [dates("2020-01-01T00:00:00Z", "2020-12-31T23:59:59.999Z")]
    );
}

const PRESSURE: &str = r#"{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"85354-9"}],"text":"BP"},
  "effectivePeriod":{"start":"2020-01-01"},
  "component":[
    {"code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]},"valueQuantity":{"value":120,"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"}},
    {"code":{"coding":[{"system":"http://loinc.org","code":"8462-4"}]},"valueQuantity":{"value":80.5,"comparator":">"}}]}"#;

fn quantity(range: Range) -> Value {
    Value::Quantity {
        range,
        system: Some("http://unitsofmeasure.org".into()),
        code: Some("mm[Hg]".into()),
        unit: Some("mmHg".into()),
    }
}

#[test]
fn quantities_and_what_belongs_together() {
    let loinc = |code: &str| token(Some("http://loinc.org"), code);
    let systolic = || quantity(exactly(120.0));
    let over = Range { low: order(80.5) + 1, high: i64::MAX };
    let diastolic = || Value::Quantity { range: over, system: None, code: None, unit: None };
    same!(of(PRESSURE, "component-value-quantity"), [systolic(), diastolic()]);
    same!(of(PRESSURE, "combo-code"), [loinc("85354-9"), display("BP"), loinc("8480-6"), loinc("8462-4")]);
    same!(
        of(PRESSURE, "combo-code-value-quantity"),
        [
            Value::Composite(vec![vec![loinc("8480-6")], vec![systolic()]]),
            Value::Composite(vec![vec![loinc("8462-4")], vec![diastolic()]]),
        ]
    );
    same!(of(PRESSURE, "code-value-quantity"), []);
    let since = instant::parse("2020-01-01T00:00:00Z").expect("an instant") as i64;
    same!(of(PRESSURE, "date"), [Value::Range(Range { low: since, high: i64::MAX })]);
}

#[test]
fn other_shapes_of_quantities_and_times() {
    let sampled = r#"{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueSampledData":{"origin":{"value":10,"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"},"period":1,"factor":2,"dimensions":1,"data":"1 E 3 -2"}}"#;
    same!(of(sampled, "value-quantity"), [quantity(Range { low: order(6.0), high: order(16.0) })]);
    let onset = r#"{"resourceType":"Condition","subject":{"reference":"Patient/1"},"onsetRange":{"low":{"value":5},"high":{"value":10}}}"#;
    let between = Range { low: order(5.0), high: order(10.0) };
    same!(of(onset, "onset-age"), [Value::Quantity { range: between, system: None, code: None, unit: None }]);
    let invoice = r#"{"resourceType":"Invoice","status":"draft","totalNet":{"value":9.5,"currency":"EUR"}}"#;
    let money = Value::Quantity {
        range: exactly(9.5),
        system: Some("urn:iso:std:iso:4217".into()),
        code: Some("EUR".into()),
        unit: Some("EUR".into()),
    };
    same!(of(invoice, "totalnet"), [money]);
    let order_text = r#"{"resourceType":"ServiceRequest","status":"draft","intent":"plan","subject":{"reference":"Patient/1"},
        "occurrenceTiming":{"event":["2020-03-01","2020-01-01"],"repeat":{"boundsPeriod":{"end":"2020-06"}}}}"#;
    let end = instant::parse("2020-06-30T23:59:59.999Z").expect("an instant") as i64;
    same!(of(order_text, "occurrence"), [Value::Range(Range { low: i64::MIN, high: end })]);
    let risk = r#"{"resourceType":"RiskAssessment","status":"final","subject":{"reference":"Patient/1"},"prediction":[{"probabilityDecimal":0.5}]}"#;
    same!(of(risk, "probability"), [Value::Range(exactly(0.5))]);
    let related = r#"{"resourceType":"DocumentReference","status":"current","content":[{"attachment":{"url":"http://x"}}],"relatesTo":[{"code":"replaces","target":{"reference":"DocumentReference/1"}}]}"#;
    let target = Value::Reference(Name { kind: kind("DocumentReference"), id: "1".into() });
    same!(of(related, "relationship"), [Value::Composite(vec![vec![token(None, "replaces")], vec![target]])]);
}

#[test]
fn all_examples_have_values_and_words_print_nothing() {
    let Some(folder) = support::examples("search values") else { return };
    let (mut resources, mut values, mut met) = (0, 0, std::collections::BTreeSet::new());
    for (_, text) in support::files(&folder) {
        let Ok(resource) = Resource::parse(text, None) else { continue };
        let found = search::values(&resource, &[], BASE);
        resources += 1;
        values += found.values.len();
        for (number, value) in &found.values {
            let parameter = search::by_number(*number).expect("a parameter");
            assert!(parameter.is_for(resource.kind()), "{}", parameter.id);
            assert!(!format!("{value:?}").contains(' '), "{value:?}");
            met.insert(*number);
        }
    }
    assert!(resources > 5_000 && values > 100_000 && met.len() > 900, "{resources} {values} {}", met.len());
    println!("{values} values of {} parameters in {resources} resources", met.len());
}

/// Puts something else in the place of one value of a resource.
fn mutate(value: &mut serde_json::Value, random: &mut support::Random) {
    use serde_json::{Value as Json, json};
    let mut at = value;
    loop {
        let count = match at {
            Json::Object(members) => members.len(),
            Json::Array(elements) => elements.len(),
            _ => 0,
        };
        if count == 0 || random.below(8) == 0 {
            break;
        }
        let place = random.below(count);
        at = match at {
            Json::Object(members) => members.values_mut().nth(place).expect("a member"),
            Json::Array(elements) => elements.get_mut(place).expect("an element"),
            _ => break,
        };
    }
    let number = |text: &str| serde_json::from_str(text).expect("a number");
    *at = match random.below(10) {
        0 => json!(""),
        1 => json!("ü|$,\\ \u{1F600}"),
        2 => json!("2020-02"),
        3 => json!("Patient/1/_history/"),
        4 => json!("#"),
        5 => json!({"reference": "https://salus.example/fhir/"}),
        6 => number("1e999"),
        7 => number("-0.00000000000000000000000000000000001e-99"),
        8 => json!({"extension": [{"url": "urn:x", "valueString": "y"}]}),
        _ => json!([{"value": "<", "code": "x", "text": "’"}]),
    };
}

#[test]
fn mutants_that_are_valid_have_values() {
    let Some(folder) = support::examples("mutants' values") else { return };
    let mut random = support::Random::new(7);
    let (mut valid, mut values) = (0, 0);
    for (_, text) in support::files(&folder).filter(|(_, text)| text.len() < 20_000).step_by(3) {
        let Ok(json) = serde_json::from_str::<serde_json::Value>(&text) else { continue };
        for _ in 0..8 {
            let mut mutant = json.clone();
            mutate(&mut mutant, &mut random);
            if let Ok(resource) = Resource::parse(mutant.to_string(), None) {
                valid += 1;
                values += search::values(&resource, &[], BASE).values.len();
            }
        }
    }
    assert!(valid > 500 && values > 5_000, "{valid} valid mutants with {values} values");
}

fn parameter_resource(code: &str, kind: &str, base: &str, expression: &str) -> Resource {
    let text = format!(
        r#"{{"resourceType":"SearchParameter","id":"own","url":"urn:own","name":"Own","status":"active","description":"d","code":"{code}","base":["{base}"],"type":"{kind}","expression":"{expression}"}}"#
    );
    Resource::parse(text, None).expect("valid")
}

#[test]
fn a_cells_own_parameters() {
    let own = parameter_resource(
        "birth-time",
        "date",
        "Patient",
        "Patient.birthDate.extension('urn:time').value.as(dateTime)",
    );
    let own = search::custom(&own, 0x8001).expect("compiled");
    let text = r#"{"resourceType":"Patient","birthDate":"1980-01-01","_birthDate":{"extension":[{"url":"urn:time","valueDateTime":"1980-01-01T10:00:00Z"},{"url":"urn:other","valueDateTime":"1990"}]}}"#;
    let resource = Resource::parse(text, None).expect("valid");
    let values = search::values(&resource, &[own], BASE).values;
    let found: Vec<_> =
        values.into_iter().filter(|(number, _)| *number == 0x8001).map(|(_, value)| value).collect();
    same!(found, [dates("1980-01-01T10:00:00Z", "1980-01-01T10:00:00.999Z")]);
}

#[test]
fn own_parameters_that_are_refused_say_why() {
    use salus_fhir::Message;
    use salus_fhir::search::Fault;
    for (code, kind, base, expression, fault) in [
        ("own", "string", "Patient", "Patient.nmae", Fault::ExpressionUnknown("nmae".into())),
        ("own", "string", "Patient", "Patient.name.given.upper()", Fault::ExpressionBeyond("upper()".into())),
        ("own", "string", "Patient", "Patient..name", Fault::ExpressionSyntax(8)),
        ("own", "date", "Patient", "Patient.name", Fault::ExpressionKind),
        ("own", "date", "Patient", "Person.birthDate", Fault::ExpressionNowhere),
        ("own", "special", "Patient", "Patient.name", Fault::KindUnsupported),
        ("name", "string", "Patient", "Patient.name", Fault::CodeTaken("name".into())),
        ("o n", "string", "Patient", "Patient.name", Fault::CodeNotPlain),
        ("own", "composite", "Patient", "Patient.name", Fault::Needs("component")),
    ] {
        let issues =
            search::custom(&parameter_resource(code, kind, base, expression), 0x8000).expect_err("refused");
        assert_eq!(issues[0].message, Message::Search(fault), "{expression}");
    }
    assert!(search::custom(&parameter_resource("own", "string", "Patient", "Patient.name"), 5).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn any_valid_observation_has_values(
        code in "\\PC{1,20}", number in -1_000_000_i64..1_000_000, places in 0_u32..8, text in "\\PC{1,40}", date in "(19|20)[0-9]{2}(-(0[1-9]|1[0-2]))?",
    ) {
        let json = serde_json::json!({
            "resourceType": "Observation", "status": "final", "effectiveDateTime": date,
            "code": {"coding": [{"system": "urn:x", "code": code, "display": text}]},
            "subject": {"reference": "Patient/1", "display": text}, "note": [{"text": text}],
        });
        let json = json.to_string().replacen('{', &format!("{{\"valueQuantity\":{{\"value\":{number}e-{places}}},"), 1);
        if let Ok(resource) = Resource::parse(json, None) {
            let values = search::values(&resource, &[], BASE).values;
            let has = |code: &str| {
                let number = search::parameter(kind("Observation"), code).expect("there").number;
                values.iter().any(|(of, _)| *of == number)
            };
            prop_assert!(has("code") && has("date") && has("patient") && has("value-quantity") && has("code-value-quantity"));
        }
    }
}
