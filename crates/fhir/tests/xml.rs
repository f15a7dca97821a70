//! XML in and out: HL7's examples and KBV's files come back as they were, and what is hostile or wrong is refused
//! where it stands.

mod support;

use salus_fhir::json::Document;
use salus_fhir::xml::{self, Layout, XmlCause, XmlFault};
use salus_fhir::{Language, Resource};

/// The largest example that is turned in a short run, in bytes: the few above it weigh as much as all others together.
const LARGEST_BYTES: usize = 40_000;

fn parsed(json: &str) -> serde_json::Value {
    serde_json::from_str(json).expect("JSON")
}

#[test]
fn every_official_example_comes_back_from_xml() {
    let Some(folder) = support::examples("official examples in XML") else { return };
    let is_long = std::env::var("SALUS_LONG").as_deref() == Ok("1");
    let largest = if is_long { usize::MAX } else { LARGEST_BYTES };
    let (mut count, mut bytes) = (0, 0);
    for (name, text) in support::files(&folder) {
        if name == "package.json" || text.len() > largest {
            continue;
        }
        let written =
            xml::from_json(&text, Layout::Compact).unwrap_or_else(|fault| panic!("{name}: {fault:?}"));
        let again = xml::to_json(written.as_bytes()).unwrap_or_else(|fault| panic!("{name}: {fault:?}"));
        assert!(parsed(&text) == parsed(&again), "{name} came back otherwise");
        let twice = xml::from_json(&again, Layout::Compact).expect("it was written before");
        assert!(twice == written, "{name}: the same JSON in other XML");
        count += 1;
        bytes += text.len();
    }
    assert_eq!(count, if is_long { 5_306 } else { 4_986 });
    println!("{count} examples, {bytes} bytes, came back from XML");
}

#[test]
fn layout_changes_nothing() {
    let Some(folder) = support::examples("layouts of XML") else { return };
    for (name, text) in support::files(&folder).filter(|(name, _)| name != "package.json").step_by(50) {
        let pretty = xml::from_json(&text, Layout::Pretty).expect("it can be written");
        let compact = xml::from_json(&text, Layout::Compact).expect("it can be written");
        assert!(pretty.lines().count() > 3, "{name}");
        assert_eq!(xml::to_json(pretty.as_bytes()), xml::to_json(compact.as_bytes()), "{name}");
    }
}

#[test]
fn kbvs_files_come_back() {
    let Some(folder) = support::kbv("KBV's files") else { return };
    let mut count = 0;
    for kind in ["eau/valid", "eau/invalid", "erp/valid", "erp/invalid"] {
        for entry in std::fs::read_dir(folder.join(kind)).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.display();
            let bytes = std::fs::read(&path).expect("a file");
            let json = xml::to_json(&bytes).unwrap_or_else(|fault| panic!("{name}: {fault:?}"));
            Document::parse(json.as_str()).unwrap_or_else(|error| panic!("{name}: {error}"));
            let written =
                xml::from_json(&json, Layout::Pretty).unwrap_or_else(|fault| panic!("{name}: {fault:?}"));
            assert_eq!(xml::to_json(written.as_bytes()).as_deref(), Ok(json.as_str()), "{name}");
            let valid = Resource::parse(json, None);
            if kind.ends_with("/valid") {
                valid.unwrap_or_else(|issues| panic!("{name}: {issues:?}"));
            }
            count += 1;
        }
    }
    assert!(count >= 111, "{count} files");
}

fn patient(inside: &str) -> String {
    format!("<Patient xmlns=\"http://hl7.org/fhir\">{inside}</Patient>")
}

#[test]
fn every_shape_is_turned() {
    for (inside, members) in [
        ("", ""),
        ("<id value=\"a\"/>", r#","id":"a""#),
        ("<active value=\"true\"/>", r#","active":true"#),
        ("<active id=\"x\" value=\"true\"/>", r#","active":true,"_active":{"id":"x"}"#),
        (
            "<name><given value=\"a\"/><given id=\"b\"/><given value=\"c\"/></name>",
            r#","name":[{"given":["a",null,"c"],"_given":[null,{"id":"b"},null]}]"#,
        ),
        (
            "<name id=\"n\"><family><extension url=\"u\"><valueDecimal value=\"1.50\"/></extension></family></name>",
            r#","name":[{"id":"n","_family":{"extension":[{"url":"u","valueDecimal":1.50}]}}]"#,
        ),
        ("<multipleBirthInteger value=\"2\"/>", r#","multipleBirthInteger":2"#),
        (
            "<contained><Basic><id value=\"b\"/></Basic></contained><contained><Group/></contained>",
            r#","contained":[{"resourceType":"Basic","id":"b"},{"resourceType":"Group"}]"#,
        ),
        (
            "<text><status value=\"empty\"/><div xmlns=\"http://www.w3.org/1999/xhtml\"><p class='x'>&lt;\n<br/></p><!-- c --></div></text>",
            r#","text":{"status":"empty","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><p class='x'>&lt;\n<br/></p><!-- c --></div>"}"#,
        ),
        ("<name><text value=\"a&amp;&quot;&#xA;b\nc\"/></name>", r#","name":[{"text":"a&\"\nb c"}]"#),
    ] {
        let json = format!(r#"{{"resourceType":"Patient"{members}}}"#);
        let read = xml::to_json(patient(inside).as_bytes());
        assert_eq!(read.as_deref(), Ok(json.as_str()), "{inside}");
        let written = xml::from_json(&json, Layout::Compact).expect("it can be written");
        assert_eq!(xml::to_json(written.as_bytes()).as_deref(), Ok(json.as_str()), "{written}");
    }
}

#[test]
fn prefixes_declarations_and_comments_are_understood() {
    for text in [
        "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<!-- a -->\n<Patient xmlns='http://hl7.org/fhir'/>\n<!-- b -->",
        "<f:Patient xmlns:f=\"http://hl7.org/fhir\"></f:Patient>",
        "<Patient xmlns=\"http://hl7.org/fhir\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:schemaLocation=\"a b\"/>",
    ] {
        assert_eq!(xml::to_json(text.as_bytes()).as_deref(), Ok(r#"{"resourceType":"Patient"}"#), "{text}");
    }
}

fn fault(text: &[u8]) -> XmlFault {
    match xml::to_json(text) {
        Err(fault) => fault,
        Ok(json) => panic!("accepted: {json}"),
    }
}

#[test]
fn what_is_wrong_is_refused_where_it_stands() {
    let order = XmlCause::Order { name: "active", before: "name" };
    let unknown = XmlCause::UnknownElement {
        name: Some("brithDate".to_owned()),
        owner: "Patient",
        nearest: vec!["birthDate".to_owned()],
    };
    for (inside, place, cause) in [
        ("<brithDate value=\"2000\"/>", "Patient.brithDate", unknown),
        ("<name><text value=\"a\"/></name><active value=\"true\"/>", "Patient.active", order),
        ("<active value=\"true\"/><active value=\"true\"/>", "Patient.active", XmlCause::NotRepeating),
        ("<active value=\"yes\"/>", "Patient.active", XmlCause::Format(salus_fhir::PrimitiveKind::Boolean)),
        ("<active/>", "Patient.active", XmlCause::ValueMissing),
        ("<name/>", "Patient.name[0]", XmlCause::Empty),
        ("<name><id value=\"a\"/></name>", "Patient.name[0].id", XmlCause::AttributeExpected { name: "id" }),
        (
            "<extension><url value=\"u\"/></extension>",
            "Patient.extension[0].url",
            XmlCause::AttributeExpected { name: "url" },
        ),
        (
            "<name use=\"official\"/>",
            "Patient.name[0]",
            XmlCause::UnknownAttribute { name: Some("use".to_owned()) },
        ),
        ("<active value=\"true\" value=\"true\"/>", "Patient.active", XmlCause::AttributeTwice),
        ("<active>true</active>", "Patient.active", XmlCause::Text),
        ("<active xmlns=\"urn:x\" value=\"true\"/>", "Patient.active", XmlCause::Namespace),
        ("<x:active value=\"true\"/>", "Patient", XmlCause::Namespace),
        ("<contained/>", "Patient.contained[0]", XmlCause::OneResource),
        ("<contained><Basic/><Basic/></contained>", "Patient.contained[0]", XmlCause::OneResource),
        (
            "<deceasedBoolean value=\"true\"/><deceasedDateTime value=\"2000\"/>",
            "Patient.deceased",
            XmlCause::ChoiceTwice { name: "deceased" },
        ),
        ("<text><div>a</div></text>", "Patient.text.div", XmlCause::Narrative),
        (
            "<text><div xmlns=\"http://www.w3.org/1999/xhtml\"><x xmlns=\"urn:x\"/></div></text>",
            "Patient.text.div",
            XmlCause::Narrative,
        ),
        (
            "<text><div xmlns=\"http://www.w3.org/1999/xhtml\">a&nbsp;b</div></text>",
            "Patient.text.div",
            XmlCause::Entity,
        ),
    ] {
        let found = fault(patient(inside).as_bytes());
        assert_eq!((found.expression.as_str(), &found.cause), (place, &cause), "{inside}");
        assert_eq!(found.line, 1, "{inside}");
    }
    let found = fault(b"<Patient xmlns=\"http://hl7.org/fhir\">\n <id value=\"a\"/>\n  <nmae/>\n</Patient>");
    assert_eq!((found.line, found.column), (3, 3));
    assert_eq!(
        fault(b"<Patint xmlns=\"http://hl7.org/fhir\"/>").cause,
        XmlCause::TypeUnknown { nearest: vec!["Patient"] }
    );
}

/// The attacks of XML, by their names.
#[test]
fn hostile_xml_is_refused_at_once() {
    let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>".to_owned()
        + &patient("<name><text value=\"&b;\"/></name>");
    let external = "<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>".to_owned()
        + &patient("<name><text value=\"&a;\"/></name>");
    let deep = patient(&("<extension url=\"u\">".repeat(100_000) + &"</extension>".repeat(100_000)));
    let narrative =
        format!("<text><div xmlns=\"http://www.w3.org/1999/xhtml\">{}</div></text>", "<b>".repeat(100_000));
    let attributes: String = (0..100_000).map(|at| format!(" a{at}=\"\"")).collect();
    let spaces: String = (0..100_000).map(|at| format!(" xmlns:a{at}=\"urn:{at}\"")).collect();
    for (text, cause) in [
        (bomb, XmlCause::DocumentType),
        (external, XmlCause::DocumentType),
        ("<!DOCTYPE Patient>".to_owned() + &patient(""), XmlCause::DocumentType),
        (patient("<?php x ?>"), XmlCause::Instruction),
        ("<?xml-stylesheet href=\"x\"?>".to_owned() + &patient(""), XmlCause::Instruction),
        (patient("<![CDATA[x]]>"), XmlCause::Cdata),
        (patient("&a;"), XmlCause::Entity),
        (patient("<name><text value=\"&a;\"/></name>"), XmlCause::Entity),
        (patient("<name><text value=\"&#0;\"/></name>"), XmlCause::Entity),
        (patient("<name><text value=\"\u{b}\"/></name>"), XmlCause::Character),
        (patient("x"), XmlCause::Text),
        (deep, XmlCause::Depth),
        (patient(&narrative), XmlCause::Depth),
        (
            patient(&format!("<active{attributes}/>")),
            XmlCause::UnknownAttribute { name: Some("a0".to_owned()) },
        ),
        (patient(&format!("<active{spaces}/>")), XmlCause::Namespace),
        (patient("<active value=\"a<b\"/>"), XmlCause::Syntax),
        (patient("<active value=true/>"), XmlCause::Syntax),
        (patient("<active value=\"true\""), XmlCause::Syntax),
        (patient("<!-- a -- b -->"), XmlCause::Syntax),
        ("<Patient xmlns=\"http://hl7.org/fhir\">".to_owned(), XmlCause::EndTag),
        ("<Patient xmlns=\"http://hl7.org/fhir\"></Person>".to_owned(), XmlCause::EndTag),
        (patient("") + &patient(""), XmlCause::SecondRoot),
        (patient("") + "x", XmlCause::Text),
        ("<?xml version=\"1.0\" encoding=\"UTF-16\"?>".to_owned() + &patient(""), XmlCause::NotUtf8),
        ("<?xml version=\"1.1\"?>".to_owned() + &patient(""), XmlCause::Version),
        ("<Patient/>".to_owned(), XmlCause::Namespace),
        (String::new(), XmlCause::NoRoot),
        ("<html xmlns=\"http://www.w3.org/1999/xhtml\"/>".to_owned(), XmlCause::Namespace),
    ] {
        let shown = text.get(..100).unwrap_or(&text).to_owned();
        let begun = std::time::Instant::now();
        assert_eq!(fault(text.as_bytes()).cause, cause, "{shown}");
        assert!(begun.elapsed().as_secs() < 2, "{shown}: {:?}", begun.elapsed());
    }
    assert_eq!(fault(b"\xff\xfe<\0").cause, XmlCause::NotUtf8);
    let narrow: String = (0..100).map(|at| format!(" a{at}=\"\"")).collect();
    let narrow = format!("<text><div xmlns=\"http://www.w3.org/1999/xhtml\"{narrow}/></text>");
    assert_eq!(fault(patient(&narrow).as_bytes()).cause, XmlCause::Attributes);
}

/// Whatever is accepted is JSON within its bounds.
#[test]
fn the_deepest_xml_makes_json_that_can_be_read() {
    let mut deepest = 0;
    for depth in 1..80 {
        let inside = "<extension url=\"u\">".repeat(depth)
            + "<valueString value=\"a\"/>"
            + &"</extension>".repeat(depth);
        if let Ok(json) = xml::to_json(patient(&inside).as_bytes()) {
            Document::parse(json).expect("JSON");
            deepest = depth;
        }
    }
    assert_eq!(deepest, 31);
}

#[test]
fn what_xml_cannot_hold_is_a_fault_and_no_loss() {
    for (json, place, cause) in [
        (
            r#"{"resourceType":"Patient","name":[{"id":"a","_id":{"extension":[{"url":"u"}]}}]}"#,
            "Patient.name[0].id",
            XmlCause::NotInXml,
        ),
        (
            r#"{"resourceType":"Patient","name":[{"text":"a\u000bb"}]}"#,
            "Patient.name[0].text",
            XmlCause::NotInXml,
        ),
        (r#"{"resourceType":"Patient","name":{"text":"a"}}"#, "Patient.name", XmlCause::Shape),
        (r#"{"resourceType":"Patient","active":"true"}"#, "Patient.active", XmlCause::Shape),
        (r#"{"resourceType":"Patient","name":[null]}"#, "Patient.name[0]", XmlCause::Shape),
        (r#"{"resourceType":"Patient","contained":[{}]}"#, "Patient.contained[0]", XmlCause::Shape),
        (r#"{"resourceType":"Patint"}"#, "", XmlCause::TypeUnknown { nearest: vec!["Patient"] }),
        (r#"{"resourceType":"Patient","text":{"div":"<p>a</p>"}}"#, "Patient.text.div", XmlCause::NotInXml),
        ("[]", "", XmlCause::Shape),
    ] {
        let found = xml::from_json(json, Layout::Compact).expect_err("it is refused");
        assert_eq!((found.expression.as_str(), &found.cause), (place, &cause), "{json}");
    }
    assert!(matches!(xml::from_json("{", Layout::Compact), Err(XmlFault { cause: XmlCause::Json(_), .. })));
}

#[test]
fn every_fault_is_a_sentence_in_each_language() {
    let causes = [
        XmlCause::Size,
        XmlCause::NotUtf8,
        XmlCause::Version,
        XmlCause::Syntax,
        XmlCause::EndTag,
        XmlCause::DocumentType,
        XmlCause::Instruction,
        XmlCause::Cdata,
        XmlCause::Entity,
        XmlCause::Character,
        XmlCause::Text,
        XmlCause::NoRoot,
        XmlCause::SecondRoot,
        XmlCause::Namespace,
        XmlCause::TypeUnknown { nearest: vec!["Patient", "Person"] },
        XmlCause::UnknownElement { name: None, owner: "Patient", nearest: Vec::new() },
        XmlCause::UnknownElement {
            name: Some("nmae".to_owned()),
            owner: "Patient",
            nearest: vec!["name".to_owned()],
        },
        XmlCause::UnknownAttribute { name: None },
        XmlCause::UnknownAttribute { name: Some("use".to_owned()) },
        XmlCause::AttributeTwice,
        XmlCause::Attributes,
        XmlCause::AttributeExpected { name: "url" },
        XmlCause::ValueMissing,
        XmlCause::Empty,
        XmlCause::NotRepeating,
        XmlCause::ChoiceTwice { name: "value" },
        XmlCause::Order { name: "active", before: "name" },
        XmlCause::Format(salus_fhir::PrimitiveKind::Boolean),
        XmlCause::OneResource,
        XmlCause::Depth,
        XmlCause::Narrative,
        XmlCause::Shape,
        XmlCause::NotInXml,
    ];
    for cause in causes {
        let fault = XmlFault { line: 1, column: 2, expression: String::new(), cause };
        let texts = [Language::En, Language::De, Language::Fr].map(|language| fault.text(language));
        assert!(texts.iter().all(|text| text.ends_with(['.', '?']) && !text.contains("  ")), "{texts:?}");
        assert!(texts[0] != texts[1] && texts[1] != texts[2] && texts[0] != texts[2], "{texts:?}");
    }
}
