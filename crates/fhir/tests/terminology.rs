//! Questions to code lists: expansion, validity, what is said of a code, how two stand to one another.

use std::sync::Arc;

use salus_fhir::conform::Library;
use salus_fhir::package::Package;
use salus_fhir::terminology::{Coded, Expand, ListFault, Lists, Subsumption, import};

const ANIMALS: &str = r#"{"resourceType":"CodeSystem","url":"urn:animals","version":"1","language":"en","status":"active","content":"complete","concept":[
 {"code":"animal","display":"Animal","property":[{"code":"notSelectable","valueBoolean":true}],"concept":[
  {"code":"dog","display":"Dog","designation":[{"language":"de","value":"Hund"}],"property":[{"code":"legs","valueInteger":4}],"concept":[
   {"code":"poodle","display":"Poodle","property":[{"code":"legs","valueInteger":4}]}]},
  {"code":"bird","display":"Bird","property":[{"code":"legs","valueInteger":2}]},
  {"code":"dodo","display":"Dodo","property":[{"code":"legs","valueInteger":2},{"code":"inactive","valueBoolean":true}]}]}]}"#;

const MORE: &str = r#"{"resourceType":"CodeSystem","url":"urn:more","content":"supplement","supplements":"urn:animals","concept":[
 {"code":"bird","designation":[{"language":"fr","value":"Oiseau"}]}]}"#;

fn set(url: &str, compose: &str) -> String {
    format!(r#"{{"resourceType":"ValueSet","url":"{url}","status":"active","compose":{compose}}}"#)
}

fn filtered(operator: &str, property: &str, value: &str) -> String {
    format!(
        r#"{{"include":[{{"system":"urn:animals","filter":[{{"property":"{property}","op":"{operator}","value":"{value}"}}]}}]}}"#
    )
}

fn lists(sets: &[String]) -> Arc<Lists> {
    let mut package = Package::empty("test", "1");
    package.add("animals", ANIMALS);
    package.add("more", MORE);
    sets.iter().for_each(|text| package.add("set", text));
    assert!(package.passed_by.is_empty(), "{:?}", package.passed_by);
    Library::new([&Arc::new(package)]).lists().clone()
}

fn codes(compose: &str, ask: &Expand) -> Result<Vec<String>, ListFault> {
    let lists = lists(&[set("urn:set", compose)]);
    let found = lists.value_set("urn:set", None).expect("there");
    Ok(lists.expand(found, ask)?.codes.iter().map(|one| one.code.to_owned()).collect())
}

#[test]
fn filters_of_every_kind() {
    let all = Expand::default();
    for (operator, property, value, wanted) in [
        ("is-a", "concept", "dog", "dog poodle"),
        ("descendent-of", "concept", "animal", "dog poodle bird dodo"),
        ("is-not-a", "concept", "dog", "animal bird dodo"),
        ("generalizes", "concept", "poodle", "animal dog poodle"),
        ("=", "legs", "2", "bird dodo"),
        ("in", "legs", "2,3", "bird dodo"),
        ("not-in", "legs", "2,3", "animal dog poodle"),
        ("exists", "legs", "false", "animal"),
        ("regex", "code", "d.*", "dog dodo"),
        ("regex", "display", "B...", "bird"),
    ] {
        assert_eq!(
            codes(&filtered(operator, property, value), &all).expect(operator).join(" "),
            wanted,
            "{operator}"
        );
    }
    let unknown = codes(&filtered("=", "colour", "red"), &all);
    assert_eq!(unknown, Err(ListFault::NotLoaded { list: "urn:animals".into() }));
}

#[test]
fn pages_words_and_exclusions() {
    let whole = r#"{"include":[{"system":"urn:animals"}],"exclude":[{"system":"urn:animals","concept":[{"code":"dog"}]}]}"#;
    let ask = |change: &dyn Fn(&mut Expand)| {
        let mut ask = Expand::default();
        change(&mut ask);
        codes(whole, &ask).expect("a list").join(" ")
    };
    assert_eq!(ask(&|_| ()), "animal poodle bird dodo");
    assert_eq!(ask(&|ask| ask.active_only = true), "animal poodle bird");
    assert_eq!(ask(&|ask| (ask.offset, ask.count) = (1, Some(2))), "poodle bird");
    assert_eq!(ask(&|ask| ask.count = Some(0)), "");
    assert_eq!(ask(&|ask| ask.filter = Some("DO".to_owned())), "dodo");
    let lists = lists(&[set("urn:set", whole)]);
    let found = lists.value_set("urn:set", None).expect("there");
    let french =
        Expand { language: Some("fr-CH".to_owned()), count: Some(1), offset: 2, ..Expand::default() };
    let page = lists.expand(found, &french).expect("a list");
    assert_eq!((page.total, page.codes[0].display, page.used[0]), (4, "Oiseau", ("urn:animals", "1")));
}

#[test]
fn what_is_not_loaded_is_named() {
    let all = Expand::default();
    for (compose, missing) in [
        (r#"{"include":[{"system":"http://snomed.info/sct"}]}"#, "http://snomed.info/sct"),
        (r#"{"include":[{"valueSet":["urn:nowhere"]}]}"#, "urn:nowhere"),
        (r#"{"include":[{"system":"urn:animals"}],"exclude":[{"valueSet":["urn:nowhere"]}]}"#, "urn:nowhere"),
    ] {
        assert_eq!(codes(compose, &all), Err(ListFault::NotLoaded { list: missing.into() }), "{compose}");
        let lists = lists(&[set("urn:set", compose)]);
        let found = lists.value_set("urn:set", None).expect("there");
        let coded = Coded { system: Some("urn:animals"), code: "bird", ..Coded::default() };
        let system = Coded { system: Some("http://snomed.info/sct"), code: "1", ..Coded::default() };
        let asked = if missing.starts_with("http") { system } else { coded };
        let validity = lists.validate_in(found, asked, None);
        assert_eq!(validity.fault, Some(ListFault::NotLoaded { list: missing.into() }), "{compose}");
    }
    let units = codes(r#"{"include":[{"system":"http://unitsofmeasure.org"}]}"#, &all);
    assert_eq!(units, Err(ListFault::Grammar { list: "http://unitsofmeasure.org".into() }));
}

#[test]
fn circles_and_bushes_end() {
    // Each takes from the next twice, and the last from the first.
    let sets: Vec<_> = (0..20)
        .map(|number| {
            let next = (number + 1) % 20;
            let twice =
                format!(r#"{{"include":[{{"valueSet":["urn:{next}"]}},{{"valueSet":["urn:{next}"]}}]}}"#);
            set(&format!("urn:{number}"), &twice)
        })
        .collect();
    let lists = lists(&sets);
    let found = lists.value_set("urn:0", None).expect("there");
    assert!(lists.expand(found, &Expand::default()).is_err());
    let coded = Coded { system: Some("urn:animals"), code: "bird", ..Coded::default() };
    assert!(!lists.validate_in(found, coded, None).is_valid);
}

#[test]
fn single_codes() {
    let lists = lists(&[set("urn:dogs", &filtered("is-a", "concept", "dog"))]);
    let dogs = lists.value_set("urn:dogs", None).expect("there");
    let coded =
        |code: &'static str, display: Option<&'static str>| Coded { code, display, ..Coded::default() };
    assert!(lists.validate_in(dogs, coded("poodle", Some("poodle")), None).is_valid);
    assert!(lists.validate_in(dogs, coded("dog", Some("Hund")), None).is_valid);
    // One version of a system does not answer for another.
    let of = |version| Coded { version: Some(version), ..coded("dog", None) };
    assert!(lists.validate_in(dogs, of("1"), None).is_valid);
    let other = lists.validate_in(dogs, of("9"), None).fault;
    assert_eq!(other, Some(ListFault::NotLoaded { list: "urn:animals|9".into() }));
    assert!(matches!(
        lists.validate_in(dogs, coded("dog", Some("Cat")), None).fault,
        Some(ListFault::Display { .. })
    ));
    assert!(matches!(
        lists.validate_in(dogs, coded("bird", None), None).fault,
        Some(ListFault::NotListed { .. })
    ));
    assert_eq!(
        lists.validate_of("urn:animals", coded("dog", None), Some("de")).display.as_deref(),
        Some("Hund")
    );
    assert!(!lists.validate_of("urn:nowhere", coded("dog", None), None).is_valid);
    let dog = lists.lookup("urn:animals", None, "dog").expect("there");
    assert_eq!((dog.parents, dog.children), (vec!["animal"], vec!["poodle"]));
    let stands = |one, other| lists.subsumes("urn:animals", None, one, other).expect("both are there");
    assert_eq!(stands("dog", "dog"), Subsumption::Equivalent);
    assert_eq!(stands("animal", "poodle"), Subsumption::Subsumes);
    assert_eq!(stands("poodle", "animal"), Subsumption::SubsumedBy);
    assert_eq!(stands("poodle", "bird"), Subsumption::NotSubsumed);
    assert!(lists.subsumes("urn:animals", None, "dog", "cat").is_err());
}

#[test]
fn a_list_of_80_000_codes() {
    let mut text = String::new();
    for number in 0..80_000_u32 {
        let (letter, rest) = (char::from(b'A' + (number / 4_000 % 26) as u8), number % 4_000);
        let code = format!("{letter}{:02}.{:02}", rest / 100, rest % 100);
        text.push_str(&format!(
            "5;T;X;01;A00;{code};{code};{};Krankheit Nummer {number}\n",
            code.replace('.', "")
        ));
    }
    let about = import::About { name: "icd10gm2025syst_kodes.txt", ..import::About::default() };
    let start = std::time::Instant::now();
    let imported = import::read(text.as_bytes(), &about).expect("a list");
    assert_eq!(imported.codes, 80_000);
    let mut package = Package::empty("icd", "2025");
    package.add("icd", &imported.resource);
    package.add("set", &set("urn:icd", &format!(r#"{{"include":[{{"system":"{}"}}]}}"#, import::ICD_10_GM)));
    let read = start.elapsed();
    let lists = Library::new([&Arc::new(package)]).lists().clone();
    let found = lists.value_set("urn:icd", None).expect("there");
    assert_eq!(lists.expand(found, &Expand::default()).err(), Some(ListFault::TooMany { total: 80_000 }));
    let start = std::time::Instant::now();
    let ask =
        Expand { filter: Some("nummer 7999".to_owned()), offset: 2, count: Some(5), ..Expand::default() };
    let page = lists.expand(found, &ask).expect("a page");
    println!("80,000 codes: read in {read:.0?}, searched in {:.0?}", start.elapsed());
    assert_eq!((page.total, page.codes.len()), (18, 5));
}
