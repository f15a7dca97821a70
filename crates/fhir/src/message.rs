//! What an issue says, in three languages: what was found, which rule it breaks, how to mend it.
//!
//! A message never holds a value of a document. The only foreign text in it is the name of an unknown property, and
//! that only while it looks like a name (see [`Message::unknown_property`]).

use std::borrow::Cow;

use crate::json::{self, Cause};
use crate::{Language, PrimitiveKind};

/// The longest foreign property name that is repeated in a message, in bytes.
const MAX_SHOWN_NAME_BYTES: usize = 64;

/// A kind of JSON value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonKind {
    /// `null`
    Null,
    /// `true` or `false`
    Boolean,
    /// A number
    Number,
    /// A string
    String,
    /// An array
    Array,
    /// An object
    Object,
}

impl From<json::Kind> for JsonKind {
    fn from(kind: json::Kind) -> Self {
        match kind {
            json::Kind::Null => Self::Null,
            json::Kind::True | json::Kind::False => Self::Boolean,
            json::Kind::Number => Self::Number,
            json::Kind::String | json::Kind::Key => Self::String,
            json::Kind::Array => Self::Array,
            json::Kind::Object => Self::Object,
        }
    }
}

/// What an issue says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// The text is not JSON.
    Json(json::Error),
    /// The bytes are not UTF-8.
    NotUtf8,
    /// A resource is something else than an object.
    ResourceKind(JsonKind),
    /// `resourceType` is missing or no string.
    TypeMissing,
    /// `resourceType` names no type of R4.
    TypeUnknown {
        /// Types with similar names, the nearest first.
        nearest: Vec<&'static str>,
    },
    /// It is a resource of another type than the one asked for.
    TypeDiffers {
        /// The type it is of.
        found: &'static str,
        /// The type that was expected.
        expected: &'static str,
    },
    /// A property that its type does not have; made by [`Message::unknown_property`].
    UnknownProperty {
        /// Its name, or nothing when that might be something else than a name.
        name: Option<String>,
        /// The type it stands in, such as `Patient.contact`.
        owner: &'static str,
        /// The type's properties with similar names, the nearest first.
        nearest: Vec<String>,
    },
    /// A value of the wrong JSON kind.
    Kind {
        /// What belongs there.
        expected: JsonKind,
        /// What stands there.
        found: JsonKind,
    },
    /// An array where one value belongs.
    NotRepeating,
    /// One value where an array belongs.
    Repeating,
    /// A required element is missing.
    Missing {
        /// The element, `[x]` included.
        name: String,
        /// The type that requires it.
        owner: &'static str,
    },
    /// A choice element was given in two types.
    ChoiceTwice {
        /// The element, without `[x]`.
        name: &'static str,
    },
    /// A primitive value is not written as its type wants it.
    Format(PrimitiveKind),
    /// `null` as a property's value.
    Null,
    /// `null` in an array, and nothing at the same place of the sibling array.
    NullAlone,
    /// An array without elements.
    EmptyArray,
    /// An object without properties.
    EmptyObject,
    /// An extension with neither or both of value and nested extensions.
    ExtensionContent {
        /// Both rather than neither.
        both: bool,
    },
    /// A contained resource contains resources.
    NestedContained,
    /// A bundle has too many entries.
    TooManyEntries {
        /// The most that are taken.
        max: usize,
    },
    /// An entry of a batch or transaction has no request.
    RequestMissing,
    /// The bound of issues is reached; there may be more.
    MoreIssues,
    /// Nothing is wrong.
    AllFine,
    /// A text of the caller's. It must not hold a value of a document.
    Text {
        /// English
        en: Cow<'static, str>,
        /// German
        de: Cow<'static, str>,
        /// French
        fr: Cow<'static, str>,
    },
}

impl Message {
    /// A text in the three languages.
    pub fn of(
        en: impl Into<Cow<'static, str>>,
        de: impl Into<Cow<'static, str>>,
        fr: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::Text { en: en.into(), de: de.into(), fr: fr.into() }
    }

    /// An unknown property. Its name is kept only when it is at most 64 bytes of ASCII letters, digits and `_`:
    /// anything else may be a value in the wrong place.
    pub fn unknown_property(name: &str, owner: &'static str, nearest: Vec<String>) -> Self {
        Self::UnknownProperty { name: shown_name(name).map(str::to_owned), owner, nearest }
    }

    /// The message in `language`.
    pub fn text(&self, language: Language) -> String {
        match language {
            Language::De => self.german(),
            Language::Fr => self.french(),
            Language::En => self.english(),
        }
    }

    fn english(&self) -> String {
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
            Self::Text { en, .. } => en.to_string(),
        }
    }

    fn german(&self) -> String {
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
            Self::Text { de, .. } => de.to_string(),
        }
    }

    fn french(&self) -> String {
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
            Self::Text { fr, .. } => fr.to_string(),
        }
    }
}

/// The name, when it is safe to repeat.
pub(crate) fn shown_name(name: &str) -> Option<&str> {
    let looks_like_a_name = !name.is_empty()
        && name.len() <= MAX_SHOWN_NAME_BYTES
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    looks_like_a_name.then_some(name)
}

fn pick(language: Language, en: &'static str, de: &'static str, fr: &'static str) -> &'static str {
    match language {
        Language::De => de,
        Language::Fr => fr,
        Language::En => en,
    }
}

/// The sentence that proposes names, with a space before it.
fn meant<S: AsRef<str>>(nearest: &[S], language: Language) -> String {
    let Some((last, others)) = nearest.split_last() else {
        return format!(
            " {}",
            pick(
                language,
                "Remove or correct it.",
                "Entfernen oder berichtigen Sie sie.",
                "Supprimez-la ou corrigez-la."
            )
        );
    };
    let mut names = others.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", ");
    if !names.is_empty() {
        names.push_str(pick(language, " or ", " oder ", " ou "));
    }
    names.push_str(last.as_ref());
    let (before, after) = match language {
        Language::En => ("Did you mean", "?"),
        Language::De => ("Meinten Sie", "?"),
        Language::Fr => ("Vouliez-vous dire", " ?"),
    };
    format!(" {before} {names}{after}")
}

fn kind(kind: JsonKind, language: Language) -> &'static str {
    match kind {
        JsonKind::Null => "null",
        JsonKind::Boolean => pick(language, "true or false", "true oder false", "true ou false"),
        JsonKind::Number => pick(language, "a number", "eine Zahl", "un nombre"),
        JsonKind::String => pick(language, "a string", "eine Zeichenkette", "une chaîne de caractères"),
        JsonKind::Array => pick(language, "an array", "ein Array", "un tableau"),
        JsonKind::Object => pick(language, "an object", "ein Objekt", "un objet"),
    }
}

fn cause(cause: Cause, language: Language) -> &'static str {
    let (en, de, fr) = match cause {
        Cause::End => ("the text ends too early.", "der Text endet zu früh.", "le texte finit trop tôt."),
        Cause::ByteOrderMark => (
            "a byte order mark is not allowed; remove it.",
            "eine Byte-Reihenfolge-Marke ist nicht erlaubt; entfernen Sie sie.",
            "une marque d’ordre des octets n’est pas permise ; supprimez-la.",
        ),
        Cause::Value => {
            ("a value belongs here.", "hier gehört ein Wert hin.", "une valeur est attendue ici.")
        }
        Cause::Key => (
            "a property name in double quotes belongs here.",
            "hier gehört ein Eigenschaftsname in doppelten Anführungszeichen hin.",
            "un nom de propriété entre guillemets doubles est attendu ici.",
        ),
        Cause::Colon => {
            ("a colon belongs here.", "hier gehört ein Doppelpunkt hin.", "un deux-points est attendu ici.")
        }
        Cause::CommaOrEnd => (
            "a comma or the closing bracket belongs here.",
            "hier gehört ein Komma oder die schließende Klammer hin.",
            "une virgule ou le crochet fermant est attendu ici.",
        ),
        Cause::DuplicateKey => (
            "this object has the property twice; keep one.",
            "dieses Objekt hat die Eigenschaft doppelt; behalten Sie eine.",
            "cet objet a la propriété en double ; gardez-en une.",
        ),
        Cause::Number => (
            "a number is not written as JSON wants it (no leading zeros, no plus, digits on both sides of the point).",
            "eine Zahl ist nicht so geschrieben, wie JSON es verlangt (keine führenden Nullen, kein Plus, Ziffern auf beiden Seiten des Punktes).",
            "un nombre n’est pas écrit comme JSON le veut (pas de zéros initiaux, pas de plus, des chiffres des deux côtés du point).",
        ),
        Cause::ControlCharacter => (
            "a control character in a string must be escaped.",
            "ein Steuerzeichen in einer Zeichenkette muss maskiert werden.",
            "un caractère de contrôle dans une chaîne doit être échappé.",
        ),
        Cause::Escape => (
            "the backslash is followed by no JSON escape.",
            "auf den Rückstrich folgt keine JSON-Maskierung.",
            "la barre oblique inverse n’est suivie d’aucun échappement JSON.",
        ),
        Cause::LoneSurrogate => (
            "half of a surrogate pair is no character.",
            "ein halbes Surrogatpaar ist kein Zeichen.",
            "une moitié de paire de substitution n’est pas un caractère.",
        ),
        Cause::Depth => (
            "too deeply nested; 64 levels are allowed.",
            "zu tief verschachtelt; 64 Ebenen sind erlaubt.",
            "trop d’imbrications ; 64 niveaux sont permis.",
        ),
        Cause::Trailing => (
            "something follows after the end of the value; remove it.",
            "nach dem Ende des Wertes folgt noch etwas; entfernen Sie es.",
            "quelque chose suit la fin de la valeur ; supprimez-le.",
        ),
        Cause::Size => {
            ("the text is larger than 4 GiB.", "der Text ist größer als 4 GiB.", "le texte dépasse 4 Gio.")
        }
    };
    pick(language, en, de, fr)
}

fn rule(primitive: PrimitiveKind, language: Language) -> &'static str {
    use PrimitiveKind as P;
    let (en, de, fr) = match primitive {
        P::Boolean => (
            "write true or false, without quotes.",
            "schreiben Sie true oder false, ohne Anführungszeichen.",
            "écrivez true ou false, sans guillemets.",
        ),
        P::Integer => (
            "a whole number from -2147483648 to 2147483647, without quotes.",
            "eine ganze Zahl von -2147483648 bis 2147483647, ohne Anführungszeichen.",
            "un nombre entier de -2147483648 à 2147483647, sans guillemets.",
        ),
        P::UnsignedInt => (
            "a whole number from 0 to 2147483647, without quotes.",
            "eine ganze Zahl von 0 bis 2147483647, ohne Anführungszeichen.",
            "un nombre entier de 0 à 2147483647, sans guillemets.",
        ),
        P::PositiveInt => (
            "a whole number from 1 to 2147483647, without quotes.",
            "eine ganze Zahl von 1 bis 2147483647, ohne Anführungszeichen.",
            "un nombre entier de 1 à 2147483647, sans guillemets.",
        ),
        P::Decimal => {
            ("a number, without quotes.", "eine Zahl, ohne Anführungszeichen.", "un nombre, sans guillemets.")
        }
        P::String | P::Markdown => (
            "text with at least one visible character, no control characters other than tab and line end, at most 1 MiB.",
            "Text mit mindestens einem sichtbaren Zeichen, ohne Steuerzeichen außer Tabulator und Zeilenende, höchstens 1 MiB.",
            "un texte avec au moins un caractère visible, sans caractères de contrôle sauf tabulation et fin de ligne, 1 Mio au plus.",
        ),
        P::Code => (
            "no white space at either end, and single spaces only inside.",
            "kein Leerraum an den Enden und innen nur einzelne Leerzeichen.",
            "pas d’espace aux extrémités, et seulement des espaces simples à l’intérieur.",
        ),
        P::Id => (
            "1 to 64 of the characters A-Z, a-z, 0-9, - and . only.",
            "1 bis 64 Zeichen, nur A-Z, a-z, 0-9, - und .",
            "de 1 à 64 caractères, seulement A-Z, a-z, 0-9, - et .",
        ),
        P::Uri | P::Url | P::Canonical => (
            "at least one character, no white space.",
            "mindestens ein Zeichen, kein Leerraum.",
            "au moins un caractère, pas d’espace.",
        ),
        P::Oid => (
            "urn:oid: and numbers separated by dots, such as urn:oid:1.2.3.",
            "urn:oid: und durch Punkte getrennte Zahlen, zum Beispiel urn:oid:1.2.3.",
            "urn:oid: et des nombres séparés par des points, par exemple urn:oid:1.2.3.",
        ),
        P::Uuid => (
            "urn:uuid: and a UUID in lower case.",
            "urn:uuid: und eine UUID in Kleinbuchstaben.",
            "urn:uuid: et un UUID en minuscules.",
        ),
        P::Base64Binary => (
            "Base64 in groups of four characters.",
            "Base64 in Gruppen von vier Zeichen.",
            "du Base64 par groupes de quatre caractères.",
        ),
        P::Date => (
            "YYYY, YYYY-MM or YYYY-MM-DD, a day that exists.",
            "JJJJ, JJJJ-MM oder JJJJ-MM-TT, ein Tag, den es gibt.",
            "AAAA, AAAA-MM ou AAAA-MM-JJ, un jour qui existe.",
        ),
        P::DateTime => (
            "YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ss with Z or an offset such as +01:00.",
            "JJJJ, JJJJ-MM, JJJJ-MM-TT oder JJJJ-MM-TTThh:mm:ss mit Z oder einem Versatz wie +01:00.",
            "AAAA, AAAA-MM, AAAA-MM-JJ ou AAAA-MM-JJThh:mm:ss avec Z ou un décalage tel que +01:00.",
        ),
        P::Instant => (
            "YYYY-MM-DDThh:mm:ss with Z or an offset such as +01:00.",
            "JJJJ-MM-TTThh:mm:ss mit Z oder einem Versatz wie +01:00.",
            "AAAA-MM-JJThh:mm:ss avec Z ou un décalage tel que +01:00.",
        ),
        P::Time => ("hh:mm:ss, without an offset.", "hh:mm:ss, ohne Versatz.", "hh:mm:ss, sans décalage."),
        P::Xhtml => (
            "one well-formed div element of the XHTML namespace, without scripts, forms, frames or event attributes.",
            "ein wohlgeformtes div-Element im XHTML-Namensraum, ohne Skripte, Formulare, Rahmen und Ereignisattribute.",
            "un élément div bien formé de l’espace de noms XHTML, sans scripts, formulaires, cadres ni attributs d’événement.",
        ),
    };
    pick(language, en, de, fr)
}
