//! libFuzzer's program for `fhir::resource`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| salus_fuzz::fhir::resource(data));
