//! Measured values as a table, parameters by days, and the way to the curves ([`super::curves`]).
//!
//! A page opens at most [`MAX_VALUES`] values, the newest before a day; what is older is a link.
//!
//! State: none.

use super::super::view::date::{Day, When};
use super::super::view::value::Measured;
use super::super::{PageAsk, Trouble};
use super::access;
use super::gather::find;
use super::tell::Told;
use super::who::Head;
use super::{Part, curves, page, place};
use crate::answer::Answer;
use askama::Template;
use salus_frame::{Shortcut, Words};
use std::collections::BTreeSet;

/// How many values a table opens at most.
const MAX_VALUES: u32 = 240;
/// How many days it shows at most.
const MAX_DAYS: usize = 14;

/// Which values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Laboratory,
    VitalSigns,
}

impl Kind {
    pub(super) fn of(ask: &PageAsk<'_>) -> Self {
        if ask.query("kind") == Some("vitals") { Self::VitalSigns } else { Self::Laboratory }
    }

    /// FHIR's code of the category.
    pub(super) fn category(self) -> &'static str {
        match self {
            Self::Laboratory => "laboratory",
            Self::VitalSigns => "vital-signs",
        }
    }

    /// Its word in addresses.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Laboratory => "lab",
            Self::VitalSigns => "vitals",
        }
    }
}

/// A parameter.
struct Row {
    name: String,
    code: String,
    unit: String,
    range: String,
    /// For each day its values, newest first.
    cells: Vec<Vec<Cell>>,
    is_drawable: bool,
}

struct Cell {
    shown: String,
    arrow: &'static str,
    is_abnormal: bool,
    is_dangerous: bool,
    /// What else is to be said of it.
    title: String,
    is_preliminary: bool,
}

#[derive(Template)]
#[template(path = "practice/chart/labs.html")]
struct Body<'a> {
    t: Words,
    place: &'a str,
    kind: Kind,
    days: Vec<(Told, String, i64)>,
    rows: Vec<Row>,
    /// The day before which the older values begin.
    older: Option<String>,
    is_older: bool,
    total: u64,
}

pub(super) async fn answer(ask: &PageAsk<'_>, id: &str) -> Result<Answer, Trouble> {
    if ask.query("view") == Some("curves") {
        return curves::answer(ask, id).await;
    }
    let kind = Kind::of(ask);
    let before = ask.query("before").and_then(When::parse).filter(|before| before.has_day());
    let bound = before.map(|before| format!("lt{}", When::of_day(before.day).iso()));
    let mut parameters = vec![("category", kind.category()), ("_sort", "-date")];
    parameters.extend(bound.as_deref().map(|bound| ("date", bound)));
    let (head, looks, found) = tokio::join!(
        Head::gather(ask, id),
        access::last(ask, id),
        find(ask, "Observation", id, &parameters, MAX_VALUES)
    );
    let (head, found) = (head?, found?);
    let values = found.read(|value| Measured::of(value, ask.language()));
    let (days, older) = days(&values, found.left_out() > 0);
    let place = place(ask, id);
    let body = Body {
        t: ask.t,
        place: &place,
        kind,
        rows: rows(values, &days, ask),
        days: days
            .iter()
            .map(|day| When::of_day(*day))
            .map(|day| {
                (Told::new(day, head.today, ask.language()), day.day_and_month(ask.language()), day.year())
            })
            .collect(),
        older: older.map(|day| When::of_day(day).iso()),
        is_older: before.is_some(),
        total: found.total,
    };
    let keys = vec![
        Shortcut::page("c", ask.t.say("chart-labs-curves")),
        Shortcut::page("l", ask.t.say("chart-labs-lab")),
        Shortcut::page("v", ask.t.say("chart-labs-vitals")),
        Shortcut::page("o", ask.t.say("chart-older")),
        Shortcut::page("b", ask.t.say("chart-newest")),
    ];
    Ok(page(ask, &head, Part::Labs, keys, &body, &looks?))
}

/// The days that are shown, newest first, and before which day the next page begins. A day of which values may be left out is not shown,
/// unless it is the only one.
fn days(values: &[Measured], is_cut: bool) -> (Vec<Day>, Option<Day>) {
    let all: BTreeSet<Day> = values.iter().filter_map(|value| value.when).map(|when| when.day).collect();
    let mut days: Vec<Day> = all.into_iter().rev().collect();
    if is_cut && days.len() > 1 {
        days.pop();
    }
    let is_more = is_cut || days.len() > MAX_DAYS;
    days.truncate(MAX_DAYS);
    let older = days.last().copied().filter(|_| is_more);
    (days, older)
}

fn rows(values: Vec<Measured>, days: &[Day], ask: &PageAsk<'_>) -> Vec<Row> {
    let mut rows: Vec<(String, Row)> = Vec::new();
    for value in values {
        let Some(column) = value.when.and_then(|when| days.iter().position(|day| *day == when.day)) else {
            continue;
        };
        let range = value.range.as_ref().map(|range| range.shown.clone()).unwrap_or_default();
        let (key, unit) = (value.concept.key(), value.unit.clone());
        let at = match rows.iter().position(|(known, _)| *known == key) {
            Some(at) => at,
            None => {
                let row = Row {
                    name: value.concept.text.clone(),
                    code: value.concept.code.clone(),
                    unit: unit.clone(),
                    range: range.clone(),
                    cells: days.iter().map(|_| Vec::new()).collect(),
                    is_drawable: false,
                };
                rows.push((key, row));
                rows.len() - 1
            }
        };
        let Some((_, row)) = rows.get_mut(at) else { continue };
        row.is_drawable |= value.number.is_some() && !value.concept.code.is_empty();
        let cell = cell(&value, &range, row, ask);
        if let Some(cells) = row.cells.get_mut(column) {
            cells.push(cell);
        }
    }
    rows.sort_by_key(|(_, row)| row.name.to_lowercase());
    rows.into_iter().map(|(_, row)| row).collect()
}

fn cell(value: &Measured, range: &str, row: &Row, ask: &PageAsk<'_>) -> Cell {
    let mut about: Vec<String> = Vec::new();
    about.extend(value.when.map(|when| when.date_and_time(ask.language())));
    if !range.is_empty() {
        about.push(ask.t.say_with("chart-labs-range-is", "range", range.to_owned()).into_owned());
    }
    about.extend(value.note.clone());
    // A unit that is another than the row's stands at the value.
    let shown = if value.unit == row.unit { value.shown.clone() } else { value.with_unit() };
    Cell {
        shown,
        arrow: value.standing.arrow(),
        is_abnormal: value.standing.is_abnormal(),
        is_dangerous: value.standing.is_dangerous(),
        title: about.join(" · "),
        is_preliminary: value.is_preliminary,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use salus_frame::Language;
    use salus_records::fhir::json::Document;

    fn value(when: &str) -> Measured {
        let text = format!(
            r#"{{"status":"final","code":{{"text":"x"}},"effectiveDateTime":"{when}","valueInteger":1}}"#
        );
        Measured::of(Document::parse(text.as_str()).unwrap().root(), Language::De).unwrap()
    }

    #[test]
    fn a_day_that_may_lack_values_is_left_to_the_next_page() {
        let values = [value("2026-11-03"), value("2026-11-03"), value("2026-10-01"), value("2026-09-01")];
        let day = |text: &str| When::parse(text).unwrap().day;
        assert_eq!(days(&values, false).0.len(), 3);
        assert_eq!(days(&values, false).1, None);
        assert_eq!(
            days(&values, true),
            (vec![day("2026-11-03"), day("2026-10-01")], Some(day("2026-10-01")))
        );
        assert_eq!(days(&values[..2], true), (vec![day("2026-11-03")], Some(day("2026-11-03"))));
        let many: Vec<_> = (1..=18).map(|at| value(&format!("2026-11-{at:02}"))).collect();
        assert_eq!(days(&many, false).1, Some(day("2026-11-05")));
    }
}
