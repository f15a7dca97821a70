//! What is wrong with a query, or with a search parameter of a cell's own, in three languages.
//!
//! Never: a value of a query. Of foreign text only names of parameters and modifiers, and these only while they look like
//! names.

use super::{Expected, MAX_CONDITIONS, MAX_LEVELS, MAX_PARAMETERS, MAX_SORT_KEYS, MAX_VALUES};
use crate::Language;

/// The longest name of a parameter that is repeated in a message, in bytes.
const MAX_SHOWN_BYTES: usize = 64;

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// A parameter that a type does not have.
    UnknownParameter {
        /// Its name; none when it does not look like one.
        name: Option<String>,
        /// The type; none for a search across types.
        kind: Option<&'static str>,
        /// Parameters with similar names, the nearest first.
        nearest: Vec<String>,
    },
    /// A value without a parameter's name before its `=`.
    Nameless,
    /// A parameter that FHIR has and this server has not.
    UnsupportedParameter(String),
    /// A modifier that the parameter does not have.
    Modifier {
        /// The parameter.
        parameter: String,
        /// Those that it has.
        allowed: Vec<String>,
    },
    /// A value that is none of its kind.
    Value {
        /// The parameter.
        parameter: String,
        /// What belongs there.
        expected: Expected,
    },
    /// A type that R4 does not have.
    UnknownType {
        /// The parameter.
        parameter: String,
        /// Types with similar names.
        nearest: Vec<String>,
    },
    /// An element that the type does not have (`_elements`).
    UnknownElement {
        /// Its name; none when it does not look like one.
        name: Option<String>,
        /// Elements with similar names.
        nearest: Vec<String>,
    },
    /// A chain, `_has` or `_include` through a parameter that is no reference.
    NotAReference(String),
    /// A reference parameter that does not lead to that type.
    NotATarget {
        /// The parameter.
        parameter: String,
        /// The types that it leads to.
        targets: Vec<&'static str>,
    },
    /// A parameter that can't be sorted by.
    NotSortable(String),
    /// A code system without a hierarchy here (`:above`, `:below`).
    CodeSystem(String),
    /// `_type` of a search of one type.
    TypeOfOne,
    /// A parameter of the whole search that may stand once.
    GivenTwice(String),
    /// More values than a parameter may have.
    TooManyValues(String),
    /// More parameters than a query may have.
    TooManyParameters,
    /// More conditions than a query may come to.
    TooManyConditions,
    /// More links than a chain may have.
    TooManyLevels(String),
    /// More keys to sort by than allowed.
    TooManySortKeys,
    /// The expression stops being FHIRPath at this byte.
    ExpressionSyntax(usize),
    /// The expression names an element or type that is not there.
    ExpressionUnknown(String),
    /// The expression uses what search does not offer.
    ExpressionBeyond(String),
    /// The expression leads to elements that the parameter's kind has no values of.
    ExpressionKind,
    /// The expression leads to nothing in the types that it is for.
    ExpressionNowhere,
    /// The search parameter lacks this.
    Needs(&'static str),
    /// Its kind is not offered.
    KindUnsupported,
    /// A type that R4 does not have.
    TypeUnknown,
    /// Its code is no plain name.
    CodeNotPlain,
    /// R4 has a parameter of this code for one of its types.
    CodeTaken(String),
    /// A component that R4 does not have.
    ComponentUnknown,
}

/// The name of a parameter, when it is safe to repeat.
pub(super) fn shown(name: &str) -> Option<String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let is_one = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.len() <= MAX_SHOWN_BYTES
        && name.bytes().all(plain);
    is_one.then(|| name.to_owned())
}

/// Names with dots and colons between them, when each is safe to repeat.
pub(super) fn shown_path(path: &str) -> Option<String> {
    let is_one = path.len() <= MAX_SHOWN_BYTES && path.split([':', '.']).all(|name| shown(name).is_some());
    is_one.then(|| path.to_owned())
}

fn meant(nearest: &[String]) -> [String; 3] {
    if nearest.is_empty() {
        return [String::new(), String::new(), String::new()];
    }
    let list = |or: &str| listed(nearest, or);
    [
        format!(" Did you mean {}?", list("or")),
        format!(" Meinten Sie {}?", list("oder")),
        format!(" Vouliez-vous dire {} ?", list("ou")),
    ]
}

fn listed<S: AsRef<str>>(names: &[S], or: &str) -> String {
    match names.split_last() {
        None => String::new(),
        Some((last, [])) => last.as_ref().to_owned(),
        Some((last, others)) => {
            let others: Vec<&str> = others.iter().map(AsRef::as_ref).collect();
            format!("{} {or} {}", others.join(", "), last.as_ref())
        }
    }
}

impl Fault {
    /// The message in one language.
    pub(crate) fn text(&self, language: Language) -> String {
        let [en, de, fr] = self.of_a_query().unwrap_or_else(|| self.of_a_parameter());
        match language {
            Language::En => en,
            Language::De => de,
            Language::Fr => fr,
        }
    }

    /// English, German and French.
    fn of_a_query(&self) -> Option<[String; 3]> {
        Some(match self {
            Self::UnknownParameter { name, kind, nearest } => {
                let [en, de, fr] = meant(nearest);
                let named = name.as_ref().map_or(String::new(), |name| format!(" {name}"));
                match kind {
                    Some(kind) => [
                        format!("The search parameter{named} does not exist for {kind}.{en}"),
                        format!("Den Suchparameter{named} gibt es für {kind} nicht.{de}"),
                        format!("Le paramètre de recherche{named} n’existe pas pour {kind}.{fr}"),
                    ],
                    None => [
                        format!(
                            "The search parameter{named} does not exist for all types that are searched.{en}"
                        ),
                        format!(
                            "Den Suchparameter{named} gibt es nicht für alle Typen, die durchsucht werden.{de}"
                        ),
                        format!(
                            "Le paramètre de recherche{named} n’existe pas pour tous les types recherchés.{fr}"
                        ),
                    ],
                }
            }
            Self::Nameless => [
                "A search parameter has no name before its “=”.".into(),
                "Ein Suchparameter hat keinen Namen vor seinem „=“.".into(),
                "Un paramètre de recherche n’a pas de nom avant son « = ».".into(),
            ],
            Self::UnsupportedParameter(name) => [
                format!("The search parameter {name} is not offered here."),
                format!("Den Suchparameter {name} gibt es hier nicht."),
                format!("Le paramètre de recherche {name} n’est pas proposé ici."),
            ],
            Self::Modifier { parameter, allowed } if allowed.is_empty() => [
                format!("The search parameter {parameter} has no modifiers."),
                format!("Der Suchparameter {parameter} hat keine Modifikatoren."),
                format!("Le paramètre de recherche {parameter} n’a pas de modificateur."),
            ],
            Self::Modifier { parameter, allowed } => [
                format!(
                    "The search parameter {parameter} has no such modifier; it has {}.",
                    listed(allowed, "and")
                ),
                format!(
                    "Der Suchparameter {parameter} hat diesen Modifikator nicht; er hat {}.",
                    listed(allowed, "und")
                ),
                format!(
                    "Le paramètre de recherche {parameter} n’a pas ce modificateur ; il a {}.",
                    listed(allowed, "et")
                ),
            ],
            Self::Value { parameter, expected } => {
                let [en, de, fr] = expected.texts();
                [
                    format!("The value of {parameter} is not understood; what belongs there: {en}."),
                    format!("Der Wert von {parameter} ist nicht zu verstehen; hierher gehört: {de}."),
                    format!("La valeur de {parameter} n’est pas comprise ; attendu : {fr}."),
                ]
            }
            Self::UnknownType { parameter, nearest } => {
                let [en, de, fr] = meant(nearest);
                [
                    format!("{parameter} names no resource type of FHIR R4.{en}"),
                    format!("{parameter} nennt keinen Ressourcentyp von FHIR R4.{de}"),
                    format!("{parameter} ne nomme aucun type de ressource de FHIR R4.{fr}"),
                ]
            }
            Self::UnknownElement { name, nearest } => {
                let [en, de, fr] = meant(nearest);
                match name {
                    Some(name) => [
                        format!("_elements names {name}, which the type does not have.{en}"),
                        format!("_elements nennt {name}, was der Typ nicht hat.{de}"),
                        format!("_elements nomme {name}, que le type n’a pas.{fr}"),
                    ],
                    None => [
                        format!("_elements names an element that the type does not have.{en}"),
                        format!("_elements nennt ein Element, das der Typ nicht hat.{de}"),
                        format!("_elements nomme un élément que le type n’a pas.{fr}"),
                    ],
                }
            }
            Self::NotAReference(name) => [
                format!("The search parameter {name} is no reference; nothing can be followed by it."),
                format!("Der Suchparameter {name} ist keine Referenz; ihm kann nicht gefolgt werden."),
                format!(
                    "Le paramètre de recherche {name} n’est pas une référence ; on ne peut pas le suivre."
                ),
            ],
            Self::NotATarget { parameter, targets } => [
                format!(
                    "The search parameter {parameter} does not refer to that type; it refers to {}.",
                    listed(targets, "or")
                ),
                format!(
                    "Der Suchparameter {parameter} verweist nicht auf diesen Typ; er verweist auf {}.",
                    listed(targets, "oder")
                ),
                format!(
                    "Le paramètre de recherche {parameter} ne renvoie pas à ce type ; il renvoie à {}.",
                    listed(targets, "ou")
                ),
            ],
            Self::NotSortable(name) => [
                format!("{name} can’t be sorted by."),
                format!("Nach {name} kann nicht sortiert werden."),
                format!("Le tri par {name} n’est pas possible."),
            ],
            Self::CodeSystem(name) => [
                format!(
                    "The value of {name} names a code that is in no hierarchy known here; search for the codes one by one."
                ),
                format!(
                    "Der Wert von {name} nennt einen Code, der in keiner hier bekannten Hierarchie steht; suchen Sie die Codes einzeln."
                ),
                format!(
                    "La valeur de {name} nomme un code qui n’est dans aucune hiérarchie connue ici ; cherchez les codes un par un."
                ),
            ],
            Self::TypeOfOne => [
                "_type belongs to a search across types; this one is of a single type.".into(),
                "_type gehört zu einer Suche über mehrere Typen; diese gilt einem einzigen.".into(),
                "_type appartient à une recherche sur plusieurs types ; celle-ci n’en vise qu’un.".into(),
            ],
            Self::GivenTwice(name) => [
                format!("{name} is given twice, and may stand once. Leave one out."),
                format!("{name} ist zweimal angegeben und darf einmal stehen. Lassen Sie einen weg."),
                format!("{name} est donné deux fois et ne peut l’être qu’une. Omettez-en un."),
            ],
            Self::TooManyValues(name) => [
                format!("{name} has more than {MAX_VALUES} values. Search in parts."),
                format!("{name} hat mehr als {MAX_VALUES} Werte. Suchen Sie in Teilen."),
                format!("{name} a plus de {MAX_VALUES} valeurs. Cherchez en plusieurs fois."),
            ],
            Self::TooManyParameters => [
                format!("The search has more than {MAX_PARAMETERS} parameters."),
                format!("Die Suche hat mehr als {MAX_PARAMETERS} Parameter."),
                format!("La recherche a plus de {MAX_PARAMETERS} paramètres."),
            ],
            Self::TooManyConditions => [
                format!(
                    "The search comes to more than {MAX_CONDITIONS} conditions. Search in parts, or in fewer types."
                ),
                format!(
                    "Die Suche ergibt mehr als {MAX_CONDITIONS} Bedingungen. Suchen Sie in Teilen oder in weniger Typen."
                ),
                format!(
                    "La recherche représente plus de {MAX_CONDITIONS} conditions. Cherchez en plusieurs fois ou dans moins de types."
                ),
            ],
            Self::TooManyLevels(name) => [
                format!("The chain at {name} has more than {MAX_LEVELS} links."),
                format!("Die Kette bei {name} hat mehr als {MAX_LEVELS} Glieder."),
                format!("La chaîne à {name} a plus de {MAX_LEVELS} maillons."),
            ],
            Self::TooManySortKeys => [
                format!("_sort names more than {MAX_SORT_KEYS} parameters."),
                format!("_sort nennt mehr als {MAX_SORT_KEYS} Parameter."),
                format!("_sort nomme plus de {MAX_SORT_KEYS} paramètres."),
            ],
            _ => return None,
        })
    }

    fn of_a_parameter(&self) -> [String; 3] {
        let three = |en: &str, de: &str, fr: &str| [en.to_owned(), de.to_owned(), fr.to_owned()];
        match self {
            Self::ExpressionSyntax(at) => [
                format!("The expression can’t be read from character {} on.", at + 1),
                format!("Der Ausdruck ist ab Zeichen {} nicht zu lesen.", at + 1),
                format!("L’expression est illisible à partir du caractère {}.", at + 1),
            ],
            Self::ExpressionUnknown(name) => [
                format!("The expression names {name}, which does not exist there."),
                format!("Der Ausdruck nennt {name}, was es dort nicht gibt."),
                format!("L’expression nomme {name}, qui n’y existe pas."),
            ],
            Self::ExpressionBeyond(what) => [
                format!(
                    "The expression uses {what}; search offers paths, unions, types, where(), exists(), extension(), first() and comparisons with a literal."
                ),
                format!(
                    "Der Ausdruck verwendet {what}; die Suche kennt Pfade, Vereinigungen, Typen, where(), exists(), extension(), first() und Vergleiche mit einem festen Wert."
                ),
                format!(
                    "L’expression emploie {what} ; la recherche connaît chemins, unions, types, where(), exists(), extension(), first() et comparaisons avec une valeur fixe."
                ),
            ],
            Self::ExpressionKind => three(
                "The expression leads to elements of which a parameter of this type has no values.",
                "Der Ausdruck führt zu Elementen, von denen ein Parameter dieses Typs keine Werte hat.",
                "L’expression mène à des éléments dont un paramètre de ce type n’a pas de valeurs.",
            ),
            Self::ExpressionNowhere => three(
                "The expression leads to nothing in the types that the parameter is for.",
                "Der Ausdruck führt in den Typen, für die der Parameter gilt, nirgendwohin.",
                "L’expression ne mène à rien dans les types visés par le paramètre.",
            ),
            Self::Needs(name) => [
                format!("{name} is missing or does not fit; a search parameter needs it."),
                format!("{name} fehlt oder passt nicht; ein Suchparameter braucht es."),
                format!("{name} manque ou ne convient pas ; un paramètre de recherche l’exige."),
            ],
            Self::KindUnsupported => three(
                "Search parameters of this type are not offered.",
                "Suchparameter dieses Typs gibt es hier nicht.",
                "Les paramètres de recherche de ce type ne sont pas proposés.",
            ),
            Self::TypeUnknown => three(
                "Not a resource type of FHIR R4.",
                "Kein Ressourcentyp von FHIR R4.",
                "Ce n’est pas un type de ressource de FHIR R4.",
            ),
            Self::CodeNotPlain => three(
                "The code must be a plain name: a letter, then letters, digits, - or _, at most 64 in all.",
                "Der Code muss ein einfacher Name sein: ein Buchstabe, dann Buchstaben, Ziffern, - oder _, zusammen höchstens 64.",
                "Le code doit être un nom simple : une lettre, puis des lettres, des chiffres, - ou _, 64 au plus en tout.",
            ),
            Self::CodeTaken(code) => [
                format!("FHIR R4 has a search parameter {code} for one of these types; choose another code."),
                format!(
                    "FHIR R4 hat für einen dieser Typen schon einen Suchparameter {code}; wählen Sie einen anderen Code."
                ),
                format!(
                    "FHIR R4 a déjà un paramètre de recherche {code} pour l’un de ces types ; choisissez un autre code."
                ),
            ],
            Self::ComponentUnknown => three(
                "The component names no search parameter of FHIR R4.",
                "Der Bestandteil nennt keinen Suchparameter von FHIR R4.",
                "Le composant ne nomme aucun paramètre de recherche de FHIR R4.",
            ),
            _ => three("Not understood.", "Nicht verstanden.", "Pas compris."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_a_sentence_in_each_language() {
        let name = || "code".to_owned();
        let mut faults = vec![
            Fault::UnknownParameter { name: None, kind: None, nearest: vec![] },
            Fault::UnknownParameter {
                name: Some(name()),
                kind: Some("Patient"),
                nearest: vec![name(), name(), name()],
            },
            Fault::Nameless,
            Fault::UnsupportedParameter(name()),
            Fault::Modifier { parameter: name(), allowed: vec![] },
            Fault::Modifier { parameter: name(), allowed: vec![":missing".into(), ":exact".into()] },
            Fault::UnknownType { parameter: name(), nearest: vec![name()] },
            Fault::UnknownElement { name: None, nearest: vec![] },
            Fault::UnknownElement { name: Some(name()), nearest: vec![name()] },
            Fault::NotAReference(name()),
            Fault::NotATarget { parameter: name(), targets: vec!["Patient"] },
            Fault::NotSortable(name()),
            Fault::CodeSystem(name()),
            Fault::TypeOfOne,
            Fault::GivenTwice(name()),
            Fault::TooManyValues(name()),
            Fault::TooManyParameters,
            Fault::TooManyConditions,
            Fault::TooManyLevels(name()),
            Fault::TooManySortKeys,
            Fault::ExpressionSyntax(3),
            Fault::ExpressionUnknown(name()),
            Fault::ExpressionBeyond(name()),
            Fault::ExpressionKind,
            Fault::ExpressionNowhere,
            Fault::Needs("code"),
            Fault::KindUnsupported,
            Fault::TypeUnknown,
            Fault::CodeNotPlain,
            Fault::CodeTaken(name()),
            Fault::ComponentUnknown,
        ];
        faults.extend(Expected::ALL.map(|expected| Fault::Value { parameter: name(), expected }));
        for fault in faults {
            let texts = [Language::En, Language::De, Language::Fr].map(|language| fault.text(language));
            assert!(texts.iter().all(|text| text.ends_with(['.', '?']) && !text.contains("  ")), "{texts:?}");
            assert!(texts[0] != texts[1] && texts[1] != texts[2] && texts[0] != texts[2], "{texts:?}");
            assert!(texts[0] != "Not understood.", "{fault:?}");
        }
    }

    #[test]
    fn a_name_that_may_be_a_value_is_not_repeated() {
        for name in ["Max Muster", "Müller", "", "1960-01-01", &"a".repeat(65), "a:b"] {
            assert_eq!(shown(name), None, "{name}");
        }
        assert_eq!(shown("_has"), Some("_has".into()));
        assert_eq!(shown_path("patient.birthdate:asc"), Some("patient.birthdate:asc".into()));
        for path in ["", ".", "a..b", "a:", "a.1980-01-01", "a b", &"a.".repeat(40)] {
            assert_eq!(shown_path(path), None, "{path}");
        }
    }
}
