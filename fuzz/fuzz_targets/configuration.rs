//! libFuzzer's program for `text::configuration`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| salus_fuzz::text::configuration(data));
