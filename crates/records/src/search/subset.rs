//! A part of a resource: what `_elements` and `_summary` leave of it (FHIR R4, section 3.1.1.5).
//!
//! What is kept is pasted from the stored text, byte for byte; `meta` says by a tag that it is not the whole.
//!
//! Never: makes a resource anew from a model. State: the specification's list of summary elements, read once.

use salus_fhir::ResourceType;
use salus_fhir::definitions;
use salus_fhir::json::{Document, Kind, Member, Value};
use salus_fhir::search::Line;
use std::collections::HashMap;
use std::sync::LazyLock;

/// For each type its elements with `isSummary` (StructureDefinitions of R4 4.0.1), but for id, meta and implicitRules, which all have.
const SUMMARY_ELEMENTS: &str = include_str!("summary-elements.txt");

static SUMMARIES: LazyLock<HashMap<&'static str, Vec<&'static str>>> = LazyLock::new(|| {
    let line = |line: &'static str| {
        let mut words = line.split(' ');
        Some((words.next()?, words.collect()))
    };
    SUMMARY_ELEMENTS.lines().filter_map(line).collect()
});

/// The tag that says that a resource is not whole.
const SUBSETTED: &str =
    r#"{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"SUBSETTED"}"#;

/// Which part of each resource is given.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Subset {
    /// All of it.
    #[default]
    Whole,
    /// `_summary=true`: the elements that the specification marks.
    Summary,
    /// `_summary=text`: narrative, id, meta and what is required.
    Text,
    /// `_summary=data`: all but the narrative.
    Data,
    /// `_elements`: these, and what is required.
    Elements(Vec<String>),
}

impl Subset {
    /// Whether the type's line is enough: what is asked for is part of it.
    pub(crate) fn is_line(&self, line: &Line) -> bool {
        let stands_in_it = |element| matches!(element, "id" | "meta") || line.elements.contains(&element);
        match self {
            Self::Elements(names) => {
                names.iter().all(|name| of_type(line.kind, name).is_some_and(stands_in_it))
            }
            _ => false,
        }
    }

    fn keeps(&self, kind: ResourceType, name: &str) -> bool {
        // `_birthDate` belongs to `birthDate`.
        let name = name.strip_prefix('_').unwrap_or(name);
        if matches!(name, "resourceType" | "id" | "meta" | "implicitRules") {
            return true;
        }
        let element = element_of(kind, name);
        match self {
            Self::Whole => true,
            Self::Data => name != "text",
            Self::Text => name == "text" || element.is_some_and(|(_, required)| required),
            Self::Summary => {
                let summary = SUMMARIES.get(kind.name());
                element.is_some_and(|(element, required)| {
                    required || summary.is_some_and(|names| names.contains(&element))
                })
            }
            Self::Elements(names) => {
                let is_wanted = |name| names.iter().any(|wanted| of_type(kind.name(), wanted) == Some(name));
                is_wanted(name) || element.is_some_and(|(element, required)| required || is_wanted(element))
            }
        }
    }

    /// What is left of a stored text; the text itself when that is all of it, or when it cannot be read.
    pub(crate) fn of(&self, kind: ResourceType, text: Vec<u8>) -> Vec<u8> {
        if *self == Self::Whole {
            return text;
        }
        let left = std::str::from_utf8(&text).ok().and_then(|text| {
            let document = Document::parse(text).ok()?;
            Some(self.part(kind, document.root(), text))
        });
        left.unwrap_or(text)
    }

    fn part(&self, kind: ResourceType, root: Value<'_>, text: &str) -> Vec<u8> {
        let mut out = String::with_capacity(text.len().min(4096));
        out.push('{');
        let mut has_meta = false;
        for member in root.members().filter(|member| self.keeps(kind, &member.name())) {
            if out.len() > 1 {
                out.push(',');
            }
            if member.is("meta") {
                has_meta = true;
                out.push_str(r#""meta":"#);
                meta(&mut out, member.value);
            } else {
                out.push_str(text.get(member.span()).unwrap_or_default());
            }
        }
        if !has_meta {
            out.push_str(r#","meta":{"tag":["#);
            out.push_str(SUBSETTED);
            out.push_str("]}");
        }
        out.push('}');
        out.into_bytes()
    }
}

/// The element that `_elements` names for a type: `name` and `Patient.name` are Patient's name; `Group.name` is nothing of it.
fn of_type<'n>(kind: &str, wanted: &'n str) -> Option<&'n str> {
    match wanted.split_once('.') {
        Some((of, name)) => (of == kind).then_some(name),
        None => Some(wanted),
    }
}

/// The element that a property belongs to (`value` of `valueQuantity`), and whether it is required.
fn element_of(kind: ResourceType, name: &str) -> Option<(&'static str, bool)> {
    let definitions = definitions::get();
    let elements = definitions.elements(definitions.find(kind.name())?);
    let is_meant = |element: &&definitions::Element| {
        if !element.choice {
            return element.name == name;
        }
        let rest = name.strip_prefix(element.name);
        rest.is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_uppercase()))
    };
    elements.iter().find(is_meant).map(|element| (element.name, element.min > 0))
}

/// `meta` with the tag among its tags, once.
fn meta(out: &mut String, meta: Value<'_>) {
    if meta.kind() != Kind::Object {
        out.push_str(meta.raw());
        return;
    }
    out.push('{');
    let mut has_tags = false;
    for (at, member) in meta.members().enumerate() {
        if at > 0 {
            out.push(',');
        }
        if member.is("tag") && member.value.kind() == Kind::Array {
            has_tags = true;
            out.push_str(r#""tag":["#);
            for tag in member.value.elements().filter(|tag| tag.raw() != SUBSETTED) {
                out.push_str(tag.raw());
                out.push(',');
            }
            out.push_str(SUBSETTED);
            out.push(']');
        } else {
            raw(out, &member);
        }
    }
    if !has_tags {
        if !meta.is_empty() {
            out.push(',');
        }
        out.push_str(r#""tag":["#);
        out.push_str(SUBSETTED);
        out.push(']');
    }
    out.push('}');
}

fn raw(out: &mut String, member: &Member<'_>) {
    out.push_str(&salus_fhir::json::quote(&member.name()));
    out.push(':');
    out.push_str(member.value.raw());
}

#[cfg(test)]
mod tests {
    use super::*;
    use salus_fhir::search::LINES;

    fn left(subset: &Subset, text: &str) -> String {
        let kind = ResourceType::from_name("Observation").unwrap();
        String::from_utf8(subset.of(kind, text.as_bytes().to_vec())).unwrap()
    }

    const OBSERVATION: &str = concat!(
        r#"{"resourceType":"Observation","id":"1","meta":{"versionId":"2","tag":[{"code":"x"}]},"#,
        r#""text":{"status":"empty","div":"<div/>"},"status":"final","code":{"text":"c"},"#,
        r#""valueQuantity":{"value":1.50},"note":[{"text":"n"}],"_issued":{"id":"i"}}"#
    );

    #[test]
    fn what_is_kept_stands_as_it_was_stored() {
        let tag = format!(r#""meta":{{"versionId":"2","tag":[{{"code":"x"}},{SUBSETTED}]}}"#);
        let elements = Subset::Elements(vec!["value".into()]);
        assert_eq!(
            left(&elements, OBSERVATION),
            format!(
                r#"{{"resourceType":"Observation","id":"1",{tag},"status":"final","code":{{"text":"c"}},"valueQuantity":{{"value":1.50}}}}"#
            )
        );
        assert_eq!(
            left(&Subset::Text, OBSERVATION),
            format!(
                r#"{{"resourceType":"Observation","id":"1",{tag},"text":{{"status":"empty","div":"<div/>"}},"status":"final","code":{{"text":"c"}}}}"#
            )
        );
        let summary = left(&Subset::Summary, OBSERVATION);
        assert!(summary.contains("valueQuantity") && summary.contains("_issued"));
        assert!(!summary.contains("note") && !summary.contains("div"));
        let data = left(&Subset::Data, OBSERVATION);
        assert!(data.contains("note") && !data.contains("div"));
        assert_eq!(left(&Subset::Whole, OBSERVATION), OBSERVATION);
    }

    #[test]
    fn a_resource_without_meta_or_tags_gets_the_tag() {
        let bare = r#"{"resourceType":"Observation","id":"1"}"#;
        assert_eq!(
            left(&Subset::Data, bare),
            format!(r#"{{"resourceType":"Observation","id":"1","meta":{{"tag":[{SUBSETTED}]}}}}"#)
        );
        let with_meta = r#"{"resourceType":"Observation","meta":{"versionId":"1"}}"#;
        assert!(left(&Subset::Data, with_meta).contains(r#"{"versionId":"1","tag":["#));
    }

    #[test]
    fn an_element_of_a_type_is_kept_in_that_type_only() {
        let of = |name: &str| left(&Subset::Elements(vec![name.to_owned()]), OBSERVATION);
        assert_eq!(of("Observation.value"), of("value"));
        assert!(of("value").contains("valueQuantity") && !of("Patient.value").contains("valueQuantity"));
        assert!(!of("Patient.id").contains("note") && of("Observation.note").contains("note"));
    }

    #[test]
    fn a_line_shows_no_more_of_itself_than_is_asked_for() {
        let patient = ResourceType::from_name("Patient").unwrap();
        let line = format!(
            r#"{{"resourceType":"Patient","id":"1","meta":{{"tag":[{SUBSETTED}]}},"name":[{{"family":"f"}}],"birthDate":"1970"}}"#
        );
        for (names, expected) in [
            (&["id"][..], ""),
            (&["Patient.birthDate"], r#","birthDate":"1970""#),
            (&["name", "birthDate"], r#","name":[{"family":"f"}],"birthDate":"1970""#),
        ] {
            let subset = Subset::Elements(names.iter().map(|name| (*name).to_owned()).collect());
            let left = String::from_utf8(subset.of(patient, line.clone().into_bytes())).unwrap();
            let head = format!(r#"{{"resourceType":"Patient","id":"1","meta":{{"tag":[{SUBSETTED}]}}"#);
            assert_eq!(left, format!("{head}{expected}}}"));
        }
    }

    #[test]
    fn every_type_has_its_summary_and_every_name_in_it_is_an_element() {
        assert_eq!(SUMMARIES.len(), ResourceType::all().count());
        let definitions = definitions::get();
        for kind in ResourceType::all() {
            let elements = definitions.elements(definitions.find(kind.name()).unwrap());
            for name in &SUMMARIES[kind.name()] {
                assert!(elements.iter().any(|element| element.name == *name), "{kind}.{name}");
            }
        }
    }

    #[test]
    fn only_what_the_line_holds_is_a_glimpse() {
        let elements =
            |names: &[&str]| Subset::Elements(names.iter().map(|name| (*name).to_owned()).collect());
        let [patient, appointment, ..] = LINES.each_ref();
        assert!(elements(&["name", "birthDate", "id"]).is_line(patient));
        assert!(
            elements(&["Patient.name", "Patient.id"]).is_line(patient) && elements(&["id"]).is_line(patient)
        );
        assert!(!elements(&["name", "gender"]).is_line(patient));
        let others = ["Patient.gender", "Practitioner.name", "start"];
        assert!(others.iter().all(|name| !elements(&[name]).is_line(patient)));
        assert!(!Subset::Summary.is_line(patient) && !Subset::Whole.is_line(patient));
        assert!(elements(&["start", "Appointment.participant", "status"]).is_line(appointment));
        assert!(
            !elements(&["start", "reasonCode"]).is_line(appointment)
                && !elements(&["name"]).is_line(appointment)
        );
    }
}
