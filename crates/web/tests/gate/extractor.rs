//! The extractor of a test's Salus, on a thread of its own, as often as it is called for.

use crate::support::socket;
use salus_extractor::ExtractorOptions;
use salus_keyholder::{ExtractOptions, Program};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

const KEY: [u8; 32] = [9; 32];

/// What the keyholder is told of it.
pub fn options(dir: &Path) -> ExtractOptions {
    let socket = socket(dir);
    let is_there = Arc::new(AtomicBool::new(false));
    let call = move || {
        if is_there.swap(true, Ordering::SeqCst) {
            return;
        }
        let (socket, is_there) = (socket.clone(), Arc::clone(&is_there));
        std::thread::spawn(move || {
            let (stop, _open): (std::io::PipeReader, _) = std::io::pipe().unwrap();
            let options = ExtractorOptions {
                keyholder_socket: socket,
                key: zeroize::Zeroizing::new(KEY),
                public_base_url: "http://localhost".into(),
            };
            // One that lost its keyholder is called for again.
            let _ = salus_extractor::run(options, OwnedFd::from(stop), || ());
            is_there.store(false, Ordering::SeqCst);
        });
    };
    let program = Program { extraction: 1, changed: Vec::new() };
    ExtractOptions { extractor_key: zeroize::Zeroizing::new(KEY), call: Box::new(call), program }
}
