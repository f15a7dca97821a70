//! What is asked of a search as a whole, and of its answer: `_type`, `_sort`, `_count`, `_total`, `_summary`, `_elements`,
//! `_include`, `_revinclude`.

use std::collections::BTreeSet;

use super::find::not_a_target;
use super::{Parsed, Parser, is_passed_over, shown};
use crate::ResourceType;
use crate::definitions;
use crate::search::fault::shown_path;
use crate::search::{
    Expected, Fault, ID, Include, LAST_UPDATED, MAX_COUNT, MAX_SORT_KEYS, MAX_VALUES, ParameterKind, SortKey,
    Summary, Total,
};
use crate::spelling::nearest;

impl Parser<'_> {
    /// True when it was one of these.
    pub(super) fn control(&mut self, name: &str, value: &str) -> Parsed<bool> {
        let (code, modifier) = name.split_once(':').map_or((name, None), |(code, after)| (code, Some(after)));
        let is_include = matches!(code, "_include" | "_revinclude");
        match code {
            "_type" | "_sort" | "_count" | "_total" | "_summary" | "_elements" | "_contained"
            | "_include" | "_revinclude" => {}
            _ => return Ok(is_passed_over(name)),
        }
        if let Some(modifier) = modifier
            && !(is_include && modifier == "iterate")
        {
            let allowed = if is_include { vec![":iterate".to_owned()] } else { Vec::new() };
            return Err(Fault::Modifier { parameter: code.to_owned(), allowed });
        }
        let malformed = |expected| Fault::Value { parameter: code.to_owned(), expected };
        if value.is_empty() {
            return Err(malformed(Expected::Something));
        }
        // What is one thing of the whole search is not said twice: which of them counts would be a guess.
        if let Some(once) = ["_count", "_total", "_summary"].into_iter().find(|once| *once == code) {
            if self.given.contains(&once) {
                return Err(Fault::GivenTwice(once.to_owned()));
            }
            self.given.push(once);
        }
        match code {
            "_type" => self.types(value)?,
            "_sort" => self.sort(value)?,
            "_elements" => self.elements(value)?,
            "_count" => {
                let all_digits = value.bytes().all(|byte| byte.is_ascii_digit());
                if !all_digits {
                    return Err(malformed(Expected::Count));
                }
                self.search.count = Some(value.parse().unwrap_or(MAX_COUNT).min(MAX_COUNT));
            }
            "_total" => {
                self.search.total = Some(match value {
                    "none" => Total::None,
                    "estimate" => Total::Estimate,
                    "accurate" => Total::Accurate,
                    _ => return Err(malformed(Expected::Total)),
                });
            }
            "_summary" => {
                self.search.summary = match value {
                    "true" => Some(Summary::True),
                    "text" => Some(Summary::Text),
                    "data" => Some(Summary::Data),
                    "count" => Some(Summary::Count),
                    "false" => None,
                    _ => return Err(malformed(Expected::Summary)),
                };
            }
            "_contained" if value != "false" => return Err(malformed(Expected::Contained)),
            _ if is_include => {
                let include = self.include(code, value, modifier.is_some())?;
                self.search.includes.push(include);
            }
            _ => {}
        }
        Ok(true)
    }

    fn types(&mut self, value: &str) -> Parsed<()> {
        if self.kind.is_some() {
            return Err(Fault::TypeOfOne);
        }
        let listed: Vec<_> = value.split(',').collect();
        if listed.len() > MAX_VALUES {
            return Err(Fault::TooManyValues("_type".to_owned()));
        }
        let mut kinds = Vec::new();
        for name in listed {
            kinds.push(self.kind("_type", name)?);
        }
        kinds.sort();
        kinds.dedup();
        if self.search.kinds.is_empty() {
            self.search.kinds = kinds;
        } else {
            self.search.kinds.retain(|kind| kinds.contains(kind));
            // Two lists without a type in common leave nothing to search: that is no search of all types.
            if self.search.kinds.is_empty() {
                return Err(Fault::Value { parameter: "_type".to_owned(), expected: Expected::Something });
            }
        }
        Ok(())
    }

    fn sort(&mut self, value: &str) -> Parsed<()> {
        let mut keys = Vec::new();
        for key in value.split(',') {
            let (code, descending) = key.strip_prefix('-').map_or((key, false), |code| (code, true));
            if code.is_empty() {
                return Err(Fault::Value { parameter: "_sort".to_owned(), expected: Expected::Something });
            }
            let groups = self.groups(&self.search.kinds, code).map_err(|_| self.no_key(code))?;
            let parameter = match groups.as_slice() {
                [(_, parameter)] => *parameter,
                _ => return Err(Fault::NotSortable(shown(code))),
            };
            use ParameterKind as P;
            let sortable =
                matches!(parameter.kind, P::Date | P::Number | P::Quantity | P::String | P::Token | P::Uri);
            if !sortable {
                return Err(Fault::NotSortable(shown(code)));
            }
            if self.search.sort.len() + keys.len() >= MAX_SORT_KEYS {
                return Err(Fault::TooManySortKeys);
            }
            let number = match code {
                "_lastUpdated" => LAST_UPDATED,
                "_id" => ID,
                _ => parameter.number,
            };
            keys.push(SortKey { parameter: number, descending });
        }
        self.search.sort.extend(keys);
        Ok(())
    }

    /// That nothing is sorted by what is no parameter: a chain, or one with something behind it (`date:asc`).
    fn no_key(&self, code: &str) -> Fault {
        let kinds = &self.search.kinds;
        let first = code.split([':', '.']).next().unwrap_or_default();
        let is_chain = code[first.len()..].starts_with('.');
        match self.groups(kinds, first) {
            Ok(_) if is_chain => Fault::NotSortable(shown_path(code).unwrap_or_else(|| shown(first))),
            Ok(groups) if first != code => Fault::UnknownParameter {
                name: shown_path(code),
                kind: groups.first().and_then(|(kinds, _)| kinds.first()).map(|kind| kind.name()),
                nearest: vec![first.to_owned()],
            },
            _ => match self.unknown(kinds, first) {
                Fault::UnknownParameter { kind, nearest, .. } => {
                    Fault::UnknownParameter { name: shown_path(code), kind, nearest }
                }
                Fault::Nameless => {
                    Fault::Value { parameter: "_sort".to_owned(), expected: Expected::Something }
                }
                other => other,
            },
        }
    }

    fn elements(&mut self, value: &str) -> Parsed<()> {
        let listed: Vec<_> = value.split(',').collect();
        if listed.len() > MAX_VALUES {
            return Err(Fault::TooManyValues("_elements".to_owned()));
        }
        let all: Vec<_>;
        let searched = if self.search.kinds.is_empty() {
            all = ResourceType::all().collect();
            &all
        } else {
            &self.search.kinds
        };
        let of_searched = elements_of(searched);
        let mut elements = Vec::new();
        for listed in listed {
            // Only what stands directly in a resource can be asked for: `name.family` is no element of a type `name`.
            let (kind, name) = match listed.split_once('.') {
                Some((kind, name)) if !kind.starts_with(|first: char| first.is_ascii_lowercase()) => {
                    (Some(self.kind("_elements", kind)?), name)
                }
                _ => (None, listed),
            };
            let plain = name.strip_suffix("[x]").unwrap_or(name);
            let of_kind = kind.map(|kind| elements_of(&[kind]));
            let names = of_kind.as_ref().unwrap_or(&of_searched);
            if !names.contains(plain) {
                let first = plain.split('.').next().unwrap_or_default();
                let nearest = nearest(first, names.iter().copied()).into_iter().map(str::to_owned).collect();
                return Err(Fault::UnknownElement { name: shown_path(plain), nearest });
            }
            elements.push(match kind {
                Some(kind) => format!("{kind}.{plain}"),
                None => plain.to_owned(),
            });
        }
        self.search.elements.extend(elements);
        Ok(())
    }

    fn include(&self, code: &str, value: &str, iterate: bool) -> Parsed<Include> {
        let reverse = code == "_revinclude";
        let malformed = || Fault::Value { parameter: code.to_owned(), expected: Expected::Include };
        let mut parts = value.split(':');
        let (source, name, target) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
        if parts.next().is_some() {
            return Err(malformed());
        }
        if source == "*" && name.is_none_or(|name| name == "*") && target.is_none() {
            return Ok(Include { source: None, parameter: None, target: None, iterate, reverse });
        }
        let kind = self.kind(code, source)?;
        let target = target.map(|target| self.kind(code, target)).transpose()?;
        let parameter = match name.ok_or_else(malformed)? {
            "*" => None,
            name => Some(self.reference(kind, name)?),
        };
        if let (Some(parameter), Some(target)) = (parameter, target) {
            let targets = self.targets(&[kind], parameter);
            if !targets.is_empty() && !targets.contains(&target) {
                return Err(not_a_target(parameter, &targets));
            }
        }
        let parameter = parameter.map(|parameter| parameter.number);
        Ok(Include { source: Some(kind), parameter, target, iterate, reverse })
    }
}

/// The elements that stand directly in resources of `kinds`.
fn elements_of(kinds: &[ResourceType]) -> BTreeSet<&'static str> {
    let table = definitions::get();
    kinds.iter().flat_map(|kind| table.elements(table.resource(*kind))).map(|element| element.name).collect()
}
