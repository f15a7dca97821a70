//! libFuzzer's program for `log::folder`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| salus_fuzz::log::folder(data));
