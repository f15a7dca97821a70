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
use salus_trust_api::wire::alarms::{AlarmTold, CellWays, FromMessenger, WayStatus, WayTrouble};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The messenger.
#[derive(Debug, Default)]
pub(crate) struct Messenger {
    /// Whether it is connected, and has said its ways.
    is_there: bool,
    /// Raised since it was last told.
    pub raised: VecDeque<(CellId, u64)>,
    trouble: BTreeMap<Way, WayTrouble>,
    /// By which ways it tells every cell, and some besides.
    all: Vec<Way>,
    besides: Vec<CellWays>,
}

/// The most alarms in one message to the messenger.
const MAX_ALARMS_PER_MESSAGE: usize = 1_000;

impl Core {
    /// Takes in what the messenger says.
    pub(crate) fn hear_messenger(&mut self, said: FromMessenger) -> Result<(), KeyholderError> {
        match said {
            FromMessenger::Ways(all) => self.tells_by(all, Vec::new())?,
            FromMessenger::WaysByCell { all, besides } => self.tells_by(all, besides)?,
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

    /// It is there, and tells by these ways.
    fn tells_by(&mut self, all: Vec<Way>, besides: Vec<CellWays>) -> Result<(), KeyholderError> {
        self.messenger = Messenger { is_there: true, all, besides, ..Messenger::default() };
        self.owe_in_all_cells()
    }

    /// The same of every cell.
    pub(crate) fn owe_in_all_cells(&mut self) -> Result<(), KeyholderError> {
        let cells: Vec<CellId> = self.state.names.values().copied().collect();
        cells.into_iter().try_for_each(|cell| self.owe(cell))
    }

    /// Notes the ways of a cell where they are others, and what is owed by them still.
    pub(crate) fn owe(&mut self, cell: CellId) -> Result<(), KeyholderError> {
        let Some((name, alarms)) = self.state.cells.get(&cell).map(|cell| (&cell.name, &cell.alarms)) else {
            return Ok(());
        };
        let besides = self.messenger.besides.iter().filter(|besides| besides.cell == *name);
        let ways = besides.flat_map(|besides| &besides.ways).chain(&self.messenger.all);
        let ways: Vec<Way> = ways.copied().collect::<BTreeSet<Way>>().into_iter().collect();
        let owed = alarms.newest.iter().filter(|(_, alarm)| !alarm.owed.is_empty());
        let owed: Vec<u64> = owed.map(|(number, _)| *number).collect();
        self.messenger.raised.extend(owed.into_iter().map(|number| (cell, number)));
        if alarms.ways != ways {
            let now_ms = self.clock.now_ms();
            let event = Event::Alarm(AlarmEvent::Ways { ways });
            self.record(Tree::Cell(cell), now_ms, event, None)?;
        }
        Ok(())
    }

    /// It is not connected any more.
    pub(crate) fn messenger_gone(&mut self) {
        self.messenger.is_there = false;
    }

    /// What is to be told now, the oldest first; only to be sent after a commit. What is more than one message holds is told when the
    /// messenger has said something again, so that nothing heaps up before one that is slow.
    pub(crate) fn take_alarms(&mut self) -> Vec<AlarmTold> {
        if !self.messenger.is_there {
            self.messenger.raised.clear();
        }
        let mut told = Vec::new();
        while told.len() < MAX_ALARMS_PER_MESSAGE
            && let Some((cell, number)) = self.messenger.raised.pop_front()
        {
            told.extend(self.told(cell, number));
        }
        told
    }

    fn told(&self, id: CellId, number: u64) -> Option<AlarmTold> {
        let cell = self.state.cells.get(&id)?;
        let alarm = cell.alarms.newest.get(&number).filter(|alarm| !alarm.owed.is_empty())?;
        Some(AlarmTold {
            cell: id,
            cell_name: cell.name.clone(),
            number,
            time_ms: alarm.time_ms,
            kind: alarm.raised.kind,
            count: alarm.raised.count,
            // A patient who looks at their own record has a name, too: nobody's leaves by these ways.
            who: None,
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
