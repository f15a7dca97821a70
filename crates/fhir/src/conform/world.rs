//! What a check looks at: the document, the library, where references lead, and what was found out before.

use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::sync::Arc;

use super::walk::Walk;
use super::{Library, Settings};
use crate::fhirpath::{Host, Node, Tree};
use crate::package::split;
use crate::profile::Profile;
use crate::terminology::Membership;

/// The most levels that profiles may ask for one another.
const MAX_NESTED: usize = 24;

pub(super) struct World<'c, 'd> {
    pub library: &'c Library,
    pub settings: &'c Settings,
    pub tree: Tree<'d>,
    bundle: OnceCell<Addresses<'d>>,
    /// Whether an element keeps a profile; None while that is being found out.
    known: RefCell<HashMap<(u32, *const Profile), Option<bool>>>,
    nested: RefCell<usize>,
}

/// The entries of a Bundle by their addresses.
#[derive(Default)]
struct Addresses<'d> {
    by_url: HashMap<Cow<'d, str>, Node>,
    /// Type and id.
    by_name: HashMap<(&'static str, Cow<'d, str>), Node>,
    /// The address of a resource's entry.
    of: HashMap<Node, Cow<'d, str>>,
}

impl<'c, 'd> World<'c, 'd> {
    pub(super) fn new(library: &'c Library, settings: &'c Settings, tree: Tree<'d>) -> Self {
        Self {
            library,
            settings,
            tree,
            bundle: OnceCell::new(),
            known: RefCell::default(),
            nested: RefCell::new(0),
        }
    }

    fn addresses(&self) -> &Addresses<'d> {
        self.bundle.get_or_init(|| {
            let mut all = Addresses::default();
            self.collect(self.tree.root(), &mut all);
            all
        })
    }

    fn collect(&self, bundle: Node, all: &mut Addresses<'d>) {
        if self.tree.type_name(bundle) != "Bundle" {
            return;
        }
        self.tree.children_named(bundle, "entry", |entry| {
            let url = self.tree.text_of(entry, "fullUrl");
            self.tree.children_named(entry, "resource", |resource| {
                if let Some(id) = self.tree.text_of(resource, "id") {
                    all.by_name.entry((self.tree.type_name(resource), id)).or_insert(resource);
                }
                if let Some(url) = &url {
                    all.by_url.entry(url.clone()).or_insert(resource);
                    all.of.insert(resource, url.clone());
                }
            });
        });
    }

    /// The element with this id that is contained in a resource.
    fn contained(&self, root: Node, id: &str) -> Option<Node> {
        let mut found = None;
        self.tree.children_named(root, "contained", |inner| {
            if found.is_none() && self.tree.text_of(inner, "id").as_deref() == Some(id) {
                found = Some(inner);
            }
        });
        found
    }

    /// Where a reference leads, seen from the resource that holds it and the one that this is contained in.
    pub(super) fn target(&self, reference: &str, resource: Node, root: Node) -> Option<Node> {
        if let Some(id) = reference.strip_prefix('#') {
            return if id.is_empty() { Some(root) } else { self.contained(root, id) };
        }
        let addresses = self.addresses();
        let reference = split(reference).0;
        if let Some(found) = addresses.by_url.get(reference) {
            return Some(*found);
        }
        let plain = reference.split("/_history/").next().unwrap_or(reference);
        if plain.contains(':') {
            return addresses.by_url.get(plain).copied();
        }
        // A relative reference belongs to the server that the entry's own address names.
        let (name, id) = plain.split_once('/')?;
        let own = addresses.of.get(&root).or_else(|| addresses.of.get(&resource));
        let base = own.and_then(|url| url.rsplitn(3, '/').nth(2));
        if let Some(base) = base.filter(|base| base.starts_with("http"))
            && let Some(found) = addresses.by_url.get(format!("{base}/{plain}").as_str())
        {
            return Some(*found);
        }
        let kind = crate::ResourceType::from_name(name)?.name();
        addresses.by_name.get(&(kind, Cow::Borrowed(id))).copied()
    }

    /// Whether an element keeps a profile. What is being found out counts as kept.
    pub(super) fn keeps(&self, node: Node, profile: &Arc<Profile>) -> bool {
        let key = (node.index(), Arc::as_ptr(profile));
        if let Some(known) = self.known.borrow().get(&key) {
            return known.unwrap_or(true);
        }
        if *self.nested.borrow() >= MAX_NESTED {
            return true;
        }
        self.known.borrow_mut().insert(key, None);
        *self.nested.borrow_mut() += 1;
        let answer = Walk::new(self, node, true).keeps(node, profile);
        *self.nested.borrow_mut() -= 1;
        self.known.borrow_mut().insert(key, Some(answer));
        answer
    }
}

impl Host for World<'_, '_> {
    fn resolve(&self, reference: &str, resource: Node) -> Option<Node> {
        self.target(reference, resource, resource)
    }

    fn member_of(&self, node: Node, value_set: &str) -> Option<bool> {
        match self.coded(node, &crate::package::Canonical::parse(value_set)) {
            Membership::Yes => Some(true),
            Membership::No => Some(false),
            Membership::NotLoaded(_) => None,
        }
    }

    fn conforms(&self, node: Node, profile: &str) -> Option<bool> {
        Some(self.keeps(node, self.library.profile(profile)?))
    }

    fn now(&self) -> Option<Cow<'static, str>> {
        self.settings.now.clone().map(Cow::Owned)
    }
}
