//! Checks a resource against R4 and the profiles that it claims: cardinalities, slices, fixed values, lists of codes, rules,
//! references, extensions.
//!
//! For: [`check`], of a resource whose structure is known to be valid. It walks the parsed text once for each profile and
//! builds nothing unless it has something to say. Never changes the resource, never fetches a profile or a list: what is not
//! loaded is said. State: none.

mod binding;
mod bundle;
mod document;
mod extension;
mod library;
mod reference;
mod report;
mod rules;
mod slices;
mod walk;
mod world;

pub use library::Library;

use crate::fhirpath::Tree;
use crate::package::Canonical;
use crate::validate::Path;
use crate::{Issue, Resource, Severity};
use walk::Walk;
use world::World;

/// What to do with what is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Treatment {
    /// An error.
    Refuse,
    /// A warning.
    Warn,
    /// Nothing.
    Accept,
}

/// How strict a check is.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Extensions of which no definition is loaded.
    pub unknown_extensions: Treatment,
    /// Claimed profiles that are not loaded.
    pub unknown_profiles: Treatment,
    /// Codes that HL7's own lists, loaded whole, do not have, where no binding requires the list. Those of other lists are refused.
    pub hl7_codes: Treatment,
    /// The most entries of `meta.profile`; none for any number.
    pub max_profiles: Option<usize>,
    /// Profiles that the resource must keep, whether it claims them or not.
    pub demanded: Vec<Canonical>,
    /// What `now()` and `today()` mean in rules, as an instant.
    pub now: Option<String>,
}

impl Default for Settings {
    /// FHIR's own: unknown extensions are accepted, unknown profiles and codes of HL7's lists warned of, any number of claims.
    fn default() -> Self {
        Self {
            unknown_extensions: Treatment::Accept,
            unknown_profiles: Treatment::Warn,
            hl7_codes: Treatment::Warn,
            max_profiles: None,
            demanded: Vec::new(),
            now: None,
        }
    }
}

impl Settings {
    /// As the publishers of the German profiles check: one claimed profile, nothing that is not known.
    pub fn strict() -> Self {
        Self {
            unknown_extensions: Treatment::Refuse,
            unknown_profiles: Treatment::Refuse,
            hl7_codes: Treatment::Refuse,
            max_profiles: Some(1),
            ..Self::default()
        }
    }
}

/// Checks a resource against R4, the profiles that it claims and those that are demanded. Errors, warnings and remarks in
/// the order of the text, at most [`crate::MAX_ISSUES`]; a resource without an error among them is valid.
pub fn check(resource: &Resource, library: &Library, settings: &Settings) -> Vec<Issue> {
    let tree = Tree::new(resource.root());
    let world = World::new(library, settings, tree);
    let root = tree.root();
    let mut walk = Walk::new(&world, root, false);
    let path = Path::start(resource.kind().name());
    walk.resource(root, &path, None);
    walk.demanded(root, &path);
    walk.into_issues()
}

/// True when none of the issues is an error.
pub fn is_valid(issues: &[Issue]) -> bool {
    !issues.iter().any(|issue| matches!(issue.severity, Severity::Error | Severity::Fatal))
}
