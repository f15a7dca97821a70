//! Reading an address below a cell's base. State: none.

use super::table::Shape;
use crate::query::percent_decode;
use salus_records::fhir::ResourceType;
use std::borrow::Cow;

/// How far a name may be from what was written to be taken for what was meant.
const MAX_DISTANCE: usize = 3;
/// How many names are suggested.
const MAX_SUGGESTED: usize = 3;

/// An address, read. What a shape does not have is empty.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Address<'a> {
    pub shape: Shape,
    /// None for the base and metadata, and where no type is of that name.
    pub kind: Option<ResourceType>,
    /// The type's name as it was written.
    pub kind_name: Cow<'a, str>,
    pub id: Cow<'a, str>,
    pub version: Cow<'a, str>,
    /// The type that is searched in a compartment; `*` stands for all of them.
    pub within: Cow<'a, str>,
}

/// Why an address cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unread {
    /// Broken percent encoding.
    Broken,
    /// There are no addresses of that form.
    Unknown,
    /// There is no operation of that name there.
    Operation,
}

/// The address of `path`, which is what follows `[base]`: empty, or beginning with a slash.
pub(crate) fn read(path: &str) -> Result<Address<'_>, Unread> {
    let path = path.strip_prefix('/').unwrap_or(path);
    let mut parts = [""; 4];
    let mut count = 0;
    for part in path.split('/') {
        *parts.get_mut(count).ok_or(Unread::Unknown)? = part;
        count += 1;
    }
    // A slash at the end changes nothing.
    if count > 1 && parts.get(count - 1) == Some(&"") {
        count -= 1;
    }
    let [kind, second, third, fourth] = parts;
    let named = |part: &str| !part.is_empty() && !part.starts_with(['_', '$']);
    let shape = match (count, kind, second, third, fourth) {
        (1, "", ..) => Shape::Base,
        (1, "metadata", ..) => Shape::Metadata,
        (1, "openapi.json", ..) => Shape::OpenApi,
        (1, "_search", ..) => Shape::SystemSearch,
        (1, "_history", ..) => Shape::SystemHistory,
        (1, "$export", ..) => Shape::SystemExport,
        (1, "$import", ..) => Shape::Import,
        (1, ..) if kind.starts_with('$') => return Err(Unread::Operation),
        (1, ..) => Shape::Type,
        (2, ".well-known", "smart-configuration", ..) => Shape::Smart,
        (2, "$export-status", ..) => Shape::ExportStatus,
        (2, "$async-status", ..) => Shape::AsyncStatus,
        (3, "$export-file", ..) => Shape::ExportFile,
        (2, "Patient", "$export", ..) => Shape::PatientExport,
        (2, "ValueSet", "$expand", ..) => Shape::Expand,
        (3, "ValueSet", _, "$expand", _) if named(second) => Shape::ExpandOne,
        (2, "ValueSet", "$validate-code", ..) => Shape::ValidateInSet,
        (3, "ValueSet", _, "$validate-code", _) if named(second) => Shape::ValidateInOne,
        (2, "CodeSystem", "$validate-code", ..) => Shape::ValidateOfSystem,
        (2, "CodeSystem", "$lookup", ..) => Shape::Lookup,
        (2, "CodeSystem", "$subsumes", ..) => Shape::Subsumes,
        (3, "Group", _, "$export", _) if named(second) => Shape::GroupExport,
        (2, _, "_search", ..) if named(kind) => Shape::TypeSearch,
        (2, _, "_history", ..) if named(kind) => Shape::TypeHistory,
        (2, ..) if !kind.is_empty() && named(second) => Shape::Instance,
        (3, _, _, "_history", _) => Shape::History,
        (3, _, _, "$meta", _) if named(kind) && named(second) => Shape::Meta,
        (3, _, _, "$meta-add", _) if named(kind) && named(second) => Shape::MetaAdd,
        (3, _, _, "$meta-delete", _) if named(kind) && named(second) => Shape::MetaDelete,
        (2, _, "$validate", ..) if named(kind) => Shape::TypeValidate,
        (3, _, _, "$validate", _) if named(kind) && named(second) => Shape::Validate,
        (2, "Observation", "$lastn", ..) => Shape::LastN,
        (3, "Composition", _, "$document", _) if named(second) => Shape::Document,
        (3, "Patient", _, "$everything", _) if named(second) => Shape::Everything,
        (3, ..) if named(kind) && named(second) && named(third) => Shape::Compartment,
        (4, _, _, "_history", _) => Shape::Version,
        (4, _, _, _, "_search") if named(kind) && named(second) && named(third) => Shape::CompartmentSearch,
        _ if parts.iter().any(|part| part.starts_with('$')) => return Err(Unread::Operation),
        _ => return Err(Unread::Unknown),
    };
    let decoded = |part| percent_decode(part).ok_or(Unread::Broken);
    let kind_name = decoded(kind)?;
    let (mut id, mut version, mut within) = (Cow::Borrowed(""), Cow::Borrowed(""), Cow::Borrowed(""));
    match shape {
        Shape::Instance
        | Shape::History
        | Shape::Meta
        | Shape::MetaAdd
        | Shape::MetaDelete
        | Shape::Everything
        | Shape::GroupExport
        | Shape::ExportStatus
        | Shape::AsyncStatus
        | Shape::Validate
        | Shape::ExpandOne
        | Shape::ValidateInOne
        | Shape::Document => id = decoded(second)?,
        Shape::ExportFile => (id, version) = (decoded(second)?, decoded(third)?),
        Shape::Version => (id, version) = (decoded(second)?, decoded(fourth)?),
        Shape::Compartment | Shape::CompartmentSearch => (id, within) = (decoded(second)?, decoded(third)?),
        _ => {}
    }
    Ok(Address { shape, kind: ResourceType::from_name(&kind_name), kind_name, id, version, within })
}

/// Names of types that were perhaps meant, the nearest first.
pub(crate) fn nearest_types(written: &str) -> Vec<&'static str> {
    if written.len() > 64 {
        return Vec::new();
    }
    let written = written.to_ascii_lowercase();
    let mut near: Vec<(usize, &'static str)> = ResourceType::all()
        .map(|kind| (distance(&written, &kind.name().to_ascii_lowercase()), kind.name()))
        .filter(|(distance, name)| *distance <= MAX_DISTANCE.min(name.len() / 3))
        .collect();
    near.sort_unstable();
    near.into_iter().take(MAX_SUGGESTED).map(|(_, name)| name).collect()
}

/// Levenshtein's distance, in bytes.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cell, y) in row.iter_mut().skip(1).zip(b.bytes()) {
            let substituted = diagonal + usize::from(x != y);
            diagonal = *cell;
            left = substituted.min(left + 1).min(*cell + 1);
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_one_of_these_shapes() {
        let shape = |path| read(path).map(|address| address.shape);
        for (path, expected) in [
            ("", Ok(Shape::Base)),
            ("/", Ok(Shape::Base)),
            ("/metadata", Ok(Shape::Metadata)),
            ("/.well-known/smart-configuration", Ok(Shape::Smart)),
            ("/Patient", Ok(Shape::Type)),
            ("/Patient/", Ok(Shape::Type)),
            ("/Patient/1", Ok(Shape::Instance)),
            ("/Patient/1/_history", Ok(Shape::History)),
            ("/Patient/1/_history/2", Ok(Shape::Version)),
            ("/_search", Ok(Shape::SystemSearch)),
            ("/_history", Ok(Shape::SystemHistory)),
            ("/Patient/_search", Ok(Shape::TypeSearch)),
            ("/Patient/_history", Ok(Shape::TypeHistory)),
            ("/Patient/1/Observation", Ok(Shape::Compartment)),
            ("/Patient/1/*", Ok(Shape::Compartment)),
            ("/Patient/1/Observation/_search", Ok(Shape::CompartmentSearch)),
            ("/Patient/1/Observation/2", Err(Unread::Unknown)),
            ("/Patient/$everything", Err(Unread::Operation)),
            ("/Patient/1/$everything", Ok(Shape::Everything)),
            ("/Observation/1/$everything", Err(Unread::Operation)),
            ("/Observation/1/$meta", Ok(Shape::Meta)),
            ("/Observation/1/$meta-add", Ok(Shape::MetaAdd)),
            ("/Observation/1/$meta-delete", Ok(Shape::MetaDelete)),
            ("/Observation/$meta", Err(Unread::Operation)),
            ("/Observation/$lastn", Ok(Shape::LastN)),
            ("/Patient/$validate", Ok(Shape::TypeValidate)),
            ("/Patient/1/$validate", Ok(Shape::Validate)),
            ("/$validate", Err(Unread::Operation)),
            ("/$import", Ok(Shape::Import)),
            ("/$async-status/1f", Ok(Shape::AsyncStatus)),
            ("/$async-status", Err(Unread::Operation)),
            ("/Patient/$lastn", Err(Unread::Operation)),
            ("/Composition/1/$document", Ok(Shape::Document)),
            ("/openapi.json", Ok(Shape::OpenApi)),
            ("/Patient/1/_history/2/x", Err(Unread::Unknown)),
            ("//Patient", Err(Unread::Unknown)),
            ("/Patient/%zz", Err(Unread::Broken)),
        ] {
            assert_eq!(shape(path), expected, "{path}");
        }
        let address = read("/Patient/a%2Eb/_history/%31").unwrap();
        assert_eq!((&*address.id, &*address.version), ("a.b", "1"));
        assert_eq!(address.kind, ResourceType::from_name("Patient"));
    }

    #[test]
    fn near_names_are_suggested() {
        assert_eq!(nearest_types("patient").first(), Some(&"Patient"));
        assert_eq!(nearest_types("Pateint").first(), Some(&"Patient"));
        assert_eq!(nearest_types("Observations").first(), Some(&"Observation"));
        assert!(nearest_types("Zzzzzzzzzz").is_empty());
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
    }
}
