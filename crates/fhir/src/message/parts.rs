//! Parts of sentences that several messages share: proposals, kinds of JSON, causes, the rules of primitive types.

use super::JsonKind;
use crate::json::Cause;
use crate::{Language, PrimitiveKind};

fn pick(language: Language, en: &'static str, de: &'static str, fr: &'static str) -> &'static str {
    match language {
        Language::De => de,
        Language::Fr => fr,
        Language::En => en,
    }
}

/// The sentence that proposes names, with a space before it.
pub(crate) fn meant<S: AsRef<str>>(nearest: &[S], language: Language) -> String {
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

pub(super) fn kind(kind: JsonKind, language: Language) -> &'static str {
    match kind {
        JsonKind::Null => "null",
        JsonKind::Boolean => pick(language, "true or false", "true oder false", "true ou false"),
        JsonKind::Number => pick(language, "a number", "eine Zahl", "un nombre"),
        JsonKind::String => pick(language, "a string", "eine Zeichenkette", "une chaîne de caractères"),
        JsonKind::Array => pick(language, "an array", "ein Array", "un tableau"),
        JsonKind::Object => pick(language, "an object", "ein Objekt", "un objet"),
    }
}

pub(super) fn cause(cause: Cause, language: Language) -> &'static str {
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

pub(crate) fn rule(primitive: PrimitiveKind, language: Language) -> &'static str {
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
