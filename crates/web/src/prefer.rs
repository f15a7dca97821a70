//! `Prefer: return=…` (RFC 7240, FHIR R4 section 3.1.0.1.5.3). State: none.

use http::HeaderMap;

/// What the answer to a write holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Return {
    /// Nothing.
    Minimal,
    /// The resource.
    Representation,
    /// An OperationOutcome.
    OperationOutcome,
}

/// What the client prefers; what it does not say, or is not known, is the default.
pub(crate) fn preferred(headers: &HeaderMap, default: Return) -> Return {
    let values = headers.get_all("prefer").into_iter().filter_map(|value| value.to_str().ok());
    for preference in values.flat_map(|value| value.split([',', ';'])) {
        match preference.trim().strip_prefix("return=").map(|value| value.trim_matches('"')) {
            Some("minimal") => return Return::Minimal,
            Some("representation") => return Return::Representation,
            Some("OperationOutcome") => return Return::OperationOutcome,
            _ => {}
        }
    }
    default
}

/// `Prefer: handling=lenient` (FHIR R4, section 3.1.1.1): what is not understood of a search is left out.
pub(crate) fn is_lenient(headers: &HeaderMap) -> bool {
    let values = headers.get_all("prefer").into_iter().filter_map(|value| value.to_str().ok());
    let mut preferences = values.flat_map(|value| value.split([',', ';']));
    let handling = preferences.find_map(|preference| preference.trim().strip_prefix("handling="));
    handling.is_some_and(|value| value.trim_matches('"') == "lenient")
}

/// `Prefer: respond-async` (RFC 7240, section 4.1): the answer may come later.
pub(crate) fn is_async(headers: &HeaderMap) -> bool {
    let values = headers.get_all("prefer").into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split([',', ';'])).any(|preference| preference.trim() == "respond-async")
}

/// What of the client's preferences is followed, as the header Preference-Applied says it (RFC 7240, section 3); none when
/// nothing is. `writes` says whether something is written, else something is searched for.
pub(crate) fn applied(headers: &HeaderMap, writes: bool) -> Option<&'static str> {
    let values = headers.get_all("prefer").into_iter().filter_map(|value| value.to_str().ok());
    let mut preferences = values.flat_map(|value| value.split([',', ';'])).map(str::trim);
    let known = |wanted: &[(&str, &'static str)], preference: &str| {
        let bare = preference.replace('"', "");
        wanted.iter().find(|(name, _)| *name == bare).map(|(_, name)| *name)
    };
    let wanted: &[(&str, &str)] = if writes {
        &[
            ("return=minimal", "return=minimal"),
            ("return=representation", "return=representation"),
            ("return=OperationOutcome", "return=OperationOutcome"),
        ]
    } else {
        &[("handling=lenient", "handling=lenient"), ("handling=strict", "handling=strict")]
    };
    preferences.find_map(|preference| known(wanted, preference))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_followed_is_said() {
        let mut headers = HeaderMap::new();
        headers.insert("prefer", "respond-async, return=\"minimal\"; handling=lenient".parse().unwrap());
        assert_eq!(applied(&headers, true), Some("return=minimal"));
        assert_eq!(applied(&headers, false), Some("handling=lenient"));
        headers.insert("prefer", "return=everything".parse().unwrap());
        assert_eq!((applied(&headers, true), applied(&headers, false)), (None, None));
        assert_eq!(applied(&HeaderMap::new(), true), None);
    }

    #[test]
    fn the_first_known_preference_counts() {
        for (value, expected) in [
            ("return=minimal", Return::Minimal),
            ("respond-async, return=OperationOutcome", Return::OperationOutcome),
            ("handling=strict; return=\"representation\"", Return::Representation),
            ("return=everything", Return::Representation),
            ("", Return::Representation),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("prefer", value.parse().unwrap());
            assert_eq!(preferred(&headers, Return::Representation), expected, "{value}");
        }
    }

    #[test]
    fn searches_are_strict_unless_the_client_says_lenient() {
        for (value, expected) in [
            ("handling=lenient", true),
            ("return=minimal, handling=\"lenient\"", true),
            ("handling=strict, handling=lenient", false),
            ("lenient", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("prefer", value.parse().unwrap());
            assert_eq!(is_lenient(&headers), expected, "{value}");
        }
        assert!(!is_lenient(&HeaderMap::new()));
    }
}
