//! How long what the record server does takes with a canary, beside the same with a patient: written and landed, read, found by a search.
//! One by one in turn, so that whatever else the machine does meets both alike; medians.

#![allow(clippy::unwrap_used, reason = "a benchmark that cannot go on ends")]

#[path = "../tests/support/mod.rs"]
mod support;

use salus_seal::entry::alarms::AlarmRules;
use salus_seal::{Part, Pseudonym};
use salus_trust_api::wire::alarms::{AlarmsAsk, CanaryAsk};
use salus_trust_api::wire::index::{FromIndexer, ToIndexer};
use salus_trust_api::wire::query::Reach;
use salus_trust_api::wire::{AdminAsk, Ask, Resolved};
use std::time::Instant;
use support::searching::{Indexer, Lane, found, query};
use support::{
    Keyholder, PATIENT, RecordServer, Session, Stored, budgets, create_cell, init, log_of, new_patient,
    sign_in,
};

/// Of each kind.
const TURNS: usize = 400;

/// Median of what each of two took, in microseconds.
fn print(what: &str, took: [Vec<f64>; 2]) {
    let [patient, canary] = took.map(|mut all| {
        all.sort_by(f64::total_cmp);
        all[all.len() / 2] * 1e6
    });
    println!("{what:<20} {patient:>10.1} {canary:>10.1} {:>8.3}", canary / patient);
}

fn turns(mut one: impl FnMut(usize) -> f64) -> [Vec<f64>; 2] {
    let mut took = [Vec::new(), Vec::new()];
    (0..2 * TURNS).for_each(|turn| took[turn % 2].push(one(turn)));
    took
}

fn timed<T>(one: impl FnOnce() -> T) -> (T, f64) {
    let began = Instant::now();
    let out = one();
    (out, began.elapsed().as_secs_f64())
}

/// Until it has landed and the index is told.
fn write(server: &mut RecordServer, indexer: &mut Indexer, by: &Session, number: u64) -> Stored {
    let header = by.header(PATIENT, number, number, 1);
    let stored = server.write_words(by, header, new_patient(number), b"words").unwrap();
    assert!(matches!(indexer.next(), ToIndexer::Written { .. }));
    server.ask(Ask::Landed(Resolved { cell: by.cell, entries: vec![stored.entry] }));
    assert!(matches!(indexer.next(), ToIndexer::Landed { .. }));
    stored
}

fn main() {
    let dir = tempfile::tempdir().unwrap();
    init(dir.path());
    let keyholder = Keyholder::start(dir.path());
    let mut admin = keyholder.admin();
    let cell = create_cell(&mut admin, "praxis", 1_000_000);
    let [maker, other] = [0; 2].map(|_| sign_in(&mut admin, "praxis", cell, "importer", budgets(0)));
    let reader = sign_in(&mut admin, "praxis", cell, "fhir-client", budgets(99_000));
    let rules = AlarmRules { canary_suspends: false, ..AlarmRules::default() };
    admin.ask(AdminAsk::Alarms { cell: "praxis".into(), ask: AlarmsAsk::SetRules(rules) }).unwrap();
    let open = CanaryAsk::OpenPlaces { session: maker.session };
    admin.ask(AdminAsk::Canaries { cell: "praxis".into(), ask: open }).unwrap();
    let mut server = keyholder.record_server();
    let mut indexer = Indexer::open(&keyholder, None, 1);
    indexer.caught_up();
    let mut lane = Lane::connect(&keyholder);
    println!("{:<20} {:>10} {:>10} {:>8}", "median, µs", "patient", "canary", "ratio");
    let mut rows = Vec::new();
    print(
        "written and landed",
        turns(|turn| {
            let by = if turn % 2 == 0 { &other } else { &maker };
            let (stored, took) = timed(|| write(&mut server, &mut indexer, by, turn as u64 + 1));
            rows.push(stored);
            took
        }),
    );
    print("read", turns(|turn| timed(|| server.read(&reader, &rows[turn % 2], Part::Body).unwrap()).1));
    let entries = log_of(&mut admin, "praxis");
    let whose = |stored: &Stored| -> Pseudonym {
        let entry = entries.iter().find(|entry| entry.number == stored.entry).unwrap();
        entry.fleeting.as_ref().unwrap().patients[0]
    };
    let whose = [whose(&rows[0]), whose(&rows[1])];
    print(
        "found by a search",
        turns(|turn| {
            let record = rows[turn % 2].sealed.header.record;
            let reach = Reach { matching: vec![whose[turn % 2]], ..Reach::default() };
            timed(|| {
                lane.ask(turn as u64, &reader, query(PATIENT));
                let (ticket, _) = indexer.search();
                indexer.say(&FromIndexer::Found { ticket, found: Ok((found(&[(record, 1)], 1), reach)) });
                lane.found().unwrap()
            })
            .1
        }),
    );
}
