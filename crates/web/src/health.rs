//! `GET /healthz`: whether requests can be served, and if not, what is missing. A cell that was cut off is said to be, which
//! is no fault of the server.

use crate::answer::Answer;
use crate::web::Web;
use axum::extract::State;
use http::StatusCode;
use salus_records::Standing;
use std::sync::Arc;

pub(crate) async fn answer(State(web): State<Arc<Web>>) -> Answer {
    let health = web.records.health();
    let is_up =
        health.keyholder_connected && health.cells.iter().all(|(_, standing)| *standing == Standing::Serving);
    let cells: Vec<_> = health
        .cells
        .iter()
        .map(|(name, standing)| {
            let quarantined = *standing == Standing::Serving && health.quarantined.contains(&**name);
            let standing = if quarantined { "quarantined" } else { standing.name() };
            format!(r#"{{"name":"{name}","standing":"{standing}"}}"#)
        })
        .collect();
    let (status, word) =
        if is_up { (StatusCode::OK, "ok") } else { (StatusCode::SERVICE_UNAVAILABLE, "unavailable") };
    let keyholder = if health.keyholder_connected { "connected" } else { "missing" };
    let body = format!(r#"{{"status":"{word}","keyholder":"{keyholder}","cells":[{}]}}"#, cells.join(","));
    Answer::new(status).body("application/json; charset=utf-8", body)
}
