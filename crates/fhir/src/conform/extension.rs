//! Extensions: each by the definition that its url names.

use super::Treatment;
use super::walk::Walk;
use crate::fhirpath::{Node, is_a};
use crate::message::conformity::{Broken, shown_address};
use crate::profile::{Context, Profile};
use crate::validate::{Path, Step};
use crate::{IssueCode, ResourceType, Severity};

impl Walk<'_, '_, '_> {
    /// Checks an extension of an element by its own definition, once in a walk. `is_modifier` says where it stands.
    pub(super) fn extension(
        &mut self,
        (of, node): (Node, Node),
        is_modifier: bool,
        profile: &Profile,
        path: &Path<'_>,
    ) {
        if !self.extensions.insert(node.index()) {
            return;
        }
        let Some(url) = self.world.tree.text_of(node, "url") else { return };
        // The parts of an extension are defined by the whole.
        if !url.contains(':') {
            if self.world.tree.type_name(of) != "Extension" {
                let here = path.then(Step::Name("url"));
                self.report(&here, Severity::Error, IssueCode::Extension, profile, Broken::Relative);
            }
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
        if !found.contexts.is_empty() && !found.contexts.iter().any(|one| self.is_at(one, of, path)) {
            let names: Vec<_> = found.contexts.iter().filter_map(name).collect();
            let broken = Broken::Context { allowed: names.join(", ").into() };
            // R4's own definitions use R4's own extensions where they may not stand.
            let is_r4 = found.url.starts_with(super::reference::BASE);
            let severity = if is_r4 { Severity::Warning } else { Severity::Error };
            self.report(path, severity, IssueCode::Extension, &found, broken);
        }
        self.parts(node, &found, path);
        self.element(node, &found, 0, path);
    }

    /// Reports the parts that an extension's definition does not have.
    fn parts(&mut self, whole: Node, definition: &Profile, path: &Path<'_>) {
        let tree = self.world.tree;
        let children = &definition.root().children;
        let Some(of) = children.iter().find(|child| &*definition.node(**child).name == "extension") else {
            return;
        };
        let parts = path.then(Step::Name("extension"));
        let mut index = 0;
        tree.children_named(whole, "extension", |part| {
            let is_part = tree.text_of(part, "url").is_some_and(|url| !url.contains(':'));
            if is_part && self.is_none_of(part, definition, *of) {
                let here = parts.then(Step::Index(index));
                self.report(&here, Severity::Error, IssueCode::Extension, definition, Broken::UnknownPart);
            }
            index += 1;
        });
    }

    /// Whether an extension of an element may stand there.
    fn is_at(&self, context: &Context, of: Node, path: &Path<'_>) -> bool {
        let tree = self.world.tree;
        let wanted = match context {
            Context::Expression => return true,
            Context::Extension(url) => return tree.text_of(of, "url").as_deref() == Some(&**url),
            Context::Element(wanted) => &**wanted,
        };
        let name = tree.type_name(of);
        // A profile's element is not looked for: whoever names one may mean it. R4's own extensions say `Element` and mean resources, too.
        if name.is_empty() || wanted.contains(['#', ':']) || wanted == "Element" || is_a(name, wanted) {
            return true;
        }
        let Some((start, rest)) = wanted.split_once('.') else { return false };
        // From the extension up: its own name, then the elements that it stands in.
        let mut names = path.names().skip(1);
        let is_below = rest.rsplit('.').all(|step| names.next() == Some(step.trim_end_matches("[x]")));
        // A type of data may stand anywhere; a resource is the one that the walk is in.
        is_below && (ResourceType::from_name(start).is_none() || tree.type_name(self.resource) == start)
    }
}

/// A context as a message shows it.
fn name(context: &Context) -> Option<&str> {
    match context {
        Context::Element(name) | Context::Extension(name) => Some(name),
        Context::Expression => None,
    }
}
