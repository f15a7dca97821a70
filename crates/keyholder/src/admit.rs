//! `admit`: may this session do this to these records?
//!
//! The order is fixed: session and proof, quarantine, policy, unwrap, budget, entry. The patients who are charged and logged are
//! those whose compartments were really opened, whatever the record server said. What is granted here leaves the process only
//! after the batch's entries are durable.
//!
//! Never: grants a part of an intent, or tells a stranger why not. State: [`Core`]'s.

use crate::budgets::Room;
use crate::core::Core;
use crate::error::KeyholderError;
use crate::index::Whose;
use crate::policy::{self, Action};
use crate::proof::Shown;
use crate::searches;
use crate::state::Cell;
use salus_accesslog::Tree;
use salus_seal::entry::searching::SearchingEvent;
use salus_seal::entry::{Event, Fleeting, Interaction, Refusal, VersionRange, ranges};
use salus_seal::{CellId, Part, PrincipalId, Pseudonym, SessionId};
use salus_trust_api::wire::extract::ParameterChange;
use salus_trust_api::wire::{ADMISSION_MS, Admit, Admitted, Answer, Grant, Intent, Receipt};

/// Who asks, once the token has been found good.
#[derive(Clone, Copy)]
pub(crate) struct Asking {
    pub session: SessionId,
    pub principal: PrincipalId,
    pub cell: CellId,
}

impl Asking {
    /// What an entry says of who asks, why and from where; of no patient yet.
    pub(crate) fn fleeting(&self, admit: &Admit) -> Fleeting {
        Fleeting {
            session: self.session,
            purpose: admit.purpose,
            interaction: admit.interaction,
            address: admit.address,
            refused: None,
            part: Part::Body,
            patients: Vec::new(),
            charged: 0,
            versions: Vec::new(),
        }
    }
}

/// What an intent opened: to be charged, logged, and then granted.
pub(crate) struct Opened {
    /// Which budget it is charged to.
    pub part: Part,
    /// Patients who are charged, distinct.
    pub charged: Vec<Pseudonym>,
    /// Patients who were named by what was opened, but are not charged; distinct, none of `charged`.
    pub uncharged: Vec<Pseudonym>,
    /// The entries to be written: for a write one for each 1,024 versions, with its root.
    pub entries: Vec<EntryPart>,
    /// Patients of what was opened who do not exist, as the wraps say.
    pub canaries: Vec<Pseudonym>,
    /// Of a write, for the index: whose the compartments are.
    pub whose: Whose,
    /// What is granted when it is durable.
    pub grant: Grant,
}

/// One entry's worth of versions.
pub(crate) struct EntryPart {
    pub versions: Vec<VersionRange>,
    /// RFC 6962 root over the versions of a write; none for a read.
    pub root: Option<[u8; 32]>,
}

impl Core {
    /// Decides, charges and records. The answer may be sent after the next commit.
    pub(crate) fn admit(&mut self, mut admit: Admit) -> Result<Answer, KeyholderError> {
        if matches!(admit.intents.as_slice(), [Intent::Export(_)]) {
            return self.admit_export(admit);
        }
        let changes = take_changes(&mut admit);
        let now_ms = self.clock.now_ms();
        let asking = match self.session(&admit, writes(&admit), now_ms)? {
            Ok(asking) => asking,
            Err(refusal) => return Ok(Answer::Refused(refusal)),
        };
        let is_cut_off = self.state.cells.get(&asking.cell).is_some_and(|cell| cell.quarantined);
        if is_cut_off && !changes.is_empty() {
            self.record_refusal(&asking, &admit, Refusal::Quarantined, now_ms)?;
            return Ok(Answer::Refused(Refusal::Quarantined));
        }
        let Some(events) = self.parameter_events(asking.cell, &admit, &changes) else {
            self.record_refusal(&asking, &admit, Refusal::Malformed, now_ms)?;
            return Ok(Answer::Refused(Refusal::Malformed));
        };
        match self.decide(&asking, &admit, now_ms)? {
            Ok((admitted, whose)) => {
                self.count_admission();
                for event in events {
                    self.record(Tree::Cell(asking.cell), now_ms, Event::Searching(event), None)?;
                }
                if let Some(Intent::Write(write)) = admit.intents.pop() {
                    self.index.written(asking.cell, admitted.receipt.entry, write.versions, &whose);
                }
                Ok(Answer::Admitted(admitted))
            }
            Err(refusal) => {
                self.record_refusal(&asking, &admit, refusal, now_ms)?;
                Ok(Answer::Refused(refusal))
            }
        }
    }

    /// The events by which a write changes the cell's own search parameters; none when it may not change these.
    fn parameter_events(
        &self,
        id: CellId,
        admit: &Admit,
        changes: &[ParameterChange],
    ) -> Option<Vec<SearchingEvent>> {
        if changes.is_empty() {
            return Some(Vec::new());
        }
        let written = match admit.intents.as_slice() {
            [Intent::Write(write)] => write.versions.iter().map(|version| version.header.record).collect(),
            _ => return None,
        };
        // It is the write's first entry that comes next.
        let first = self.log.size(Tree::Cell(id));
        self.state.cells.get(&id)?.parameters.events(first, changes, &written)
    }

    /// The session of a token, if it lives, belongs to the cell that was addressed, and is proved.
    ///
    /// A token that was never given out is counted; one that was, but is of no use here, is an entry in its cell's log. `changes`: whether anything is
    /// to be changed, which a proof of a request to read allows to nobody.
    pub(crate) fn session(
        &mut self,
        admit: &Admit,
        changes: bool,
        now_ms: u64,
    ) -> Result<Result<Asking, Refusal>, KeyholderError> {
        let id = self.state.tokens.get(&admit.token.hash()).copied();
        let Some((id, session)) = id.and_then(|id| Some((id, self.state.sessions.get(&id)?))) else {
            self.strangers += 1;
            return Ok(Err(Refusal::NoSession));
        };
        let asking = Asking { session: id, principal: session.principal, cell: session.cell };
        if !self.state.is_usable(session, now_ms) || asking.cell != admit.cell {
            self.record_refusal(&asking, admit, Refusal::NoSession, now_ms)?;
            return Ok(Err(Refusal::NoSession));
        }
        let shown = Shown { proof: &admit.proof, address: admit.address };
        if let Err(unproved) = self.proved(&asking, &admit.token, shown, changes, now_ms) {
            if let Some(refusal) = unproved.entry {
                self.record_refusal(&asking, admit, refusal, now_ms)?;
            }
            return Ok(Err(unproved.answer));
        }
        if let Some(session) = self.state.sessions.get_mut(&id) {
            session.used_ms = session.used_ms.max(now_ms);
        }
        Ok(Ok(asking))
    }

    /// Whether a session that was good is so still.
    pub(crate) fn session_lives(&self, asking: &Asking, now_ms: u64) -> bool {
        let session = self.state.sessions.get(&asking.session);
        session.is_some_and(|session| self.state.is_usable(session, now_ms))
    }

    fn decide(
        &mut self,
        asking: &Asking,
        admit: &Admit,
        now_ms: u64,
    ) -> Result<Result<(Admitted, Whose), Refusal>, KeyholderError> {
        // One intent a request is all that anything asks for today; the wire has room for more.
        let [intent] = admit.intents.as_slice() else { return Ok(Err(Refusal::Malformed)) };
        if let Err(refusal) = self.may_ask_by_id(asking, admit.interaction, now_ms) {
            return Ok(Err(refusal));
        }
        let mut opened = match self.open(asking, admit, intent, now_ms) {
            Ok(opened) => opened,
            Err(Refusal::Missing) => return Ok(Err(self.refuse_missing(asking, admit, now_ms))),
            Err(refusal) => return Ok(Err(refusal)),
        };
        if opened.charged.len() + opened.uncharged.len() > opened.entries.len() * MAX_PATIENTS_PER_ENTRY {
            return Ok(Err(Refusal::Malformed));
        }
        let room = match self.room(asking, admit.purpose, opened.part, &opened.charged, now_ms) {
            Ok(room) => room,
            Err(refusal) => return Ok(Err(refusal)),
        };
        if !self.log.has_room() {
            return Ok(Err(Refusal::NoRoom));
        }
        if let Room::Reserve(patients) = room {
            self.record_reserve(asking, admit, patients, now_ms)?;
        }
        let whose = std::mem::take(&mut opened.whose);
        let canaries = std::mem::take(&mut opened.canaries);
        let makes = self.makes_canaries(&asking.cell, &asking.session);
        let admitted = self.record_opened(asking, admit, opened, now_ms)?;
        if makes {
            self.made_canaries(asking.session, canaries);
        } else if !canaries.is_empty() {
            let fleeting = asking.fleeting(admit);
            self.opened_canaries(asking.cell, admitted.receipt.entry, canaries, &fleeting)?;
        }
        Ok(Ok((admitted, whose)))
    }

    fn open(&self, asking: &Asking, admit: &Admit, intent: &Intent, now_ms: u64) -> Result<Opened, Refusal> {
        let action = match intent {
            Intent::Read(_) => Action::Read,
            Intent::Write(write) => Action::Write {
                changes_existing: write.versions.iter().any(|version| version.header.version > 1),
            },
            Intent::Missing => Action::Probe,
            Intent::Disclose | Intent::Export(_) | Intent::WriteDefining(..) => {
                return Err(Refusal::NotAllowed);
            }
        };
        let cell = self.allowed(asking, action, admit, now_ms)?;
        self.of_allowed_categories(asking, admit.interaction, intent)?;
        let own = self.state.own_patient(asking);
        if let (Some(_), Intent::Write(write)) = (&own, intent) {
            self.may_patient_write(write)?;
        }
        match intent {
            Intent::Read(read) => crate::open_read::open(asking.cell, cell, read, own),
            Intent::Write(write) => {
                let for_index = self.index.takes(&asking.cell);
                let canaries = self.makes_canaries(&asking.cell, &asking.session);
                crate::open_write::open(asking.cell, cell, write, now_ms, (for_index, canaries, own))
            }
            _ => Err(Refusal::Missing),
        }
    }

    /// The cell, where it is not cut off, or this goes on all the same, and the asker's role allows this.
    pub(crate) fn allowed(
        &self,
        asking: &Asking,
        action: Action,
        admit: &Admit,
        now_ms: u64,
    ) -> Result<&Cell, Refusal> {
        let cell = self.state.cells.get(&asking.cell).ok_or(Refusal::NotAllowed)?;
        let is_person = self.state.people.persons.contains_key(&asking.principal);
        let investigates = crate::investigate::goes_on(cell, asking, action);
        if cell.quarantined
            && !investigates
            && !cell.goes_on(&asking.principal, is_person, action, admit, now_ms)
        {
            return Err(Refusal::Quarantined);
        }
        self.allowed_even_cut_off(asking, action, admit.interaction)?;
        Ok(cell)
    }

    /// Whether the asker's role allows this. Whoever calls it looks whether the cell is cut off.
    pub(crate) fn allowed_even_cut_off(
        &self,
        asking: &Asking,
        action: Action,
        interaction: Interaction,
    ) -> Result<(), Refusal> {
        let is_allowed = match action {
            Action::Administer => self.state.administers(&asking.principal),
            _ => policy::allows(&self.state.rights(&asking.cell, &asking.principal), action, interaction),
        };
        if is_allowed && self.state.paper_allows(asking, action, interaction) {
            Ok(())
        } else {
            Err(Refusal::NotAllowed)
        }
    }

    /// Whether the asker's role may do this to records of these types, as their sealed headers name them. By id, what it may not is as if it were
    /// not there, counted like that, too: else whoever tries ids would learn which there are.
    fn of_allowed_categories(
        &self,
        asking: &Asking,
        interaction: Interaction,
        intent: &Intent,
    ) -> Result<(), Refusal> {
        let rights = self.state.rights(&asking.cell, &asking.principal);
        let is_allowed = match intent {
            Intent::Read(read) => {
                read.versions.iter().all(|one| rights.read.holds(self.kinds.category(one.header.kind)))
            }
            Intent::Write(write) => write.versions.iter().all(|one| {
                let may = if one.header.version > 1 { rights.change } else { rights.create };
                may.holds(self.kinds.category(one.header.kind))
            }),
            _ => true,
        };
        match is_allowed {
            true => Ok(()),
            false if policy::asks_by_id(interaction) => Err(Refusal::Missing),
            false => Err(Refusal::NotAllowed),
        }
    }

    /// Whoever named too many records that are not there opens none by its id any more, there or not: else lists of ids could be
    /// tried without end.
    pub(crate) fn may_ask_by_id(
        &mut self,
        asking: &Asking,
        interaction: Interaction,
        now_ms: u64,
    ) -> Result<(), Refusal> {
        if !policy::asks_by_id(interaction) {
            return Ok(());
        }
        let principal = self.state.principals.get_mut(&asking.principal).ok_or(Refusal::NotAllowed)?;
        let room = principal.misses.room(searches::limits(&principal.budgets.chart), now_ms);
        room.map_err(|exhausted| Refusal::Budget { retry_after_s: exhausted.retry_after_s })
    }

    /// Who has no room for one more patient is told so whether the record is there or not, or a spent budget would tell what
    /// exists.
    pub(crate) fn refuse_missing(&mut self, asking: &Asking, admit: &Admit, now_ms: u64) -> Refusal {
        if !policy::asks_by_id(admit.interaction) {
            return Refusal::Missing;
        }
        let nobody = Pseudonym([0; 16]);
        self.room(asking, admit.purpose, Part::Body, &[nobody], now_ms).err().unwrap_or(Refusal::Missing)
    }

    pub(crate) fn record_opened(
        &mut self,
        asking: &Asking,
        admit: &Admit,
        opened: Opened,
        now_ms: u64,
    ) -> Result<Admitted, KeyholderError> {
        let tree = Tree::Cell(asking.cell);
        let first = self.log.size(tree);
        let mut last = first;
        let mut charged = opened.charged.as_slice();
        let mut uncharged = opened.uncharged.as_slice();
        let mut fleeting = Fleeting { part: opened.part, ..asking.fleeting(admit) };
        for part in opened.entries {
            let event = match part.root {
                Some(root) => Event::Written { first, ranges: part.versions.clone(), root },
                None => Event::Opened,
            };
            fleeting.versions = part.versions;
            // An entry holds so many patients; the others are named by the chain's next ones.
            fleeting.patients = take(&mut charged, MAX_PATIENTS_PER_ENTRY);
            fleeting.charged = fleeting.patients.len() as u32;
            let room = MAX_PATIENTS_PER_ENTRY - fleeting.patients.len();
            fleeting.patients.extend(take(&mut uncharged, room));
            last = self.record(tree, now_ms, event, Some(&fleeting))?;
        }
        let mac = self.receipt_mac(asking.cell, last)?;
        let receipt = Receipt { cell: asking.cell, entry: first, last_entry: last, mac };
        Ok(Admitted { receipt, valid_ms: ADMISSION_MS, grants: vec![opened.grant] })
    }

    pub(crate) fn receipt_mac(&self, id: CellId, entry: u64) -> Result<[u8; 16], KeyholderError> {
        let missing = || KeyholderError::Entry { tree: id.to_string(), index: entry };
        let cell = self.state.cells.get(&id).ok_or_else(missing)?;
        Ok(cell.receipt_key.mac(&id, entry))
    }

    pub(crate) fn record_refusal(
        &mut self,
        asking: &Asking,
        admit: &Admit,
        refusal: Refusal,
        now_ms: u64,
    ) -> Result<(), KeyholderError> {
        if !self.log.has_room() {
            return Ok(());
        }
        let fleeting =
            Fleeting { refused: Some(refusal), versions: named_versions(admit), ..asking.fleeting(admit) };
        self.record(Tree::Cell(asking.cell), now_ms, Event::Refused, Some(&fleeting)).map(drop)
    }
}

/// The most patients that one entry names: with 1,024 versions, some 50 kB.
pub(crate) const MAX_PATIENTS_PER_ENTRY: usize = 2_048;

fn writes(admit: &Admit) -> bool {
    admit.intents.iter().any(|intent| matches!(intent, Intent::Write(_) | Intent::WriteDefining(..)))
}

/// A write that changes search parameters is a write like any other; what it changes is taken out of it.
fn take_changes(admit: &mut Admit) -> Vec<ParameterChange> {
    let mut all = Vec::new();
    for intent in &mut admit.intents {
        if matches!(intent, Intent::WriteDefining(..))
            && let Intent::WriteDefining(write, changes) = std::mem::replace(intent, Intent::Missing)
        {
            *intent = Intent::Write(write);
            all.extend(changes);
        }
    }
    all
}

/// The first `most` of a list, which then begins after them.
fn take(list: &mut &[Pseudonym], most: usize) -> Vec<Pseudonym> {
    let (head, rest) = list.split_at(most.min(list.len()));
    *list = rest;
    head.to_vec()
}

/// The most versions that a refusal's entry names: enough to see what was tried.
const MAX_REFUSED_VERSIONS: usize = 64;

fn named_versions(admit: &Admit) -> Vec<VersionRange> {
    let headers = admit.intents.iter().flat_map(|intent| -> Box<dyn Iterator<Item = (u64, u32)> + '_> {
        match intent {
            Intent::Read(read) | Intent::Export(read) => {
                Box::new(read.versions.iter().map(|v| (v.header.record, v.header.version)))
            }
            Intent::Write(write) => {
                Box::new(write.versions.iter().map(|v| (v.header.record, v.header.version)))
            }
            _ => Box::new(std::iter::empty()),
        }
    });
    ranges(headers.take(MAX_REFUSED_VERSIONS))
}
