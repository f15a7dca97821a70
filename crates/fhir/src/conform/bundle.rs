//! Rules of Bundles that are no constraints: the addresses of entries.

use super::walk::Walk;
use crate::fhirpath::Node;
use crate::message::conformity::Broken;
use crate::profile::Profile;
use crate::validate::{Path, Step};
use crate::{IssueCode, ResourceType, Severity};

impl Walk<'_, '_, '_> {
    /// Checks the entries' addresses.
    pub(super) fn entries(&mut self, bundle: Node, profile: &Profile, path: &Path<'_>) {
        let tree = self.world.tree;
        let kind = tree.text_of(bundle, "type");
        let kind = kind.as_deref().unwrap_or_default();
        self.is_document |= kind == "document" && bundle == tree.root();
        if kind == "document" && bundle == tree.root() {
            self.document(bundle, profile, path);
        }
        let is_addressed = matches!(kind, "document" | "message");
        let entries = path.then(Step::Name("entry"));
        let mut index = 0;
        tree.children_named(bundle, "entry", |entry| {
            let here = entries.then(Step::Index(index));
            index += 1;
            let Some(object) = tree.object(entry) else { return };
            let Some(resource) = object.get("resource") else { return };
            let Some(url) = object.get_str("fullUrl") else {
                if is_addressed {
                    self.report(&here, Severity::Error, IssueCode::Required, profile, Broken::NoFullUrl);
                }
                return;
            };
            if !url.contains(':') {
                let here = here.then(Step::Name("fullUrl"));
                // Where references are looked for among the entries, none finds this one.
                let severity = if is_addressed { Severity::Error } else { Severity::Warning };
                self.report(&here, severity, IssueCode::Invalid, profile, Broken::Relative);
            }
            let Some(id) = resource.get_str("id") else { return };
            let mut steps = url.rsplit('/');
            let (last, before) = (steps.next(), steps.next());
            let names_type = before.is_some_and(|name| ResourceType::from_name(name).is_some());
            let is_rest = url.starts_with("http") && names_type;
            if is_rest && last != Some(&*id) && !url.contains("/_history/") {
                let here = here.then(Step::Name("fullUrl"));
                // R4 forbids it (section 2.36.4), but with no rule of its profiles; documents of publishers have it.
                self.report(&here, Severity::Warning, IssueCode::Invalid, profile, Broken::FullUrl);
            }
        });
    }
}
