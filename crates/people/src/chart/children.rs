//! How children are followed: the examinations of each country's booklet, with weight, height and head.

use super::Chart;
use crate::Locale;
use crate::calendar::working;
use crate::codes::Words;
use crate::household::Character;

/// Age in days, name of the examination.
type Examination = (i64, &'static str);

const GERMAN: &[Examination] = &[
    (6, "U2"),
    (31, "U3"),
    (105, "U4"),
    (195, "U5"),
    (335, "U6"),
    (700, "U7"),
    (1065, "U7a"),
    (1430, "U8"),
    (1890, "U9"),
    (2900, "U10"),
    (3550, "U11"),
    (4800, "J1"),
];

const FRENCH: &[Examination] = &[
    (7, "Examen de la 2e semaine"),
    (30, "Examen du 1er mois"),
    (62, "Examen du 2e mois"),
    (125, "Examen du 4e mois"),
    (275, "Examen du 9e mois"),
    (372, "Examen du 12e mois"),
    (720, "Examen de la 2e année"),
    (1100, "Examen de 3 ans"),
    (1480, "Examen de 4 ans"),
    (2200, "Examen de 6 ans"),
    (3100, "Examen de 8-9 ans"),
    (4200, "Examen de 11-13 ans"),
    (5600, "Examen de 15-16 ans"),
];

const NOTES: [(i64, Words); 4] = [
    (60, ["Trinkt gut, nimmt zu, Reflexe seitengleich.", "Tète bien, prend du poids, réflexes symétriques."]),
    (
        400,
        [
            "Lächelt, greift, sitzt altersgemäß. Hüften frei.",
            "Sourit, attrape, tient assis selon l'âge. Hanches libres.",
        ],
    ),
    (
        2200,
        [
            "Spricht Sätze, klettert, malt. Sehen und Hören unauffällig.",
            "Fait des phrases, grimpe, dessine. Vue et audition normales.",
        ],
    ),
    (9999, ["Geht gern zur Schule, treibt Sport. Rücken gerade.", "Aime l'école, fait du sport. Dos droit."]),
];

impl Chart<'_> {
    /// The examinations that fell due while the child was known here.
    pub(super) fn grow(&mut self) {
        let list = self.world.locale.of([GERMAN, FRENCH]);
        for (age, name) in list {
            let late = if *age < 40 { 0 } else { self.random.between(-10, 20) };
            let day = working(self.person.birth + age + late);
            if day < self.begin.max(self.person.birth + 1) || day >= self.end {
                continue;
            }
            let visit = self.open(day, name);
            self.vitals(&visit);
            let note = NOTES.iter().find(|(until, _)| age < until).map(|(_, words)| *words);
            if let Some(words) = note.filter(|_| self.random.chance(60)) {
                self.note(&visit, self.words(words));
            }
        }
        if self.character == Character::Newborn {
            let words = match self.world.locale {
                Locale::German => {
                    "Reif geboren, Apgar 9/10/10. Vitamin K gegeben, Stoffwechseltest abgenommen. Wird gestillt."
                }
                Locale::French => {
                    "Né à terme, Apgar 10/10. Vitamine K donnée, dépistage néonatal fait. Allaitement maternel."
                }
            };
            let visit = self.open(
                working(self.end - 1).max(self.person.birth + 1),
                self.world.locale.of(["Hausbesuch", "Visite à domicile"]),
            );
            self.note(&visit, words);
        }
    }
}
