//! What a row of a sample says, by what its columns are called in three languages; and how texts, dates and streets are compared.
//!
//! Never: prints a value. State: none.

use std::collections::BTreeSet;

/// What a column says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// The id of a Patient.
    Id,
    /// An insurance number or another identifier.
    Number,
    /// Given and family name in one.
    Name,
    /// The family name.
    Family,
    /// Given names.
    Given,
    /// The birth date.
    Birth,
    /// The street, or the whole address.
    Street,
    /// The postal code.
    Postal,
    /// The town.
    City,
    /// A telephone number.
    Phone,
    /// A mail address.
    Mail,
    /// Whoever treats them.
    Doctor,
    /// What was prescribed.
    Prescription,
    /// Whether or when they died.
    Death,
}

/// Names of columns, as they are folded.
const COLUMNS: [(Field, &[&str]); 14] = [
    (Field::Id, &["id", "patientid", "fhirid", "patient"]),
    (
        Field::Number,
        &[
            "insurancenumber",
            "insuranceno",
            "identifier",
            "ssn",
            "subscriberid",
            "nhsnumber",
            "versichertennummer",
            "versichertennr",
            "versnr",
            "krankenversichertennummer",
            "kvnr",
            "kvid",
            "nir",
            "ins",
            "nss",
            "numerosecu",
            "securitesociale",
            "numerosecuritesociale",
            "numerodesecuritesociale",
        ],
    ),
    (Field::Name, &["name", "fullname", "patientname", "nomcomplet"]),
    (
        Field::Family,
        &["family", "familyname", "lastname", "surname", "nachname", "familienname", "nom", "nomdefamille"],
    ),
    (
        Field::Given,
        &["given", "givenname", "firstname", "forename", "vorname", "vornamen", "prenom", "prenoms"],
    ),
    (
        Field::Birth,
        &[
            "birthdate",
            "birth",
            "dob",
            "dateofbirth",
            "geburtsdatum",
            "gebdatum",
            "gebdat",
            "geburtstag",
            "geboren",
            "datedenaissance",
            "naissance",
            "ddn",
        ],
    ),
    (
        Field::Street,
        &[
            "street",
            "streetaddress",
            "address",
            "addressline",
            "line",
            "strasse",
            "strassehausnummer",
            "adresse",
            "anschrift",
            "rue",
            "voie",
        ],
    ),
    (Field::Postal, &["zip", "zipcode", "postalcode", "postcode", "plz", "postleitzahl", "codepostal", "cp"]),
    (Field::City, &["city", "town", "ort", "stadt", "wohnort", "ville", "commune"]),
    (
        Field::Phone,
        &[
            "phone",
            "phonenumber",
            "telephone",
            "tel",
            "mobile",
            "telefon",
            "telefonnummer",
            "handy",
            "mobil",
            "portable",
        ],
    ),
    (Field::Mail, &["email", "mail", "emailaddress", "emailadresse", "courriel"]),
    (
        Field::Doctor,
        &[
            "doctor",
            "gp",
            "generalpractitioner",
            "treatingdoctor",
            "arzt",
            "hausarzt",
            "behandelnderarzt",
            "behandler",
            "medecin",
            "medecintraitant",
        ],
    ),
    (
        Field::Prescription,
        &[
            "prescription",
            "prescriptions",
            "prescribed",
            "medication",
            "medications",
            "drug",
            "drugs",
            "verordnung",
            "verordnungen",
            "medikament",
            "medikamente",
            "rezept",
            "ordonnance",
            "medicament",
            "medicaments",
        ],
    ),
    (
        Field::Death,
        &[
            "death",
            "deathdate",
            "dateofdeath",
            "deceased",
            "deceaseddatetime",
            "died",
            "tod",
            "todesdatum",
            "sterbedatum",
            "verstorben",
            "deces",
            "datededeces",
        ],
    ),
];

impl Field {
    /// Its name in machine-readable reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Number => "number",
            Self::Name => "name",
            Self::Family => "family",
            Self::Given => "given",
            Self::Birth => "birth-date",
            Self::Street => "street",
            Self::Postal => "postal-code",
            Self::City => "city",
            Self::Phone => "phone",
            Self::Mail => "mail",
            Self::Doctor => "doctor",
            Self::Prescription => "prescription",
            Self::Death => "death",
        }
    }

    /// What a column of this name says; none: nothing that is compared.
    pub fn of_column(name: &str) -> Option<Self> {
        let name: String = words(name).concat();
        let is_it = |known: &&str| words(known).concat() == name;
        COLUMNS.iter().find(|(_, names)| names.iter().any(is_it)).map(|(field, _)| *field)
    }

    /// Whether lists show it: whoever saw the line alone has it.
    pub fn is_in_line(self) -> bool {
        matches!(self, Self::Id | Self::Name | Self::Family | Self::Given | Self::Birth)
    }
}

/// One row of a sample.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// Its line, or its place in a list, from 1.
    pub place: u64,
    /// What it says.
    pub values: Vec<(Field, String)>,
    /// Of a line of plain text: its words, folded. They are compared where there is no column.
    pub words: Vec<String>,
}

impl Row {
    /// The values of a field.
    pub fn all(&self, field: Field) -> impl Iterator<Item = &str> {
        self.values.iter().filter(move |(known, _)| *known == field).map(|(_, value)| value.as_str())
    }

    /// Its fields, each once.
    pub fn fields(&self) -> BTreeSet<Field> {
        self.values.iter().map(|(field, _)| *field).collect()
    }
}

/// Words without case, accents and the ways of writing them without: `Müller` and `MUELLER` are one, so are `Hauptstr.` and `Hauptstraße`.
pub fn words(text: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    for c in text.chars().flat_map(char::to_lowercase) {
        let Some(last) = out.last_mut() else { break };
        match c {
            'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' => last.push('a'),
            'è' | 'é' | 'ê' | 'ë' => last.push('e'),
            'ì' | 'í' | 'î' | 'ï' => last.push('i'),
            'ò' | 'ó' | 'ô' | 'õ' | 'ö' => last.push('o'),
            'ù' | 'ú' | 'û' | 'ü' => last.push('u'),
            'ç' => last.push('c'),
            'ñ' => last.push('n'),
            'ß' => last.push_str("ss"),
            'œ' => last.push_str("oe"),
            'æ' => last.push_str("ae"),
            c if c.is_alphanumeric() => last.push(c),
            _ if last.is_empty() => {}
            _ => out.push(String::new()),
        }
    }
    out.retain(|word| !word.is_empty());
    for word in &mut out {
        *word = word.replace("ae", "a").replace("oe", "o").replace("ue", "u");
        if word.len() > 3 && word.ends_with("str") || word == "str" {
            word.push_str("asse");
        }
    }
    out
}

/// Whether all words of one text are among others.
pub fn are_among(some: &[String], all: &[String]) -> bool {
    !some.is_empty() && some.iter().all(|word| all.contains(word))
}

/// Digits and letters alone, as numbers are compared.
pub fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

/// A date as ISO 8601 writes it: 1970-12-31, 31.12.1970, 31/12/1970, 31-12-1970, 19701231; what follows a day is passed over.
pub fn date(text: &str) -> Option<String> {
    let text = text.trim().split(['T', ' ']).next().unwrap_or_default();
    let parts: Vec<&str> = text.split(['-', '.', '/']).collect();
    let (year, month, day) = match *parts.as_slice() {
        [year, month, day] if year.len() == 4 => (year, month, day),
        [day, month, year] if year.len() == 4 => (year, month, day),
        [all] if all.len() == 8 => (all.get(..4)?, all.get(4..6)?, all.get(6..)?),
        _ => return None,
    };
    let (year, month, day): (u32, u32, u32) = (year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
    let is_day = (1_850..2_200).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    is_day.then(|| format!("{year:04}-{month:02}-{day:02}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_known_in_three_languages_and_however_they_are_written() {
        for (name, field) in [
            ("Nachname", Field::Family),
            ("last_name", Field::Family),
            ("Prénom", Field::Given),
            ("Geburts-Datum", Field::Birth),
            ("Date de naissance", Field::Birth),
            ("Straße", Field::Street),
            ("RUE", Field::Street),
            ("Code postal", Field::Postal),
            ("médecin traitant", Field::Doctor),
            ("KVNR", Field::Number),
        ] {
            assert_eq!(Field::of_column(name), Some(field), "{name}");
        }
        assert_eq!(Field::of_column("price"), None);
    }

    #[test]
    fn texts_are_the_same_however_they_are_written() {
        assert_eq!(words("Müller-Lüdenscheidt"), words("MUELLER  luedenscheidt"));
        assert_eq!(words("Hauptstr. 5"), words("Hauptstraße 5"));
        assert_ne!(words("Hauptstr. 5"), words("Hauptstr. 6"));
        assert_eq!(plain("a 123-456"), "A123456");
        for text in ["1970-12-31", "31.12.1970", "31/12/1970", "19701231", "1970-12-31T00:00:00Z"] {
            assert_eq!(date(text).as_deref(), Some("1970-12-31"), "{text}");
        }
        for text in ["", "1970", "99.99.1970", "1970-13-01", "é9701231", "12345"] {
            assert_eq!(date(text), None, "{text}");
        }
    }
}
