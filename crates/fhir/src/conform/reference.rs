//! References: whether what they lead to may be there.

use super::walk::Walk;
use crate::fhirpath::{Node, is_a};
use crate::message::conformity::Broken;
use crate::package::Canonical;
use crate::profile::Profile;
use crate::validate::Path;
use crate::{IssueCode, ResourceType, Severity};

/// Where R4's own types are defined.
pub(super) const BASE: &str = "http://hl7.org/fhir/StructureDefinition/";

impl Walk<'_, '_, '_> {
    /// Checks a reference's target against the allowed ones.
    pub(super) fn reference(
        &mut self,
        node: Node,
        targets: &[Canonical],
        profile: &Profile,
        path: &Path<'_>,
    ) {
        let tree = self.world.tree;
        let Some(reference) = tree.text_of(node, "reference") else {
            let named = tree.text_of(node, "type").and_then(|name| ResourceType::from_name(&name));
            if let Some(kind) = named.filter(|kind| !self.is_allowed(kind.name(), targets)) {
                self.wrong_target(kind.name(), targets, profile, path);
            }
            return;
        };
        let target = self.world.target(&reference, self.resource, self.root);
        let Some(target) = target else { return self.elsewhere(&reference, targets, profile, path) };
        let name = tree.type_name(target);
        if targets.is_empty() || name.is_empty() {
            return;
        }
        let fits = |target_profile: &Canonical| {
            let base = target_profile.url.strip_prefix(BASE).filter(|base| !base.contains('-'));
            if base.is_some_and(|base| is_a(name, base)) {
                return true;
            }
            match self.world.library.profile_of(target_profile) {
                Some(found) if is_a(name, &found.type_name) => {
                    !found.is_constraint
                        || self.claims(target, target_profile)
                        || self.world.keeps(target, found)
                }
                Some(_) => false,
                None => true,
            }
        };
        if !targets.iter().any(fits) {
            self.wrong_target(name, targets, profile, path);
        }
    }

    /// A reference that leads out of the document, or nowhere.
    fn elsewhere(&mut self, reference: &str, targets: &[Canonical], profile: &Profile, path: &Path<'_>) {
        if reference.starts_with('#') {
            // R4's ref-1 says the same of what is contained.
            return;
        }
        if reference.starts_with("urn:uuid:") || reference.starts_with("urn:oid:") {
            if self.world.tree.type_name(self.world.tree.root()) == "Bundle" {
                let severity = if self.is_document { Severity::Error } else { Severity::Warning };
                self.report(path, severity, IssueCode::NotFound, profile, Broken::Nowhere);
            }
            return;
        }
        let mut steps = reference.split("/_history/").next().unwrap_or(reference).rsplit('/');
        let name = steps.nth(1).and_then(ResourceType::from_name);
        let name =
            name.or_else(|| reference.split_once('?').and_then(|(name, _)| ResourceType::from_name(name)));
        if let Some(kind) = name.filter(|kind| !self.is_allowed(kind.name(), targets)) {
            self.wrong_target(kind.name(), targets, profile, path);
        }
    }

    /// True when a resource of that type may be the target, whatever it holds.
    fn is_allowed(&self, name: &str, targets: &[Canonical]) -> bool {
        targets.is_empty()
            || targets.iter().any(|target| {
                let base = target.url.strip_prefix(BASE).is_some_and(|base| is_a(name, base));
                base || self.world.library.profile_of(target).is_none_or(|found| is_a(name, &found.type_name))
            })
    }

    /// True when a resource claims a profile.
    pub(super) fn claims(&self, node: Node, profile: &Canonical) -> bool {
        let meta = self.world.tree.object(node).and_then(|object| object.get("meta"));
        let claimed = meta.and_then(|meta| meta.get("profile")).into_iter().flat_map(|list| list.elements());
        claimed.filter_map(|one| one.as_str()).any(|one| crate::package::split(&one).0 == &*profile.url)
    }

    fn wrong_target(
        &mut self,
        found: &'static str,
        targets: &[Canonical],
        profile: &Profile,
        path: &Path<'_>,
    ) {
        let names: Vec<_> = targets.iter().map(|target| target.to_string().replacen(BASE, "", 1)).collect();
        let broken = Broken::Target { found, allowed: names.join(", ").into() };
        self.report(path, Severity::Error, IssueCode::Invalid, profile, broken);
    }
}
