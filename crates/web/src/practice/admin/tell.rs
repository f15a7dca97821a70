//! Times, roles and budgets, as they are told on pages of administration.
//!
//! State: none.

use super::super::{Clock, PageAsk};
use jiff::civil::Date;
use jiff::{Timestamp, ZonedDateTime};
use salus_frame::{Language, Words};
use salus_records::Budgets;
use salus_records::person_events::PersonStatus;

const MINUTE_MS: u64 = 60_000;
const HOUR_MS: u64 = 60 * MINUTE_MS;
const DAY_MS: u64 = 24 * HOUR_MS;

/// A moment: how it is written, and how long ago it is or in how long it will be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Moment {
    /// Date and time, in the practice's zone.
    pub text: String,
    pub ago: String,
    /// For the attribute `datetime`.
    pub iso: String,
}

/// A moment in milliseconds since 1970, seen from now.
pub(super) fn moment(ask: &PageAsk<'_>, ms: u64) -> Moment {
    let text = local(&ask.clock, ms).map_or_else(String::new, |at| written(&at, ask.language()));
    let iso = i64::try_from(ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
    Moment {
        text,
        ago: ago(ask.t, ms, ask.clock.now_ms()),
        iso: iso.map_or_else(String::new, |at| at.to_string()),
    }
}

/// A moment in milliseconds since 1970, in the practice's zone.
pub(in super::super) fn local_of(ask: &PageAsk<'_>, ms: u64) -> Option<ZonedDateTime> {
    local(&ask.clock, ms)
}

pub(super) fn local(clock: &Clock, ms: u64) -> Option<ZonedDateTime> {
    let at = Timestamp::from_millisecond(i64::try_from(ms).ok()?).ok()?;
    clock.local(&at.to_string())
}

fn written(at: &ZonedDateTime, language: Language) -> String {
    let pattern = match language {
        Language::De => "%d.%m.%Y %H:%M",
        Language::Fr => "%d/%m/%Y %H:%M",
        Language::En => "%-d %b %Y %H:%M",
    };
    at.strftime(pattern).to_string()
}

/// The day alone.
pub(super) fn day(at: &ZonedDateTime, language: Language) -> String {
    day_of(at.date(), language)
}

/// A day.
pub(super) fn day_of(day: Date, language: Language) -> String {
    let pattern = match language {
        Language::De => "%d.%m.%Y",
        Language::Fr => "%d/%m/%Y",
        Language::En => "%-d %b %Y",
    };
    day.strftime(pattern).to_string()
}

fn ago(t: Words, ms: u64, now_ms: u64) -> String {
    let (key, span_ms) = if ms <= now_ms { ("ago", now_ms - ms) } else { ("in", ms - now_ms) };
    if key == "ago" && span_ms < MINUTE_MS {
        return t.say("admin-just-now").into_owned();
    }
    spelled(t, key, span_ms)
}

/// For how long something is good that ends then: "good for 2 more days".
pub(super) fn good_for(t: Words, ends_ms: u64, now_ms: u64) -> String {
    spelled(t, "good", ends_ms.saturating_sub(now_ms))
}

/// A span in its largest unit, within one of the sentences `admin-<key>-<unit>`.
fn spelled(t: Words, key: &str, span_ms: u64) -> String {
    let (unit, count) = match span_ms {
        ..HOUR_MS => ("minutes", span_ms.div_ceil(MINUTE_MS)),
        HOUR_MS..DAY_MS => ("hours", span_ms / HOUR_MS),
        DAY_MS.. => ("days", span_ms / DAY_MS),
    };
    t.say_with(&format!("admin-{key}-{unit}"), "count", count).into_owned()
}

/// A number with its digits in groups of three, as the reader's language writes it.
pub(super) fn grouped(t: Words, number: u64) -> String {
    let mark = match t.language() {
        Language::De => '.',
        Language::Fr => '\u{202f}',
        Language::En => ',',
    };
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(mark);
        }
        out.push(digit);
    }
    out
}

/// How much of a budget is used, as a small ring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ring {
    /// 0 to 100.
    pub percent: u32,
    /// Nothing, or the meaning of its colour.
    pub class: &'static str,
    pub used: String,
    pub limit: String,
    /// In words.
    pub label: String,
}

/// The charts of the last 24 hours; none where the role opens none.
pub(super) fn ring(t: Words, budgets: &Budgets, chart_spent: [u32; 3]) -> Option<Ring> {
    let [_, used, _] = chart_spent;
    let limit = budgets.chart.day;
    if limit == 0 {
        return None;
    }
    let percent = u32::try_from((u64::from(used) * 100 / u64::from(limit)).min(100)).unwrap_or(100);
    let class = match percent {
        ..70 => "",
        70..100 => "attention",
        _ => "danger",
    };
    let (used, limit) = (grouped(t, used.into()), grouped(t, limit.into()));
    let label = t.say_with_two("admin-reach", ("used", used.clone()), ("limit", limit.clone())).into_owned();
    Some(Ring { percent, class, used, limit, label })
}

/// A role's name, in the reader's words; a role that is not known here by its own name.
pub(super) fn role(t: Words, name: &str) -> String {
    let key = format!("admin-role-{name}");
    let said = t.say(&key);
    if said == key { name.to_owned() } else { said.into_owned() }
}

/// The word and the tag's class of a status.
pub(super) fn status(status: PersonStatus) -> (&'static str, &'static str) {
    match status {
        PersonStatus::Active => ("admin-status-active", "done"),
        PersonStatus::Suspended => ("admin-status-suspended", "attention"),
        PersonStatus::Revoked => ("admin-status-revoked", ""),
    }
}

/// A passkey's name, or that it has none.
pub(super) fn label(t: Words, label: &str) -> String {
    if label.is_empty() { t.say("admin-passkey-unnamed").into_owned() } else { label.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use salus_records::Limits;

    #[test]
    fn how_long_ago_is_said_in_the_largest_unit() {
        let t = super::super::super::words::words(Language::En);
        let now_ms = 100 * DAY_MS;
        for (ms, said) in [
            (now_ms - 1, "just now"),
            (now_ms - 5 * MINUTE_MS, "5 minutes ago"),
            (now_ms - HOUR_MS, "1 hour ago"),
            (now_ms - 40 * DAY_MS, "40 days ago"),
            (now_ms + 1, "in 1 minute"),
            (now_ms + 3 * DAY_MS, "in 3 days"),
        ] {
            assert_eq!(ago(t, ms, now_ms), said);
        }
    }

    #[test]
    fn a_link_is_said_to_be_good_for_a_time_and_not_made_in_it() {
        for (language, said) in [
            (Language::De, "gilt noch 2 Tage"),
            (Language::Fr, "valable encore 2 jours"),
            (Language::En, "good for 2 more days"),
        ] {
            let t = super::super::super::words::words(language);
            assert_eq!(good_for(t, 2 * DAY_MS + HOUR_MS, 0), said);
        }
    }

    #[test]
    fn digits_stand_in_groups_as_the_language_has_it() {
        let of = |language, number| grouped(super::super::super::words::words(language), number);
        assert_eq!(of(Language::De, 1_000_000), "1.000.000");
        assert_eq!(of(Language::Fr, 12_000), "12\u{202f}000");
        assert_eq!(
            [0, 999, 1_000, 123_456].map(|number| of(Language::En, number)),
            ["0", "999", "1,000", "123,456"]
        );
    }

    #[test]
    fn a_ring_is_full_when_the_budget_is_spent() {
        let t = super::super::super::words::words(Language::De);
        let limits = Limits { hour: 10, day: 20, days_30: 30 };
        let budgets = Budgets { glimpse: limits, chart: limits };
        let of = |used| ring(t, &budgets, [0, used, 0]).map(|ring| (ring.percent, ring.class));
        assert_eq!(of(0), Some((0, "")));
        assert_eq!(of(15), Some((75, "attention")));
        assert_eq!(of(25), Some((100, "danger")));
        let nothing = Limits { hour: 0, day: 0, days_30: 0 };
        assert!(ring(t, &Budgets { glimpse: nothing, chart: nothing }, [0; 3]).is_none());
    }
}
