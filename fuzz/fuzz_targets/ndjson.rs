//! libFuzzer's program for `fhir::ndjson`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| salus_fuzz::fhir::ndjson(data));
