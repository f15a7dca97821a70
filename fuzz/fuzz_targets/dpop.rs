//! libFuzzer's program for `proof::dpop`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| salus_fuzz::proof::dpop(data));
