//! Ids of records: which are ids at all, which are stored as they are, and fresh ones.
//!
//! Never: stores an id that a client chose. State: none.

use crate::RecordsError;

/// The longest id, in bytes (FHIR R4, datatype `id`).
pub const MAX_ID_BYTES: usize = 64;

/// Whether this is an id: 1 to 64 letters, digits, dashes and dots (FHIR R4, datatype `id`).
pub fn is_id(text: &str) -> bool {
    (1..=MAX_ID_BYTES).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.')
}

/// The 16 bytes of a random id: a version 4 UUID in lower case, as this server assigns them. None for any other id,
/// which a client must have chosen.
pub(crate) fn random_bytes(id: &str) -> Option<[u8; 16]> {
    let bytes: &[u8; 36] = id.as_bytes().try_into().ok()?;
    let mut out = [0u8; 16];
    let mut at = 0;
    let mut high: Option<u8> = None;
    for (position, byte) in bytes.iter().enumerate() {
        if matches!(position, 8 | 13 | 18 | 23) {
            if *byte != b'-' {
                return None;
            }
            continue;
        }
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'f' => byte - b'a' + 10,
            _ => return None,
        };
        match high.take() {
            None => high = Some(digit),
            Some(first) => {
                *out.get_mut(at)? = first << 4 | digit;
                at += 1;
            }
        }
    }
    let is_version_4 = out[6] >> 4 == 4 && out[8] >> 6 == 0b10;
    is_version_4.then_some(out)
}

/// A fresh id: a version 4 UUID (RFC 9562) in lower case, with its bytes.
pub(crate) fn fresh() -> Result<(String, [u8; 16]), RecordsError> {
    Ok(of_bytes(salus_seal::keys::random().map_err(|_| RecordsError::Internal)?))
}

/// A fresh id, for what is to be written once however often it is sent.
///
/// Errors: when the provider fails.
pub fn fresh_id() -> Result<String, RecordsError> {
    Ok(fresh()?.0)
}

/// A name that nobody guesses: 128 random bits, as 32 hexadecimal digits.
///
/// Errors: when the provider fails.
pub fn unguessable() -> Result<String, RecordsError> {
    let bytes: [u8; 16] = salus_seal::keys::random().map_err(|_| RecordsError::Internal)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The id of something that these parts alone decide, so that writing it twice writes it once. It is stored as it is: at least one
/// part must be drawn at random, or be an id that was.
pub fn derived_id(parts: &[&[u8]]) -> Result<String, RecordsError> {
    let mut all = Vec::with_capacity(parts.iter().map(|part| part.len() + 8).sum());
    for part in parts {
        all.extend_from_slice(&(part.len() as u64).to_le_bytes());
        all.extend_from_slice(part);
    }
    let hash = salus_seal::merkle::leaf_hash(&all);
    let bytes = hash.first_chunk().ok_or(RecordsError::Internal)?;
    Ok(of_bytes(*bytes).0)
}

fn of_bytes(mut bytes: [u8; 16]) -> (String, [u8; 16]) {
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let mut text = String::with_capacity(36);
    for (position, byte) in bytes.iter().enumerate() {
        if matches!(position, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        for digit in [byte >> 4, byte & 0x0f] {
            text.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
        }
    }
    (text, bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn derived_ids_are_decided_by_their_parts_and_where_these_end() {
        let id = |parts: &[&[u8]]| derived_id(parts).unwrap();
        assert!(random_bytes(&id(&[b"a", b"b"])).is_some());
        assert_eq!(id(&[b"a", b"b"]), id(&[b"a", b"b"]));
        assert_ne!(id(&[b"a", b"b"]), id(&[b"ab", b""]));
        assert_ne!(id(&[b"a"]), id(&[b"a", b""]));
    }

    #[test]
    fn fresh_ids_are_random_ids() {
        let (text, bytes) = fresh().unwrap();
        assert!(is_id(&text));
        assert_eq!(random_bytes(&text), Some(bytes));
        assert_ne!(fresh().unwrap().1, bytes);
    }

    #[test]
    fn anything_but_a_lower_case_version_4_uuid_was_chosen_by_a_client() {
        for chosen in [
            "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11",
            "a0eebc99-9c0b-1ef8-bb6d-6bb9bd380a11",
            "a0eebc99-9c0b-4ef8-cb6d-6bb9bd380a11",
            "a0eebc999c0b4ef8bb6d6bb9bd380a11",
            "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1",
            "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a111",
            "a0eebc99.9c0b-4ef8-bb6d-6bb9bd380a11",
            "X123456789",
            "",
        ] {
            assert_eq!(random_bytes(chosen), None, "{chosen}");
        }
        assert!(random_bytes("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11").is_some());
    }

    proptest! {
        #[test]
        fn ids_are_what_the_datatype_says(text in "[A-Za-z0-9.-]{0,70}|.{0,10}") {
            let expected = !text.is_empty()
                && text.chars().count() <= 64
                && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '.');
            prop_assert_eq!(is_id(&text), expected);
        }

        #[test]
        fn two_ids_never_share_their_bytes(a in "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}") {
            let bytes = random_bytes(&a).unwrap();
            let digits: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
            prop_assert_eq!(digits, a.replace('-', ""));
        }
    }
}
