//! JSON Patch and FHIRPath Patch: what they change, what they leave, and that they are done whole or not at all.

use salus_fhir::patch::{MAX_OPERATIONS, Operand, Patch};
use salus_fhir::{Language, Resource};

const PATIENT: &str = r#"{"resourceType":"Patient","id":"a","active":true,"name":[{"use":"official","family":"A","given":["x","y"],"_given":[null,{"id":"g"}]},{"use":"usual","text":"B"}],"birthDate":"2000-01-02","multipleBirthInteger":2,"contact":[{"name":{"family":"C"}}]}"#;

fn json(operations: &str) -> Result<String, Operand> {
    Patch::json(operations).expect("a patch").apply(PATIENT).map_err(|fault| fault.operand)
}

/// `PATIENT` with one part of its text replaced.
fn with(old: &str, new: &str) -> Result<String, Operand> {
    assert!(PATIENT.contains(old), "{old}");
    Ok(PATIENT.replacen(old, new, 1))
}

#[test]
fn json_patch_changes_what_it_names_and_nothing_else() {
    for (operations, expected) in [
        (r#"[]"#, Ok(PATIENT.to_owned())),
        (r#"[{"op":"replace","path":"/active","value":false}]"#, with("true", "false")),
        (r#"[{"op":"add","path":"/active","value":false}]"#, with("true", "false")),
        (r#"[{"op":"remove","path":"/birthDate"}]"#, with(r#","birthDate":"2000-01-02""#, "")),
        (r#"[{"op":"add","path":"/name/0/given/-","value":"z"}]"#, with(r#""x","y"]"#, r#""x","y","z"]"#)),
        (r#"[{"op":"add","path":"/name/0/given/1","value":"z"}]"#, with(r#""x","y"]"#, r#""x","z","y"]"#)),
        (r#"[{"op":"remove","path":"/name/1"}]"#, with(r#",{"use":"usual","text":"B"}"#, "")),
        (
            r#"[{"op":"move","from":"/name/1","path":"/name/0"},{"op":"move","from":"/name/1","path":"/name/0"}]"#,
            Ok(PATIENT.to_owned()),
        ),
        (r#"[{"op":"copy","from":"/name/0/family","path":"/name/1/text"}]"#, with(r#""B""#, r#""A""#)),
        (
            r#"[{"op":"test","path":"/multipleBirthInteger","value":2.0},{"op":"test","path":"/name/0/given","value":["x","y"]}]"#,
            Ok(PATIENT.to_owned()),
        ),
        (
            r#"[{"op":"replace","path":"/active","value":false},{"op":"test","path":"/birthDate","value":"x"}]"#,
            Err(Operand::Test),
        ),
        (r#"[{"op":"replace","path":"/gender","value":"male"}]"#, Err(Operand::Missing)),
        (r#"[{"op":"remove","path":"/name/2"}]"#, Err(Operand::Index)),
        (r#"[{"op":"remove","path":"/name/01"}]"#, Err(Operand::Path)),
        (r#"[{"op":"add","path":"/name/3","value":{}}]"#, Err(Operand::Index)),
        (r#"[{"op":"add","path":"/active/x","value":1}]"#, Err(Operand::Missing)),
        (r#"[{"op":"move","from":"/contact","path":"/contact/0"}]"#, Err(Operand::Inside)),
        (r#"[{"op":"remove","path":""}]"#, Err(Operand::Path)),
    ] {
        assert_eq!(json(operations), expected, "{operations}");
    }
    let escaped = Patch::json(r#"[{"op":"add","path":"/a~1b~0c","value":1}]"#).expect("a patch");
    assert_eq!(escaped.apply("{}").as_deref(), Ok(r#"{"a/b~c":1}"#));
}

#[test]
fn what_is_no_json_patch_is_refused() {
    for text in [
        "",
        "{}",
        r#"[{"op":"replace","path":"/a"}]"#,
        r#"[{"op":"become","path":"/a","value":1}]"#,
        r#"[{"path":"/a","value":1}]"#,
        r#"[{"op":"remove","path":"a"}]"#,
        r#"[{"op":"remove","path":"/a~2"}]"#,
        r#"[{"op":"copy","path":"/a"}]"#,
        "[1]",
    ] {
        assert!(Patch::json(text).is_err(), "{text}");
    }
    let many = format!("[{}]", vec![r#"{"op":"remove","path":"/a"}"#; MAX_OPERATIONS + 1].join(","));
    assert!(Patch::json(&many).is_err());
}

/// A small patch must make neither a large record nor a deep one, nor much work.
#[test]
fn a_patch_that_grows_is_stopped() {
    let doubling = vec![r#"{"op":"copy","from":"/name","path":"/name/-"}"#; 64].join(",");
    assert_eq!(json(&format!("[{doubling}]")), Err(Operand::Result));
    let adding = vec![r#"{"op":"copy","from":"/name/0","path":"/name/-"}"#; MAX_OPERATIONS].join(",");
    let grown = json(&format!("[{adding}]")).expect("a list of a thousand names");
    assert!(grown.len() < 200_000);
    let large = format!(r#"{{"a":"{}"}}"#, "x".repeat(1_000_000));
    let copies = vec![r#"{"op":"copy","from":"/a","path":"/b"}"#; MAX_OPERATIONS].join(",");
    let patch = Patch::json(&format!("[{copies}]")).expect("a patch");
    assert_eq!(patch.apply(&large).map_err(|fault| fault.operand), Err(Operand::Result));
}

fn operation(kind: &str, path: &str, rest: &str) -> String {
    let rest = if rest.is_empty() { String::new() } else { format!(",{rest}") };
    format!(
        r#"{{"name":"operation","part":[{{"name":"type","valueCode":"{kind}"}},{{"name":"path","valueString":"{path}"}}{rest}]}}"#
    )
}

fn fhirpath(operations: &[String]) -> Result<String, Operand> {
    let text = format!(r#"{{"resourceType":"Parameters","parameter":[{}]}}"#, operations.join(","));
    let parameters = Resource::parse(text, None).expect("Parameters");
    let patch = Patch::fhirpath(&parameters).map_err(|_| Operand::Whole)?;
    patch.apply(PATIENT).map_err(|fault| fault.operand)
}

#[test]
fn fhirpath_patch_changes_what_it_names_and_nothing_else() {
    let name = |name: &str| format!(r#"{{"name":"name","valueString":"{name}"}}"#);
    let value = |value: &str| format!(r#"{{"name":"value",{value}}}"#);
    let number = |name: &str, at: usize| format!(r#"{{"name":"{name}","valueInteger":{at}}}"#);
    for (kind, path, rest, expected) in [
        ("replace", "Patient.birthDate", value(r#""valueDate":"2001""#), with("2000-01-02", "2001")),
        ("replace", "Patient.name.where(use = 'usual').text", value(r#""valueString":"D""#), with(r#""B""#, r#""D""#)),
        ("replace", "Patient.multipleBirth", value(r#""valueBoolean":true"#), with(r#","multipleBirthInteger":2,"contact":[{"name":{"family":"C"}}]"#, r#","contact":[{"name":{"family":"C"}}],"multipleBirthBoolean":true"#)),
        ("replace", "Patient.name[0].given[1]", value(r#""valueString":"z""#), with(r#""y"],"_given":[null,{"id":"g"}]"#, r#""z"]"#)),
        ("delete", "Patient.name[0].given[1]", String::new(), with(r#""x","y"],"_given":[null,{"id":"g"}]"#, r#""x"]"#)),
        ("delete", "Patient.contact[0].name.family", String::new(), with(r#","contact":[{"name":{"family":"C"}}]"#, "")),
        ("delete", "Patient.name.where(use = 'usual')", String::new(), with(r#",{"use":"usual","text":"B"}"#, "")),
        ("add", "Patient", [name("gender"), value(r#""valueCode":"male""#)].join(","), with(r#"}}]}"#, r#"}}],"gender":"male"}"#)),
        ("add", "Patient.name[0]", [name("given"), value(r#""valueString":"z""#)].join(","), with(r#""x","y"],"_given":[null,{"id":"g"}]"#, r#""x","y","z"],"_given":[null,{"id":"g"},null]"#)),
        ("add", "Patient", [name("contact"), r#"{"name":"value","part":[{"name":"name","valueHumanName":{"text":"E"}},{"name":"telecom","valueContactPoint":{"value":"1"}}]}"#.to_owned()].join(","), with(r#"{"family":"C"}}]"#, r#"{"family":"C"}},{"name":{"text":"E"},"telecom":[{"value":"1"}]}]"#)),
        ("insert", "Patient.name", [number("index", 0), value(r#""valueHumanName":{"text":"E"}"#)].join(","), with(r#"[{"use":"official""#, r#"[{"text":"E"},{"use":"official""#)),
        ("move", "Patient.name[0].given", [number("source", 1), number("destination", 0)].join(","), with(r#"["x","y"],"_given":[null,{"id":"g"}]"#, r#"["y","x"],"_given":[{"id":"g"},null]"#)),
        ("add", "Patient", [name("birthDate"), value(r#""valueDate":"2001""#)].join(","), Err(Operand::Present)),
        ("add", "Patient", [name("multipleBirth"), value(r#""valueBoolean":true"#)].join(","), Err(Operand::Present)),
        ("add", "Patient", [name("nmae"), value(r#""valueString":"x""#)].join(","), Err(Operand::Path)),
        ("add", "Patient", [name("deceased"), value(r#""valueString":"x""#)].join(","), Err(Operand::Value)),
        ("add", "Patient", [name("name"), value(r#""valueString":"x""#)].join(","), Err(Operand::Value)),
        ("delete", "Patient.name", String::new(), Err(Operand::Missing)),
        ("delete", "Patient.gender", String::new(), Err(Operand::Missing)),
        ("delete", "Patient", String::new(), Err(Operand::Path)),
        ("delete", "Observation.code", String::new(), Err(Operand::Path)),
        ("insert", "Patient.name", [number("index", 3), value(r#""valueHumanName":{"text":"E"}"#)].join(","), Err(Operand::Index)),
        ("move", "Patient.name", [number("source", 0), number("destination", 2)].join(","), Err(Operand::Index)),
        ("replace", "Patient.descendants()", value(r#""valueString":"x""#), Err(Operand::Whole)),
        ("become", "Patient.name", String::new(), Err(Operand::Whole)),
    ] {
        let done = fhirpath(&[operation(kind, path, &rest)]);
        assert_eq!(done, expected, "{kind} {path} {rest}");
        if let Ok(text) = done {
            Resource::parse(text, None).expect("it stays valid");
        }
    }
    let both = [operation("delete", "Patient.birthDate", ""), operation("delete", "Patient.birthDate", "")];
    assert_eq!(fhirpath(&both), Err(Operand::Missing));
}

#[test]
fn meta_is_added_to_and_taken_from() {
    let meta = |meta: &str, adds: bool, of: &str| {
        let text =
            format!(r#"{{"resourceType":"Parameters","parameter":[{{"name":"meta","valueMeta":{meta}}}]}}"#);
        let parameters = Resource::parse(text, None).expect("Parameters");
        Patch::meta(&parameters, adds).expect("a change").apply(of).expect("it can be applied")
    };
    let tag = r#"{"tag":[{"system":"s","code":"a","display":"A"}],"profile":["http://p"]}"#;
    let tagged = meta(tag, true, r#"{"resourceType":"Basic"}"#);
    assert_eq!(
        tagged,
        format!(
            r#"{{"resourceType":"Basic","meta":{}}}"#,
            r#"{"profile":["http://p"],"tag":[{"system":"s","code":"a","display":"A"}]}"#
        )
    );
    assert_eq!(meta(tag, true, &tagged), tagged, "put in twice is put in once");
    assert_eq!(
        meta(r#"{"tag":[{"system":"s","code":"a"}]}"#, false, &tagged),
        r#"{"resourceType":"Basic","meta":{"profile":["http://p"]}}"#
    );
    assert_eq!(meta(tag, false, &tagged), r#"{"resourceType":"Basic"}"#);
    assert_eq!(meta(r#"{"tag":[{"code":"a"}]}"#, false, &tagged), tagged, "another system");
    let other = Resource::parse(
        r#"{"resourceType":"Parameters","parameter":[{"name":"x","valueString":"y"}]}"#,
        None,
    );
    assert!(Patch::meta(&other.expect("Parameters"), true).is_err());
}

#[test]
fn every_fault_is_a_sentence_in_each_language() {
    use salus_fhir::patch::PatchFault;
    for operand in [
        Operand::Whole,
        Operand::Meta,
        Operand::Kind,
        Operand::Path,
        Operand::Missing,
        Operand::Index,
        Operand::Present,
        Operand::Value,
        Operand::Test,
        Operand::Inside,
        Operand::Result,
    ] {
        for number in [0, 3] {
            let fault = PatchFault { number, operand };
            let texts = [Language::En, Language::De, Language::Fr].map(|language| fault.text(language));
            assert!(texts.iter().all(|text| text.ends_with('.') && !text.contains("  ")), "{texts:?}");
            assert!(texts[0] != texts[1] && texts[1] != texts[2], "{texts:?}");
        }
    }
}
