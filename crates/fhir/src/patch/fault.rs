//! Why a patch is refused: which operation, what of it, and how to mend it, in three languages. Never a value.

use crate::{Issue, IssueCode, Language, Message};

/// What of an operation is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operand {
    /// The patch as a whole: no array of operations, no Parameters, or too many operations.
    Whole,
    /// A change of meta that is no Parameters with one parameter `meta`.
    Meta,
    /// `op` or `type`, or one that belongs to it is missing or there twice.
    Kind,
    /// A path that is not written as one.
    Path,
    /// A path that leads nowhere, or in FHIRPath Patch to more than one element.
    Missing,
    /// A position behind the end of a list.
    Index,
    /// What is to be added is there already, and does not repeat.
    Present,
    /// A value that does not fit there.
    Value,
    /// `test`: another value is there.
    Test,
    /// `move` into what is moved.
    Inside,
    /// The outcome would be too large, too deep, or too much work.
    Result,
}

/// The operation that can't be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("operation {number}: {operand:?}")]
pub struct PatchFault {
    /// Its number, from 1; 0 for the patch as a whole.
    pub number: usize,
    /// What of it.
    pub operand: Operand,
}

impl PatchFault {
    pub(crate) fn at(number: usize, operand: Operand) -> Self {
        Self { number, operand }
    }

    /// That it is no patch.
    pub fn whole() -> Self {
        Self::at(0, Operand::Whole)
    }

    /// As an issue.
    pub fn into_issue(self) -> Issue {
        let code = match self.operand {
            Operand::Whole | Operand::Meta | Operand::Kind | Operand::Path => IssueCode::Structure,
            Operand::Result => IssueCode::TooCostly,
            Operand::Value => IssueCode::Value,
            _ => IssueCode::Processing,
        };
        Issue::new(code, Message::Patch(self))
    }

    /// The sentence.
    pub fn text(self, language: Language) -> String {
        let number = self.number;
        let (en, de, fr) = self.operand.texts();
        match (language, number) {
            (Language::En, 0) => format!("The patch: {en}"),
            (Language::De, 0) => format!("Der Patch: {de}"),
            (Language::Fr, 0) => format!("Le patch : {fr}"),
            (Language::En, _) => format!("Operation {number} of the patch: {en} Nothing was changed."),
            (Language::De, _) => format!("Operation {number} des Patches: {de} Nichts wurde geändert."),
            (Language::Fr, _) => format!("Opération {number} du patch : {fr} Rien n’a été modifié."),
        }
    }
}

impl Operand {
    fn texts(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Whole => (
                "send a JSON array of at most 1,000 operations, or a Parameters resource with parameters named operation.",
                "senden Sie ein JSON-Array aus höchstens 1.000 Operationen, oder eine Ressource Parameters mit Parametern namens operation.",
                "envoyez un tableau JSON d’au plus 1 000 opérations, ou une ressource Parameters avec des paramètres nommés operation.",
            ),
            Self::Meta => (
                "send a Parameters resource with exactly one parameter, named meta, with a valueMeta.",
                "senden Sie eine Ressource Parameters mit genau einem Parameter namens meta, mit einem valueMeta.",
                "envoyez une ressource Parameters avec exactement un paramètre, nommé meta, avec un valueMeta.",
            ),
            Self::Kind => (
                "it is not known, or lacks a part, or has one twice. Known are add, remove, replace, move, copy, test; in Parameters add, insert, delete, replace, move.",
                "sie ist nicht bekannt, ihr fehlt ein Teil, oder sie hat einen doppelt. Bekannt sind add, remove, replace, move, copy, test; in Parameters add, insert, delete, replace, move.",
                "elle est inconnue, ou il lui manque une partie, ou elle en a une en double. Connues : add, remove, replace, move, copy, test ; dans Parameters add, insert, delete, replace, move.",
            ),
            Self::Path => (
                "the path is not understood. JSON Patch takes /name/0/family, FHIRPath Patch Patient.name[0].family or Patient.name.where(use = 'official').",
                "der Pfad wird nicht verstanden. JSON Patch nimmt /name/0/family, FHIRPath Patch Patient.name[0].family oder Patient.name.where(use = 'official').",
                "le chemin n’est pas compris. JSON Patch prend /name/0/family, FHIRPath Patch Patient.name[0].family ou Patient.name.where(use = 'official').",
            ),
            Self::Missing => (
                "the path does not lead to exactly one place of the record. Read the record and correct it.",
                "der Pfad führt nicht zu genau einer Stelle des Datensatzes. Lesen Sie den Datensatz, und berichtigen Sie ihn.",
                "le chemin ne mène pas à exactement un endroit de l’enregistrement. Lisez l’enregistrement et corrigez-le.",
            ),
            Self::Index => (
                "the position lies behind the end of the list. Positions count from 0; - means the end.",
                "die Stelle liegt hinter dem Ende der Liste. Stellen zählen von 0; - meint das Ende.",
                "la position est après la fin de la liste. Les positions comptent à partir de 0 ; - désigne la fin.",
            ),
            Self::Present => (
                "the element is there already and occurs once only. Use replace.",
                "das Element gibt es schon, und es kommt nur einmal vor. Verwenden Sie replace.",
                "l’élément existe déjà et n’est présent qu’une fois. Utilisez replace.",
            ),
            Self::Value => (
                "the value does not fit this element. Send one of its type.",
                "der Wert passt nicht zu diesem Element. Senden Sie einen seines Typs.",
                "la valeur ne convient pas à cet élément. Envoyez-en une de son type.",
            ),
            Self::Test => (
                "another value is there than test expects. Read the record and try again.",
                "dort steht ein anderer Wert, als test erwartet. Lesen Sie den Datensatz, und versuchen Sie es erneut.",
                "une autre valeur s’y trouve que celle qu’attend test. Lisez l’enregistrement et réessayez.",
            ),
            Self::Inside => (
                "nothing can be moved into itself.",
                "nichts kann in sich selbst verschoben werden.",
                "rien ne peut être déplacé en soi-même.",
            ),
            Self::Result => (
                "the record would become too large or too deep, or the patch is too much work. Send a smaller one.",
                "der Datensatz würde zu groß oder zu tief, oder der Patch macht zu viel Arbeit. Senden Sie einen kleineren.",
                "l’enregistrement deviendrait trop grand ou trop profond, ou le patch est trop coûteux. Envoyez-en un plus petit.",
            ),
        }
    }
}
