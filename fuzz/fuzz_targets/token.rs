//! libFuzzer's program for `text::token`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| salus_fuzz::text::token(data));
