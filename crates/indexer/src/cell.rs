//! One cell's index: what was written and has not landed, the index that serves, and the one that is being made anew.
//!
//! Never: finds a version before it landed. State: the folder of the cell. In it, folders with a number are whole as far as they say;
//! the highest is the one in use. One that is being made anew has a name that is no number, until it takes the other's place.

use crate::cursor::Cursors;
use crate::directory::Keys;
use crate::entry::{Entry, open};
use crate::folder::destroy;
use crate::needs::Needs;
use crate::pages::PageCache;
use crate::store::{Replace, Rest, Store, Stuck};
use crate::view::View;
use salus_seal::CellId;
use salus_trust_api::wire::index::{IndexStatus, Item};
use salus_trust_api::wire::words::{Made, Words};
use std::collections::{HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};

/// The most bytes of sealed words that were written and have not landed.
const MAX_PENDING_BYTES: usize = 256 * 1024 * 1024;

/// By parameter, how many records of a state of the index lack words that these needs ask for.
#[derive(Clone)]
pub(crate) struct Counted {
    view: Weak<View>,
    needs: Arc<Needs>,
    lacking: Vec<(u16, u64)>,
}

/// How a cell fares; `lacking` is none where nothing is needed, or nothing was counted.
#[derive(Clone)]
pub(crate) struct Fares {
    pub(crate) status: IndexStatus,
    pub(crate) lacking: Option<Vec<(u16, u64)>>,
}

/// What is looked at to say how a cell fares, which takes its time: nobody who wants the cell waits for it.
pub(crate) struct Look {
    live: Arc<Store>,
    next: Option<Arc<Store>>,
    is_whole: bool,
    needs: Arc<Needs>,
    counted: Option<Counted>,
}

impl Look {
    /// How it fares, and what was counted for it if it had not been.
    pub(crate) fn fares(&self) -> (Fares, Option<Counted>) {
        let rebuilding = self.next.as_ref().map(|next| next.view().records());
        let status = IndexStatus { rebuilding, ..self.live.status() };
        if !self.is_whole || self.needs.is_empty() {
            return (Fares { status, lacking: None }, None);
        }
        let view = self.live.view();
        if let Some(lacking) = self.counted_of(&view) {
            return (Fares { status, lacking: Some(lacking) }, None);
        }
        let lacking = self.needs.lacking(&view).ok();
        let counted = lacking.clone().map(|lacking| Counted {
            view: Arc::downgrade(&view),
            needs: self.needs.clone(),
            lacking,
        });
        (Fares { status, lacking }, counted)
    }

    /// How it fares, if that is known without counting.
    pub(crate) fn fares_at_once(&self) -> Option<Fares> {
        let is_counted = self.needs.is_empty() || self.counted_of(&self.live.view()).is_some();
        (self.is_whole && is_counted).then(|| self.fares().0)
    }

    fn counted_of(&self, view: &Arc<View>) -> Option<Vec<(u16, u64)>> {
        let counted = self.counted.as_ref()?;
        let is_same = counted.view.as_ptr() == Arc::as_ptr(view) && Arc::ptr_eq(&counted.needs, &self.needs);
        is_same.then(|| counted.lacking.clone())
    }
}

/// A cell's index.
pub(crate) struct Cell {
    folder: PathBuf,
    keys: Arc<Keys>,
    cache: Arc<PageCache>,
    pub(crate) cursors: Arc<Cursors>,
    /// What words must be made by for some parameters.
    pub(crate) needs: Arc<Needs>,
    number: u64,
    live: Arc<Store>,
    next: Option<Arc<Store>>,
    pending: HashMap<u64, Vec<Item>>,
    pending_bytes: usize,
    /// What was counted last.
    counted: Option<Counted>,
    /// It was begun anew, and not everything has been fed yet: searches would find too little.
    incomplete: bool,
}

impl Cell {
    /// Takes up a cell's index, or makes a new one. With it comes how far it is whole.
    pub(crate) fn open(
        index_dir: &Path,
        cell: CellId,
        index_key: &[u8; 32],
        cache: Arc<PageCache>,
    ) -> io::Result<(Self, Option<u64>)> {
        let folder = index_dir.join(cell.to_string());
        match std::fs::create_dir(&folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        let keys = Arc::new(Keys::new(cell, index_key)?);
        let cursors = Arc::new(Cursors::new(index_key).map_err(io::Error::other)?);
        let mut numbers = Vec::new();
        for entry in std::fs::read_dir(&folder)? {
            let entry = entry?;
            match entry.file_name().to_str().and_then(|name| name.parse::<u64>().ok()) {
                Some(number) => numbers.push(number),
                None => destroy(&entry.path()),
            }
        }
        numbers.sort_unstable();
        let highest = numbers.pop();
        for older in &numbers {
            destroy(&folder.join(older.to_string()));
        }
        let mut number = highest.unwrap_or(0);
        let opened = highest.and_then(|number| {
            Store::open(&folder.join(number.to_string()), keys.clone(), cache.clone()).ok()
        });
        let live = match opened {
            Some(store) => store,
            None => {
                destroy(&folder.join(number.to_string()));
                number += 1;
                Store::create(&folder.join(number.to_string()), keys.clone(), cache.clone())
                    .map_err(|_| io::Error::other("no new index can be made"))?
            }
        };
        let settled = live.settled();
        let cell = Self {
            folder,
            keys,
            cache,
            cursors,
            needs: Arc::default(),
            number,
            live: Arc::new(live),
            next: None,
            pending: HashMap::new(),
            pending_bytes: 0,
            counted: None,
            incomplete: false,
        };
        Ok((cell, settled))
    }

    /// The index that serves; none while it holds too little.
    pub(crate) fn serving(&self) -> Option<Arc<Store>> {
        (!self.incomplete).then(|| self.live.clone())
    }

    /// The indexes that take entries.
    pub(crate) fn stores(&self) -> impl Iterator<Item = &Arc<Store>> {
        std::iter::once(&self.live).chain(&self.next)
    }

    /// Keeps what was written until it lands.
    ///
    /// Errors: [`Stuck`] when too much waits.
    pub(crate) fn written(&mut self, entry: u64, items: Vec<Item>) -> Result<(), Stuck> {
        self.pending_bytes += items.iter().map(|item| item.words.len()).sum::<usize>();
        self.pending.entry(entry).or_default().extend(items);
        if self.pending_bytes > MAX_PENDING_BYTES { Err(Stuck) } else { Ok(()) }
    }

    fn take(&mut self, entry: u64) -> Vec<Item> {
        let items = self.pending.remove(&entry).unwrap_or_default();
        self.pending_bytes -= items.iter().map(|item| item.words.len()).sum::<usize>();
        items
    }

    pub(crate) fn landed(&mut self, entries: &[u64], settled: u64) -> Result<(), Stuck> {
        let mut landed = Vec::new();
        for entry in entries {
            let items = self.take(*entry);
            landed.extend(items.iter().map(|item| to_entry(item, item.header.version == 1)));
        }
        if !landed.is_empty() {
            if let Some(next) = &self.next {
                // What is fed into the new one may hold the same versions.
                let again = landed.iter().map(|entry| Arc::new(entry.not_fresh()));
                next.apply(again.collect())?;
            }
            self.live.apply(landed.into_iter().map(Arc::new).collect())?;
        }
        // Said before the keyholder knew that it was begun anew.
        if !self.incomplete {
            self.live.settle(settled, false);
        }
        Ok(())
    }

    pub(crate) fn abandoned(&mut self, entries: &[u64]) {
        for entry in entries {
            self.take(*entry);
        }
    }

    /// What was sent and has not landed yet is left out: it comes when it lands, as something new.
    pub(crate) fn fed(&mut self, items: &[Item]) -> Result<(), Stuck> {
        let name = |item: &Item| (item.header.record, item.header.version);
        let pending: HashSet<(u64, u32)> = self.pending.values().flatten().map(name).collect();
        let landed = items.iter().filter(|item| !pending.contains(&name(item)));
        let entries = landed.map(|item| Arc::new(to_entry(item, false))).collect();
        self.next.as_ref().unwrap_or(&self.live).apply(entries)
    }

    /// Versions with words that were extracted anew. What has not landed comes with its own.
    pub(crate) fn fed_anew(&mut self, items: &[Item]) -> Result<(), Stuck> {
        let entries: Vec<Arc<Entry>> =
            items.iter().map(|item| Arc::new(to_entry(item, false).anew())).collect();
        if let Some(next) = &self.next {
            next.apply(entries.clone())?;
        }
        self.live.apply(entries)
    }

    /// What is looked at to say how it fares.
    pub(crate) fn look(&self) -> Look {
        Look {
            live: self.live.clone(),
            next: self.next.clone(),
            is_whole: !self.incomplete,
            needs: self.needs.clone(),
            counted: self.counted.clone(),
        }
    }

    /// Keeps what was counted, so that it is not counted again while nothing changes.
    pub(crate) fn keep(&mut self, counted: Counted) {
        self.counted = Some(counted);
    }

    pub(crate) fn caught_up(&mut self, settled: u64) {
        let Some(next) = self.next.take() else {
            // The keyholder answers a loss with a rebuild: what it said before that is of the index that was lost.
            if !self.incomplete {
                self.live.settle(settled, true);
            }
            return;
        };
        self.incomplete = false;
        self.number += 1;
        let old = std::mem::replace(&mut self.live, next);
        old.retire();
        self.live.replace(Replace { name: self.folder.join(self.number.to_string()), old });
        self.live.settle(settled, true);
    }

    /// Begins to make the index anew beside the one that serves.
    pub(crate) fn rebuild(&mut self) -> io::Result<()> {
        if let Some(before) = self.next.take() {
            before.destroy();
        }
        let folder = self.folder.join(format!("new{}", self.number + 1));
        destroy(&folder);
        let next = Store::create(&folder, self.keys.clone(), self.cache.clone());
        self.next = Some(Arc::new(next.map_err(|_| io::Error::other("no new index can be made"))?));
        Ok(())
    }

    /// Begins anew in place of files that do not open, unless that was done already. True when it was done now.
    pub(crate) fn begin_anew(&mut self, broken: &Arc<Store>) -> io::Result<bool> {
        if self.next.as_ref().is_some_and(|next| Arc::ptr_eq(next, broken)) {
            // The one that serves is whole, but what was fed is lost with the new one: it begins anew too.
            self.next = None;
            broken.destroy();
        } else if !Arc::ptr_eq(&self.live, broken) {
            return Ok(false);
        }
        if let Some(next) = self.next.take() {
            next.destroy();
        }
        self.number += 1;
        let folder = self.folder.join(self.number.to_string());
        let fresh = Store::create(&folder, self.keys.clone(), self.cache.clone());
        let fresh = Arc::new(fresh.map_err(|_| io::Error::other("no new index can be made"))?);
        std::mem::replace(&mut self.live, fresh).destroy();
        self.incomplete = true;
        Ok(true)
    }

    /// What to keep of it beside its files, if nothing is under way in it and it can be closed.
    pub(crate) fn rest(&self) -> Option<Rest> {
        let is_idle = self.next.is_none() && self.pending.is_empty() && !self.incomplete;
        // At rest no writer is opened any more; only then it means something that nobody else has it, a writer or a query.
        let is_idle = is_idle && self.live.is_at_rest() && Arc::strong_count(&self.live) == 1;
        (is_idle && !self.live.is_broken()).then(|| self.live.rest())
    }

    /// Goes on from there. False when it is not what it was when it was closed: then it answers nothing until it was fed.
    pub(crate) fn resume(&mut self, rest: Rest) -> bool {
        self.incomplete = !self.live.resume(rest);
        !self.incomplete
    }
}

/// Words that do not open will not by being extracted anew: nothing waits for them.
const BEYOND: Made = Made { extraction: u32::MAX, made: u64::MAX };

/// What is kept of an item. One whose words do not open is found by its number only: it must not be found by older words.
fn to_entry(item: &Item, fresh: bool) -> Entry {
    let (words, made) = open(item).unwrap_or_else(|_| (Words::default(), BEYOND));
    Entry::new(&item.header, &item.whose, &words, made, fresh)
}
