//! Seeds of alarms, made by the code that writes them.

use salus_seal::entry::Event;
use salus_seal::entry::alarms::{AlarmEvent, AlarmKind, AlarmRaised, AlarmRules, Way};
use salus_seal::{CellId, SessionId};
use salus_trust_api::wire::alarms::{AlarmTold, AlarmsAsk, CanaryAsk, CellWays, FromMessenger, Likeness};
use salus_trust_api::wire::query::{Condition, Test};
use salus_trust_api::wire::{AdminAsk, Reply, Request};

const CELL: CellId = CellId([9; 16]);

pub fn raised() -> Event {
    let raised = AlarmRaised { kind: AlarmKind::Canary, cause: 299, by: None, count: 1, suspends: true };
    Event::Alarm(AlarmEvent::Raised(raised))
}

pub fn compared() -> Event {
    Event::Alarm(AlarmEvent::Compared { session: SessionId([1; 16]), people: 300 })
}

pub fn compare() -> Request {
    let family = Condition::Value(1_367, Test::Starts("Selten".to_owned()));
    let twin = Condition::Any(vec![Condition::All(vec![family.clone()])]);
    let people = vec![Likeness { twin, namesake: family }];
    let ask = CanaryAsk::Compare { session: SessionId([1; 16]), people };
    Request::Admin(AdminAsk::Canaries { cell: "praxis".to_owned(), ask })
}

pub fn rules() -> Request {
    // As they were when there were eight kinds: a seed stays as it is.
    let sent = AlarmKind::ALL.into_iter().filter(|kind| *kind != AlarmKind::EmergencyReserve).collect();
    let ask = AlarmsAsk::SetRules(AlarmRules { sent, ..AlarmRules::default() });
    Request::Admin(AdminAsk::Alarms { cell: "praxis".to_owned(), ask })
}

pub fn told() -> Request {
    Request::Messenger(FromMessenger::Told { way: Way::Mail, cell: CELL, alarm: 300 })
}

pub fn ways() -> Request {
    let besides = vec![CellWays { cell: "praxis".to_owned(), ways: vec![Way::Mail, Way::Webhook] }];
    Request::Messenger(FromMessenger::WaysByCell { all: vec![Way::Mail], besides })
}

pub fn to_be_told() -> Reply {
    Reply::Alarms(vec![AlarmTold {
        cell: CELL,
        cell_name: "praxis".to_owned(),
        number: 300,
        time_ms: 1_795_000_000_000,
        kind: AlarmKind::Canary,
        count: 1,
        who: Some("Dr. Ada Muster".to_owned()),
        session: None,
        suspended: true,
        owed: vec![Way::Mail, Way::Webhook],
    }])
}
