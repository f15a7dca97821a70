//! Resources and megabytes a second.
fn main() {}
