//! What R4 defines: types, their elements, and which elements put a resource into a patient's compartment.
//!
//! The table is made by `cargo run -p xtask -- definitions` from HL7's StructureDefinitions and compiled in; its
//! origin is said in `definitions/ORIGIN.md`. It is read once, at the first use, and never changes.

mod table;

use std::sync::LazyLock;

use crate::ResourceType;

/// The primitive types of R4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PrimitiveKind {
    /// `base64Binary`
    Base64Binary,
    /// `boolean`
    Boolean,
    /// `canonical`
    Canonical,
    /// `code`
    Code,
    /// `date`
    Date,
    /// `dateTime`
    DateTime,
    /// `decimal`
    Decimal,
    /// `id`
    Id,
    /// `instant`
    Instant,
    /// `integer`
    Integer,
    /// `markdown`
    Markdown,
    /// `oid`
    Oid,
    /// `positiveInt`
    PositiveInt,
    /// `string`
    String,
    /// `time`
    Time,
    /// `unsignedInt`
    UnsignedInt,
    /// `uri`
    Uri,
    /// `url`
    Url,
    /// `uuid`
    Uuid,
    /// `xhtml`
    Xhtml,
}

impl PrimitiveKind {
    /// All of them, in the order of their names.
    pub const ALL: [Self; 20] = [
        Self::Base64Binary,
        Self::Boolean,
        Self::Canonical,
        Self::Code,
        Self::Date,
        Self::DateTime,
        Self::Decimal,
        Self::Id,
        Self::Instant,
        Self::Integer,
        Self::Markdown,
        Self::Oid,
        Self::PositiveInt,
        Self::String,
        Self::Time,
        Self::UnsignedInt,
        Self::Uri,
        Self::Url,
        Self::Uuid,
        Self::Xhtml,
    ];

    /// FHIR's name of the type.
    pub fn name(self) -> &'static str {
        match self {
            Self::Base64Binary => "base64Binary",
            Self::Boolean => "boolean",
            Self::Canonical => "canonical",
            Self::Code => "code",
            Self::Date => "date",
            Self::DateTime => "dateTime",
            Self::Decimal => "decimal",
            Self::Id => "id",
            Self::Instant => "instant",
            Self::Integer => "integer",
            Self::Markdown => "markdown",
            Self::Oid => "oid",
            Self::PositiveInt => "positiveInt",
            Self::String => "string",
            Self::Time => "time",
            Self::UnsignedInt => "unsignedInt",
            Self::Uri => "uri",
            Self::Url => "url",
            Self::Uuid => "uuid",
            Self::Xhtml => "xhtml",
        }
    }

    /// The type of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// The number of a type in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TypeIndex(u16);

impl TypeIndex {
    /// Its place in lists of all types.
    pub(crate) fn place(self) -> usize {
        usize::from(self.0)
    }
}

/// What kind of type it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TypeKind {
    /// A primitive type.
    Primitive(PrimitiveKind),
    /// A datatype such as `HumanName`, or a group inside one such as `Timing.repeat`.
    Datatype,
    /// A group inside a resource, such as `Patient.contact`.
    Backbone,
    /// A resource.
    Resource(ResourceType),
    /// Any resource: `contained`, `Bundle.entry.resource`.
    AnyResource,
}

/// A type.
#[derive(Debug)]
pub struct Type {
    /// Its name; a group's is the path that it stands at.
    pub name: &'static str,
    /// What it is.
    pub kind: TypeKind,
    first: u16,
    end: u16,
    /// The elements whose minimum is not 0, by their place in the type.
    required: u128,
}

/// An element of a type.
#[derive(Debug)]
pub struct Element {
    /// Its name, without `[x]`.
    pub name: &'static str,
    /// How often it must occur.
    pub min: u8,
    /// True for `[x]`: one of several types, which the property's name says.
    pub choice: bool,
    /// True when it may occur more than once, and so is an array.
    pub repeats: bool,
    /// True when a reference in it puts the resource into a patient's compartment.
    pub compartment: bool,
    /// True when, of the compartment's elements, it is the one that says whom the record is about.
    pub subject: bool,
    /// Its types.
    pub types: Vec<TypeIndex>,
    /// The resource types it may refer to; empty for any, and for what is no reference.
    pub targets: Vec<&'static str>,
}

/// A JSON property: an element, and the type that the property's name says.
#[derive(Debug)]
pub(crate) struct Property {
    pub name: Box<str>,
    pub owner: TypeIndex,
    /// The element's number in the table.
    pub element: u16,
    pub value: TypeIndex,
    pub kind: TypeKind,
}

/// All of R4's types.
#[derive(Debug)]
pub struct Definitions {
    types: Vec<Type>,
    elements: Vec<Element>,
    properties: Vec<Property>,
    slots: Vec<u16>,
    resources: Vec<TypeIndex>,
    element: TypeIndex,
    extension: TypeIndex,
    reference: TypeIndex,
    identifier: TypeIndex,
}

static TABLE: LazyLock<Definitions> = LazyLock::new(|| {
    table::read(include_bytes!("../../definitions/r4.bin"))
        .expect("the compiled table is whole: a test reads it")
});

/// The table.
pub fn get() -> &'static Definitions {
    &TABLE
}

impl Definitions {
    /// A type by its name, such as `Patient`, `HumanName` or `Patient.contact`.
    pub fn find(&self, name: &str) -> Option<TypeIndex> {
        self.types.binary_search_by(|kind| kind.name.cmp(name)).ok().map(|at| TypeIndex(at as u16))
    }

    /// The type of that number.
    pub fn kind(&self, index: TypeIndex) -> &Type {
        &self.types[usize::from(index.0)]
    }

    /// The type's elements, in R4's order.
    pub fn elements(&self, index: TypeIndex) -> &[Element] {
        let kind = self.kind(index);
        &self.elements[usize::from(kind.first)..usize::from(kind.end)]
    }

    /// The names of all JSON properties of a type, each choice's types spelled out.
    pub fn property_names(&self, index: TypeIndex) -> impl Iterator<Item = &str> {
        self.properties.iter().filter(move |property| property.owner == index).map(|property| &*property.name)
    }

    /// How many types there are.
    pub(crate) fn len(&self) -> usize {
        self.types.len()
    }

    pub(crate) fn resource(&self, kind: ResourceType) -> TypeIndex {
        self.resources[usize::from(kind.code())]
    }

    pub(crate) fn element_by_number(&self, number: u16) -> &Element {
        &self.elements[usize::from(number)]
    }

    /// The place of an element in its type.
    pub(crate) fn place(&self, owner: TypeIndex, number: u16) -> u32 {
        u32::from(number - self.kind(owner).first)
    }

    /// The required elements of a type, a bit for each place.
    pub(crate) fn required(&self, index: TypeIndex) -> u128 {
        self.kind(index).required
    }

    /// `Element`: what a primitive's sibling with an underscore is.
    pub(crate) fn element_type(&self) -> TypeIndex {
        self.element
    }

    /// `Extension`
    pub(crate) fn extension_type(&self) -> TypeIndex {
        self.extension
    }

    /// `Reference`
    pub(crate) fn reference_type(&self) -> TypeIndex {
        self.reference
    }

    /// `Identifier`
    pub(crate) fn identifier_type(&self) -> TypeIndex {
        self.identifier
    }

    /// The names of properties that hold a URI somewhere in R4: what a transaction rewrites.
    pub(crate) fn uri_property_names(&self) -> impl Iterator<Item = &str> {
        use PrimitiveKind::{Canonical, Oid, Uri, Url, Uuid};
        self.properties
            .iter()
            .filter(|property| {
                matches!(property.kind, TypeKind::Primitive(Uri | Url | Canonical | Oid | Uuid))
            })
            .map(|property| &*property.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_holds_r4() {
        let table = get();
        let resources = table.types.iter().filter(|kind| matches!(kind.kind, TypeKind::Resource(_))).count();
        assert_eq!(resources, ResourceType::all().count());
        let patient = table.find("Patient").expect("there");
        let names: Vec<_> = table.elements(patient).iter().map(|element| element.name).collect();
        assert_eq!(names[..4], ["id", "meta", "implicitRules", "language"]);
        assert!(table.property_names(patient).any(|name| name == "deceasedDateTime"));
        let link = table.property(patient, b"link").expect("there");
        assert_eq!(table.kind(link.value).name, "Patient.link");
        let other = &table.elements(link.value)[3];
        assert!(other.name == "other" && other.min == 1 && !other.repeats && other.compartment);
        assert_eq!(other.targets, ["Patient", "RelatedPerson"]);
    }

    #[test]
    fn every_property_is_found_and_nothing_else() {
        let table = get();
        for property in &table.properties {
            let found = table.property(property.owner, property.name.as_bytes()).expect("there");
            assert_eq!((found.element, found.value), (property.element, property.value));
        }
        assert!(table.property(table.resource(ResourceType::all().next().expect("one")), b"nmae").is_none());
        assert!(table.property(table.element, b"").is_none());
    }

    #[test]
    fn a_damaged_table_is_refused() {
        let bytes: &'static [u8] = include_bytes!("../../definitions/r4.bin");
        for end in (0..bytes.len()).step_by(997) {
            assert!(table::read(&bytes[..end]).is_none(), "cut at {end}");
        }
    }
}
