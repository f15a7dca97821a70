//! What tells that a value belongs to a slice: each discriminator's path, and what the slice says at its end. Prepared once.

use super::{Binding, Constant, Discriminator, DiscriminatorKind, Node, NodeIndex, Profile, Strength};
use crate::json::{Kind, Value};
use crate::package::Canonical;

/// A step of a discriminator's path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    Name(Box<str>),
    Extension(Box<str>),
    Resolve,
    OfType(Box<str>),
}

/// One question to a value; a slice holds what answers all of its questions.
#[derive(Debug, Clone)]
pub(crate) struct Test {
    pub path: Vec<Step>,
    pub wanted: Wanted,
}

/// What must be at a path's end.
#[derive(Debug, Clone)]
pub(crate) enum Wanted {
    /// This value.
    Equal(Constant),
    /// A value that fits this one.
    Fits(Constant),
    /// This text.
    Text(Box<str>),
    /// A code of this list.
    Listed(Binding),
    /// Anything, or nothing.
    Exists(bool),
    /// A value of one of these types.
    Types(Vec<Box<str>>),
    /// A value that is valid by one of these profiles.
    Profiles(Vec<Canonical>),
    /// What one of these profiles says further along this path.
    Deferred(Vec<Canonical>, Vec<Step>),
    /// Nothing that could be found out: whether a value belongs can't be told.
    Unknown,
}

/// Reads a discriminator's path: names, `extension('url')`, `resolve()`, `ofType(X)`, `$this`.
pub(super) fn path(text: &str) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix("extension(") {
            let (url, after) = after.split_once(')')?;
            steps.push(Step::Extension(url.trim_matches(['\'', '"']).into()));
            rest = after;
        } else if let Some(after) = rest.strip_prefix("ofType(") {
            let (name, after) = after.split_once(')')?;
            steps.push(Step::OfType(name.trim().into()));
            rest = after;
        } else {
            let end = rest.find('.').unwrap_or(rest.len());
            match &rest[..end] {
                "$this" => {}
                "resolve()" => steps.push(Step::Resolve),
                name => steps.push(Step::Name(name.trim_end_matches("[x]").into())),
            }
            rest = &rest[end..];
        }
        rest = rest.strip_prefix('.').unwrap_or(rest);
    }
    Some(steps)
}

/// Prepares the tests of all slices.
pub(super) fn prepare(profile: &mut Profile) {
    for of in 0..profile.nodes.len() {
        let slices = profile.nodes[of].slices.clone();
        for slice in slices {
            let tests = match &profile.nodes[of].slicing {
                Some(slicing) => {
                    slicing.discriminators.iter().flat_map(|one| tests_of(profile, slice, one)).collect()
                }
                // Slices without slicing: of a choice, by their types.
                None if profile.nodes[of].choice => {
                    vec![Test { path: Vec::new(), wanted: types(profile.node(slice)) }]
                }
                None => inherited(profile, of, slice),
            };
            let tests = telling(tests);
            profile.nodes[usize::from(slice)].tests = tests;
        }
    }
}

/// Of a discriminator of which a slice says nothing nothing is asked, when another tells.
fn telling(mut tests: Vec<Test>) -> Vec<Test> {
    let is_telling = |test: &Test| !matches!(test.wanted, Wanted::Unknown);
    if tests.iter().any(is_telling) {
        tests.retain(is_telling);
    }
    tests
}

/// A slice of a slice is told by the discriminators of the outer slicing when it has none of its own.
fn inherited(profile: &Profile, of: usize, slice: NodeIndex) -> Vec<Test> {
    let outer = profile.nodes.iter().find(|node| node.slices.iter().any(|index| usize::from(*index) == of));
    let slicing = outer.and_then(|outer| outer.slicing.as_ref());
    slicing.map_or(Vec::new(), |slicing| {
        slicing.discriminators.iter().flat_map(|one| tests_of(profile, slice, one)).collect()
    })
}

fn types(node: &Node) -> Wanted {
    Wanted::Types(node.types.iter().map(|kind| kind.code.clone()).collect())
}

fn tests_of(profile: &Profile, slice: NodeIndex, discriminator: &Discriminator) -> Vec<Test> {
    tests(profile, slice, discriminator.kind, &discriminator.path)
}

/// What an element says at the end of a discriminator's path.
pub(crate) fn tests(profile: &Profile, from: NodeIndex, kind: DiscriminatorKind, path: &[Step]) -> Vec<Test> {
    let mut out = Vec::new();
    Finder { profile, kind, whole: path, out: &mut out }.walk(from, 0);
    if out.is_empty() {
        out.push(Test { path: path.to_vec(), wanted: Wanted::Unknown });
    }
    out
}

struct Finder<'a> {
    profile: &'a Profile,
    kind: DiscriminatorKind,
    whole: &'a [Step],
    out: &'a mut Vec<Test>,
}

impl Finder<'_> {
    fn add(&mut self, path: Vec<Step>, wanted: Wanted) {
        self.out.push(Test { path, wanted });
    }

    fn walk(&mut self, at: NodeIndex, done: usize) {
        let node = self.profile.node(at);
        let rest = &self.whole[done..];
        let is_by_value = matches!(self.kind, DiscriminatorKind::Value | DiscriminatorKind::Pattern);
        if is_by_value && self.constants(node, done) {
            return;
        }
        let Some(step) = rest.first() else { return self.end(at, self.whole.to_vec()) };
        match step {
            Step::Name(name) => {
                let children = children(self.profile, node);
                let children: Vec<_> = children
                    .iter()
                    .copied()
                    .filter(|child| *self.profile.node(*child).name == **name)
                    .collect();
                match children.first() {
                    Some(child) => self.walk(*child, done + 1),
                    None => self.elsewhere(node, done),
                }
            }
            Step::Extension(url) => {
                let all = children(self.profile, node)
                    .iter()
                    .copied()
                    .find(|child| &*self.profile.node(*child).name == "extension");
                let slices = all.map_or(&[][..], |all| &self.profile.node(all).slices);
                let is_it = |slice: &&NodeIndex| {
                    let node = self.profile.node(**slice);
                    node.types.iter().flat_map(|kind| &kind.profiles).any(|profile| profile.url == *url)
                };
                match slices.iter().find(is_it) {
                    Some(slice) => self.walk(*slice, done + 1),
                    None => self.elsewhere(node, done),
                }
            }
            Step::OfType(_) => self.walk(at, done + 1),
            Step::Resolve => {
                let targets: Vec<_> = node.types.iter().flat_map(|kind| &kind.targets).cloned().collect();
                let path = self.whole[..=done].to_vec();
                let rest = self.whole[done + 1..].to_vec();
                match (self.kind, rest.is_empty()) {
                    _ if targets.is_empty() => {}
                    (DiscriminatorKind::Profile, true) => self.add(path, Wanted::Profiles(targets)),
                    (DiscriminatorKind::Type, true) => {
                        let name =
                            |target: &Canonical| target.url.rsplit('/').next().unwrap_or_default().into();
                        let base = targets
                            .iter()
                            .all(|target| target.url.starts_with("http://hl7.org/fhir/StructureDefinition/"));
                        let wanted = if base {
                            Wanted::Types(targets.iter().map(name).collect())
                        } else {
                            Wanted::Profiles(targets)
                        };
                        self.add(path, wanted);
                    }
                    _ => self.add(path, Wanted::Deferred(targets, rest)),
                }
            }
        }
    }

    /// The path leads into a type's own profile.
    fn elsewhere(&mut self, node: &Node, done: usize) {
        let profiles: Vec<_> = node.types.iter().flat_map(|kind| &kind.profiles).cloned().collect();
        let rest = &self.whole[done..];
        if profiles.is_empty() {
            return;
        }
        let is_url = matches!(rest, [Step::Name(name)] if &**name == "url");
        if is_url && node.types.iter().all(|kind| &*kind.code == "Extension") && profiles.len() == 1 {
            return self.add(self.whole.to_vec(), Wanted::Text(profiles[0].url.clone()));
        }
        self.add(self.whole[..done].to_vec(), Wanted::Deferred(profiles, rest.to_vec()));
    }

    /// A fixed value or pattern here, which decides for all that is below.
    fn constants(&mut self, node: &Node, done: usize) -> bool {
        let (constant, exact) = match (&node.fixed, &node.pattern) {
            (Some(fixed), _) => (fixed, true),
            (_, Some(pattern)) => (pattern, false),
            _ => return false,
        };
        let mut values = vec![constant.value()];
        for step in &self.whole[done..] {
            let Step::Name(name) = step else { return false };
            values = values.into_iter().filter_map(|value| value.get(name)).flat_map(flat).collect();
        }
        if values.is_empty() {
            return false;
        }
        for value in values {
            let inside = constant.inside(value);
            self.add(self.whole.to_vec(), if exact { Wanted::Equal(inside) } else { Wanted::Fits(inside) });
        }
        true
    }

    fn end(&mut self, at: NodeIndex, path: Vec<Step>) {
        let node = self.profile.node(at);
        match self.kind {
            DiscriminatorKind::Type => self.add(path, types(node)),
            DiscriminatorKind::Profile => {
                let profiles: Vec<_> = node
                    .types
                    .iter()
                    .flat_map(|kind| kind.profiles.iter().chain(&kind.targets))
                    .cloned()
                    .collect();
                if !profiles.is_empty() {
                    self.add(path, Wanted::Profiles(profiles));
                }
            }
            // What a slice forbids tells it, too, whatever the kind.
            _ if node.max == 0 => self.add(path, Wanted::Exists(false)),
            DiscriminatorKind::Exists => self.add(path, Wanted::Exists(true)),
            DiscriminatorKind::Value | DiscriminatorKind::Pattern => {
                let before = self.out.len();
                self.mandatory(node, &path);
                self.below(at, &path, (0, 1));
                if self.out.len() == before {
                    // What need not be there tells a slice when nothing else does.
                    self.below(at, &path, (0, 0));
                }
                if self.out.len() > before {
                    return;
                }
                if let Some(binding) =
                    node.binding.as_ref().filter(|binding| binding.strength == Strength::Required)
                {
                    self.add(path, Wanted::Listed(binding.clone()));
                } else {
                    let profiles: Vec<_> =
                        node.types.iter().flat_map(|kind| &kind.profiles).cloned().collect();
                    if !profiles.is_empty() {
                        self.add(path, Wanted::Deferred(profiles, Vec::new()));
                    } else if node.min > 0 {
                        self.add(path, Wanted::Exists(true));
                    }
                }
            }
        }
    }

    /// What slices that must be there say: a value of each must be there.
    fn mandatory(&mut self, node: &Node, path: &[Step]) {
        for slice in node.slices.iter().map(|slice| self.profile.node(*slice)).filter(|slice| slice.min > 0) {
            match (&slice.fixed, &slice.pattern) {
                (Some(fixed), _) => self.add(path.to_vec(), Wanted::Equal(fixed.clone())),
                (_, Some(pattern)) => self.add(path.to_vec(), Wanted::Fits(pattern.clone())),
                _ => {}
            }
        }
    }

    /// Fixed values and patterns of the elements below the path's end that must be there at least `min` times.
    fn below(&mut self, at: NodeIndex, path: &[Step], (depth, min): (usize, u32)) {
        if depth > 4 {
            return;
        }
        for child in children(self.profile, self.profile.node(at)) {
            let node = self.profile.node(*child);
            let mut here = path.to_vec();
            here.push(Step::Name(node.name.clone()));
            match (&node.fixed, &node.pattern) {
                (Some(fixed), _) if node.min >= min => self.add(here, Wanted::Equal(fixed.clone())),
                (_, Some(pattern)) if node.min >= min => self.add(here, Wanted::Fits(pattern.clone())),
                _ if node.min >= min => {
                    self.mandatory(node, &here);
                    self.below(*child, &here, (depth + 1, min));
                }
                _ => {}
            }
        }
    }
}

fn children<'a>(profile: &'a Profile, node: &'a Node) -> &'a [NodeIndex] {
    match node.same_as {
        Some(other) if node.children.is_empty() => &profile.node(other).children,
        _ => &node.children,
    }
}

/// An array's elements, or the value itself.
fn flat(value: Value<'_>) -> Vec<Value<'_>> {
    if value.kind() == Kind::Array { value.elements().collect() } else { vec![value] }
}
