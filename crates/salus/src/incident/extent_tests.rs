//! Who gets which version, from entries that cover one, several and no patients.

use super::*;
use salus_seal::entry::{Interaction, ranges};
use salus_seal::{CellId, ClientId, Part, PrincipalId, SessionId};
use salus_trust_api::wire::incident::{ScopeEntry, ScopeKind, ScopePage};

/// A store in which record N is of compartment N / 10, and compartment N of patient N; 9 is joint, of 8 and 9.
struct Store;

impl Lookup for Store {
    fn headers(&mut self, versions: &[(u64, u32)]) -> Result<Vec<Option<(Header, u64)>>, Failure> {
        let kind = |record| ["Patient", "Coverage", "Condition"][(record % 10) as usize];
        let header = |(record, version): &(u64, u32)| {
            let header = Header {
                cell: CellId([1; 16]),
                compartment: record / 10,
                kind: ResourceType::from_name(kind(*record)).unwrap().code(),
                record: *record,
                version: *version,
                time_ms: 1,
                deleted: false,
            };
            (*record < 100).then_some((header, 1))
        };
        Ok(versions.iter().map(header).collect())
    }

    fn whose(&mut self, compartments: &[u64]) -> Result<Vec<(u64, Vec<Pseudonym>)>, Failure> {
        let whose = |number: &u64| match number {
            9 => (9, vec![Pseudonym([8; 16]), Pseudonym([9; 16])]),
            number => (*number, vec![Pseudonym([*number as u8; 16])]),
        };
        Ok(compartments.iter().map(whose).collect())
    }
}

fn entry(number: u64, kind: ScopeKind, part: Part, patients: &[u8], versions: &[(u64, u32)]) -> ScopeEntry {
    ScopeEntry {
        number,
        time_ms: 1_000 + number,
        kind,
        session: SessionId([1; 16]),
        principal: PrincipalId([2; 16]),
        client: ClientId([3; 16]),
        device: None,
        address: [0; 16],
        interaction: Interaction::Read,
        part,
        patients: patients.iter().map(|patient| Pseudonym([*patient; 16])).collect(),
        versions: ranges(versions.iter().copied()),
    }
}

fn extent(admitted: Vec<ScopeEntry>, delivered: Vec<u64>) -> Extent {
    let mut gathered = Gathered::default();
    gathered.add(ScopePage { admitted, delivered: vec![(90, delivered)], ..ScopePage::default() });
    Extent::of(&mut gathered, &mut Store).unwrap()
}

fn of(extent: &Extent, patient: u8) -> (Vec<(u64, u32)>, Vec<&'static str>, bool) {
    let found = extent.patients.iter().find(|known| known.pseudonym == Pseudonym([patient; 16])).unwrap();
    let versions = extent.items_of(found).iter().map(|item| (item.record, item.version)).collect();
    (versions, found.categories.names(), found.delivered)
}

#[test]
fn versions_of_a_shared_admission_are_each_whose_they_are() {
    let shared = entry(5, ScopeKind::Opened, Part::Body, &[1, 2], &[(10, 1), (21, 3), (22, 1)]);
    let found = entry(4, ScopeKind::Found, Part::Body, &[1, 2, 3], &[(10, 1), (30, 1)]);
    let line = entry(6, ScopeKind::Opened, Part::Line, &[3], &[(30, 1)]);
    let extent = extent(vec![found, shared, line], vec![4, 5]);
    assert_eq!(
        of(&extent, 1),
        (vec![(10, 1)], vec!["identity", "contact", "treating-doctor", "death"], true)
    );
    assert_eq!(of(&extent, 2), (vec![(21, 3), (22, 1)], vec!["diagnoses", "insurance"], true));
    assert_eq!(of(&extent, 3), (vec![(30, 1)], vec!["identity"], false));
    assert_eq!((extent.versions, extent.found_only, extent.undelivered, extent.unattributed), (4, 0, 1, 0));
    assert!(extent.patients.iter().all(|patient| patient.shared_admissions == 0));
    assert_eq!(extent.categories[0], Count { patients: 2, versions: 2 });
}

#[test]
fn what_was_only_found_is_told_apart_and_told_nothing() {
    let extent = extent(vec![entry(4, ScopeKind::Found, Part::Body, &[1], &[(10, 1)])], vec![]);
    assert_eq!(of(&extent, 1), (vec![(10, 1)], vec![], false));
    assert_eq!((extent.versions, extent.found_only), (1, 1));
}

#[test]
fn a_joint_compartment_is_of_each_and_counts_once() {
    let extent = extent(vec![entry(4, ScopeKind::Opened, Part::Body, &[8, 9], &[(91, 1)])], vec![4]);
    assert_eq!(of(&extent, 8), of(&extent, 9));
    assert_eq!(extent.categories[6], Count { patients: 2, versions: 1 });
}

#[test]
fn the_house_is_nobodys_and_what_the_store_lacks_is_of_the_entrys_one_patient() {
    let house = entry(3, ScopeKind::Opened, Part::Body, &[], &[(1, 1)]);
    let one = entry(4, ScopeKind::Written { first: 4 }, Part::Body, &[5], &[(200, 1)]);
    let rest = entry(5, ScopeKind::Written { first: 4 }, Part::Body, &[5, 6], &[(201, 1)]);
    let mut gathered = Gathered::default();
    gathered.add(ScopePage { admitted: vec![house, one, rest], ..ScopePage::default() });
    assert_eq!(gathered.count, 2, "a chain is one admission");
    let extent = Extent::of(&mut gathered, &mut Store).unwrap();
    assert_eq!(of(&extent, 5).0, [(200, 1)]);
    assert_eq!(of(&extent, 6).0, []);
    let shared = |at: usize| extent.patients[at].shared_admissions;
    assert_eq!((extent.house_versions, extent.unattributed, shared(0), shared(1)), (1, 1, 1, 1));
}
