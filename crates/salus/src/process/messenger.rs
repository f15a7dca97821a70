//! The messenger's process: what it needs of files is read, then it is confined to the ports of those whom it tells. It holds no key of records.
//! State: none.

use super::life::{confined, parent_gone, runtime_of_one_thread};
use super::{FirstLine, MessengerStart, parse_key, refuse, take_options};
use crate::admin::letters::letter;
use crate::config::Level;
use crate::config::alarms::Alarms;
use crate::failure::{COULD_NOT, Failure};
use crate::messages::say;
use crate::supervise::log;
use salus_fhir::Language;
use salus_messenger::{
    MIN_SECRET_BYTES, MessengerError, MessengerOptions, Roots, Target, Trouble, Whom, run as tell,
};
use salus_sandbox::{Network, Profile};
use std::collections::BTreeSet;
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use zeroize::Zeroizing;

/// By what names are resolved.
const RESOLVING: [&str; 7] = [
    "/etc/resolv.conf",
    "/etc/hosts",
    "/etc/nsswitch.conf",
    "/etc/host.conf",
    "/etc/gai.conf",
    "/etc/services",
    "/run/systemd/resolve",
];
/// Where name servers listen, by TCP too.
const DNS_PORT: u16 = 53;

/// Runs until its parent closes its stdin, or the keyholder has gone.
pub fn run() -> ExitCode {
    let Some(start) = take_options::<MessengerStart>() else { return ExitCode::from(COULD_NOT) };
    log::begin("messenger", start.log.format, start.log.level);
    let Some(key) = parse_key(&start.keyholder_key) else { return ExitCode::from(COULD_NOT) };
    let secrets = Secrets { password: start.smtp_password, webhook: start.webhook_secret };
    let options = options(&start.alarms, secrets, key, start.keyholder_socket, start.pages_url);
    let options = match options {
        Ok(options) => options,
        Err(error) => return refuse(error.to_string(), false),
    };
    if let Err(exit) = confined(&profile(&options), false) {
        return exit;
    }
    let runtime = match runtime_of_one_thread() {
        Ok(runtime) => runtime,
        Err(exit) => return exit,
    };
    let report = |target: &Target, trouble: &Trouble| {
        log::line(Level::Warn, "not-told", &[("whom", target), ("why", &trouble.why)]);
    };
    let outcome = runtime.block_on(tell(options, || FirstLine::Ready.say(), report, parent_gone()));
    // A name that is being resolved is not waited for.
    runtime.shutdown_background();
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // With the keyholder gone, it waits for the next one; that was said by whoever ended it.
            let is_gone = matches!(error, MessengerError::Disconnected);
            log::line(
                if is_gone { Level::Info } else { Level::Error },
                "messenger-ended",
                &[("why", &error)],
            );
            refuse(error.to_string(), false)
        }
    }
}

/// What only this process and the other side know.
pub struct Secrets {
    /// The mail server's password.
    pub password: Option<Zeroizing<String>>,
    /// With which webhooks are signed.
    pub webhook: Option<Zeroizing<String>>,
}

/// Reads the files that the configuration names.
///
/// # Errors
/// Where one cannot be read, or holds too little.
pub fn read_secrets(alarms: &Alarms) -> Result<Secrets, Failure> {
    let read = |path: &Path, least_bytes: usize| {
        if path.as_os_str().is_empty() {
            return Ok(None);
        }
        let cannot = |why: &dyn Display| {
            Failure::could_not(say("cannot-read").with("path", path.display()).with("why", why))
        };
        let text = std::fs::read_to_string(path).map(Zeroizing::new).map_err(|why| cannot(&why))?;
        let secret = Zeroizing::new(text.trim_end_matches(['\n', '\r']).to_owned());
        if secret.len() < least_bytes {
            return Err(Failure::could_not(
                say("secret-too-short").with("path", path.display()).with("least", least_bytes),
            ));
        }
        Ok(Some(secret))
    };
    Ok(Secrets {
        password: read(&alarms.smtp_password_file, 1)?,
        webhook: read(&alarms.webhook_secret_file, MIN_SECRET_BYTES)?,
    })
}

/// What a messenger runs with; reads the authorities' file.
///
/// # Errors
/// Where that file names none.
pub fn options(
    alarms: &Alarms,
    secrets: Secrets,
    key: Zeroizing<[u8; 32]>,
    keyholder_socket: PathBuf,
    pages_url: String,
) -> Result<MessengerOptions, MessengerError> {
    let language = Language::from_tag(alarms.mail_language.tag()).unwrap_or_default();
    let roots = if alarms.ca_file.as_os_str().is_empty() {
        Roots::of_the_system()
    } else {
        Roots::from_file(&alarms.ca_file)?
    };
    Ok(MessengerOptions {
        keyholder_socket,
        key,
        // The configuration was checked when it was read.
        targets: alarms.targets().unwrap_or_default(),
        mail: alarms.mail_server(secrets.password),
        webhook_secret: secrets.webhook.map(|secret| Zeroizing::new(secret.as_bytes().to_vec())),
        roots,
        pages_url,
        words: Arc::new(move |news| letter(news, language)),
    })
}

fn profile(options: &MessengerOptions) -> Profile {
    let webhooks = options.targets.iter().filter_map(|target| match &target.whom {
        Whom::Webhook(url) => Some(url.port()),
        Whom::Mail(_) => None,
    });
    let ports: BTreeSet<u16> =
        webhooks.chain(options.mail.iter().map(|server| server.port)).chain([DNS_PORT]).collect();
    let read_only = RESOLVING.iter().map(PathBuf::from).filter(|path| path.exists()).collect();
    Profile { read_only, network: Network::Connect(ports.into_iter().collect()), ..Profile::default() }
}

#[cfg(test)]
mod tests {
    use super::{DNS_PORT, Network, Secrets, options, profile};
    use crate::config::parse;
    use std::path::PathBuf;
    use zeroize::Zeroizing;

    #[test]
    fn the_profile_reaches_the_ports_of_those_who_are_told_and_no_file_of_ours() {
        let text = "[alarms]\nsmtp_host = \"127.0.0.1\"\nsmtp_port = 2525\nsmtp_tls = \"none\"\nmail_from = \"s@praxis.example\"\n\
             mail_to = [\"a@praxis.example\"]\nwebhook_urls = [\"https://hooks.example:8443/x\"]\nwebhook_secret_file = \"s\"\n";
        let alarms = parse("salus.toml", text, std::iter::empty()).unwrap().alarms;
        let secrets = Secrets { password: None, webhook: Some("0123456789abcdef".to_owned().into()) };
        let socket = PathBuf::from("/var/lib/salus/run/keyholder.sock");
        let options = options(&alarms, secrets, Zeroizing::new([0; 32]), socket, "http://localhost".into());
        let profile = profile(&options.unwrap());
        assert!(profile.read_write.is_empty() && profile.list_only.is_empty());
        let is_of_names =
            |path: &PathBuf| path.starts_with("/etc") || path.starts_with("/run/systemd/resolve");
        assert!(profile.read_only.iter().all(is_of_names), "{:?}", profile.read_only);
        assert_eq!(profile.network, Network::Connect(vec![DNS_PORT, 2525, 8443]));
    }
}
