//! libFuzzer's program for `text::recovery_kit`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| salus_fuzz::text::recovery_kit(data));
