//! What is taken from resources stays what it was, or has another version.
//!
//! Sealed words and indexes hold what an older program took. One that takes something else without saying so finds too little in
//! them, and nobody notices.

#![allow(clippy::unwrap_used)]

use salus_fhir::Resource;
use salus_fhir::search::{EXTRACTION, Value, values};

/// [`EXTRACTION`], and for each resource below FNV-1a over its values.
///
/// When this fails because values are taken otherwise: raise `EXTRACTION`, say in `CHANGED` which parameters have other values than
/// before, and put what the test prints here. When only a resource below has changed, what it prints is enough.
const THEIRS: (u32, [u64; 7]) = (
    2,
    [
        0x81ff_263d_773c_c45c,
        0x2f72_b41b_d017_803a,
        0x301d_e158_a5fb_6450,
        0x9b28_bee6_0260_4e28,
        0x4da8_544b_e4ad_5dd2,
        0x6de7_9696_9077_cca9,
        0xa444_756a_7656_4a56,
    ],
);

/// Between them they have every kind of parameter, and every type of element that one can lead to with values of its own kind.
const RESOURCES: [&str; 7] = [
    r#"{"resourceType":"Patient","meta":{"profile":["http://example.org/p|1.0"],"tag":[{"system":"http://example.org/t","code":"x"}]},
        "text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">Jos\u00e9 <b>M\u00fcller</b></div>"},
        "identifier":[{"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0203","code":"MR"}],"text":"Akte"},"system":"urn:x","value":"A 1"},{"value":"2"}],
        "active":true,"name":[{"use":"official","text":"Dr. L\u2019Abbé von der Heide","family":"von der Heide","_family":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/humanname-own-name","valueString":"Heide"}]},"given":["Anna","Maria"],"prefix":["Dr."]},{"family":"O\u2019Brien"}],
        "telecom":[{"system":"phone","value":"+49 30 1","use":"home"},{"system":"email","value":"A@example.org"}],"gender":"female","birthDate":"1970-02",
        "deceasedDateTime":"2020-05-01T10:00:00+02:00","address":[{"text":"Straße 1, Köln","line":["Straße 1","c/o X"],"city":"Köln","district":"Mitte","state":"NW","postalCode":"50667","country":"DE","use":"home"}],
        "communication":[{"language":{"coding":[{"system":"urn:ietf:bcp:47","code":"de"}]}}],
        "generalPractitioner":[{"reference":"Practitioner/1"},{"identifier":{"system":"urn:lanr","value":"9"}}],"managingOrganization":{"reference":"https://here.example/fhir/Organization/2"},
        "link":[{"other":{"reference":"urn:uuid:01234567-89ab-cdef-0123-456789abcdef"},"type":"seealso"}]}"#,
    r#"{"resourceType":"Observation","status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs","display":"Vital Signs"}]}],
        "code":{"coding":[{"system":"http://loinc.org","code":"85354-9","display":"Blood pressure"},{"code":"own"}],"text":"RR"},
        "subject":{"reference":"Patient/1/_history/3"},"encounter":{"reference":"http://elsewhere.example/fhir/Encounter/7"},
        "effectivePeriod":{"start":"2026-11-28T08:00:00.5+01:00"},"valueQuantity":{"value":6.10,"comparator":"<","unit":"mmol/l","system":"http://unitsofmeasure.org","code":"mmol/L"},
        "component":[{"code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]},"valueQuantity":{"value":120,"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"}},
            {"code":{"coding":[{"system":"http://loinc.org","code":"8462-4"}]},"valueCodeableConcept":{"text":"unter 80"}}]}"#,
    r#"{"resourceType":"Appointment","status":"booked","start":"2026-11-28T09:00:00Z","end":"2026-11-28T09:15:00Z","minutesDuration":15,
        "requestedPeriod":[{"start":"2026-11","end":"2026-12-24"},{"end":"2026"}],"participant":[{"actor":{"reference":"Patient/1","display":"A"},"status":"accepted"},{"actor":{"reference":"Practitioner/1"},"status":"declined"}]}"#,
    r#"{"resourceType":"ValueSet","url":"http://example.org/vs","version":"2","name":"Codes","title":"Some Codes","status":"draft","date":"2026-11-28","jurisdiction":[{"coding":[{"system":"urn:iso:std:iso:3166","code":"DE"}]}],
        "useContext":[{"code":{"system":"http://terminology.hl7.org/CodeSystem/usage-context-type","code":"age"},"valueRange":{"low":{"value":18,"unit":"a","system":"http://unitsofmeasure.org","code":"a"}}},
            {"code":{"system":"http://terminology.hl7.org/CodeSystem/usage-context-type","code":"focus"},"valueCodeableConcept":{"coding":[{"system":"http://snomed.info/sct","code":"1"}]}}],
        "description":"Eine *Beschreibung*","compose":{"include":[{"system":"http://loinc.org","concept":[{"code":"1-8"}]},{"valueSet":["http://example.org/other|3"]}]}}"#,
    r##"{"resourceType":"RiskAssessment","status":"final","subject":{"reference":"Group/1"},"occurrenceDateTime":"2026","prediction":[{"probabilityDecimal":0.050},{"probabilityRange":{"low":{"value":1e-3},"high":{"value":20}}}],
        "contained":[{"resourceType":"Condition","id":"c","subject":{"reference":"Patient/1"}}],"condition":{"reference":"#c"}}"##,
    r#"{"resourceType":"ServiceRequest","status":"active","intent":"order","subject":{"reference":"Patient/1"},"instantiatesCanonical":["http://example.org/activity|1"],"instantiatesUri":["http://example.org/a/b"],
        "authoredOn":"2026-11-28T23:59:60Z","occurrenceTiming":{"event":["2026-11-29","2026-12-01T07:00:00-05:00"],"repeat":{"boundsPeriod":{"start":"2026-11-29"}}},"requisition":{"system":"urn:r","value":"7"}}"#,
    r#"{"resourceType":"Goal","lifecycleStatus":"active","description":{"text":"weniger"},"subject":{"reference":"Patient/1"},"startDate":"2026-11-28",
        "target":[{"measure":{"text":"Gewicht"},"dueDate":"2027-02","detailQuantity":{"value":70,"unit":"kg"}}]}"#,
];

fn optional(text: &Option<String>) -> String {
    text.as_ref().map_or("-".to_owned(), |text| format!("{text:?}"))
}

/// All of a value, which its own form for logs does not say.
fn said(value: &Value) -> String {
    match value {
        Value::Text(text) => format!("text {text:?}"),
        Value::Token { system, code } => format!("token {} {}", optional(system), optional(code)),
        Value::Display(text) => format!("display {text:?}"),
        Value::OfType { system, code, value } => format!("of type {} {code:?} {value:?}", optional(system)),
        Value::Uri(uri) => format!("uri {uri:?}"),
        Value::Reference(name) => format!("reference {} {:?}", name.kind, name.id),
        Value::Elsewhere(text) => format!("elsewhere {text:?}"),
        Value::ReferenceIdentifier { system, value } => format!("identifier {} {value:?}", optional(system)),
        Value::Range(range) => format!("range {} {}", range.low, range.high),
        Value::Quantity { range, system, code, unit } => {
            let unit = [system, code, unit].map(optional).join(" ");
            format!("quantity {} {} {unit}", range.low, range.high)
        }
        Value::Composite(parts) => {
            let parts = parts.iter().map(|part| part.iter().map(said).collect::<Vec<_>>().join(", "));
            format!("composite ({})", parts.collect::<Vec<_>>().join("; "))
        }
    }
}

fn taken(text: &str) -> String {
    let resource = Resource::parse(text, None).unwrap();
    let taken = values(&resource, &[], "https://here.example/fhir");
    let mut lines: Vec<String> =
        taken.values.iter().map(|(number, value)| format!("{number} {}", said(value))).collect();
    lines.sort();
    lines.extend([taken.narrative, taken.content]);
    lines.join("\n")
}

fn fnv1a(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[test]
fn what_is_taken_is_what_its_version_takes() {
    let hashes = RESOURCES.map(|text| fnv1a(&taken(text)));
    let changed: Vec<String> = (RESOURCES.iter().zip(hashes).zip(THEIRS.1))
        .filter(|((_, now), then)| now != then)
        .map(|((text, _), _)| taken(text))
        .collect();
    assert!(
        (EXTRACTION, hashes) == THEIRS,
        "other values than before: raise EXTRACTION and say in CHANGED whose, then put ({EXTRACTION}, {hashes:#x?}) \
         into THEIRS of this file; taken now:\n{}",
        changed.join("\n\n")
    );
}
