//! A passkey's public key as COSE_Key (RFC 9053), and what it verifies.
//!
//! Never: takes a member that it does not know, another curve, or a short RSA key. State: none.

use crate::Fault;
use crate::cbor::Reader;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};

/// The largest COSE_Key, in bytes: RSA with 4,096 bits and some.
pub const MAX_KEY_BYTES: usize = 600;
/// RSA keys have at least 2,048 and at most 4,096 bits.
const RSA_MODULUS_BYTES: std::ops::RangeInclusive<usize> = 256..=512;
const MAX_RSA_EXPONENT_BYTES: usize = 4;

/// The algorithms that are accepted, by their COSE numbers, in the order in which authenticators are asked for them.
pub const ALGORITHMS: [i64; 3] = [ES256, EDDSA, RS256];
const ES256: i64 = -7;
const EDDSA: i64 = -8;
const RS256: i64 = -257;

/// A public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublicKey<'a> {
    /// ECDSA on P-256 with SHA-256.
    Es256 {
        /// 32 bytes.
        x: &'a [u8; 32],
        /// 32 bytes.
        y: &'a [u8; 32],
    },
    /// Ed25519.
    EdDsa(&'a [u8; 32]),
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256 {
        /// The modulus, big endian.
        n: &'a [u8],
        /// The exponent, big endian.
        e: &'a [u8],
    },
}

/// The members of a COSE_Key that are known: labels 1 (kty), 3 (alg), -1, -2 and -3.
#[derive(Default)]
struct Members<'a> {
    kind: Option<i64>,
    algorithm: Option<i64>,
    first: Option<Value<'a>>,
    second: Option<&'a [u8]>,
    third: Option<&'a [u8]>,
}

/// Label -1 is the curve, or RSA's modulus.
enum Value<'a> {
    Curve(i64),
    Bytes(&'a [u8]),
}

impl<'a> PublicKey<'a> {
    /// Reads it.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Fault> {
        if bytes.len() > MAX_KEY_BYTES {
            return Err(Fault::Malformed);
        }
        let members = Members::parse(bytes)?;
        let all = (members.kind, members.algorithm, members.first, members.second, members.third);
        match all {
            (Some(2), Some(ES256), Some(Value::Curve(1)), Some(x), Some(y)) => {
                let (Ok(x), Ok(y)) = (x.try_into(), y.try_into()) else { return Err(Fault::Malformed) };
                Ok(Self::Es256 { x, y })
            }
            (Some(1), Some(EDDSA), Some(Value::Curve(6)), Some(x), None) => {
                x.try_into().map(Self::EdDsa).map_err(|_| Fault::Malformed)
            }
            (Some(3), Some(RS256), Some(Value::Bytes(n)), Some(e), None)
                if RSA_MODULUS_BYTES.contains(&n.len())
                    && n.first().is_some_and(|byte| *byte != 0)
                    && (1..=MAX_RSA_EXPONENT_BYTES).contains(&e.len()) =>
            {
                Ok(Self::Rs256 { n, e })
            }
            _ => Err(Fault::Signature),
        }
    }

    /// Whether a signature over a message is this key's.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Fault> {
        let verified = match self {
            Self::Es256 { x, y } => {
                let point = [[4].as_slice(), x.as_slice(), y.as_slice()].concat();
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(message, signature)
            }
            Self::EdDsa(key) => UnparsedPublicKey::new(&ED25519, key).verify(message, signature),
            Self::Rs256 { n, e } => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
            }
        };
        verified.map_err(|_| Fault::Signature)
    }
}

impl<'a> Members<'a> {
    fn parse(bytes: &'a [u8]) -> Result<Self, Fault> {
        let mut reader = Reader::new(bytes);
        let mut members = Self::default();
        for _ in 0..reader.map()? {
            match reader.integer()? {
                1 => once(&mut members.kind, reader.integer()?)?,
                3 => once(&mut members.algorithm, reader.integer()?)?,
                -1 => {
                    let as_curve = reader.clone().integer();
                    let value = match as_curve {
                        Ok(_) => Value::Curve(reader.integer()?),
                        Err(_) => Value::Bytes(reader.bytes()?),
                    };
                    once(&mut members.first, value)?;
                }
                -2 => once(&mut members.second, reader.bytes()?)?,
                -3 => once(&mut members.third, reader.bytes()?)?,
                _ => return Err(Fault::Malformed),
            }
        }
        reader.end()?;
        Ok(members)
    }
}

fn once<T>(place: &mut Option<T>, value: T) -> Result<(), Fault> {
    if place.replace(value).is_some() { Err(Fault::Malformed) } else { Ok(()) }
}
