//! Clients that prove a key of their own (RFC 9449), and thieves who have everything else, over HTTP.

use crate::support::{Cell, FHIR_JSON, Http, Reply, Salus};
use salus_seal::entry::{Event, Refusal};
use salus_trust_api::Token;
use salus_trust_api::dpop::{ProofKey, Statement};
use salus_trust_api::wire::AdminAsk;
use serde_json::json;
use std::time::{SystemTime, UNIX_EPOCH};

const BASE: &str = "https://salus.example";
const FORM: &str = "application/x-www-form-urlencoded";

impl Salus {
    /// As behind a proxy, at an address that is known before it starts.
    pub fn at(public_url: &str) -> Self {
        Self::started(public_url, false)
    }

    /// The same, and people's sessions are bound to a key, as they are outside of tests.
    pub fn bound_at(public_url: &str) -> Self {
        Self::started(public_url, true)
    }

    pub fn started(public_url: &str, binds_sessions: bool) -> Self {
        let mut salus = Self::start();
        public_url.clone_into(&mut salus.public_url);
        salus.binds_sessions = binds_sessions;
        salus.stop_server();
        salus.stop_keyholder();
        salus.start_keyholder();
        salus.start_server();
        salus
    }

    /// Names a client as one whose tokens are good without proof.
    pub fn allow_bearer(&self, cell: &Cell) {
        let client = salus_seal::ClientId::parse(&cell.client).unwrap();
        self.admin().ask(AdminAsk::Bearer { client, allowed: true }).unwrap();
    }
}

fn now_s() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// A client as RFC 9449 wants it: asks, and asks again with the nonce that it is told.
struct Client<'a> {
    cell: &'a Cell,
    key: ProofKey,
    token: Option<Token>,
    nonce: Option<String>,
}

impl<'a> Client<'a> {
    fn new(cell: &'a Cell) -> Self {
        Self { cell, key: ProofKey::generate().unwrap(), token: None, nonce: None }
    }

    fn prove(&self, method: &str, path: &str) -> String {
        let (token, nonce) = (self.token.as_ref(), self.nonce.as_deref());
        let address = format!("{BASE}{path}");
        self.key.prove(&Statement { method, address: &address, token, nonce, iat_s: now_s() }).unwrap()
    }

    fn ask_for_token(&self, proof: Option<&str>) -> Reply {
        let Cell { client, secret, name, .. } = self.cell;
        let form = format!("grant_type=client_credentials&client_id={client}&client_secret={secret}");
        let mut headers = vec![("Content-Type", FORM)];
        headers.extend(proof.map(|proof| ("DPoP", proof)));
        self.cell.http().send("POST", &format!("/{name}/oauth/token"), &headers, form.as_bytes())
    }

    fn signed_in(mut self) -> Self {
        let reply = self.ask_for_token(Some(&self.prove("POST", "/praxis/oauth/token")));
        assert_eq!((reply.status, &reply.json()["token_type"]), (200, &json!("DPoP")), "{}", reply.text());
        self.token = Token::parse(reply.json()["access_token"].as_str().unwrap());
        self
    }

    fn authorization(&self, scheme: &str) -> String {
        format!("{scheme} {}", *self.token.as_ref().unwrap().to_text())
    }

    fn send(&self, method: &str, path: &str, proofs: &[&str], body: &[u8]) -> Reply {
        let authorization = self.authorization("DPoP");
        let mut headers = vec![("Authorization", authorization.as_str()), ("Content-Type", FHIR_JSON)];
        headers.extend(proofs.iter().map(|proof| ("DPoP", *proof)));
        Http::new(self.cell.address).send(method, path, &headers, body)
    }

    fn get(&self, path: &str) -> Reply {
        self.send("GET", path, &[&self.prove("GET", path)], b"")
    }
}

/// Many records are one request, and one proof is enough for all that it asks.
fn imports_by_one_proof(client: &Client<'_>) {
    let path = "/praxis/fhir/$import";
    let (authorization, proof) = (client.authorization("DPoP"), client.prove("POST", path));
    let kind = ("Content-Type", "application/fhir+ndjson");
    let headers = [("Authorization", authorization.as_str()), ("DPoP", proof.as_str()), kind];
    let lines = "{\"resourceType\":\"Patient\"}\n".repeat(210);
    let done = Http::new(client.cell.address).send("POST", path, &headers, lines.as_bytes());
    assert_eq!(done.status, 200, "{}", done.text());
    let said = done.json()["parameter"].as_array().unwrap().clone();
    let count = |at: usize| said[at]["valueUnsignedInt"].as_u64().unwrap();
    let (lines, refused, left) = (count(0), count(1), count(2));
    let created = said[3]["part"][1]["valueUnsignedInt"].as_u64().unwrap();
    // However slow the machine is: what was not begun in time is left, and said.
    assert_eq!((lines, refused, created + left), (210, 0, 210));
    assert!(created > 0);
}

/// A batch that takes longer than its proof is good for is answered for each entry: what was done is not done twice.
#[test]
fn what_a_batch_has_no_time_for_is_said_of_each_entry() {
    let mut salus = Salus::at(BASE);
    let mut cell = salus.cell("praxis");
    salus.limits.batch_ms = 100;
    salus.stop_server();
    salus.start_server();
    cell.address = salus.address();
    let client = Client::new(&cell).signed_in();
    let path = "/praxis/fhir";
    let send = |count: usize| {
        let entry =
            json!({"resource": {"resourceType": "Patient"}, "request": {"method": "POST", "url": "Patient"}});
        let batch = json!({"resourceType": "Bundle", "type": "batch", "entry": vec![entry; count]});
        let reply = client.send("POST", path, &[&client.prove("POST", path)], batch.to_string().as_bytes());
        assert_eq!(reply.status, 200, "{}", reply.text());
        let answers = reply.json()["entry"].as_array().unwrap().clone();
        assert_eq!(answers.len(), count);
        answers
    };
    let answers = send(1_500);
    let with = |status: &str| {
        let of =
            |answer: &&serde_json::Value| answer["response"]["status"].as_str().unwrap().starts_with(status);
        answers.iter().filter(of).cloned().collect::<Vec<_>>()
    };
    let (made, left) = (with("201"), with("503"));
    assert!(!made.is_empty() && !left.is_empty() && made.len() + left.len() == 1_500, "{}", made.len());
    assert!(made.iter().all(|one| one["response"]["location"].is_string()));
    let issue = &left[0]["response"]["outcome"]["issue"][0];
    assert_eq!(issue["code"], "timeout");
    assert!(issue["details"]["text"].as_str().unwrap().contains("Send it again"));
    // As many are there as were said to be.
    let count = client.get("/praxis/fhir/Patient?_summary=count");
    assert_eq!(count.json()["total"], made.len(), "{}", count.text());
    // Whoever is nobody is told that, and nothing of entries.
    let nobody = Client { token: Some(Token::random().unwrap()), ..Client::new(&cell) };
    let batch = br#"{"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":"Patient/1"}}]}"#;
    assert_eq!(nobody.send("POST", path, &[&nobody.prove("POST", path)], batch).status, 401);
}

/// A request that is answered later is proved once, and whoever fetches its answer proves the key anew.
fn is_answered_later_by_proofs(client: &Client<'_>) {
    let path = "/praxis/fhir/Patient";
    let (authorization, proof) = (client.authorization("DPoP"), client.prove("GET", path));
    let prefers = ("Prefer", "respond-async");
    let headers = [("Authorization", authorization.as_str()), ("DPoP", proof.as_str()), prefers];
    let begun = Http::new(client.cell.address).send("GET", path, &headers, b"");
    assert_eq!(begun.status, 202, "{}", begun.text());
    let location = begun.header("content-location").unwrap().strip_prefix(BASE).unwrap().to_owned();
    let thief = Client { token: client.token.clone(), ..Client::new(client.cell) };
    assert_eq!(client.send("GET", &location, &[], b"").status, 401, "a copied token");
    assert_eq!(client.send("GET", &location, &[&proof], b"").status, 401, "the request's own proof");
    assert_eq!(thief.get(&location).status, 401, "another key");
    let done = loop {
        let reply = client.get(&location);
        if reply.status != 202 {
            break reply;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    };
    let entry = &done.json()["entry"][0];
    let (status, kind) = (&entry["response"]["status"], &entry["resource"]["type"]);
    assert_eq!((done.status, status, kind), (200, &json!("200 OK"), &json!("searchset")), "{}", done.text());
}

const PATIENT: &[u8] = br#"{"resourceType":"Patient"}"#;

#[test]
fn a_client_proves_its_key_and_a_copied_token_opens_nothing() {
    let salus = Salus::at(BASE);
    let cell = salus.cell("praxis");
    let client = Client::new(&cell).signed_in();
    let path = "/praxis/fhir/Patient";
    let made = client.send("POST", path, &[&client.prove("POST", path)], PATIENT);
    assert_eq!(made.status, 201, "{}", made.text());
    let path = format!("{path}/{}", made.json()["id"].as_str().unwrap());
    let proof = client.prove("GET", &path);
    assert_eq!(client.send("GET", &format!("{path}?_format=json"), &[&proof], b"").status, 200);
    // What a thief has: the token, and a key of their own; or a proof of another request, method, cell, place.
    let thief = Client { token: client.token.clone(), ..Client::new(&cell) };
    let nobody = Client { token: Some(Token::random().unwrap()), ..Client::new(&cell) };
    let stranger = nobody.get(&path).without_date();
    let challenge = "DPoP realm=\"salus\", error=\"invalid_token\", algs=\"ES256\"";
    assert_eq!((stranger.status, stranger.header("www-authenticate")), (401, Some(challenge)));
    let unsigned = format!("{}.", client.prove("GET", &path).rsplit_once('.').unwrap().0);
    let huge = "A".repeat(9_000);
    for (name, proofs) in [
        ("none", vec![]),
        ("another key's", vec![thief.prove("GET", &path)]),
        ("another request's", vec![client.prove("GET", "/praxis/fhir/Patient/other")]),
        ("another cell's", vec![client.prove("GET", "/andere/fhir/Patient")]),
        ("another method's", vec![client.prove("POST", &path)]),
        ("two", vec![client.prove("GET", &path), client.prove("GET", &path)]),
        ("unsigned", vec![unsigned]),
        ("nonsense", vec!["x".to_owned()]),
        ("huge", vec![huge]),
    ] {
        let proofs: Vec<&str> = proofs.iter().map(String::as_str).collect();
        assert_eq!(client.send("GET", &path, &proofs, b"").without_date(), stranger, "{name}");
    }
    let bearer = client.authorization("Bearer");
    for headers in
        [vec![("Authorization", bearer.as_str())], vec![("Authorization", &bearer), ("DPoP", &proof)]]
    {
        let reply = Http::new(cell.address).send("GET", &path, &headers, b"");
        assert_eq!(reply.status, 401, "{}", reply.text());
    }
    assert_eq!(client.get(&path).status, 200, "the client itself goes on");
    imports_by_one_proof(&client);
    let refused = |why| {
        let entries = salus.log("praxis").into_iter().filter(|entry| entry.lasting.event == Event::Refused);
        entries.filter(|entry| entry.fleeting.as_ref().unwrap().refused == Some(why)).count()
    };
    assert_eq!((refused(Refusal::NoProof), refused(Refusal::BadProof)), (3, 8));
    is_answered_later_by_proofs(&client);
}

#[test]
fn a_proof_made_before_another_start_of_the_keyholder_is_asked_for_again_with_its_word() {
    let mut salus = Salus::at(BASE);
    let cell = salus.cell("praxis");
    let mut client = Client::new(&cell).signed_in();
    let path = "/praxis/fhir/Patient/nobody";
    let proof = client.prove("GET", path);
    assert_eq!(client.send("GET", path, &[&proof], b"").status, 404);
    salus.stop_keyholder();
    salus.start_keyholder();
    let mut reply = client.send("GET", path, &[&proof], b"");
    for _ in 0..200 {
        if reply.status != 503 {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
        reply = client.send("GET", path, &[&proof], b"");
    }
    assert_eq!(reply.status, 401);
    assert!(reply.header("www-authenticate").unwrap().contains("use_dpop_nonce"));
    client.nonce = reply.header("dpop-nonce").map(str::to_owned);
    assert_eq!(client.get(path).status, 404);
}

#[test]
fn a_token_is_given_for_a_proof_or_to_those_who_are_named() {
    let salus = Salus::at(BASE);
    let cell = salus.cell("praxis");
    let client = Client::new(&cell);
    let refused = client.ask_for_token(None);
    assert_eq!((refused.status, &refused.json()["error"]), (400, &json!("invalid_dpop_proof")));
    for path in ["/praxis/fhir", "/praxis/oauth/token/", "/andere/oauth/token"] {
        let refused = client.ask_for_token(Some(&client.prove("POST", path)));
        assert_eq!((refused.status, &refused.json()["error"]), (400, &json!("invalid_dpop_proof")), "{path}");
    }
    let old = Statement {
        method: "POST",
        address: &format!("{BASE}/praxis/oauth/token"),
        token: None,
        nonce: None,
        iat_s: now_s() - 100,
    };
    let refused = client.ask_for_token(Some(&client.key.prove(&old).unwrap()));
    assert_eq!((refused.status, &refused.json()["error"]), (400, &json!("use_dpop_nonce")));
    let nonce = refused.header("dpop-nonce").unwrap();
    let again = client.key.prove(&Statement { nonce: Some(nonce), ..old }).unwrap();
    assert_eq!(client.ask_for_token(Some(&again)).json()["token_type"], "DPoP");
    salus.allow_bearer(&cell);
    let bearer = client.ask_for_token(None);
    assert_eq!((bearer.status, &bearer.json()["token_type"]), (200, &json!("Bearer")));
    let sent = ("Authorization", format!("Bearer {}", bearer.json()["access_token"].as_str().unwrap()));
    let reply = cell.http().send("GET", "/praxis/fhir/Patient/nobody", &[(sent.0, &sent.1)], b"");
    assert_eq!(reply.status, 404);
}

#[test]
fn what_is_said_of_tokens_is_what_is_done() {
    let salus = Salus::at(BASE);
    let cell = salus.cell("praxis");
    let client = Client::new(&cell);
    let path = "/praxis/fhir/.well-known/smart-configuration";
    let reply = cell.http().send("GET", path, &[("Accept", "text/html")], b"");
    assert_eq!((reply.status, reply.header("content-type")), (200, Some("application/json; charset=utf-8")));
    let said = reply.json();
    assert_eq!(said["token_endpoint"], format!("{BASE}/praxis/oauth/token"));
    assert_eq!(said["dpop_signing_alg_values_supported"], json!(["ES256"]));
    assert!(said.get("authorization_endpoint").is_none() && said.get("scopes_supported").is_none());
    // Each grant that is named gives a token in each way that is named, and no other does.
    use base64::Engine as _;
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("{}:{}", cell.client, cell.secret));
    let basic = format!("Basic {basic}");
    let in_form = format!("&client_id={}&client_secret={}", cell.client, cell.secret);
    let ask = |grant: &str, way: &str| {
        let proof = client.prove("POST", "/praxis/oauth/token");
        let mut headers =
            vec![("Content-Type", "application/x-www-form-urlencoded"), ("DPoP", proof.as_str())];
        let mut form = format!("grant_type={grant}");
        match way {
            "client_secret_basic" => headers.push(("Authorization", basic.as_str())),
            "client_secret_post" => form.push_str(&in_form),
            _ => {}
        }
        cell.http().send("POST", "/praxis/oauth/token", &headers, form.as_bytes())
    };
    let texts = |name: &str| -> Vec<String> {
        let all = said[name].as_array().unwrap().iter();
        all.map(|text| text.as_str().unwrap().to_owned()).collect()
    };
    let (grants, ways) = (texts("grant_types_supported"), texts("token_endpoint_auth_methods_supported"));
    assert_eq!((grants.len(), ways.len()), (1, 2));
    for grant in ["client_credentials", "authorization_code", "refresh_token", "password"] {
        for way in ["client_secret_basic", "client_secret_post", "none"] {
            let is_named = grants.iter().any(|named| named == grant) && ways.iter().any(|named| named == way);
            assert_eq!(ask(grant, way).status == 200, is_named, "{grant}, {way}");
        }
    }
    assert_eq!(cell.http().send("POST", path, &[], b"").status, 405);
    assert_eq!(cell.http().send("GET", &path.replace("praxis", "nobody"), &[], b"").status, 404);
}
