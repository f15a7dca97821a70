//! Codes and their lists.

use super::Treatment;
use super::walk::Walk;
use super::world::World;
use crate::fhirpath::Node;
use crate::json::Value;
use crate::message::conformity::{Broken, shown_address};
use crate::package::Canonical;
use crate::profile::{Binding, Profile, Strength};
use crate::terminology::Membership;
use crate::validate::Path;
use crate::{IssueCode, Severity};

/// Where the addresses of HL7's own lists begin, which what exists takes liberties with.
const HL7: [&str; 2] = ["http://hl7.org/fhir/", "http://terminology.hl7.org/"];

impl<'d> World<'_, 'd> {
    /// Whether a code, Coding, CodeableConcept or Quantity is in a list. Of several codings one is enough.
    pub(super) fn coded(&self, node: Node, set: &Canonical) -> Membership {
        let Some(object) = self.tree.value(node) else { return Membership::Yes };
        match self.tree.type_name(node) {
            "CodeableConcept" => {
                let mut answer = None;
                self.tree.children_named(node, "coding", |coding| {
                    let before = answer.take().unwrap_or(Membership::No);
                    answer = Some(before.or(|| self.coded(coding, set)));
                });
                // Only text: no code that could be in a list.
                answer.unwrap_or(Membership::No)
            }
            "Coding" | "Quantity" | "Age" | "Count" | "Distance" | "Duration" | "SimpleQuantity"
            | "MoneyQuantity" => {
                let Some(code) = object.get_str("code") else { return Membership::No };
                match object.get_str("system") {
                    Some(system) => self.library.membership(set, Some(&system), &code),
                    None => Membership::No,
                }
            }
            _ => match object.as_str() {
                Some(code) => self.library.membership(set, None, &code),
                None => Membership::Yes,
            },
        }
    }
}

impl Walk<'_, '_, '_> {
    /// Checks an element's binding.
    pub(super) fn binding(&mut self, node: Node, binding: &Binding, profile: &Profile, path: &Path<'_>) {
        if matches!(binding.strength, Strength::Example | Strength::Preferred) || !node.has_value() {
            return;
        }
        if self.is_quiet && binding.strength != Strength::Required {
            return;
        }
        let required = binding.strength == Strength::Required;
        match self.world.coded(node, &binding.value_set) {
            Membership::Yes => {}
            Membership::NotLoaded(list) => {
                if self.lists.insert(list.clone()) {
                    self.report(
                        path,
                        Severity::Warning,
                        IssueCode::CodeInvalid,
                        profile,
                        Broken::NotLoaded { list },
                    );
                }
            }
            Membership::No if !required && self.is_text_only(node) => {}
            Membership::No => {
                let severity = if required { Severity::Error } else { Severity::Warning };
                let broken = Broken::NotListed { list: binding.value_set.to_string().into(), required };
                self.report(path, severity, IssueCode::CodeInvalid, profile, broken);
            }
        }
    }

    /// A concept, or a Quantity, that has no code: allowed where the list may be left.
    fn is_text_only(&self, node: Node) -> bool {
        let object = self.world.tree.value(node);
        object.is_some_and(|object| match self.world.tree.type_name(node) {
            "CodeableConcept" => object.get("coding").is_none(),
            _ => object.get("code").is_none(),
        })
    }

    /// Reports a code that its own system, loaded whole, does not have (FHIR R4, section 4.1.1.1), and a system that is not loaded.
    pub(super) fn coding(&mut self, node: Node, profile: &Profile, path: &Path<'_>) {
        if self.is_quiet {
            return;
        }
        let Some(object) = self.world.tree.value(node) else { return };
        let (Some(system), Some(code)) = (object.get_str("system"), object.get_str("code")) else { return };
        let version = object.get_str("version");
        let (severity, found) = match self.world.library.is_code_of(&system, version.as_deref(), &code) {
            Membership::Yes => return self.shown(object, &system, &code, profile, path),
            Membership::No => {
                let is_hl7 = HL7.iter().any(|base| system.starts_with(base));
                let treatment = if is_hl7 { self.world.settings.hl7_codes } else { Treatment::Refuse };
                let severity = match treatment {
                    Treatment::Refuse => Severity::Error,
                    Treatment::Warn => Severity::Warning,
                    Treatment::Accept => return,
                };
                let required = severity == Severity::Error;
                (severity, Broken::NotListed { list: shown_address(&system), required })
            }
            Membership::NotLoaded(list) => {
                if !self.lists.insert(list.clone()) {
                    return;
                }
                (Severity::Warning, Broken::NotLoaded { list: shown_address(&list) })
            }
        };
        self.report(path, severity, IssueCode::CodeInvalid, profile, found);
    }

    /// Warns of a display that is none of the code's words.
    fn shown(&mut self, coding: Value<'_>, system: &str, code: &str, profile: &Profile, path: &Path<'_>) {
        let Some(display) = coding.get_str("display") else { return };
        if self.world.library.lists().is_shown(system, code, &display) == Some(false) {
            let broken = Broken::Display { list: shown_address(system) };
            self.report(path, Severity::Warning, IssueCode::CodeInvalid, profile, broken);
        }
    }
}
