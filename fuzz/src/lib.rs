//! Every parser of foreign bytes, as a function of bytes that must never panic, whatever they are.
//!
//! For: libFuzzer, with a target in `fuzz_targets/` for each function, and `crates/xtask/tests/foreign_bytes.rs`, which
//! compiles this file too and runs every function over mutations of `seeds/` in each test run. Beyond not panicking, the
//! functions assert what must hold of anything that was accepted. State: none.

pub mod conform;
pub mod fhir;
pub mod incident;
pub mod log;
pub mod passkey;
pub mod proof;
pub mod seal;
pub mod text;
pub mod wire;

/// A target: its name, which is that of its libFuzzer program too, and its function.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: &[Target] = &[
    ("json", fhir::json),
    ("resource", fhir::resource),
    ("bundle", fhir::bundle),
    ("ndjson", fhir::ndjson),
    ("header", seal::header),
    ("envelope", seal::envelope),
    ("compartment", seal::compartment),
    ("entry", seal::entry),
    ("escrow", seal::escrow),
    ("pages", seal::pages),
    ("folder", log::folder),
    ("merkle", seal::merkle),
    ("note", text::note),
    ("tile", seal::tile),
    ("request", wire::request),
    ("reply", wire::reply),
    ("token", text::token),
    ("configuration", text::configuration),
    ("recovery_kit", text::recovery_kit),
    ("names", text::names),
    ("client_data", passkey::client_data),
    ("attestation", passkey::attestation),
    ("cose_key", passkey::cose_key),
    ("share", text::share),
    ("dpop", proof::dpop),
    ("sample", incident::sample),
    ("package", incident::package),
    ("archive", incident::archive),
    ("xml", fhir::xml),
    ("patch", fhir::patch),
    ("profiles", conform::profiles),
    ("conform", conform::conform),
    ("fhirpath", conform::fhirpath),
    ("codes", conform::codes),
    ("multipart", text::multipart),
];
