//! The binary's parts: command line, configuration, messages, supervisor, demo, import, administration.
//!
//! Never: opens a record or holds a key but the administrator's. State: none of its own.

pub mod admin;
pub mod cli;
pub mod config;
pub mod data_dir;
pub mod demo;
pub mod drill;
pub mod failure;
pub mod help;
pub mod http;
pub mod import;
pub mod incident;
pub mod init;
pub mod messages;
pub mod process;
pub mod recover;
pub mod recovery;
pub mod serve;
pub mod supervise;
pub mod tls;
pub mod usage;
pub mod validate;
