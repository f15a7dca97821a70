//! Heart and circulation: blood pressure, fibrillation, failure. Data only.

use super::{MORE, Plan, Step, step, until};
use crate::codes::conditions as c;
use crate::codes::measures::Measure::*;
use crate::codes::medicines as m;

pub(crate) static HYPERTENSION: Plan = Plan {
    diagnosis: &c::HYPERTENSION,
    women: None,
    from_age: 32,
    percent: (5, 66),
    noticed_after: 0,
    steps: &[
        until(0, 110, MORE, &m::RAMIPRIL, ["2,5 mg: 1-0-0", "2,5 mg : 1 le matin"]),
        step(110, &m::RAMIPRIL, ["5 mg: 1-0-0", "5 mg : 1 le matin"]),
        step(420, &m::AMLODIPIN, ["5 mg: 1-0-0", "5 mg : 1 le matin"]),
    ],
    curves: &[
        (Systolic, 0.02, &[(-400, 18.0), (0, 42.0), (110, 30.0), (240, 22.0), (420, 25.0), (540, 14.0)]),
        (Diastolic, 0.02, &[(-400, 8.0), (0, 21.0), (110, 15.0), (240, 11.0), (420, 12.0), (540, 7.0)]),
    ],
    follows: &[Creatinine, Gfr, Potassium],
    review: ["Blutdruckkontrolle", "Contrôle de la tension"],
    note: [
        "Werte zu Hause mitgebracht, meist unter 140/85. Verträgt die Tabletten gut, kein Schwindel.",
        "Automesure apportée, le plus souvent sous 140/85. Traitement bien toléré, pas de vertiges.",
    ],
};

pub(crate) static HYPERTENSION_COUGH: Plan = Plan {
    steps: &[
        until(0, 70, ["Trockener Husten", "Toux sèche"], &m::RAMIPRIL, ["5 mg: 1-0-0", "5 mg : 1 le matin"]),
        until(70, 260, MORE, &m::CANDESARTAN, ["8 mg: 1-0-0", "8 mg : 1 le matin"]),
        step(260, &m::CANDESARTAN, ["16 mg: 1-0-0", "16 mg : 1 le matin"]),
        step(620, &m::HCT, ["12,5 mg: 1-0-0", "12,5 mg : 1 le matin"]),
    ],
    ..HYPERTENSION_BASE
};

const HYPERTENSION_BASE: Plan = Plan {
    diagnosis: &c::HYPERTENSION,
    women: None,
    from_age: 32,
    percent: (5, 66),
    noticed_after: 0,
    steps: &[],
    curves: &[
        (
            Systolic,
            0.02,
            &[(-400, 16.0), (0, 38.0), (70, 26.0), (260, 24.0), (380, 15.0), (620, 20.0), (740, 12.0)],
        ),
        (Diastolic, 0.02, &[(-400, 8.0), (0, 20.0), (70, 13.0), (260, 12.0), (380, 8.0), (740, 6.0)]),
    ],
    follows: &[Creatinine, Gfr, Potassium],
    review: ["Blutdruckkontrolle", "Contrôle de la tension"],
    note: [
        "Blutdruck im Ziel. Der Husten ist seit der Umstellung weg.",
        "Tension à l'objectif. La toux a disparu depuis le changement.",
    ],
};

pub(crate) static FIBRILLATION: Plan = Plan {
    diagnosis: &c::FIBRILLATION,
    women: None,
    from_age: 62,
    percent: (3, 20),
    noticed_after: 0,
    steps: &[
        step(5, &m::APIXABAN, ["5 mg: 1-0-1", "5 mg : 1 matin et soir"]),
        step(5, &m::BISOPROLOL, ["2,5 mg: 1-0-0", "2,5 mg : 1 le matin"]),
    ],
    curves: &[(HeartRate, 0.06, &[(-10, 0.0), (0, 38.0), (60, 8.0)])],
    follows: &[Creatinine, Gfr, Haemoglobin, Platelets],
    review: ["Kontrolle bei Vorhofflimmern", "Suivi de la fibrillation atriale"],
    note: [
        "Keine Blutungen, nimmt Apixaban regelmäßig.",
        "Pas de saignement, prend l'apixaban régulièrement.",
    ],
};

pub(crate) static FIBRILLATION_VKA: Plan = Plan {
    diagnosis: &c::FIBRILLATION,
    women: None,
    from_age: 62,
    percent: (3, 20),
    noticed_after: 0,
    steps: &[
        Step {
            after: 5,
            until: None,
            medicine: [&m::PHENPROCOUMON, &m::WARFARIN],
            dose: ["3 mg: nach Plan", "5 mg : selon le carnet"],
        },
        step(5, &m::BISOPROLOL, ["5 mg: 1-0-0", "5 mg : 1 le matin"]),
    ],
    curves: &[(Inr, 0.26, &[(4, 0.0), (20, 1.5)]), (HeartRate, 0.06, &[(-10, 0.0), (0, 38.0), (60, 8.0)])],
    follows: &[Inr, Haemoglobin, Platelets],
    review: ["Kontrolle bei Vorhofflimmern", "Suivi de la fibrillation atriale"],
    note: ["Keine blauen Flecken, kein Nasenbluten.", "Pas d'ecchymoses, pas d'épistaxis."],
};

pub(crate) static HEART_FAILURE: Plan = Plan {
    diagnosis: &c::HEART_FAILURE,
    women: None,
    from_age: 66,
    percent: (3, 17),
    noticed_after: 0,
    steps: &[
        step(0, &m::TORASEMID, ["10 mg: 1-0-0", "10 mg : 1 le matin"]),
        step(10, &m::BISOPROLOL, ["2,5 mg: 1-0-0", "2,5 mg : 1 le matin"]),
        step(120, &m::SPIRONOLACTON, ["25 mg: 1-0-0", "25 mg : 1 le matin"]),
    ],
    curves: &[
        (NtProBnp, 0.08, &[(-200, 200.0), (0, 2900.0), (60, 1600.0), (240, 800.0), (900, 950.0)]),
        (Weight, 0.0, &[(-60, 0.0), (0, 4.5), (30, -0.5), (200, 0.0)]),
        (Saturation, 0.0, &[(-20, 0.0), (0, -4.0), (40, -1.0)]),
        (Potassium, 0.02, &[(100, 0.0), (200, 0.4)]),
    ],
    follows: &[NtProBnp, Potassium, Sodium, Creatinine, Gfr],
    review: ["Kontrolle bei Herzschwäche", "Suivi de l'insuffisance cardiaque"],
    note: [
        "Wiegt sich täglich. Schläft flach, keine Knöchelödeme.",
        "Se pèse tous les jours. Dort à plat, pas d'œdème des chevilles.",
    ],
};

pub(crate) static CORONARY: Plan = Plan {
    diagnosis: &c::CORONARY,
    women: None,
    from_age: 56,
    percent: (3, 18),
    noticed_after: 0,
    steps: &[
        step(0, &m::ASS, ["100 mg: 1-0-0", "75 mg : 1 le matin"]),
        step(0, &m::ATORVASTATIN, ["40 mg: 0-0-1", "40 mg : 1 le soir"]),
    ],
    curves: &[(Ldl, 0.03, &[(-300, 30.0), (0, 38.0), (110, -18.0)])],
    follows: &[Ldl, Hdl, Alt],
    review: ["Kontrolle bei Herzkranzgefäßen", "Suivi coronarien"],
    note: ["Keine Brustschmerzen beim Gehen.", "Pas de douleur thoracique à la marche."],
};
