//! Pages of a session that is bound to a browser's key, over HTTP: the page that a browser gets which comes back from the door, and what it
//! gets without a proof.

use crate::admin_people::code_for;
use crate::support::{Http, Reply, Salus};
use salus_trust_api::dpop::{ProofKey, Statement};

const BASE: &str = "https://salus.example";
const FORM: &str = "application/x-www-form-urlencoded";

/// A browser with a key.
struct Browser<'a> {
    salus: &'a Salus,
    key: ProofKey,
    cookie: String,
}

impl Browser<'_> {
    fn prove(&self, method: &str, path: &str) -> String {
        let nonce = self.send("GET", "/praxis/proof", &[], "");
        assert_eq!(nonce.status, 204);
        let address = format!("{BASE}{path}");
        let nonce = nonce.header("dpop-nonce");
        // Its clock is wrong by years, which changes nothing.
        self.key.prove(&Statement { method, address: &address, token: None, nonce, iat_s: 1 }).unwrap()
    }

    fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Reply {
        let mut all = vec![("Cookie", self.cookie.as_str()), ("Sec-Fetch-Site", "same-origin")];
        all.extend([("Accept", "text/html"), ("Accept-Language", "en"), ("Content-Type", FORM)]);
        all.extend_from_slice(headers);
        Http::new(self.salus.address()).send(method, path, &all, body.as_bytes())
    }

    fn get(&self, path: &str) -> Reply {
        self.send("GET", path, &[("DPoP", &self.prove("GET", path))], "")
    }
}

/// The value of a cookie that an answer sets, with its name.
fn set(reply: &Reply, name: &str) -> String {
    let all = reply.headers.iter().filter(|(header, _)| header == "set-cookie");
    let mut own =
        all.filter_map(|(_, value)| value.split(';').next()).filter(|value| value.starts_with(name));
    own.next().unwrap().to_owned()
}

#[test]
fn a_browser_comes_back_with_a_key_and_is_nobody_without_it() {
    let salus = Salus::bound_at(BASE);
    salus.cell("praxis");
    let mut browser = Browser { salus: &salus, key: ProofKey::generate().unwrap(), cookie: String::new() };
    let begun = browser.send("GET", "/praxis/sign-in", &[], "");
    let door = begun.header("location").unwrap();
    let parameter = |name: &str| {
        let rest = door.split(&format!("{name}=")).nth(1).unwrap();
        rest.split('&').next().unwrap().to_owned()
    };
    browser.cookie = set(&begun, "__Host-salus-flow.praxis=");
    let code = code_for(&salus, "praxis", &parameter("code_challenge"), BASE);
    let back = format!("code={}&state={}&iss=http://localhost:1", *code.to_text(), parameter("state"));
    let page = browser.send("GET", &format!("/praxis/signed-in?{back}"), &[], "");
    assert_eq!(page.status, 200, "{}", page.text());
    assert!(page.text().contains("data-binds") && page.headers.iter().all(|(name, _)| name != "set-cookie"));
    let proof = browser.prove("POST", "/praxis/signed-in");
    let sent = browser.send("POST", "/praxis/signed-in", &[("HX-Request", "true"), ("DPoP", &proof)], &back);
    assert_eq!((sent.status, sent.header("hx-redirect")), (200, Some("/praxis/today")), "{}", sent.text());
    browser.cookie = set(&sent, "__Host-salus.praxis=");

    assert_eq!(browser.get("/praxis/today").status, 200);
    let bare = browser.send("GET", "/praxis/today", &[], "");
    assert_eq!(bare.status, 401);
    assert!(bare.text().contains("data-unproved=\"GET\"") && !bare.text().contains("class=\"whose\""));
    let old = browser.key.prove(&Statement {
        method: "GET",
        address: &format!("{BASE}/praxis/today"),
        token: None,
        nonce: Some("of an hour ago"),
        iat_s: 1,
    });
    let stale = browser.send("GET", "/praxis/today", &[("DPoP", &old.unwrap())], "");
    assert!(stale.status == 401 && stale.header("dpop-nonce").is_some());
    let thief = Browser { key: ProofKey::generate().unwrap(), cookie: browser.cookie.clone(), ..browser };
    assert_eq!(thief.get("/praxis/today").status, 303, "a key of the thief's own");

    // A form that leads to a page brings its proof as a field; a part that is led on is told where.
    let field = |path: &str| {
        let proof = browser.prove("POST", path);
        format!("language=fr&to=/praxis/today&dpop={proof}")
    };
    let looked = browser.send("POST", "/praxis/look", &[], &field("/praxis/look"));
    assert_eq!(looked.header("location"), Some("/praxis/today"));
    assert!(browser.get("/praxis/today").text().contains("lang=\"fr\""), "it is kept for the person");
    let led = browser.send("POST", "/praxis/look", &[("Salus-Leads", "1")], &field("/praxis/look"));
    assert_eq!((led.status, led.header("salus-lead-to")), (200, Some("/praxis/today")));
    let worker = browser.send("GET", "/praxis/worker.js", &[], "");
    assert_eq!(worker.header("content-type"), Some("text/javascript; charset=utf-8"));
    // Whoever could make the browser send a form from elsewhere has no proof for it.
    assert_eq!(browser.send("POST", "/praxis/sign-out", &[], "").status, 503);
    let out = format!("dpop={}", browser.prove("POST", "/praxis/sign-out"));
    assert_eq!(
        browser.send("POST", "/praxis/sign-out", &[], &out).header("location"),
        Some("/praxis/signed-out")
    );
    assert_eq!(browser.get("/praxis/today").status, 303);
}
