//! Checks a resource's JSON against R4's base definitions: names, kinds, cardinalities, formats, the rules of JSON
//! representation (FHIR R4, section 2.6.2). Collects every fault up to a bound.
//!
//! It knows no profiles, no value sets and no invariants but the two that are structure: an extension's content and
//! no contained in contained. On its way it notes each Reference and each Patient inside, for later questions.

mod path;
mod value;

use std::borrow::Cow;

pub(crate) use path::{Path, Step};

use crate::definitions::{self, Definitions, Property, TypeIndex, TypeKind};
use crate::json::{Kind, Value};
use crate::spelling::nearest;
use crate::{Issue, IssueCode, JsonKind, MAX_ISSUES, Message, Number, ResourceType, Severity};

/// A Reference that was met.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FoundReference {
    /// Node of the Reference object.
    pub node: u32,
    /// Number of the element it stands in.
    pub element: u16,
}

/// What a walk found besides issues.
#[derive(Debug, Clone, Default)]
pub(crate) struct Findings {
    pub references: Vec<FoundReference>,
    /// Nodes of Patients that are contained, or in an entry or a parameter.
    pub patients: Vec<u32>,
    /// What is doubtful and is no fault; at most [`MAX_ISSUES`].
    pub warnings: Vec<Issue>,
}

/// Where a resource stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// By itself, or in an entry or parameter.
    Free,
    /// In `contained`.
    Contained,
}

/// One walk.
pub(crate) struct Validator {
    definitions: &'static Definitions,
    pub issues: Vec<Issue>,
    pub findings: Findings,
    /// A property whose content is checked elsewhere: its type and its name.
    pub apart: Option<(TypeIndex, &'static str)>,
}

/// What an object's members have shown so far.
struct Seen {
    /// Elements, by their place in the type.
    places: u128,
    /// Choice elements and the type in which each was met first. No R4 type has more than five.
    choices: [Option<(u16, TypeIndex)>; 8],
}

impl Validator {
    pub(crate) fn new() -> Self {
        Self {
            definitions: definitions::get(),
            issues: Vec::new(),
            findings: Findings::default(),
            apart: None,
        }
    }

    pub(crate) fn is_full(&self) -> bool {
        self.issues.len() >= MAX_ISSUES
    }

    pub(crate) fn report(&mut self, path: &Path<'_>, code: IssueCode, message: Message) {
        if self.issues.len() + 1 < MAX_ISSUES {
            self.issues.push(Issue::new(code, message).at(path.expression()));
        } else if !self.is_full() {
            self.issues.push(
                Issue::new(IssueCode::Incomplete, Message::MoreIssues).with_severity(Severity::Information),
            );
        }
    }

    /// Says what is doubtful and is no fault.
    pub(crate) fn warn(&mut self, path: &Path<'_>, code: IssueCode, message: Message) {
        if self.findings.warnings.len() < MAX_ISSUES {
            let issue = Issue::new(code, message).at(path.expression()).with_severity(Severity::Warning);
            self.findings.warnings.push(issue);
        }
    }

    /// Checks a resource of any type and says which it is.
    pub(crate) fn resource(
        &mut self,
        value: Value<'_>,
        path: &Path<'_>,
        standing: Standing,
    ) -> Option<ResourceType> {
        if value.kind() != Kind::Object {
            self.report(path, IssueCode::Structure, Message::ResourceKind(JsonKind::from(value.kind())));
            return None;
        }
        let Some(name) = value.get_str("resourceType") else {
            self.report(path, IssueCode::Structure, Message::TypeMissing);
            return None;
        };
        let Some(kind) = ResourceType::from_name(&name) else {
            let nearest = nearest(&name, ResourceType::all().map(ResourceType::name));
            self.report(path, IssueCode::Structure, Message::TypeUnknown { nearest });
            return None;
        };
        if standing == Standing::Contained && value.get("contained").is_some() {
            self.report(&path.then(Step::Name("contained")), IssueCode::Invariant, Message::NestedContained);
        }
        self.object(value, self.definitions.resource(kind), path);
        Some(kind)
    }

    /// Checks an object of a known type.
    pub(crate) fn object(&mut self, object: Value<'_>, owner: TypeIndex, path: &Path<'_>) {
        let mut seen = Seen { places: 0, choices: [None; 8] };
        let is_resource = matches!(self.definitions.kind(owner).kind, TypeKind::Resource(_));
        let mut empty = true;
        for member in object.members() {
            if self.is_full() {
                return;
            }
            let name = member.name();
            if is_resource && name == "resourceType" {
                continue;
            }
            empty = false;
            self.member(object, owner, &name, member.value, path, &mut seen);
        }
        if empty && !is_resource {
            self.report(path, IssueCode::Structure, Message::EmptyObject);
            return;
        }
        self.missing(owner, path, seen.places);
        if owner == self.definitions.extension_type() {
            self.extension(owner, path, seen.places);
        } else if owner == self.definitions.identifier_type() {
            self.identifier(object, path);
        }
    }

    fn member(
        &mut self,
        object: Value<'_>,
        owner: TypeIndex,
        name: &str,
        value: Value<'_>,
        path: &Path<'_>,
        seen: &mut Seen,
    ) {
        if let Some(property) = self.definitions.property(owner, name.as_bytes()) {
            self.note(owner, property, path, seen);
            if self.apart == Some((owner, &*property.name)) {
                return;
            }
            let here = path.then(self.step(property));
            return self.property(object, property, value, &here);
        }
        let sibling =
            name.strip_prefix('_').and_then(|plain| self.definitions.property(owner, plain.as_bytes()));
        if let Some(property) = sibling.filter(|property| matches!(property.kind, TypeKind::Primitive(_))) {
            self.note(owner, property, path, seen);
            let here = path.then(self.step(property));
            return self.sibling(object, property, value, &here);
        }
        let near =
            nearest(name, self.definitions.property_names(owner)).into_iter().map(str::to_owned).collect();
        let message = Message::unknown_property(name, self.definitions.kind(owner).name, near);
        self.report(&path.then(Step::Foreign(name)), IssueCode::Structure, message);
    }

    fn step(&self, property: &'static Property) -> Step<'static> {
        let element = self.definitions.element_by_number(property.element);
        if element.choice {
            Step::Choice(element.name, self.definitions.kind(property.value).name)
        } else {
            Step::Name(element.name)
        }
    }

    /// Notes that an element is there, and reports a choice that is there in a second type.
    fn note(&mut self, owner: TypeIndex, property: &Property, path: &Path<'_>, seen: &mut Seen) {
        seen.places |= 1 << self.definitions.place(owner, property.element);
        let element = self.definitions.element_by_number(property.element);
        if !element.choice {
            return;
        }
        for slot in &mut seen.choices {
            match slot {
                None => {
                    *slot = Some((property.element, property.value));
                    return;
                }
                Some((number, kind)) if *number == property.element => {
                    if *kind != property.value {
                        let message = Message::ChoiceTwice { name: element.name };
                        self.report(&path.then(Step::Name(element.name)), IssueCode::Structure, message);
                    }
                    return;
                }
                Some(_) => {}
            }
        }
    }

    fn missing(&mut self, owner: TypeIndex, path: &Path<'_>, places: u128) {
        let mut missing = self.definitions.required(owner) & !places;
        while missing != 0 {
            let place = missing.trailing_zeros();
            missing &= missing - 1;
            if let Some(element) = self.definitions.elements(owner).get(place as usize) {
                let name = format!("{}{}", element.name, if element.choice { "[x]" } else { "" });
                let message = Message::Missing { name, owner: self.definitions.kind(owner).name };
                self.report(&path.then(Step::Name(element.name)), IssueCode::Required, message);
            }
        }
    }

    /// Warns of a number that its check digit says is wrong.
    fn identifier(&mut self, identifier: Value<'_>, path: &Path<'_>) {
        let number = identifier.get_str("system").and_then(|system| Number::of_system(&system));
        let (Some(number), Some(value)) = (number, identifier.get_str("value")) else { return };
        if let Err(fault) = number.check(&value)
            && self.findings.warnings.len() < MAX_ISSUES
        {
            let place = path.then(Step::Name("value")).expression();
            self.findings.warnings.push(number.warning(fault, place));
        }
    }

    /// An extension has a value or nested extensions (R4's ext-1).
    fn extension(&mut self, owner: TypeIndex, path: &Path<'_>, places: u128) {
        let has = |name: &str| {
            let place = self.definitions.elements(owner).iter().position(|element| element.name == name);
            place.is_some_and(|place| places & (1 << place) != 0)
        };
        let (value, nested) = (has("value"), has("extension"));
        if value == nested {
            self.report(path, IssueCode::Invariant, Message::ExtensionContent { both: value });
        }
    }
}

/// A resource's `resourceType`, if it is a string.
pub(crate) fn type_name(value: Value<'_>) -> Option<Cow<'_, str>> {
    value.get_str("resourceType")
}
