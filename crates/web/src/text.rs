//! What the server says in three languages: what was found, the rule, the cure.
//!
//! Never: a value of a record. State: none.

mod parameters;

pub(crate) use parameters::{
    bad_at, bad_parameter, bad_pretty, bad_since, ends_before_it_begins, given_twice, link_with_others,
    no_total_alone, patient_needed, unknown_parameter, unknown_parameter_of_a_read,
};
use salus_records::fhir::{Issue, IssueCode, Message, Severity};

/// An error in three languages.
pub(crate) fn issue(code: IssueCode, en: &'static str, de: &'static str, fr: &'static str) -> Issue {
    Issue::new(code, Message::of(en, de, fr))
}

pub(crate) fn no_session() -> Issue {
    issue(
        IssueCode::Login,
        "No session. Get a token from [cell]/oauth/token with your client's credentials and send it as Authorization: Bearer [token].",
        "Keine Sitzung. Holen Sie mit den Zugangsdaten Ihres Clients ein Token bei [Zelle]/oauth/token und senden Sie es als Authorization: Bearer [Token].",
        "Aucune session. Obtenez un jeton auprès de [cellule]/oauth/token avec les identifiants de votre client et envoyez-le comme Authorization: Bearer [jeton].",
    )
}

pub(crate) fn not_found() -> Issue {
    issue(
        IssueCode::NotFound,
        "There is no such record, or it may not be read in this session.",
        "Es gibt keinen solchen Datensatz, oder er darf in dieser Sitzung nicht gelesen werden.",
        "Cet enregistrement n’existe pas, ou ne peut être lu dans cette session.",
    )
}

pub(crate) fn gone() -> Issue {
    issue(
        IssueCode::Deleted,
        "The record was deleted. Its history is at _history.",
        "Der Datensatz wurde gelöscht. Seine Geschichte steht unter _history.",
        "L’enregistrement a été supprimé. Son historique se trouve sous _history.",
    )
}

pub(crate) fn forbidden() -> Issue {
    issue(
        IssueCode::Forbidden,
        "This session may not write this. Use a client whose role allows it.",
        "Diese Sitzung darf das nicht schreiben. Verwenden Sie einen Client, dessen Rolle es erlaubt.",
        "Cette session ne peut pas écrire cela. Utilisez un client dont le rôle le permet.",
    )
}

pub(crate) fn quarantined() -> Issue {
    issue(
        IssueCode::Transient,
        "This practice is cut off for now. New records are accepted and kept (create, POST); nothing is read, searched, changed or deleted until it is joined again. Try again when Retry-After says.",
        "Diese Praxis ist vorübergehend abgetrennt. Neue Datensätze werden angenommen und aufbewahrt (create, POST); gelesen, gesucht, geändert und gelöscht wird nichts, bis sie wieder verbunden ist. Versuchen Sie es wieder, wenn Retry-After es sagt.",
        "Ce cabinet est isolé pour le moment. Les nouveaux enregistrements sont acceptés et conservés (create, POST) ; rien n’est lu, recherché, modifié ni supprimé jusqu’à son rattachement. Réessayez au moment indiqué par Retry-After.",
    )
}

pub(crate) fn touch_needed() -> Issue {
    issue(
        IssueCode::Login,
        "Most of the budget of distinct patients is spent. The person of this session must confirm at the door, by a passkey, that it is them.",
        "Der größte Teil des Budgets an verschiedenen Patienten ist ausgeschöpft. Die Person dieser Sitzung muss an der Tür mit einem Passkey bestätigen, dass sie es ist.",
        "La plus grande partie du budget de patients distincts est épuisée. La personne de cette session doit confirmer à la porte, par une clé d’accès, que c’est bien elle.",
    )
}

pub(crate) fn budget() -> Issue {
    issue(
        IssueCode::Throttled,
        "The budget of distinct patients is spent. Wait as long as Retry-After says, or ask for a raise.",
        "Das Budget an verschiedenen Patienten ist ausgeschöpft. Warten Sie so lange, wie Retry-After sagt, oder lassen Sie es erhöhen.",
        "Le budget de patients distincts est épuisé. Attendez le délai indiqué par Retry-After, ou faites-le augmenter.",
    )
}

pub(crate) fn conflict() -> Issue {
    issue(
        IssueCode::Conflict,
        "The record was changed at the same time. Read it and try again.",
        "Der Datensatz wurde gleichzeitig geändert. Lesen Sie ihn und versuchen Sie es erneut.",
        "L’enregistrement a été modifié en même temps. Lisez-le et réessayez.",
    )
}

pub(crate) fn too_large(max_bytes: usize) -> Issue {
    Issue::new(
        IssueCode::TooLong,
        Message::of(
            format!("Larger than {max_bytes} bytes. Send it in parts."),
            format!("Größer als {max_bytes} Bytes. Senden Sie es in Teilen."),
            format!("Plus de {max_bytes} octets. Envoyez par parties."),
        ),
    )
}

pub(crate) fn busy() -> Issue {
    issue(
        IssueCode::Throttled,
        "Too many writes are waiting. Try again in a moment.",
        "Zu viele Schreibvorgänge warten. Versuchen Sie es gleich noch einmal.",
        "Trop d’écritures en attente. Réessayez dans un instant.",
    )
}

pub(crate) fn full() -> Issue {
    issue(
        IssueCode::NoStore,
        "The disk is full; nothing was written. Whoever runs this server must make room.",
        "Der Datenträger ist voll; nichts wurde geschrieben. Wer diesen Server betreibt, muss Platz schaffen.",
        "Le disque est plein ; rien n’a été écrit. L’exploitant du serveur doit libérer de la place.",
    )
}

pub(crate) fn unavailable() -> Issue {
    issue(
        IssueCode::Transient,
        "Not available at the moment. If this was a write, read first whether it was done, then try again.",
        "Zurzeit nicht verfügbar. War dies ein Schreibvorgang, so lesen Sie zuerst, ob er ausgeführt wurde, und versuchen Sie es dann erneut.",
        "Indisponible pour le moment. S’il s’agissait d’une écriture, lisez d’abord si elle a été effectuée, puis réessayez.",
    )
}

pub(crate) fn link_ended() -> Issue {
    issue(
        IssueCode::Expired,
        "This link to a next page is not one of this session, or the server was started again since. Search anew.",
        "Dieser Verweis auf eine nächste Seite gehört nicht zu dieser Sitzung, oder der Server wurde seither neu gestartet. Suchen Sie neu.",
        "Ce lien vers une page suivante n’est pas de cette session, ou le serveur a redémarré depuis. Relancez la recherche.",
    )
}

pub(crate) fn index_not_ready() -> Issue {
    issue(
        IssueCode::Transient,
        "The index is catching up with what was written. Search again in a moment; reading and writing go on.",
        "Der Index holt gerade auf, was geschrieben wurde. Suchen Sie gleich noch einmal; Lesen und Schreiben gehen weiter.",
        "L’index rattrape ce qui a été écrit. Relancez la recherche dans un instant ; lecture et écriture continuent.",
    )
}

pub(crate) fn internal() -> Issue {
    issue(
        IssueCode::Exception,
        "A fault of this server. Please report it with the time at which it happened.",
        "Ein Fehler dieses Servers. Bitte melden Sie ihn mit der Uhrzeit.",
        "Une erreur de ce serveur. Veuillez la signaler avec l’heure.",
    )
}

pub(crate) fn timeout() -> Issue {
    issue(
        IssueCode::Timeout,
        "The request took too long. If this was a write, read first whether it was done, then try again.",
        "Die Anfrage hat zu lange gedauert. War dies ein Schreibvorgang, so lesen Sie zuerst, ob er ausgeführt wurde, und versuchen Sie es dann erneut.",
        "La requête a duré trop longtemps. S’il s’agissait d’une écriture, lisez d’abord si elle a été effectuée, puis réessayez.",
    )
}

pub(crate) fn not_begun() -> Issue {
    issue(
        IssueCode::Timeout,
        "This entry was not carried out: a proof is good for one request and for seconds, and they were over before the entry could be begun. Nothing of it was written. Send it again in another Bundle, with a new proof.",
        "Dieser Eintrag wurde nicht ausgeführt: Ein Nachweis gilt für eine Anfrage und für Sekunden, und diese waren vorbei, ehe der Eintrag begonnen werden konnte. Nichts davon wurde geschrieben. Senden Sie ihn in einem weiteren Bundle mit neuem Nachweis noch einmal.",
        "Cette entrée n’a pas été exécutée : une preuve vaut pour une requête et pour quelques secondes, écoulées avant que l’entrée ait pu être commencée. Rien n’en a été écrit. Renvoyez-la dans un autre Bundle, avec une nouvelle preuve.",
    )
}

pub(crate) fn not_acceptable() -> Issue {
    issue(
        IssueCode::NotSupported,
        "JSON, XML and HTML are offered. Ask with Accept: application/fhir+json, application/fhir+xml or text/html, or with _format=json, xml or html; charset utf-8, FHIR version 4.0.",
        "Angeboten werden JSON, XML und HTML. Fragen Sie mit Accept: application/fhir+json, application/fhir+xml oder text/html, oder mit _format=json, xml oder html; Zeichensatz utf-8, FHIR-Version 4.0.",
        "JSON, XML et HTML sont offerts. Demandez avec Accept: application/fhir+json, application/fhir+xml ou text/html, ou avec _format=json, xml ou html ; jeu de caractères utf-8, version FHIR 4.0.",
    )
}

pub(crate) fn unsupported_media_type() -> Issue {
    issue(
        IssueCode::NotSupported,
        "Only uncompressed JSON or XML in UTF-8 is taken. Send Content-Type: application/fhir+json or application/fhir+xml.",
        "Nur unkomprimiertes JSON oder XML in UTF-8 wird angenommen. Senden Sie Content-Type: application/fhir+json oder application/fhir+xml.",
        "Seul du JSON ou du XML non compressé en UTF-8 est accepté. Envoyez Content-Type: application/fhir+json ou application/fhir+xml.",
    )
}

pub(crate) fn unsupported_patch() -> Issue {
    issue(
        IssueCode::NotSupported,
        "A patch is a JSON Patch or a Parameters resource, uncompressed and in UTF-8. Send Content-Type: application/json-patch+json, application/fhir+json or application/fhir+xml.",
        "Ein Patch ist ein JSON Patch oder eine Ressource Parameters, unkomprimiert und in UTF-8. Senden Sie Content-Type: application/json-patch+json, application/fhir+json oder application/fhir+xml.",
        "Un patch est un JSON Patch ou une ressource Parameters, non compressé et en UTF-8. Envoyez Content-Type: application/json-patch+json, application/fhir+json ou application/fhir+xml.",
    )
}

pub(crate) fn unknown_address() -> Issue {
    issue(
        IssueCode::NotFound,
        "There is nothing at this address. What there is stands in [base]/metadata.",
        "Unter dieser Adresse gibt es nichts. Was es gibt, steht in [Basis]/metadata.",
        "Il n’y a rien à cette adresse. Ce qui existe figure dans [base]/metadata.",
    )
}

pub(crate) fn unknown_operation() -> Issue {
    issue(
        IssueCode::NotSupported,
        "No such operation is offered here. Those that there are stand in [base]/metadata, at the base and at each type.",
        "Eine solche Operation gibt es hier nicht. Die vorhandenen stehen in [Basis]/metadata, an der Basis und bei jedem Typ.",
        "Aucune opération de ce nom n’est offerte ici. Celles qui existent figurent dans [base]/metadata, à la base et pour chaque type.",
    )
}

pub(crate) fn unknown_mode() -> Issue {
    issue(
        IssueCode::NotSupported,
        "The modes full (the CapabilityStatement) and terminology (the TerminologyCapabilities) are offered.",
        "Angeboten werden die Modi full (das CapabilityStatement) und terminology (die TerminologyCapabilities).",
        "Les modes full (le CapabilityStatement) et terminology (les TerminologyCapabilities) sont offerts.",
    )
}

pub(crate) fn unknown_type(nearest: &[&str]) -> Issue {
    let names = nearest.join(", ");
    let (en, de, fr) = if names.is_empty() {
        (String::new(), String::new(), String::new())
    } else {
        (
            format!(" Did you mean {names}?"),
            format!(" Meinten Sie {names}?"),
            format!(" Vouliez-vous dire {names} ?"),
        )
    };
    Issue::new(
        IssueCode::NotFound,
        Message::of(
            format!("FHIR R4 has no resource type of this name.{en}"),
            format!("FHIR R4 kennt keinen Ressourcentyp dieses Namens.{de}"),
            format!("FHIR R4 n’a pas de type de ressource de ce nom.{fr}"),
        ),
    )
}

pub(crate) fn method_not_allowed() -> Issue {
    issue(
        IssueCode::NotSupported,
        "This method is not offered here. The header Allow names those that are.",
        "Diese Methode wird hier nicht angeboten. Die Kopfzeile Allow nennt die angebotenen.",
        "Cette méthode n’est pas offerte ici. L’en-tête Allow indique celles qui le sont.",
    )
}

pub(crate) fn unknown_purpose() -> Issue {
    issue(
        IssueCode::CodeInvalid,
        "Salus-Purpose is none of TREAT, HPAYMT, HOPERAT, ETREAT, PATRQT, SYSADMIN. Send one of them, or leave the header out for TREAT.",
        "Salus-Purpose ist keines von TREAT, HPAYMT, HOPERAT, ETREAT, PATRQT, SYSADMIN. Senden Sie eines davon, oder lassen Sie die Kopfzeile für TREAT weg.",
        "Salus-Purpose n’est pas l’un de TREAT, HPAYMT, HOPERAT, ETREAT, PATRQT, SYSADMIN. Envoyez l’un d’eux, ou omettez l’en-tête pour TREAT.",
    )
}

pub(crate) fn unknown_import() -> Issue {
    issue(
        IssueCode::Value,
        "Salus-Import is not 64 hexadecimal digits. Send the SHA-256 of the Bundle's file.",
        "Salus-Import besteht nicht aus 64 Hexadezimalziffern. Senden Sie den SHA-256 der Bundle-Datei.",
        "Salus-Import n’est pas formé de 64 chiffres hexadécimaux. Envoyez le SHA-256 du fichier du Bundle.",
    )
}

pub(crate) fn unreadable_query() -> Issue {
    issue(
        IssueCode::Value,
        "The query is not readable: broken percent encoding, or too many parameters.",
        "Die Abfrage ist nicht lesbar: fehlerhafte Prozentkodierung oder zu viele Parameter.",
        "La requête n’est pas lisible : encodage pour-cent erroné, ou trop de paramètres.",
    )
}

pub(crate) fn too_many_observations(max: usize) -> Issue {
    Issue::new(
        IssueCode::TooCostly,
        Message::of(
            format!(
                "More than {max} observations match, so that the newest of each kind can't be told. Add code, category or date."
            ),
            format!(
                "Mehr als {max} Beobachtungen passen, so dass die neuesten jeder Art nicht zu sagen sind. Ergänzen Sie code, category oder date."
            ),
            format!(
                "Plus de {max} observations correspondent ; les plus récentes de chaque sorte ne peuvent être données. Ajoutez code, category ou date."
            ),
        ),
    )
}

pub(crate) fn not_a_form() -> Issue {
    issue(
        IssueCode::NotSupported,
        "_search takes a form. Send Content-Type: application/x-www-form-urlencoded, in UTF-8.",
        "_search nimmt ein Formular. Senden Sie Content-Type: application/x-www-form-urlencoded, in UTF-8.",
        "_search attend un formulaire. Envoyez Content-Type: application/x-www-form-urlencoded, en UTF-8.",
    )
}

pub(crate) fn bad_path() -> Issue {
    issue(
        IssueCode::Value,
        "The address is not readable: broken percent encoding.",
        "Die Adresse ist nicht lesbar: fehlerhafte Prozentkodierung.",
        "L’adresse n’est pas lisible : encodage pour-cent erroné.",
    )
}

fn done(en: &'static str, de: &'static str, fr: &'static str) -> Issue {
    issue(IssueCode::Informational, en, de, fr).with_severity(Severity::Information)
}

pub(crate) fn stored() -> Issue {
    done("Stored.", "Gespeichert.", "Enregistré.")
}

pub(crate) fn deleted() -> Issue {
    done("Deleted.", "Gelöscht.", "Supprimé.")
}

pub(crate) fn there() -> Issue {
    done(
        "There is such a record already; it was left as it is.",
        "Einen solchen Datensatz gibt es bereits; er wurde belassen, wie er ist.",
        "Un tel enregistrement existe déjà ; il a été laissé tel quel.",
    )
}

pub(crate) fn rounded() -> Issue {
    done(
        "The total is rounded to two digits: this role may not count patients exactly.",
        "Die Gesamtzahl ist auf zwei Stellen gerundet: diese Rolle darf Patienten nicht genau zählen.",
        "Le total est arrondi à deux chiffres : ce rôle ne peut pas compter exactement les patients.",
    )
}

pub(crate) fn done_before() -> Issue {
    done(
        "An earlier run of this import did this.",
        "Ein früherer Lauf dieses Imports hat dies erledigt.",
        "Une exécution antérieure de cette importation l’a fait.",
    )
}

pub(crate) fn broken_off() -> Issue {
    issue(
        IssueCode::Incomplete,
        "The body did not arrive whole. Send it again.",
        "Der Inhalt ist nicht vollständig angekommen. Senden Sie ihn erneut.",
        "Le contenu n’est pas arrivé en entier. Renvoyez-le.",
    )
}
