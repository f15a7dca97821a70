//! The indexer of a test's Salus, on a thread of its own.

use crate::support::socket;
use salus_indexer::IndexerOptions;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// Proves to the keyholder who connects.
pub const INDEXER_KEY: [u8; 32] = [8; 32];

/// Stopped between two messages, as when it is killed: what it has not committed is fed again.
pub struct Indexer {
    thread: Option<JoinHandle<()>>,
    stop: Option<OwnedFd>,
    ended: Arc<AtomicBool>,
}

impl Indexer {
    pub fn start(dir: &Path) -> Self {
        let index_dir = dir.join("index");
        std::fs::create_dir_all(&index_dir).unwrap();
        let socket = socket(dir);
        let ended = Arc::new(AtomicBool::new(false));
        let (stop_read, stop_write) = std::io::pipe().unwrap();
        let stop: OwnedFd = stop_read.into();
        let thread = {
            let ended = Arc::clone(&ended);
            std::thread::spawn(move || {
                // Started again when the keyholder has gone, as the supervisor does.
                while !ended.load(Ordering::SeqCst) {
                    let options = IndexerOptions {
                        index_dir: index_dir.clone(),
                        keyholder_socket: socket.clone(),
                        key: zeroize::Zeroizing::new(INDEXER_KEY),
                        page_cache_bytes: 16 * 1024 * 1024,
                    };
                    if salus_indexer::run(options, stop.try_clone().unwrap(), || ()).is_ok() {
                        return;
                    }
                    std::thread::sleep(Duration::from_millis(50));
                }
            })
        };
        Self { thread: Some(thread), stop: Some(stop_write.into()), ended }
    }
}

impl Drop for Indexer {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        drop(self.stop.take());
        let _ = self.thread.take().unwrap().join();
    }
}
