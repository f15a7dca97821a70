//! From a condition to what is looked up: keys, filters and columns, folded and encoded once for all segments.
//!
//! Never: looks anything up. State: none.

use crate::entry::{Column, exact, of_type_key, text_key, token_key};
use crate::fold::{fold, has_word_start, words};
use crate::key::{self, Form, Global, Key, Place, split_text};
use salus_trust_api::wire::query::{
    Comparison, Condition, LAST_UPDATED, MAX_CONDITIONS, MAX_DEPTH, SearchFault, System, Test,
};
use salus_trust_api::wire::words::{Range, RecordName};

/// Says of what follows a prefix whether it is meant.
pub(crate) type Keep = Box<dyn Fn(&[u8]) -> bool + Send + Sync>;

/// Keys to look up.
pub(crate) enum Look {
    /// This one.
    Exact(Vec<u8>),
    /// All with this prefix; of these, those of which the rest is kept.
    Prefix(Vec<u8>, Option<Keep>),
}

/// A test of one value.
pub(crate) enum Leaf {
    /// Terms.
    Looks(Vec<Look>),
    /// A column.
    Spans {
        column: Column,
        comparison: Comparison,
        range: Range,
        /// Terms of the unit, each of which says which value of the column is meant; none: any value.
        units: Option<Vec<Look>>,
    },
}

/// What a record must meet.
pub(crate) enum Plan {
    All(Vec<Plan>),
    Any(Vec<Plan>),
    Not(Box<Plan>),
    Everything,
    Kind(Vec<u16>),
    Looks(Vec<Look>),
    /// A value of a parameter.
    Value(Place, Leaf),
    /// Values of one element of a composite.
    Composite(Vec<(Place, Leaf)>),
}

/// Looks for other records on the way: chains.
pub(crate) trait Chains {
    /// The keys of what refers by this parameter to a record of these types that meets this.
    fn referrers(
        &mut self,
        parameter: u16,
        kinds: &[u16],
        meets: &Condition,
        depth: usize,
    ) -> Result<Plan, SearchFault>;
    /// The keys of what a record of this type that meets this refers to by this parameter.
    fn referred(
        &mut self,
        kind: u16,
        parameter: u16,
        meets: &Condition,
        depth: usize,
    ) -> Result<Plan, SearchFault>;
    /// The query names this record.
    fn named(&mut self, name: Named<'_>);
}

/// A record that a query names.
pub(crate) enum Named<'a> {
    Record(&'a RecordName),
    Id(&'a str),
}

/// Checks a condition against the bounds; gives its number of conditions.
pub(crate) fn measure(condition: &Condition, depth: usize) -> Result<usize, SearchFault> {
    if depth > MAX_DEPTH {
        return Err(SearchFault::Malformed);
    }
    let inner = match condition {
        Condition::All(list) | Condition::Any(list) => {
            list.iter().try_fold(0usize, |sum, one| measure(one, depth + 1).map(|inner| sum + inner))?
        }
        Condition::Not(one) => measure(one, depth + 1)?,
        Condition::RefersTo { meets, .. } | Condition::ReferredToBy { meets, .. } => {
            measure(meets, depth + 1)?
        }
        Condition::Composite(_, tests) if tests.is_empty() || tests.len() > usize::from(u8::MAX) => {
            return Err(SearchFault::Malformed);
        }
        Condition::Composite(_, tests) => tests.len(),
        _ => 0,
    };
    let sum = inner + 1;
    if sum > MAX_CONDITIONS { Err(SearchFault::Malformed) } else { Ok(sum) }
}

/// Makes the plan of a condition that was measured.
pub(crate) fn plan(
    condition: &Condition,
    chains: &mut dyn Chains,
    depth: usize,
) -> Result<Plan, SearchFault> {
    Ok(match condition {
        Condition::All(list) => Plan::All(plans(list, chains, depth)?),
        Condition::Any(list) => Plan::Any(plans(list, chains, depth)?),
        Condition::Not(one) => Plan::Not(Box::new(plan(one, chains, depth + 1)?)),
        Condition::Kind(kinds) => Plan::Kind(kinds.clone()),
        Condition::Id(name) => {
            chains.named(Named::Record(name));
            Plan::Looks(vec![Look::Exact(Key::global(Global::Name).bytes(&key::name(name)).0)])
        }
        Condition::Present(LAST_UPDATED) => Plan::Everything,
        Condition::Present(parameter) => Plan::Looks(vec![Look::Exact(
            Key::of(Place { parameter: *parameter, component: 0 }, Form::Present).0,
        )]),
        Condition::Value(parameter, test) => {
            match test {
                Test::Reference(name) => chains.named(Named::Record(name)),
                Test::ReferenceId(id) => chains.named(Named::Id(id)),
                _ => {}
            }
            let place = Place { parameter: *parameter, component: 0 };
            Plan::Value(place, leaf(place, test))
        }
        Condition::Composite(parameter, tests) => Plan::Composite(
            (1u8..=u8::MAX)
                .zip(tests)
                .map(|(component, test)| {
                    let place = Place { parameter: *parameter, component };
                    (place, leaf(place, test))
                })
                .collect(),
        ),
        Condition::RefersTo { parameter, kinds, meets } => {
            chains.referrers(*parameter, kinds, meets, depth + 1)?
        }
        Condition::ReferredToBy { kind, parameter, meets } => {
            chains.referred(*kind, *parameter, meets, depth + 1)?
        }
        Condition::Narrative(text) => text_plan(Global::Narrative, text),
        Condition::Content(text) => text_plan(Global::Content, text),
    })
}

fn plans(list: &[Condition], chains: &mut dyn Chains, depth: usize) -> Result<Vec<Plan>, SearchFault> {
    list.iter().map(|one| plan(one, chains, depth + 1)).collect()
}

fn text_plan(what: Global, text: &str) -> Plan {
    if words(text).next().is_none() {
        return Plan::Any(Vec::new());
    }
    Plan::All(
        words(text).map(|word| Plan::Looks(vec![Look::Exact(Key::global(what).text(&word).0)])).collect(),
    )
}

/// What a test looks up among the values of this place.
fn leaf(place: Place, test: &Test) -> Leaf {
    let of = |form| Key::of(place, form);
    let prefix = |key: Key| Look::Prefix(key.0, None);
    let filtered = |key: Key, keep: Keep| Look::Prefix(key.0, Some(keep));
    let exactly = |key: Key| Look::Exact(exact(key).0);
    Leaf::Looks(match test {
        // What has nothing that is compared (accents or control characters alone) is nobody's, and not everybody's.
        Test::Starts(text) | Test::Contains(text) | Test::Display(text) if fold(text).is_empty() => {
            Vec::new()
        }
        Test::Starts(text) => vec![prefix(of(Form::Text).start(&fold(text)))],
        Test::Contains(text) => {
            let wanted = fold(text);
            vec![filtered(of(Form::Text), Box::new(move |rest| folded(rest).contains(&wanted)))]
        }
        Test::Exact(text) => vec![exactly(text_key(place, &fold(text), text))],
        Test::Token { system, code } => token(place, Form::Token, system, code.as_deref()),
        Test::Display(text) => {
            let wanted = fold(text);
            vec![filtered(of(Form::Display), Box::new(move |rest| has_word_start(folded(rest), &wanted)))]
        }
        Test::OfType { system, code, value } => {
            vec![Look::Exact(of_type_key(place, system.as_deref(), code, value).0)]
        }
        Test::Uri(uri) => uri_looks(place, uri),
        Test::UriAbove(uri) => {
            let above = uri.match_indices('/').flat_map(|(at, _)| [uri.get(..at), uri.get(..=at)]);
            let mut above: Vec<&str> = above.flatten().chain([uri.as_str()]).collect();
            above.dedup();
            above.into_iter().map(|above| exactly(of(Form::Uri).text(above))).collect()
        }
        Test::UriBelow(uri) => {
            let below = of(Form::Uri).start(uri);
            let below = if uri.ends_with('/') { below } else { below.byte(b'/') };
            vec![exactly(of(Form::Uri).text(uri)), prefix(below)]
        }
        Test::Reference(name) => vec![exactly(of(Form::Reference).bytes(&key::name(name)))],
        Test::ReferenceId(id) => vec![prefix(of(Form::Reference).id(id))],
        Test::Elsewhere(text) => vec![exactly(of(Form::Elsewhere).text(text))],
        Test::ReferenceIdentifier { system, value } => {
            token(place, Form::ReferenceIdentifier, system, value.as_deref())
        }
        Test::Range(comparison, range) => {
            let column = Column { place, quantity: false };
            return Leaf::Spans { column, comparison: *comparison, range: *range, units: None };
        }
        Test::Quantity { comparison, range, system, unit } => {
            let column = Column { place, quantity: true };
            let units = units(place, system, unit.as_deref());
            return Leaf::Spans { column, comparison: *comparison, range: *range, units };
        }
    })
}

fn folded(rest: &[u8]) -> &str {
    split_text(rest).and_then(|(text, _)| std::str::from_utf8(text).ok()).unwrap_or_default()
}

fn uri_looks(place: Place, uri: &str) -> Vec<Look> {
    let key = || Key::of(place, Form::Uri);
    let exactly = Look::Exact(exact(key().text(uri)).0);
    if uri.contains('|') {
        vec![exactly]
    } else {
        vec![exactly, Look::Prefix(key().start(uri).byte(b'|').0, None)]
    }
}

/// Whether what follows a token's code says that it has no system.
fn no_system(rest: &[u8]) -> bool {
    let system = match rest.split_first() {
        Some((0, system)) => Some(system),
        Some((_, code)) => split_text(code).map(|(_, system)| system),
        None => None,
    };
    system.is_some_and(|system| system.first() == Some(&0))
}

fn token(place: Place, form: Form, system: &System, code: Option<&str>) -> Vec<Look> {
    let key = Key::of(place, form);
    vec![match (system, code) {
        (System::Any, None) => Look::Prefix(key.0, None),
        (System::Any, Some(code)) => Look::Prefix(key.byte(1).text(code).0, None),
        (System::None, Some(code)) => Look::Exact(token_key(place, form, None, Some(code)).0),
        (System::Is(system), Some(code)) => Look::Exact(token_key(place, form, Some(system), Some(code)).0),
        (System::None, None) => Look::Prefix(key.0, Some(Box::new(no_system))),
        (System::Is(system), None) if matches!(form, Form::Token) => {
            Look::Exact(exact(Key::of(place, Form::System).text(system)).0)
        }
        (System::Is(system), None) => {
            let wanted = Key::default().option(Some(system)).0;
            Look::Prefix(
                key.0,
                Some(Box::new(move |rest| system_of(rest).is_some_and(|it| it.starts_with(&wanted)))),
            )
        }
    }]
}

fn system_of(rest: &[u8]) -> Option<&[u8]> {
    match rest.split_first()? {
        (0, system) => Some(system),
        (_, code) => split_text(code).map(|(_, system)| system),
    }
}

/// The units' terms; all of them end with the value's place.
fn units(place: Place, system: &System, unit: Option<&str>) -> Option<Vec<Look>> {
    let key = Key::of(place, Form::Unit);
    Some(vec![match (system, unit) {
        (System::Any, None) => return None,
        (System::Any, Some(unit)) => {
            let text = Look::Prefix(exact(Key::of(place, Form::UnitText).text(unit)).0, None);
            return Some(vec![Look::Prefix(key.byte(1).text(unit).0, None), text]);
        }
        (System::None, Some(unit)) => Look::Prefix(token_key(place, Form::Unit, None, Some(unit)).0, None),
        (System::Is(system), Some(unit)) => {
            Look::Prefix(token_key(place, Form::Unit, Some(system), Some(unit)).0, None)
        }
        (System::None, None) => Look::Prefix(key.0, Some(Box::new(no_system))),
        (System::Is(system), None) => {
            let wanted = Key::default().option(Some(system)).0;
            Look::Prefix(
                key.0,
                Some(Box::new(move |rest| system_of(rest).is_some_and(|it| it.starts_with(&wanted)))),
            )
        }
    }])
}
