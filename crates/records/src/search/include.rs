//! `_include` and `_revinclude`: what is given with the hits because one refers to the other.
//!
//! What the hits refer to is read from their opened texts; what refers to them is a search of its own, charged and logged as
//! any other. Each record is given once. What is included is admitted like a hit: a refusal is the answer of the whole
//! page. A reference to what is not there, or was deleted, includes nothing.
//!
//! Never: goes on without end: [`MAX_ROUNDS`], [`MAX_INCLUDED`]. State: none.

use super::page::{Mode, OpenedPage, versions_of};
use crate::own_parameters::search_error;
use crate::words::name_of;
use crate::{Cell, RecordsError, text};
use salus_fhir::search::{self, Include, ParameterKind, Value};
use salus_fhir::{Resource, ResourceType};
use salus_seal::Part;
use salus_store::WrappedVersion;
use salus_trust_api::Interaction;
use salus_trust_api::client::Asker;
use salus_trust_api::wire::query::{Condition, MAX_PAGE, Query, Test};
use std::collections::{BTreeMap, HashSet};
use std::time::Instant;

/// The most records that one page includes.
pub(crate) const MAX_INCLUDED: usize = 1_000;
/// How often `:iterate` goes on from what was included.
const MAX_ROUNDS: usize = 8;
/// About the most conditions in one search for what refers to the hits.
const MAX_CONDITIONS: usize = 1_000;

type Name = (ResourceType, String);

/// Adds to a page what its includes ask for.
///
/// Errors: [`RecordsError::TooCostly`] when that is more than [`MAX_INCLUDED`], or not done by `until`; the refusal of any of it.
pub(crate) async fn include(
    cell: &Cell,
    asker: &Asker,
    interaction: Interaction,
    includes: &[Include],
    page: &mut OpenedPage,
    until: Instant,
) -> Result<(), RecordsError> {
    let work = Work { cell, asker, interaction, until };
    let hits = page.entries.len();
    let mut from = 0;
    for round in 0..MAX_ROUNDS {
        let to = page.entries.len();
        let due: Vec<&Include> = includes.iter().filter(|include| round == 0 || include.iterate).collect();
        if from == to || due.is_empty() {
            break;
        }
        work.in_time()?;
        let mut found = work.referred_to(&due, page, from).await?;
        for include in due.iter().filter(|include| include.reverse) {
            found.extend(work.referring(include, page, from).await?);
        }
        let mut seen = HashSet::new();
        found.retain(|version| {
            let record = version.stored.sealed.header.record;
            !page.has(record) && seen.insert(record)
        });
        if found.len() + to - hits > MAX_INCLUDED {
            return Err(RecordsError::TooCostly(vec![text::too_many_included(MAX_INCLUDED)]));
        }
        page.open(cell, asker, interaction, &found, Mode::Include, Part::Body).await?;
        from = to;
    }
    Ok(())
}

struct Work<'a> {
    cell: &'a Cell,
    asker: &'a Asker,
    interaction: Interaction,
    until: Instant,
}

impl Work<'_> {
    fn in_time(&self) -> Result<(), RecordsError> {
        let is_late = Instant::now() >= self.until;
        if is_late { Err(RecordsError::TooCostly(vec![text::too_costly()])) } else { Ok(()) }
    }

    /// The records that the entries from `from` on refer to and by what is due.
    async fn referred_to(
        &self,
        due: &[&Include],
        page: &OpenedPage,
        from: usize,
    ) -> Result<Vec<WrappedVersion>, RecordsError> {
        let forward: Vec<&Include> = due.iter().copied().filter(|include| !include.reverse).collect();
        if forward.is_empty() {
            return Ok(Vec::new());
        }
        let entries = page.entries.get(from..).unwrap_or_default();
        let bytes = entries.iter().map(|entry| entry.text.len()).sum();
        let names = self.cell.heavy.run(bytes, || {
            let mut names: HashSet<Name> = HashSet::new();
            for entry in entries {
                let due =
                    forward.iter().filter(|include| include.source.is_none_or(|kind| kind == entry.kind));
                let due: Vec<_> = due.collect();
                if due.is_empty() {
                    continue;
                }
                for (parameter, kind, id) in self.references(entry.kind, &entry.text) {
                    let wanted = due.iter().any(|include| {
                        include.parameter.is_none_or(|wanted| wanted == parameter)
                            && include.target.is_none_or(|target| target == kind)
                    });
                    if wanted {
                        names.insert((kind, id));
                    }
                }
            }
            names
        });
        let names = names.await;
        if names.len() > MAX_INCLUDED {
            return Err(RecordsError::TooCostly(vec![text::too_many_included(MAX_INCLUDED)]));
        }
        let addresses = self.cell.addresses(names.iter().map(|(kind, id)| (*kind, id.as_str()))).await?;
        let mut found = Vec::with_capacity(names.len());
        for (kind, id) in &names {
            if let Some(address) = addresses.get(&(*kind, id.as_str())) {
                let version = self.cell.store.read(address)?;
                found.extend(version.filter(|found| !found.stored.sealed.header.deleted));
            }
        }
        Ok(found)
    }

    /// The references of a stored resource: parameter, type, id.
    fn references(&self, kind: ResourceType, text: &[u8]) -> Vec<(u16, ResourceType, String)> {
        let resource = Resource::parse_bytes(text.to_vec(), Some(kind));
        let Ok(resource) = resource else { return Vec::new() };
        let values = search::values(&resource, &self.cell.parameters().custom, self.cell.base_url());
        let reference = |(parameter, value)| match value {
            Value::Reference(name) => Some((parameter, name.kind, name.id)),
            _ => None,
        };
        values.values.into_iter().filter_map(reference).collect()
    }

    /// The records that refer to the entries from `from` on.
    async fn referring(
        &self,
        include: &Include,
        page: &OpenedPage,
        from: usize,
    ) -> Result<Vec<WrappedVersion>, RecordsError> {
        let targets = page.entries.get(from..).unwrap_or_default().iter();
        let targets = targets.filter(|entry| include.target.is_none_or(|target| target == entry.kind));
        let names: Vec<_> = targets.map(|entry| name_of(entry.kind, &entry.id)).collect();
        let by_source = self.parameters_of(include);
        let mut found = Vec::new();
        for (source, parameters) in by_source {
            for names in names.chunks((MAX_CONDITIONS / parameters.len().max(1)).max(1)) {
                let any = names.iter().flat_map(|name| {
                    parameters.iter().map(|number| Condition::Value(*number, Test::Reference(name.clone())))
                });
                let query = Query {
                    kinds: vec![source.code()],
                    all: vec![Condition::Any(any.collect())],
                    sort: Vec::new(),
                    count: MAX_PAGE,
                    after: None,
                    glimpse: false,
                };
                self.in_time()?;
                let searched = self.cell.trust.search(self.asker, self.interaction, query).await;
                let hits = searched.map_err(|error| search_error(self.cell, error))?.found;
                if hits.next.is_some() || found.len() + hits.hits.len() > MAX_INCLUDED {
                    return Err(RecordsError::TooCostly(vec![text::too_many_included(MAX_INCLUDED)]));
                }
                found.extend(versions_of(self.cell, &hits.hits)?);
            }
        }
        Ok(found)
    }

    /// For each type that may refer, the parameters by which.
    fn parameters_of(&self, include: &Include) -> BTreeMap<ResourceType, Vec<u16>> {
        let sources: Vec<ResourceType> = match include.source {
            Some(source) => vec![source],
            None => ResourceType::all().collect(),
        };
        let custom = self.cell.parameters();
        let mut by_source = BTreeMap::new();
        for source in sources {
            let wanted = |parameter: &search::Parameter| {
                parameter.kind == ParameterKind::Reference
                    && include.parameter.is_none_or(|wanted| wanted == parameter.number)
            };
            let own = custom.custom.iter().map(search::Custom::parameter).filter(|own| own.is_for(source));
            let numbers: Vec<u16> = own
                .filter(|own| wanted(own))
                .map(|own| own.number)
                .chain(search::parameters(source).filter(|one| wanted(one)).map(|one| one.number))
                .collect();
            if !numbers.is_empty() {
                by_source.insert(source, numbers);
            }
        }
        by_source
    }
}
