//! A code system: its codes with their displays, what lies above each, and their properties.

use std::collections::{HashMap, HashSet};

use crate::json::{Kind, Value};
use crate::package::Canonical;

/// How deep a hierarchy may be.
const MAX_DEPTH: usize = 64;

/// A code system.
#[derive(Debug)]
pub struct CodeSystem {
    /// Its URL.
    pub url: Box<str>,
    /// Its version; empty when it has none.
    pub version: Box<str>,
    /// What people call it: its title, or its name; empty when it has neither.
    pub title: Box<str>,
    /// The language of its displays; empty when it does not say.
    pub language: Box<str>,
    /// True when it holds all of its codes; false for a part, examples, or none.
    pub is_complete: bool,
    /// True for one that only adds to another.
    pub is_supplement: bool,
    /// What a supplement adds to.
    pub(crate) supplements: Option<Canonical>,
    ignores_case: bool,
    numbers: HashMap<Box<str>, u32>,
    concepts: Vec<Concept>,
    /// The names of the properties that its codes have.
    names: HashSet<Box<str>>,
}

/// A code, and what its system says of it.
#[derive(Debug)]
pub struct Concept {
    /// The code.
    pub code: Box<str>,
    /// What people read; empty when it has none.
    pub display: Box<str>,
    /// What it means; empty when it does not say.
    pub definition: Box<str>,
    parents: Vec<u32>,
    /// Its properties, in the order of the text.
    pub properties: Vec<Property>,
    /// Other words for it.
    pub designations: Vec<Designation>,
}

/// A property of a code.
#[derive(Debug)]
pub struct Property {
    /// Its name.
    pub name: Box<str>,
    /// Which of FHIR's types it has: `valueCode`, `valueString` …
    pub kind: &'static str,
    /// Its value as text; of a Coding the code.
    pub text: Box<str>,
    /// Its value as JSON.
    pub json: Box<str>,
}

/// Another word for a code.
#[derive(Debug)]
pub struct Designation {
    /// Its language; empty when it does not say.
    pub language: Box<str>,
    /// The word.
    pub value: Box<str>,
}

/// The types that a property may have.
const VALUES: [&str; 7] = [
    "valueCode",
    "valueCoding",
    "valueString",
    "valueInteger",
    "valueBoolean",
    "valueDateTime",
    "valueDecimal",
];

fn text(value: Value<'_>, name: &str) -> Box<str> {
    value.get_str(name).unwrap_or_default().into()
}

fn list<'a>(value: Value<'a>, name: &str) -> impl Iterator<Item = Value<'a>> + use<'a> {
    value.get(name).into_iter().flat_map(|list| list.elements())
}

impl CodeSystem {
    /// Reads a CodeSystem resource; None without a URL.
    pub(crate) fn read(root: Value<'_>) -> Option<Self> {
        let content = root.get_str("content");
        let title = root.get_str("title").or_else(|| root.get_str("name"));
        let mut system = Self {
            url: root.get_str("url")?.into(),
            version: text(root, "version"),
            title: title.unwrap_or_default().into(),
            language: text(root, "language"),
            is_complete: content.as_deref() == Some("complete"),
            is_supplement: content.as_deref() == Some("supplement"),
            supplements: root.get_str("supplements").map(|of| Canonical::parse(&of)),
            ignores_case: root.get("caseSensitive").is_some_and(|value| value.raw() == "false"),
            numbers: HashMap::new(),
            concepts: Vec::new(),
            names: HashSet::new(),
        };
        system.concepts(root, None, 0)?;
        system.named_parents();
        Some(system)
    }

    fn concepts(&mut self, of: Value<'_>, parent: Option<u32>, depth: usize) -> Option<()> {
        if depth > MAX_DEPTH {
            return None;
        }
        for concept in list(of, "concept") {
            let code: Box<str> = concept.get_str("code")?.into();
            let number = u32::try_from(self.concepts.len()).ok()?;
            let number = *self.numbers.entry(self.folded(&code).into()).or_insert(number);
            if number as usize == self.concepts.len() {
                self.concepts.push(Concept::read(code, concept));
            }
            let entry = &mut self.concepts[number as usize];
            for property in &entry.properties {
                if !self.names.contains(&property.name) {
                    self.names.insert(property.name.clone());
                }
            }
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
                .filter(|property| matches!(&*property.name, "parent" | "subsumedBy"));
            let parents: Vec<u32> = named.filter_map(|property| self.number(&property.text)).collect();
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

    /// What it says of a code.
    pub fn concept(&self, code: &str) -> Option<&Concept> {
        Some(&self.concepts[self.number(code)? as usize])
    }

    /// All codes, in the order of the text.
    pub fn all(&self) -> &[Concept] {
        &self.concepts
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

    /// The codes right above one.
    pub(crate) fn parents<'s>(&'s self, concept: &'s Concept) -> impl Iterator<Item = &'s str> {
        concept.parents.iter().map(|parent| &*self.concepts[*parent as usize].code)
    }

    /// True when `code` is `ancestor` or lies below it.
    pub fn is_below(&self, code: &str, ancestor: &str) -> bool {
        let (Some(code), Some(ancestor)) = (self.number(code), self.number(ancestor)) else { return false };
        if code == ancestor {
            return true;
        }
        let mut open = self.concepts[code as usize].parents.clone();
        let mut seen = HashSet::new();
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

    /// The values of a property of a code; None when no code here has it: it may have been left out.
    pub(crate) fn property<'s>(&'s self, code: &str, name: &'s str) -> Option<impl Iterator<Item = &'s str>> {
        let concept = &self.concepts[self.number(code)? as usize];
        self.names.contains(name).then(|| {
            concept
                .properties
                .iter()
                .filter(move |property| *property.name == *name)
                .map(|property| &*property.text)
        })
    }
}

impl Concept {
    fn read(code: Box<str>, concept: Value<'_>) -> Self {
        Self {
            code,
            display: text(concept, "display"),
            definition: text(concept, "definition"),
            parents: Vec::new(),
            properties: list(concept, "property").filter_map(property).collect(),
            designations: designations(concept),
        }
    }

    fn says(&self, name: &str, value: &str) -> bool {
        self.properties.iter().any(|property| *property.name == *name && *property.text == *value)
    }

    /// True for one that is no longer used.
    pub fn is_inactive(&self) -> bool {
        self.says("inactive", "true")
            || self.says("deprecated", "true")
            || ["retired", "inactive", "deprecated", "DEPRECATED"]
                .iter()
                .any(|status| self.says("status", status) || self.says("STATUS", status))
    }

    /// True for one that only holds others together.
    pub fn is_abstract(&self) -> bool {
        self.says("notSelectable", "true") || self.says("abstract", "true")
    }
}

/// The other words that a concept has, of a system or of a value set.
pub(super) fn designations(concept: Value<'_>) -> Vec<Designation> {
    let read = |one: Value<'_>| {
        Some(Designation { language: text(one, "language"), value: one.get_str("value")?.into() })
    };
    list(concept, "designation").filter_map(read).collect()
}

fn property(property: Value<'_>) -> Option<Property> {
    let (kind, value) = VALUES.iter().find_map(|kind| Some((*kind, property.get(kind)?)))?;
    let text = match value.kind() {
        Kind::Object => value.get_str("code")?,
        _ => value.as_str().unwrap_or_else(|| value.raw().into()),
    };
    Some(Property {
        name: property.get_str("code")?.into(),
        kind,
        text: text.into(),
        json: value.raw().into(),
    })
}
