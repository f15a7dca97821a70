//! Documents: whatever is in one belongs to it.
//!
//! Never: follows a reference out of the Bundle. State: none.

use std::collections::HashMap;

use super::walk::Walk;
use crate::fhirpath::Node;
use crate::json::{Kind, Value};
use crate::message::conformity::Broken;
use crate::profile::Profile;
use crate::validate::{Path, Step};
use crate::{IssueCode, Severity};

impl Walk<'_, '_, '_> {
    /// Reports the entries of a document that no reference joins to its Composition, in whichever direction: a document holds nothing else,
    /// but for a Binary that says how it looks (FHIR R4, section 3.3.1).
    pub(super) fn document(&mut self, bundle: Node, profile: &Profile, path: &Path<'_>) {
        let tree = self.world.tree;
        let mut entries = Vec::new();
        let mut index = 0;
        tree.children_named(bundle, "entry", |entry| {
            tree.children_named(entry, "resource", |resource| entries.push((index, resource)));
            index += 1;
        });
        let places: HashMap<u32, usize> =
            entries.iter().enumerate().map(|(place, (_, resource))| (resource.index(), place)).collect();
        let mut groups = Groups((0..entries.len()).collect());
        for (place, (_, resource)) in entries.iter().enumerate() {
            let Some(object) = tree.object(*resource) else { continue };
            references(object, &mut |reference| {
                let target = self.world.target(reference, *resource, *resource);
                if let Some(other) = target.and_then(|target| places.get(&target.index())) {
                    groups.join(place, *other);
                }
            });
        }
        for (place, (index, resource)) in entries.iter().enumerate() {
            if groups.of(place) != groups.of(0) && tree.type_name(*resource) != "Binary" {
                let entries = path.then(Step::Name("entry"));
                let here = entries.then(Step::Index(*index));
                self.report(&here, Severity::Error, IssueCode::Invalid, profile, Broken::Unreached);
            }
        }
    }
}

/// Calls `each` with all references in a value.
fn references(value: Value<'_>, each: &mut impl FnMut(&str)) {
    if value.kind() == Kind::Array {
        value.elements().for_each(|one| references(one, each));
    } else if value.kind() == Kind::Object {
        for member in value.members() {
            match member.value.as_str().filter(|_| member.name() == "reference") {
                Some(reference) => each(&reference),
                None => references(member.value, each),
            }
        }
    }
}

/// What hangs together: each place's next one in its group, the last one's its own.
struct Groups(Vec<usize>);

impl Groups {
    fn of(&mut self, mut place: usize) -> usize {
        while self.0[place] != place {
            self.0[place] = self.0[self.0[place]];
            place = self.0[place];
        }
        place
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.of(one), self.of(other));
        self.0[one.max(other)] = one.min(other);
    }
}
