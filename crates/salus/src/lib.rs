//! The binary's parts: command line, configuration, messages, supervisor, demo, import, administration.
//!
//! Never: opens a record or holds a key but the administrator's. State: none of its own.


pub mod cli;
pub mod config;
pub mod data_dir;
pub mod demo;
pub mod failure;
pub mod messages;


