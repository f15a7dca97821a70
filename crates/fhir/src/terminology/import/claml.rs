//! ClaML 2.0 (EN 14463), as the BfArM gives ICD-10-GM away: classes with their title and what lies above them; modifiers, whose
//! classes are the last digits of other classes' codes.
//!
//! A document type is passed by, and no entity but XML's own is known. State: none.

use std::collections::{HashMap, HashSet};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::{About, Head, ImportFault, Row, icd, push, year};
use crate::xml::{attribute_value, reference};

/// How deep elements may lie in one another.
const MAX_DEPTH: usize = 64;

/// The most modifiers of one class.
const MAX_MODIFIERS: usize = 8;

/// A class, or a modifier's class.
#[derive(Debug, Default, Clone)]
struct Class {
    code: String,
    /// What a modifier's class belongs to.
    modifier: Option<String>,
    kind: String,
    title: String,
    above: Vec<String>,
    modified_by: Vec<ModifiedBy>,
    /// Modifiers that what lies above has, and this has not.
    without: Vec<String>,
    usage: Option<String>,
    /// Digits behind which a modifier's class does not stand: the earlier modifier and its digit.
    not_behind: Vec<(String, String)>,
    line: usize,
}

#[derive(Debug, Default, Clone)]
struct ModifiedBy {
    code: String,
    /// The only digits that count; none for all.
    valid: Vec<String>,
}

struct Reading<'x> {
    text: &'x str,
    name: Option<String>,
    version: Option<String>,
    classes: Vec<Class>,
    open: Option<Class>,
    /// Whether a preferred title's label is open.
    is_preferred: bool,
    in_label: bool,
    /// Whether a reference is open that is no part of the label.
    is_aside: bool,
    depth: usize,
    /// A place in the text, and its line.
    counted: (usize, usize),
}

/// Reads a file.
pub(super) fn read(text: &str, about: &About<'_>) -> Result<(Head, Vec<Row>), ImportFault> {
    let mut reading = Reading {
        text,
        name: None,
        version: None,
        classes: Vec::new(),
        open: None,
        is_preferred: false,
        in_label: false,
        is_aside: false,
        depth: 0,
        counted: (0, 1),
    };
    reading.all()?;
    let is_icd = reading.name.as_deref().is_some_and(|name| name.contains("ICD-10-GM"));
    if about.url.is_none() && !is_icd {
        return Err(ImportFault::Url);
    }
    let version = about.version.or(reading.version.as_deref()).or_else(|| year(about.name));
    let head = icd::head(about, version.ok_or(ImportFault::Version)?);
    Ok((head, rows(&reading.classes)?))
}

impl Reading<'_> {
    fn all(&mut self) -> Result<(), ImportFault> {
        let mut reader = Reader::from_str(self.text);
        loop {
            let at = usize::try_from(reader.buffer_position()).unwrap_or(0);
            let Ok(event) = reader.read_event() else { return self.fail(at, "it is no well-formed XML") };
            match event {
                Event::Start(tag) => {
                    self.depth += 1;
                    if self.depth > MAX_DEPTH {
                        return self.fail(at, "elements lie too deep in one another");
                    }
                    self.start(&tag, at)?;
                }
                Event::Empty(tag) => {
                    self.start(&tag, at)?;
                    self.end(tag.name().into_inner());
                }
                Event::End(tag) => {
                    self.depth = self.depth.saturating_sub(1);
                    self.end(tag.name().into_inner());
                }
                Event::Text(text) => self.said(&text),
                Event::CData(text) => self.said(&text),
                Event::GeneralRef(name) => match reference(&name) {
                    Some(sign) => self.said(sign.encode_utf8(&mut [0; 4])),
                    None => return self.fail(at, "an entity that is not XML's own"),
                },
                Event::Eof if self.depth > 0 => return self.fail(at, "the file ends inside an element"),
                Event::Eof => return Ok(()),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            }
        }
    }

    /// The line of a place that is not before the one asked for last.
    fn line(&mut self, at: usize) -> usize {
        let (before, line) = self.counted;
        let between = self.text.as_bytes().get(before..at).unwrap_or_default();
        self.counted = (at.max(before), line + between.iter().filter(|byte| **byte == b'\n').count());
        self.counted.1
    }

    fn fail(&mut self, at: usize, what: &'static str) -> Result<(), ImportFault> {
        Err(ImportFault::Line { line: self.line(at), what })
    }

    fn start(&mut self, tag: &BytesStart<'_>, at: usize) -> Result<(), ImportFault> {
        let line = self.line(at);
        let broken = || ImportFault::Line { line, what: "an attribute is missing or broken" };
        let all = attributes(tag).ok_or_else(broken)?;
        let get = |name: &str| all.get(name).cloned();
        let code = || get("code").ok_or_else(broken);
        match (tag.name().into_inner(), &mut self.open) {
            ("Title", None) => (self.name, self.version) = (get("name"), get("version")),
            (name @ ("Class" | "ModifierClass"), open) => {
                *open = Some(Class {
                    code: code()?,
                    modifier: if name == "Class" { None } else { Some(get("modifier").ok_or_else(broken)?) },
                    kind: get("kind").unwrap_or_default(),
                    usage: get("usage"),
                    line,
                    ..Class::default()
                });
            }
            ("SuperClass", Some(class)) => class.above.push(code()?),
            ("ExcludeModifier", Some(class)) => class.without.push(code()?),
            ("ModifiedBy", Some(class)) if class.modified_by.len() < MAX_MODIFIERS => {
                class.modified_by.push(ModifiedBy { code: code()?, valid: Vec::new() });
            }
            ("ValidModifierClass", Some(class)) => {
                let code = code()?;
                class.modified_by.last_mut().ok_or_else(broken)?.valid.push(code);
            }
            ("Meta", Some(class)) if get("name").as_deref() == Some("excludeOnPrecedingModifier") => {
                let value = get("value").unwrap_or_default();
                let pair = value.split_once(' ');
                class.not_behind.extend(pair.map(|(by, digit)| (by.to_owned(), digit.trim().to_owned())));
            }
            ("Rubric", Some(_)) => {
                self.is_preferred = get("kind").is_some_and(|kind| kind.starts_with("preferred"));
            }
            ("Label", Some(class)) => self.in_label = self.is_preferred && class.title.is_empty(),
            // A reference in brackets is shown behind a title and is not part of it; any other stands in its sentence.
            ("Reference", Some(_)) if get("class").is_some_and(|class| class == "in brackets") => {
                self.is_aside = self.in_label;
            }
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, name: &str) {
        match name {
            "Class" | "ModifierClass" => self.classes.extend(self.open.take()),
            "Label" | "Rubric" => (self.in_label, self.is_aside) = (false, false),
            "Reference" => self.is_aside = false,
            _ => {}
        }
    }

    fn said(&mut self, text: &str) {
        if let (true, Some(class)) = (self.in_label && !self.is_aside, &mut self.open) {
            class.title.push_str(text);
        }
    }
}

fn attributes(tag: &BytesStart<'_>) -> Option<HashMap<String, String>> {
    let read = |attribute: Result<quick_xml::events::attributes::Attribute<'_>, _>| {
        let attribute = attribute.ok()?;
        Some((attribute.key.into_inner().to_owned(), attribute_value(&attribute.value)?))
    };
    tag.attributes().take(64).map(read).collect()
}

/// The codes of all classes, those that modifiers make included.
fn rows(classes: &[Class]) -> Result<Vec<Row>, ImportFault> {
    let mut digits: HashMap<&str, Vec<&Class>> = HashMap::new();
    for class in classes {
        if let Some(modifier) = &class.modifier {
            digits.entry(modifier).or_default().push(class);
        }
    }
    let known: HashSet<&str> =
        classes.iter().filter(|class| class.modifier.is_none()).map(|class| &*class.code).collect();
    let has_finer: HashSet<&str> = classes
        .iter()
        .filter(|class| class.modifier.is_none())
        .flat_map(|class| class.above.iter().map(String::as_str))
        .collect();
    let mut rows = Vec::new();
    for class in classes.iter().filter(|class| class.modifier.is_none()) {
        let title = plain(&class.title);
        let mut row = Row {
            code: class.code.clone(),
            display: title.clone(),
            parents: class.above.iter().filter(|above| known.contains(above.as_str())).cloned().collect(),
            is_abstract: class.kind != "category" || has_finer.contains(&*class.code),
            ..Row::default()
        };
        let modifiers: Vec<_> =
            class.modified_by.iter().filter(|by| !class.without.contains(&by.code)).collect();
        row.is_abstract |= !modifiers.is_empty();
        if !class.kind.is_empty() {
            row.properties.push(("kind", class.kind.clone()));
        }
        if let Some(usage) = &class.usage {
            row.properties.push(("usage", usage.clone()));
        }
        push(&mut rows, row, class.line)?;
        let made = Made { digits: &digits, known: &known, line: class.line };
        made.finer(&class.code, &title, &modifiers, &mut Vec::new(), &mut rows)?;
    }
    Ok(rows)
}

/// What makes the codes of modifiers.
struct Made<'c> {
    /// The classes of each modifier.
    digits: &'c HashMap<&'c str, Vec<&'c Class>>,
    /// The codes that the file has itself.
    known: &'c HashSet<&'c str>,
    line: usize,
}

impl<'c> Made<'c> {
    /// The codes that modifiers make of one, the fourth digit before the fifth. `before` has the modifiers and digits that it was made of.
    fn finer(
        &self,
        code: &str,
        title: &str,
        modifiers: &[&'c ModifiedBy],
        before: &mut Vec<(&'c str, &'c str)>,
        rows: &mut Vec<Row>,
    ) -> Result<(), ImportFault> {
        let Some((first, rest)) = modifiers.split_first() else { return Ok(()) };
        for class in self.digits.get(&*first.code).into_iter().flatten() {
            let is_valid = first.valid.is_empty() || first.valid.contains(&class.code);
            let is_behind = |(modifier, digit): &(String, String)| before.contains(&(modifier, digit));
            if !is_valid || class.not_behind.iter().any(is_behind) {
                continue;
            }
            let is_fourth = code.len() == 3 && !class.code.starts_with('.');
            let finer = format!("{code}{}{}", if is_fourth { "." } else { "" }, class.code);
            // What the file has as a class of its own is not made a second time.
            if self.known.contains(&*finer) {
                continue;
            }
            let display = format!("{title}: {}", plain(&class.title));
            let row = Row {
                code: finer.clone(),
                display: display.clone(),
                parents: vec![code.to_owned()],
                properties: vec![("kind", "category".to_owned())],
                is_abstract: !rest.is_empty(),
                ..Row::default()
            };
            push(rows, row, self.line)?;
            before.push((&first.code, &class.code));
            self.finer(&finer, &display, rest, before, rows)?;
            before.pop();
        }
        Ok(())
    }
}

/// A title without line ends and doubled spaces.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
