//! Reading a query: names and values as they came, to what is to be met. Each parameter is read by itself; what is wrong
//! with it is one issue.

mod condition;
mod control;
mod find;
mod test;
mod text;

pub use text::escaped;

use super::{Condition, Fault, MAX_CONDITIONS, MAX_DEPTH, MAX_PARAMETERS, Options, Search};
use crate::{Issue, IssueCode, Message, ResourceType, Severity};

/// Reads a query: `parameters` are names and values as they came, decoded, in order, of a query string or a form.
/// `kind` is the type that is searched; none for a search across types (`_type`). `_format` and `_pretty` are passed over.
///
/// # Errors
/// An issue for each parameter that is not known, not well formed or not supported, naming it and its nearest neighbours
/// in spelling, but for one without a value where these are left out; with `lenient` only what is over a bound, and a `_type` that is not understood, since without it everything
/// would be searched.
pub fn parse(
    kind: Option<ResourceType>,
    parameters: &[(String, String)],
    options: &Options<'_>,
) -> Result<Search, Vec<Issue>> {
    if parameters.len() > MAX_PARAMETERS {
        return Err(vec![Fault::TooManyParameters.issue("")]);
    }
    let search = Search { kinds: kind.into_iter().collect(), ..Search::default() };
    let mut parser = Parser { kind, options, search, budget: MAX_CONDITIONS, given: Vec::new() };
    let (mut issues, mut left_out, mut is_over) = (Vec::new(), Vec::new(), false);
    // Which types are searched decides what all others mean.
    let is_type = |name: &str| name == "_type" || name.starts_with("_type:");
    for (name, value) in parameters.iter().filter(|(name, _)| is_type(name)) {
        parser.one(name, value).map_err(|fault| vec![fault.issue(name)])?;
    }
    let mut understood = Vec::with_capacity(parameters.len());
    for (name, value) in parameters {
        let read = if is_type(name) { Ok(()) } else { parser.one(name, value) };
        understood.push(read.is_ok());
        if let Err(fault) = read {
            is_over |= fault.is_bound();
            let is_empty = value.is_empty() && matches!(fault, Fault::Value { .. });
            let to = if is_empty && options.leaves_out_empty { &mut left_out } else { &mut issues };
            to.push(fault.issue(name));
        }
    }
    let mut search = parser.search;
    let (size, depth) =
        Condition::All(std::mem::take(&mut search.conditions)).into_size(&mut search.conditions);
    if !is_over && (size > MAX_CONDITIONS + 1 || depth > MAX_DEPTH) {
        issues.push(Fault::TooManyConditions.issue(""));
        is_over = true;
    }
    if is_over || !(issues.is_empty() || options.lenient) {
        return Err(issues);
    }
    let kept = parameters.iter().zip(understood).filter(|(_, understood)| *understood);
    search.understood = kept.map(|(one, _)| one.clone()).filter(|(name, _)| !is_passed_over(name)).collect();
    search.left_out =
        left_out.into_iter().chain(issues).map(|issue| issue.with_severity(Severity::Warning)).collect();
    Ok(search)
}

fn is_passed_over(name: &str) -> bool {
    matches!(name, "_format" | "_pretty")
}

struct Parser<'o> {
    /// The type in the address.
    kind: Option<ResourceType>,
    options: &'o Options<'o>,
    search: Search,
    /// How many more conditions there may be.
    budget: usize,
    /// Those given so far that may stand once.
    given: Vec<&'static str>,
}

type Parsed<T> = Result<T, Fault>;

impl Parser<'_> {
    /// Reads one parameter.
    fn one(&mut self, name: &str, value: &str) -> Parsed<()> {
        if self.control(name, value)? {
            return Ok(());
        }
        let kinds = self.search.kinds.clone();
        let condition = self.condition(&kinds, name, value, 0)?;
        self.search.conditions.push(condition);
        Ok(())
    }

    /// Takes conditions from the budget.
    fn spend(&mut self, count: usize) -> Parsed<()> {
        self.budget = self.budget.checked_sub(count).ok_or(Fault::TooManyConditions)?;
        Ok(())
    }
}

impl Condition {
    /// The size of all; gives the conditions back.
    fn into_size(self, back: &mut Vec<Condition>) -> (usize, usize) {
        let size = self.size();
        if let Self::All(conditions) = self {
            *back = conditions;
        }
        size
    }
}

impl Fault {
    fn is_bound(&self) -> bool {
        matches!(
            self,
            Self::TooManyValues(_)
                | Self::TooManyParameters
                | Self::TooManyConditions
                | Self::TooManyLevels(_)
                | Self::TooManySortKeys
        )
    }

    /// The issue, at the parameter of this name.
    fn issue(self, name: &str) -> Issue {
        let code = match &self {
            _ if self.is_bound() => IssueCode::TooCostly,
            Self::UnknownParameter { .. } | Self::UnsupportedParameter(_) | Self::Modifier { .. } => {
                IssueCode::NotSupported
            }
            Self::NotSortable(_) | Self::CodeSystem(_) => IssueCode::NotSupported,
            _ => IssueCode::Value,
        };
        let first = name.split([':', '.']).next().unwrap_or_default();
        let place = super::fault::shown(first).map_or_else(String::new, |name| format!("http.{name}"));
        Issue::new(code, Message::Search(self)).at(place)
    }
}

/// A name, if it may be repeated, or a word for it.
fn shown(name: &str) -> String {
    super::fault::shown(name).unwrap_or_else(|| "?".to_owned())
}
