//! The part of CBOR (RFC 8949) that authenticators speak (CTAP2's canonical form, 6): integers, byte and text strings, arrays and
//! maps of a known length, true, false and null, each in its shortest form.
//!
//! Never: takes memory for a length that is only claimed; goes deeper than [`MAX_DEPTH`]. State: how far it has read.

use crate::Fault;

/// How deep arrays and maps that are passed over may lie in each other.
pub const MAX_DEPTH: usize = 8;

const UNSIGNED: u8 = 0;
const NEGATIVE: u8 = 1;
const BYTES: u8 = 2;
const TEXT: u8 = 3;
const ARRAY: u8 = 4;
const MAP: u8 = 5;
const SIMPLE: u8 = 7;

/// Reads one item after the other.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// From the beginning.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// What was not read yet.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Nothing may follow.
    pub fn end(&self) -> Result<(), Fault> {
        if self.rest.is_empty() { Ok(()) } else { Err(Fault::Malformed) }
    }

    /// A map: how many pairs follow.
    pub fn map(&mut self) -> Result<u64, Fault> {
        self.head_of(MAP)
    }

    /// A byte string.
    pub fn bytes(&mut self) -> Result<&'a [u8], Fault> {
        let length = self.head_of(BYTES)?;
        self.take(length)
    }

    /// A text string.
    pub fn text(&mut self) -> Result<&'a str, Fault> {
        let length = self.head_of(TEXT)?;
        std::str::from_utf8(self.take(length)?).map_err(|_| Fault::Malformed)
    }

    /// An integer, positive or negative.
    pub fn integer(&mut self) -> Result<i64, Fault> {
        let (major, value) = self.head()?;
        let value = i64::try_from(value).map_err(|_| Fault::Malformed)?;
        match major {
            UNSIGNED => Ok(value),
            // -1 - value cannot overflow: value is not negative.
            NEGATIVE => Ok(-1 - value),
            _ => Err(Fault::Malformed),
        }
    }

    /// Passes one item over, whatever it is.
    pub fn skip(&mut self) -> Result<(), Fault> {
        self.skip_within(MAX_DEPTH)
    }

    fn skip_within(&mut self, depth: usize) -> Result<(), Fault> {
        let (major, value) = self.head()?;
        let items = match major {
            UNSIGNED | NEGATIVE => return Ok(()),
            BYTES => return self.take(value).map(drop),
            TEXT => return std::str::from_utf8(self.take(value)?).map(drop).map_err(|_| Fault::Malformed),
            ARRAY => value,
            MAP => value.checked_mul(2).ok_or(Fault::Malformed)?,
            SIMPLE if matches!(value, 20..=22) => return Ok(()),
            _ => return Err(Fault::Malformed),
        };
        let depth = depth.checked_sub(1).ok_or(Fault::Malformed)?;
        // Each item has at least a byte, so a claimed number ends with the bytes.
        for _ in 0..items {
            self.skip_within(depth)?;
        }
        Ok(())
    }

    fn head_of(&mut self, wanted: u8) -> Result<u64, Fault> {
        match self.head()? {
            (major, value) if major == wanted => Ok(value),
            _ => Err(Fault::Malformed),
        }
    }

    /// Major type and argument, in the shortest form.
    fn head(&mut self) -> Result<(u8, u64), Fault> {
        let (first, rest) = self.rest.split_first().ok_or(Fault::Malformed)?;
        self.rest = rest;
        let (major, info) = (first >> 5, first & 31);
        let (value, least) = match info {
            0..=23 => (u64::from(info), 0),
            24 => (u64::from(u8::from_be_bytes(self.array()?)), 24),
            25 => (u64::from(u16::from_be_bytes(self.array()?)), 1 << 8),
            26 => (u64::from(u32::from_be_bytes(self.array()?)), 1 << 16),
            27 => (u64::from_be_bytes(self.array()?), 1 << 32),
            _ => return Err(Fault::Malformed),
        };
        if value < least || major == SIMPLE && info > 23 { Err(Fault::Malformed) } else { Ok((major, value)) }
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        let (head, rest) = self.rest.split_first_chunk::<N>().ok_or(Fault::Malformed)?;
        self.rest = rest;
        Ok(*head)
    }

    fn take(&mut self, length: u64) -> Result<&'a [u8], Fault> {
        let length = usize::try_from(length).map_err(|_| Fault::Malformed)?;
        let (head, rest) = self.rest.split_at_checked(length).ok_or(Fault::Malformed)?;
        self.rest = rest;
        Ok(head)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
mod tests {
    use super::*;

    /// From RFC 8949, appendix A.
    #[test]
    fn the_specifications_examples_are_read() {
        for (bytes, value) in [
            (&[0x00][..], 0),
            (&[0x17], 23),
            (&[0x18, 0x18], 24),
            (&[0x19, 0x03, 0xe8], 1_000),
            (&[0x1a, 0x00, 0x0f, 0x42, 0x40], 1_000_000),
            (&[0x20], -1),
            (&[0x38, 0x63], -100),
            (&[0x39, 0x03, 0xe7], -1_000),
        ] {
            assert_eq!(Reader::new(bytes).integer(), Ok(value));
        }
        assert_eq!(Reader::new(&[0x44, 1, 2, 3, 4]).bytes(), Ok(&[1, 2, 3, 4][..]));
        assert_eq!(Reader::new(&[0x62, 0xc3, 0xbc]).text(), Ok("ü"));
        let nested = [0xa2, 0x61, 0x61, 0x01, 0x61, 0x62, 0x82, 0x02, 0xf5];
        let mut reader = Reader::new(&nested);
        reader.skip().unwrap();
        reader.end().unwrap();
    }

    #[test]
    fn what_is_longer_than_it_need_be_open_ended_or_cut_is_refused() {
        for bytes in [
            &[0x18, 0x17][..],
            &[0x19, 0x00, 0xff],
            &[0x1b, 0, 0, 0, 0, 0, 0, 0, 1],
            &[0x5f, 0x41, 0x01, 0xff],
            &[0xbf, 0xff],
            &[0x1c],
            &[0xf9, 0x3c, 0x00],
            &[0xf7],
            &[0xf8, 0x20],
            &[0xc0, 0x00],
            &[0x44, 1, 2, 3],
            &[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            &[0xbb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            &[0x62, 0xff, 0xff],
            &[],
        ] {
            assert_eq!(Reader::new(bytes).skip(), Err(Fault::Malformed), "{bytes:x?}");
        }
        assert_eq!(Reader::new(&[0x81; 200]).skip(), Err(Fault::Malformed), "no stack is deep enough");
    }
}
