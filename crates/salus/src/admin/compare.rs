//! The records against the log: every write that landed must be in the store as it was admitted, and nothing else.
//!
//! Never: opens a record; the log commits to headers and hashes. State: none.

use super::{Administration, unexpected};
use crate::data_dir::DataDir;
use crate::failure::Failure;
use crate::messages::{Say, say};
use salus_seal::header::HEADER_BYTES;
use salus_seal::{CellId, merkle};
use salus_store::{Look, StoreError, VersionLeaf};
use salus_trust_api::wire::{AdminAnswer, AdminAsk, WriteRoot};
use std::collections::HashMap;
use std::iter::Peekable;

/// How many entries are asked for at once.
const PAGE_ENTRIES: u32 = 10_000;
/// The most findings that are kept of a cell.
const MAX_FINDINGS: usize = 1_000;

/// How the store differs from an entry of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finding {
    /// It has versions that no entry admitted.
    More,
    /// It lacks versions that landed.
    Less,
    /// It has others in their place.
    Differs,
}

impl Finding {
    /// In words.
    pub fn say(self) -> Say {
        match self {
            Self::More => say("store-more"),
            Self::Less => say("store-less"),
            Self::Differs => say("store-differs"),
        }
    }
}

/// What was found of one cell.
#[derive(Debug, Default)]
pub struct Compared {
    /// The cell's name.
    pub cell: String,
    /// Record versions that agree.
    pub versions: u64,
    /// What does not, by entry of the log.
    pub findings: Vec<(u64, Finding)>,
}

/// Compares all cells of a server that runs.
pub fn all(data: &DataDir, administration: &mut Administration) -> Result<Vec<Compared>, Failure> {
    let cells = administration.status()?.cells;
    cells.iter().map(|cell| one(data, administration, cell.info.id, &cell.info.name, cell.entries)).collect()
}

fn one(
    data: &DataDir,
    administration: &mut Administration,
    id: CellId,
    name: &str,
    entries: u64,
) -> Result<Compared, Failure> {
    let unreadable =
        |why: StoreError| Failure::could_not(say("store-not-read").with("cell", name).with("why", why));
    let mut compared = Compared { cell: name.to_owned(), ..Compared::default() };
    let look = match Look::begin(data.path(), id) {
        Ok(look) => Some(look),
        // A cell that was made and never written to has none.
        Err(StoreError::Missing) => None,
        Err(why) => return Err(unreadable(why)),
    };
    let mut leaves = Leaves { look, page: Vec::new().into_iter() }.peekable();
    let mut from = Some(0);
    while let Some(start) = from {
        let ask = AdminAsk::WriteRoots { cell: name.to_owned(), from: start, limit: PAGE_ENTRIES };
        let AdminAnswer::WriteRoots { roots, next } = administration.ask(ask)? else {
            return Err(unexpected());
        };
        for root in &roots {
            compared.entry(root, &mut leaves).map_err(unreadable)?;
        }
        from = next;
    }
    // What came after the count of entries was taken is not looked at.
    for leaf in leaves {
        let leaf = leaf.map_err(unreadable)?;
        if leaf.entry < entries {
            compared.find(leaf.entry, Finding::More);
        }
    }
    Ok(compared)
}

impl Compared {
    fn find(&mut self, entry: u64, what: Finding) {
        if self.findings.len() < MAX_FINDINGS && self.findings.last() != Some(&(entry, what)) {
            self.findings.push((entry, what));
        }
    }

    fn entry(
        &mut self,
        root: &WriteRoot,
        leaves: &mut Peekable<impl Iterator<Item = Result<VersionLeaf, StoreError>>>,
    ) -> Result<(), StoreError> {
        let mut there = HashMap::new();
        while let Some(leaf) =
            leaves.next_if(|leaf| leaf.as_ref().map_or(true, |leaf| leaf.entry <= root.entry))
        {
            let leaf = leaf?;
            if leaf.entry < root.entry {
                self.find(leaf.entry, Finding::More);
            } else {
                there.insert((leaf.header.record, leaf.header.version), hash_of(&leaf));
            }
        }
        if !root.landed {
            return Ok(());
        }
        let versions = root.ranges.iter().flat_map(|range| {
            (0..u64::from(range.count)).map(|offset| (range.record.saturating_add(offset), range.version))
        });
        let mut hashes = Vec::with_capacity(there.len());
        for version in versions {
            match there.remove(&version) {
                Some(hash) => hashes.push(hash),
                None => {
                    self.find(root.entry, Finding::Less);
                    return Ok(());
                }
            }
        }
        if !there.is_empty() {
            self.find(root.entry, Finding::More);
        } else if merkle::root(hashes.iter().copied()) != root.root {
            self.find(root.entry, Finding::Differs);
        } else {
            self.versions += hashes.len() as u64;
        }
        Ok(())
    }
}

/// The leaf of a version in its entry's root: over header and hash.
fn hash_of(leaf: &VersionLeaf) -> merkle::Hash {
    let mut bytes = [0u8; HEADER_BYTES + 32];
    bytes[..HEADER_BYTES].copy_from_slice(&leaf.header.to_bytes());
    bytes[HEADER_BYTES..].copy_from_slice(&leaf.hash);
    merkle::leaf_hash(&bytes)
}

/// The store's versions one by one.
struct Leaves {
    look: Option<Look>,
    page: std::vec::IntoIter<VersionLeaf>,
}

impl Iterator for Leaves {
    type Item = Result<VersionLeaf, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(leaf) = self.page.next() {
            return Some(Ok(leaf));
        }
        match self.look.as_mut()?.next_leaves() {
            Ok(page) => self.page = page.into_iter(),
            Err(why) => {
                self.look = None;
                return Some(Err(why));
            }
        }
        self.page.next().map(Ok)
    }
}

#[cfg(test)]
mod tests {
    use super::{Compared, Finding, hash_of};
    use salus_seal::entry::ranges;
    use salus_seal::{CellId, Header, merkle};
    use salus_store::{StoreError, VersionLeaf};
    use salus_trust_api::wire::WriteRoot;

    fn leaf(entry: u64, record: u64) -> VersionLeaf {
        let header = Header {
            cell: CellId([1; 16]),
            compartment: 1,
            kind: 1,
            record,
            version: 1,
            time_ms: 5,
            deleted: false,
        };
        VersionLeaf { entry, header, hash: [record as u8; 32] }
    }

    fn root(leaves: &[VersionLeaf], landed: bool) -> WriteRoot {
        let versions = leaves.iter().map(|leaf| (leaf.header.record, leaf.header.version));
        let root = merkle::root(leaves.iter().map(hash_of));
        WriteRoot { entry: leaves[0].entry, ranges: ranges(versions), root, landed }
    }

    fn compare(store: Vec<VersionLeaf>, log: &[WriteRoot]) -> (u64, Vec<(u64, Finding)>) {
        let mut compared = Compared::default();
        let mut leaves = store.into_iter().map(Ok::<_, StoreError>).peekable();
        for root in log {
            compared.entry(root, &mut leaves).unwrap();
        }
        (compared.versions, compared.findings)
    }

    #[test]
    fn what_was_lost_added_or_swapped_is_found() {
        let all = || vec![leaf(1, 7), leaf(3, 5), leaf(3, 6), leaf(9, 8)];
        // The order of the root is the one of the write, not of the store.
        let log = [root(&all()[..1], true), root(&[leaf(3, 6), leaf(3, 5)], true), root(&all()[3..], false)];
        assert_eq!(compare(all(), &log), (3, vec![]));
        let mut lost = all();
        lost.remove(2);
        assert_eq!(compare(lost, &log), (1, vec![(3, Finding::Less)]));
        let mut swapped = all();
        swapped[1].hash = [0; 32];
        assert_eq!(compare(swapped, &log), (1, vec![(3, Finding::Differs)]));
        let mut added = all();
        added.insert(1, leaf(2, 99));
        assert_eq!(compare(added, &log), (3, vec![(2, Finding::More)]));
        let mut added = all();
        added.insert(3, leaf(3, 99));
        assert_eq!(compare(added, &log), (1, vec![(3, Finding::More)]));
    }
}
