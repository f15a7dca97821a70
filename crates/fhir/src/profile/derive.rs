//! Makes a profile of its differential and its base: what a snapshot would say.
//!
//! Works on the compiled tree: elements that the differential goes into are unfolded from their types, slices are copies of the
//! element that they are slices of. Never fetches a base: the caller finds it. State: none.

use std::sync::Arc;

use super::compile::{
    Compiler, MAX_ELEMENTS, contexts, list, read_binding, read_slicing, read_strength, text, type_refs,
};
use super::{Constant, Node, NodeIndex, Profile, Slicing, slicing};
use crate::json::{Document, Value};
use crate::package::Canonical;

/// A StructureDefinition without a snapshot.
#[derive(Debug)]
pub(crate) struct Differential {
    document: Document<'static>,
}

/// What there is for a canonical.
#[derive(Debug)]
pub(crate) enum Found {
    Profile(Arc<Profile>),
    /// A differential that is not made yet.
    Coming,
    Missing,
}

/// Finds the profile of a canonical, or that defines a type.
pub(crate) type Find<'f> = &'f dyn Fn(&Canonical) -> Found;

impl Differential {
    /// Whether it is of the profile of this URL.
    pub(crate) fn is_of(&self, url: &str) -> bool {
        self.document.root().get_str("url").as_deref() == Some(url)
    }

    /// The profile's URL.
    pub(crate) fn url(&self) -> Option<String> {
        self.document.root().get_str("url").map(|url| url.into_owned())
    }

    /// Its base's canonical.
    pub(crate) fn base(&self) -> Option<String> {
        self.document.root().get_str("baseDefinition").map(|url| url.into_owned())
    }

    /// Keeps a StructureDefinition that has a differential.
    pub(crate) fn read(root: Value<'_>) -> Option<Self> {
        root.get("differential").and_then(|differential| differential.get("element"))?;
        root.get("baseDefinition")?;
        Some(Self { document: root.detach() })
    }

    /// The profile; None while its base is not found, or the profile of a type that it goes into is coming.
    pub(crate) fn derive(&self, find: Find<'_>) -> Option<Profile> {
        let root = self.document.root();
        let base = Canonical::parse(&root.get_str("baseDefinition")?);
        let Found::Profile(base) = find(&base) else { return None };
        let nodes = base.nodes.clone();
        let open = Vec::new();
        let mut making = Making { base: base.clone(), nodes, find, compiler: Compiler::default(), open };
        for element in list(root.get("differential")?, "element") {
            making.element(element)?;
        }
        let mut profile = Profile {
            url: text(root, "url"),
            version: text(root, "version"),
            name: text(root, "name"),
            type_name: base.type_name.clone(),
            base: base.url.clone(),
            is_constraint: true,
            is_abstract: root.get("abstract").is_some_and(|value| value.raw() == "true"),
            contexts: contexts(root),
            nodes: making.nodes,
        };
        slicing::prepare(&mut profile);
        Some(profile)
    }
}

struct Making<'f> {
    /// What the differential changes; its elements have the same numbers here.
    base: Arc<Profile>,
    nodes: Vec<Node>,
    find: Find<'f>,
    compiler: Compiler,
    /// The paths of the elements that the one before lies in, outermost first, and their places.
    open: Vec<(String, NodeIndex)>,
}

impl Making<'_> {
    fn at(&mut self, index: NodeIndex) -> &mut Node {
        &mut self.nodes[usize::from(index)]
    }

    /// Puts what one element of the differential says into the tree.
    fn element(&mut self, element: Value<'_>) -> Option<()> {
        let path = element.get_str("path")?;
        // The id names the slices on the way. Without one, what follows a slice lies in it while its path begins with the slice's.
        let id = element.get_str("id").filter(|id| id.split('.').count() == path.split('.').count());
        self.open.retain(|(outer, _)| path.strip_prefix(&**outer).is_some_and(|rest| rest.starts_with('.')));
        let within = self.open.last().filter(|_| id.is_none());
        let (mut at, known) = within.map_or((0, 1), |(outer, at)| (*at, outer.split('.').count()));
        let id = id.unwrap_or_else(|| path.clone());
        let mut segments = id.split('.').skip(known).peekable();
        while let Some(segment) = segments.next() {
            let (name, slice) =
                segment.split_once(':').map_or((segment, None), |(name, slice)| (name, Some(slice)));
            let own = element.get_str("sliceName").filter(|_| segments.peek().is_none());
            at = self.child(at, name)?;
            if let Some(slice) = slice.or(own.as_deref()) {
                at = self.slice(at, slice)?;
            }
        }
        self.open.push((path.into_owned(), at));
        self.merge(at, element)
    }

    /// The element of that name; unfolds the type that it belongs to. `valueQuantity` is the slice of `value[x]`.
    fn child(&mut self, of: NodeIndex, name: &str) -> Option<NodeIndex> {
        let plain = name.trim_end_matches("[x]");
        let named = |making: &Self| {
            let children = &making.nodes[usize::from(of)].children;
            children.iter().copied().find(|child| &*making.nodes[usize::from(*child)].name == plain)
        };
        if let Some(found) = named(self) {
            return Some(found);
        }
        self.unfold(of)?;
        if let Some(found) = named(self) {
            return Some(found);
        }
        let children = self.at(of).children.clone();
        let choice = children.into_iter().find(|child| {
            let node = &self.nodes[usize::from(*child)];
            let rest = plain.strip_prefix(&*node.name);
            node.choice && rest.is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_uppercase()))
        })?;
        let kind = plain.strip_prefix(&*self.at(choice).name)?.to_owned();
        let slice = self.slice(choice, plain)?;
        // The short name leaves the choice only this type.
        for at in [choice, slice] {
            self.at(at).types.retain(|one| one.code.eq_ignore_ascii_case(&kind));
        }
        Some(slice)
    }

    /// The slice of that name; made when it is not there.
    fn slice(&mut self, of: NodeIndex, name: &str) -> Option<NodeIndex> {
        let outer = name.rsplit_once('/').map(|(outer, _)| outer.to_owned());
        let of = match outer {
            Some(outer) => self.slice(of, &outer)?,
            None => of,
        };
        let slices = self.at(of).slices.clone();
        if let Some(found) = slices.into_iter().find(|slice| self.at(*slice).slice.as_deref() == Some(name)) {
            return Some(found);
        }
        let made = self.copy(of)?;
        let outer = self.at(of);
        if outer.slicing.is_none() && matches!(&*outer.name, "extension" | "modifierExtension") {
            outer.slicing = Some(Slicing::by_url());
        }
        let node = self.at(made);
        node.slice = Some(name.into());
        node.slicing = None;
        node.slices.clear();
        node.min = 0;
        self.at(of).slices.push(made);
        Some(made)
    }

    /// A copy of an element and of all that is inside.
    fn copy(&mut self, from: NodeIndex) -> Option<NodeIndex> {
        let node = self.at(from).clone();
        self.put(node, |making, inside| making.copy(inside))
    }

    fn copy_of_base(&mut self, base: &Profile, from: NodeIndex) -> Option<NodeIndex> {
        self.put(base.node(from).clone(), |making, inside| making.copy_of_base(base, inside))
    }

    /// Adds an element whose children and slices are still the ones of where it comes from.
    fn put(
        &mut self,
        node: Node,
        mut bring: impl FnMut(&mut Self, NodeIndex) -> Option<NodeIndex>,
    ) -> Option<NodeIndex> {
        if self.nodes.len() >= MAX_ELEMENTS {
            return None;
        }
        let index = NodeIndex::try_from(self.nodes.len()).ok()?;
        let (children, slices) = (node.children.clone(), node.slices.clone());
        self.nodes.push(node);
        let children = children.into_iter().map(|child| bring(self, child)).collect::<Option<_>>()?;
        let slices = slices.into_iter().map(|slice| bring(self, slice)).collect::<Option<_>>()?;
        self.at(index).children = children;
        self.at(index).slices = slices;
        Some(index)
    }

    /// An element of another profile, with all that is inside, under another path.
    fn bring(&mut self, from: &Profile, index: NodeIndex, under: &str) -> Option<NodeIndex> {
        let mut node = from.node(index).clone();
        let name = if node.choice { format!("{}[x]", node.name) } else { node.name.to_string() };
        let path = format!("{under}.{name}");
        node.path = path.as_str().into();
        // What has another element's content would have to bring that along; its base type checks it.
        node.same_as = None;
        self.put(node, |making, inside| making.bring_inside(from, inside, &path, under))
    }

    fn bring_inside(
        &mut self,
        from: &Profile,
        index: NodeIndex,
        path: &str,
        under: &str,
    ) -> Option<NodeIndex> {
        let is_slice = from.node(index).slice.is_some();
        self.bring(from, index, if is_slice { under } else { path })
    }

    /// Gives an element the elements of its type that it does not have yet. Of several types, those that all have.
    fn unfold(&mut self, of: NodeIndex) -> Option<()> {
        let empty = self.at(of).children.is_empty();
        if let Some(same) = self.at(of).same_as.filter(|_| empty) {
            // The base's content, and not what the differential made of it elsewhere.
            let base = self.base.clone();
            let children = base.node(same).children.iter();
            let copies = children.map(|child| self.copy_of_base(&base, *child)).collect::<Option<_>>()?;
            let node = self.at(of);
            node.same_as = None;
            node.children = copies;
            return Some(());
        }
        let (code, own) = match self.at(of).types.as_slice() {
            [] if empty => return None,
            [kind] => (&*kind.code, kind.profiles.first().cloned()),
            _ => ("Element", None),
        };
        let base = Canonical::parse(&format!("http://hl7.org/fhir/StructureDefinition/{code}"));
        let wanted = own.unwrap_or_else(|| base.clone());
        let profile = match (self.find)(&wanted) {
            Found::Profile(profile) => profile,
            Found::Coming => return None,
            Found::Missing => match (self.find)(&base) {
                Found::Profile(profile) => profile,
                _ => return None,
            },
        };
        let path = self.at(of).path.clone();
        let known: Vec<_> =
            self.at(of).children.clone().iter().map(|child| self.at(*child).name.clone()).collect();
        let new = |child: &NodeIndex| !known.iter().any(|name| *name == profile.node(*child).name);
        let children = profile.root().children.iter().filter(|child| new(child));
        let brought: Vec<_> =
            children.map(|child| self.bring(&profile, *child, &path)).collect::<Option<_>>()?;
        self.at(of).children.extend(brought);
        Some(())
    }

    fn merge(&mut self, at: NodeIndex, element: Value<'_>) -> Option<()> {
        let rules: Vec<_> = list(element, "constraint").filter_map(|one| self.compiler.rule(one)).collect();
        let node = self.at(at);
        let number = |name: &str| element.get(name).and_then(|value| value.raw().parse::<u32>().ok());
        node.min = number("min").unwrap_or(node.min);
        if let Some(max) = element.get_str("max") {
            node.max = max.parse().unwrap_or(super::MANY);
        }
        if element.get("type").is_some() {
            node.types = type_refs(element);
        }
        let profile = node.types.first().and_then(|kind| kind.profiles.first()).cloned();
        if let Some(profile) =
            profile.filter(|_| element.get("max").is_none() && element.get("type").is_some())
        {
            match (self.find)(&profile) {
                // An extension says itself how often it may be there.
                Found::Profile(profile) => {
                    let most = profile.root().max;
                    let node = self.at(at);
                    node.max = node.max.min(most);
                }
                Found::Coming => return None,
                Found::Missing => {}
            }
        }
        let node = self.at(at);
        if let Some(mut slicing) = element.get("slicing").map(read_slicing) {
            // What it does not say of the base's slicing stays.
            if let Some(own) = node.slicing.take().filter(|_| slicing.discriminators.is_empty()) {
                slicing.discriminators = own.discriminators;
            }
            node.slicing = Some(slicing);
        }
        if let Some(binding) = element.get("binding") {
            match (read_binding(binding), &mut node.binding) {
                (Some(binding), own) => *own = Some(binding),
                // The list may be the base's, and only how binding it is be new.
                (None, Some(own)) => own.strength = read_strength(binding).unwrap_or(own.strength),
                (None, None) => {}
            }
        }
        node.max_length = number("maxLength").or(node.max_length);
        node.is_modifier |= element.get("isModifier").is_some_and(|value| value.raw() == "true");
        for rule in rules {
            if !node.rules.iter().any(|other| other.key == rule.key) {
                node.rules.push(rule);
            }
        }
        for member in element.members() {
            node.constant(member.key_text(), || Constant::of(member.value));
        }
        Some(())
    }
}
