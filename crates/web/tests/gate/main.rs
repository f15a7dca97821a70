//! The whole gate in one process: the real keyholder on a real socket, the real store, and the web server, asked over HTTP.

#![allow(clippy::unwrap_used)]

mod concurrency;
mod conditions;
mod echo;
mod isolation;
mod lifecycle;
mod pages;
mod reading;
mod refusals;
mod support;
mod synthea;
mod tls;
mod transactions;
