//! What is asked of single codes: is it valid, what is said of it, how does it stand to another.
//!
//! Never says yes of what is not loaded. State: none.

use super::code_system::{CodeSystem, Concept, Designation};
use super::expand::is_language;
use super::lists::{Ask, Lists};
use super::{ListFault, Membership, ValueSet};

/// A code to be checked.
#[derive(Debug, Clone, Copy, Default)]
pub struct Coded<'a> {
    /// Its system, if it is said.
    pub system: Option<&'a str>,
    /// The system's version, if it is said.
    pub version: Option<&'a str>,
    /// The code.
    pub code: &'a str,
    /// What was shown for it, if it is said.
    pub display: Option<&'a str>,
}

/// What a check of a code found.
#[derive(Debug, PartialEq, Eq)]
pub struct Validity {
    /// Whether it is valid: in the list, and shown by one of its words.
    pub is_valid: bool,
    /// What people read for it, if that is known.
    pub display: Option<String>,
    /// Why it is not valid.
    pub fault: Option<ListFault>,
}

/// All that is said of a code.
#[derive(Debug)]
pub struct Lookup<'l> {
    /// Its system.
    pub system: &'l CodeSystem,
    /// What the system says.
    pub concept: &'l Concept,
    /// What supplements add.
    pub added: Vec<&'l Concept>,
    /// The codes right above it.
    pub parents: Vec<&'l str>,
    /// The codes right below it.
    pub children: Vec<&'l str>,
}

/// How one code stands to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subsumption {
    /// They are the same.
    Equivalent,
    /// The first lies above the second.
    Subsumes,
    /// The first lies below the second.
    SubsumedBy,
    /// Neither.
    NotSubsumed,
}

impl Subsumption {
    /// FHIR's code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Equivalent => "equivalent",
            Self::Subsumes => "subsumes",
            Self::SubsumedBy => "subsumed-by",
            Self::NotSubsumed => "not-subsumed",
        }
    }
}

impl Lists {
    /// The other words of a code, of its system and of supplements.
    pub(super) fn words<'l>(
        &'l self,
        system: &'l str,
        code: &'l str,
    ) -> impl Iterator<Item = &'l Designation> {
        let own = self.code_system(system, None).and_then(|list| list.concept(code));
        own.into_iter().chain(self.supplements(system, code)).flat_map(|concept| &concept.designations)
    }

    /// Whether a code may be shown by a text; None when its system does not say how it is shown.
    pub fn is_shown(&self, system: &str, code: &str, display: &str) -> Option<bool> {
        let list = self.code_system(system, None)?;
        let concept = list.concept(code)?;
        if concept.display.is_empty() {
            return None;
        }
        if *concept.display == *display {
            return Some(true);
        }
        let wanted = plain(display);
        let own = std::iter::once(&*concept.display);
        let others = self.words(system, code).map(|one| &*one.value);
        let added = self.supplements(system, code).into_iter().map(|one| &*one.display);
        Some(own.chain(others).chain(added).any(|word| plain(word) == wanted))
    }

    /// The system of a URL.
    ///
    /// # Errors
    /// [`ListFault::NotLoaded`] for one that is not there.
    pub fn system(&self, url: &str, version: Option<&str>) -> Result<&CodeSystem, ListFault> {
        let named = || match version {
            Some(version) => format!("{url}|{version}"),
            None => url.to_owned(),
        };
        let found = self.code_system(url, version);
        found.map(|list| &**list).ok_or_else(|| ListFault::NotLoaded { list: named().into() })
    }

    /// What people read for a code, in a language if it has a word in it.
    pub fn display(&self, system: &str, code: &str, language: Option<&str>) -> Option<String> {
        let concept = self.code_system(system, None)?.concept(code)?;
        let word = language.and_then(|wanted| {
            self.words(system, code).find(|one| is_language(&one.language, wanted)).map(|one| &*one.value)
        });
        Some(word.unwrap_or(&concept.display).to_owned()).filter(|word| !word.is_empty())
    }

    /// Whether a code is in a value set, and shown by one of its words.
    pub fn validate_in(&self, set: &ValueSet, coded: Coded<'_>, language: Option<&str>) -> Validity {
        let found = self.in_set(&Ask::new(), set, coded.system, coded.code, 0);
        // Without a system it is that of the set's only one.
        let systems: Vec<_> = set.include.iter().filter_map(|part| part.system.as_deref()).collect();
        let system = coded.system.or(match &systems[..] {
            [one] => Some(*one),
            _ => None,
        });
        // The set's own word for a code counts, too.
        let own = set
            .include
            .iter()
            .filter(|part| part.system.as_deref() == system)
            .find_map(|part| part.codes.as_ref()?.find(coded.code));
        let is_own = |display: &str| {
            own.is_some_and(|own| {
                let words = own.designations.iter().map(|one| &*one.value).chain([&*own.display]);
                words.into_iter().any(|word| plain(word) == plain(display))
            })
        };
        let display = coded.display.filter(|display| !is_own(display));
        let found = match (found, system) {
            (Membership::Yes, Some(system)) => self.in_version(set, system, &coded),
            (found, _) => found,
        };
        let mut validity = self.judged(found, set.url.clone(), system, Coded { display, ..coded }, language);
        let word = own.map(|own| own.display.to_string()).filter(|word| !word.is_empty());
        validity.display = validity.display.or(word);
        validity
    }

    /// Whether a code of a value set is one of the version of its system that is asked about: another version that is here does not
    /// answer for it. Where the set itself lists the code, or the system is not here at all, the set alone counts.
    fn in_version(&self, set: &ValueSet, system: &str, coded: &Coded<'_>) -> Membership {
        let Some(version) = coded.version else { return Membership::Yes };
        let lists_it = set.include.iter().any(|part| {
            part.system.as_deref() == Some(system)
                && part.version.as_deref() == Some(version)
                && part.codes.as_ref().is_some_and(|codes| codes.find(coded.code).is_some())
        });
        if lists_it || self.code_system(system, None).is_none() {
            return Membership::Yes;
        }
        match self.system(system, Some(version)) {
            Err(ListFault::NotLoaded { list }) => Membership::NotLoaded(list),
            Ok(list) if list.is_complete => list.has(coded.code).into(),
            _ => Membership::Yes,
        }
    }

    /// Whether a code is in a code system, and shown by one of its words.
    pub fn validate_of(&self, system: &str, coded: Coded<'_>, language: Option<&str>) -> Validity {
        let found = match coded.version.map(|version| self.system(system, Some(version))) {
            Some(Err(ListFault::NotLoaded { list })) => Membership::NotLoaded(list),
            Some(Ok(list)) if list.is_complete => list.has(coded.code).into(),
            _ => self.is_code_of(system, coded.version, coded.code),
        };
        self.judged(found, system.into(), Some(system), coded, language)
    }

    fn judged(
        &self,
        found: Membership,
        list: Box<str>,
        system: Option<&str>,
        coded: Coded<'_>,
        language: Option<&str>,
    ) -> Validity {
        let display = system.and_then(|system| self.display(system, coded.code, language));
        let fault = match found {
            Membership::No => Some(ListFault::NotListed { list }),
            Membership::NotLoaded(list) => Some(ListFault::NotLoaded { list }),
            Membership::Yes => {
                let is_shown = system
                    .zip(coded.display)
                    .and_then(|(system, display)| self.is_shown(system, coded.code, display));
                (is_shown == Some(false)).then_some(ListFault::Display { list })
            }
        };
        Validity { is_valid: fault.is_none(), display, fault }
    }

    /// All that is said of a code.
    ///
    /// # Errors
    /// [`ListFault`] for a system that is not there, or has no such code.
    pub fn lookup<'l>(
        &'l self,
        system: &'l str,
        version: Option<&str>,
        code: &'l str,
    ) -> Result<Lookup<'l>, ListFault> {
        let list = self.system(system, version)?;
        let concept = self.concept(list, code)?;
        let is_child = |other: &&Concept| list.parents(other).any(|parent| *parent == *concept.code);
        Ok(Lookup {
            system: list,
            concept,
            added: self.supplements(system, code),
            parents: list.parents(concept).collect(),
            children: list.all().iter().filter(is_child).map(|other| &*other.code).collect(),
        })
    }

    fn concept<'l>(&self, list: &'l CodeSystem, code: &str) -> Result<&'l Concept, ListFault> {
        let missing = if list.is_complete {
            ListFault::NotListed { list: list.url.clone() }
        } else {
            ListFault::NotLoaded { list: list.url.clone() }
        };
        list.concept(code).ok_or(missing)
    }

    /// How one code of a system stands to another.
    ///
    /// # Errors
    /// [`ListFault`] for a system that is not there, or lacks one of the codes.
    pub fn subsumes(
        &self,
        system: &str,
        version: Option<&str>,
        one: &str,
        other: &str,
    ) -> Result<Subsumption, ListFault> {
        let list = self.system(system, version)?;
        let (one, other) = (self.concept(list, one)?, self.concept(list, other)?);
        Ok(if std::ptr::eq(one, other) {
            Subsumption::Equivalent
        } else if list.is_below(&other.code, &one.code) {
            Subsumption::Subsumes
        } else if list.is_below(&one.code, &other.code) {
            Subsumption::SubsumedBy
        } else {
            Subsumption::NotSubsumed
        })
    }
}

/// A text without case and doubled white space.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}
