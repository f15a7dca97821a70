//! That the blast radius is what a program that takes all it can really gets: with a passkey, a link, an administrator's session; and in a
//! cell that is cut off.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use salus_seal::entry::people::PersonStatus;
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

/// Somebody whom an administrator's session lets in.
fn let_in(p: &mut Practice, by: &Session, name: &str, role: &str) -> Member {
    let add = CellAsk::People(PeopleAsk::Add { cell: None, person: person(name, role) });
    let CellAnswer::People(answer) = p.asked(by, add).unwrap() else { panic!() };
    let (principal, secret) = invited(answer);
    Member { principal, passkey: p.door.register(&secret) }
}

/// Asks for the cell's budget once more, as long as can be, and gives it.
fn raise_cell(p: &mut Practice, asker: &Session, giver: &mut Member) -> bool {
    let wanted = more(None, p.machine_budget().days_30, 7 * DAY_MS);
    let BudgetAnswer::Asked(ask) = p.administer(asker, BudgetAsk::AskFor(wanted)).unwrap() else { panic!() };
    let BudgetAnswer::Budgets(all) = p.administer(asker, BudgetAsk::Show).unwrap() else { panic!() };
    let of = raise_of(all.asks.iter().find(|open| open.ask == ask).unwrap());
    p.give(&of, giver)
}

impl Practice {
    fn machine_budget(&mut self) -> Limits {
        let BudgetAnswer::Budgets(all) = self.machine(BudgetAsk::Show) else { panic!() };
        all.budgets[0].base.chart
    }
}

/// The most that the least of the thieves below gets of what is said, in a hundred: all of it.
const TAKEN_OF_SAID_PERCENT: usize = 100;

/// Everything that an administrator's session, and where it is there the passkey, can do to reach patients: who was first in the practice is
/// suspended, so that the reserves are free; accomplices open charts, each hour and day what the practice's budget holds; others raise it
/// as soon as that can be. What it has within an hour, a day and 30 days.
fn empty(p: &mut Practice, boss: &mut Member, by: &Session, (has_passkey, days): (bool, u32)) -> [usize; 3] {
    let PeopleAnswer::People(all) =
        support::door::people(&mut p.admin(), PeopleAsk::List { cell: Some("praxis".into()) }).unwrap()
    else {
        panic!()
    };
    for other in all.iter().filter(|one| one.role == "physician") {
        let ask = PeopleAsk::SetStatus { principal: other.principal, status: PersonStatus::Suspended };
        p.asked(by, CellAsk::People(ask)).unwrap();
    }
    let mut friends = ["One", "Two"].map(|name| let_in(p, by, name, "physician"));
    let mut asker = let_in(p, by, "Three", "practice-administrator");
    let mut giver = let_in(p, by, "Four", "practice-administrator");
    let mut taken = BTreeSet::new();
    let mut within = [0; 3];
    for day in 0..days {
        let raises = day % 7 == 0 && (has_passkey || day >= 7);
        if raises || day == 1 {
            let askers = p.session(&mut asker);
            let gave = raise_cell(p, &askers, if has_passkey { &mut *boss } else { &mut giver });
            // A passkey of a day gives nothing; what is raised once more stays as it is.
            assert_eq!(gave, raises || has_passkey, "on day {day}");
        }
        for (hour, count) in [2, 1].into_iter().enumerate() {
            // The reserves are spent within the first.
            for friend in &mut friends[..count] {
                let session = p.session(friend);
                take(p, &session, friend, &mut taken);
            }
            if day == 0 {
                within[hour] = taken.len();
            }
            p.forward(HOUR_MS + 1);
        }
        // What was opened in the first hour of a day counts no more in that of the next.
        p.forward(22 * HOUR_MS);
    }
    within[2] = taken.len();
    within
}

#[test]
fn a_stolen_administrator_gets_by_others_exactly_as_far_as_is_said() {
    for has_passkey in [false, true] {
        // Two charts an hour, four a day; beside them the reserve of two people.
        let mut p = Practice::new(Limits { hour: 2, day: 4, days_30: 150 }, 560);
        p.keyholder.as_ref().unwrap().confirms();
        p.member("physician", None);
        let mut boss = p.member("practice-administrator", None);
        let session = p.session(&mut boss);
        let reach = p.reach();
        let is_it = |one: &Credential| match one {
            Credential::Passkey(_) => has_passkey,
            Credential::Session(id) => !has_passkey && *id == session.session,
            _ => false,
        };
        let all = reach.credentials.iter().filter(|one| one.principal == Some(boss.principal));
        let said = all.clone().find(|one| is_it(&one.credential)).unwrap().clone();
        assert_eq!(said.why, ReachBound::HandsOut { others_today: 40 });
        // With its passkey, raised at once; with a session alone, after a week, when those whom it let in have passkeys of that age.
        let expected = if has_passkey { [14, 18, 30 * 18] } else { [12, 14, 7 * 14 + 23 * 18] };
        assert_eq!(said.chart, expected);
        // With the passkey each of the 30 days is like the first.
        let days = if has_passkey { 1 } else { 30 };
        let got = empty(&mut p, &mut boss, &session, (has_passkey, days));
        for (got, said) in got.into_iter().zip(said.chart).take(if has_passkey { 2 } else { 3 }) {
            let said = said as usize;
            assert!(
                got <= said && got * 100 >= said * TAKEN_OF_SAID_PERCENT,
                "{got} of {said}: {has_passkey}"
            );
        }
    }
}

#[test]
fn what_other_administrators_took_away_a_stolen_session_gives_itself_again_as_is_said() {
    use salus_trust_api::wire::contain::ContainAsk;
    let mut p = Practice::new(Limits { hour: 6, day: 9, days_30: 20 }, 60);
    p.keyholder.as_ref().unwrap().confirms();
    let mut boss = p.member("practice-administrator", None);
    let mut deputy = p.member("practice-administrator", None);
    let (session, deputys) = (p.session(&mut boss), p.session(&mut deputy));
    let of = |p: &mut Practice| {
        let reach = p.reach();
        find(&reach, |one| *one == Credential::Session(session.session)).clone()
    };
    let before = of(&mut p);
    let less = BudgetAsk::Change { principal: None, budgets: budgets(1) };
    assert!(matches!(p.administer(&deputys, less), Ok(BudgetAnswer::Done)));
    let cut_off = |on| CellAsk::Contain(ContainAsk::Quarantine { on });
    p.asked(&deputys, cut_off(true)).unwrap();
    assert_eq!((of(&mut p).chart, of(&mut p).why), (before.chart, before.why), "it is undone by any of them");
    // And so the thief does, and becomes a physician besides, and makes an application.
    p.asked(&session, cut_off(false)).unwrap();
    let again = BudgetAsk::Change {
        principal: None,
        budgets: salus_trust_api::Budgets {
            chart: Limits { hour: 6, day: 9, days_30: 20 },
            glimpse: Limits { hour: 6, day: 9, days_30: 20 },
        },
    };
    assert!(matches!(p.administer(&session, again), Ok(BudgetAnswer::Done)));
    let mut friends = ["One", "Two"].map(|name| let_in(&mut p, &session, name, "physician"));
    let application =
        CellAsk::CreateClient { name: "A lab".into(), role: "fhir-client".into(), budgets: None };
    let CellAnswer::Client { client, secret, principal } = p.asked(&session, application).unwrap() else {
        panic!()
    };
    let own = PeopleAsk::SetRole { principal: boss.principal, role: "physician".into(), budgets: None };
    assert!(p.asked(&session, CellAsk::People(own)).is_err(), "nobody gives themselves a role");
    assert!(p.asked(&session, CellAsk::Bearer { client, allowed: true }).is_ok());
    let mut taken = BTreeSet::new();
    let sign_in = SignIn { cell: p.cell, client, secret, proof: Vec::new(), address: [1; 16] };
    let Answer::SignedIn(begun) = p.server.ask(Ask::SignIn(sign_in)) else { panic!("no session") };
    let of_client = Session { cell: p.cell, token: begun.token, session: begun.session, client, principal };
    p.loot(&of_client, TREAT, &mut taken);
    assert_eq!(taken.len(), 6, "the practice's hour is spent");
    p.loot(&session, ETREAT, &mut taken);
    for friend in &mut friends {
        let session = p.session(friend);
        take(&mut p, &session, friend, &mut taken);
    }
    assert_eq!(taken.len(), before.chart[0] as usize, "in an hour");
    // What is done at the machine it does not undo.
    p.admin().ask(AdminAsk::Quarantine { cell: "praxis".into(), on: true }).unwrap();
    assert!(p.reach().credentials.iter().all(|one| one.chart == [0; 3] || one.why == ReachBound::Nothing));
    assert!(p.asked(&deputys, cut_off(false)).is_err());
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
