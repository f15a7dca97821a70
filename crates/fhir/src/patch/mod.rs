//! PATCH: a resource's JSON changed by JSON Patch (RFC 6902) or by FHIRPath Patch (FHIR R4, section 3.1.0.12).
//!
//! Numbers and strings that no operation touches keep their bytes; white space is not kept. What comes out is JSON within
//! its bounds and not yet a valid resource: whoever stores it checks it as any other. A patch is done whole or not at
//! all. State: none.

mod element;
mod fault;
mod fhirpath;
mod json;
mod meta;
mod place;
mod tree;

pub use fault::{Operand, PatchFault};

use crate::json::Document;
use crate::{Issue, Resource};
use tree::Node;

/// The most operations of one patch.
pub const MAX_OPERATIONS: usize = 1_000;

/// The largest JSON that a patch may make, in bytes.
pub const MAX_PATCHED_BYTES: usize = 16 * 1024 * 1024;

/// The most bytes that all operations of one patch may look at or copy, so that a small patch is no large work.
const MAX_WORK_BYTES: usize = 256 * 1024 * 1024;

/// A patch, read and not yet applied.
#[derive(Debug)]
pub enum Patch {
    /// RFC 6902.
    Json(JsonPatch),
    /// FHIRPath Patch: a Parameters resource.
    Fhirpath(FhirpathPatch),
    /// `$meta-add` or `$meta-delete`.
    Meta(MetaPatch),
}

/// A JSON Patch.
pub struct JsonPatch(Vec<json::Operation>);

/// A FHIRPath Patch.
pub struct FhirpathPatch(Vec<fhirpath::Operation>);

/// A change of a resource's meta.
pub struct MetaPatch(meta::Change);

impl std::fmt::Debug for MetaPatch {
    /// Nothing: what it holds may say something of a patient.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a change of meta")
    }
}

impl std::fmt::Debug for JsonPatch {
    /// How many operations: what they hold may be a patient's.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} operations", self.0.len())
    }
}

impl std::fmt::Debug for FhirpathPatch {
    /// How many operations: what they hold may be a patient's.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} operations", self.0.len())
    }
}

impl Patch {
    /// Reads a JSON Patch.
    ///
    /// # Errors
    /// That it is no JSON, no array of operations, or has too many.
    pub fn json(text: &str) -> Result<Self, Vec<Issue>> {
        let document = crate::resource::read(text)?;
        let operations = json::read(document.root()).map_err(|fault| vec![fault.into_issue()])?;
        Ok(Self::Json(JsonPatch(operations)))
    }

    /// Reads a FHIRPath Patch from a Parameters resource.
    ///
    /// # Errors
    /// That it is another resource, or holds what is no operation.
    pub fn fhirpath(parameters: &Resource) -> Result<Self, Vec<Issue>> {
        let operations = fhirpath::read(parameters).map_err(|fault| vec![fault.into_issue()])?;
        Ok(Self::Fhirpath(FhirpathPatch(operations)))
    }

    /// Reads a change of meta from the Parameters of `$meta-add` (`adds`) or `$meta-delete`.
    ///
    /// # Errors
    /// That it is something else.
    pub fn meta(parameters: &Resource, adds: bool) -> Result<Self, Vec<Issue>> {
        let change = meta::read(parameters, adds).map_err(|fault| vec![fault.into_issue()])?;
        Ok(Self::Meta(MetaPatch(change)))
    }

    /// The patched JSON of `resource`, which is a resource's.
    ///
    /// # Errors
    /// The first operation that can't be done.
    pub fn apply(&self, resource: &str) -> Result<String, PatchFault> {
        let document = Document::parse(resource).map_err(|_| PatchFault::at(0, Operand::Result))?;
        let mut tree = Node::of(document.root());
        match self {
            Self::Json(patch) => json::apply(&patch.0, &mut tree)?,
            Self::Fhirpath(patch) => fhirpath::apply(&patch.0, &mut tree)?,
            Self::Meta(patch) => meta::apply(&patch.0, &mut tree)?,
        }
        Ok(tree.to_text())
    }
}

/// What the operations of a patch have looked at and copied.
pub(crate) struct Work(usize);

impl Work {
    pub(crate) fn new() -> Self {
        Self(0)
    }

    /// Counts `bytes`; None when it is too much.
    pub(crate) fn spend(&mut self, bytes: usize) -> Option<()> {
        self.0 = self.0.checked_add(bytes)?;
        (self.0 <= MAX_WORK_BYTES).then_some(())
    }
}
