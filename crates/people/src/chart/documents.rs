//! Documents: notes as text, sick notes and letters as PDF.

use super::Chart;
use super::visits::Visit;
use crate::Locale;
use crate::acute::Acute;
use crate::calendar::{Day, time};
use crate::codes::Words;
use crate::pdf::{Line, page};
use crate::resource::{base64, refer, text};
use serde_json::{Value, json};

/// The type of a document, in words.
pub(crate) const NOTE: Words = ["Notiz", "Note"];
pub(crate) const SICK_NOTE: Words = ["Arbeitsunfähigkeitsbescheinigung", "Arrêt de travail"];
pub(crate) const LETTER: Words = ["Arztbrief", "Courrier médical"];

/// A document to be written.
pub(crate) struct Document<'a> {
    pub(crate) kind: Words,
    pub(crate) title: String,
    pub(crate) author: Value,
    pub(crate) lines: &'a [Line],
}

impl Chart<'_> {
    /// What the doctor writes down at a visit.
    pub(super) fn note(&mut self, visit: &Visit, words: &str) {
        let attachment = json!({
            "contentType": "text/plain; charset=utf-8",
            "language": self.language(),
            "data": base64(words.as_bytes()),
            "size": words.len(),
            "title": self.words(NOTE),
        });
        let note = self.reference_to(visit, NOTE, refer(&visit.doctor), self.words(NOTE), attachment);
        self.add("DocumentReference", note);
    }

    /// A letter or certificate: the PDF, and what says that it is there.
    pub(crate) fn document(&mut self, visit: &Visit, document: Document<'_>) -> String {
        let bytes = page(&document.title, document.lines);
        let binary = json!({
            "contentType": "application/pdf",
            "securityContext": refer(&self.patient()),
            "data": base64(&bytes),
        });
        let binary = self.add("Binary", binary);
        let attachment = json!({
            "contentType": "application/pdf",
            "language": self.language(),
            "url": binary,
            "size": bytes.len(),
            "title": document.title,
            "creation": time(visit.day, visit.minute + 3),
        });
        let reference = self.reference_to(visit, document.kind, document.author, &document.title, attachment);
        self.add("DocumentReference", reference)
    }

    fn reference_to(
        &self,
        visit: &Visit,
        kind: Words,
        author: Value,
        title: &str,
        attachment: Value,
    ) -> Value {
        let (day, minute) = self.arrives.unwrap_or((visit.day, visit.minute + 5));
        let mut reference = json!({
            "status": "current",
            "docStatus": "final",
            "type": text(self.words(kind)),
            "subject": refer(&self.patient()),
            "date": time(day, minute),
            "author": [author],
            "description": title,
            "content": [{"attachment": attachment}],
        });
        if let Some(encounter) = &visit.encounter {
            reference["context"] = json!({"encounter": [refer(encounter)]});
        }
        reference
    }

    fn language(&self) -> &'static str {
        self.world.locale.of(["de", "fr"])
    }

    pub(super) fn full_name(&self) -> String {
        format!("{} {}", self.person.given.join(" "), self.person.family)
    }

    /// Who it is about, as it stands on top of every document.
    pub(super) fn about(&self) -> Vec<Line> {
        let born = self.written(self.person.birth);
        let place = &self.household.place;
        let who = match self.world.locale {
            Locale::German => format!("{}, geboren am {born}", self.full_name()),
            Locale::French => {
                let born_word = if self.person.is_woman { "née" } else { "né" };
                format!("{}, {born_word} le {born}", self.full_name())
            }
        };
        vec![
            (true, who),
            (false, format!("{}, {} {}", place.line, place.postal_code, place.town)),
            (false, String::new()),
        ]
    }

    pub(super) fn sick_note(&mut self, visit: &Visit, acute: &Acute) {
        let until = visit.day + acute.sick_days - 1;
        let kind = self.words(SICK_NOTE);
        let (from, until_words) = (self.written(visit.day), self.written(until));
        let title = format!("{kind} {from} – {until_words}");
        let mut lines: Vec<Line> = vec![(true, kind.to_owned()), (false, String::new())];
        lines.extend(self.about());
        let code = self.world.locale.of(acute.diagnosis.code);
        lines.extend(match self.world.locale {
            Locale::German => vec![
                (false, format!("Arbeitsunfähig seit {from}, voraussichtlich bis {until_words}.")),
                (false, "Erstbescheinigung.".to_owned()),
                (false, format!("Diagnose: {code}")),
            ],
            Locale::French => vec![
                (false, format!("Arrêt de travail du {from} au {until_words} inclus.")),
                (false, "Certificat initial. Sorties autorisées.".to_owned()),
                (false, format!("Motif : {code}")),
            ],
        });
        lines.extend(self.signature(visit.day));
        self.document(
            visit,
            Document { kind: SICK_NOTE, title, author: refer(&visit.doctor), lines: &lines },
        );
    }

    fn signature(&self, day: Day) -> Vec<Line> {
        let staff = crate::practice::staff(self.world);
        let name = staff.get(self.doctor).map_or(String::new(), |one| one.name.clone());
        let practice =
            self.world.locale.of(["Praxis Sonnenberg, Freiburg im Breisgau", "Cabinet Lumière, Lyon"]);
        vec![(false, String::new()), (false, format!("{practice}, {}", self.written(day))), (false, name)]
    }
}
