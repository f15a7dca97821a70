//! The walk: an element, what the profile says of it, and what is inside.

use std::collections::HashSet;
use std::sync::Arc;

use super::Treatment;
use super::report::Met;
use super::world::World;
use crate::definitions::TypeKind;
use crate::fhirpath::{Node, Tree, is_a};
use crate::json::{Kind, Value};
use crate::message::conformity::{Broken, shown_address};
use crate::package::Canonical;
use crate::profile::{NodeIndex, Profile, TypeRef};
use crate::validate::{Path, Step};
use crate::{Issue, IssueCode, Severity};

/// How deep elements may lie in one another, types of types included.
pub(super) const MAX_DEPTH: usize = 200;

/// A value and its place among the others of its element.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub node: Node,
    /// Whether its type belongs to the path.
    pub is_choice: bool,
    pub index: Option<usize>,
}

/// Where a place is: the element's path is a choice's when its type is said.
impl Place {
    pub(super) fn path<'p>(&self, before: &'p Path<'p>, tree: Tree<'_>) -> Path<'p> {
        match (self.is_choice, self.index) {
            (true, _) => before.then(Step::OfType(tree.type_name(self.node))),
            (false, Some(index)) => before.then(Step::Index(index)),
            (false, None) => *before,
        }
    }
}

/// One walk.
pub(super) struct Walk<'w, 'c, 'd> {
    pub world: &'w World<'c, 'd>,
    /// The resource that the walk is in.
    pub resource: Node,
    /// The resource that this one is contained in, or itself.
    pub root: Node,
    /// Only whether there is an error.
    pub is_quiet: bool,
    pub is_document: bool,
    /// Extensions that were checked.
    pub extensions: Met,
    /// Resources inside that were checked.
    resources: Met,
    /// Elements that were checked by the definition of their type.
    typed: Met,
    /// Resources and the profiles by which they were checked.
    by: HashSet<(u32, *const Profile)>,
    /// Lists that are not loaded and were named.
    pub lists: HashSet<Box<str>>,
    pub issues: Vec<Issue>,
    pub errors: usize,
    /// How many issues are no errors. They never stand in the way of one.
    pub remarks: usize,
    /// Whether something was found that is not among the issues.
    pub is_cut: bool,
    /// How often each child was met, of all objects that the walk is in.
    counts: Vec<u32>,
    pub depth: usize,
}

impl<'w, 'c, 'd> Walk<'w, 'c, 'd> {
    pub(super) fn new(world: &'w World<'c, 'd>, resource: Node, is_quiet: bool) -> Self {
        Self {
            world,
            resource,
            root: resource,
            is_quiet,
            is_document: false,
            extensions: Met::default(),
            resources: Met::default(),
            typed: Met::default(),
            by: HashSet::new(),
            lists: HashSet::new(),
            issues: Vec::new(),
            errors: 0,
            remarks: 0,
            is_cut: false,
            counts: Vec::new(),
            depth: 0,
        }
    }

    /// Whether an element keeps a profile.
    pub(super) fn keeps(mut self, node: Node, profile: &Arc<Profile>) -> bool {
        self.element(node, profile, 0, &Path::start(""));
        self.errors == 0
    }

    /// Checks a resource by its type and the profiles that it claims. `container` is the one that it is contained in.
    pub(super) fn resource(&mut self, node: Node, path: &Path<'_>, container: Option<Node>) {
        if !self.resources.insert(node.index()) {
            return;
        }
        let before = (self.resource, self.root);
        self.resource = node;
        self.root = container.unwrap_or(node);
        if let Some(base) = node.kind.and_then(|kind| self.world.library.base(kind)) {
            let base = base.clone();
            if self.world.tree.type_name(node) == "Bundle" {
                self.entries(node, &base, path);
            }
            self.element(node, &base, 0, path);
            self.claimed(node, &base, path);
        }
        (self.resource, self.root) = before;
    }

    fn claimed(&mut self, node: Node, base: &Profile, path: &Path<'_>) {
        let claims = self
            .world
            .tree
            .object(node)
            .and_then(|object| object.get("meta"))
            .and_then(|meta| meta.get("profile"));
        let Some(claims) = claims else { return };
        let meta = path.then(Step::Name("meta"));
        let here = meta.then(Step::Name("profile"));
        let found = claims.elements().count();
        if let Some(max) = self.world.settings.max_profiles.filter(|max| found > *max) {
            self.report(
                &here,
                Severity::Error,
                IssueCode::BusinessRule,
                base,
                Broken::ManyProfiles { max, found },
            );
        }
        for (index, claim) in claims.elements().enumerate() {
            let here = here.then(Step::Index(index));
            let Some(url) = claim.as_str() else { continue };
            let Some(profile) = self.world.library.profile(&url).cloned() else {
                if let Some(lacking) = self.world.library.lacking_base(&url) {
                    let broken =
                        Broken::Unmade { profile: shown_address(&url), lacking: shown_address(lacking) };
                    self.report(&here, Severity::Error, IssueCode::NotSupported, base, broken);
                    continue;
                }
                let severity = match self.world.settings.unknown_profiles {
                    Treatment::Refuse => Severity::Error,
                    Treatment::Warn => Severity::Warning,
                    Treatment::Accept => continue,
                };
                let broken = Broken::UnknownProfile { profile: shown_address(&url) };
                self.report(&here, severity, IssueCode::NotSupported, base, broken);
                continue;
            };
            self.by(node, &profile, path, &here);
        }
    }

    /// Checks the profiles that the caller demands.
    pub(super) fn demanded(&mut self, node: Node, path: &Path<'_>) {
        let Some(base) = node.kind.and_then(|kind| self.world.library.base(kind)).cloned() else { return };
        for canonical in &self.world.settings.demanded {
            match self.world.library.profile_of(canonical).cloned() {
                Some(profile) => self.by(node, &profile, path, path),
                None => {
                    let broken = Broken::UnknownProfile { profile: canonical.to_string().into() };
                    self.report(path, Severity::Error, IssueCode::NotSupported, &base, broken);
                }
            }
        }
    }

    fn by(&mut self, node: Node, profile: &Arc<Profile>, path: &Path<'_>, claim: &Path<'_>) {
        if is_a(self.world.tree.type_name(node), &profile.type_name) {
            if profile.is_constraint && self.by.insert((node.index(), Arc::as_ptr(profile))) {
                self.element(node, profile, 0, path);
            }
        } else {
            let broken =
                Broken::ForeignProfile { profile: profile.url.clone(), of: profile.type_name.clone() };
            self.report(claim, Severity::Error, IssueCode::Invalid, profile, broken);
        }
    }

    /// Checks a value against one element of a profile.
    pub(super) fn element(&mut self, node: Node, profile: &Profile, at: NodeIndex, path: &Path<'_>) {
        if self.is_done() {
            return;
        }
        self.depth += 1;
        let element = profile.node(at);
        let tree = self.world.tree;
        if let Some(value) = tree.value(node) {
            self.constants(value, profile, at, path);
        }
        if let Some(binding) = &element.binding {
            self.binding(node, binding, profile, path);
        }
        for rule in &element.rules {
            self.rule(rule, node, profile, path);
        }
        let content = element.same_as.filter(|_| element.children.is_empty());
        if let Some(content) = content {
            for rule in &profile.node(content).rules {
                self.rule(rule, node, profile, path);
            }
        }
        let content = content.unwrap_or(at);
        if !profile.node(content).children.is_empty() {
            self.children(node, profile, content, path);
        }
        // The root of a type is the type itself.
        if at > 0 {
            self.typed(node, profile, at, path);
        }
        self.depth -= 1;
    }

    /// What the element's type says.
    fn typed(&mut self, node: Node, profile: &Profile, at: NodeIndex, path: &Path<'_>) {
        let element = profile.node(at);
        let tree = self.world.tree;
        let name = tree.type_name(node);
        let kind = node.kind.map(|kind| tree.definitions.kind(kind).kind);
        let own = element
            .types
            .iter()
            .find(|one| one.kind.is_some() && one.kind == node.kind)
            .or_else(|| element.types.iter().find(|kind| is_a(name, &kind.code)));
        if own.is_none()
            && !element.types.is_empty()
            && matches!(kind, Some(TypeKind::Datatype | TypeKind::Primitive(_) | TypeKind::Resource(_)))
            && !name.contains('.')
        {
            let names: Vec<_> = element.types.iter().map(|kind| &*kind.code).collect();
            return self.report(
                path,
                Severity::Error,
                IssueCode::Structure,
                profile,
                Broken::Type { found: name, allowed: names.join(", ").into() },
            );
        }
        if let Some(own) = own {
            if name == "Reference" {
                self.reference(node, &own.targets, profile, path);
            }
            if !own.profiles.is_empty() && name != "Extension" {
                self.profiled(node, own, &*element.name == "contained", profile, path);
            }
        }
        match kind {
            Some(TypeKind::Resource(_)) => {
                let container = (&*element.name == "contained").then_some(self.root);
                self.resource(node, path, container);
            }
            Some(TypeKind::Datatype) if !name.contains('.') => {
                // Whatever profile led here, the type says the same.
                if let Some(base) = node.kind.and_then(|kind| self.world.library.base(kind))
                    && self.typed.insert(node.index())
                {
                    self.element(node, base, 0, path);
                    if name == "Coding" {
                        self.coding(node, base, path);
                    }
                }
            }
            // A primitive with extensions.
            Some(TypeKind::Primitive(_)) if tree.object(node).is_some() => {
                if let Some(base) = self.world.library.base(tree.definitions.element_type())
                    && self.typed.insert(node.index())
                {
                    self.element(node, base, 0, path);
                }
            }
            _ => {}
        }
    }

    /// A type with profiles: one of them must be kept.
    fn profiled(
        &mut self,
        node: Node,
        own: &TypeRef,
        is_contained: bool,
        profile: &Profile,
        path: &Path<'_>,
    ) {
        let profiles = &own.profiles;
        let mut found = profiles.iter().filter_map(|one| self.world.library.profile_of(one));
        if let ([_], Some(one)) = (profiles.as_slice(), found.next()) {
            if is_a(self.world.tree.type_name(node), &one.type_name) {
                let (one, before) = (one.clone(), (self.resource, self.root));
                if self.world.tree.is_resource(node) {
                    if !self.by.insert((node.index(), Arc::as_ptr(&one))) {
                        return;
                    }
                    (self.resource, self.root) = (node, if is_contained { self.root } else { node });
                }
                self.element(node, &one, 0, path);
                (self.resource, self.root) = before;
                return;
            }
        } else {
            let find = |one: &&Canonical| self.world.library.profile_of(one).is_none();
            let unknown = profiles.iter().find(find);
            let mut known = profiles.iter().filter_map(|one| self.world.library.profile_of(one));
            if known.any(|one| self.world.keeps(node, one)) {
                return;
            }
            if let Some(unknown) = unknown {
                let broken = Broken::UnknownProfile { profile: unknown.to_string().into() };
                return self.report(path, Severity::Warning, IssueCode::NotSupported, profile, broken);
            }
        }
        let names: Vec<_> = profiles.iter().map(ToString::to_string).collect();
        self.report(
            path,
            Severity::Error,
            IssueCode::Invalid,
            profile,
            Broken::OtherProfile { allowed: names.join(", ").into() },
        );
    }

    /// Checks what is inside an object.
    pub(super) fn children(&mut self, node: Node, profile: &Profile, of: NodeIndex, path: &Path<'_>) {
        // A primitive without id and extensions has none, and lacks what must be inside.
        let object = self.world.tree.object(node);
        let owner = profile.node(of);
        let first = self.counts.len();
        self.counts.resize(first + owner.children.len(), 0);
        let mut cursor = 0;
        let members = || object.into_iter().flat_map(|object| object.members());
        let has_siblings = members().any(|member| member.key_text().starts_with('_'));
        for member in members() {
            let key = member.key_text();
            let plain = match key.strip_prefix('_') {
                Some(plain) if object.is_some_and(|object| object.get(plain).is_some()) => continue,
                Some(plain) => plain,
                None => key,
            };
            let Some(at) = self.find(profile, &owner.children, cursor, plain) else { continue };
            cursor = at + 1;
            let is_lone = key.len() > plain.len();
            self.counts[first + at] += self.values(
                node,
                profile,
                owner.children[at],
                (plain, member.value, is_lone, has_siblings),
                path,
            );
            if self.is_done() {
                break;
            }
        }
        for (at, child) in owner.children.iter().enumerate() {
            let child = profile.node(*child);
            let count = self.counts[first + at];
            if count < child.min || count > child.max {
                let here = path.then(Step::Name(&child.name));
                self.count(count, child.min, child.max, &child.path, profile, &here);
            } else if count == 0 && child.slices.iter().any(|slice| profile.node(*slice).min > 0) {
                // A slice that must be there, of an element that as such need not.
                let here = path.then(Step::Name(&child.name));
                self.sliced(&[], profile, owner.children[at], &here);
            }
        }
        self.counts.truncate(first);
    }

    /// The child that a property belongs to, looked for from where the one before was found.
    fn find(&self, profile: &Profile, children: &[NodeIndex], from: usize, key: &str) -> Option<usize> {
        let count = children.len();
        (0..count).map(|step| (from + step) % count).find(|at| {
            let child = profile.node(children[*at]);
            match key.strip_prefix(&*child.name) {
                Some("") => true,
                Some(rest) => child.choice && rest.starts_with(|first: char| first.is_ascii_uppercase()),
                None => false,
            }
        })
    }

    /// Checks the values of one property; how many there are. A lone one is a sibling with an underscore without a value.
    fn values(
        &mut self,
        of: Node,
        profile: &Profile,
        at: NodeIndex,
        (key, value, is_lone, has_siblings): (&str, Value<'d>, bool, bool),
        path: &Path<'_>,
    ) -> u32 {
        let child = profile.node(at);
        let tree = self.world.tree;
        let is_many = value.kind() == Kind::Array;
        let here = path.then(Step::Name(&child.name));
        let is_modifier = &*child.name == "modifierExtension";
        let is_extension = is_modifier || &*child.name == "extension";
        let is_sliced = !child.slices.is_empty();
        let mut places = Vec::new();
        let mut count = 0;
        let each = |node: Node| {
            let place = Place { node, is_choice: child.choice, index: is_many.then_some(count) };
            count += 1;
            if is_sliced {
                places.push(place);
            } else {
                self.element(node, profile, at, &place.path(&here, tree));
            }
            if is_extension {
                self.extension((of, node), is_modifier, profile, &place.path(&here, tree));
            }
        };
        if is_lone {
            tree.children_named(of, &child.name, each);
        } else {
            tree.member(of, key, value, has_siblings, each);
        }
        if is_sliced {
            self.sliced(&places, profile, at, &here);
        }
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// Reports a number of values that is outside its bounds.
    pub(super) fn count(
        &mut self,
        found: u32,
        min: u32,
        max: u32,
        name: &str,
        profile: &Profile,
        path: &Path<'_>,
    ) {
        if found < min {
            let broken = Broken::TooFew { name: name.into(), min, found };
            self.report(path, Severity::Error, IssueCode::Required, profile, broken);
        } else if found > max {
            let broken = Broken::TooMany { name: name.into(), max, found };
            self.report(path, Severity::Error, IssueCode::Structure, profile, broken);
        }
    }
}
