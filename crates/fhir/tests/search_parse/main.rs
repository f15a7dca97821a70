//! Queries that are understood, and as what; queries that are refused, and why and where.

mod refused;

use proptest::prelude::*;
use salus_fhir::search::{
    self, Comparison, Condition, Expected, Fault, ID, Include, LAST_UPDATED, Name, Options, Range, Search,
    SortKey, Summary, System, Test, Total, order,
};
use salus_fhir::{Issue, Language, Message, Resource, ResourceType, instant};

const BASE: &str = "https://salus.example/fhir";
const NOW: i64 = 1_795_366_800_000;

fn kind(name: &str) -> ResourceType {
    ResourceType::from_name(name).expect("a type")
}

fn options() -> Options<'static> {
    Options { lenient: false, leaves_out_empty: false, base_url: BASE, now_ms: NOW, custom: &[] }
}

/// Reads `Type?name=value&...`, nothing in it encoded.
fn read(query: &str, options: &Options<'_>) -> Result<Search, Vec<Issue>> {
    let (of, rest) = query.split_once('?').expect("a question mark");
    let pairs: Vec<(String, String)> = rest
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            pair.split_once('=')
                .map_or((pair.into(), String::new()), |(name, value)| (name.into(), value.into()))
        })
        .collect();
    search::parse((!of.is_empty()).then(|| kind(of)), &pairs, options)
}

fn conditions(query: &str) -> Vec<Condition> {
    match read(query, &options()) {
        Ok(search) => search.conditions,
        Err(issues) => panic!("{query}: {}", issues[0].text(Language::En)),
    }
}

fn one(query: &str) -> Condition {
    let mut all = conditions(query);
    assert_eq!(all.len(), 1, "{query}");
    all.remove(0)
}

fn number(of: &str, code: &str) -> u16 {
    search::parameter(kind(of), code).expect("a parameter").number
}

fn value(of: &str, code: &str, test: Test) -> Condition {
    Condition::Value(number(of, code), test)
}

fn name(of: &str, id: &str) -> Name {
    Name { kind: kind(of), id: id.into() }
}

fn token(system: System, code: &str) -> Test {
    Test::Token { system, code: Some(code.into()) }
}

fn is(system: &str) -> System {
    System::Is(system.into())
}

/// What conditions look like where they differ; they print nothing of themselves.
#[track_caller]
fn same(query: &str, expected: Condition) {
    assert!(one(query) == expected, "{query}");
}

#[test]
fn strings_tokens_and_uris() {
    for (query, code, test) in [
        ("Patient?family=Mei", "family", Test::Starts("Mei".into())),
        ("Patient?family:exact=Mei", "family", Test::Exact("Mei".into())),
        ("Patient?name:contains=ei", "name", Test::Contains("ei".into())),
        ("Patient?family=A\\,B", "family", Test::Starts("A,B".into())),
        ("Patient?phonetic=x", "phonetic", Test::Starts("x".into())),
        ("Patient?gender=male", "gender", token(System::Any, "male")),
        ("Patient?identifier=urn:a|5", "identifier", token(is("urn:a"), "5")),
        ("Patient?identifier=|5", "identifier", token(System::None, "5")),
        ("Patient?identifier=a\\|b", "identifier", token(System::Any, "a|b")),
        ("Patient?identifier=urn:a|", "identifier", Test::Token { system: is("urn:a"), code: None }),
        ("Patient?identifier:text=card", "identifier", Test::Display("card".into())),
        ("Patient?_tag=urn:t|x", "_tag", token(is("urn:t"), "x")),
        ("Patient?_profile=http://p", "_profile", Test::Uri("http://p".into())),
        ("Patient?_profile:below=http://p", "_profile", Test::UriBelow("http://p".into())),
        ("Patient?_source:above=http://p/q", "_source", Test::UriAbove("http://p/q".into())),
    ] {
        same(query, value("Patient", code, test));
    }
    let system = "http://hl7.org/fhir/administrative-gender";
    let by = |system| value("Patient", "gender", token(system, "male"));
    same(&format!("Patient?gender={system}|male"), Condition::Any(vec![by(System::None), by(is(system))]));
    same("Patient?gender=urn:other|male", by(is("urn:other")));
    same("Patient?active=true", value("Patient", "active", token(System::Any, "true")));
    same("Patient?deceased=false", value("Patient", "deceased", token(System::Any, "false")));
    let either_way = one("Patient?active:not=true,false");
    assert!(matches!(either_way, Condition::Not(any) if matches!(*any, Condition::Any(_))));
    let of_type = Test::OfType { system: Some("urn:t".into()), code: "MR".into(), value: "1".into() };
    same("Patient?identifier:of-type=urn:t|MR|1", value("Patient", "identifier", of_type));
    let gender = number("Patient", "gender");
    let either = |codes: &[&str]| {
        Condition::Any(codes.iter().map(|code| Condition::Value(gender, token(System::Any, code))).collect())
    };
    same("Patient?gender=male,female", either(&["male", "female"]));
    same("Patient?gender:not=male,female", Condition::Not(Box::new(either(&["male", "female"]))));
    same("Patient?gender:missing=false", Condition::Present(gender));
    same("Patient?gender:missing=true", Condition::Not(Box::new(Condition::Present(gender))));
    let in_set = |url: &str| Condition::InValueSet { parameter: gender, url: url.into() };
    same("Patient?gender:in=http://v", in_set("http://v"));
    same("Patient?gender:not-in=http://v", Condition::Not(Box::new(in_set("http://v"))));
}

#[test]
fn code_systems_with_a_hierarchy() {
    let system = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";
    let below = one(&format!("Patient?_security:below={system}|_Confidentiality"));
    let Condition::Any(all) = below else { panic!("several codes") };
    assert!(all.contains(&value("Patient", "_security", token(is(system), "V"))) && all.len() > 5);
    let Condition::Any(all) = one(&format!("Patient?_security:above={system}|V")) else {
        panic!("several codes")
    };
    assert!(
        all == ["V", "_Confidentiality"].map(|code| value("Patient", "_security", token(is(system), code)))
    );
}

fn range(low: &str, high: &str) -> Range {
    let at = |text: &str| instant::parse(text).expect("an instant") as i64;
    Range { low: at(low), high: at(high) }
}

#[test]
fn dates_numbers_and_quantities() {
    let year = range("2020-01-01T00:00:00Z", "2020-12-31T23:59:59.999Z");
    for (prefix, comparison) in [
        ("", Comparison::Eq),
        ("eq", Comparison::Eq),
        ("ne", Comparison::Ne),
        ("gt", Comparison::Gt),
        ("lt", Comparison::Lt),
        ("ge", Comparison::Ge),
        ("le", Comparison::Le),
        ("sa", Comparison::Sa),
        ("eb", Comparison::Eb),
    ] {
        same(
            &format!("Patient?birthdate={prefix}2020"),
            value("Patient", "birthdate", Test::Range(comparison, year)),
        );
    }
    let updated = range("2020-01-01T10:00:00Z", "2020-01-01T10:00:59.999Z");
    same(
        "Patient?_lastUpdated=gt2020-01-01T11:00+01:00",
        Condition::Value(LAST_UPDATED, Test::Range(Comparison::Gt, updated)),
    );
    let Condition::Value(_, Test::Range(Comparison::Ap, about)) = one("Patient?birthdate=ap2020") else {
        panic!("a range")
    };
    assert!(about.low < year.low && about.high > year.high);
    let span = |low: f64, below: f64| Range { low: order(low), high: order(below) - 1 };
    let point = |at: f64| Range { low: order(at), high: order(at) };
    let probability = |test| value("RiskAssessment", "probability", test);
    same("RiskAssessment?probability=0.5", probability(Test::Range(Comparison::Eq, span(0.45, 0.55))));
    same("RiskAssessment?probability=gt0.5", probability(Test::Range(Comparison::Gt, point(0.5))));
    let quantity = |comparison, range, system, unit: Option<&str>| {
        let unit = unit.map(str::to_owned);
        value("Observation", "value-quantity", Test::Quantity { comparison, range, system, unit })
    };
    same("Observation?value-quantity=5.4", quantity(Comparison::Eq, span(5.35, 5.45), System::Any, None));
    same(
        "Observation?value-quantity=le5.4||mg",
        quantity(Comparison::Le, point(5.4), System::Any, Some("mg")),
    );
    same(
        "Observation?value-quantity=ap5|http://unitsofmeasure.org|mg",
        quantity(
            Comparison::Ap,
            Range { low: order(4.5), high: order(5.5) },
            is("http://unitsofmeasure.org"),
            Some("mg"),
        ),
    );
}

#[test]
fn references() {
    let subject = |test| value("Observation", "subject", test);
    let patient = |id: &str| Test::Reference(name("Patient", id));
    same("Observation?subject=Patient/1", subject(patient("1")));
    same("Observation?subject=https://salus.example/fhir/Patient/1", subject(patient("1")));
    same("Observation?subject:Patient=1", subject(patient("1")));
    same("Observation?subject:Patient=Patient/1", subject(patient("1")));
    same("Observation?subject=1", subject(Test::ReferenceId("1".into())));
    same("Observation?patient=1", value("Observation", "patient", patient("1")));
    same("Observation?subject=urn:uuid:5", subject(Test::Elsewhere("urn:uuid:5".into())));
    let identifier = Test::ReferenceIdentifier { system: is("urn:s"), value: Some("9".into()) };
    same("Observation?subject:identifier=urn:s|9", subject(identifier));
    let answers = |test| value("QuestionnaireResponse", "questionnaire", test);
    same(
        "QuestionnaireResponse?questionnaire=http://q|1",
        Condition::Any(vec![
            answers(Test::Elsewhere("http://q|1".into())),
            answers(Test::Uri("http://q|1".into())),
        ]),
    );
}

#[test]
fn composites() {
    let code = token(is("http://loinc.org"), "8480-6");
    let over = Test::Quantity {
        comparison: Comparison::Gt,
        range: Range { low: order(120.0), high: order(120.0) },
        system: System::Any,
        unit: None,
    };
    let composite = number("Observation", "component-code-value-quantity");
    same(
        "Observation?component-code-value-quantity=http://loinc.org|8480-6$gt120",
        Condition::Composite(composite, vec![code.clone(), over.clone()]),
    );
    let many = one("Observation?component-code-value-quantity=http://loinc.org|8480-6$gt120,8480-6$gt120");
    assert!(matches!(many, Condition::Any(all) if all.len() == 2));
}

#[test]
fn chains_and_has() {
    let refers = |of: &str, code: &str, to: &str, meets| Condition::RefersTo {
        parameter: number(of, code),
        kinds: vec![kind(to)],
        meets: Box::new(meets),
    };
    let named = || value("Patient", "name", Test::Starts("Mei".into()));
    same("Observation?subject:Patient.name=Mei", refers("Observation", "subject", "Patient", named()));
    same("Observation?patient.name=Mei", refers("Observation", "patient", "Patient", named()));
    let Condition::RefersTo { kinds, meets, .. } = one("Observation?subject.identifier=5") else {
        panic!("a chain")
    };
    assert!(kinds.len() == 4 && matches!(*meets, Condition::Any(_)));
    same(
        "Observation?patient.organization.name:exact=X",
        refers(
            "Observation",
            "patient",
            "Patient",
            refers(
                "Patient",
                "organization",
                "Organization",
                value("Organization", "name", Test::Exact("X".into())),
            ),
        ),
    );
    let of = |of: &str, code: &str, meets| Condition::ReferredToBy {
        kind: kind(of),
        parameter: number(of, code),
        meets: Box::new(meets),
    };
    let coded = || value("Observation", "code", token(System::Any, "1"));
    same("Patient?_has:Observation:patient:code=1", of("Observation", "patient", coded()));
    same(
        "Patient?_has:Encounter:patient:_has:Observation:encounter:code=1",
        of("Encounter", "patient", of("Observation", "encounter", coded())),
    );
    same(
        "Condition?patient._has:Observation:patient:code=1",
        refers("Condition", "patient", "Patient", of("Observation", "patient", coded())),
    );
    same(
        "Observation?patient._id=7",
        refers("Observation", "patient", "Patient", Condition::Id(name("Patient", "7"))),
    );
    let search =
        read("Observation?patient.name=Mei&_sort=date&_lastUpdated=2020", &options()).expect("understood");
    let mut numbers = vec![
        number("Observation", "patient"),
        number("Patient", "name"),
        number("Observation", "date"),
        LAST_UPDATED,
    ];
    numbers.sort_unstable();
    assert_eq!(search.parameters(), numbers);
}

#[test]
fn what_is_apart_from_the_table() {
    same("Patient?_id=7", Condition::Id(name("Patient", "7")));
    same(
        "Patient?_id=7,8",
        Condition::Any(vec![Condition::Id(name("Patient", "7")), Condition::Id(name("Patient", "8"))]),
    );
    same("Patient?_text=kopf schmerz", Condition::Narrative("kopf schmerz".into()));
    same("Patient?_content=x", Condition::Content("x".into()));
    same("Patient?_list=42", Condition::InList("42".into()));
    let across = read("?_type=Patient,Observation&_id=1", &options()).expect("understood");
    assert_eq!(across.kinds, [kind("Observation"), kind("Patient")]);
    assert!(
        across.conditions
            == [Condition::Any(vec![
                Condition::Id(name("Observation", "1")),
                Condition::Id(name("Patient", "1"))
            ])]
    );
    // One code, one parameter each: both are meant.
    let across = read("?_type=Patient,Organization&identifier=1", &options()).expect("understood");
    let each = |of: &str| {
        Condition::All(vec![
            Condition::Kind(vec![kind(of)]),
            value(of, "identifier", token(System::Any, "1")),
        ])
    };
    assert!(across.conditions == [Condition::Any(vec![each("Organization"), each("Patient")])]);
    let all = read("?_lastUpdated=ge2020", &options()).expect("understood");
    assert!(all.kinds.is_empty() && all.conditions.len() == 1);
}

#[test]
fn what_is_asked_of_the_answer() {
    let query = "Observation?_sort=-date,code&_count=5&_total=accurate&_summary=text&_elements=code,status&_include=Observation:patient&_include:iterate=Patient:general-practitioner:Organization&_revinclude=Provenance:target&_include=*&_revinclude=Provenance:*&_format=json&_pretty=true&_contained=false";
    let search = read(query, &options()).expect("understood");
    let key = |code, descending| SortKey { parameter: number("Observation", code), descending };
    assert_eq!(search.sort, [key("date", true), key("code", false)]);
    assert_eq!(
        (search.count, search.total, search.summary),
        (Some(5), Some(Total::Accurate), Some(Summary::Text))
    );
    assert_eq!(search.elements, ["code", "status"]);
    let parts = read("Patient?_elements=Patient.name,deceased[x],Observation.value", &options());
    assert_eq!(parts.expect("understood").elements, ["Patient.name", "deceased", "Observation.value"]);
    let include =
        |source: Option<&str>, parameter: Option<(&str, &str)>, target: Option<&str>, iterate, reverse| {
            Include {
                source: source.map(kind),
                parameter: parameter.map(|(of, code)| number(of, code)),
                target: target.map(kind),
                iterate,
                reverse,
            }
        };
    assert_eq!(
        search.includes,
        [
            include(Some("Observation"), Some(("Observation", "patient")), None, false, false),
            include(
                Some("Patient"),
                Some(("Patient", "general-practitioner")),
                Some("Organization"),
                true,
                false
            ),
            include(Some("Provenance"), Some(("Provenance", "target")), None, false, true),
            include(None, None, None, false, false),
            include(Some("Provenance"), None, None, false, true),
        ]
    );
    let names: Vec<_> = search.understood.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names.len(), 11);
    assert!(!names.contains(&"_format") && names[0] == "_sort");
    assert_eq!(read("Patient?_count=999999", &options()).expect("understood").count, Some(1_000));
    assert_eq!(
        read("Patient?_sort=_lastUpdated", &options()).expect("understood").sort[0].parameter,
        LAST_UPDATED
    );
    let by_id = read("Patient?_sort=family,-_id", &options()).expect("understood").sort;
    assert_eq!((by_id[1].parameter, by_id[1].descending), (ID, true));
    assert!(!format!("{:?}", read("Patient?name=Meier", &options())).contains("Meier"));
}

#[test]
fn a_cells_own_parameters_are_found_by_their_codes() {
    let text = r#"{"resourceType":"SearchParameter","id":"own","url":"urn:own","name":"Own","status":"active","description":"d","code":"nickname","base":["Patient"],"type":"string","expression":"Patient.name.where(use='nickname').given"}"#;
    let own = search::custom(&Resource::parse(text, None).expect("valid"), 0x8003).expect("compiled");
    let all = [own];
    let options = Options { custom: &all, ..options() };
    let search = read("Patient?nickname=x", &options).expect("understood");
    assert!(search.conditions == [Condition::Value(0x8003, Test::Starts("x".into()))]);
    assert!(read("Observation?subject:Patient.nickname=x", &options).is_ok());
    assert!(read("Observation?nickname=x", &options).is_err());
    assert_eq!(
        read("Patient?nicknam=x", &options).expect_err("refused")[0].text(Language::En),
        "The search parameter nicknam does not exist for Patient. Did you mean nickname?"
    );
}

/// Every parameter of R4, in every one of its types, takes a value of its kind.
#[test]
fn every_parameter_can_be_asked_for() {
    use salus_fhir::search::ParameterKind as Kind;
    let (mut count, mut boolean) = (0, 0);
    for kind in ResourceType::all() {
        for parameter in search::parameters(kind) {
            let value = match parameter.kind {
                Kind::Number | Kind::Quantity => "5".to_owned(),
                Kind::Date => "2020".to_owned(),
                Kind::Composite => {
                    let part = |kind| if kind == Kind::Date { "2020" } else { "5" };
                    parameter
                        .components
                        .iter()
                        .map(|component| part(component.kind))
                        .collect::<Vec<_>>()
                        .join("$")
                }
                _ => "x".to_owned(),
            };
            let query = format!("{kind}?{}={value}", parameter.code);
            let booleans = read(&query, &options()).is_err_and(|issues| {
                let needs = Fault::Value { parameter: parameter.code.clone(), expected: Expected::Boolean };
                issues[0].message == Message::Search(needs)
            });
            let query = if booleans { query.replace("=x", "=true") } else { query };
            boolean += usize::from(booleans);
            let search = read(&query, &options())
                .unwrap_or_else(|issues| panic!("{query}: {}", issues[0].text(Language::En)));
            assert_eq!(search.conditions.len(), 1);
            count += 1;
        }
    }
    assert!(count > 2_000 && (10..40).contains(&boolean), "{count}, {boolean} of them true or false");
}

proptest! {
    #[test]
    fn what_is_escaped_is_one_value_whatever_it_says(text in "([,$|\\\\]|\\PC){1,12}") {
        let read = |name: &str, value: String| {
            let search = search::parse(Some(kind("Patient")), &[(name.to_owned(), value)], &options());
            search.map(|search| search.conditions).unwrap_or_default()
        };
        let exact = value("Patient", "family", Test::Exact(text.clone()));
        prop_assert_eq!(read("family:exact", search::escaped(&text)), vec![exact]);
        let token = Test::Token { system: System::Is("urn:a,b|c".into()), code: Some(text.clone()) };
        let token = value("Patient", "identifier", token);
        let parts = format!("{}|{}", search::escaped("urn:a,b|c"), search::escaped(&text));
        prop_assert_eq!(read("identifier", parts), vec![token]);
    }

    #[test]
    fn parsing_never_panics(
        of in prop::option::of(0_u16..146),
        pairs in prop::collection::vec((
            "(_has:|Patient|Observation|subject|name|code|_id|_type|_sort|_include|value-quantity|code-value-quantity|identifier|[:.*]|missing|of-type|below|\\PC){0,8}",
            "(gt|ap|[0-9]|[-.:T|$,\\\\/*]|Patient|true|2020-01-01|http://x|\\PC){0,10}",
        ), 0..5),
        lenient in any::<bool>(),
    ) {
        let options = Options { lenient, ..options() };
        match search::parse(of.and_then(ResourceType::from_code), &pairs, &options) {
            Ok(search) => prop_assert!(lenient || search.left_out.is_empty()),
            Err(issues) => prop_assert!(!issues.is_empty()),
        }
    }
}
