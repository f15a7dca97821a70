//! libFuzzer's program for `seal::entry`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| salus_fuzz::seal::entry(data));
