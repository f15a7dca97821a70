//! libFuzzer's program for `seal::escrow`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| salus_fuzz::seal::escrow(data));
