//! Queries that are refused: what is said, and where.

use salus_fhir::search::{Expected, Fault, MAX_VALUES, Options};
use salus_fhir::{Language, Message, Severity};

use super::{options, read};

/// The one fault of a query, and its place.
fn fault(query: &str) -> (Fault, String) {
    let mut issues = read(query, &options()).expect_err(query);
    assert_eq!(issues.len(), 1, "{query}");
    let issue = issues.remove(0);
    match issue.message {
        Message::Search(fault) => (fault, issue.expression),
        other => panic!("{query}: {other:?}"),
    }
}

#[test]
fn what_is_refused_says_where_and_what_would_do() {
    let nearest = |query: &str| match fault(query) {
        (Fault::UnknownParameter { name, kind, nearest }, place) => (name, kind, nearest.join(" "), place),
        (other, _) => panic!("{query}: {other:?}"),
    };
    let unknown = |name: &str, near: &str| {
        (Some(name.into()), Some("Patient"), near.to_owned(), format!("http.{name}"))
    };
    assert_eq!(nearest("Patient?nmae=x"), unknown("nmae", "name"));
    assert_eq!(nearest("Patient?birthDate=2020"), unknown("birthDate", "birthdate"));
    assert_eq!(nearest("Patient?_lastupdated=2020").2, "_lastUpdated");
    assert_eq!(nearest("Patient?Müller=x"), (None, Some("Patient"), String::new(), String::new()));
    assert_eq!(nearest("Patient?BIRTHDATE=2020"), unknown("BIRTHDATE", "birthdate"));
    assert_eq!(nearest("Patient?_LASTUPDATED=2020").2, "_lastUpdated");
    assert_eq!(nearest("?name=x").1, None);
    let no_key = |name: &str, near: &str| {
        (Some(name.into()), Some("Patient"), near.to_owned(), "http._sort".to_owned())
    };
    assert_eq!(nearest("Patient?_sort=BIRTHDATE"), no_key("BIRTHDATE", "birthdate"));
    assert_eq!(nearest("Patient?_sort=-birthdate:asc"), no_key("birthdate:asc", "birthdate"));
    assert_eq!(nearest("Patient?_sort=name,brithdate:desc"), no_key("brithdate:desc", "birthdate"));
    assert_eq!(nearest("Patient?_sort=patient.family"), no_key("patient.family", ""));
    assert_eq!(nearest("Patient?_sort=Max Muster").0, None);
    let chain = fault("Observation?_sort=patient.family").0;
    assert_eq!(chain, Fault::NotSortable("patient.family".into()));
    assert_eq!(fault("Patient?=x"), (Fault::Nameless, String::new()));
    assert_eq!(nearest("?_type=Patient,Observation&name=x").1, Some("Observation"));
    assert_eq!(nearest("Observation?patient.nmae=x").2, "name");
    assert_eq!(nearest("Patient?_has:Observation:patient:kode=x").2, "code");
    for (query, expected) in [
        ("Patient?birthdate=xx2020", Expected::Date),
        ("Patient?birthdate=2020-13", Expected::Date),
        ("Patient?birthdate=", Expected::Something),
        ("Patient?name=a,,b", Expected::Something),
        ("RiskAssessment?probability=high", Expected::Number),
        ("Observation?value-quantity=5|a", Expected::Quantity),
        ("Patient?identifier=a|b|c", Expected::Token),
        ("Patient?identifier=|", Expected::Token),
        ("Patient?identifier:of-type=a|b", Expected::OfType),
        ("Patient?gender:missing=maybe", Expected::Boolean),
        ("Patient?active=maybe", Expected::Boolean),
        ("Patient?active=true,maybe", Expected::Boolean),
        ("Patient?active:not=no", Expected::Boolean),
        ("Patient?active=urn:x|", Expected::Boolean),
        ("Patient?deceased=perhaps", Expected::Boolean),
        ("Patient?deceased=TRUE", Expected::Boolean),
        ("Observation?patient.active=maybe", Expected::Boolean),
        ("Patient?_has:Appointment:patient:patient.deceased=2020", Expected::Boolean),
        ("Observation?subject=a b", Expected::Reference),
        ("Observation?subject:Patient=Group/1", Expected::Reference),
        ("Patient?_id=a b", Expected::Id),
        ("Patient?_list=$current-problems", Expected::Id),
        ("Observation?code-value-quantity=a", Expected::Composite(2)),
        ("Patient?_security:below=x", Expected::SystemAndCode),
        ("Patient?_count=-1", Expected::Count),
        ("Patient?_total=all", Expected::Total),
        ("Patient?_summary=short", Expected::Summary),
        ("Patient?_include=Patient", Expected::Include),
        ("Patient?_include=a:b:c:d", Expected::Include),
        ("Patient?_has:Observation:patient=x", Expected::Has),
        ("Patient?_contained=true", Expected::Contained),
        ("Patient?_sort=-", Expected::Something),
        ("Patient?_sort=name,,birthdate", Expected::Something),
        ("Patient?_sort=:asc", Expected::Something),
    ] {
        assert!(
            matches!(fault(query), (Fault::Value { expected: found, .. }, _) if found == expected),
            "{query}: {:?}",
            fault(query)
        );
    }
    for query in [
        "Patient?_filter=x",
        "Patient?_query=x",
        "Location?near=1|2",
        "Patient?age=5",
        "Patient?_containedType=x",
    ] {
        assert!(matches!(fault(query).0, Fault::UnsupportedParameter(_)), "{query}");
    }
    for query in [
        "Patient?name:below=x",
        "Patient?birthdate:exact=2020",
        "Patient?_lastUpdated:missing=true",
        "Patient?_count:exact=1",
        "Observation?subject:nonsense=1",
        "Patient?_text:not=x",
    ] {
        assert!(matches!(fault(query).0, Fault::Modifier { .. }), "{query}");
    }
    assert!(matches!(fault("Patient?name.given=x").0, Fault::NotAReference(_)));
    assert!(matches!(fault("Patient?_include=Patient:name").0, Fault::NotAReference(_)));
    assert!(matches!(fault("Observation?patient:Group.name=x").0, Fault::NotATarget { .. }));
    assert!(matches!(fault("Patient?_has:Patient:organization:name=x").0, Fault::NotATarget { .. }));
    assert!(matches!(fault("Patient?_sort=organization").0, Fault::NotSortable(_)));
    assert!(matches!(fault("Patient?_security:below=http://loinc.org|1").0, Fault::CodeSystem(_)));
    for (query, name, near) in [
        ("Patient?_elements=nmae", Some("nmae"), "name"),
        ("Patient?_elements=id,Patient.nmae", Some("nmae"), "name"),
        ("Patient?_elements=foo", Some("foo"), ""),
        ("Patient?_elements=name.family", Some("name.family"), "name"),
        ("?_type=Patient,Group&_elements=birthDay", Some("birthDay"), "birthDate"),
        ("?_elements=birthDay", Some("birthDay"), "birthDate"),
        ("Patient?_elements=Max Muster", None, ""),
        ("Patient?_elements=name,", None, ""),
    ] {
        let Fault::UnknownElement { name: found, nearest } = fault(query).0 else { panic!("{query}") };
        assert_eq!((found.as_deref(), nearest.join(" ").as_str()), (name, near), "{query}");
    }
    assert!(matches!(fault("Patient?_elements=Pateint.name").0, Fault::UnknownType { .. }));
    assert!(
        matches!(fault("?_type=Pateint").0, Fault::UnknownType { nearest, .. } if nearest == ["Patient"])
    );
    assert_eq!(fault("Patient?_type=Patient").0, Fault::TypeOfOne);
    for (name, values) in
        [("_count", ["1", "2"]), ("_total", ["none", "none"]), ("_summary", ["false", "count"])]
    {
        let twice = format!("Patient?{name}={}&{name}={}", values[0], values[1]);
        assert_eq!(fault(&twice).0, Fault::GivenTwice(name.to_owned()));
    }
    let both = read("Patient?nmae=x&gendre=y", &options()).expect_err("refused");
    assert_eq!(both.len(), 2);
    assert!(both[1].text(Language::De).contains("gendre") && both[1].text(Language::De).contains("gender"));
}

#[test]
fn bounds_hold_even_for_the_lenient() {
    let lenient = Options { lenient: true, ..options() };
    let many = vec!["x"; MAX_VALUES + 1].join(",");
    let ids = vec!["1"; 50].join(",");
    for (query, bound) in [
        (format!("Patient?name={many}"), Fault::TooManyValues("name".into())),
        (format!("Patient?{}", "name=x&".repeat(101)), Fault::TooManyParameters),
        (format!("?_id={ids}"), Fault::TooManyConditions),
        (format!("Patient?{0}&{0}&{0}", format!("name={}", vec!["x"; 900].join(","))), Fault::TooManyConditions),
        (
            "Observation?patient.organization.partof.partof.name=x".into(),
            Fault::TooManyLevels("partof".into()),
        ),
        (
            "Patient?_has:Encounter:patient:_has:Observation:encounter:_has:Observation:has-member:_has:Observation:has-member:code=x".into(),
            Fault::TooManyLevels("_has".into()),
        ),
        (format!("Patient?_sort={}", ["name"; 9].join(",")), Fault::TooManySortKeys),
    ] {
        let issues = read(&query, &lenient).expect_err("refused");
        assert_eq!(issues[0].message, Message::Search(bound));
    }
    let search = read("Patient?_elements=foo", &lenient).expect("left out");
    assert!(search.elements.is_empty() && search.left_out[0].text(Language::En).contains(" foo,"));
    let search = read("Patient?active=maybe", &lenient).expect("left out");
    assert!(search.conditions.is_empty() && search.left_out.len() == 1);
    let search = read("Patient?nmae=x&name=y&_count=many", &lenient).expect("the rest is understood");
    assert_eq!(search.understood, [("name".to_owned(), "y".to_owned())]);
    assert!(search.left_out.len() == 2 && search.left_out[0].severity == Severity::Warning);
    assert!(read("?_type=Pateint", &lenient).is_err());
}
