//! From JSON to XML: members in R4's order, ids and extension addresses as attributes, a primitive and its sibling with
//! the underscore as one element. Refuses what is not shaped as R4 has it, rather than leave something out.

use super::{DECLARATION, Layout, MAX_XML_BYTES, NAMESPACE, XmlCause, XmlFault, narrative, token};
use crate::definitions::{self, Definitions, Property, TypeIndex, TypeKind};
use crate::json::{Kind, Value};
use crate::message::shown_name;
use crate::spelling::nearest;
use crate::validate::{Path, Step, type_name};
use crate::{PrimitiveKind, ResourceType};

type Done<T = ()> = Result<T, XmlFault>;

/// The XML of a resource, with its declaration.
pub(super) fn document(resource: Value<'_>, path: &Path<'_>, layout: Layout) -> Done<String> {
    let mut out = String::with_capacity(resource.raw().len() + resource.raw().len() / 2 + 128);
    out.push_str(DECLARATION);
    let mut writer =
        Writer { definitions: definitions::get(), out, pretty: layout == Layout::Pretty, level: 0 };
    writer.resource(resource, path, true)?;
    if writer.pretty {
        writer.out.push('\n');
    }
    Ok(writer.out)
}

struct Writer {
    definitions: &'static Definitions,
    out: String,
    pretty: bool,
    level: usize,
}

/// An element: its property, its value or values, and what its sibling with the underscore says.
struct Member<'v> {
    place: u32,
    property: &'static Property,
    value: Option<Value<'v>>,
    sibling: Option<Value<'v>>,
}

fn fail<T>(path: &Path<'_>, cause: XmlCause) -> Done<T> {
    Err(XmlFault::at(path.expression(), cause))
}

impl Writer {
    /// On a new line, if there are lines.
    fn line(&mut self) {
        if self.pretty {
            self.out.push('\n');
            (0..self.level).for_each(|_| self.out.push_str("  "));
        }
    }

    fn open(&mut self, name: &str) {
        self.line();
        self.out.push('<');
        self.out.push_str(name);
    }

    /// Behind the last child.
    fn close(&mut self, name: &str) {
        self.level -= 1;
        self.line();
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
    }

    /// Behind the attributes of an element that has children.
    fn begin_content(&mut self) {
        self.out.push('>');
        self.level += 1;
    }

    fn attribute(&mut self, name: &str, value: &str, path: &Path<'_>) -> Done {
        self.out.push(' ');
        self.out.push_str(name);
        self.out.push_str("=\"");
        if let Err(cause) = token::push_attribute(value, &mut self.out) {
            return fail(path, cause);
        }
        self.out.push('"');
        Ok(())
    }

    fn resource(&mut self, value: Value<'_>, path: &Path<'_>, is_outermost: bool) -> Done {
        let Some(name) = type_name(value) else { return fail(path, XmlCause::Shape) };
        let Some(kind) = ResourceType::from_name(&name) else {
            let nearest = nearest(&name, ResourceType::all().map(ResourceType::name));
            return fail(path, XmlCause::TypeUnknown { nearest });
        };
        self.open(kind.name());
        if is_outermost {
            self.attribute("xmlns", NAMESPACE, path)?;
        }
        let owner = self.definitions.resource(kind);
        let members = self.sorted(value, owner, path)?;
        if members.is_empty() {
            self.out.push_str("/>");
            return Ok(());
        }
        self.begin_content();
        for member in &members {
            self.member(member, path)?;
        }
        self.close(kind.name());
        Ok(())
    }

    /// The members of an object in R4's order.
    fn sorted<'v>(&self, object: Value<'v>, owner: TypeIndex, path: &Path<'_>) -> Done<Vec<Member<'v>>> {
        let mut members: Vec<Member<'v>> = Vec::new();
        let is_resource = matches!(self.definitions.kind(owner).kind, TypeKind::Resource(_));
        for member in object.members() {
            let name = member.name();
            if is_resource && name == "resourceType" {
                continue;
            }
            let plain = name.strip_prefix('_').unwrap_or(&name);
            let is_sibling = plain.len() < name.len();
            let found = self.definitions.property(owner, plain.as_bytes());
            let known =
                found.filter(|property| !is_sibling || matches!(property.kind, TypeKind::Primitive(_)));
            let Some(property) = known else {
                let names = self.definitions.property_names(owner);
                let cause = XmlCause::UnknownElement {
                    name: shown_name(&name).map(str::to_owned),
                    owner: self.definitions.kind(owner).name,
                    nearest: nearest(&name, names).into_iter().map(str::to_owned).collect(),
                };
                return fail(&path.then(Step::Foreign(&name)), cause);
            };
            let place = self.definitions.place(owner, property.element);
            let at = members.iter().position(|other| std::ptr::eq(other.property, property));
            let at = at.unwrap_or_else(|| {
                members.push(Member { place, property, value: None, sibling: None });
                members.len() - 1
            });
            if is_sibling {
                members[at].sibling = Some(member.value);
            } else {
                members[at].value = Some(member.value);
            }
        }
        members.sort_by_key(|member| member.place);
        Ok(members)
    }

    /// All elements of one name.
    fn member(&mut self, member: &Member<'_>, path: &Path<'_>) -> Done {
        let element = self.definitions.element_by_number(member.property.element);
        let named = path.then(if element.choice {
            Step::Choice(element.name, self.definitions.kind(member.property.value).name)
        } else {
            Step::Name(element.name)
        });
        if self.out.len() > MAX_XML_BYTES {
            return fail(&named, XmlCause::Size);
        }
        if !element.repeats {
            return self.element(member.property, member.value, member.sibling, &named);
        }
        let both = [member.value, member.sibling];
        if both.iter().flatten().any(|value| value.kind() != Kind::Array) {
            return fail(&named, XmlCause::Shape);
        }
        let mut values = member.value.map(|value| value.elements());
        let mut siblings = member.sibling.map(|value| value.elements());
        let mut next = || {
            let value = values.as_mut().and_then(Iterator::next);
            let sibling = siblings.as_mut().and_then(Iterator::next);
            (value.is_some() || sibling.is_some()).then_some((value, sibling))
        };
        let mut index = 0;
        while let Some((value, sibling)) = next() {
            self.element(member.property, value, sibling, &named.then(Step::Index(index)))?;
            index += 1;
        }
        Ok(())
    }

    fn element(
        &mut self,
        property: &'static Property,
        value: Option<Value<'_>>,
        sibling: Option<Value<'_>>,
        path: &Path<'_>,
    ) -> Done {
        if let TypeKind::Primitive(kind) = property.kind {
            return self.primitive(kind, &property.name, value, sibling, path);
        }
        let object = value.filter(|value| value.kind() == Kind::Object);
        let Some(object) = object else { return fail(path, XmlCause::Shape) };
        self.open(&property.name);
        if property.kind == TypeKind::AnyResource {
            self.begin_content();
            self.resource(object, path, false)?;
            self.close(&property.name);
            return Ok(());
        }
        self.content(&property.name, object, property.value, path)
    }

    /// Attributes and children of an element whose tag was begun.
    fn content(&mut self, name: &str, object: Value<'_>, owner: TypeIndex, path: &Path<'_>) -> Done {
        let members = self.sorted(object, owner, path)?;
        let is_extension = owner == self.definitions.extension_type();
        let is_attribute = |member: &Member<'_>| match &*member.property.name {
            "id" => true,
            "url" => is_extension,
            _ => false,
        };
        for member in members.iter().filter(|member| is_attribute(member)) {
            let here = path.then(Step::Name(&member.property.name));
            if member.sibling.is_some() {
                return fail(&here, XmlCause::NotInXml);
            }
            match member.value.and_then(|value| value.as_str()) {
                Some(text) => self.attribute(&member.property.name, &text, &here)?,
                None => return fail(&here, XmlCause::Shape),
            }
        }
        if members.iter().all(is_attribute) {
            self.out.push_str("/>");
            return Ok(());
        }
        self.begin_content();
        for member in members.iter().filter(|member| !is_attribute(member)) {
            self.member(member, path)?;
        }
        self.close(name);
        Ok(())
    }

    fn primitive(
        &mut self,
        kind: PrimitiveKind,
        name: &str,
        value: Option<Value<'_>>,
        sibling: Option<Value<'_>>,
        path: &Path<'_>,
    ) -> Done {
        let present = |value: Option<Value<'_>>| value.is_some_and(|value| value.kind() != Kind::Null);
        if !present(value) && !present(sibling) {
            return fail(path, XmlCause::Shape);
        }
        let value = value.filter(|value| value.kind() != Kind::Null);
        let sibling = sibling.filter(|sibling| sibling.kind() != Kind::Null);
        if kind == PrimitiveKind::Xhtml {
            return self.narrative(value, sibling, path);
        }
        self.open(name);
        if let Some(value) = value {
            self.value(kind, value, path)?;
        }
        match sibling {
            None => {
                self.out.push_str("/>");
                Ok(())
            }
            Some(sibling) if sibling.kind() == Kind::Object => {
                self.content(name, sibling, self.definitions.element_type(), path)
            }
            Some(_) => fail(path, XmlCause::Shape),
        }
    }

    fn value(&mut self, kind: PrimitiveKind, value: Value<'_>, path: &Path<'_>) -> Done {
        use PrimitiveKind::{Boolean, Decimal, Integer, PositiveInt, UnsignedInt};
        let right = match kind {
            Boolean => matches!(value.kind(), Kind::True | Kind::False),
            Decimal | Integer | PositiveInt | UnsignedInt => value.kind() == Kind::Number,
            _ => value.kind() == Kind::String,
        };
        if !right {
            return fail(path, XmlCause::Shape);
        }
        match value.as_str() {
            Some(text) => self.attribute("value", &text, path),
            None => self.attribute("value", value.raw(), path),
        }
    }

    fn narrative(&mut self, value: Option<Value<'_>>, sibling: Option<Value<'_>>, path: &Path<'_>) -> Done {
        if sibling.is_some() {
            return fail(path, XmlCause::NotInXml);
        }
        let Some(text) = value.and_then(|value| value.as_str()) else { return fail(path, XmlCause::Shape) };
        self.line();
        match narrative::write(text.trim(), &mut self.out) {
            Ok(()) => Ok(()),
            Err(cause) => fail(path, cause),
        }
    }
}
