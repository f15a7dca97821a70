//! What the demo's records are made of: names, places, and a few dozen codes with wording of our own. Data only.

use super::Locale;

/// Names, streets and towns of a country.
pub struct Words {
    /// Given names of women.
    pub women: &'static [&'static str],
    /// Given names of men.
    pub men: &'static [&'static str],
    /// Surnames.
    pub surnames: &'static [&'static str],
    /// Streets.
    pub streets: &'static [&'static str],
    /// Postal code and town.
    pub towns: &'static [(&'static str, &'static str)],
    /// Why somebody comes.
    pub reasons: &'static [&'static str],
}

/// The words of a country.
pub fn words(locale: Locale) -> &'static Words {
    match locale {
        Locale::German => &GERMAN,
        Locale::French => &FRENCH,
    }
}

static GERMAN: Words = Words {
    women: &[
        "Anna",
        "Birgit",
        "Charlotte",
        "Dorothea",
        "Elif",
        "Franziska",
        "Gisela",
        "Hannah",
        "Ingrid",
        "Jana",
        "Katharina",
        "Lena",
        "Monika",
        "Nele",
        "Petra",
        "Renate",
        "Sabine",
        "Theresa",
        "Ursula",
        "Yvonne",
        "Zeynep",
        "Agnieszka",
    ],
    men: &[
        "Achim",
        "Bernd",
        "Christoph",
        "Dieter",
        "Emre",
        "Felix",
        "Georg",
        "Heinrich",
        "Ivan",
        "Jonas",
        "Karl",
        "Lukas",
        "Matthias",
        "Norbert",
        "Oskar",
        "Paul",
        "Reinhard",
        "Stefan",
        "Thomas",
        "Uwe",
        "Volker",
        "Wolfgang",
    ],
    surnames: &[
        "Müller",
        "Schmidt",
        "Schneider",
        "Fischer",
        "Weber",
        "Meyer",
        "Wagner",
        "Becker",
        "Schulz",
        "Hoffmann",
        "Koch",
        "Richter",
        "Klein",
        "Wolf",
        "Schröder",
        "Neumann",
        "Schwarz",
        "Zimmermann",
        "Braun",
        "Krüger",
        "Hartmann",
        "Lange",
        "Yılmaz",
        "Kowalski",
        "Böhm",
        "Großmann",
        "Jäger",
        "Öztürk",
        "von der Heide",
        "Meier-Lüdke",
    ],
    streets: &[
        "Lindenstraße",
        "Hauptstraße",
        "Gartenweg",
        "Am Anger",
        "Bahnhofstraße",
        "Rosenweg",
        "Mühlgasse",
        "Schillerplatz",
        "Kirchweg",
        "Ahornallee",
    ],
    towns: &[
        ("79098", "Freiburg im Breisgau"),
        ("79312", "Emmendingen"),
        ("77652", "Offenburg"),
        ("79183", "Waldkirch"),
        ("79189", "Bad Krozingen"),
        ("79379", "Müllheim"),
    ],
    reasons: &[
        "Kontrolle",
        "Husten seit einer Woche",
        "Rückenschmerzen",
        "Rezept",
        "Vorsorge",
        "Müdigkeit",
        "Blutabnahme",
    ],
};

static FRENCH: Words = Words {
    women: &[
        "Amélie",
        "Brigitte",
        "Camille",
        "Delphine",
        "Élodie",
        "Fatima",
        "Geneviève",
        "Hélène",
        "Inès",
        "Jeanne",
        "Karine",
        "Lucie",
        "Manon",
        "Nathalie",
        "Océane",
        "Pauline",
        "Sandrine",
        "Solène",
        "Thérèse",
        "Valérie",
        "Yasmine",
        "Zoé",
    ],
    men: &[
        "Alain",
        "Baptiste",
        "Cédric",
        "Didier",
        "Étienne",
        "François",
        "Guillaume",
        "Hugo",
        "Ibrahim",
        "Jérôme",
        "Karim",
        "Loïc",
        "Mathieu",
        "Noël",
        "Olivier",
        "Pascal",
        "Quentin",
        "René",
        "Sébastien",
        "Théo",
        "Vincent",
        "Xavier",
    ],
    surnames: &[
        "Martin",
        "Bernard",
        "Dubois",
        "Thomas",
        "Robert",
        "Richard",
        "Petit",
        "Durand",
        "Leroy",
        "Moreau",
        "Simon",
        "Laurent",
        "Lefèvre",
        "Michel",
        "Garcia",
        "Roux",
        "Fournier",
        "Girard",
        "Bonnet",
        "Dupont",
        "Lambert",
        "Fontaine",
        "Benali",
        "Nguyen",
        "Le Gall",
        "D'Hervé",
        "Chevalier",
        "Gauthier",
        "Perrin",
        "Saint-Clair",
    ],
    streets: &[
        "rue de la République",
        "avenue Jean-Jaurès",
        "rue des Lilas",
        "place du Marché",
        "rue Victor-Hugo",
        "chemin des Vignes",
        "rue de l'Église",
        "boulevard Voltaire",
        "impasse du Moulin",
        "quai de la Fontaine",
    ],
    towns: &[
        ("69003", "Lyon"),
        ("69100", "Villeurbanne"),
        ("38200", "Vienne"),
        ("69400", "Villefranche-sur-Saône"),
        ("01000", "Bourg-en-Bresse"),
        ("42000", "Saint-Étienne"),
    ],
    reasons: &[
        "suivi",
        "toux depuis une semaine",
        "mal de dos",
        "renouvellement",
        "prévention",
        "fatigue",
        "prise de sang",
    ],
};

/// A diagnosis, and what is taken for it.
pub struct Diagnosis {
    /// ICD-10.
    pub code: &'static str,
    /// In German and French.
    pub display: [&'static str; 2],
    /// From this age on, in years.
    pub from_age: i64,
    /// Whether it stays.
    pub is_chronic: bool,
    /// ATC code, name and how often a day.
    pub medicine: Option<(&'static str, &'static str, u32)>,
    /// The laboratory value that is followed.
    pub followed_by: Option<usize>,
}

const fn chronic(
    code: &'static str,
    display: [&'static str; 2],
    from_age: i64,
    medicine: Option<(&'static str, &'static str, u32)>,
    followed_by: Option<usize>,
) -> Diagnosis {
    Diagnosis { code, display, from_age, is_chronic: true, medicine, followed_by }
}

const fn passing(
    code: &'static str,
    display: [&'static str; 2],
    medicine: Option<(&'static str, &'static str, u32)>,
) -> Diagnosis {
    Diagnosis { code, display, from_age: 0, is_chronic: false, medicine, followed_by: None }
}

/// Diagnoses of a general practice.
pub static DIAGNOSES: &[Diagnosis] = &[
    chronic(
        "I10",
        ["Bluthochdruck", "Tension artérielle élevée"],
        35,
        Some(("C09AA05", "Ramipril 5 mg", 1)),
        Some(CREATININE),
    ),
    chronic(
        "E11",
        ["Diabetes vom Typ 2", "Diabète de type 2"],
        40,
        Some(("A10BA02", "Metformin 1000 mg", 2)),
        Some(HBA1C),
    ),
    chronic(
        "E78",
        ["Erhöhte Blutfette", "Lipides sanguins élevés"],
        40,
        Some(("C10AA05", "Atorvastatin 20 mg", 1)),
        Some(LDL),
    ),
    chronic(
        "E03",
        ["Unterfunktion der Schilddrüse", "Thyroïde trop lente"],
        20,
        Some(("H03AA01", "Levothyroxin 75 µg", 1)),
        Some(TSH),
    ),
    chronic("J45", ["Asthma", "Asthme"], 6, Some(("R03AC02", "Salbutamol 0,1 mg", 2)), None),
    chronic(
        "J44",
        ["Chronisch verengte Bronchien (COPD)", "Bronches rétrécies (BPCO)"],
        50,
        Some(("R03BB04", "Tiotropium 18 µg", 1)),
        None,
    ),
    chronic(
        "I48",
        ["Vorhofflimmern", "Fibrillation auriculaire"],
        60,
        Some(("B01AF02", "Apixaban 5 mg", 2)),
        Some(CREATININE),
    ),
    chronic(
        "I25",
        ["Koronare Herzkrankheit", "Maladie des coronaires"],
        55,
        Some(("B01AC06", "ASS 100 mg", 1)),
        Some(LDL),
    ),
    chronic(
        "M17",
        ["Arthrose des Knies", "Arthrose du genou"],
        55,
        Some(("M01AE01", "Ibuprofen 400 mg", 2)),
        None,
    ),
    chronic(
        "F32",
        ["Depressive Episode", "Épisode dépressif"],
        18,
        Some(("N06AB10", "Escitalopram 10 mg", 1)),
        None,
    ),
    chronic("G43", ["Migräne", "Migraine"], 14, Some(("N02CC01", "Sumatriptan 50 mg", 1)), None),
    chronic(
        "N18",
        ["Chronische Nierenschwäche", "Insuffisance rénale chronique"],
        60,
        None,
        Some(CREATININE),
    ),
    passing("J06", ["Erkältung", "Rhume"], None),
    passing("J20", ["Akute Bronchitis", "Bronchite aiguë"], Some(("R05CB06", "Ambroxol 30 mg", 3))),
    passing("M54", ["Rückenschmerz", "Mal de dos"], Some(("M01AE01", "Ibuprofen 400 mg", 3))),
    passing("N39", ["Harnwegsinfekt", "Infection urinaire"], Some(("J01XX01", "Fosfomycin 3 g", 1))),
    passing("A09", ["Magen-Darm-Infekt", "Gastro-entérite"], None),
    passing("H10", ["Bindehautentzündung", "Conjonctivite"], None),
    passing("L30", ["Ekzem", "Eczéma"], Some(("D07AC01", "Betamethason-Creme", 1))),
    passing("S93", ["Verstauchter Knöchel", "Entorse de la cheville"], None),
];

/// A laboratory value.
pub struct Laboratory {
    /// LOINC.
    pub code: &'static str,
    /// In German and French.
    pub display: [&'static str; 2],
    /// UCUM.
    pub unit: &'static str,
    /// What is usual, from and to, in tenths or hundredths as `digits` says.
    pub usual: (i64, i64),
    /// What is high, from and to.
    pub high: (i64, i64),
    /// Digits behind the point.
    pub digits: usize,
}

/// Places in [`LABORATORY`].
pub const HBA1C: usize = 0;
/// See [`HBA1C`].
pub const CREATININE: usize = 1;
/// See [`HBA1C`].
pub const LDL: usize = 2;
/// See [`HBA1C`].
pub const TSH: usize = 3;

/// Laboratory values.
pub static LABORATORY: &[Laboratory] = &[
    Laboratory {
        code: "4548-4",
        display: ["HbA1c", "HbA1c"],
        unit: "%",
        usual: (48, 58),
        high: (64, 89),
        digits: 1,
    },
    Laboratory {
        code: "2160-0",
        display: ["Kreatinin", "Créatinine"],
        unit: "mg/dL",
        usual: (60, 105),
        high: (115, 210),
        digits: 2,
    },
    Laboratory {
        code: "13457-7",
        display: ["LDL-Cholesterin", "Cholestérol LDL"],
        unit: "mg/dL",
        usual: (70, 115),
        high: (130, 210),
        digits: 0,
    },
    Laboratory {
        code: "3016-3",
        display: ["TSH", "TSH"],
        unit: "m[IU]/L",
        usual: (50, 380),
        high: (420, 980),
        digits: 2,
    },
    Laboratory {
        code: "718-7",
        display: ["Hämoglobin", "Hémoglobine"],
        unit: "g/dL",
        usual: (125, 165),
        high: (105, 118),
        digits: 1,
    },
];

/// ATC code and name in German and French.
pub static VACCINES: &[(&str, [&str; 2])] = &[
    ("J07BB02", ["Grippeimpfung", "Vaccin contre la grippe"]),
    ("J07AM01", ["Tetanusimpfung", "Vaccin contre le tétanos"]),
    ("J07BX03", ["COVID-19-Impfung", "Vaccin contre le COVID-19"]),
    ("J07AL02", ["Pneumokokkenimpfung", "Vaccin contre les pneumocoques"]),
    ("J07BA01", ["FSME-Impfung", "Vaccin contre l'encéphalite à tiques"]),
    ("J07BD52", ["Masern-Mumps-Röteln-Impfung", "Vaccin rougeole-oreillons-rubéole"]),
];

/// What people do not bear, in German and French, and FHIR's category of it.
pub static ALLERGENS: &[([&str; 2], &str)] = &[
    (["Penicillin", "Pénicilline"], "medication"),
    (["Birkenpollen", "Pollen de bouleau"], "environment"),
    (["Hausstaubmilben", "Acariens"], "environment"),
    (["Erdnüsse", "Arachides"], "food"),
    (["Wespengift", "Venin de guêpe"], "biologic"),
    (["Metamizol", "Métamizole"], "medication"),
];
