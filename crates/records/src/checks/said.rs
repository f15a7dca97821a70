//! What is said of packages that are not there, in three languages. Never: a value of a record. State: none.

use super::Fault;
use salus_fhir::{Broken, Issue, IssueCode, Message, Severity};

/// Whether an issue says that something is there too few or too many times.
pub(super) fn is_count(issue: &Issue) -> bool {
    matches!(&issue.message, Message::Conformity(found) if matches!(found.found, Broken::TooFew { .. } | Broken::TooMany { .. }))
}

/// Whether an issue is one of those below.
pub(super) fn is_own(issue: &Issue) -> bool {
    issue.code == IssueCode::Incomplete && matches!(issue.message, Message::Text { .. })
}

/// Something of the settings cannot be used.
pub(super) fn fault(fault: &Fault) -> Issue {
    let message = match fault {
        Fault::Settings(_) => Message::of(
            "The settings by which this practice checks profiles cannot be read, so what claims a profile is refused. An administrator puts earlier settings back.",
            "Die Einstellungen, nach denen diese Praxis Profile prüft, sind nicht lesbar; was ein Profil angibt, wird darum abgelehnt. Ein Verwalter setzt frühere Einstellungen wieder ein.",
            "Les réglages selon lesquels ce cabinet contrôle les profils sont illisibles ; ce qui déclare un profil est donc refusé. Un administrateur rétablit des réglages antérieurs.",
        ),
        Fault::Package(name, version, _) => Message::of(
            format!(
                "The package {name} {version} belongs to this practice’s settings and cannot be used: its file is missing or damaged. What claims a profile that may be in it is refused until the package is added again."
            ),
            format!(
                "Das Paket {name} {version} gehört zu den Einstellungen dieser Praxis und kann nicht verwendet werden: Seine Datei fehlt oder ist beschädigt. Was ein Profil angibt, das darin stehen kann, wird abgelehnt, bis das Paket neu hinzugefügt ist."
            ),
            format!(
                "Le paquet {name} {version} fait partie des réglages de ce cabinet et ne peut pas être utilisé : son fichier manque ou est endommagé. Ce qui déclare un profil qui peut s’y trouver est refusé jusqu’à ce que le paquet soit ajouté à nouveau."
            ),
        ),
    };
    Issue::new(IssueCode::Incomplete, message)
}

/// What counts for a document by its date is not loaded.
pub(super) fn not_loaded(names: &str) -> Issue {
    let message = Message::of(
        format!(
            "By this document’s date these packages count, and are not loaded: {names}. It is checked as far as the others go; an administrator can add them."
        ),
        format!(
            "Nach dem Datum dieses Dokuments gelten diese Pakete und sind nicht geladen: {names}. Geprüft wird, soweit die übrigen reichen; ein Verwalter kann sie hinzufügen."
        ),
        format!(
            "À la date de ce document, ces paquets s’appliquent et ne sont pas chargés : {names}. Le contrôle va aussi loin que les autres le permettent ; un administrateur peut les ajouter."
        ),
    );
    Issue::new(IssueCode::Incomplete, message).with_severity(Severity::Warning)
}
