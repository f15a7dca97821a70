//! A secret of 32 bytes split into shares of which any `threshold` give it back, and fewer tell nothing (Shamir, "How to share a
//! secret", 1979), over the field of 256 elements that AES uses (FIPS 197, 4.2).
//!
//! Each byte is the value at 0 of a polynomial of its own, of degree `threshold - 1`, whose other coefficients are uniformly random,
//! zero included; a share holds the values at its number. A share's text is for paper: docs/formats/envelope.md.
//!
//! Never: looks anything up at an address that depends on a secret, or branches on one. State: none.

use crate::SealError;
use crate::keys::random;
use aws_lc_rs::digest;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// The length of what is split, in bytes.
pub const SECRET_BYTES: usize = 32;
/// The fewest shares that may be asked for to give the secret back.
pub const MIN_THRESHOLD: u8 = 2;
/// The most shares of one secret.
pub const MAX_SHARES: u8 = 9;
/// The length of a kit's id, in bytes.
pub const KIT_BYTES: usize = 8;

/// How many shares there are, and how many of them give the secret back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Scheme {
    threshold: u8,
    shares: u8,
}

impl Scheme {
    /// [`MIN_THRESHOLD`] to `shares` of at most [`MAX_SHARES`]; else none.
    pub fn new(threshold: u8, shares: u8) -> Option<Self> {
        let fits = (MIN_THRESHOLD..=shares).contains(&threshold) && shares <= MAX_SHARES;
        fits.then_some(Self { threshold, shares })
    }

    /// As it is written: `2of3`.
    pub fn parse(text: &str) -> Option<Self> {
        let (threshold, shares) = text.split_once("of")?;
        Self::new(threshold.parse().ok()?, shares.parse().ok()?)
    }

    /// How many give the secret back.
    pub fn threshold(&self) -> u8 {
        self.threshold
    }

    /// How many there are.
    pub fn shares(&self) -> u8 {
        self.shares
    }
}

impl std::fmt::Display for Scheme {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}of{}", self.threshold, self.shares)
    }
}

/// One share. Prints nothing of what it holds, and wipes it.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Share {
    /// Of which secret: the same in all of its shares.
    #[zeroize(skip)]
    pub kit: [u8; KIT_BYTES],
    /// How many there are.
    #[zeroize(skip)]
    pub scheme: Scheme,
    /// Which one, from 1.
    #[zeroize(skip)]
    pub number: u8,
    values: [u8; SECRET_BYTES],
}

impl std::fmt::Debug for Share {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Share({} of {}, hidden)", self.number, self.scheme.shares)
    }
}

/// Why shares do not give a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShareError {
    /// A text is no share's.
    #[error("this is no share of a recovery kit")]
    NoShare,
    /// A line of a share is missing, or was not written down as it was.
    #[error("line {line} of this share is damaged or missing")]
    Damaged {
        /// Which, from 1.
        line: usize,
    },
    /// Shares of several kits, or of one that was split several times.
    #[error("share {number} is of another kit, or of another splitting of it")]
    AnotherKit {
        /// The share.
        number: u8,
    },
    /// One share is there twice.
    #[error("share {number} is there twice")]
    Twice {
        /// The share.
        number: u8,
    },
    /// More are needed.
    #[error("{given} of the {needed} shares that are needed")]
    TooFew {
        /// So many.
        given: usize,
        /// Of these.
        needed: u8,
    },
    /// They belong together by what they say, but not by what they hold.
    #[error("these shares do not fit together")]
    NoFit,
}

/// Splits a secret.
pub fn split(
    secret: &[u8; SECRET_BYTES],
    kit: [u8; KIT_BYTES],
    scheme: Scheme,
) -> Result<Vec<Share>, SealError> {
    let degree = usize::from(scheme.threshold - 1);
    let mut coefficients: Zeroizing<Vec<[u8; SECRET_BYTES]>> = Zeroizing::new(Vec::with_capacity(degree));
    for _ in 0..degree {
        coefficients.push(random()?);
    }
    Ok((1..=scheme.shares).map(|number| share(secret, &coefficients, kit, scheme, number)).collect())
}

fn share(
    secret: &[u8; SECRET_BYTES],
    coefficients: &[[u8; SECRET_BYTES]],
    kit: [u8; KIT_BYTES],
    scheme: Scheme,
    number: u8,
) -> Share {
    let mut values = [0; SECRET_BYTES];
    for coefficient in coefficients.iter().rev().chain(std::iter::once(secret)) {
        for (value, coefficient) in values.iter_mut().zip(coefficient) {
            *value = multiply(*value, number) ^ coefficient;
        }
    }
    Share { kit, scheme, number, values }
}

/// The secret that shares give. Those beyond the threshold must fit, too.
pub fn combine(shares: &[Share]) -> Result<Zeroizing<[u8; SECRET_BYTES]>, ShareError> {
    let Some(first) = shares.first() else { return Err(ShareError::NoShare) };
    for (at, share) in shares.iter().enumerate() {
        let number = share.number;
        if share.kit != first.kit || share.scheme != first.scheme {
            return Err(ShareError::AnotherKit { number });
        }
        if shares.iter().take(at).any(|other| other.number == number) {
            return Err(ShareError::Twice { number });
        }
    }
    let needed = first.scheme.threshold;
    let (enough, others) = shares
        .split_at_checked(usize::from(needed))
        .ok_or(ShareError::TooFew { given: shares.len(), needed })?;
    if others.iter().any(|other| *interpolate(enough, other.number) != other.values) {
        return Err(ShareError::NoFit);
    }
    Ok(interpolate(enough, 0))
}

/// The values at a point of the polynomials that these shares are of (Lagrange).
fn interpolate(shares: &[Share], at: u8) -> Zeroizing<[u8; SECRET_BYTES]> {
    let mut values = Zeroizing::new([0; SECRET_BYTES]);
    for share in shares {
        let mut weight = 1;
        for other in shares.iter().filter(|other| other.number != share.number) {
            let quotient = multiply(at ^ other.number, invert(share.number ^ other.number));
            weight = multiply(weight, quotient);
        }
        for (value, own) in values.iter_mut().zip(&share.values) {
            *value ^= multiply(*own, weight);
        }
    }
    values
}

/// The product in the field, modulo x⁸ + x⁴ + x³ + x + 1, in the same steps whatever the factors are.
fn multiply(mut one: u8, mut other: u8) -> u8 {
    let mut product = 0;
    for _ in 0..8 {
        product ^= one & (other & 1).wrapping_neg();
        one = (one << 1) ^ (0x1B & (one >> 7).wrapping_neg());
        other >>= 1;
    }
    product
}

/// The inverse, as the 254th power; of 0 it is 0.
fn invert(number: u8) -> u8 {
    let mut power = 1;
    let mut square = number;
    for _ in 0..7 {
        square = multiply(square, square);
        power = multiply(power, square);
    }
    power
}

/// How a share's text begins.
const TITLE: &str = "Salus recovery share";
/// Crockford's alphabet of 32 characters: none looks like another.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const VERSION: u8 = 1;
/// Version, kit, threshold, shares, number, values.
const PAYLOAD_BYTES: usize = 1 + KIT_BYTES + 3 + SECRET_BYTES;
/// Of the payload on each line; with its check 15, which are 24 characters.
const LINE_BYTES: usize = 11;
const CHECK_BYTES: usize = 4;
const LINES: usize = PAYLOAD_BYTES / LINE_BYTES;
/// The longest text that is looked at, in bytes.
const MAX_TEXT_BYTES: usize = 16 * 1024;

impl Share {
    /// Its text, for paper: what it is, and four lines each with a check of its own.
    pub fn to_text(&self, installation: &str) -> Zeroizing<String> {
        let mut payload = Zeroizing::new(Vec::with_capacity(PAYLOAD_BYTES));
        payload.push(VERSION);
        payload.extend_from_slice(&self.kit);
        payload.extend_from_slice(&[self.scheme.threshold, self.scheme.shares, self.number]);
        payload.extend_from_slice(&self.values);
        let Self { number, scheme: Scheme { threshold, shares }, .. } = self;
        let mut text = Zeroizing::new(String::with_capacity(512));
        text.push_str(&format!("{TITLE}\ninstallation: {installation}\n"));
        let kit: String = self.kit.iter().map(|byte| format!("{byte:02x}")).collect();
        text.push_str(&format!("kit: {kit}\n"));
        text.push_str(&format!("share: {number} of {shares}, any {threshold} of them recover\n"));
        for (at, line) in payload.chunks(LINE_BYTES).enumerate() {
            let check = check(installation, payload.get(..(at + 1) * LINE_BYTES).unwrap_or_default());
            let mut bytes = Zeroizing::new(line.to_vec());
            bytes.extend_from_slice(&check);
            text.push_str(&format!("{}: {}\n", at + 1, encode(&bytes).as_str()));
        }
        text
    }

    /// A share and its installation's id, from its text. Case, spaces, dashes and what else stands on the paper do not matter, and
    /// neither does `O` for `0`, or `I` and `L` for `1`.
    pub fn parse(text: &str) -> Result<(Self, String), ShareError> {
        if text.len() > MAX_TEXT_BYTES || !text.lines().any(|line| line.trim() == TITLE) {
            return Err(ShareError::NoShare);
        }
        let after =
            |head: &str| text.lines().find_map(|line| line.trim_start().strip_prefix(head)).map(str::trim);
        let installation = after("installation:").ok_or(ShareError::NoShare)?;
        let mut payload = Zeroizing::new(Vec::with_capacity(PAYLOAD_BYTES));
        for line in 1..=LINES {
            let damaged = ShareError::Damaged { line };
            let bytes = after(&format!("{line}:")).and_then(decode).ok_or_else(|| damaged.clone())?;
            let (own, found) = bytes.split_at_checked(LINE_BYTES).ok_or_else(|| damaged.clone())?;
            payload.extend_from_slice(own);
            if found != check(installation, &payload) {
                return Err(damaged);
            }
        }
        let share = Self::from_payload(&payload).ok_or(ShareError::NoShare)?;
        Ok((share, installation.to_owned()))
    }

    fn from_payload(payload: &[u8]) -> Option<Self> {
        let (version, rest) = payload.split_first()?;
        let (kit, rest) = rest.split_first_chunk::<KIT_BYTES>()?;
        let ([threshold, shares, number], values) = rest.split_first_chunk::<3>()?;
        let scheme = Scheme::new(*threshold, *shares)?;
        let is_good = *version == VERSION && (1..=*shares).contains(number);
        let values = values.try_into().ok().filter(|_| is_good)?;
        Some(Self { kit: *kit, scheme, number: *number, values })
    }
}

/// The check at the end of a line, over everything up to it: a line of another share does not fit either.
fn check(installation: &str, payload: &[u8]) -> [u8; CHECK_BYTES] {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(b"salus share v1\0");
    context.update(installation.as_bytes());
    context.update(&[0]);
    context.update(payload);
    let hash = context.finish();
    let mut check = [0; CHECK_BYTES];
    check.copy_from_slice(&hash.as_ref()[..CHECK_BYTES]);
    check
}

/// Characters in groups of four. A character of the alphabet is found by going through all of it.
fn encode(bytes: &[u8]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(bytes.len() * 2));
    let (mut held, mut bits, mut count) = (0u32, 0, 0);
    for byte in bytes {
        held = held << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            let wanted = (held >> bits & 31) as u8;
            let is = |at: usize| (u32::from(at as u8 ^ wanted).wrapping_sub(1) >> 8) as u8;
            let found = ALPHABET.iter().enumerate().fold(0, |found, (at, letter)| found | letter & is(at));
            if count > 0 && count % 4 == 0 {
                text.push('-');
            }
            text.push(char::from(found));
            count += 1;
        }
    }
    text
}

fn decode(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(LINE_BYTES + CHECK_BYTES));
    let (mut held, mut bits) = (0u32, 0);
    for letter in text.bytes().filter(|letter| !matches!(letter, b' ' | b'-' | b'\t' | b'\r')) {
        let letter = match letter.to_ascii_uppercase() {
            b'O' => b'0',
            b'I' | b'L' => b'1',
            other => other,
        };
        let at = ALPHABET.iter().position(|known| *known == letter)?;
        held = (held << 5 | at as u32) & 0xFFFF;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits) as u8);
        }
    }
    (bytes.len() == LINE_BYTES + CHECK_BYTES && bits == 0).then_some(bytes)
}

#[cfg(test)]
mod tests;
