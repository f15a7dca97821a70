//! libFuzzer's program for `fhir::patch`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| salus_fuzz::fhir::patch(data));
