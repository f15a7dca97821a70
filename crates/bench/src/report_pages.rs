//! The tables of docs/benchmarks-pages.md. State: none.

use crate::context::Context;
use crate::measurement::{Measurement, Record};
use crate::practice::{APPOINTMENTS, LIVED};
use crate::report::{aim, number, p50, table};
use crate::runs::pages::{ANSWERS, CONNECTIONS, FIND, NAMES, TYPING};
use crate::runs::start;
use salus_people::{HEAVY_ENCOUNTERS, HEAVY_OBSERVATIONS, THIN_RESOURCES};

/// Until all of a page is there, in 95 of 100, in milliseconds.
const AIM_P95_MS: f64 = 50.0;
/// A page with everything that it needs.
const AIM_BYTES: f64 = 60_000.0;
/// HTML and one style sheet.
const AIM_BEFORE_PAINT: f64 = 2.0;
/// The demo on an empty directory.
const AIM_DEMO_SECONDS: f64 = 10.0;

fn p95(one: &Measurement) -> f64 {
    one.p95_us.unwrap_or(f64::NAN)
}

/// Rows of the aims.
pub fn aims(record: &Record) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for name in NAMES {
        let alone = record.rounds("page", name, 1);
        if alone.is_there() {
            let ms = alone.median(p95) / 1e3;
            rows.push(aim(
                &format!("At most 50 ms in 95 of 100: {name}"),
                format!("{} ms", number(ms)),
                ms <= AIM_P95_MS,
            ));
        }
    }
    if let Some((name, bytes)) = most(record, "all_bytes") {
        let measured = format!("at most {} kB: {name}", number(bytes / 1e3));
        rows.push(aim("At most 60 kB for a page with all that it needs", measured, bytes <= AIM_BYTES));
    }
    if let Some((_, requests)) = most(record, "before_paint") {
        rows.push(aim(
            "Nothing but HTML and one style sheet before the first paint",
            format!("{} requests", number(requests)),
            requests <= AIM_BEFORE_PAINT,
        ));
    }
    let demo = record.rounds("start", "demo, nothing there", 0);
    if demo.is_there() {
        let seconds = demo.median(|one| one.seconds);
        let patients = start::DEMO_PATIENTS;
        rows.push(aim(
            &format!("`salus demo` on an empty directory, 2 × {patients} patients: ready within 10 s"),
            format!("{} s", number(seconds)),
            seconds <= AIM_DEMO_SECONDS,
        ));
    }
    rows
}

/// The page that has the most of something.
fn most(record: &Record, value: &str) -> Option<(&'static str, f64)> {
    let of = |name: &'static str| (name, record.rounds("page look", name, 0).median(|one| one.value(value)));
    NAMES.into_iter().map(of).filter(|(_, value)| value.is_finite()).max_by(|a, b| a.1.total_cmp(&b.1))
}

/// The sections about pages; nothing when none was measured.
pub fn sections(context: &Context) -> String {
    let record = &context.record;
    let mut text = String::new();
    for section in [times(record), bytes(record), typing(record)] {
        text += &section;
    }
    if !text.is_empty() {
        for note in &context.notes {
            text += &format!("\n{note}\n");
        }
    }
    text
}

fn times(record: &Record) -> String {
    let mut rows = Vec::new();
    for name in NAMES {
        for connections in CONNECTIONS {
            let (salus, axum) =
                (record.rounds("page", name, connections), record.rounds("page axum", name, connections));
            if !salus.is_there() {
                continue;
            }
            let ms = |value: f64| number(value / 1e3);
            rows.push(vec![
                name.to_owned(),
                connections.to_string(),
                number(salus.median(|one| one.count as f64)),
                ms(salus.median(p50)),
                ms(salus.median(p95)),
                ms(salus.median(Measurement::cpu)),
                ms(salus.median(|one| one.cpu_of("record server"))),
                ms(salus.median(|one| one.cpu_of("keyholder"))),
                ms(salus.median(|one| one.cpu_of("indexer"))),
                ms(axum.median(p50)),
                ms(axum.median(Measurement::cpu)),
                number(salus.ratio(&axum, p50)),
                number(salus.ratio(&axum, Measurement::cpu)),
            ]);
        }
    }
    let load = record.rounds("pages load", "salus", 0);
    let text = format!(
        "A practice of {} thin patients of {THIN_RESOURCES} records each, {LIVED} with lives of their own, and one with {} encounters and {} observations,\n\
         of whom charts are unless something else is said; {APPOINTMENTS} appointments today. {} records were loaded before, {} a second.\n\
         Whole pages as a browser asks for them, compressed, over HTTP/1.1 kept alive: at least {ANSWERS} of each, one round. Everything on a\n\
         page is admitted and logged anew. axum answers the same bytes, compressed already, from memory. All in milliseconds.",
        number(load.median(|one| one.value("patients"))),
        number(HEAVY_ENCOUNTERS as f64),
        number(HEAVY_OBSERVATIONS as f64),
        number(load.median(|one| one.count as f64)),
        number(load.median(Measurement::rate)),
    );
    let head = [
        "",
        "connections",
        "answers",
        "p50",
        "p95",
        "CPU",
        "record server",
        "keyholder",
        "indexer",
        "axum p50",
        "axum CPU",
        "p50 ratio",
        "CPU ratio",
    ];
    table("Pages", &text, &head, rows)
}

fn bytes(record: &Record) -> String {
    let mut rows = Vec::new();
    for name in NAMES {
        let look = record.rounds("page look", name, 0);
        if look.is_there() {
            let value = |name: &str| number(look.median(|one| one.value(name)));
            let kb = |name: &str| number(look.median(|one| one.value(name)) / 1e3);
            rows.push(vec![
                name.to_owned(),
                kb("html_bytes"),
                kb("compressed_bytes"),
                kb("all_bytes"),
                value("before_paint"),
                value("requests"),
                value("entries"),
            ]);
        }
    }
    let text = "For somebody whose browser has nothing yet; bodies alone, as they travel. Before the first paint a browser waits for the HTML, style\n\
        sheets, and scripts that are not deferred. What is no whole page needs nothing more.";
    let head = [
        "",
        "HTML, kB",
        "compressed, kB",
        "with all it needs, kB",
        "requests before the first paint",
        "requests",
        "entries of the access log",
    ];
    table("What a page needs", text, &head, rows)
}

fn typing(record: &Record) -> String {
    let tables = record.rounds("find tables", "SQLite", 1);
    let mut rows = Vec::new();
    for name in [FIND, TYPING] {
        let salus = record.rounds("page", name, 1);
        if salus.is_there() && tables.is_there() {
            rows.push(vec![
                name.to_owned(),
                number(salus.median(p50)),
                number(salus.median(p95)),
                number(salus.median(Measurement::cpu)),
                number(tables.median(p50)),
                number(tables.median(p95)),
                number(tables.median(Measurement::cpu)),
                number(salus.ratio(&tables, Measurement::cpu)),
            ]);
        }
    }
    let text = "The same words in turn (three letters of a name, a family name, both names, a birth date), asked of a table with indexes in\n\
        the same process, without a page, a server, seals or a log; µs.";
    let head = ["", "p50", "p95", "CPU", "SQLite p50", "SQLite p95", "SQLite CPU", "CPU ratio"];
    table("Find, beside a plain table", text, &head, rows)
}
