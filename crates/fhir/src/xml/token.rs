//! Characters, attribute values and numbers: from XML's spelling and back. Knows no elements.

use std::borrow::Cow;

use super::XmlCause;

/// True for a character that XML 1.0 has (section 2.2).
pub(super) fn is_character(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// True when all of `text` is characters that XML has.
pub(super) fn is_text(text: &str) -> bool {
    text.bytes().all(|byte| (b' '..0x80).contains(&byte)) || text.chars().all(is_character)
}

/// White space between elements.
pub(super) fn is_space(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'))
}

/// What a reference such as `amp`, `#228` or `#xE4` stands for; its `&` and `;` are not part of it.
pub(crate) fn reference(name: &str) -> Option<char> {
    let number = |digits: &str, radix: u32| {
        let right = !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(radix));
        right.then(|| u32::from_str_radix(digits, radix).ok()).flatten()
    };
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let digits = name.strip_prefix('#')?;
            let code = match digits.strip_prefix('x') {
                Some(digits) => number(digits, 16)?,
                None => number(digits, 10)?,
            };
            char::from_u32(code).filter(|character| is_character(*character))
        }
    }
}

/// An attribute's value (XML 1.0, section 3.3.3): references undone, each line end and tab that is written as such a
/// space.
pub(super) fn attribute(raw: &str) -> Result<Cow<'_, str>, XmlCause> {
    if !is_text(raw) {
        return Err(XmlCause::Character);
    }
    if !raw.bytes().any(|byte| matches!(byte, b'&' | b'<' | b'\t' | b'\n' | b'\r')) {
        return Ok(Cow::Borrowed(raw));
    }
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find(['&', '<', '\t', '\n', '\r']) {
        out.push_str(&rest[..at]);
        let found = &rest[at..];
        rest = match found.as_bytes().first() {
            Some(b'&') => {
                let (name, after) = found[1..].split_once(';').ok_or(XmlCause::Syntax)?;
                out.push(reference(name).ok_or(XmlCause::Entity)?);
                after
            }
            Some(b'<') => return Err(XmlCause::Syntax),
            _ => {
                out.push(' ');
                found.strip_prefix("\r\n").unwrap_or(&found[1..])
            }
        };
    }
    out.push_str(rest);
    Ok(Cow::Owned(out))
}

/// Writes an attribute's value so that [`attribute`] gives it back.
pub(super) fn push_attribute(text: &str, out: &mut String) -> Result<(), XmlCause> {
    if !is_text(text) {
        return Err(XmlCause::NotInXml);
    }
    let mut rest = text;
    while let Some(at) = rest.find(['&', '<', '>', '"', '\t', '\n', '\r']) {
        out.push_str(&rest[..at]);
        out.push_str(match rest.as_bytes().get(at) {
            Some(b'&') => "&amp;",
            Some(b'<') => "&lt;",
            Some(b'>') => "&gt;",
            Some(b'"') => "&quot;",
            Some(b'\t') => "&#x9;",
            Some(b'\n') => "&#xA;",
            _ => "&#xD;",
        });
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
    Ok(())
}

/// True for a number as JSON writes it, which is how FHIR writes one, too.
pub(super) fn is_number(text: &str) -> bool {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let rest = text.strip_prefix('-').unwrap_or(text);
    let whole = digits(rest);
    if whole == 0 || (whole > 1 && rest.starts_with('0')) {
        return false;
    }
    let mut rest = &rest[whole..];
    if let Some(after) = rest.strip_prefix('.') {
        let fraction = digits(after);
        if fraction == 0 {
            return false;
        }
        rest = &after[fraction..];
    }
    if let Some(after) = rest.strip_prefix(['e', 'E']) {
        let after = after.strip_prefix(['+', '-']).unwrap_or(after);
        let exponent = digits(after);
        return exponent > 0 && exponent == after.len();
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back() {
        for text in ["", "a", "a&b<c>\"d'", " a\tb\nc\r\nd ", "\u{e4}\u{1f600}"] {
            let mut out = String::new();
            push_attribute(text, &mut out).expect("characters of XML");
            assert_eq!(attribute(&out).as_deref(), Ok(text), "{out}");
        }
        assert_eq!(attribute("a\r\nb\nc\td").as_deref(), Ok("a b c d"));
        assert_eq!(attribute("&#228;&#xE4;&apos;").as_deref(), Ok("\u{e4}\u{e4}'"));
    }

    #[test]
    fn what_is_no_value() {
        for (text, cause) in [
            ("&nbsp;", XmlCause::Entity),
            ("&#0;", XmlCause::Entity),
            ("&#x;", XmlCause::Entity),
            ("&#+1;", XmlCause::Entity),
            ("&#xD800;", XmlCause::Entity),
            ("&#99999999999;", XmlCause::Entity),
            ("&amp", XmlCause::Syntax),
            ("a<b", XmlCause::Syntax),
            ("a\u{1}", XmlCause::Character),
            ("\u{fffe}", XmlCause::Character),
        ] {
            assert_eq!(attribute(text), Err(cause), "{text}");
        }
        assert_eq!(push_attribute("\u{b}", &mut String::new()), Err(XmlCause::NotInXml));
    }

    #[test]
    fn numbers() {
        for good in ["0", "-0", "1.50", "-12e+3", "1E400"] {
            assert!(is_number(good), "{good}");
        }
        for bad in ["", "-", "+1", "01", "1.", ".5", "1e", "1e+", " 1", "1 ", "0x1", "NaN", "1,5"] {
            assert!(!is_number(bad), "{bad}");
        }
    }
}
