//! Sealed bytes and the log's formats: what lies on a disk that others can write.
//!
//! Bytes that do not open say little, so these targets also seal the foreign bytes themselves under a known key, as whoever
//! held it could, and look at what is made of them behind the cipher.

use salus_seal::entry;
use salus_seal::envelope::MAX_PART_BYTES;
use salus_seal::escrow::RecoverySecret;
use salus_seal::header::HEADER_BYTES;
use salus_seal::keys::Cipher;
use salus_seal::pages::{self, PageReader, PageWriter};
use salus_seal::tile::{self, TileId};
use salus_seal::wrap::{self, CellCipher, CompartmentCipher, MAX_PSEUDONYMS, VERSION_WRAP_BYTES};
use salus_seal::{
    CellId, CellKey, CompartmentKey, FileKey, Header, LogKey, Part, SealError, Sealed, VersionKey, merkle,
};

const CELL: CellId = CellId([9; 16]);
const KEY: [u8; 32] = [7; 32];

fn a_header() -> Header {
    Header {
        cell: CELL,
        compartment: 4,
        kind: 3,
        record: 12,
        version: 1,
        time_ms: 1_795_000_000_000,
        deleted: false,
    }
}

/// A header is its bytes and nothing else.
pub fn header(data: &[u8]) {
    let Some((bytes, _)) = data.split_first_chunk::<HEADER_BYTES>() else { return };
    if let Ok(header) = Header::from_bytes(bytes) {
        assert_eq!(header.to_bytes(), *bytes);
        assert!(!salus_fhir::instant(header.time_ms).is_empty());
    }
}

/// Foreign bytes as a version's body: as ciphertext they do not open, as packed plaintext they stay within the bound.
pub fn envelope(data: &[u8]) {
    let key = VersionKey::from_bytes(KEY);
    for part in Part::ALL {
        let part_key = key.part(part.label()).expect("a key");
        let mut sealed =
            Sealed { header: a_header(), body: data.to_vec(), line: data.to_vec(), words: data.to_vec() };
        assert_eq!(sealed.open(part, &part_key), Err(SealError::DoesNotOpen));
        let mut packed = data.to_vec();
        let bound_to = [part.label(), &sealed.header.to_bytes()].concat();
        Cipher::new(part_key.expose()).expect("a key").seal([0; 12], &bound_to, &mut packed).expect("sealed");
        match part {
            Part::Body => sealed.body = packed,
            Part::Line => sealed.line = packed,
            Part::Words => sealed.words = packed,
        }
        match sealed.open(part, &part_key) {
            Ok(plain) => assert!(plain.len() <= MAX_PART_BYTES),
            Err(error) => assert_ne!(error, SealError::DoesNotOpen, "it was sealed under this key"),
        }
    }
}

/// Foreign bytes as a compartment's or a version's wrap, and as what a compartment's wrap encloses.
pub fn compartment(data: &[u8]) {
    let cipher = CellCipher::new(CELL, 1, &CellKey::from_bytes(KEY)).expect("a key");
    assert!(cipher.unwrap(4, data).is_err());
    let _ = wrap::generation_of(data);
    assert!(wrap::unwrap_secret(&KEY, b"label", data).is_err());
    if let Some((bytes, _)) = data.split_first_chunk::<VERSION_WRAP_BYTES>() {
        let cipher = CompartmentCipher::new(&CompartmentKey::from_bytes(KEY)).expect("a key");
        assert!(cipher.unwrap(bytes, &a_header(), &[1; 32]).is_err());
    }
    let (generation, number) = (1u32.to_le_bytes(), 4u64.to_le_bytes());
    let bound_to = [b"salus compartment wrap v1".as_slice(), &CELL.0, &generation, &number].concat();
    let mut enclosed = data.to_vec();
    Cipher::new(&KEY).expect("a key").seal([5; 12], &bound_to, &mut enclosed).expect("sealed");
    match cipher.unwrap(4, &[&generation, [5; 12].as_slice(), &enclosed].concat()) {
        Ok(compartment) => {
            assert!(compartment.pseudonyms.len() <= MAX_PSEUDONYMS);
            assert_eq!(data.len(), 1 + 32 + 16 * compartment.pseudonyms.len());
        }
        Err(error) => assert_ne!(error, SealError::DoesNotOpen, "it was sealed under this key"),
    }
}

/// A log entry: its lasting part, and its fleeting part as whoever has the month's key could have sealed it.
pub fn entry(data: &[u8]) {
    let key = LogKey::from_bytes(KEY);
    let _ = entry::open_fleeting(&CELL, data, &key);
    if let Ok((lasting, _)) = entry::decode(data) {
        let _ = entry::month_of(lasting.time_ms);
        let again = entry::encode(&CELL, &lasting, None);
        if let Ok(again) = again {
            assert_eq!(entry::decode(&again).expect("what was written is read").0, lasting);
        }
    }
    let open = [[3u8; 16].as_slice(), &0u32.to_le_bytes()].concat();
    let bound_to = [b"salus entry v1".as_slice(), &CELL.0, &open].concat();
    let mut sealed = data.to_vec();
    Cipher::new(&KEY).expect("a key").seal([3; 12], &bound_to, &mut sealed).expect("sealed");
    match entry::open_fleeting(&CELL, &[open, sealed].concat(), &key) {
        Ok(fleeting) => assert!(fleeting.patients.len() <= data.len()),
        Err(error) => assert_ne!(error, SealError::DoesNotOpen, "it was sealed under this key"),
    }
}

/// An escrow, and a recovery identity's secret of foreign bytes.
pub fn escrow(data: &[u8]) {
    assert!(RecoverySecret::from_bytes(&KEY).open(b"label", data).is_err());
    assert!(RecoverySecret::from_bytes(data).open(b"label", &[8; 80]).is_err());
}

/// Foreign bytes as a sealed file, as its length, and as a good file of which one bit is another.
pub fn pages(data: &[u8]) {
    let file = [2; 16];
    assert!(pages::open_all(&FileKey::from_bytes(KEY), file, data).is_err());
    let Some((number, plain)) = data.split_first_chunk::<8>() else { return };
    let number = u64::from_le_bytes(*number);
    if let Ok(reader) = PageReader::new(&FileKey::from_bytes(KEY), file, number) {
        let last = reader.pages() - 1;
        assert!(reader.plain_bytes() < number && reader.sealed_range(last + 1).is_none());
        assert_eq!(reader.sealed_range(last).map(|range| range.end), Some(number));
        assert!(reader.open(last, &mut plain.to_vec()).is_err());
    }
    let (mut writer, key) = PageWriter::new(file).expect("a key");
    let mut sealed = Vec::new();
    writer.write(plain, &mut sealed).and_then(|()| writer.finish(&mut sealed)).expect("it is short enough");
    assert_eq!(pages::open_all(&key, file, &sealed).expect("it was sealed under this key").as_slice(), plain);
    let bit = number % (sealed.len() as u64 * 8);
    sealed[(bit / 8) as usize] ^= 1 << (bit % 8);
    assert!(pages::open_all(&key, file, &sealed).is_err());
}

/// Proofs that somebody else made: whoever can make one that holds without the tree has broken SHA-256.
pub fn merkle(data: &[u8]) {
    let Some((sizes, rest)) = data.split_first_chunk::<16>() else { return };
    let (first, second) = sizes.split_at(8);
    let number = |bytes: &[u8]| u64::from_le_bytes(bytes.try_into().expect("8 bytes"));
    let (first, second) = (number(first), number(second));
    let hashes: Vec<merkle::Hash> = rest.as_chunks::<32>().0.to_vec();
    let root = merkle::leaf_hash(b"root");
    assert!(!merkle::verify_inclusion(&merkle::leaf_hash(b"leaf"), first, second, &hashes, &root));
    assert!(!merkle::verify_consistency(first, second, &merkle::leaf_hash(b"old"), &root, &hashes));
    let mut given = hashes.iter().cycle();
    let subtree = &mut |_: u32, _: u64| given.next().copied().ok_or(SealError::Malformed);
    if let Ok(Some(proof)) = merkle::inclusion_proof(first, second, subtree) {
        assert!(proof.len() <= 64);
    }
}

/// A tile's or bundle's bytes, and a path.
pub fn tile(data: &[u8]) {
    let entries: Vec<_> = tile::entries(data).collect();
    if entries.iter().all(Result::is_ok) {
        let mut again = Vec::new();
        for entry in entries {
            tile::push_entry(&mut again, entry.expect("all are good")).expect("it was short enough");
        }
        assert_eq!(again, data);
    }
    if let Ok(hashes) = tile::hashes(data) {
        assert_eq!(hashes.len() * 32, data.len());
    }
    if let Some((size, rest)) = data.split_first_chunk::<8>() {
        let size = u64::from_le_bytes(*size);
        for id in tile::partials(size) {
            assert!(tile::belongs(&id, size));
        }
        let (height, index) = (rest.first().map_or(0, |byte| u32::from(*byte)), size.rotate_left(7));
        let _ = tile::subtree::<SealError>(size, height, index, &mut |_| Ok(rest.to_vec()));
    }
    if let Some(id) = std::str::from_utf8(data).ok().and_then(TileId::parse) {
        assert_eq!(id.path().as_bytes(), data);
    }
}
