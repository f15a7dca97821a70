//! A cell's own search parameters, and the extraction of words anew: of what was written before a parameter was there, or by an
//! older program.
//!
//! Bodies travel sealed from the store's rows over the search lane to the keyholder, and with their keys to the extractor, a
//! process of the trusted side that ends when it is done. Its words come back sealed, are kept beside the rows, and then found.
//!
//! Part of the wire's format: variants are only ever added at the end. Never: a body that is open, in the keyholder or the record
//! server. State: none.

use super::{CompartmentWrap, SecretKey, WrappedVersion};
use crate::Token;
use salus_seal::wrap::VERSION_WRAP_BYTES;
use salus_seal::{Approver, CellId, ClientId, Header};
use serde::{Deserialize, Serialize};

/// The most search parameters of its own that are in force in a cell.
pub const MAX_OWN_PARAMETERS: usize = 256;
/// The most bytes of one definition.
pub const MAX_DEFINITION_BYTES: usize = 8 * 1024;
/// The first number of a cell's own parameters.
pub const MIN_OWN_NUMBER: u16 = 0x8000;
/// The most versions in one [`ExtractFeed`].
pub const MAX_BODIES: usize = 256;
/// About the most bytes of sealed bodies in one of them, and of a piece of one that is longer.
pub const MAX_BODIES_BYTES: usize = 2 * 1024 * 1024;

/// What a write changes of the cell's own search parameters, when it lands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParameterChange {
    /// A record that the write has a version of.
    pub record: u64,
    /// What it defines from then on; none: nothing.
    pub defines: Option<Definition>,
}

/// What a search parameter is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definition {
    /// Codes of the types that it is for, ascending; none: all.
    pub kinds: Vec<u16>,
    /// The parts of its SearchParameter that count, as JSON: at most [`MAX_DEFINITION_BYTES`].
    pub text: String,
}

/// A search parameter that is in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnParameter {
    /// The record that defines it.
    pub record: u64,
    /// Its number in words and indexes.
    pub number: u16,
    /// The entry that it is in force since.
    pub since: u64,
    /// What it is.
    pub definition: Definition,
}

/// All that are in force in a cell, by their records.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnParameters {
    /// The entry of the latest change: words that are taken by these say so.
    pub made: u64,
    /// The parameters.
    pub parameters: Vec<OwnParameter>,
}

/// The keyholder wants the newest versions of all records, to have their words extracted anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtractWanted {
    /// The cell.
    pub cell: CellId,
    /// Names the extraction's run.
    pub feed: u64,
    /// Of records of these types; none: of all.
    pub kinds: Vec<u16>,
    /// Of records whose newest version was admitted with an entry up to this.
    pub up_to: u64,
    /// What is kept already with words made by this entry's parameters or later ones is passed over,
    pub made: u64,
    /// if it is also of this version of the program's extraction or a later one.
    pub extraction: u32,
}

/// Versions with their sealed bodies. Answered by [`Extracted`].
#[derive(Debug, Serialize, Deserialize)]
pub struct ExtractFeed {
    /// The cell.
    pub cell: CellId,
    /// [`ExtractWanted::feed`].
    pub feed: u64,
    /// At most [`MAX_BODIES`]. An empty body is that of which the pieces came before ([`BodyPiece`]); then it is alone.
    pub versions: Vec<VersionBody>,
    /// The wraps of the compartments that the headers name.
    pub compartments: Vec<CompartmentWrap>,
    /// Records looked at so far, and about how many there are.
    pub progress: (u64, u64),
    /// Whether there are no more. What was given back before is kept, durably.
    pub done: bool,
}

/// A version as the store has it, with its sealed body.
#[derive(Debug, Serialize, Deserialize)]
pub struct VersionBody {
    /// Header, hash and wrap.
    pub version: WrappedVersion,
    /// The sealed body.
    #[serde(with = "super::plain_bytes")]
    pub body: Vec<u8>,
}

/// A piece of a sealed body that is too long for one frame, in order.
#[derive(Debug, Serialize, Deserialize)]
pub struct BodyPiece {
    /// The cell.
    pub cell: CellId,
    /// [`ExtractWanted::feed`].
    pub feed: u64,
    /// At most [`MAX_BODIES_BYTES`].
    #[serde(with = "super::plain_bytes")]
    pub bytes: Vec<u8>,
}

/// Words to be kept, answering an [`ExtractFeed`] in one or more parts.
#[derive(Debug, Serialize, Deserialize)]
pub struct Extracted {
    /// The cell.
    pub cell: CellId,
    /// [`ExtractWanted::feed`].
    pub feed: u64,
    /// Whether to go on with the next; false: it is not wanted any more.
    pub go_on: bool,
    /// Whether this is the last part of the answer.
    pub last: bool,
    /// New words.
    pub words: Vec<NewWords>,
}

/// Words that were extracted anew, sealed under a key of their own.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NewWords {
    /// The version's header.
    pub header: Header,
    /// The sealed words.
    #[serde(with = "super::plain_bytes")]
    pub words: Vec<u8>,
    /// The wrap of their key ([`salus_seal::wrap::CompartmentCipher::wrap_words`]).
    #[serde(with = "super::wrap_bytes")]
    pub wrap: [u8; VERSION_WRAP_BYTES],
}

/// What the keyholder sends the extractor ([`super::Role::Extractor`]).
#[derive(Debug, Serialize, Deserialize)]
pub enum ToExtractor {
    /// A run begins.
    Begin {
        /// The run.
        feed: u64,
        /// The cell's name.
        cell: String,
        /// What the words say that they were made by.
        made: u64,
        /// Numbers and texts of the parameters to extract by, beside those of R4.
        definitions: Vec<(u16, String)>,
    },
    /// A piece of the sealed body that comes next.
    Piece {
        /// The run.
        feed: u64,
        /// The piece.
        #[serde(with = "super::plain_bytes")]
        bytes: Vec<u8>,
    },
    /// Take the words of these. Answered by [`FromExtractor::Words`].
    Bodies {
        /// The run.
        feed: u64,
        /// The bodies.
        bodies: Vec<SealedBody>,
    },
    /// The run is over.
    End {
        /// The run.
        feed: u64,
    },
}

/// A body, and the key that opens it and nothing else.
#[derive(Debug, Serialize, Deserialize)]
pub struct SealedBody {
    /// The version's header.
    pub header: Header,
    /// The sealed body; empty: the pieces that came.
    #[serde(with = "super::plain_bytes")]
    pub body: Vec<u8>,
    /// Its key.
    pub key: SecretKey,
}

/// What the extractor sends.
#[derive(Debug, Serialize, Deserialize)]
pub enum FromExtractor {
    /// To [`ToExtractor::Bodies`], in one or more parts. What could not be read is left out.
    Words {
        /// The run.
        feed: u64,
        /// Header, sealed words, their key.
        words: Vec<SealedWords>,
        /// Whether it is the last part.
        last: bool,
    },
}

/// Words that were extracted, sealed.
#[derive(Debug, Serialize, Deserialize)]
pub struct SealedWords {
    /// The version's header.
    pub header: Header,
    /// The sealed words.
    #[serde(with = "super::plain_bytes")]
    pub words: Vec<u8>,
    /// Their key.
    pub key: SecretKey,
}

/// How somebody at the machine shows who approves.
#[derive(Debug, Serialize, Deserialize)]
pub enum ApproverProof {
    /// By being there, with the administrator's key.
    Machine,
    /// By the secret of a client whose role may approve.
    Client {
        /// The client.
        client: ClientId,
        /// Its secret.
        secret: Token,
    },
}

/// A cell's own parameters, and its latest extraction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellExtraction {
    /// The cell's name.
    pub cell: String,
    /// The parameters that are in force.
    pub parameters: Vec<OwnParameter>,
    /// The version of the program's own extraction.
    pub extraction: u32,
    /// By parameter, how many records were written before it and have no words by it: it is not searched by until none is. What
    /// lacks nothing is not listed. None when the indexer did not say.
    pub lacking: Option<Vec<(u16, u64)>>,
    /// The latest extraction; none: there was none.
    pub run: Option<ExtractionRun>,
}

/// One extraction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtractionRun {
    /// The entry that asked for it.
    pub asked: u64,
    /// When it was asked for, in milliseconds since 1970.
    pub asked_ms: u64,
    /// The entry of the latest definition that it extracts by.
    pub made: u64,
    /// Who approved it: whoever asked is the first.
    pub approvers: Vec<Approver>,
    /// How far it is.
    pub state: RunState,
}

/// How far an extraction is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RunState {
    /// It waits for a second approval.
    Asked,
    /// It runs: records looked at since the keyholder's start, and about how many there are.
    Running {
        /// So far; none when it has not begun to be fed.
        progress: Option<(u64, u64)>,
    },
    /// It is done.
    Done {
        /// Record versions with new words.
        versions: u64,
        /// Record versions of which none could be taken.
        unreadable: u64,
    },
    /// Nobody approved it in time.
    Expired,
}
