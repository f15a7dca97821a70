//! What is said of exports, in three languages. State: none.

use crate::text::issue;
use salus_records::export_events::ExportEnd;
use salus_records::exports::ExportRoom;
use salus_records::fhir::{Issue, IssueCode, Message, Severity};

pub(super) fn not_async() -> Issue {
    issue(
        IssueCode::Required,
        "An export takes its time, and a second person's approval: send Prefer: respond-async.",
        "Ein Export braucht seine Zeit und die Freigabe einer zweiten Person: Senden Sie Prefer: respond-async.",
        "Un export prend du temps et demande l’accord d’une deuxième personne : envoyez Prefer: respond-async.",
    )
}

pub(super) fn asked() -> Issue {
    Issue {
        severity: Severity::Information,
        ..issue(
            IssueCode::Informational,
            "Asked for. Nothing is read before somebody who administers the practice approves it (page Exports). Content-Location says where its status is.",
            "Beantragt. Nichts wird gelesen, bevor es jemand freigibt, der die Praxis verwaltet (Seite Exporte). Der Stand ist unter Content-Location zu finden.",
            "Demandé. Rien n’est lu avant l’accord d’une personne qui administre le cabinet (page Exports). L’état se trouve sous Content-Location.",
        )
    }
}

pub(super) fn no_room(room: &ExportRoom) -> Issue {
    let missing = room.after.iter().zip(&room.limits).map(|(after, limit)| after.saturating_sub(*limit));
    let missing: Vec<String> = missing.map(|missing| missing.to_string()).collect();
    let missing = missing.join(" / ");
    Issue::new(
        IssueCode::Throttled,
        Message::of(
            format!(
                "The practice's budget has no room for this export: missing are {missing} patients (hour / day / 30 days). Ask for less with Group or wait; or have the practice's budget raised by a second person, or changed at the machine."
            ),
            format!(
                "Das Budget der Praxis reicht für diesen Export nicht: Es fehlen {missing} Patienten (Stunde / Tag / 30 Tage). Beantragen Sie weniger (Group) oder warten Sie; oder lassen Sie das Budget der Praxis durch eine zweite Person erhöhen oder an der Maschine ändern."
            ),
            format!(
                "Le budget du cabinet ne suffit pas pour cet export : il manque {missing} patients (heure / jour / 30 jours). Demandez moins (Group) ou attendez ; ou faites augmenter le budget du cabinet par une deuxième personne, ou changer sur la machine."
            ),
        ),
    )
}

pub(super) fn too_many() -> Issue {
    issue(
        IssueCode::Throttled,
        "Too many exports are asked for: end one, or come back tomorrow.",
        "Zu viele Exporte sind beantragt: Beenden Sie einen, oder kommen Sie morgen wieder.",
        "Trop d’exports sont demandés : terminez-en un, ou revenez demain.",
    )
}

pub(super) fn bad_parameters() -> Issue {
    issue(
        IssueCode::Structure,
        "The body is not a Parameters resource in JSON.",
        "Der Inhalt ist keine Parameters-Ressource in JSON.",
        "Le contenu n’est pas une ressource Parameters en JSON.",
    )
}

pub(super) fn bad_format() -> Issue {
    issue(
        IssueCode::NotSupported,
        "_outputFormat: files are application/fhir+ndjson.",
        "_outputFormat: Die Dateien sind application/fhir+ndjson.",
        "_outputFormat : les fichiers sont application/fhir+ndjson.",
    )
}

pub(super) fn ended(why: ExportEnd) -> Issue {
    match why {
        ExportEnd::Cancelled => issue(
            IssueCode::NotFound,
            "This export was cancelled.",
            "Dieser Export wurde zurückgezogen.",
            "Cet export a été retiré.",
        ),
        ExportEnd::Declined => issue(
            IssueCode::Forbidden,
            "This export was declined.",
            "Dieser Export wurde abgelehnt.",
            "Cet export a été refusé.",
        ),
        ExportEnd::Finished => issue(
            IssueCode::Deleted,
            "All files of this export were taken; each is given once.",
            "Alle Dateien dieses Exports wurden abgeholt; jede gibt es einmal.",
            "Tous les fichiers de cet export ont été retirés ; chacun n’est remis qu’une fois.",
        ),
        ExportEnd::Expired => issue(
            IssueCode::Expired,
            "This export was not approved, or its files not taken, in time: its keys and files are destroyed. Ask again.",
            "Dieser Export wurde nicht rechtzeitig freigegeben oder abgeholt: Schlüssel und Dateien sind vernichtet. Beantragen Sie ihn neu.",
            "Cet export n’a pas été approuvé ou retiré à temps : clés et fichiers sont détruits. Demandez-le à nouveau.",
        ),
        ExportEnd::Stopped => issue(
            IssueCode::Forbidden,
            "This export was stopped with the session that asked for it: its keys and files are destroyed.",
            "Dieser Export wurde mit der Sitzung beendet, die ihn beantragt hat: Schlüssel und Dateien sind vernichtet.",
            "Cet export a pris fin avec la session qui l’avait demandé : clés et fichiers sont détruits.",
        ),
        ExportEnd::KeysLost => issue(
            IssueCode::Transient,
            "The server was started anew, and the keys of the files with it destroyed. Ask again: patients that were reached within the hour count once.",
            "Der Server wurde neu gestartet, und die Schlüssel der Dateien sind damit vernichtet. Beantragen Sie ihn neu: Wer schon erreicht wurde, zählt nicht noch einmal.",
            "Le serveur a été redémarré, et les clés des fichiers détruites. Demandez-le à nouveau : les patients déjà atteints ne comptent qu’une fois.",
        ),
        ExportEnd::Budget => issue(
            IssueCode::Throttled,
            "The practice's budget was spent on the way. Have it raised, or wait, and ask again.",
            "Das Budget der Praxis war unterwegs ausgeschöpft. Lassen Sie es erhöhen oder warten Sie, und beantragen Sie neu.",
            "Le budget du cabinet s’est épuisé en route. Faites-le augmenter ou attendez, puis demandez à nouveau.",
        ),
        ExportEnd::MorePatients => issue(
            IssueCode::Conflict,
            "There are more patients now than were approved. Ask again.",
            "Es gibt jetzt mehr Patienten, als freigegeben wurden. Beantragen Sie ihn neu.",
            "Il y a maintenant plus de patients que ce qui a été approuvé. Demandez-le à nouveau.",
        ),
        ExportEnd::Failed => issue(
            IssueCode::Exception,
            "The export could not be finished. Ask again, or have the server's log looked at.",
            "Der Export konnte nicht beendet werden. Beantragen Sie ihn neu, oder lassen Sie im Protokoll des Servers nachsehen.",
            "L’export n’a pas pu être terminé. Demandez-le à nouveau, ou faites consulter le journal du serveur.",
        ),
    }
}
