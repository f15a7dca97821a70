//! Where things stand in a picture: a line of time, curves over it, bars of medicines on it.
//!
//! Places are percentages of the picture's width and height, so that it fits every window; the words beside it are HTML.
//!
//! Never: shows a number that was computed; what is shown is what was written, beside the scale too. State: none.

use super::super::view::date::{Day, When, month_name};
use super::super::view::quantity::{Range, Standing};
use super::super::view::value::Measured;
use salus_frame::Language;
use salus_records::fhir::instant::{civil_from_days, days_from_civil};
use std::fmt::Write as _;

/// Behind this place a mark has no room for its word.
const MAX_TICK_PERCENT: f64 = 96.0;
/// A picture is at least so many days wide.
const MIN_DAYS: f64 = 28.0;
/// Numbers beside a scale are at least so far from each other, as a percentage of its height.
const MARK_PERCENT: f64 = 17.0;
/// Free room above and below a curve, as a share of its height.
const MARGIN: f64 = 0.12;

/// A line of time from one day to another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Axis {
    from: f64,
    to: f64,
}

/// A mark on it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tick {
    pub x: String,
    pub label: String,
}

impl Axis {
    /// From a day to today; somewhat wider, so that nothing lies on the edge.
    pub(super) fn new(from: f64, to: f64) -> Self {
        let width = (to - from).max(MIN_DAYS);
        Self { from: to - width * 1.02, to: to + width * 0.015 }
    }

    /// The place of a moment, as a percentage.
    fn x(self, position: f64) -> f64 {
        ((position - self.from) / (self.to - self.from) * 100.0).clamp(0.0, 100.0)
    }

    /// Whether a time touches it. An open end goes on.
    pub(super) fn touches(self, start: Option<When>, end: Option<When>) -> bool {
        start.is_none_or(|start| start.position() <= self.to)
            && end.is_none_or(|end| end.position() >= self.from)
    }

    /// Its marks: years, or months where there are few; about as many as have room.
    pub(super) fn ticks(self, language: Language, room: i64) -> Vec<Tick> {
        let ((first, month, _), (last, ..)) =
            (civil_from_days(self.from as Day), civil_from_days(self.to as Day));
        let months = ((self.to - self.from) / 30.4) as i64;
        let mut ticks = Vec::new();
        if months > 30 {
            let step = (last - first) / room + 1;
            for year in (first + 1..=last).filter(|year| year % step == 0) {
                ticks.extend(self.tick(days_from_civil(year, 1, 1), format!("{year}")));
            }
            return ticks;
        }
        let step = if months > room + 2 { 3 } else { 1 };
        let step = if months > room * 3 { 6 } else { step };
        for at in (month..=month + months + 1).filter(|at| at % step == 0) {
            let (year, month) = (first + at / 12, at % 12 + 1);
            let label = if month == 1 { format!("{year}") } else { month_name(month, language).to_owned() };
            ticks.extend(self.tick(days_from_civil(year, month, 1), label));
        }
        ticks
    }

    /// A mark, unless it is out of sight or its word would be.
    fn tick(self, day: Day, label: String) -> Option<Tick> {
        let x = self.x(day as f64);
        (day as f64 >= self.from && x < MAX_TICK_PERCENT).then(|| Tick { x: percent(x), label })
    }

    /// A bar from one moment to another: its place and width. Open ends reach the picture's edge.
    pub(super) fn bar(self, start: Option<When>, end: Option<When>, today: Day) -> Bar {
        let from = start.map_or(0.0, |start| self.x(start.position()));
        let to = self.x(end.map_or(today as f64, |end| end.position() + 1.0));
        // A day is still seen.
        Bar { x: percent(from), width: percent((to - from).max(0.4)), is_open_start: start.is_none() }
    }
}

/// A bar on a line of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bar {
    pub x: String,
    pub width: String,
    pub is_open_start: bool,
}

/// A value in a picture.
#[derive(Debug)]
pub(super) struct Point {
    pub x: String,
    pub y: String,
    pub shown: String,
    pub when: String,
    pub standing: Standing,
}

/// A number beside the scale: an end of the usual range, or the highest or lowest value.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub y: String,
    pub shown: String,
}

/// A curve.
#[derive(Debug, Default)]
pub(super) struct Curve {
    pub points: Vec<Point>,
    /// The points of its line, of a square of 1,000 by 1,000.
    pub line: String,
    /// A second line, such as the diastolic pressure.
    pub second: String,
    /// The place and height of the band in which values are as usual.
    pub band: Option<(String, String)>,
    /// What its height means.
    pub marks: Vec<Mark>,
}

impl Curve {
    /// Draws values, oldest first.
    pub(super) fn new(values: &[Measured], range: Option<&Range>, axis: Axis, language: Language) -> Self {
        let drawn: Vec<(f64, f64, &Measured)> =
            values.iter().filter_map(|value| Some((value.when?.position(), value.number?, value))).collect();
        let second: Vec<(f64, f64)> =
            drawn.iter().filter_map(|(x, _, value)| Some((*x, lower(value)?))).collect();
        let ends = range.into_iter().flat_map(|range| [range.low, range.high]).flatten();
        let numbers =
            drawn.iter().map(|(_, number, _)| *number).chain(second.iter().map(|(_, number)| *number));
        let Some(scale) = Scale::of(numbers, ends) else { return Self::default() };
        let place = |x: f64, y: f64| (axis.x(x), scale.y(y));
        Self {
            marks: scale.marks(&drawn, range),
            line: line(drawn.iter().map(|(x, y, _)| place(*x, *y))),
            second: line(second.iter().map(|(x, y)| place(*x, *y))),
            band: range.and_then(|range| {
                let top = range.high.map_or(0.0, |high| scale.y(high));
                let bottom = range.low.map_or(100.0, |low| scale.y(low));
                (range.high.is_some() || range.low.is_some())
                    .then(|| (percent(top), percent((bottom - top).max(0.0))))
            }),
            points: drawn
                .into_iter()
                .map(|(x, y, value)| Point {
                    x: percent(axis.x(x)),
                    y: percent(scale.y(y)),
                    shown: value.with_unit(),
                    when: value.when.map(|when| when.date(language)).unwrap_or_default(),
                    standing: value.standing,
                })
                .collect(),
        }
    }
}

/// The lower of the two values of a blood pressure.
fn lower(value: &Measured) -> Option<f64> {
    value.components.iter().find(|part| part.concept.code == "8462-4").and_then(|part| part.number)
}

/// What numbers mean in height.
#[derive(Debug, Clone, Copy)]
struct Scale {
    low: f64,
    high: f64,
}

impl Scale {
    /// For these numbers. The end of the usual range that is nearest to them is in sight, so that one sees how far it is; the other
    /// unless it is far from all of them.
    fn of(numbers: impl Iterator<Item = f64>, ends: impl Iterator<Item = f64>) -> Option<Self> {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for number in numbers {
            (low, high) = (low.min(number), high.max(number));
        }
        if low > high {
            return None;
        }
        let mut ends: Vec<f64> = ends.collect();
        let away = |end: &f64| (low - end).max(end - high).max(0.0);
        ends.sort_by(|one, other| away(one).total_cmp(&away(other)));
        for (at, end) in ends.into_iter().enumerate() {
            let reach = (high - low).max(high.abs() * 0.25).max(f64::MIN_POSITIVE);
            if at == 0 || (end > low - reach && end < high + reach) {
                (low, high) = (low.min(end), high.max(end));
            }
        }
        let room = ((high - low) * MARGIN).max(high.abs() * 0.02).max(f64::MIN_POSITIVE);
        Some(Self { low: low - room, high: high + room })
    }

    /// The ends of the usual range, then the highest and the lowest value, where there is room beside what stands there already.
    fn marks(self, drawn: &[(f64, f64, &Measured)], range: Option<&Range>) -> Vec<Mark> {
        let ends = range.into_iter().flat_map(|range| [range.low, range.high].into_iter().zip(&range.ends));
        let ends = ends.filter_map(|(end, shown)| Some((end?, shown.as_str())));
        let by_height =
            |one: &&(f64, f64, &Measured), other: &&(f64, f64, &Measured)| one.1.total_cmp(&other.1);
        let extremes = [drawn.iter().max_by(by_height), drawn.iter().min_by(by_height)];
        let extremes =
            extremes.into_iter().flatten().map(|(_, number, value)| (*number, value.shown.as_str()));
        let mut placed: Vec<(f64, &str)> = Vec::new();
        for (number, shown) in
            ends.chain(extremes).filter(|(number, _)| self.low < *number && *number < self.high)
        {
            let y = self.y(number);
            if placed.iter().all(|(other, _)| (other - y).abs() >= MARK_PERCENT) {
                placed.push((y, shown));
            }
        }
        placed.into_iter().map(|(y, shown)| Mark { y: percent(y), shown: shown.to_owned() }).collect()
    }

    /// The place of a number, from the top, as a percentage.
    fn y(self, number: f64) -> f64 {
        (100.0 - (number - self.low) / (self.high - self.low) * 100.0).clamp(0.0, 100.0)
    }
}

fn percent(place: f64) -> String {
    format!("{place:.2}%")
}

fn line(points: impl Iterator<Item = (f64, f64)>) -> String {
    let mut out = String::new();
    for (x, y) in points {
        let _ = write!(out, "{:.0},{:.0} ", x * 10.0, y * 10.0);
    }
    out.truncate(out.trim_end().len());
    out
}

/// A small curve without words, of a square of 1,000 by 1,000; empty for fewer than three values.
pub(super) fn spark(points: &[(f64, f64)]) -> String {
    if points.len() < 3 {
        return String::new();
    }
    let (first, last) =
        points.iter().fold((f64::MAX, f64::MIN), |(first, last), (x, _)| (first.min(*x), last.max(*x)));
    let Some(scale) = Scale::of(points.iter().map(|(_, y)| *y), std::iter::empty()) else {
        return String::new();
    };
    let width = (last - first).max(f64::MIN_POSITIVE);
    line(points.iter().rev().map(|(x, y)| ((x - first) / width * 100.0, scale.y(*y))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use salus_records::fhir::json::Document;

    fn day(text: &str) -> f64 {
        When::parse(text).unwrap().position()
    }

    #[test]
    fn marks_are_years_or_months() {
        let labels = |from: &str, to: &str| {
            let ticks = Axis::new(day(from), day(to)).ticks(Language::De, 12);
            ticks.into_iter().map(|tick| tick.label).collect::<Vec<_>>()
        };
        assert_eq!(labels("2020-06-01", "2026-11-28"), ["2021", "2022", "2023", "2024", "2025", "2026"]);
        assert_eq!(labels("2026-08-05", "2026-11-28"), ["Sept.", "Okt.", "Nov."]);
        assert!(labels("1950-01-01", "2026-11-28").len() <= 13);
        assert!(labels("2026-11-28", "2026-11-28").len() <= 2);
    }

    #[test]
    fn the_last_value_is_at_the_right_and_a_band_where_the_range_is() {
        let value = |when: &str, number: &str| {
            let text = format!(
                r#"{{"status":"final","code":{{"text":"x"}},"effectiveDateTime":"{when}","valueQuantity":{{"value":{number},"unit":"%"}},
                    "referenceRange":[{{"low":{{"value":4}},"high":{{"value":6}}}}]}}"#
            );
            Measured::of(Document::parse(text.as_str()).unwrap().root(), Language::De).unwrap()
        };
        let values = [value("2020-01-01", "5.0"), value("2022-01-01", "8.10")];
        let axis = Axis::new(day("2020-01-01"), day("2022-01-01"));
        let curve = Curve::new(&values, values[0].range.as_ref(), axis, Language::De);
        let number = |text: &str| text.trim_end_matches('%').parse::<f64>().unwrap();
        assert!(number(&curve.points[0].x) < 3.0 && number(&curve.points[1].x) > 97.0);
        assert!(number(&curve.points[0].y) > number(&curve.points[1].y), "higher is above");
        assert_eq!(
            (curve.points[1].shown.as_str(), curve.points[1].standing),
            ("8,10\u{a0}%", Standing::High)
        );
        let (top, height) = curve.band.unwrap();
        let five = number(&curve.points[0].y);
        assert!(number(&top) < five && five < number(&top) + number(&height));
        let marks: Vec<&str> = curve.marks.iter().map(|mark| mark.shown.as_str()).collect();
        assert_eq!(marks, ["4", "6", "8,10", "5,0"]);
        let values = [value("2020-01-01", "5.9"), value("2022-01-01", "8.10")];
        let curve = Curve::new(&values, values[0].range.as_ref(), axis, Language::De);
        assert_eq!(curve.marks.len(), 3, "beside an end of the range there is no room for 5.9");
        assert!(Curve::new(&[], None, axis, Language::De).points.is_empty());
    }

    #[test]
    fn a_scale_shows_how_far_the_usual_range_is() {
        let scale =
            |numbers: &[f64], ends: &[f64]| Scale::of(numbers.iter().copied(), ends.iter().copied()).unwrap();
        let far_below = scale(&[22.0, 25.0], &[50.0]);
        assert!(
            far_below.y(50.0) < 20.0 && far_below.y(25.0) > 70.0,
            "small changes far below the limit look small"
        );
        let above = scale(&[136.0, 137.0], &[70.0, 99.0]);
        assert!(above.y(99.0) > above.y(136.0) + 30.0 && above.y(99.0) < 100.0, "the nearer end is in sight");
        let huge = scale(&[900.0, 1000.0], &[10.0, 20.0]);
        assert!(huge.low > 0.0 - 200.0 && huge.y(20.0) < 100.0);
    }

    #[test]
    fn numbers_that_are_all_the_same_or_huge_have_a_place() {
        for numbers in [vec![0.0], vec![5.0, 5.0], vec![1e300, -1e300], vec![f64::MIN_POSITIVE]] {
            let scale = Scale::of(numbers.iter().copied(), std::iter::empty()).unwrap();
            for number in numbers {
                assert!((0.0..=100.0).contains(&scale.y(number)) || scale.y(number).is_nan(), "{number}");
            }
        }
        assert_eq!(spark(&[(1.0, 1.0), (0.0, 2.0)]), "");
        assert_eq!(spark(&[(2.0, 3.0), (1.0, 2.0), (0.0, 1.0)]).split(' ').count(), 3);
    }

    #[test]
    fn a_bar_without_a_start_begins_at_the_edge() {
        let axis = Axis::new(day("2020-01-01"), day("2022-01-01"));
        let today = day("2022-01-01") as Day;
        let bar = axis.bar(None, None, today);
        assert!(bar.is_open_start && bar.x == "0.00%");
        let half = axis.bar(When::parse("2021-01-01"), None, today);
        assert!(half.x.starts_with("5") && half.width.starts_with("4"), "{half:?}");
        assert!(axis.touches(None, None) && !axis.touches(None, When::parse("2010-01-01")));
    }
}
