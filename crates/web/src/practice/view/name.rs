//! Names of people and organisations (FHIR R4, HumanName).
//!
//! Never: invents a name; who has none is shown by the caller's word for that. State: none.

use super::json::{MAX_TEXT_CHARS, all, is, plain, text};
use salus_records::fhir::json::Value;

/// The most characters of a name.
const MAX_NAME_CHARS: usize = 120;

/// A person's name, as lists and heads of pages show it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Name {
    /// Family name with its particles, as it is written.
    pub family: String,
    /// All given names.
    pub given: String,
    /// Titles before the name.
    pub prefix: String,
    /// The name at birth, when it is another.
    pub maiden: String,
}

impl Name {
    /// The name in use of a resource that has the element `name`: the official one, else the usual one, else the first that is not past.
    pub(crate) fn of(resource: Value<'_>) -> Option<Self> {
        let past = |name: &Value<'_>| is(*name, "use", "old") || is(*name, "use", "maiden");
        let with = |wanted: &str| all(resource, "name").find(|name| is(*name, "use", wanted));
        let chosen = with("official")
            .or_else(|| with("usual"))
            .or_else(|| all(resource, "name").find(|name| !past(name)))
            .or_else(|| all(resource, "name").next())?;
        let mut name = Self::read(chosen)?;
        if let Some(maiden) = with("maiden").and_then(|maiden| text(maiden, "family"))
            && maiden != name.family
        {
            name.maiden = maiden;
        }
        Some(name)
    }

    fn read(name: Value<'_>) -> Option<Self> {
        let family = text(name, "family").unwrap_or_default();
        let given = words(name, "given");
        let prefix = words(name, "prefix");
        if family.is_empty() && given.is_empty() {
            // Only the whole is there; it stands where lists look first.
            return Some(Self { family: text(name, "text")?, prefix, ..Self::default() });
        }
        Some(Self { family: plain(&family, MAX_NAME_CHARS), given, prefix, maiden: String::new() })
    }

    /// `Müller, Anna Eva`: as a card index has it.
    pub(crate) fn sorted(&self) -> String {
        match (self.family.is_empty(), self.given.is_empty()) {
            (false, false) => format!("{}, {}", self.family, self.given),
            (true, _) => self.given.clone(),
            (false, true) => self.family.clone(),
        }
    }

    /// `Dr. med. Anna Müller`: as one says it.
    pub(crate) fn spoken(&self) -> String {
        let words = [&self.prefix, &self.given, &self.family];
        words.into_iter().filter(|word| !word.is_empty()).cloned().collect::<Vec<_>>().join(" ")
    }

    /// `Dr. med. Müller`: where there is little room.
    pub(crate) fn short(&self) -> String {
        if self.family.is_empty() {
            return self.given.clone();
        }
        if self.prefix.is_empty() { self.spoken() } else { format!("{} {}", self.prefix, self.family) }
    }
}

fn words(name: Value<'_>, element: &str) -> String {
    let words = all(name, element).filter_map(|word| word.as_str());
    plain(&words.collect::<Vec<_>>().join(" "), MAX_NAME_CHARS.min(MAX_TEXT_CHARS))
}

/// What a Practitioner, Organization, Patient or RelatedPerson is called.
pub(crate) fn called(resource: Value<'_>) -> Option<String> {
    match resource.get("name")?.as_str() {
        Some(name) => Some(plain(&name, MAX_NAME_CHARS)).filter(|name| !name.is_empty()),
        None => Name::of(resource).map(|name| name.spoken()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use salus_records::fhir::json::Document;

    fn of(text: &str) -> Option<Name> {
        Name::of(Document::parse(text).unwrap().root())
    }

    #[test]
    fn the_name_in_use_is_shown_and_the_one_at_birth_beside_it() {
        let name = of(r#"{"name":[{"use":"maiden","family":"Schmidt"},{"use":"nickname","given":["Anni"]},
                {"use":"official","family":"von der Au","given":["Anna","Eva"],"prefix":["Dr.","med."]}]}"#)
        .unwrap();
        assert_eq!(name.sorted(), "von der Au, Anna Eva");
        assert_eq!(name.spoken(), "Dr. med. Anna Eva von der Au");
        assert_eq!(name.short(), "Dr. med. von der Au");
        assert_eq!(name.maiden, "Schmidt");
    }

    #[test]
    fn names_that_lack_parts_are_shown_with_what_there_is() {
        assert_eq!(of(r#"{"name":[{"text":"Frère Jean"}]}"#).unwrap().sorted(), "Frère Jean");
        assert_eq!(of(r#"{"name":[{"given":["Jean"]}]}"#).unwrap().sorted(), "Jean");
        assert_eq!(of(r#"{"name":[{"use":"old","family":"A"}]}"#).unwrap().sorted(), "A");
        assert_eq!(of(r#"{"name":[{}]}"#), None);
        assert_eq!(of("{}"), None);
        let called_of = |text: &str| called(Document::parse(text).unwrap().root());
        assert_eq!(
            called_of(r#"{"name":"AOK Baden-Württemberg"}"#).as_deref(),
            Some("AOK Baden-Württemberg")
        );
        assert_eq!(
            called_of(r#"{"name":[{"family":"Roth","prefix":["Dr."]}]}"#).as_deref(),
            Some("Dr. Roth")
        );
    }
}
