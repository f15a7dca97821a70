//! Queries and percent encoding. State: none.

use std::borrow::Cow;

/// The most parameters of a query that are looked at; more make it unreadable.
const MAX_PARAMETERS: usize = 1024;

/// The parameters of a query, in order, decoded. None when it is not readable.
pub(crate) fn parameters(query: &str) -> Option<Vec<(Cow<'_, str>, Cow<'_, str>)>> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let mut all = Vec::new();
    for pair in pairs {
        if all.len() >= MAX_PARAMETERS {
            return None;
        }
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        all.push((form_decode(name)?, form_decode(value)?));
    }
    Some(all)
}

/// The first value of a parameter.
pub(crate) fn first<'a>(query: &'a str, name: &str) -> Option<Cow<'a, str>> {
    if !query.contains(name) {
        return None;
    }
    parameters(query)?.into_iter().find(|(key, _)| key == name).map(|(_, value)| value)
}

/// Decodes a form's value: `+` is a space (WHATWG URL, application/x-www-form-urlencoded).
fn form_decode(text: &str) -> Option<Cow<'_, str>> {
    if text.contains('+') {
        return percent_decode(&text.replace('+', " ")).map(|decoded| Cow::Owned(decoded.into_owned()));
    }
    percent_decode(text)
}

/// Decodes percent encoding (RFC 3986, section 2.1). None when it is broken, or what it gives is not UTF-8.
pub(crate) fn percent_decode(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains('%') {
        return Some(Cow::Borrowed(text));
    }
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let high = char::from(bytes.next()?).to_digit(16)?;
        let low = char::from(bytes.next()?).to_digit(16)?;
        out.push((high * 16 + low) as u8);
    }
    String::from_utf8(out).ok().map(Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_decoded_or_refused() {
        let all = parameters("_id=a%2Cb&x=+y&empty&=v&&").unwrap();
        let all: Vec<_> = all.iter().map(|(name, value)| (&**name, &**value)).collect();
        assert_eq!(all, [("_id", "a,b"), ("x", " y"), ("empty", ""), ("", "v")]);
        for broken in ["a=%", "a=%2", "a=%zz", "a=%ff"] {
            assert!(parameters(broken).is_none(), "{broken}");
        }
        assert_eq!(first("a=1&b=2&b=3", "b").as_deref(), Some("2"));
        assert_eq!(first("a=1", "b"), None);
        assert!(parameters(&"a&".repeat(2000)).is_none());
    }
}
