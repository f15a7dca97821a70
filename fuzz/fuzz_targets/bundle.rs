//! libFuzzer's program for `fhir::bundle`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| salus_fuzz::fhir::bundle(data));
