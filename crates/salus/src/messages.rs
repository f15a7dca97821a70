//! What the command line says, in German, French and English: Fluent messages that are part of the binary.
//!
//! Never: formats a patient's value; the arguments are names of files, cells and keys. State: none.

use fluent_bundle::{FluentArgs, FluentBundle, FluentResource};
use salus_fhir::Language;

const GERMAN: &str = include_str!("../messages/de.ftl");
const FRENCH: &str = include_str!("../messages/fr.ftl");
const ENGLISH: &str = include_str!("../messages/en.ftl");

/// A message: its key and arguments, not yet in a language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Say {
    key: &'static str,
    arguments: Vec<(&'static str, String)>,
}

/// The message of that key.
pub fn say(key: &'static str) -> Say {
    Say { key, arguments: Vec::new() }
}

impl Say {
    /// The same, with an argument.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.arguments.push((name, value.to_string()));
        self
    }

    /// Its key.
    pub fn key(&self) -> &'static str {
        self.key
    }

    /// In a language. Should a message be missing, its key and arguments are said.
    pub fn text(&self, language: Language) -> String {
        format(language, self).unwrap_or_else(|| format!("{} {:?}", self.key, self.arguments))
    }
}

/// `--lang`, else the first of LC_ALL, LC_MESSAGES and LANG that is set, else English.
pub fn language(flag: Option<&str>) -> Language {
    let from_environment = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    flag.map(str::to_owned)
        .or(from_environment)
        .and_then(|tag| Language::from_tag(tag.split(['_', '.', '@']).next().unwrap_or_default()))
        .unwrap_or_default()
}

fn format(language: Language, message: &Say) -> Option<String> {
    let bundle = bundle(language)?;
    let pattern = bundle.get_message(message.key)?.value()?;
    let mut arguments = FluentArgs::new();
    for (name, value) in &message.arguments {
        arguments.set(*name, value.as_str());
    }
    let mut errors = Vec::new();
    let text = bundle.format_pattern(pattern, Some(&arguments), &mut errors).into_owned();
    errors.is_empty().then_some(text)
}

fn bundle(language: Language) -> Option<FluentBundle<FluentResource>> {
    let source = match language {
        Language::De => GERMAN,
        Language::Fr => FRENCH,
        Language::En => ENGLISH,
    };
    let mut bundle = FluentBundle::new(vec![language.tag().parse().ok()?]);
    // Marks around arguments would end up in terminals and files.
    bundle.set_use_isolating(false);
    bundle.add_resource(FluentResource::try_new(source.to_owned()).ok()?).ok()?;
    Some(bundle)
}

#[cfg(test)]
mod tests {
    use super::{ENGLISH, FRENCH, GERMAN, language, say};
    use salus_fhir::Language;
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::Path;

    /// Key to placeholders, of messages on one line each.
    fn messages(source: &str) -> BTreeMap<&str, BTreeSet<&str>> {
        source
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .map(|line| {
                let (key, text) = line.split_once(" = ").unwrap_or_else(|| panic!("no message: {line}"));
                let placeholders =
                    text.split("{ $").skip(1).filter_map(|rest| rest.split(" }").next()).collect();
                (key, placeholders)
            })
            .collect()
    }

    /// The keys that the sources name, with the arguments that follow each.
    fn uses(directory: &Path, found: &mut BTreeMap<String, BTreeSet<String>>) {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                uses(&path, found);
            } else if path.file_name() != Some("messages.rs".as_ref()) {
                let source = std::fs::read_to_string(&path).unwrap();
                for rest in source.split("say(\"").skip(1) {
                    let (key, rest) = rest.split_once('"').unwrap();
                    let end = rest.find("say(\"").unwrap_or(rest.len());
                    let statement = rest[..end].split([';', '}']).next().unwrap_or_default();
                    let arguments =
                        statement.split(".with(\"").skip(1).filter_map(|with| with.split('"').next());
                    found.entry(key.to_owned()).or_default().extend(arguments.map(str::to_owned));
                }
            }
        }
    }

    #[test]
    fn the_three_languages_say_the_same() {
        assert_eq!(messages(GERMAN), messages(ENGLISH));
        assert_eq!(messages(FRENCH), messages(ENGLISH));
    }

    #[test]
    fn what_the_code_says_is_there_and_nothing_else() {
        let mut used = BTreeMap::new();
        uses(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut used);
        let known = messages(ENGLISH);
        let names: BTreeSet<&str> = used.keys().map(String::as_str).collect();
        let there: BTreeSet<&str> = known.keys().copied().collect();
        assert_eq!(names, there, "left: what the code says; right: what the files hold");
        for (key, arguments) in &used {
            let arguments: BTreeSet<&str> = arguments.iter().map(String::as_str).collect();
            assert_eq!(arguments, known[key.as_str()], "arguments of {key}");
        }
    }

    #[test]
    fn a_message_takes_its_arguments_without_marks() {
        let message = say("port-taken").with("port", 8642);
        for language in [Language::De, Language::Fr, Language::En] {
            let text = message.text(language);
            assert!(text.contains("8642") && text.contains("--port"), "{text}");
            assert!(!text.contains('\u{2068}'), "{text}");
        }
    }

    #[test]
    fn the_flag_comes_before_the_environment() {
        assert_eq!(language(Some("fr_CH.UTF-8")), Language::Fr);
        assert_eq!(language(Some("de.UTF-8")), Language::De);
        assert_eq!(language(Some("xx")), Language::En);
    }
}
