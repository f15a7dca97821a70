//! What is said of documents, in three languages. Never a value of one. State: none.

use crate::document::MAX_IDENTIFIERS;
use crate::text::issue;
use salus_fhir::{Issue, IssueCode, Message};

pub(crate) fn without_composition() -> Issue {
    issue(
        IssueCode::Structure,
        "The first entry of a document is its Composition. Put it there.",
        "Der erste Eintrag eines Dokuments ist seine Composition. Stellen Sie sie dorthin.",
        "La première entrée d’un document est sa Composition. Placez-la là.",
    )
    .at("Bundle.entry[0].resource")
}

pub(crate) fn without_text(place: String) -> Issue {
    issue(
        IssueCode::Required,
        "There is nothing for people to read: neither the Composition nor a section of it has a text. Add Composition.text.",
        "Es gibt nichts zu lesen: Weder die Composition noch einer ihrer Abschnitte hat einen Text. Ergänzen Sie Composition.text.",
        "Il n’y a rien à lire : ni la Composition ni aucune de ses sections n’a de texte. Ajoutez Composition.text.",
    )
    .at(place)
}

pub(crate) fn of_several() -> Issue {
    issue(
        IssueCode::NotSupported,
        "There are several Patients in the document, and it is kept with one. Send it with the one whom Composition.subject names; to keep it as it is, POST it to [base]/Bundle.",
        "Im Dokument stehen mehrere Patienten, und es wird bei einem aufbewahrt. Senden Sie es mit dem, den Composition.subject nennt; um es so zu behalten, senden Sie es mit POST an [Basis]/Bundle.",
        "Le document contient plusieurs Patients et n’est conservé qu’auprès d’un seul. Envoyez-le avec celui que nomme Composition.subject ; pour le garder tel quel, envoyez-le par POST à [base]/Bundle.",
    )
    .at("Bundle.entry")
}

pub(crate) fn without_subject(place: String) -> Issue {
    issue(
        IssueCode::Required,
        "The document does not say whom it is about. Add Composition.subject, with a reference to its Patient or the patient's identifier.",
        "Das Dokument sagt nicht, von wem es handelt. Ergänzen Sie Composition.subject mit einer Referenz auf seinen Patienten oder dessen Identifier.",
        "Le document ne dit pas de qui il traite. Ajoutez Composition.subject, avec une référence à son Patient ou l’identifiant de celui-ci.",
    )
    .at(place)
}

pub(crate) fn without_identifier() -> Issue {
    issue(
        IssueCode::Required,
        "A document is known by its identifier. Add Bundle.identifier with system and value.",
        "Ein Dokument ist an seinem Identifier zu erkennen. Ergänzen Sie Bundle.identifier mit system und value.",
        "Un document se reconnaît à son identifiant. Ajoutez Bundle.identifier avec system et value.",
    )
    .at("Bundle.identifier")
}

/// `id`: of the Bundle that is kept.
pub(crate) fn says_something_else(id: &str) -> Issue {
    let message = Message::of(
        format!(
            "A document with this identifier is kept as Bundle/{id} and says something else. A new version of a document has an identifier of its own, and names the former in Composition.relatesTo."
        ),
        format!(
            "Ein Dokument mit diesem Identifier wird als Bundle/{id} aufbewahrt und sagt etwas anderes. Eine neue Fassung eines Dokuments hat einen eigenen Identifier und nennt die frühere in Composition.relatesTo."
        ),
        format!(
            "Un document portant cet identifiant est conservé comme Bundle/{id} et dit autre chose. Une nouvelle version d’un document a son propre identifiant et nomme l’ancienne dans Composition.relatesTo."
        ),
    );
    Issue::new(IssueCode::Duplicate, message).at("Bundle.identifier")
}

pub(crate) fn kept_several_times() -> Issue {
    issue(
        IssueCode::MultipleMatches,
        "Several Bundles with this identifier are kept already, so this one is not kept, too. Look at them with Bundle?identifier= and delete what is double.",
        "Mehrere Bundles mit diesem Identifier werden schon aufbewahrt, dieses darum nicht auch noch. Sehen Sie sie mit Bundle?identifier= an und löschen Sie, was doppelt ist.",
        "Plusieurs Bundles portant cet identifiant sont déjà conservés ; celui-ci ne l’est donc pas en plus. Consultez-les avec Bundle?identifier= et supprimez les doublons.",
    )
    .at("Bundle.identifier")
}

/// `name`: Patient or Encounter.
pub(crate) fn names_none(name: &str, place: String) -> Issue {
    let message = Message::of(
        format!(
            "The {name} that the document names is not on this server: no record has one of these identifiers (system and value; the first {MAX_IDENTIFIERS} count). Create it first, or correct the identifiers."
        ),
        format!(
            "Der {name}, den das Dokument nennt, ist nicht auf diesem Server: Kein Datensatz hat einen dieser Identifier (system und value; die ersten {MAX_IDENTIFIERS} zählen). Legen Sie ihn zuerst an, oder berichtigen Sie die Identifier."
        ),
        format!(
            "Le {name} que nomme le document n’est pas sur ce serveur : aucun enregistrement n’a l’un de ces identifiants (system et value ; les {MAX_IDENTIFIERS} premiers comptent). Créez-le d’abord, ou corrigez les identifiants."
        ),
    );
    Issue::new(IssueCode::Processing, message).at(place)
}

/// The same, of more than one.
pub(crate) fn names_several(name: &str, place: String) -> Issue {
    let message = Message::of(
        format!(
            "Several {name} records have one of these identifiers, so it is not known which is meant. Send only an identifier that one has."
        ),
        format!(
            "Mehrere Datensätze vom Typ {name} haben einen dieser Identifier, sodass nicht klar ist, welcher gemeint ist. Senden Sie nur einen Identifier, den einer hat."
        ),
        format!(
            "Plusieurs enregistrements {name} ont l’un de ces identifiants : on ne sait lequel est visé. N’envoyez qu’un identifiant propre à un seul."
        ),
    );
    Issue::new(IssueCode::MultipleMatches, message).at(place)
}
