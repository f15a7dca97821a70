//! What is asked of the writer, and its answer.
//!
//! Never: an answer before it is durable. State: none.

use crate::{Address, StoreError};
use salus_seal::Sealed;
use salus_seal::wrap::VERSION_WRAP_BYTES;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::sync::oneshot;

/// One version to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewVersion {
    /// Where the record is found. Its kind is the header's.
    pub address: Address,
    /// The newest version there must be: 0 when there must be none. The header's version is one more.
    pub expected_version: u32,
    /// The header, of this cell, and the sealed parts.
    pub sealed: Sealed,
    /// The version key's wrap, made by the keyholder.
    pub wrap: [u8; VERSION_WRAP_BYTES],
    /// The log entry that admits it, within the item's first and last.
    pub entry: u64,
}

/// Entries of an import's bundle that this item carries out, so that the same bundle changes nothing again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerMark {
    /// The hash of the bundle or file.
    pub bundle: [u8; 32],
    /// Indices of entries; a transaction, which is done as one, has index 0 only. None may be done already.
    pub done: Vec<u32>,
}

/// What is committed as one: all of it, or nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitItem {
    /// The first log entry that admits these versions; at least one of them names it.
    pub first_entry: u64,
    /// The last of the chain; the same as the first when it is no chain.
    pub last_entry: u64,
    /// The keyholder's MAC over the last entry's number.
    pub entry_mac: [u8; 16],
    /// New compartments: number and wrap.
    pub compartments: Vec<(u64, Vec<u8>)>,
    /// The versions, at least one, in the order in which they are to be applied.
    pub versions: Vec<NewVersion>,
    /// What the import has done by this.
    pub ledger: Option<LedgerMark>,
}

impl CommitItem {
    /// About how many bytes it holds in memory.
    pub(crate) fn weight_bytes(&self) -> usize {
        let versions: usize = self
            .versions
            .iter()
            .map(|v| 256 + v.sealed.body.len() + v.sealed.line.len() + v.sealed.words.len())
            .sum();
        let wraps: usize = self.compartments.iter().map(|(_, wrap)| 32 + wrap.len()).sum();
        let marks = self.ledger.as_ref().map_or(0, |mark| 64 + 4 * mark.done.len());
        256 + versions + wraps + marks
    }
}

/// The answer to a commit, to be awaited. Dropping it does not undo the commit.
#[derive(Debug)]
#[must_use = "whether it landed is known only from the answer"]
pub struct Landing(oneshot::Receiver<Result<(), StoreError>>);

impl Landing {
    /// An answer that is still to come.
    pub(crate) fn waiting(answer: oneshot::Receiver<Result<(), StoreError>>) -> Self {
        Self(answer)
    }

    /// An answer that is already known.
    pub(crate) fn known(answer: Result<(), StoreError>) -> Self {
        let (sender, receiver) = oneshot::channel();
        // The receiver is in our hands, so the send cannot fail.
        let _ = sender.send(answer);
        Self(receiver)
    }

    /// Waits for the answer outside of async code.
    ///
    /// Panics when called from within an async runtime's worker.
    pub fn wait(self) -> Result<(), StoreError> {
        self.0.blocking_recv().unwrap_or(Err(StoreError::Unknown))
    }
}

impl Future for Landing {
    type Output = Result<(), StoreError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        // A writer that went away without an answer may have been past its commit.
        Pin::new(&mut self.0).poll(context).map(|answer| answer.unwrap_or(Err(StoreError::Unknown)))
    }
}
