//! For tests: a whole Salus, started from the real binary on a directory and port of its own, and what is needed to
//! speak to it and to hurt it.
//!
//! Never: part of the product; it panics where a test cannot go on. State: the processes it started, which end with it.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on is to fail at once")]

pub mod http;
pub mod mail;
pub mod process;
pub mod server;

pub use http::{Response, request};
pub use process::{binary, children_of, is_alive, kill, run};
pub use server::{Cell, Server, Start};
