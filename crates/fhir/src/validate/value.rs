//! Checks one property's value: its kind, whether it repeats, its format, and how a primitive and its sibling with an
//! underscore fit together.

use super::{FoundReference, Path, Standing, Step, Validator};
use crate::definitions::{Property, TypeKind};
use crate::json::{Elements, Kind, Value};
use crate::primitive::{
    is_loose_reference, is_reference as is_reference_text, is_valid_number, is_valid_text,
};
use crate::{IssueCode, JsonKind, Message, PrimitiveKind};

impl Validator {
    /// The value of a property; `object` is what it stands in.
    pub(super) fn property(
        &mut self,
        object: Value<'_>,
        property: &'static Property,
        value: Value<'_>,
        path: &Path<'_>,
    ) {
        let Some(elements) = self.shape(property, value, path) else { return };
        if !elements {
            return self.one(property, value, path);
        }
        let mut counterparts = Counterparts::new(object, &property.name, true, value);
        for (index, element) in value.elements().enumerate() {
            if self.is_full() {
                return;
            }
            let here = path.then(Step::Index(index));
            let is_paired = counterparts.next_is_there();
            if element.kind() != Kind::Null {
                self.one(property, element, &here);
            } else if !matches!(property.kind, TypeKind::Primitive(_)) {
                self.report(&here, IssueCode::Structure, Message::Null);
            } else if !is_paired {
                self.report(&here, IssueCode::Structure, Message::NullAlone);
            }
        }
    }

    /// The sibling of a primitive property: its ids and extensions.
    pub(super) fn sibling(
        &mut self,
        object: Value<'_>,
        property: &'static Property,
        value: Value<'_>,
        path: &Path<'_>,
    ) {
        let Some(elements) = self.shape(property, value, path) else { return };
        if !elements {
            return self.element_content(value, path);
        }
        let mut counterparts = Counterparts::new(object, &property.name, false, value);
        for (index, element) in value.elements().enumerate() {
            if self.is_full() {
                return;
            }
            let here = path.then(Step::Index(index));
            let is_paired = counterparts.next_is_there();
            if element.kind() != Kind::Null {
                self.element_content(element, &here);
            } else if !is_paired {
                self.report(&here, IssueCode::Structure, Message::NullAlone);
            }
        }
    }

    fn element_content(&mut self, value: Value<'_>, path: &Path<'_>) {
        if value.kind() == Kind::Object {
            self.object(value, self.definitions.element_type(), path);
        } else {
            self.kind_issue(JsonKind::Object, value, path);
        }
    }

    /// Whether the value is an array exactly where the element repeats: Some(true) for an array, Some(false) for one
    /// value, None when it was reported.
    fn shape(&mut self, property: &Property, value: Value<'_>, path: &Path<'_>) -> Option<bool> {
        let repeats = self.definitions.element_by_number(property.element).repeats;
        let message = match (value.kind(), repeats) {
            (Kind::Null, _) => Message::Null,
            (Kind::Array, true) if value.is_empty() => Message::EmptyArray,
            (Kind::Array, true) => return Some(true),
            (Kind::Array, false) => Message::NotRepeating,
            (_, true) => Message::Repeating,
            (_, false) => return Some(false),
        };
        self.report(path, IssueCode::Structure, message);
        None
    }

    /// One value of a property.
    fn one(&mut self, property: &'static Property, value: Value<'_>, path: &Path<'_>) {
        match property.kind {
            TypeKind::Primitive(kind) => {
                self.primitive(kind, value, path);
                let is_reference =
                    property.owner == self.definitions.reference_type() && &*property.name == "reference";
                if let Some(text) = value.as_str().filter(|text| is_reference && !is_reference_text(text)) {
                    if is_loose_reference(&text) {
                        self.warn(path, IssueCode::Value, Message::LooseReference);
                    } else {
                        self.report(path, IssueCode::Value, Message::Reference);
                    }
                }
            }
            _ if value.kind() != Kind::Object => self.kind_issue(JsonKind::Object, value, path),
            TypeKind::AnyResource => self.inner_resource(property, value, path),
            _ => {
                if property.value == self.definitions.reference_type() {
                    let found = FoundReference { node: value.index(), element: property.element };
                    self.findings.references.push(found);
                }
                self.object(value, property.value, path);
            }
        }
    }

    fn inner_resource(&mut self, property: &Property, value: Value<'_>, path: &Path<'_>) {
        let standing = if &*property.name == "contained" { Standing::Contained } else { Standing::Free };
        let kind = self.resource(value, path, standing);
        if kind.is_some_and(|kind| kind.name() == "Patient") {
            self.findings.patients.push(value.index());
        }
    }

    fn primitive(&mut self, kind: PrimitiveKind, value: Value<'_>, path: &Path<'_>) {
        use PrimitiveKind as P;
        let expected = match kind {
            P::Boolean => JsonKind::Boolean,
            P::Decimal | P::Integer | P::UnsignedInt | P::PositiveInt => JsonKind::Number,
            _ => JsonKind::String,
        };
        if JsonKind::from(value.kind()) != expected {
            return self.kind_issue(expected, value, path);
        }
        let valid = match expected {
            JsonKind::Boolean => true,
            JsonKind::Number => is_valid_number(kind, value.raw()),
            _ if value.is_escaped() => value.as_str().is_some_and(|text| is_valid_text(kind, &text)),
            _ => is_valid_text(kind, value.inside()),
        };
        if !valid {
            self.report(path, IssueCode::Value, Message::Format(kind));
        }
    }

    fn kind_issue(&mut self, expected: JsonKind, found: Value<'_>, path: &Path<'_>) {
        let message = match JsonKind::from(found.kind()) {
            JsonKind::Null => Message::Null,
            JsonKind::Array => Message::NotRepeating,
            found => Message::Kind { expected, found },
        };
        self.report(path, IssueCode::Structure, message);
    }
}

/// The other array of a pair such as `given` and `_given`, walked in step with the first.
struct Counterparts<'a>(Option<Elements<'a>>);

impl<'a> Counterparts<'a> {
    /// The array beside `array` in `object`: the one with the underscore, or the plain one. Looked for only when
    /// `array` has a null.
    fn new(object: Value<'a>, plain: &str, underscored: bool, array: Value<'a>) -> Self {
        if !array.elements().any(|element| element.kind() == Kind::Null) {
            return Self(None);
        }
        let name = if underscored { format!("_{plain}") } else { plain.to_owned() };
        Self(object.get(&name).map(|other| other.elements()))
    }

    /// Steps on; true when something other than null stands there.
    fn next_is_there(&mut self) -> bool {
        self.0.as_mut().and_then(Iterator::next).is_some_and(|value| value.kind() != Kind::Null)
    }
}
