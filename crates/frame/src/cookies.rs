//! Cookies of a request (RFC 6265, section 4.2), as far as pages need them.
//!
//! State: none.

use http::HeaderMap;
use http::header::COOKIE;

/// The longest value that is looked at, in bytes.
pub const MAX_COOKIE_BYTES: usize = 4096;

/// The first value of the cookie of this name.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let values = headers.get_all(COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let pairs = values.flat_map(|value| value.split(';'));
    let mut of_name = pairs.filter_map(|pair| pair.trim().split_once('=')).filter(|(key, _)| *key == name);
    of_name.next().map(|(_, value)| value.trim_matches('"')).filter(|value| value.len() <= MAX_COOKIE_BYTES)
}

#[cfg(test)]
mod tests {
    use super::cookie;
    use http::HeaderMap;

    #[test]
    fn cookies_are_found_by_their_whole_name() {
        let mut headers = HeaderMap::new();
        headers.append("cookie", "a=1; ab=\"2\"; c==3".parse().unwrap());
        headers.append("cookie", "d=4".parse().unwrap());
        for (name, value) in
            [("a", Some("1")), ("ab", Some("2")), ("c", Some("=3")), ("d", Some("4")), ("b", None)]
        {
            assert_eq!(cookie(&headers, name), value, "{name}");
        }
    }
}
