//! A file sealed to somebody's public key: a fresh key in HPKE, then frames under it.
//!
//! Layout: `salus evidence v1` and a newline; the key, sealed as an escrow is ([`crate::escrow`], 80 bytes, under that line as its label);
//! frames: a length (4 bytes, little endian), then ciphertext and tag of at most [`MAX_FRAME_BYTES`] plain bytes (AES-256-GCM; nonce: the
//! frame's number from 0, little endian; bound to whether it is the last). The last one ends the file.
//!
//! Never: opens a file whose end is missing. State: the number of the next frame.

use crate::SealError;
use crate::escrow::{RecoveryIdentity, RecoverySecret};
use crate::keys::{Cipher, KEY_BYTES, random};
use zeroize::Zeroizing;

/// What a sealed file begins with; the label of its key, too.
pub const MAGIC: &[u8] = b"salus evidence v1\n";
/// The most plain bytes of a frame.
pub const MAX_FRAME_BYTES: usize = 1024 * 1024;
/// Of the key, sealed: encapsulated key, key, tag.
const SEALED_KEY_BYTES: usize = 32 + KEY_BYTES + TAG_BYTES;
const TAG_BYTES: usize = 16;
const NONCE_BYTES: usize = 12;

fn nonce(number: u64) -> [u8; NONCE_BYTES] {
    let mut nonce = [0; NONCE_BYTES];
    for (to, from) in nonce.iter_mut().zip(number.to_le_bytes()) {
        *to = from;
    }
    nonce
}

/// The whole file: `plain`, sealed to a public key.
///
/// Errors: [`SealError::Provider`] when there is no randomness, or the key is none.
pub fn seal(to: &RecoveryIdentity, plain: &[u8]) -> Result<Vec<u8>, SealError> {
    let key = Zeroizing::new(random::<KEY_BYTES>()?);
    Ok([MAGIC, &to.seal(MAGIC, &key)?, &seal_frames(&key, plain)?].concat())
}

/// What a file holds.
///
/// Errors: [`SealError::Malformed`] when it is no such file, or has no end; [`SealError::DoesNotOpen`] when it is sealed to somebody else,
/// or was changed.
pub fn open(secret: &RecoverySecret, file: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let rest = file.strip_prefix(MAGIC).ok_or(SealError::Malformed)?;
    let (sealed, frames) = rest.split_at_checked(SEALED_KEY_BYTES).ok_or(SealError::Malformed)?;
    open_frames(&*secret.open(MAGIC, sealed)?, frames)
}

/// The frames alone, under a key that nothing else is sealed with.
pub fn seal_frames(key: &[u8; KEY_BYTES], plain: &[u8]) -> Result<Vec<u8>, SealError> {
    let cipher = Cipher::new(key)?;
    let frames = plain.len().div_ceil(MAX_FRAME_BYTES).max(1);
    let mut out = Vec::with_capacity(plain.len() + frames * (4 + TAG_BYTES));
    for number in 0..frames {
        let begin = number * MAX_FRAME_BYTES;
        let end = plain.len().min(begin + MAX_FRAME_BYTES);
        let mut frame = plain.get(begin..end).unwrap_or_default().to_vec();
        cipher.seal(nonce(number as u64), &[u8::from(number + 1 == frames)], &mut frame)?;
        out.extend_from_slice(&(frame.len() as u32).to_le_bytes());
        out.extend_from_slice(&frame);
    }
    Ok(out)
}

/// What frames hold.
///
/// Errors: as [`open`].
pub fn open_frames(key: &[u8; KEY_BYTES], frames: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let cipher = Cipher::new(key)?;
    let mut out = Zeroizing::new(Vec::with_capacity(frames.len()));
    let (mut rest, mut number) = (frames, 0);
    loop {
        let (length, after) = rest.split_first_chunk::<4>().ok_or(SealError::Malformed)?;
        let length = u32::from_le_bytes(*length) as usize;
        if !(TAG_BYTES..=MAX_FRAME_BYTES + TAG_BYTES).contains(&length) {
            return Err(SealError::Malformed);
        }
        let (frame, after) = after.split_at_checked(length).ok_or(SealError::Malformed)?;
        let mut frame = frame.to_vec();
        let is_last = after.is_empty();
        out.extend_from_slice(cipher.open(nonce(number), &[u8::from(is_last)], &mut frame)?);
        if is_last {
            return Ok(out);
        }
        (rest, number) = (after, number + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_recipient_opens_it_and_only_whole() {
        let (to, secret) = RecoverySecret::generate().unwrap();
        for length in [0, 1, MAX_FRAME_BYTES, 2 * MAX_FRAME_BYTES + 5] {
            let plain = vec![7; length];
            let file = seal(&to, &plain).unwrap();
            assert_eq!(*open(&secret, &file).unwrap(), plain, "{length}");
            assert!(open(&RecoverySecret::generate().unwrap().1, &file).is_err());
        }
        let file = seal(&to, &vec![7; 2 * MAX_FRAME_BYTES + 5]).unwrap();
        let frame = 4 + MAX_FRAME_BYTES + TAG_BYTES;
        let head = MAGIC.len() + SEALED_KEY_BYTES;
        for cut in [0, 5, head, head + 3, head + frame, head + 2 * frame, file.len() - 1] {
            assert!(open(&secret, &file[..cut]).is_err(), "cut at {cut}");
        }
        let swapped = [
            &file[..head],
            &file[head + frame..head + 2 * frame],
            &file[head..head + frame],
            &file[head + 2 * frame..],
        ]
        .concat();
        assert!(open(&secret, &swapped).is_err(), "frames in another order");
        for at in [0, 20, 60, 100, head + 2, head + 10, file.len() - 1] {
            let mut changed = file.clone();
            changed[at] ^= 1;
            assert!(open(&secret, &changed).is_err(), "byte {at}");
        }
    }
}
