//! The extractor's work: bodies in, words out, until every run that began has ended.
//!
//! Never: gives out more than words, sealed; goes on with a body that does not open or cannot be read. State: the runs.

use crate::connection::Connection;
use crate::error::ExtractorError;
use crate::words::words;
use salus_fhir::search::{self, Custom};
use salus_fhir::{Resource, ResourceType};
use salus_seal::envelope::{open_part, seal_words};
use salus_seal::{Part, PartKey};
use salus_trust_api::wire::SecretKey;
use salus_trust_api::wire::extract::{FromExtractor, SealedBody, SealedWords, ToExtractor};
use std::collections::HashMap;
use std::os::fd::OwnedFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use zeroize::Zeroizing;

/// About the most bytes of sealed words in one message.
const MAX_WORDS_BYTES: usize = 4 * 1024 * 1024;
/// The most bytes of a sealed body that came in pieces: the most of a part, and what a cipher adds.
const MAX_PIECES_BYTES: usize = salus_seal::envelope::MAX_PART_BYTES + 1024 * 1024;

/// What an extractor runs with.
pub struct ExtractorOptions {
    /// Where the keyholder listens.
    pub keyholder_socket: PathBuf,
    /// Proves that the connection is the extractor's; drawn anew at each start of the server.
    pub key: Zeroizing<[u8; 32]>,
    /// The server's address for clients, without a slash at its end: references that begin with it are to its own records.
    pub public_base_url: String,
}

/// One cell's extraction.
struct Run {
    base_url: String,
    made: u64,
    custom: Vec<Custom>,
    pieces: Vec<u8>,
}

/// Runs until nothing is to be extracted any more or `stop` becomes readable or is closed (then `Ok`). `ready` is called once
/// the keyholder has welcomed it.
///
/// # Errors
/// When the keyholder refuses it, or has gone: whoever started it starts it again, if it is wanted again.
pub fn run(options: ExtractorOptions, stop: OwnedFd, ready: impl FnOnce()) -> Result<(), ExtractorError> {
    let Some(mut connection) = Connection::open(&options.keyholder_socket, &options.key, stop)? else {
        return Ok(());
    };
    ready();
    let mut runs: HashMap<u64, Run> = HashMap::new();
    while let Some(message) = connection.next()? {
        match message {
            ToExtractor::Begin { feed, cell, made, definitions } => {
                let base_url = format!("{}/{cell}/fhir", options.public_base_url);
                let compile = |(number, text): (u16, String)| search::custom_of(&text, number).ok();
                let custom = definitions.into_iter().filter_map(compile).collect();
                runs.insert(feed, Run { base_url, made, custom, pieces: Vec::new() });
            }
            ToExtractor::Piece { feed, bytes } => {
                if let Some(run) = runs.get_mut(&feed)
                    && run.pieces.len() + bytes.len() <= MAX_PIECES_BYTES
                {
                    run.pieces.extend_from_slice(&bytes);
                }
            }
            ToExtractor::Bodies { feed, bodies } => {
                let Some(run) = runs.get_mut(&feed) else { continue };
                give(&mut connection, feed, run, bodies)?;
            }
            ToExtractor::End { feed } => {
                runs.remove(&feed);
                if runs.is_empty() {
                    return Ok(());
                }
            }
        }
    }
    Ok(())
}

/// Takes the words of all that can be read, and sends them in parts.
fn give(
    connection: &mut Connection,
    feed: u64,
    run: &mut Run,
    bodies: Vec<SealedBody>,
) -> Result<(), ExtractorError> {
    let (mut part, mut bytes) = (Vec::new(), 0);
    for mut body in bodies {
        if body.body.is_empty() {
            body.body = std::mem::take(&mut run.pieces);
        }
        // A fault in reading one resource is that resource's.
        let taken = catch_unwind(AssertUnwindSafe(|| take(run, &body))).ok().flatten();
        let Some(words) = taken else { continue };
        if bytes > 0 && bytes + words.words.len() > MAX_WORDS_BYTES {
            let words = std::mem::take(&mut part);
            connection.send(&FromExtractor::Words { feed, words, last: false })?;
            bytes = 0;
        }
        bytes += words.words.len();
        part.push(words);
    }
    run.pieces = Vec::new();
    connection.send(&FromExtractor::Words { feed, words: part, last: true })
}

/// The sealed words of one body.
fn take(run: &Run, sealed: &SealedBody) -> Option<SealedWords> {
    let SealedBody { header, body, key } = sealed;
    let key = PartKey::from_bytes(key.0);
    let plain = Zeroizing::new(open_part(header, Part::Body, body, &key).ok()?);
    let kind = ResourceType::from_code(header.kind)?;
    let resource = Resource::parse_bytes(plain.to_vec(), Some(kind)).ok()?;
    let words = words(&resource, resource.id()?, &run.custom, &run.base_url, run.made).ok()?;
    let (words, key) = seal_words(header, &words).ok()?;
    Some(SealedWords { header: *header, words, key: SecretKey(*key.expose()) })
}
