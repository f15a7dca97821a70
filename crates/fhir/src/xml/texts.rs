//! What a fault of XML says, in three languages: what was found, and how to mend it.

use super::{MAX_ATTRIBUTES, NAMESPACE, XmlCause, XmlFault};
use crate::Language;
use crate::message::{meant, rule};

impl XmlFault {
    /// The sentence, with line and column where there are some.
    pub fn text(&self, language: Language) -> String {
        if let XmlCause::Json(error) = &self.cause {
            return crate::Message::Json(*error).text(language);
        }
        let cause = match language {
            Language::En => english(&self.cause),
            Language::De => german(&self.cause),
            Language::Fr => french(&self.cause),
        };
        if self.line == 0 {
            return cause;
        }
        let (line, column) = (self.line, self.column);
        match language {
            Language::En => format!("XML, line {line}, column {column}: {cause}"),
            Language::De => format!("XML, Zeile {line}, Spalte {column}: {cause}"),
            Language::Fr => format!("XML, ligne {line}, colonne {column} : {cause}"),
        }
    }
}

fn english(cause: &XmlCause) -> String {
    use Language::En;
    match cause {
        XmlCause::Size => "The XML is too large. Send it in parts.".into(),
        XmlCause::NotUtf8 => "The XML is not in UTF-8. Encode it in UTF-8 and say so, or nothing, in its declaration.".into(),
        XmlCause::Version => "This is not XML 1.0. Begin with <?xml version=\"1.0\"?>, or leave that out.".into(),
        XmlCause::Syntax => "A tag, comment or attribute is not written as XML wants it, or the text ends too early. Close it, and write & as &amp; and < as &lt;.".into(),
        XmlCause::EndTag => "An end tag is missing or fits no start tag. Close each element under its own name.".into(),
        XmlCause::DocumentType => "A document type is not allowed, nor are entities of one's own. Remove <!DOCTYPE ...>.".into(),
        XmlCause::Instruction => "A processing instruction is not allowed. Remove it.".into(),
        XmlCause::Cdata => "CDATA is not allowed. Write the text itself, with & as &amp; and < as &lt;.".into(),
        XmlCause::Entity => "XML does not know this entity. Write the character itself, or its number such as &#160;.".into(),
        XmlCause::Character => "A character that XML does not have. Remove it.".into(),
        XmlCause::Text => "Text where only elements belong. FHIR writes a value into the attribute value.".into(),
        XmlCause::NoRoot => "There is no element. Send a resource, such as <Patient>.".into(),
        XmlCause::SecondRoot => "A second element behind the resource. Send one resource, or a Bundle.".into(),
        XmlCause::Namespace => format!("The element is not in FHIR's namespace. Write xmlns=\"{NAMESPACE}\" at the outermost element, and no other."),
        XmlCause::TypeUnknown { nearest } => format!("The element names no resource type of FHIR R4.{}", meant(nearest, En)),
        XmlCause::UnknownElement { name: Some(name), owner, nearest } => format!("The element {name} does not exist in {owner}.{}", meant(nearest, En)),
        XmlCause::UnknownElement { name: None, owner, .. } => format!("An element that does not exist in {owner}; its name is no FHIR name. Remove it."),
        XmlCause::UnknownAttribute { name: Some(name) } => format!("The attribute {name} does not belong here. Remove it, or write it as an element."),
        XmlCause::UnknownAttribute { name: None } => "An attribute that does not belong here. Remove it.".into(),
        XmlCause::AttributeTwice => "The element has the same attribute twice. Keep one.".into(),
        XmlCause::Attributes => format!("The element has more than {MAX_ATTRIBUTES} attributes. Remove some."),
        XmlCause::AttributeExpected { name } => format!("{name} is an attribute here. Write {name}=\"...\" into the start tag."),
        XmlCause::ValueMissing => "The element has neither a value nor an extension. Write value=\"...\" into its tag, or remove it.".into(),
        XmlCause::Empty => "The element is empty. Fill it or remove it.".into(),
        XmlCause::NotRepeating => "This element occurs once only. Remove the others.".into(),
        XmlCause::ChoiceTwice { name } => format!("{name}[x] is given in more than one type; only one is allowed. Remove the others."),
        XmlCause::Order { name, before } => format!("{name} stands behind {before}; XML has R4's order. Move {name} before {before}, and those of one name together."),
        XmlCause::Format(primitive) => format!("The value is no {}: {}", primitive.name(), rule(*primitive, En)),
        XmlCause::OneResource => "The element must hold exactly one resource, such as <Patient>.".into(),
        XmlCause::Depth => "The elements lie too deep in one another. Make it flatter.".into(),
        XmlCause::Narrative => "A narrative is one <div xmlns=\"http://www.w3.org/1999/xhtml\">, all in this namespace and without prefixes.".into(),
        XmlCause::Json(_) | XmlCause::Shape => "The record is not shaped as FHIR R4 has it, so that it can't be written in XML. Ask for JSON.".into(),
        XmlCause::NotInXml => "The record holds something that XML can't hold: a control character, or an extension of an id or an address. Ask for JSON.".into(),
    }
}

fn german(cause: &XmlCause) -> String {
    use Language::De;
    match cause {
        XmlCause::Size => "Das XML ist zu groß. Senden Sie es in Teilen.".into(),
        XmlCause::NotUtf8 => "Das XML ist nicht in UTF-8. Kodieren Sie es in UTF-8, und nennen Sie in der XML-Deklaration dies oder nichts.".into(),
        XmlCause::Version => "Das ist nicht XML 1.0. Beginnen Sie mit <?xml version=\"1.0\"?>, oder lassen Sie das weg.".into(),
        XmlCause::Syntax => "Ein Tag, Kommentar oder Attribut ist nicht geschrieben, wie XML es verlangt, oder der Text endet zu früh. Schließen Sie es, und schreiben Sie & als &amp; und < als &lt;.".into(),
        XmlCause::EndTag => "Ein Ende-Tag fehlt oder passt zu keinem Anfang. Schließen Sie jedes Element unter seinem eigenen Namen.".into(),
        XmlCause::DocumentType => "Ein Dokumenttyp ist nicht erlaubt, eigene Entities auch nicht. Entfernen Sie <!DOCTYPE ...>.".into(),
        XmlCause::Instruction => "Eine Verarbeitungsanweisung ist nicht erlaubt. Entfernen Sie sie.".into(),
        XmlCause::Cdata => "CDATA ist nicht erlaubt. Schreiben Sie den Text selbst, mit & als &amp; und < als &lt;.".into(),
        XmlCause::Entity => "XML kennt diese Entity nicht. Schreiben Sie das Zeichen selbst oder seine Nummer, etwa &#160;.".into(),
        XmlCause::Character => "Ein Zeichen, das es in XML nicht gibt. Entfernen Sie es.".into(),
        XmlCause::Text => "Text, wo nur Elemente hingehören. FHIR schreibt einen Wert in das Attribut value.".into(),
        XmlCause::NoRoot => "Es gibt kein Element. Senden Sie eine Ressource, etwa <Patient>.".into(),
        XmlCause::SecondRoot => "Ein zweites Element hinter der Ressource. Senden Sie eine Ressource oder ein Bundle.".into(),
        XmlCause::Namespace => format!("Das Element ist nicht im Namensraum von FHIR. Schreiben Sie xmlns=\"{NAMESPACE}\" an das äußerste Element, und keinen anderen."),
        XmlCause::TypeUnknown { nearest } => format!("Das Element nennt keinen Ressourcentyp von FHIR R4.{}", meant(nearest, De)),
        XmlCause::UnknownElement { name: Some(name), owner, nearest } => format!("Das Element {name} gibt es in {owner} nicht.{}", meant(nearest, De)),
        XmlCause::UnknownElement { name: None, owner, .. } => format!("Ein Element, das es in {owner} nicht gibt; sein Name ist kein FHIR-Name. Entfernen Sie es."),
        XmlCause::UnknownAttribute { name: Some(name) } => format!("Das Attribut {name} gehört nicht hierher. Entfernen Sie es, oder schreiben Sie es als Element."),
        XmlCause::UnknownAttribute { name: None } => "Ein Attribut, das nicht hierher gehört. Entfernen Sie es.".into(),
        XmlCause::AttributeTwice => "Das Element hat dasselbe Attribut doppelt. Behalten Sie eines.".into(),
        XmlCause::Attributes => format!("Das Element hat mehr als {MAX_ATTRIBUTES} Attribute. Entfernen Sie welche."),
        XmlCause::AttributeExpected { name } => format!("{name} ist hier ein Attribut. Schreiben Sie {name}=\"...\" in das Anfangs-Tag."),
        XmlCause::ValueMissing => "Das Element hat weder einen Wert noch eine Erweiterung. Schreiben Sie value=\"...\" in sein Tag, oder entfernen Sie es.".into(),
        XmlCause::Empty => "Das Element ist leer. Füllen oder entfernen Sie es.".into(),
        XmlCause::NotRepeating => "Dieses Element kommt nur einmal vor. Entfernen Sie die anderen.".into(),
        XmlCause::ChoiceTwice { name } => format!("{name}[x] ist in mehr als einem Typ angegeben; nur einer ist erlaubt. Entfernen Sie die anderen."),
        XmlCause::Order { name, before } => format!("{name} steht hinter {before}; in XML gilt die Reihenfolge von R4. Setzen Sie {name} vor {before}, und gleichnamige zusammen."),
        XmlCause::Format(primitive) => format!("Der Wert ist kein gültiger Wert vom Typ {}: {}", primitive.name(), rule(*primitive, De)),
        XmlCause::OneResource => "Das Element muss genau eine Ressource enthalten, etwa <Patient>.".into(),
        XmlCause::Depth => "Die Elemente sind zu tief verschachtelt. Machen Sie es flacher.".into(),
        XmlCause::Narrative => "Ein Narrativ ist ein <div xmlns=\"http://www.w3.org/1999/xhtml\">, ganz in diesem Namensraum und ohne Präfixe.".into(),
        XmlCause::Json(_) | XmlCause::Shape => "Der Datensatz ist nicht gebaut, wie FHIR R4 es verlangt, und kann nicht als XML geschrieben werden. Verlangen Sie JSON.".into(),
        XmlCause::NotInXml => "Der Datensatz enthält etwas, das XML nicht fassen kann: ein Steuerzeichen oder eine Erweiterung einer id oder Adresse. Verlangen Sie JSON.".into(),
    }
}

fn french(cause: &XmlCause) -> String {
    use Language::Fr;
    match cause {
        XmlCause::Size => "Le XML est trop grand. Envoyez-le en plusieurs parties.".into(),
        XmlCause::NotUtf8 => "Le XML n’est pas en UTF-8. Encodez-le en UTF-8, et que sa déclaration dise cela ou rien.".into(),
        XmlCause::Version => "Ce n’est pas du XML 1.0. Commencez par <?xml version=\"1.0\"?>, ou omettez-le.".into(),
        XmlCause::Syntax => "Une balise, un commentaire ou un attribut n’est pas écrit comme le veut XML, ou le texte finit trop tôt. Fermez-le, et écrivez & comme &amp; et < comme &lt;.".into(),
        XmlCause::EndTag => "Une balise de fin manque ou ne correspond à aucun début. Fermez chaque élément sous son propre nom.".into(),
        XmlCause::DocumentType => "Un type de document n’est pas permis, ni des entités propres. Supprimez <!DOCTYPE ...>.".into(),
        XmlCause::Instruction => "Une instruction de traitement n’est pas permise. Supprimez-la.".into(),
        XmlCause::Cdata => "CDATA n’est pas permis. Écrivez le texte lui-même, avec & comme &amp; et < comme &lt;.".into(),
        XmlCause::Entity => "XML ne connaît pas cette entité. Écrivez le caractère lui-même ou son numéro, par exemple &#160;.".into(),
        XmlCause::Character => "Un caractère que XML n’a pas. Supprimez-le.".into(),
        XmlCause::Text => "Du texte là où seuls des éléments sont attendus. FHIR écrit une valeur dans l’attribut value.".into(),
        XmlCause::NoRoot => "Il n’y a aucun élément. Envoyez une ressource, par exemple <Patient>.".into(),
        XmlCause::SecondRoot => "Un second élément derrière la ressource. Envoyez une ressource, ou un Bundle.".into(),
        XmlCause::Namespace => format!("L’élément n’est pas dans l’espace de noms de FHIR. Écrivez xmlns=\"{NAMESPACE}\" dans l’élément extérieur, et aucun autre."),
        XmlCause::TypeUnknown { nearest } => format!("L’élément ne nomme aucun type de ressource de FHIR R4.{}", meant(nearest, Fr)),
        XmlCause::UnknownElement { name: Some(name), owner, nearest } => format!("L’élément {name} n’existe pas dans {owner}.{}", meant(nearest, Fr)),
        XmlCause::UnknownElement { name: None, owner, .. } => format!("Un élément qui n’existe pas dans {owner} ; son nom n’est pas un nom FHIR. Supprimez-le."),
        XmlCause::UnknownAttribute { name: Some(name) } => format!("L’attribut {name} n’a pas sa place ici. Supprimez-le, ou écrivez-le comme élément."),
        XmlCause::UnknownAttribute { name: None } => "Un attribut qui n’a pas sa place ici. Supprimez-le.".into(),
        XmlCause::AttributeTwice => "L’élément a deux fois le même attribut. Gardez-en un.".into(),
        XmlCause::Attributes => format!("L’élément a plus de {MAX_ATTRIBUTES} attributs. Supprimez-en."),
        XmlCause::AttributeExpected { name } => format!("{name} est ici un attribut. Écrivez {name}=\"...\" dans la balise de début."),
        XmlCause::ValueMissing => "L’élément n’a ni valeur ni extension. Écrivez value=\"...\" dans sa balise, ou supprimez-le.".into(),
        XmlCause::Empty => "L’élément est vide. Remplissez-le ou supprimez-le.".into(),
        XmlCause::NotRepeating => "Cet élément n’est présent qu’une fois. Supprimez les autres.".into(),
        XmlCause::ChoiceTwice { name } => format!("{name}[x] est donné dans plus d’un type ; un seul est permis. Supprimez les autres."),
        XmlCause::Order { name, before } => format!("{name} se trouve derrière {before} ; XML suit l’ordre de R4. Mettez {name} avant {before}, et ceux du même nom ensemble."),
        XmlCause::Format(primitive) => format!("La valeur n’est pas du type {} : {}", primitive.name(), rule(*primitive, Fr)),
        XmlCause::OneResource => "L’élément doit contenir exactement une ressource, par exemple <Patient>.".into(),
        XmlCause::Depth => "Les éléments sont imbriqués trop profondément. Aplatissez-les.".into(),
        XmlCause::Narrative => "Un texte narratif est un <div xmlns=\"http://www.w3.org/1999/xhtml\">, tout entier dans cet espace de noms et sans préfixes.".into(),
        XmlCause::Json(_) | XmlCause::Shape => "L’enregistrement n’a pas la forme que veut FHIR R4 et ne peut être écrit en XML. Demandez du JSON.".into(),
        XmlCause::NotInXml => "L’enregistrement contient ce que XML ne peut contenir : un caractère de commande, ou l’extension d’un id ou d’une adresse. Demandez du JSON.".into(),
    }
}
