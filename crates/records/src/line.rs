//! What a list shows of a Patient, as a part with a key of its own: name and birth date.
//!
//! Never: anything more; a line costs a glimpse and not a chart. State: none.

use salus_fhir::Resource;

/// `{"name":…,"birthDate":…}` with the resource's own text; empty for other types, and for a Patient with neither.
pub(crate) fn line(resource: &Resource) -> Vec<u8> {
    if resource.kind().name() != "Patient" {
        return Vec::new();
    }
    let root = resource.root();
    let mut out = String::new();
    for member in ["name", "birthDate"] {
        if let Some(value) = root.get(member) {
            out.push(if out.is_empty() { '{' } else { ',' });
            out.push('"');
            out.push_str(member);
            out.push_str("\":");
            out.push_str(value.raw());
        }
    }
    if !out.is_empty() {
        out.push('}');
    }
    out.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_holds_name_and_birth_date_and_nothing_else() {
        let parse = |text: &str| Resource::parse(text, None).unwrap();
        let patient = parse(
            r#"{"resourceType":"Patient","gender":"male","birthDate":"1970-01-01","name":[{"family":"M\u00fcller"}]}"#,
        );
        assert_eq!(line(&patient), br#"{"name":[{"family":"M\u00fcller"}],"birthDate":"1970-01-01"}"#);
        assert!(line(&parse(r#"{"resourceType":"Patient","gender":"male"}"#)).is_empty());
        assert!(line(&parse(r#"{"resourceType":"Organization","name":"x"}"#)).is_empty());
    }
}
