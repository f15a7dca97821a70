//! Reads the compiled table of R4's search parameters, once.
//!
//! It is made by `cargo run -p xtask -- search` from HL7's SearchParameters; `definitions/ORIGIN.md` says from where.
//! Layout, little-endian: the magic `SALUSSP` and the version 1; a u16 count of types' names and these as texts (a u16 length
//! and UTF-8); a u16 count of parameters in the order of their numbers. A parameter: u16 number; id and code as texts; a
//! byte for its kind (the place in [`ParameterKind::ALL`]); a byte that counts its bases, 0 for all, and the places of their
//! names, a byte each; the same for its targets; the expression as a text; a byte that counts the systems of its codes,
//! each a text; a byte that counts its components, each the u16 number of a parameter and an expression.

use std::collections::HashMap;
use std::sync::{LazyLock, OnceLock};

use super::walk::Walk;
use super::{Component, Parameter, ParameterKind};
use crate::ResourceType;

const MAGIC: &[u8; 8] = b"SALUSSP\x01";
const URL: &str = "http://hl7.org/fhir/SearchParameter/";

/// All of R4's search parameters.
#[derive(Debug)]
pub(super) struct Table {
    /// Ascending by number.
    pub parameters: Vec<Parameter>,
    /// For each type, by its code: its parameters, ascending by their codes.
    pub of: Vec<Vec<u16>>,
    walks: Vec<OnceLock<Walk>>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    read(include_bytes!("../../definitions/search.bin"))
        .expect("the compiled table is whole: a test reads it")
});

/// The table.
pub(super) fn get() -> &'static Table {
    &TABLE
}

impl Table {
    pub(super) fn by_number(&self, number: u16) -> Option<&Parameter> {
        let at = self.parameters.binary_search_by_key(&number, |parameter| parameter.number).ok()?;
        self.parameters.get(at)
    }

    /// The parameters of a type, ascending by code.
    pub(super) fn of(&self, kind: ResourceType) -> impl Iterator<Item = &Parameter> {
        self.of[usize::from(kind.code())].iter().filter_map(|at| self.parameters.get(usize::from(*at)))
    }

    /// The parameter of that code.
    pub(super) fn find(&self, kind: ResourceType, code: &str) -> Option<&Parameter> {
        let all = &self.of[usize::from(kind.code())];
        let of = |at: &u16| self.parameters[usize::from(*at)].code.as_str();
        all.binary_search_by(|at| of(at).cmp(code)).ok().map(|at| &self.parameters[usize::from(all[at])])
    }

    /// The walk for a type, made at its first use.
    pub(super) fn walk(&self, kind: ResourceType) -> &Walk {
        self.walks[usize::from(kind.code())].get_or_init(|| {
            let mut walk = Walk::default();
            for parameter in self.of(kind) {
                // A test looks that every expression is compiled.
                let _ = walk.add(parameter, kind);
            }
            walk
        })
    }
}

struct Reader {
    rest: &'static [u8],
    names: Vec<&'static str>,
}

impl Reader {
    fn take(&mut self, length: usize) -> Option<&'static [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn number(&mut self) -> Option<u16> {
        self.take(2)?.first_chunk().map(|bytes| u16::from_le_bytes(*bytes))
    }

    fn text(&mut self) -> Option<&'static str> {
        let length = self.number()?;
        std::str::from_utf8(self.take(usize::from(length))?).ok()
    }

    /// Types, ascending; none for all.
    fn types(&mut self) -> Option<Vec<ResourceType>> {
        let mut types = Vec::new();
        for _ in 0..self.byte()? {
            let place = self.byte()?;
            types.push(ResourceType::from_name(self.names.get(usize::from(place))?)?);
        }
        types.sort();
        Some(types)
    }

    fn parameter(&mut self) -> Option<Parameter> {
        let number = self.number()?;
        let id = self.text()?;
        let code = self.text()?;
        let kind = *ParameterKind::ALL.get(usize::from(self.byte()?))?;
        let (bases, targets) = (self.types()?, self.types()?);
        let expression = self.text()?.to_owned();
        let systems = (0..self.byte()?).map(|_| self.text()).collect::<Option<_>>()?;
        let mut components = Vec::new();
        for _ in 0..self.byte()? {
            let (number, expression) = (self.number()?, self.text()?.to_owned());
            components.push(Component { number, kind: ParameterKind::Special, expression });
        }
        Some(Parameter {
            number,
            id: id.to_owned(),
            url: format!("{URL}{id}"),
            code: code.to_owned(),
            kind,
            bases,
            targets,
            components,
            expression,
            systems,
        })
    }
}

/// Reads the table; None when it is damaged.
fn read(bytes: &'static [u8]) -> Option<Table> {
    let mut reader = Reader { rest: bytes.strip_prefix(MAGIC)?, names: Vec::new() };
    let names = (0..reader.number()?).map(|_| reader.text()).collect::<Option<_>>()?;
    reader.names = names;
    let count = reader.number()?;
    let mut parameters = (0..count).map(|_| reader.parameter()).collect::<Option<Vec<_>>>()?;
    if !reader.rest.is_empty() || !parameters.is_sorted_by(|a, b| a.number < b.number) {
        return None;
    }
    let kinds: HashMap<u16, ParameterKind> =
        parameters.iter().map(|parameter| (parameter.number, parameter.kind)).collect();
    for component in parameters.iter_mut().flat_map(|parameter| &mut parameter.components) {
        component.kind = *kinds.get(&component.number)?;
    }
    let mut of = Vec::new();
    for kind in ResourceType::all() {
        let is_for = |at: &u16| parameters[usize::from(*at)].is_for(kind);
        let mut all: Vec<u16> = (0..count).filter(is_for).collect();
        all.sort_by(|a, b| parameters[usize::from(*a)].code.cmp(&parameters[usize::from(*b)].code));
        of.push(all);
    }
    let walks = ResourceType::all().map(|_| OnceLock::new()).collect();
    Some(Table { parameters, of, walks })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_table_is_refused() {
        let bytes: &'static [u8] = include_bytes!("../../definitions/search.bin");
        assert!(read(bytes).is_some());
        for end in (0..bytes.len()).step_by(997) {
            assert!(read(&bytes[..end]).is_none(), "cut at {end}");
        }
    }

    #[test]
    fn no_type_has_a_code_twice() {
        for kind in ResourceType::all() {
            let codes: Vec<_> = get().of(kind).map(|parameter| &parameter.code).collect();
            assert!(codes.windows(2).all(|pair| pair[0] < pair[1]), "{kind}");
        }
    }
}
