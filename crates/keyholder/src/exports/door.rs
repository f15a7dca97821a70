//! What the door does for exports: somebody else approves exactly what was asked for, by a passkey.
//!
//! Never: takes the asker's approval, that of whoever made the asking application, or an assertion that was made for anything else.
//! State: [`Core`]'s.

use super::MAX_EXPORTS_APPROVED_PER_DAY;
use crate::challenge::Purpose;
use crate::core::Core;
use crate::desk::{Decided, Desk, Proven, Refused, Within, or_refuse};
use salus_accesslog::Tree;
use salus_seal::entry::Event;
use salus_seal::entry::exports::{ExportAsked, ExportEvent};
use salus_seal::entry::people::{PasskeyUse, SignInFault};
use salus_seal::{CellId, PrincipalId};
use salus_trust_api::wire::exports::{EXPORT_KEPT_MS, ExportOf, ExportPhase, ExportSaid, ExportStatus};
use salus_trust_api::wire::people::{Assertion, DoorAnswer};

impl Core {
    pub(crate) fn begin_export(&mut self, desk: &Desk, of: &ExportOf, now_ms: u64) -> Decided<DoorAnswer> {
        let (_, status) = or_refuse!(self.asked_export(of, now_ms));
        let challenge = desk.challenges.draw(&Purpose::Export(of), now_ms)?;
        Ok(Ok(DoorAnswer::Export(Box::new(ExportSaid { challenge, status, now_ms }))))
    }

    pub(crate) fn finish_export(
        &mut self,
        desk: &mut Desk,
        of: &ExportOf,
        assertion: &Assertion,
        now_ms: u64,
    ) -> Decided<DoorAnswer> {
        let (id, status) = or_refuse!(self.asked_export(of, now_ms));
        let within = Within::Cell(id);
        let proven =
            or_refuse!(self.prove(desk, &Purpose::Export(of), within, assertion, PasskeyUse::Export)?);
        let Proven { principal: by, passkey, .. } = proven;
        let cell = self.state.cells.get(&id);
        let asked = cell.and_then(|cell| cell.exports.get(of.export)).map(|export| export.asked.clone());
        let today = cell.map_or(usize::MAX, |cell| cell.exports.approved_today(&by, now_ms));
        let may = asked.is_some_and(|asked| self.may_approve_export(&id, &by, &asked))
            && today < MAX_EXPORTS_APPROVED_PER_DAY
            && self.is_old_enough(&passkey, now_ms)
            && status.room.fits();
        if !may {
            return Ok(Err(Refused { cell: Some(id), passkey: Some(passkey), why: SignInFault::NotAllowed }));
        }
        let until_ms = now_ms + EXPORT_KEPT_MS;
        let event = ExportEvent::Approved { export: of.export, by, passkey, until_ms };
        self.record(Tree::Cell(id), now_ms, Event::Export(event), None)?;
        Ok(Ok(DoorAnswer::ExportApproved))
    }

    /// What was asked for, if it waits to be approved and is exactly this.
    fn asked_export(&mut self, of: &ExportOf, now_ms: u64) -> Result<(CellId, ExportStatus), Refused> {
        let cell = self.state.names.get(&of.cell).copied();
        let refused = || Refused { cell, passkey: None, why: SignInFault::Request };
        let id = cell.ok_or_else(refused)?;
        let status = self.export_status(id, of.export, None, now_ms).ok_or_else(refused)?;
        let is_it = status.phase == ExportPhase::Asked && status.what == of.what;
        if is_it { Ok((id, status)) } else { Err(refused()) }
    }

    /// Whether somebody is one of those who may approve it: who administers; never who asked, nor who made the application that did.
    pub(super) fn may_approve_export(&self, id: &CellId, by: &PrincipalId, asked: &ExportAsked) -> bool {
        let is_of_cell = self.state.acting(by).is_some_and(|person| person.cell == Some(*id));
        let made_it = self
            .state
            .clients
            .values()
            .any(|client| client.principal == asked.by && client.made_by == Some(*by));
        is_of_cell && self.state.administers(by) && asked.by != *by && !made_it
    }
}
