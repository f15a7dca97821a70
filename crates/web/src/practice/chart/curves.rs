//! Measured values as curves: one below the other on one line of time, with the usual range as a band and the medicines as bars.
//!
//! Which parameters: those that are asked for (`p`), else those of the newest values, first those that stand out. Each is drawn from
//! its newest [`MAX_POINTS`] values; what is older is said and not drawn.
//!
//! State: none.

use super::super::view::date::{Day, When};
use super::super::view::value::Measured;
use super::super::{PageAsk, Trouble};
use super::access;
use super::curve::{Axis, Bar, Curve, Tick};
use super::gather::{find, together};
use super::labs::Kind;
use super::medicine::Medicine;
use super::tell::Told;
use super::who::Head;
use super::{Part, page, place};
use crate::answer::Answer;
use askama::Template;
use salus_frame::{Shortcut, Words};

/// How many of the newest values are opened to see what there is.
const MAX_RECENT: u32 = 120;
/// How many curves one page has at most, and how many of its own choice.
const MAX_CURVES: usize = 8;
const CHOSEN_CURVES: usize = 6;
/// How many values one curve is drawn from at most.
const MAX_POINTS: u32 = 40;
/// How many medicines are looked at, and how many are drawn.
const MAX_MEDICINES: u32 = 60;
const MAX_BARS: usize = 8;
/// The most characters of a parameter in an address.
const MAX_CODE_CHARS: usize = 40;

/// What can be drawn.
struct Parameter {
    name: String,
    is_drawn: bool,
    /// The address with this one added, or without it.
    to: String,
}

/// A curve with what stands beside it.
struct Plot {
    name: String,
    code: String,
    last: Option<(String, Told, &'static str, bool)>,
    range: String,
    curve: Curve,
    /// How many older values are not drawn.
    left_out: u64,
    describes: String,
}

struct BarRow {
    name: String,
    bars: Vec<(Bar, String)>,
}

struct Span {
    code: &'static str,
    label: String,
    is_active: bool,
}

#[derive(Template)]
#[template(path = "practice/chart/curves.html")]
struct Body<'a> {
    t: Words,
    place: &'a str,
    kind: Kind,
    parameters: Vec<Parameter>,
    spans: Vec<Span>,
    ticks: Vec<Tick>,
    plots: Vec<Plot>,
    bars: Vec<BarRow>,
    bars_left_out: usize,
    /// The day before which the older values begin.
    older: Option<String>,
    is_older: bool,
    span: &'a str,
    chosen: String,
}

pub(super) async fn answer(ask: &PageAsk<'_>, id: &str) -> Result<Answer, Trouble> {
    let kind = Kind::of(ask);
    let language = ask.language();
    let recent = [("category", kind.category()), ("_sort", "-date")];
    let (head, looks, recent, medicines) = tokio::join!(
        Head::gather(ask, id),
        access::last(ask, id),
        find(ask, "Observation", id, &recent, MAX_RECENT),
        find(ask, "MedicationStatement", id, &[("_sort", "-effective")], MAX_MEDICINES),
    );
    let (head, recent, medicines) = (head?, recent?, medicines?);
    let known = drawable(recent.read(|value| Measured::of(value, language)));
    let mut asked: Vec<String> = ask.queries("p").filter(|code| is_code(code)).map(str::to_owned).collect();
    asked.truncate(MAX_CURVES);
    if asked.is_empty() {
        asked = choice(&known);
    }
    let before = ask.query("before").and_then(When::parse).filter(|before| before.has_day());
    let until = before.map_or(head.today, |before| before.day.min(head.today));
    let since = span(ask).map(|days| When::of_day(until - days));
    let bounds: Vec<String> = since
        .map(|since| format!("ge{}", since.iso()))
        .into_iter()
        .chain(before.map(|before| format!("lt{}", before.iso())))
        .collect();
    let searches = asked.iter().map(|code| values_of(ask, id, code, &bounds)).collect();
    let mut drawn = Vec::new();
    for (code, found) in asked.iter().zip(together(searches).await) {
        let (mut values, left_out) = found?;
        values.reverse();
        drawn.push((code, values, left_out));
    }
    let first = drawn.iter().flat_map(|(_, values, _)| values.first()?.when).map(When::position);
    let first = first.reduce(f64::min).unwrap_or(until as f64);
    let from = since.map_or(first, |since| since.position());
    let axis = Axis::new(from, until as f64);
    let older = older(drawn.iter().map(|(_, values, left_out)| (values.as_slice(), *left_out)), until);
    let plots =
        drawn.into_iter().map(|(code, values, left_out)| plot(ask, code, values, left_out, axis, head.today));
    let plots: Vec<Plot> = plots.collect();
    let (bars, bars_left_out) = bars(medicines.read(Medicine::of), axis, &head, ask);
    let place = place(ask, id);
    let body = Body {
        t: ask.t,
        place: &place,
        kind,
        parameters: parameters(&known, &plots, &asked, &address(&place, kind, ask.query("span"))),
        spans: spans(ask),
        ticks: axis.ticks(language, 12),
        plots,
        bars,
        bars_left_out,
        older: older.map(|day| When::of_day(day).iso()),
        is_older: before.is_some(),
        span: ask.query("span").filter(|span| is_code(span)).unwrap_or_default(),
        chosen: asked.iter().map(|code| format!("&p={code}")).collect(),
    };
    let keys = vec![
        Shortcut::page("t", ask.t.say("chart-labs-table")),
        Shortcut::page("o", ask.t.say("chart-older")),
        Shortcut::page("b", ask.t.say("chart-newest")),
    ];
    Ok(page(ask, &head, Part::Labs, keys, &body, &looks?))
}

/// A code that may stand in an address as it is.
fn is_code(code: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    !code.is_empty() && code.len() <= MAX_CODE_CHARS && code.bytes().all(is_plain)
}

fn address(place: &str, kind: Kind, span: Option<&str>) -> String {
    let span = span.filter(|span| is_code(span)).map(|span| format!("&span={span}")).unwrap_or_default();
    format!("{place}/labs?view=curves&kind={}{span}", kind.code())
}

/// The span that is asked for, in days; none for all.
fn span(ask: &PageAsk<'_>) -> Option<i64> {
    match ask.query("span") {
        Some("1") => Some(366),
        Some("5") => Some(5 * 365 + 2),
        _ => None,
    }
}

fn spans(ask: &PageAsk<'_>) -> Vec<Span> {
    let asked = ask.query("span").unwrap_or_default();
    let one = |code: &'static str, message: &str| Span {
        code,
        label: ask.t.say(message).into_owned(),
        is_active: asked == code || (code.is_empty() && !matches!(asked, "1" | "5")),
    };
    vec![one("1", "chart-labs-span-1"), one("5", "chart-labs-span-5"), one("", "chart-labs-span-all")]
}

/// Before which day the next older values are: the day of the oldest that is drawn of a parameter that has older ones. Of several the
/// newest, so that none has a gap.
fn older<'v>(drawn: impl Iterator<Item = (&'v [Measured], u64)>, until: Day) -> Option<Day> {
    let first = drawn.filter(|(_, left_out)| *left_out > 0).filter_map(|(values, _)| values.first()?.when);
    let day = first.map(|when| when.day).max()?;
    // Its own day may have more; but a page always goes back.
    Some(if day + 1 < until { day + 1 } else { day })
}

/// The newest values of one parameter, newest first, and how many older ones there are.
async fn values_of(
    ask: &PageAsk<'_>,
    id: &str,
    code: &str,
    bounds: &[String],
) -> Result<(Vec<Measured>, u64), Trouble> {
    let mut parameters = vec![("code", code), ("_sort", "-date")];
    parameters.extend(bounds.iter().map(|bound| ("date", bound.as_str())));
    let found = find(ask, "Observation", id, &parameters, MAX_POINTS).await?;
    let values = found.read(|value| Measured::of(value, ask.language()));
    Ok((values.into_iter().filter(|value| value.number.is_some()).collect(), found.left_out()))
}

/// What can be drawn, in the order of names: code, name, how many recent values, whether the newest stands out.
fn drawable(values: Vec<Measured>) -> Vec<(String, String, usize, bool)> {
    let mut known: Vec<(String, String, usize, bool)> = Vec::new();
    for value in values.into_iter().filter(|value| value.number.is_some() && is_code(&value.concept.code)) {
        match known.iter_mut().find(|(code, ..)| *code == value.concept.code) {
            Some((_, _, count, _)) => *count += 1,
            None => {
                let stands_out = value.standing.is_abnormal();
                known.push((value.concept.code, value.concept.text, 1, stands_out));
            }
        }
    }
    known.sort_by_key(|(_, name, ..)| name.to_lowercase());
    known
}

/// What is drawn when nothing is asked for.
fn choice(known: &[(String, String, usize, bool)]) -> Vec<String> {
    let mut best: Vec<_> = known.iter().collect();
    best.sort_by_key(|(_, _, count, stands_out)| (!*stands_out, std::cmp::Reverse(*count)));
    best.into_iter().take(CHOSEN_CURVES).map(|(code, ..)| code.clone()).collect()
}

fn parameters(
    known: &[(String, String, usize, bool)],
    plots: &[Plot],
    asked: &[String],
    address: &str,
) -> Vec<Parameter> {
    // One that was asked for by its code, and is not among the newest, has its name from its curve.
    let mut all: Vec<(String, String)> =
        known.iter().map(|(code, name, ..)| (code.clone(), name.clone())).collect();
    for plot in plots.iter().filter(|plot| !known.iter().any(|(code, ..)| *code == plot.code)) {
        all.push((plot.code.clone(), plot.name.clone()));
    }
    let parameter = |(code, name): (String, String)| {
        let is_drawn = asked.contains(&code);
        let mut to = address.to_owned();
        for other in asked.iter().filter(|other| **other != code) {
            to.push_str(&format!("&p={other}"));
        }
        if !is_drawn {
            to.push_str(&format!("&p={code}"));
        }
        Parameter { name, is_drawn, to }
    };
    all.into_iter().map(parameter).collect()
}

fn plot(ask: &PageAsk<'_>, code: &str, values: Vec<Measured>, left_out: u64, axis: Axis, today: i64) -> Plot {
    let language = ask.language();
    let last = values.last();
    let range = values.iter().rev().find_map(|value| value.range.clone());
    let name = last.map_or_else(|| code.to_owned(), |value| value.concept.text.clone());
    let told = |value: &Measured| value.when.map(|when| when.date(language)).unwrap_or_default();
    let describes = match (values.first(), last) {
        (Some(first), Some(last)) => {
            let said = |value: &Measured| format!("{} ({})", value.with_unit(), told(value));
            ask.t
                .say_with_two("chart-labs-describes", ("first", said(first)), ("last", said(last)))
                .into_owned()
        }
        _ => ask.t.say("chart-labs-none-drawn").into_owned(),
    };
    Plot {
        code: code.to_owned(),
        last: last.and_then(|value| {
            let told = Told::new(value.when?, today, language);
            Some((value.with_unit(), told, value.standing.arrow(), value.standing.is_abnormal()))
        }),
        range: range.as_ref().map(|range| range.shown.clone()).unwrap_or_default(),
        curve: Curve::new(&values, range.as_ref(), axis, language),
        left_out,
        describes,
        name,
    }
}

/// The medicines that were taken meanwhile, those that are taken now first.
fn bars(medicines: Vec<Medicine>, axis: Axis, head: &Head, ask: &PageAsk<'_>) -> (Vec<BarRow>, usize) {
    let mut rows: Vec<(String, bool, BarRow)> = Vec::new();
    for medicine in medicines.into_iter().filter(|medicine| axis.touches(medicine.start, medicine.end)) {
        let told = |when: Option<When>| when.map(|when| when.date(ask.language())).unwrap_or_default();
        let title = format!(
            "{} {} – {} {}",
            medicine.concept.text,
            told(medicine.start),
            told(medicine.end),
            medicine.dose
        );
        let bar = (axis.bar(medicine.start, medicine.end, head.today), title.trim_end().to_owned());
        let key = medicine.concept.key();
        match rows.iter_mut().find(|(known, ..)| *known == key) {
            Some((_, is_current, row)) => {
                *is_current |= medicine.is_current;
                row.bars.push(bar);
            }
            None => {
                let row = BarRow { name: medicine.concept.text, bars: vec![bar] };
                rows.push((key, medicine.is_current, row));
            }
        }
    }
    rows.sort_by_key(|(_, is_current, row)| (!*is_current, row.name.to_lowercase()));
    let left_out = rows.len().saturating_sub(MAX_BARS);
    rows.truncate(MAX_BARS);
    (rows.into_iter().map(|(_, _, row)| row).collect(), left_out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn going_back_leaves_no_gap_and_comes_to_an_end() {
        let values = |days: &[i64]| {
            let value = |day: &i64| {
                let text = format!(
                    r#"{{"status":"final","code":{{"text":"x"}},"effectiveDateTime":"{}","valueInteger":1}}"#,
                    When::of_day(*day).iso()
                );
                let document = salus_records::fhir::json::Document::parse(text).unwrap();
                Measured::of(document.root(), salus_frame::Language::De).unwrap()
            };
            days.iter().map(value).collect::<Vec<_>>()
        };
        let (one, other) = (values(&[100, 150]), values(&[120, 160]));
        assert_eq!(older([(one.as_slice(), 3), (other.as_slice(), 1)].into_iter(), 200), Some(121));
        assert_eq!(older([(one.as_slice(), 3), (other.as_slice(), 0)].into_iter(), 200), Some(101));
        assert_eq!(older([(one.as_slice(), 0)].into_iter(), 200), None);
        assert_eq!(
            older([(one.as_slice(), 9)].into_iter(), 101),
            Some(100),
            "a day with more than one page has"
        );
    }

    #[test]
    fn what_stands_out_is_drawn_first_and_codes_are_plain() {
        let one = |code: &str, count, out| (code.to_owned(), code.to_owned(), count, out);
        let known = [one("a", 9, false), one("b", 1, true), one("c", 3, true)];
        assert_eq!(choice(&known), ["c", "b", "a"]);
        assert!(is_code("4548-4") && is_code("A.b_c"));
        for bad in ["", "a,b", "a|b", "a b", "\"><script>", "ä", &"x".repeat(41)] {
            assert!(!is_code(bad), "{bad}");
        }
    }
}
