//! Counters, in the text format of Prometheus (0.0.4).
//!
//! Never: a label that comes from a request, or anything of a patient. State: atomics; nothing waits for them.

use crate::answer::Answer;
use crate::web::Web;
use axum::extract::State;
use http::{Method, StatusCode};
use salus_records::Standing;
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const ROUTES: [&str; 21] = [
    "/{cell}/fhir/{type}/{id}",
    "/{cell}/fhir/{type}",
    "/{cell}/fhir",
    "/{cell}/fhir/{type}/{id}/_history",
    "/{cell}/fhir/{type}/{id}/_history/{version}",
    "/{cell}/fhir/metadata",
    "/{cell}/fhir/{type}/{id}/$meta",
    "/{cell}/fhir/{type}/{id}/$meta-add",
    "/{cell}/fhir/{type}/{id}/$meta-delete",
    "/{cell}/fhir/Patient/{id}/$everything",
    "/{cell}/fhir/Observation/$lastn",
    "/{cell}/fhir/Composition/{id}/$document",
    "/{cell}/fhir/openapi.json",
    "/{cell}/fhir/$async-status/{id}",
    "/{cell}/fhir/{unknown}",
    "/{cell}/oauth/token",
    "/",
    "/assets/{file}",
    "/healthz",
    "/metrics",
    "/{unknown}",
];
const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OTHER"];
/// Statuses that are told apart; the last stands for all others.
const STATUSES: [u16; 26] = [
    200, 201, 204, 304, 400, 401, 403, 404, 405, 406, 409, 410, 412, 413, 415, 422, 428, 429, 431, 500, 501,
    502, 503, 504, 507, 0,
];
/// Upper bounds of the histogram's buckets, in microseconds.
const BUCKETS_US: [u64; 12] =
    [50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 50_000, 200_000, 1_000_000, 5_000_000];

/// The method's name, of those that are told apart.
pub(crate) fn method_name(method: &Method) -> &'static str {
    METHODS.into_iter().find(|name| *name == method.as_str()).unwrap_or("OTHER")
}

#[derive(Debug, Default)]
struct Latency {
    buckets: [AtomicU64; BUCKETS_US.len()],
    sum_us: AtomicU64,
    count: AtomicU64,
}

/// All counters.
#[derive(Debug)]
pub(crate) struct Metrics {
    requests: Vec<AtomicU64>,
    latencies: [Latency; ROUTES.len()],
    pub connections: AtomicU64,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let cells = ROUTES.len() * METHODS.len() * STATUSES.len();
        Self {
            requests: (0..cells).map(|_| AtomicU64::new(0)).collect(),
            latencies: std::array::from_fn(|_| Latency::default()),
            connections: AtomicU64::new(0),
        }
    }

    /// Counts one answer.
    pub(crate) fn count(&self, route: &str, method: &str, status: StatusCode, duration_us: u64) {
        let place = |names: &[&str], name: &str| names.iter().position(|known| *known == name);
        let route = place(&ROUTES, route).unwrap_or(ROUTES.len() - 1);
        let method = place(&METHODS, method).unwrap_or(METHODS.len() - 1);
        let status =
            STATUSES.iter().position(|known| *known == status.as_u16()).unwrap_or(STATUSES.len() - 1);
        if let Some(counter) = self.requests.get((route * METHODS.len() + method) * STATUSES.len() + status) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
        if let Some(latency) = self.latencies.get(route) {
            latency.sum_us.fetch_add(duration_us, Ordering::Relaxed);
            latency.count.fetch_add(1, Ordering::Relaxed);
            let bucket = BUCKETS_US.iter().position(|bound| duration_us <= *bound);
            if let Some(bucket) = bucket.and_then(|at| latency.buckets.get(at)) {
                bucket.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    fn write_requests(&self, out: &mut String) {
        out.push_str("# HELP salus_requests_total Answered requests.\n# TYPE salus_requests_total counter\n");
        let labels = ROUTES.iter().flat_map(|route| {
            METHODS.iter().flat_map(move |method| STATUSES.iter().map(move |status| (route, method, status)))
        });
        for ((route, method, status), counter) in labels.zip(&self.requests) {
            let count = counter.load(Ordering::Relaxed);
            if count > 0 {
                let status = if *status == 0 { "other".to_owned() } else { status.to_string() };
                let _ = writeln!(
                    out,
                    r#"salus_requests_total{{route="{route}",method="{method}",status="{status}"}} {count}"#
                );
            }
        }
    }

    fn write_latencies(&self, out: &mut String) {
        let name = "salus_request_duration_seconds";
        let _ = writeln!(out, "# HELP {name} Time until the answer's head.\n# TYPE {name} histogram");
        for (route, latency) in ROUTES.iter().zip(&self.latencies) {
            let count = latency.count.load(Ordering::Relaxed);
            if count == 0 {
                continue;
            }
            let mut so_far = 0;
            for (bound, bucket) in BUCKETS_US.iter().zip(&latency.buckets) {
                so_far += bucket.load(Ordering::Relaxed);
                let bound = *bound as f64 / 1e6;
                let _ = writeln!(out, r#"{name}_bucket{{route="{route}",le="{bound}"}} {so_far}"#);
            }
            let _ = writeln!(out, r#"{name}_bucket{{route="{route}",le="+Inf"}} {count}"#);
            let sum = latency.sum_us.load(Ordering::Relaxed) as f64 / 1e6;
            let _ = writeln!(out, r#"{name}_sum{{route="{route}"}} {sum}"#);
            let _ = writeln!(out, r#"{name}_count{{route="{route}"}} {count}"#);
        }
    }
}

/// `GET /metrics`
pub(crate) async fn answer(State(web): State<Arc<Web>>) -> Answer {
    let mut out = String::with_capacity(8 * 1024);
    web.metrics.write_requests(&mut out);
    web.metrics.write_latencies(&mut out);
    let mut gauge = |name: &str, help: &str, lines: Vec<(String, String)>| {
        let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} gauge");
        for (labels, value) in lines {
            let _ = writeln!(out, "{name}{labels} {value}");
        }
    };
    let health = web.records.health();
    let alone = |value: String| vec![(String::new(), value)];
    gauge(
        "salus_keyholder_connected",
        "Whether there is a connection to the keyholder.",
        alone(u8::from(health.keyholder_connected).to_string()),
    );
    let connections = web.metrics.connections.load(Ordering::Relaxed);
    gauge("salus_connections", "Open connections.", alone(connections.to_string()));
    let serving = |standing: &Standing| u8::from(*standing == Standing::Serving).to_string();
    let cells = health.cells.iter();
    gauge(
        "salus_cell_serving",
        "Whether the cell is served.",
        cells.map(|(name, standing)| (format!(r#"{{cell="{name}"}}"#), serving(standing))).collect(),
    );
    let cells = web.records.cells();
    let records =
        cells.iter().map(|cell| (format!(r#"{{cell="{}"}}"#, cell.name()), cell.last_record().to_string()));
    gauge("salus_cell_records", "Record numbers given out in the cell.", records.collect());
    if let Some(bytes) = resident_bytes() {
        gauge("process_resident_memory_bytes", "Resident memory size in bytes.", alone(bytes.to_string()));
    }
    if let Some(seconds) = cpu_seconds() {
        let name = "process_cpu_seconds_total";
        let _ =
            writeln!(out, "# HELP {name} User and system CPU time.\n# TYPE {name} counter\n{name} {seconds}");
    }
    Answer::new(StatusCode::OK).body("text/plain; version=0.0.4; charset=utf-8", out)
}

fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib * 1024)
}

/// Fields 14 and 15 of /proc/self/stat, which count hundredths of a second on every Linux (proc_pid_stat(5)).
fn cpu_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11);
    let ticks = fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?;
    Some(ticks as f64 / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_is_shown_and_nothing_else() {
        let metrics = Metrics::new();
        metrics.count("/{cell}/fhir/{type}/{id}", "GET", StatusCode::OK, 120);
        metrics.count("/{cell}/fhir/{type}/{id}", "GET", StatusCode::OK, 9_000_000);
        metrics.count("/nowhere", "BREW", StatusCode::IM_A_TEAPOT, 1);
        let mut out = String::new();
        metrics.write_requests(&mut out);
        metrics.write_latencies(&mut out);
        for line in [
            r#"salus_requests_total{route="/{cell}/fhir/{type}/{id}",method="GET",status="200"} 2"#,
            r#"salus_requests_total{route="/{unknown}",method="OTHER",status="other"} 1"#,
            r#"salus_request_duration_seconds_bucket{route="/{cell}/fhir/{type}/{id}",le="0.0001"} 0"#,
            r#"salus_request_duration_seconds_bucket{route="/{cell}/fhir/{type}/{id}",le="0.0002"} 1"#,
            r#"salus_request_duration_seconds_bucket{route="/{cell}/fhir/{type}/{id}",le="+Inf"} 2"#,
        ] {
            assert!(out.lines().any(|l| l == line), "{line} in\n{out}");
        }
        assert_eq!(out.lines().filter(|line| line.starts_with("salus_requests_total")).count(), 2);
    }

    #[test]
    fn the_process_knows_its_own_figures() {
        assert!(resident_bytes().is_some_and(|bytes| bytes > 100_000));
        assert!(cpu_seconds().is_some());
    }
}
