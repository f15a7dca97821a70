//! A connection's stream that writes nothing once the admission of the answer that it carries has ended.
//!
//! For: a client that reads slowly, or not at all: what the server, or the system, still holds for it is not sent later.
//!
//! Never: looks at what is written. State: when the answer under way must have been sent.

use salus_listen::Cut;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Instant;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

const NEVER: u64 = u64::MAX;

/// When the answer under way must have been sent; shared by a connection's stream and its requests.
#[derive(Debug, Clone)]
pub(crate) struct Deadline {
    start: Instant,
    /// Microseconds after `start`.
    ends: Arc<AtomicU64>,
}

impl Deadline {
    pub(crate) fn new() -> Self {
        Self { start: Instant::now(), ends: Arc::new(AtomicU64::new(NEVER)) }
    }

    pub(crate) fn set(&self, ends: Option<Instant>) {
        let ends = ends.map_or(NEVER, |ends| ends.saturating_duration_since(self.start).as_micros() as u64);
        self.ends.store(ends, Ordering::Relaxed);
    }

    /// It has ended before its time.
    pub(crate) fn end_now(&self) {
        self.ends.store(0, Ordering::Relaxed);
    }

    fn has_passed(&self) -> bool {
        let ends = self.ends.load(Ordering::Relaxed);
        ends != NEVER && self.start.elapsed().as_micros() as u64 >= ends
    }
}

/// The stream. Dropped after the end, it is cut: what the system holds of it is not sent.
#[derive(Debug)]
pub(crate) struct GatedStream<S: Cut> {
    stream: S,
    deadline: Deadline,
}

impl<S: Cut> GatedStream<S> {
    pub(crate) fn new(stream: S, deadline: Deadline) -> Self {
        Self { stream, deadline }
    }

    fn check(&self) -> io::Result<()> {
        if self.deadline.has_passed() {
            return Err(io::Error::new(io::ErrorKind::TimedOut, "the admission has ended"));
        }
        Ok(())
    }
}

impl<S: Cut> Drop for GatedStream<S> {
    fn drop(&mut self) {
        if self.deadline.has_passed() {
            self.stream.cut();
        }
    }
}

impl<S: AsyncRead + Cut + Unpin> AsyncRead for GatedStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Cut + Unpin> AsyncWrite for GatedStream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_write_vectored(context, buffers)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;
    use tokio::io::AsyncWriteExt as _;

    /// What was written, and whether it was cut.
    struct Written(Arc<std::sync::Mutex<(Vec<u8>, bool)>>);

    impl Cut for Written {
        fn cut(&self) {
            self.0.lock().unwrap().1 = true;
        }
    }

    impl AsyncWrite for Written {
        fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
            self.0.lock().unwrap().0.extend_from_slice(bytes);
            Poll::Ready(Ok(bytes.len()))
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    #[tokio::test]
    async fn nothing_is_written_after_the_end() {
        let deadline = Deadline::new();
        let written = Arc::default();
        let mut stream = GatedStream::new(Written(Arc::clone(&written)), deadline.clone());
        stream.write_all(b"before").await.unwrap();
        deadline.set(Some(Instant::now() + Duration::from_millis(20)));
        stream.write_all(b", within").await.unwrap();
        tokio::time::sleep(Duration::from_millis(30)).await;
        assert_eq!(stream.write_all(b", after").await.unwrap_err().kind(), io::ErrorKind::TimedOut);
        deadline.set(None);
        stream.write_all(b", next").await.unwrap();
        assert_eq!(*written.lock().unwrap(), (b"before, within, next".to_vec(), false));
        deadline.end_now();
        drop(stream);
        assert!(written.lock().unwrap().1, "what the system holds is sent");
    }
}
