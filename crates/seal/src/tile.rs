//! Tiles and entry bundles of C2SP's tlog-tiles: their names, their bytes, and the hashes that they hold.
//!
//! A tile of level L holds up to 256 hashes, each over 256^L leaves. A bundle holds the up to 256 entries whose
//! leaf hashes are in the level-0 tile of the same number. <https://c2sp.org/tlog-tiles>
//!
//! Never: reads or writes a file. State: a [`Frontier`] is owned by whoever grows a tree.

use crate::SealError;
use crate::entry::MAX_ENTRY_BYTES;
use crate::merkle::{HASH_BYTES, Hash, Peaks, node_hash};

/// How many hashes a full tile has, and entries a full bundle.
pub const TILE_WIDTH: u64 = 256;
/// The height of a full tile, in levels of the tree.
pub const TILE_HEIGHT: u32 = 8;
/// The highest level of a tile (tlog-tiles: "an integer between 0 and 63"; 2^64 leaves need no more than 7).
pub const MAX_TILE_LEVEL: u8 = 7;
/// The largest file of this format, in bytes: a bundle of 256 entries of the largest size.
pub const MAX_BUNDLE_BYTES: usize = TILE_WIDTH as usize * (2 + MAX_ENTRY_BYTES);

/// What a tile holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Entries, each with its length before it.
    Entries,
    /// Hashes over 256^level leaves each.
    Hashes {
        /// The level, from 0 to [`MAX_TILE_LEVEL`].
        level: u8,
    },
}

/// The name of a tile or bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TileId {
    /// What it holds.
    pub kind: Kind,
    /// Its number in its level, from 0.
    pub index: u64,
    /// How many hashes or entries it holds: 1 to [`TILE_WIDTH`].
    pub width: u16,
}

impl TileId {
    /// The path below the tree's folder, as tlog-tiles says: `tile/0/x001/x234/067.p/8`.
    pub fn path(&self) -> String {
        let mut path = match self.kind {
            Kind::Entries => "tile/entries".to_owned(),
            Kind::Hashes { level } => format!("tile/{level}"),
        };
        let mut groups = vec![self.index % 1000];
        let mut rest = self.index / 1000;
        while rest > 0 {
            groups.push(rest % 1000);
            rest /= 1000;
        }
        let last = groups.len() - 1;
        for (n, group) in groups.iter().rev().enumerate() {
            let mark = if n < last { "x" } else { "" };
            path.push_str(&format!("/{mark}{group:03}"));
        }
        if u64::from(self.width) != TILE_WIDTH {
            path.push_str(&format!(".p/{}", self.width));
        }
        path
    }

    /// The tile of this path, if it is the one way to write one.
    pub fn parse(path: &str) -> Option<Self> {
        let (kind, rest) = path.strip_prefix("tile/")?.split_once('/')?;
        let kind = match kind {
            "entries" => Kind::Entries,
            level => Kind::Hashes { level: level.parse().ok().filter(|level| *level <= MAX_TILE_LEVEL)? },
        };
        let (number, width) = match rest.split_once(".p/") {
            Some((number, width)) => (number, width.parse().ok()?),
            None => (rest, TILE_WIDTH as u16),
        };
        let mut index = 0u64;
        for group in number.split('/') {
            let digits: u64 = group.trim_start_matches('x').parse().ok()?;
            index = index.checked_mul(1000)?.checked_add(digits)?;
        }
        let id = Self { kind, index, width };
        (width > 0 && id.path() == path).then_some(id)
    }

    /// Whether it is a full one, which never changes again.
    pub fn is_full(&self) -> bool {
        u64::from(self.width) == TILE_WIDTH
    }
}

/// The partial tiles of a tree of this size: at most one of each level, and one bundle.
pub fn partials(size: u64) -> Vec<TileId> {
    let mut out = Vec::new();
    for level in 0..=MAX_TILE_LEVEL {
        let hashes = size >> (TILE_HEIGHT * u32::from(level));
        let width = (hashes % TILE_WIDTH) as u16;
        if width == 0 {
            continue;
        }
        let index = hashes / TILE_WIDTH;
        if level == 0 {
            out.push(TileId { kind: Kind::Entries, index, width });
        }
        out.push(TileId { kind: Kind::Hashes { level }, index, width });
    }
    out
}

/// Whether a tree of this size has this tile, full or partial.
pub fn belongs(id: &TileId, size: u64) -> bool {
    let level = match id.kind {
        Kind::Entries => 0,
        Kind::Hashes { level } => level,
    };
    let hashes = size >> (TILE_HEIGHT * u32::from(level));
    let (full, rest) = (hashes / TILE_WIDTH, hashes % TILE_WIDTH);
    if id.is_full() { id.index < full } else { id.index == full && u64::from(id.width) == rest }
}

/// Adds an entry to a bundle: its length (2, big endian), then its bytes.
pub fn push_entry(bundle: &mut Vec<u8>, entry: &[u8]) -> Result<(), SealError> {
    let length =
        u16::try_from(entry.len()).map_err(|_| SealError::TooLarge { max_bytes: MAX_ENTRY_BYTES })?;
    bundle.extend_from_slice(&length.to_be_bytes());
    bundle.extend_from_slice(entry);
    Ok(())
}

/// The entries of a bundle. An entry that is cut short ends them with an error.
pub fn entries(bundle: &[u8]) -> impl Iterator<Item = Result<&[u8], SealError>> {
    let mut rest = Some(bundle);
    std::iter::from_fn(move || {
        let bytes = rest?;
        if bytes.is_empty() {
            return None;
        }
        let entry = bytes
            .split_first_chunk::<2>()
            .and_then(|(length, after)| after.split_at_checked(usize::from(u16::from_be_bytes(*length))));
        rest = entry.map(|(_, after)| after);
        Some(entry.map(|(entry, _)| entry).ok_or(SealError::Malformed))
    })
}

/// The hashes of a tile file.
pub fn hashes(tile: &[u8]) -> Result<&[Hash], SealError> {
    let (hashes, rest) = tile.as_chunks::<HASH_BYTES>();
    if rest.is_empty() { Ok(hashes) } else { Err(SealError::Malformed) }
}

/// The hash over a run of hashes of a tile whose number is a power of two.
fn fold(hashes: &[Hash]) -> Option<Hash> {
    match hashes {
        [] => None,
        [one] => Some(*one),
        _ => {
            let (left, right) = hashes.split_at(hashes.len() / 2);
            Some(node_hash(&fold(left)?, &fold(right)?))
        }
    }
}

/// The hash of the perfect subtree of 2^height leaves that begins at leaf `index << height` of a tree of `size` leaves, out
/// of the one tile that holds it. `tile` gives a tile's bytes.
///
/// Errors: what `tile` gives, and [`SealError`] (as `E`) when the subtree is not in the tree or the tile is short.
pub fn subtree<E: From<SealError>>(
    size: u64,
    height: u32,
    index: u64,
    tile: &mut dyn FnMut(TileId) -> Result<Vec<u8>, E>,
) -> Result<Hash, E> {
    let level = height / TILE_HEIGHT;
    let count = 1u64 << (height % TILE_HEIGHT);
    let available = size.checked_shr(level * TILE_HEIGHT).unwrap_or(0);
    let first = index.checked_mul(count).ok_or(SealError::Malformed)?;
    let end = first.checked_add(count).filter(|end| *end <= available).ok_or(SealError::Malformed)?;
    let number = first / TILE_WIDTH;
    let width = (available - number * TILE_WIDTH).min(TILE_WIDTH) as u16;
    let level = u8::try_from(level).map_err(|_| SealError::Malformed)?;
    let bytes = tile(TileId { kind: Kind::Hashes { level }, index: number, width })?;
    let hashes = hashes(&bytes)?;
    let range = (first - number * TILE_WIDTH) as usize..(end - number * TILE_WIDTH) as usize;
    Ok(hashes.get(range).and_then(fold).ok_or(SealError::Malformed)?)
}

/// What takes the hash tiles that become full: level, number, hashes.
pub type OnFull<'a, E> = &'a mut dyn FnMut(u8, u64, &[Hash]) -> Result<(), E>;

/// The growing edge of a tree: of each level, the hashes of the tile that is not full yet.
#[derive(Debug, Clone, Default)]
pub struct Frontier {
    size: u64,
    levels: Vec<Vec<Hash>>,
}

impl Frontier {
    /// How many leaves the tree has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf. `full` gets every hash tile that this makes full.
    pub fn push<E>(&mut self, leaf: Hash, full: OnFull<'_, E>) -> Result<(), E> {
        self.size += 1;
        let mut hash = leaf;
        for level in 0..=MAX_TILE_LEVEL {
            let at = usize::from(level);
            if self.levels.len() <= at {
                self.levels.push(Vec::new());
            }
            let Some(tile) = self.levels.get_mut(at) else { break };
            tile.push(hash);
            if tile.len() < TILE_WIDTH as usize {
                break;
            }
            let index = (self.size >> (TILE_HEIGHT * (u32::from(level) + 1))) - 1;
            full(level, index, tile)?;
            let Some(above) = fold(tile) else { break };
            hash = above;
            tile.clear();
        }
        Ok(())
    }

    /// The root of the tree.
    pub fn root(&self) -> Hash {
        let mut peaks = Peaks::default();
        for (level, tile) in self.levels.iter().enumerate().rev() {
            for hash in tile {
                peaks.push(TILE_HEIGHT * level as u32, *hash);
            }
        }
        peaks.root()
    }

    /// The hashes of the tile of this level that is not full yet; may be empty.
    pub fn partial(&self, level: u8) -> &[Hash] {
        self.levels.get(usize::from(level)).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merkle::{self, leaf_hash};
    use proptest::prelude::*;
    use std::collections::HashMap;

    #[test]
    fn names_are_those_of_the_specification() {
        let id = TileId { kind: Kind::Hashes { level: 0 }, index: 1_234_067, width: 8 };
        assert_eq!(id.path(), "tile/0/x001/x234/067.p/8");
        assert_eq!(TileId { kind: Kind::Entries, index: 5, width: 256 }.path(), "tile/entries/005");
        for wrong in [
            "tile/0/1",
            "tile/0/0001",
            "tile/0/x000/001",
            "tile/0/001.p/256",
            "tile/0/001.p/0",
            "tile/0/001.p/08",
            "tile/8/001",
            "tile/00/001",
            "tile/+1/001",
            "tile/0/x001",
            "tile/0/001/002",
            "tile/0/",
            "tile/0/001.p/",
            "tile/0/001.p/-1",
            "tile/entries/x00١/001",
            "tile/0/x999/x999/x999/x999/x999/x999/x999/x999/999",
        ] {
            assert_eq!(TileId::parse(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn names_read_back(level in 0u8..=MAX_TILE_LEVEL, index: u64, width in 1u16..=256, entries: bool) {
            let kind = if entries { Kind::Entries } else { Kind::Hashes { level } };
            let id = TileId { kind, index, width };
            prop_assert_eq!(TileId::parse(&id.path()), Some(id));
        }

        #[test]
        fn any_text_is_no_name_or_exactly_one(text in "tile/[0-9e]{1,2}/[x0-9/.p]{1,12}") {
            if let Some(id) = TileId::parse(&text) {
                prop_assert_eq!(id.path(), text);
            }
        }

        #[test]
        fn bundles_read_back(list in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40), 0..20)) {
            let mut bundle = Vec::new();
            for entry in &list {
                push_entry(&mut bundle, entry).unwrap();
            }
            let read: Result<Vec<&[u8]>, _> = entries(&bundle).collect();
            prop_assert_eq!(read.unwrap(), list);
        }

        #[test]
        fn any_bytes_are_a_bundle_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let read: Vec<_> = entries(&bytes).collect();
            let length: usize = read.iter().flatten().map(|entry| 2 + entry.len()).sum();
            prop_assert_eq!(length == bytes.len(), read.iter().all(Result::is_ok));
        }
    }

    #[test]
    fn a_frontier_gives_the_root_and_its_tiles_give_every_proof() {
        let mut frontier = Frontier::default();
        let mut tiles: HashMap<TileId, Vec<u8>> = HashMap::new();
        let mut leaves = Vec::new();
        for n in 0..66_000u64 {
            let leaf = leaf_hash(&n.to_le_bytes());
            leaves.push(leaf);
            frontier
                .push::<SealError>(leaf, &mut |level, index, hashes| {
                    tiles.insert(TileId { kind: Kind::Hashes { level }, index, width: 256 }, hashes.concat());
                    Ok(())
                })
                .unwrap();
        }
        for id in partials(66_000) {
            if let Kind::Hashes { level } = id.kind {
                assert_eq!(frontier.partial(level).len(), usize::from(id.width));
                tiles.insert(id, frontier.partial(level).concat());
            }
        }
        assert!(tiles.keys().all(|id| belongs(id, 66_000)));
        let root = frontier.root();
        assert_eq!(root, merkle::root(leaves.iter().copied()));
        let mut get = |height, index| {
            subtree(66_000, height, index, &mut |id| tiles.get(&id).cloned().ok_or(SealError::Malformed))
        };
        for index in [0, 1, 255, 256, 65_535, 65_536, 65_999] {
            let proof = merkle::inclusion_proof(index, 66_000, &mut get).unwrap().unwrap();
            assert!(merkle::verify_inclusion(&leaves[index as usize], index, 66_000, &proof, &root));
        }
        for old in [1, 255, 256, 257, 40_000, 65_536, 65_999] {
            let proof = merkle::consistency_proof(old, 66_000, &mut get).unwrap().unwrap();
            let old_root = merkle::root(leaves[..old as usize].iter().copied());
            assert!(merkle::verify_consistency(old, 66_000, &old_root, &root, &proof), "{old}");
        }
        assert!(get(8, 66_000 / 256).is_err(), "a subtree that is not complete has no hash");
    }

    #[test]
    fn a_tree_has_exactly_its_tiles() {
        assert!(partials(0).is_empty());
        assert!(partials(65_536).iter().all(|id| id.kind == Kind::Hashes { level: 2 }));
        let id = TileId { kind: Kind::Entries, index: 0, width: 7 };
        assert!(belongs(&id, 7) && !belongs(&id, 8) && !belongs(&id, 256 + 7));
    }
}
