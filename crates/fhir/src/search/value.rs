//! The values by which a resource is found.

use super::extract::Taker;
use super::walk::Met;
use super::{Custom, LAST_UPDATED, Parameter, by_number, content, table};
use crate::json::Value as Json;
use crate::{Resource, ResourceType};

/// Everything by which one resource is found, but for its id and when it was written.
#[derive(Clone, Default, PartialEq)]
pub struct Values {
    /// The values, each with its parameter's number.
    pub values: Vec<(u16, Value)>,
    /// The text of the narrative without markup (`_text`).
    pub narrative: String,
    /// All strings for people, the narrative's text included, a space between them (`_content`).
    pub content: String,
}

impl std::fmt::Debug for Values {
    /// How many only: they are a patient's.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} values", self.values.len())
    }
}

/// One value of a parameter.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Value {
    /// A string, as it stands in the resource.
    Text(String),
    /// A Coding, code, Identifier, ContactPoint, boolean...; a code without a system has none.
    Token {
        /// Its system.
        system: Option<String>,
        /// Its code or value.
        code: Option<String>,
    },
    /// What `:text` looks for: a display, CodeableConcept.text, Identifier.type.text.
    Display(String),
    /// What `:of-type` looks for: an identifier's type and value.
    OfType {
        /// The type's system.
        system: Option<String>,
        /// The type's code.
        code: String,
        /// The identifier's value.
        value: String,
    },
    /// A uri, url or canonical, as it stands in the resource.
    Uri(String),
    /// A reference to a record of this server.
    Reference(Name),
    /// A reference to anything else, as it stands in the resource.
    Elsewhere(String),
    /// What `:identifier` looks for: a Reference's identifier.
    ReferenceIdentifier {
        /// Its system.
        system: Option<String>,
        /// Its value.
        value: String,
    },
    /// A date with its precision, or a number, which is a point; what has two ends, from one to the other.
    Range(Range),
    /// A quantity: its number, a point unless a comparator leaves it open or it has two ends, and its unit.
    Quantity {
        /// The number.
        range: Range,
        /// The unit's system.
        system: Option<String>,
        /// The unit's code.
        code: Option<String>,
        /// The unit for people.
        unit: Option<String>,
    },
    /// A composite: for each component its values, all of one element.
    Composite(Vec<Vec<Value>>),
}

impl std::fmt::Debug for Value {
    /// The kind only: the rest is a patient's.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Text(_) => "Text",
            Self::Token { .. } => "Token",
            Self::Display(_) => "Display",
            Self::OfType { .. } => "OfType",
            Self::Uri(_) => "Uri",
            Self::Reference(_) => "Reference",
            Self::Elsewhere(_) => "Elsewhere",
            Self::ReferenceIdentifier { .. } => "ReferenceIdentifier",
            Self::Range(_) => "Range",
            Self::Quantity { .. } => "Quantity",
            Self::Composite(_) => "Composite",
        })
    }
}

/// A span of times (milliseconds since 1970, UTC) or numbers ([`order`]), both ends included. Open ends are `i64::MIN` and
/// `i64::MAX`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Range {
    /// The least.
    pub low: i64,
    /// The greatest.
    pub high: i64,
}

/// A record of this server by its name.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name {
    /// Its type.
    pub kind: ResourceType,
    /// Its id.
    pub id: String,
}

impl std::fmt::Debug for Name {
    /// The type only: ids may be a patient's.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Name({})", self.kind)
    }
}

/// A number as an integer that sorts as it does. Numbers that have the same nearest double are one.
pub fn order(number: f64) -> i64 {
    // -0.0 is 0.0; the bits of positive doubles sort as they do, those of negative ones the other way round.
    let bits = (number + 0.0).to_bits() as i64;
    if bits < 0 { i64::MIN.wrapping_sub(bits).wrapping_sub(1) } else { bits }
}

/// The values of `resource` for all parameters of R4 that are for its type, and for those of `custom` that are.
///
/// `base_url` is this server's, without a `/` at its end: a reference that begins with it is one to a record of this
/// server. `_id` and `_lastUpdated` have none here. The same value is given once for each place where it stands.
pub fn values(resource: &Resource, custom: &[Custom], base_url: &str) -> Values {
    let taker = Taker { base_url, root: resource.root() };
    let mut values = Vec::new();
    let mut met = |met: Met<'_, '_>| match met {
        Met::Element(end, _) if is_apart(end.number) => {}
        Met::Element(end, element) => taker.take(end, element, &mut |value| values.push((end.number, value))),
        Met::Truth(number, truth) => {
            values.push((number, Value::Token { system: None, code: Some(truth.to_string()) }));
        }
    };
    table::get().walk(resource.kind()).through(resource.root(), &mut met);
    for walk in custom.iter().filter_map(|custom| custom.walk(resource.kind())) {
        walk.through(resource.root(), &mut met);
    }
    let mut content = String::new();
    content::collect(resource.root(), &mut content);
    Values { values, narrative: content::narrative(resource.root()), content }
}

/// The id and the time of writing are not among the words.
fn is_apart(number: u16) -> bool {
    number == LAST_UPDATED || by_number(number).is_some_and(|parameter| parameter.code == "_id")
}

/// The elements that a parameter of R4 leads to in `resource`, before values are taken from them; in no particular order. What
/// a parameter says of the whole resource (Patient's `deceased`) has none.
pub fn elements<'a>(resource: &'a Resource, parameter: &Parameter) -> Vec<Json<'a>> {
    let mut elements = Vec::new();
    table::get().walk(resource.kind()).through(resource.root(), &mut |met| {
        if let Met::Element(end, element) = met
            && end.number == parameter.number
        {
            elements.push(element);
        }
    });
    elements
}
