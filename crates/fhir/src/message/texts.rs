//! The sentences of each message, a function for each language. The three say the same.

use super::Message;
use super::parts::{cause, kind, meant, rule};
use crate::Language;

impl Message {
    pub(super) fn english(&self) -> String {
        use Language::En;
        match self {
            Self::Json(error) => format!(
                "Not JSON: line {}, column {}: {}",
                error.line,
                error.column,
                cause(error.cause, En)
            ),
            Self::NotUtf8 => "The body is not UTF-8. Send JSON encoded in UTF-8.".into(),
            Self::ResourceKind(found) => format!("Found {}. A resource is a JSON object.", kind(*found, En)),
            Self::TypeMissing => "The property resourceType is missing. Every resource names its type in it, such as \"resourceType\": \"Patient\".".into(),
            Self::TypeUnknown { nearest } => format!("resourceType names no resource type of FHIR R4.{}", meant(nearest, En)),
            Self::TypeDiffers { found, expected } => format!("Found a resource of type {found} where {expected} is expected. Send it to its own type's address or correct resourceType."),
            Self::UnknownProperty { name, owner, nearest } => match name {
                Some(name) => format!("The property {name} does not exist in {owner}.{}", meant(nearest, En)),
                None => format!("A property that does not exist in {owner}; its name is no FHIR name. Remove it."),
            },
            Self::Kind { expected, found } => format!("Found {}; {} belongs here.", kind(*found, En), kind(*expected, En)),
            Self::NotRepeating => "Found an array; this element does not repeat. Remove the brackets.".into(),
            Self::Repeating => "Found a single value; this element repeats and is always an array. Put it in brackets.".into(),
            Self::Missing { name, owner } => format!("{name} is missing; {owner} requires it. Add it."),
            Self::ChoiceTwice { name } => format!("{name}[x] is given in more than one type; only one is allowed. Remove the others."),
            Self::Format(primitive) => format!("The value is no {}: {}", primitive.name(), rule(*primitive, En)),
            Self::Reference => "Not a reference: write Type/id, an absolute address, urn:uuid: with a UUID, or # with the id of a contained resource.".into(),
            Self::LooseReference => "The reference is no address of a record, so nobody can follow it: write Type/id, if it is one.".into(),
            Self::Null => "Found null; a property without a value is left out. Remove it.".into(),
            Self::NullAlone => "Found null without a counterpart; each place needs a value, or an extension in the sibling array whose name begins with an underscore.".into(),
            Self::EmptyArray => "Found an empty array; a property without a value is left out. Remove it.".into(),
            Self::EmptyObject => "Found an empty object; an element has a value, an extension or an id at least. Remove or fill it.".into(),
            Self::ExtensionContent { both: true } => "The extension has both a value and nested extensions; only one of them is allowed.".into(),
            Self::ExtensionContent { both: false } => "The extension has neither a value nor nested extensions; give it one of them.".into(),
            Self::NestedContained => "A contained resource contains resources; only the outermost resource may. Move them there.".into(),
            Self::TooManyEntries { max } => format!("The bundle has more than {max} entries. Send it in parts."),
            Self::RequestMissing => "request is missing; every entry of a batch or transaction says with it what is to be done. Add it.".into(),
            Self::MoreIssues => "There may be more issues; only the first are shown. Mend these and try again.".into(),
            Self::AllFine => "No issues.".into(),
            Self::Conformity(conformity) => conformity.text(En),
            Self::Search(fault) => fault.text(En),
            Self::Xml(fault) => fault.text(En),
            Self::Patch(fault) => fault.text(En),
            Self::Text { en, .. } => en.to_string(),
        }
    }

    pub(super) fn german(&self) -> String {
        use Language::De;
        match self {
            Self::Json(error) => format!(
                "Kein JSON: Zeile {}, Spalte {}: {}",
                error.line,
                error.column,
                cause(error.cause, De)
            ),
            Self::NotUtf8 => "Der Inhalt ist nicht in UTF-8 kodiert. Senden Sie JSON in UTF-8.".into(),
            Self::ResourceKind(found) => format!("Gefunden: {}. Eine Ressource ist ein JSON-Objekt.", kind(*found, De)),
            Self::TypeMissing => "Die Eigenschaft resourceType fehlt. Jede Ressource nennt darin ihren Typ, zum Beispiel \"resourceType\": \"Patient\".".into(),
            Self::TypeUnknown { nearest } => format!("resourceType nennt keinen Ressourcentyp von FHIR R4.{}", meant(nearest, De)),
            Self::TypeDiffers { found, expected } => format!("Eine Ressource vom Typ {found} steht, wo {expected} erwartet wird. Senden Sie sie an die Adresse ihres Typs oder berichtigen Sie resourceType."),
            Self::UnknownProperty { name, owner, nearest } => match name {
                Some(name) => format!("Die Eigenschaft {name} gibt es in {owner} nicht.{}", meant(nearest, De)),
                None => format!("Eine Eigenschaft, die es in {owner} nicht gibt; ihr Name ist kein FHIR-Name. Entfernen Sie sie."),
            },
            Self::Kind { expected, found } => format!("Gefunden: {}; erwartet: {}.", kind(*found, De), kind(*expected, De)),
            Self::NotRepeating => "Gefunden: ein Array; dieses Element kommt nur einmal vor. Entfernen Sie die eckigen Klammern.".into(),
            Self::Repeating => "Gefunden: ein einzelner Wert; dieses Element kann mehrfach vorkommen und ist immer ein Array. Setzen Sie ihn in eckige Klammern.".into(),
            Self::Missing { name, owner } => format!("{name} fehlt; {owner} verlangt es. Ergänzen Sie es."),
            Self::ChoiceTwice { name } => format!("{name}[x] ist in mehr als einem Typ angegeben; nur einer ist erlaubt. Entfernen Sie die anderen."),
            Self::Format(primitive) => format!("Der Wert ist kein gültiger Wert vom Typ {}: {}", primitive.name(), rule(*primitive, De)),
            Self::Reference => "Keine Referenz: schreiben Sie Typ/id, eine absolute Adresse, urn:uuid: mit einer UUID oder # mit der id einer enthaltenen Ressource.".into(),
            Self::LooseReference => "Die Referenz ist keine Adresse eines Datensatzes, niemand kann ihr folgen: schreiben Sie Typ/id, wenn es einer ist.".into(),
            Self::Null => "Gefunden: null; eine Eigenschaft ohne Wert wird weggelassen. Entfernen Sie sie.".into(),
            Self::NullAlone => "Gefunden: null ohne Gegenstück; jede Stelle braucht einen Wert oder eine Erweiterung im Geschwister-Array, dessen Name mit einem Unterstrich beginnt.".into(),
            Self::EmptyArray => "Gefunden: ein leeres Array; eine Eigenschaft ohne Wert wird weggelassen. Entfernen Sie es.".into(),
            Self::EmptyObject => "Gefunden: ein leeres Objekt; ein Element hat mindestens einen Wert, eine Erweiterung oder eine id. Entfernen oder füllen Sie es.".into(),
            Self::ExtensionContent { both: true } => "Die Erweiterung hat sowohl einen Wert als auch innere Erweiterungen; nur eines davon ist erlaubt.".into(),
            Self::ExtensionContent { both: false } => "Die Erweiterung hat weder einen Wert noch innere Erweiterungen; geben Sie ihr eines davon.".into(),
            Self::NestedContained => "Eine enthaltene Ressource enthält selbst Ressourcen; das darf nur die äußerste. Verschieben Sie sie dorthin.".into(),
            Self::TooManyEntries { max } => format!("Das Bundle hat mehr als {max} Einträge. Senden Sie es in Teilen."),
            Self::RequestMissing => "request fehlt; jeder Eintrag eines Batch oder einer Transaktion sagt damit, was zu tun ist. Ergänzen Sie es.".into(),
            Self::MoreIssues => "Es kann weitere Fehler geben; nur die ersten werden gezeigt. Beheben Sie diese und versuchen Sie es erneut.".into(),
            Self::AllFine => "Keine Fehler.".into(),
            Self::Conformity(conformity) => conformity.text(De),
            Self::Search(fault) => fault.text(De),
            Self::Xml(fault) => fault.text(De),
            Self::Patch(fault) => fault.text(De),
            Self::Text { de, .. } => de.to_string(),
        }
    }

    pub(super) fn french(&self) -> String {
        use Language::Fr;
        match self {
            Self::Json(error) => format!(
                "JSON invalide : ligne {}, colonne {} : {}",
                error.line,
                error.column,
                cause(error.cause, Fr)
            ),
            Self::NotUtf8 => "Le contenu n’est pas en UTF-8. Envoyez du JSON encodé en UTF-8.".into(),
            Self::ResourceKind(found) => format!("Trouvé : {}. Une ressource est un objet JSON.", kind(*found, Fr)),
            Self::TypeMissing => "La propriété resourceType manque. Chaque ressource y nomme son type, par exemple \"resourceType\": \"Patient\".".into(),
            Self::TypeUnknown { nearest } => format!("resourceType ne nomme aucun type de ressource de FHIR R4.{}", meant(nearest, Fr)),
            Self::TypeDiffers { found, expected } => format!("Une ressource de type {found} se trouve là où {expected} est attendu. Envoyez-la à l’adresse de son type ou corrigez resourceType."),
            Self::UnknownProperty { name, owner, nearest } => match name {
                Some(name) => format!("La propriété {name} n’existe pas dans {owner}.{}", meant(nearest, Fr)),
                None => format!("Une propriété qui n’existe pas dans {owner} ; son nom n’est pas un nom FHIR. Supprimez-la."),
            },
            Self::Kind { expected, found } => format!("Trouvé : {} ; attendu : {}.", kind(*found, Fr), kind(*expected, Fr)),
            Self::NotRepeating => "Trouvé : un tableau ; cet élément ne se répète pas. Supprimez les crochets.".into(),
            Self::Repeating => "Trouvé : une valeur seule ; cet élément se répète et est toujours un tableau. Mettez-la entre crochets.".into(),
            Self::Missing { name, owner } => format!("{name} manque ; {owner} l’exige. Ajoutez-le."),
            Self::ChoiceTwice { name } => format!("{name}[x] est donné dans plus d’un type ; un seul est permis. Supprimez les autres."),
            Self::Format(primitive) => format!("La valeur n’est pas du type {} : {}", primitive.name(), rule(*primitive, Fr)),
            Self::Reference => "Pas une référence : écrivez Type/id, une adresse absolue, urn:uuid: avec un UUID, ou # avec l’id d’une ressource contenue.".into(),
            Self::LooseReference => "La référence n’est l’adresse d’aucun enregistrement, personne ne peut la suivre : écrivez Type/id, si c’en est un.".into(),
            Self::Null => "Trouvé : null ; une propriété sans valeur est omise. Supprimez-la.".into(),
            Self::NullAlone => "Trouvé : null sans contrepartie ; chaque place demande une valeur, ou une extension dans le tableau frère dont le nom commence par un tiret bas.".into(),
            Self::EmptyArray => "Trouvé : un tableau vide ; une propriété sans valeur est omise. Supprimez-le.".into(),
            Self::EmptyObject => "Trouvé : un objet vide ; un élément a au moins une valeur, une extension ou un id. Supprimez-le ou remplissez-le.".into(),
            Self::ExtensionContent { both: true } => "L’extension a une valeur et des extensions imbriquées ; un seul des deux est permis.".into(),
            Self::ExtensionContent { both: false } => "L’extension n’a ni valeur ni extensions imbriquées ; donnez-lui l’un des deux.".into(),
            Self::NestedContained => "Une ressource contenue contient des ressources ; seule la ressource extérieure le peut. Déplacez-les-y.".into(),
            Self::TooManyEntries { max } => format!("Le Bundle a plus de {max} entrées. Envoyez-le en plusieurs parties."),
            Self::RequestMissing => "request manque ; chaque entrée d’un lot ou d’une transaction dit par lui ce qui est à faire. Ajoutez-le.".into(),
            Self::MoreIssues => "Il peut y avoir d’autres erreurs ; seules les premières sont montrées. Corrigez-les et réessayez.".into(),
            Self::AllFine => "Aucune erreur.".into(),
            Self::Conformity(conformity) => conformity.text(Fr),
            Self::Search(fault) => fault.text(Fr),
            Self::Xml(fault) => fault.text(Fr),
            Self::Patch(fault) => fault.text(Fr),
            Self::Text { fr, .. } => fr.to_string(),
        }
    }
}
