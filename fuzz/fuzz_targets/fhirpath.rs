//! libFuzzer's program for `conform::fhirpath`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| salus_fuzz::conform::fhirpath(data));
