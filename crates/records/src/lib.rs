//! The use cases on records, one verb a file: all reading and writing of records goes through here.
//!
//! For: what asks on behalf of a client (today the FHIR routes). A read takes the sealed version from the store,
//! asks the keyholder, and opens what was admitted. A write is sealed, admitted, committed, landed, and only then
//! acknowledged.
//!
//! Never: knows HTTP; opens or writes anything without an admission; keeps a key or a plaintext after its request
//! ([`Keep`] is for whoever keeps an answer that was asked for so);
//! tells a stranger whether something is there.
//!
//! State: [`Records`] owns the cells; a [`Cell`] owns its store, its counters and the locks of its records.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod accesses;
mod administer;
mod batch;
mod carry_out;
mod categories;
mod cell;
pub mod checks;
mod code_lists;
mod compartment;
mod create;
mod delete;
mod delivery;
mod document;
mod document_text;
mod entry;
mod error;
mod export;
mod extract;
mod feed;
mod heavy;
mod history;
mod history_all;
mod import;
mod keep;
mod land;
mod line;
mod lock;
mod open;
mod own_parameters;
mod patch;
mod read;
mod record_id;
mod records;
mod reference;
mod relation;
mod reserve;
mod search;
mod sent;
mod take_up;
mod text;
mod transaction;
mod transaction_conditions;
mod transaction_reads;
mod undo;
mod update;
mod validate;
mod vread;
mod words;
mod write;

pub use accesses::{Accesses, accesses, own_accesses};
pub use administer::{administer, alarm_count};
pub use batch::BATCH_MS;
pub use carry_out::{BundleAnswer, carry_out};
pub use categories::{categories, category};
pub use cell::{Cell, Standing};
pub use code_lists::{ListAnswer, ask_lists};
pub use create::{Conditional, create};
pub use delete::{Deleted, delete, delete_by};
pub use delivery::{Delivery, Taken};
pub use entry::{Done, EntryOutcome};
pub use error::RecordsError;
pub use export::{
    ExportAsked, ExportFile, ExportOfWhom, ask_export, end_export, list_exports, show_export,
    take_export_file,
};
pub use history::{HistoryEntry, HistoryPage, MAX_HISTORY_PAGE, When, history};
pub use history_all::{AllHistoryPage, HistoryAsk, history_all, history_on};
pub use import::{Counts, IMPORT_MS, Imported, MAX_IMPORT_ISSUES, MAX_IMPORT_LINES, import};
pub use keep::{Keep, ask_again};
pub use open::Opened;
pub use patch::{JSON_PATCH, SentPatch, patch, patch_by};
pub use read::read;
pub use record_id::{MAX_ID_BYTES, derived_id, fresh_id, is_id, unguessable};
pub use records::{Health, Notice, Notify, PACKAGES, Records};
pub use relation::{Stated, give_access, own_record, relate, stated};
pub use search::conditions as search_conditions;
pub use search::one::One;
pub use search::{Mode, Page, PageEntry, SearchAsk, is_compartment, search, search_on};
pub use sent::Sent;
pub use undo::{MAX_UNDONE, UNDO_MS, Undoable, undo, undo_link, undoable};
pub use update::{Match, Precondition, tag_version, update, update_by};
pub use validate::{ValidateAsk, ValidateMode, Validation, validate};
pub use vread::vread;
pub use write::Written;

pub use salus_fhir as fhir;
pub use salus_seal::entry::Event as LogEvent;
pub use salus_seal::entry::alarms as alarm_events;
pub use salus_seal::entry::budgets as budget_events;
pub use salus_seal::entry::checks as checks_events;
pub use salus_seal::entry::contain as contain_events;
pub use salus_seal::entry::exports as export_events;
pub use salus_seal::entry::incident as incident_events;
pub use salus_seal::entry::people as person_events;
pub use salus_seal::entry::policy as policy_events;
pub use salus_seal::entry::proof::ProofEvent;
pub use salus_seal::entry::relation::{MAX_REASON_CHARS, Reason, RelationEvent, Statement};
pub use salus_seal::{CellId, ClientId, DeviceId, Part, PrincipalId, SessionId};
pub use salus_trust_api::client::{Asker, Endpoint, Trust, TrustError};
pub use salus_trust_api::dpop;
pub use salus_trust_api::paper::PaperCode;
pub use salus_trust_api::wire::access::{Access, AccessKind, MAX_ACCESSES};
pub use salus_trust_api::wire::administer as administration;
pub use salus_trust_api::wire::alarms;
pub use salus_trust_api::wire::budgets;
pub use salus_trust_api::wire::checks as check_settings;
pub use salus_trust_api::wire::contain;
pub use salus_trust_api::wire::exports;
pub use salus_trust_api::wire::incident as changes;
pub use salus_trust_api::wire::people;
pub use salus_trust_api::wire::policy;
pub use salus_trust_api::wire::relation::{AccessGiven, RedeemPaper};
pub use salus_trust_api::wire::{AdminError, Bearer, ClientStatus, SignIn, SignedIn};
pub use salus_trust_api::{Again, Line, Under};
pub use salus_trust_api::{Budgets, Interaction, Limits, Pkce, Purpose, Refusal, Token};
