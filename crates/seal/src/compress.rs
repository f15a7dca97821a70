//! Compression before encryption: zstd with a dictionary that ships with the build.
//!
//! Never: decompresses beyond the bound it is given. State: one compressor and one decompressor per thread, since
//! making a context costs more than a small record does.

use crate::SealError;
use std::cell::RefCell;
use std::sync::LazyLock;
use zstd::bulk::{Compressor, Decompressor};
use zstd::dict::{DecoderDictionary, EncoderDictionary};

/// The first byte of a compressed part: how the rest is to be read.
const STORED: u8 = 0;
const ZSTD_DICTIONARY_1: u8 = 1;

const LEVEL: i32 = 3;

static DICTIONARY_1: &[u8] = include_bytes!("../dictionary/fhir-r4-1.zdict");
static ENCODER: LazyLock<EncoderDictionary<'static>> =
    LazyLock::new(|| EncoderDictionary::copy(DICTIONARY_1, LEVEL));
static DECODER: LazyLock<DecoderDictionary<'static>> =
    LazyLock::new(|| DecoderDictionary::copy(DICTIONARY_1));

thread_local! {
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// The method byte and the compressed (or, where that is smaller, plain) bytes, with `spare` bytes of room for a tag.
pub fn compress(plain: &[u8], spare: usize) -> Result<Vec<u8>, SealError> {
    COMPRESSOR.with_borrow_mut(|slot| {
        let compressor = match slot {
            Some(compressor) => compressor,
            None => {
                let mut fresh =
                    Compressor::with_prepared_dictionary(&ENCODER).map_err(|_| SealError::Provider)?;
                fresh.include_dictid(false).map_err(|_| SealError::Provider)?;
                fresh.include_checksum(false).map_err(|_| SealError::Provider)?;
                slot.insert(fresh)
            }
        };
        let packed = compressor.compress(plain).map_err(|_| SealError::Provider)?;
        let (method, bytes) =
            if packed.len() < plain.len() { (ZSTD_DICTIONARY_1, packed.as_slice()) } else { (STORED, plain) };
        let mut out = Vec::with_capacity(1 + bytes.len() + spare);
        out.push(method);
        out.extend_from_slice(bytes);
        Ok(out)
    })
}

/// What [`compress`] was given, if it is at most `max_bytes` long.
pub fn decompress(packed: &[u8], max_bytes: usize) -> Result<Vec<u8>, SealError> {
    let (method, bytes) = packed.split_first().ok_or(SealError::Malformed)?;
    match *method {
        STORED if bytes.len() <= max_bytes => Ok(bytes.to_vec()),
        STORED => Err(SealError::TooLarge { max_bytes }),
        ZSTD_DICTIONARY_1 => DECOMPRESSOR.with_borrow_mut(|slot| {
            let decompressor = match slot {
                Some(decompressor) => decompressor,
                None => slot.insert(
                    Decompressor::with_prepared_dictionary(&DECODER).map_err(|_| SealError::Provider)?,
                ),
            };
            let capacity = match zstd::zstd_safe::get_frame_content_size(bytes) {
                Ok(Some(size)) if size <= max_bytes as u64 => size as usize,
                Ok(Some(_)) => return Err(SealError::TooLarge { max_bytes }),
                _ => return Err(SealError::Malformed),
            };
            decompressor.decompress(bytes, capacity).map_err(|_| SealError::Malformed)
        }),
        _ => Err(SealError::Malformed),
    }
}
