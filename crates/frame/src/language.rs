//! The language of a page: what the reader chose, else what the browser asks for.
//!
//! State: none.

/// A language of pages.
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
    /// All of them, in the order of the switch.
    pub const ALL: [Self; 3] = [Self::De, Self::Fr, Self::En];

    /// The language of a tag such as `de` or `fr-CH`.
    pub fn from_tag(tag: &str) -> Option<Self> {
        match tag.trim().split('-').next().unwrap_or_default().to_ascii_lowercase().as_str() {
            "de" => Some(Self::De),
            "fr" => Some(Self::Fr),
            "en" => Some(Self::En),
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

    /// Its own name.
    pub fn name(self) -> &'static str {
        match self {
            Self::De => "Deutsch",
            Self::Fr => "Français",
            Self::En => "English",
        }
    }

    /// The best of the three for an `Accept-Language` header (RFC 9110, section 12.5.4): the highest weight, then the
    /// header's order; English when none fits. What cannot be read does not count.
    pub fn from_accept_language(header: &str) -> Self {
        let mut best: Option<(Self, f32)> = None;
        for range in header.split(',') {
            let mut parts = range.split(';');
            let Some(language) = parts.next().and_then(Self::from_tag) else { continue };
            let weight = parts.find_map(|part| part.trim().strip_prefix("q="));
            let weight = weight.map_or(1.0, |weight| weight.trim().parse().unwrap_or(0.0));
            if weight > 0.0 && best.is_none_or(|(_, highest)| weight > highest) {
                best = Some((language, weight));
            }
        }
        best.map_or_else(Self::default, |(language, _)| language)
    }
}

#[cfg(test)]
mod tests {
    use super::Language::{self, De, En, Fr};

    #[test]
    fn the_highest_weight_wins_and_order_breaks_ties() {
        for (header, expected) in [
            ("", En),
            ("de-DE,de;q=0.9,en;q=0.8", De),
            ("en;q=0.3, fr-CH;q=0.85, de;q=0.8", Fr),
            ("es, it;q=0.9", En),
            ("de;q=0, fr;q=0.001", Fr),
            (";;;q=,,,\u{1F600}", En),
            ("fr;q=bad, de;q=0.2", De),
        ] {
            assert_eq!(Language::from_accept_language(header), expected, "{header}");
        }
    }
}
