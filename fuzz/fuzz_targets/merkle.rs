//! libFuzzer's program for `seal::merkle`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| salus_fuzz::seal::merkle(data));
