//! `salus`: see [`salus::cli`].

fn main() {}
