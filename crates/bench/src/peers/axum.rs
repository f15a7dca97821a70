//! Bare axum, as a process of its own: gives back the same bytes as Salus, or what it was sent.
//!
//! Runs as axum and tokio come, with one worker a processor; only TCP_NODELAY is set, which can but help it.
//!
//! Never: a database, a key, a check. State: the answers, in memory.

use crate::bodies::Stored;
use crate::error::BenchError;
use crate::procfs::Process;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::serve::ListenerExt as _;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use http::{Method, StatusCode, Uri};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;

/// The word by which this binary becomes this process; its argument is a file of answers.
pub const MODE: &str = "__axum";

/// What is answered at a path.
#[derive(Clone, Serialize, Deserialize)]
pub struct Line {
    /// The path with its query; of a record, as [`Stored`] has it.
    pub path: String,
    /// The status; of what is no record.
    pub status: u16,
    /// Headers but for those that say how the body travels.
    pub headers: Vec<(String, String)>,
    /// The body, compressed or not.
    pub body: Vec<u8>,
}

type Answers = Arc<HashMap<String, (StatusCode, HeaderMap, Bytes)>>;

/// The process.
pub struct Axum {
    child: Child,
    _ends_when_closed: Option<ChildStdin>,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Axum {
    /// Starts it with records as Salus answered them.
    pub fn start(folder: &std::path::Path, records: &[Stored]) -> Result<Self, BenchError> {
        let line = |one: &Stored| Line {
            path: one.path.clone(),
            status: 200,
            headers: one.headers.clone(),
            body: one.body.clone().into_bytes(),
        };
        Self::start_with(folder, records.iter().map(line))
    }

    /// Starts it with any answers.
    pub fn start_with(
        folder: &std::path::Path,
        answers: impl Iterator<Item = Line>,
    ) -> Result<Self, BenchError> {
        let path = folder.join("answers.json");
        let mut text = String::new();
        for line in answers {
            text += &serde_json::to_string(&line).map_err(BenchError::json("answers"))?;
            text.push('\n');
        }
        std::fs::write(&path, text).map_err(BenchError::io(&path))?;
        let binary = std::env::current_exe().map_err(BenchError::io("salus-bench".as_ref()))?;
        let mut child = Command::new(&binary)
            .arg(MODE)
            .arg(&path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(BenchError::io(&binary))?;
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut line).map_err(BenchError::Connection)?;
        }
        let address =
            line.trim().parse().map_err(|_| BenchError::program(MODE, "did not say where it listens"))?;
        Ok(Self { _ends_when_closed: child.stdin.take(), child, address })
    }

    /// Itself, to be measured.
    pub fn processes(&self) -> Vec<Process> {
        vec![Process { pid: self.child.id(), name: "axum".to_owned() }]
    }
}

impl Drop for Axum {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Serves until its stdin is closed.
pub fn serve(answers: &std::path::Path) -> Result<(), BenchError> {
    let answers = load(answers)?;
    let runtime = runtime()?;
    std::thread::spawn(|| {
        let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
        std::process::exit(0);
    });
    runtime.block_on(async {
        let routes = Router::new()
            .route("/{cell}/fhir/{kind}/{id}", get(stored).put(echo))
            .route("/{cell}/fhir/{kind}", post(echo))
            .fallback(page)
            .with_state(answers);
        let listener =
            tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(BenchError::Connection)?;
        println!("{}", listener.local_addr().map_err(BenchError::Connection)?);
        std::io::stdout().flush().map_err(BenchError::Connection)?;
        let listener = listener.tap_io(|stream| {
            // Without it, answers would wait for acknowledgements; the kernel refuses it to closed ones only.
            let _ = stream.set_nodelay(true);
        });
        axum::serve(listener, routes).await.map_err(BenchError::Connection)
    })
}

/// tokio's own: one worker a processor. What is slower than it could be would flatter whoever is compared with it.
fn runtime() -> Result<tokio::runtime::Runtime, BenchError> {
    tokio::runtime::Runtime::new().map_err(BenchError::Connection)
}

fn load(path: &std::path::Path) -> Result<Answers, BenchError> {
    let text = std::fs::read_to_string(path).map_err(BenchError::io(path))?;
    let mut answers = HashMap::new();
    for line in text.lines() {
        let line: Line = serde_json::from_str(line).map_err(BenchError::json("answers"))?;
        let header = |(name, value): &(String, String)| {
            Some((HeaderName::try_from(name.as_str()).ok()?, HeaderValue::try_from(value.as_str()).ok()?))
        };
        let headers = line.headers.iter().filter_map(header).collect();
        let status = StatusCode::from_u16(line.status).unwrap_or_default();
        answers.insert(line.path, (status, headers, Bytes::from(line.body)));
    }
    Ok(Arc::new(answers))
}

async fn stored(
    State(answers): State<Answers>,
    Path((_, kind, id)): Path<(String, String, String)>,
) -> impl IntoResponse {
    match answers.get(&format!("/{kind}/{id}")) {
        Some((status, headers, body)) => (*status, headers.clone(), body.clone()),
        None => (StatusCode::NOT_FOUND, HeaderMap::new(), Bytes::new()),
    }
}

/// A page, or what follows a form; the form is read as a server would.
async fn page(State(answers): State<Answers>, address: Uri, _form: Bytes) -> impl IntoResponse {
    match address.path_and_query().and_then(|path| answers.get(path.as_str())) {
        Some((status, headers, body)) => (*status, headers.clone(), body.clone()),
        None => (StatusCode::NOT_FOUND, HeaderMap::new(), Bytes::new()),
    }
}

async fn echo(method: Method, body: Bytes) -> impl IntoResponse {
    let status = if method == Method::POST { StatusCode::CREATED } else { StatusCode::OK };
    (status, [(CONTENT_TYPE, "application/fhir+json")], body)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::runtime;

    #[test]
    fn there_is_a_worker_for_each_processor() {
        let processors = std::thread::available_parallelism().unwrap().get();
        assert_eq!(runtime().unwrap().metrics().num_workers(), processors);
    }
}
