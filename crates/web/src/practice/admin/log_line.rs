//! One entry of the log as a line, and what it opens to.
//!
//! State: none.

use super::super::PageAsk;
use super::log_words::{interaction, is_refused, sentence};
use super::tell::{Moment, local, moment};
use salus_records::administration::{CellLogEntry, LoggedAccess};
use salus_records::people::PersonInfo;
use salus_records::{DeviceId, Interaction};
use std::borrow::Cow;
use std::collections::HashMap;
use std::net::Ipv6Addr;

/// An entry.
pub(super) struct Row {
    /// The time of day.
    pub time: String,
    pub moment: Moment,
    /// Who did it, first in the sentence.
    pub who: String,
    /// The rest of the sentence.
    pub what: String,
    pub is_refused: bool,
    pub purpose: Option<Cow<'static, str>>,
    /// What else is known: a name, and a value.
    pub details: Vec<(Cow<'static, str>, String)>,
}

/// What people call their passkeys, those that are good still.
pub(super) struct Labels(HashMap<DeviceId, String>);

impl Labels {
    pub(super) fn of(people: &[PersonInfo]) -> Self {
        let all = people.iter().flat_map(|person| &person.passkeys);
        Self(all.map(|passkey| (passkey.passkey, passkey.label.clone())).collect())
    }

    /// Empty for one that has no name, or is gone.
    pub(super) fn get(&self, passkey: &DeviceId) -> &str {
        self.0.get(passkey).map_or("", String::as_str)
    }
}

/// An entry in words.
pub(super) fn row(ask: &PageAsk<'_>, labels: &Labels, told: &CellLogEntry) -> Row {
    let (who, what) = sentence(ask.t, labels, told);
    let moment = moment(ask, told.time_ms);
    let time = local(&ask.clock, told.time_ms);
    Row {
        time: time.map_or_else(String::new, |at| at.strftime("%H:%M:%S").to_string()),
        moment,
        who,
        what,
        is_refused: is_refused(&told.event),
        purpose: told.access.as_ref().map(|access| purpose(ask, access)),
        details: details(ask, told),
    }
}

fn purpose(ask: &PageAsk<'_>, access: &LoggedAccess) -> Cow<'static, str> {
    use salus_records::Purpose::{Administration, Emergency, Operations, PatientRequest, Payment, Treatment};
    ask.t.say(match access.purpose {
        Treatment => "admin-purpose-TREAT",
        Payment => "admin-purpose-HPAYMT",
        Operations => "admin-purpose-HOPERAT",
        Emergency => "admin-purpose-ETREAT",
        PatientRequest => "admin-purpose-PATRQT",
        Administration => "admin-purpose-SYSADMIN",
    })
}

fn details(ask: &PageAsk<'_>, told: &CellLogEntry) -> Vec<(Cow<'static, str>, String)> {
    let t = ask.t;
    let mut details = vec![(t.say("admin-entry"), told.number.to_string())];
    details.push((t.say("admin-when"), moment(ask, told.time_ms).text));
    let Some(access) = &told.access else { return details };
    details.push((t.say("admin-asked"), t.say(interaction(access.interaction)).into_owned()));
    details.push((t.say("admin-purpose"), purpose(ask, access).into_owned()));
    if access.refused.is_none() && access.interaction != Interaction::Administer {
        details.push((t.say("admin-patients"), access.patients.to_string()));
        details.push((t.say("admin-versions"), access.versions.to_string()));
    }
    let address = Ipv6Addr::from(access.address);
    if !address.is_unspecified() {
        details.push((t.say("admin-address"), address.to_canonical().to_string()));
    }
    details
}
