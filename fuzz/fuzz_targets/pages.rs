//! libFuzzer's program for `seal::pages`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| salus_fuzz::seal::pages(data));
