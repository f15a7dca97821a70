//! FHIR's operations on code lists: what is asked, in an address or as Parameters, and the answer as JSON.
//!
//! For: `$expand`, `$validate-code`, `$lookup` and `$subsumes` (FHIR R4). Never fetches a list: the caller brings what is asked about
//! ([`Asked::set`], [`Asked::system`]). Refuses every parameter that it does not know: none is passed by in silence. State: none.

use super::question::{
    given_twice, missing, no_flag, no_number, no_parameters, not_an_address, not_in_an_address,
    too_many_parameters, unknown,
};
use super::written::{parameter, parameters, write_expansion, write_lookup};
use super::{Coded, Expand, ListFault, Lists, Validity, ValueSet};
use crate::json::{Document, Value};
use crate::message::shown_name;
use crate::package::{Canonical, split};
use crate::{Issue, Language};

/// The most values of an answer's and a question's parameters.
pub(super) const MAX_PARAMETERS: usize = 256;

/// An operation on code lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListOperation {
    /// `ValueSet/$expand`
    Expand,
    /// `ValueSet/$validate-code`
    ValidateInSet,
    /// `CodeSystem/$validate-code`
    ValidateOfSystem,
    /// `CodeSystem/$lookup`
    Lookup,
    /// `CodeSystem/$subsumes`
    Subsumes,
}

impl ListOperation {
    /// The parameters that it knows.
    pub fn parameters(self) -> &'static [&'static str] {
        match self {
            Self::Expand => &[
                "url",
                "valueSet",
                "valueSetVersion",
                "filter",
                "offset",
                "count",
                "includeDesignations",
                "activeOnly",
                "excludeNested",
                "displayLanguage",
            ],
            Self::ValidateInSet => &[
                "url",
                "valueSet",
                "valueSetVersion",
                "code",
                "system",
                "systemVersion",
                "display",
                "coding",
                "codeableConcept",
                "displayLanguage",
            ],
            Self::ValidateOfSystem => {
                &["url", "code", "version", "display", "coding", "codeableConcept", "displayLanguage"]
            }
            Self::Lookup => &["code", "system", "version", "coding", "displayLanguage", "property"],
            Self::Subsumes => &["codeA", "codeB", "system", "version", "codingA", "codingB"],
        }
    }
}

/// A code, as it was sent.
#[derive(Debug, Default, Clone)]
struct Sent {
    name: &'static str,
    system: Option<String>,
    version: Option<String>,
    code: String,
    display: Option<String>,
}

/// What is asked.
#[derive(Debug)]
pub struct Asked {
    operation: ListOperation,
    texts: Vec<(&'static str, String)>,
    codes: Vec<Sent>,
    set: Option<String>,
    /// Where each parameter stands.
    places: Vec<(&'static str, String)>,
}

impl Asked {
    fn new(operation: ListOperation) -> Self {
        Self { operation, texts: Vec::new(), codes: Vec::new(), set: None, places: Vec::new() }
    }

    /// The parameter of that name, as it is known.
    fn known(&self, name: &str) -> Result<&'static str, Issue> {
        let all = self.operation.parameters();
        all.iter().find(|known| **known == name).copied().ok_or_else(|| unknown(name, &all.join(", ")))
    }

    /// Notes where a parameter stands. All but `property` may stand once.
    fn place(&mut self, name: &'static str, place: String) -> Result<(), Issue> {
        if name != "property" && self.places.iter().any(|(other, _)| *other == name) {
            return Err(given_twice(name).at(place));
        }
        self.places.push((name, place));
        Ok(())
    }

    /// An issue at the place of a parameter, where it is given.
    fn at(&self, name: &str, issue: Issue) -> Issue {
        match self.places.iter().find(|(other, _)| *other == name) {
            Some((_, place)) => issue.at(place.clone()),
            None => issue,
        }
    }

    /// Why there is no answer, at the parameter that names the list.
    fn refused(&self, names: &[&str], fault: &ListFault) -> Issue {
        let name = names.iter().find(|name| self.places.iter().any(|(other, _)| other == *name));
        match (name, fault) {
            (Some(name), ListFault::NotLoaded { list }) if !list.contains(':') => {
                self.at(name, not_an_address(name, split(list).0))
            }
            (Some(name), ListFault::NotLoaded { .. }) => self.at(name, fault.issue()),
            _ => fault.issue(),
        }
    }

    /// What an address asks.
    ///
    /// # Errors
    /// A parameter that is not known, is there twice, has no value, or cannot stand in an address.
    pub fn of_query(
        operation: ListOperation,
        pairs: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, Issue> {
        let mut asked = Self::new(operation);
        for (name, value) in pairs {
            if asked.places.len() >= MAX_PARAMETERS {
                return Err(too_many_parameters());
            }
            let place = format!("http.{}", shown_name(&name).unwrap_or_default());
            let name = asked.known(&name).map_err(|issue| issue.at(place.trim_end_matches('.')))?;
            if matches!(name, "valueSet" | "coding" | "codeableConcept" | "codingA" | "codingB") {
                return Err(not_in_an_address(name).at(place));
            }
            // Who types has not typed yet: an empty filter is none.
            if value.is_empty() && name != "filter" {
                return Err(missing(name).at(place));
            }
            asked.place(name, place)?;
            asked.texts.push((name, value));
        }
        Ok(asked)
    }

    /// What Parameters ask, beside what the address does.
    ///
    /// # Errors
    /// Text that is no Parameters, or has one that is not known, is there twice or has no value.
    pub fn with_parameters(mut self, json: &str) -> Result<Self, Issue> {
        let document = Document::parse(json).map_err(|_| no_parameters())?;
        let root = document.root();
        if root.get_str("resourceType").as_deref() != Some("Parameters") {
            return Err(no_parameters());
        }
        let all = root.get("parameter").into_iter().flat_map(|all| all.elements());
        for (at, one) in all.enumerate() {
            if self.places.len() >= MAX_PARAMETERS {
                return Err(too_many_parameters());
            }
            let place = format!("Parameters.parameter[{at}]");
            let name = one.get_str("name").unwrap_or_default();
            let name = self.known(&name).map_err(|issue| issue.at(place.as_str()))?;
            self.place(name, place.clone())?;
            if let Some(set) = one.get("resource").filter(|_| name == "valueSet") {
                self.set = Some(set.raw().to_owned());
                continue;
            }
            let value =
                one.members().find(|member| member.key_text().starts_with("value")).map(|one| one.value);
            let value = value.ok_or_else(|| missing(name).at(place.as_str()))?;
            match name {
                "coding" | "codingA" | "codingB" => self.codes.push(sent(name, value, &place)?),
                "codeableConcept" => {
                    let codings = value.get("coding").into_iter().flat_map(|all| all.elements());
                    for coding in codings {
                        if self.codes.len() >= MAX_PARAMETERS {
                            return Err(too_many_parameters().at(place));
                        }
                        self.codes.push(sent(name, coding, &place)?);
                    }
                }
                _ => {
                    let text = value.as_str().unwrap_or_else(|| value.raw().into());
                    self.texts.push((name, text.into_owned()));
                }
            }
        }
        Ok(self)
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.texts.iter().find(|(other, _)| *other == name).map(|(_, text)| text.as_str())
    }

    fn flag(&self, name: &str) -> Result<bool, Issue> {
        match self.text(name) {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(self.at(name, no_flag(name))),
        }
    }

    fn number(&self, name: &str) -> Result<Option<usize>, Issue> {
        // As FHIR writes an integer: it is said again in the answer.
        let number = |text: &str| {
            let number = text.parse::<u32>().ok().filter(|number| *number <= i32::MAX as u32)?;
            (number.to_string() == text).then_some(number as usize)
        };
        let read = |text: &str| number(text).ok_or_else(|| self.at(name, no_number(name)));
        self.text(name).map(read).transpose()
    }

    /// The operation.
    pub fn operation(&self) -> ListOperation {
        self.operation
    }

    /// The value set that is asked about, by its canonical.
    pub fn set(&self) -> Option<Canonical> {
        if matches!(self.operation, ListOperation::ValidateOfSystem) {
            return None;
        }
        let mut canonical = Canonical::parse(self.text("url")?);
        if let Some(version) = self.text("valueSetVersion") {
            canonical.version = Some(version.into());
        }
        Some(canonical)
    }

    /// A value set that was sent to be asked about.
    pub fn sent_set(&self) -> Option<&str> {
        self.set.as_deref()
    }

    /// The code system that is asked about.
    pub fn system(&self) -> Option<Canonical> {
        let own = match self.operation {
            ListOperation::ValidateOfSystem => self.text("url"),
            _ => self.text("system"),
        };
        let of_code = || self.codes.iter().find_map(|code| code.system.as_deref());
        let mut canonical = Canonical::parse(own.or_else(of_code)?);
        if let Some(version) = self.text("version").or_else(|| self.text("systemVersion")) {
            canonical.version = Some(version.into());
        }
        Some(canonical)
    }

    /// The answer as JSON. `set` is the value set that is asked about, `identifier` and `time` are those of an expansion.
    ///
    /// # Errors
    /// What is missing or wrong in the question, or a list that is not loaded.
    pub fn answer(
        &self,
        lists: &Lists,
        set: Option<&ValueSet>,
        (identifier, time): (&str, &str),
        language: Language,
    ) -> Result<String, Issue> {
        let set = || {
            set.ok_or_else(|| match self.set() {
                Some(url) => self.refused(&["url"], &ListFault::NotLoaded { list: url.to_string().into() }),
                None => missing("url"),
            })
        };
        match self.operation {
            ListOperation::Expand => self.expand(lists, set()?, identifier, time),
            ListOperation::ValidateInSet => {
                let (set, words) = (set()?, self.text("displayLanguage"));
                self.validate(language, |coded| lists.validate_in(set, coded, words))
            }
            ListOperation::ValidateOfSystem => {
                let system = self.system().ok_or_else(|| missing("url"))?;
                let words = self.text("displayLanguage");
                self.validate(language, |coded| {
                    let version = coded.version.or(system.version.as_deref());
                    lists.validate_of(&system.url, Coded { version, ..coded }, words)
                })
            }
            ListOperation::Lookup => self.lookup(lists),
            ListOperation::Subsumes => self.subsumes(lists),
        }
    }

    fn expand(&self, lists: &Lists, set: &ValueSet, identifier: &str, time: &str) -> Result<String, Issue> {
        self.flag("excludeNested")?;
        let ask = Expand {
            filter: self.text("filter").map(str::to_owned),
            offset: self.number("offset")?.unwrap_or(0),
            count: self.number("count")?,
            active_only: self.flag("activeOnly")?,
            language: self.text("displayLanguage").map(str::to_owned),
            designations: self.flag("includeDesignations")?,
        };
        let page = lists.expand(set, &ask).map_err(|fault| fault.issue())?;
        Ok(write_expansion(set, &page, &self.texts, ask.offset, identifier, time))
    }

    /// The codes that are asked about: one of them is enough.
    fn codes(&self) -> Result<Vec<Coded<'_>>, Issue> {
        if let Some(code) = self.text("code") {
            let is_set = self.operation == ListOperation::ValidateInSet;
            return Ok(vec![Coded {
                system: self.text("system"),
                version: self.text(if is_set { "systemVersion" } else { "version" }),
                code,
                display: self.text("display"),
            }]);
        }
        let all: Vec<_> = self
            .codes
            .iter()
            .map(|sent| Coded {
                system: sent.system.as_deref(),
                version: sent.version.as_deref(),
                code: &sent.code,
                display: sent.display.as_deref(),
            })
            .collect();
        if all.is_empty() { Err(missing("code")) } else { Ok(all) }
    }

    fn validate<'a>(
        &'a self,
        language: Language,
        check: impl Fn(Coded<'a>) -> Validity,
    ) -> Result<String, Issue> {
        let mut best: Option<Validity> = None;
        for coded in self.codes()? {
            let found = check(coded);
            let is_over = found.is_valid;
            if best.is_none() || is_over {
                best = Some(found);
            }
            if is_over {
                break;
            }
        }
        let found = best.ok_or_else(|| missing("code"))?;
        let mut out = vec![format!(r#"{{"name":"result","valueBoolean":{}}}"#, found.is_valid)];
        if let Some(fault) = &found.fault {
            out.push(parameter("message", "valueString", &fault.message().text(language)));
        }
        out.extend(found.display.map(|display| parameter("display", "valueString", &display)));
        Ok(parameters(&out))
    }

    fn lookup(&self, lists: &Lists) -> Result<String, Issue> {
        let code = *self.codes()?.first().ok_or_else(|| missing("code"))?;
        let system = self.system().ok_or_else(|| missing("system"))?;
        let version = code.version.or(system.version.as_deref());
        let found = lists.lookup(&system.url, version, code.code);
        let found = found.map_err(|fault| self.refused(&["system", "coding"], &fault))?;
        let display = lists.display(&system.url, code.code, self.text("displayLanguage"));
        let wanted: Vec<&str> = self
            .texts
            .iter()
            .filter(|(name, _)| *name == "property")
            .map(|(_, text)| text.as_str())
            .collect();
        Ok(write_lookup(&found, display.as_deref(), &wanted))
    }

    fn subsumes(&self, lists: &Lists) -> Result<String, Issue> {
        let code = |text: &'static str, coding: &'static str| {
            let sent = || self.codes.iter().find(|sent| sent.name == coding).map(|sent| sent.code.as_str());
            self.text(text).or_else(sent).ok_or_else(|| missing(text))
        };
        let system = self.system().ok_or_else(|| missing("system"))?;
        let (one, other) = (code("codeA", "codingA")?, code("codeB", "codingB")?);
        if self
            .codes
            .iter()
            .any(|sent| sent.system.as_deref().is_some_and(|url| split(url).0 != &*system.url))
        {
            return Err(missing("system"));
        }
        let found = lists.subsumes(&system.url, system.version.as_deref(), one, other);
        let found = found.map_err(|fault| self.refused(&["system", "codingA"], &fault))?;
        let outcome = found.code();
        Ok(parameters(&[parameter("outcome", "valueCode", outcome)]))
    }
}

fn sent(name: &'static str, coding: Value<'_>, place: &str) -> Result<Sent, Issue> {
    let text = |of: &str| coding.get_str(of).map(|text| text.into_owned());
    Ok(Sent {
        name,
        system: text("system"),
        version: text("version"),
        code: text("code").ok_or_else(|| missing(&format!("{name}.code")).at(place))?,
        display: text("display"),
    })
}
