//! That the blast radius is what a program that takes all it can really gets: with a passkey, a link, an administrator's session; and in a
//! cell that is cut off.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use salus_seal::entry::{Limits, Purpose, Refusal};
use salus_trust_api::wire::administer::{CellAnswer, CellAsk};
use salus_trust_api::wire::budgets::*;
use salus_trust_api::wire::people::*;
use salus_trust_api::wire::*;
use std::collections::BTreeSet;
use support::budgets::*;
use support::door::{invited, person};
use support::*;

const TREAT: Purpose = Purpose::Treatment;
const ETREAT: Purpose = Purpose::Emergency;

fn find(reach: &BlastRadius, is_it: impl Fn(&Credential) -> bool) -> &CredentialReach {
    reach.credentials.iter().find(|one| is_it(&one.credential)).unwrap()
}

/// Opens what it has not yet until it is refused, touching its passkey, and then from the reserve.
fn take(p: &mut Practice, session: &Session, thief: &mut Member, taken: &mut BTreeSet<usize>) {
    for purpose in [TREAT, ETREAT] {
        while let Some(next) = (0..p.charts.len()).find(|chart| !taken.contains(chart)) {
            match p.open(session, next, purpose) {
                Ok(()) => drop(taken.insert(next)),
                Err(Refusal::TouchNeeded) if purpose == TREAT => p.touch(thief, session),
                Err(_) => break,
            }
        }
    }
}

#[test]
fn a_stolen_passkey_and_a_stolen_link_get_exactly_as_far_as_is_said() {
    let mut p = Practice::new(limits(1_000), 170);
    let own = Limits { hour: 5, day: 8, days_30: 14 };
    let mut ada = p.member("physician", Some(own));
    let budgets = Some(salus_trust_api::Budgets { chart: own, glimpse: own });
    let add = PeopleAsk::Add {
        cell: Some("praxis".into()),
        person: NewPerson { budgets, ..person("New", "physician") },
    };
    let (fresh, link) = invited(support::door::people(&mut p.admin(), add).unwrap());
    let reach = p.reach();
    let of = |id| reach.credentials.iter().find(|one| one.principal == Some(id)).unwrap().clone();
    let (passkey, by_link) = (of(ada.principal), of(fresh));
    assert!(matches!(passkey.credential, Credential::Passkey(_)) && by_link.credential == Credential::Link);
    // The budget, and the reserve of five a day.
    assert_eq!((passkey.chart, by_link.chart), ([10, 13, 164], [10, 13, 164]));
    let mut thief = Member { principal: fresh, passkey: p.door.register(&link) };
    for (member, said) in [(&mut ada, passkey.chart), (&mut thief, by_link.chart)] {
        let mut taken = BTreeSet::new();
        let session = p.session(member);
        take(&mut p, &session, member, &mut taken);
        assert_eq!(taken.len(), said[0] as usize, "in an hour");
        p.forward(HOUR_MS + 1);
        // The other one has ended: an hour without an access.
        let session = p.session(member);
        take(&mut p, &session, member, &mut taken);
        assert_eq!(taken.len(), said[1] as usize, "in a day");
        for _ in 1..30 {
            p.forward(DAY_MS + 1);
            let session = p.session(member);
            take(&mut p, &session, member, &mut taken);
        }
        assert_eq!(taken.len(), said[2] as usize, "in 30 days");
        // So that the next one begins with a cell that has all of its budget.
        p.forward(30 * DAY_MS);
    }
}

#[test]
fn a_stolen_administrator_lets_others_in_who_get_no_farther_than_is_said() {
    let mut p = Practice::new(limits(8), 60);
    let mut boss = p.member("practice-administrator", None);
    let session = p.session(&mut boss);
    let reach = p.reach();
    let said = find(&reach, |one| *one == Credential::Session(session.session)).clone();
    assert!(matches!(said.why, ReachBound::HandsOut { .. }), "{said:?}");
    let mut taken = BTreeSet::new();
    for name in ["One", "Two", "Three"] {
        let add = PeopleAsk::Add { cell: None, person: person(name, "physician") };
        let ask = CellAsk::People(add);
        let CellAnswer::People(answer) = p.asked(&session, ask).unwrap() else { panic!() };
        let (principal, secret) = invited(answer);
        let mut friend = Member { principal, passkey: p.door.register(&secret) };
        let own = p.session(&mut friend);
        take(&mut p, &own, &mut friend, &mut taken);
    }
    let most = said.chart[1] as usize;
    assert!(taken.len() > 8 && taken.len() <= most, "{} of {most}", taken.len());
}

#[test]
fn who_brings_in_takes_nothing_and_in_a_cell_that_is_cut_off_only_who_is_named_reads() {
    use salus_trust_api::wire::contain::{ContainAnswer, ContainAsk};
    let mut p = Practice::new(limits(1_000), 40);
    let importer = p.writer.client;
    let reach = p.reach();
    let said = find(&reach, |one| *one == Credential::ClientSecret(importer));
    assert_eq!((said.chart, said.why), ([0; 3], ReachBound::OnlyBringsIn));
    let mut ada = p.member("physician", Some(limits(10)));
    let mut bea = p.member("physician", Some(limits(10)));
    let (adas, beas) = (p.session(&mut ada), p.session(&mut bea));
    p.admin().ask(AdminAsk::Quarantine { cell: "praxis".into(), on: true }).unwrap();
    let until_ms = p.reach().now_ms + 2 * HOUR_MS;
    let except = ContainAsk::Except { principal: ada.principal, until_ms };
    let ask = AdminAsk::Contain { cell: Some("praxis".into()), ask: except };
    assert!(matches!(p.admin().ask(ask), Ok(AdminAnswer::Contained(ContainAnswer::Done))));
    let reach = p.reach();
    let of = |session: &Session| {
        let said = find(&reach, |one| *one == Credential::Session(session.session));
        (said.chart, said.why)
    };
    assert_eq!(of(&beas), ([0; 3], ReachBound::CutOff));
    let (chart, why) = of(&adas);
    assert!(chart[0] > 0 && chart[2] < 40 && why != ReachBound::CutOff, "{chart:?} {why:?}");
    let cell = find(&reach, |one| *one == Credential::Cell);
    assert!(cell.chart[2] > 0 && cell.chart[2] < 40, "{cell:?}");
    // A program that takes all it can gets no farther.
    let mut taken = BTreeSet::new();
    p.loot(&beas, ETREAT, &mut taken);
    assert!(taken.is_empty());
    p.loot(&adas, ETREAT, &mut taken);
    assert!(!taken.is_empty() && taken.len() <= chart[0] as usize, "{} of {chart:?}", taken.len());
    p.forward(2 * HOUR_MS + 1);
    assert!(p.reach().credentials.iter().all(|one| one.chart == [0; 3] || one.why == ReachBound::Nothing));
}
