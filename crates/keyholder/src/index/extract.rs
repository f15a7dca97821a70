//! Driving an extraction: bodies from the record server with their keys to the extractor, its words to the record server to be
//! kept, and then to the indexer to be found.
//!
//! Only bodies of records that the extraction is about are opened, and only while it is approved and not done. The extractor is
//! started by whoever started the keyholder, which asks for it. A run that breaks off begins anew; what was kept is passed over,
//! and the index, which may not have been told of it, is made anew from the store before the extraction counts as done.
//!
//! Never: opens a body itself, or lets words be found that are not kept. State: [`super::Index`]'s.

use super::cell::CellIndex;
use super::compartments::{Compartments, Opened};
use crate::connection::Frame;
use crate::core::Core;
use crate::error::KeyholderError;
use salus_seal::envelope::hash_of_words;
use salus_seal::{CellId, Header, Part, PartKey};
use salus_trust_api::frame;
use salus_trust_api::wire::extract::{
    BodyPiece, ExtractFeed, ExtractWanted, Extracted, FromExtractor, MAX_BODIES, MAX_BODIES_BYTES, NewWords,
    SealedBody, SealedWords, ToExtractor, VersionBody,
};
use salus_trust_api::wire::index::{Item, ToIndexer};
use salus_trust_api::wire::{Reply, SecretKey};
use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// How long a run may be without a word from either side before it begins anew.
const RUN_TIMEOUT: Duration = Duration::from_secs(60);
/// How often the extractor is asked for while it is not there.
const CALL_EVERY: Duration = Duration::from_secs(1);

/// The number that no run has.
const NO_RUN: u64 = 0;

/// Asks whoever started the keyholder for an extractor.
pub(crate) type Call = Box<dyn Fn() + Send>;

/// What extractions need.
#[derive(Default)]
pub(crate) struct Extracting {
    /// None: there is no extractor, and nothing is extracted.
    pub(crate) call: Option<Call>,
    /// To the extractor, in order.
    pub(crate) out: Vec<Frame>,
    called: Option<Instant>,
    connected: bool,
    runs: HashMap<CellId, Run>,
    /// Cells whose indexer was told of everything that was kept since their extraction began.
    pub(crate) unbroken: HashSet<CellId>,
    /// All that is to be kept is kept; done when the index is made anew from it.
    pub(super) ending: HashMap<CellId, Ended>,
}

/// What an extraction came to.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Ended {
    /// Versions with new words.
    pub(crate) versions: u64,
    /// Versions that do not open or cannot be read.
    pub(crate) unreadable: u64,
}

/// One run, as it stands between lane and extractor.
struct Run {
    feed: u64,
    /// The types that it is about; empty: all.
    kinds: Vec<u16>,
    progress: Option<(u64, u64)>,
    heard: Instant,
    /// What the extractor has.
    chunk: Option<Chunk>,
    /// Words that are being kept: found when the record server goes on.
    keeping: Vec<Item>,
    ended: Ended,
}

struct Chunk {
    lane: u64,
    /// Headers that are not answered yet.
    headers: HashMap<(u64, u32), Header>,
    compartments: HashMap<u64, Opened>,
}

impl Extracting {
    pub(super) fn has_deadlines(&self) -> bool {
        !self.runs.is_empty() || self.called.is_some()
    }

    fn tell(&mut self, message: &ToExtractor) {
        // Pieces and chunks are bounded far below a frame; one that fits into none is counted as unreadable.
        if let Ok(frame) = frame::encode(message) {
            self.out.push(Zeroizing::new(frame));
        }
    }
}

impl super::Index {
    /// How far a cell's run is.
    pub(crate) fn extraction_progress(&self, cell: &CellId) -> Option<(u64, u64)> {
        if self.extracting.ending.contains_key(cell) {
            return self.cells.get(cell).and_then(CellIndex::progress);
        }
        self.extracting.runs.get(cell).and_then(|run| run.progress)
    }

    /// An extraction of this cell begins.
    pub(crate) fn extraction_begins(&mut self, cell: CellId) {
        self.extracting.ending.remove(&cell);
        if self.takes(&cell) {
            self.extracting.unbroken.insert(cell);
        }
    }

    /// The extractor is there, or has gone: whatever runs begins anew.
    pub(crate) fn extractor_is(&mut self, connected: bool) {
        self.extracting.connected = connected;
        // Whether another is wanted is looked at soon, also when nothing else happens.
        self.extracting.called = (!connected).then(Instant::now);
        self.end_runs();
        // What was for the former one, the end of its runs too, is not for this one.
        self.extracting.out.clear();
    }

    pub(super) fn end_runs(&mut self) {
        let cells: Vec<CellId> = self.extracting.runs.keys().copied().collect();
        cells.into_iter().for_each(|cell| self.break_run(cell));
    }

    /// Ends a run that begins anew later. What was given back to be kept may be kept, and is not found.
    fn break_run(&mut self, cell: CellId) {
        self.extracting.unbroken.remove(&cell);
        self.end_run(cell);
    }

    /// Ends a run: whoever waits for its words is told to stop.
    fn end_run(&mut self, cell: CellId) {
        let Some(run) = self.extracting.runs.remove(&cell) else { return };
        self.extracting.tell(&ToExtractor::End { feed: run.feed });
        if let Some(chunk) = run.chunk {
            let stop = Extracted { cell, feed: run.feed, go_on: false, last: true, words: Vec::new() };
            self.out.replies.push((chunk.lane, Reply::Extracted(stop)));
        }
    }
}

impl Core {
    /// Begins whatever is approved and not running.
    pub(crate) fn drive_extractions(&mut self, now: Instant) {
        let Some(call) = &self.index.extracting.call else { return };
        let wanted: Vec<CellId> = (self.state.cells.iter())
            .filter(|(_, cell)| !cell.quarantined && cell.extractions.running().is_some())
            .map(|(id, _)| *id)
            .filter(|id| !self.index.extracting.ending.contains_key(id))
            .collect();
        if wanted.is_empty() && self.index.extracting.runs.is_empty() {
            self.index.extracting.called = None;
            // One that comes when nothing is wanted any more would wait for ever, with a key that is good.
            if std::mem::take(&mut self.index.extracting.connected) {
                self.index.extracting.tell(&ToExtractor::End { feed: NO_RUN });
            }
            return;
        }
        if !self.index.extracting.connected {
            if self.index.extracting.called.is_none_or(|called| now.duration_since(called) >= CALL_EVERY) {
                call();
                self.index.extracting.called = Some(now);
            }
            return;
        }
        let over: Vec<CellId> = (self.index.extracting.runs.iter())
            .filter(|(id, run)| !wanted.contains(id) || now.duration_since(run.heard) > RUN_TIMEOUT)
            .map(|(id, _)| *id)
            .collect();
        over.into_iter().for_each(|cell| self.index.break_run(cell));
        for cell in wanted {
            if !self.index.extracting.runs.contains_key(&cell) {
                self.begin_run(cell, now);
            }
        }
    }

    fn begin_run(&mut self, id: CellId, now: Instant) {
        let Some(lane) = self.index.lane else { return };
        let Some(cell) = self.state.cells.get(&id) else { return };
        let Some(extraction) = cell.extractions.running() else { return };
        let in_force = cell.parameters.in_force().parameters;
        let by: Vec<_> = in_force.into_iter().filter(|own| own.since <= extraction.made).collect();
        let (done, done_by) = cell.extractions.done;
        let is_of_all = self.program.changed.iter().any(|(_, version)| *version > done_by);
        // What was extracted before is not opened again for it, unless nothing else is to be extracted.
        let fresh = by.iter().filter(|own| own.since > done);
        let mut kinds: Vec<&Vec<u16>> = fresh.map(|own| &own.definition.kinds).collect();
        if kinds.is_empty() {
            kinds = by.iter().map(|own| &own.definition.kinds).collect();
        }
        let is_of_all = is_of_all || kinds.iter().any(|kinds| kinds.is_empty());
        let mut kinds: Vec<u16> =
            if is_of_all { Vec::new() } else { kinds.into_iter().flatten().copied().collect() };
        kinds.sort_unstable();
        kinds.dedup();
        self.index.last_feed += 1;
        let feed = self.index.last_feed;
        let wanted = ExtractWanted {
            cell: id,
            feed,
            kinds: kinds.clone(),
            // By another program, everything may be older than it; else what is older than the definitions.
            up_to: if is_of_all { extraction.asked } else { extraction.made },
            made: extraction.made,
            extraction: extraction.extraction,
        };
        let begin = ToExtractor::Begin {
            feed,
            cell: cell.name.clone(),
            made: extraction.made,
            definitions: by.into_iter().map(|own| (own.number, own.definition.text)).collect(),
        };
        self.index.extracting.tell(&begin);
        self.index.out.replies.push((lane, Reply::ExtractWanted(wanted)));
        let (progress, chunk, keeping) = (None, None, Vec::new());
        let run = Run { feed, kinds, progress, heard: now, chunk, keeping, ended: Ended::default() };
        self.index.extracting.runs.insert(id, run);
    }

    /// A piece of a long body. False when it breaks the rules of the wire.
    pub(crate) fn body_piece(&mut self, lane: u64, piece: BodyPiece) -> bool {
        let BodyPiece { cell, feed, bytes } = piece;
        if bytes.len() > MAX_BODIES_BYTES || self.index.lane != Some(lane) {
            return false;
        }
        if self.index.extracting.runs.get(&cell).is_some_and(|run| run.feed == feed && run.chunk.is_none()) {
            self.index.extracting.tell(&ToExtractor::Piece { feed, bytes });
        }
        true
    }

    /// Takes bodies. False when that breaks the rules of the wire.
    pub(crate) fn extract(
        &mut self,
        lane: u64,
        feed: ExtractFeed,
        now: Instant,
    ) -> Result<bool, KeyholderError> {
        let ExtractFeed { cell: id, feed, versions, compartments, progress, done } = feed;
        if versions.len() > MAX_BODIES || self.index.lane != Some(lane) {
            return Ok(false);
        }
        let answer = |go_on| Extracted { cell: id, feed, go_on, last: true, words: Vec::new() };
        let is_wanted = |run: &&mut Run| run.feed == feed && run.chunk.is_none();
        let Some((run, cell)) =
            self.index.extracting.runs.get_mut(&id).filter(is_wanted).zip(self.state.cells.get(&id))
        else {
            self.index.out.replies.push((lane, Reply::Extracted(answer(false))));
            return Ok(true);
        };
        run.progress = Some(progress);
        run.heard = now;
        // What was given back before is kept by now.
        let kept = std::mem::take(&mut run.keeping);
        let count = versions.len();
        let mut opening = Compartments::new(cell, &compartments);
        let (mut bodies, mut headers) = (Vec::with_capacity(count), HashMap::new());
        for VersionBody { version, body } in versions {
            let header = version.header;
            // Nothing else is opened, whatever is given.
            let is_about = header.cell == id && (run.kinds.is_empty() || run.kinds.contains(&header.kind));
            let compartment = if is_about { opening.of(header.compartment) } else { None };
            let key = compartment.and_then(|(cipher, _)| {
                cipher.unwrap(&version.wrap, &header, &version.hash).ok()?.part(Part::Body.label()).ok()
            });
            if let Some(key) = key {
                headers.insert((header.record, header.version), header);
                bodies.push(SealedBody { header, body, key: SecretKey(*key.expose()) });
            }
        }
        run.ended.unreadable += (count - bodies.len()) as u64;
        let is_idle = bodies.is_empty();
        if !is_idle {
            run.chunk = Some(Chunk { lane, headers, compartments: opening.into_opened() });
            self.index.extracting.tell(&ToExtractor::Bodies { feed, bodies });
        }
        self.found_anew(id, kept);
        if done && is_idle {
            self.end_well(id)?;
        }
        if is_idle {
            self.index.out.replies.push((lane, Reply::Extracted(answer(!done))));
        }
        Ok(true)
    }

    fn found_anew(&mut self, cell: CellId, items: Vec<Item>) {
        let all_told = self.index.takes(&cell)
            && self.index.tell_items(items, |items| ToIndexer::FedAnew { cell, items });
        if !all_told {
            self.index.extracting.unbroken.remove(&cell);
        }
    }

    fn end_well(&mut self, cell: CellId) -> Result<(), KeyholderError> {
        let Some(ended) = self.index.extracting.runs.get(&cell).map(|run| run.ended) else { return Ok(()) };
        self.index.end_run(cell);
        if !self.index.extracting.unbroken.remove(&cell) {
            self.index.extracting.ending.insert(cell, ended);
            self.reword_index(cell);
            return Ok(());
        }
        self.extraction_done(cell, ended)?;
        // Whole beyond the end: the words that it was told of are in it.
        let (entries, settled) = (Vec::new(), self.settled(cell));
        self.index.tell(&ToIndexer::Landed { cell, entries, settled });
        Ok(())
    }

    /// The extractor has taken words.
    pub(crate) fn extracted(&mut self, said: FromExtractor, now: Instant) {
        let FromExtractor::Words { feed, words, last } = said;
        let found = self.index.extracting.runs.iter_mut().find(|(_, run)| run.feed == feed);
        let Some((cell, run)) = found.map(|(cell, run)| (*cell, run)) else { return };
        let Some(chunk) = &mut run.chunk else { return };
        run.heard = now;
        let new = |of: SealedWords| -> Option<(NewWords, Item)> {
            let header = chunk.headers.remove(&(of.header.record, of.header.version))?;
            let (cipher, whose) = chunk.compartments.get(&header.compartment)?;
            let hash = hash_of_words(&of.words);
            let wrap = cipher.wrap_words(&PartKey::from_bytes(of.key.0), &header, &hash).ok()?;
            let item = Item { header, whose: whose.clone(), words: of.words.clone(), key: of.key };
            Some((NewWords { header, words: of.words, wrap }, item))
        };
        let (new, items): (Vec<_>, Vec<_>) = words.into_iter().filter_map(new).unzip();
        run.ended.versions += items.len() as u64;
        run.keeping.extend(items);
        let lane = chunk.lane;
        if last {
            run.ended.unreadable += chunk.headers.len() as u64;
            run.chunk = None;
        }
        let words = Extracted { cell, feed, go_on: true, last, words: new };
        self.index.out.replies.push((lane, Reply::Extracted(words)));
    }
}
