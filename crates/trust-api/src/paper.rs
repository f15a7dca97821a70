//! Codes on paper: a one-time link's secret in letters and digits that people can read and type.
//!
//! 25 characters of Crockford's base 32, 125 random bits, in groups of five. What is typed may be in small letters, without hyphens, and with
//! the letters that look like digits. Never: printed by `Debug`. State: the characters, wiped when dropped.

use crate::Token;
use aws_lc_rs::digest;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// How many characters a code has.
const CHARS: usize = 25;
const GROUP: usize = 5;

/// A code.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct PaperCode([u8; CHARS]);

impl std::fmt::Debug for PaperCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PaperCode(hidden)")
    }
}

impl PaperCode {
    /// A fresh random one.
    pub fn random() -> Result<Self, salus_seal::SealError> {
        let bytes: Zeroizing<[u8; CHARS]> = Zeroizing::new(salus_seal::keys::random()?);
        Ok(Self(bytes.map(|byte| ALPHABET[usize::from(byte & 31)])))
    }

    /// As it is printed: `7K2MX-…`.
    pub fn to_text(&self) -> Zeroizing<String> {
        let groups = self.0.chunks(GROUP).map(|group| String::from_utf8_lossy(group).into_owned());
        Zeroizing::new(groups.collect::<Vec<_>>().join("-"))
    }

    /// From what somebody typed.
    pub fn parse(text: &str) -> Option<Self> {
        let mut code = Self([0; CHARS]);
        let mut count = 0;
        for char in text.chars().filter(|char| !char.is_whitespace() && !matches!(char, '-' | '–')) {
            let byte = match char.to_ascii_uppercase() {
                'O' => b'0',
                'I' | 'L' => b'1',
                char => u8::try_from(char).ok().filter(|byte| ALPHABET.contains(byte))?,
            };
            *code.0.get_mut(count)? = byte;
            count += 1;
        }
        (count == CHARS).then_some(code)
    }

    /// The secret that it stands for.
    pub fn secret(&self) -> Token {
        let mut bytes = Zeroizing::new([0u8; 32]);
        let input = Zeroizing::new([b"salus paper code v1".as_slice(), &self.0].concat());
        bytes.copy_from_slice(digest::digest(&digest::SHA256, &input).as_ref());
        Token::of_bytes(*bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_typed_as_people_type() {
        let code = PaperCode::random().unwrap();
        let text = code.to_text();
        assert_eq!(text.len(), CHARS + 4);
        let same = |typed: &str| PaperCode::parse(typed).unwrap().secret().hash() == code.secret().hash();
        assert!(same(&text) && same(&text.to_lowercase()) && same(&text.replace('-', " ")));
        assert!(same(&text.replace('0', "o").replace('1', "l")));
        let other = PaperCode::random().unwrap();
        assert_ne!(other.secret().hash(), code.secret().hash());
        for bad in
            ["", &text[1..], &format!("{}A", *text), &text.replace('-', "/"), &format!("U{}", &text[1..])]
        {
            assert!(PaperCode::parse(bad).is_none(), "{bad}");
        }
        assert_eq!(format!("{code:?}"), "PaperCode(hidden)");
    }
}
