//! Codes with their words (FHIR R4, CodeableConcept and Coding).
//!
//! Never: translates a code by a table of its own; what the record says is shown. State: none.

use super::json::{all, plain, raw, text};
use salus_records::fhir::json::Value;

/// The most characters of a code.
const MAX_CODE_CHARS: usize = 40;

/// WHO's classification of medicines, as FHIR writes it.
pub(crate) const ATC: &str = "http://www.whocc.no/atc";
/// The German edition of the same.
pub(crate) const ATC_DE: &str = "http://fhir.de/CodeSystem/bfarm/atc";

/// A concept: what it is called, and the code that says it exactly.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Concept {
    /// What it is called; the code when nothing else is said.
    pub text: String,
    /// The first code, empty when there is none.
    pub code: String,
    /// The system of that code.
    pub system: String,
}

impl Concept {
    /// A CodeableConcept. None for one that says nothing.
    pub(crate) fn of(concept: Value<'_>) -> Option<Self> {
        let coding = all(concept, "coding").find(|coding| coding.get("code").is_some());
        let coding = coding.or_else(|| all(concept, "coding").next());
        let code = coding.and_then(|coding| text(coding, "code"));
        let code = code.map(|code| plain(&code, MAX_CODE_CHARS)).unwrap_or_default();
        let display = || all(concept, "coding").find_map(|coding| text(coding, "display"));
        let said = text(concept, "text").or_else(display).unwrap_or_else(|| code.clone());
        if said.is_empty() {
            return None;
        }
        let system = coding.and_then(|coding| raw(coding, "system")).unwrap_or_default();
        Some(Self { text: said, code, system })
    }

    /// The CodeableConcept of that name in a resource.
    pub(crate) fn at(resource: Value<'_>, name: &str) -> Option<Self> {
        all(resource, name).find_map(Self::of)
    }

    /// What tells it from others: system and code, else its words in lower case.
    pub(crate) fn key(&self) -> String {
        if self.code.is_empty() { self.text.to_lowercase() } else { format!("{}|{}", self.system, self.code) }
    }

    /// The code where it says more than the words beside it.
    pub(crate) fn shown_code(&self) -> &str {
        if self.code == self.text { "" } else { &self.code }
    }
}

/// Whether a concept has a code of a system.
pub(crate) fn has_code(concept: Value<'_>, system: &str, is_wanted: impl Fn(&str) -> bool) -> bool {
    all(concept, "coding").any(|coding| {
        coding.get_str("system").is_some_and(|found| found == system)
            && coding.get_str("code").is_some_and(|code| is_wanted(&code))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use salus_records::fhir::json::Document;

    fn of(text: &str) -> Option<Concept> {
        Concept::of(Document::parse(text).unwrap().root())
    }

    #[test]
    fn words_come_first_and_a_code_stands_for_them() {
        let both =
            of(r#"{"coding":[{"system":"s","code":"E11.9","display":"Type 2"}],"text":"Zucker"}"#).unwrap();
        assert_eq!(
            (both.text.as_str(), both.shown_code(), both.key().as_str()),
            ("Zucker", "E11.9", "s|E11.9")
        );
        let bare = of(r#"{"coding":[{"code":"I10"}]}"#).unwrap();
        assert_eq!((bare.text.as_str(), bare.shown_code()), ("I10", ""));
        assert_eq!(of(r#"{"coding":[{},{"code":"b","display":"B"}]}"#).unwrap().code, "b");
        assert_eq!(of(r#"{"text":"Nur Worte"}"#).unwrap().key(), "nur worte");
        assert_eq!(of("{}"), None);
        assert_eq!(of(r#"{"coding":[{}]}"#), None);
    }
}
