//! What came of a drill: figures as JSON, a table, and whether it is a failure.
//!
//! State: none.

use crate::admin::table;
use crate::messages::say;
use salus_fhir::Language;
use serde::Serialize;

/// One way of theft.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Scenario {
    /// Its name in the JSON, in the table and in the documentation.
    pub name: &'static str,
    /// Patients of whom anything was taken.
    pub patients_reached: usize,
    /// The most that may be: charts and lines together.
    pub budget: u64,
    /// Patients of whom more than name and birth date was taken, and the most that may be.
    pub charts_reached: usize,
    pub chart_budget: u64,
    /// What was taken and is not in the scope.
    pub loot_outside_scope: usize,
    /// Patients of the scope of whom nothing was reported as sent to its end.
    pub scope_undelivered: usize,
    /// From the theft's first request to the first alarm's entry; none: no alarm.
    pub first_alarm_ms: Option<u64>,
    /// From the action that ends it to the last request that was given anything; none: nobody ended it.
    pub contained_ms: Option<u64>,
    /// Whether every change of the log was found; none: it was not changed.
    pub tampering_found: Option<bool>,
    /// Requests that the thief sent, and the simulated time that they had.
    pub requests: u64,
    pub simulated_ms: u64,
    /// How many patients there were after how many simulated milliseconds.
    pub curve: Vec<(u64, usize)>,
}

/// All of it.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub patients: u32,
    pub scenarios: Vec<Scenario>,
    /// How many days somebody who stays below every alarm would need for all patients; none: the way yields nobody.
    pub days_to_all_low_and_slow: Option<u64>,
}

impl Scenario {
    /// Whether somebody got more than they may, or took what nobody knows of.
    pub(super) fn is_bad(&self) -> bool {
        self.patients_reached as u64 > self.budget
            || self.charts_reached as u64 > self.chart_budget
            || self.loot_outside_scope > 0
            || self.tampering_found == Some(false)
    }
}

impl Report {
    /// The scenarios that must not be as they are.
    pub(super) fn bad(&self) -> impl Iterator<Item = &Scenario> {
        self.scenarios.iter().filter(|scenario| scenario.is_bad())
    }

    /// The table, and what the slow way comes to.
    pub(super) fn lines(&self, language: Language) -> Vec<String> {
        let mut rows = vec![heads(language)];
        rows.extend(self.scenarios.iter().map(|scenario| row(scenario, language)));
        let mut lines = table(&rows);
        lines.push(String::new());
        lines.push(self.slow(language));
        lines
    }

    /// What the slow way comes to, in words.
    pub(super) fn slow(&self, language: Language) -> String {
        match self.days_to_all_low_and_slow {
            Some(days) => {
                let said = say("drill-slow")
                    .with("days", days)
                    .with("years", days / 365)
                    .with("patients", self.patients);
                said.text(language)
            }
            None => say("drill-slow-never").text(language),
        }
    }
}

/// The name of a way, in words.
pub(super) fn name(scenario: &Scenario, language: Language) -> String {
    let said = match scenario.name {
        "copied-cookie" => say("drill-copied"),
        "live-session" => say("drill-live"),
        "low-and-slow" => say("drill-low"),
        "ten-accounts" => say("drill-ten"),
        "record-server" => say("drill-server"),
        _ => say("drill-tampering"),
    };
    said.text(language)
}

/// The heads of the table's columns.
pub(super) fn heads(language: Language) -> Vec<String> {
    let heads = [
        say("head-drill-way"),
        say("head-drill-reached"),
        say("head-drill-budget"),
        say("head-drill-charts"),
        say("head-drill-outside"),
        say("head-drill-alarm"),
        say("head-drill-contained"),
        say("head-drill-log"),
    ];
    heads.map(|head| head.text(language)).to_vec()
}

/// Whether every change of the log was found, in words.
pub(super) fn found(scenario: &Scenario, language: Language) -> String {
    match scenario.tampering_found {
        None => "-".to_owned(),
        Some(true) => say("drill-found").text(language),
        Some(false) => say("drill-not-found").text(language),
    }
}

fn row(scenario: &Scenario, language: Language) -> Vec<String> {
    let ms = |value: Option<u64>| value.map_or_else(|| "-".to_owned(), |ms| format!("{ms} ms"));
    vec![
        name(scenario, language),
        scenario.patients_reached.to_string(),
        scenario.budget.to_string(),
        format!("{} / {}", scenario.charts_reached, scenario.chart_budget),
        scenario.loot_outside_scope.to_string(),
        ms(scenario.first_alarm_ms),
        ms(scenario.contained_ms),
        found(scenario, language),
    ]
}

#[cfg(test)]
mod tests {
    use super::Scenario;

    #[test]
    fn more_than_the_budget_or_outside_the_scope_is_bad() {
        let good = Scenario {
            patients_reached: 5,
            budget: 5,
            charts_reached: 2,
            chart_budget: 2,
            ..Scenario::default()
        };
        assert!(!good.is_bad());
        assert!(Scenario { patients_reached: 6, ..good.clone() }.is_bad());
        assert!(Scenario { charts_reached: 3, ..good.clone() }.is_bad());
        assert!(Scenario { loot_outside_scope: 1, ..good.clone() }.is_bad());
        assert!(Scenario { tampering_found: Some(false), ..good.clone() }.is_bad());
        assert!(!Scenario { tampering_found: Some(true), ..good }.is_bad());
    }
}
