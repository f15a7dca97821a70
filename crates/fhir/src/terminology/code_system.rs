//! A code system: its codes, what lies above each, and their properties.

use std::collections::HashMap;

use crate::json::Value;

/// How deep a hierarchy may be.
const MAX_DEPTH: usize = 64;

/// A code system.
#[derive(Debug)]
pub struct CodeSystem {
    /// Its URL.
    pub url: Box<str>,
    /// Its version; empty when it has none.
    pub version: Box<str>,
    /// True when it holds all of its codes; false for a part, examples, or none.
    pub is_complete: bool,
    /// True for one that only adds to another.
    pub is_supplement: bool,
    ignores_case: bool,
    numbers: HashMap<Box<str>, u32>,
    concepts: Vec<Concept>,
    has_properties: bool,
}

#[derive(Debug)]
struct Concept {
    code: Box<str>,
    parents: Vec<u32>,
    properties: Vec<(Box<str>, Box<str>)>,
}

impl CodeSystem {
    /// Reads a CodeSystem resource; None without a URL.
    pub(crate) fn read(root: Value<'_>) -> Option<Self> {
        let content = root.get_str("content");
        let mut system = Self {
            url: root.get_str("url")?.into(),
            version: root.get_str("version").unwrap_or_default().into(),
            is_complete: content.as_deref() == Some("complete"),
            is_supplement: content.as_deref() == Some("supplement"),
            ignores_case: root.get("caseSensitive").is_some_and(|value| value.raw() == "false"),
            numbers: HashMap::new(),
            concepts: Vec::new(),
            has_properties: false,
        };
        system.concepts(root, None, 0)?;
        system.named_parents();
        Some(system)
    }

    fn concepts(&mut self, of: Value<'_>, parent: Option<u32>, depth: usize) -> Option<()> {
        if depth > MAX_DEPTH {
            return None;
        }
        for concept in of.get("concept").into_iter().flat_map(|list| list.elements()) {
            let code: Box<str> = concept.get_str("code")?.into();
            let number = u32::try_from(self.concepts.len()).ok()?;
            let number = *self.numbers.entry(self.folded(&code).into()).or_insert(number);
            if number as usize == self.concepts.len() {
                self.concepts.push(Concept { code, parents: Vec::new(), properties: properties(concept) });
            }
            let entry = &mut self.concepts[number as usize];
            self.has_properties |= !entry.properties.is_empty();
            // A code that stands in two places has two parents.
            entry.parents.extend(parent.filter(|parent| *parent != number));
            self.concepts(concept, Some(number), depth + 1)?;
        }
        Some(())
    }

    /// Parents that are said by a property.
    fn named_parents(&mut self) {
        for number in 0..self.concepts.len() {
            let named = self.concepts[number]
                .properties
                .iter()
                .filter(|(name, _)| matches!(&**name, "parent" | "subsumedBy"));
            let parents: Vec<u32> = named.filter_map(|(_, code)| self.number(code)).collect();
            self.concepts[number].parents.extend(parents);
        }
    }

    fn folded(&self, code: &str) -> String {
        if self.ignores_case { code.to_lowercase() } else { code.to_owned() }
    }

    fn number(&self, code: &str) -> Option<u32> {
        if self.ignores_case { self.numbers.get(self.folded(code).as_str()) } else { self.numbers.get(code) }
            .copied()
    }

    /// True when it has this code.
    pub fn has(&self, code: &str) -> bool {
        self.number(code).is_some()
    }

    /// How many codes it has.
    pub fn len(&self) -> usize {
        self.concepts.len()
    }

    /// True without a code.
    pub fn is_empty(&self) -> bool {
        self.concepts.is_empty()
    }

    /// All codes.
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        self.concepts.iter().map(|concept| &*concept.code)
    }

    /// True when `code` is `ancestor` or lies below it.
    pub fn is_below(&self, code: &str, ancestor: &str) -> bool {
        let (Some(code), Some(ancestor)) = (self.number(code), self.number(ancestor)) else { return false };
        let mut open = vec![code];
        let mut seen = std::collections::HashSet::new();
        while let Some(number) = open.pop() {
            if number == ancestor {
                return true;
            }
            if seen.insert(number) {
                open.extend(&self.concepts[number as usize].parents);
            }
        }
        false
    }

    /// The values of a property of a code; None when properties are not known here.
    pub(crate) fn property<'s>(&'s self, code: &str, name: &'s str) -> Option<impl Iterator<Item = &'s str>> {
        let concept = &self.concepts[self.number(code)? as usize];
        self.has_properties.then(|| {
            concept.properties.iter().filter(move |(found, _)| **found == *name).map(|(_, value)| &**value)
        })
    }
}

fn properties(concept: Value<'_>) -> Vec<(Box<str>, Box<str>)> {
    let list = concept.get("property").into_iter().flat_map(|list| list.elements());
    list.filter_map(|property| {
        let value = property.members().find(|member| member.key_text().starts_with("value"))?.value;
        let text = value.as_str().or_else(|| value.get_str("code")).unwrap_or_else(|| value.raw().into());
        Some((property.get_str("code")?.into(), text.into()))
    })
    .collect()
}
