//! The headers that keep a page to itself: no script or style but ours, no frame around it, no address told to others.
//!
//! State: none.

use http::HeaderValue;
use http::header::{
    CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};

/// `Content-Security-Policy` of all pages. Nothing inline, nothing evaluated, nothing from elsewhere. Documents are shown in a frame
/// of their own from the same origin.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
     frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What every page is sent with.
pub const PAGE_HEADERS: [(HeaderName, HeaderValue); 7] = [
    (CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static(
            "camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()",
        ),
    ),
];

/// The policy with which pages are sent.
pub fn policy() -> &'static str {
    POLICY
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_lets_nothing_in() {
        assert!(
            !policy().contains(concat!("un", "safe-"))
                && !policy().contains('*')
                && !policy().contains("http")
        );
        assert!(policy().contains("frame-ancestors 'none'") && policy().starts_with("default-src 'none'"));
    }
}
