//! References: to a record of this server, or elsewhere.

use super::super::Name;
use crate::primitive::is_valid_text;
use crate::{PrimitiveKind, ResourceType};

/// Where a reference leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) enum Leads {
    /// To a record of this server.
    Here(Name),
    /// Elsewhere.
    Elsewhere(String),
    /// Into the resource itself.
    Inside,
}

/// Reads a literal reference; a version is cut from one that leads here.
pub(in super::super) fn read(literal: &str, base_url: &str) -> Leads {
    if literal.starts_with('#') {
        return Leads::Inside;
    }
    let own = literal.strip_prefix(base_url).and_then(|rest| rest.strip_prefix('/'));
    match name(own.filter(|_| !base_url.is_empty()).unwrap_or(literal)) {
        Some(name) => Leads::Here(name),
        None => Leads::Elsewhere(literal.to_owned()),
    }
}

/// `Type/id`, perhaps with a version.
pub(in super::super) fn name(text: &str) -> Option<Name> {
    let plain = text.split_once("/_history/").map_or(text, |(plain, _)| plain);
    let (kind, id) = plain.split_once('/')?;
    let kind = ResourceType::from_name(kind)?;
    let id = id.split_once('#').map_or(id, |(id, _)| id);
    is_valid_text(PrimitiveKind::Id, id).then(|| Name { kind, id: id.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn here_and_elsewhere() {
        let patient = ResourceType::from_name("Patient").expect("there");
        let here = Leads::Here(Name { kind: patient, id: "1".into() });
        for text in [
            "Patient/1",
            "Patient/1/_history/2",
            "http://h/fhir/Patient/1",
            "http://h/fhir/Patient/1/_history/2",
        ] {
            assert_eq!(read(text, "http://h/fhir"), here, "{text}");
        }
        for text in [
            "http://other/Patient/1",
            "urn:uuid:1",
            "Pat/1",
            "Patient/1/2",
            "http://h/fhirPatient/1",
            "Patient?a=b",
        ] {
            assert_eq!(read(text, "http://h/fhir"), Leads::Elsewhere(text.into()), "{text}");
        }
        assert_eq!(read("#a", "http://h"), Leads::Inside);
    }
}
