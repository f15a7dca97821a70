//! Work that takes milliseconds of CPU: done where it stalls no small request, and by few at a time.
//!
//! Never: a pool of its own. State: how many work at once.

use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::Semaphore;

/// From how many bytes of JSON on work counts as heavy: reading and checking that much takes about a millisecond.
pub(crate) const HEAVY_BYTES: usize = 128 * 1024;

/// The bound on heavy work.
#[derive(Debug)]
pub(crate) struct Heavy(Semaphore);

impl Heavy {
    /// As many at once as there are processors.
    pub(crate) fn new() -> Self {
        Self(Semaphore::new(std::thread::available_parallelism().map_or(2, usize::from)))
    }

    /// Does `work` on something of `bytes` bytes.
    pub(crate) async fn run<T>(&self, bytes: usize, work: impl FnOnce() -> T) -> T {
        let can_step_aside = Handle::current().runtime_flavor() == RuntimeFlavor::MultiThread;
        if bytes < HEAVY_BYTES || !can_step_aside {
            return work();
        }
        let _one_of_few = self.0.acquire().await;
        tokio::task::block_in_place(work)
    }
}
