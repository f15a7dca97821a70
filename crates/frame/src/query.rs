//! Queries and percent encoding. State: none.

use std::borrow::Cow;

/// The most parameters of a query that are looked at; more make it unreadable.
const MAX_PARAMETERS: usize = 1024;

/// The parameters of a query, in order, decoded. None when it is not readable.
pub fn parameters(query: &str) -> Option<Vec<(Cow<'_, str>, Cow<'_, str>)>> {
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
pub fn first<'a>(query: &'a str, name: &str) -> Option<Cow<'a, str>> {
    if !query.contains(name) {
        return None;
    }
    parameters(query)?.into_iter().find(|(key, _)| key == name).map(|(_, value)| value)
}

/// An address with a query of these parameters.
pub fn encode_query(path: &str, parameters: &[(String, String)]) -> String {
    let mut out = path.to_owned();
    for (at, (name, value)) in parameters.iter().enumerate() {
        out.push(if at == 0 { '?' } else { '&' });
        percent_encode(&mut out, name);
        out.push('=');
        percent_encode(&mut out, value);
    }
    out
}

/// Encodes all but what may stand in a query and means nothing there (RFC 3986, section 3.4).
pub fn percent_encode(out: &mut String, text: &str) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:/,$*@!()".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            for digit in [byte >> 4, byte & 15] {
                out.push(char::from(DIGITS[usize::from(digit)]));
            }
        }
    }
}

/// Decodes a form's value: `+` is a space (WHATWG URL, application/x-www-form-urlencoded).
fn form_decode(text: &str) -> Option<Cow<'_, str>> {
    if text.contains('+') {
        return percent_decode(&text.replace('+', " ")).map(|decoded| Cow::Owned(decoded.into_owned()));
    }
    percent_decode(text)
}

/// Decodes percent encoding (RFC 3986, section 2.1). None when it is broken, or what it gives is not UTF-8.
pub fn percent_decode(text: &str) -> Option<Cow<'_, str>> {
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
    fn what_is_encoded_decodes_to_itself() {
        let pairs = [("name:contains", "Mü ller&=#+%"), ("identifier", "http://x/y|1,2"), ("", "")];
        let owned: Vec<_> =
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let address = encode_query("http://h/c", &owned);
        assert!(address.is_ascii() && !address.contains([' ', '|', '#', '"']), "{address}");
        let (_, query) = address.split_once('?').unwrap();
        let decoded = parameters(query).unwrap();
        let decoded: Vec<_> = decoded.iter().map(|(name, value)| (&**name, &**value)).collect();
        assert_eq!(decoded, pairs);
        assert_eq!(encode_query("http://h/c", &[]), "http://h/c");
    }

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
