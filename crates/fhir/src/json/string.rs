//! JSON strings: from the escaped form and back. Knows nothing of documents.

/// Undoes the escapes of what stands between the quotes. The parser has checked them; a sequence that is no escape
/// is kept as it is.
pub(crate) fn unescape(inside: &str) -> String {
    let mut out = String::with_capacity(inside.len());
    let mut rest = inside;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        let (plain, escape) = rest.split_at(at);
        out.push_str(plain);
        match one(escape) {
            Some((character, length)) => {
                out.push(character);
                rest = &escape[length..];
            }
            None => {
                out.push('\\');
                rest = &escape[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

/// The character that the escape at the start of `text` stands for, and the escape's length in bytes.
fn one(text: &str) -> Option<(char, usize)> {
    let plain = |character| Some((character, 2));
    match text.as_bytes().get(1)? {
        b'"' => plain('"'),
        b'\\' => plain('\\'),
        b'/' => plain('/'),
        b'b' => plain('\u{8}'),
        b'f' => plain('\u{c}'),
        b'n' => plain('\n'),
        b'r' => plain('\r'),
        b't' => plain('\t'),
        b'u' => {
            let high = four_hex(text.as_bytes(), 2)?;
            match char::from_u32(high) {
                Some(character) => Some((character, 6)),
                None => {
                    let low = four_hex(text.as_bytes(), 8)?;
                    let code = 0x1_0000
                        + ((high.wrapping_sub(0xD800) & 0x3FF) << 10)
                        + (low.wrapping_sub(0xDC00) & 0x3FF);
                    char::from_u32(code).map(|character| (character, 12))
                }
            }
        }
        _ => None,
    }
}

/// The number that four hexadecimal digits at `at` make.
pub(super) fn four_hex(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.iter().try_fold(0, |sum, digit| Some(sum * 16 + char::from(*digit).to_digit(16)?))
}

/// `text` as a JSON string, quotes included; escapes only what must be escaped.
pub fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if control < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(control))),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}
