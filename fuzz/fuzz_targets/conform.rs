//! libFuzzer's program for `conform::conform`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| salus_fuzz::conform::conform(data));
