//! $validate: says what is wrong with a resource, and writes nothing.
//!
//! A resource that is sent concerns nobody's record, so it needs a session and leaves no entry; a record that is there is read as any read
//! reads it. State: none.

use crate::checks::WEIGHT;
use crate::create::faulty;
use crate::{Cell, Delivery, RecordsError, Sent, text};
use salus_fhir::json::{Document, Value};
use salus_fhir::{Issue, Resource, ResourceType, Severity};
use salus_trust_api::client::Asker;
use std::sync::Arc;

/// The most profiles that are asked for at once.
const MAX_PROFILES: usize = 16;

/// For what a resource is to be valid (FHIR R4, value set `resource-validation-mode`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValidateMode {
    /// To be created.
    Create,
    /// To become a new version of the record that is addressed.
    Update,
    /// The record that is addressed is to be deleted.
    Delete,
    /// The record that is addressed is to keep profiles.
    Profile,
}

impl ValidateMode {
    /// By FHIR's code.
    pub fn from_code(code: &str) -> Option<Self> {
        Some(match code {
            "create" => Self::Create,
            "update" => Self::Update,
            "delete" => Self::Delete,
            "profile" => Self::Profile,
            _ => return None,
        })
    }
}

/// What is asked.
#[derive(Debug)]
pub struct ValidateAsk<'a> {
    /// The type that is addressed.
    pub kind: ResourceType,
    /// The record that is addressed.
    pub id: Option<&'a str>,
    /// For what.
    pub mode: Option<ValidateMode>,
    /// Profiles that it must keep, beside those that it claims and that the cell demands.
    pub profiles: Vec<String>,
}

/// What was found.
#[derive(Debug)]
pub struct Validation {
    /// Everything that is to be said; without an error, it is valid.
    pub issues: Vec<Issue>,
    /// Where a record was read for it.
    pub delivery: Option<Delivery>,
}

/// Validates what was sent, or the record that is addressed where nothing was. What was sent may be Parameters, whose `mode` and
/// `profile` then count beside those of `ask`.
///
/// Errors: [`RecordsError::Malformed`] where nothing can be validated; [`RecordsError::NoSession`]; as a read for a record.
pub async fn validate(
    cell: &Arc<Cell>,
    asker: &Asker,
    mut ask: ValidateAsk<'_>,
    sent: Option<Sent>,
) -> Result<Validation, RecordsError> {
    cell.serving()?;
    let sent = match sent {
        Some(sent) => {
            // Before anything of it is looked at: a stranger learns nothing.
            cell.trust.rights(asker).await.map_err(RecordsError::of_new)?;
            let json = sent.json().map_err(faulty)?;
            take(&mut ask, json)?
        }
        None => None,
    };
    if ask.profiles.iter().any(|profile| profile.trim_matches([' ', '|']).is_empty()) {
        return Err(RecordsError::Malformed(vec![text::validate_parameters()]));
    }
    if ask.profiles.len() > MAX_PROFILES {
        return Err(RecordsError::Malformed(vec![text::validate_profiles(MAX_PROFILES)]));
    }
    match (sent, ask.id) {
        (Some(json), _) if ask.mode != Some(ValidateMode::Delete) => {
            let issues = check(cell, &ask, json).await?;
            Ok(Validation { issues, delivery: None })
        }
        (_, Some(id)) => {
            let opened = crate::read(cell, asker, ask.kind, id).await?;
            let json = String::from_utf8(opened.text).map_err(|_| RecordsError::Internal)?;
            // Nothing hinders a deletion of what may be read.
            let issues = match ask.mode {
                Some(ValidateMode::Delete) => Vec::new(),
                _ => check(cell, &ask, json).await?,
            };
            Ok(Validation { issues, delivery: Some(opened.delivery) })
        }
        _ => Err(RecordsError::Malformed(vec![text::validate_nothing()])),
    }
}

async fn check(cell: &Cell, ask: &ValidateAsk<'_>, json: String) -> Result<Vec<Issue>, RecordsError> {
    let checks = cell.checks();
    let profiles: Vec<&str> = ask.profiles.iter().map(String::as_str).collect();
    let weight = json.len().saturating_mul(WEIGHT);
    let look = || match Resource::parse(json, Some(ask.kind)) {
        // What is no JSON cannot be validated; what is no valid structure was.
        Err(issues) if issues.iter().any(|issue| issue.severity == Severity::Fatal) => Err(faulty(issues)),
        Err(issues) => Ok(issues),
        Ok(resource) => {
            let mut issues = resource.warnings().to_vec();
            if ask.mode == Some(ValidateMode::Update) && ask.id.is_some_and(|id| resource.id() != Some(id)) {
                issues.push(text::id_differs(format!("{}.id", ask.kind)));
            }
            issues.extend(match (ask.mode, ask.id) {
                // As it was sent, whatever becomes of it.
                (None, None) => checks.check(&resource, &profiles),
                _ => checks.check_new(&resource, &profiles),
            });
            Ok(issues)
        }
    };
    cell.heavy.run(weight, look).await
}

/// What the operation's Parameters hold goes into `ask`, and the resource in them is given back; anything else is the resource itself.
fn take(ask: &mut ValidateAsk<'_>, json: String) -> Result<Option<String>, RecordsError> {
    let Ok(document) = Document::parse(json.as_str()) else { return Ok(Some(json)) };
    let root = document.root();
    let is_parameters = root.get_str("resourceType").as_deref() == Some("Parameters");
    let all: Vec<Value<'_>> = root.get("parameter").map(|all| all.elements().collect()).unwrap_or_default();
    let name = |one: &Value<'_>| one.get_str("name").map(|name| name.into_owned()).unwrap_or_default();
    let is_ours = |one: &Value<'_>| matches!(&*name(one), "resource" | "mode" | "profile");
    // Parameters may be what is to be validated.
    if !is_parameters || (ask.kind.name() == "Parameters" && !all.iter().all(is_ours)) {
        drop(all);
        return Ok(Some(json));
    }
    let unknown = || RecordsError::Malformed(vec![text::validate_parameters()]);
    let mut resource = None;
    for one in all {
        let value =
            |names: &[&str]| names.iter().find_map(|name| one.get_str(name)).map(|text| text.into_owned());
        match &*name(&one) {
            // Which of two would be looked at, nobody could tell.
            "resource" if resource.is_some() => return Err(unknown()),
            "resource" => resource = one.get("resource").map(|value| value.raw().to_owned()),
            "mode" => {
                let code = value(&["valueCode", "valueString"]).unwrap_or_default();
                ask.mode = Some(ValidateMode::from_code(&code).ok_or_else(unknown)?);
            }
            "profile" => {
                let profile = value(&["valueUri", "valueCanonical", "valueUrl", "valueString"]);
                ask.profiles.push(profile.ok_or_else(unknown)?);
            }
            _ => return Err(unknown()),
        }
    }
    Ok(resource)
}
