//! A resource as FHIRPath sees it: elements with their types, `value` for `valueString`, and a primitive together with its
//! sibling that begins with an underscore.

use super::decimal::Decimal;
use super::item::Item;
use super::moment::Moment;
use crate::definitions::{self, Definitions, TypeIndex, TypeKind};
use crate::json::{Kind, Value};
use crate::{PrimitiveKind, ResourceType};

/// No value.
const NONE: u32 = u32::MAX;

/// An element: a value, its sibling, and its type where R4 knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Node {
    value: u32,
    sibling: u32,
    pub kind: Option<TypeIndex>,
}

impl Node {
    /// The number of its value in the document, or of the sibling when it has none.
    pub(crate) fn index(self) -> u32 {
        if self.value == NONE { self.sibling } else { self.value }
    }

    /// True when it has a value, and not only an id or extensions.
    pub(crate) fn has_value(self) -> bool {
        self.value != NONE
    }
}

/// A document as a tree of elements.
#[derive(Clone, Copy)]
pub(crate) struct Tree<'d> {
    root: Value<'d>,
    pub definitions: &'static Definitions,
}

/// Longest chain of descendants.
const MAX_TREE_DEPTH: usize = 256;

impl<'d> Tree<'d> {
    /// The tree below `root`, which is the root of its document.
    pub(crate) fn new(root: Value<'d>) -> Self {
        Self { root, definitions: definitions::get() }
    }

    pub(crate) fn root(&self) -> Node {
        self.node(self.root, None, None)
    }

    fn node(&self, value: Value<'d>, sibling: Option<Value<'d>>, kind: Option<TypeIndex>) -> Node {
        let kind = match kind {
            Some(kind) if self.definitions.kind(kind).kind != TypeKind::AnyResource => Some(kind),
            _ => self.resource_type(value).or(kind),
        };
        let value = if value.kind() == Kind::Null { NONE } else { value.index() };
        Node { value, sibling: sibling.map_or(NONE, |sibling| sibling.index()), kind }
    }

    fn resource_type(&self, value: Value<'d>) -> Option<TypeIndex> {
        let name = value.get_str("resourceType")?;
        Some(self.definitions.resource(ResourceType::from_name(&name)?))
    }

    /// The element's value.
    pub(crate) fn value(&self, node: Node) -> Option<Value<'d>> {
        node.has_value().then(|| self.root.at(node.value))
    }

    /// The object that holds its elements: itself, or a primitive's sibling.
    pub(crate) fn object(&self, node: Node) -> Option<Value<'d>> {
        let own = self.value(node).filter(|value| value.kind() == Kind::Object);
        own.or_else(|| {
            (node.sibling != NONE)
                .then(|| self.root.at(node.sibling))
                .filter(|value| value.kind() == Kind::Object)
        })
    }

    /// The type of what the object holds.
    fn owner(&self, node: Node) -> Option<TypeIndex> {
        match node.kind {
            Some(kind) if matches!(self.definitions.kind(kind).kind, TypeKind::Primitive(_)) => {
                Some(self.definitions.element_type())
            }
            kind => kind,
        }
    }

    /// The name of its type; empty when it is not known.
    pub(crate) fn type_name(&self, node: Node) -> &'static str {
        node.kind.map_or("", |kind| self.definitions.kind(kind).name)
    }

    /// True for a resource.
    pub(crate) fn is_resource(&self, node: Node) -> bool {
        node.kind.is_some_and(|kind| matches!(self.definitions.kind(kind).kind, TypeKind::Resource(_)))
    }

    /// The primitive type of a node.
    pub(crate) fn primitive(&self, node: Node) -> Option<PrimitiveKind> {
        match self.definitions.kind(node.kind?).kind {
            TypeKind::Primitive(kind) => Some(kind),
            _ => None,
        }
    }

    /// False when no key of the node's object can belong to an element of that name.
    pub(crate) fn may_have(&self, of: Node, name: &str) -> bool {
        if name == "value" && self.primitive(of).is_some() {
            return true;
        }
        let Some(object) = self.object(of) else { return false };
        object.members().any(|member| {
            let key = member.key_text();
            key.strip_prefix('_').unwrap_or(key).starts_with(name)
        })
    }

    /// Calls `each` for every element of that name, in the order of the text.
    pub(crate) fn children_named(&self, of: Node, name: &str, each: impl FnMut(Node)) {
        let Some(object) = self.object(of) else { return };
        let owner = self.owner(of);
        match owner.and_then(|owner| self.definitions.property(owner, name.as_bytes())) {
            // A property of that name: nothing else can be meant.
            Some(property) => self.plain(object, name, property.value, each),
            None => self.choice(of, object, owner, name, each),
        }
    }

    /// The elements of a property of that name.
    fn plain(&self, object: Value<'d>, name: &str, kind: TypeIndex, mut each: impl FnMut(Node)) {
        let is_primitive = matches!(self.definitions.kind(kind).kind, TypeKind::Primitive(_));
        let (mut found, mut sibling) = (None, None);
        for member in object.members() {
            let key = member.key_text();
            if key == name {
                found = Some(member.value);
                if !is_primitive || sibling.is_some() {
                    break;
                }
            } else if is_primitive && key.strip_prefix('_') == Some(name) {
                sibling = Some(member.value);
                if found.is_some() {
                    break;
                }
            }
        }
        match (found, sibling) {
            (Some(value), _) => self.values(value, sibling, Some(kind), each),
            (None, Some(value)) => self.lone_values(value, Some(kind), &mut each),
            (None, None) => {}
        }
    }

    /// The elements of a choice, or of what R4 does not know.
    fn choice(
        &self,
        of: Node,
        object: Value<'d>,
        owner: Option<TypeIndex>,
        name: &str,
        mut each: impl FnMut(Node),
    ) {
        let mut found = false;
        let mut has_lone = false;
        for member in object.members() {
            let key = member.key_text();
            let Some(rest) = key.strip_prefix(name) else {
                has_lone |= key.strip_prefix('_').is_some_and(|plain| plain.starts_with(name));
                continue;
            };
            let is_choice = rest.starts_with(|first: char| first.is_ascii_uppercase());
            if !is_choice && !rest.is_empty() {
                continue;
            }
            let property = owner.and_then(|owner| self.definitions.property(owner, key.as_bytes()));
            let is_it = rest.is_empty()
                || property.is_some_and(|property| {
                    let element = self.definitions.element_by_number(property.element);
                    element.choice && element.name == name
                });
            if is_it && !(rest.is_empty() && name == "resourceType" && self.is_resource(of)) {
                found = true;
                self.elements(object, key, member.value, property.map(|property| property.value), &mut each);
            }
        }
        if !found && has_lone {
            self.lone(object, owner, name, None, each);
        }
    }

    /// A sibling without a value.
    fn lone(
        &self,
        object: Value<'d>,
        owner: Option<TypeIndex>,
        name: &str,
        lone: Option<Value<'d>>,
        mut each: impl FnMut(Node),
    ) {
        let lone = lone.or_else(|| object.get(&format!("_{name}")));
        let named = lone.map(|value| (name.to_owned(), value)).or_else(|| {
            let choice = |key: &str| {
                let plain = key.strip_prefix('_')?;
                let rest = plain.strip_prefix(name)?;
                rest.starts_with(|first: char| first.is_ascii_uppercase()).then_some(())?;
                let property = self.definitions.property(owner?, plain.as_bytes())?;
                self.definitions.element_by_number(property.element).choice.then(|| plain.to_owned())
            };
            object.members().find_map(|member| Some((choice(member.key_text())?, member.value)))
        });
        let Some((name, value)) = named else { return };
        let kind = owner
            .and_then(|owner| self.definitions.property(owner, name.as_bytes()))
            .map(|property| property.value);
        self.lone_values(value, kind, &mut each);
    }

    fn lone_values(&self, value: Value<'d>, kind: Option<TypeIndex>, each: &mut dyn FnMut(Node)) {
        let mut emit = |sibling: Value<'d>| {
            if sibling.kind() == Kind::Object {
                each(Node { value: NONE, sibling: sibling.index(), kind });
            }
        };
        if value.kind() == Kind::Array { value.elements().for_each(emit) } else { emit(value) }
    }

    /// Calls `each` for every element of a property that is there. `has_siblings` says that some key of the object begins with an
    /// underscore.
    pub(crate) fn member(
        &self,
        of: Node,
        key: &str,
        value: Value<'d>,
        has_siblings: bool,
        each: impl FnMut(Node),
    ) {
        let Some(object) = self.object(of) else { return };
        let property = self.owner(of).and_then(|owner| self.definitions.property(owner, key.as_bytes()));
        let kind = property.map(|property| property.value);
        if has_siblings {
            self.elements(object, key, value, kind, each)
        } else {
            self.values(value, None, kind, each)
        }
    }

    /// The elements of one property.
    fn elements(
        &self,
        object: Value<'d>,
        key: &str,
        value: Value<'d>,
        kind: Option<TypeIndex>,
        each: impl FnMut(Node),
    ) {
        let is_primitive =
            kind.is_some_and(|kind| matches!(self.definitions.kind(kind).kind, TypeKind::Primitive(_)));
        let sibling = if is_primitive { sibling_of(object, key) } else { None };
        self.values(value, sibling, kind, each);
    }

    /// The elements of one property, and of its sibling.
    fn values(
        &self,
        value: Value<'d>,
        sibling: Option<Value<'d>>,
        kind: Option<TypeIndex>,
        mut each: impl FnMut(Node),
    ) {
        if value.kind() != Kind::Array {
            return each(self.node(value, sibling, kind));
        }
        let mut siblings = sibling.map(|sibling| sibling.elements());
        for element in value.elements() {
            let sibling =
                siblings.as_mut().and_then(Iterator::next).filter(|sibling| sibling.kind() == Kind::Object);
            if element.kind() != Kind::Null || sibling.is_some() {
                each(self.node(element, sibling, kind));
            }
        }
    }

    /// Calls `each` for every element directly below.
    pub(crate) fn children(&self, of: Node, mut each: impl FnMut(Node)) {
        let Some(object) = self.object(of) else { return };
        let owner = self.owner(of);
        let is_resource = self.is_resource(of);
        for member in object.members() {
            let key = member.key_text();
            if let Some(plain) = key.strip_prefix('_') {
                if object.get(plain).is_none() {
                    self.lone(object, owner, plain, Some(member.value), &mut each);
                }
            } else if !(is_resource && key == "resourceType") {
                let kind = owner
                    .and_then(|owner| self.definitions.property(owner, key.as_bytes()))
                    .map(|property| property.value);
                self.elements(object, key, member.value, kind, &mut each);
            }
        }
    }

    /// All that is below, to the depth of 256.
    pub(crate) fn descendants(&self, of: Node, each: &mut dyn FnMut(Node)) {
        self.below(of, 0, each);
    }

    fn below(&self, of: Node, depth: usize, each: &mut dyn FnMut(Node)) {
        if depth < MAX_TREE_DEPTH {
            self.children(of, |child| {
                each(child);
                self.below(child, depth + 1, each);
            });
        }
    }

    /// The string of the child that is called `name`.
    pub(crate) fn text_of(&self, of: Node, name: &str) -> Option<std::borrow::Cow<'d, str>> {
        self.object(of)?.get_str(name)
    }

    /// A primitive element as a value of its own; anything else as it is; None for a primitive without a value.
    pub(crate) fn system(&self, item: &Item<'d>) -> Option<Item<'d>> {
        let Item::Node(node) = item else { return Some(item.clone()) };
        let Some(value) = self.value(*node) else {
            return self.primitive(*node).is_none().then(|| item.clone());
        };
        Some(match value.kind() {
            Kind::True => Item::Bool(true),
            Kind::False => Item::Bool(false),
            Kind::Number => {
                let raw = value.raw();
                let whole = self.primitive(*node) != Some(PrimitiveKind::Decimal);
                match raw.parse::<i64>() {
                    Ok(number) if whole => Item::Integer(number),
                    _ => Item::Decimal(Decimal::parse(raw)?),
                }
            }
            Kind::String => {
                use PrimitiveKind::{Date, DateTime, Instant, Time};
                let text = value.as_str()?;
                let moment = match self.primitive(*node) {
                    Some(Date | DateTime | Instant) => Moment::parse(&text),
                    Some(Time) => Moment::parse_time(&text),
                    _ => None,
                };
                moment.map_or(Item::Text(text), Item::Moment)
            }
            Kind::Object if is_quantity(self.type_name(*node)) => {
                self.quantity(*node).unwrap_or_else(|| item.clone())
            }
            _ => item.clone(),
        })
    }

    /// A Quantity as number and unit; None without a value or with a comparator.
    fn quantity(&self, node: Node) -> Option<Item<'d>> {
        let object = self.object(node)?;
        let value = Decimal::parse(object.get("value")?.raw())?;
        if object.get("comparator").is_some() {
            return None;
        }
        let unit = object
            .get_str("code")
            .or_else(|| object.get_str("unit"))
            .unwrap_or(std::borrow::Cow::Borrowed("1"));
        Some(Item::Quantity(value, unit))
    }

    /// A boolean, if it is one.
    pub(crate) fn truth(&self, item: &Item<'d>) -> Option<bool> {
        match self.system(item)? {
            Item::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// An item as text; the JSON of what is no primitive.
    pub(crate) fn show(&self, item: &Item<'d>) -> String {
        if let Some(text) = self.text(item) {
            return text.into_owned();
        }
        match item {
            Item::Node(node) => self.value(*node).map_or(String::new(), |value| value.raw().to_owned()),
            _ => String::new(),
        }
    }
}

/// The member of the same name with an underscore.
fn sibling_of<'d>(object: Value<'d>, key: &str) -> Option<Value<'d>> {
    let is_it = |name: &str| name.strip_prefix('_') == Some(key);
    object.members().find(|member| is_it(member.key_text())).map(|member| member.value)
}

/// Quantity and what is made of it.
pub(super) fn is_quantity(name: &str) -> bool {
    matches!(
        name,
        "Quantity" | "Age" | "Count" | "Distance" | "Duration" | "SimpleQuantity" | "MoneyQuantity"
    )
}

/// True when a type is `wanted` or made of it. Names of primitive types may begin with a capital, as System's do.
pub(crate) fn is_a(name: &str, wanted: &str) -> bool {
    if name == wanted {
        return true;
    }
    match wanted {
        "Resource" => ResourceType::from_name(name).is_some(),
        "DomainResource" => {
            ResourceType::from_name(name).is_some() && !matches!(name, "Bundle" | "Binary" | "Parameters")
        }
        "string" | "String" => {
            matches!(name, "string" | "code" | "id" | "markdown") || wanted == "String" && is_uri(name)
        }
        "uri" => is_uri(name),
        "integer" | "Integer" => matches!(name, "integer" | "positiveInt" | "unsignedInt"),
        "Boolean" => name == "boolean",
        "Decimal" => name == "decimal",
        "Date" => name == "date",
        "DateTime" => matches!(name, "dateTime" | "instant"),
        "Time" => name == "time",
        "Quantity" => is_quantity(name),
        "BackboneElement" => name.contains('.') || matches!(name, "Timing" | "Dosage"),
        "Element" => ResourceType::from_name(name).is_none(),
        _ => false,
    }
}

fn is_uri(name: &str) -> bool {
    matches!(name, "uri" | "url" | "canonical" | "uuid" | "oid")
}
