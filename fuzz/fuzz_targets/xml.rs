//! libFuzzer's program for `fhir::xml`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| salus_fuzz::fhir::xml(data));
