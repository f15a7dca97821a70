//! Alarms: raised in the batch of their cause, so that an alarm is as durable as what it is about; shown, acknowledged, and told to
//! people by the messenger.
//!
//! [`Core::alarm`] is the one way to raise one. Most come from [`Core::due`], which looks at every entry of a cell before it is taken into
//! the state; so nothing that is logged passes without having been looked at.
//!
//! Never: says of a patient more than that there is none; tells anything before it is durable. State: [`crate::alarm_state`]'s, in the fold; what the
//! messenger last said, in memory.

use crate::admin::{invalid, not_found};
use crate::administer::By;
use crate::alarm_hours::is_night;
use crate::alarm_state::{Alarm, Alarms, GLIMPSE_MS, is_glimpse, is_spent};
use crate::core::Core;
use crate::error::KeyholderError;
use crate::exports::is_reading;
use crate::policy;
use salus_accesslog::Tree;
use salus_seal::entry::alarms::{AlarmEvent, AlarmKind, AlarmRaised, AlarmRules};
use salus_seal::entry::budgets::BudgetEvent;
use salus_seal::entry::checks::ChecksEvent;
use salus_seal::entry::exports::ExportEvent;
use salus_seal::entry::people::{PersonEvent, SignInFault};
use salus_seal::entry::policy::PolicyEvent;
use salus_seal::entry::{Event, Fleeting, Interaction, Refusal};
use salus_seal::{CellId, Part, PrincipalId, Pseudonym};
use salus_trust_api::wire::alarms::{AlarmInfo, AlarmPage, AlarmsAnswer, AlarmsAsk, MAX_ALARMS_PAGE, Seen};
use salus_trust_api::wire::people::OfSession;
use salus_trust_api::wire::{AdminError, Answer};
use std::collections::BTreeSet;

const MINUTE_MS: u64 = 60_000;
/// Whoever may open so many charts within an hour may open everybody (an export's application, the demo's), and meets canaries without
/// giving anything away: that is an alarm, and ends nothing.
const EVERYBODY_CHARTS_PER_HOUR: u32 = 100_000;
/// The first day of a cell is that of its setting up: what is changed then is no alarm, whenever it is.
const SETTING_UP_MS: u64 = 86_400_000;

/// What an alarm is about.
#[derive(Default)]
pub(crate) struct About<'a> {
    /// The entry that is its cause; none: the alarm stands alone.
    pub cause: Option<u64>,
    /// What that entry says of who, why and from where.
    pub fleeting: Option<&'a Fleeting>,
    /// Who did it, where no session says so.
    pub by: Option<PrincipalId>,
    /// How many it took; none: 1.
    pub count: Option<u32>,
    /// The patients who do not exist.
    pub canaries: Vec<Pseudonym>,
}

/// An alarm that an entry is the cause of.
pub(crate) struct Due {
    kind: AlarmKind,
    by: Option<PrincipalId>,
    count: u32,
    canaries: Vec<Pseudonym>,
}

impl Due {
    fn new(kind: AlarmKind, by: Option<PrincipalId>) -> Self {
        Self { kind, by, count: 1, canaries: Vec::new() }
    }
}

impl Core {
    /// Raises an alarm of a cell: durable with whatever is recorded in this batch. One of a kind that was raised of the same principal a
    /// short time ago (the cell's rules say how long) is none; but one that suspends a session always is.
    pub(crate) fn alarm(
        &mut self,
        cell: CellId,
        kind: AlarmKind,
        about: About<'_>,
    ) -> Result<(), KeyholderError> {
        let now_ms = self.clock.now_ms();
        let session = about.fleeting.and_then(|fleeting| self.state.sessions.get(&fleeting.session));
        let who = session.map(|session| session.principal).or(about.by);
        let is_usable = session.is_some_and(|session| session.lives(now_ms));
        let Some(alarms) = self.state.cells.get(&cell).map(|cell| &cell.alarms) else { return Ok(()) };
        let is_opened = about.fleeting.is_some_and(|fleeting| fleeting.part != Part::Line);
        let reaches_everybody = who
            .and_then(|who| self.state.principals.get(&who))
            .is_some_and(|known| known.budgets.chart.hour >= EVERYBODY_CHARTS_PER_HOUR);
        let suspends = kind == AlarmKind::Canary
            && is_opened
            && alarms.rules.canary_suspends
            && is_usable
            && !reaches_everybody;
        let last_ms = who.and_then(|who| alarms.watch(&who)).and_then(|watch| watch.raised_ms(kind));
        let quiet_ms = u64::from(alarms.rules.quiet_minutes) * MINUTE_MS;
        // Of the reserve, each use is told: there are a few a day, and none is like another.
        let is_each = suspends || kind == AlarmKind::EmergencyReserve;
        if !is_each && last_ms.is_some_and(|last_ms| last_ms + quiet_ms > now_ms) {
            return Ok(());
        }
        // What is kept back of the disk is for what stops somebody.
        if !suspends && !self.log.has_room() {
            return Ok(());
        }
        let tree = Tree::Cell(cell);
        let number = self.log.size(tree);
        let raised = AlarmRaised {
            kind,
            cause: about.cause.unwrap_or(number),
            by: about.by,
            count: about.count.unwrap_or(1),
            suspends,
        };
        let fleeting = about.fleeting.map(|fleeting| Fleeting {
            refused: None,
            patients: about.canaries,
            charged: 0,
            versions: Vec::new(),
            ..fleeting.clone()
        });
        self.record(tree, now_ms, Event::Alarm(AlarmEvent::Raised(raised)), fleeting.as_ref())?;
        self.messenger.raised.push_back((cell, number));
        Ok(())
    }

    /// The alarms that an entry is the cause of. Asked before the entry is taken into the state.
    pub(crate) fn due(
        &self,
        id: CellId,
        time_ms: u64,
        event: &Event,
        fleeting: Option<&Fleeting>,
    ) -> Vec<Due> {
        let Some(alarms) = self.state.cells.get(&id).map(|cell| &cell.alarms) else { return Vec::new() };
        let mut due = Vec::new();
        if let Some(fleeting) = fleeting.filter(|_| !matches!(event, Event::Alarm(_))) {
            let session = self.state.sessions.get(&fleeting.session);
            if let Some(who) = session.map(|session| session.principal) {
                reached(alarms, who, time_ms, event, fleeting, &mut due);
                counted(alarms, who, time_ms, event, fleeting, &mut due);
            }
        }
        of_trust(alarms, time_ms, event, fleeting, &mut due);
        due
    }

    /// Raises what [`Core::due`] found.
    pub(crate) fn raise(
        &mut self,
        cell: CellId,
        cause: u64,
        due: Vec<Due>,
        fleeting: Option<&Fleeting>,
    ) -> Result<(), KeyholderError> {
        for Due { kind, by, count, canaries } in due {
            let about = About { cause: Some(cause), fleeting, by, count: Some(count), canaries };
            self.alarm(cell, kind, about)?;
        }
        Ok(())
    }

    /// Opened compartments whose wraps say that they are canaries': an alarm, even where the list of canaries was lost.
    pub(crate) fn opened_canaries(
        &mut self,
        cell: CellId,
        cause: u64,
        canaries: Vec<Pseudonym>,
        fleeting: &Fleeting,
    ) -> Result<(), KeyholderError> {
        let Some(alarms) = self.state.cells.get(&cell).map(|cell| &cell.alarms) else { return Ok(()) };
        let is_unknown = |seen: &Pseudonym| !alarms.canaries.contains(seen) && !alarms.removed.contains(seen);
        let unknown: Vec<Pseudonym> = canaries.into_iter().filter(is_unknown).collect();
        if unknown.is_empty() || alarms.may_open_canaries(&fleeting.session) {
            return Ok(());
        }
        let about =
            About { cause: Some(cause), fleeting: Some(fleeting), canaries: unknown, ..About::default() };
        self.alarm(cell, AlarmKind::Canary, about)
    }

    /// Answers what is asked about a cell's alarms. `by`: who asks, where it is somebody in a session.
    pub(crate) fn ask_alarms(
        &mut self,
        cell: CellId,
        ask: AlarmsAsk,
        by: Option<By<'_>>,
    ) -> Result<Result<AlarmsAnswer, AdminError>, KeyholderError> {
        let who = by.map(|by| by.principal);
        let fleeting = by.map(|by| by.fleeting);
        let Some(alarms) = self.state.cells.get(&cell).map(|cell| &cell.alarms) else {
            return Ok(Err(not_found("cell")));
        };
        let event = match ask {
            AlarmsAsk::List { before, limit } => {
                return Ok(Ok(AlarmsAnswer::Alarms(self.alarm_page(cell, before, limit))));
            }
            AlarmsAsk::Rules => return Ok(Ok(AlarmsAnswer::Rules(alarms.rules.clone()))),
            AlarmsAsk::SetRules(rules) => match rules.fault() {
                Some(field) => return Ok(Err(invalid(field, "out of its bounds"))),
                None => vec![AlarmEvent::Rules { rules, by: who }],
            },
            AlarmsAsk::Restore { session } => {
                let known = self.state.sessions.get(&session);
                if !known.is_some_and(|known| known.cell == cell && known.suspended) {
                    return Ok(Err(not_found("suspended session")));
                }
                vec![AlarmEvent::Restored { session, by: who }]
            }
            AlarmsAsk::Acknowledge { alarm: Some(alarm) } => match alarms.newest.get(&alarm) {
                Some(known) if known.seen.is_some() => Vec::new(),
                Some(_) => vec![AlarmEvent::Acknowledged { alarm, by: who }],
                None => return Ok(Err(not_found("alarm"))),
            },
            AlarmsAsk::Acknowledge { alarm: None } => {
                let open = alarms.newest.iter().filter(|(_, alarm)| alarm.seen.is_none());
                open.map(|(number, _)| AlarmEvent::Acknowledged { alarm: *number, by: who }).collect()
            }
        };
        for event in event {
            let now_ms = self.clock.now_ms();
            self.record(Tree::Cell(cell), now_ms, Event::Alarm(event), fleeting)?;
        }
        Ok(Ok(AlarmsAnswer::Done))
    }

    /// How many nobody has acknowledged, for whoever administers the session's cell. It does not count as a use of the session.
    pub(crate) fn alarm_count(&mut self, of: &OfSession) -> Result<Answer, KeyholderError> {
        let now_ms = self.clock.now_ms();
        let session = match self.acting(of, false, now_ms)? {
            Ok(session) => session,
            Err(refusal) => return Ok(Answer::Refused(refusal)),
        };
        let session = self.state.sessions.get(&session);
        let principal = session.and_then(|session| self.state.principals.get(&session.principal));
        let role = principal.and_then(|known| policy::role(&known.role));
        let count = self.state.cells.get(&of.cell).map_or(0, |cell| cell.alarms.unacknowledged());
        let is_told = role.is_some_and(|role| role.administers);
        Ok(if is_told { Answer::AlarmCount(count as u32) } else { Answer::Refused(Refusal::NotAllowed) })
    }

    fn alarm_page(&mut self, cell: CellId, before: Option<u64>, limit: u32) -> AlarmPage {
        let now_ms = self.clock.now_ms();
        let ways = self.way_statuses(cell);
        let Some(alarms) = self.state.cells.get(&cell).map(|cell| &cell.alarms) else {
            return AlarmPage { alarms: Vec::new(), next: None, unacknowledged: 0, ways, now_ms };
        };
        let limit = limit.clamp(1, MAX_ALARMS_PAGE) as usize;
        let mut all = alarms.newest.range(..before.unwrap_or(u64::MAX)).rev();
        let shown: Vec<AlarmInfo> =
            all.by_ref().take(limit).map(|(number, alarm)| self.alarm_info(*number, alarm)).collect();
        let next = all.next().and(shown.last()).map(|last| last.number);
        let unacknowledged = alarms.unacknowledged() as u32;
        AlarmPage { alarms: shown, next, unacknowledged, ways, now_ms }
    }

    fn alarm_info(&self, number: u64, alarm: &Alarm) -> AlarmInfo {
        let session = alarm.session.and_then(|session| self.state.sessions.get(&session));
        let principal = session.map(|session| session.principal).or(alarm.raised.by);
        let name = |principal: PrincipalId| self.state.name_of(&principal);
        AlarmInfo {
            number,
            time_ms: alarm.time_ms,
            kind: alarm.raised.kind,
            cause: alarm.raised.cause,
            count: alarm.raised.count,
            in_lists: alarm.in_lists,
            principal,
            name: principal.and_then(name),
            session: alarm.session,
            address: alarm.address,
            suspended: alarm.raised.suspends,
            is_suspended: alarm.raised.suspends && session.is_some_and(|session| session.suspended),
            seen: alarm.seen.map(|(time_ms, by)| Seen { name: by.and_then(name), time_ms }),
            owed: alarm.owed.clone(),
        }
    }
}

/// Canaries opened, or several of them seen in lists; whole cells asked for.
fn reached(
    alarms: &Alarms,
    who: PrincipalId,
    time_ms: u64,
    event: &Event,
    fleeting: &Fleeting,
    due: &mut Vec<Due>,
) {
    // What a second person approved is no chart that somebody opened; that it was approved is an alarm of its own.
    if is_reading(event, fleeting) {
        return;
    }
    let charged = match event {
        Event::Opened | Event::Searched | Event::SearchedWithin => fleeting.patients.as_slice(),
        Event::Written { .. } => fleeting.patients.get(..fleeting.charged as usize).unwrap_or_default(),
        _ => return,
    };
    if !alarms.canaries.is_empty() && !alarms.may_open_canaries(&fleeting.session) {
        let seen: BTreeSet<Pseudonym> =
            charged.iter().filter(|patient| alarms.canaries.contains(*patient)).copied().collect();
        if !seen.is_empty() && is_glimpse(event, fleeting) {
            let before = alarms.watch(&who).into_iter();
            let before = before.flat_map(|watch| watch.glimpsed_since(time_ms.saturating_sub(GLIMPSE_MS)));
            let all: BTreeSet<Pseudonym> = seen.iter().copied().chain(before).collect();
            if all.len() >= alarms.rules.glimpses as usize {
                let canaries = all.iter().copied().collect();
                due.push(Due { count: all.len() as u32, canaries, ..Due::new(AlarmKind::Canary, None) });
            }
        } else if !seen.is_empty() {
            let canaries: Vec<Pseudonym> = seen.into_iter().collect();
            due.push(Due { count: canaries.len() as u32, canaries, ..Due::new(AlarmKind::Canary, None) });
        }
    }
    if matches!(fleeting.interaction, Interaction::HistorySystem | Interaction::HistoryType) {
        due.push(Due::new(AlarmKind::Export, None));
    }
}

/// Refusals, counts, and what was never seen of whoever acts.
fn counted(
    alarms: &Alarms,
    who: PrincipalId,
    time_ms: u64,
    event: &Event,
    fleeting: &Fleeting,
    due: &mut Vec<Due>,
) {
    let AlarmRules { refusals, refusals_minutes, counts, counts_minutes, .. } = alarms.rules;
    let from_ms = |minutes: u32| time_ms.saturating_sub(u64::from(minutes) * MINUTE_MS);
    let watch = alarms.watch(&who);
    if matches!(event, Event::Refused) {
        let all = watch.map_or(0, |watch| watch.refusals_since(from_ms(refusals_minutes))) + 1;
        if all >= refusals {
            due.push(Due { count: all, ..Due::new(AlarmKind::ManyRefusals, None) });
        }
        if is_spent(fleeting) {
            due.push(Due::new(AlarmKind::BudgetSpent, None));
        }
        if fleeting.refused == Some(Refusal::DoesNotOpen) {
            due.push(Due::new(AlarmKind::Tampering, None));
        }
    }
    if matches!(event, Event::Searched) && fleeting.interaction == Interaction::Count {
        let all = watch.map_or(0, |watch| watch.counts_since(from_ms(counts_minutes))) + 1;
        if all >= counts {
            due.push(Due { count: all, ..Due::new(AlarmKind::ManyCounts, None) });
        }
    }
    if watch.is_some_and(|watch| watch.is_new_address(&fleeting.address)) {
        due.push(Due::new(AlarmKind::NewDevice, None));
    }
}

/// Passkeys that were never seen, copies of them, the emergency reserve, and changes of trust at night.
fn of_trust(alarms: &Alarms, time_ms: u64, event: &Event, fleeting: Option<&Fleeting>, due: &mut Vec<Due>) {
    let who = match event {
        Event::SessionBegun { principal, device: Some(device), .. } => {
            if alarms.watch(principal).is_some_and(|watch| watch.is_new_device(device)) {
                due.push(Due::new(AlarmKind::NewDevice, Some(*principal)));
            }
            return;
        }
        Event::Person(PersonEvent::SignInRefused { why: SignInFault::Cloned, .. }) => {
            due.push(Due::new(AlarmKind::Tampering, None));
            return;
        }
        Event::Budget(BudgetEvent::Emergency { principal }) => {
            let count = fleeting.map_or(1, |fleeting| fleeting.patients.len() as u32);
            due.push(Due { count, ..Due::new(AlarmKind::EmergencyReserve, Some(*principal)) });
            return;
        }
        Event::Export(ExportEvent::Asked(asked)) => {
            due.push(Due::new(AlarmKind::Export, fleeting.is_none().then_some(asked.by)));
            return;
        }
        Event::Export(ExportEvent::Approved { by, .. }) => {
            due.push(Due::new(AlarmKind::Export, Some(*by)));
            return;
        }
        Event::ClientCreated { .. } | Event::ClientRevoked { .. } | Event::Proof(_) => None,
        Event::Alarm(AlarmEvent::Rules { by, .. } | AlarmEvent::Restored { by, .. })
        | Event::Policy(PolicyEvent::Set { by, .. })
        | Event::Checks(ChecksEvent::Set { by, .. }) => *by,
        Event::Person(event) => match event {
            PersonEvent::Added(added) => added.by,
            PersonEvent::Invited(invited) => invited.by,
            PersonEvent::PasskeyRegistered(registered) => Some(registered.principal),
            PersonEvent::PasskeyRevoked { by, .. }
            | PersonEvent::StatusChanged { by, .. }
            | PersonEvent::RoleChanged { by, .. } => *by,
            _ => return,
        },
        _ => return,
    };
    let is_set_up = time_ms >= alarms.created_ms.saturating_add(SETTING_UP_MS);
    if is_set_up && is_night(&alarms.rules, time_ms) {
        due.push(Due::new(AlarmKind::TrustAtNight, who.filter(|_| fleeting.is_none())));
    }
}
