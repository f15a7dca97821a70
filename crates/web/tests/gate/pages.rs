//! The front page, metadata, health, metrics, tokens.

use crate::support::{Http, Reply, Salus};
use salus_trust_api::wire::AdminAsk;
use salus_web::Event;
use serde_json::json;

fn get(salus: &Salus, path: &str, headers: &[(&str, &str)]) -> Reply {
    Http::new(salus.address()).send("GET", path, headers, b"")
}

#[test]
fn the_front_page_says_what_runs() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    cell.patient();
    for (language, text) in [("de", "Salus läuft"), ("fr", "Salus fonctionne"), ("en", "Salus is running")] {
        let page = get(&salus, "/", &[("Accept-Language", language), ("Accept", "text/html")]);
        assert_eq!(page.status, 200);
        assert!(page.text().contains(text) && page.text().contains(&format!("<html lang=\"{language}\">")));
        assert!(page.text().contains("/praxis/fhir</code>"));
        assert!(page.text().contains("&lt;demo&gt;</p>"));
        let port = salus.address().port();
        let command = format!("<code>curl http://localhost:{port}/x &#39;&amp;&#39;</code>");
        assert!(page.text().contains(&command), "{}", page.text());
        assert!(!page.text().contains("<script") && !page.text().contains("style="));
        assert!(page.header("content-security-policy").unwrap().starts_with("default-src 'none'"));
    }
    assert_eq!(get(&salus, "/assets/salus.css", &[]).header("content-type"), Some("text/css; charset=utf-8"));
    assert_eq!(get(&salus, "/assets/icon.svg", &[]).status, 200);
    assert_eq!(get(&salus, "/assets/none", &[]).issue(), "not-found");
    let posted = Http::new(salus.address()).send("POST", "/", &[], b"");
    assert_eq!((posted.status, posted.header("allow")), (405, Some("GET, HEAD")));
}

#[test]
fn metadata_says_what_is_there() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let reply = get(&salus, "/praxis/fhir/metadata", &[]);
    assert_eq!(reply.status, 200);
    let statement = reply.json();
    assert_eq!(statement["resourceType"], "CapabilityStatement");
    assert_eq!(statement["fhirVersion"], "4.0.1");
    let base = format!("http://localhost:{}/praxis", salus.address().port());
    assert_eq!(statement["implementation"]["url"], format!("{base}/fhir"));
    let rest = &statement["rest"][0];
    let security = rest["security"]["description"].as_str().unwrap();
    assert!(security.contains(&format!("{base}/oauth/token")), "{security}");
    let system =
        ["transaction", "batch", "search-system", "history-system"].map(|code| json!({"code": code}));
    assert_eq!(rest["interaction"], json!(system));
    let resources = rest["resource"].as_array().unwrap();
    assert_eq!(resources.len(), 146);
    let codes: Vec<_> =
        resources[0]["interaction"].as_array().unwrap().iter().map(|i| i["code"].as_str().unwrap()).collect();
    assert_eq!(
        codes,
        [
            "read",
            "vread",
            "update",
            "patch",
            "delete",
            "history-instance",
            "history-type",
            "create",
            "search-type"
        ]
    );
    let patient = resources.iter().find(|resource| resource["type"] == "Patient").unwrap();
    let has = |list: &str, what: &serde_json::Value| patient[list].as_array().unwrap().contains(what);
    assert!(
        patient["searchParam"]
            .as_array()
            .unwrap()
            .iter()
            .any(|one| one["name"] == "birthdate" && one["type"] == "date")
    );
    assert!(
        has("searchInclude", &json!("Patient:general-practitioner")) && has("searchInclude", &json!("*"))
    );
    assert!(has("searchRevInclude", &json!("Observation:subject")));
    assert!(rest["searchParam"].as_array().unwrap().iter().any(|one| one["name"] == "_lastUpdated"));
    // It is a resource that this server itself finds valid.
    let stored = cell.post("CapabilityStatement", &reply.text());
    assert_eq!(stored.status, 201, "{}", stored.text());
}

#[test]
fn a_cell_that_is_cut_off_is_shown_as_such() {
    let salus = Salus::start();
    let (_cell, _other) = (salus.cell("praxis"), salus.cell("andere"));
    let standings = || get(&salus, "/healthz", &[]).json()["cells"].clone();
    let shown = |on: bool| {
        salus.admin().ask(AdminAsk::Quarantine { cell: "praxis".into(), on }).unwrap();
        let standing = if on { "quarantined" } else { "serving" };
        let expected =
            json!([{"name": "andere", "standing": "serving"}, {"name": "praxis", "standing": standing}]);
        let begun = std::time::Instant::now();
        while standings() != expected {
            assert!(begun.elapsed().as_secs() < 10, "{}", standings());
            // Whoever names a cell that is not known has the keyholder asked at once.
            get(&salus, "/nobody/fhir/metadata", &[]);
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        // It is no fault of the server, which serves the others.
        assert_eq!(get(&salus, "/healthz", &[]).status, 200);
        let page = get(&salus, "/", &[("Accept-Language", "de")]).text();
        assert_eq!(page.contains(">abgetrennt<"), on, "{page}");
    };
    shown(true);
    shown(false);
}

#[test]
fn health_tells_whether_requests_can_be_served() {
    let mut salus = Salus::start();
    let cell = salus.cell("praxis");
    let id = cell.patient();
    let up = get(&salus, "/healthz", &[]);
    assert_eq!(up.status, 200);
    assert_eq!(up.json()["cells"], json!([{"name": "praxis", "standing": "serving"}]));
    salus.stop_keyholder();
    std::thread::sleep(std::time::Duration::from_millis(200));
    let down = get(&salus, "/healthz", &[]);
    assert_eq!((down.status, &down.json()["keyholder"]), (503, &json!("missing")));
    let refused = cell.get(&format!("Patient/{id}"));
    assert_eq!((refused.status, refused.issue().as_str()), (503, "transient"));
    assert!(refused.header("retry-after").is_some());
    salus.start_keyholder();
    let mut waited = 0;
    while get(&salus, "/healthz", &[]).status != 200 {
        waited += 1;
        assert!(waited < 200);
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert_eq!(cell.get(&format!("Patient/{id}")).status, 200);
}

#[test]
fn metrics_and_log_hold_routes_and_no_paths() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let id = cell.patient();
    cell.get(&format!("Patient/{id}"));
    cell.get("Patient/secretname");
    cell.get("Patient?_id=secretname");
    let metrics = get(&salus, "/metrics", &[]).text();
    for line in [
        r#"salus_requests_total{route="/{cell}/fhir/{type}/{id}",method="GET",status="200"} 1"#,
        r#"salus_requests_total{route="/{cell}/fhir/{type}/{id}",method="GET",status="404"} 1"#,
        r#"salus_requests_total{route="/{cell}/fhir/{type}",method="POST",status="201"} 1"#,
        r#"salus_cell_records{cell="praxis"} 1"#,
        "salus_keyholder_connected 1",
    ] {
        assert!(metrics.lines().any(|l| l == line), "{line} in\n{metrics}");
    }
    let events = format!("{:?}", salus.events.lock().unwrap());
    assert!(!events.contains("secretname") && !metrics.contains("secretname"));
    assert!(!events.contains(&id) && !metrics.contains(&id));
    let requests: Vec<_> = salus
        .events
        .lock()
        .unwrap()
        .iter()
        .filter_map(|event| match event {
            Event::Request(request) => Some(request.clone()),
            Event::Notice { .. } => None,
        })
        .collect();
    let read = requests.iter().find(|r| r.method == "GET" && r.status == 200 && r.entry.is_some()).unwrap();
    assert_eq!((read.route, read.cell.as_deref()), ("/{cell}/fhir/{type}/{id}", Some("praxis")));
}

#[test]
fn a_client_gets_a_token_for_its_credentials() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    salus.allow_bearer(&cell);
    let other = salus.cell("andere");
    let form = "application/x-www-form-urlencoded";
    let ask = |cell: &str, body: &str| {
        Http::new(salus.address()).send(
            "POST",
            &format!("/{cell}/oauth/token"),
            &[("Content-Type", form)],
            body.as_bytes(),
        )
    };
    let good =
        format!("grant_type=client_credentials&client_id={}&client_secret={}", cell.client, cell.secret);
    let reply = ask("praxis", &good);
    assert_eq!((reply.status, reply.header("cache-control")), (200, Some("no-store")));
    let json = reply.json();
    assert_eq!((&json["token_type"], &json["expires_in"]), (&json!("Bearer"), &json!(3600)));
    let bearer = format!("Bearer {}", json["access_token"].as_str().unwrap());
    let created = cell.http().send(
        "POST",
        "/praxis/fhir/Patient",
        &[("Authorization", &bearer), ("Content-Type", "application/fhir+json")],
        br#"{"resourceType":"Patient"}"#,
    );
    assert_eq!(created.status, 201);
    let refused = ask("praxis", &good.replace(&cell.client, &other.client)).without_date();
    assert_eq!((refused.status, &refused.json()["error"]), (401, &json!("invalid_client")));
    assert_eq!(ask("andere", &good).without_date(), refused, "another cell's");
    assert_eq!(ask("nocell", &good).without_date(), refused, "no such cell");
    assert_eq!(ask("praxis", &good.replace(&cell.secret, "salus_x")).without_date(), refused);
    assert_eq!(ask("praxis", "grant_type=password").json()["error"], "unsupported_grant_type");
    assert_eq!(ask("praxis", "").json()["error"], "invalid_request");
}
