//! What opening a log changes on disk: it cuts off what is torn, removes what is left over, and begins a segment.
//!
//! Never: starts before everything was read and checked. State: none.

use crate::LogError;
use crate::Tree;
use crate::audit::NEW;
use crate::disk::Disk;
use crate::error::At;
use crate::files::preallocate;
use crate::journal::{Builder, Head, Journal, Link, segment_name};
use crate::log::Segment;
use crate::publish::{remove, remove_dir};
use crate::walk::walk;
use salus_seal::tile::{self, Kind, TILE_HEIGHT, TILE_WIDTH, TileId};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Cuts off a torn frame, so that what follows the last whole frame is zero again.
pub(crate) fn zero(disk: &dyn Disk, path: &Path, range: std::ops::Range<u64>) -> Result<(), LogError> {
    let file = disk.open(path).at("opening", path)?;
    file.write_at(range.start, &vec![0; (range.end - range.start) as usize]).at("writing", path)?;
    file.sync().at("syncing", path)
}

/// What an interrupted publication left: files in the making, and partial tiles that larger ones replaced.
///
/// Errors: [`LogError::RolledBack`] for a tile of more entries than there are. Tiles are written from what is durable in
/// the journal, so a tile that is ahead of tree and journal was there before both of them were put back.
pub(crate) fn leftovers(
    disk: &dyn Disk,
    dir: &Path,
    published: &BTreeMap<Tree, u64>,
    sizes: &BTreeMap<Tree, u64>,
) -> Result<Vec<PathBuf>, LogError> {
    let mut out = vec![dir.join(NEW)];
    for (tree, size) in sizes {
        let folder = tree.folder(dir);
        out.push(folder.join(NEW));
        for path in walk(disk, &folder)?.into_keys() {
            let covered = published.get(tree).copied().unwrap_or(0);
            let needed = |id: &TileId| tile::belongs(id, *size) || tile::belongs(id, covered);
            let Some(id) = TileId::parse(&path).filter(|id| !needed(id)) else { continue };
            let path = folder.join(path);
            if leaves_of(&id).is_none_or(|leaves| leaves > *size) {
                return Err(LogError::rolled_back(
                    path,
                    format!("more than the {size} entries that are here"),
                ));
            }
            out.push(path);
        }
    }
    Ok(out)
}

pub(crate) fn remove_leftovers(disk: &dyn Disk, leftovers: &[PathBuf]) -> Result<(), LogError> {
    for path in leftovers {
        remove(disk, path)?;
        // The folder of a tile that is full now: `<N>.p`.
        if let Some(parent) = path.parent().filter(|parent| parent.extension().is_some_and(|end| end == "p"))
        {
            remove_dir(disk, parent)?;
        }
    }
    Ok(())
}

/// How many leaves a tree has at least that has this tile.
pub(crate) fn leaves_of(id: &TileId) -> Option<u64> {
    let level = match id.kind {
        Kind::Entries => 0,
        Kind::Hashes { level } => u32::from(level),
    };
    let hashes = id.index.checked_mul(TILE_WIDTH)?.checked_add(u64::from(id.width))?;
    hashes.checked_mul(1u64.checked_shl(TILE_HEIGHT * level)?)
}

/// The segment that is written from now on: the one that a clean stop left, the one that was made ahead, or a new one.
pub(crate) fn begin_segment(
    disk: &dyn Disk,
    folder: &Path,
    segments: &[(u64, Vec<u8>)],
    journal: &Journal<'_>,
    head: Head,
) -> Result<(Segment, Link), LogError> {
    let fits = |bytes: u64| bytes == head.segment_bytes;
    let whole = |number: u64| segments.iter().any(|(at, bytes)| *at == number && fits(bytes.len() as u64));
    if let (Some((number, end, false)), None) = (journal.last, &journal.torn)
        && whole(number)
    {
        if let Some((ahead, _)) = journal.ahead {
            remove(disk, &folder.join(segment_name(ahead)))?;
            disk.sync_dir(folder).at("syncing the folder", folder)?;
        }
        let path = folder.join(segment_name(number));
        let file = disk.open(&path).at("opening", &path)?;
        return Ok((Segment { number, file, end, holds_entries: false }, journal.link));
    }
    let number = match (journal.ahead, journal.last) {
        (Some((number, _)), _) => number,
        (None, Some((number, ..))) => number + 1,
        (None, None) => 1,
    };
    let path = folder.join(segment_name(number));
    let file = if journal.ahead.is_some_and(|(_, bytes)| fits(bytes)) {
        disk.open(&path).at("opening", &path)?
    } else {
        preallocate(disk, &path, head.segment_bytes)?
    };
    let (frame, link) = Builder::default().seal(number, journal.link, Some(head));
    file.write_at(0, &frame.bytes).at("writing", &path)?;
    file.sync().at("syncing", &path)?;
    Ok((Segment { number, file, end: frame.bytes.len() as u64, holds_entries: false }, link))
}
