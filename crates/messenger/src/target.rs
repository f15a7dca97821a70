//! What is told, and whom: nothing but the kind of an alarm, its cell, number and time, and where to look.
//!
//! Never: a name, of anybody. State: none.

use crate::webhook::WebhookUrl;
use salus_seal::CellId;
use salus_seal::entry::alarms::{AlarmKind, Way};
use salus_trust_api::wire::alarms::AlarmTold;

/// Somebody who is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Of this cell's alarms alone; none: of every cell's.
    pub cell: Option<String>,
    /// Whom.
    pub whom: Whom,
}

/// By which way, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whom {
    /// A mail address.
    Mail(lettre::Address),
    /// An address for HTTP requests.
    Webhook(WebhookUrl),
}

/// Why a text names nobody who could be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetFault {
    /// It is no mail address.
    Mail,
    /// It is no address for HTTP requests, or is neither https nor on this machine.
    Webhook,
}

impl Target {
    /// `address`, or `cell=address`.
    ///
    /// # Errors
    /// [`TargetFault::Mail`]
    pub fn mail(text: &str) -> Result<Self, TargetFault> {
        let (cell, address) = of_cell(text);
        let address = address.parse().map_err(|_| TargetFault::Mail)?;
        Ok(Self { cell, whom: Whom::Mail(address) })
    }

    /// `https://...`, or `cell=https://...`; `http://` to a loopback address alone.
    ///
    /// # Errors
    /// [`TargetFault::Webhook`]
    pub fn webhook(text: &str) -> Result<Self, TargetFault> {
        let (cell, url) = of_cell(text);
        let url = WebhookUrl::parse(url).ok_or(TargetFault::Webhook)?;
        Ok(Self { cell, whom: Whom::Webhook(url) })
    }

    /// Its way.
    pub fn way(&self) -> Way {
        match self.whom {
            Whom::Mail(_) => Way::Mail,
            Whom::Webhook(_) => Way::Webhook,
        }
    }

    /// Whether it is told of this cell's alarms.
    pub fn is_of(&self, cell: &str) -> bool {
        self.cell.as_deref().is_none_or(|own| own == cell)
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.whom {
            Whom::Mail(address) => write!(f, "{address}"),
            // What stands behind the host may be a secret of the receiver's.
            Whom::Webhook(url) => write!(f, "{}", url.origin()),
        }
    }
}

/// A name of small letters, digits and `-` before the first `=`, and what stands behind it.
fn of_cell(text: &str) -> (Option<String>, &str) {
    let is_name = |name: &str| {
        let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        !name.is_empty() && name.bytes().all(is_letter)
    };
    match text.trim().split_once('=') {
        Some((cell, rest)) if is_name(cell) => (Some(cell.to_owned()), rest),
        _ => (None, text.trim()),
    }
}

/// An alarm, as it is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Whose.
    pub cell: CellId,
    /// The cell's name, as it stands in addresses.
    pub cell_name: String,
    /// The entry that raised it.
    pub number: u64,
    /// When, in milliseconds since 1970.
    pub time_ms: u64,
    /// Of which kind.
    pub kind: AlarmKind,
    /// How many it took.
    pub count: u32,
    /// Whether it suspended the session.
    pub suspended: bool,
    /// Where to look.
    pub see: String,
}

impl Told {
    /// Of what the keyholder says; who it was stays here. `pages_url`: the record server's address, without a slash at its end.
    pub(crate) fn of(alarm: &AlarmTold, pages_url: &str) -> Self {
        let (cell_name, number) = (alarm.cell_name.clone(), alarm.number);
        Self {
            cell: alarm.cell,
            see: format!("{pages_url}/{cell_name}/admin/alarms#alarm-{number}"),
            cell_name,
            number,
            time_ms: alarm.time_ms,
            kind: alarm.kind,
            count: alarm.count,
            suspended: alarm.suspended,
        }
    }
}

/// What a message is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// Alarms of one cell, the oldest first; at least one.
    Alarms(Vec<Told>),
    /// Somebody tries whether messages arrive.
    Test,
}

/// A mail's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// One line.
    pub subject: String,
    /// Plain text.
    pub body: String,
}

/// Makes the words of a mail.
pub type Words = std::sync::Arc<dyn Fn(&News) -> Letter + Send + Sync>;

/// An instant of the log as RFC 3339 has it, in UTC.
pub(crate) fn instant(time_ms: u64) -> String {
    let time = i64::try_from(time_ms).ok().and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok());
    time.map(|time| format!("{time:.3}")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_everybodys_or_one_cells() {
        let all = Target::mail("it@praxis.example").unwrap();
        assert!(all.is_of("praxis-a") && all.is_of("praxis-b"));
        let one = Target::mail("praxis-a=it@praxis.example").unwrap();
        assert!(one.is_of("praxis-a") && !one.is_of("praxis-b"));
        let one = Target::webhook("praxis-a=https://hooks.example/x?key=1").unwrap();
        assert!(one.is_of("praxis-a") && !one.is_of("praxis-b"));
        assert!(Target::webhook("https://hooks.example/x?praxis-a=1").unwrap().is_of("praxis-b"));
        assert_eq!(one.to_string(), "https://hooks.example", "its path may be a secret");
        for bad in ["", "praxis-a=", "praxis", "a@b@c", "x@y\r\nBcc: z@w"] {
            assert_eq!(Target::mail(bad), Err(TargetFault::Mail), "{bad}");
        }
        for bad in [
            "",
            "hooks.example",
            "ftp://hooks.example",
            "http://hooks.example/",
            "https://u:p@hooks.example/",
            "https://",
        ] {
            assert_eq!(Target::webhook(bad), Err(TargetFault::Webhook), "{bad}");
        }
        for good in ["http://127.0.0.1:8080/x", "http://localhost:1/", "http://[::1]:1/"] {
            assert!(Target::webhook(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn instants_are_those_of_rfc_3339() {
        assert_eq!(instant(1_700_000_000_123), "2023-11-14T22:13:20.123Z");
        assert_eq!(instant(u64::MAX), "");
    }
}
