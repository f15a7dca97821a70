//! Words in three languages: Fluent messages that are part of the binary.
//!
//! A crate keeps its messages in `messages/{de,fr,en}/<area>.ftl` and makes one [`Catalogue`] of them, for ever.
//!
//! Never: keeps what it was given to say. State: none.

use crate::Language;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// An area's messages, in the three languages.
#[derive(Debug, Clone, Copy)]
pub struct Sources {
    /// The area's name, for findings.
    pub area: &'static str,
    /// German
    pub de: &'static str,
    /// French
    pub fr: &'static str,
    /// English
    pub en: &'static str,
}

/// The sources of an area: `sources!("frame")` takes `messages/{de,fr,en}/frame.ftl` of the crate that says it.
#[macro_export]
macro_rules! sources {
    ($area:literal) => {
        $crate::Sources {
            area: $area,
            de: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/messages/de/", $area, ".ftl")),
            fr: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/messages/fr/", $area, ".ftl")),
            en: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/messages/en/", $area, ".ftl")),
        }
    };
}

impl Sources {
    /// The text of a language.
    pub fn text(&self, language: Language) -> &'static str {
        match language {
            Language::De => self.de,
            Language::Fr => self.fr,
            Language::En => self.en,
        }
    }
}

/// A crate's messages.
pub struct Catalogue {
    areas: Vec<Sources>,
    bundles: [FluentBundle<FluentResource>; 3],
}

impl std::fmt::Debug for Catalogue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Catalogue({})", self.areas.len())
    }
}

/// The frame's own.
static FRAME: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::new(&[sources!("frame")]));

/// The frame's words in a language.
pub fn words(language: Language) -> Words {
    FRAME.words(language)
}

impl Catalogue {
    /// Of these areas. What is no message is left out; [`Catalogue::findings`] says what.
    pub fn new(areas: &[Sources]) -> Self {
        let bundles = Language::ALL.map(|language| {
            let mut bundle =
                FluentBundle::new_concurrent(language.tag().parse().ok().into_iter().collect::<Vec<_>>());
            // Marks around arguments would be found when somebody searches the page for a name.
            bundle.set_use_isolating(false);
            for area in areas {
                let resource = FluentResource::try_new(area.text(language).to_owned())
                    .unwrap_or_else(|(resource, _)| resource);
                bundle.add_resource_overriding(resource);
            }
            bundle
        });
        Self { areas: areas.to_vec(), bundles }
    }

    /// Its words in a language.
    pub fn words(&'static self, language: Language) -> Words {
        Words { catalogue: self, language }
    }

    /// Everything that is wrong with it: what is no Fluent, keys that stand twice, and keys or variables that a language lacks.
    pub fn findings(&self) -> Vec<String> {
        let mut findings = Vec::new();
        let mut known: BTreeMap<String, &str> = BTreeMap::new();
        for area in &self.areas {
            for language in Language::ALL {
                if let Err((_, errors)) = FluentResource::try_new(area.text(language).to_owned()) {
                    findings.push(format!("{}, {}: {errors:?}", area.area, language.tag()));
                }
            }
            let english = variables(area.en);
            for language in [Language::De, Language::Fr] {
                let here = variables(area.text(language));
                let keys: BTreeSet<_> = english.keys().chain(here.keys()).collect();
                let differ = keys.into_iter().filter(|key| english.get(*key) != here.get(*key));
                findings.extend(differ.map(|key| format!("{}, {}: {key}", area.area, language.tag())));
            }
            for key in english.into_keys() {
                if let Some(other) = known.insert(key.clone(), area.area) {
                    findings.push(format!("{key} in {other} and in {}", area.area));
                }
            }
        }
        findings
    }

    /// The keys of all messages.
    pub fn keys(&self) -> BTreeSet<String> {
        self.areas.iter().flat_map(|area| variables(area.en).into_keys()).collect()
    }
}

/// Each message's key, with the variables that it takes. A message begins at the beginning of a line.
fn variables(source: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut key = String::new();
    for line in source.lines().filter(|line| !line.starts_with('#')) {
        if line.starts_with(|first: char| first.is_ascii_alphabetic())
            && let Some((name, _)) = line.split_once('=')
        {
            key = name.trim().to_owned();
            found.entry(key.clone()).or_default();
        }
        let names = line.split('$').skip(1).map(|rest| {
            rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect::<String>()
        });
        if let Some(variables) = found.get_mut(&key) {
            variables.extend(names);
        }
    }
    found
}

/// The words of a catalogue in a language. Cheap to copy.
#[derive(Debug, Clone, Copy)]
pub struct Words {
    catalogue: &'static Catalogue,
    language: Language,
}

impl Words {
    /// The language.
    pub fn language(self) -> Language {
        self.language
    }

    /// The message of that key; the key itself when there is none.
    pub fn say(self, key: &str) -> Cow<'static, str> {
        self.format(key, None)
    }

    /// The message with one argument: a number or a text.
    pub fn say_with<'v>(self, key: &str, name: &str, value: impl Into<FluentValue<'v>>) -> Cow<'static, str> {
        self.format(key, Some(FluentArgs::from_iter([(name.to_owned(), value.into())])))
    }

    /// The message with two arguments.
    pub fn say_with_two<'v>(
        self,
        key: &str,
        (name, value): (&str, impl Into<FluentValue<'v>>),
        (other, more): (&str, impl Into<FluentValue<'v>>),
    ) -> Cow<'static, str> {
        let arguments = [(name.to_owned(), value.into()), (other.to_owned(), more.into())];
        self.format(key, Some(FluentArgs::from_iter(arguments)))
    }

    fn format(self, key: &str, arguments: Option<FluentArgs<'_>>) -> Cow<'static, str> {
        let [de, fr, en] = &self.catalogue.bundles;
        let bundle = match self.language {
            Language::De => de,
            Language::Fr => fr,
            Language::En => en,
        };
        let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
            return Cow::Owned(key.to_owned());
        };
        let mut errors = Vec::new();
        match arguments {
            None => bundle.format_pattern(pattern, None, &mut errors),
            Some(arguments) => {
                Cow::Owned(bundle.format_pattern(pattern, Some(&arguments), &mut errors).into_owned())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_languages_say_the_same() {
        assert_eq!(FRAME.findings(), Vec::<String>::new());
        assert!(FRAME.keys().len() > 20);
    }

    #[test]
    fn what_a_language_lacks_is_found() {
        let one = |de| Sources { area: "x", de, fr: "a = { $n }\n", en: "a = { $n }\n" };
        assert_eq!(Catalogue::new(&[one("a = { $n }\n")]).findings(), Vec::<String>::new());
        for wrong in ["", "a = b\n", "a = { $m }\n", "a = { $n }\nb = c\n", "a = { $n }\n=\n"] {
            assert!(!Catalogue::new(&[one(wrong)]).findings().is_empty(), "{wrong}");
        }
    }

    #[test]
    fn numbers_are_counted_and_texts_said_as_they_are() {
        static COUNTED: LazyLock<Catalogue> = LazyLock::new(|| {
            let text = "n = { $n ->\n    [one] one\n   *[other] { $n } of { $who }\n}\n";
            Catalogue::new(&[Sources { area: "x", de: text, fr: text, en: text }])
        });
        let words = COUNTED.words(Language::En);
        assert_eq!(words.say_with_two("n", ("n", 1), ("who", 0)), "one");
        assert_eq!(
            words.say_with_two("n", ("n", FluentValue::from(3)), ("who", FluentValue::from("<b>"))),
            "3 of <b>"
        );
        assert_eq!(words.say("nothing"), "nothing");
    }
}
