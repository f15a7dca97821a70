//! `salus serve`: the configuration, the supervisor, and the end. State: the server, while it runs.

use crate::cli;
use crate::config::Level;
use crate::config::alarms::MAX_TARGETS;
use crate::config::keys::Kind;
use crate::config::{ConfigError, MustBe, Rule, Settings, load};
use crate::data_dir::DataDir;
use crate::failure::Failure;
use crate::messages::{Say, say};
use crate::supervise::{Occasion, Plan, Server, asked_to_end, begin_log, log};
use salus_fhir::Language;
use std::path::Path;

/// `salus serve`
pub fn run(command: &cli::Serve, language: Language) -> Result<(), Failure> {
    let data = DataDir::at(&command.data.directory())?;
    data.must_exist()?;
    let settings = settings(&data, command.config.as_deref(), language)?;
    begin_log(settings.log.format, settings.log.level);
    let plan = Plan { data, settings, note: None, occasion: Occasion::Real, language };
    on_this_thread(async {
        let asked = asked_to_end()?;
        let mut server = Server::start(plan)?;
        let life = async {
            let ready = server.ready().await?;
            log::line(Level::Info, "serving", &[("base_url", &ready.base_url), ("address", &ready.address)]);
            Err(server.ended().await)
        };
        let outcome = tokio::select! {
            outcome = life => outcome,
            () = asked => Ok(()),
        };
        let ended = server.end().await;
        outcome.and(ended)
    })
}

/// The settings of a data directory: of `config`, else of its own file, else the defaults.
pub fn settings(data: &DataDir, config: Option<&Path>, language: Language) -> Result<Settings, Failure> {
    let own = data.configuration();
    let file = config.or_else(|| own.exists().then_some(own.as_path()));
    load(file).map_err(|error| Failure::could_not(config_says(&error, language)))
}

/// The settings of the environment's variables alone.
pub fn environment(language: Language) -> Result<Settings, Failure> {
    load(None).map_err(|error| Failure::could_not(config_says(&error, language)))
}

/// Runs on a runtime of this thread, which the server's processes need.
pub fn on_this_thread<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|why| Failure::could_not(say("no-runtime").with("why", why)))?;
    let outcome = runtime.block_on(work);
    // What still waits for a file or a name is not waited for.
    runtime.shutdown_background();
    outcome
}

fn config_says(error: &ConfigError, language: Language) -> Say {
    match error {
        ConfigError::Unreadable { file, why } => say("cannot-read").with("path", file).with("why", why),
        ConfigError::Wrong { file, line, why } => {
            say("config-wrong").with("file", file).with("line", line).with("why", why)
        }
        ConfigError::UnknownKey { place, key, nearest: Some(nearest) } => {
            say("config-unknown-key").with("place", place).with("key", key).with("nearest", nearest)
        }
        ConfigError::UnknownKey { place, key, nearest: None } => {
            say("config-unknown-key-far").with("place", place).with("key", key)
        }
        ConfigError::Value { place, key, must_be } => say("config-value")
            .with("place", place)
            .with("key", key)
            .with("value", must_be_says(*must_be).text(language)),
        ConfigError::Together { keys, rule } => {
            let rule = match rule {
                Rule::CertificateAndKey => say("rule-certificate-and-key"),
                Rule::NakedOnLoopbackOnly => say("rule-naked-on-loopback"),
                Rule::PublicUrl => say("rule-public-url"),
                Rule::DoorUrl => say("rule-door-url"),
                Rule::RelyingParty => say("rule-relying-party"),
                Rule::MailWhole => say("rule-mail-whole"),
                Rule::MailLogin => say("rule-mail-login"),
                Rule::MailNaked => say("rule-mail-naked"),
                Rule::MailAddress => say("rule-mail-address"),
                Rule::WebhookSecret => say("rule-webhook-secret"),
                Rule::WebhookUrl => say("rule-webhook-url"),
                Rule::AlarmTargets => say("rule-alarm-targets").with("most", MAX_TARGETS),
            };
            say("config-together").with("keys", keys).with("rule", rule.text(language))
        }
    }
}

fn must_be_says(must_be: MustBe) -> Say {
    let MustBe::Kind(kind) = must_be else { return say("value-section") };
    match kind {
        Kind::Text => say("value-text"),
        Kind::Address => say("value-address"),
        Kind::Choice(words) => say("value-choice").with("words", words.join("\", \"")),
        Kind::Path => say("value-path"),
        Kind::Number(first, last) => say("value-number").with("first", first).with("last", last),
        Kind::Switch => say("value-switch"),
        Kind::List => say("value-list"),
    }
}
