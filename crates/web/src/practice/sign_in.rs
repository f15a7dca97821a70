//! Signing in at the door and out again: `GET /{cell}/sign-in`, `GET` and `POST /{cell}/signed-in`, `POST /{cell}/sign-out`, `GET /{cell}/signed-out`;
//! and to one's own passkeys, which are the door's: `GET /{cell}/passkeys`.
//!
//! The application's side of OAuth's code flow with PKCE (RFC 6749, 7636, 9207). The browser keeps verifier, state and where it was
//! going in a cookie of its own until it comes back from the door with a code, which the keyholder exchanges for a session.
//!
//! Never: sees a passkey's assertion; leads anywhere but into the cell that was asked for. State: none; the browser keeps the
//! session in a cookie.

use super::look::local;
use super::page::Around;
use super::session::{Received, cookie_name, session_cookie};
use super::{Page, Rail, Route, see_other};
use crate::answer::Answer;
use crate::outcome::DPOP_NONCE;
use crate::query::encode_query;
use crate::web::Web;
use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::{HeaderName, SET_COOKIE, WWW_AUTHENTICATE};
use http::request::Parts;
use http::{HeaderValue, Method, StatusCode};
use salus_frame::assets::WORKER;
use salus_frame::cookies::cookie;
use salus_frame::{PAGE_HEADERS, Words};
use salus_records::people::{PAGES_CLIENT_NAME, Redeem};
use salus_records::{Asker, Cell, Pkce, Purpose, Refusal, Token, TrustError};
use std::sync::Arc;
use zeroize::Zeroizing;

pub(super) const ROUTES: &[Route] = &[
    ("GET", "/{cell}/sign-in"),
    ("GET", "/{cell}/signed-in"),
    ("POST", "/{cell}/signed-in"),
    ("GET", "/{cell}/proof"),
    ("GET", "/{cell}/worker.js"),
    ("POST", "/{cell}/sign-out"),
    ("GET", "/{cell}/signed-out"),
    ("GET", "/{cell}/passkeys"),
];

/// How long somebody may stay at the door, in seconds.
const FLOW_S: u32 = 3_600;
/// The longest way back that is kept, in bytes; a longer one leads to today.
const MAX_TARGET_BYTES: usize = 1_024;

/// A request, of somebody who need not be signed in.
pub(super) struct Asked<'a> {
    pub web: &'a Web,
    pub cell: &'a Arc<Cell>,
    pub parts: &'a Parts,
    pub received: &'a Received,
    pub pattern: &'a str,
    pub address: [u8; 16],
}

#[derive(Template)]
#[template(path = "practice/sign_in.html")]
struct Said<'a> {
    t: Words,
    title: &'a str,
    text: &'a str,
    /// Where the button leads.
    again: Option<String>,
}

#[derive(Template)]
#[template(path = "practice/bind.html")]
struct Bind<'a> {
    t: Words,
    code: &'a str,
    state: &'a str,
    iss: &'a str,
    /// Where somebody signs in once more.
    again: String,
}

#[derive(Template)]
#[template(path = "practice/unproved.html")]
struct Unproved<'a> {
    t: Words,
    method: &'static str,
    here: &'a str,
    sign_in: String,
    home: String,
}

/// What the browser keeps while somebody is at the door.
pub(super) struct Flow {
    pub pkce: Pkce,
    pub target: String,
}

pub(super) async fn answer(around: &Around<'_>, asked: &Asked<'_>) -> Answer {
    match asked.pattern {
        "/{cell}/sign-in" => begin(around, asked),
        "/{cell}/signed-in" if asked.parts.method == Method::POST => finish(around, asked).await,
        "/{cell}/signed-in" => bind(around, asked),
        "/{cell}/proof" => nonce(asked.web).await,
        "/{cell}/worker.js" => worker(),
        "/{cell}/sign-out" => sign_out(around, asked).await,
        "/{cell}/passkeys" => passkeys(around, asked),
        _ => say(around, StatusCode::OK, "signed-out", "signed-out-what", Some("")),
    }
}

/// To the page of one's passkeys at the door, which knows by the cell's name where to come back to.
fn passkeys(around: &Around<'_>, asked: &Asked<'_>) -> Answer {
    let Some(door) = &asked.web.door_url else {
        return say(around, StatusCode::OK, "sign-in", "sign-in-away", None);
    };
    see_other(
        around,
        &encode_query(&format!("{door}/passkeys"), &[("cell".to_owned(), around.cell.to_owned())]),
    )
}

/// To the door, with a request that only this browser can end.
fn begin(around: &Around<'_>, asked: &Asked<'_>) -> Answer {
    let Some(door) = &asked.web.door_url else {
        return say(around, StatusCode::OK, "sign-in", "sign-in-away", None);
    };
    let Ok(pkce) = Pkce::draw() else {
        return say(around, StatusCode::SERVICE_UNAVAILABLE, "sign-in", "sign-in-failed-what", Some(""));
    };
    let flow = Flow::new(pkce, around, first(asked.query(), "to"));
    let own = |name: &str, value: String| (name.to_owned(), value);
    let to = encode_query(
        &format!("{door}/authorize"),
        &[
            own("response_type", "code".into()),
            own("client_id", PAGES_CLIENT_NAME.into()),
            own("cell", around.cell.into()),
            own("redirect_uri", format!("{}{}/signed-in", asked.web.public_base_url, around.base)),
            own("code_challenge", flow.pkce.challenge()),
            own("code_challenge_method", "S256".into()),
            own("state", flow.pkce.state.clone()),
        ],
    );
    see_other(around, &to).header(SET_COOKIE, flow.cookie(around.cell))
}

/// Back from the door, if this browser asked for it: a page whose script makes the key that the session is bound to, and sends the code with
/// a proof of it.
fn bind(around: &Around<'_>, asked: &Asked<'_>) -> Answer {
    let (flow, _) = match returned(around, asked, asked.query()) {
        Ok(returned) => returned,
        Err(target) => return failed(around, &target),
    };
    let t = around.words();
    let value = |name: &str| first(asked.query(), name).unwrap_or_default();
    let (code, state, iss) = (value("code"), value("state"), value("iss"));
    let body = Bind { t, code, state, iss, again: sign_in_address(around, &flow.target) };
    Page::new(Rail::Nowhere, t.say("bind"), &body).around(around, None)
}

/// The sign-in that this browser began, and the door's code; else where it was going.
fn returned(
    around: &Around<'_>,
    asked: &Asked<'_>,
    sent: &[(String, String)],
) -> Result<(Flow, Token), String> {
    let flow =
        cookie(&asked.parts.headers, &flow_name(around.cell)).and_then(|text| Flow::parse(text, around));
    let Some(flow) = flow else { return Err(String::new()) };
    let is_own = first(sent, "state").is_some_and(|state| flow.pkce.is_own(state));
    // Whose answer it is (RFC 9207): without, another server's code could be slipped in.
    let is_doors = first(sent, "iss") == asked.web.door_url.as_deref();
    let code = first(sent, "code").and_then(Token::parse);
    match code.filter(|_| is_own && is_doors) {
        Some(code) => Ok((flow, code)),
        None => Err(flow.target),
    }
}

fn failed(around: &Around<'_>, target: &str) -> Answer {
    let answer = say(around, StatusCode::BAD_REQUEST, "sign-in-failed", "sign-in-failed-what", Some(target));
    forget(answer, &flow_name(around.cell))
}

/// What the browser's proofs are to repeat. It is no secret.
async fn nonce(web: &Web) -> Answer {
    match web.records.trust().proof_nonce().await {
        Ok(nonce) => Answer::new(StatusCode::NO_CONTENT).header(DPOP_NONCE, nonce),
        Err(_) => Answer::new(StatusCode::SERVICE_UNAVAILABLE),
    }
}

/// The worker that proves the key with what the cell's pages ask for.
fn worker() -> Answer {
    let mut answer = Answer::new(StatusCode::OK).body("text/javascript; charset=utf-8", WORKER);
    for (name, value) in PAGE_HEADERS {
        answer.headers.insert(name, value);
    }
    answer
}

/// Nothing shows that the session is used where it belongs: a page that fetches the worker back and asks again, once.
pub(super) fn unproved(around: &Around<'_>) -> Answer {
    let t = around.words();
    let (sign_in, home) = (sign_in_address(around, ""), format!("{}/today", around.base));
    let method = if around.is_sent { "POST" } else { "GET" };
    let body = Unproved { t, method, here: &around.here, sign_in, home };
    let page = Page::new(Rail::Nowhere, t.say("unproved"), &body).status(StatusCode::UNAUTHORIZED);
    let mut answer = page.around(around, None);
    if around.is_part {
        let mut said = String::new();
        crate::query::percent_encode(&mut said, &t.say("unproved-stuck"));
        answer = answer.header(HeaderName::from_static("salus-say"), said);
    }
    answer.header(WWW_AUTHENTICATE, HeaderValue::from_static("DPoP algs=\"ES256\""))
}

/// The code becomes a session that is bound to the proof's key, if this browser asked for it.
async fn finish(around: &Around<'_>, asked: &Asked<'_>) -> Answer {
    let (flow, code) = match returned(around, asked, &asked.received.form) {
        Ok(returned) => returned,
        Err(target) => return failed(around, &target),
    };
    let redeem = Redeem {
        cell: asked.cell.id(),
        code,
        verifier: flow.pkce.verifier.to_string(),
        proof: asked.received.proof.clone(),
        address: asked.address,
    };
    match asked.web.records.trust().redeem(redeem).await {
        Ok(signed_in) => {
            let session = session_cookie(around.cell, &signed_in.token, signed_in.expires_s);
            let target = home(around, asked, &signed_in.token, flow.target).await;
            let answer = forget(see_other(around, &target), &flow_name(around.cell));
            add_cookie(answer, &session)
        }
        Err(TrustError::Refused(Refusal::StaleProof)) => {
            let answer = nonce(asked.web).await;
            Answer { status: StatusCode::UNAUTHORIZED, ..answer }
        }
        Err(TrustError::Refused(_)) => failed(around, &flow.target),
        Err(_) => {
            let status = StatusCode::SERVICE_UNAVAILABLE;
            say(around, status, "sign-in-failed", "sign-in-failed-what", Some(&flow.target))
        }
    }
}

/// Where somebody begins who asked for nothing else: who administers has no patients to see today.
async fn home(around: &Around<'_>, asked: &Asked<'_>, token: &Token, target: String) -> String {
    if target != format!("{}/today", around.base) {
        return target;
    }
    let who = asked.web.records.trust().who(&asked.asker(token.clone())).await;
    match who {
        Ok(who) if who.role == "practice-administrator" => format!("{}/admin", around.base),
        Ok(who) if who.role == "patient" => format!("{}/me", around.base),
        _ => target,
    }
}

async fn sign_out(around: &Around<'_>, asked: &Asked<'_>) -> Answer {
    let name = cookie_name(around.cell);
    let token = cookie(&asked.parts.headers, &name).and_then(Token::parse);
    if let Some(token) = token
        && asked.web.records.trust().end_session(&asked.asker(token)).await.is_err()
    {
        // Signed out in this browser only would be a session that lives on.
        let status = StatusCode::SERVICE_UNAVAILABLE;
        return say(around, status, "sign-out-failed", "sign-out-failed-what", None);
    }
    forget(see_other(around, &format!("{}/signed-out", around.base)), &name)
}

/// A page with a title, a sentence, and a button that leads to the door; from there to `target`, or today.
fn say(around: &Around<'_>, status: StatusCode, title: &str, text: &str, target: Option<&str>) -> Answer {
    let t = around.words();
    let again = target.map(|target| sign_in_address(around, target));
    let (title, text) = (t.say(title), t.say(text));
    let body = Said { t, title: &title, text: &text, again };
    Page::new(Rail::Nowhere, title.clone(), &body).status(status).around(around, None)
}

/// Where somebody signs in who is then led to `target`, or to today.
fn sign_in_address(around: &Around<'_>, target: &str) -> String {
    let path = format!("{}/sign-in", around.base);
    match target {
        "" => path,
        target => encode_query(&path, &[("to".to_owned(), target.to_owned())]),
    }
}

impl<'a> Asked<'a> {
    fn asker(&self, token: Token) -> Asker {
        let (cell, address, proof) = (self.cell.id(), self.address, self.received.proof.clone());
        Asker { token, proof, cell, purpose: Purpose::Treatment, address }
    }

    fn query(&self) -> &'a [(String, String)] {
        &self.received.query
    }
}

fn first<'a>(sent: &'a [(String, String)], name: &str) -> Option<&'a str> {
    sent.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

impl Flow {
    /// One that leads back to a page of the cell; without one, to today.
    pub(super) fn new(pkce: Pkce, around: &Around<'_>, to: Option<&str>) -> Self {
        let wanted = to.filter(|to| to.len() <= MAX_TARGET_BYTES).and_then(|to| local(&around.base, to));
        let target = wanted.map_or_else(|| format!("{}/today", around.base), str::to_owned);
        Self { pkce, target }
    }

    fn cookie(&self, cell: &str) -> String {
        self.cookie_named(&flow_name(cell))
    }

    pub(super) fn cookie_named(&self, name: &str) -> String {
        let target = URL_SAFE_NO_PAD.encode(&self.target);
        let value = format!("{}.{}.{target}", *self.pkce.verifier, self.pkce.state);
        format!("{name}={value}; Path=/; Max-Age={FLOW_S}; Secure; HttpOnly; SameSite=Lax")
    }

    /// The browser's owner may have written it: what it leads to is looked at again.
    pub(super) fn parse(text: &str, around: &Around<'_>) -> Option<Self> {
        let (verifier, rest) = text.split_once('.')?;
        let (state, target) = rest.split_once('.')?;
        let target = String::from_utf8(URL_SAFE_NO_PAD.decode(target).ok()?).ok()?;
        let target = local(&around.base, &target)?.to_owned();
        let pkce = Pkce { verifier: Zeroizing::new(verifier.to_owned()), state: state.to_owned() };
        Some(Self { pkce, target })
    }
}

/// The name of the cookie that holds a sign-in under way.
fn flow_name(cell: &str) -> String {
    format!("__Host-salus-flow.{cell}")
}

fn forget(answer: Answer, name: &str) -> Answer {
    add_cookie(answer, &format!("{name}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax"))
}

fn add_cookie(mut answer: Answer, cookie: &str) -> Answer {
    if let Ok(value) = HeaderValue::try_from(cookie) {
        answer.headers.append(SET_COOKIE, value);
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;
    use salus_frame::{Language, Look, Theme};

    fn around() -> Around<'static> {
        Around {
            look: Look { language: Language::De, theme: Theme::System, keys: true },
            base: "/praxis".into(),
            cell: "praxis",
            here: "/praxis/sign-in".into(),
            is_part: false,
            is_sent: false,
            is_cut_off: false,
        }
    }

    #[test]
    fn what_the_browser_keeps_comes_back_and_leads_nowhere_else() {
        let flow = Flow { pkce: Pkce::draw().unwrap(), target: "/praxis/patient/1?a=b&c".into() };
        let cookie = flow.cookie("praxis");
        let (name, rest) = cookie.split_once('=').unwrap();
        assert_eq!(name, "__Host-salus-flow.praxis");
        let (value, attributes) = rest.split_once(';').unwrap();
        for attribute in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(attributes.contains(attribute), "{attribute}");
        }
        let again = Flow::parse(value, &around()).unwrap();
        assert_eq!((again.target, &again.pkce.state), (flow.target.clone(), &flow.pkce.state));
        assert_eq!(*again.pkce.verifier, *flow.pkce.verifier);
        for target in ["//evil.example", "https://evil.example", "/andere/today", ""] {
            let value = format!("v.s.{}", URL_SAFE_NO_PAD.encode(target));
            assert!(Flow::parse(&value, &around()).is_none(), "{target}");
        }
        for broken in ["", "v", "v.s", "v.s.!", "v.s._w"] {
            assert!(Flow::parse(broken, &around()).is_none(), "{broken}");
        }
    }
}
