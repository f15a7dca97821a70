//! The tables and the chart of searches. Nothing when none was measured. State: none.

use crate::chart::{self, Panel};
use crate::context::Context;
use crate::measurement::Measurement;
use crate::peers::tables::QUERIES;
use crate::report::{aim, number, p50, p99, table};
use crate::runs::search::{CONNECTIONS, of};
use crate::runs::shapes;

/// The chart's file, beside the tables.
pub const CHART: &str = "search-growth.svg";
/// Microseconds of CPU for a search that returns one patient.
const AIM_ONE_PATIENT_US: f64 = 150.0;
/// How many times what it takes among the fewest patients a search may take among the most.
const AIM_GROWTH: f64 = 1.5;
/// Resources a second.
const AIM_IMPORT_RATE: f64 = 2_500.0;
/// Bytes of index for each Synthea resource.
const AIM_INDEX_BYTES: f64 = 400.0;
/// Connections at which CPU is compared.
const AT: u32 = 16;

/// All tables of searches.
pub fn sections(context: &Context) -> String {
    let mut text = growth(context);
    for size in &context.searched_patients {
        text += &one_size(context, *size);
    }
    text + &bare_tables(context) + &memory(context) + &elsewhere(context)
}

/// What was to be reached, and was or was not.
pub fn aims(context: &Context) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let (Some(fewest), Some(most)) = (context.searched_patients.first(), context.searched_patients.last())
    else {
        return rows;
    };
    let cpu = |shape: &str, size: u32| {
        context.record.rounds("search", &of(shape, size), AT).median(Measurement::cpu)
    };
    let both = |size: u32| [shapes::IDENTIFIER, shapes::NAME].map(|shape| cpu(shape, size));
    let [identifier, name] = both(*most);
    if identifier.is_finite() && name.is_finite() {
        rows.push(aim(
            "A search that returns one patient takes at most 150 µs of CPU at 16 connections",
            format!(
                "{} µs by identifier, {} µs by name, among {} patients",
                number(identifier),
                number(name),
                number(f64::from(*most))
            ),
            identifier.max(name) <= AIM_ONE_PATIENT_US,
        ));
        let [identifier_before, name_before] = both(*fewest);
        let ratios = [identifier / identifier_before, name / name_before];
        rows.push(aim(
            &format!(
                "A search by identifier or name among {} patients takes at most 1.5 times what it takes among {}",
                number(f64::from(*most)),
                number(f64::from(*fewest))
            ),
            format!("{} and {} times", number(ratios[0]), number(ratios[1])),
            ratios.iter().all(|ratio| *ratio <= AIM_GROWTH),
        ));
    }
    let import = context.record.rounds("import", "salus", 0);
    if import.is_there() {
        let rate = import.median(Measurement::rate);
        rows.push(aim(
            "At least 2,500 resources imported a second, with the index, until all is found",
            format!("{} a second", number(rate)),
            rate >= AIM_IMPORT_RATE,
        ));
        let bytes = import.median(|one| one.value("index_bytes_each"));
        rows.push(aim(
            "At most 0.4 kB of index for each Synthea resource",
            format!("{} bytes", number(bytes)),
            bytes <= AIM_INDEX_BYTES,
        ));
    }
    rows
}

/// The chart of how each shape grows.
pub fn chart(context: &Context) -> String {
    let panels: Vec<Panel> = shapes::all()
        .iter()
        .map(|shape| Panel {
            name: shape.name.to_owned(),
            points: context
                .searched_patients
                .iter()
                .map(|size| {
                    let rounds = context.record.rounds("search", &of(shape.name, *size), AT);
                    (f64::from(*size), rounds.median(Measurement::cpu))
                })
                .filter(|(_, cpu)| cpu.is_finite())
                .collect(),
        })
        .collect();
    let text = format!(
        "CPU of all server processes for each search, µs, at {AT} connections, by the number of patients. {}",
        context.about.date
    );
    chart::svg("How searches grow", &text, &panels)
}

fn growth(context: &Context) -> String {
    let sizes = &context.searched_patients;
    let mut rows = Vec::new();
    for shape in shapes::all() {
        let cpu: Vec<f64> = sizes
            .iter()
            .map(|size| context.record.rounds("search", &of(shape.name, *size), AT).median(Measurement::cpu))
            .collect();
        let (Some(first), Some(last)) = (cpu.first(), cpu.last()) else { continue };
        if !last.is_finite() {
            continue;
        }
        let mut row = vec![shape.name.to_owned()];
        row.extend(cpu.iter().map(|cpu| number(*cpu)));
        row.push(number(last / first));
        rows.push(row);
    }
    let text = format!(
        "CPU of all server processes for each search, at {AT} connections, as the number of patients grows: Synthea's 44 patients (10,120\n\
         resources), the others thin, of 8 resources each, with names, codes and practitioners as unevenly spread as in life (Zipf). Pages\n\
         are of 20 where many match, and a hit is opened, charged and logged as any read; the number of hits can grow with the patients.\n\
         Chart: [{CHART}]({CHART})."
    );
    let mut head = vec!["".to_owned()];
    head.extend(sizes.iter().map(|size| format!("{} patients", number(f64::from(*size)))));
    head.push("growth".to_owned());
    let head: Vec<&str> = head.iter().map(String::as_str).collect();
    table("Searches", &text, &head, rows)
}

fn one_size(context: &Context, size: u32) -> String {
    let mut rows = Vec::new();
    for shape in shapes::all() {
        let [one, many] =
            CONNECTIONS.map(|width| context.record.rounds("search", &of(shape.name, size), width));
        if !many.is_there() {
            continue;
        }
        let figures = [
            many.median(|one| one.value("entries")),
            many.median(|one| one.value("answer_bytes")) / 1_000.0,
            one.median(Measurement::cpu),
            one.median(p50),
            one.median(p99),
            many.median(Measurement::cpu),
            many.median(p50),
            many.median(p99),
            many.median(Measurement::rate),
            many.median(|one| one.cpu_of("record server")),
            many.median(|one| one.cpu_of("keyholder")),
            many.median(|one| one.cpu_of("indexer")),
        ];
        let mut row = vec![shape.name.to_owned()];
        row.extend(figures.map(number));
        rows.push(row);
    }
    let head = [
        "",
        "entries",
        "kB",
        "CPU, 1 connection",
        "p50 µs",
        "p99 µs",
        "CPU, 16 connections",
        "p50 µs",
        "p99 µs",
        "a second",
        "record server",
        "keyholder",
        "indexer",
    ];
    table(&format!("Searches among {} patients", number(f64::from(size))), "", &head, rows)
}

fn bare_tables(context: &Context) -> String {
    let mut rows = Vec::new();
    for query in QUERIES {
        for size in &context.searched_patients {
            let rounds = context.record.rounds("search tables", &of(query, *size), 1);
            if rounds.is_there() {
                let figures = [
                    f64::from(*size),
                    rounds.median(Measurement::cpu),
                    rounds.median(p50),
                    rounds.median(p99),
                ];
                let mut row = vec![query.to_owned()];
                row.extend(figures.map(number));
                rows.push(row);
            }
        }
    }
    let text = "The same thin patients and observations in plain SQLite tables with indexes, asked in one process, by one thread: no HTTP, no\n\
        admission, no log, nothing sealed.";
    table("Plain tables", text, &["", "patients", "CPU", "p50 µs", "p99 µs"], rows)
}

fn memory(context: &Context) -> String {
    let mut rows = Vec::new();
    for process in ["keyholder", "indexer", "record server"] {
        let sizes = context.searched_patients.iter();
        let memory: Vec<f64> = sizes
            .map(|size| {
                context
                    .record
                    .rounds("search memory", &of(process, *size), 0)
                    .median(|one| one.value("rss_megabytes"))
            })
            .collect();
        if memory.iter().any(|one| one.is_finite()) {
            let mut row = vec![process.to_owned()];
            row.extend(memory.into_iter().map(number));
            rows.push(row);
        }
    }
    let mut head = vec!["RSS, MB".to_owned()];
    head.extend(
        context.searched_patients.iter().map(|size| format!("{} patients", number(f64::from(*size)))),
    );
    let head: Vec<&str> = head.iter().map(String::as_str).collect();
    table("Memory after searching", "", &head, rows)
}

fn elsewhere(context: &Context) -> String {
    let Some(fewest) = context.searched_patients.first() else { return String::new() };
    let rows: Vec<Vec<String>> = [
        (shapes::NAME, "Patient by family", "700", "3,200 to 4,100"),
        (shapes::IDENTIFIER, "Patient by identifier", "460", "3,000"),
        (shapes::PATIENT_CODE, "Observation by patient and code", "5,500 to 6,600", "4,000"),
        (shapes::PATIENT_DATE, "Observation by patient and date", "9,300", "5,900"),
    ]
    .into_iter()
    .filter_map(|(shape, name, helios, medplum)| {
        let ours = context.record.rounds("search", &of(shape, *fewest), AT);
        let row = || {
            vec![
                name.to_owned(),
                number(ours.median(Measurement::cpu)),
                helios.to_owned(),
                medplum.to_owned(),
            ]
        };
        ours.is_there().then(row)
    })
    .collect();
    let text = format!(
        "**Quoted, not of this run:** Helios hfs 0.2.7 (SQLite, nothing sealed or logged) and Medplum 4.5 were measured before with 58\n\
         patients, on a machine of this kind (2 cores); ours are of {} patients. CPU for each search, µs. No ratio is drawn from them.",
        number(f64::from(*fewest))
    );
    table(
        "Searches of other servers",
        &text,
        &["", "Salus, this run", "Helios hfs 0.2.7", "Medplum 4.5"],
        rows,
    )
}
