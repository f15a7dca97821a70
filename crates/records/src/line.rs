//! What a list shows of a Patient, as a part with a key of its own: id, name and birth date.
//!
//! Never: anything more; a line costs a glimpse and not a chart. State: none.

use salus_fhir::Resource;
use salus_fhir::json::quote;

/// `{"id":…,"name":…,"birthDate":…}` with the resource's own text; empty for other types.
pub(crate) fn line(resource: &Resource, id: &str) -> Vec<u8> {
    if resource.kind().name() != "Patient" {
        return Vec::new();
    }
    let root = resource.root();
    let mut out = format!(r#"{{"id":{}"#, quote(id));
    for member in ["name", "birthDate"] {
        if let Some(value) = root.get(member) {
            out.push_str(",\"");
            out.push_str(member);
            out.push_str("\":");
            out.push_str(value.raw());
        }
    }
    out.push('}');
    out.into_bytes()
}

/// The Patient that a line stands for, which says that it is not whole.
pub(crate) fn patient_of(line: &[u8]) -> Vec<u8> {
    let mut out = PATIENT.as_bytes().to_vec();
    out.extend_from_slice(line.strip_prefix(b"{").unwrap_or(line));
    out
}

/// How a Patient begins that holds its line only.
const PATIENT: &str = concat!(
    r#"{"resourceType":"Patient","meta":{"tag":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","#,
    r#""code":"SUBSETTED"}]},"#
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_holds_id_name_and_birth_date_and_nothing_else() {
        let parse = |text: &str| Resource::parse(text, None).unwrap();
        let patient = parse(
            r#"{"resourceType":"Patient","gender":"male","birthDate":"1970-01-01","name":[{"family":"M\u00fcller"}]}"#,
        );
        let expected = r#"{"id":"7","name":[{"family":"M\u00fcller"}],"birthDate":"1970-01-01"}"#;
        assert_eq!(String::from_utf8(line(&patient, "7")).unwrap(), expected);
        assert_eq!(line(&parse(r#"{"resourceType":"Patient","gender":"male"}"#), "7"), br#"{"id":"7"}"#);
        assert!(line(&parse(r#"{"resourceType":"Organization","name":"x"}"#), "7").is_empty());
        let shown = String::from_utf8(patient_of(expected.as_bytes())).unwrap();
        let shown = parse(&shown);
        assert_eq!((shown.id(), shown.kind().name()), (Some("7"), "Patient"));
        assert!(shown.text().contains("SUBSETTED") && !shown.text().contains("male"));
    }
}
