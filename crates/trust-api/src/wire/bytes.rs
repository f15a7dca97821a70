//! How fields of bytes are written: as one piece, and not as a sequence of numbers. State: none.

/// Bytes as one piece: the same on the wire as a sequence of them, and many times as fast.
pub(crate) mod plain_bytes {
    use serde::{Deserializer, Serializer, de::Error, de::Visitor};

    pub fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bytes(bytes)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        struct Bytes;
        impl<'de> Visitor<'de> for Bytes {
            type Value = Vec<u8>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("bytes")
            }
            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Self::Value, E> {
                Ok(bytes.to_vec())
            }
        }
        from.deserialize_bytes(Bytes)
    }
}

/// A version's wrap.
pub(crate) mod wrap_bytes {
    use salus_seal::wrap::VERSION_WRAP_BYTES;
    use serde::{Deserializer, Serializer, de::Error, de::Visitor};

    pub fn serialize<S: Serializer>(bytes: &[u8; VERSION_WRAP_BYTES], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bytes(bytes)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<[u8; VERSION_WRAP_BYTES], D::Error> {
        struct Bytes;
        impl<'de> Visitor<'de> for Bytes {
            type Value = [u8; VERSION_WRAP_BYTES];
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{VERSION_WRAP_BYTES} bytes")
            }
            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Self::Value, E> {
                bytes.try_into().map_err(|_| E::invalid_length(bytes.len(), &self))
            }
        }
        from.deserialize_bytes(Bytes)
    }
}

/// Versions' wraps, one behind the other.
pub(crate) mod many_wrap_bytes {
    use salus_seal::wrap::VERSION_WRAP_BYTES;
    use serde::{Deserializer, Serializer, de::Error, de::Visitor};

    pub fn serialize<S: Serializer>(wraps: &[[u8; VERSION_WRAP_BYTES]], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bytes(wraps.as_flattened())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Vec<[u8; VERSION_WRAP_BYTES]>, D::Error> {
        struct Bytes;
        impl<'de> Visitor<'de> for Bytes {
            type Value = Vec<[u8; VERSION_WRAP_BYTES]>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "a multiple of {VERSION_WRAP_BYTES} bytes")
            }
            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Self::Value, E> {
                let (wraps, rest) = bytes.as_chunks::<VERSION_WRAP_BYTES>();
                if rest.is_empty() { Ok(wraps.to_vec()) } else { Err(E::invalid_length(bytes.len(), &self)) }
            }
        }
        from.deserialize_bytes(Bytes)
    }
}
