//! The names of things, as random numbers that say nothing.
//!
//! Never: derived from a person's data. State: none.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! random_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub struct $name(pub [u8; 16]);

        impl $name {
            /// A fresh random one.
            pub fn random() -> Result<Self, crate::SealError> {
                Ok(Self(crate::keys::random()?))
            }

            /// From 32 hexadecimal digits, dashes ignored.
            pub fn parse(text: &str) -> Option<Self> {
                parse_hex(text).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                for byte in self.0 {
                    write!(f, "{byte:02x}")?;
                }
                Ok(())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }
    };
}

random_id!(
    /// A cell: one practice, network, hospital or insurer.
    CellId
);
random_id!(
    /// A patient as the log knows them: random, mapped to the person only by the sealed compartment wrap.
    Pseudonym
);
random_id!(
    /// A person, an application or a worker that acts in one cell.
    PrincipalId
);
random_id!(
    /// One sign-in of a principal, from its beginning to its end.
    SessionId
);
random_id!(
    /// The credential set of an application.
    ClientId
);
random_id!(
    /// The device a session is bound to.
    DeviceId
);

fn parse_hex(text: &str) -> Option<[u8; 16]> {
    let mut digits = text.bytes().filter(|b| *b != b'-');
    let mut out = [0u8; 16];
    for byte in &mut out {
        let high = (digits.next()? as char).to_digit(16)?;
        let low = (digits.next()? as char).to_digit(16)?;
        *byte = (high * 16 + low) as u8;
    }
    digits.next().is_none().then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printed_ids_parse_back() {
        let id = CellId::random().unwrap();
        assert_eq!(CellId::parse(&id.to_string()), Some(id));
        assert_eq!(CellId::parse("0102"), None);
        assert_eq!(CellId::parse(&format!("{id}0")), None);
        assert_eq!(CellId::parse("zz02030405060708090a0b0c0d0e0f10"), None);
    }
}
