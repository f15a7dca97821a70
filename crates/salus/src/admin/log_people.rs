//! What the log says of people and passkeys, in readable form. Keys, credentials and hashes of secrets are left out. State: none.

use salus_fhir::instant;
use salus_seal::PrincipalId;
use salus_seal::entry::people::{PersonEvent, RegistrationAllowed};
use serde_json::{Value, json};

/// An event's name and what it says.
pub(super) fn describe(event: &PersonEvent) -> (&'static str, Value) {
    match event {
        PersonEvent::Added(added) => (
            "person-added",
            json!({
                "principal": added.principal.to_string(),
                "name": added.name,
                "role": added.role,
                "practitioner": added.practitioner,
                "by": by(added.by),
            }),
        ),
        PersonEvent::Invited(invited) => (
            "person-invited",
            json!({
                "principal": invited.principal.to_string(),
                "purpose": format!("{:?}", invited.purpose),
                "ends": instant(invited.ends_ms),
                "by": by(invited.by),
            }),
        ),
        PersonEvent::InvitationEnded { .. } => ("invitation-ended", Value::Null),
        PersonEvent::PasskeyRegistered(registered) => {
            let allowed_by = match registered.allowed_by {
                RegistrationAllowed::Invitation(_) => "invitation".to_owned(),
                RegistrationAllowed::Passkey(passkey) => passkey.to_string(),
            };
            (
                "passkey-registered",
                json!({
                    "principal": registered.principal.to_string(),
                    "passkey": registered.passkey.to_string(),
                    "label": registered.label,
                    "synced": registered.is_synced,
                    "allowed_by": allowed_by,
                }),
            )
        }
        PersonEvent::PasskeyNamed { passkey, label } => {
            ("passkey-named", json!({"passkey": passkey.to_string(), "label": label}))
        }
        PersonEvent::PasskeyRevoked { passkey, by: who } => {
            ("passkey-revoked", json!({"passkey": passkey.to_string(), "by": by(*who)}))
        }
        PersonEvent::PasskeyUsed { passkey, purpose, .. } => {
            ("passkey-used", json!({"passkey": passkey.to_string(), "purpose": format!("{purpose:?}")}))
        }
        PersonEvent::SignInRefused { passkey, why } => (
            "sign-in-refused",
            json!({"passkey": passkey.map(|id| id.to_string()), "why": format!("{why:?}")}),
        ),
        PersonEvent::StatusChanged { principal, status, by: who } => (
            "person-status-changed",
            json!({"principal": principal.to_string(), "status": format!("{status:?}"), "by": by(*who)}),
        ),
        PersonEvent::RoleChanged { principal, role, by: who, .. } => {
            ("role-changed", json!({"principal": principal.to_string(), "role": role, "by": by(*who)}))
        }
        PersonEvent::Described { principal, name, practitioner, by: who } => (
            "person-described",
            json!({
                "principal": principal.to_string(),
                "name": name,
                "practitioner": practitioner,
                "by": by(*who),
            }),
        ),
        PersonEvent::LanguageChosen { principal, language } => {
            ("language-chosen", json!({"principal": principal.to_string(), "language": language}))
        }
    }
}

/// None for somebody at the machine.
fn by(principal: Option<PrincipalId>) -> Option<String> {
    principal.map(|id| id.to_string())
}
