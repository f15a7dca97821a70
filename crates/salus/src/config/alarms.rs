//! `[alarms]`: who is told of alarms beyond the page, by mail and by signed HTTP requests.
//!
//! State: none.

use super::Rule;
use salus_messenger::{MailServer, MailTls, Target, TargetFault};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use std::path::PathBuf;
use zeroize::Zeroizing;

/// The most addresses that are told, of both ways together.
pub const MAX_TARGETS: usize = 64;

/// By which ways alarms are told.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Alarms {
    /// The mail server; empty: no mails.
    pub smtp_host: String,
    /// Its port.
    pub smtp_port: u16,
    /// How the connection to it is protected.
    pub smtp_tls: SmtpTls,
    /// As whom to sign in there; empty: as nobody.
    pub smtp_user: String,
    /// The password's file.
    pub smtp_password_file: PathBuf,
    /// Whose mails they are.
    pub mail_from: String,
    /// Whom they go to; `cell=address` for one cell.
    pub mail_to: Vec<String>,
    /// In which language.
    pub mail_language: MailLanguage,
    /// Where signed requests go; `cell=url` for one cell.
    pub webhook_urls: Vec<String>,
    /// What they are signed with.
    pub webhook_secret_file: PathBuf,
    /// Whose signatures are believed on certificates; empty: the system's authorities.
    pub ca_file: PathBuf,
}

/// How the connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SmtpTls {
    /// It must be encrypted before anything is said.
    #[default]
    Starttls,
    /// It is encrypted from its beginning.
    Tls,
    /// Not at all.
    None,
}

/// The language of mails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum MailLanguage {
    /// German.
    De,
    /// French.
    Fr,
    /// English.
    #[default]
    En,
}

impl MailLanguage {
    /// Its tag.
    pub fn tag(self) -> &'static str {
        match self {
            Self::De => "de",
            Self::Fr => "fr",
            Self::En => "en",
        }
    }
}

impl Default for Alarms {
    fn default() -> Self {
        Self {
            smtp_host: String::new(),
            smtp_port: 587,
            smtp_tls: SmtpTls::default(),
            smtp_user: String::new(),
            smtp_password_file: PathBuf::new(),
            mail_from: String::new(),
            mail_to: Vec::new(),
            mail_language: MailLanguage::default(),
            webhook_urls: Vec::new(),
            webhook_secret_file: PathBuf::new(),
            ca_file: PathBuf::new(),
        }
    }
}

impl Alarms {
    /// Who is told.
    ///
    /// # Errors
    /// What the first text that names nobody is not.
    pub fn targets(&self) -> Result<Vec<Target>, TargetFault> {
        let mails = self.mail_to.iter().map(|text| Target::mail(text));
        mails.chain(self.webhook_urls.iter().map(|text| Target::webhook(text))).collect()
    }

    /// Where mails are brought, with this password; none: there are no mails.
    pub fn mail_server(&self, password: Option<Zeroizing<String>>) -> Option<MailServer> {
        let from = self.mail_from.parse().ok()?;
        let tls = match self.smtp_tls {
            SmtpTls::Starttls => MailTls::StartTls,
            SmtpTls::Tls => MailTls::Whole,
            SmtpTls::None => MailTls::None,
        };
        let login = password.map(|password| (self.smtp_user.clone(), password));
        let host = self.smtp_host.clone();
        (!host.is_empty()).then_some(MailServer { host, port: self.smtp_port, tls, login, from })
    }

    /// The first keys that do not go together, and how they would.
    pub(super) fn fault(&self) -> Option<(&'static str, Rule)> {
        let has = |path: &PathBuf| !path.as_os_str().is_empty();
        let sends = !self.smtp_host.is_empty();
        if sends == self.mail_to.is_empty() || sends == self.mail_from.is_empty() {
            return Some(("alarms.smtp_host, alarms.mail_from, alarms.mail_to", Rule::MailWhole));
        }
        if self.smtp_user.is_empty() == has(&self.smtp_password_file) {
            return Some(("alarms.smtp_user, alarms.smtp_password_file", Rule::MailLogin));
        }
        if sends && self.smtp_tls == SmtpTls::None && !is_loopback(&self.smtp_host) {
            return Some(("alarms.smtp_host, alarms.smtp_tls", Rule::MailNaked));
        }
        if self.webhook_urls.is_empty() == has(&self.webhook_secret_file) {
            return Some(("alarms.webhook_urls, alarms.webhook_secret_file", Rule::WebhookSecret));
        }
        match self.targets() {
            Err(TargetFault::Mail) => return Some(("alarms.mail_to", Rule::MailAddress)),
            Err(TargetFault::Webhook) => return Some(("alarms.webhook_urls", Rule::WebhookUrl)),
            Ok(targets) if targets.len() > MAX_TARGETS => {
                return Some(("alarms.mail_to, alarms.webhook_urls", Rule::AlarmTargets));
            }
            Ok(_) => {}
        }
        let is_bad = sends && self.mail_server(None).is_none();
        is_bad.then_some(("alarms.mail_from", Rule::MailAddress))
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::super::{ConfigError, Rule, parse};

    #[test]
    fn what_would_tell_nobody_or_the_wrong_ones_is_refused_with_its_keys() {
        let mail = "smtp_host = \"mail.example\"\nmail_from = \"salus@praxis.example\"\n";
        let to = "mail_to = [\"a@praxis.example\", \"praxis-a=b@praxis.example\"]\n";
        for (text, rule) in [
            (mail.to_owned(), Rule::MailWhole),
            (to.to_owned(), Rule::MailWhole),
            (format!("{mail}{to}smtp_user = \"salus\"\n"), Rule::MailLogin),
            (format!("{mail}{to}smtp_tls = \"none\"\n"), Rule::MailNaked),
            (format!("{mail}mail_to = [\"nobody\"]\n"), Rule::MailAddress),
            ("webhook_urls = [\"https://hooks.example\"]\n".into(), Rule::WebhookSecret),
            (
                "webhook_urls = [\"http://hooks.example\"]\nwebhook_secret_file = \"s\"\n".into(),
                Rule::WebhookUrl,
            ),
        ] {
            let outcome = parse("salus.toml", &format!("[alarms]\n{text}"), std::iter::empty());
            let is_it = matches!(outcome, Err(ConfigError::Together { rule: found, .. }) if found == rule);
            assert!(is_it, "{text}: {outcome:?}");
        }
        let good = format!(
            "[alarms]\n{mail}{to}webhook_urls = [\"https://hooks.example\"]\nwebhook_secret_file = \"s\"\n"
        );
        let alarms = parse("salus.toml", &good, std::iter::empty()).unwrap().alarms;
        assert_eq!(alarms.targets().unwrap().len(), 3);
        assert!(alarms.mail_server(None).is_some());
    }
}
