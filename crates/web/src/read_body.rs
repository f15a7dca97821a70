//! Reading a request's body into memory, within bounds: of one body, and of all at once.
//!
//! Never: keeps more than the bounds say. State: how much is in memory.

use crate::outcome::Refused;
use crate::text;
use http::StatusCode;
use http::header::CONTENT_LENGTH;
use http::request::Parts;
use http_body::Body as _;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use salus_records::RecordsError;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// In what units memory is counted, in bytes.
const UNIT_BYTES: usize = 1024;

/// The bounds on bodies.
#[derive(Debug)]
pub(crate) struct Bodies {
    max_body_bytes: usize,
    units: Arc<Semaphore>,
    total_units: u32,
}

/// A body in memory; what it takes is given back when this is dropped.
#[derive(Debug, Default)]
pub(crate) struct ReadBody {
    pub bytes: Vec<u8>,
    _room: Option<OwnedSemaphorePermit>,
}

/// What a request brings: what is still to come, or what was read already.
#[derive(Debug)]
pub(crate) enum Brought {
    Coming(Incoming),
    Read(ReadBody),
}

impl From<Incoming> for Brought {
    fn from(body: Incoming) -> Self {
        Self::Coming(body)
    }
}

impl From<ReadBody> for Brought {
    fn from(body: ReadBody) -> Self {
        Self::Read(body)
    }
}

impl Bodies {
    pub(crate) fn new(max_body_bytes: usize, max_bodies_bytes: usize) -> Self {
        // One body of the largest size always fits.
        let total = max_bodies_bytes.max(max_body_bytes) / UNIT_BYTES + 1;
        let total_units = u32::try_from(total).unwrap_or(u32::MAX).min(Semaphore::MAX_PERMITS as u32);
        Self { max_body_bytes, units: Arc::new(Semaphore::new(total_units as usize)), total_units }
    }

    /// The largest body, in bytes.
    pub(crate) fn max_body_bytes(&self) -> usize {
        self.max_body_bytes
    }

    /// Reads the whole body.
    ///
    /// Errors: 413 above the bound; 400 when the client breaks off.
    pub(crate) async fn read(&self, parts: &Parts, body: impl Into<Brought>) -> Result<ReadBody, Refused> {
        self.read_within(parts, body, self.max_body_bytes).await
    }

    /// The same, within a smaller bound.
    pub(crate) async fn read_within(
        &self,
        parts: &Parts,
        body: impl Into<Brought>,
        max_bytes: usize,
    ) -> Result<ReadBody, Refused> {
        let max_bytes = max_bytes.min(self.max_body_bytes);
        let too_large = || Refused::from(RecordsError::TooLarge { max_bytes });
        let mut body = match body.into() {
            Brought::Coming(body) => body,
            Brought::Read(body) if body.bytes.len() > max_bytes => return Err(too_large()),
            Brought::Read(body) => return Ok(body),
        };
        let announced =
            parts.headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
        let expected: usize = announced.unwrap_or(max_bytes);
        if expected > max_bytes || body.size_hint().lower() > max_bytes as u64 {
            return Err(too_large());
        }
        let units = u32::try_from(expected / UNIT_BYTES + 1).unwrap_or(u32::MAX).min(self.total_units);
        let room =
            Arc::clone(&self.units).acquire_many_owned(units).await.map_err(|_| RecordsError::Unavailable)?;
        let mut bytes = Vec::with_capacity(announced.unwrap_or(0));
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|_| Refused::new(StatusCode::BAD_REQUEST, text::broken_off()))?;
            if let Some(data) = frame.data_ref() {
                if bytes.len() + data.len() > max_bytes {
                    return Err(too_large());
                }
                bytes.extend_from_slice(data);
            }
        }
        Ok(ReadBody { bytes, _room: Some(room) })
    }
}
