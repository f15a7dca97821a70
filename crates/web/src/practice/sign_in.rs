//! `GET /{cell}/sign-in`, `POST /{cell}/sign-out`.
//!
//! State: none; the browser keeps the session in a cookie.

use super::page::Around;
use super::session::cookie_name;
use super::{Page, Rail, Route, see_other};
use crate::answer::Answer;
use askama::Template;
use http::Method;
use http::header::SET_COOKIE;
use http::request::Parts;
use salus_frame::Words;

pub(super) const ROUTES: &[Route] = &[("GET", "/{cell}/sign-in"), ("POST", "/{cell}/sign-out")];

#[derive(Template)]
#[template(path = "practice/sign_in.html")]
struct SignIn {
    t: Words,
}

pub(super) fn answer(around: &Around<'_>, parts: &Parts) -> Answer {
    if parts.method == Method::POST {
        return sign_out(around);
    }
    let t = around.words();
    Page::new(Rail::Nowhere, t.say("sign-in"), &SignIn { t }).around(around, None)
}

fn sign_out(around: &Around<'_>) -> Answer {
    let cookie = format!("{}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax", cookie_name(around.cell));
    see_other(around, &format!("{}/sign-in", around.base)).header(SET_COOKIE, cookie)
}
