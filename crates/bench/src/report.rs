//! The tables of docs/benchmarks.md. A part that was not measured is left out. State: none.

use crate::bodies::RESOURCES_PER_THIN_PATIENT;
use crate::context::Context;
use crate::machine;
use crate::measurement::{Measurement, Record, Rounds};
use crate::peers::disk::ENTRY_BYTES;
use crate::report_pages;
use crate::report_search;
use crate::runs::{admit, growth, parts, requests, start};
use std::fmt::Write as _;

/// A read may take so many times bare axum's CPU.
const AIM_READ_RATIO: f64 = 4.0;
/// Resources a second.
const AIM_IMPORT_RATE: f64 = 3_000.0;
/// On disk, for each Synthea resource.
const AIM_BYTES_EACH: f64 = 1_000.0;

/// The whole page.
pub fn markdown(context: &Context) -> String {
    let record = &context.record;
    let mut page = head(context);
    for section in [aims(context), http(record), bare_parts(record), admissions(record), import(record)] {
        page += &section;
    }
    for section in [starts(record), memory(record), growth_table(context), elsewhere(record)] {
        page += &section;
    }
    page += &report_search::sections(context);
    page += &report_pages::sections(context);
    page
}

fn head(context: &Context) -> String {
    let about = &context.about;
    let mut text = String::from("# Benchmarks\n\n");
    let taken = if context.effort.is_full {
        format!(
            "Every figure is the median of {} rounds (searches: of 2, pages: of one); what is compared was measured in turn.",
            context.effort.rounds
        )
    } else {
        "Taken with --quick: to see that it works, not to compare.".to_owned()
    };
    let others = context.record.most_by_others().map_or(String::new(), |share| {
        format!(
            " While requests were measured, others took at most {:.0} % of the processors.",
            share * 100.0
        )
    });
    let _ = write!(
        text,
        "{}\n\n\
         - machine: {}\n- commit: {}\n- date: {}\n- load average before and after: {}; {}\n\n\
         {taken}{others} The load generator runs on the same machine and is not counted. CPU is user and system time of all\n\
         server processes, divided by the requests; µs.\n",
        about.command,
        about.machine,
        about.commit,
        about.date,
        about.load_before,
        machine::load_average(),
    );
    text
}

/// A section with a table; nothing when there is no row.
pub fn table(title: &str, text: &str, head: &[&str], rows: Vec<Vec<String>>) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let mut out = format!("\n## {title}\n\n");
    if !text.is_empty() {
        let _ = writeln!(out, "{text}\n");
    }
    let _ = writeln!(out, "| {} |", head.join(" | "));
    let _ = writeln!(out, "|{}", " --- |".repeat(head.len()));
    for row in rows {
        let _ = writeln!(out, "| {} |", row.join(" | "));
    }
    out
}

/// As many digits as mean something, thousands apart.
pub fn number(value: f64) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    if value.abs() < 10.0 {
        return format!("{value:.2}");
    }
    if value.abs() < 100.0 {
        return format!("{value:.1}");
    }
    let digits = format!("{value:.0}");
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The middle latency, in µs.
pub fn p50(one: &Measurement) -> f64 {
    one.p50_us.unwrap_or(f64::NAN)
}

/// What one in a hundred exceeds, in µs.
pub fn p99(one: &Measurement) -> f64 {
    one.p99_us.unwrap_or(f64::NAN)
}

fn aims(context: &Context) -> String {
    let record = &context.record;
    let (salus, axum) = (record.rounds("read", "salus", 16), record.rounds("read", "axum", 16));
    let import = record.rounds("import", "salus", 0);
    let row = aim;
    let mut rows = Vec::new();
    if salus.is_there() && axum.is_there() {
        let ratio = salus.ratio(&axum, Measurement::cpu);
        let measured = format!("{} times", number(ratio));
        rows.push(row(
            "A read at 16 connections takes at most 4 times bare axum's CPU",
            measured,
            ratio <= AIM_READ_RATIO,
        ));
    }
    if import.is_there() {
        let (rate, bytes) =
            (import.median(Measurement::rate), import.median(|one| one.value("all_bytes_each")));
        let measured = format!("{} a second", number(rate));
        rows.push(row(
            "At least 3,000 Synthea resources imported a second",
            measured,
            rate >= AIM_IMPORT_RATE,
        ));
        let empty = import.median(|one| one.value("empty_bytes") / one.count as f64);
        let measured =
            format!("{} bytes; {} of them are the empty installation's", number(bytes), number(empty));
        rows.push(row(
            "At most 1.0 kB on disk for each Synthea resource, all files",
            measured,
            bytes <= AIM_BYTES_EACH,
        ));
    }
    rows.extend(report_search::aims(context));
    rows.extend(report_pages::aims(record));
    table("Aims", "", &["aim", "measured", "reached"], rows)
}

/// A row of the aims.
pub fn aim(aim: &str, measured: String, reached: bool) -> Vec<String> {
    vec![aim.to_owned(), measured, if reached { "yes" } else { "no" }.to_owned()]
}

fn http(record: &Record) -> String {
    let mut rows = Vec::new();
    for kind in ["read", "create", "update"] {
        for connections in requests::CONNECTIONS {
            let salus = record.rounds(kind, "salus", connections);
            let axum = record.rounds(kind, "axum", connections);
            if !salus.is_there() {
                continue;
            }
            let figures = [
                salus.median(Measurement::rate),
                salus.median(p50),
                salus.median(p99),
                salus.median(Measurement::cpu),
                salus.median(|one| one.cpu_of("record server")),
                salus.median(|one| one.cpu_of("keyholder")),
                axum.median(Measurement::rate),
                axum.median(p50),
                axum.median(Measurement::cpu),
                salus.ratio(&axum, Measurement::cpu),
            ];
            let mut row = vec![kind.to_owned(), connections.to_string()];
            row.extend(figures.map(number));
            rows.push(row);
        }
    }
    let text = "Synthea's Observations (5,014 of 44 patients, 0.9 kB each), HTTP/1.1 kept alive, each read and write admitted, logged\n\
        and synced. axum answers the same bytes from memory, or gives back what it was sent; it runs with its own and tokio's defaults,\n\
        one worker a processor, and TCP_NODELAY. The supervisor takes nothing that shows.";
    let head = [
        "",
        "connections",
        "a second",
        "p50 µs",
        "p99 µs",
        "CPU",
        "record server",
        "keyholder",
        "axum a second",
        "axum p50 µs",
        "axum CPU",
        "CPU ratio",
    ];
    table("Requests", text, &head, rows)
}

fn bare_parts(record: &Record) -> String {
    let mut rows = Vec::new();
    let mut row = |name: String, rounds: &Rounds<'_>| {
        if rounds.is_there() {
            rows.push(vec![
                name,
                number(rounds.median(Measurement::cpu)),
                number(rounds.median(Measurement::rate)),
            ]);
        }
    };
    for part in [
        "AES-256-GCM seal",
        "AES-256-GCM open",
        "zstd compress",
        "zstd decompress",
        "envelope seal",
        "envelope open",
    ] {
        let rounds = record.rounds("part", part, 1);
        let bytes = rounds.median(|one| one.value("bytes"));
        let name =
            if bytes.is_finite() { format!("{part} (to {} bytes)", number(bytes)) } else { part.to_owned() };
        row(name, &rounds);
    }
    row("SQLite row read".to_owned(), &record.rounds("sqlite read", "SQLite", 1));
    for group in parts::GROUPS {
        row(
            format!("SQLite rows inserted, {group} in a transaction"),
            &record.rounds("sqlite insert", "SQLite", group),
        );
    }
    for group in parts::GROUPS {
        let name = format!("{ENTRY_BYTES} bytes appended and synced, {group} at once");
        row(name, &record.rounds("fsync", "fdatasync", group));
    }
    let text = "One thread, in one process, the same bodies, for each; SQLite with WAL and synchronous=FULL. The envelope is key, zstd\n\
        with our dictionary, derivation and AES-256-GCM together.";
    table("The bare parts", text, &["", "CPU", "a second"], rows)
}

fn admissions(record: &Record) -> String {
    let mut rows = Vec::new();
    for (what, name) in [("admit read", "read"), ("admit write", "write, and landed")] {
        for waiting in admit::WAITING {
            let rounds = record.rounds(what, "keyholder", waiting);
            if rounds.is_there() {
                let figures = [
                    rounds.median(Measurement::rate),
                    rounds.median(p50),
                    rounds.median(p99),
                    rounds.median(|one| one.cpu_of("keyholder")),
                    rounds.median(|one| one.cpu_of("asker")),
                ];
                let mut row = vec![name.to_owned(), waiting.to_string()];
                row.extend(figures.map(number));
                rows.push(row);
            }
        }
    }
    let text = "Straight on the keyholder's socket, one record version each; an answer is durable in the log. The asker's CPU is the client's.";
    table(
        "Admissions",
        text,
        &["", "waiting", "a second", "p50 µs", "p99 µs", "keyholder CPU", "asker CPU"],
        rows,
    )
}

fn import(record: &Record) -> String {
    let rounds = record.rounds("import", "salus", 0);
    if !rounds.is_there() {
        return String::new();
    }
    let rebuild = record.rounds("index rebuild", "salus", 0);
    let cpu = |process: &str| number(rounds.median(|one| one.cpu_of(process)));
    let value = |name: &str| number(rounds.median(|one| one.value(name)));
    let rows = [
        ("resources a second, until a search counts them all", number(rounds.median(Measurement::rate))),
        ("seconds for all of them, the command's start included", number(rounds.median(|one| one.seconds))),
        ("CPU of the record server, each", cpu("record server")),
        ("CPU of the keyholder, each", cpu("keyholder")),
        ("CPU of the indexer, until all lies in its segments, each", cpu("indexer")),
        ("CPU of `salus import`, each", cpu("import")),
        ("bytes on disk, store", value("store_bytes_each")),
        ("of these, sealed words for the index", value("words_bytes_each")),
        ("bytes on disk, index", value("index_bytes_each")),
        ("bytes on disk, access log", value("log_bytes_each")),
        ("bytes on disk, all files", value("all_bytes_each")),
        ("bytes on disk of an installation with an empty cell, in all", value("empty_bytes")),
        ("seconds of `salus index rebuild`, while serving", number(rebuild.median(|one| one.seconds))),
        (
            "bytes on disk, index, when it was made again",
            number(rebuild.median(|one| one.value("index_bytes_each"))),
        ),
    ];
    let count = rounds.median(|one| one.count as f64);
    let text = format!(
        "`salus import` of all {} Synthea resources into a new cell; bytes after a clean stop, for each.",
        number(count)
    );
    table("Import", &text, &["", ""], rows.map(|(name, value)| vec![name.to_owned(), value]).to_vec())
}

fn starts(record: &Record) -> String {
    let demo = format!("`salus demo`, making 2 × {} patients", start::DEMO_PATIENTS);
    let rows: Vec<Vec<String>> = [
        ("demo, nothing there", demo.as_str()),
        ("demo, again", "`salus demo`, on what it made"),
        ("serve", "`salus serve`, on the import"),
        ("keyholder", "the keyholder by itself, folding the import's log"),
        (
            "keyholder killed, until a read",
            "kill -9 of the keyholder under `salus serve`, until a read is answered",
        ),
    ]
    .into_iter()
    .filter_map(|(of, name)| {
        let rounds = record.rounds("start", of, 0);
        rounds.is_there().then(|| vec![name.to_owned(), number(rounds.median(|one| one.seconds * 1000.0))])
    })
    .collect();
    table("Starts", "", &["", "milliseconds until ready"], rows)
}

fn memory(record: &Record) -> String {
    let mut rows = Vec::new();
    for process in ["supervisor", "keyholder", "indexer", "record server"] {
        let idle = record.rounds("memory", &format!("{process} idle"), 0);
        let after = record.rounds("memory", &format!("{process} after load"), 0);
        if idle.is_there() && after.is_there() {
            let figures = [&idle, &after].map(|rounds| {
                [
                    rounds.median(|one| one.value("pss_megabytes")),
                    rounds.median(|one| one.value("rss_megabytes")),
                ]
            });
            let mut row = vec![process.to_owned()];
            row.extend(figures.as_flattened().iter().map(|value| number(*value)));
            rows.push(row);
        }
    }
    let text =
        "On the import, a second after the start, and after reads and creates with 16 connections; MB.";
    table("Memory", text, &["", "PSS idle", "RSS idle", "PSS after load", "RSS after load"], rows)
}

fn growth_table(context: &Context) -> String {
    let record = &context.record;
    let mut rows = Vec::new();
    let sizes = context.effort.thin_patients.map(growth::name);
    #[allow(clippy::type_complexity, reason = "a table, said once")]
    let measures: [(&str, &'static str, u32, fn(&Measurement) -> f64); 6] = [
        ("read, CPU", "read", growth::CONNECTIONS, Measurement::cpu),
        ("read, p99 µs", "read", growth::CONNECTIONS, p99),
        ("create, CPU", "create", growth::CONNECTIONS, Measurement::cpu),
        ("create, p99 µs", "create", growth::CONNECTIONS, p99),
        ("bytes on disk for each resource, store", "growth load", 0, |one| one.value("store_bytes_each")),
        ("bytes on disk for each resource, all files", "growth load", 0, |one| one.value("all_bytes_each")),
    ];
    for (name, what, width, of) in measures {
        let [small, large] = sizes.each_ref().map(|size| record.rounds(what, size, width));
        if small.is_there() && large.is_there() {
            let (before, after) = (small.median(of), large.median(of));
            rows.push(vec![name.to_owned(), number(before), number(after), number(after / before)]);
        }
    }
    let text = format!(
        "Thin patients of {RESOURCES_PER_THIN_PATIENT} resources each; {} connections, up to 6,000 records spread over all patients.",
        growth::CONNECTIONS
    );
    let [small, large] =
        context.effort.thin_patients.map(|patients| format!("{} patients", number(f64::from(patients))));
    table("Growth", &text, &["", &small, &large, "ratio"], rows)
}

fn elsewhere(record: &Record) -> String {
    let ours = |what: &str, width, of: fn(&Measurement) -> f64| {
        number(record.rounds(what, "salus", width).median(of))
    };
    let row = |name: &str, ours: String, helios: &str, medplum: &str| {
        vec![name.to_owned(), ours, helios.to_owned(), medplum.to_owned()]
    };
    if !record.rounds("read", "salus", 16).is_there() && !record.rounds("import", "salus", 0).is_there() {
        return String::new();
    }
    let rows = vec![
        row("read, CPU", ours("read", 16, Measurement::cpu), "215 to 320", "2,400"),
        row("create, CPU", ours("create", 16, Measurement::cpu), "3,000 to 4,500", "10,000 to 19,000"),
        row("update, CPU", ours("update", 16, Measurement::cpu), "4,200", "not measured"),
        row("import, resources a second", ours("import", 0, Measurement::rate), "682", "40"),
        row(
            "bytes on disk for each resource",
            ours("import", 0, |one| one.value("all_bytes_each")),
            "11,000",
            "8,400",
        ),
    ];
    let rows = rows.into_iter().filter(|row| row.get(1).is_some_and(|ours| ours != "–")).collect();
    let text = "**Quoted, not of this run:** Helios hfs 0.2.7 (SQLite, no fsync for each commit, no validation, nothing sealed) and Medplum\n\
        4.5 were measured before, on a machine of this kind (2 cores), at 16 connections. No ratio is drawn from them.";
    table("Other servers", text, &["", "Salus, this run", "Helios hfs 0.2.7", "Medplum 4.5"], rows)
}

#[cfg(test)]
mod tests {
    use super::{number, table};

    #[test]
    fn numbers_have_as_many_digits_as_mean_something() {
        for (value, text) in [
            (0.456, "0.46"),
            (17.04, "17.0"),
            (215.6, "216"),
            (1234.0, "1,234"),
            (1234567.0, "1,234,567"),
            (f64::NAN, "–"),
        ] {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn a_table_without_rows_is_left_out() {
        assert_eq!(table("T", "text", &["a"], vec![]), "");
        assert_eq!(
            table("T", "", &["a", "b"], vec![vec!["1".into(), "2".into()]]),
            "\n## T\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n"
        );
    }
}
