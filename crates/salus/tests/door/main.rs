//! The door as browsers speak to it: links, passkeys, codes and sessions over HTTP, with each process killed in the middle.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod export;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use salus_passkey::authenticator::{Algorithm, Authenticator};
use salus_testkit::http::{Response, request};
use salus_testkit::server::wait_for;
use salus_testkit::{Server, Start, run};
use salus_trust_api::dpop::{ProofKey, Statement};
use serde_json::{Value, json};

struct Demo {
    server: Server,
    file: Value,
    /// That of the one browser in which everybody signs in.
    key: ProofKey,
}

/// A sign-in under way in one browser.
struct Flow {
    /// What the door is asked with.
    request: Value,
    /// The browser's cookie.
    cookie: String,
}

impl Demo {
    fn start() -> Self {
        Self::with_patients(1)
    }

    fn with_patients(patients: u32) -> Self {
        let server = Server::start_with(&Start { patients, ..Start::default() });
        let text = std::fs::read(server.data.join("demo.json")).unwrap();
        let key = ProofKey::generate().unwrap();
        Self { server, file: serde_json::from_slice(&text).unwrap(), key }
    }

    fn door_url(&self) -> &str {
        self.file["door_url"].as_str().unwrap()
    }

    fn person(&self, cell: usize, role: &str) -> &Value {
        let people = self.file["cells"][cell]["people"].as_array().unwrap();
        people.iter().find(|person| person["role"] == role).unwrap()
    }

    /// The secret of a person's link.
    fn secret(&self, cell: usize, role: &str, link: &str) -> String {
        secret_of(self.person(cell, role)[link].as_str().unwrap())
    }

    /// As the door's own script asks.
    fn ask(&self, path: &str, body: &Value) -> Result<Value, u16> {
        let headers = [("content-type", "application/json"), ("sec-fetch-site", "same-origin")];
        let url = format!("{}{path}", self.door_url());
        let answer = request("POST", &url, &headers, body.to_string().as_bytes()).map_err(|_| 0u16)?;
        if answer.status != 200 {
            return Err(answer.status);
        }
        let answer = answer.json();
        if answer["error"].is_string() { Err(200) } else { Ok(answer) }
    }

    /// Makes a passkey by a link.
    fn register(&self, secret: &str) -> Authenticator {
        let opened = self.ask("/invitation/open", &json!({"secret": secret})).unwrap();
        let rp_id = opened["make"]["rpId"].as_str().unwrap();
        let mut authenticator = Authenticator::new(Algorithm::Es256, self.door_url(), rp_id).unwrap();
        let made =
            authenticator.create(&bytes(&opened["make"]["challenge"]), &bytes(&opened["make"]["user"]));
        let made = json!({
            "clientData": URL_SAFE_NO_PAD.encode(made.client_data),
            "attestation": URL_SAFE_NO_PAD.encode(made.attestation),
            "label": "laptop",
        });
        self.ask("/invitation/finish", &json!({"secret": secret, "made": made, "language": "de"})).unwrap();
        authenticator
    }

    fn cell(&self, cell: usize) -> &str {
        &self.server.cells[cell].name
    }

    fn get(&self, path: &str, cookie: &str) -> std::io::Result<Response> {
        request("GET", &format!("{}{path}", self.server.base_url), &[("cookie", cookie)], b"")
    }

    /// Where the record server sends a browser that wants to sign in.
    fn begin(&self, cell: usize) -> Flow {
        let answer = self.get(&format!("/{}/sign-in", self.cell(cell)), "").unwrap();
        assert_eq!(answer.status, 303);
        let (address, query) = answer.header("location").unwrap().split_once('?').unwrap();
        assert_eq!(address, format!("{}/authorize", self.door_url()));
        let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap());
        let request = pairs.map(|(name, value)| (name.to_owned(), json!(value))).collect();
        Flow { request: Value::Object(request), cookie: cookie_of(&answer) }
    }

    /// The passkey's answer to a challenge for a request.
    fn used(&self, request: &Value, authenticator: &mut Authenticator) -> Value {
        let wanted = self.ask("/authorize/begin", request).unwrap();
        answered(authenticator, &wanted)
    }

    fn finish(&self, request: &Value, used: &Value) -> Result<String, u16> {
        let answer = self.ask("/authorize/finish", &json!({"request": request, "used": used}))?;
        let to = answer["to"].as_str().unwrap();
        Ok(to.strip_prefix(&self.server.base_url).unwrap().to_owned())
    }

    /// Signs in; the session's cookie.
    fn sign_in(&self, cell: usize, authenticator: &mut Authenticator) -> String {
        let flow = self.begin(cell);
        let used = self.used(&flow.request, authenticator);
        let to = self.finish(&flow.request, &used).unwrap();
        let answer = self.come_back(&to, &flow.cookie);
        assert_eq!(answer.status, 303, "{}", answer.text());
        session_of(&answer)
    }

    /// What a page's script sends that is led back from the door.
    fn come_back(&self, to: &str, cookie: &str) -> Response {
        let (path, query) = to.split_once('?').unwrap();
        let proof = self.prove("POST", path);
        let headers = [
            ("cookie", cookie),
            ("sec-fetch-site", "same-origin"),
            ("content-type", "application/x-www-form-urlencoded"),
            ("dpop", &proof),
        ];
        request("POST", &format!("{}{path}", self.server.base_url), &headers, query.as_bytes()).unwrap()
    }

    /// A proof of this browser's key.
    fn prove(&self, method: &str, path: &str) -> String {
        let cell = path.split('/').nth(1).unwrap();
        let word = self.get(&format!("/{cell}/proof"), "");
        let address = format!("{}{path}", self.server.base_url);
        // Without a server that says it, it is not good, but is sent.
        let nonce = word.as_ref().ok().and_then(|word| word.header("dpop-nonce"));
        self.key.prove(&Statement { method, address: &address, token: None, nonce, iat_s: 0 }).unwrap()
    }

    fn today(&self, cell: usize, cookie: &str) -> std::io::Result<Response> {
        let path = format!("/{}/today", self.cell(cell));
        let (proof, url) = (self.prove("GET", &path), format!("{}{path}", self.server.base_url));
        request("GET", &url, &[("cookie", cookie), ("dpop", &proof)], b"")
    }

    fn is_signed_in(&self, cell: usize, cookie: &str) -> bool {
        self.today(cell, cookie).is_ok_and(|answer| answer.status == 200)
    }
}

fn secret_of(link: &str) -> String {
    link.split_once("/invitation#").unwrap().1.to_owned()
}

fn bytes(text: &Value) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text.as_str().unwrap()).unwrap()
}

fn answered(authenticator: &mut Authenticator, wanted: &Value) -> Value {
    let answer = authenticator.get(&bytes(&wanted["challenge"]));
    json!({
        "id": URL_SAFE_NO_PAD.encode(&authenticator.credential),
        "clientData": URL_SAFE_NO_PAD.encode(answer.client_data),
        "authenticatorData": URL_SAFE_NO_PAD.encode(answer.authenticator_data),
        "signature": URL_SAFE_NO_PAD.encode(answer.signature),
        "userHandle": URL_SAFE_NO_PAD.encode(&authenticator.user_handle),
    })
}

/// The first cookie that an answer sets, as a browser sends it back.
fn cookie_of(answer: &Response) -> String {
    answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned()
}

fn session_of(answer: &Response) -> String {
    let cookies = answer.headers.iter().filter(|(name, _)| name == "set-cookie");
    let session = cookies.map(|(_, value)| value).find(|value| value.contains("=salus_")).unwrap();
    for attribute in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(session.contains(attribute), "{session}");
    }
    session.split(';').next().unwrap().to_owned()
}

#[test]
fn a_sign_in_survives_each_process_or_is_begun_again() {
    let mut demo = Demo::start();
    let secret = demo.secret(0, "physician", "link");
    // The door knows nothing, so that another one goes on with what one began.
    demo.ask("/invitation/open", &json!({"secret": secret})).unwrap();
    demo.server.kill_and_wait("door");
    wait_for("the door", || demo.ask("/invitation/open", &json!({"secret": secret})).is_ok());
    let mut passkey = demo.register(&secret);
    assert_eq!(demo.ask("/invitation/open", &json!({"secret": secret})), Err(200), "once");

    let flow = demo.begin(0);
    let used = demo.used(&flow.request, &mut passkey);
    demo.server.kill_and_wait("door");
    let mut to = None;
    wait_for("the door", || {
        to = demo.finish(&flow.request, &used).ok();
        to.is_some()
    });
    // The record server keeps nothing either: the browser does.
    demo.server.kill_and_wait("record-server");
    wait_for("the record server", || {
        let page = demo.get(to.as_deref().unwrap(), &flow.cookie);
        page.is_ok_and(|page| page.status == 200)
    });
    let session = session_of(&demo.come_back(to.as_deref().unwrap(), &flow.cookie));
    assert!(demo.is_signed_in(0, &session));
    // A code is good once, and what it began ends when somebody tries again.
    assert_eq!(demo.come_back(to.as_deref().unwrap(), &flow.cookie).status, 400);
    assert!(!demo.is_signed_in(0, &session));

    // The keyholder forgets challenges and codes, and nothing else.
    let session = demo.sign_in(0, &mut passkey);
    let flow = demo.begin(0);
    let used = demo.used(&flow.request, &mut passkey);
    demo.server.kill_and_wait("keyholder");
    wait_for("the session", || demo.is_signed_in(0, &session));
    assert_eq!(demo.finish(&flow.request, &used), Err(200));
    let again = demo.sign_in(0, &mut passkey);
    assert!(demo.is_signed_in(0, &again) && demo.is_signed_in(0, &session));

    // A language that is chosen is the person's, in whichever browser.
    let language_of = |cookie: &str| {
        let page = demo.today(0, cookie).unwrap();
        page.header("content-language").unwrap().to_owned()
    };
    assert_eq!(language_of(&session), "de");
    let url = format!("{}/{}/look", demo.server.base_url, demo.cell(0));
    let form = ("content-type", "application/x-www-form-urlencoded");
    let headers = [("cookie", again.as_str()), ("sec-fetch-site", "same-origin"), form];
    let field = format!("language=fr&dpop={}", demo.prove("POST", &format!("/{}/look", demo.cell(0))));
    assert_eq!(request("POST", &url, &headers, field.as_bytes()).unwrap().status, 303);
    assert_eq!(language_of(&session), "fr");

    // Signing out ends it everywhere, at once.
    let url = format!("{}/{}/sign-out", demo.server.base_url, demo.cell(0));
    let foreign =
        request("POST", &url, &[("cookie", &again), ("sec-fetch-site", "cross-site")], b"").unwrap();
    assert_eq!(foreign.status, 403);
    assert!(demo.is_signed_in(0, &again));
    let own = [("cookie", again.as_str()), ("sec-fetch-site", "same-origin"), form];
    assert_eq!(request("POST", &url, &own, b"").unwrap().status, 503, "without a proof it is somebody else");
    let field = format!("dpop={}", demo.prove("POST", &format!("/{}/sign-out", demo.cell(0))));
    assert_eq!(request("POST", &url, &own, field.as_bytes()).unwrap().status, 303);
    assert!(!demo.is_signed_in(0, &again) && demo.is_signed_in(0, &session));
}

#[test]
fn a_code_is_of_use_to_nobody_but_the_browser_that_asked_for_it() {
    let demo = Demo::start();
    let mut passkey = demo.register(&demo.secret(0, "physician", "link"));
    let (mine, theirs) = (demo.begin(0), demo.begin(0));
    let used = demo.used(&mine.request, &mut passkey);
    // Another request, of the same cell, has a challenge of its own.
    assert_eq!(demo.finish(&theirs.request, &used), Err(200));
    let to = demo.finish(&mine.request, &used).unwrap();
    let other_cell = to.replace(demo.cell(0), demo.cell(1));
    for (path, cookie, why) in [
        (to.as_str(), "", "no browser's"),
        (&to, &theirs.cookie, "another browser's"),
        (&to.replace("state=", "state=x"), &mine.cookie, "another state"),
        (to.split("&iss=").next().unwrap(), &mine.cookie, "nobody says who gave it"),
        (&to.replace("&iss=", "&iss=x"), &mine.cookie, "somebody else gave it"),
        (&other_cell, &mine.cookie, "another cell"),
    ] {
        assert_eq!(demo.get(path, cookie).unwrap().status, 400, "{why}");
        assert_eq!(demo.come_back(path, cookie).status, 400, "{why}");
    }
    assert_eq!(demo.get(&to, &mine.cookie).unwrap().status, 200, "a page whose script makes the key");
    let answer = demo.come_back(&to, &mine.cookie);
    assert_eq!(answer.status, 303);
    let session = session_of(&answer);
    assert!(demo.is_signed_in(0, &session));
    // In another cell it is none, under either name.
    let (_, token) = session.split_once('=').unwrap();
    assert!(!demo.is_signed_in(1, &format!("__Host-salus.{}={token}", demo.cell(1))));
    // The way back leads nowhere else.
    for to in [
        "//evil.example",
        "https://evil.example/",
        "/cabinet-lumiere/today",
        "/praxis-sonnenberg\\@evil.example",
    ] {
        let answer = demo.get(&format!("/{}/sign-in?to={to}", demo.cell(0)), "").unwrap();
        let cookie = cookie_of(&answer);
        let target = cookie.rsplit('.').next().unwrap();
        let target = String::from_utf8(URL_SAFE_NO_PAD.decode(target).unwrap()).unwrap();
        assert_eq!(target, format!("/{}/today", demo.cell(0)), "{to}");
    }
}

#[test]
fn the_door_takes_questions_from_its_own_pages_only_and_keeps_no_secret() {
    let demo = Demo::start();
    let secret = demo.secret(0, "physician", "link");
    let body = json!({"secret": secret}).to_string();
    let url = format!("{}/invitation/open", demo.door_url());
    let json = ("content-type", "application/json");
    for (headers, status) in [
        (vec![json, ("sec-fetch-site", "cross-site")], 403),
        (vec![json, ("sec-fetch-site", "same-site")], 403),
        (vec![json, ("origin", "https://evil.example")], 403),
        (vec![json], 403),
        (vec![("content-type", "text/plain"), ("sec-fetch-site", "same-origin")], 400),
        (vec![json, ("sec-fetch-site", "same-origin")], 200),
        (vec![json, ("origin", demo.door_url())], 200),
    ] {
        assert_eq!(request("POST", &url, &headers, body.as_bytes()).unwrap().status, status, "{headers:?}");
    }
    for path in ["/", "/authorize", "/invitation", "/passkeys", "/lost", "/nowhere"] {
        let page = request("GET", &format!("{}{path}", demo.door_url()), &[], b"").unwrap();
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("-inline"), "{path}");
        assert_eq!(page.header("referrer-policy"), Some("no-referrer"), "{path}");
        assert_eq!(page.header("cache-control"), Some("no-store"), "{path}");
    }
    // Nothing that was written holds a link's secret but the demo's own file.
    let mut holders = Vec::new();
    files_with(&demo.server.data, secret.as_bytes(), &mut holders);
    let holders: Vec<_> = holders.iter().map(|path| path.file_name().unwrap()).collect();
    assert_eq!(holders, ["demo.json"]);
}

fn files_with(folder: &std::path::Path, needle: &[u8], found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files_with(&path, needle, found);
        } else if std::fs::read(&path).is_ok_and(|text| text.windows(needle.len()).any(|part| part == needle))
        {
            found.push(path);
        }
    }
}

#[test]
fn the_command_line_invites_shows_ends_and_brings_back() {
    let demo = Demo::start();
    let data = demo.server.data_text().to_owned();
    let said = |arguments: &[&str]| -> Value {
        let output = run(&[arguments, &["--json", "--data", &data]].concat());
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let fails = |arguments: &[&str]| {
        let output = run(&[arguments, &["--data", &data]].concat());
        assert!(!output.status.success(), "{arguments:?}");
        assert!(String::from_utf8_lossy(&output.stderr).starts_with("salus: "));
    };
    let cell = demo.cell(0);
    let invited =
        said(&["person", "invite", "--cell", cell, "--name", "Dr. Ada Muster", "--role", "physician"]);
    let person = invited["person"].as_str().unwrap();
    let mut passkey = demo.register(&secret_of(invited["link"].as_str().unwrap()));
    let session = demo.sign_in(0, &mut passkey);
    let listed = said(&["person", "list", "--cell", cell]);
    let ada =
        listed["people"].as_array().unwrap().iter().find(|one| one["person"] == person).unwrap().clone();
    assert_eq!(
        (&ada["status"], &ada["sessions"], &ada["passkeys"][0]["label"]),
        (&json!("active"), &json!(1), &json!("laptop"))
    );

    said(&["person", "revoke", "--person", person, "--suspend"]);
    assert!(!demo.is_signed_in(0, &session));
    said(&["person", "revoke", "--person", person, "--restore"]);
    assert!(!demo.is_signed_in(0, &session), "what was ended is not begun again");
    let session = demo.sign_in(0, &mut passkey);
    assert!(demo.is_signed_in(0, &session));
    let shown = said(&["person", "passkeys", "--cell", cell, "--person", person]);
    let id = shown["passkeys"][0]["passkey"].as_str().unwrap();
    said(&["person", "passkeys", "--cell", cell, "--person", person, "--revoke", id]);
    assert!(!demo.is_signed_in(0, &session));
    let again = said(&["person", "recover", "--person", person]);
    let mut passkey = demo.register(&secret_of(again["link"].as_str().unwrap()));
    let session = demo.sign_in(0, &mut passkey);
    said(&["person", "revoke", "--person", person]);
    assert!(!demo.is_signed_in(0, &session));

    said(&["operator", "invite", "--name", "Olga Operator"]);
    assert_eq!(said(&["operator", "list"])["people"][0]["role"], "operator");
    fails(&["person", "invite", "--cell", cell, "--name", "X", "--role", "operator"]);
    fails(&["person", "invite", "--cell", "nowhere", "--name", "X", "--role", "physician"]);
    fails(&["person", "recover", "--person", person]);
    fails(&["person", "recover", "--person", "nobody"]);
}
