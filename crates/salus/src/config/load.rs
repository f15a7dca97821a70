//! Reads the configuration's file and the environment, and says exactly what is wrong with them. State: none.

use super::door::{belongs, host};
use super::keys::{KEYS, Key, SECTIONS, variable};
use super::spelling::nearest;
use super::values::{fits, of_text};
use super::{ConfigError, MustBe, Rule, Settings};
use std::path::Path;
use toml::de::DeTable;

/// The file (none: defaults only) and this process's environment.
///
/// # Errors
/// [`ConfigError`]
pub fn load(file: Option<&Path>) -> Result<Settings, ConfigError> {
    let (name, text) = match file {
        None => (String::new(), String::new()),
        Some(path) => {
            let name = path.display().to_string();
            let unreadable =
                |why: std::io::Error| ConfigError::Unreadable { file: name.clone(), why: why.to_string() };
            (name.clone(), std::fs::read_to_string(path).map_err(unreadable)?)
        }
    };
    // What is not Unicode is no variable of ours.
    let environment = std::env::vars_os()
        .filter_map(|(key, value)| Some((key.into_string().ok()?, value.into_string().ok()?)));
    parse(&name, &text, environment)
}

/// The same, of a file's text and an environment.
///
/// # Errors
/// [`ConfigError`]
pub fn parse(
    file: &str,
    text: &str,
    environment: impl Iterator<Item = (String, String)>,
) -> Result<Settings, ConfigError> {
    let wrong = |error: &toml::de::Error| ConfigError::Wrong {
        file: file.to_owned(),
        line: error.span().map_or(1, |span| line_of(text, span.start)),
        why: error.message().lines().next().unwrap_or_default().to_owned(),
    };
    check_keys(file, text, &DeTable::parse(text).map_err(|error| wrong(&error))?)?;
    let mut table: toml::Table = toml::from_str(text).map_err(|error| wrong(&error))?;
    for (name, value) in environment {
        override_by(&mut table, &name, &value)?;
    }
    let settings = table.try_into().map_err(|error| wrong(&error))?;
    check_together(&settings)?;
    Ok(settings)
}

fn check_keys(file: &str, text: &str, table: &toml::Spanned<DeTable<'_>>) -> Result<(), ConfigError> {
    let place = |at: usize| format!("{file}, line {}", line_of(text, at));
    for (section, content) in table.get_ref() {
        let at = section.span().start;
        let known = SECTIONS.iter().any(|(name, _)| *name == section.get_ref());
        if !known {
            return Err(unknown(place(at), section.get_ref()));
        }
        let Some(content) = content.get_ref().as_table() else {
            let key = section.get_ref().to_string();
            return Err(ConfigError::Value { place: place(at), key, must_be: MustBe::Section });
        };
        for (name, value) in content {
            let dotted = format!("{}.{}", section.get_ref(), name.get_ref());
            let place = || place(name.span().start);
            let key = find(section.get_ref(), name.get_ref()).ok_or_else(|| unknown(place(), &dotted))?;
            if !fits(key.kind, value.get_ref()) {
                return Err(ConfigError::Value {
                    place: place(),
                    key: dotted,
                    must_be: MustBe::Kind(key.kind),
                });
            }
        }
    }
    Ok(())
}

fn find(section: &str, name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.section == section && key.name == name)
}

/// Of `section.key`, the nearest in the same section comes first, then the nearest anywhere.
fn unknown(place: String, key: &str) -> ConfigError {
    let nearest = match key.split_once('.') {
        None => nearest(key, SECTIONS.iter().map(|(name, _)| *name)).map(str::to_owned),
        Some((section, name)) => {
            let names = || KEYS.iter().filter(|key| key.section == section).map(|key| key.name);
            nearest(name, names()).map(|name| format!("{section}.{name}")).or_else(|| {
                let found = nearest(name, KEYS.iter().map(|key| key.name))?;
                KEYS.iter().find(|key| key.name == found).map(|key| format!("{}.{}", key.section, key.name))
            })
        }
    };
    ConfigError::UnknownKey { place, key: key.to_owned(), nearest }
}

fn override_by(table: &mut toml::Table, name: &str, value: &str) -> Result<(), ConfigError> {
    let Some((section, key)) = name.strip_prefix("SALUS_").and_then(|rest| rest.split_once("__")) else {
        return Ok(());
    };
    let dotted = format!("{}.{}", section.to_lowercase(), key.to_lowercase());
    let Some(key) = KEYS.iter().find(|key| variable(key) == name) else {
        return Err(match unknown(name.to_owned(), &dotted) {
            ConfigError::UnknownKey { place, key, nearest } => {
                let nearest = nearest.map(|near| format!("SALUS_{}", near.replace('.', "__").to_uppercase()));
                ConfigError::UnknownKey { place, key, nearest }
            }
            other => other,
        });
    };
    let value = of_text(key.kind, value).ok_or_else(|| ConfigError::Value {
        place: name.to_owned(),
        key: dotted,
        must_be: MustBe::Kind(key.kind),
    })?;
    let section = table.entry(key.section).or_insert_with(|| toml::Table::new().into());
    if let Some(section) = section.as_table_mut() {
        section.insert(key.name.to_owned(), value);
    }
    Ok(())
}

fn check_together(settings: &Settings) -> Result<(), ConfigError> {
    let tls = &settings.tls;
    let together = |keys, rule| Err(ConfigError::Together { keys, rule });
    if tls.certificate_file.as_os_str().is_empty() != tls.key_file.as_os_str().is_empty() {
        return together("tls.certificate_file, tls.key_file", Rule::CertificateAndKey);
    }
    if tls.files().is_none() && !settings.server.behind_proxy && !settings.server.listen.ip().is_loopback() {
        return together(
            "server.listen, server.behind_proxy, tls.certificate_file",
            Rule::NakedOnLoopbackOnly,
        );
    }
    let door = &settings.door;
    if tls.files().is_none() && !settings.server.behind_proxy && !door.listen.ip().is_loopback() {
        return together("door.listen, server.behind_proxy, tls.certificate_file", Rule::NakedOnLoopbackOnly);
    }
    if !door.public_url.is_empty() && host(&door.public_url).is_none() {
        return together("door.public_url", Rule::DoorUrl);
    }
    let origin = if door.public_url.is_empty() { "http://localhost" } else { &door.public_url };
    if !door.rp_id.is_empty() && !belongs(&door.rp_id, origin) {
        return together("door.rp_id, door.public_url", Rule::RelyingParty);
    }
    let url = &settings.server.public_url;
    let sound = (url.starts_with("http://") || url.starts_with("https://")) && !url.ends_with('/');
    if !url.is_empty() && !sound {
        return together("server.public_url", Rule::PublicUrl);
    }
    match settings.alarms.fault() {
        Some((keys, rule)) => together(keys, rule),
        None => Ok(()),
    }
}

fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::super::keys::{KEYS, default_file, documentation};
    use super::super::{ConfigError, Level, MustBe, Rule, Settings};
    use super::parse;
    use std::path::Path;

    fn of(text: &str) -> Result<Settings, ConfigError> {
        parse("salus.toml", text, std::iter::empty())
    }

    fn with(variables: &[(&str, &str)]) -> Result<Settings, ConfigError> {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        parse("salus.toml", "[log]\nlevel = \"warn\"\n", variables.iter().map(own))
    }

    #[test]
    fn an_unknown_key_is_named_with_its_line_and_its_nearest() {
        let unknown = |place: &str, key: &str, nearest: Option<&str>| {
            Err(ConfigError::UnknownKey {
                place: place.into(),
                key: key.into(),
                nearest: nearest.map(str::to_owned),
            })
        };
        assert_eq!(
            of("# x\n[server]\nlissen = 1\n"),
            unknown("salus.toml, line 3", "server.lissen", Some("server.listen"))
        );
        assert_eq!(of("[sever]\n"), unknown("salus.toml, line 1", "sever", Some("server")));
        assert_eq!(
            of("[log]\nmax_body_byte = 1\n"),
            unknown("salus.toml, line 2", "log.max_body_byte", Some("limits.max_body_bytes"))
        );
        assert_eq!(of("\n\nlisten = \"127.0.0.1:1\"\n"), unknown("salus.toml, line 3", "listen", None));
        assert_eq!(
            with(&[("SALUS_SERVER__LISTN", "x")]),
            unknown("SALUS_SERVER__LISTN", "server.listn", Some("SALUS_SERVER__LISTEN"))
        );
    }

    #[test]
    fn a_wrong_value_is_named_with_its_key_and_its_line_or_variable() {
        for (text, at, name) in [
            ("[limits]\n\nmax_connections = \"many\"\n", 3, "limits.max_connections"),
            ("[limits]\nmax_connections = 0\n", 2, "limits.max_connections"),
            ("[limits]\nmax_connections = -1\n", 2, "limits.max_connections"),
            ("[limits]\nmax_connections = 1.5\n", 2, "limits.max_connections"),
            ("[limits]\nmax_body_bytes = 99999999999999999999999\n", 2, "limits.max_body_bytes"),
            ("[limits]\nrequest_timeout_s = 86401\n", 2, "limits.request_timeout_s"),
            ("[log]\nlevel = \"loud\"\n", 2, "log.level"),
            ("[log]\nformat = true\n", 2, "log.format"),
            ("[server]\nlisten = 5\n", 2, "server.listen"),
            ("[server]\nlisten = \"localhost\"\n", 2, "server.listen"),
            ("[server]\nbehind_proxy = \"yes\"\n", 2, "server.behind_proxy"),
            ("[keyholder]\nwitness_dirs = \"/a\"\n", 2, "keyholder.witness_dirs"),
            ("[keyholder]\nwitness_dirs = [\"/a\", 1]\n", 2, "keyholder.witness_dirs"),
            ("tls = 1\n", 1, "tls"),
            ("[[tls]]\nkey_file = \"/a\"\n", 1, "tls"),
        ] {
            let Err(ConfigError::Value { place, key, must_be }) = of(text) else {
                panic!("{text}: {:?}", of(text))
            };
            assert_eq!((place, key.as_str()), (format!("salus.toml, line {at}"), name), "{text}");
            assert_eq!(must_be == MustBe::Section, name == "tls", "{text}");
        }
        assert!(matches!(of("[limits\n"), Err(ConfigError::Wrong { line: 1, .. })));
        for (name, value, dotted) in [
            ("SALUS_LIMITS__MAX_CONNECTIONS", "many", "limits.max_connections"),
            ("SALUS_LIMITS__MAX_CONNECTIONS", "0", "limits.max_connections"),
            ("SALUS_SERVER__LISTEN", "here", "server.listen"),
            ("SALUS_SERVER__BEHIND_PROXY", "1", "server.behind_proxy"),
            ("SALUS_LOG__LEVEL", "loud", "log.level"),
        ] {
            let Err(ConfigError::Value { place, key, .. }) = with(&[(name, value)]) else { panic!("{name}") };
            assert_eq!((place.as_str(), key.as_str()), (name, dotted));
        }
    }

    #[test]
    fn the_environment_overrides_the_file() {
        let settings = with(&[
            ("SALUS_LOG__LEVEL", "debug"),
            ("SALUS_KEYHOLDER__WITNESS_DIRS", "/a, /b"),
            ("SALUS_SERVER__BEHIND_PROXY", "true"),
            ("SALUS_DATA", "/elsewhere"),
            ("PATH", "x"),
        ])
        .unwrap();
        assert_eq!(settings.log.level, Level::Debug);
        assert_eq!(settings.keyholder.witness_dirs.len(), 2);
        assert!(settings.server.behind_proxy);
    }

    #[test]
    fn what_does_not_go_together_is_refused() {
        for (text, rule) in [
            ("[tls]\ncertificate_file = \"a\"\n", Rule::CertificateAndKey),
            ("[server]\nlisten = \"0.0.0.0:1\"\n", Rule::NakedOnLoopbackOnly),
            ("[server]\npublic_url = \"https://a.example/\"\n", Rule::PublicUrl),
            ("[door]\nlisten = \"0.0.0.0:1\"\n", Rule::NakedOnLoopbackOnly),
            ("[door]\npublic_url = \"https://a.example/door\"\n", Rule::DoorUrl),
            ("[door]\nrp_id = \"example\"\npublic_url = \"https://a.example\"\n", Rule::RelyingParty),
        ] {
            assert!(
                matches!(of(text), Err(ConfigError::Together { rule: found, .. }) if found == rule),
                "{text}"
            );
        }
    }

    /// The file that `salus init` writes, with every comment sign before a key taken away, is the default configuration.
    #[test]
    fn the_default_file_says_the_defaults() {
        let text = default_file();
        assert_eq!(of(&text), Ok(Settings::default()));
        let mut bare = text;
        for key in KEYS {
            let line = format!("# {} = ", key.name);
            assert!(bare.contains(&line), "{}", key.name);
            // Some names are in several sections, in this order.
            bare = bare.replacen(&line, &line[2..], 1);
        }
        assert_eq!(of(&bare), Ok(Settings::default()));
    }

    /// Every field of [`Settings`] is in the table of keys: the printed structure has a line for each.
    #[test]
    fn every_field_is_a_documented_key() {
        let printed = format!("{:#?}", Settings::default());
        let fields: Vec<&str> = printed
            .lines()
            .filter(|line| line.starts_with("        ") && !line.starts_with("         "))
            .filter_map(|line| line.trim().split_once(": ").map(|(name, _)| name))
            .collect();
        let keys: Vec<&str> = KEYS.iter().map(|key| key.name).collect();
        assert_eq!(fields, keys);
    }

    #[test]
    fn the_bound_of_a_single_resource_is_said_beside_that_of_a_body() {
        let key = KEYS.iter().find(|key| key.name == "max_body_bytes").unwrap();
        let bound = salus_seal::envelope::MAX_PART_BYTES;
        assert!(key.what.contains(&format!("{bound} bytes ({} MiB)", bound >> 20)), "{}", key.what);
    }

    /// With UPDATE_DOCS=1 the file is written instead.
    #[test]
    fn the_documentation_is_in_step() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/configuration.md");
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(&path, documentation()).unwrap();
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap(), documentation());
    }
}
