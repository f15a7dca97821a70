//! What passes: infections, pain, injuries, with what is written, given and certified for them. Data only.

use crate::codes::Words;
use crate::codes::conditions::{self as c, Diagnosis};
use crate::codes::medicines::{self as m, Medicine};

const fn same(medicine: &'static Medicine) -> [&'static Medicine; 2] {
    [medicine; 2]
}

/// A short illness.
#[derive(Debug)]
pub(crate) struct Acute {
    pub(crate) diagnosis: &'static Diagnosis,
    pub(crate) ages: (i64, i64),
    pub(crate) women: Option<bool>,
    /// Only between November and March.
    pub(crate) is_of_winter: bool,
    pub(crate) reason: Words,
    pub(crate) note: Words,
    /// What is given, how, and for how many days.
    pub(crate) medicine: Option<([&'static Medicine; 2], Words, i64)>,
    /// The same for whoever does not bear it.
    pub(crate) instead: Option<([&'static Medicine; 2], Words, i64)>,
    /// For so many days somebody who works is written sick; 0 is never.
    pub(crate) sick_days: i64,
    /// In tenths of a degree above what is usual.
    pub(crate) fever: i64,
    /// In mg/L; 0 is not measured.
    pub(crate) crp: i64,
}

const NOTHING: Acute = Acute {
    diagnosis: &c::COLD,
    ages: (0, 120),
    women: None,
    is_of_winter: false,
    reason: ["", ""],
    note: ["", ""],
    medicine: None,
    instead: None,
    sick_days: 0,
    fever: 0,
    crp: 0,
};

pub(crate) static ACUTE: &[Acute] = &[
    Acute {
        reason: ["Schnupfen und Husten", "Rhume et toux"],
        note: [
            "Rachen gerötet, Lunge frei, Trommelfelle reizlos.",
            "Gorge rouge, auscultation libre, tympans normaux.",
        ],
        medicine: Some((
            same(&m::XYLOMETAZOLIN),
            ["bis 3-mal täglich, höchstens 7 Tage", "3 fois par jour, 7 jours au plus"],
            7,
        )),
        sick_days: 4,
        fever: 7,
        is_of_winter: true,
        ages: (6, 120),
        ..NOTHING
    },
    Acute {
        diagnosis: &c::BRONCHITIS,
        reason: ["Husten seit einer Woche", "Toux depuis une semaine"],
        note: [
            "Vereinzelt Giemen, keine Rasselgeräusche. Kein Antibiotikum nötig.",
            "Quelques sibilants, pas de crépitants. Pas d'antibiotique.",
        ],
        sick_days: 6,
        fever: 10,
        crp: 18,
        is_of_winter: true,
        ages: (14, 120),
        ..NOTHING
    },
    Acute {
        diagnosis: &c::INFLUENZA,
        reason: ["Fieber und Gliederschmerzen", "Fièvre et courbatures"],
        note: [
            "Plötzlicher Beginn, Schnelltest auf Influenza positiv.",
            "Début brutal, test rapide de la grippe positif.",
        ],
        medicine: Some((
            same(&m::PARACETAMOL),
            ["500 mg: bei Fieber bis 4-mal am Tag", "500 mg : si fièvre, jusqu'à 4 fois par jour"],
            5,
        )),
        sick_days: 7,
        fever: 24,
        crp: 26,
        is_of_winter: true,
        ages: (12, 120),
        ..NOTHING
    },
    Acute {
        diagnosis: &c::GASTROENTERITIS,
        reason: ["Durchfall und Erbrechen", "Diarrhée et vomissements"],
        note: [
            "Bauch weich, trinkt ausreichend. Kein Blut.",
            "Ventre souple, boit suffisamment. Pas de sang.",
        ],
        sick_days: 3,
        fever: 6,
        ..NOTHING
    },
    Acute {
        diagnosis: &c::CYSTITIS,
        women: Some(true),
        ages: (16, 95),
        reason: ["Brennen beim Wasserlassen", "Brûlures urinaires"],
        note: [
            "Streifentest: Leukozyten und Nitrit positiv. Nierenlager frei.",
            "Bandelette : leucocytes et nitrites positifs. Fosses lombaires indolores.",
        ],
        medicine: Some((same(&m::FOSFOMYCIN), ["3 g einmalig, abends", "3 g en une prise, le soir"], 1)),
        ..NOTHING
    },
    Acute {
        diagnosis: &c::BACK,
        ages: (19, 85),
        reason: ["Rückenschmerzen", "Mal de dos"],
        note: [
            "Kein Ausstrahlen, keine Schwäche. Bewegung empfohlen.",
            "Pas d'irradiation, pas de déficit. Rester actif.",
        ],
        medicine: Some((
            [&m::METAMIZOL, &m::IBUPROFEN],
            ["500 mg: bis 4-mal täglich", "400 mg : jusqu'à 3 fois par jour"],
            6,
        )),
        instead: Some((
            same(&m::PARACETAMOL),
            ["500 mg: bis 4-mal täglich", "500 mg : jusqu'à 4 fois par jour"],
            6,
        )),
        sick_days: 5,
        ..NOTHING
    },
    Acute {
        diagnosis: &c::OTITIS,
        ages: (1, 11),
        reason: ["Ohrenschmerzen", "Mal d'oreille"],
        note: ["Trommelfell rechts vorgewölbt und gerötet.", "Tympan droit bombé et rouge."],
        medicine: Some((
            same(&m::AMOXICILLIN),
            ["Saft, 50 mg/kg am Tag in 3 Gaben", "sirop, 50 mg/kg par jour en 3 prises"],
            7,
        )),
        instead: Some((
            same(&m::AZITHROMYCIN),
            ["Saft, 10 mg/kg einmal täglich", "sirop, 10 mg/kg une fois par jour"],
            3,
        )),
        fever: 17,
        ..NOTHING
    },
    Acute {
        diagnosis: &c::TONSILLITIS,
        ages: (4, 45),
        reason: ["Halsschmerzen", "Mal de gorge"],
        note: [
            "Mandeln belegt, Streptokokken-Schnelltest positiv.",
            "Amygdales avec enduit, test rapide streptocoque positif.",
        ],
        medicine: Some((same(&m::AMOXICILLIN), ["1000 mg: 1-0-1", "1 g : 1 matin et soir"], 7)),
        instead: Some((same(&m::AZITHROMYCIN), ["500 mg: 1-0-0", "500 mg : 1 le matin"], 3)),
        sick_days: 4,
        fever: 16,
        crp: 48,
        ..NOTHING
    },
    Acute {
        diagnosis: &c::SINUSITIS,
        ages: (14, 80),
        reason: ["Druck im Gesicht", "Douleurs du visage"],
        note: [
            "Klopfschmerz über der linken Kieferhöhle.",
            "Douleur à la pression du sinus maxillaire gauche.",
        ],
        medicine: Some((
            same(&m::MOMETASON),
            ["1 Hub je Nasenloch, 2-mal täglich", "1 pulvérisation par narine, 2 fois par jour"],
            14,
        )),
        sick_days: 4,
        fever: 5,
        is_of_winter: true,
        ..NOTHING
    },
    Acute {
        diagnosis: &c::SPRAIN,
        ages: (8, 66),
        reason: ["Umgeknickt", "Cheville tordue"],
        note: [
            "Schwellung außen, Belastung möglich, kein Knochenschmerz.",
            "Œdème externe, appui possible, pas de douleur osseuse.",
        ],
        medicine: Some((
            same(&m::IBUPROFEN),
            ["400 mg: bis 3-mal täglich", "400 mg : jusqu'à 3 fois par jour"],
            5,
        )),
        instead: Some((
            same(&m::PARACETAMOL),
            ["500 mg: bis 4-mal täglich", "500 mg : jusqu'à 4 fois par jour"],
            5,
        )),
        sick_days: 7,
        ..NOTHING
    },
    Acute {
        diagnosis: &c::ECZEMA,
        reason: ["Ausschlag", "Éruption"],
        note: [
            "Gerötete, schuppende Stelle am Unterarm, keine Bläschen.",
            "Plaque rouge et squameuse de l'avant-bras, sans vésicules.",
        ],
        medicine: Some((
            same(&m::HYDROCORTISON_CREME),
            ["1 %: dünn, 2-mal täglich", "1 % : en couche mince, 2 fois par jour"],
            10,
        )),
        ..NOTHING
    },
    Acute {
        diagnosis: &c::GASTRITIS,
        ages: (20, 90),
        reason: ["Magenschmerzen", "Douleurs d'estomac"],
        note: [
            "Druckschmerz im Oberbauch, kein Blut im Stuhl.",
            "Sensibilité épigastrique, pas de sang dans les selles.",
        ],
        medicine: Some((same(&m::PANTOPRAZOL), ["20 mg: 1-0-0", "20 mg : 1 le matin"], 14)),
        sick_days: 2,
        ..NOTHING
    },
    Acute {
        diagnosis: &c::CONJUNCTIVITIS,
        ages: (1, 60),
        reason: ["Rotes Auge", "Œil rouge"],
        note: ["Beide Augen verklebt, Sehen unverändert.", "Deux yeux collés, vision inchangée."],
        ..NOTHING
    },
    Acute {
        diagnosis: &c::COLD,
        ages: (0, 6),
        reason: ["Fieber und Schnupfen", "Fièvre et rhume"],
        note: ["Trinkt gut, nicht beeinträchtigt, Haut rosig.", "Boit bien, bon état général, teint rose."],
        medicine: Some((same(&m::PARACETAMOL), ["Zäpfchen, bei Fieber", "suppositoire, si fièvre"], 3)),
        fever: 16,
        is_of_winter: true,
        ..NOTHING
    },
    Acute {
        diagnosis: &c::INSOMNIA,
        ages: (35, 95),
        reason: ["Schläft schlecht", "Dort mal"],
        note: [
            "Schlafregeln besprochen, kein Schlafmittel.",
            "Conseils d'hygiène du sommeil, pas de somnifère.",
        ],
        ..NOTHING
    },
    Acute {
        diagnosis: &c::CONSTIPATION,
        ages: (55, 100),
        reason: ["Verdauung", "Digestion"],
        note: ["Bauch weich, trinkt wenig.", "Ventre souple, boit peu."],
        medicine: Some((same(&m::MACROGOL), ["1 Beutel täglich", "1 sachet par jour"], 20)),
        ..NOTHING
    },
];

/// Whether an illness is one that this person could have on a day of that month.
impl Acute {
    pub(crate) fn fits(&self, is_woman: bool, age: i64, month: i64) -> bool {
        (self.ages.0..=self.ages.1).contains(&age)
            && self.women.is_none_or(|women| women == is_woman)
            && (!self.is_of_winter || month >= 11 || month <= 3)
    }
}
