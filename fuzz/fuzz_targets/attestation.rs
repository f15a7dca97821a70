//! libFuzzer's program for `passkey::attestation`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| salus_fuzz::passkey::attestation(data));
