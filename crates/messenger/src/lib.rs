//! Tells people of alarms beyond the page: by mail, and by signed HTTP requests.
//!
//! For: the messenger, a process of the trusted side that the keyholder tells of alarms, one after the other, as long as they are owed; and `salus alarm
//! test`. It says when one was brought to its end, and why one could not be.
//!
//! Never: holds a key of records, or hears of a patient; says whose session it was, since whoever reads a mail on its way would read it too. Decides
//! what is told.
//!
//! State: what is under way. Whatever is lost with the process is owed still, and told anew.

mod connection;
mod courier;
mod error;
mod mail;
mod roots;
mod run;
mod target;
mod webhook;

pub use error::{MessengerError, Trouble};
pub use mail::{MailServer, MailTls};
pub use roots::Roots;
pub use run::{MAX_PAUSE, MessengerOptions, run, try_all};
pub use target::{Letter, News, Target, TargetFault, Told, Whom, Words};
pub use webhook::{MIN_SECRET_BYTES, SIGNATURE_HEADER, WebhookUrl, signature};
