//! What time it is for the people of a practice.
//!
//! Never: shows a record's instant in another zone than the practice's. State: none.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ZonedDateTime};

/// The zone of the practices, by IANA's name: Germany, France, Switzerland and Austria keep the same time.
const ZONE: &str = "Europe/Berlin";

/// Now, in the practice's zone.
#[derive(Debug, Clone)]
pub(crate) struct Clock {
    now: ZonedDateTime,
}

impl Clock {
    /// Of this moment.
    pub(crate) fn now() -> Self {
        Self::at(Timestamp::now())
    }

    pub(crate) fn at(now: Timestamp) -> Self {
        // The zone is compiled in.
        Self { now: now.to_zoned_datetime(TimeZone::get(ZONE).unwrap_or(TimeZone::UTC)) }
    }

    /// Milliseconds since 1970.
    pub(crate) fn now_ms(&self) -> u64 {
        u64::try_from(self.now.timestamp().as_millisecond()).unwrap_or(0)
    }

    /// The practice's zone.
    pub(crate) fn zone(&self) -> TimeZone {
        self.now.time_zone().clone()
    }

    /// The day.
    pub(crate) fn today(&self) -> Date {
        self.now.date()
    }

    /// The time of day.
    pub(crate) fn time(&self) -> Time {
        self.now.time()
    }

    /// An instant of a record (FHIR's `instant` or `dateTime` with a time), in the practice's zone.
    pub(crate) fn local(&self, instant: &str) -> Option<ZonedDateTime> {
        let instant: Timestamp = instant.parse().ok()?;
        Some(instant.to_zoned_datetime(self.now.time_zone().clone()))
    }

    /// The instants at which a day begins and ends, as a search takes them.
    pub(crate) fn span_of(&self, day: Date) -> Option<(String, String)> {
        let zone = self.now.time_zone();
        let begin = day.to_zoned_datetime(zone.clone()).ok()?.timestamp();
        let end = day.tomorrow().ok()?.to_zoned_datetime(zone.clone()).ok()?.timestamp();
        Some((begin.to_string(), end.to_string()))
    }

    /// The day so many days ago.
    pub(crate) fn days_ago(&self, days: i64) -> Date {
        self.today().saturating_sub(jiff::Span::new().days(days))
    }

    /// In so many seconds.
    pub(crate) fn after_s(&self, seconds: u32) -> ZonedDateTime {
        self.now.saturating_add(SignedDuration::from_secs(i64::from(seconds)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_begin_where_the_practice_is() {
        let clock = Clock::at("2026-03-28T23:30:00Z".parse().unwrap());
        assert_eq!(clock.today().to_string(), "2026-03-29");
        // The day on which summer time begins has 23 hours.
        let span = clock.span_of(clock.today()).unwrap();
        assert_eq!(span, ("2026-03-28T23:00:00Z".into(), "2026-03-29T22:00:00Z".into()));
        let local = clock.local("2026-07-01T08:05:00.000+02:00").unwrap();
        assert_eq!(local.strftime("%H:%M").to_string(), "08:05");
        assert_eq!(clock.local("2026-07-01T06:05:00Z").unwrap().strftime("%H:%M").to_string(), "08:05");
        assert!(clock.local("2026-07-01").is_none() && clock.local("<script>").is_none());
    }
}
