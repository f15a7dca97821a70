//! Reads the compiled table and makes it quick to ask.
//!
//! Layout, little-endian: the magic `SALUSR4` and the version 1; a u16 count of texts, each a length byte and UTF-8;
//! a u16 count of types in the order of their names. A type: u16 number of its name's text, a kind byte (0 primitive,
//! 1 datatype, 2 backbone, 3 resource, 4 any resource), a byte that counts its elements. An element: u16 name, flags
//! (1 choice, 2 repeats, 4 compartment, 8 subject), minimum, a byte that counts its types and their u16 numbers, a
//! byte that counts its target types and the u16 numbers of their names' texts.

use super::{Definitions, Element, PrimitiveKind, Property, Type, TypeIndex, TypeKind};
use crate::ResourceType;

const MAGIC: &[u8; 8] = b"SALUSR4\x01";

/// Slots of the property table: a power of two, more than twice the number of properties.
const SLOTS: usize = 32_768;
const EMPTY: u16 = u16::MAX;

struct Reader {
    rest: &'static [u8],
    texts: Vec<&'static str>,
}

impl Reader {
    fn take(&mut self, length: usize) -> Option<&'static [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn number(&mut self) -> Option<u16> {
        self.take(2)?.first_chunk().map(|bytes| u16::from_le_bytes(*bytes))
    }

    fn text(&mut self) -> Option<&'static str> {
        let number = self.number()?;
        self.texts.get(usize::from(number)).copied()
    }

    fn texts(&mut self) -> Option<()> {
        for _ in 0..self.number()? {
            let length = self.byte()?;
            let text = std::str::from_utf8(self.take(usize::from(length))?).ok()?;
            self.texts.push(text);
        }
        Some(())
    }

    fn element(&mut self) -> Option<Element> {
        let name = self.text()?;
        let (flags, min, count) = (self.byte()?, self.byte()?, self.byte()?);
        let types = (0..count).map(|_| self.number().map(TypeIndex)).collect::<Option<_>>()?;
        let targets = (0..self.byte()?).map(|_| self.text()).collect::<Option<_>>()?;
        Some(Element {
            name,
            min,
            choice: flags & 1 != 0,
            repeats: flags & 2 != 0,
            compartment: flags & 4 != 0,
            subject: flags & 8 != 0,
            types,
            targets,
        })
    }
}

/// Reads the table; None when it is damaged.
pub(super) fn read(bytes: &'static [u8]) -> Option<Definitions> {
    let mut reader = Reader { rest: bytes.strip_prefix(MAGIC)?, texts: Vec::new() };
    reader.texts()?;
    let mut types = Vec::new();
    let mut elements = Vec::new();
    for _ in 0..reader.number()? {
        let name = reader.text()?;
        let kind = match reader.byte()? {
            0 => TypeKind::Primitive(PrimitiveKind::from_name(name)?),
            1 => TypeKind::Datatype,
            2 => TypeKind::Backbone,
            3 => TypeKind::Resource(ResourceType::from_name(name)?),
            4 => TypeKind::AnyResource,
            _ => return None,
        };
        let first = elements.len();
        for _ in 0..reader.byte()? {
            elements.push(reader.element()?);
        }
        let required = elements[first..]
            .iter()
            .enumerate()
            .filter(|(_, element)| element.min > 0)
            .fold(0_u128, |mask, (at, _)| mask | 1_u128.wrapping_shl(at as u32));
        if elements.len() - first > 128 {
            return None;
        }
        types.push(Type {
            name,
            kind,
            first: u16::try_from(first).ok()?,
            end: u16::try_from(elements.len()).ok()?,
            required,
        });
    }
    let named =
        |name: &str| types.binary_search_by(|kind| kind.name.cmp(name)).ok().map(|at| TypeIndex(at as u16));
    let (element, extension, reference) = (named("Element")?, named("Extension")?, named("Reference")?);
    let identifier = named("Identifier")?;
    let resources = ResourceType::all().map(|kind| named(kind.name())).collect::<Option<_>>()?;
    let properties = properties(&types, &elements)?;
    let slots = slots(&properties)?;
    Some(Definitions {
        types,
        elements,
        properties,
        slots,
        resources,
        element,
        extension,
        reference,
        identifier,
    })
}

/// Every JSON property of every type, each choice's types spelled out.
fn properties(types: &[Type], elements: &[Element]) -> Option<Vec<Property>> {
    let mut all = Vec::new();
    for (owner, kind) in types.iter().enumerate() {
        for at in kind.first..kind.end {
            let element = elements.get(usize::from(at))?;
            for value in &element.types {
                let value_type = types.get(usize::from(value.0))?;
                let name = if element.choice {
                    let (first, rest) = value_type.name.split_at_checked(1)?;
                    format!("{}{}{rest}", element.name, first.to_ascii_uppercase())
                } else {
                    element.name.to_owned()
                };
                all.push(Property {
                    name: name.into(),
                    owner: TypeIndex(owner as u16),
                    element: at,
                    value: *value,
                    kind: value_type.kind,
                });
            }
        }
    }
    Some(all)
}

fn slots(properties: &[Property]) -> Option<Vec<u16>> {
    if properties.len() * 2 > SLOTS {
        return None;
    }
    let mut slots = vec![EMPTY; SLOTS];
    for (number, property) in properties.iter().enumerate() {
        let mut at = slot(property.owner, property.name.as_bytes());
        while slots[at] != EMPTY {
            at = (at + 1) % SLOTS;
        }
        slots[at] = number as u16;
    }
    Some(slots)
}

/// Where the search for a property begins.
fn slot(owner: TypeIndex, name: &[u8]) -> usize {
    const MIX: u64 = 0x9E37_79B9_7F4A_7C15;
    let word = |bytes: &[u8]| bytes.iter().fold(0_u64, |word, byte| word << 8 | u64::from(*byte));
    let (head, tail) = match (name.first_chunk::<8>(), name.last_chunk::<8>()) {
        (Some(head), Some(tail)) => (u64::from_le_bytes(*head), u64::from_le_bytes(*tail)),
        _ => (word(name), 0),
    };
    let mixed =
        (head ^ tail.rotate_left(23) ^ (u64::from(owner.0) << 48) ^ name.len() as u64).wrapping_mul(MIX);
    (mixed ^ mixed >> 29).wrapping_mul(MIX) as usize >> 40 & (SLOTS - 1)
}

impl Definitions {
    /// The property of that name in the type `owner`.
    #[inline]
    pub(crate) fn property(&self, owner: TypeIndex, name: &[u8]) -> Option<&Property> {
        let mut at = slot(owner, name);
        loop {
            let number = self.slots[at];
            if number == EMPTY {
                return None;
            }
            let property = &self.properties[usize::from(number)];
            if property.owner == owner && property.name.as_bytes() == name {
                return Some(property);
            }
            at = (at + 1) % SLOTS;
        }
    }
}
