//! Slices: to which one a value belongs, how many each may have, and in which order.

use super::walk::{Place, Walk};
use crate::fhirpath::{Node, is_a};
use crate::json::{fits, same};
use crate::message::conformity::Broken;
use crate::package::Canonical;
use crate::profile::{DiscriminatorKind, NodeIndex, Profile, Step as PathStep, Test, Wanted, tests};
use crate::terminology::Membership;
use crate::validate::Path;
use crate::{IssueCode, Severity};

/// Whether a value belongs to a slice.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fit {
    Yes,
    No,
    Unknown,
}

impl Walk<'_, '_, '_> {
    /// Checks all values of an element that has slices.
    pub(super) fn sliced(&mut self, values: &[Place], profile: &Profile, of: NodeIndex, path: &Path<'_>) {
        let node = profile.node(of);
        let mut counts = vec![0_u32; node.slices.len()];
        // How many values may be of each slice, which nothing could tell.
        let mut untold = vec![0_u32; node.slices.len()];
        let mut resliced: Vec<(usize, Vec<Place>)> = Vec::new();
        let (mut last, mut outside) = (0, false);
        for place in values {
            let here = place.path(path, self.world.tree);
            let mut chosen = None;
            let mut is_open = false;
            for (at, slice) in node.slices.iter().enumerate() {
                match self.fit(place.node, &profile.node(*slice).tests) {
                    Fit::Yes => {
                        chosen = Some(at);
                        break;
                    }
                    Fit::No => {}
                    Fit::Unknown => {
                        is_open = true;
                        untold[at] += 1;
                    }
                }
            }
            let slicing = node.slicing.as_ref();
            let Some(at) = chosen else {
                outside = true;
                if is_open {
                    self.report(
                        &here,
                        Severity::Warning,
                        IssueCode::Incomplete,
                        profile,
                        Broken::SliceOpen { name: node.path.clone() },
                    );
                } else if slicing.is_some_and(|slicing| slicing.closed) {
                    self.report(
                        &here,
                        Severity::Error,
                        IssueCode::Structure,
                        profile,
                        Broken::NoSlice { name: node.path.clone() },
                    );
                }
                self.element(place.node, profile, of, &here);
                continue;
            };
            let is_late =
                slicing.is_some_and(|slicing| slicing.ordered && at < last || slicing.open_at_end && outside);
            if is_late {
                self.report(
                    &here,
                    Severity::Error,
                    IssueCode::Structure,
                    profile,
                    Broken::Order { name: node.path.clone() },
                );
            }
            last = at;
            counts[at] += 1;
            let slice = node.slices[at];
            if profile.node(slice).slices.is_empty() {
                self.element(place.node, profile, slice, &here);
            } else {
                match resliced.iter_mut().find(|(other, _)| *other == at) {
                    Some((_, places)) => places.push(*place),
                    None => resliced.push((at, vec![*place])),
                }
            }
            if profile.node(slice).children.is_empty() && !node.children.is_empty() {
                self.children(place.node, profile, of, &here);
            }
        }
        for (at, places) in resliced {
            self.sliced(&places, profile, node.slices[at], path);
        }
        for (at, slice) in node.slices.iter().enumerate() {
            let slice = profile.node(*slice);
            let name = format!("{}:{}", slice.path, slice.slice.as_deref().unwrap_or_default());
            let min = slice.min.saturating_sub(untold[at]);
            self.count(counts[at], min, slice.max, &name, profile, path);
        }
    }

    /// True when a value is known to belong to no slice of an element.
    pub(super) fn is_none_of(&self, node: Node, profile: &Profile, of: NodeIndex) -> bool {
        profile.node(of).slices.iter().all(|slice| self.fit(node, &profile.node(*slice).tests) == Fit::No)
    }

    fn fit(&self, node: Node, tests: &[Test]) -> Fit {
        if tests.is_empty() {
            return Fit::Unknown;
        }
        let mut answer = Fit::Yes;
        for test in tests {
            match self.passes(node, test) {
                Fit::No => return Fit::No,
                Fit::Unknown => answer = Fit::Unknown,
                Fit::Yes => {}
            }
        }
        answer
    }

    fn passes(&self, node: Node, test: &Test) -> Fit {
        let mut at_end = Vec::new();
        self.select(node, &test.path, &mut at_end);
        let any = |holds: &dyn Fn(Node) -> bool| {
            if at_end.iter().any(|node| holds(*node)) { Fit::Yes } else { Fit::No }
        };
        let tree = self.world.tree;
        match &test.wanted {
            Wanted::Equal(constant) => {
                any(&|node| tree.value(node).is_some_and(|value| same(value, constant.value())))
            }
            Wanted::Fits(constant) => {
                any(&|node| tree.value(node).is_some_and(|value| fits(value, constant.value())))
            }
            Wanted::Text(text) => {
                any(&|node| tree.value(node).and_then(|value| value.as_str()).as_deref() == Some(&**text))
            }
            Wanted::Listed(binding) => {
                any(&|node| self.world.coded(node, &binding.value_set) == Membership::Yes)
            }
            Wanted::Exists(wanted) => {
                if at_end.is_empty() == *wanted {
                    Fit::No
                } else {
                    Fit::Yes
                }
            }
            Wanted::Types(types) => any(&|node| types.iter().any(|kind| is_a(tree.type_name(node), kind))),
            Wanted::Profiles(profiles) => {
                any(&|node| profiles.iter().any(|profile| self.is_by(node, profile)))
            }
            Wanted::Deferred(profiles, rest) => {
                any(&|node| profiles.iter().any(|profile| self.deferred(node, profile, rest)))
            }
            Wanted::Unknown => Fit::Unknown,
        }
    }

    /// True when an element is, or says that it is, what a profile describes.
    fn is_by(&self, node: Node, profile: &Canonical) -> bool {
        if self.claims(node, profile) {
            return true;
        }
        let found = self.world.library.profile_of(profile);
        found.is_some_and(|found| {
            is_a(self.world.tree.type_name(node), &found.type_name) && self.world.keeps(node, found)
        })
    }

    fn deferred(&self, node: Node, profile: &Canonical, rest: &[PathStep]) -> bool {
        let Some(found) = self.world.library.profile_of(profile) else { return false };
        let tests = tests(found, 0, DiscriminatorKind::Value, rest);
        self.fit(node, &tests) == Fit::Yes
    }

    /// What stands at the end of a discriminator's path.
    fn select(&self, node: Node, path: &[PathStep], out: &mut Vec<Node>) {
        let Some((step, rest)) = path.split_first() else { return out.push(node) };
        let tree = self.world.tree;
        match step {
            PathStep::Name(name) => tree.children_named(node, name, |child| self.select(child, rest, out)),
            PathStep::Extension(url) => tree.children_named(node, "extension", |child| {
                if tree.text_of(child, "url").as_deref() == Some(url) {
                    self.select(child, rest, out);
                }
            }),
            PathStep::OfType(name) => {
                if is_a(tree.type_name(node), name) {
                    self.select(node, rest, out);
                }
            }
            PathStep::Resolve => {
                let reference = tree
                    .text_of(node, "reference")
                    .or_else(|| tree.value(node).and_then(|value| value.as_str()));
                if let Some(target) =
                    reference.and_then(|reference| self.world.target(&reference, self.resource, self.root))
                {
                    self.select(target, rest, out);
                }
            }
        }
    }
}
