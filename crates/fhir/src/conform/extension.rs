//! Extensions: each by the definition that its url names.

use super::Treatment;
use super::walk::Walk;
use crate::fhirpath::Node;
use crate::message::conformity::{Broken, shown_address};
use crate::profile::Profile;
use crate::validate::Path;
use crate::{IssueCode, Severity};

impl Walk<'_, '_, '_> {
    /// Checks an extension by its own definition, once in a walk. `is_modifier` says where it stands.
    pub(super) fn extension(&mut self, node: Node, is_modifier: bool, profile: &Profile, path: &Path<'_>) {
        if !self.extensions.insert(node.index()) {
            return;
        }
        let Some(url) = self.world.tree.text_of(node, "url") else { return };
        // The parts of an extension are defined by the whole.
        if !url.contains(':') {
            return;
        }
        let Some(found) = self.world.library.profile(&url).filter(|found| &*found.type_name == "Extension")
        else {
            let severity = match self.world.settings.unknown_extensions {
                Treatment::Refuse => Severity::Error,
                Treatment::Accept if !is_modifier => return,
                _ => Severity::Warning,
            };
            let broken = Broken::UnknownExtension { url: shown_address(&url) };
            return self.report(path, severity, IssueCode::Extension, profile, broken);
        };
        let found = found.clone();
        if found.root().is_modifier != is_modifier {
            let broken = Broken::Modifier { belongs: found.root().is_modifier };
            self.report(path, Severity::Error, IssueCode::Extension, &found, broken);
        }
        self.element(node, &found, 0, path);
    }
}
