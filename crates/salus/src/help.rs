//! The help of the command line in German and French: clap's command, with the texts of messages/help.*.ftl in it.
//!
//! English is what [`crate::cli`] says, and what stands where a text is missing.
//!
//! Never: changes what the command line takes. State: none.

use crate::cli::Cli;
use clap::{Arg, Command, CommandFactory as _};
use fluent_bundle::{FluentBundle, FluentResource};
use salus_fhir::Language;

const GERMAN: &str = include_str!("../messages/help.de.ftl");
const FRENCH: &str = include_str!("../messages/help.fr.ftl");

/// clap's own words.
struct Words {
    usage: &'static str,
    arguments: &'static str,
    commands: &'static str,
    options: &'static str,
    some_options: &'static str,
    some_command: &'static str,
    default: &'static str,
    variable: &'static str,
}

const GERMAN_WORDS: Words = Words {
    usage: "Aufruf: ",
    arguments: "Argumente",
    commands: "Befehle",
    options: "Optionen",
    some_options: "[OPTIONEN]",
    some_command: "<BEFEHL>",
    default: "Vorgabe: ",
    variable: "Umgebungsvariable: ",
};

const FRENCH_WORDS: Words = Words {
    usage: "Utilisation : ",
    arguments: "Arguments",
    commands: "Commandes",
    options: "Options",
    some_options: "[OPTIONS]",
    some_command: "<COMMANDE>",
    default: "par défaut : ",
    variable: "variable d'environnement : ",
};

/// The command line, whose help speaks that language.
pub fn command(language: Language) -> Command {
    let mut command = Cli::command();
    let Some(texts) = Texts::of(language) else { return command };
    // What clap adds by itself, such as --help, is there from now on.
    command.build();
    translate(command, "salus", &texts)
}

fn translate(command: Command, key: &str, texts: &Texts) -> Command {
    let words = texts.words;
    let mut command =
        command.mut_args(|arg| translate_arg(arg, key, texts)).subcommand_help_heading(words.commands);
    if let Some(about) = texts.value(key) {
        command = command.about(about);
    }
    if let Some(after) = texts.attribute(key, "after") {
        command = command.after_help(after);
    }
    let usage = command.render_usage().to_string();
    let usage = usage.strip_prefix("Usage: ").unwrap_or(&usage);
    let usage = usage.replace("[OPTIONS]", words.some_options).replace("<COMMAND>", words.some_command);
    let template = format!("{{about-with-newline}}\n{}{{usage}}\n\n{{all-args}}{{after-help}}", words.usage);
    command = command.override_usage(usage).help_template(template);
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    for name in names {
        command = command.mut_subcommand(&name, |sub| match name.as_str() {
            "help" => match texts.attribute("shared", "help-command") {
                Some(about) => sub.about(about),
                None => sub,
            },
            _ => translate(sub, &format!("{key}-{name}"), texts),
        });
    }
    command
}

fn translate_arg(arg: Arg, key: &str, texts: &Texts) -> Arg {
    let id = arg.get_id().to_string();
    let words = texts.words;
    let heading = if arg.is_positional() { words.arguments } else { words.options };
    let arg = arg.help_heading(heading);
    let Some(mut help) = texts.attribute(key, &id).or_else(|| texts.attribute("shared", &id)) else {
        return arg;
    };
    if let Some(default) = default_of(&arg) {
        help += &format!(" [{}{default}]", words.default);
    }
    if let Some(variable) = arg.get_env().and_then(|name| name.to_str()) {
        help += &format!(" [{}{variable}]", words.variable);
    }
    arg.help(help).hide_default_value(true).hide_env(true)
}

/// The default that clap would show.
fn default_of(arg: &Arg) -> Option<String> {
    let shown = !arg.is_hide_default_value_set() && arg.get_action().takes_values();
    let values: Vec<_> = arg.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
    (shown && !values.is_empty()).then(|| values.join(" "))
}

/// The texts of one language.
struct Texts {
    words: &'static Words,
    bundle: FluentBundle<FluentResource>,
}

impl Texts {
    /// None for English, whose texts clap has.
    fn of(language: Language) -> Option<Self> {
        let (source, words) = match language {
            Language::De => (GERMAN, &GERMAN_WORDS),
            Language::Fr => (FRENCH, &FRENCH_WORDS),
            Language::En => return None,
        };
        let mut bundle = FluentBundle::new(vec![language.tag().parse().ok()?]);
        bundle.add_resource(FluentResource::try_new(source.to_owned()).ok()?).ok()?;
        Some(Self { words, bundle })
    }

    fn value(&self, key: &str) -> Option<String> {
        let pattern = self.bundle.get_message(key)?.value()?;
        Some(self.bundle.format_pattern(pattern, None, &mut Vec::new()).into_owned())
    }

    fn attribute(&self, key: &str, name: &str) -> Option<String> {
        let pattern = self.bundle.get_message(key)?.get_attribute(name)?.value();
        Some(self.bundle.format_pattern(pattern, None, &mut Vec::new()).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::{FRENCH, GERMAN, Texts, command};
    use crate::cli::Cli;
    use clap::{Command, CommandFactory as _};
    use salus_fhir::Language;
    use std::collections::BTreeSet;

    /// Every text that help needs: `key` or `key.attribute`.
    fn needed(command: &Command, key: &str, texts: &Texts, found: &mut BTreeSet<String>) {
        found.insert(key.to_owned());
        if command.get_after_help().is_some() {
            found.insert(format!("{key}.after"));
        }
        for arg in command.get_arguments().filter(|arg| !arg.is_hide_set()) {
            let own = texts.attribute(key, arg.get_id().as_str()).is_some();
            found.insert(format!("{}.{}", if own { key } else { "shared" }, arg.get_id()));
        }
        for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set() && sub.get_name() != "help") {
            needed(sub, &format!("{key}-{}", sub.get_name()), texts, found);
        }
    }

    /// Every text that a file has.
    fn present(source: &str) -> BTreeSet<String> {
        let mut message = "";
        let mut found = BTreeSet::new();
        for line in source.lines().filter(|line| !line.starts_with('#')) {
            let Some((name, _)) = line.split_once(" =") else { continue };
            if let Some(attribute) = name.strip_prefix("    .") {
                found.insert(format!("{message}.{attribute}"));
            } else if !name.starts_with(' ') {
                message = name;
                found.insert(name.to_owned());
            }
        }
        found
    }

    #[test]
    fn every_command_and_argument_has_its_text_in_each_language_and_nothing_else_is_there() {
        for (language, source) in [(Language::De, GERMAN), (Language::Fr, FRENCH)] {
            let texts = Texts::of(language).unwrap();
            let mut command = Cli::command();
            command.build();
            let mut expected = BTreeSet::from(["shared".to_owned(), "shared.help-command".to_owned()]);
            needed(&command, "salus", &texts, &mut expected);
            assert_eq!(
                expected,
                present(source),
                "{language:?}; left: what help needs; right: what the file has"
            );
        }
    }

    /// Each line of help that clap or the English command has by itself, in the tree below `command`.
    fn lines(command: &Command, found: &mut Vec<(String, String)>) {
        let mut command = command.clone();
        found.push((command.get_name().to_owned(), command.render_help().to_string()));
        for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set() && sub.get_name() != "help") {
            lines(sub, found);
        }
    }

    #[test]
    fn nothing_of_clap_is_left_in_english() {
        let mut german = Vec::new();
        lines(&command(Language::De), &mut german);
        let mut french = Vec::new();
        lines(&command(Language::Fr), &mut french);
        assert!(german.len() > 15 && german.len() == french.len());
        for (name, text) in german.iter().chain(&french) {
            for word in ["Usage", "Print ", "Commands:", "[default", "[env", "<COMMAND>", "Examples"] {
                assert!(!text.contains(word), "{word} in the help of {name}:\n{text}");
            }
        }
        for (name, text) in &german {
            assert!(text.contains("Aufruf: salus") && text.contains("\nOptionen:"), "{name}:\n{text}");
        }
        let (_, demo) = french.iter().find(|(name, _)| name == "demo").unwrap();
        assert!(demo.contains("[par défaut : 8642]"), "{demo}");
    }

    #[test]
    fn the_command_line_takes_the_same_in_each_language() {
        for language in [Language::De, Language::Fr, Language::En] {
            let matches =
                command(language).try_get_matches_from(["salus", "demo", "--port", "0", "--lang", "fr"]);
            let matches = matches.unwrap();
            let (name, demo) = matches.subcommand().unwrap();
            assert_eq!((name, demo.get_one::<u16>("port")), ("demo", Some(&0)));
            assert_eq!(matches.get_one::<String>("lang").map(String::as_str), Some("fr"));
            assert_eq!(demo.get_one::<u32>("patients"), Some(&200));
        }
    }
}
