//! What the log says of alarms, in readable form. Which patients do not exist is left out. State: none.

use salus_seal::PrincipalId;
use salus_seal::entry::alarms::{AlarmEvent, AlarmRules, Way};
use serde_json::{Value, json};

/// An event's name and what it says.
pub(super) fn describe(event: &AlarmEvent) -> (&'static str, Value) {
    match event {
        AlarmEvent::Raised(raised) => {
            let details = json!({
                "kind": raised.kind.name(),
                "cause": raised.cause,
                "by": by(raised.by),
                "count": raised.count,
                "suspends": raised.suspends,
            });
            ("alarm-raised", details)
        }
        AlarmEvent::Acknowledged { alarm, by: who } => {
            ("alarm-acknowledged", json!({"alarm": alarm, "by": by(*who)}))
        }
        AlarmEvent::Told { way, alarms } => ("alarm-told", json!({"way": name(*way), "alarms": alarms})),
        AlarmEvent::Ways { ways } => {
            let ways: Vec<&str> = ways.iter().copied().map(name).collect();
            ("alarm-ways", json!({"ways": ways}))
        }
        AlarmEvent::Rules { rules: next, by: who } => {
            ("alarm-rules", json!({"rules": rules(next), "by": by(*who)}))
        }
        AlarmEvent::Restored { session, by: who } => {
            ("session-restored", json!({"session": session.to_string(), "by": by(*who)}))
        }
        AlarmEvent::PlacesOpened { session } => {
            ("canary-places-opened", json!({"session": session.to_string()}))
        }
        AlarmEvent::Kept { session, .. } => ("canaries-kept", json!({"session": session.to_string()})),
        AlarmEvent::Removed { .. } => ("canary-removed", Value::Null),
        AlarmEvent::Compared { session, people } => {
            ("canaries-compared", json!({"session": session.to_string(), "people": people}))
        }
    }
}

fn by(principal: Option<PrincipalId>) -> Value {
    principal.map_or(Value::Null, |principal| Value::String(principal.to_string()))
}

/// A way's name in commands.
pub(super) fn name(way: Way) -> &'static str {
    match way {
        Way::Mail => "mail",
        Way::Webhook => "webhook",
    }
}

/// The rules, each by its name.
pub(super) fn rules(rules: &AlarmRules) -> Value {
    let sent: Vec<&str> = rules.sent.iter().map(|kind| kind.name()).collect();
    json!({
        "refusals": rules.refusals,
        "refusals-minutes": rules.refusals_minutes,
        "counts": rules.counts,
        "counts-minutes": rules.counts_minutes,
        "glimpses": rules.glimpses,
        "night-from": rules.night_from_hour,
        "night-to": rules.night_to_hour,
        "weekend": rules.weekend,
        "zone": rules.zone_minutes,
        "summer-time": rules.summer_time,
        "sent": sent,
        "canary-suspends": rules.canary_suspends,
        "quiet-minutes": rules.quiet_minutes,
    })
}
