//! libFuzzer's program for `wire::reply`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| salus_fuzz::wire::reply(data));
