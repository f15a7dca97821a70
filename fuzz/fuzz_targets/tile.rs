//! libFuzzer's program for `seal::tile`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| salus_fuzz::seal::tile(data));
