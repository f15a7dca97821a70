//! How a cell checks what is written: a text that the keyholder bounds, keeps with who set it, gives to the record server, and puts back.

#![allow(clippy::unwrap_used)]

mod support;

use salus_seal::entry::checks::MAX_CHECKS_BYTES;
use salus_seal::entry::{Event, Refusal};
use salus_trust_api::admin::AdminClientError;
use salus_trust_api::wire::administer::{Administer, CellAnswer, CellAsk};
use salus_trust_api::wire::checks::*;
use salus_trust_api::wire::incident::*;
use salus_trust_api::wire::people::OfSession;
use salus_trust_api::wire::*;
use support::budgets::Practice;
use support::*;

fn machine(p: &Practice, ask: ChecksAsk) -> Result<ChecksAnswer, AdminError> {
    match p.admin().ask(AdminAsk::Checks { cell: "praxis".into(), ask }) {
        Ok(AdminAnswer::Checks(answer)) => Ok(answer),
        Err(AdminClientError::Admin(error)) => Err(error),
        other => panic!("{other:?}"),
    }
}

fn administer(p: &mut Practice, session: &Session, ask: ChecksAsk) -> Answer {
    let of = OfSession { token: session.token.clone(), cell: p.cell, proof: Vec::new(), address: [1; 16] };
    let ask = Administer { of, ask: CellAsk::Checks(ask) };
    p.server.ask(Ask::Administer(Box::new(ask)))
}

fn set(draft: ChecksDraft, against: Option<u64>) -> ChecksAsk {
    ChecksAsk::Set { draft, against, reason: "a new quarter".into() }
}

/// What the record server is told that knows this.
fn told(p: &mut Practice, known: Option<Option<u64>>) -> Option<ChecksShown> {
    let cell = p.cell;
    match p.server.ask(Ask::Checks(vec![ChecksKnown { cell, known }])) {
        Answer::Checks(mut given) => given.pop().map(|(_, shown)| shown),
        other => panic!("{other:?}"),
    }
}

#[test]
fn settings_are_a_fold_of_the_log_and_every_version_can_be_put_back() {
    let mut p = Practice::new(limits(100), 0);
    assert_eq!(told(&mut p, None), Some(ChecksShown::default()));
    assert_eq!(told(&mut p, Some(None)), None);
    let mut member = p.member("practice-administrator", None);
    let session = p.session(&mut member);
    let draft = || ChecksDraft::Text("import warn\n".into());
    let first = match administer(&mut p, &session, set(draft(), None)) {
        Answer::Administered(outcome) => match *outcome {
            Ok(CellAnswer::Checks(ChecksAnswer::Set(entry))) => entry,
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    };
    // Whoever decided against what was in force before is told.
    assert_eq!(machine(&p, set(draft(), None)), Ok(ChecksAnswer::Overtaken));
    let shown = ChecksShown { version: Some(first), text: "import warn\n".into() };
    for _ in 0..2 {
        assert_eq!(told(&mut p, Some(None)), Some(shown.clone()));
        assert_eq!(told(&mut p, Some(Some(first))), None);
        p.restart();
    }
    let Ok(ChecksAnswer::Set(second)) = machine(&p, set(ChecksDraft::Version(None), Some(first))) else {
        panic!("not set")
    };
    assert_eq!(told(&mut p, Some(Some(first))).unwrap().text, "");
    let Ok(ChecksAnswer::Versions(versions)) = machine(&p, ChecksAsk::Versions) else { panic!("none") };
    let listed: Vec<_> = versions.iter().map(|one| (one.entry, one.by, one.in_force)).collect();
    assert_eq!(listed, [(second, None, true), (first, Some(session.principal), false)]);
    assert_eq!(machine(&p, ChecksAsk::Text(first)), Ok(ChecksAnswer::Text("import warn\n".into())));
    // Among the changes of trust it is undone by one question.
    let undo = || AdminAsk::Incident(IncidentAsk::Undo { cell: Some("praxis".into()), entry: second });
    assert!(matches!(p.admin().ask(undo()).unwrap(), AdminAnswer::Incident(IncidentAnswer::Undone(_))));
    assert_eq!(told(&mut p, Some(Some(second))).unwrap().text, "import warn\n");
    assert!(p.admin().ask(undo()).is_err(), "over");
}

#[test]
fn what_is_too_long_or_not_ones_own_to_set_is_refused() {
    let mut p = Practice::new(limits(100), 0);
    for text in ["x".repeat(MAX_CHECKS_BYTES + 1), "a\u{7}".to_owned(), "a\r\n".to_owned()] {
        assert!(machine(&p, set(ChecksDraft::Text(text), None)).is_err());
    }
    assert!(machine(&p, set(ChecksDraft::Text("x".repeat(MAX_CHECKS_BYTES)), None)).is_ok());
    assert!(machine(&p, ChecksAsk::Text(1_000_000)).is_err());
    let mut member = p.member("physician", None);
    let physician = p.session(&mut member);
    let refused = administer(&mut p, &physician, ChecksAsk::Show);
    assert!(matches!(refused, Answer::Refused(Refusal::NotAllowed)), "{refused:?}");
    let log = log_of(&mut p.admin(), "praxis");
    assert_eq!(log.iter().filter(|entry| matches!(entry.lasting.event, Event::Checks(_))).count(), 1);
}
