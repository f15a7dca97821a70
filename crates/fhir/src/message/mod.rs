//! What an issue says, in three languages: what was found, which rule it breaks, how to mend it.
//!
//! A message never holds a value of a document. The only foreign text in it is the name of an unknown property, and
//! that only while it looks like a name (see [`Message::unknown_property`]).

pub(crate) mod conformity;
mod parts;
mod texts;

use std::borrow::Cow;

pub(crate) use parts::{meant, rule};

use crate::json;
use crate::search::Fault;
use crate::{Language, PrimitiveKind};

/// The longest foreign property name that is repeated in a message, in bytes.
const MAX_SHOWN_NAME_BYTES: usize = 64;

/// A kind of JSON value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonKind {
    /// `null`
    Null,
    /// `true` or `false`
    Boolean,
    /// A number
    Number,
    /// A string
    String,
    /// An array
    Array,
    /// An object
    Object,
}

impl From<json::Kind> for JsonKind {
    fn from(kind: json::Kind) -> Self {
        match kind {
            json::Kind::Null => Self::Null,
            json::Kind::True | json::Kind::False => Self::Boolean,
            json::Kind::Number => Self::Number,
            json::Kind::String | json::Kind::Key => Self::String,
            json::Kind::Array => Self::Array,
            json::Kind::Object => Self::Object,
        }
    }
}

/// What an issue says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// The text is not JSON.
    Json(json::Error),
    /// The bytes are not UTF-8.
    NotUtf8,
    /// A resource is something else than an object.
    ResourceKind(JsonKind),
    /// `resourceType` is missing or no string.
    TypeMissing,
    /// `resourceType` names no type of R4.
    TypeUnknown {
        /// Types with similar names, the nearest first.
        nearest: Vec<&'static str>,
    },
    /// It is a resource of another type than the one asked for.
    TypeDiffers {
        /// The type it is of.
        found: &'static str,
        /// The type that was expected.
        expected: &'static str,
    },
    /// A property that its type does not have; made by [`Message::unknown_property`].
    UnknownProperty {
        /// Its name, or nothing when that might be something else than a name.
        name: Option<String>,
        /// The type it stands in, such as `Patient.contact`.
        owner: &'static str,
        /// The type's properties with similar names, the nearest first.
        nearest: Vec<String>,
    },
    /// A value of the wrong JSON kind.
    Kind {
        /// What belongs there.
        expected: JsonKind,
        /// What stands there.
        found: JsonKind,
    },
    /// An array where one value belongs.
    NotRepeating,
    /// One value where an array belongs.
    Repeating,
    /// A required element is missing.
    Missing {
        /// The element, `[x]` included.
        name: String,
        /// The type that requires it.
        owner: &'static str,
    },
    /// A choice element was given in two types.
    ChoiceTwice {
        /// The element, without `[x]`.
        name: &'static str,
    },
    /// A primitive value is not written as its type wants it.
    Format(PrimitiveKind),
    /// A literal reference that leads nowhere.
    Reference,
    /// A relative reference that leads to no record.
    LooseReference,
    /// `null` as a property's value.
    Null,
    /// `null` in an array, and nothing at the same place of the sibling array.
    NullAlone,
    /// An array without elements.
    EmptyArray,
    /// An object without properties.
    EmptyObject,
    /// An extension with neither or both of value and nested extensions.
    ExtensionContent {
        /// Both rather than neither.
        both: bool,
    },
    /// A contained resource contains resources.
    NestedContained,
    /// A bundle has too many entries.
    TooManyEntries {
        /// The most that are taken.
        max: usize,
    },
    /// An entry of a batch or transaction has no request.
    RequestMissing,
    /// A profile is broken, or it is open whether it is kept.
    Conformity(Box<conformity::Conformity>),
    /// The bound of issues is reached; there may be more.
    MoreIssues,
    /// Nothing is wrong.
    AllFine,
    /// A query, or a search parameter of a cell's own, can't be understood.
    Search(Fault),
    /// The XML can't be understood, or the JSON not be written as XML.
    Xml(Box<crate::xml::XmlFault>),
    /// A patch can't be applied.
    Patch(crate::patch::PatchFault),
    /// A text of the caller's. It must not hold a value of a document.
    Text {
        /// English
        en: Cow<'static, str>,
        /// German
        de: Cow<'static, str>,
        /// French
        fr: Cow<'static, str>,
    },
}

impl Message {
    /// A text in the three languages.
    pub fn of(
        en: impl Into<Cow<'static, str>>,
        de: impl Into<Cow<'static, str>>,
        fr: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::Text { en: en.into(), de: de.into(), fr: fr.into() }
    }

    /// An unknown property. Its name is kept only when it is at most 64 bytes of ASCII letters, digits and `_`:
    /// anything else may be a value in the wrong place.
    pub fn unknown_property(name: &str, owner: &'static str, nearest: Vec<String>) -> Self {
        Self::UnknownProperty { name: shown_name(name).map(str::to_owned), owner, nearest }
    }

    /// The rule that is broken, where it has a name: the key of a profile's constraint, or one of our own.
    pub fn rule(&self) -> Option<&str> {
        match self {
            Self::Conformity(conformity) => Some(&conformity.rule),
            _ => None,
        }
    }

    /// The message in `language`.
    pub fn text(&self, language: Language) -> String {
        match language {
            Language::De => self.german(),
            Language::Fr => self.french(),
            Language::En => self.english(),
        }
    }
}

/// The name, when it is safe to repeat.
pub(crate) fn shown_name(name: &str) -> Option<&str> {
    let looks_like_a_name = !name.is_empty()
        && name.len() <= MAX_SHOWN_NAME_BYTES
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    looks_like_a_name.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::{JsonKind, Message};
    use crate::json::{Cause, Error};
    use crate::{Language, PrimitiveKind};

    #[test]
    fn every_message_is_a_sentence_in_each_language() {
        let mut messages = vec![
            Message::NotUtf8,
            Message::ResourceKind(JsonKind::Array),
            Message::TypeMissing,
            Message::TypeUnknown { nearest: vec!["Patient", "Person"] },
            Message::TypeDiffers { found: "Patient", expected: "Group" },
            Message::unknown_property("nmae", "Patient", vec!["name".to_owned()]),
            Message::unknown_property("n\u{e4}me", "Patient", Vec::new()),
            Message::Kind { expected: JsonKind::Object, found: JsonKind::Boolean },
            Message::NotRepeating,
            Message::Repeating,
            Message::Missing { name: "status".to_owned(), owner: "Observation" },
            Message::ChoiceTwice { name: "value" },
            Message::Reference,
            Message::LooseReference,
            Message::Null,
            Message::NullAlone,
            Message::EmptyArray,
            Message::EmptyObject,
            Message::ExtensionContent { both: true },
            Message::ExtensionContent { both: false },
            Message::NestedContained,
            Message::TooManyEntries { max: 3 },
            Message::RequestMissing,
            Message::MoreIssues,
            Message::AllFine,
            Message::of("Not found.", "Nicht gefunden.", "Introuvable."),
        ];
        messages.extend(PrimitiveKind::ALL.map(Message::Format));
        messages.extend(
            [Cause::End, Cause::Depth].map(|cause| Message::Json(Error { line: 1, column: 2, cause })),
        );
        for message in messages {
            let texts = [Language::En, Language::De, Language::Fr].map(|language| message.text(language));
            assert!(texts.iter().all(|text| text.ends_with(['.', '?']) && !text.contains("  ")), "{texts:?}");
            assert!(texts[0] != texts[1] && texts[1] != texts[2] && texts[0] != texts[2], "{texts:?}");
        }
    }

    #[test]
    fn a_name_that_may_be_a_value_is_not_repeated() {
        for name in ["Max Muster", "M\u{fc}ller", "", "1960-01-01", &"a".repeat(65)] {
            let message = Message::unknown_property(name, "Patient", Vec::new());
            assert!(matches!(&message, Message::UnknownProperty { name: None, .. }), "{name}");
        }
    }
}
