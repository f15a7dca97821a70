//! libFuzzer's program for `incident::archive`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| salus_fuzz::incident::archive(data));
