//! What the record server asks about who treats whom, and a patient's own access.
//!
//! State: none.

use crate::client::{Asker, Trust, TrustError};
use crate::wire::relation::{
    AccessGiven, GiveAccess, RedeemPaper, Relate, RelatedAnswer, RelatedAsk, StatedAsk,
};
use crate::wire::{Admit, Answer, Ask, CompartmentWrap, SignedIn};
use crate::{Interaction, Purpose};
use salus_seal::entry::relation::{Reason, Statement};

impl Trust {
    /// Somebody says why they open a patient's record without a treating relationship. Charged as the patient's chart, and an entry.
    pub async fn relate(
        &self,
        asker: &Asker,
        compartment: CompartmentWrap,
        statement: Statement,
    ) -> Result<(), TrustError> {
        let purpose = match statement.reason {
            Reason::Emergency => Purpose::Emergency,
            _ => asker.purpose,
        };
        let admit = Admit { purpose, ..asker.circumstances(Interaction::Relation) };
        let ask = RelatedAsk::Relate(Relate { admit, compartment, statement });
        self.noted(Ask::Related(Box::new(ask))).await
    }

    /// What the asker said of a patient within a day, if anything. Writes no entry and waits for no disk.
    pub async fn stated(
        &self,
        asker: &Asker,
        compartment: CompartmentWrap,
    ) -> Result<Option<Reason>, TrustError> {
        let ask = RelatedAsk::Stated(StatedAsk { of: asker.of_session(), compartment });
        match self.related(ask).await? {
            RelatedAnswer::Stated(reason) => Ok(reason),
            _ => Err(TrustError::Protocol),
        }
    }

    /// A patient is to see who has looked at their record. `record`: the number of their Patient record.
    pub async fn give_access(
        &self,
        asker: &Asker,
        compartment: CompartmentWrap,
        record: u64,
    ) -> Result<AccessGiven, TrustError> {
        let admit = asker.circumstances(Interaction::Relation);
        let ask = RelatedAsk::GiveAccess(GiveAccess { admit, compartment, record });
        match self.related(ask).await? {
            RelatedAnswer::AccessGiven(given) => Ok(given),
            _ => Err(TrustError::Protocol),
        }
    }

    /// A one-time link by which the patient whose session it is makes a passkey of their own at the door.
    pub async fn own_passkey(&self, asker: &Asker) -> Result<AccessGiven, TrustError> {
        match self.related(RelatedAsk::OwnPasskey(asker.of_session())).await? {
            RelatedAnswer::Link(link) => Ok(link),
            _ => Err(TrustError::Protocol),
        }
    }

    /// Exchanges a code on paper for a session.
    pub async fn redeem_paper(&self, redeem: RedeemPaper) -> Result<SignedIn, TrustError> {
        match self.ask(Ask::Related(Box::new(RelatedAsk::RedeemPaper(redeem)))).await? {
            Answer::SignedIn(signed_in) => Ok(signed_in),
            _ => Err(TrustError::Protocol),
        }
    }

    async fn related(&self, ask: RelatedAsk) -> Result<RelatedAnswer, TrustError> {
        match self.ask(Ask::Related(Box::new(ask))).await? {
            Answer::Related(answer) => Ok(*answer),
            _ => Err(TrustError::Protocol),
        }
    }
}
