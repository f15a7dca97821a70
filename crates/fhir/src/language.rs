//! The three languages Salus speaks. Picks one; translates nothing itself.

/// A language of messages and pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Language {
    /// German
    De,
    /// French
    Fr,
    /// English, when nothing else is asked for.
    #[default]
    En,
}

impl Language {
    /// The best of the three for an `Accept-Language` header (RFC 9110, section 12.5.4): highest weight first, then
    /// the header's order; English when none fits. Never fails: what it cannot read does not count.
    pub fn from_accept_language(header: &str) -> Self {
        let mut best: Option<(Self, u16)> = None;
        for range in header.split(',') {
            let mut parts = range.split(';');
            let Some(language) = parts.next().and_then(|tag| Self::from_tag(tag.trim())) else { continue };
            let weight =
                parts.find_map(|part| part.trim().strip_prefix("q=").map(thousandths)).unwrap_or(1000);
            if weight > 0 && best.is_none_or(|(_, highest)| weight > highest) {
                best = Some((language, weight));
            }
        }
        best.map_or_else(Self::default, |(language, _)| language)
    }

    /// The language of a tag such as `de`, `fr-CH` or `*` (which is English).
    pub fn from_tag(tag: &str) -> Option<Self> {
        match tag.split('-').next().unwrap_or_default().to_ascii_lowercase().as_str() {
            "de" => Some(Self::De),
            "fr" => Some(Self::Fr),
            "en" | "*" => Some(Self::En),
            _ => None,
        }
    }

    /// The BCP 47 tag: `de`, `fr` or `en`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::De => "de",
            Self::Fr => "fr",
            Self::En => "en",
        }
    }
}

/// A weight such as `0.85` in thousandths; 0 when it is none.
fn thousandths(weight: &str) -> u16 {
    let (whole, fraction) = weight.trim().split_once('.').unwrap_or((weight.trim(), ""));
    let padded = format!("{fraction:0<3}");
    match (whole.parse::<u16>(), padded.get(..3).and_then(|digits| digits.parse::<u16>().ok())) {
        (Ok(0), Some(digits)) => digits,
        (Ok(1), _) => 1000,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::Language::{self, De, En, Fr};

    #[test]
    fn the_highest_weight_wins_and_order_breaks_ties() {
        for (header, expected) in [
            ("", En),
            ("de", De),
            ("de-DE,de;q=0.9,en;q=0.8", De),
            ("en;q=0.3, fr-CH;q=0.85, de;q=0.8", Fr),
            ("es, it;q=0.9", En),
            ("es, fr;q=0.1", Fr),
            ("de;q=0, fr;q=0.001", Fr),
            ("*;q=0.5, DE;q=0.6", De),
            (";;;q=,,,\u{1F600}", En),
            ("fr;q=bad, de;q=0.2", De),
        ] {
            assert_eq!(Language::from_accept_language(header), expected, "{header}");
        }
    }
}
