//! libFuzzer's program for `passkey::cose_key`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| salus_fuzz::passkey::cose_key(data));
