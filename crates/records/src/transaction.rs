//! transaction: a Bundle of which all is done, or nothing.
//!
//! Entries are answered as if carried out in FHIR's order (DELETE, POST, PUT, GET), in their own. All that is written is
//! sealed in one pass, admitted by one chain of entries, committed as one and landed as one. A read that fails fails the
//! whole, before anything is written.
//!
//! Never: half of it. State: none.

use crate::batch::Until;
use crate::carry_out::BundleAnswer;
use crate::compartment::Placing;
use crate::entry::{Action, Done, EntryOutcome};
use crate::land::{Work, land};
use crate::lock::RecordGuards;
use crate::own_parameters::{self, Held};
use crate::patch::patched;
use crate::search::search;
use crate::transaction_conditions::{Resolved, resolve};
use crate::transaction_reads::{Reading, lists_written, read_all};
use crate::update::{Precondition, refuse_of_existing};
use crate::write::{Draft, Written, make_ready};
use crate::{Cell, Deleted, RecordsError, record_id, text};
use salus_fhir::bundle::Bundle;
use salus_fhir::patch::Patch;
use salus_fhir::{Issue, MAX_ISSUES, Resource, ResourceType};
use salus_store::{Address, LedgerMark, StoredId};
use salus_trust_api::Interaction;
use salus_trust_api::client::Asker;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// The index under which the ledger knows a transaction, which is done as one.
const WHOLE: u32 = 0;

/// In which way something is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Delete,
    Create,
    Update,
    Patch,
}

/// Something to be written, with its entry's index.
pub(crate) struct Target {
    pub index: usize,
    pub way: Way,
    pub full_url: Option<String>,
    pub kind: ResourceType,
    /// Empty as long as it depends on the condition.
    pub id: String,
    /// Known for what is created; looked up for the others.
    pub address: Option<Address>,
    pub precondition: Precondition,
    /// The query of a conditional interaction.
    pub condition: Option<String>,
    pub resource: Option<Resource>,
    /// What makes the new content of what is there.
    pub patch: Option<Patch>,
}

/// A Bundle's entries in the order in which they are carried out.
#[derive(Default)]
struct Plan {
    deletes: Vec<Target>,
    creates: Vec<Target>,
    updates: Vec<Target>,
    reads: Vec<Reading>,
}

pub(crate) async fn transaction(
    cell: &Arc<Cell>,
    asker: &Asker,
    bundle: Bundle,
    import: Option<[u8; 32]>,
    until: Until,
) -> Result<BundleAnswer, RecordsError> {
    let interaction = Interaction::Transaction;
    if let Some(hash) = &import
        && cell.store.ledger(hash)?.is_some_and(|marks| marks.has(WHOLE))
    {
        return match cell.refuse(asker, interaction, RecordsError::AlreadyImported).await {
            RecordsError::AlreadyImported => Ok(BundleAnswer::known(true)),
            other => Err(other),
        };
    }
    let count = bundle.entries.len();
    let plan = match Plan::of(bundle, cell.base_url()) {
        Ok(plan) => plan,
        Err(refused) => return Err(cell.refuse(asker, interaction, refused).await),
    };
    let Plan { deletes, creates, updates, reads } = plan;
    let mut outcomes: Vec<Option<EntryOutcome>> = Vec::new();
    outcomes.resize_with(count, || None);

    let targets: Vec<Target> = deletes.into_iter().chain(creates).chain(updates).collect();
    let ledger = import.map(|bundle| LedgerMark { bundle, done: vec![WHOLE] });
    match carry_out_all(cell, asker, targets, reads, ledger, until).await {
        Ok(all_done) => {
            for (index, done) in all_done {
                if let Some(place) = outcomes.get_mut(index) {
                    *place = Some(done);
                }
            }
        }
        Err(RecordsError::AlreadyImported) => return Ok(BundleAnswer::known(true)),
        Err(other) => return Err(other),
    }
    let outcomes =
        outcomes.into_iter().map(|outcome| outcome.unwrap_or(Err(RecordsError::Internal))).collect();
    Ok(BundleAnswer { is_transaction: true, outcomes, known: false, document: None })
}

impl Plan {
    /// Errors: every fault of every entry, up to the bound of issues.
    fn of(bundle: Bundle, base_url: &str) -> Result<Self, RecordsError> {
        let mut plan = Self::default();
        let mut faults = Faults::default();
        for mut entry in bundle.entries {
            let index = entry.index;
            let full_url = entry.full_url.take();
            let target = |way, kind, id, precondition, condition, resource| Target {
                index,
                way,
                full_url,
                kind,
                id,
                address: None,
                precondition,
                condition,
                resource,
                patch: None,
            };
            match Action::of(entry, base_url) {
                Err(refused) => faults.add(refused),
                Ok(Action::Create { if_none_exist, resource }) => {
                    let (id, bytes) = record_id::fresh()?;
                    let kind = resource.kind();
                    let address = Address { kind: kind.code(), id: StoredId::Random(bytes) };
                    let none = Precondition::default();
                    let made = target(Way::Create, kind, id, none, if_none_exist, Some(resource));
                    plan.creates.push(Target { address: Some(address), ..made });
                }
                Ok(Action::Update { id, precondition, resource }) => {
                    let kind = resource.kind();
                    plan.updates.push(target(Way::Update, kind, id, precondition, None, Some(resource)));
                }
                Ok(Action::UpdateBy { query, precondition, resource }) => {
                    let (kind, id) = (resource.kind(), String::new());
                    plan.updates.push(target(
                        Way::Update,
                        kind,
                        id,
                        precondition,
                        Some(query),
                        Some(resource),
                    ));
                }
                Ok(Action::Delete { kind, id, precondition }) => {
                    plan.deletes.push(target(Way::Delete, kind, id, precondition, None, None));
                }
                Ok(Action::DeleteBy { kind, query, precondition }) => {
                    plan.deletes.push(target(
                        Way::Delete,
                        kind,
                        String::new(),
                        precondition,
                        Some(query),
                        None,
                    ));
                }
                Ok(Action::Patch { kind, id, precondition, patch }) => {
                    let target = target(Way::Patch, kind, id, precondition, None, None);
                    plan.updates.push(Target { patch: Some(patch), ..target });
                }
                Ok(Action::PatchBy { kind, query, precondition, patch }) => {
                    let target = target(Way::Patch, kind, String::new(), precondition, Some(query), None);
                    plan.updates.push(Target { patch: Some(patch), ..target });
                }
                Ok(reading) => plan.reads.push((index, reading)),
            }
        }
        find_doubles(plan.deletes.iter().chain(&plan.updates), &mut faults);
        plan.find_lists_of_written(&mut faults);
        faults.into_result().map(|()| plan)
    }

    fn find_lists_of_written(&self, faults: &mut Faults) {
        let targets = self.deletes.iter().chain(&self.updates);
        let written: HashSet<(ResourceType, &str)> =
            targets.map(|target| (target.kind, target.id.as_str())).collect();
        for (index, action) in &self.reads {
            if lists_written(action, |kind, id| written.contains(&(kind, id))) {
                let place = format!("Bundle.entry[{index}].request.url");
                faults.add(RecordsError::NotSupported(vec![text::lists_written(place)]));
            }
        }
    }
}

/// A record may be written once. What depends on a condition is looked at when that is known.
fn find_doubles<'a>(targets: impl Iterator<Item = &'a Target>, faults: &mut Faults) {
    let mut seen = HashMap::new();
    for target in targets.filter(|target| target.condition.is_none()) {
        if seen.insert((target.kind, target.id.as_str()), target.index).is_some() {
            let place = format!("Bundle.entry[{}].request.url", target.index);
            faults.add(RecordsError::Invalid(vec![text::same_record_twice(place)]));
        }
    }
}

/// What is wrong with the entries.
#[derive(Default)]
struct Faults {
    issues: Vec<Issue>,
    not_supported: bool,
    other: Option<RecordsError>,
}

impl Faults {
    fn add(&mut self, fault: RecordsError) {
        let issues = match fault {
            RecordsError::NotSupported(issues) => {
                self.not_supported = true;
                issues
            }
            RecordsError::Invalid(issues) | RecordsError::Malformed(issues) => issues,
            other => {
                self.other = Some(other);
                return;
            }
        };
        let room = MAX_ISSUES.saturating_sub(self.issues.len());
        self.issues.extend(issues.into_iter().take(room));
    }

    fn into_result(self) -> Result<(), RecordsError> {
        match (self.other, self.issues) {
            (Some(other), _) => Err(other),
            (None, issues) if issues.is_empty() => Ok(()),
            (None, issues) if self.not_supported => Err(RecordsError::NotSupported(issues)),
            (None, issues) => Err(RecordsError::Invalid(issues)),
        }
    }
}

/// Reads all that is to be read and writes all targets as one, and says what each of them did. Searches find what was written: they
/// are carried out before it, so that one that fails fails the whole, and again after it.
async fn carry_out_all(
    cell: &Arc<Cell>,
    asker: &Asker,
    targets: Vec<Target>,
    reads: Vec<Reading>,
    ledger: Option<LedgerMark>,
    until: Until,
) -> Result<Vec<(usize, EntryOutcome)>, RecordsError> {
    let interaction = Interaction::Transaction;
    let Resolved { mut targets, done: mut outcomes, mut guards } = resolve(cell, asker, targets).await?;
    let mut faults = Faults::default();
    find_doubles(targets.iter(), &mut faults);
    if let Err(answer) = faults.into_result() {
        return Err(cell.refuse(asker, interaction, answer).await);
    }
    guards.extend(lock_all(cell, &mut targets).await?);
    let mut drafts = Vec::with_capacity(targets.len());
    let mut places = Vec::with_capacity(targets.len());
    let mut indices = Vec::with_capacity(targets.len());
    let mut full_urls = HashMap::new();
    for target in targets {
        let address = target.address.ok_or(RecordsError::Internal)?;
        let head = cell.store.head(&address)?;
        let place = format!("Bundle.entry[{}].request", target.index);
        if let Err(answer) = target.precondition.check(head.as_ref(), &place) {
            return Err(refuse_of_existing(cell, asker, interaction, &address, answer).await);
        }
        let resource = match &target.patch {
            Some(patch) => {
                let record = (target.kind, target.id.as_str(), &address);
                let made = patched(cell, asker, interaction, record, patch).await;
                Some(made.map_err(|error| placed(error, target.index))?)
            }
            None => target.resource,
        };
        if resource.is_none() && head.is_none_or(|head| head.deleted) {
            outcomes.push((target.index, Done::Deleted(None)));
            continue;
        }
        if let Some(url) = target.full_url {
            // A fullUrl that stands for two entries means the first of them.
            full_urls.entry(url).or_insert(drafts.len());
        }
        places.push(format!("Bundle.entry[{}].resource", target.index));
        indices.push(target.index);
        drafts.push(Draft { kind: target.kind, id: target.id, address, head, resource, about: None });
    }
    if drafts.is_empty() {
        if !reads.is_empty() {
            outcomes.extend(read_all(cell, asker, reads, &[]).await?.before);
            return Ok(all_done(outcomes));
        }
        // Perhaps nothing went to the keyholder, so nobody has asked yet who this is.
        return match cell.refuse(asker, interaction, RecordsError::NotFound).await {
            RecordsError::NotFound => Ok(all_done(outcomes)),
            other => Err(other),
        };
    }
    let placing = Placing { cell, drafts: &drafts, full_urls: &full_urls, places: &places };
    let (homes, all) = match placing.place().await {
        Ok(placed) => placed,
        Err(refused) => return Err(cell.refuse(asker, interaction, refused).await),
    };
    let held = own_parameters::hold(cell, drafts.iter().map(|draft| draft.kind)).await;
    let made = make_work(cell, drafts, homes, all, &full_urls, &places, ledger, (held, guards)).await;
    let work = match made {
        Ok(work) => work,
        Err(refused) => return Err(cell.refuse(asker, interaction, refused).await),
    };
    let readings = read_all(cell, asker, reads, &work.versions).await?;
    let written = land(cell, asker, work).await?;
    outcomes.extend(readings.own_of(&written));
    outcomes.extend(readings.before);
    outcomes.extend(indices.into_iter().zip(written).map(|(index, written)| (index, outcome(written))));
    let mut outcomes = all_done(outcomes);
    for (index, ask) in readings.again {
        // All that is to be written was.
        let found = search(cell, asker, ask).await.map_err(|error| until.of_step(error));
        outcomes.push((index, found.map(|page| Done::Found(Box::new(page)))));
    }
    Ok(outcomes)
}

/// What is wrong with a patch, or with what it makes, at its entry.
fn placed(error: RecordsError, index: usize) -> RecordsError {
    let at = |issue: Issue| issue.at(format!("Bundle.entry[{index}].resource"));
    match error {
        RecordsError::Invalid(issues) => RecordsError::Invalid(issues.into_iter().map(at).collect()),
        other => other,
    }
}

fn all_done(done: Vec<(usize, Done)>) -> Vec<(usize, EntryOutcome)> {
    done.into_iter().map(|(index, done)| (index, Ok(done))).collect()
}

fn outcome(written: Written) -> Done {
    if written.deleted {
        Done::Deleted(Some(Deleted { version: written.version, entry: written.entry }))
    } else {
        Done::Written(written)
    }
}

/// Finds the addresses of all targets, and locks the records that may be there.
async fn lock_all(cell: &Cell, targets: &mut [Target]) -> Result<RecordGuards, RecordsError> {
    let known = targets.iter().filter(|target| target.address.is_none());
    let addresses = cell.addresses(known.map(|target| (target.kind, target.id.as_str()))).await?;
    let found: Vec<Address> = addresses.values().copied().collect();
    let addresses: HashMap<(ResourceType, String), Address> =
        addresses.into_iter().map(|((kind, id), address)| ((kind, id.to_owned()), address)).collect();
    for target in targets.iter_mut().filter(|target| target.address.is_none()) {
        target.address = addresses.get(&(target.kind, target.id.clone())).copied();
    }
    Ok(cell.locks.lock(&found).await)
}

#[allow(clippy::too_many_arguments, reason = "all that a transaction has come to")]
async fn make_work(
    cell: &Cell,
    drafts: Vec<Draft>,
    homes: Vec<crate::compartment::Home>,
    all: crate::compartment::Homes,
    full_urls: &HashMap<String, usize>,
    places: &[String],
    ledger: Option<LedgerMark>,
    (held, guards): (Held, RecordGuards),
) -> Result<Work, RecordsError> {
    let names: Vec<(ResourceType, String)> =
        drafts.iter().map(|draft| (draft.kind, draft.id.clone())).collect();
    let resolve = |url: &str| {
        let (kind, id) = full_urls.get(url).and_then(|at| names.get(*at))?;
        // What names the record by its own address already stays as it was sent.
        if cell.local(url) == Some((*kind, id.as_str())) { None } else { Some(format!("{kind}/{id}")) }
    };
    let bytes = drafts.iter().flat_map(|draft| &draft.resource).map(|resource| resource.text().len()).sum();
    let drafts = drafts.into_iter().zip(homes).collect();
    let ready = || make_ready(cell, drafts, if full_urls.is_empty() { None } else { Some(&resolve) }, places);
    let (versions, changes) = cell.heavy.run(bytes, ready).await?;
    Ok(Work { interaction: Interaction::Transaction, versions, homes: all, ledger, changes, held, guards })
}
