//! What the door does for budgets: a person touches their passkey so that their session goes on, and somebody gives another one more.
//!
//! A touch comes back as a code, like a sign-in: it is good only with the verifier of the browser that asked for it and with the token of the
//! session it was asked for, so a link that somebody else sends is of no use to them. A raise needs no session, only the passkey.
//!
//! Never: takes an assertion that was made for anything else. State: [`Core`]'s.

use crate::admit::Asking;
use crate::budgets::Touch;
use crate::budgets::raise::{MAX_GIVEN_PER_DAY, MAX_RAISES_PER_DAY, MIN_PASSKEY_MS};
use crate::challenge::Purpose;
use crate::core::Core;
use crate::desk::{Decided, Desk, Proven, Refused, Within, or_refuse};
use crate::error::KeyholderError;
use salus_accesslog::Tree;
use salus_seal::entry::budgets::{BudgetEvent, MoreAsked, Raised};
use salus_seal::entry::people::{PasskeyUse, SignInFault};
use salus_seal::entry::{self, Event, Interaction};
use salus_seal::{CellId, DeviceId, Part, SessionId};
use salus_trust_api::wire::Answer;
use salus_trust_api::wire::people::{Assertion, Authorize, DoorAnswer, RaiseOf, RaiseSaid, TouchOf};

/// The page to which a touch returns.
const TOUCHED: &str = "touched";

impl Core {
    pub(crate) fn begin_touch(
        &mut self,
        desk: &Desk,
        authorize: &Authorize,
        session: SessionId,
        now_ms: u64,
    ) -> Decided<DoorAnswer> {
        or_refuse!(self.request(desk, authorize, TOUCHED));
        let challenge = desk.challenges.draw(&Purpose::Touch(authorize, session), now_ms)?;
        Ok(Ok(DoorAnswer::Challenge(challenge)))
    }

    pub(crate) fn finish_touch(
        &mut self,
        desk: &mut Desk,
        authorize: &Authorize,
        session: SessionId,
        assertion: &Assertion,
    ) -> Decided<DoorAnswer> {
        let cell = or_refuse!(self.request(desk, authorize, TOUCHED));
        let purpose = Purpose::Touch(authorize, session);
        let proven =
            or_refuse!(self.prove(desk, &purpose, Within::Cell(cell), assertion, PasskeyUse::Touch)?);
        let now_ms = self.clock.now_ms();
        let own = self.state.sessions.get(&session).filter(|session| self.state.is_usable(session, now_ms));
        let refused = |why| Ok(Err(Refused { cell: Some(cell), passkey: Some(proven.passkey), why }));
        match own {
            Some(own) if own.principal == proven.principal && own.cell == cell => {
                let passkey = Some(proven.passkey);
                self.give_code(cell, proven.principal, passkey, authorize.code_challenge, Some(session))
            }
            Some(_) => refused(SignInFault::OtherPerson),
            None => refused(SignInFault::Request),
        }
    }

    /// The browser whose session it is brings the code.
    pub(crate) fn touch(&mut self, touch: TouchOf) -> Result<Answer, KeyholderError> {
        let TouchOf { of, redeem } = touch;
        let now_ms = self.clock.now_ms();
        let cell = of.cell;
        let admit = of.asking(entry::Purpose::Operations, Interaction::Administer);
        let Asking { session, principal, .. } = match self.session(&admit, false, now_ms)? {
            Ok(asking) => asking,
            Err(refusal) => return Ok(Answer::Refused(refusal)),
        };
        if !self.log.has_room() {
            return Ok(Answer::Refused(entry::Refusal::NoRoom));
        }
        let code = match self.take_touch(&redeem, session, now_ms) {
            Ok(code) => code,
            Err((passkey, why)) => return self.refuse_code(cell, passkey, why),
        };
        let (Some(passkey), true) = (code.passkey, code.principal == principal) else {
            return self.refuse_code(cell, code.passkey, SignInFault::OtherPerson);
        };
        let Some(known) = self.state.principals.get_mut(&principal) else {
            return Ok(Answer::Refused(entry::Refusal::NoSession));
        };
        let own = known.limits_now(Part::Body, now_ms);
        let Touch { until_ms, up_to } = Touch::now(&own, known.spent.chart.counts(now_ms), now_ms);
        let event = BudgetEvent::Touched { principal, session, passkey, until_ms, up_to };
        self.record(Tree::Cell(cell), now_ms, Event::Budget(event), None)?;
        Ok(Answer::Noted)
    }

    pub(crate) fn begin_raise(&mut self, desk: &Desk, of: &RaiseOf, now_ms: u64) -> Decided<DoorAnswer> {
        let (_, asked) = or_refuse!(self.asked(of, now_ms));
        let name = |principal| self.state.name_of(principal).unwrap_or_default();
        let said = RaiseSaid {
            challenge: desk.challenges.draw(&Purpose::Raise(of), now_ms)?,
            name: asked.principal.as_ref().map(name),
            by: name(&asked.by),
            reason: asked.reason,
            now_ms,
        };
        Ok(Ok(DoorAnswer::Raise(Box::new(said))))
    }

    pub(crate) fn finish_raise(
        &mut self,
        desk: &mut Desk,
        of: &RaiseOf,
        assertion: &Assertion,
        now_ms: u64,
    ) -> Decided<DoorAnswer> {
        let (cell, asked) = or_refuse!(self.asked(of, now_ms));
        let within = Within::Cell(cell);
        let proven =
            or_refuse!(self.prove(desk, &Purpose::Raise(of), within, assertion, PasskeyUse::Raise)?);
        let Proven { principal: by, passkey, .. } = proven;
        if !self.may_give(&cell, &by, &asked) || !self.may_raise(&cell, &asked, &proven, now_ms) {
            let why = SignInFault::NotAllowed;
            return Ok(Err(Refused { cell: Some(cell), passkey: Some(passkey), why }));
        }
        let MoreAsked { principal, part, amount, until_ms, .. } = asked;
        let raised = Raised { ask: of.ask, principal, part, amount, until_ms, by, passkey };
        self.record(Tree::Cell(cell), now_ms, Event::Budget(BudgetEvent::Raised(raised)), None)?;
        Ok(Ok(DoorAnswer::Raised))
    }

    /// What was asked for, if it is open and exactly this.
    fn asked(&self, of: &RaiseOf, now_ms: u64) -> Result<(CellId, MoreAsked), Refused> {
        let cell = self.state.names.get(&of.cell).copied();
        let refused = || Refused { cell, passkey: None, why: SignInFault::Request };
        let known = cell.and_then(|cell| self.state.cells.get(&cell)).filter(|cell| !cell.quarantined);
        let asked = known.and_then(|known| known.more.asks.get(of.ask, now_ms)).ok_or_else(refused)?;
        let MoreAsked { principal, by, part, amount, until_ms, .. } = asked;
        let is_it = (*principal, *by, *part, *amount, *until_ms)
            == (of.principal, of.by, of.part, of.amount, of.until_ms);
        cell.filter(|_| is_it).map(|cell| (cell, asked.clone())).ok_or_else(refused)
    }

    /// Whether the day has room for one more raise, of this budget and by this person, and the passkey is nobody's who was let in for it.
    fn may_raise(&self, cell: &CellId, asked: &MoreAsked, by: &Proven, now_ms: u64) -> bool {
        let Some(known) = self.state.cells.get(cell) else { return false };
        let raises = match &asked.principal {
            Some(principal) => self.state.principals.get(principal).map(|known| &known.more.raises),
            None => Some(&known.more.raises),
        };
        raises.is_some_and(|raises| raises.of_today(now_ms) < MAX_RAISES_PER_DAY)
            && known.more.asks.gave_today(&by.principal, now_ms) < MAX_GIVEN_PER_DAY
            && self.is_old_enough(&by.passkey, now_ms)
    }

    pub(crate) fn is_old_enough(&self, passkey: &DeviceId, now_ms: u64) -> bool {
        let passkey = self.state.people.passkeys.get(passkey);
        passkey.is_some_and(|known| known.by_machine || known.added_ms + MIN_PASSKEY_MS <= now_ms)
    }
}
