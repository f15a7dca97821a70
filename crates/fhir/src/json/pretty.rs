//! JSON with a line for each member and element, for people to read. Numbers and strings keep their bytes.

/// `json`, indented by two spaces a level. What is no JSON comes out as something that is none either.
pub fn pretty(json: &str) -> String {
    let bytes = json.as_bytes();
    let mut out = String::with_capacity(json.len() + json.len() / 2);
    let (mut at, mut level) = (0, 0_usize);
    while let Some(byte) = bytes.get(at) {
        let from = at;
        at += 1;
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' => {}
            b'"' => {
                at = string_end(bytes, at);
                out.push_str(json.get(from..at).unwrap_or_default());
            }
            b'{' | b'[' => {
                out.push(char::from(*byte));
                level += 1;
                let next = bytes[at..].iter().find(|next| !next.is_ascii_whitespace());
                if !matches!(next, Some(b'}' | b']')) {
                    line(&mut out, level);
                }
            }
            b'}' | b']' => {
                level = level.saturating_sub(1);
                if !out.ends_with(['{', '[']) {
                    line(&mut out, level);
                }
                out.push(char::from(*byte));
            }
            b',' => {
                out.push(',');
                line(&mut out, level);
            }
            b':' => out.push_str(": "),
            _ => {
                let is_part = |byte: &u8| !matches!(byte, b',' | b':' | b'"' | b'{' | b'}' | b'[' | b']');
                at = from
                    + bytes[from..]
                        .iter()
                        .take_while(|byte| is_part(byte) && !byte.is_ascii_whitespace())
                        .count();
                out.push_str(json.get(from..at).unwrap_or_default());
            }
        }
    }
    out
}

fn line(out: &mut String, level: usize) {
    out.push('\n');
    (0..level).for_each(|_| out.push_str("  "));
}

/// Behind the closing quote of the string whose inside begins at `at`.
fn string_end(bytes: &[u8], mut at: usize) -> usize {
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        at += found + 1;
        if bytes.get(at - 1) == Some(&b'"') {
            return at;
        }
        at += 1;
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::pretty;

    #[test]
    fn a_line_for_each() {
        for (json, expected) in [
            ("{}", "{}"),
            (" [ ] ", "[]"),
            ("1.50", "1.50"),
            (
                r#"{"a":[1, "b\",{",true],"c":{}}"#,
                "{\n  \"a\": [\n    1,\n    \"b\\\",{\",\n    true\n  ],\n  \"c\": {}\n}",
            ),
        ] {
            let made = pretty(json);
            assert_eq!(made, expected);
            assert_eq!(pretty(&made), made);
        }
        for broken in ["", "\"", "\"\\", "}", "]]", "{\"a", "a b", "\u{e4}"] {
            pretty(broken);
        }
    }
}
