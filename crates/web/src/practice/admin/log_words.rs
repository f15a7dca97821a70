//! The sentences of the log: who did what, as a colleague would say it.
//!
//! State: none.

use super::super::view::reason::reason_words;
use super::log_line::Labels;
use super::tell::{label, role};
use salus_frame::Words;
use salus_records::administration::{CellLogEntry, LogKind, LoggedAccess};
use salus_records::alarm_events::{AlarmEvent, AlarmKind};
use salus_records::checks_events::ChecksEvent;
use salus_records::contain_events::{ContainEvent, HoldOn};
use salus_records::export_events::ExportEvent;
use salus_records::incident_events::IncidentEvent;
use salus_records::person_events::{
    InvitationPurpose, PasskeyUse, PersonEvent, PersonStatus, RegistrationAllowed, SignInFault,
};
use salus_records::policy_events::PolicyEvent;
use salus_records::{Interaction, LogEvent, Part, ProofEvent, Reason, Refusal, RelationEvent};

/// Whether something was refused.
pub(super) fn is_refused(event: &LogEvent) -> bool {
    matches!(event, LogEvent::Refused | LogEvent::Person(PersonEvent::SignInRefused { .. }))
}

/// Who, and what they did: read one after the other, a sentence.
pub(super) fn sentence(t: Words, labels: &Labels, told: &CellLogEntry) -> (String, String) {
    let nobody = match &told.event {
        LogEvent::Person(PersonEvent::SignInRefused { .. } | PersonEvent::InvitationEnded { .. }) => {
            "admin-log-somebody"
        }
        LogEvent::Opened | LogEvent::Refused => "admin-log-somebody",
        _ if told.kind == LogKind::Report => "admin-log-system",
        _ => "admin-log-machine",
    };
    let who = told.name.clone().unwrap_or_else(|| t.say(nobody).into_owned());
    (who, what(t, labels, told))
}

/// What was done, and why, where that was said.
fn because(what: String, reason: &str) -> String {
    if reason.is_empty() { what } else { format!("{what} ({reason})") }
}

fn what(t: Words, labels: &Labels, told: &CellLogEntry) -> String {
    let about = || told.about.clone().unwrap_or_default();
    let named = |key: &str| t.say_with(key, "about", about()).into_owned();
    match &told.event {
        LogEvent::SessionBegun { device: Some(passkey), .. } => {
            t.say_with("admin-log-signed-in", "passkey", label(t, labels.get(passkey))).into_owned()
        }
        LogEvent::SessionBegun { device: None, .. } => t.say("admin-log-session").into_owned(),
        LogEvent::SessionRevoked { .. } => t.say("admin-log-session-ended").into_owned(),
        LogEvent::ClientCreated { role: name, .. } => {
            t.say_with_two("admin-log-client", ("about", about()), ("role", role(t, name))).into_owned()
        }
        LogEvent::ClientRevoked { .. } => named("admin-log-client-ended"),
        LogEvent::Proof(ProofEvent::Required { .. }) => named("admin-log-proof-required"),
        LogEvent::Proof(ProofEvent::BearerAllowed { .. }) => named("admin-log-bearer-allowed"),
        LogEvent::Quarantined { on: true } => t.say("admin-log-cut-off").into_owned(),
        LogEvent::Quarantined { on: false } => t.say("admin-log-joined").into_owned(),
        LogEvent::Related(RelationEvent::Stated { .. }) => {
            let why = told.about.as_deref().and_then(Reason::of_code).map_or("", reason_words);
            if why.is_empty() {
                return t.say("admin-log-forgotten").into_owned();
            }
            t.say_with("admin-log-reason", "why", t.say(why).into_owned()).into_owned()
        }
        LogEvent::Related(RelationEvent::IsPatient { .. }) => t.say("admin-log-patient").into_owned(),
        LogEvent::Policy(PolicyEvent::Set { restores: Some(entry), .. }) => {
            t.say_with("admin-log-rules-restored", "entry", *entry).into_owned()
        }
        LogEvent::Policy(PolicyEvent::Set { .. }) => t.say("admin-log-rules").into_owned(),
        LogEvent::Checks(ChecksEvent::Set { restores: Some(entry), .. }) => {
            t.say_with("admin-log-checks-restored", "entry", *entry).into_owned()
        }
        LogEvent::Checks(ChecksEvent::Set { .. }) => t.say("admin-log-checks").into_owned(),
        LogEvent::Contained(event) => match event {
            ContainEvent::Held { what: HoldOn::Cell | HoldOn::Everyone, reason, .. } => {
                because(t.say("admin-log-held-all").into_owned(), reason)
            }
            ContainEvent::Held { reason, .. } => because(named("admin-log-held"), reason),
            ContainEvent::Released { hold, .. } => {
                t.say_with("admin-log-released", "hold", *hold).into_owned()
            }
            ContainEvent::ExceptionMade { .. } => named("admin-log-except"),
            ContainEvent::ExceptionEnded { .. } => named("admin-log-except-ended"),
            ContainEvent::CutOffBecause { reason, .. } => {
                t.say_with("admin-log-cut-off-because", "reason", reason.clone()).into_owned()
            }
        },
        LogEvent::Person(event) => person(t, labels, event, &about()),
        LogEvent::Alarm(event) => {
            let in_lists = told.access.as_ref().is_some_and(|access| access.part == Part::Line);
            alarm(t, event, in_lists)
        }
        LogEvent::Incident(event) => incident(t, event),
        LogEvent::Searching(_) => t.say("admin-log-parameter").into_owned(),
        LogEvent::Export(event) => exported(t, event),
        LogEvent::Budget(event) => super::log_budgets::what(t, event, &about(), told.access.as_ref()),
        _ if told.kind == LogKind::Report => t.say("admin-log-bookkeeping").into_owned(),
        event => match &told.access {
            Some(access) => accessed(t, event, access),
            None => t.say("admin-log-forgotten").into_owned(),
        },
    }
}

/// What happened to an export.
fn exported(t: Words, event: &ExportEvent) -> String {
    let numbered = |key: &str, export: u64| t.say_with(key, "export", export).into_owned();
    match event {
        ExportEvent::Asked(asked) => t.say_with("exports-log-asked", "count", asked.patients).into_owned(),
        ExportEvent::Approved { export, .. } => numbered("exports-log-approved", *export),
        ExportEvent::Begun { export } => numbered("exports-log-begun", *export),
        ExportEvent::Ready { export, .. } => numbered("exports-log-ready", *export),
        ExportEvent::Taken { export, .. } => numbered("exports-log-taken", *export),
        ExportEvent::Ended { export, .. } => numbered("exports-log-ended", *export),
    }
}

/// What was done about an incident.
fn incident(t: Words, event: &IncidentEvent) -> String {
    match event {
        IncidentEvent::LogKeysGiven { .. } => t.say("admin-log-keys-given").into_owned(),
        IncidentEvent::Undone { entry } => t.say_with("admin-log-undone", "entry", *entry).into_owned(),
        IncidentEvent::MatchBegun { rows, .. } => t.say_with("admin-log-match", "count", *rows).into_owned(),
        IncidentEvent::EvidenceMade { .. } => t.say("admin-log-evidence").into_owned(),
    }
}

/// What an alarm is about, or what became of it.
fn alarm(t: Words, event: &AlarmEvent, in_lists: bool) -> String {
    let key = match event {
        AlarmEvent::Raised(raised) => {
            let what = t.say(kind_words(raised.kind, in_lists));
            return t.say_with("admin-log-alarm", "what", what.into_owned()).into_owned();
        }
        AlarmEvent::Acknowledged { .. } => "admin-log-alarm-seen",
        AlarmEvent::Told { .. } => "admin-log-alarm-told",
        AlarmEvent::Ways { .. } => "admin-log-alarm-ways",
        AlarmEvent::Rules { .. } => "admin-log-alarm-rules",
        AlarmEvent::Restored { .. } => "admin-log-alarm-restored",
        AlarmEvent::PlacesOpened { .. }
        | AlarmEvent::Kept { .. }
        | AlarmEvent::Removed { .. }
        | AlarmEvent::Compared { .. } => "admin-log-alarm-canaries",
    };
    t.say(key).into_owned()
}

/// A kind of alarm in plain words. `in_lists`: of canaries, that no more than their lines were seen.
pub(super) fn kind_words(kind: AlarmKind, in_lists: bool) -> &'static str {
    match kind {
        AlarmKind::Canary if in_lists => "alarm-canary-lists",
        AlarmKind::Canary => "alarm-canary",
        AlarmKind::BudgetSpent => "alarm-budget-spent",
        AlarmKind::NewDevice => "alarm-new-device",
        AlarmKind::ManyRefusals => "alarm-many-refusals",
        AlarmKind::ManyCounts => "alarm-many-counts",
        AlarmKind::Export => "alarm-export",
        AlarmKind::TrustAtNight => "alarm-trust-at-night",
        AlarmKind::Tampering => "alarm-tampering",
        AlarmKind::EmergencyReserve => "alarm-emergency-reserve",
    }
}

/// What happened to somebody, `about` by name.
fn person(t: Words, labels: &Labels, event: &PersonEvent, about: &str) -> String {
    let named = |key: &str| t.say_with(key, "about", about.to_owned()).into_owned();
    let two = |key: &str, name: &str, value: String| {
        t.say_with_two(key, ("about", about.to_owned()), (name, value)).into_owned()
    };
    let with = |key: &str, passkey: &str| t.say_with(key, "passkey", label(t, passkey)).into_owned();
    match event {
        PersonEvent::Added(added) => two("admin-log-added", "role", role(t, &added.role)),
        PersonEvent::Invited(invited) => named(match invited.purpose {
            InvitationPurpose::Passkey => "admin-log-invited",
            InvitationPurpose::LookRound => "admin-log-looks-round",
            InvitationPurpose::Paper => "admin-log-paper-code",
        }),
        PersonEvent::InvitationEnded { .. } => t.say("admin-log-invitation-ended").into_owned(),
        PersonEvent::PasskeyRegistered(registered) => {
            let key = match registered.allowed_by {
                RegistrationAllowed::Invitation(_) => "admin-log-passkey-first",
                RegistrationAllowed::Passkey(_) => "admin-log-passkey-more",
            };
            with(key, &registered.label)
        }
        PersonEvent::PasskeyNamed { label: name, .. } => with("admin-log-passkey-named", name),
        PersonEvent::PasskeyRevoked { .. } if about.is_empty() => {
            t.say("admin-log-passkey-gone").into_owned()
        }
        PersonEvent::PasskeyRevoked { passkey, .. } => {
            two("admin-log-passkey-ended", "passkey", label(t, labels.get(passkey)))
        }
        PersonEvent::PasskeyUsed { passkey, purpose, .. } => with(passkey_use(*purpose), labels.get(passkey)),
        PersonEvent::SignInRefused { why, .. } => {
            t.say_with("admin-log-sign-in-refused", "why", t.say(fault(*why)).into_owned()).into_owned()
        }
        PersonEvent::StatusChanged { status, .. } => named(status_changed(*status)),
        PersonEvent::RoleChanged { role: name, .. } => two("admin-log-role", "role", role(t, name)),
        PersonEvent::Described { .. } => named("admin-log-described"),
        PersonEvent::LanguageChosen { language, .. } => {
            t.say_with("admin-log-language", "language", language.clone()).into_owned()
        }
    }
}

fn accessed(t: Words, event: &LogEvent, access: &LoggedAccess) -> String {
    let patients = |key: &str| t.say_with(key, "count", access.patients).into_owned();
    match (event, access.refused) {
        (_, Some(refusal)) => {
            let (asked, why) =
                (t.say(interaction(access.interaction)), t.say(refused(access.interaction, refusal)));
            t.say_with_two("admin-log-refused", ("asked", asked.into_owned()), ("why", why.into_owned()))
                .into_owned()
        }
        (LogEvent::Searched | LogEvent::SearchedWithin, None) => patients("admin-log-searched"),
        (LogEvent::Written { .. }, None) => {
            let versions = ("versions", access.versions);
            t.say_with_two("admin-log-written", ("count", access.patients), versions).into_owned()
        }
        (_, None) if access.part == Part::Line => patients("admin-log-glimpsed"),
        (_, None) => patients("admin-log-opened"),
    }
}

/// What was asked for.
pub(super) fn interaction(interaction: Interaction) -> &'static str {
    match interaction {
        Interaction::Read => "admin-asked-read",
        Interaction::Vread | Interaction::HistoryInstance => "admin-asked-history",
        Interaction::HistoryType | Interaction::HistorySystem => "admin-asked-histories",
        Interaction::Create => "admin-asked-create",
        Interaction::Update | Interaction::Patch => "admin-asked-update",
        Interaction::Delete => "admin-asked-delete",
        Interaction::Transaction | Interaction::Batch => "admin-asked-bundle",
        Interaction::SearchType | Interaction::SearchSystem => "admin-asked-search",
        Interaction::Administer => "admin-asked-administer",
        Interaction::Accesses => "admin-asked-accesses",
        Interaction::Session => "admin-asked-session",
        Interaction::Count => "admin-asked-count",
        Interaction::Relation => "admin-asked-relation",
        Interaction::Export => "admin-asked-export",
    }
}

fn refused(asked: Interaction, refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Budget { .. } if asked == Interaction::Administer => "admin-refused-handed",
        Refusal::NoSession | Refusal::Suspended => "admin-refused-session",
        Refusal::NotAllowed => "admin-refused-role",
        Refusal::Missing => "admin-refused-missing",
        Refusal::Quarantined => "admin-refused-cut-off",
        Refusal::Budget { .. } => "admin-refused-budget",
        Refusal::DoesNotOpen => "admin-refused-damaged",
        Refusal::Malformed => "admin-refused-malformed",
        Refusal::NoRoom => "admin-refused-full",
        Refusal::NoProof => "admin-refused-no-proof",
        Refusal::BadProof | Refusal::StaleProof => "admin-refused-bad-proof",
        Refusal::TouchNeeded => "admin-refused-touch",
    }
}

fn passkey_use(purpose: PasskeyUse) -> &'static str {
    match purpose {
        PasskeyUse::SignIn => "admin-log-used-sign-in",
        PasskeyUse::List => "admin-log-used-list",
        PasskeyUse::Add => "admin-log-used-add",
        PasskeyUse::Rename => "admin-log-used-rename",
        PasskeyUse::Remove => "admin-log-used-remove",
        PasskeyUse::Touch => "admin-log-used-touch",
        PasskeyUse::Raise => "admin-log-used-raise",
        PasskeyUse::Export => "admin-log-used-export",
    }
}

fn status_changed(status: PersonStatus) -> &'static str {
    match status {
        PersonStatus::Active => "admin-log-restored",
        PersonStatus::Suspended => "admin-log-suspended",
        PersonStatus::Revoked => "admin-log-revoked",
    }
}

fn fault(fault: SignInFault) -> &'static str {
    match fault {
        SignInFault::Origin
        | SignInFault::RelyingParty
        | SignInFault::Challenge
        | SignInFault::OtherPerson => "admin-fault-elsewhere",
        SignInFault::Replayed | SignInFault::CodeReused => "admin-fault-replayed",
        SignInFault::Expired | SignInFault::Code => "admin-fault-late",
        SignInFault::Cloned => "admin-fault-copied",
        SignInFault::Proof => "admin-fault-proof",
        SignInFault::UnknownPasskey => "admin-fault-unknown",
        SignInFault::NotAllowed => "admin-fault-status",
        SignInFault::Invitation => "admin-fault-invitation",
        SignInFault::AlreadyRegistered => "admin-fault-registered",
        SignInFault::NotPresent | SignInFault::NotVerified => "admin-fault-nobody",
        SignInFault::Malformed | SignInFault::Signature | SignInFault::Request | SignInFault::Verifier => {
            "admin-fault-wrong"
        }
    }
}
