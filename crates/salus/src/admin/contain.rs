//! `salus contain`: what is held at once and let go as easily. Each change is an entry of the log before it is answered.
//!
//! Never: opens a record. State: none.

use salus_seal::entry::contain::HoldOn;

/// What is held, in words that the command line takes.
pub fn held(what: &HoldOn) -> String {
    match what {
        HoldOn::Session(id) => format!("session {id}"),
        HoldOn::Person(id) => format!("person {id}"),
        HoldOn::Device(id) => format!("device {id}"),
        HoldOn::Client(id) => format!("client {id}"),
        HoldOn::Cell => "cell".to_owned(),
        HoldOn::Everyone => "everyone".to_owned(),
    }
}
