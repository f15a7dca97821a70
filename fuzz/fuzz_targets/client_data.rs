//! libFuzzer's program for `passkey::client_data`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| salus_fuzz::passkey::client_data(data));
