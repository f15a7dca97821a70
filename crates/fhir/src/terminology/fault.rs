//! Why a question about code lists has no answer, or no for one; in three languages. Names lists, never codes of a document.

use crate::message::conformity::shown_address;
use crate::terminology::expand::{MAX_CODES_PER_EXPANSION, MAX_CODES_PER_PAGE};
use crate::{Issue, IssueCode, Message};

/// Why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListFault {
    /// A list that is not loaded, or only in part.
    #[error("the list {list} is not loaded")]
    NotLoaded {
        /// Its canonical.
        list: Box<str>,
    },
    /// A system whose codes follow a grammar: nobody can list them.
    #[error("the codes of {list} can't be listed")]
    Grammar {
        /// Its URL.
        list: Box<str>,
    },
    /// A code that is not in the list.
    #[error("the code is not in {list}")]
    NotListed {
        /// The list's canonical.
        list: Box<str>,
    },
    /// A code that is shown by a text which is none of its words.
    #[error("the code of {list} is shown by another text")]
    Display {
        /// The list's canonical.
        list: Box<str>,
    },
    /// More codes than an answer may hold.
    #[error("{total} codes, more than {MAX_CODES_PER_PAGE}")]
    TooMany {
        /// How many there are.
        total: usize,
    },
    /// More than one question may look at.
    #[error("more than {MAX_CODES_PER_EXPANSION} codes, or lists of lists too deep")]
    TooCostly,
}

impl ListFault {
    /// The same as an issue.
    pub fn issue(&self) -> Issue {
        let code = match self {
            Self::NotLoaded { .. } => IssueCode::NotFound,
            Self::Grammar { .. } => IssueCode::NotSupported,
            Self::NotListed { .. } | Self::Display { .. } => IssueCode::CodeInvalid,
            Self::TooMany { .. } | Self::TooCostly => IssueCode::TooCostly,
        };
        Issue::new(code, self.message())
    }

    /// The message.
    pub fn message(&self) -> Message {
        match self {
            Self::NotLoaded { list } => {
                let list = shown_address(list);
                Message::of(
                    format!(
                        "The list {list} is not loaded, or not whole. Add its package, or the list itself."
                    ),
                    format!(
                        "Die Liste {list} ist nicht geladen oder nicht vollständig. Fügen Sie ihr Paket hinzu, oder die Liste selbst."
                    ),
                    format!(
                        "La liste {list} n’est pas chargée, ou pas entière. Ajoutez son paquet, ou la liste elle-même."
                    ),
                )
            }
            Self::Grammar { list } => {
                let list = shown_address(list);
                Message::of(
                    format!("The codes of {list} follow a grammar and can't be listed. Use $validate-code."),
                    format!(
                        "Die Codes von {list} folgen einer Grammatik und lassen sich nicht auflisten. Nehmen Sie $validate-code."
                    ),
                    format!(
                        "Les codes de {list} suivent une grammaire et ne peuvent être énumérés. Utilisez $validate-code."
                    ),
                )
            }
            Self::NotListed { list } => {
                let list = shown_address(list);
                Message::of(
                    format!("The code is not in {list}. Correct it, or its system."),
                    format!("Der Code steht nicht in {list}. Berichtigen Sie ihn oder sein System."),
                    format!("Le code n’est pas dans {list}. Corrigez-le, ou son système."),
                )
            }
            Self::Display { list } => {
                let list = shown_address(list);
                Message::of(
                    format!(
                        "The code is in {list}, but that is not what it is called. Correct the display, or leave it out."
                    ),
                    format!(
                        "Der Code steht in {list}, heißt dort aber anders. Berichtigen Sie die Anzeige oder lassen Sie sie weg."
                    ),
                    format!(
                        "Le code est dans {list}, mais il s’y appelle autrement. Corrigez l’affichage, ou omettez-le."
                    ),
                )
            }
            Self::TooMany { total } => Message::of(
                format!(
                    "The list has {total} codes, an answer at most {MAX_CODES_PER_PAGE}. Ask page by page with count and offset, or with a filter."
                ),
                format!(
                    "Die Liste hat {total} Codes, eine Antwort höchstens {MAX_CODES_PER_PAGE}. Fragen Sie seitenweise mit count und offset oder mit einem filter."
                ),
                format!(
                    "La liste a {total} codes, une réponse au plus {MAX_CODES_PER_PAGE}. Demandez page par page avec count et offset, ou avec un filter."
                ),
            ),
            Self::TooCostly => Message::of(
                format!(
                    "The list looks at more than {MAX_CODES_PER_EXPANSION} codes, or takes from too many others. Ask for a smaller one."
                ),
                format!(
                    "Die Liste betrachtet mehr als {MAX_CODES_PER_EXPANSION} Codes oder nimmt aus zu vielen anderen. Fragen Sie nach einer kleineren."
                ),
                format!(
                    "La liste examine plus de {MAX_CODES_PER_EXPANSION} codes, ou en reprend trop d’autres. Demandez-en une plus petite."
                ),
            ),
        }
    }
}
