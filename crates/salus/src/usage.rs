//! What is said of a command line that cannot be taken: one line, in three languages, with the cure. State: none.

use crate::help;
use crate::messages::{Say, language, say};
use clap::Error;
use clap::error::{ContextKind, ErrorKind};
use salus_fhir::Language;
use std::error::Error as _;
use std::ffi::OsString;
use std::process::ExitCode;

/// The language that the arguments (the program's name first) and the environment ask for, before they are parsed.
pub fn language_of(arguments: &[OsString]) -> Language {
    let mut words = arguments.iter().skip(1).filter_map(|word| word.to_str());
    let mut flag = None;
    while let Some(word) = words.next() {
        flag = match word.strip_prefix("--lang") {
            Some("") => words.next(),
            Some(rest) => rest.strip_prefix('='),
            None if word == "--" => break,
            None => continue,
        };
    }
    language(flag)
}

/// Says what clap found, and ends: help and version with 0, an error with 2.
pub fn end(error: &Error, arguments: &[OsString], language: Language) -> ExitCode {
    match error.kind() {
        ErrorKind::DisplayHelp
        | ErrorKind::DisplayVersion
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            // Nobody is left to be told when that cannot be written.
            let _ = error.print();
        }
        _ => eprintln!("salus: {}", line(error, &command_of(arguments), language)),
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(crate::failure::COULD_NOT))
}

fn line(error: &Error, command: &str, language: Language) -> String {
    let cure = match nearest(error) {
        Some(nearest) => say("usage-nearest").with("nearest", nearest).with("command", command),
        None => say("usage-help").with("command", command),
    };
    let text = format!("{}; {}", what(error).text(language), cure.text(language));
    text.replace(['\n', '\r'], " ")
}

fn what(error: &Error) -> Say {
    let argument = context(error, ContextKind::InvalidArg);
    let value = context(error, ContextKind::InvalidValue);
    match error.kind() {
        ErrorKind::UnknownArgument => say("usage-unknown-argument").with("argument", argument),
        ErrorKind::InvalidSubcommand => {
            say("usage-unknown-command").with("command", context(error, ContextKind::InvalidSubcommand))
        }
        ErrorKind::MissingRequiredArgument => say("usage-missing").with("argument", argument),
        ErrorKind::MissingSubcommand => say("usage-no-command"),
        ErrorKind::ArgumentConflict => match context(error, ContextKind::PriorArg) {
            other if other == argument => say("usage-twice").with("argument", argument),
            other => say("usage-conflict").with("argument", argument).with("other", other),
        },
        ErrorKind::TooManyValues => say("usage-too-many").with("argument", argument).with("value", value),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation if value.is_empty() => {
            say("usage-no-value").with("argument", argument)
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => match range(error) {
            Some((first, last)) => say("usage-range")
                .with("argument", argument)
                .with("value", value)
                .with("first", first)
                .with("last", last),
            None => say("usage-value").with("argument", argument).with("value", value),
        },
        ErrorKind::InvalidUtf8 => say("usage-not-unicode"),
        _ => say("usage-wrong"),
    }
}

fn context(error: &Error, kind: ContextKind) -> String {
    error.get(kind).map(ToString::to_string).unwrap_or_default()
}

/// What was probably meant.
fn nearest(error: &Error) -> Option<String> {
    [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue]
        .into_iter()
        .map(|kind| context(error, kind))
        .find(|nearest| !nearest.is_empty())
}

/// The bounds of a number, which clap knows in a sentence only: `70 is not in 1..=64`.
fn range(error: &Error) -> Option<(i128, i128)> {
    let sentence = error.source()?.to_string();
    let (_, range) = sentence.rsplit_once(' ')?;
    let (first, last) = range.split_once("..=")?;
    Some((first.parse().ok()?, last.parse().ok()?))
}

/// The command that was meant, as far as it is one: `salus log show`.
fn command_of(arguments: &[OsString]) -> String {
    let root = help::command(Language::En);
    let mut command = &root;
    let mut name = root.get_name().to_owned();
    for word in arguments.iter().skip(1).filter_map(|word| word.to_str()) {
        if let Some(sub) = command.find_subcommand(word).filter(|sub| !sub.is_hide_set()) {
            command = sub;
            name += &format!(" {word}");
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::{command_of, language_of, line};
    use crate::help;
    use salus_fhir::Language;
    use std::ffi::OsString;

    fn words(text: &str) -> Vec<OsString> {
        text.split(' ').map(OsString::from).collect()
    }

    #[test]
    fn every_error_is_one_line_with_its_cure_in_each_language() {
        for (text, en, de, fr) in [
            ("salus demo --prot 1", "no argument --prot", "kein Argument --prot", "pas d'argument --prot"),
            ("salus dmo", "no command dmo", "keinen Befehl dmo", "pas de commande dmo"),
            (
                "salus session revoke",
                "--session <ID> is missing",
                "fehlt: --session <ID>",
                "manque : --session <ID>",
            ),
            ("salus demo --port", "--port <N> needs a value", "--port <N> braucht", "--port <N> demande"),
            ("salus demo --port x", "x is no value", "x ist kein Wert", "x n'est pas une valeur"),
            ("salus import --jobs 70 a", "from 1 to 64", "von 1 bis 64", "de 1 à 64"),
            (
                "salus demo --fresh --fresh",
                "--fresh is given twice",
                "--fresh steht zweimal",
                "--fresh est donné deux fois",
            ),
            (
                "salus log show --last 2 --from 1",
                "do not go together",
                "vertragen sich nicht",
                "ne vont pas ensemble",
            ),
            ("salus demo --fresh=1", "1 is too much", "1 ist zu viel", "1 est de trop"),
        ] {
            for (language, expected) in [(Language::En, en), (Language::De, de), (Language::Fr, fr)] {
                let error = help::command(language).try_get_matches_from(words(text)).unwrap_err();
                let said = line(&error, &command_of(&words(text)), language);
                assert!(said.contains(expected), "{text}: {said}");
                assert!(said.contains("--help`") && !said.contains('\n'), "{text}: {said}");
            }
        }
        let error =
            help::command(Language::En).try_get_matches_from(words("salus demo --prot 1")).unwrap_err();
        let said = line(&error, &command_of(&words("salus demo --prot 1")), Language::En);
        assert!(said.contains("--port") && said.contains("`salus demo --help`"), "{said}");
    }

    #[test]
    fn the_language_is_known_before_the_words_are_parsed() {
        assert_eq!(language_of(&words("salus --lang de dmo")), Language::De);
        assert_eq!(language_of(&words("salus dmo --lang=fr")), Language::Fr);
        assert_eq!(language_of(&words("salus dmo --lang xx -- --lang=fr")), Language::En);
    }
}
