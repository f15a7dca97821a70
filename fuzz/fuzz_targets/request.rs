//! libFuzzer's program for `wire::request`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| salus_fuzz::wire::request(data));
