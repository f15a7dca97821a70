//! One index on the disk and its tail: what was applied is found at once, and sealed by the next commit.
//!
//! Never: finds what was not applied; loses what was applied and not committed without saying so: the commit carries how far it is
//! whole (`settled`). State: the view, under a lock that is held briefly; the files, through the directory.

use crate::directory::{Keys, SealedDirectory};
use crate::entry::Entry;
use crate::folder::{destroy, remove_others, sync_parent};
use crate::memory::Memory;
use crate::pages::PageCache;
use crate::schema::Fields;
use crate::sealed::{ReadFailed, Sealed};
use crate::view::View;
use salus_trust_api::wire::index::IndexStatus;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tantivy::directory::{Directory as _, META_LOCK};
use tantivy::index::{SegmentComponent, SegmentId};
use tantivy::indexer::{IndexWriterOptions, LogMergePolicy};
use tantivy::schema::{Schema, Term};
use tantivy::{Index, IndexSettings, IndexWriter};

/// The version of terms: how words are folded, cut and encoded. An index of another one is made anew from the sealed words when it
/// is opened. Raised with every change to what [`Entry`] makes of the same words.
pub(crate) const TERMS: u32 = 2;
/// From this many entries on, the tail is committed at once.
pub(crate) const COMMIT_ENTRIES: usize = 4_096;
/// How long the first entry of a tail waits for more before it is committed.
pub(crate) const COMMIT_AFTER: Duration = Duration::from_millis(500);
/// The most entries of a tail; beyond that, whoever applies more waits.
pub(crate) const MAX_TAIL_ENTRIES: usize = 16_384;
/// How long whoever applies waits for room.
const MAX_WAIT: Duration = Duration::from_secs(60);
/// So many segments of a size in the tail are put together.
const FANOUT: usize = 8;
/// What a writer may use, in bytes.
const WRITER_BYTES: usize = 32 * 1024 * 1024;
/// So many segments of a size are merged.
const MERGE_SEGMENTS: usize = 4;
/// The most deletions that are remembered after they were committed, twice.
const MAX_GONE: usize = 500_000;

/// The files of a segment.
const COMPONENTS: [SegmentComponent; 7] = [
    SegmentComponent::Postings,
    SegmentComponent::Positions,
    SegmentComponent::FastFields,
    SegmentComponent::FieldNorms,
    SegmentComponent::Terms,
    SegmentComponent::Store,
    SegmentComponent::Delete,
];

#[derive(Default)]
struct State {
    view: Arc<View>,
    settled: Option<u64>,
    /// How far the last commit says that it is whole.
    sealed_settled: Option<u64>,
    /// When the oldest entry that is not committed came.
    since: Option<Instant>,
    /// How many segments of the tail a commit is about.
    frozen: usize,
    /// A commit failed: what it did is not known.
    unsure: bool,
    /// Deletions: older versions that are fed later stay out.
    gone: HashMap<u64, u32>,
    gone_before: HashMap<u64, u32>,
}

/// One index.
pub(crate) struct Store {
    index: Index,
    fields: Fields,
    directory: SealedDirectory,
    folder: Mutex<PathBuf>,
    state: Mutex<State>,
    room: Condvar,
    retired: AtomicBool,
    /// What to do when the next commit is durable.
    then: Mutex<Option<Replace>>,
}

/// A new index takes an old one's place on the disk.
pub(crate) struct Replace {
    pub(crate) name: PathBuf,
    pub(crate) old: Arc<Store>,
}

/// What is kept of an index while it is closed.
pub(crate) struct Rest {
    sealed: Sealing,
    settled: Option<u64>,
    gone: HashMap<u64, u32>,
    gone_before: HashMap<u64, u32>,
}

/// By what files are known again: how far the last commit says they are whole, the segments, and how many of each one's documents
/// are alive.
type Sealing = (Option<u64>, Vec<(SegmentId, u64)>);

/// Why nothing more can be applied.
#[derive(Debug)]
pub(crate) struct Stuck;

fn settings() -> IndexSettings {
    IndexSettings { docstore_compress_dedicated_thread: false, ..IndexSettings::default() }
}

/// What a commit says beside its segments: by which version of terms it was made, and how far it is whole.
fn payload(settled: Option<u64>) -> String {
    format!("{TERMS}:{}", settled.map(|settled| settled.to_string()).unwrap_or_default())
}

/// What [`payload`] said; none for another version's, whose terms are not those that are looked for.
fn settled_of(payload: &str) -> Option<Option<u64>> {
    match payload.strip_prefix(&format!("{TERMS}:"))? {
        "" => Some(None),
        settled => settled.parse().ok().map(Some),
    }
}

impl Store {
    /// Makes a new index in a folder, which must not be there.
    pub(crate) fn create(folder: &Path, keys: Arc<Keys>, cache: Arc<PageCache>) -> Result<Self, ReadFailed> {
        std::fs::create_dir(folder)?;
        let directory = SealedDirectory::open(folder, keys, cache)?;
        Self::create_in(folder, directory)
    }

    pub(crate) fn create_in(folder: &Path, directory: SealedDirectory) -> Result<Self, ReadFailed> {
        let (schema, fields) = Fields::schema();
        let index = Index::create(directory.clone(), schema, settings())?;
        Ok(Self::new(folder, index, fields, directory, State::default()))
    }

    /// Takes an index up.
    ///
    /// Errors: it does not open, or was made for another schema.
    pub(crate) fn open(folder: &Path, keys: Arc<Keys>, cache: Arc<PageCache>) -> Result<Self, ReadFailed> {
        Self::open_in(folder, SealedDirectory::open(folder, keys, cache)?)
    }

    pub(crate) fn open_in(folder: &Path, directory: SealedDirectory) -> Result<Self, ReadFailed> {
        let (schema, fields): (Schema, Fields) = Fields::schema();
        let index = Index::open(directory.clone())?;
        if index.schema() != schema {
            return Err(ReadFailed);
        }
        let metas = index.load_metas()?;
        let settled = match metas.payload.as_deref() {
            // Nothing was committed yet.
            None => None,
            Some(text) => settled_of(text).ok_or(ReadFailed)?,
        };
        let living: HashSet<String> = metas
            .segments
            .iter()
            .flat_map(|segment| COMPONENTS.map(|component| segment.relative_path(component)))
            .chain([PathBuf::from("meta.json"), PathBuf::from(".managed.json")])
            .map(|path: PathBuf| directory.at_rest(&path))
            .collect();
        remove_others(folder, &living)?;
        let state = State { settled, sealed_settled: settled, ..State::default() };
        let store = Self::new(folder, index, fields, directory, state);
        store.reload(0)?;
        Ok(store)
    }

    fn new(folder: &Path, index: Index, fields: Fields, directory: SealedDirectory, state: State) -> Self {
        Self {
            index,
            fields,
            directory,
            folder: Mutex::new(folder.to_owned()),
            state: Mutex::new(state),
            room: Condvar::new(),
            retired: AtomicBool::new(false),
            then: Mutex::default(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a query that begins now sees.
    pub(crate) fn view(&self) -> Arc<View> {
        self.state().view.clone()
    }

    /// Every landed write up to here is in it.
    pub(crate) fn settled(&self) -> Option<u64> {
        self.state().settled
    }

    /// Whether something in its files does not open.
    pub(crate) fn is_broken(&self) -> bool {
        self.directory.is_broken()
    }

    /// It is not used any more.
    pub(crate) fn retire(&self) {
        self.retired.store(true, Ordering::Relaxed);
        self.room.notify_all();
    }

    pub(crate) fn is_retired(&self) -> bool {
        self.retired.load(Ordering::Relaxed)
    }

    /// Lets it take an old one's place with its next commit, which is due at once.
    pub(crate) fn replace(&self, replace: Replace) {
        *self.then.lock().unwrap_or_else(PoisonError::into_inner) = Some(replace);
    }

    /// Notes how far it is whole. With `caught_up`, nothing older will be fed, and the commit is due even if the tail is empty.
    pub(crate) fn settle(&self, settled: u64, caught_up: bool) {
        let mut state = self.state();
        state.settled = Some(state.settled.map_or(settled, |known| known.max(settled)));
        if caught_up {
            state.gone.clear();
            state.gone_before.clear();
            state.since.get_or_insert_with(Instant::now);
        }
    }

    /// Makes these found from now on, but for those of which a newer version is known.
    ///
    /// Errors: [`Stuck`] when nothing could be committed for long.
    pub(crate) fn apply(&self, entries: Vec<Arc<Entry>>) -> Result<(), Stuck> {
        let view = self.view();
        let mut kept = Vec::with_capacity(entries.len());
        for entry in entries {
            // A record whose version cannot be read is taken: the commit deletes what is older.
            let known = if entry.fresh { None } else { view.version_of(entry.record).ok().flatten() };
            let is_newer = |known: u32| known < entry.version || entry.anew && known == entry.version;
            if known.is_none_or(is_newer) {
                kept.push(entry);
            }
        }
        let mut state = self.state();
        kept.retain(|entry| entry.fresh || !state.is_gone(entry));
        if kept.is_empty() {
            return Ok(());
        }
        for entry in kept.iter().filter(|entry| entry.deleted) {
            state.remember(entry);
        }
        let frozen = state.frozen;
        let view = Arc::make_mut(&mut state.view);
        view.tail.push(Arc::new(Memory::new(kept)));
        put_together(&mut view.tail, frozen);
        state.since.get_or_insert_with(Instant::now);
        let waiting = Instant::now();
        while state.tail_entries() > MAX_TAIL_ENTRIES && !self.is_retired() {
            if waiting.elapsed() > MAX_WAIT {
                return Err(Stuck);
            }
            state = self.room.wait_timeout(state, MAX_WAIT / 60).unwrap_or_else(PoisonError::into_inner).0;
        }
        Ok(())
    }

    /// How many entries are not committed.
    pub(crate) fn tail_entries(&self) -> usize {
        self.state().tail_entries()
    }

    /// Whether all that was applied is sealed, and nothing is due: then no writer is opened either.
    pub(crate) fn is_at_rest(&self) -> bool {
        let is_replacing = self.then.lock().unwrap_or_else(PoisonError::into_inner).is_some();
        let state = self.state();
        state.view.tail.is_empty() && state.since.is_none() && !state.unsure && !is_replacing
    }

    /// What is known of it beside its files, when it is at rest.
    pub(crate) fn rest(&self) -> Rest {
        let mut state = self.state();
        Rest {
            sealed: state.sealed(),
            settled: state.settled,
            gone: std::mem::take(&mut state.gone),
            gone_before: std::mem::take(&mut state.gone_before),
        }
    }

    /// Goes on from there. False when the files are not those that were closed.
    pub(crate) fn resume(&self, rest: Rest) -> bool {
        let mut state = self.state();
        if state.sealed() != rest.sealed {
            return false;
        }
        (state.settled, state.gone, state.gone_before) = (rest.settled, rest.gone, rest.gone_before);
        true
    }

    /// When the next commit is due; none while there is nothing to commit.
    pub(crate) fn due(&self) -> Option<Instant> {
        let state = self.state();
        let since = state.since?;
        Some(if state.tail_entries() >= COMMIT_ENTRIES { since } else { since + COMMIT_AFTER })
    }

    pub(crate) fn writer(&self) -> Result<IndexWriter, ReadFailed> {
        let options = IndexWriterOptions::builder()
            .num_worker_threads(1)
            .num_merge_threads(1)
            .memory_budget_per_thread(WRITER_BYTES)
            .build();
        let writer = self.index.writer_with_options(options)?;
        let mut policy = LogMergePolicy::default();
        policy.set_min_num_segments(MERGE_SEGMENTS);
        policy.set_del_docs_ratio_before_merge(0.3);
        writer.set_merge_policy(Box::new(policy));
        Ok(writer)
    }

    /// Seals the tail. What comes meanwhile waits for the next commit.
    pub(crate) fn commit(&self, writer: &mut IndexWriter) -> Result<(), ReadFailed> {
        let (frozen, settled, unsure, began) = {
            let mut state = self.state();
            state.frozen = state.view.tail.len();
            (
                state.view.tail.clone(),
                state.settled,
                std::mem::replace(&mut state.unsure, true),
                Instant::now(),
            )
        };
        let result = self.seal(writer, &frozen, settled, unsure);
        let mut state = self.state();
        state.frozen = 0;
        if result.is_ok() {
            state.unsure = false;
            state.sealed_settled = settled;
            // What came after the freezing waits since about now.
            state.since =
                if state.view.tail.is_empty() && state.settled == settled { None } else { Some(began) };
            self.room.notify_all();
        } else {
            state.since = Some(Instant::now());
        }
        drop(state);
        result?;
        self.swap_folders()
    }

    fn seal(
        &self,
        writer: &mut IndexWriter,
        frozen: &[Arc<Memory>],
        settled: Option<u64>,
        unsure: bool,
    ) -> Result<(), ReadFailed> {
        // Newest first, so that older versions of what was seen are left out.
        let mut seen = HashSet::new();
        let mut entries: Vec<&Entry> = Vec::new();
        for memory in frozen.iter().rev() {
            entries.extend(memory.entries.iter().map(Arc::as_ref).filter(|entry| seen.insert(entry.record)));
        }
        for entry in entries.into_iter().rev() {
            if unsure || !entry.fresh {
                let key = crate::key::record(entry.record);
                writer.delete_term(Term::from_field_bytes(self.fields.terms, &key));
            }
            if !entry.deleted {
                writer.add_document(self.fields.document(entry))?;
            }
        }
        let mut commit = writer.prepare_commit()?;
        commit.set_payload(&payload(settled));
        commit.commit()?;
        self.reload(frozen.len())
    }

    /// Takes up the newest state of the files, and lets go of as many of the oldest segments of the tail.
    pub(crate) fn reload(&self, sealed_tail: usize) -> Result<(), ReadFailed> {
        let before = self.view();
        let lock = self.directory.acquire_lock(&META_LOCK).map_err(|_| ReadFailed)?;
        let mut sealed = Vec::new();
        for segment in self.index.searchable_segments()? {
            let known = before.sealed.iter().find(|one| one.id() == segment.id());
            sealed.push(Arc::new(Sealed::open(&segment, &self.fields, known.map(Arc::as_ref))?));
        }
        drop(lock);
        let mut state = self.state();
        let tail = state.view.tail.get(sealed_tail..).unwrap_or_default().to_vec();
        state.view = Arc::new(View { sealed, tail });
        state.frozen = 0;
        Ok(())
    }

    fn swap_folders(&self) -> Result<(), ReadFailed> {
        let Some(replace) = self.then.lock().unwrap_or_else(PoisonError::into_inner).take() else {
            return Ok(());
        };
        let mut folder = self.folder.lock().unwrap_or_else(PoisonError::into_inner);
        std::fs::rename(&*folder, &replace.name)?;
        sync_parent(&replace.name)?;
        *folder = replace.name;
        replace.old.destroy();
        Ok(())
    }

    /// Destroys the keys of all its files, and removes them.
    pub(crate) fn destroy(&self) {
        self.retire();
        let folder = self.folder.lock().unwrap_or_else(PoisonError::into_inner).clone();
        destroy(&folder);
    }

    /// How it fares.
    pub(crate) fn status(&self) -> IndexStatus {
        let (view, tail) = {
            let state = self.state();
            (state.view.clone(), state.tail_entries() as u64)
        };
        let folder = self.folder.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let bytes = files.filter_map(|file| file.metadata().ok()).map(|data| data.len()).sum();
        IndexStatus {
            records: view.records(),
            segments: view.sealed.len() as u32,
            bytes,
            tail,
            rebuilding: None,
        }
    }

    #[cfg(test)]
    pub(crate) fn directory(&self) -> &SealedDirectory {
        &self.directory
    }
}

impl State {
    fn sealed(&self) -> Sealing {
        let segments = self.view.sealed.iter().map(|one| (one.id(), one.alive_documents()));
        let mut segments: Vec<_> = segments.collect();
        segments.sort_unstable();
        (self.sealed_settled, segments)
    }

    fn tail_entries(&self) -> usize {
        self.view.tail.iter().map(|memory| memory.entries.len()).sum()
    }

    fn is_gone(&self, entry: &Entry) -> bool {
        let known = self.gone.get(&entry.record).or_else(|| self.gone_before.get(&entry.record));
        known.is_some_and(|known| *known >= entry.version)
    }

    fn remember(&mut self, entry: &Entry) {
        if self.gone.len() >= MAX_GONE {
            self.gone_before = std::mem::take(&mut self.gone);
        }
        self.gone.insert(entry.record, entry.version);
    }
}

/// Puts small segments of a tail together, so that there are few: of each size less than [`FANOUT`]. Those that a commit is
/// about stay as they are.
fn put_together(tail: &mut Vec<Arc<Memory>>, frozen: usize) {
    let level = |memory: &Arc<Memory>| memory.entries.len().max(1).ilog(FANOUT);
    while let Some(start) = tail.len().checked_sub(FANOUT).filter(|start| *start >= frozen) {
        let last = tail.split_off(start);
        let highest = last.iter().map(level).max();
        if last.first().map(level) != highest {
            tail.extend(last);
            return;
        }
        let entries = last.iter().flat_map(|memory| memory.entries.iter().cloned());
        tail.push(Arc::new(Memory::new(entries)));
    }
}
