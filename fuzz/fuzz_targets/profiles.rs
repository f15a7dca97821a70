//! libFuzzer's program for `conform::profiles`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| salus_fuzz::conform::profiles(data));
