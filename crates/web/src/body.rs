//! A response's body: sent in pieces, stopped at the end of its admission, reported when its last byte was taken.
//!
//! Never: a byte after the admission's end. State: what is left to be sent.

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use salus_records::{Delivery, Under};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

/// How many bytes are handed over at once: what may still be under way when an admission ends.
pub(crate) const CHUNK_BYTES: usize = 64 * 1024;

/// What is sent.
#[derive(Debug)]
enum Content {
    Whole(Bytes),
    Stream(axum::body::Body),
}

/// A response's body.
#[derive(Debug)]
pub struct SendBody {
    content: Content,
    delivery: Option<Delivery>,
}

impl Default for SendBody {
    fn default() -> Self {
        Self::new(Bytes::new(), None)
    }
}

impl SendBody {
    pub(crate) fn new(bytes: impl Into<Bytes>, delivery: Option<Delivery>) -> Self {
        Self { content: Content::Whole(bytes.into()), delivery }
    }

    pub(crate) fn stream(stream: axum::body::Body, delivery: Option<Delivery>) -> Self {
        Self { content: Content::Stream(stream), delivery }
    }

    /// Takes away what it reports when it was sent.
    pub(crate) fn take_delivery(&mut self) -> Option<Delivery> {
        self.delivery.take()
    }

    /// When its admission ends, if it needs one.
    pub(crate) fn ends(&self) -> Option<Instant> {
        self.delivery.as_ref().map(Delivery::ends)
    }

    /// Under what it was admitted, if it needs to be.
    pub(crate) fn under(&self) -> Option<Under> {
        self.delivery.as_ref().map(Delivery::under)
    }

    fn has_ended(&self) -> bool {
        self.ends().is_some_and(|ends| Instant::now() >= ends)
    }

    fn sent_to_its_end(&mut self) {
        if let Some(delivery) = self.delivery.take() {
            delivery.delivered();
        }
    }
}

impl Body for SendBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if self.has_ended() {
            return Poll::Ready(Some(Err(io::Error::other("the admission has ended"))));
        }
        let frame = match &mut self.content {
            Content::Whole(bytes) if bytes.is_empty() => None,
            Content::Whole(bytes) => {
                let chunk = bytes.split_to(bytes.len().min(CHUNK_BYTES));
                let is_last = bytes.is_empty();
                if is_last {
                    self.sent_to_its_end();
                }
                Some(Ok(Frame::data(chunk)))
            }
            Content::Stream(stream) => match std::task::ready!(Pin::new(stream).poll_frame(context)) {
                Some(frame) => Some(frame.map_err(io::Error::other)),
                None => {
                    self.sent_to_its_end();
                    None
                }
            },
        };
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        match &self.content {
            Content::Whole(bytes) => bytes.is_empty(),
            // Its end is what tells that it was sent.
            Content::Stream(stream) => self.delivery.is_none() && stream.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.content {
            Content::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Content::Stream(stream) => stream.size_hint(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt as _;

    #[tokio::test]
    async fn a_body_is_sent_in_pieces_and_whole() {
        let bytes: Vec<u8> = (0..CHUNK_BYTES * 2 + 10).map(|at| at as u8).collect();
        let mut body = SendBody::new(bytes.clone(), None);
        assert_eq!(body.size_hint().exact(), Some(bytes.len() as u64));
        let mut sent = Vec::new();
        let mut pieces = 0;
        while let Some(frame) = body.frame().await {
            let piece = frame.unwrap().into_data().unwrap();
            assert!(piece.len() <= CHUNK_BYTES);
            sent.extend_from_slice(&piece);
            pieces += 1;
        }
        assert_eq!((sent, pieces), (bytes, 3));
    }
}
