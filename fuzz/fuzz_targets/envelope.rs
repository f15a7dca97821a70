//! libFuzzer's program for `seal::envelope`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| salus_fuzz::seal::envelope(data));
