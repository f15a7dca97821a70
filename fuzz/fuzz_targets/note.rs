//! libFuzzer's program for `text::note`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| salus_fuzz::text::note(data));
