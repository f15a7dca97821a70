//! libFuzzer's program for `incident::sample`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| salus_fuzz::incident::sample(data));
