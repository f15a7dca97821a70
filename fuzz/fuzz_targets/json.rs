//! libFuzzer's program for `fhir::json`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| salus_fuzz::fhir::json(data));
