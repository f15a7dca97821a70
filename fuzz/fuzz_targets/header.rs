//! libFuzzer's program for `seal::header`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| salus_fuzz::seal::header(data));
