//! libFuzzer's program for `conform::codes`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| salus_fuzz::conform::codes(data));
