//! One query, from its conditions to the page, the count and the patients reached.
//!
//! Never: goes on beyond its bounds; answers with less than all because of them: then it fails as too costly. State: none.

use crate::cursor::Cursors;
use crate::docs::{Budget, Docs, END};
use crate::evaluate::Evaluator;
use crate::key::{self, Global, Key};
use crate::order::{LocalPosition, OrderReader, Position};
use crate::plan::{Chains, Look, Named, Plan, measure, plan};
use crate::reached::Patients;
use crate::sealed::{ReadFailed, Sealed};
use crate::view::{Member, Segment, View};
use salus_seal::Pseudonym;
use salus_trust_api::wire::query::{
    Condition, Found, Hit, MAX_CONDITIONS, MAX_DEPTH, MAX_PAGE, MAX_SORT_KEYS, Query, Reach, SearchFault,
};
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use std::time::Duration;

/// How long one query may take.
pub(crate) const MAX_QUERY_TIME: Duration = Duration::from_secs(2);
/// The most terms that one query looks at, in all segments together.
pub(crate) const MAX_TERMS: u64 = 1_000_000;
/// About how many bytes a name takes beside itself, in bytes: its entry in a set, and the key that is looked up for it.
const NAME_BYTES: usize = 128;
/// About how many bytes the number of a name takes in a set, in bytes.
const NUMBER_BYTES: usize = 16;
/// The most records that the inner condition of a chain may find.
pub(crate) const MAX_CHAIN_NAMES: usize = 100_000;

impl From<ReadFailed> for SearchFault {
    fn from(_: ReadFailed) -> Self {
        Self::Failed
    }
}

/// What comes of a query.
#[derive(Debug)]
pub(crate) struct Evaluated {
    pub(crate) found: Found,
    pub(crate) reach: Reach,
    /// Whether a condition confines it to the records of one patient, or to nobody's.
    pub(crate) of_one: bool,
}

/// Evaluates a query on a view with all that a query may spend.
#[cfg(test)]
pub(crate) fn search(view: &Arc<View>, cursors: &Cursors, query: &Query) -> Result<Evaluated, SearchFault> {
    let budget = Budget::new(std::time::Instant::now() + MAX_QUERY_TIME, MAX_TERMS);
    search_within(view, cursors, query, &budget)
}

/// Evaluates a query on a view; a later page on that of the first one, where it is kept, and what was deleted meanwhile is left out.
pub(crate) fn search_within(
    newest: &Arc<View>,
    cursors: &Cursors,
    query: &Query,
    budget: &Budget,
) -> Result<Evaluated, SearchFault> {
    let conditions = query.all.iter().try_fold(0, |sum, one| measure(one, 1).map(|n| sum + n))?;
    if conditions > MAX_CONDITIONS || query.sort.len() > MAX_SORT_KEYS || query.count > MAX_PAGE {
        return Err(SearchFault::Malformed);
    }
    let after = query.after.as_ref().map(|cursor| cursors.open(query, cursor)).transpose()?;
    let (after, kept) = after.map_or((None, None), |(position, kept)| (Some(position), kept));
    let view = kept.as_ref().unwrap_or(newest);
    let mut run =
        Run { view, budget, named: BTreeSet::new(), named_ids: BTreeSet::new(), met: BTreeSet::new() };
    let parts = Parts::new(query, &mut run)?;
    let mut page = Page { query, after, best: Vec::new() };
    let mut met = Met::default();
    for member in view.members() {
        run.one_segment(member, &parts, &mut met, &mut page)?;
    }
    let (mut hits, next) = page.finish();
    let next = next.map(|position| cursors.seal(query, view, &position)).transpose()?;
    let of_one = parts.is_confined(&met);
    let Met { total, matching, .. } = met;
    let reach = run.reach(query, matching, of_one, &hits)?;
    hits.truncate(query.count as usize);
    if kept.is_some() {
        let mut there = hits
            .iter()
            .map(|(hit, ..)| newest.is_there(hit.record))
            .collect::<Result<Vec<_>, _>>()?
            .into_iter();
        hits.retain(|_| there.next().unwrap_or(false));
    }
    if budget.over.get() {
        return Err(SearchFault::TooCostly);
    }
    let hits = hits.into_iter().map(|(hit, ..)| hit).collect();
    Ok(Evaluated { found: Found { hits, total, rounded: false, next }, reach, of_one })
}

/// A query's plans. Where one of its conditions confines it to what refers to one record, what meets that one is walked, and the others
/// are only asked about: so it is known whether all of it is of one patient. Once it is not, whatever has the fewest documents is walked.
struct Parts {
    /// The types, what confines, the others.
    plans: Vec<Plan>,
    /// How many of them are walked to know whether it is of one.
    confining: Option<usize>,
}

/// How a segment is walked.
struct Walk<'v> {
    docs: Docs<'v>,
    asked: Option<Docs<'v>>,
}

impl Parts {
    fn new(query: &Query, run: &mut Run<'_>) -> Result<Self, SearchFault> {
        let confining = query.all.iter().position(|condition| condition.confined_to().is_some());
        let mut plans = Vec::with_capacity(query.all.len() + 1);
        if !query.kinds.is_empty() {
            plans.push(Plan::Kind(query.kinds.clone()));
        }
        let first = plans.len();
        for condition in &query.all {
            plans.push(plan(condition, run, 0)?);
        }
        if let Some(confining) = confining {
            plans.swap(first, first + confining);
        }
        Ok(Self { plans, confining: confining.map(|_| first + 1) })
    }

    fn is_confined(&self, met: &Met) -> bool {
        self.confining.is_some() && met.confined.some.len() <= 1
    }

    fn walk<'v>(&'v self, evaluator: Evaluator<'v>, confined: bool) -> Result<Walk<'v>, ReadFailed> {
        let walked = self.confining.filter(|_| confined).unwrap_or(self.plans.len());
        let (walked, asked) = self.plans.split_at(walked.min(self.plans.len()));
        let docs = evaluator.all(walked, true)?;
        let asked = if asked.is_empty() { None } else { Some(evaluator.all(asked, false)?) };
        Ok(Walk { docs, asked })
    }
}

/// What was met on the way.
#[derive(Default)]
struct Met {
    total: u64,
    /// The patients of the matches.
    matching: Patients,
    /// Of the patients of whatever meets the condition that confines: enough to know whether they are more than one.
    confined: Patients,
}

/// A hit, and where it lies.
pub(crate) type Located<'v> = (Hit, Segment<'v>, u32);

/// The best hits so far, of all segments.
struct Page<'q, 'v> {
    query: &'q Query,
    after: Option<Position>,
    best: Vec<(Position, Located<'v>)>,
}

impl<'v> Page<'_, 'v> {
    fn room(&self) -> usize {
        match self.query.count {
            0 => 0,
            count => count as usize + 1,
        }
    }

    fn merge(
        &mut self,
        reader: &OrderReader<'v>,
        local: Vec<(LocalPosition, Located<'v>)>,
    ) -> Result<(), ReadFailed> {
        for (position, located) in local {
            self.best.push((reader.to_global(&position)?, located));
        }
        self.best.sort_by(|one, other| one.0.compare(&other.0, &self.query.sort));
        self.best.truncate(self.room());
        Ok(())
    }

    /// The hits of the page and, if there is one, the hit behind them; then also where the next page begins.
    fn finish(self) -> (Vec<Located<'v>>, Option<Position>) {
        let count = self.query.count as usize;
        let more = self.best.len() > count;
        let last =
            self.best.get(count.wrapping_sub(1)).filter(|_| more).map(|(position, _)| position.clone());
        (self.best.into_iter().map(|(_, located)| located).collect(), last)
    }
}

/// The best hits of one segment.
struct Best<'a, 'v> {
    reader: &'a OrderReader<'v>,
    query: &'a Query,
    room: usize,
    after: Option<LocalPosition>,
    kept: Vec<(LocalPosition, Located<'v>)>,
    /// What is not before this one has no place any more.
    bar: Option<LocalPosition>,
}

impl<'v> Best<'_, 'v> {
    fn offer(&mut self, segment: Segment<'v>, doc: u32) {
        if self.room == 0 {
            return;
        }
        let sort = &self.query.sort;
        let first = self.reader.first(doc);
        // Most end here: for them nothing but the first key is read.
        if self.bar.as_ref().is_some_and(|bar| bar.is_before(&first, sort)) {
            return;
        }
        let position = self.reader.position(doc, first);
        let too_early = self.after.as_ref().is_some_and(|after| position.compare(after, sort).is_le());
        let too_late = self.bar.as_ref().is_some_and(|bar| position.compare(bar, sort).is_ge());
        if too_early || too_late {
            return;
        }
        let hit = Hit { record: position.record, version: segment.version(doc), kind: segment.kind(doc) };
        self.kept.push((position, (hit, segment, doc)));
        if self.kept.len() >= self.room * 2 + 64 {
            self.cut();
        }
    }

    fn cut(&mut self) {
        let sort = &self.query.sort;
        let Some(last) = self.room.checked_sub(1).filter(|last| *last < self.kept.len()) else { return };
        self.kept.select_nth_unstable_by(last, |one, other| one.0.compare(&other.0, sort));
        self.kept.truncate(self.room);
        self.bar = self.kept.last().map(|(position, _)| position.clone());
    }
}

/// Names that the inner condition of a chain found; those of sealed segments by their numbers first.
#[derive(Default)]
struct Gathered<'v> {
    sealed: Vec<(&'v Sealed, BTreeSet<u64>)>,
    names: HashSet<Vec<u8>>,
}

impl<'v> Gathered<'v> {
    /// More numbers of one segment. Segments come one after the other.
    fn add(&mut self, sealed: &'v Sealed, numbers: impl IntoIterator<Item = u64>, budget: &Budget) {
        if !self.sealed.last().is_some_and(|(last, _)| std::ptr::eq(*last, sealed)) {
            self.sealed.push((sealed, BTreeSet::new()));
        }
        let Some((_, known)) = self.sealed.last_mut() else { return };
        for number in numbers {
            if known.insert(number) && budget.hold(NUMBER_BYTES) {
                return;
            }
        }
    }
}

/// A query that is being evaluated.
pub(crate) struct Run<'v> {
    pub(crate) view: &'v View,
    pub(crate) budget: &'v Budget,
    pub(crate) named: BTreeSet<Vec<u8>>,
    pub(crate) named_ids: BTreeSet<String>,
    /// Patients that inner conditions of chains met, each of them few.
    pub(crate) met: BTreeSet<Pseudonym>,
}

impl<'v> Run<'v> {
    pub(crate) fn check(&self) -> Result<(), SearchFault> {
        if self.budget.over.get() { Err(SearchFault::TooCostly) } else { Ok(()) }
    }

    fn one_segment(
        &self,
        member: Member<'v>,
        parts: &Parts,
        met: &mut Met,
        page: &mut Page<'_, 'v>,
    ) -> Result<(), SearchFault> {
        let segment = member.segment;
        let evaluator = Evaluator { segment, budget: self.budget };
        let mut confined = parts.is_confined(met);
        let mut walk = parts.walk(evaluator, confined)?;
        let mut doc = walk.docs.seek(0);
        if doc == END {
            return self.check();
        }
        let reader = OrderReader::new(segment, &page.query.sort, self.budget)?;
        let after = page.after.as_ref().map(|after| reader.to_local(after)).transpose()?;
        let mut best = Best {
            reader: &reader,
            query: page.query,
            room: page.room(),
            after,
            kept: Vec::new(),
            bar: None,
        };
        let (mut seen, mut seen_confined) = (Vec::new(), Vec::new());
        while doc != END && !self.budget.step() {
            if member.is_alive(doc) {
                if confined {
                    met.confined.add_of(segment, doc, &mut seen_confined)?;
                }
                if walk.asked.as_mut().is_none_or(|asked| asked.has(doc)) {
                    met.total += 1;
                    met.matching.add_of(segment, doc, &mut seen)?;
                    best.offer(segment, doc);
                }
            }
            if confined && !parts.is_confined(met) {
                confined = false;
                walk = parts.walk(evaluator, false)?;
            }
            doc = walk.docs.seek(doc + 1);
        }
        self.check()?;
        best.cut();
        let kept = best.kept;
        page.merge(&reader, kept)?;
        Ok(())
    }

    /// Shows every document that meets a plan.
    pub(crate) fn each(
        &self,
        plan: &Plan,
        show: &mut dyn FnMut(Segment<'v>, u32) -> Result<(), SearchFault>,
    ) -> Result<(), SearchFault> {
        for member in self.view.members() {
            let mut docs = evaluate(member.segment, plan, self.budget)?;
            let mut doc = docs.seek(0);
            while doc != END && !self.budget.step() {
                if member.is_alive(doc) {
                    show(member.segment, doc)?;
                }
                doc = docs.seek(doc + 1);
            }
            self.check()?;
        }
        Ok(())
    }

    fn met(
        &mut self,
        inner: &Plan,
        found: &mut dyn FnMut(Segment<'v>, u32) -> Result<(), SearchFault>,
    ) -> Result<(), SearchFault> {
        let mut met = Patients::default();
        let mut count = 0usize;
        self.each(inner, &mut |segment, doc| {
            count += 1;
            if count > MAX_CHAIN_NAMES {
                return Err(SearchFault::TooCostly);
            }
            met.add_of(segment, doc, &mut Vec::new())?;
            found(segment, doc)
        })?;
        if !met.many {
            self.met.extend(met.some);
        }
        Ok(())
    }
}

pub(crate) fn evaluate<'v>(
    segment: Segment<'v>,
    plan: &'v Plan,
    budget: &'v Budget,
) -> Result<Docs<'v>, SearchFault> {
    Ok(Evaluator { segment, budget }.docs(plan, true)?)
}

impl Chains for Run<'_> {
    fn referrers(
        &mut self,
        parameter: u16,
        kinds: &[u16],
        meets: &Condition,
        depth: usize,
    ) -> Result<Plan, SearchFault> {
        let inner = self.inner(kinds, meets, depth)?;
        let (mut gathered, budget) = (Gathered::default(), self.budget);
        self.met(&inner, &mut |segment, doc| {
            match segment {
                Segment::Sealed(sealed) => gathered.add(sealed, sealed.name_number(doc), budget),
                Segment::Memory(memory) => {
                    gathered.names.extend(memory.entry(doc).map(|entry| entry.name.clone()));
                    budget.hold(NAME_BYTES);
                }
            }
            Ok(())
        })?;
        let Gathered { sealed, mut names } = gathered;
        for (sealed, numbers) in sealed {
            sealed.names(&numbers, &mut |name| {
                if !budget.hold(name.len() + NAME_BYTES) {
                    names.insert(name.to_vec());
                }
            })?;
        }
        let place = key::Place { parameter, component: 0 };
        let keys = names.iter().map(|name| Look::Exact(Key::of(place, key::Form::Reference).bytes(name).0));
        Ok(Plan::Looks(keys.collect()))
    }

    fn referred(
        &mut self,
        kind: u16,
        parameter: u16,
        meets: &Condition,
        depth: usize,
    ) -> Result<Plan, SearchFault> {
        let inner = self.inner(&[kind], meets, depth)?;
        let wanted = key::outgoing(parameter);
        let (mut gathered, budget) = (Gathered::default(), self.budget);
        self.met(&inner, &mut |segment, doc| {
            match segment {
                Segment::Sealed(sealed) => gathered.add(sealed, sealed.outgoing(doc), budget),
                Segment::Memory(memory) => {
                    let outgoing = memory.entry(doc).into_iter().flat_map(|entry| &entry.outgoing);
                    let names = outgoing.filter_map(|name| name.strip_prefix(&wanted)).map(<[u8]>::to_vec);
                    let before = gathered.names.len();
                    gathered.names.extend(names);
                    budget.hold((gathered.names.len() - before) * NAME_BYTES);
                }
            }
            Ok(())
        })?;
        let Gathered { sealed, mut names } = gathered;
        for (sealed, numbers) in sealed {
            sealed.outgoing_names(&numbers, parameter, &mut |name| {
                if !budget.hold(name.len() + NAME_BYTES) {
                    names.insert(name.to_vec());
                }
            })?;
        }
        let keys = names.iter().map(|name| Look::Exact(Key::global(Global::Name).bytes(name).0));
        Ok(Plan::Looks(keys.collect()))
    }

    fn named(&mut self, name: Named<'_>) {
        match name {
            Named::Record(name) => {
                self.named.insert(key::name(name));
            }
            Named::Id(id) => {
                self.named_ids.insert(id.to_owned());
            }
        }
    }
}

impl Run<'_> {
    fn inner(&mut self, kinds: &[u16], meets: &Condition, depth: usize) -> Result<Plan, SearchFault> {
        if depth > MAX_DEPTH {
            return Err(SearchFault::Malformed);
        }
        let mut all = Vec::new();
        if !kinds.is_empty() {
            all.push(Plan::Kind(kinds.to_vec()));
        }
        all.push(plan(meets, self, depth)?);
        Ok(Plan::All(all))
    }
}
