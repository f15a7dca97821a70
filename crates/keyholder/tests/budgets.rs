//! What stands around the limits of budgets: the touch at 80 %, raises by a second person, the emergency reserve; and that the blast radius is
//! what a program that takes all it can really gets.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use salus_seal::entry::alarms::{AlarmEvent, AlarmKind};
use salus_seal::entry::budgets::BudgetEvent;
use salus_seal::entry::{Event, Limits, Purpose, Refusal};
use salus_trust_api::wire::administer::{CellAnswer, CellAsk};
use salus_trust_api::wire::budgets::*;
use salus_trust_api::wire::people::*;
use salus_trust_api::wire::*;
use std::collections::BTreeSet;
use support::budgets::*;
use support::door::{VERIFIER, assertion, authorize, invited, person};
use support::*;

const TREAT: Purpose = Purpose::Treatment;
const ETREAT: Purpose = Purpose::Emergency;

fn opened(p: &mut Practice, session: &Session, charts: std::ops::Range<usize>) -> Result<(), Refusal> {
    let mut charts = charts;
    charts.try_for_each(|chart| p.open(session, chart, TREAT))
}

#[test]
fn at_four_fifths_a_passkey_is_touched_for_exactly_this_session() {
    let mut p = Practice::new(limits(1_000), 12);
    let mut ada = p.member("physician", Some(limits(10)));
    let mut bea = p.member("physician", Some(limits(10)));
    let session = p.session(&mut ada);
    opened(&mut p, &session, 0..8).unwrap();
    assert_eq!(p.open(&session, 8, TREAT), Err(Refusal::TouchNeeded));
    assert_eq!(p.open(&session, 0, TREAT), Ok(()), "who is open stays open");
    let last = log_of(&mut p.admin(), "praxis")
        .into_iter()
        .rev()
        .find(|entry| entry.lasting.event == Event::Refused);
    assert_eq!(last.unwrap().fleeting.unwrap().refused, Some(Refusal::TouchNeeded));

    // Another session of the same person, another person's passkey, another challenge, another verifier: none of them.
    let other = p.session(&mut ada);
    assert_eq!(p.open(&other, 8, TREAT), Err(Refusal::TouchNeeded), "signing in is no touch");
    let code = p.touch_code(&mut ada.passkey, other.session).unwrap();
    assert!(!p.touched(&session, &code, VERIFIER), "a code for another session");
    assert!(p.touch_code(&mut bea.passkey, session.session).is_none(), "another person's passkey");
    for wrong in [DoorAsk::BeginSignIn(authorize("praxis")), DoorAsk::BeginAction(Action::List)] {
        let challenge = p.door.challenge(wrong);
        let answer = ada.passkey.get(&challenge);
        let finish =
            DoorAsk::FinishTouch(touching("praxis"), session.session, assertion(&ada.passkey, answer));
        assert!(p.door.is_refused(finish), "a challenge for something else");
    }
    let request = touching("praxis");
    let challenge = p.door.challenge(DoorAsk::BeginTouch(request.clone(), session.session));
    let answer = ada.passkey.get(&challenge);
    let finish = |of| DoorAsk::FinishTouch(request.clone(), of, assertion(&ada.passkey, answer.clone()));
    let (elsewhere, again) = (finish(other.session), finish(session.session));
    let first = finish(session.session);
    assert!(p.door.is_refused(elsewhere), "a challenge for another session");
    let DoorAnswer::Code(code) = p.door.ask(first) else { panic!("no code") };
    assert!(p.door.is_refused(again), "the same assertion twice");
    assert!(!p.touched(&session, &code, &"x".repeat(43)), "not the browser that asked");
    assert!(!p.touched(&session, &code, VERIFIER), "a code is tried once");
    let code = p.touch_code(&mut ada.passkey, session.session).unwrap();
    let begins_none = Redeem {
        cell: p.cell,
        code: code.clone(),
        verifier: VERIFIER.into(),
        proof: Vec::new(),
        address: [1; 16],
    };
    assert!(matches!(p.server.ask(Ask::Redeem(begins_none)), Answer::Refused(Refusal::NoSession)));
    assert_eq!(p.open(&session, 8, TREAT), Err(Refusal::TouchNeeded));

    // From 80 to 90 %, and from there to the limit; a restart forgets nothing, and the other session has nothing of it.
    p.touch(&mut ada, &session);
    p.restart();
    opened(&mut p, &session, 8..9).unwrap();
    assert_eq!(p.open(&session, 9, TREAT), Err(Refusal::TouchNeeded));
    assert_eq!(p.open(&other, 9, TREAT), Err(Refusal::TouchNeeded));
    p.touch(&mut ada, &session);
    opened(&mut p, &session, 9..10).unwrap();
    assert!(matches!(p.open(&session, 10, TREAT), Err(Refusal::Budget { .. })));
    let standing = p.standing(&session);
    assert_eq!((standing.untouched, standing.budget.chart_spent), (Some([10; 3]), [10; 3]));
    let touched = log_of(&mut p.admin(), "praxis");
    let touched = touched
        .iter()
        .filter(|entry| matches!(entry.lasting.event, Event::Budget(BudgetEvent::Touched { .. })));
    assert_eq!(touched.count(), 2);
    // An application has no passkey, and is asked for none.
    let client = sign_in(&mut p.admin(), "praxis", p.cell, "fhir-client", budgets(10));
    opened(&mut p, &client, 0..10).unwrap();
}

#[test]
fn a_touch_ends_after_half_a_day_and_a_month_near_its_limit_takes_few() {
    let mut p = Practice::new(limits(1_000), 10);
    let mut ada = p.member("physician", Some(limits(10)));
    let session = p.session(&mut ada);
    opened(&mut p, &session, 0..8).unwrap();
    p.touch(&mut ada, &session);
    p.forward(4 * HOUR_MS + 1);
    let session = p.session(&mut ada);
    p.forward(DAY_MS);
    let again = p.session(&mut ada);
    assert_eq!(p.open(&again, 8, TREAT), Err(Refusal::TouchNeeded), "of the month, 8 are reached still");
    p.touch(&mut ada, &again);
    assert_eq!(p.open(&again, 8, TREAT), Ok(()));
    assert_ne!(p.open(&session, 9, TREAT), Ok(()), "the one before has ended");
}

#[test]
fn a_second_person_gives_more_for_a_time_and_nobody_gives_it_to_themselves() {
    let mut p = Practice::new(limits(1_000), 30);
    let mut ada = p.member("physician", Some(limits(4)));
    let mut bea = p.member("physician", Some(limits(4)));
    let mut mfa = p.member("medical-assistant", Some(limits(4)));
    let mut boss = p.member("practice-administrator", None);
    let session = p.session(&mut ada);
    opened(&mut p, &session, 0..4).unwrap();
    assert!(matches!(p.open(&session, 4, TREAT), Err(Refusal::Budget { .. })));
    for (amount, for_ms) in [(0, HOUR_MS), (5, HOUR_MS), (3, 0), (3, 7 * DAY_MS + 1)] {
        assert!(p.ask_for(&session, amount, for_ms).is_err(), "{amount} for {for_ms}");
    }
    let of = p.ask_for(&session, 3, HOUR_MS).unwrap();
    let own = &p.standing(&session).asks[0];
    assert!(own.is_own && !own.can_give);
    assert_eq!(own.may_give, ["A physician", "A practice-administrator"]);
    let beas = p.session(&mut bea);
    assert!(p.standing(&beas).asks[0].can_give);
    let mfas = p.session(&mut mfa);
    assert!(p.standing(&mfas).asks.is_empty(), "what does not concern her");

    // Not oneself, not somebody who may not, not another amount, time or person.
    assert!(!p.give(&of, &mut ada) && !p.give(&of, &mut mfa));
    for wrong in [
        RaiseOf { amount: 4, ..of.clone() },
        RaiseOf { until_ms: of.until_ms + 1, ..of.clone() },
        RaiseOf { principal: Some(bea.principal), ..of.clone() },
        RaiseOf { principal: None, ..of.clone() },
        RaiseOf { by: bea.principal, ..of.clone() },
        RaiseOf { ask: of.ask + 1, ..of.clone() },
        RaiseOf { cell: "andere".into(), ..of.clone() },
    ] {
        assert!(!p.give(&wrong, &mut bea), "{wrong:?}");
        let DoorAnswer::Raise(said) = p.door.ask(DoorAsk::BeginRaise(of.clone())) else { panic!() };
        let answer = bea.passkey.get(&said.challenge);
        assert!(p.door.is_refused(DoorAsk::FinishRaise(wrong, assertion(&bea.passkey, answer))));
    }
    let challenge = p.door.challenge(DoorAsk::BeginTouch(touching("praxis"), session.session));
    let answer = bea.passkey.get(&challenge);
    let crossed = DoorAsk::FinishRaise(of.clone(), assertion(&bea.passkey, answer));
    assert!(p.door.is_refused(crossed), "a challenge for a touch");

    p.restart();
    assert!(p.give(&of, &mut bea), "what was asked for is in the log");
    assert!(!p.give(&of, &mut bea), "it is given once");
    p.restart();
    opened(&mut p, &session, 4..6).unwrap();
    assert_eq!(
        p.open(&session, 6, TREAT),
        Err(Refusal::TouchNeeded),
        "6 of 7: four fifths of what is raised"
    );
    p.touch(&mut ada, &session);
    opened(&mut p, &session, 6..7).unwrap();
    assert!(matches!(p.open(&session, 7, TREAT), Err(Refusal::Budget { .. })));
    let raise = p.standing(&session).budget.raises[0].clone();
    assert_eq!((raise.amount, raise.by.as_str(), raise.lasts), (3, "A physician", true));

    // Withdrawn at once, by who administers; and a raise that is not withdrawn ends by itself.
    let bosses = p.session(&mut boss);
    let end = BudgetAsk::EndRaise { raise: raise.raise, principal: Some(ada.principal) };
    assert!(matches!(p.administer(&bosses, end.clone()), Ok(BudgetAnswer::Done)));
    assert!(p.administer(&bosses, end).is_err());
    assert_eq!(p.standing(&session).budget.now.chart, limits(4));
    let of = p.ask_for(&session, 4, HOUR_MS).unwrap();
    assert!(p.give(&of, &mut boss));
    assert_eq!(p.standing(&session).budget.now.chart, limits(8));
    let of = p.ask_for(&session, 4, HOUR_MS).unwrap();
    assert!(p.give(&of, &mut boss));
    assert_eq!(p.standing(&session).budget.now.chart, limits(8), "at most the budget once more");
    let of = p.ask_for(&session, 4, HOUR_MS).unwrap();
    assert!(!p.give(&of, &mut boss), "three raises a day");
    p.forward(HOUR_MS + 1);
    let session = p.session(&mut ada);
    assert_eq!(p.standing(&session).budget.now.chart, limits(4));
}

#[test]
fn the_cell_and_applications_are_raised_by_administrators_with_passkeys_of_some_age() {
    let mut p = Practice::new(limits(3), 8);
    let mut boss = p.member("practice-administrator", None);
    let mut deputy = p.member("practice-administrator", None);
    let client = sign_in(&mut p.admin(), "praxis", p.cell, "fhir-client", budgets(5));
    let bosses = p.session(&mut boss);
    opened(&mut p, &client, 0..3).unwrap();
    assert!(matches!(p.open(&client, 3, TREAT), Err(Refusal::Budget { .. })), "the cell's is spent");
    let ask = |p: &mut Practice, principal, amount| {
        let asked = p.administer(&bosses, BudgetAsk::AskFor(more(principal, amount, HOUR_MS)));
        let BudgetAnswer::Asked(ask) = asked.unwrap() else { panic!() };
        let BudgetAnswer::Budgets(all) = p.administer(&bosses, BudgetAsk::Show).unwrap() else { panic!() };
        raise_of(all.asks.iter().find(|open| open.ask == ask).unwrap())
    };
    let of = ask(&mut p, None, 3);
    assert!(!p.give(&of, &mut boss), "two people");
    // Whoever was let in by a session of the first is no second one before a week has passed.
    let add = PeopleAsk::Add { cell: None, person: person("New", "practice-administrator") };
    let Ok(CellAnswer::People(answer)) = p.asked(&bosses, CellAsk::People(add)) else { panic!() };
    let (principal, secret) = invited(answer);
    let mut fresh = Member { principal, passkey: p.door.register(&secret) };
    assert!(!p.give(&of, &mut fresh));
    assert!(p.give(&of, &mut deputy));
    opened(&mut p, &client, 3..5).unwrap();
    assert!(matches!(p.open(&client, 5, TREAT), Err(Refusal::Budget { .. })), "now its own is spent");
    let of = ask(&mut p, Some(client.principal), 1);
    assert!(p.give(&of, &mut boss), "an application is nobody's own");
    opened(&mut p, &client, 5..6).unwrap();
    assert!(p.administer(&bosses, BudgetAsk::AskFor(more(Some(client.principal), 6, HOUR_MS))).is_err());

    // Changed for good: within what the role has in a session, and within what the machine said for the cell.
    let to = |all| BudgetAsk::Change { principal: Some(client.principal), budgets: budgets(all) };
    assert!(matches!(p.administer(&bosses, to(7)), Ok(BudgetAnswer::Done)));
    assert!(p.administer(&bosses, to(61)).is_err());
    let of_cell = |all| BudgetAsk::Change { principal: None, budgets: budgets(all) };
    assert!(p.administer(&bosses, of_cell(4)).is_err());
    assert!(matches!(p.administer(&bosses, of_cell(2)), Ok(BudgetAnswer::Done)));
    assert!(matches!(p.administer(&bosses, of_cell(3)), Ok(BudgetAnswer::Done)), "and back");
    assert!(matches!(p.machine(of_cell(9)), BudgetAnswer::Done));
    let descending = Limits { hour: 3, day: 2, days_30: 4 };
    let descending = salus_trust_api::Budgets { chart: descending, glimpse: descending };
    let wrong = BudgetAsk::Change { principal: None, budgets: descending };
    assert!(p.administer(&bosses, wrong).is_err());
    p.restart();
    let BudgetAnswer::Budgets(all) = p.machine(BudgetAsk::Show) else { panic!() };
    assert_eq!((all.budgets[0].base, all.budgets[0].most), (budgets(9), budgets(9)));
}

#[test]
fn a_client_without_proof_has_no_more_than_a_quarter_whatever_a_session_asks() {
    let mut p = Practice::new(limits(1_000), 1);
    let mut boss = p.member("practice-administrator", None);
    let client = sign_in(&mut p.admin(), "praxis", p.cell, "fhir-client", budgets(60));
    let bosses = p.session(&mut boss);
    let to = |all| BudgetAsk::Change { principal: Some(client.principal), budgets: budgets(all) };
    let now = |p: &mut Practice| {
        let BudgetAnswer::Budgets(all) = p.machine(BudgetAsk::Show) else { panic!() };
        all.budgets.iter().find(|one| one.principal == Some(client.principal)).unwrap().base
    };
    assert!(matches!(p.administer(&bosses, to(60)), Ok(BudgetAnswer::Done)));
    let named = CellAsk::Bearer { client: client.client, allowed: true };
    assert!(p.asked(&bosses, named.clone()).is_ok());
    let small = Limits { hour: 15, day: 60, days_30: 60 };
    assert_eq!(now(&mut p).chart, small, "what it had is cut to it");
    assert!(p.administer(&bosses, to(16)).is_err());
    assert!(matches!(p.administer(&bosses, to(15)), Ok(BudgetAnswer::Done)));
    assert!(matches!(p.machine(to(60)), BudgetAnswer::Done), "at the machine, anything");
    p.restart();
    assert_eq!(now(&mut p), budgets(60));
    let proves = CellAsk::Bearer { client: client.client, allowed: false };
    assert!(p.asked(&bosses, proves).is_ok());
    assert!(matches!(p.administer(&bosses, to(60)), Ok(BudgetAnswer::Done)), "and with proof as before");
}

#[test]
fn the_reserve_opens_a_few_in_spite_of_every_budget_and_nobody_drains_anothers() {
    let mut p = Practice::new(Limits { hour: 4, day: 4, days_30: 100 }, 30);
    let mut ada = p.member("physician", Some(limits(100)));
    let mut bea = p.member("physician", Some(limits(100)));
    let mut third = p.member("physician", Some(limits(100)));
    let (adas, beas, thirds) = (p.session(&mut ada), p.session(&mut bea), p.session(&mut third));
    opened(&mut p, &adas, 0..4).unwrap();
    assert!(matches!(p.open(&beas, 4, TREAT), Err(Refusal::Budget { .. })), "the cell's is spent");
    let mut taken = BTreeSet::new();
    assert!(matches!(p.loot(&adas, ETREAT, &mut taken), Refusal::Budget { .. }));
    assert_eq!(taken, (0..9).collect(), "four that were open, and five");
    assert_eq!(p.standing(&adas).budget.reserve_left, Some(0));
    assert_eq!(p.open(&adas, 8, TREAT), Ok(()), "and it stays open");
    p.restart();
    assert!(p.open(&adas, 9, ETREAT).is_err(), "a restart gives nothing back");
    assert_eq!(p.open(&beas, 20, ETREAT), Ok(()), "hers is her own");
    assert!(p.open(&beas, 21, TREAT).is_err(), "for an emergency only");
    assert!(p.open(&thirds, 22, ETREAT).is_err(), "in so small a cell the first two have one");
    let client = sign_in(&mut p.admin(), "praxis", p.cell, "fhir-client", budgets(5));
    assert!(p.open(&client, 22, ETREAT).is_err(), "an application has none");
    let log = log_of(&mut p.admin(), "praxis");
    let is_use =
        |entry: &&LogEntry| matches!(entry.lasting.event, Event::Budget(BudgetEvent::Emergency { .. }));
    let uses: Vec<_> = log.iter().filter(is_use).collect();
    assert_eq!(uses.len(), 6, "each stands out");
    let is_alarm = |entry: &&LogEntry| match &entry.lasting.event {
        Event::Alarm(AlarmEvent::Raised(raised)) if raised.kind == AlarmKind::EmergencyReserve => {
            raised.count == 1 && uses.iter().any(|used| used.number == raised.cause)
        }
        _ => false,
    };
    assert_eq!(log.iter().filter(is_alarm).count(), 6, "each is an alarm, however close together they are");
    assert!(uses.iter().all(|entry| entry.fleeting.as_ref().unwrap().patients.len() == 1));
    let scope = scope_of(&mut p.admin(), ScopeBy::Principal(ada.principal));
    assert_eq!(scope.patients.len(), 9, "the scope knows them all");
    // It has cost neither the cell nor herself anything, and tomorrow there is another.
    assert_eq!(p.standing(&adas).budget.chart_spent, [4; 3]);
    p.forward(DAY_MS + 1);
    let adas = p.session(&mut ada);
    opened(&mut p, &adas, 10..14).unwrap();
    assert_eq!(p.open(&adas, 14, ETREAT), Ok(()));
}

#[test]
fn whoever_begins_with_the_reserve_raises_an_alarm_all_the_same() {
    let mut p = Practice::new(limits(2), 4);
    let mut ada = p.member("physician", Some(limits(100)));
    let mut bea = p.member("physician", Some(limits(100)));
    let (adas, beas) = (p.session(&mut ada), p.session(&mut bea));
    opened(&mut p, &adas, 0..2).unwrap();
    assert_eq!(p.open(&beas, 2, ETREAT), Ok(()), "the cell's budget is spent, and nobody was refused yet");
    let log = log_of(&mut p.admin(), "praxis");
    let used =
        |entry: &&LogEntry| matches!(entry.lasting.event, Event::Budget(BudgetEvent::Emergency { .. }));
    let used = log.iter().find(used).unwrap().number;
    let alarms = log.iter().filter_map(|entry| match &entry.lasting.event {
        Event::Alarm(AlarmEvent::Raised(raised)) => Some((raised.kind, raised.cause)),
        _ => None,
    });
    assert_eq!(alarms.collect::<Vec<_>>(), [(AlarmKind::EmergencyReserve, used)]);
}

fn find(reach: &BlastRadius, is_it: impl Fn(&Credential) -> bool) -> &CredentialReach {
    reach.credentials.iter().find(|one| is_it(&one.credential)).unwrap()
}

#[test]
fn a_stolen_session_gets_exactly_as_far_as_is_said() {
    let mut p = Practice::new(limits(1_000), 60);
    let own = Limits { hour: 10, day: 20, days_30: 25 };
    let mut ada = p.member("physician", Some(own));
    let session = p.session(&mut ada);
    opened(&mut p, &session, 0..3).unwrap();
    let reach = p.reach();
    assert_eq!((reach.patients, reach.credentials[0].why), (60, ReachBound::Nothing), "the keys, first");
    let said = find(&reach, |one| *one == Credential::Session(session.session));
    // 8 of 10 and 16 of 20 without a passkey, within its 12 hours; and the reserve of five.
    assert_eq!((said.chart, said.why), ([13, 21, 21], ReachBound::Touch));
    let passkey = find(&reach, |one| matches!(one, Credential::Passkey(_)));
    assert_eq!(
        (passkey.chart, passkey.why),
        ([15, 25, 60], ReachBound::Patients),
        "25 and 30 times 5, of 60"
    );
    // It takes all it can, for as long as it lives.
    let mut taken: BTreeSet<usize> = (0..3).collect();
    for hour in 0..12 {
        assert_eq!(p.loot(&session, TREAT, &mut taken), Refusal::TouchNeeded);
        assert_ne!(p.loot(&session, ETREAT, &mut taken), Refusal::Missing);
        match hour {
            0 => assert_eq!(taken.len(), 13),
            _ => assert!(taken.len() <= 21),
        }
        p.forward(HOUR_MS - 60_000);
    }
    assert_eq!(taken.len(), 21, "within its 12 hours, which is all that it has");
    p.forward(HOUR_MS - 60_000);
    assert_eq!(p.loot(&session, ETREAT, &mut taken), Refusal::NoSession);
}

#[test]
fn a_stolen_secret_gets_exactly_as_far_as_is_said_in_an_hour_a_day_and_30_days() {
    let mut p = Practice::new(limits(1_000), 60);
    let own = Limits { hour: 2, day: 7, days_30: 40 };
    let chart = salus_trust_api::Budgets { chart: own, glimpse: own };
    let client = sign_in(&mut p.admin(), "praxis", p.cell, "fhir-client", chart);
    opened(&mut p, &client, 0..1).unwrap();
    let reach = p.reach();
    let said =
        find(&reach, |one| matches!(one, Credential::ClientSecret(id) if *id == client.client)).clone();
    assert_eq!((said.chart, said.why), ([2, 7, 40], ReachBound::Budget));
    let token = find(&reach, |one| *one == Credential::BearerToken(client.session));
    assert_eq!(token.chart, [2, 2, 2], "it lasts for less than an hour");
    let mut taken: BTreeSet<usize> = (0..1).collect();
    for hour in 0..30 * 24 {
        let AdminAnswer::Session(begun) =
            p.admin().ask(AdminAsk::BeginSession { client: client.client }).unwrap()
        else {
            panic!("no session")
        };
        let session =
            Session { cell: p.cell, token: begun.token.clone(), session: begun.session, ..again(&client) };
        let next = taken.len();
        for chart in next..(next + 3).min(p.charts.len()) {
            if p.open(&session, chart, TREAT).is_ok() {
                taken.insert(chart);
            }
        }
        match hour {
            0 => assert_eq!(taken.len(), 2),
            23 => assert_eq!(taken.len(), 7),
            _ => {}
        }
        p.forward(HOUR_MS);
        if taken.len() == 40 && hour > 24 {
            p.forward(DAY_MS);
            break;
        }
    }
    assert_eq!(taken.len(), 40);
    let counted =
        find(&p.reach(), |one| matches!(one, Credential::ClientSecret(id) if *id == client.client)).chart;
    assert_eq!(counted[2], 40, "and then nothing more: {counted:?}");
}

fn again(client: &Session) -> Session {
    Session {
        cell: client.cell,
        token: client.token.clone(),
        session: client.session,
        client: client.client,
        principal: client.principal,
    }
}

#[test]
fn all_accounts_together_get_as_far_as_the_cell() {
    let mut p = Practice::new(Limits { hour: 6, day: 9, days_30: 20 }, 60);
    let mut members: Vec<Member> = (0..3).map(|_| p.member("physician", Some(limits(10)))).collect();
    let mut boss = p.member("practice-administrator", None);
    let bosses = p.session(&mut boss);
    let reach = p.reach();
    let whole = find(&reach, |one| *one == Credential::Cell);
    // Two of them have a reserve of five in so small a cell.
    assert_eq!((whole.chart, whole.why), ([16, 19, 60], ReachBound::Patients));
    let session = find(&reach, |one| *one == Credential::Session(bosses.session));
    assert_eq!((session.why, session.chart[0]), (ReachBound::HandsOut { others_today: 40 }, 16));
    let mut taken = BTreeSet::new();
    let sessions: Vec<Session> = members.iter_mut().map(|member| p.session(member)).collect();
    for (session, purpose) in sessions.iter().flat_map(|session| [(session, TREAT), (session, ETREAT)]) {
        p.loot(session, purpose, &mut taken);
    }
    assert_eq!(taken.len(), 16);
    assert_eq!(
        p.reach().credentials.iter().find(|one| one.credential == Credential::Cell).unwrap().chart[0],
        16
    );
    p.admin().ask(AdminAsk::Quarantine { cell: "praxis".into(), on: true }).unwrap();
    let reach = p.reach();
    let whole = find(&reach, |one| *one == Credential::Cell);
    assert_eq!((whole.chart, whole.why), ([0; 3], ReachBound::CutOff));
}

#[test]
fn a_roles_days_suggest_a_limit_and_change_none() {
    let mut p = Practice::new(limits(1_000), 12);
    let mut ada = p.member("physician", Some(limits(10)));
    for charts in [3, 5, 1] {
        let session = p.session(&mut ada);
        opened(&mut p, &session, 0..charts).unwrap();
        opened(&mut p, &session, 0..charts).unwrap();
        p.forward(DAY_MS);
    }
    p.restart();
    let BudgetAnswer::Budgets(all) = p.machine(BudgetAsk::Show) else { panic!() };
    let [suggestion] = all.suggestions.as_slice() else { panic!("{:?}", all.suggestions) };
    assert_eq!((suggestion.role.as_str(), suggestion.charts_per_day), ("physician", 5));
    assert_eq!(
        (suggestion.days, suggestion.own_per_day),
        (2, 150),
        "the day that is not over does not count"
    );
}
