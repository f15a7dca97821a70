//! Brings one parcel to the server, as often as it takes, and reads what came of it.
//!
//! Never: sends a parcel without its name in the ledger, so that sending again does nothing twice. State: idle connections.

use super::parcel::Parcel;
use super::report::Refused;
use crate::data_dir::ServerFile;
use crate::failure::Failure;
use crate::http::{Answer, Client, Endpoint, HttpError};
use crate::messages::say;
use crate::tls::Pinned;
use hyper::Method;
use salus_fhir::Language;
use salus_trust_api::Token;
use serde::Deserialize;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use zeroize::Zeroizing;

/// How often a parcel is tried while the server is busy or away.
const MAX_TRIES: u32 = 30;
/// How long is waited between two tries, at most.
const MAX_WAIT: Duration = Duration::from_secs(60);

/// What came of a parcel.
#[derive(Debug, Default)]
pub struct Delivered {
    /// How many entries it had.
    pub entries: u64,
    /// Whether the server knew it from before.
    pub known: bool,
    /// What was refused of it.
    pub refused: Vec<Refused>,
    /// What was taken of it and is doubtful.
    pub doubtful: Vec<Refused>,
}

/// Carries parcels to one cell.
pub struct Courier {
    endpoint: Endpoint,
    path: String,
    authorization: Zeroizing<String>,
    language: Language,
    idle: Mutex<Vec<Client>>,
}

impl Courier {
    /// To a cell of the running server, in a session.
    pub fn new(server: &ServerFile, cell: &str, token: &Token, language: Language) -> Result<Self, Failure> {
        Ok(Self {
            endpoint: endpoint(server)?,
            path: format!("/{cell}/fhir"),
            authorization: Zeroizing::new(format!("Bearer {}", *token.to_text())),
            language,
            idle: Mutex::new(Vec::new()),
        })
    }

    /// Brings it there.
    pub async fn deliver(&self, parcel: Parcel) -> Result<Delivered, Failure> {
        let mut wait = Duration::from_millis(100);
        let mut last = String::new();
        for _ in 0..MAX_TRIES {
            let answer = match self.post(&parcel).await {
                Ok(answer) => answer,
                Err(error) => {
                    last = error.to_string();
                    tokio::time::sleep(wait).await;
                    wait = (wait * 2).min(Duration::from_secs(2));
                    continue;
                }
            };
            match answer.status {
                429 | 503 => {
                    last = format!("HTTP {}", answer.status);
                    tokio::time::sleep(retry_after(&answer).unwrap_or(wait)).await;
                    wait = (wait * 2).min(MAX_WAIT);
                }
                401 | 403 => return Err(Failure::could_not(say("session-ended"))),
                404 | 405 => return Err(Failure::could_not(say("cell-not-served").with("path", &self.path))),
                status => return Ok(read(&parcel, &answer, status)),
            }
        }
        Err(Failure::could_not(say("server-away").with("why", last)))
    }

    /// Brings a bundle of our own making there, of which nothing may be refused.
    pub async fn deliver_own(&self, bundle: String) -> Result<(), Failure> {
        match self.deliver(Parcel::whole("demo", bundle, 1)).await?.refused.into_iter().next() {
            None => Ok(()),
            Some(refused) => Err(Failure::could_not(say("demo-refused").with("rule", refused.rule))),
        }
    }

    async fn post(&self, parcel: &Parcel) -> Result<Answer, HttpError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut client = idle.unwrap_or_else(|| Client::new(self.endpoint.clone()));
        let headers = [
            ("authorization", self.authorization.as_str()),
            ("content-type", "application/fhir+json"),
            ("accept", "application/fhir+json"),
            ("accept-language", self.language.tag()),
            ("salus-import", parcel.ledger.as_str()),
        ];
        let answer = client.send(Method::POST, &self.path, &headers, parcel.body.clone()).await?;
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(client);
        Ok(answer)
    }
}

/// What became of one of several deliveries at once.
pub fn finished(one: Option<Result<Result<(), Failure>, tokio::task::JoinError>>) -> Result<(), Failure> {
    match one {
        Some(Ok(outcome)) => outcome,
        Some(Err(_)) => Err(Failure::could_not(say("server-ended"))),
        None => Ok(()),
    }
}

/// Where the running server is reached from this machine.
pub fn endpoint(server: &ServerFile) -> Result<Endpoint, Failure> {
    let authority = server.base_url.split_once("://").map_or("localhost", |(_, rest)| rest);
    let authority = authority.split('/').next().unwrap_or_default().to_owned();
    let mut address = server.address;
    if address.ip().is_unspecified() {
        // What listens everywhere listens here.
        let here: std::net::IpAddr = if address.is_ipv4() {
            std::net::Ipv4Addr::LOCALHOST.into()
        } else {
            std::net::Ipv6Addr::LOCALHOST.into()
        };
        address.set_ip(here);
    }
    let tls = match &server.certificate_file {
        None => None,
        Some(path) => Some(Pinned::from_file(path).map_err(|why| {
            Failure::could_not(say("cannot-read").with("path", path.display()).with("why", why))
        })?),
    };
    Ok(Endpoint { address, authority, tls })
}

fn retry_after(answer: &Answer) -> Option<Duration> {
    let seconds = answer.header("retry-after")?.parse().ok()?;
    Some(Duration::from_secs(seconds).min(MAX_WAIT))
}

#[derive(Deserialize)]
struct ResponseBundle {
    #[serde(default)]
    entry: Vec<ResponseEntry>,
}

#[derive(Deserialize)]
struct ResponseEntry {
    response: Option<Response>,
}

#[derive(Deserialize)]
struct Response {
    #[serde(default)]
    status: String,
    outcome: Option<Outcome>,
}

#[derive(Deserialize)]
struct Outcome {
    #[serde(default)]
    issue: Vec<Issue>,
}

#[derive(Deserialize)]
struct Issue {
    #[serde(default)]
    severity: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    diagnostics: Option<String>,
    #[serde(default)]
    details: Option<Details>,
    #[serde(default)]
    expression: Vec<String>,
}

#[derive(Deserialize)]
struct Details {
    text: Option<String>,
}

fn read(parcel: &Parcel, answer: &Answer, status: u16) -> Delivered {
    let known = answer.header("salus-import-known") == Some("true");
    let mut delivered = Delivered { entries: parcel.entries, known, ..Delivered::default() };
    if status >= 300 {
        let outcome = serde_json::from_slice::<Outcome>(&answer.body);
        let issues = outcome.map_or_else(|_| Vec::new(), |outcome| outcome.issue);
        delivered.refused = refusals(parcel, None, &format!("HTTP {status}"), issues);
    } else if let Ok(bundle) = serde_json::from_slice::<ResponseBundle>(&answer.body) {
        for (place, entry) in (0_usize..).zip(bundle.entry) {
            let Some(response) = entry.response else { continue };
            let issues = response.outcome.map_or_else(Vec::new, |outcome| outcome.issue);
            if response.status.starts_with('2') {
                delivered.doubtful.extend(remarks(parcel, Some(place), issues, &["warning"]));
            } else if !response.status.starts_with("304") {
                // An entry that asked for nothing to be changed was not refused.
                delivered.refused.extend(refusals(parcel, Some(place), &response.status, issues));
            }
        }
    }
    delivered
}

fn refusals(parcel: &Parcel, place: Option<usize>, status: &str, issues: Vec<Issue>) -> Vec<Refused> {
    let refused = remarks(parcel, place, issues, &["error", "fatal"]);
    if !refused.is_empty() {
        return refused;
    }
    let entry = place.and_then(|place| number(parcel, place));
    vec![Refused { file: parcel.file.clone(), entry, location: None, rule: status.to_owned() }]
}

/// The issues of these severities, each at its place in the file.
fn remarks(parcel: &Parcel, place: Option<usize>, issues: Vec<Issue>, severities: &[&str]) -> Vec<Refused> {
    let issues = issues.into_iter().filter(|issue| severities.contains(&issue.severity.as_str()));
    issues
        .map(|issue| {
            let expression = issue.expression.into_iter().next();
            let place = place.or_else(|| expression.as_deref().and_then(entry_of));
            let entry = place.and_then(|place| number(parcel, place));
            let location = expression.map(|expression| location_in_file(parcel, expression));
            let text = issue.details.and_then(|details| details.text).or(issue.diagnostics);
            let rule = text.map_or_else(|| issue.code.clone(), |text| format!("{}: {text}", issue.code));
            Refused { file: parcel.file.clone(), entry, location, rule }
        })
        .collect()
}

/// An entry's number in the file.
fn number(parcel: &Parcel, place: usize) -> Option<u64> {
    match &parcel.numbers {
        Some(numbers) => numbers.get(place).copied(),
        None => Some(place as u64),
    }
}

/// The entry's place in an expression such as `Bundle.entry[12].resource`.
fn entry_of(expression: &str) -> Option<usize> {
    expression.strip_prefix("Bundle.entry[")?.split(']').next()?.parse().ok()
}

/// What the server says of the bundle that it was sent, said of the file that it was made from.
fn location_in_file(parcel: &Parcel, expression: String) -> String {
    let Some(numbers) = &parcel.numbers else { return expression };
    let Some(place) = entry_of(&expression) else { return expression };
    let rest = expression.split_once(']').map_or("", |(_, rest)| rest);
    match (numbers.get(place), parcel.types.as_ref().map(|types| types.get(place))) {
        (_, Some(Some(kind))) => format!("{kind}{}", rest.strip_prefix(".resource").unwrap_or_default()),
        (Some(number), None) => format!("Bundle.entry[{number}]{rest}"),
        _ => expression,
    }
}

#[cfg(test)]
mod tests {
    use super::{Answer, Parcel, read};
    use salus_fhir::ResourceType;

    fn parcel(numbers: Option<Vec<u64>>) -> Parcel {
        Parcel { numbers, ..Parcel::whole("a.json", "{}", 3) }
    }

    fn answer(body: &str) -> Answer {
        Answer { status: 200, headers: Default::default(), body: body.to_owned().into() }
    }

    #[test]
    fn refused_entries_are_found_with_their_numbers() {
        let body = r#"{"resourceType":"Bundle","entry":[
            {"response":{"status":"201 Created","outcome":{"issue":[
                {"severity":"warning","code":"value","details":{"text":"odd"},"expression":["Patient.identifier[0].value"]},
                {"severity":"information","code":"informational","details":{"text":"stored"}}]}}},
            {"response":{"status":"422","outcome":{"issue":[
                {"severity":"error","code":"value","diagnostics":"no date","expression":["Patient.birthDate"]},
                {"severity":"warning","code":"value","diagnostics":"odd"}]}}},
            {"response":{"status":"409 Conflict"}}]}"#;
        let delivered = read(&parcel(Some(vec![7, 8, 9])), &answer(body), 200);
        let seen: Vec<_> =
            delivered.refused.iter().map(|r| (r.entry, r.location.as_deref(), r.rule.as_str())).collect();
        let first = (Some(8), Some("Patient.birthDate"), "value: no date");
        assert_eq!(seen, [first, (Some(9), None, "409 Conflict")]);
        let doubt = &delivered.doubtful[0];
        let seen = (delivered.doubtful.len(), doubt.entry, doubt.location.as_deref(), doubt.rule.as_str());
        assert_eq!(seen, (1, Some(7), Some("Patient.identifier[0].value"), "value: odd"));
    }

    #[test]
    fn locations_are_those_of_the_file() {
        let patient = ResourceType::from_name("Patient").unwrap();
        let of_lines = Parcel { types: Some(vec![patient; 3]), ..parcel(Some(vec![7, 8, 9])) };
        for (parcel, sent, in_file) in [
            (
                parcel(Some(vec![7, 8, 9])),
                "Bundle.entry[1].resource.birthDate",
                "Bundle.entry[8].resource.birthDate",
            ),
            (parcel(Some(vec![7, 8, 9])), "Bundle.entry[2]", "Bundle.entry[9]"),
            (parcel(Some(vec![7, 8, 9])), "Patient.birthDate", "Patient.birthDate"),
            (parcel(None), "Bundle.entry[1].request.url", "Bundle.entry[1].request.url"),
            (of_lines, "Bundle.entry[1].resource.contact[0].name", "Patient.contact[0].name"),
        ] {
            let body = format!(
                r#"{{"resourceType":"Bundle","entry":[{{"response":{{"status":"201"}}}},{{"response":{{"status":"422","outcome":
                    {{"issue":[{{"severity":"error","code":"value","expression":["{sent}"]}}]}}}}}}]}}"#
            );
            let delivered = read(&parcel, &answer(&body), 200);
            assert_eq!(delivered.refused[0].location.as_deref(), Some(in_file), "{sent}");
        }
    }

    #[test]
    fn a_refused_transaction_names_the_entry_of_its_issue() {
        let body = r#"{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"structure","details":{"text":"x"},"expression":["Bundle.entry[2].resource.foo"]}]}"#;
        let delivered = read(&parcel(None), &answer(body), 422);
        assert_eq!((delivered.refused.len(), delivered.refused[0].entry), (1, Some(2)));
        let bare = read(&parcel(None), &answer("<html>"), 500);
        assert_eq!((bare.refused[0].entry, bare.refused[0].rule.as_str()), (None, "HTTP 500"));
    }
}
