//! libFuzzer's program for `text::multipart`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| salus_fuzz::text::multipart(data));
