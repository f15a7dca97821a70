//! What sealing is made of: AES-256-GCM and zstd by themselves, and the whole envelope. State: none.

use super::repeat;
use crate::context::Effort;
use crate::error::BenchError;
use crate::measurement::Measurement;
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use salus_seal::envelope::{Plain, seal};
use salus_seal::keys::random;
use salus_seal::{CellId, Header, Part, PartKey, SealError, Sealed};
use zstd::bulk::{Compressor, Decompressor};
use zstd::dict::{DecoderDictionary, EncoderDictionary};

/// The dictionary that ships with the build.
static DICTIONARY: &[u8] = include_bytes!("../../../seal/dictionary/fhir-r4-1.zdict");
/// The level at which bodies are compressed.
const ZSTD_LEVEL: i32 = 3;

/// All of them, over these bodies in turn.
pub fn all(effort: Effort, bodies: &[String], round: u32) -> Result<Vec<Measurement>, BenchError> {
    let mut cipher = aes_gcm(effort, bodies, round)?;
    cipher.extend(compression(effort, bodies, round)?);
    cipher.extend(envelope(effort, bodies, round)?);
    Ok(cipher)
}

fn at<T>(items: &[T], n: u64) -> Result<&T, BenchError> {
    items.get(n as usize % items.len().max(1)).ok_or_else(|| BenchError::program("cipher", "no bodies"))
}

fn aes_gcm(effort: Effort, bodies: &[String], round: u32) -> Result<Vec<Measurement>, BenchError> {
    let key_bytes = random::<32>()?;
    let failed = |_| BenchError::Seal(SealError::Provider);
    let key =
        || Ok::<_, BenchError>(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &key_bytes).map_err(failed)?));
    let nonce = || Nonce::assume_unique_for_key([0; 12]);
    let seal_one = |body: &String| {
        let mut buffer = Vec::with_capacity(body.len() + 16);
        buffer.extend_from_slice(body.as_bytes());
        key()?.seal_in_place_append_tag(nonce(), Aad::from([0u8; 49]), &mut buffer).map_err(failed)?;
        Ok::<_, BenchError>(buffer)
    };
    let sealed = bodies.iter().map(seal_one).collect::<Result<Vec<_>, _>>()?;
    Ok(vec![
        repeat(effort, ("part", "AES-256-GCM seal", 1, round), |n| {
            std::hint::black_box(seal_one(at(bodies, n)?)?);
            Ok(())
        })?,
        repeat(effort, ("part", "AES-256-GCM open", 1, round), |n| {
            let mut buffer = at(&sealed, n)?.clone();
            std::hint::black_box(
                key()?.open_in_place(nonce(), Aad::from([0u8; 49]), &mut buffer).map_err(failed)?,
            );
            Ok(())
        })?,
    ])
}

fn compression(effort: Effort, bodies: &[String], round: u32) -> Result<Vec<Measurement>, BenchError> {
    let failed = |_| BenchError::Seal(SealError::Provider);
    let (encoder, decoder) =
        (EncoderDictionary::copy(DICTIONARY, ZSTD_LEVEL), DecoderDictionary::copy(DICTIONARY));
    let mut compressor = Compressor::with_prepared_dictionary(&encoder).map_err(failed)?;
    let mut decompressor = Decompressor::with_prepared_dictionary(&decoder).map_err(failed)?;
    let packed = bodies
        .iter()
        .map(|body| compressor.compress(body.as_bytes()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(failed)?;
    let bytes = packed.iter().map(Vec::len).sum::<usize>() as f64 / packed.len().max(1) as f64;
    let compressed = repeat(effort, ("part", "zstd compress", 1, round), |n| {
        std::hint::black_box(compressor.compress(at(bodies, n)?.as_bytes()).map_err(failed)?);
        Ok(())
    })?;
    let decompressed = repeat(effort, ("part", "zstd decompress", 1, round), |n| {
        let capacity = at(bodies, n)?.len();
        std::hint::black_box(decompressor.decompress(at(&packed, n)?, capacity).map_err(failed)?);
        Ok(())
    })?;
    Ok(vec![compressed.with("bytes", bytes), decompressed])
}

fn envelope(effort: Effort, bodies: &[String], round: u32) -> Result<Vec<Measurement>, BenchError> {
    let header = Header {
        cell: CellId([7; 16]),
        compartment: 1,
        kind: 96,
        record: 1,
        version: 1,
        time_ms: 1_795_000_000_000,
        deleted: false,
    };
    let seal_one = |body: &String| seal(&header, &Plain { body: body.as_bytes(), ..Plain::default() });
    let sealed = bodies
        .iter()
        .map(|body| {
            let (sealed, key) = seal_one(body)?;
            Ok((sealed, key.part(Part::Body.label())?))
        })
        .collect::<Result<Vec<(Sealed, PartKey)>, SealError>>()?;
    Ok(vec![
        repeat(effort, ("part", "envelope seal", 1, round), |n| {
            std::hint::black_box(seal_one(at(bodies, n)?)?);
            Ok(())
        })?,
        repeat(effort, ("part", "envelope open", 1, round), |n| {
            let (sealed, key) = at(&sealed, n)?;
            std::hint::black_box(sealed.open(Part::Body, key)?);
            Ok(())
        })?,
    ])
}
