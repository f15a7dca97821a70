//! How a record is found: by its type and its id, as far as the store may know it.
//!
//! Never: an id that a client chose (it may be an insurance number); the caller blinds those. State: none.

/// An id as the store keeps it. The two spaces never meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum StoredId {
    /// A random id (a version 4 UUID), as it is.
    Random([u8; 16]),
    /// Any other id, blinded by the caller with a key that the store does not have.
    Blinded([u8; 16]),
}

/// A resource type's code and an id: what a record is asked for by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address {
    /// The resource type's code.
    pub kind: u16,
    /// The id.
    pub id: StoredId,
}

/// The length of an address's bytes.
pub(crate) const ADDRESS_BYTES: usize = 19;

impl Address {
    /// The key in the store: kind (2, big endian, so that a type's records are together) ‖ space (1) ‖ id (16).
    pub(crate) fn to_bytes(self) -> [u8; ADDRESS_BYTES] {
        let mut out = [0u8; ADDRESS_BYTES];
        let (space, id) = match self.id {
            StoredId::Random(id) => (0, id),
            StoredId::Blinded(id) => (1, id),
        };
        out[..2].copy_from_slice(&self.kind.to_be_bytes());
        out[2] = space;
        out[3..].copy_from_slice(&id);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_and_spaces_do_not_meet() {
        let address = |kind, id| Address { kind, id }.to_bytes();
        let all = [
            address(1, StoredId::Random([7; 16])),
            address(1, StoredId::Blinded([7; 16])),
            address(256, StoredId::Random([7; 16])),
            address(1, StoredId::Random([8; 16])),
        ];
        for (at, one) in all.iter().enumerate() {
            assert_eq!(all.iter().filter(|other| *other == one).count(), 1, "{at}");
        }
    }
}
