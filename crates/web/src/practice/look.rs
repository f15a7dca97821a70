//! `POST /{cell}/look`: language, theme, keys. Good for those who are not signed in, too.
//!
//! State: none; the browser keeps it in cookies, and the keyholder the language of whoever is signed in.

use super::page::Around;
use super::{Route, see_other};
use crate::answer::Answer;
use crate::web::Web;
use http::header::SET_COOKIE;
use salus_frame::LookChange;
use salus_records::Asker;

pub(super) const ROUTES: &[Route] = &[("POST", "/{cell}/look")];

/// Sets what the form says, and goes back to where it was sent from.
pub(super) fn answer(around: &Around<'_>, fields: &[(String, String)], has_tls: bool) -> Answer {
    let to = fields.iter().find(|(name, _)| name == "to").map_or("", |(_, value)| value.as_str());
    let to = local(&around.base, to).unwrap_or(&around.base);
    let change = fields.iter().find_map(|(name, value)| LookChange::from_field(name, value));
    let answer = see_other(around, to);
    match change {
        Some(change) => answer.header(SET_COOKIE, change.set_cookie(has_tls)),
        None => answer,
    }
}

/// Keeps a chosen language for the person, who then reads it at other desks, too. Whether it can be kept changes nothing here.
pub(super) async fn remember(web: &Web, asker: &Asker, fields: &[(String, String)]) {
    let change = fields.iter().find_map(|(name, value)| LookChange::from_field(name, value));
    if let Some(LookChange::Language(language)) = change {
        let _ = web.records.trust().choose_language(asker, language.tag().to_owned()).await;
    }
}

/// A path of this cell, and of nobody else's.
pub(crate) fn local<'a>(base: &str, to: &'a str) -> Option<&'a str> {
    let rest = to.strip_prefix(base)?;
    let is_path = rest.is_empty() || rest.starts_with('/') || rest.starts_with('?');
    let is_plain = to.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    (is_path && is_plain && !base.is_empty() && !to.starts_with("//")).then_some(to)
}

#[cfg(test)]
mod tests {
    use super::local;

    #[test]
    fn the_way_back_stays_in_the_cell() {
        for good in ["/praxis", "/praxis/today?day=2026-01-01", "/praxis?x"] {
            assert_eq!(local("/praxis", good), Some(good));
        }
        for bad in [
            "",
            "//evil.example",
            "/andere/today",
            "/praxis2",
            "https://evil.example/praxis",
            "/praxis/\r\nx: y",
            "/praxis\\..\\x",
        ] {
            assert_eq!(local("/praxis", bad), None, "{bad:?}");
        }
        assert_eq!(local("", "//evil.example"), None);
    }
}
