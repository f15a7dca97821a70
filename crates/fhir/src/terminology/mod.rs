//! Code lists: is this code in that list, which codes has it, what is said of one, as far as what is loaded knows.
//!
//! A list that is not loaded, or only in part, is never a yes: the answer names it. State: none.

mod answer;
mod code_system;
mod expand;
mod fault;
pub mod import;
mod lists;
mod operation;
mod question;
mod ucum;
mod value_set;
mod written;

pub use answer::{Coded, Lookup, Subsumption, Validity};
pub use code_system::{CodeSystem, Concept, Designation, Property};
pub use expand::{Expand, Expansion, Found, MAX_CODES_PER_EXPANSION, MAX_CODES_PER_PAGE};
pub use fault::ListFault;
pub use lists::Lists;
pub use operation::{Asked, ListOperation};
pub use value_set::ValueSet;

/// Whether a code is in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Membership {
    Yes,
    No,
    /// It can't be said, because this list is not loaded.
    NotLoaded(Box<str>),
}

impl Membership {
    /// Yes before doubt before no.
    pub(crate) fn or(self, other: impl FnOnce() -> Self) -> Self {
        match self {
            Self::Yes => Self::Yes,
            Self::No => other(),
            doubt => match other() {
                Self::No => doubt,
                better => better,
            },
        }
    }

    /// No before doubt before yes.
    pub(crate) fn and(self, other: impl FnOnce() -> Self) -> Self {
        match self {
            Self::No => Self::No,
            Self::Yes => other(),
            doubt => match other() {
                Self::Yes => doubt,
                worse => worse,
            },
        }
    }
}

impl From<bool> for Membership {
    fn from(is_in: bool) -> Self {
        if is_in { Self::Yes } else { Self::No }
    }
}

/// Systems whose codes follow a grammar: whether this is one of them; None for a system that is a list.
pub(crate) fn by_form(system: &str, code: &str) -> Option<bool> {
    match system {
        "urn:ietf:bcp:13" => Some(is_media_type(code)),
        "urn:ietf:bcp:47" => Some(is_language(code)),
        ucum::SYSTEM => Some(ucum::is_unit(code)),
        "urn:ietf:rfc:3986" => Some(!code.is_empty()),
        _ => None,
    }
}

/// `type/subtype`, with parameters or without (RFC 6838), or one of the short forms that R4 gives its own formats.
fn is_media_type(text: &str) -> bool {
    if matches!(text, "json" | "xml" | "ttl") {
        return true;
    }
    let plain = text.split(';').next().unwrap_or(text).trim_end();
    let token = |part: &str| {
        (1..=127).contains(&part.len())
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+*".contains(&byte))
    };
    plain.split_once('/').is_some_and(|(kind, subtype)| token(kind) && token(subtype))
}

/// Subtags of letters and digits between hyphens, the first of letters (RFC 5646).
fn is_language(text: &str) -> bool {
    let mut subtags = text.split('-');
    let first = subtags.next().unwrap_or_default();
    let is_first = (2..=8).contains(&first.len()) || matches!(first, "x" | "i");
    is_first
        && first.bytes().all(|byte| byte.is_ascii_alphabetic())
        && subtags.all(|part| {
            (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
}

#[cfg(test)]
mod tests {
    use super::{Membership, by_form};

    #[test]
    fn grammars() {
        for (system, good, bad) in [
            (
                "urn:ietf:bcp:13",
                vec!["text/plain", "application/fhir+json; charset=utf-8", "image/*"],
                vec!["", "text", "text/", "a b/c", "/x"],
            ),
            (
                "urn:ietf:bcp:47",
                vec!["de", "de-DE", "zh-Hant-TW", "x-private"],
                vec!["", "d", "de_DE", "1a", "de-"],
            ),
        ] {
            assert!(good.iter().all(|code| by_form(system, code) == Some(true)), "{system}");
            assert!(bad.iter().all(|code| by_form(system, code) == Some(false)), "{system}");
        }
        assert_eq!(by_form("http://loinc.org", "1"), None);
    }

    #[test]
    fn doubt_is_no_yes() {
        let doubt = || Membership::NotLoaded("x".into());
        assert_eq!(doubt().or(|| Membership::No), doubt());
        assert_eq!(doubt().or(|| Membership::Yes), Membership::Yes);
        assert_eq!(doubt().and(|| Membership::Yes), doubt());
        assert_eq!(doubt().and(|| Membership::No), Membership::No);
    }
}
