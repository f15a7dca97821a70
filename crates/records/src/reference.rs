//! Which record of this cell a reference names. Looks nothing up. State: none.

use crate::record_id::is_id;
use salus_fhir::ResourceType;

/// The type and id that a reference names, if it leads to this cell: `Type/id`, `Type/id/_history/v`, or either below the
/// cell's own base address. A fragment is left out.
pub(crate) fn local<'a>(reference: &'a str, base_url: &str) -> Option<(ResourceType, &'a str)> {
    let path = match reference.strip_prefix(base_url) {
        Some(rest) if !base_url.is_empty() => rest.strip_prefix('/')?,
        _ => reference,
    };
    let path = path.split_once('#').map_or(path, |(path, _)| path);
    let mut parts = path.split('/');
    let kind = ResourceType::from_name(parts.next()?)?;
    let id = parts.next().filter(|id| is_id(id))?;
    match (parts.next(), parts.next(), parts.next()) {
        (None, _, _) => Some((kind, id)),
        (Some("_history"), Some(version), None) if is_id(version) => Some((kind, id)),
        _ => None,
    }
}

/// What a reference that names a fullUrl leads to: the whole of it, or without a version, fragment or `|` behind it.
pub(crate) fn full_url<T>(reference: &str, look: impl Fn(&str) -> Option<T>) -> Option<T> {
    if let Some(found) = look(reference) {
        return Some(found);
    }
    let plain = reference.split_once("/_history/").map_or(reference, |(plain, _)| plain);
    let plain = plain.split_once(['#', '|']).map_or(plain, |(plain, _)| plain);
    if plain.len() == reference.len() { None } else { look(plain) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_to_this_cell_and_no_others() {
        let base = "https://salus.example/praxis/fhir";
        let name = |reference| local(reference, base).map(|(kind, id)| (kind.name(), id));
        for (reference, expected) in [
            ("Patient/1", Some(("Patient", "1"))),
            ("Patient/1/_history/2", Some(("Patient", "1"))),
            ("Patient/1#part", Some(("Patient", "1"))),
            ("https://salus.example/praxis/fhir/Patient/1", Some(("Patient", "1"))),
            ("https://salus.example/praxis/fhir/Patient/1/_history/3", Some(("Patient", "1"))),
            ("https://salus.example/other/fhir/Patient/1", None),
            ("https://salus.example/praxis/fhirPatient/1", None),
            ("https://salus.example/praxis/fhir", None),
            ("urn:uuid:a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", None),
            ("#contained", None),
            ("Patient", None),
            ("Patient/", None),
            ("Patient?identifier=x", None),
            ("Patient/1/2", None),
            ("Patient/1/_history", None),
            ("Patient/1/_history/2/3", None),
            ("Nobody/1", None),
            ("/Patient/1", None),
        ] {
            assert_eq!(name(reference), expected, "{reference}");
        }
        assert_eq!(local("Patient/1", "").map(|(_, id)| id), Some("1"));
    }
}
