//! From what was asked to the query that the index evaluates, and to what is given of the records that it finds.
//!
//! Never: opens a record but the lists and value sets that a query names. State: none.

use super::convert::{codes, condition};
use super::stored::read_stored;
use super::subset::Subset;
use super::{care, compartments};
use crate::{Cell, RecordsError, text};
use salus_fhir::search::{self, Condition as Asked, Include, Line, Search, Summary, Total, line_of};
use salus_fhir::{Issue, ResourceType};
use salus_trust_api::Interaction;
use salus_trust_api::client::Asker;
use salus_trust_api::wire::query::{self, MAX_CONDITIONS, MAX_PAGE, Query, SortKey};
use serde::{Deserialize, Serialize};

/// How many hits a page has when the query does not say.
pub(crate) const DEFAULT_COUNT: u32 = 50;

/// What somebody searches for, as it was asked. It is all that a link to the next page has to hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchAsk {
    /// The type's code; none for all types.
    pub(crate) kind: Option<u16>,
    /// The compartment in which is searched: its type's code and its id.
    pub(crate) compartment: Option<(u16, String)>,
    /// The dates of care, from and until.
    pub(crate) care: (Option<String>, Option<String>),
    /// Names and values, decoded, in order.
    pub(crate) parameters: Vec<(String, String)>,
    /// Whether what is not understood is left out.
    pub(crate) lenient: bool,
    /// Whether parameters without a value are left out.
    pub(crate) leaves_out_empty: bool,
    /// The time that the query means by now, in milliseconds since 1970.
    pub(crate) now_ms: u64,
}

impl SearchAsk {
    /// A search of a type, or of all.
    pub fn new(kind: Option<ResourceType>, parameters: Vec<(String, String)>, lenient: bool) -> Self {
        let kind = kind.map(ResourceType::code);
        let (compartment, care) = (None, (None, None));
        Self { kind, compartment, care, parameters, lenient, leaves_out_empty: false, now_ms: 0 }
    }

    /// The same of what was done for somebody from a date on and until a date, both inclusive.
    #[must_use]
    pub fn of_care(mut self, start: Option<String>, end: Option<String>) -> Self {
        self.care = (start, end);
        self
    }

    /// The same, where nothing but an answer depends on it: what has no value is left out, with a warning.
    #[must_use]
    pub fn leaving_out_empty(mut self) -> Self {
        self.leaves_out_empty = true;
        self
    }

    /// The same within a compartment.
    #[must_use]
    pub fn within(mut self, compartment: ResourceType, id: &str) -> Self {
        self.compartment = Some((compartment.code(), id.to_owned()));
        self
    }

    pub(crate) fn interaction(&self) -> Interaction {
        if self.kind.is_some() { Interaction::SearchType } else { Interaction::SearchSystem }
    }
}

/// A search that is ready to be asked for.
pub(crate) struct Plan {
    pub interaction: Interaction,
    pub query: Query,
    pub subset: Subset,
    pub includes: Vec<Include>,
    pub wants_total: bool,
    pub understood: Vec<(String, String)>,
    pub left_out: Vec<Issue>,
}

/// Reads what was asked, and the lists and value sets that it names.
///
/// Errors: [`RecordsError::Malformed`] with every parameter that is not understood; [`RecordsError::NotSupported`];
/// [`RecordsError::TooCostly`].
pub(crate) async fn plan(cell: &Cell, asker: &Asker, ask: &SearchAsk) -> Result<Plan, RecordsError> {
    let interaction = ask.interaction();
    let asked = match read(cell, ask) {
        Ok(asked) => asked,
        // What is wrong with it is said only to those who are signed in.
        Err(refused) => return Err(cell.refuse(asker, interaction, refused).await),
    };
    let stored = read_stored(cell, asker, interaction, &asked.conditions).await?;
    let mut kinds = asked.kinds.clone();
    let mut all: Vec<query::Condition> = asked.conditions.iter().map(|one| condition(one, &stored)).collect();
    if let Some((compartment, id)) = &ask.compartment {
        let compartment = ResourceType::from_code(*compartment).ok_or(RecordsError::Internal)?;
        if kinds.is_empty() {
            kinds = compartments::kinds_of(compartment);
        }
        all.insert(0, compartments::condition(compartment, id, &kinds));
    }
    match care::condition(&kinds, (ask.care.0.as_deref(), ask.care.1.as_deref())) {
        Ok(of_care) => all.extend(of_care),
        Err(refused) => return Err(cell.refuse(asker, interaction, refused).await),
    }
    if all.iter().map(weight).sum::<usize>() > MAX_CONDITIONS {
        return Err(RecordsError::TooCostly(vec![text::too_many_conditions(MAX_CONDITIONS)]));
    }
    let subset = subset(&asked);
    let count = match asked.summary {
        Some(Summary::Count) => 0,
        _ => asked.count.unwrap_or(DEFAULT_COUNT).min(MAX_PAGE),
    };
    let line = kinds
        .first()
        .filter(|_| kinds.len() == 1 && ask.compartment.is_none())
        .and_then(|kind| line_of(*kind));
    let glimpse =
        line.is_some_and(|line| asks_for_the_line(&asked, line) && (count == 0 || subset.is_line(line)));
    let sort = asked.sort.iter();
    let sort = sort.map(|key| SortKey { parameter: key.parameter, descending: key.descending });
    Ok(Plan {
        interaction,
        query: Query { kinds: codes(&kinds), all, sort: sort.collect(), count, after: None, glimpse },
        subset,
        includes: asked.includes,
        wants_total: asked.total != Some(Total::None),
        understood: asked.understood,
        left_out: asked.left_out,
    })
}

fn read(cell: &Cell, ask: &SearchAsk) -> Result<Search, RecordsError> {
    let kind = match ask.kind {
        Some(code) => Some(ResourceType::from_code(code).ok_or(RecordsError::Internal)?),
        None => None,
    };
    let parameters = cell.parameters();
    let options = search::Options {
        lenient: ask.lenient,
        leaves_out_empty: ask.leaves_out_empty,
        base_url: cell.base_url(),
        now_ms: i64::try_from(ask.now_ms).unwrap_or(i64::MAX),
        custom: &parameters.custom,
    };
    search::parse(kind, &ask.parameters, &options).map_err(RecordsError::Malformed)
}

fn subset(asked: &Search) -> Subset {
    match asked.summary {
        Some(Summary::True) => Subset::Summary,
        Some(Summary::Text) => Subset::Text,
        Some(Summary::Data) => Subset::Data,
        Some(Summary::Count) => Subset::Whole,
        None if !asked.elements.is_empty() => Subset::Elements(asked.elements.clone()),
        None => Subset::Whole,
    }
}

/// Whether a search looks at nothing but what a type's line shows, and asks for nothing beside it.
fn asks_for_the_line(asked: &Search, line: &Line) -> bool {
    asked.includes.is_empty()
        && asked.conditions.iter().all(|condition| is_of_the_line(condition, line))
        && asked
            .sort
            .iter()
            .all(|key| key.parameter == search::ID || line.parameters.contains(&key.parameter))
}

fn is_of_the_line(condition: &Asked, line: &Line) -> bool {
    match condition {
        Asked::All(inner) | Asked::Any(inner) => inner.iter().all(|one| is_of_the_line(one, line)),
        Asked::Not(inner) => is_of_the_line(inner, line),
        Asked::Kind(_) | Asked::Id(_) => true,
        Asked::Present(parameter) => line.parameters.contains(parameter),
        // An actor's identifier does not stand in a line.
        Asked::Value(parameter, test) => {
            line.parameters.contains(parameter) && !matches!(test, search::Test::ReferenceIdentifier { .. })
        }
        _ => false,
    }
}

/// How many conditions it is, nested ones counted.
fn weight(condition: &query::Condition) -> usize {
    use query::Condition as C;
    1 + match condition {
        C::All(inner) | C::Any(inner) => inner.iter().map(weight).sum(),
        C::Not(inner) => weight(inner),
        C::RefersTo { meets, .. } | C::ReferredToBy { meets, .. } => weight(meets),
        _ => 0,
    }
}
