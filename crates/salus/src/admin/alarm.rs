//! `salus alarm ...`: what has raised an alarm, who has seen it, and by which rules.
//!
//! Never: a patient. State: none.

use super::change::{no_id, tell};
use super::{Administration, Output, alarm_test, log_alarms, table, unexpected};
use crate::cli::Alarm;
use crate::data_dir::DataDir;
use crate::failure::Failure;
use crate::messages::say;
use salus_fhir::instant;
use salus_seal::SessionId;
use salus_seal::entry::alarms::{AlarmKind, AlarmRules};
use salus_trust_api::wire::alarms::{
    AlarmInfo, AlarmPage, AlarmsAnswer, AlarmsAsk, MAX_ALARMS_PAGE, WayTrouble,
};
use salus_trust_api::wire::{AdminAnswer, AdminAsk};
use serde_json::{Value, json};

/// Asks and reports.
pub fn run(command: &Alarm, output: Output) -> Result<(), Failure> {
    let (cell, report) = match command {
        Alarm::List { cell, report }
        | Alarm::Acknowledge { cell, report, .. }
        | Alarm::Restore { cell, report, .. }
        | Alarm::Rules { cell, report, .. } => (cell, report),
        Alarm::Test { config, report } => return alarm_test::run(config.as_deref(), report, output),
    };
    let mut administration = Administration::connect(&DataDir::at(&report.data.directory())?)?;
    let mut ask = |ask: AlarmsAsk| match administration.ask(AdminAsk::Alarms { cell: cell.clone(), ask })? {
        AdminAnswer::Alarms(answer) => Ok(answer),
        _ => Err(unexpected()),
    };
    match command {
        // Was done above.
        Alarm::Test { .. } => {}
        Alarm::List { .. } => match ask(AlarmsAsk::List { before: None, limit: MAX_ALARMS_PAGE })? {
            AlarmsAnswer::Alarms(page) => list(&page, output),
            _ => return Err(unexpected()),
        },
        Alarm::Acknowledge { alarm, .. } => {
            ask(AlarmsAsk::Acknowledge { alarm: *alarm })?;
            tell(output, json!({"acknowledged": true}), say("alarm-acknowledged"));
        }
        Alarm::Restore { session, .. } => {
            let session = SessionId::parse(session).ok_or_else(|| no_id("SESSION"))?;
            ask(AlarmsAsk::Restore { session })?;
            tell(output, json!({"session": session.to_string(), "restored": true}), say("alarm-restored"));
        }
        Alarm::Rules { changes, .. } => {
            let AlarmsAnswer::Rules(mut rules) = ask(AlarmsAsk::Rules)? else { return Err(unexpected()) };
            for change in changes {
                let wrong = || Failure::could_not(say("alarm-rule-wrong").with("rule", change));
                let (name, value) = change.split_once('=').ok_or_else(wrong)?;
                set(&mut rules, name, value).ok_or_else(wrong)?;
            }
            if !changes.is_empty() {
                ask(AlarmsAsk::SetRules(rules.clone()))?;
            }
            let json = log_alarms::rules(&rules);
            output.report(&json, |_| {
                let rules = json.as_object().into_iter().flatten();
                table(&rules.map(|(name, value)| vec![name.clone(), words(value)]).collect::<Vec<_>>())
            });
        }
    }
    Ok(())
}

fn words(value: &Value) -> String {
    match value {
        Value::Array(all) => all.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

/// None where there is no such rule, or the value is none of its kind.
fn set(rules: &mut AlarmRules, name: &str, value: &str) -> Option<()> {
    match name {
        "refusals" => rules.refusals = value.parse().ok()?,
        "refusals-minutes" => rules.refusals_minutes = value.parse().ok()?,
        "counts" => rules.counts = value.parse().ok()?,
        "counts-minutes" => rules.counts_minutes = value.parse().ok()?,
        "glimpses" => rules.glimpses = value.parse().ok()?,
        "night-from" => rules.night_from_hour = value.parse().ok()?,
        "night-to" => rules.night_to_hour = value.parse().ok()?,
        "weekend" => rules.weekend = value.parse().ok()?,
        "zone" => rules.zone_minutes = value.parse().ok()?,
        "summer-time" => rules.summer_time = value.parse().ok()?,
        "canary-suspends" => rules.canary_suspends = value.parse().ok()?,
        "quiet-minutes" => rules.quiet_minutes = value.parse().ok()?,
        "sent" => {
            let names = value.split(',').filter(|name| !name.is_empty());
            rules.sent = names.map(AlarmKind::from_name).collect::<Option<_>>()?;
        }
        _ => return None,
    }
    Some(())
}

fn list(page: &AlarmPage, output: Output) {
    let alarms: Vec<Value> = page.alarms.iter().map(to_json).collect();
    let ways: Vec<Value> = page
        .ways
        .iter()
        .map(|way| {
            let since = way.since_ms.map(instant);
            json!({"way": log_alarms::name(way.way), "waiting": way.waiting, "since": since, "messenger": way.is_there, "trouble": way.trouble.map(trouble)})
        })
        .collect();
    let json = json!({"alarms": alarms, "unacknowledged": page.unacknowledged, "ways": ways});
    output.report(&json, |language| {
        if page.alarms.is_empty() {
            return vec![say("alarm-none").text(language)];
        }
        let row = |alarm: &AlarmInfo| {
            let seen = if alarm.seen.is_some() { "" } else { "!" };
            let who = alarm.name.clone().unwrap_or_default();
            let session = alarm.session.filter(|_| alarm.is_suspended).map(|id| id.to_string());
            vec![
                seen.to_owned(),
                alarm.number.to_string(),
                instant(alarm.time_ms),
                alarm.kind.name().to_owned(),
                who,
                session.unwrap_or_default(),
            ]
        };
        table(&page.alarms.iter().map(row).collect::<Vec<_>>())
    });
}

fn trouble(trouble: WayTrouble) -> &'static str {
    match trouble {
        WayTrouble::NoAnswer => "no-answer",
        WayTrouble::Refused => "refused",
        WayTrouble::Encryption => "encryption",
        WayTrouble::Configuration => "configuration",
    }
}

pub(super) fn to_json(alarm: &AlarmInfo) -> Value {
    json!({
        "entry": alarm.number,
        "time": instant(alarm.time_ms),
        "kind": alarm.kind.name(),
        "cause": alarm.cause,
        "count": alarm.count,
        "principal": alarm.principal.map(|id| id.to_string()),
        "name": alarm.name,
        "session": alarm.session.map(|id| id.to_string()),
        "suspended": alarm.is_suspended,
        "acknowledged": alarm.seen.is_some(),
    })
}

#[cfg(test)]
mod tests {
    use super::{log_alarms, set, words};
    use salus_seal::entry::alarms::AlarmRules;

    #[test]
    fn each_rule_that_is_shown_can_be_set_to_what_is_shown() {
        let rules = AlarmRules::default();
        let mut other = AlarmRules { refusals: 7, zone_minutes: 0, sent: Vec::new(), ..rules.clone() };
        for (name, value) in log_alarms::rules(&rules).as_object().unwrap() {
            assert_eq!(set(&mut other, name, &words(value)), Some(()), "{name}");
        }
        assert_eq!(other, rules);
        assert_eq!(set(&mut other, "refusals", "many"), None);
        assert_eq!(set(&mut other, "sent", "canary,nothing"), None);
    }
}
