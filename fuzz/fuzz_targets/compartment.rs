//! libFuzzer's program for `seal::compartment`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| salus_fuzz::seal::compartment(data));
