//! The frames between the record server and the keyholder: either side may be in an attacker's hands.

use salus_trust_api::frame::{self, PREFIX_BYTES};
use salus_trust_api::wire::{Reply, Request};
use serde::{Serialize, de::DeserializeOwned};

/// What the keyholder reads.
pub fn request(data: &[u8]) {
    decode::<Request>(data);
}

/// What the record server and the command line read.
pub fn reply(data: &[u8]) {
    decode::<Reply>(data);
}

/// A message that was read is written and read again as the same.
fn decode<T: Serialize + DeserializeOwned>(data: &[u8]) {
    if let Some(prefix) = data.first_chunk::<PREFIX_BYTES>() {
        let _ = frame::body_length(*prefix);
    }
    let Ok(message) = frame::decode::<T>(data) else { return };
    let written = frame::encode(&message).expect("a message that was read is short enough");
    let again = frame::decode::<T>(&written[PREFIX_BYTES..]).expect("what was written is read");
    assert_eq!(frame::encode(&again).expect("short enough"), written);
}
