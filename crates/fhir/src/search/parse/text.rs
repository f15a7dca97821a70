//! Values as they are written: parts between commas, bars and dollar signs, and the escapes of these (FHIR R4, 3.1.1.4.0.1).

/// The parts between `separator`, escapes as written.
pub(super) fn split(text: &str, separator: char) -> Vec<&str> {
    let (mut parts, mut start, mut escaped) = (Vec::new(), 0, false);
    for (at, character) in text.char_indices() {
        if escaped {
            escaped = false;
        } else if character == '\\' {
            escaped = true;
        } else if character == separator {
            parts.push(&text[start..at]);
            start = at + character.len_utf8();
        }
    }
    parts.push(&text[start..]);
    parts
}

/// A text as one value of a query, in which what separates values and their parts stands for itself.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, ',' | '$' | '|' | '\\') {
            out.push('\\');
        }
        out.push(character);
    }
    out
}

/// Undoes the escapes; a backslash before anything else stays.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match (character, characters.peek()) {
            ('\\', Some(escaped @ (',' | '$' | '|' | '\\'))) => {
                out.push(*escaped);
                characters.next();
            }
            _ => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{plain, split};

    #[test]
    fn escapes_keep_what_they_stand_before() {
        assert_eq!(split("a,b\\,c,,\\\\,d", ','), ["a", "b\\,c", "", "\\\\", "d"]);
        assert_eq!(split("", ','), [""]);
        assert_eq!(split("ü|\\|", '|'), ["ü", "\\|"]);
        assert_eq!(plain("a\\,b\\|c\\$d\\\\e\\f\\"), "a,b|c$d\\e\\f\\");
    }
}
