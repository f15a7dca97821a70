//! A value set: what it takes from which code systems and other value sets, and what it leaves out.

use std::collections::HashMap;

use super::code_system::{Designation, designations};
use crate::json::Value;
use crate::package::Canonical;

/// A value set.
#[derive(Debug)]
pub struct ValueSet {
    /// Its URL.
    pub url: Box<str>,
    /// Its version; empty when it has none.
    pub version: Box<str>,
    /// What people call it: its title, or its name; empty when it has neither.
    pub title: Box<str>,
    pub(crate) include: Vec<Include>,
    pub(crate) exclude: Vec<Include>,
}

/// One part of a value set. All that it says must hold.
#[derive(Debug, Default)]
pub(crate) struct Include {
    pub system: Option<Box<str>>,
    pub version: Option<Box<str>>,
    /// The codes that it lists; None for all of the system's.
    pub codes: Option<Codes>,
    pub filters: Vec<Filter>,
    pub value_sets: Vec<Canonical>,
}

/// Codes that are listed one by one.
#[derive(Debug, Default)]
pub(crate) struct Codes {
    pub all: Vec<Listed>,
    numbers: HashMap<Box<str>, u32>,
}

/// A listed code, with the words that the list has for it.
#[derive(Debug)]
pub(crate) struct Listed {
    pub code: Box<str>,
    pub display: Box<str>,
    pub designations: Vec<Designation>,
}

impl Codes {
    fn push(&mut self, listed: Listed) {
        let number = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        if let std::collections::hash_map::Entry::Vacant(place) = self.numbers.entry(listed.code.clone()) {
            place.insert(number);
            self.all.push(listed);
        }
    }

    pub(crate) fn contains(&self, code: &str) -> bool {
        self.numbers.contains_key(code)
    }

    pub(crate) fn find(&self, code: &str) -> Option<&Listed> {
        self.all.get(*self.numbers.get(code)? as usize)
    }
}

impl Listed {
    fn read(concept: Value<'_>) -> Option<Self> {
        Some(Self {
            code: concept.get_str("code")?.into(),
            display: concept.get_str("display").unwrap_or_default().into(),
            designations: designations(concept),
        })
    }
}

#[derive(Debug)]
pub(crate) struct Filter {
    pub property: Box<str>,
    pub operator: FilterOperator,
    pub value: Box<str>,
    /// The value as a regular expression over the whole code.
    pub regex: Option<regex::Regex>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FilterOperator {
    Equal,
    IsA,
    DescendentOf,
    IsNotA,
    Regex,
    In,
    NotIn,
    Generalizes,
    Exists,
}

/// The most memory that one compiled regular expression takes, in bytes.
const MAX_REGEX_BYTES: usize = 1 << 20;

impl ValueSet {
    /// Reads a ValueSet resource; None without a URL, or with a filter that is not known.
    pub(crate) fn read(root: Value<'_>) -> Option<Self> {
        let parts = |name: &str| {
            let list = root.get("compose").and_then(|compose| compose.get(name));
            list.into_iter().flat_map(|list| list.elements()).map(include).collect::<Option<Vec<_>>>()
        };
        let title = root.get_str("title").or_else(|| root.get_str("name"));
        let mut set = Self {
            title: title.unwrap_or_default().into(),
            url: root.get_str("url")?.into(),
            version: root.get_str("version").unwrap_or_default().into(),
            include: parts("include")?,
            exclude: parts("exclude")?,
        };
        if set.include.is_empty()
            && let Some(expansion) = root.get("expansion")
        {
            expanded(expansion, &mut set.include);
        }
        Some(set)
    }
}

/// An expansion without a definition: the codes by their system.
fn expanded(of: Value<'_>, out: &mut Vec<Include>) {
    for entry in of.get("contains").into_iter().flat_map(|list| list.elements()) {
        let system: Box<str> = entry.get_str("system").unwrap_or_default().into();
        let is_abstract = entry.get("abstract").is_some_and(|value| value.raw() == "true");
        if let Some(listed) = Listed::read(entry).filter(|_| !is_abstract) {
            let at = out.iter().position(|include| include.system.as_ref() == Some(&system)).unwrap_or_else(
                || {
                    out.push(Include {
                        system: Some(system),
                        codes: Some(Codes::default()),
                        ..Include::default()
                    });
                    out.len() - 1
                },
            );
            out[at].codes.get_or_insert_default().push(listed);
        }
        expanded(entry, out);
    }
}

fn include(value: Value<'_>) -> Option<Include> {
    let list = |name: &str| value.get(name).into_iter().flat_map(|list| list.elements());
    let codes = value.get("concept").map(|_| {
        let mut codes = Codes::default();
        list("concept").filter_map(Listed::read).for_each(|listed| codes.push(listed));
        codes
    });
    Some(Include {
        system: value.get_str("system").map(Into::into),
        version: value.get_str("version").map(Into::into),
        codes,
        filters: list("filter").map(filter).collect::<Option<_>>()?,
        value_sets: list("valueSet")
            .filter_map(|one| one.as_str())
            .map(|one| Canonical::parse(&one))
            .collect(),
    })
}

fn filter(value: Value<'_>) -> Option<Filter> {
    let operator = match value.get_str("op")?.as_ref() {
        "=" => FilterOperator::Equal,
        "is-a" => FilterOperator::IsA,
        "descendent-of" => FilterOperator::DescendentOf,
        "is-not-a" => FilterOperator::IsNotA,
        "regex" => FilterOperator::Regex,
        "in" => FilterOperator::In,
        "not-in" => FilterOperator::NotIn,
        "generalizes" => FilterOperator::Generalizes,
        "exists" => FilterOperator::Exists,
        _ => return None,
    };
    let text = value.get_str("value")?;
    let regex = match operator {
        FilterOperator::Regex => {
            let whole = format!("^(?:{text})$");
            Some(regex::RegexBuilder::new(&whole).size_limit(MAX_REGEX_BYTES).build().ok()?)
        }
        _ => None,
    };
    Some(Filter { property: value.get_str("property")?.into(), operator, value: text.into(), regex })
}
