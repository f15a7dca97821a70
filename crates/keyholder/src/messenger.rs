//! The messenger, as the keyholder sees it: what it is to tell, and what became of it.
//!
//! What is owed is state of the fold, so nothing is lost with either process; it is told anew whenever the messenger connects. Never: tells
//! what is not durable; believes that anything was told before the messenger says so. State: what it last said, in memory.

use crate::core::Core;
use crate::error::KeyholderError;
use salus_accesslog::Tree;
use salus_seal::CellId;
use salus_seal::entry::Event;
use salus_seal::entry::alarms::{AlarmEvent, Way};
use salus_trust_api::wire::alarms::{AlarmTold, FromMessenger, WayStatus, WayTrouble};
use std::collections::BTreeMap;

/// The messenger.
#[derive(Debug, Default)]
pub(crate) struct Messenger {
    /// Whether it is connected, and has said its ways.
    is_there: bool,
    /// Raised since it was last told.
    pub raised: Vec<(CellId, u64)>,
    trouble: BTreeMap<Way, WayTrouble>,
}

impl Core {
    /// Takes in what the messenger says.
    pub(crate) fn hear_messenger(&mut self, said: FromMessenger) -> Result<(), KeyholderError> {
        match said {
            FromMessenger::Ways(mut ways) => {
                ways.sort_unstable();
                ways.dedup();
                self.messenger = Messenger { is_there: true, ..Messenger::default() };
                let cells: Vec<CellId> = self.state.names.values().copied().collect();
                for cell in cells {
                    self.owe_by(cell, &ways)?;
                }
            }
            FromMessenger::Told { way, cell, alarm } => {
                self.messenger.trouble.remove(&way);
                let known = self.state.cells.get(&cell).and_then(|cell| cell.alarms.newest.get(&alarm));
                if known.is_some_and(|known| known.owed.contains(&way)) {
                    let event = AlarmEvent::Told { way, alarms: vec![alarm] };
                    let now_ms = self.clock.now_ms();
                    self.record(Tree::Cell(cell), now_ms, Event::Alarm(event), None)?;
                }
            }
            FromMessenger::Failed { way, trouble } => drop(self.messenger.trouble.insert(way, trouble)),
        }
        Ok(())
    }

    /// Notes the ways of a cell where they are others, and what is owed by them still.
    fn owe_by(&mut self, cell: CellId, ways: &[Way]) -> Result<(), KeyholderError> {
        let Some(alarms) = self.state.cells.get(&cell).map(|cell| &cell.alarms) else { return Ok(()) };
        let owed = alarms.newest.iter().filter(|(_, alarm)| !alarm.owed.is_empty());
        let owed: Vec<u64> = owed.map(|(number, _)| *number).collect();
        self.messenger.raised.extend(owed.into_iter().map(|number| (cell, number)));
        if alarms.ways != ways {
            let now_ms = self.clock.now_ms();
            let event = Event::Alarm(AlarmEvent::Ways { ways: ways.to_vec() });
            self.record(Tree::Cell(cell), now_ms, event, None)?;
        }
        Ok(())
    }

    /// It is not connected any more.
    pub(crate) fn messenger_gone(&mut self) {
        self.messenger.is_there = false;
    }

    /// What is to be told now. Only to be sent after a commit.
    pub(crate) fn take_alarms(&mut self) -> Vec<AlarmTold> {
        let raised = std::mem::take(&mut self.messenger.raised);
        if !self.messenger.is_there {
            return Vec::new();
        }
        raised.into_iter().filter_map(|(cell, number)| self.told(cell, number)).collect()
    }

    fn told(&self, id: CellId, number: u64) -> Option<AlarmTold> {
        let cell = self.state.cells.get(&id)?;
        let alarm = cell.alarms.newest.get(&number).filter(|alarm| !alarm.owed.is_empty())?;
        let session = alarm.session.and_then(|session| self.state.sessions.get(&session));
        let who = session.map(|session| session.principal).or(alarm.raised.by);
        Some(AlarmTold {
            cell: id,
            cell_name: cell.name.clone(),
            number,
            time_ms: alarm.time_ms,
            kind: alarm.raised.kind,
            count: alarm.raised.count,
            who: who.and_then(|who| self.state.name_of(&who)),
            session: alarm.session,
            suspended: alarm.raised.suspends,
            owed: alarm.owed.clone(),
        })
    }

    /// How each way fares that the messenger was started with, or by which something is owed.
    pub(crate) fn way_statuses(&self, cell: CellId) -> Vec<WayStatus> {
        let Some(alarms) = self.state.cells.get(&cell).map(|cell| &cell.alarms) else { return Vec::new() };
        let mut ways = Vec::new();
        for way in [Way::Mail, Way::Webhook] {
            let mut waiting = alarms.newest.values().filter(|alarm| alarm.owed.contains(&way)).peekable();
            let since_ms = waiting.peek().map(|alarm| alarm.time_ms);
            let waiting = waiting.count() as u32;
            if waiting > 0 || alarms.ways.contains(&way) {
                let trouble = self.messenger.trouble.get(&way).copied();
                ways.push(WayStatus { way, waiting, since_ms, trouble, is_there: self.messenger.is_there });
            }
        }
        ways
    }
}
