//! What is measured, one file each.

pub mod admit;
pub mod growth;
pub mod import;
pub mod pages;
pub mod parts;
pub mod requests;
pub mod search;
pub mod shapes;
pub mod start;
