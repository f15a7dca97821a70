//! What the log says of who treats whom: why somebody without a treating relationship opened a record, and which person is a patient.
//!
//! Why is sealed under the month's key, as whom is; that a person reaches one patient's records and no others is a change of trust, and
//! stays readable. Part of the log's format: variants are only ever added at the end.
//!
//! Never: a patient's data that can be read without the month's key. State: none.

use crate::keys::{Cipher, LogKey, NONCE_BYTES, random};
use crate::{CellId, PrincipalId, Pseudonym, SealError};
use serde::{Deserialize, Serialize};

/// The most characters of a reason in a person's own words.
pub const MAX_REASON_CHARS: usize = 200;

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum RelationEvent {
    /// Somebody said why they open a record without a treating relationship; the fleeting part says who, and whose record. That
    /// there is no relationship is the record server's word.
    Stated {
        /// A [`Statement`], sealed under the month's key.
        sealed: Vec<u8>,
    },
    /// A person is this patient: they reach this patient's records, and nobody else's.
    IsPatient {
        /// The person.
        principal: PrincipalId,
        /// The patient.
        patient: Pseudonym,
        /// The number of their Patient record: the record server's word, and told to nobody but it.
        record: u64,
    },
}

/// Why somebody opens a record without a treating relationship. Variants are only ever added at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Reason {
    /// They stand in for a colleague.
    StandIn,
    /// Somebody is on the telephone.
    Telephone,
    /// A letter or a result came in.
    Letter,
    /// It is to be billed.
    Billing,
    /// It is an emergency.
    Emergency,
    /// Something else, in their own words.
    Other,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::StandIn, Self::Telephone, Self::Letter, Self::Billing, Self::Emergency, Self::Other];

    /// Its word in forms, texts and exports.
    pub fn code(self) -> &'static str {
        match self {
            Self::StandIn => "stand-in",
            Self::Telephone => "telephone",
            Self::Letter => "letter",
            Self::Billing => "billing",
            Self::Emergency => "emergency",
            Self::Other => "other",
        }
    }

    /// The reason with this word.
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }
}

/// What somebody said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// Why.
    pub reason: Reason,
    /// In their own words, at most [`MAX_REASON_CHARS`]; may be empty but for [`Reason::Other`].
    pub text: String,
}

impl Statement {
    /// Whether it says something, and no more than it may.
    pub fn is_good(&self) -> bool {
        let text = self.text.trim();
        self.text.chars().count() <= MAX_REASON_CHARS
            && !self.text.chars().any(char::is_control)
            && (self.reason != Reason::Other || !text.is_empty())
    }

    /// Sealed under the month's key, bound to the cell: `nonce ‖ ciphertext`.
    pub fn seal(&self, cell: &CellId, key: &LogKey) -> Result<Vec<u8>, SealError> {
        let nonce: [u8; NONCE_BYTES] = random()?;
        let mut buffer = postcard::to_stdvec(self).map_err(|_| SealError::Malformed)?;
        Cipher::new(key.expose())?.seal(nonce, &associated(cell), &mut buffer)?;
        Ok([nonce.as_slice(), &buffer].concat())
    }

    /// Opens what [`Statement::seal`] gave.
    pub fn open(cell: &CellId, key: &LogKey, sealed: &[u8]) -> Result<Self, SealError> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or(SealError::Malformed)?;
        let mut buffer = sealed.to_vec();
        let plain = Cipher::new(key.expose())?.open(*nonce, &associated(cell), &mut buffer)?;
        postcard::from_bytes(plain).map_err(|_| SealError::Malformed)
    }
}

fn associated(cell: &CellId) -> Vec<u8> {
    [b"salus reason v1".as_slice(), &cell.0].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_read_with_the_months_key_alone() {
        let (cell, key) = (CellId([4; 16]), LogKey::random().unwrap());
        let said = Statement { reason: Reason::Other, text: "Anruf der Tochter".into() };
        let sealed = said.seal(&cell, &key).unwrap();
        assert_eq!(Statement::open(&cell, &key, &sealed), Ok(said.clone()));
        assert!(!sealed.windows(5).any(|part| part == b"Anruf"));
        assert!(Statement::open(&CellId([5; 16]), &key, &sealed).is_err());
        assert!(Statement::open(&cell, &LogKey::random().unwrap(), &sealed).is_err());
        for length in 0..sealed.len() {
            assert!(Statement::open(&cell, &key, &sealed[..length]).is_err(), "cut to {length}");
        }
        assert!(said.is_good());
        for text in ["", "  ", "a\nb", &"x".repeat(MAX_REASON_CHARS + 1)] {
            assert!(!Statement { text: text.into(), ..said.clone() }.is_good(), "{text}");
        }
        assert!(Statement { reason: Reason::Billing, text: String::new() }.is_good());
    }
}
