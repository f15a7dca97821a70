//! A text of a cell of which the log keeps every version: which is in force, who put it there and why.
//!
//! What the text means is its owner's ([`crate::rules`], [`crate::checks`]). Never: reads it. State: [`Kept`], a fold of the log.

use crate::core::Core;
use crate::error::KeyholderError;
use crate::state::State;
use salus_accesslog::Tree;
use salus_seal::entry::{self, Event};
use salus_seal::{CellId, PrincipalId};
use salus_trust_api::wire::policy::{MAX_VERSIONS_LISTED, VersionInfo};
use std::sync::Arc;

/// How many versions are known to be listed; older ones stand in the log.
const MAX_VERSIONS_KEPT: usize = 500;

/// A text and its versions.
#[derive(Debug, Default)]
pub struct Kept {
    /// None: the program's own.
    text: Option<Arc<str>>,
    /// Changes, the oldest first.
    versions: Vec<Version>,
    /// The entry before which the program's own was in force.
    first: Option<u64>,
}

/// One change.
#[derive(Debug, Clone)]
pub(crate) struct Version {
    pub entry: u64,
    pub time_ms: u64,
    pub by: Option<PrincipalId>,
    pub reason: String,
    /// The entry whose text it put back.
    pub restores: Option<u64>,
}

impl Kept {
    /// The text; none: the program's own.
    pub fn text(&self) -> Option<&str> {
        self.text.as_deref()
    }

    /// The entry that put it in force; none: it is the program's own.
    pub fn version(&self) -> Option<u64> {
        self.versions.last().map(|version| version.entry)
    }

    /// The entry that was in force before the one that is; none: the program's own text was.
    pub(crate) fn before(&self) -> Option<u64> {
        let [.., former, _] = self.versions.as_slice() else { return None };
        Some(former.entry)
    }

    /// Takes a change in.
    pub(crate) fn put(&mut self, text: &str, version: Version) {
        self.text = Some(text.into());
        self.first.get_or_insert(version.entry);
        if self.versions.len() >= MAX_VERSIONS_KEPT {
            self.versions.remove(0);
        }
        self.versions.push(version);
    }
}

impl State {
    /// The versions of a text, the newest first.
    pub(crate) fn versions_of(&self, kept: &Kept) -> Vec<VersionInfo> {
        let info = |version: &Version| VersionInfo {
            entry: version.entry,
            time_ms: version.time_ms,
            by: version.by,
            by_name: version.by.and_then(|by| self.name_of(&by)),
            reason: version.reason.clone(),
            restores: version.restores,
            in_force: kept.version() == Some(version.entry),
            is_first: kept.first == Some(version.entry),
        };
        kept.versions.iter().rev().take(MAX_VERSIONS_LISTED).map(info).collect()
    }
}

impl Core {
    /// What an entry of a cell's log says; none where there is none, or none that this program reads.
    pub(crate) fn event_at(&mut self, cell: CellId, number: u64) -> Result<Option<Event>, KeyholderError> {
        // What is not durable yet cannot be read.
        self.commit()?;
        let tree = Tree::Cell(cell);
        let mut event = None;
        if number < self.log.size(tree) {
            self.log.read(tree, number..number + 1, &mut |_, bytes| {
                event = entry::decode(bytes).ok().map(|(lasting, _)| lasting.event);
            })?;
        }
        Ok(event)
    }
}
