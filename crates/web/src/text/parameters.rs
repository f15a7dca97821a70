//! What is said of an address's parameters: which one, what is expected, what to do.
//!
//! Never: a parameter's value; a name that does not look like one, since it might be a value. State: none.

use super::issue;
use salus_records::fhir::{Issue, IssueCode, Message};

/// Where a parameter of an address stands, as FHIR writes it.
fn place_of(name: &str) -> String {
    if is_plain(name) { format!("http.{name}") } else { String::new() }
}

pub(crate) fn given_twice(name: &'static str) -> Issue {
    Issue::new(
        IssueCode::Value,
        Message::of(
            format!("The parameter {name} is given twice, and may stand once. Leave one out."),
            format!(
                "Der Parameter {name} ist zweimal angegeben und darf einmal stehen. Lassen Sie einen weg."
            ),
            format!("Le paramètre {name} est donné deux fois et ne peut l’être qu’une. Omettez-en un."),
        ),
    )
    .at(place_of(name))
}

pub(crate) fn bad_pretty() -> Issue {
    issue(
        IssueCode::Value,
        "The value of _pretty is not understood: true or false is expected.",
        "Der Wert von _pretty wird nicht verstanden: erwartet wird true oder false.",
        "La valeur de _pretty n’est pas comprise : true ou false est attendu.",
    )
    .at("http._pretty")
}

pub(crate) fn no_total_alone() -> Issue {
    issue(
        IssueCode::Value,
        "_count=0 asks for a number without entries, which there is of a single record's whole history alone. Ask for at least one version.",
        "_count=0 fragt nach einer Zahl ohne Einträge; die gibt es nur für die ganze Historie eines einzelnen Datensatzes. Fragen Sie nach mindestens einer Version.",
        "_count=0 demande un nombre sans entrées, qui n’existe que pour l’historique entier d’un seul enregistrement. Demandez au moins une version.",
    )
    .at("http._count")
}

pub(crate) fn ends_before_it_begins() -> Issue {
    issue(
        IssueCode::Value,
        "start is after end, so no time is meant. Exchange them, or leave one out.",
        "start liegt nach end, also ist keine Zeit gemeint. Vertauschen Sie beide, oder lassen Sie eines weg.",
        "start est après end : aucune période n’est visée. Inversez-les, ou omettez l’un des deux.",
    )
    .at("http.start")
}

/// `name` is repeated only when it looks like a parameter's name, since anything else might be a value.
pub(crate) fn unknown_parameter(name: &str, known: &str) -> Issue {
    let place = place_of(name);
    let name = if is_plain(name) { format!(" {name}") } else { String::new() };
    Issue::new(
        IssueCode::NotSupported,
        Message::of(
            format!("The parameter{name} is not known here. Known: {known}."),
            format!("Der Parameter{name} ist hier nicht bekannt. Bekannt: {known}."),
            format!("Le paramètre{name} n’est pas connu ici. Connus : {known}."),
        ),
    )
    .at(place)
}

pub(crate) fn unknown_parameter_of_a_read(name: &str) -> Issue {
    let place = place_of(name);
    let name = if is_plain(name) { format!(" {name}") } else { String::new() };
    Issue::new(
        IssueCode::NotSupported,
        Message::of(
            format!(
                "The parameter{name} is not known here: only _format and _pretty are. To get a part of a record, search by _id with _elements or _summary."
            ),
            format!(
                "Der Parameter{name} ist hier nicht bekannt, nur _format und _pretty. Für einen Teil eines Datensatzes suchen Sie nach _id mit _elements oder _summary."
            ),
            format!(
                "Le paramètre{name} n’est pas connu ici : seuls le sont _format et _pretty. Pour une partie d’un enregistrement, cherchez par _id avec _elements ou _summary."
            ),
        ),
    )
    .at(place)
}

/// Whether it may be repeated: it looks like a parameter's name, and not like a value.
fn is_plain(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphabetic() || matches!(b, b'-' | b'_' | b'.' | b':'))
}

pub(crate) fn link_with_others() -> Issue {
    Issue::new(
        IssueCode::Value,
        Message::of(
            "A link to a page holds the whole search: nothing may stand beside _page. Follow the link as it is, or search anew.",
            "Ein Verweis auf eine Seite enthält die ganze Suche: neben _page darf nichts stehen. Folgen Sie dem Verweis, wie er ist, oder suchen Sie neu.",
            "Un lien vers une page contient toute la recherche : rien ne peut figurer à côté de _page. Suivez le lien tel quel, ou relancez la recherche.",
        ),
    )
}

pub(crate) fn bad_parameter(name: &'static str) -> Issue {
    Issue::new(
        IssueCode::Value,
        Message::of(
            format!("The value of {name} is not understood: a positive number, given once, is expected."),
            format!(
                "Der Wert von {name} wird nicht verstanden: erwartet wird eine positive Zahl, einmal angegeben."
            ),
            format!(
                "La valeur de {name} n’est pas comprise : un nombre positif, donné une fois, est attendu."
            ),
        ),
    )
    .at(place_of(name))
}

pub(crate) fn bad_since() -> Issue {
    issue(
        IssueCode::Value,
        "The value of _since is not understood: an instant such as 2026-01-31T08:00:00Z, given once, is expected.",
        "Der Wert von _since wird nicht verstanden: erwartet wird ein Zeitpunkt wie 2026-01-31T08:00:00Z, einmal angegeben.",
        "La valeur de _since n’est pas comprise : un instant tel que 2026-01-31T08:00:00Z, donné une fois, est attendu.",
    )
    .at("http._since")
}

pub(crate) fn bad_at() -> Issue {
    issue(
        IssueCode::Value,
        "The value of _at is not understood: a date or a time such as 2026-01-31 or 2026-01-31T08:00:00Z, given once, is expected.",
        "Der Wert von _at wird nicht verstanden: erwartet wird ein Datum oder Zeitpunkt wie 2026-01-31 oder 2026-01-31T08:00:00Z, einmal angegeben.",
        "La valeur de _at n’est pas comprise : une date ou un instant tel que 2026-01-31 ou 2026-01-31T08:00:00Z, donné une fois, est attendu.",
    )
    .at("http._at")
}

pub(crate) fn patient_needed() -> Issue {
    issue(
        IssueCode::Required,
        "$lastn needs to know whose observations are meant. Add patient=[id] or subject=[reference].",
        "$lastn muss wissen, wessen Beobachtungen gemeint sind. Ergänzen Sie patient=[id] oder subject=[Referenz].",
        "$lastn doit savoir de qui sont les observations. Ajoutez patient=[id] ou subject=[référence].",
    )
}
