//! Sugar, fats, kidneys, thyroid, gout, iron, bones. Data only.

use super::{MORE, Plan, step, until};
use crate::codes::conditions as c;
use crate::codes::measures::Measure::*;
use crate::codes::medicines as m;

pub(crate) static DIABETES: Plan = Plan {
    diagnosis: &c::DIABETES,
    women: None,
    from_age: 42,
    percent: (4, 26),
    noticed_after: 0,
    steps: &[
        until(0, 120, MORE, &m::METFORMIN, ["500 mg: 1-0-1", "500 mg : 1 matin et soir"]),
        step(120, &m::METFORMIN, ["1000 mg: 1-0-1", "1000 mg : 1 matin et soir"]),
        step(1150, &m::EMPAGLIFLOZIN, ["10 mg: 1-0-0", "10 mg : 1 le matin"]),
    ],
    curves: &[
        (
            HbA1c,
            0.01,
            &[
                (-900, 0.4),
                (0, 2.7),
                (100, 1.9),
                (240, 1.1),
                (700, 1.2),
                (1150, 2.0),
                (1400, 1.3),
                (3000, 1.6),
            ],
        ),
        (Glucose, 0.08, &[(-900, 10.0), (0, 82.0), (120, 50.0), (240, 28.0), (1150, 55.0), (1400, 32.0)]),
        (Weight, 0.0, &[(0, 0.0), (400, -3.5), (1150, -2.0), (1700, -5.0)]),
        (Triglycerides, 0.05, &[(0, 70.0), (400, 35.0)]),
    ],
    follows: &[HbA1c, Glucose, Creatinine, Gfr, Albuminuria],
    review: ["Diabeteskontrolle", "Suivi du diabète"],
    note: [
        "Geht jetzt dreimal in der Woche eine Stunde. Füße unauffällig, Stimmgabel 7/8 beidseits.",
        "Marche une heure trois fois par semaine. Pieds sans lésion, monofilament perçu des deux côtés.",
    ],
};

pub(crate) static DIABETES_INSULIN: Plan = Plan {
    diagnosis: &c::DIABETES,
    women: None,
    from_age: 42,
    percent: (4, 26),
    noticed_after: 0,
    steps: &[
        step(0, &m::METFORMIN, ["1000 mg: 1-0-1", "1000 mg : 1 matin et soir"]),
        until(
            400,
            900,
            ["Wirkung reicht nicht mehr aus", "Effet devenu insuffisant"],
            &m::SITAGLIPTIN,
            ["100 mg: 1-0-0", "100 mg : 1 le matin"],
        ),
        step(900, &m::INSULIN, ["100 E/ml: 14 E abends", "100 U/ml : 14 U le soir"]),
    ],
    curves: &[
        (
            HbA1c,
            0.01,
            &[
                (-900, 0.6),
                (0, 3.4),
                (140, 2.1),
                (400, 2.4),
                (520, 1.7),
                (900, 3.1),
                (1100, 1.8),
                (2500, 1.9),
            ],
        ),
        (
            Glucose,
            0.1,
            &[(-900, 15.0), (0, 105.0), (140, 62.0), (400, 70.0), (520, 48.0), (900, 95.0), (1100, 45.0)],
        ),
        (Weight, 0.0, &[(0, 0.0), (400, -2.0), (900, -1.0), (1600, 3.0)]),
    ],
    follows: &[HbA1c, Glucose, Creatinine, Gfr, Albuminuria],
    review: ["Diabeteskontrolle", "Suivi du diabète"],
    note: [
        "Nüchtern 110 bis 140. Keine Unterzuckerung. Spritzstellen gut.",
        "À jeun entre 1,10 et 1,40. Pas d'hypoglycémie. Points d'injection sains.",
    ],
};

pub(crate) static LIPIDS: Plan = Plan {
    diagnosis: &c::LIPIDS,
    women: None,
    from_age: 40,
    percent: (7, 34),
    noticed_after: 0,
    steps: &[step(60, &m::ATORVASTATIN, ["20 mg: 0-0-1", "20 mg : 1 le soir"])],
    curves: &[
        (Ldl, 0.03, &[(0, 74.0), (60, 70.0), (170, 2.0)]),
        (Triglycerides, 0.05, &[(0, 60.0), (170, 25.0)]),
    ],
    follows: &[Ldl, Hdl, Triglycerides, Alt],
    review: ["Kontrolle der Blutfette", "Contrôle du bilan lipidique"],
    note: ["Keine Muskelschmerzen unter dem Statin.", "Pas de douleurs musculaires sous statine."],
};

pub(crate) static LIPIDS_PAIN: Plan = Plan {
    diagnosis: &c::LIPIDS,
    women: None,
    from_age: 40,
    percent: (7, 34),
    noticed_after: 0,
    steps: &[
        until(
            40,
            130,
            ["Muskelschmerzen", "Douleurs musculaires"],
            &m::ATORVASTATIN,
            ["40 mg: 0-0-1", "40 mg : 1 le soir"],
        ),
        step(170, &m::ROSUVASTATIN, ["5 mg: 0-0-1", "5 mg : 1 le soir"]),
        step(330, &m::EZETIMIB, ["10 mg: 1-0-0", "10 mg : 1 le matin"]),
    ],
    curves: &[(
        Ldl,
        0.03,
        &[(0, 88.0), (40, 85.0), (110, 5.0), (170, 60.0), (280, 24.0), (330, 22.0), (430, -8.0)],
    )],
    follows: &[Ldl, Hdl, Triglycerides, Alt],
    review: ["Kontrolle der Blutfette", "Contrôle du bilan lipidique"],
    note: ["Mit der kleineren Dosis keine Beschwerden mehr.", "Plus de douleurs avec la dose plus faible."],
};

pub(crate) static KIDNEY: Plan = Plan {
    diagnosis: &c::KIDNEY,
    women: None,
    from_age: 58,
    percent: (3, 24),
    noticed_after: 0,
    steps: &[step(900, &m::FUROSEMID, ["40 mg: 1-0-0", "40 mg : 1 le matin"])],
    curves: &[
        (
            Creatinine,
            0.02,
            &[(-1800, 0.0), (-300, 0.35), (0, 0.5), (800, 0.8), (1600, 1.3), (2200, 1.75), (3200, 2.3)],
        ),
        (Potassium, 0.02, &[(-300, 0.1), (0, 0.2), (800, 0.5), (1600, 0.8), (2200, 1.1)]),
        (Albuminuria, 0.1, &[(-900, 15.0), (0, 60.0), (1600, 190.0), (2200, 260.0)]),
        (Haemoglobin, 0.01, &[(0, -0.3), (1600, -1.6), (2200, -2.3)]),
    ],
    follows: &[Creatinine, Gfr, Potassium, Albuminuria, Haemoglobin],
    review: ["Kontrolle der Nierenwerte", "Contrôle de la fonction rénale"],
    note: [
        "Keine Ödeme. Soll Ibuprofen meiden, trinkt um 1,5 Liter am Tag.",
        "Pas d'œdèmes. Doit éviter l'ibuprofène, boit environ 1,5 litre par jour.",
    ],
};

pub(crate) static HYPOTHYROIDISM: Plan = Plan {
    diagnosis: &c::HYPOTHYROIDISM,
    women: Some(true),
    from_age: 24,
    percent: (6, 15),
    noticed_after: 0,
    steps: &[
        until(0, 90, MORE, &m::LEVOTHYROXIN, ["50 µg: 1-0-0, nüchtern", "50 µg : 1 le matin à jeun"]),
        step(90, &m::LEVOTHYROXIN, ["75 µg: 1-0-0, nüchtern", "75 µg : 1 le matin à jeun"]),
    ],
    curves: &[
        (Tsh, 0.05, &[(-300, 2.0), (0, 8.6), (90, 3.9), (200, 0.5), (900, 0.3)]),
        (Weight, 0.0, &[(0, 2.5), (300, 0.0)]),
    ],
    follows: &[Tsh],
    review: ["Schilddrüsenkontrolle", "Contrôle de la thyroïde"],
    note: ["Weniger müde als früher, friert nicht mehr.", "Moins fatiguée qu'avant, n'a plus froid."],
};

pub(crate) static GOUT: Plan = Plan {
    diagnosis: &c::GOUT,
    women: Some(false),
    from_age: 45,
    percent: (4, 12),
    noticed_after: 0,
    steps: &[
        until(
            0,
            7,
            ["Anfall abgeklungen", "Crise terminée"],
            &m::PREDNISOLON,
            ["20 mg: 1-0-0", "20 mg : 1 le matin"],
        ),
        step(21, &m::ALLOPURINOL, ["100 mg: 1-0-0", "100 mg : 1 le matin"]),
    ],
    curves: &[(UricAcid, 0.03, &[(-400, 1.6), (0, 3.4), (21, 3.2), (150, 0.2)])],
    follows: &[UricAcid, Creatinine, Gfr],
    review: ["Kontrolle bei Gicht", "Suivi de la goutte"],
    note: ["Seit dem Frühjahr kein Anfall.", "Pas de crise depuis le printemps."],
};

pub(crate) static OSTEOPOROSIS: Plan = Plan {
    diagnosis: &c::OSTEOPOROSIS,
    women: Some(true),
    from_age: 62,
    percent: (8, 26),
    noticed_after: 0,
    steps: &[
        step(0, &m::VITAMIN_D, ["20.000 E: 1-mal in zwei Wochen", "100 000 UI : 1 ampoule tous les 3 mois"]),
        step(14, &m::ALENDRONAT, ["70 mg: 1-mal in der Woche, nüchtern", "70 mg : 1 par semaine, à jeun"]),
    ],
    curves: &[(VitaminD, 0.03, &[(-400, -12.0), (0, -14.0), (200, 6.0)])],
    follows: &[VitaminD],
    review: ["Kontrolle bei Osteoporose", "Suivi de l'ostéoporose"],
    note: ["Kein Sturz, geht mit Stöcken.", "Pas de chute, marche avec des bâtons."],
};

pub(crate) static IRON: Plan = Plan {
    diagnosis: &c::IRON,
    women: Some(true),
    from_age: 17,
    percent: (9, 4),
    noticed_after: 0,
    steps: &[until(
        0,
        130,
        ["Eisenspeicher aufgefüllt", "Réserves en fer reconstituées"],
        &m::EISEN,
        ["100 mg: 1-0-0", "100 mg : 1 le matin"],
    )],
    curves: &[
        (Haemoglobin, 0.01, &[(-300, -0.5), (0, -3.3), (40, -1.9), (110, -0.4), (600, -0.6)]),
        (Ferritin, 0.04, &[(-300, -40.0), (0, -54.0), (110, -18.0), (600, -28.0)]),
    ],
    follows: &[Haemoglobin, Ferritin],
    review: ["Müdigkeit", "Fatigue"],
    note: ["Treppen gehen wieder ohne Pause.", "Monte à nouveau les escaliers sans pause."],
};
