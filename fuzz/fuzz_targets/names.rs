//! libFuzzer's program for `text::names`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| salus_fuzz::text::names(data));
