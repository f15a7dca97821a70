//! How a reader wants pages to look: language, theme, keys. Kept in cookies that say nothing about anybody.
//!
//! State: none.

use crate::Language;
use crate::cookies::cookie;
use http::HeaderMap;
use http::header::ACCEPT_LANGUAGE;

/// How long a choice is kept by the browser, in seconds.
const KEPT_S: u32 = 400 * 24 * 3600;

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// As the system has it.
    #[default]
    System,
    /// Light
    Light,
    /// Dark
    Dark,
}

impl Theme {
    /// Its word in cookies and forms.
    pub fn code(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    fn from_code(code: &str) -> Option<Self> {
        [Self::System, Self::Light, Self::Dark].into_iter().find(|theme| theme.code() == code)
    }
}

/// How the reader wants pages to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// The language of the words.
    pub language: Language,
    /// Light or dark.
    pub theme: Theme,
    /// Whether single letters are keys. Somebody who dictates, say, turns them off (WCAG 2.2, 2.1.4).
    pub keys: bool,
}

impl Look {
    /// What the cookies say. Of the language, what the person chose comes first: at a desk of several the cookie is of whoever chose last. Without
    /// either, what the browser asks for.
    pub fn of(headers: &HeaderMap, persons: Option<Language>) -> Self {
        let wanted =
            || headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let language = persons.or_else(|| cookie(headers, "salus-language").and_then(Language::from_tag));
        Self {
            language: language.unwrap_or_else(|| Language::from_accept_language(wanted())),
            theme: cookie(headers, "salus-theme").and_then(Theme::from_code).unwrap_or_default(),
            keys: cookie(headers, "salus-keys") != Some("off"),
        }
    }
}

/// A change of the look, from a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LookChange {
    /// Another language.
    Language(Language),
    /// Another theme.
    Theme(Theme),
    /// Keys on or off.
    Keys(bool),
}

impl LookChange {
    /// The change that a form's field says.
    pub fn from_field(name: &str, value: &str) -> Option<Self> {
        match name {
            "language" => Language::from_tag(value).map(Self::Language),
            "theme" => Theme::from_code(value).map(Self::Theme),
            "keys" => Some(Self::Keys(value == "on")),
            _ => None,
        }
    }

    /// The value of `Set-Cookie`; `secure` where pages come by TLS. Scripts may read it: it says nothing about anybody.
    pub fn set_cookie(self, secure: bool) -> String {
        let (name, value) = match self {
            Self::Language(language) => ("salus-language", language.tag()),
            Self::Theme(theme) => ("salus-theme", theme.code()),
            Self::Keys(on) => ("salus-keys", if on { "on" } else { "off" }),
        };
        let secure = if secure { "; Secure" } else { "" };
        format!("{name}={value}; Path=/; Max-Age={KEPT_S}; SameSite=Lax{secure}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_chosen_comes_before_what_the_browser_asks_for() {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_LANGUAGE, "fr".parse().unwrap());
        assert_eq!(Look::of(&headers, None).language, Language::Fr);
        assert_eq!(Look::of(&headers, Some(Language::De)).language, Language::De);
        headers.insert("cookie", "salus-language=en; salus-theme=dark; salus-keys=off".parse().unwrap());
        assert_eq!(Look::of(&headers, Some(Language::De)).language, Language::De, "another's at this desk");
        let look = Look::of(&headers, None);
        assert_eq!(look, Look { language: Language::En, theme: Theme::Dark, keys: false });
        headers.insert("cookie", "salus-language=xx; salus-theme=\"><script>".parse().unwrap());
        let look = Look::of(&headers, None);
        assert_eq!(look, Look { language: Language::Fr, theme: Theme::System, keys: true });
    }

    #[test]
    fn a_change_becomes_a_cookie() {
        let dark = LookChange::from_field("theme", "dark").unwrap();
        assert!(dark.set_cookie(true).starts_with("salus-theme=dark; Path=/;"));
        assert!(dark.set_cookie(true).ends_with("; Secure"));
        assert_eq!(LookChange::from_field("theme", "neon"), None);
        assert_eq!(LookChange::from_field("to", "/x"), None);
    }
}
