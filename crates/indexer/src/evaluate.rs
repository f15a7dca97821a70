//! What of one segment a plan means.
//!
//! Never: looks at whether a document is alive; that is the caller's. State: none.

use crate::docs::{Budget, Docs};
use crate::entry::Column;
use crate::key::{Form, Global, Key, Place, split_number};
use crate::plan::{Leaf, Look, Plan};
use crate::sealed::ReadFailed;
use crate::view::{MOST_SIDE_BY_SIDE, Segment, Terms, walk};
use salus_trust_api::wire::query::{Comparison, LAST_UPDATED};
use salus_trust_api::wire::words::Range;
use std::collections::{BTreeMap, BTreeSet};

/// About how many bytes a document takes of which the place of a value matters, in bytes: its entry in a set.
const PLACE_BYTES: usize = 16;

/// Evaluates plans on one segment.
#[derive(Clone, Copy)]
pub(crate) struct Evaluator<'v> {
    pub(crate) segment: Segment<'v>,
    pub(crate) budget: &'v Budget,
}

impl<'v> Evaluator<'v> {
    /// The documents that meet a plan. `walked`: they are to be walked, and not only asked about.
    pub(crate) fn docs(self, plan: &'v Plan, walked: bool) -> Result<Docs<'v>, ReadFailed> {
        let documents = self.segment.documents();
        if self.budget.step() {
            return Ok(Docs::Nothing);
        }
        Ok(match plan {
            Plan::Everything => Docs::Everything(documents),
            Plan::All(plans) => self.all(plans, walked)?,
            Plan::Any(plans) => {
                let members = plans.iter().map(|plan| self.docs(plan, walked));
                Docs::or(members.collect::<Result<_, _>>()?, documents)
            }
            Plan::Not(plan) => Docs::not(self.docs(plan, true)?, documents),
            Plan::Kind(kinds) => self.kind(kinds, walked)?,
            Plan::Looks(looks) | Plan::Value(_, Leaf::Looks(looks)) => self.looks(looks)?,
            Plan::Value(place, Leaf::Spans { column, comparison, range, units }) => {
                let held = (*column, *comparison, *range);
                match units {
                    None => self.spans(*place, held, walked)?,
                    Some(units) => self.quantities(held, units)?,
                }
            }
            Plan::Composite(components) => self.composite(components)?,
        })
    }

    /// The documents that meet all of these.
    pub(crate) fn all(self, plans: &'v [Plan], walked: bool) -> Result<Docs<'v>, ReadFailed> {
        let mut members = Vec::with_capacity(plans.len() + 1);
        for plan in plans {
            let member = self.docs(plan, false)?;
            if matches!(member, Docs::Nothing) {
                return Ok(Docs::Nothing);
            }
            members.push(member);
        }
        if walked {
            self.walk_few(plans, &mut members)?;
        }
        if walked && !members.is_empty() && members.iter().all(Docs::only_asked) {
            // Something must be walked: the member with the fewest documents.
            let walkable =
                |plan: &&Plan| matches!(plan, Plan::Kind(_) | Plan::Value(..) | Plan::Any(_) | Plan::All(_));
            let walks = plans.iter().filter(walkable).map(|plan| self.docs(plan, true));
            let walks = walks.collect::<Result<Vec<_>, _>>()?;
            members.extend(walks.into_iter().min_by_key(Docs::cost));
        }
        Ok(Docs::and(members, self.segment.documents()))
    }

    /// Walks the types, too, where that is less than the least that is walked: of most types a cell has fewer records than one patient
    /// has of all types.
    fn walk_few(self, plans: &'v [Plan], members: &mut [Docs<'v>]) -> Result<(), ReadFailed> {
        let walked = members.iter().filter(|member| !member.only_asked());
        let Some(mut least) = walked.map(Docs::cost).min() else { return Ok(()) };
        for (plan, member) in plans.iter().zip(members) {
            if let Plan::Kind(kinds) = plan
                && kinds.len() <= MOST_SIDE_BY_SIDE
            {
                let docs = self.kind(kinds, true)?;
                if docs.cost() < least {
                    least = docs.cost();
                    *member = docs;
                }
            }
        }
        Ok(())
    }

    fn kind(self, kinds: &'v [u16], walked: bool) -> Result<Docs<'v>, ReadFailed> {
        if walked {
            let mut terms = Terms::new(self.segment);
            for kind in kinds.iter().collect::<BTreeSet<_>>() {
                terms.add(&Key::global(Global::Kind).number(*kind).0, self.budget)?;
            }
            return terms.into_docs(self.budget);
        }
        let segment = self.segment;
        let check = move |doc| kinds.contains(&segment.kind(doc));
        Ok(Docs::Check(Box::new(check), segment.documents(), self.budget))
    }

    fn looks(self, looks: &[Look]) -> Result<Docs<'v>, ReadFailed> {
        if let [Look::Exact(key)] = looks {
            return self.segment.exact(key, self.budget);
        }
        self.terms(looks, &|_| Some(0))?
            .remove(&0)
            .map_or(Ok(Docs::Nothing), |terms| terms.into_docs(self.budget))
    }

    /// The terms that are meant, by the number at their end.
    fn numbered(self, looks: &[Look]) -> Result<BTreeMap<u16, Terms<'v>>, ReadFailed> {
        self.terms(looks, &|rest| split_number(rest).map(|(_, number)| number))
    }

    /// The terms that are meant. `group` says of the rest of a term to which group it belongs; with numbered terms the number
    /// at the end is no part of the value.
    fn terms(
        self,
        looks: &[Look],
        group: &dyn Fn(&[u8]) -> Option<u16>,
    ) -> Result<BTreeMap<u16, Terms<'v>>, ReadFailed> {
        let mut groups: BTreeMap<u16, Terms<'v>> = BTreeMap::new();
        let whole = group(&[]) == Some(0);
        for look in looks {
            let (key, keep) = match look {
                Look::Exact(key) if whole => {
                    if self.budget.term() {
                        break;
                    }
                    groups.entry(0).or_insert_with(|| Terms::new(self.segment)).add(key, self.budget)?;
                    continue;
                }
                Look::Exact(key) => (key, None),
                Look::Prefix(key, keep) => (key, keep.as_ref()),
            };
            let exactly = matches!(look, Look::Exact(_));
            let found = self.segment.groups(key, self.budget, &mut |rest| {
                let kept = (!exactly || rest.len() == 2) && keep.is_none_or(|keep| keep(rest));
                if kept { group(rest) } else { None }
            })?;
            for (number, terms) in found {
                match groups.get_mut(&number) {
                    Some(known) => known.merge(terms),
                    None => {
                        groups.insert(number, terms);
                    }
                }
            }
        }
        Ok(groups)
    }

    fn spans(
        self,
        place: Place,
        (column, comparison, range): (Column, Comparison, Range),
        walked: bool,
    ) -> Result<Docs<'v>, ReadFailed> {
        let spans = self.segment.spans(&column, self.budget)?;
        if spans.is_none() {
            return Ok(Docs::Nothing);
        }
        let documents = self.segment.documents();
        let check = move |doc| spans.any(doc, |_, span| comparison.holds(span.range, range));
        let check = Docs::Check(Box::new(check), documents, self.budget);
        if !walked || place.parameter == LAST_UPDATED {
            return Ok(check);
        }
        let present = self.segment.exact(&Key::of(place, Form::Present).0, self.budget)?;
        Ok(Docs::and(vec![present, check], documents))
    }

    fn quantities(
        self,
        (column, comparison, range): (Column, Comparison, Range),
        units: &[Look],
    ) -> Result<Docs<'v>, ReadFailed> {
        let documents = self.segment.documents();
        let mut members = Vec::new();
        for (meant, terms) in self.numbered(units)? {
            let spans = self.segment.spans(&column, self.budget)?;
            let check =
                move |doc| spans.any(doc, |nth, span| nth == meant && comparison.holds(span.range, range));
            let check = Docs::Check(Box::new(check), documents, self.budget);
            members.push(Docs::and(vec![terms.into_docs(self.budget)?, check], documents));
        }
        Ok(Docs::or(members, documents))
    }

    fn composite(self, components: &'v [(Place, Leaf)]) -> Result<Docs<'v>, ReadFailed> {
        let documents = self.segment.documents();
        // For each element: what meets the components that are terms.
        let mut elements: Option<BTreeMap<u16, Vec<Docs<'v>>>> = None;
        let first = components.first().map(|(place, _)| Look::Prefix(Key::of(*place, Form::Present).0, None));
        let discrete = components.iter().filter_map(|(_, leaf)| match leaf {
            Leaf::Looks(looks) => Some(looks.as_slice()),
            Leaf::Spans { .. } => None,
        });
        let all_spans = components.iter().all(|(_, leaf)| matches!(leaf, Leaf::Spans { .. }));
        for looks in discrete.chain(first.as_slice().iter().filter(|_| all_spans).map(std::slice::from_ref)) {
            let found = self.numbered(looks)?;
            let before = elements.take();
            let mut now = BTreeMap::new();
            for (occurrence, terms) in found {
                let mut members = match &before {
                    None => Vec::new(),
                    Some(before) if !before.contains_key(&occurrence) => continue,
                    Some(_) => Vec::new(),
                };
                members.push(terms.into_docs(self.budget)?);
                now.insert(occurrence, members);
            }
            for (occurrence, members) in before.into_iter().flatten() {
                if let Some(all) = now.get_mut(&occurrence) {
                    all.extend(members);
                }
            }
            elements = Some(now);
        }
        let mut out = Vec::new();
        for (occurrence, mut members) in elements.into_iter().flatten() {
            for (_, leaf) in components {
                if let Leaf::Spans { column, comparison, range, units } = leaf {
                    members.push(self.element_spans(
                        occurrence,
                        (*column, *comparison, *range),
                        units.as_deref(),
                    )?);
                }
            }
            out.push(Docs::and(members, documents));
        }
        Ok(Docs::or(out, documents))
    }

    /// Documents of which a span of this element meets this.
    fn element_spans(
        self,
        occurrence: u16,
        (column, comparison, range): (Column, Comparison, Range),
        units: Option<&[Look]>,
    ) -> Result<Docs<'v>, ReadFailed> {
        let spans = self.segment.spans(&column, self.budget)?;
        if spans.is_none() {
            return Ok(Docs::Nothing);
        }
        let meant = match units {
            None => None,
            Some(units) => {
                let mut places: BTreeSet<(u32, u16)> = BTreeSet::new();
                for (nth, terms) in self.numbered(units)? {
                    walk(terms.into_docs(self.budget)?, self.budget, &mut |doc| {
                        if !self.budget.hold(PLACE_BYTES) {
                            places.insert((doc, nth));
                        }
                    });
                }
                Some(places)
            }
        };
        let check = move |doc| {
            spans.any(doc, |nth, span| {
                span.occurrence == occurrence
                    && comparison.holds(span.range, range)
                    && meant.as_ref().is_none_or(|meant| meant.contains(&(doc, nth)))
            })
        };
        Ok(Docs::Check(Box::new(check), self.segment.documents(), self.budget))
    }
}
