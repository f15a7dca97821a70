//! libFuzzer's program for `text::share`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| salus_fuzz::text::share(data));
