//! Folding: what makes two strings the same for a search.
//!
//! Case, diacritics, ligatures, the shapes of apostrophes and white space are taken away; ß is ss, œ is oe, as in `Straße` and `Sœur`.
//! The same for words and queries. Never: longer than [`MAX_FOLDED_BYTES`]. State: none.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// The most bytes of a folded string: what is longer is looked at up to there.
pub(crate) const MAX_FOLDED_BYTES: usize = 8 * 1024;
/// The most bytes of a word of running text.
const MAX_WORD_BYTES: usize = 64;

/// A string as searches compare it.
pub(crate) fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    if text.is_ascii() {
        text.bytes().for_each(|byte| push(&mut out, char::from(byte.to_ascii_lowercase())));
    } else {
        for c in text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase) {
            match c {
                'ß' => out.push_str("ss"),
                'œ' => out.push_str("oe"),
                'æ' => out.push_str("ae"),
                'ø' => out.push('o'),
                'ł' => out.push('l'),
                'đ' | 'ð' => out.push('d'),
                'þ' => out.push_str("th"),
                'ı' => out.push('i'),
                '\u{2018}' | '\u{2019}' | '\u{2bc}' | '\u{2032}' => out.push('\''),
                'ĳ' => out.push_str("ij"),
                // Lower-casing can bring a mark with it (İ).
                c if is_combining_mark(c) => {}
                c => push(&mut out, c),
            }
        }
    }
    let mut end = out.len().min(MAX_FOLDED_BYTES);
    while !out.is_char_boundary(end) {
        end -= 1;
    }
    out.truncate(end);
    while out.ends_with(' ') {
        out.pop();
    }
    out
}

fn push(out: &mut String, c: char) {
    if c.is_whitespace() || c.is_control() {
        if !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
    } else {
        out.push(c);
    }
}

/// The folded words of running text: runs of letters and digits.
pub(crate) fn words(text: &str) -> impl Iterator<Item = String> {
    let parts =
        text.split(|c: char| !c.is_alphanumeric() && !is_combining_mark(c)).filter(|part| !part.is_empty());
    let parts: Vec<String> = parts
        .flat_map(|part| {
            let folded = fold(part);
            let words = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
            words.map(cut).collect::<Vec<_>>()
        })
        .collect();
    parts.into_iter()
}

fn cut(word: &str) -> String {
    let mut end = word.len().min(MAX_WORD_BYTES);
    while !word.is_char_boundary(end) {
        end -= 1;
    }
    word.get(..end).unwrap_or_default().to_owned()
}

/// Whether a word of this folded text begins with this folded text.
pub(crate) fn has_word_start(text: &str, start: &str) -> bool {
    let mut inside = false;
    text.char_indices().any(|(at, c)| {
        let begins = !inside;
        inside = c.is_alphanumeric();
        begins && text.get(at..).is_some_and(|rest| rest.starts_with(start))
    }) || start.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_fold_as_people_write_them() {
        for (text, folded) in [
            ("Müller", "muller"),
            ("MÜLLER", "muller"),
            ("Straße", "strasse"),
            ("STRASSE", "strasse"),
            ("Sœur  Æ", "soeur ae"),
            (" Łódź\t", "lodz"),
            ("ﬁne", "fine"),
            ("İstanbul", "istanbul"),
            ("Mu\u{308}ller", "muller"),
            ("a\u{0}b\u{1}", "a b"),
            ("L\u{2019}Été d\u{2bc}or", "l'ete d'or"),
        ] {
            assert_eq!(fold(text), folded, "{text:?}");
        }
        assert_eq!(
            words("Blut-Druck, 120/80 größer").collect::<Vec<_>>(),
            ["blut", "druck", "120", "80", "grosser"]
        );
        assert!(has_word_start("systolic blood pressure", "blood pr"));
        assert!(!has_word_start("systolic blood pressure", "lood"));
    }

    proptest! {
        #[test]
        fn what_is_folded_stays(text in "\\PC{0,40}") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }

        #[test]
        fn no_control_characters_are_left(text in any::<String>()) {
            prop_assert!(!fold(&text).bytes().any(|byte| byte < 2));
        }
    }
}
