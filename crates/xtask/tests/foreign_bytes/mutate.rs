//! Mutations of seeds, the same for the same number.

/// A small generator (xorshift64*), so that a failure can be repeated.
pub struct Random(u64);

impl Random {
    /// One that always gives the same numbers for the same seed.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below `bound`, which is not 0.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % bound
    }
}

/// The longest input, in bytes.
const MAX_INPUT_BYTES: usize = 16 * 1024;

/// Bytes and pieces that parsers treat unlike others.
const PIECES: &[&[u8]] = &[
    b"",
    b"\0",
    b"\xff\xff\xff\xff",
    b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
    b"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80",
    b"\xef\xbb\xbf",
    b"\xed\xa0\x80",
    b"\"",
    b"\\",
    b"\\u0000",
    b"\\ud83d",
    b"\\ud83d\\ude00",
    b"{",
    b"}",
    b"[[[[[[[[",
    b"]",
    b",",
    b":",
    b"null",
    b"-0",
    b"1e999999999",
    b"0.10000000000000000000000000000000001",
    b"18446744073709551616",
    b"-1",
    b"\n",
    b"\r\n",
    b"\n\n",
    b"=",
    b"+",
    b"/",
    b"../",
    b"<div>",
    b"\"_id\":",
    b"\"extension\":[{\"url\":\"x\"}]",
    b"\"resourceType\":\"Patient\"",
    b"urn:uuid:",
    "é\u{2028}𝒳".as_bytes(),
];

/// A mutation of one of the seeds.
pub fn mutated(seeds: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut bytes = seeds[random.below(seeds.len())].clone();
    for _ in 0..=random.below(6) {
        step(&mut bytes, seeds, random);
    }
    bytes.truncate(MAX_INPUT_BYTES);
    bytes
}

fn step(bytes: &mut Vec<u8>, seeds: &[Vec<u8>], random: &mut Random) {
    let length = bytes.len();
    let (one, other) = (random.below(length + 1), random.below(length + 1));
    let range = one.min(other)..one.max(other);
    match random.below(9) {
        0 => bytes.truncate(one),
        1 => drop(bytes.drain(range)),
        2 => {
            let piece = bytes[range].to_vec();
            bytes.splice(one..one, piece);
        }
        3 => {
            let seed = &seeds[random.below(seeds.len())];
            let (from, to) = (random.below(seed.len() + 1), random.below(seed.len() + 1));
            bytes.splice(one..one, seed[from.min(to)..from.max(to)].iter().copied());
        }
        4 => drop(bytes.splice(one..one, PIECES[random.below(PIECES.len())].iter().copied())),
        5 => {
            let end = (one + random.below(9)).min(length);
            bytes.splice(one..end, PIECES[random.below(PIECES.len())].iter().copied());
        }
        kind if one < length => {
            bytes[one] = match kind {
                6 => random.below(256) as u8,
                7 => bytes[one] ^ (1 << random.below(8)),
                _ => [0, 1, 0x7f, 0x80, 0xfe, 0xff][random.below(6)],
            }
        }
        _ => {}
    }
}
