//! What the keyholder and the indexer say to each other, and what the record server feeds the index with.
//!
//! The indexer connects to the keyholder's socket as [`super::Role::Indexer`]; after the welcome the keyholder sends
//! [`ToIndexer`] and the indexer [`FromIndexer`], one frame each, unasked. The indexer handles what it is sent in order: a
//! search sees everything that was sent before it.
//!
//! Never: a body's key. State: none.

use super::query::{Found, Query, Reach, SearchFault};
use super::words::ParameterNumber;
use super::{CompartmentWrap, SecretKey, WrappedVersion};
use salus_seal::{CellId, Header, Pseudonym};
use serde::{Deserialize, Serialize};

/// The most versions in one [`Feed`] or [`ToIndexer`] message.
pub const MAX_ITEMS: usize = 512;
/// About the most bytes of sealed words in one of them.
pub const MAX_ITEMS_BYTES: usize = 4 * 1024 * 1024;

/// What the keyholder sends.
#[derive(Debug, Serialize, Deserialize)]
pub enum ToIndexer {
    /// Take up a cell's index, or make a new one. Answered by [`FromIndexer::Opened`].
    Open {
        /// The cell.
        cell: CellId,
        /// Wraps the keys of the index's files.
        index_key: SecretKey,
    },
    /// Versions that were admitted with this first entry, and are not found before it lands.
    Written {
        /// The cell.
        cell: CellId,
        /// The first entry of the chain.
        entry: u64,
        /// What is to be found.
        items: Vec<Item>,
    },
    /// What these entries (first ones) wrote is found from now on.
    Landed {
        /// The cell.
        cell: CellId,
        /// First entries.
        entries: Vec<u64>,
        /// Every write with an entry up to this has landed or was abandoned, and was sent if it landed.
        settled: u64,
    },
    /// What these entries (first ones) wrote never came to be.
    Abandoned {
        /// The cell.
        cell: CellId,
        /// First entries.
        entries: Vec<u64>,
    },
    /// Versions that landed before this connection, from the store's rows, ascending by entry.
    Fed {
        /// The cell.
        cell: CellId,
        /// What is to be found.
        items: Vec<Item>,
    },
    /// Everything that was missing has been fed: every write up to this entry was sent if it landed. A rebuilt index takes
    /// the old one's place.
    CaughtUp {
        /// The cell.
        cell: CellId,
        /// As in [`ToIndexer::Landed`].
        settled: u64,
    },
    /// Make the index anew beside the old one, which goes on serving until [`ToIndexer::CaughtUp`]. What is fed goes into the new one;
    /// what lands meanwhile into both.
    Rebuild {
        /// The cell.
        cell: CellId,
    },
    /// Evaluate a query. Answered by [`FromIndexer::Found`], in any order.
    Search {
        /// Names the question.
        ticket: u64,
        /// The cell.
        cell: CellId,
        /// What is looked for.
        query: Box<Query>,
    },
    /// Say how this cell's index fares. Answered by [`FromIndexer::Status`].
    Status {
        /// The cell.
        cell: CellId,
    },
    /// What a cell's words must be made by for some parameters to be searched by; in place of what was said before.
    Needs {
        /// The cell.
        cell: CellId,
        /// For each of these parameters.
        needs: Vec<Need>,
    },
    /// Versions whose words were extracted anew: found by these from now on, if they are their records' newest.
    FedAnew {
        /// The cell.
        cell: CellId,
        /// What is to be found.
        items: Vec<Item>,
    },
}

/// What words must be made by for a parameter to be searched by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Need {
    /// The parameter.
    pub parameter: ParameterNumber,
    /// By the parameters of this entry or later ones,
    pub made: u64,
    /// and by this version of the program's extraction or a later one,
    pub extraction: u32,
    /// in all records of these types; none: of all.
    pub kinds: Vec<u16>,
}

/// What the indexer sends.
#[derive(Debug, Serialize, Deserialize)]
pub enum FromIndexer {
    /// To [`ToIndexer::Open`].
    Opened {
        /// The cell.
        cell: CellId,
        /// Every landed write up to this entry is in the index; none: it is new, or could not be read and was begun anew.
        settled: Option<u64>,
    },
    /// To [`ToIndexer::Search`].
    Found {
        /// The question.
        ticket: u64,
        /// What was found, and whom it reached.
        found: Result<(Found, Reach), SearchFault>,
    },
    /// To [`ToIndexer::Status`].
    Status {
        /// The cell.
        cell: CellId,
        /// How it fares.
        status: IndexStatus,
    },
    /// The index of this cell is not usable any more (its files do not open): it was begun anew. Answered by
    /// [`ToIndexer::Rebuild`]; what was sent before that is of the index that was lost.
    Lost {
        /// The cell.
        cell: CellId,
    },
    /// To [`ToIndexer::Search`], in place of [`FromIndexer::Found`]: one of its conditions confines it to the records of one patient, or to
    /// nobody's ([`super::query::Condition::confined_to`]). So what it asks of its matches tells nothing of others.
    FoundOfOne {
        /// The question.
        ticket: u64,
        /// What was found, and whom it reached.
        found: (Found, Reach),
    },
    /// Before a [`FromIndexer::Status`]: by parameter, how many records do not meet its need. What lacks nothing is not listed.
    Lacking {
        /// The cell.
        cell: CellId,
        /// Parameters and records.
        lacking: Vec<(ParameterNumber, u64)>,
    },
}

/// One version that is to be found.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Item {
    /// Its header. A deletion takes the record out of the index.
    pub header: Header,
    /// The patients of its compartment; none for the house.
    pub whose: Vec<Pseudonym>,
    /// Its sealed words; empty for a deletion.
    #[serde(with = "super::plain_bytes")]
    pub words: Vec<u8>,
    /// The key of its words.
    pub key: SecretKey,
}

/// How a cell's index fares.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexStatus {
    /// Records in it.
    pub records: u64,
    /// Segments.
    pub segments: u32,
    /// Bytes of its files.
    pub bytes: u64,
    /// Landed versions that are not yet in a segment.
    pub tail: u64,
    /// Records in the one that is being made anew; none when none is.
    pub rebuilding: Option<u64>,
}

/// Versions for the index, from the store's rows, ascending by entry. Answered by [`super::Reply::FedOn`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Feed {
    /// The cell.
    pub cell: CellId,
    /// [`FeedWanted::feed`], so that nothing of a feed that was given up is taken for another's.
    pub feed: u64,
    /// At most [`MAX_ITEMS`], each with its sealed words.
    pub versions: Vec<(WrappedVersion, Vec<u8>)>,
    /// The wraps of the compartments that the headers name.
    pub compartments: Vec<CompartmentWrap>,
    /// How far it has come: versions given so far, these with them, and about how many there are.
    pub progress: (u64, u64),
    /// Whether these were the last: everything committed when the feeding was asked for has been given.
    pub done: bool,
}

/// The keyholder wants versions for the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedWanted {
    /// The cell.
    pub cell: CellId,
    /// From this entry on.
    pub from: u64,
    /// Names the feed.
    pub feed: u64,
}
