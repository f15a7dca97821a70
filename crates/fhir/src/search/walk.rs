//! One walk through a resource for all parameters of its type: their paths as one tree, each property looked at once.
//!
//! A walk says what the parameters lead to; it takes no values. It keeps nothing of a resource.

use super::path::{Compiled, Constant, Filter, Path, Predicate, Refusal, Step, compile, compile_inside};
use super::{Parameter, ParameterKind};
use crate::ResourceType;
use crate::definitions::{self, PrimitiveKind, TypeIndex, TypeKind};
use crate::json::{Kind, Value};

/// What of a type values are taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Leaf {
    Primitive(PrimitiveKind),
    Address,
    Annotation,
    Attachment,
    CodeableConcept,
    Coding,
    ContactPoint,
    Extension,
    /// A family name: a string at `HumanName.family`.
    Family,
    HumanName,
    Identifier,
    Money,
    Period,
    Quantity,
    Range,
    Reference,
    Resource,
    SampledData,
    Timing,
    /// Any other: no values, unless its parts are a composite's.
    Other,
}

impl Leaf {
    pub(super) fn of(index: TypeIndex) -> Self {
        let kind = definitions::get().kind(index);
        match (kind.kind, kind.name) {
            (TypeKind::Primitive(primitive), _) => Self::Primitive(primitive),
            (TypeKind::Resource(_) | TypeKind::AnyResource, _) => Self::Resource,
            (_, "Address") => Self::Address,
            (_, "Annotation") => Self::Annotation,
            (_, "Attachment") => Self::Attachment,
            (_, "CodeableConcept") => Self::CodeableConcept,
            (_, "Coding") => Self::Coding,
            (_, "ContactPoint") => Self::ContactPoint,
            (_, "Extension") => Self::Extension,
            (_, "HumanName") => Self::HumanName,
            (_, "Identifier") => Self::Identifier,
            (_, "Money") => Self::Money,
            (_, "Period") => Self::Period,
            (_, "Quantity" | "Age" | "Count" | "Distance" | "Duration") => Self::Quantity,
            (_, "Range") => Self::Range,
            (_, "Reference") => Self::Reference,
            (_, "SampledData") => Self::SampledData,
            (_, "Timing") => Self::Timing,
            _ => Self::Other,
        }
    }
}

/// A parameter whose path ends at a place.
#[derive(Debug)]
pub(super) struct End {
    pub number: u16,
    pub kind: ParameterKind,
    pub leaf: Leaf,
    /// Of a reference: the types that it may lead to; empty for any.
    pub targets: Vec<ResourceType>,
    /// Of a composite: each component's kind and paths.
    pub components: Vec<(ParameterKind, Vec<(Path, Leaf)>)>,
}

/// A place in the tree of paths.
#[derive(Debug, Default)]
struct Place {
    ends: Vec<End>,
    /// Ascending by name.
    onward: Vec<(Step, Place)>,
}

impl Place {
    fn at(&mut self, steps: &[Step]) -> &mut Self {
        let Some((first, rest)) = steps.split_first() else { return self };
        let found = self.onward.binary_search_by(|(step, _)| step.cmp(first));
        let index = found.unwrap_or_else(|index| {
            self.onward.insert(index, (first.clone(), Self::default()));
            index
        });
        self.onward[index].1.at(rest)
    }

    /// The ways on by a property.
    fn by(&self, name: &str) -> &[(Step, Self)] {
        let first = self.onward.partition_point(|(step, _)| step.name.as_str() < name);
        let count = self.onward[first..].iter().take_while(|(step, _)| step.name == name).count();
        &self.onward[first..first + count]
    }
}

/// The walk through resources of one type.
#[derive(Debug, Default)]
pub(super) struct Walk {
    root: Place,
    truths: Vec<(u16, Predicate)>,
}

/// What a walk leads to.
pub(super) enum Met<'w, 'a> {
    /// An element of a parameter.
    Element(&'w End, Value<'a>),
    /// What a parameter says of the whole resource.
    Truth(u16, bool),
}

impl Walk {
    /// Adds a parameter for resources of type `kind`.
    pub(super) fn add(&mut self, parameter: &Parameter, kind: ResourceType) -> Result<(), Refusal> {
        let at = definitions::get().resource(kind);
        if parameter.expression.is_empty() {
            return Ok(());
        }
        match compile(&parameter.expression, at)? {
            Compiled::Truth(predicate) => self.truths.push((parameter.number, predicate)),
            Compiled::Paths(paths) => {
                for path in paths {
                    let mut components = Vec::new();
                    for component in &parameter.components {
                        let inside = compile_inside(&component.expression, path.leaf, at)?;
                        let typed = inside.into_iter().map(|path| {
                            let leaf = Leaf::of(path.leaf);
                            (path, leaf)
                        });
                        components.push((component.kind, typed.collect()));
                    }
                    let is_family = path.steps.last().is_some_and(|step| step.name == "family");
                    self.root.at(&path.steps).ends.push(End {
                        number: parameter.number,
                        kind: parameter.kind,
                        leaf: if is_family { Leaf::Family } else { Leaf::of(path.leaf) },
                        targets: path.targets,
                        components,
                    });
                }
            }
        }
        Ok(())
    }

    /// Walks through a resource.
    pub(super) fn through<'a>(&self, root: Value<'a>, met: &mut impl FnMut(Met<'_, 'a>)) {
        for (number, predicate) in &self.truths {
            met(Met::Truth(*number, holds(predicate, root, root)));
        }
        onward(&self.root, root, root, met);
    }

    /// False when no resource can give it anything.
    pub(super) fn leads_anywhere(&self) -> bool {
        !self.truths.is_empty() || !self.ends().is_empty()
    }

    /// True when a parameter says yes or no of the whole resource.
    pub(super) fn is_truth(&self, number: u16) -> bool {
        self.truths.iter().any(|(of, _)| *of == number)
    }

    /// What its paths end at.
    pub(super) fn ends(&self) -> Vec<&End> {
        fn collect<'w>(place: &'w Place, all: &mut Vec<&'w End>) {
            all.extend(&place.ends);
            place.onward.iter().for_each(|(_, place)| collect(place, all));
        }
        let mut all = Vec::new();
        collect(&self.root, &mut all);
        all
    }
}

fn onward<'a>(place: &Place, value: Value<'a>, root: Value<'a>, met: &mut impl FnMut(Met<'_, 'a>)) {
    for end in &place.ends {
        met(Met::Element(end, value));
    }
    if place.onward.is_empty() {
        return;
    }
    for member in value.members() {
        for (step, place) in place.by(&member.name()) {
            each(member.value, |index, element| {
                if step.filters.iter().all(|filter| passes(filter, index, element, root)) {
                    onward(place, element, root, met);
                }
            });
        }
    }
}

/// The elements of a property, with their places; a `null`, which only has a sibling, is passed over.
fn each<'a>(value: Value<'a>, mut visit: impl FnMut(u32, Value<'a>)) {
    match value.kind() {
        Kind::Array => {
            for (index, element) in value.elements().enumerate() {
                if element.kind() != Kind::Null {
                    visit(index as u32, element);
                }
            }
        }
        Kind::Null => {}
        _ => visit(0, value),
    }
}

fn passes(filter: &Filter, index: u32, element: Value<'_>, root: Value<'_>) -> bool {
    match filter {
        Filter::Index(wanted) => *wanted == index,
        Filter::RefersTo(kind) => refers_to(element, *kind, root),
        Filter::Is(kind) => element.get_str("resourceType").is_some_and(|name| name == kind.name()),
        Filter::Where(predicate) => holds(predicate, element, root),
    }
}

/// All elements that a path leads to.
pub(super) fn follow<'a>(path: &Path, from: Value<'a>, root: Value<'a>, visit: &mut impl FnMut(Value<'a>)) {
    steps(&path.steps, if path.from_resource { root } else { from }, root, visit);
}

fn steps<'a>(steps_left: &[Step], from: Value<'a>, root: Value<'a>, visit: &mut impl FnMut(Value<'a>)) {
    let Some((step, rest)) = steps_left.split_first() else { return visit(from) };
    if let Some(value) = from.get(&step.name) {
        each(value, |index, element| {
            if step.filters.iter().all(|filter| passes(filter, index, element, root)) {
                steps(rest, element, root, visit);
            }
        });
    }
}

fn holds(predicate: &Predicate, element: Value<'_>, root: Value<'_>) -> bool {
    match predicate {
        Predicate::Exists(paths) => {
            let mut found = false;
            paths.iter().for_each(|path| steps(path, element, root, &mut |_| found = true));
            found
        }
        Predicate::Equals(paths, constant, same) => {
            let (mut count, mut equal) = (0, false);
            for path in paths {
                steps(path, element, root, &mut |value| {
                    count += 1;
                    equal = match constant {
                        Constant::Text(text) => value.as_str().is_some_and(|value| value == *text),
                        Constant::Plain(text) => value.kind() != Kind::String && value.raw() == text,
                    };
                });
            }
            count == 1 && equal == *same
        }
        Predicate::RefersTo(kind) => refers_to(element, *kind, root),
        Predicate::And(left, right) => holds(left, element, root) && holds(right, element, root),
        Predicate::Or(left, right) => holds(left, element, root) || holds(right, element, root),
        Predicate::Not(inner) => !holds(inner, element, root),
    }
}

/// `resolve() is kind`, as far as the reference itself, its type, or what is contained says it.
fn refers_to(reference: Value<'_>, kind: ResourceType, root: Value<'_>) -> bool {
    if let Some(said) = reference.get_str("type") {
        return said.rsplit('/').next() == Some(kind.name());
    }
    let literal = match reference.kind() {
        Kind::String => reference.as_str(),
        _ => reference.get_str("reference"),
    };
    let Some(literal) = literal else { return false };
    if let Some(id) = literal.strip_prefix('#') {
        let is_it = |inner: &Value<'_>| inner.get_str("id").is_some_and(|inner| inner == id);
        let contained = root.get("contained").and_then(|all| all.elements().find(is_it));
        return contained
            .and_then(|inner| inner.get_str("resourceType"))
            .is_some_and(|name| name == kind.name());
    }
    let plain = literal.split_once("/_history/").map_or(&*literal, |(plain, _)| plain);
    let mut parts = plain.rsplit('/');
    parts.next().is_some() && parts.next() == Some(kind.name())
}
