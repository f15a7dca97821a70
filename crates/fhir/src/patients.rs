//! Which patients a resource concerns: by its type, by R4's patient CompartmentDefinition, and by every reference in
//! it. Reads one resource and fetches nothing: what a reference leads to is the caller's to find out.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use crate::definitions::{self, Element};
use crate::expression::expressions;
use crate::house::is_of_the_house;
use crate::json::Value;
use crate::primitive::is_valid_text;
use crate::validate::{FoundReference, type_name};
use crate::{PrimitiveKind, Resource, ResourceType};

/// What a resource concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PatientScope {
    /// No patient: a type of the house, which names none.
    House,
    /// These patients, in the order in which they are named; each target once.
    Patients(Vec<PatientReference>),
    /// Nobody is named, but the type is not of the house: it counts as a patient of its own until something that
    /// refers to it, or that it refers to ([`Resource::references`]), gives it one.
    Unassigned,
}

/// One patient that a resource names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatientReference {
    /// Where it is named, such as `Observation.subject`.
    pub expression: String,
    /// Who is named.
    pub target: PatientTarget,
}

/// How a patient is named. Holds values of the resource: it belongs in no log and no message.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum PatientTarget {
    /// The resource is that Patient.
    Itself,
    /// `Patient/[id]`, on this server.
    Relative {
        /// The id.
        id: String,
    },
    /// `[base]/Patient/[id]`.
    Absolute {
        /// What stands before `/Patient/`.
        base: String,
        /// The id.
        id: String,
    },
    /// Another URI (mostly `urn:uuid:`) where a patient belongs.
    Uri(String),
    /// A Patient inside this resource: contained, or in an entry or parameter.
    Embedded {
        /// Its id inside the resource, without `#`.
        id: Option<String>,
    },
    /// By identifier only.
    Logical {
        /// The identifier's system.
        system: Option<String>,
        /// The identifier's value.
        value: Option<String>,
    },
}

impl std::fmt::Debug for PatientTarget {
    /// The kind only: ids and identifiers are a patient's.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Itself => "Itself",
            Self::Relative { .. } => "Relative",
            Self::Absolute { .. } => "Absolute",
            Self::Uri(_) => "Uri",
            Self::Embedded { .. } => "Embedded",
            Self::Logical { .. } => "Logical",
        })
    }
}

impl Resource {
    /// The patients that this resource concerns.
    pub fn patients(&self) -> PatientScope {
        let search = Search::new(self);
        let mut found: Vec<(u32, PatientTarget)> = Vec::new();
        if is_patient(self.root()) {
            found.push((self.root().index(), PatientTarget::Itself));
        }
        for reference in &self.findings().references {
            found.extend(search.target(reference).map(|target| (reference.node, target)));
        }
        for node in &self.findings().patients {
            found.push((*node, search.embedded(*node)));
        }
        // A reference to an embedded patient is where it is named; its own place counts only when nothing refers to it.
        let mut seen = HashSet::new();
        found.retain(|(_, target)| seen.insert(target.clone()));
        found.sort_by_key(|(node, _)| *node);
        if found.is_empty() {
            return if is_of_the_house(self.kind()) { PatientScope::House } else { PatientScope::Unassigned };
        }
        let nodes: Vec<_> = found.iter().map(|(node, _)| *node).collect();
        let named = found.into_iter().zip(expressions(self, &nodes));
        PatientScope::Patients(
            named.map(|((_, target), expression)| PatientReference { expression, target }).collect(),
        )
    }
}

fn is_patient(value: Value<'_>) -> bool {
    type_name(value).as_deref() == Some("Patient")
}

/// What is known of the resource while its references are looked at.
struct Search<'a> {
    resource: &'a Resource,
    /// Ids of the Patients inside it.
    embedded: HashSet<String>,
    /// For a Bundle: each entry's fullUrl, and the Patient there, if it is one.
    entries: HashMap<String, Option<PatientTarget>>,
}

impl<'a> Search<'a> {
    fn new(resource: &'a Resource) -> Self {
        let id = |node: &u32| resource.value(*node).get_str("id").map(Cow::into_owned);
        let embedded = resource.findings().patients.iter().filter_map(id).collect();
        let mut search = Self { resource, embedded, entries: HashMap::new() };
        if resource.kind().name() == "Bundle" {
            for entry in resource.root().get("entry").iter().flat_map(Value::elements) {
                if let (Some(url), Some(inner)) = (entry.get_str("fullUrl"), entry.get("resource")) {
                    let target = is_patient(inner).then(|| search.embedded(inner.index()));
                    search.entries.insert(url.into_owned(), target);
                }
            }
        }
        search
    }

    fn embedded(&self, node: u32) -> PatientTarget {
        PatientTarget::Embedded { id: self.resource.value(node).get_str("id").map(Cow::into_owned) }
    }

    /// The patient that a Reference names.
    fn target(&self, found: &FoundReference) -> Option<PatientTarget> {
        let value = self.resource.value(found.node);
        let element = definitions::get().element_by_number(found.element);
        let says_patient = match value.get_str("type") {
            Some(kind) => kind.rsplit('/').next() == Some("Patient"),
            None => element.targets == ["Patient"] || (element.subject && may_be_patient(element)),
        };
        match value.get_str("reference") {
            Some(reference) => self.literal(&reference, says_patient),
            None if says_patient => value.get("identifier").map(logical),
            None => None,
        }
    }

    fn literal(&self, reference: &str, says_patient: bool) -> Option<PatientTarget> {
        if let Some(id) = reference.strip_prefix('#') {
            return self.embedded.contains(id).then(|| PatientTarget::Embedded { id: Some(id.to_owned()) });
        }
        let plain = reference.split_once("/_history/").map_or(reference, |(plain, _)| plain);
        let plain = plain.split_once('#').map_or(plain, |(plain, _)| plain);
        if let Some(entry) = self.entries.get(plain) {
            return entry.clone();
        }
        let (before, id) = plain.rsplit_once('/').unwrap_or(("", plain));
        let (base, kind) = before.rsplit_once('/').map_or((None, before), |(base, kind)| (Some(base), kind));
        match ResourceType::from_name(kind).filter(|_| is_valid_text(PrimitiveKind::Id, id)) {
            Some(kind) if kind.name() != "Patient" => None,
            Some(_) if self.embedded.contains(id) && base.is_none() => {
                Some(PatientTarget::Embedded { id: Some(id.to_owned()) })
            }
            Some(_) => Some(match base {
                None => PatientTarget::Relative { id: id.to_owned() },
                Some(base) => PatientTarget::Absolute { base: base.to_owned(), id: id.to_owned() },
            }),
            None if says_patient || kind == "Patient" || reference.starts_with("Patient?") => {
                Some(PatientTarget::Uri(reference.to_owned()))
            }
            None => None,
        }
    }
}

fn may_be_patient(element: &Element) -> bool {
    element.targets.is_empty() || element.targets.contains(&"Patient")
}

fn logical(identifier: Value<'_>) -> PatientTarget {
    let part = |name: &str| identifier.get_str(name).map(Cow::into_owned);
    PatientTarget::Logical { system: part("system"), value: part("value") }
}
