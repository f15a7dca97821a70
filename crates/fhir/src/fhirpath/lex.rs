//! FHIRPath's words: names, numbers, strings, moments and signs. Knows no grammar.

use super::Fault;

/// A word of an expression.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Word {
    Name(String),
    /// A name in backquotes: never a keyword.
    Quoted(String),
    Number(String),
    Text(String),
    /// What stands behind `@`.
    Moment(String),
    /// `$this` and its like.
    Dollar(String),
    /// `%resource` and its like.
    Percent(String),
    Sign(&'static str),
}

const SIGNS: [&str; 24] = [
    "<=", ">=", "!=", "!~", "(", ")", "[", "]", "{", "}", ".", ",", "=", "~", "<", ">", "+", "-", "*", "/",
    "|", "&", "!", ":",
];

/// The words of `text`.
pub(super) fn words(text: &str) -> Result<Vec<Word>, Fault> {
    let mut out = Vec::new();
    let mut rest = text;
    loop {
        rest = blank(rest)?;
        let Some(first) = rest.chars().next() else { return Ok(out) };
        let (word, after) = match first {
            '\'' => quoted(rest, '\'').map(|(text, after)| (Word::Text(text), after))?,
            '`' => quoted(rest, '`').map(|(name, after)| (Word::Quoted(name), after))?,
            // The standard has no double quotes. Drafts of it had names in them, which follow a full stop; published profiles have
            // strings in them.
            '"' => {
                let is_name = out.last() == Some(&Word::Sign("."));
                let word = if is_name { Word::Quoted } else { Word::Text };
                quoted(rest, '"').map(|(text, after)| (word(text), after))?
            }
            '@' => {
                let end = rest[1..]
                    .find(|c: char| !(c.is_ascii_alphanumeric() || "-:.+".contains(c)))
                    .map_or(rest.len(), |at| at + 1);
                // A full stop at the end begins a function.
                let (moment, after) = moment_end(&rest[1..end])
                    .map_or((&rest[1..end], &rest[end..]), |at| (&rest[1..=at], &rest[at + 1..]));
                (Word::Moment(moment.to_owned()), after)
            }
            '$' => name(&rest[1..])
                .map(|(name, after)| (Word::Dollar(name.to_owned()), after))
                .ok_or(Fault::Syntax)?,
            '%' => percent(rest)?,
            '0'..='9' => number(rest),
            first if first.is_ascii_alphabetic() || first == '_' => {
                let (name, after) = name(rest).ok_or(Fault::Syntax)?;
                (Word::Name(name.to_owned()), after)
            }
            _ => {
                let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign)).ok_or(Fault::Syntax)?;
                (Word::Sign(sign), &rest[sign.len()..])
            }
        };
        out.push(word);
        rest = after;
    }
}

/// Without white space and comments at the start.
fn blank(mut rest: &str) -> Result<&str, Fault> {
    loop {
        rest = rest.trim_start();
        if let Some(comment) = rest.strip_prefix("//") {
            rest = comment.split_once('\n').map_or("", |(_, after)| after);
        } else if let Some(comment) = rest.strip_prefix("/*") {
            rest = comment.split_once("*/").ok_or(Fault::Syntax)?.1;
        } else {
            return Ok(rest);
        }
    }
}

fn name(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

fn percent(rest: &str) -> Result<(Word, &str), Fault> {
    let after = &rest[1..];
    if let Some(first) = after.chars().next().filter(|first| matches!(first, '`' | '\'' | '"')) {
        return quoted(after, first).map(|(name, after)| (Word::Percent(name), after));
    }
    let end =
        after.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-')).unwrap_or(after.len());
    if end == 0 {
        return Err(Fault::Syntax);
    }
    Ok((Word::Percent(after[..end].to_owned()), &after[end..]))
}

fn number(rest: &str) -> (Word, &str) {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let mut end = digits(rest);
    if rest[end..].starts_with('.') && digits(&rest[end + 1..]) > 0 {
        end += 1 + digits(&rest[end + 1..]);
    }
    (Word::Number(rest[..end].to_owned()), &rest[end..])
}

/// Where a moment ends when a `.` that is no fraction follows it.
fn moment_end(text: &str) -> Option<usize> {
    let at = text.find('.')?;
    let is_fraction = text[..at].contains(':') && text[at + 1..].starts_with(|c: char| c.is_ascii_digit());
    (!is_fraction).then_some(at)
}

/// What stands between quotes, escapes undone.
fn quoted(rest: &str, quote: char) -> Result<(String, &str), Fault> {
    let mut out = String::new();
    let mut characters = rest.char_indices().skip(1);
    while let Some((at, character)) = characters.next() {
        if character == quote {
            return Ok((out, &rest[at + quote.len_utf8()..]));
        }
        if character != '\\' {
            out.push(character);
            continue;
        }
        match characters.next().ok_or(Fault::Syntax)?.1 {
            'n' => out.push('\n'),
            'r' => out.push('\r'),
            't' => out.push('\t'),
            'f' => out.push('\u{c}'),
            'u' => {
                let hex: String = characters.by_ref().take(4).map(|(_, digit)| digit).collect();
                let code = u32::from_str_radix(&hex, 16).map_err(|_| Fault::Syntax)?;
                out.push(char::from_u32(code).ok_or(Fault::Syntax)?);
            }
            // The standard names no other; what is written by hand has them in regular expressions.
            other @ ('\'' | '"' | '`' | '\\' | '/') => out.push(other),
            other => out.extend(['\\', other]),
        }
    }
    Err(Fault::Syntax)
}
