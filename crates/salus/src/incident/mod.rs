//! After a theft: what was reached, by whom, of whom; what was changed meanwhile.
//!
//! Never: opens a record; where that is needed it asks the server as any client does. State: none of its own.

pub mod category;
pub mod evidence;
pub mod extent;
pub mod gather;
pub mod lookup;
pub mod matching;
pub mod patients;
pub mod proof;
