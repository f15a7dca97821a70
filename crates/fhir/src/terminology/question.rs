//! What is wrong with a question about code lists, in three languages: what was found, the rule, the cure.
//!
//! Never: repeats a value, but for what looks like the name of a list. State: none.

use super::operation::MAX_PARAMETERS;
use crate::message::shown_name;
use crate::{Issue, IssueCode, Message};

fn fault(en: String, de: String, fr: String) -> Issue {
    Issue::new(IssueCode::Invalid, Message::of(en, de, fr))
}

pub(super) fn missing(name: &str) -> Issue {
    fault(
        format!("The parameter {name} is missing or has no value. Send it."),
        format!("Der Parameter {name} fehlt oder hat keinen Wert. Senden Sie ihn."),
        format!("Le paramètre {name} manque ou n’a pas de valeur. Envoyez-le."),
    )
}

/// What is no text cannot stand in an address.
pub(super) fn not_in_an_address(name: &str) -> Issue {
    fault(
        format!(
            "The parameter {name} cannot stand in an address. Send it by POST, in a Parameters resource."
        ),
        format!(
            "Der Parameter {name} kann nicht in einer Adresse stehen. Senden Sie ihn mit POST in einer Parameters-Ressource."
        ),
        format!(
            "Le paramètre {name} ne peut figurer dans une adresse. Envoyez-le par POST, dans une ressource Parameters."
        ),
    )
}

pub(super) fn given_twice(name: &str) -> Issue {
    fault(
        format!("The parameter {name} is given twice, and may stand once. Leave one out."),
        format!("Der Parameter {name} ist zweimal angegeben und darf einmal stehen. Lassen Sie einen weg."),
        format!("Le paramètre {name} est donné deux fois et ne peut l’être qu’une. Omettez-en un."),
    )
}

pub(super) fn no_flag(name: &str) -> Issue {
    fault(
        format!("The value of {name} is not understood: true or false is expected."),
        format!("Der Wert von {name} wird nicht verstanden: erwartet wird true oder false."),
        format!("La valeur de {name} n’est pas comprise : true ou false est attendu."),
    )
}

pub(super) fn no_number(name: &str) -> Issue {
    fault(
        format!("The value of {name} is not understood: a whole number from 0 on is expected, such as 20."),
        format!("Der Wert von {name} wird nicht verstanden: erwartet wird eine ganze Zahl ab 0, etwa 20."),
        format!(
            "La valeur de {name} n’est pas comprise : un nombre entier à partir de 0 est attendu, tel que 20."
        ),
    )
}

pub(super) fn no_parameters() -> Issue {
    fault(
        "What was sent is no Parameters resource. Send one, or ask in the address.".into(),
        "Was gesendet wurde, ist keine Parameters-Ressource. Senden Sie eine, oder fragen Sie in der Adresse.".into(),
        "Ce qui a été envoyé n’est pas une ressource Parameters. Envoyez-en une, ou demandez dans l’adresse.".into(),
    )
}

pub(super) fn too_many_parameters() -> Issue {
    fault(
        format!("More than {MAX_PARAMETERS} parameters are given. Ask in several questions."),
        format!("Es sind mehr als {MAX_PARAMETERS} Parameter angegeben. Fragen Sie in mehreren Fragen."),
        format!("Plus de {MAX_PARAMETERS} paramètres sont donnés. Posez plusieurs questions."),
    )
}

/// A list that is named by what is no address: no package and no record can have it.
pub(super) fn not_an_address(name: &str, list: &str) -> Issue {
    let list = shown_name(list).unwrap_or("…");
    let message = Message::of(
        format!(
            "The list {list} is not loaded: {name} is an absolute address, such as http://loinc.org. Correct it, or add the list's package."
        ),
        format!(
            "Die Liste {list} ist nicht geladen: {name} ist eine absolute Adresse, etwa http://loinc.org. Berichtigen Sie sie, oder fügen Sie das Paket der Liste hinzu."
        ),
        format!(
            "La liste {list} n’est pas chargée : {name} est une adresse absolue, telle que http://loinc.org. Corrigez-la, ou ajoutez le paquet de la liste."
        ),
    );
    Issue::new(IssueCode::NotFound, message)
}

pub(super) fn unknown(name: &str, all: &str) -> Issue {
    let name = shown_name(name).unwrap_or("…");
    fault(
        format!("The parameter {name} is not known here. Known: {all}."),
        format!("Der Parameter {name} ist hier nicht bekannt. Bekannt: {all}."),
        format!("Le paramètre {name} n’est pas connu ici. Connus : {all}."),
    )
}
