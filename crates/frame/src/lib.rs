//! What all pages share, those of the record server and those of the door: the frame around a page, the style sheet and the
//! scripts, the words in three languages, the headers that keep a page to itself.
//!
//! For: `salus-web` and the door, so that both look like one product.
//!
//! Never: knows a record, a session or a key; holds what is not the same for everybody. State: none.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod assets;
pub mod cookies;
mod frame;
mod headers;
mod icons;
mod keys;
mod language;
mod look;
pub mod multipart;
pub mod query;
mod words;

pub use frame::{Frame, Nav, NavItem, Whose};
pub use headers::{PAGE_HEADERS, policy};
pub use icons::icon;
pub use keys::{Group, Shortcut};
pub use language::Language;
pub use look::{Look, LookChange, Theme};
pub use words::{Catalogue, Sources, Words, words};
