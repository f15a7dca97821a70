//! Lungs, stomach, mind, head, joints, skin, eyes, prostate. Data only.

use super::{Plan, Step, step, until};
use crate::codes::conditions as c;
use crate::codes::measures::Measure::*;
use crate::codes::medicines as m;

pub(crate) static ASTHMA: Plan = Plan {
    diagnosis: &c::ASTHMA,
    women: None,
    from_age: 6,
    percent: (7, 4),
    noticed_after: 0,
    steps: &[
        step(0, &m::SALBUTAMOL, ["0,1 mg: bei Bedarf 1-2 Hübe", "0,1 mg : 1 à 2 bouffées si besoin"]),
        step(40, &m::BUDESONID_FORMOTEROL, ["160/4,5 µg: 1-0-1", "160/4,5 µg : 1 matin et soir"]),
    ],
    curves: &[(Saturation, 0.0, &[(-10, 0.0), (0, -3.0), (60, 0.0)])],
    follows: &[],
    review: ["Asthmakontrolle", "Suivi de l'asthme"],
    note: [
        "Braucht das Notfallspray höchstens einmal in der Woche. Lunge frei.",
        "Bronchodilatateur au plus une fois par semaine. Auscultation libre.",
    ],
};

pub(crate) static COPD: Plan = Plan {
    diagnosis: &c::COPD,
    women: None,
    from_age: 55,
    percent: (5, 13),
    noticed_after: 0,
    steps: &[
        step(0, &m::SALBUTAMOL, ["0,1 mg: bei Bedarf 1-2 Hübe", "0,1 mg : 1 à 2 bouffées si besoin"]),
        step(0, &m::TIOTROPIUM, ["18 µg: 1-0-0", "18 µg : 1 inhalation le matin"]),
    ],
    curves: &[(Saturation, 0.005, &[(-900, 0.0), (0, -3.0), (2500, -5.0)])],
    follows: &[Leukocytes, Crp],
    review: ["COPD-Kontrolle", "Suivi de la BPCO"],
    note: [
        "Raucht nicht mehr. Zwei Stockwerke gehen ohne Pause.",
        "Ne fume plus. Monte deux étages sans s'arrêter.",
    ],
};

pub(crate) static REFLUX: Plan = Plan {
    diagnosis: &c::REFLUX,
    women: None,
    from_age: 30,
    percent: (6, 14),
    noticed_after: 0,
    steps: &[
        until(
            0,
            60,
            ["Beschwerdefrei, Dosis halbiert", "Asymptomatique, dose réduite"],
            &m::PANTOPRAZOL,
            ["40 mg: 1-0-0", "40 mg : 1 le matin"],
        ),
        step(60, &m::PANTOPRAZOL, ["20 mg: 1-0-0", "20 mg : 1 le matin"]),
    ],
    curves: &[],
    follows: &[],
    review: ["Sodbrennen", "Brûlures d'estomac"],
    note: ["Kopfteil des Betts höher gestellt, hilft.", "Tête de lit surélevée, avec effet."],
};

pub(crate) static DEPRESSION: Plan = Plan {
    diagnosis: &c::DEPRESSION,
    women: None,
    from_age: 22,
    percent: (8, 8),
    noticed_after: 0,
    steps: &[
        until(0, 45, ["Übelkeit", "Nausées"], &m::SERTRALIN, ["50 mg: 1-0-0", "50 mg : 1 le matin"]),
        until(
            45,
            520,
            ["Beschwerdefrei, ausgeschlichen", "Rémission, arrêt progressif"],
            &m::ESCITALOPRAM,
            ["10 mg: 1-0-0", "10 mg : 1 le matin"],
        ),
    ],
    curves: &[(Weight, 0.0, &[(-60, 0.0), (0, -2.5), (200, 1.0)])],
    follows: &[],
    review: ["Gespräch", "Entretien"],
    note: [
        "Schläft besser, war zweimal mit Freunden aus. Keine Suizidgedanken.",
        "Sommeil meilleur, deux sorties avec des amis. Pas d'idées suicidaires.",
    ],
};

pub(crate) static MIGRAINE: Plan = Plan {
    diagnosis: &c::MIGRAINE,
    women: Some(true),
    from_age: 18,
    percent: (12, 3),
    noticed_after: 0,
    steps: &[step(0, &m::SUMATRIPTAN, ["50 mg: bei Anfall", "50 mg : 1 en cas de crise"])],
    curves: &[],
    follows: &[],
    review: ["Kopfschmerzen", "Maux de tête"],
    note: ["Zwei Anfälle im Monat, Kopfschmerzkalender geführt.", "Deux crises par mois, calendrier tenu."],
};

pub(crate) static ARTHROSIS: Plan = Plan {
    diagnosis: &c::ARTHROSIS,
    women: None,
    from_age: 55,
    percent: (8, 34),
    noticed_after: 0,
    steps: &[step(
        0,
        &m::PARACETAMOL,
        ["500 mg: bei Bedarf bis 4-mal am Tag", "500 mg : si besoin, jusqu'à 4 fois par jour"],
    )],
    curves: &[],
    follows: &[],
    review: ["Knieschmerzen", "Douleurs du genou"],
    note: [
        "Beugung bis 110 Grad, kein Erguss. Krankengymnastik hilft.",
        "Flexion à 110 degrés, pas d'épanchement. La kinésithérapie aide.",
    ],
};

pub(crate) static PROSTATE: Plan = Plan {
    diagnosis: &c::PROSTATE,
    women: Some(false),
    from_age: 56,
    percent: (10, 42),
    noticed_after: 0,
    steps: &[step(0, &m::TAMSULOSIN, ["0,4 mg: 1-0-0", "0,4 mg : 1 le matin"])],
    curves: &[(Psa, 0.04, &[(-900, 0.4), (0, 1.4), (2500, 2.2)])],
    follows: &[Psa],
    review: ["Beschwerden beim Wasserlassen", "Troubles urinaires"],
    note: ["Steht nachts nur noch einmal auf.", "Ne se lève plus qu'une fois la nuit."],
};

pub(crate) static HAY_FEVER: Plan = Plan {
    diagnosis: &c::HAY_FEVER,
    women: None,
    from_age: 7,
    percent: (17, 6),
    noticed_after: 0,
    steps: &[
        step(0, &m::CETIRIZIN, ["10 mg: 0-0-1 in der Pollenzeit", "10 mg : 1 le soir en saison"]),
        step(0, &m::MOMETASON, ["1 Hub je Nasenloch", "1 pulvérisation par narine"]),
    ],
    curves: &[],
    follows: &[],
    review: ["Heuschnupfen", "Rhume des foins"],
    note: ["Augen jucken weniger als im Vorjahr.", "Les yeux piquent moins que l'an passé."],
};

pub(crate) static ATOPIC: Plan = Plan {
    diagnosis: &c::ATOPIC,
    women: None,
    from_age: 1,
    percent: (9, 2),
    noticed_after: 0,
    steps: &[step(
        0,
        &m::HYDROCORTISON_CREME,
        ["1 %: dünn, bis zu einer Woche", "1 % : en couche mince, une semaine au plus"],
    )],
    curves: &[],
    follows: &[],
    review: ["Haut", "Peau"],
    note: [
        "Ellenbeugen gerötet, sonst gut. Pflege zweimal täglich.",
        "Plis des coudes rouges, sinon bien. Émollient deux fois par jour.",
    ],
};

pub(crate) static GLAUCOMA: Plan = Plan {
    diagnosis: &c::GLAUCOMA,
    women: None,
    from_age: 64,
    percent: (4, 11),
    noticed_after: 0,
    steps: &[step(0, &m::LATANOPROST, ["1 Tropfen abends", "1 goutte le soir"])],
    curves: &[],
    follows: &[],
    review: ["Kontrolle", "Consultation de suivi"],
    note: ["Tropft regelmäßig, Augenarzt zufrieden.", "Collyre mis régulièrement, ophtalmologue satisfait."],
};

/// Counted from the first day of the last period.
pub(crate) static PREGNANCY: Plan = Plan {
    diagnosis: &c::PREGNANCY,
    women: Some(true),
    from_age: 18,
    percent: (0, 0),
    noticed_after: 44,
    steps: &[
        until(
            44,
            96,
            ["Erstes Drittel vorbei", "Fin du premier trimestre"],
            &m::FOLSAEURE,
            ["0,4 mg: 1-0-0", "0,4 mg : 1 le matin"],
        ),
        step(124, &m::EISEN, ["100 mg: jeden zweiten Tag", "100 mg : un jour sur deux"]),
    ],
    curves: &[
        (Weight, 0.0, &[(0, 0.0), (84, 1.2), (154, 5.6), (280, 12.5)]),
        (Haemoglobin, 0.01, &[(40, 0.0), (120, -1.7), (160, -1.5), (220, -1.9)]),
        (Ferritin, 0.04, &[(40, 0.0), (124, -38.0), (200, -30.0)]),
        (Systolic, 0.02, &[(40, 0.0), (140, -5.0)]),
    ],
    follows: &[Haemoglobin, Ferritin, Glucose],
    review: ["Schwangerschaftsvorsorge", "Suivi de grossesse"],
    note: [
        "Spürt Kindsbewegungen. Herztöne regelmäßig. Keine Wehen.",
        "Mouvements actifs perçus. Bruits du cœur réguliers. Pas de contractions.",
    ],
};

pub(crate) static CHRONIC_PAIN: Plan = Plan {
    diagnosis: &c::CHRONIC_PAIN,
    women: None,
    from_age: 58,
    percent: (3, 11),
    noticed_after: 0,
    steps: &[
        Step {
            after: 0,
            until: Some((400, ["Verstopfung", "Constipation"])),
            medicine: [&m::TILIDIN, &m::TRAMADOL],
            dose: ["50/4 mg: 1-0-1", "50 mg : 1 matin et soir"],
        },
        step(400, &m::PREGABALIN, ["75 mg: 0-0-1", "75 mg : 1 le soir"]),
    ],
    curves: &[],
    follows: &[],
    review: ["Schmerzen", "Douleurs"],
    note: ["Schmerz im Mittel 4 von 10, schläft durch.", "Douleur moyenne à 4 sur 10, nuits complètes."],
};
