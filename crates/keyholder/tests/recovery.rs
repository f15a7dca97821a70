//! The recovery kit: what it brings back, what it does not, and whom it does not obey.

#![allow(clippy::unwrap_used)]

mod support;

use salus_keyholder::recover::{Recover, recover};
use salus_keyholder::{KeyholderError, setup};
use salus_seal::Part;
use salus_seal::entry::Refusal;
use salus_trust_api::wire::*;
use std::path::Path;
use support::*;
use zeroize::Zeroizing;

fn init_with_kit(dir: &Path) -> Zeroizing<String> {
    let set_up = setup::SetUp { data_dir: dir.to_owned(), root_key_file: dir.join("trust/root.key") };
    setup::init(&set_up).unwrap().recovery_kit
}

fn request(dir: &Path, kit: &str) -> Recover {
    Recover {
        data_dir: dir.to_owned(),
        root_key_file: dir.join("trust/root.key"),
        kit: Zeroizing::new(kit.to_owned()),
        witness_dirs: vec![dir.join("witness")],
        store_marks: Vec::new(),
    }
}

#[test]
fn a_lost_trusted_side_comes_back_with_the_kit_and_opens_every_record() {
    let dir = tempfile::tempdir().unwrap();
    let kit = init_with_kit(dir.path());
    let keyholder = Keyholder::start(dir.path());
    let mut admin = keyholder.admin();
    let cell = create_cell(&mut admin, "praxis", 100);
    let session = sign_in(&mut admin, "praxis", cell, "fhir-client", budgets(100));
    let mut server = keyholder.record_server();
    let stored = server.write(&session, session.header(PATIENT, 1, 1, 1), new_patient(1)).unwrap();
    keyholder.stop().unwrap();

    std::fs::remove_dir_all(dir.path().join("trust")).unwrap();
    assert!(matches!(Keyholder::try_start(dir.path()), Err(KeyholderError::NotInitialised { .. })));
    let done = recover(&request(dir.path(), &kit)).unwrap();
    assert!(done.identity);
    assert_eq!(done.cells, [cell]);

    let keyholder = Keyholder::start(dir.path());
    let mut server = keyholder.record_server();
    // Nobody knows what this client had reached, so its budget is spent; a new one reads.
    assert!(matches!(server.read(&session, &stored, Part::Body), Err(Refusal::Budget { .. })));
    let fresh = sign_in(&mut keyholder.admin(), "praxis", cell, "fhir-reader", budgets(10));
    assert_eq!(server.read(&fresh, &stored, Part::Body).unwrap(), b"{\"plain\":true}");
    drop(server);
    keyholder.stop().unwrap();
    // And the log, with entries of before whose month's key is gone, folds at every later start.
    Keyholder::start(dir.path()).stop().unwrap();
}

#[test]
fn a_put_back_state_is_accepted_only_with_the_kit() {
    let dir = tempfile::tempdir().unwrap();
    let kit = init_with_kit(dir.path());
    let keyholder = Keyholder::start(dir.path());
    let cell = create_cell(&mut keyholder.admin(), "praxis", 100);
    let session = sign_in(&mut keyholder.admin(), "praxis", cell, "fhir-client", budgets(100));
    let mut server = keyholder.record_server();
    let stored = server.write(&session, session.header(PATIENT, 1, 1, 1), new_patient(1)).unwrap();
    let known = |entry, mac| Ask::TakeUp(TakeUp { cell, last_entry: Some((entry, mac)) });
    drop(server);
    keyholder.stop().unwrap();
    let key = salus_seal::keys::ReceiptKey::from_bytes(receipt_key(dir.path(), &cell));
    let later = stored.entry + 1_000;
    let mac = key.mac(&cell, later);
    let keyholder = Keyholder::start(dir.path());
    let mut server = keyholder.record_server();
    server.send(&Request::Batch(vec![known(later, mac)]));
    assert!(server.receive().is_none());
    assert!(keyholder.ended().is_err());
    let mut asked = request(dir.path(), &kit);
    asked.store_marks = vec![(cell, later)];
    assert_eq!(recover(&asked).unwrap().behind, [cell]);
    let keyholder = Keyholder::start(dir.path());
    let mut server = keyholder.record_server();
    assert!(matches!(server.ask(known(later, mac)), Answer::TakenUp(_)));
}

#[test]
fn a_strange_kit_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    init_with_kit(dir.path());
    let keyholder = Keyholder::start(dir.path());
    create_cell(&mut keyholder.admin(), "praxis", 100);
    keyholder.stop().unwrap();
    let other = tempfile::tempdir().unwrap();
    let strange = init_with_kit(other.path());
    for kit in [strange.as_str(), "", "secret: ", "installation: x\nsecret: AAAA\n"] {
        assert!(matches!(recover(&request(dir.path(), kit)), Err(KeyholderError::Recovery)), "{kit}");
    }
    Keyholder::start(dir.path()).stop().unwrap();
}

fn receipt_key(dir: &Path, cell: &salus_seal::CellId) -> [u8; 32] {
    let keyring =
        salus_keyholder::keyring::Keyring::open(&dir.join("trust"), &dir.join("trust/root.key")).unwrap();
    keyring.cell(cell).unwrap().generations[0].derive(b"salus receipt key v1").unwrap()
}
