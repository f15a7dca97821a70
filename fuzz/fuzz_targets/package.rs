//! libFuzzer's program for `incident::package`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| salus_fuzz::incident::package(data));
