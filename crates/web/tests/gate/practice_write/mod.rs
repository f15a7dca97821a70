//! Forms as people use them: typed, refused beside the field, saved once, by two people at a time, undone, kept as a draft.

mod charts;
mod in_time;
mod kept;
mod people;
mod together;

use crate::support::{Cell, Reply, Salus};

const FORM: &str = "application/x-www-form-urlencoded";

fn encoded(text: &str) -> String {
    text.bytes()
        .map(
            |byte| {
                if byte.is_ascii_alphanumeric() {
                    char::from(byte).to_string()
                } else {
                    format!("%{byte:02X}")
                }
            },
        )
        .collect()
}

fn cookie(cell: &Cell) -> String {
    format!("__Host-salus.{}={}", cell.name, *cell.session.token.to_text())
}

/// A page, in German, in this session.
pub(super) fn get(cell: &Cell, path: &str) -> Reply {
    let cookie = cookie(cell);
    let headers = [("Cookie", cookie.as_str()), ("Accept-Language", "de")];
    cell.http().send("GET", &format!("/{}{path}", cell.name), &headers, b"")
}

pub(super) fn post_as(cell: &Cell, path: &str, fields: &[(&str, &str)], more: &[(&str, &str)]) -> Reply {
    let cookie = cookie(cell);
    let pairs: Vec<String> =
        fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
    let mut headers = vec![("Cookie", cookie.as_str()), ("Accept-Language", "de"), ("Content-Type", FORM)];
    headers.extend_from_slice(more);
    cell.http().send("POST", &format!("/{}{path}", cell.name), &headers, pairs.join("&").as_bytes())
}

/// Sends a form as our own page does.
pub(super) fn post(cell: &Cell, path: &str, fields: &[(&str, &str)]) -> Reply {
    post_as(cell, path, fields, &[("Sec-Fetch-Site", "same-origin")])
}

/// What stands in a hidden field.
pub(super) fn hidden(page: &str, name: &str) -> String {
    let start = format!("name=\"{name}\" value=\"");
    let (_, rest) = page.split_once(&start).unwrap_or_else(|| panic!("{name} in {page}"));
    rest.split('"').next().unwrap().to_owned()
}

/// Where a form that was saved leads.
pub(super) fn saved(reply: &Reply) -> (String, String) {
    assert_eq!(reply.status, 303, "{}", reply.text());
    let to = reply.header("location").unwrap();
    let (chart, link) = to.split_once("?saved=").unwrap_or_else(|| panic!("{to}"));
    (chart.rsplit('/').next().unwrap().to_owned(), link.to_owned())
}

pub(super) fn undo(cell: &Cell, link: &str) -> Reply {
    post(cell, "/undo", &[("link", link)])
}

pub(super) fn search(cell: &Cell, query: &str) -> Vec<serde_json::Value> {
    let bundle = cell.get(query).json();
    let entries = bundle["entry"].as_array().cloned().unwrap_or_default();
    entries.into_iter().map(|entry| entry["resource"].clone()).collect()
}

pub(super) fn practice() -> (Salus, Cell) {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    (salus, cell)
}

pub(super) const PERSON: [(&str, &str); 9] = [
    ("given", "Eva Maria"),
    ("family", "Muster"),
    ("birth", "3.11.80"),
    ("sex", "female"),
    ("street", "Am Bach 3"),
    ("postal", "79098"),
    ("city", "Freiburg"),
    ("country", "DE"),
    ("phone", "0761 123456"),
];

pub(super) fn new_patient(cell: &Cell) -> String {
    let (id, _) = saved(&post(cell, "/patient/new", &PERSON));
    id
}
