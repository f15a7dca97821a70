//! Expands a value set: the codes that it means, page by page.
//!
//! Never gives a list that lacks something in silence: a system that is not loaded, or can't be listed, is a [`ListFault`] that names
//! it. Bounded: codes that are looked at, and codes in an answer. State: none.

use std::collections::HashSet;

use super::code_system::{CodeSystem, Concept, Designation};
use super::lists::{Ask, Lists, passes};
use super::value_set::{Include, Listed, ValueSet};
use super::{ListFault, Membership, by_form};

/// The most codes that an expansion looks at.
pub const MAX_CODES_PER_EXPANSION: usize = 400_000;

/// The most codes that an answer holds.
pub const MAX_CODES_PER_PAGE: usize = 1_000;

/// How deep value sets may take from one another.
const MAX_DEPTH: usize = 16;

/// What is asked of an expansion.
#[derive(Debug, Default, Clone)]
pub struct Expand {
    /// Words that code or display must hold, each of them, in any case.
    pub filter: Option<String>,
    /// How many codes are passed by.
    pub offset: usize,
    /// How many codes are wanted; none for all, if they are not more than [`MAX_CODES_PER_PAGE`].
    pub count: Option<usize>,
    /// Only codes that are in use.
    pub active_only: bool,
    /// The language of displays.
    pub language: Option<String>,
    /// Whether the other words of a code are wanted.
    pub designations: bool,
}

/// A page of a value set's codes.
#[derive(Debug)]
pub struct Expansion<'l> {
    /// How many codes there are in all.
    pub total: usize,
    /// The page.
    pub codes: Vec<Found<'l>>,
    /// The code systems that were used, with their versions.
    pub used: Vec<(&'l str, &'l str)>,
    /// The code systems of which only a part is loaded.
    pub partial: Vec<&'l str>,
}

/// A code of an expansion.
#[derive(Debug)]
pub struct Found<'l> {
    /// Its system.
    pub system: &'l str,
    /// The system's version; empty when it is not known.
    pub version: &'l str,
    /// The code.
    pub code: &'l str,
    /// What people read; empty when it is not known.
    pub display: &'l str,
    /// No longer in use.
    pub is_inactive: bool,
    /// Only holds others together.
    pub is_abstract: bool,
    /// Its other words, if they were asked for.
    pub designations: Vec<&'l Designation>,
}

struct Run<'l, 'a> {
    lists: &'l Lists,
    ask: &'a Expand,
    parts: Ask,
    words: Vec<String>,
    looked: usize,
    seen: HashSet<(&'l str, &'l str)>,
    out: Expansion<'l>,
}

impl Lists {
    /// Expands a value set.
    ///
    /// # Errors
    /// [`ListFault`] for a list that is not loaded or can't be listed, and for more codes than an answer or an expansion may have.
    pub fn expand<'l>(&'l self, set: &'l ValueSet, ask: &Expand) -> Result<Expansion<'l>, ListFault> {
        let words = ask.filter.as_deref().unwrap_or_default().to_lowercase();
        let out = Expansion { total: 0, codes: Vec::new(), used: Vec::new(), partial: Vec::new() };
        let mut run = Run {
            lists: self,
            ask,
            parts: Ask::new(),
            words: words.split_whitespace().map(str::to_owned).collect(),
            looked: 0,
            seen: HashSet::new(),
            out,
        };
        run.set(set, 0, &mut |run, found| {
            run.take(found);
            Ok(())
        })?;
        if ask.count.is_none() && run.out.total.saturating_sub(ask.offset) > MAX_CODES_PER_PAGE {
            return Err(ListFault::TooMany { total: run.out.total });
        }
        Ok(run.out)
    }
}

type Visit<'v, 'l, 'a> = &'v mut dyn FnMut(&mut Run<'l, 'a>, Found<'l>) -> Result<(), ListFault>;

impl<'l, 'a> Run<'l, 'a> {
    /// Visits every code of a set, some of them twice.
    fn set(&mut self, set: &'l ValueSet, depth: usize, visit: Visit<'_, 'l, 'a>) -> Result<(), ListFault> {
        if depth > MAX_DEPTH {
            return Err(ListFault::TooCostly);
        }
        if set.include.is_empty() {
            return Err(ListFault::NotLoaded { list: set.url.clone() });
        }
        for part in &set.include {
            if !self.parts.goes_on() {
                return Err(ListFault::TooCostly);
            }
            self.part(part, depth, &mut |run, found| {
                for exclude in &set.exclude {
                    let left_out =
                        run.lists.in_part(&run.parts, exclude, Some(found.system), found.code, depth);
                    if run.is_yes(left_out)? {
                        return Ok(());
                    }
                }
                visit(run, found)
            })?;
        }
        Ok(())
    }

    /// A membership that must be known.
    fn is_yes(&mut self, membership: Membership) -> Result<bool, ListFault> {
        match membership {
            Membership::Yes => Ok(true),
            Membership::No => Ok(false),
            Membership::NotLoaded(list) => Err(ListFault::NotLoaded { list }),
        }
    }

    /// Visits the codes of one part.
    fn part(&mut self, part: &'l Include, depth: usize, visit: Visit<'_, 'l, 'a>) -> Result<(), ListFault> {
        let mut others = &part.value_sets[..];
        let mut keep = |run: &mut Self, found: Found<'l>, others: &'l [crate::package::Canonical]| {
            run.looked += 1;
            if run.looked > MAX_CODES_PER_EXPANSION {
                return Err(ListFault::TooCostly);
            }
            for set in others {
                let inside = run.lists.named(&run.parts, set, Some(found.system), found.code, depth + 1);
                if !run.is_yes(inside)? {
                    return Ok(());
                }
            }
            visit(run, found)
        };
        let Some(of) = part.system.as_deref() else {
            let Some((first, rest)) = others.split_first() else { return Ok(()) };
            others = rest;
            let set = self.lists.value_set(&first.url, first.version.as_deref());
            let set = set.ok_or_else(|| ListFault::NotLoaded { list: first.to_string().into() })?;
            return self.set(set, depth + 1, &mut |run, found| keep(run, found, others));
        };
        let system = self.lists.system_of(part, of);
        if let Some(codes) = &part.codes {
            for listed in &codes.all {
                let found = self.listed(of, system.map(|system| &**system), listed);
                keep(self, found, others)?;
            }
            return Ok(());
        }
        let Some(system) = system else {
            let list: Box<str> = of.into();
            return Err(match by_form(of, "") {
                Some(_) => ListFault::Grammar { list },
                None => ListFault::NotLoaded { list },
            });
        };
        if !system.is_complete && !self.out.partial.contains(&of) {
            self.out.partial.push(of);
        }
        for concept in system.all() {
            let inside = passes(system, &part.filters, &concept.code);
            if self.is_yes(inside)? {
                let found = self.found(of, system, concept);
                keep(self, found, others)?;
            }
        }
        Ok(())
    }

    fn found(&mut self, of: &'l str, system: &'l CodeSystem, concept: &'l Concept) -> Found<'l> {
        self.uses(of, &system.version);
        Found {
            system: of,
            version: &system.version,
            code: &concept.code,
            display: &concept.display,
            is_inactive: concept.is_inactive(),
            is_abstract: concept.is_abstract(),
            designations: Vec::new(),
        }
    }

    /// A code that a set lists: its own words count before the system's.
    fn listed(&mut self, of: &'l str, system: Option<&'l CodeSystem>, listed: &'l Listed) -> Found<'l> {
        let known = system.and_then(|system| Some((system, system.concept(&listed.code)?)));
        let mut found = match known {
            Some((system, concept)) => self.found(of, system, concept),
            None => Found {
                system: of,
                version: "",
                code: &listed.code,
                display: "",
                is_inactive: false,
                is_abstract: false,
                designations: Vec::new(),
            },
        };
        if !listed.display.is_empty() {
            found.display = &listed.display;
        }
        found.designations = listed.designations.iter().collect();
        found
    }

    fn uses(&mut self, url: &'l str, version: &'l str) {
        if self.out.used.last() != Some(&(url, version)) && !self.out.used.contains(&(url, version)) {
            self.out.used.push((url, version));
        }
    }

    /// Counts a code, and keeps it when it is of the page.
    fn take(&mut self, mut found: Found<'l>) {
        if self.ask.active_only && found.is_inactive {
            return;
        }
        let is_wanted = |word: &String| {
            found.code.to_lowercase().contains(word.as_str())
                || found.display.to_lowercase().contains(word.as_str())
        };
        if !self.words.iter().all(is_wanted) || !self.seen.insert((found.system, found.code)) {
            return;
        }
        let at = self.out.total;
        self.out.total += 1;
        let count = self.ask.count.unwrap_or(MAX_CODES_PER_PAGE).min(MAX_CODES_PER_PAGE);
        if at < self.ask.offset || at - self.ask.offset >= count {
            return;
        }
        if self.ask.designations || self.ask.language.is_some() {
            found.designations.extend(self.lists.words(found.system, found.code));
        }
        if let Some(language) = &self.ask.language {
            let of = found.designations.iter().find(|one| is_language(&one.language, language));
            found.display = of.map_or(found.display, |one| &one.value);
        }
        if !self.ask.designations {
            found.designations.clear();
        }
        self.out.codes.push(found);
    }
}

/// True when a word in `found` is what somebody who reads `wanted` wants: the same language, whatever the region.
pub(super) fn is_language(found: &str, wanted: &str) -> bool {
    let plain = |text: &str| text.split('-').next().unwrap_or_default().to_ascii_lowercase();
    !found.is_empty() && plain(found) == plain(wanted)
}
