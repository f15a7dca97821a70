//! Frames: a length (4 bytes, little endian) and that many bytes of postcard.
//!
//! Never: reads more than [`MAX_FRAME_BYTES`], whatever a length says. State: none.

use serde::{Serialize, de::DeserializeOwned};

/// The largest frame, in bytes, without its length.
pub const MAX_FRAME_BYTES: usize = 8 * 1024 * 1024;
/// The length of the length.
pub const PREFIX_BYTES: usize = 4;

/// What is wrong with a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// It is longer than [`MAX_FRAME_BYTES`].
    #[error("a frame is longer than {MAX_FRAME_BYTES} bytes")]
    TooLarge,
    /// It does not say what it should.
    #[error("a frame is not well formed")]
    Malformed,
}

/// A message with its length before it.
pub fn encode(message: &impl Serialize) -> Result<Vec<u8>, FrameError> {
    let mut out = postcard::to_extend(message, vec![0u8; PREFIX_BYTES]).map_err(|_| FrameError::Malformed)?;
    let length = out.len() - PREFIX_BYTES;
    if length > MAX_FRAME_BYTES {
        return Err(FrameError::TooLarge);
    }
    out[..PREFIX_BYTES].copy_from_slice(&(length as u32).to_le_bytes());
    Ok(out)
}

/// How many bytes follow a length.
pub fn body_length(prefix: [u8; PREFIX_BYTES]) -> Result<usize, FrameError> {
    let length = u32::from_le_bytes(prefix) as usize;
    if length > MAX_FRAME_BYTES { Err(FrameError::TooLarge) } else { Ok(length) }
}

/// The message in a frame's body; bytes left over are an error.
pub fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T, FrameError> {
    match postcard::take_from_bytes(body) {
        Ok((message, [])) => Ok(message),
        _ => Err(FrameError::Malformed),
    }
}
