//! What the entries do not say of versions, asked of the store's clear headers and of the keyholder.
//!
//! Never: opens a record. State: a look at the store's file, and the connection to the keyholder.

use super::extent::Lookup;
use crate::admin::{Administration, unexpected};
use crate::data_dir::DataDir;
use crate::failure::Failure;
use crate::messages::say;
use salus_seal::{CellId, Header, Pseudonym};
use salus_store::{Look, StoreError};
use salus_trust_api::wire::incident::{IncidentAnswer, IncidentAsk};
use salus_trust_api::wire::{AdminAnswer, AdminAsk, CompartmentWrap};

/// Looks up in one cell.
pub struct CellLookup<'a> {
    administration: &'a mut Administration,
    cell: String,
    /// None: nothing was ever written.
    look: Option<Look>,
}

impl<'a> CellLookup<'a> {
    /// In a cell of a data directory.
    pub fn begin(
        data: &DataDir,
        administration: &'a mut Administration,
        cell: &str,
        id: CellId,
    ) -> Result<Self, Failure> {
        let look = match Look::begin(data.path(), id) {
            Ok(look) => Some(look),
            Err(StoreError::Missing) => None,
            Err(why) => return Err(unreadable(cell, &why)),
        };
        Ok(Self { administration, cell: cell.to_owned(), look })
    }

    /// The look at the store.
    pub fn look<T>(&self, look: impl FnOnce(&Look) -> Result<T, StoreError>) -> Result<Option<T>, Failure> {
        self.look.as_ref().map(look).transpose().map_err(|why| unreadable(&self.cell, &why))
    }
}

impl Lookup for CellLookup<'_> {
    fn headers(&mut self, versions: &[(u64, u32)]) -> Result<Vec<Option<(Header, u64)>>, Failure> {
        let found = self.look(|look| look.headers(versions.iter().copied()))?;
        Ok(found.unwrap_or_else(|| vec![None; versions.len()]))
    }

    fn whose(&mut self, compartments: &[u64]) -> Result<Vec<(u64, Vec<Pseudonym>)>, Failure> {
        let wraps = self.look(|look| look.compartments(compartments))?.unwrap_or_default();
        let compartments = wraps.into_iter().map(|(number, wrap)| CompartmentWrap { number, wrap }).collect();
        let ask = IncidentAsk::Whose { cell: self.cell.clone(), compartments };
        match self.administration.ask(AdminAsk::Incident(ask))? {
            AdminAnswer::Incident(IncidentAnswer::Whose(whose)) => Ok(whose),
            _ => Err(unexpected()),
        }
    }
}

fn unreadable(cell: &str, why: &StoreError) -> Failure {
    Failure::could_not(say("store-not-read").with("cell", cell).with("why", why))
}
