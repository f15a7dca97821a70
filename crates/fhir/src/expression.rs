//! The FHIRPath expressions of nodes in a resource that is known to be valid. One walk finds them all.

use crate::Resource;
use crate::ResourceType;
use crate::definitions::{self, Definitions, TypeIndex};
use crate::json::{Kind, Value};
use crate::validate::type_name;

/// The expressions of `nodes`, which are in ascending order and inside `resource`.
pub(crate) fn expressions(resource: &Resource, nodes: &[u32]) -> Vec<String> {
    let mut walk = Walk {
        definitions: definitions::get(),
        wanted: nodes,
        path: resource.kind().name().to_owned(),
        found: Vec::with_capacity(nodes.len()),
    };
    walk.value(resource.root(), None);
    walk.found
}

struct Walk<'n> {
    definitions: &'static Definitions,
    /// What is still to be found.
    wanted: &'n [u32],
    /// The expression of the value that the walk is at.
    path: String,
    found: Vec<String>,
}

impl Walk<'_> {
    fn is_inside(&self, value: Value<'_>) -> bool {
        self.wanted.first().is_some_and(|node| value.holds(*node))
    }

    /// `owner` is the type of the value, when it is an object and no resource.
    fn value(&mut self, value: Value<'_>, owner: Option<TypeIndex>) {
        while let Some((first, rest)) =
            self.wanted.split_first().filter(|(first, _)| **first <= value.index())
        {
            if *first == value.index() {
                self.found.push(self.path.clone());
            }
            self.wanted = rest;
        }
        if !self.is_inside(value) {
            return;
        }
        let length = self.path.len();
        if value.kind() == Kind::Array {
            for (index, element) in value.elements().enumerate() {
                if self.is_inside(element) {
                    self.path.push_str(&format!("[{index}]"));
                    self.value(element, owner);
                    self.path.truncate(length);
                }
            }
            return;
        }
        let named = type_name(value).and_then(|name| ResourceType::from_name(&name));
        let owner = named.map(|kind| self.definitions.resource(kind)).or(owner);
        for member in value.members() {
            if self.is_inside(member.value) {
                let inner = self.step(owner, &member.name());
                self.value(member.value, inner);
                self.path.truncate(length);
            }
        }
    }

    /// Adds a property to the path; the type of its value.
    fn step(&mut self, owner: Option<TypeIndex>, name: &str) -> Option<TypeIndex> {
        let plain = name.strip_prefix('_').unwrap_or(name);
        let property = owner.and_then(|owner| self.definitions.property(owner, plain.as_bytes()));
        let element = property.map(|property| self.definitions.element_by_number(property.element));
        match (property, element) {
            (Some(property), Some(element)) if element.choice => {
                let kind = self.definitions.kind(property.value).name;
                self.path.push_str(&format!(".{}.ofType({kind})", element.name));
            }
            _ => self.path.push_str(&format!(".{plain}")),
        }
        if plain.len() < name.len() {
            Some(self.definitions.element_type())
        } else {
            property.map(|found| found.value)
        }
    }
}
