//! From XML to JSON in one pass: elements come in R4's order, so that an array is done when another element begins.
//!
//! What is written is always JSON, no deeper than [`MAX_DEPTH`], and names no property twice. Keeps nothing.

use super::source::{Allowed, Attributes, Source, Space, Start, Token};
use super::{XmlCause, XmlFault, narrative, token};
use crate::definitions::{self, Definitions, Property, TypeIndex, TypeKind};
use crate::json::{MAX_DEPTH, quote};
use crate::message::shown_name;
use crate::spelling::nearest;
use crate::validate::{Path, Step};
use crate::{PrimitiveKind, ResourceType};

const NO_ATTRIBUTES: Allowed = Allowed { value: false, id: false, url: false, schema: false };

type Done<T = ()> = Result<T, XmlFault>;

/// The JSON of the resource that `text` is.
pub(super) fn document(text: &str) -> Done<String> {
    let outside = Path::start("");
    let mut reader = Reader { source: Source::new(text), definitions: definitions::get() };
    let mut out = String::with_capacity(text.len() / 2);
    match reader.source.next(&outside)? {
        Token::Start(start) => reader.resource(&start, None, &mut out, 0)?,
        Token::End | Token::Nothing => {
            return Err(reader.source.fault(text.len(), &outside, XmlCause::NoRoot));
        }
    }
    let at = reader.source.position();
    match reader.source.next(&outside)? {
        Token::Nothing => Ok(out),
        Token::Start(start) => Err(reader.source.fault(start.at, &outside, XmlCause::SecondRoot)),
        Token::End => Err(reader.source.fault(at, &outside, XmlCause::EndTag)),
    }
}

struct Reader<'x> {
    source: Source<'x>,
    definitions: &'static Definitions,
}

/// The elements of one name that stand one after the other.
struct Run {
    property: &'static Property,
    /// How many there were.
    count: usize,
    /// Where its member begins in the output, comma included, and whether it was the first.
    begins: usize,
    was_first: bool,
    /// True when at least one has a value.
    has_value: bool,
    /// What `_name` will hold: the ids and extensions, `null` where there are none.
    siblings: String,
    has_sibling: bool,
}

/// An object that is being written.
struct Object<'o> {
    out: &'o mut String,
    owner: TypeIndex,
    /// Containers around what stands in it: its own depth is one less.
    depth: usize,
    run: Option<Run>,
    empty: bool,
}

impl Object<'_> {
    /// Begins a member.
    fn name(&mut self, prefix: &str, name: &str) {
        if !self.empty {
            self.out.push(',');
        }
        self.empty = false;
        self.out.push('"');
        self.out.push_str(prefix);
        self.out.push_str(name);
        self.out.push_str("\":");
    }

    /// Ends the elements of one name.
    fn close_run(&mut self, repeats: bool) {
        let Some(run) = self.run.take() else { return };
        let is_primitive = matches!(run.property.kind, TypeKind::Primitive(_));
        if is_primitive && !run.has_value {
            self.out.truncate(run.begins);
            self.empty = run.was_first;
        } else if repeats {
            self.out.push(']');
        }
        if run.has_sibling {
            self.name("_", &run.property.name);
            if repeats {
                self.out.push('[');
            }
            self.out.push_str(&run.siblings);
            if repeats {
                self.out.push(']');
            }
        }
    }
}

impl<'x> Reader<'x> {
    fn fail<T>(&self, start: &Start<'_>, path: &Path<'_>, cause: XmlCause) -> Done<T> {
        Err(self.source.fault(start.at, path, cause))
    }

    fn attributes<'s>(
        &self,
        start: &'s Start<'_>,
        path: &Path<'_>,
        allowed: Allowed,
    ) -> Done<Attributes<'s>> {
        start.attributes(allowed).map_err(|cause| self.source.fault(start.at, path, cause))
    }

    /// A resource whose start was read; `path` is that of where it stands, or none for the outermost.
    fn resource(
        &mut self,
        start: &Start<'_>,
        path: Option<&Path<'_>>,
        out: &mut String,
        depth: usize,
    ) -> Done {
        let name = start.name();
        let outside = Path::start("");
        let kind = ResourceType::from_name(name).filter(|_| start.space == Space::Fhir);
        let Some(kind) = kind else {
            let cause = match start.space {
                Space::Fhir => XmlCause::TypeUnknown {
                    nearest: nearest(name, ResourceType::all().map(ResourceType::name)),
                },
                Space::Xhtml | Space::Other => XmlCause::Namespace,
            };
            return self.fail(start, path.unwrap_or(&outside), cause);
        };
        let own = Path::start(kind.name());
        let path = path.unwrap_or(&own);
        self.attributes(start, path, Allowed { schema: true, ..NO_ATTRIBUTES })?;
        self.room(start, path, depth)?;
        out.push_str("{\"resourceType\":\"");
        out.push_str(kind.name());
        out.push('"');
        let owner = self.definitions.resource(kind);
        let object = Object { out, owner, depth: depth + 1, run: None, empty: false };
        self.members(object, start.empty, path)?;
        Ok(())
    }

    /// Whether an object or array may stand inside so many others.
    fn room(&self, start: &Start<'_>, path: &Path<'_>, depth: usize) -> Done {
        if depth < MAX_DEPTH { Ok(()) } else { self.fail(start, path, XmlCause::Depth) }
    }

    /// Everything up to the object's end, and its closing bracket. False when it is empty.
    fn members(&mut self, mut object: Object<'_>, is_over: bool, path: &Path<'_>) -> Done<bool> {
        let mut last: Option<(u32, &'static str)> = None;
        let mut is_over = is_over;
        while !is_over {
            let at = self.source.position();
            match self.source.next(path)? {
                Token::End => is_over = true,
                Token::Nothing => return Err(self.source.fault(at, path, XmlCause::EndTag)),
                Token::Start(start) => {
                    let property = self.property(&start, object.owner, path)?;
                    self.turn_to(property, &start, &mut object, &mut last, path)?;
                    self.element(property, &start, &mut object, path)?;
                }
            }
        }
        self.close(&mut object);
        object.out.push('}');
        Ok(!object.empty)
    }

    fn close(&self, object: &mut Object<'_>) {
        let repeats = object
            .run
            .as_ref()
            .is_some_and(|run| self.definitions.element_by_number(run.property.element).repeats);
        object.close_run(repeats);
    }

    /// The property that an element is, in an object of that type.
    fn property(&self, start: &Start<'_>, owner: TypeIndex, path: &Path<'_>) -> Done<&'static Property> {
        let name = start.name();
        let found = self.definitions.property(owner, name.as_bytes());
        let Some(property) = found else {
            let names = self.definitions.property_names(owner);
            let cause = XmlCause::UnknownElement {
                name: shown_name(name).map(str::to_owned),
                owner: self.definitions.kind(owner).name,
                nearest: nearest(name, names).into_iter().map(str::to_owned).collect(),
            };
            return self.fail(start, &path.then(Step::Foreign(name)), cause);
        };
        let expected = if is_narrative(property) { Space::Xhtml } else { Space::Fhir };
        let here = path.then(Step::Foreign(name));
        if start.space != expected {
            let cause = if is_narrative(property) { XmlCause::Narrative } else { XmlCause::Namespace };
            return self.fail(start, &here, cause);
        }
        match self.as_attribute(owner, name) {
            Some(name) => self.fail(start, &here, XmlCause::AttributeExpected { name }),
            None => Ok(property),
        }
    }

    /// The name, when elements of that type have it as an attribute.
    fn as_attribute(&self, owner: TypeIndex, name: &str) -> Option<&'static str> {
        let is_resource = matches!(self.definitions.kind(owner).kind, TypeKind::Resource(_));
        match name {
            "id" if !is_resource => Some("id"),
            "url" if owner == self.definitions.extension_type() => Some("url"),
            _ => None,
        }
    }

    /// Goes on with the elements of that name, or ends those of another and begins with these.
    fn turn_to(
        &self,
        property: &'static Property,
        start: &Start<'_>,
        object: &mut Object<'_>,
        last: &mut Option<(u32, &'static str)>,
        path: &Path<'_>,
    ) -> Done {
        let element = self.definitions.element_by_number(property.element);
        let place = self.definitions.place(object.owner, property.element);
        let here = path.then(Step::Name(element.name));
        if let Some((before, name)) = *last {
            if place < before {
                return self.fail(start, &here, XmlCause::Order { name: element.name, before: name });
            }
            if place == before {
                let same = object.run.as_ref().is_some_and(|run| run.property.value == property.value);
                return match (same, element.repeats) {
                    (true, true) => Ok(()),
                    (true, false) => self.fail(start, &here, XmlCause::NotRepeating),
                    (false, _) => self.fail(start, &here, XmlCause::ChoiceTwice { name: element.name }),
                };
            }
        }
        *last = Some((place, element.name));
        self.close(object);
        let (begins, was_first) = (object.out.len(), object.empty);
        object.name("", &property.name);
        if element.repeats {
            self.room(start, &here, object.depth)?;
            object.out.push('[');
        }
        object.run = Some(Run {
            property,
            count: 0,
            begins,
            was_first,
            has_value: false,
            siblings: String::new(),
            has_sibling: false,
        });
        Ok(())
    }

    /// One element, from behind its start to its end.
    fn element(
        &mut self,
        property: &'static Property,
        start: &Start<'_>,
        object: &mut Object<'_>,
        path: &Path<'_>,
    ) -> Done {
        let element = self.definitions.element_by_number(property.element);
        let named = path.then(if element.choice {
            Step::Choice(element.name, self.definitions.kind(property.value).name)
        } else {
            Step::Name(element.name)
        });
        let count = object.run.as_ref().map_or(0, |run| run.count);
        let indexed = named.then(Step::Index(count));
        let here = if element.repeats { &indexed } else { &named };
        let depth = object.depth + usize::from(element.repeats);
        if let TypeKind::Primitive(kind) = property.kind {
            return self.primitive(kind, start, object, here, depth);
        }
        if count > 0 {
            object.out.push(',');
        }
        if let Some(run) = &mut object.run {
            run.count += 1;
        }
        match property.kind {
            TypeKind::AnyResource => self.inner_resource(start, object.out, here, depth),
            _ => self.complex(property.value, start, object.out, here, depth),
        }
    }

    /// `contained` or `resource`, which holds a resource.
    fn inner_resource(&mut self, start: &Start<'_>, out: &mut String, path: &Path<'_>, depth: usize) -> Done {
        self.attributes(start, path, NO_ATTRIBUTES)?;
        if start.empty {
            return self.fail(start, path, XmlCause::OneResource);
        }
        match self.source.next(path)? {
            Token::Start(inner) => self.resource(&inner, Some(path), out, depth)?,
            Token::End | Token::Nothing => return self.fail(start, path, XmlCause::OneResource),
        }
        match self.source.next(path)? {
            Token::End => Ok(()),
            Token::Start(_) | Token::Nothing => self.fail(start, path, XmlCause::OneResource),
        }
    }

    /// An element of a type that is neither primitive nor a resource.
    fn complex(
        &mut self,
        kind: TypeIndex,
        start: &Start<'_>,
        out: &mut String,
        path: &Path<'_>,
        depth: usize,
    ) -> Done {
        let url = kind == self.definitions.extension_type();
        let attributes = self.attributes(start, path, Allowed { id: true, url, ..NO_ATTRIBUTES })?;
        self.room(start, path, depth)?;
        out.push('{');
        let mut object = Object { out, owner: kind, depth: depth + 1, run: None, empty: true };
        for (name, value) in [("id", attributes.id), ("url", attributes.url)] {
            if let Some(value) = value {
                object.name("", name);
                object.out.push_str(&quote(&value));
            }
        }
        if self.members(object, start.empty, path)? {
            Ok(())
        } else {
            self.fail(start, path, XmlCause::Empty)
        }
    }

    /// A primitive element: its value into the output, its id and extensions beside it.
    fn primitive(
        &mut self,
        kind: PrimitiveKind,
        start: &Start<'_>,
        object: &mut Object<'_>,
        path: &Path<'_>,
        depth: usize,
    ) -> Done {
        let Some(mut run) = object.run.take() else { return Ok(()) };
        if run.count > 0 {
            object.out.push(',');
            run.siblings.push(',');
        }
        run.count += 1;
        if kind == PrimitiveKind::Xhtml {
            let raw = narrative::read(&mut self.source, start, path)?;
            object.out.push_str(&quote(raw));
            run.has_value = true;
            object.run = Some(run);
            return Ok(());
        }
        let allowed = Allowed { value: true, id: true, ..NO_ATTRIBUTES };
        let attributes = self.attributes(start, path, allowed)?;
        match &attributes.value {
            Some(value) => {
                run.has_value = true;
                self.value(kind, value, start, object.out, path)?;
            }
            None => object.out.push_str("null"),
        }
        if !start.empty || attributes.id.is_some() {
            self.room(start, path, depth)?;
        }
        let begins = run.siblings.len();
        run.siblings.push('{');
        let owner = self.definitions.element_type();
        let mut sibling = Object { out: &mut run.siblings, owner, depth: depth + 1, run: None, empty: true };
        if let Some(id) = &attributes.id {
            sibling.name("", "id");
            sibling.out.push_str(&quote(id));
        }
        if self.members(sibling, start.empty, path)? {
            run.has_sibling = true;
        } else {
            run.siblings.truncate(begins);
            run.siblings.push_str("null");
            if attributes.value.is_none() {
                return self.fail(start, path, XmlCause::ValueMissing);
            }
        }
        object.run = Some(run);
        Ok(())
    }

    /// A primitive's value as JSON writes it.
    fn value(
        &self,
        kind: PrimitiveKind,
        value: &str,
        start: &Start<'_>,
        out: &mut String,
        path: &Path<'_>,
    ) -> Done {
        use PrimitiveKind::{Boolean, Decimal, Integer, PositiveInt, UnsignedInt};
        let right = match kind {
            Boolean => matches!(value, "true" | "false"),
            Decimal | Integer | PositiveInt | UnsignedInt => token::is_number(value),
            _ => {
                out.push_str(&quote(value));
                return Ok(());
            }
        };
        if !right {
            return self.fail(start, path, XmlCause::Format(kind));
        }
        out.push_str(value);
        Ok(())
    }
}

fn is_narrative(property: &Property) -> bool {
    matches!(property.kind, TypeKind::Primitive(PrimitiveKind::Xhtml))
}
