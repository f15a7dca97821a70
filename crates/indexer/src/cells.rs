//! The cells of an indexer: all are known, and as many are open as are used.
//!
//! An open index keeps its term dictionaries, columns and files; one that is not asked for any more is closed, and opened again with
//! the next word about it. Only one with nothing under way is closed: no tail, no writer, nothing that has not landed, no query.
//!
//! Never: closes what would have to be fed again; loses what the files do not say ([`Rest`]). State: the open cells, and what opens the others.

use crate::cell::{Cell, Fares};
use crate::needs::Needs;
use crate::pages::PageCache;
use crate::store::Rest;
use salus_seal::CellId;
use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use zeroize::Zeroizing;

/// The most cells that are kept open when they are not used. Those with something under way are open beyond that, until it is done.
pub(crate) const MAX_OPEN_CELLS: usize = 256;

pub(crate) type Shared = Arc<Mutex<Cell>>;

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Slot {
    index_key: Zeroizing<[u8; 32]>,
    open: Option<Shared>,
    /// When it was last used, by the count of uses.
    used: u64,
    /// Of one that is closed: what its files do not say.
    rest: Option<Rest>,
    /// Of one that is closed: how it fares, if that is known. Nothing changes while it is closed.
    fares: Option<Fares>,
    needs: Arc<Needs>,
}

/// All cells.
pub(crate) struct Cells {
    index_dir: PathBuf,
    cache: Arc<PageCache>,
    /// [`MAX_OPEN_CELLS`], or less in tests.
    most_open: usize,
    slots: HashMap<CellId, Slot>,
    uses: u64,
}

/// A cell that was opened again, and whether its files were not what they were when it was closed.
pub(crate) struct Reopened {
    pub(crate) cell: Shared,
    pub(crate) is_lost: bool,
}

impl Cells {
    pub(crate) fn new(index_dir: PathBuf, cache: Arc<PageCache>, most_open: usize) -> Self {
        Self { index_dir, cache, most_open, slots: HashMap::new(), uses: 0 }
    }

    /// Takes a cell up; gives how far it is whole.
    pub(crate) fn open(&mut self, id: CellId, index_key: &[u8; 32]) -> io::Result<(Shared, Option<u64>)> {
        let (cell, settled) = Cell::open(&self.index_dir, id, index_key, self.cache.clone())?;
        let cell = Arc::new(Mutex::new(cell));
        self.uses += 1;
        let index_key = Zeroizing::new(*index_key);
        let (open, used) = (Some(cell.clone()), self.uses);
        let slot = Slot { index_key, open, used, rest: None, fares: None, needs: Arc::default() };
        self.slots.insert(id, slot);
        self.close_some();
        Ok((cell, settled))
    }

    /// A cell, opened again if it was closed. None when it was never taken up.
    pub(crate) fn get(&mut self, id: CellId) -> io::Result<Option<Reopened>> {
        self.uses += 1;
        let Some(slot) = self.slots.get_mut(&id) else { return Ok(None) };
        slot.used = self.uses;
        if let Some(cell) = &slot.open {
            return Ok(Some(Reopened { cell: cell.clone(), is_lost: false }));
        }
        let (mut cell, _) = Cell::open(&self.index_dir, id, &slot.index_key, self.cache.clone())?;
        cell.needs = slot.needs.clone();
        // Nothing was written while it was closed, so its files were damaged or put back: it has to be fed anew.
        let is_lost = slot.rest.take().is_some_and(|rest| !cell.resume(rest));
        let cell = Arc::new(Mutex::new(cell));
        slot.open = Some(cell.clone());
        self.close_some();
        Ok(Some(Reopened { cell, is_lost }))
    }

    /// What is needed of a cell's words from now on. False when the cell was never taken up.
    pub(crate) fn need(&mut self, id: CellId, needs: Arc<Needs>) -> bool {
        let Some(slot) = self.slots.get_mut(&id) else { return false };
        if let Some(cell) = &slot.open {
            lock(cell).needs = needs.clone();
        }
        if let Some(fares) = slot.fares.take()
            && needs.is_empty()
        {
            slot.fares = Some(Fares { lacking: None, ..fares });
        }
        slot.needs = needs;
        true
    }

    /// How a cell fares that is closed, if that is known.
    pub(crate) fn fares_closed(&self, id: CellId) -> Option<Fares> {
        self.slots.get(&id).filter(|slot| slot.open.is_none())?.fares.clone()
    }

    /// The cells that are open.
    pub(crate) fn all_open(&self) -> Vec<(CellId, Shared)> {
        self.slots.iter().filter_map(|(id, slot)| Some((*id, slot.open.clone()?))).collect()
    }

    /// Closes those that were not used for longest, as far as nothing is under way in them.
    pub(crate) fn close_some(&mut self) {
        let mut open: Vec<(u64, CellId)> = self
            .slots
            .iter()
            .filter(|(_, slot)| slot.open.is_some())
            .map(|(id, slot)| (slot.used, *id))
            .collect();
        let Some(mut over) = open.len().checked_sub(self.most_open).filter(|over| *over > 0) else { return };
        open.sort_unstable();
        // The newest is what is being used.
        open.pop();
        for (_, id) in open {
            if over == 0 {
                return;
            }
            let Some(slot) = self.slots.get_mut(&id) else { continue };
            let Some(cell) = slot.open.as_ref().filter(|cell| Arc::strong_count(cell) == 1) else { continue };
            let state = {
                let cell = lock(cell);
                cell.rest().map(|rest| (rest, cell.needs.clone(), cell.look().fares_at_once()))
            };
            if let Some((rest, needs, fares)) = state {
                (slot.open, slot.rest, slot.needs, slot.fares) = (None, Some(rest), needs, fares);
                over -= 1;
            }
        }
    }
}
