//! A cell's own search parameters: from SearchParameter resources that are written to what the keyholder's log says is in force.
//!
//! The log says it, and nothing else: definitions travel with the admission of their write and are in force when it has landed. Here they
//! are read again when the cell is taken up and after each such write, before it is acknowledged. Such a write is alone, so that
//! everything that is written after it carries its words.
//!
//! Never: lets something be stored as active that cannot be used. State: the cell's.

use crate::{Cell, RecordsError, text};
use salus_fhir::search::{self, Custom, MIN_CUSTOM_NUMBER};
use salus_fhir::{Issue, Resource, ResourceType};
use salus_trust_api::TrustError;
use salus_trust_api::wire::extract::{
    Definition, MAX_DEFINITION_BYTES, MAX_OWN_PARAMETERS, OwnParameter, ParameterChange,
};
use salus_trust_api::wire::query::SearchFault;
use std::sync::Arc;
use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard};

/// The search parameters that a cell has beside those of the specification.
#[derive(Debug, Default)]
pub(crate) struct Parameters {
    /// Compiled, by their records.
    pub custom: Vec<Custom>,
    /// All that are in force, by their records.
    pub in_force: Vec<OwnParameter>,
    /// The entry of the latest change.
    pub made: u64,
}

/// Held by a write from before its words are taken until it has landed.
#[derive(Debug)]
pub(crate) enum Held {
    /// Beside others.
    Shared(#[allow(dead_code, reason = "held")] OwnedRwLockReadGuard<()>),
    /// Alone: it may change the parameters.
    Alone(#[allow(dead_code, reason = "held")] OwnedRwLockWriteGuard<()>),
}

/// Lets a write of these types begin.
pub(crate) async fn hold(cell: &Cell, kinds: impl IntoIterator<Item = ResourceType>) -> Held {
    let lock = Arc::clone(&cell.parameters_lock);
    if kinds.into_iter().any(is_parameter) {
        Held::Alone(lock.write_owned().await)
    } else {
        Held::Shared(lock.read_owned().await)
    }
}

fn is_parameter(kind: ResourceType) -> bool {
    kind.name() == "SearchParameter"
}

/// Reads what is in force.
///
/// Errors: the keyholder is not there; it is read again when the cell is taken up.
pub(crate) async fn load(cell: &Cell) -> Result<(), TrustError> {
    let own = cell.trust.parameters(cell.id).await?;
    // One that does not compile any more is not searched by; its words were never taken by this program.
    let custom =
        own.parameters.iter().filter_map(|own| search::custom_of(&own.definition.text, own.number).ok());
    let custom = custom.collect();
    cell.set_parameters(Parameters { custom, in_force: own.parameters, made: own.made });
    Ok(())
}

/// Why a search has no answer; a parameter that it waits for is named.
pub(crate) fn search_error(cell: &Cell, error: TrustError) -> RecordsError {
    let TrustError::Fault(SearchFault::NotExtracted { parameter, percent }) = error else {
        return RecordsError::of_existing(error);
    };
    let parameters = cell.parameters();
    let own = parameters.custom.iter().map(Custom::parameter).find(|own| own.number == parameter);
    let code = own.or_else(|| search::by_number(parameter)).map_or("?", |parameter| parameter.code.as_str());
    RecordsError::NotExtracted(vec![text::not_extracted(code, percent)])
}

/// What a write changes, as its versions are gone through.
pub(crate) struct Changes<'c> {
    cell: &'c Cell,
    /// What will be in force: record, URL and definition.
    planned: Vec<(u64, Custom)>,
    all: Vec<ParameterChange>,
}

impl<'c> Changes<'c> {
    pub(crate) fn new(cell: &'c Cell) -> Self {
        Self { cell, planned: Vec::new(), all: Vec::new() }
    }

    /// Takes a version in: `resource` is none for a deletion. `place` is that of the resource in a Bundle, or empty.
    ///
    /// Errors: [`RecordsError::Invalid`] for an active SearchParameter that cannot be used, with the place and the cure.
    pub(crate) fn take(
        &mut self,
        kind: ResourceType,
        record: u64,
        resource: Option<&Resource>,
        place: &str,
    ) -> Result<(), RecordsError> {
        if !is_parameter(kind) {
            return Ok(());
        }
        let parameters = self.cell.parameters();
        let now = parameters.in_force.iter().find(|own| own.record == record);
        let Some(text) = resource.and_then(search::definition) else {
            if now.is_some() {
                self.all.push(ParameterChange { record, defines: None });
            }
            return Ok(());
        };
        let at = |issue: Issue| {
            let rest = issue.expression.strip_prefix("SearchParameter").unwrap_or_default().to_owned();
            if place.is_empty() { issue } else { issue.at(format!("{place}{rest}")) }
        };
        let invalid = |issues: Vec<Issue>| Err(RecordsError::Invalid(issues.into_iter().map(at).collect()));
        let custom = match search::custom_of(&text, MIN_CUSTOM_NUMBER) {
            Ok(custom) => custom,
            Err(issues) => return invalid(issues),
        };
        if text.len() > MAX_DEFINITION_BYTES {
            return invalid(vec![text::parameter_too_long(MAX_DEFINITION_BYTES)]);
        }
        if self.is_taken(&parameters, record, &custom) {
            return invalid(vec![text::parameter_code_taken()]);
        }
        if now.is_none() && parameters.in_force.len() + self.planned.len() >= MAX_OWN_PARAMETERS {
            return invalid(vec![text::too_many_parameters(MAX_OWN_PARAMETERS)]);
        }
        let kinds = custom.parameter().bases.iter().map(|kind| kind.code()).collect();
        let definition = Definition { kinds, text };
        if now.is_none_or(|now| now.definition != definition) {
            self.all.push(ParameterChange { record, defines: Some(definition) });
        }
        self.planned.push((record, custom));
        Ok(())
    }

    /// Whether another record of the cell's defines this code for one of the types, or this URL.
    fn is_taken(&self, parameters: &Parameters, record: u64, custom: &Custom) -> bool {
        let new = custom.parameter();
        let numbers = parameters.in_force.iter().filter(|own| own.record != record);
        let others = numbers.filter_map(|own| {
            parameters.custom.iter().find(|custom| custom.parameter().number == own.number)
        });
        let planned = self.planned.iter().filter(|(of, _)| *of != record).map(|(_, custom)| custom);
        others.chain(planned).map(Custom::parameter).any(|other| {
            let meet = other.bases.is_empty()
                || new.bases.is_empty()
                || other.bases.iter().any(|kind| new.bases.contains(kind));
            other.url == new.url || other.code == new.code && meet
        })
    }

    pub(crate) fn into_all(self) -> Vec<ParameterChange> {
        self.all
    }
}
