//! The door's pages: their frame, their words, and those that only say something.
//!
//! State: none.

use crate::desk::Desk;
use askama::Template;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_TYPE, LOCATION, SET_COOKIE, VARY};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};
use salus_frame::{Catalogue, Frame, Look, LookChange, PAGE_HEADERS, Words, assets, icon, query, sources};
use std::sync::{Arc, LazyLock};

static WORDS: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::new(&[sources!("door")]));
/// The script of the ceremonies.
const SCRIPT: &str = include_str!("../assets/door.js");
const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// The words in a reader's language.
pub(crate) fn words(headers: &HeaderMap) -> Words {
    WORDS.words(Look::of(headers, None).language)
}

/// A page whose title and body are these, as an answer that nobody keeps.
pub(crate) fn show(
    headers: &HeaderMap,
    here: &Uri,
    status: StatusCode,
    title: &str,
    body: &impl Template,
) -> Response {
    let look = Look::of(headers, None);
    let page = Frame {
        look,
        title,
        nav: None,
        look_action: Some("/look"),
        here: here.path_and_query().map_or("/", |here| here.as_str()),
        banner: "",
        side: "",
        keys: &[],
        // It writes into a string, and fails only where a value's own formatting does: none of ours can.
        body: &body.render().unwrap_or_default(),
    }
    .render();
    let mut response = (status, page).into_response();
    let own = response.headers_mut();
    own.extend(PAGE_HEADERS);
    own.insert(CONTENT_TYPE, HTML);
    own.insert(CACHE_CONTROL, NO_STORE);
    own.insert(CONTENT_LANGUAGE, HeaderValue::from_static(look.language.tag()));
    own.insert(VARY, HeaderValue::from_static("accept-language, cookie"));
    response
}

/// A page that says something: a title, some sentences, and where to go.
#[derive(Template)]
#[template(path = "say.html")]
struct Say {
    icon: &'static str,
    title: String,
    text: Vec<String>,
    links: Vec<(&'static str, String)>,
}

fn say(
    headers: &HeaderMap,
    here: &Uri,
    status: StatusCode,
    (icon_name, title): (&str, &str),
    text: &[&str],
    links: &[(&'static str, &str)],
) -> Response {
    let t = words(headers);
    let title = t.say(title).into_owned();
    let body = Say {
        icon: icon(icon_name),
        title: title.clone(),
        text: text.iter().map(|key| t.say(key).into_owned()).collect(),
        links: links.iter().map(|(to, key)| (*to, t.say(key).into_owned())).collect(),
    };
    show(headers, here, status, &title, &body)
}

/// `GET /`
pub(crate) async fn front(headers: HeaderMap, here: Uri) -> Response {
    let links = [("/passkeys", "my-passkeys"), ("/lost", "lost")];
    say(&headers, &here, StatusCode::OK, ("person", "front"), &["front-what"], &links)
}

/// `GET /lost`: whom to ask. It names nobody: strangers read it, too.
pub(crate) async fn lost(headers: HeaderMap, here: Uri) -> Response {
    let text = ["lost-second", "lost-administrator", "lost-administrators", "lost-stolen"];
    say(&headers, &here, StatusCode::OK, ("person", "lost"), &text, &[("/passkeys", "my-passkeys")])
}

/// A request that no application of ours makes.
pub(crate) fn bad_request(headers: &HeaderMap, here: &Uri) -> Response {
    say(headers, here, StatusCode::BAD_REQUEST, ("alert", "bad-request"), &["bad-request-what"], &[])
}

/// Nothing is asked for that could be given.
pub(crate) fn no_request(headers: &HeaderMap, here: &Uri) -> Response {
    say(headers, here, StatusCode::NOT_FOUND, ("clock", "raise-none"), &["raise-none-what"], &[])
}

/// Whatever else.
pub(crate) async fn unknown(headers: HeaderMap, here: Uri) -> Response {
    say(&headers, &here, StatusCode::NOT_FOUND, ("search", "unknown"), &["unknown-what"], &[("/", "front")])
}

/// It took too long.
pub(crate) fn unavailable() -> Response {
    StatusCode::SERVICE_UNAVAILABLE.into_response()
}

/// `GET /healthz`
pub(crate) async fn health() -> Response {
    ([(CACHE_CONTROL, NO_STORE)], "ok\n").into_response()
}

/// `POST /look`: language and theme, kept by the browser.
pub(crate) async fn look(State(desk): State<Arc<Desk>>, headers: HeaderMap, body: Bytes) -> Response {
    if !desk.is_own(&headers) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let fields: Vec<(String, String)> = form(&body);
    let to = fields.iter().find(|(name, _)| name == "to").map_or("/", |(_, value)| value.as_str());
    let to = HeaderValue::from_str(if is_local(to) { to } else { "/" });
    let change = fields.iter().find_map(|(name, value)| LookChange::from_field(name, value));
    let mut response = StatusCode::SEE_OTHER.into_response();
    response.headers_mut().insert(LOCATION, to.unwrap_or(HeaderValue::from_static("/")));
    let cookie = change.and_then(|change| HeaderValue::try_from(change.set_cookie(desk.is_secure)).ok());
    if let Some(cookie) = cookie {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    response
}

/// A form's fields.
fn form(body: &[u8]) -> Vec<(String, String)> {
    let fields = query::parameters(std::str::from_utf8(body).unwrap_or_default()).unwrap_or_default();
    fields.into_iter().map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

/// A path of the door.
fn is_local(to: &str) -> bool {
    let is_plain = to.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    to.starts_with('/') && !to.starts_with("//") && is_plain
}

/// `GET /assets/{file}`
pub(crate) async fn asset(headers: HeaderMap, here: Uri) -> Response {
    let (kind, text, keep) = match assets::find(here.path()) {
        Some((asset, true)) => (asset.content_type, asset.bytes, assets::KEEP),
        Some((asset, false)) => (asset.content_type, asset.bytes, "no-cache"),
        None if here.path() == "/assets/door.js" => ("text/javascript; charset=utf-8", SCRIPT, "no-cache"),
        None => return unknown(headers, here).await,
    };
    let own = [
        (CONTENT_TYPE, HeaderValue::from_static(kind)),
        (CACHE_CONTROL, HeaderValue::from_static(keep)),
        (HeaderName::from_static("x-content-type-options"), HeaderValue::from_static("nosniff")),
        (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    ];
    (own, text).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn the_three_languages_say_the_same() {
        assert_eq!(WORDS.findings(), Vec::<String>::new());
    }

    /// What templates and sources say is there.
    #[test]
    fn what_the_pages_say_is_there() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let known = WORDS.keys();
        for entry in std::fs::read_dir(root.join("templates")).unwrap() {
            let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            for start in ["say(\"", "say_with(\""] {
                for key in text.split(start).skip(1).filter_map(|rest| rest.split('"').next()) {
                    assert!(known.contains(key), "{key}");
                }
            }
        }
    }

    #[test]
    fn the_way_back_stays_at_the_door() {
        assert!(is_local("/authorize?state=1&cell=praxis") && is_local("/"));
        for bad in ["", "//evil.example", "https://evil.example", "/\r\nx: y", "/\\evil"] {
            assert!(!is_local(bad), "{bad}");
        }
        let fields = form(b"to=%2Flost&language=fr");
        assert_eq!(fields, [("to".into(), "/lost".into()), ("language".into(), "fr".into())]);
    }

    #[test]
    fn the_script_makes_no_html_and_asks_nobody_else() {
        for risky in
            ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "http:", "https:"]
        {
            assert!(!SCRIPT.contains(risky), "{risky}");
        }
    }
}
