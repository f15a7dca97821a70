//! What use cases say in three languages: what was found, the rule, the cure.
//!
//! Never: a value of a record or an id. State: none.

use salus_fhir::{Issue, IssueCode, Message};

/// An issue with its text in English, German and French.
pub(crate) fn issue(code: IssueCode, en: &'static str, de: &'static str, fr: &'static str) -> Issue {
    Issue::new(code, Message::of(en, de, fr))
}

pub(crate) fn id_differs(expression: String) -> Issue {
    issue(
        IssueCode::Invalid,
        "The resource's id is not the id in the address. Send the same id in both.",
        "Die id der Ressource ist nicht die id der Adresse. Senden Sie in beiden dieselbe.",
        "L’id de la ressource n’est pas celui de l’adresse. Envoyez le même id dans les deux.",
    )
    .at(expression)
}

pub(crate) fn no_id() -> Issue {
    issue(
        IssueCode::Value,
        "An id has 1 to 64 letters, digits, dashes and dots. Choose such an id, or create with POST and be given one.",
        "Eine id besteht aus 1 bis 64 Buchstaben, Ziffern, Bindestrichen und Punkten. Wählen Sie eine solche, oder legen Sie mit POST an und erhalten Sie eine.",
        "Un id comporte de 1 à 64 lettres, chiffres, tirets et points. Choisissez un tel id, ou créez avec POST pour en recevoir un.",
    )
}

pub(crate) fn version_differs(expression: String) -> Issue {
    issue(
        IssueCode::Conflict,
        "The record has another version than If-Match says. Read it, apply the change to what is there now, and send it again with the new version.",
        "Der Datensatz hat eine andere Version, als If-Match sagt. Lesen Sie ihn, wenden Sie die Änderung auf den jetzigen Stand an und senden Sie sie mit der neuen Version erneut.",
        "L’enregistrement a une autre version que celle de If-Match. Lisez-le, appliquez la modification à l’état actuel et renvoyez-la avec la nouvelle version.",
    )
    .at(expression)
}

pub(crate) fn exists_already(expression: String) -> Issue {
    issue(
        IssueCode::Duplicate,
        "There is already a record of this id, and If-None-Match: * asks for none. Leave the header out to update it.",
        "Es gibt bereits einen Datensatz mit dieser id, und If-None-Match: * verlangt, dass es keinen gibt. Lassen Sie die Kopfzeile weg, um ihn zu ändern.",
        "Il existe déjà un enregistrement avec cet id, et If-None-Match: * exige qu’il n’y en ait pas. Omettez l’en-tête pour le modifier.",
    )
    .at(expression)
}

pub(crate) fn patient_missing(expression: String) -> Issue {
    issue(
        IssueCode::BusinessRule,
        "The Patient named here is not on this server. Create the Patient first, or in the same transaction.",
        "Der hier genannte Patient ist nicht auf diesem Server. Legen Sie den Patienten zuerst an, oder in derselben Transaktion.",
        "Le Patient nommé ici n’est pas sur ce serveur. Créez d’abord le Patient, ou dans la même transaction.",
    )
    .at(expression)
}

pub(crate) fn too_many_values(kind: &'static str) -> Issue {
    issue(
        IssueCode::TooCostly,
        "The resource has more values to be found by than a record may have. Split it.",
        "Die Ressource hat mehr Werte, nach denen gesucht werden kann, als ein Datensatz haben darf. Teilen Sie sie.",
        "La ressource a plus de valeurs de recherche qu’un enregistrement ne peut en avoir. Divisez-la.",
    )
    .at(kind)
}

pub(crate) fn too_many_patients(expression: String) -> Issue {
    issue(
        IssueCode::TooCostly,
        "The resource names more than 256 patients. Split it, or refer to a Group.",
        "Die Ressource nennt mehr als 256 Patienten. Teilen Sie sie, oder verweisen Sie auf eine Group.",
        "La ressource nomme plus de 256 patients. Divisez-la, ou référez-vous à un Group.",
    )
    .at(expression)
}

pub(crate) fn entry_address(expression: String) -> Issue {
    issue(
        IssueCode::Value,
        "The address is none that this server carries out here. POST needs [type]; PUT and DELETE need [type]/[id]; GET needs [type]/[id], [type]/[id]/_history, [type]/[id]/_history/[version] or [type]?_id=[ids].",
        "Diese Adresse führt der Server hier nicht aus. POST braucht [Typ]; PUT und DELETE brauchen [Typ]/[id]; GET braucht [Typ]/[id], [Typ]/[id]/_history, [Typ]/[id]/_history/[Version] oder [Typ]?_id=[ids].",
        "Cette adresse n’est pas exécutée ici. POST demande [type] ; PUT et DELETE demandent [type]/[id] ; GET demande [type]/[id], [type]/[id]/_history, [type]/[id]/_history/[version] ou [type]?_id=[ids].",
    )
    .at(expression)
}

pub(crate) fn entry_method(expression: String) -> Issue {
    issue(
        IssueCode::NotSupported,
        "The method is not offered in a Bundle. Use GET, HEAD, POST, PUT or DELETE.",
        "Diese Methode wird in einem Bundle nicht angeboten. Verwenden Sie GET, HEAD, POST, PUT oder DELETE.",
        "Cette méthode n’est pas offerte dans un Bundle. Utilisez GET, HEAD, POST, PUT ou DELETE.",
    )
    .at(expression)
}

pub(crate) fn resource_missing(expression: String) -> Issue {
    issue(
        IssueCode::Required,
        "POST and PUT need a resource. Add it to the entry.",
        "POST und PUT brauchen eine Ressource. Fügen Sie sie dem Eintrag hinzu.",
        "POST et PUT demandent une ressource. Ajoutez-la à l’entrée.",
    )
    .at(expression)
}

pub(crate) fn request_missing(expression: String) -> Issue {
    Issue::new(IssueCode::Required, Message::RequestMissing).at(expression)
}

pub(crate) fn type_differs(found: &'static str, expected: &'static str, expression: String) -> Issue {
    Issue::new(IssueCode::Invalid, Message::TypeDiffers { found, expected }).at(expression)
}

pub(crate) fn same_record_twice(expression: String) -> Issue {
    issue(
        IssueCode::Duplicate,
        "Another entry of this transaction writes the same record. A transaction may touch a record once.",
        "Ein anderer Eintrag dieser Transaktion schreibt denselben Datensatz. Eine Transaktion darf einen Datensatz nur einmal berühren.",
        "Une autre entrée de cette transaction écrit le même enregistrement. Une transaction ne peut toucher un enregistrement qu’une fois.",
    )
    .at(expression)
}

pub(crate) fn lists_written(expression: String) -> Issue {
    issue(
        IssueCode::NotSupported,
        "The history or search names a record that this transaction writes. Read the record itself, or ask after the transaction.",
        "Der Verlauf oder die Suche nennt einen Datensatz, den diese Transaktion schreibt. Lesen Sie den Datensatz selbst, oder fragen Sie nach der Transaktion.",
        "L’historique ou la recherche nomme un enregistrement que cette transaction écrit. Lisez l’enregistrement lui-même, ou demandez après la transaction.",
    )
    .at(expression)
}

pub(crate) fn too_large_together() -> Issue {
    issue(
        IssueCode::TooCostly,
        "The records asked for are too large to be answered together. Ask for fewer at once.",
        "Die gewünschten Datensätze sind zusammen zu groß. Fragen Sie nach weniger auf einmal.",
        "Les enregistrements demandés sont trop volumineux ensemble. Demandez-en moins à la fois.",
    )
}

pub(crate) fn bundle_not_carried_out() -> Issue {
    issue(
        IssueCode::NotSupported,
        "Only a Bundle of type transaction or batch can be carried out here, and one of type document be kept. To store the resources of a collection or other Bundle, send them as a batch or transaction with a request in each entry; to keep the Bundle whole, POST it to [base]/Bundle.",
        "Hier kann nur ein Bundle vom Typ transaction oder batch ausgeführt und eines vom Typ document aufbewahrt werden. Um die Ressourcen einer collection oder eines anderen Bundles zu speichern, senden Sie sie als batch oder transaction mit einem request in jedem Eintrag; um das Bundle als Ganzes zu behalten, senden Sie es mit POST an [base]/Bundle.",
        "Seul un Bundle de type transaction ou batch peut être exécuté ici, et un Bundle de type document conservé. Pour enregistrer les ressources d’une collection ou d’un autre Bundle, envoyez-les comme batch ou transaction avec un request dans chaque entrée ; pour conserver le Bundle entier, envoyez-le par POST à [base]/Bundle.",
    )
    .at("Bundle.type")
}

pub(crate) fn too_costly() -> Issue {
    issue(
        IssueCode::TooCostly,
        "The search needs more time or memory than one request may have. Narrow it: name a patient, a shorter span of time, or longer text.",
        "Die Suche braucht mehr Zeit oder Speicher, als eine Anfrage haben darf. Grenzen Sie sie ein: nennen Sie einen Patienten, eine kürzere Zeitspanne oder längeren Text.",
        "La recherche demande plus de temps ou de mémoire qu’une requête ne peut en avoir. Restreignez-la : nommez un patient, une période plus courte ou un texte plus long.",
    )
}

pub(crate) fn page_too_large() -> Issue {
    issue(
        IssueCode::TooCostly,
        "The records of this page are too large together. Ask for fewer at once with _count.",
        "Die Datensätze dieser Seite sind zusammen zu groß. Fragen Sie mit _count nach weniger auf einmal.",
        "Les enregistrements de cette page sont trop volumineux ensemble. Demandez-en moins à la fois avec _count.",
    )
}

pub(crate) fn too_many_included(max: usize) -> Issue {
    Issue::new(
        IssueCode::TooCostly,
        Message::of(
            format!(
                "_include and _revinclude bring more than {max} records to this page. Ask for fewer hits with _count, or for fewer includes."
            ),
            format!(
                "_include und _revinclude bringen mehr als {max} Datensätze auf diese Seite. Fragen Sie mit _count nach weniger Treffern, oder nach weniger Beigaben."
            ),
            format!(
                "_include et _revinclude apportent plus de {max} enregistrements à cette page. Demandez moins de résultats avec _count, ou moins d’inclusions."
            ),
        ),
    )
}

pub(crate) fn too_many_items(max: usize) -> Issue {
    Issue::new(
        IssueCode::TooCostly,
        Message::of(
            format!(
                "A List or ValueSet that the search names has more than {max} items. Name a smaller one."
            ),
            format!(
                "Eine List oder ein ValueSet, das die Suche nennt, hat mehr als {max} Einträge. Nennen Sie kleinere."
            ),
            format!(
                "Une List ou un ValueSet nommé par la recherche a plus de {max} éléments. Nommez-en de plus petits."
            ),
        ),
    )
}

pub(crate) fn too_many_conditions(max: usize) -> Issue {
    Issue::new(
        IssueCode::TooCostly,
        Message::of(
            format!("The search comes to more than {max} conditions. Ask in parts."),
            format!("Die Suche ergibt mehr als {max} Bedingungen. Fragen Sie in Teilen."),
            format!("La recherche donne plus de {max} conditions. Demandez par parties."),
        ),
    )
}

pub(crate) fn value_set_missing() -> Issue {
    issue(
        IssueCode::NotSupported,
        "The ValueSet that :in or :not-in names is not on this server. Store it first, or list the codes in the search.",
        "Das ValueSet, das :in oder :not-in nennt, ist nicht auf diesem Server. Speichern Sie es zuerst, oder nennen Sie die Codes in der Suche.",
        "Le ValueSet nommé par :in ou :not-in n’est pas sur ce serveur. Enregistrez-le d’abord, ou énumérez les codes dans la recherche.",
    )
}

pub(crate) fn value_set_not_listed() -> Issue {
    issue(
        IssueCode::NotSupported,
        "The ValueSet that :in or :not-in names does not list its codes (it has a filter or names other value sets). Store it with its expansion, or list the codes in the search.",
        "Das ValueSet, das :in oder :not-in nennt, zählt seine Codes nicht auf (es hat einen Filter oder nennt andere ValueSets). Speichern Sie es mit seiner expansion, oder nennen Sie die Codes in der Suche.",
        "Le ValueSet nommé par :in ou :not-in n’énumère pas ses codes (il a un filtre ou nomme d’autres ValueSets). Enregistrez-le avec son expansion, ou énumérez les codes dans la recherche.",
    )
}

pub(crate) fn condition_unreadable(expression: String) -> Issue {
    issue(
        IssueCode::Value,
        "The condition is not readable: broken percent encoding.",
        "Die Bedingung ist nicht lesbar: fehlerhafte Prozentkodierung.",
        "La condition n’est pas lisible : encodage pour-cent erroné.",
    )
    .at(expression)
}

pub(crate) fn condition_empty(expression: String) -> Issue {
    issue(
        IssueCode::BusinessRule,
        "The condition names nothing to look for, so it would meet every record. Name at least one search parameter with a value.",
        "Die Bedingung nennt nichts, wonach gesucht würde, und träfe so jeden Datensatz. Nennen Sie mindestens einen Suchparameter mit einem Wert.",
        "La condition ne nomme rien à chercher et viserait donc tous les enregistrements. Nommez au moins un paramètre de recherche avec une valeur.",
    )
    .at(expression)
}

pub(crate) fn several_match(expression: String) -> Issue {
    issue(
        IssueCode::MultipleMatches,
        "More than one record meets the condition. Make it name one, or name the record by its id.",
        "Mehr als ein Datensatz erfüllt die Bedingung. Lassen Sie sie einen nennen, oder nennen Sie den Datensatz mit seiner id.",
        "Plus d’un enregistrement remplit la condition. Faites qu’elle n’en désigne qu’un, ou nommez l’enregistrement par son id.",
    )
    .at(expression)
}

pub(crate) fn none_matches(expression: String) -> Issue {
    issue(
        IssueCode::NotFound,
        "No record meets the condition of a reference. Create the record first, or in the same transaction under its fullUrl.",
        "Kein Datensatz erfüllt die Bedingung einer Referenz. Legen Sie ihn zuerst an, oder in derselben Transaktion unter seiner fullUrl.",
        "Aucun enregistrement ne remplit la condition d’une référence. Créez-le d’abord, ou dans la même transaction sous son fullUrl.",
    )
    .at(expression)
}

pub(crate) fn query_too_long() -> Issue {
    issue(
        IssueCode::TooLong,
        "The search is too long for a link to its next page. Ask with fewer values, or for larger pages with _count.",
        "Die Suche ist zu lang für einen Verweis auf ihre nächste Seite. Fragen Sie mit weniger Werten, oder mit _count nach größeren Seiten.",
        "La recherche est trop longue pour un lien vers sa page suivante. Demandez avec moins de valeurs, ou de plus grandes pages avec _count.",
    )
}

pub(crate) fn parameter_too_long(max_bytes: usize) -> Issue {
    Issue::new(
        IssueCode::TooLong,
        Message::of(
            format!("The search parameter's definition has more than {max_bytes} bytes. Make several of it."),
            format!(
                "Die Definition des Suchparameters hat mehr als {max_bytes} Bytes. Machen Sie mehrere daraus."
            ),
            format!(
                "La définition du paramètre de recherche dépasse {max_bytes} octets. Faites-en plusieurs."
            ),
        ),
    )
    .at("SearchParameter.expression")
}

pub(crate) fn parameter_code_taken() -> Issue {
    issue(
        IssueCode::Duplicate,
        "Another active SearchParameter of this server has the same url, or the same code for one of these types. Choose another, or retire that one first.",
        "Ein anderer aktiver SearchParameter dieses Servers hat dieselbe url oder denselben Code für einen dieser Typen. Wählen Sie einen anderen, oder setzen Sie jenen zuerst auf retired.",
        "Un autre SearchParameter actif de ce serveur a le même url, ou le même code pour un de ces types. Choisissez-en un autre, ou passez d’abord celui-là à retired.",
    )
    .at("SearchParameter.code")
}

pub(crate) fn too_many_parameters(max: usize) -> Issue {
    Issue::new(
        IssueCode::TooCostly,
        Message::of(
            format!("There are {max} active SearchParameters already. Retire one that is not needed any more."),
            format!("Es gibt bereits {max} aktive SearchParameter. Setzen Sie einen auf retired, der nicht mehr gebraucht wird."),
            format!("Il y a déjà {max} SearchParameter actifs. Passez à retired un qui ne sert plus."),
        ),
    )
    .at("SearchParameter.status")
}

pub(crate) fn not_extracted(code: &str, percent: u8) -> Issue {
    Issue::new(
        IssueCode::Transient,
        Message::of(
            format!(
                "It cannot be searched by {code} yet: of 100 records that it is for, {percent} know it. The others were written before it and have to be extracted anew, which two administrators approve (salus index extract)."
            ),
            format!(
                "Nach {code} kann noch nicht gesucht werden: Von 100 betroffenen Datensätzen kennen ihn {percent}. Die übrigen wurden vorher geschrieben und müssen neu erschlossen werden; zwei Verwalter geben das frei (salus index extract)."
            ),
            format!(
                "La recherche par {code} n’est pas encore possible : sur 100 enregistrements concernés, {percent} le connaissent. Les autres ont été écrits avant et doivent être extraits à nouveau, ce que deux administrateurs approuvent (salus index extract)."
            ),
        ),
    )
}

pub(crate) fn validate_nothing() -> Issue {
    issue(
        IssueCode::Required,
        "There is nothing to validate. Send a resource, or Parameters with one under the name resource; or ask at [type]/[id]/$validate for the record that is there.",
        "Es gibt nichts zu prüfen. Senden Sie eine Ressource, oder Parameters mit einer unter dem Namen resource; oder fragen Sie unter [Typ]/[id]/$validate nach dem vorhandenen Datensatz.",
        "Il n’y a rien à valider. Envoyez une ressource, ou Parameters qui en contient une sous le nom resource ; ou demandez à [type]/[id]/$validate pour l’enregistrement existant.",
    )
}

pub(crate) fn validate_parameters() -> Issue {
    issue(
        IssueCode::NotSupported,
        "Of $validate, the parameters resource (once), profile (a canonical, not empty) and mode (create, update, delete, profile) are known.",
        "Bei $validate sind die Parameter resource (einmal), profile (ein canonical, nicht leer) und mode (create, update, delete, profile) bekannt.",
        "De $validate, les paramètres resource (une fois), profile (un canonical, non vide) et mode (create, update, delete, profile) sont connus.",
    )
}

pub(crate) fn validate_profiles(max: usize) -> Issue {
    Issue::new(
        IssueCode::TooCostly,
        Message::of(
            format!("At most {max} profiles can be asked for at once."),
            format!("Es können höchstens {max} Profile auf einmal verlangt werden."),
            format!("Au plus {max} profils peuvent être demandés à la fois."),
        ),
    )
}

pub(crate) fn import_empty() -> Issue {
    issue(
        IssueCode::Required,
        "There is no line with a resource in it. Send NDJSON: a resource a line.",
        "Keine Zeile enthält eine Ressource. Senden Sie NDJSON: eine Ressource je Zeile.",
        "Aucune ligne ne contient de ressource. Envoyez du NDJSON : une ressource par ligne.",
    )
}

pub(crate) fn import_not_utf8(line: usize) -> Issue {
    Issue::new(
        IssueCode::Structure,
        Message::of(
            format!(
                "Line {line} is not in UTF-8; nothing was written. Encode all lines in UTF-8 and send them again."
            ),
            format!(
                "Zeile {line} ist nicht in UTF-8; nichts wurde geschrieben. Kodieren Sie alle Zeilen in UTF-8 und senden Sie sie erneut."
            ),
            format!(
                "La ligne {line} n’est pas en UTF-8 ; rien n’a été écrit. Encodez toutes les lignes en UTF-8 et renvoyez-les."
            ),
        ),
    )
}

pub(crate) fn import_too_many(max: usize) -> Issue {
    Issue::new(
        IssueCode::TooLong,
        Message::of(
            format!("More than {max} lines. Send them in parts."),
            format!("Mehr als {max} Zeilen. Senden Sie sie in Teilen."),
            format!("Plus de {max} lignes. Envoyez-les par parties."),
        ),
    )
}

pub(crate) fn import_twice(kind: String) -> Issue {
    issue(
        IssueCode::Duplicate,
        "A line above writes the same record, and lines have no order. Send only the newest version, or this one in a request of its own.",
        "Eine Zeile weiter oben schreibt denselben Datensatz, und Zeilen haben keine Reihenfolge. Senden Sie nur die neueste Version, oder diese in einer eigenen Anfrage.",
        "Une ligne précédente écrit le même enregistrement, et les lignes n’ont pas d’ordre. N’envoyez que la version la plus récente, ou celle-ci dans une requête à part.",
    )
    .at(format!("{kind}.id"))
}
