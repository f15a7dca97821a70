//! Log lines on stderr: time, level, process, event, fields. One JSON object a line, or text.
//!
//! Never: a patient's data, a token or a key; fields are counts, names of processes and files, exit codes.
//!
//! State: format and level, set once for the process.

use crate::config::{Format, Level};
use std::io::Write as _;
use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

static SETUP: OnceLock<Setup> = OnceLock::new();

#[derive(Debug, Clone, Copy)]
struct Setup {
    process: &'static str,
    format: Format,
    level: Level,
}

/// Sets, once, as what this process logs and how. Before that, nothing is written.
pub fn begin(process: &'static str, format: Format, level: Level) {
    // A second setting would be a mistake that changes nothing.
    let _ = SETUP.set(Setup { process, format, level });
}

/// Writes a line, if the level is wanted.
pub fn line(level: Level, event: &str, fields: &[(&str, &dyn std::fmt::Display)]) {
    let Some(setup) = SETUP.get().filter(|setup| level <= setup.level) else { return };
    let text = render(*setup, now_ms(), level, event, fields);
    // Nobody is left to be told that stderr cannot be written.
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// This machine's time, in milliseconds since 1970.
pub fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64)
}

fn render(
    setup: Setup,
    ms: u64,
    level: Level,
    event: &str,
    fields: &[(&str, &dyn std::fmt::Display)],
) -> String {
    let time = salus_fhir::instant(ms);
    let level = match level {
        Level::Error => "error",
        Level::Warn => "warn",
        Level::Info => "info",
        Level::Debug => "debug",
    };
    match setup.format {
        Format::Text => {
            let fields: String = fields.iter().map(|(name, value)| format!(" {name}={value}")).collect();
            format!("{time} {level:5} {} {event}{}\n", setup.process, fields.replace(['\n', '\r'], " "))
        }
        Format::Json => {
            let mut object = serde_json::Map::new();
            let standard =
                [("time", time.as_str()), ("level", level), ("process", setup.process), ("event", event)];
            for (name, value) in standard {
                object.insert(name.into(), value.into());
            }
            for (name, value) in fields {
                object.insert((*name).into(), value.to_string().into());
            }
            serde_json::Value::from(object).to_string() + "\n"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Format, Level, Setup, render};

    #[test]
    fn a_line_is_one_line_in_both_formats() {
        let fields: [(&str, &dyn std::fmt::Display); 2] = [("code", &3), ("why", &"a \"b\"\nc")];
        let of = |format| {
            render(
                Setup { process: "supervisor", format, level: Level::Info },
                0,
                Level::Warn,
                "ended",
                &fields,
            )
        };
        assert_eq!(
            of(Format::Json),
            "{\"time\":\"1970-01-01T00:00:00.000Z\",\"level\":\"warn\",\"process\":\"supervisor\",\"event\":\"ended\",\
             \"code\":\"3\",\"why\":\"a \\\"b\\\"\\nc\"}\n"
        );
        assert_eq!(
            of(Format::Text),
            "1970-01-01T00:00:00.000Z warn  supervisor ended code=3 why=a \"b\" c\n"
        );
    }
}
