//! Letters from others: what a specialist or a hospital found and advises, as it follows from the illness and its values.

use super::Chart;
use super::documents::{Document, LETTER};
use super::visits::Visit;
use crate::Locale;
use crate::calendar::{Day, days_of_years, working};
use crate::codes::Words;
use crate::codes::conditions::{self as c, Diagnosis};
use crate::codes::measures::Measure;
use crate::household::Character;
use crate::pdf::Line;
use crate::resource::shown;
use serde_json::json;

/// Who writes about an illness, and what.
struct Letter {
    diagnosis: &'static Diagnosis,
    /// So many days after the illness began.
    after: i64,
    sender: Words,
    found: Words,
    advised: Words,
    /// The values that are cited.
    values: &'static [Measure],
}

#[rustfmt::skip]
static LETTERS: &[Letter] = &[
    Letter {
        diagnosis: &c::DIABETES, after: 45,
        sender: ["Augenzentrum am Schlossberg", "Centre ophtalmologique des Brotteaux"],
        found: ["Augenhintergrund beidseits ohne Zeichen einer diabetischen Netzhauterkrankung. Visus 0,9 beidseits.", "Fond d'œil sans signe de rétinopathie diabétique des deux côtés. Acuité 9/10 des deux côtés."],
        advised: ["Nächste Kontrolle in zwei Jahren.", "Prochain contrôle dans deux ans."],
        values: &[Measure::HbA1c],
    },
    Letter {
        diagnosis: &c::FIBRILLATION, after: 24,
        sender: ["Kardiologie am Münsterplatz", "Cabinet de cardiologie Bellecour"],
        found: ["Vorhofflimmern, Frequenz im Mittel 78. Linker Vorhof leicht vergrößert, Pumpfunktion normal, Klappen ohne wesentlichen Befund.", "Fibrillation atriale, fréquence moyenne 78. Oreillette gauche un peu dilatée, fonction systolique normale, valves sans anomalie notable."],
        advised: ["Gerinnungshemmung auf Dauer. Frequenzkontrolle fortsetzen. Wiedervorstellung in einem Jahr.", "Anticoagulation au long cours. Poursuite du contrôle de la fréquence. Revoir dans un an."],
        values: &[Measure::HeartRate],
    },
    Letter {
        diagnosis: &c::KIDNEY, after: 70,
        sender: ["Nephrologische Gemeinschaftspraxis Breisgau", "Service de néphrologie, clinique du Parc"],
        found: ["Nieren beidseits etwas verkleinert, kein Stau. Am ehesten Folge von Bluthochdruck.", "Reins discrètement diminués de taille, sans dilatation. Origine hypertensive probable."],
        advised: ["Blutdruck unter 130/80, keine Rheumamittel wie Ibuprofen, Kalium vierteljährlich bestimmen.", "Tension sous 130/80, pas d'anti-inflammatoires, potassium tous les trois mois."],
        values: &[Measure::Creatinine, Measure::Potassium],
    },
    Letter {
        diagnosis: &c::HEART_FAILURE, after: 9,
        sender: ["Klinikum Rosengarten, Innere Medizin", "Hôpital Saint-Charles, service de cardiologie"],
        found: ["Aufnahme wegen Luftnot und Gewichtszunahme. Pumpfunktion 38 %. Unter Entwässerung 4 kg weniger, zuletzt beschwerdefrei auf Stationsebene.", "Hospitalisation pour dyspnée et prise de poids. Fraction d'éjection 38 %. Perte de 4 kg sous diurétiques, sortie sans gêne à la marche."],
        advised: ["Tägliches Wiegen; bei mehr als 2 kg in drei Tagen vorstellen. Kalium und Nierenwerte in einer Woche.", "Pesée quotidienne ; consulter si plus de 2 kg en trois jours. Potassium et créatinine dans une semaine."],
        values: &[Measure::NtProBnp],
    },
    Letter {
        diagnosis: &c::DEPRESSION, after: 40,
        sender: ["Praxis für Psychotherapie Wiehre", "Cabinet de psychologie des Terreaux"],
        found: ["Fünf Probesitzungen. Niedergestimmt, Schlaf und Antrieb vermindert, keine Suizidgedanken.", "Cinq séances d'évaluation. Humeur triste, sommeil et élan réduits, pas d'idées suicidaires."],
        advised: ["Kurzzeittherapie beantragt. Arznei für mindestens sechs Monate über die Besserung hinaus.", "Thérapie brève proposée. Traitement à poursuivre six mois après l'amélioration."],
        values: &[],
    },
    Letter {
        diagnosis: &c::ARTHROSIS, after: 60,
        sender: ["Orthopädie im Glashaus", "Centre d'orthopédie de la Part-Dieu"],
        found: ["Röntgen: Gelenkspalt innen verschmälert, kleine Randzacken. Kniescheibe gut geführt.", "Radiographie : pincement interne, petits ostéophytes. Rotule bien centrée."],
        advised: ["Krankengymnastik zehnmal, Gewicht halten. Keine Operation nötig.", "Dix séances de kinésithérapie, stabilité du poids. Pas d'indication opératoire."],
        values: &[],
    },
    Letter {
        diagnosis: &c::COPD, after: 40,
        sender: ["Lungenpraxis Zähringen", "Cabinet de pneumologie de Vaise"],
        found: ["Einsekundenkapazität 61 % des Solls, nach Spray 64 %. Keine Überblähung.", "VEMS à 61 % de la théorique, 64 % après bronchodilatateur. Pas de distension."],
        advised: ["Inhalation beibehalten, Lungensport, Impfungen gegen Grippe und Pneumokokken.", "Poursuite du traitement inhalé, réentraînement, vaccins grippe et pneumocoque."],
        values: &[Measure::Saturation],
    },
    Letter {
        diagnosis: &c::ASTHMA, after: 50,
        sender: ["Lungenpraxis Zähringen", "Cabinet de pneumologie de Vaise"],
        found: ["Lungenfunktion in Ruhe normal, im Provokationstest überempfindlich.", "Fonction respiratoire normale au repos, hyperréactivité au test de provocation."],
        advised: ["Dauertherapie mindestens drei Monate, dann Dosis prüfen.", "Traitement de fond trois mois au moins, puis réévaluer la dose."],
        values: &[],
    },
    Letter {
        diagnosis: &c::PROSTATE, after: 30,
        sender: ["Urologie am Stadtgarten", "Cabinet d'urologie de Monplaisir"],
        found: ["Prostata 42 ml, glatt. Restharn 40 ml. Nieren nicht gestaut.", "Prostate de 42 ml, lisse. Résidu de 40 ml. Pas de dilatation rénale."],
        advised: ["Tamsulosin weiter, PSA in einem Jahr.", "Poursuite de la tamsulosine, PSA dans un an."],
        values: &[Measure::Psa],
    },
    Letter {
        diagnosis: &c::OSTEOPOROSIS, after: 20,
        sender: ["Radiologie Dreisam", "Imagerie médicale de la Tête d'Or"],
        found: ["Knochendichte: T-Wert Lendenwirbelsäule -2,8, Schenkelhals -2,4.", "Densitométrie : T-score rachis -2,8, col fémoral -2,4."],
        advised: ["Behandlung empfohlen, Kontrolle in zwei Jahren.", "Traitement recommandé, contrôle dans deux ans."],
        values: &[],
    },
    Letter {
        diagnosis: &c::PREGNANCY, after: 92,
        sender: ["Frauenärztinnen am Tuniberg", "Cabinet de gynécologie de la Croix-Rousse"],
        found: ["Ultraschall: Einlingsschwangerschaft, Scheitel-Steiß-Länge und Nackenfalte zeitgerecht. Herzaktion regelmäßig.", "Échographie : grossesse unique, longueur cranio-caudale et clarté nucale conformes au terme. Activité cardiaque régulière."],
        advised: ["Zweites Screening in der 20. Woche. Zuckertest in der 25. Woche.", "Deuxième échographie à 22 semaines. Test de glycémie à 25 semaines."],
        values: &[],
    },
    Letter {
        diagnosis: &c::GLAUCOMA, after: 90,
        sender: ["Augenzentrum am Schlossberg", "Centre ophtalmologique des Brotteaux"],
        found: ["Augendruck unter Therapie 15 mmHg beidseits, Gesichtsfeld stabil.", "Pression oculaire à 15 mmHg sous traitement, champ visuel stable."],
        advised: ["Tropfen weiter, Kontrolle in sechs Monaten.", "Poursuite du collyre, contrôle dans six mois."],
        values: &[],
    },
];

impl Chart<'_> {
    /// The letters that came while the patient was known here. With a long history, one a year of each illness.
    pub(super) fn write_letters(&mut self) {
        for (plan_diagnosis, onset) in
            self.courses.iter().map(|course| (course.plan.diagnosis, course.onset)).collect::<Vec<_>>()
        {
            for letter in LETTERS.iter().filter(|letter| letter.diagnosis == plan_diagnosis) {
                let mut day = working(onset + letter.after);
                let last = if self.character == Character::LongHistory { self.end } else { day + 1 };
                while day < last.min(self.end) {
                    if day >= self.begin {
                        self.write_letter(letter, onset, day);
                    }
                    day = working(day + days_of_years(1));
                }
            }
        }
    }

    /// A letter about one of the patient's illnesses, if somebody writes about one.
    pub(crate) fn write_latest_letter(&mut self, day: Day) -> Option<String> {
        let courses: Vec<(&'static Diagnosis, Day)> =
            self.courses.iter().map(|course| (course.plan.diagnosis, course.onset)).collect();
        let found = courses.into_iter().find_map(|(diagnosis, onset)| {
            let letter = LETTERS.iter().find(|letter| letter.diagnosis == diagnosis)?;
            (onset + letter.after < day).then_some((letter, onset))
        });
        let (letter, onset) = found?;
        Some(self.write_letter(letter, onset, day))
    }

    fn write_letter(&mut self, letter: &Letter, onset: Day, day: Day) -> String {
        let locale = self.world.locale;
        let sender = self.words(letter.sender);
        let name = self.words(letter.diagnosis.name);
        let mut lines: Vec<Line> =
            vec![(true, sender.to_owned()), (false, self.written(day)), (false, String::new())];
        lines.extend(self.about());
        let known = self.known_for(onset, day);
        lines.push(match locale {
            Locale::German => (false, "Sehr geehrte Kollegin, sehr geehrter Kollege,".to_owned()),
            Locale::French => (false, "Chère consœur, cher confrère,".to_owned()),
        });
        lines.push((false, String::new()));
        lines.push(match locale {
            Locale::German => {
                (false, format!("danke für die Überweisung. Diagnose: {name}, bekannt {known}."))
            }
            Locale::French => (false, format!("merci de votre courrier. Diagnostic : {name} ({known}).")),
        });
        lines.push((false, String::new()));
        lines.push((false, self.words(letter.found).to_owned()));
        let values: Vec<String> = letter.values.iter().map(|measure| self.cited(*measure, day)).collect();
        if !values.is_empty() {
            lines.push((false, format!("{}{}.", locale.of(["Werte: ", "Valeurs : "]), values.join(", "))));
        }
        lines.push((false, String::new()));
        lines.push((
            false,
            format!("{}{}", locale.of(["Empfehlung: ", "Conseil : "]), self.words(letter.advised)),
        ));
        lines.push((false, String::new()));
        lines.push((false, locale.of(["Mit kollegialen Grüßen", "Bien confraternellement"]).to_owned()));
        let visit = Visit { encounter: None, day, minute: 11 * 60 + 20, doctor: String::new() };
        let title = format!("{sender}: {name}");
        self.document(
            &visit,
            Document { kind: LETTER, title, author: json!({"display": sender}), lines: &lines },
        )
    }

    fn cited(&self, measure: Measure, day: Day) -> String {
        let info = measure.info();
        let scale = self.world.locale.of(info.scale);
        let (value, _) = self.expected(measure, day);
        let digits = scale.digits;
        let text = format!("{:.digits$}", value * scale.factor).replace('.', ",");
        format!("{} {text} {}", self.words(info.display), shown(scale.unit))
    }
}
