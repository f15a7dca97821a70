//! The keys of the term dictionary.
//!
//! A global key is `0 ‖ what ‖ payload`; a parameter's is `1 ‖ parameter (2, big endian) ‖ component (1) ‖ form ‖ payload`, and
//! for a component of a composite (from 1 on) `‖ occurrence (2, big endian)`: values of one element have one occurrence.
//! Strings end with 0; 0 and 1 in them are escaped so that order and prefixes stay.
//!
//! Never: folds. State: none.

use salus_trust_api::wire::words::{Made, RecordName};

/// What a global key is about.
#[derive(Clone, Copy)]
pub(crate) enum Global {
    /// The record's number.
    Record = 1,
    /// The type's code.
    Kind = 2,
    /// The record's name.
    Name = 3,
    /// A word of the narrative.
    Narrative = 4,
    /// A word of the whole text.
    Content = 5,
    /// By what its words were made.
    Made = 6,
}

/// A form in which a value is found.
#[derive(Clone, Copy)]
pub(crate) enum Form {
    /// There is a value.
    Present = 1,
    /// A folded string, then itself where it differs.
    Text = 2,
    /// A token: code, then system.
    Token = 3,
    /// A token's system.
    System = 4,
    /// A folded display.
    Display = 5,
    /// An identifier's type and value.
    OfType = 6,
    /// A uri.
    Uri = 7,
    /// A reference: id, then type.
    Reference = 8,
    /// A reference elsewhere.
    Elsewhere = 9,
    /// A reference's identifier.
    ReferenceIdentifier = 10,
    /// A quantity's unit: code, then system, then the value's place in its column (2).
    Unit = 11,
    /// A quantity's unit for people, then the value's place in its column (2).
    UnitText = 12,
}

/// Whose values: a parameter's, or those of a component of a composite parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) parameter: u16,
    /// From 1 on; 0: the parameter itself.
    pub(crate) component: u8,
}

/// A key in the making.
#[derive(Clone, Default)]
pub(crate) struct Key(pub(crate) Vec<u8>);

impl Key {
    pub(crate) fn global(what: Global) -> Self {
        Self(vec![0, what as u8])
    }

    pub(crate) fn of(place: Place, form: Form) -> Self {
        let [high, low] = place.parameter.to_be_bytes();
        Self(vec![1, high, low, place.component, form as u8])
    }

    /// A string to its end.
    pub(crate) fn text(self, text: &str) -> Self {
        self.start(text).byte(0)
    }

    /// A string's beginning.
    pub(crate) fn start(mut self, text: &str) -> Self {
        for byte in text.bytes() {
            match byte {
                0 | 1 => self.0.extend_from_slice(&[1, byte + 1]),
                _ => self.0.push(byte),
            }
        }
        self
    }

    pub(crate) fn byte(mut self, byte: u8) -> Self {
        self.0.push(byte);
        self
    }

    pub(crate) fn number(mut self, number: u16) -> Self {
        self.0.extend_from_slice(&number.to_be_bytes());
        self
    }

    pub(crate) fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }

    /// A string that may be missing.
    pub(crate) fn option(self, text: Option<&str>) -> Self {
        match text {
            Some(text) => self.byte(1).text(text),
            None => self.byte(0),
        }
    }

    /// An id: a UUID in its usual spelling is 16 bytes.
    pub(crate) fn id(self, id: &str) -> Self {
        match uuid(id) {
            Some(bytes) => self.byte(1).bytes(&bytes),
            None => self.byte(2).text(id),
        }
    }
}

/// The key under which a record of this number is found.
pub(crate) fn record(number: u64) -> Vec<u8> {
    Key::global(Global::Record).bytes(&number.to_be_bytes()).0
}

/// The key that says by what words were made: extraction (4, big endian), entry (8, big endian).
pub(crate) fn made(made: Made) -> Key {
    all_made().bytes(&made.extraction.to_be_bytes()).bytes(&made.made.to_be_bytes())
}

/// The beginning of all such keys.
pub(crate) fn all_made() -> Key {
    Key::global(Global::Made)
}

/// What follows [`all_made`].
pub(crate) fn made_of(rest: &[u8]) -> Option<Made> {
    let (extraction, made) = rest.split_first_chunk()?;
    let made = u64::from_be_bytes(made.try_into().ok()?);
    Some(Made { extraction: u32::from_be_bytes(*extraction), made })
}

/// A record's name, short and sortable: id, then type.
pub(crate) fn name(name: &RecordName) -> Vec<u8> {
    Key::default().id(&name.id).number(name.kind).0
}

fn uuid(id: &str) -> Option<[u8; 16]> {
    let bytes = id.as_bytes();
    let dashes = [8, 13, 18, 23];
    let fits = bytes.len() == 36
        && bytes.iter().enumerate().all(|(at, byte)| match dashes.contains(&at) {
            true => *byte == b'-',
            false => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        });
    let mut digits = bytes.iter().filter(|byte| fits && **byte != b'-').map(|byte| match byte {
        b'0'..=b'9' => byte - b'0',
        _ => byte - b'a' + 10,
    });
    let mut out = [0u8; 16];
    for byte in &mut out {
        *byte = digits.next()? * 16 + digits.next()?;
    }
    Some(out)
}

/// Cuts an escaped string from the front: it, without its end, and what follows.
pub(crate) fn split_text(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().position(|byte| *byte == 0)?;
    Some((bytes.get(..end)?, bytes.get(end + 1..)?))
}

/// Cuts an occurrence or place from the end.
pub(crate) fn split_number(bytes: &[u8]) -> Option<(&[u8], u16)> {
    let (rest, number) = bytes.split_last_chunk::<2>()?;
    Some((rest, u16::from_be_bytes(*number)))
}

/// The parameter's part of an outgoing reference, before the name it points to.
pub(crate) fn outgoing(parameter: u16) -> [u8; 2] {
    parameter.to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_the_usual_spelling_of_a_uuid_is_short() {
        assert_eq!(Key::default().id("01234567-89ab-cdef-0123-456789abcdef").0.len(), 17);
        for other in ["01234567-89AB-cdef-0123-456789abcdef", "0123456789abcdef0123456789abcdef", "é"] {
            assert_eq!(Key::default().id(other).0.first(), Some(&2), "{other}");
        }
    }

    proptest! {
        #[test]
        fn strings_keep_order_and_prefixes(one in any::<String>(), other in any::<String>()) {
            let key = |text: &str| Key::default().text(text).0;
            prop_assert_eq!(key(&one).cmp(&key(&other)), one.cmp(&other));
            prop_assert_eq!(key(&other).starts_with(&Key::default().start(&one).0), other.starts_with(&one));
            let joined = Key::default().text(&one).text(&other).0;
            let (first, rest) = split_text(&joined).unwrap();
            prop_assert_eq!(first, &Key::default().start(&one).0[..]);
            prop_assert_eq!(rest, key(&other));
        }
    }
}
