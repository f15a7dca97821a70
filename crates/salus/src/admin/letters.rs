//! The words of mails about alarms: the kind, the cell, the entry, the time, and where to look.
//!
//! Never: names anybody; a mail is read on its way. State: none.

use crate::messages::{Say, say};
use salus_fhir::{Language, instant};
use salus_messenger::{Letter, News, Told};
use salus_seal::entry::alarms::AlarmKind;

/// A mail's words in a language.
pub fn letter(news: &News, language: Language) -> Letter {
    let text = |say: Say| say.text(language);
    let alarms = match news {
        News::Test => {
            return Letter { subject: text(say("mail-test-subject")), body: text(say("mail-test")) + "\n" };
        }
        News::Alarms(alarms) => alarms,
    };
    let cell = alarms.first().map(|alarm| alarm.cell_name.as_str()).unwrap_or_default();
    let subject = match alarms.as_slice() {
        [alarm] => say("mail-subject").with("kind", text(kind(alarm.kind))).with("cell", cell),
        _ => say("mail-subject-many").with("count", alarms.len()).with("cell", cell),
    };
    let mut body: String = alarms.iter().map(|alarm| paragraph(alarm, language)).collect();
    body.push_str(&text(say("mail-silence")));
    body.push('\n');
    Letter { subject: text(subject), body }
}

fn paragraph(alarm: &Told, language: Language) -> String {
    // To the second, as people read it: 2026-11-28 14:10:05 UTC.
    let time: String = instant(alarm.time_ms).chars().take(19).collect();
    let what = say("mail-alarm")
        .with("time", time.replace('T', " "))
        .with("kind", kind(alarm.kind).text(language))
        .with("number", alarm.number);
    let mut lines = vec![what.text(language)];
    if alarm.suspended {
        lines.push(say("mail-suspended").text(language));
    }
    lines.push(alarm.see.clone());
    lines.join("\n") + "\n\n"
}

fn kind(kind: AlarmKind) -> Say {
    match kind {
        AlarmKind::Canary => say("mail-canary"),
        AlarmKind::BudgetSpent => say("mail-budget-spent"),
        AlarmKind::NewDevice => say("mail-new-device"),
        AlarmKind::ManyRefusals => say("mail-many-refusals"),
        AlarmKind::ManyCounts => say("mail-many-counts"),
        AlarmKind::Export => say("mail-export"),
        AlarmKind::TrustAtNight => say("mail-trust-at-night"),
        AlarmKind::Tampering => say("mail-tampering"),
        AlarmKind::EmergencyReserve => say("mail-emergency-reserve"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use salus_seal::CellId;

    #[test]
    fn a_letter_says_what_and_where_in_each_language() {
        let told = |kind, number, suspended| Told {
            cell: CellId([1; 16]),
            cell_name: "praxis".into(),
            number,
            time_ms: 1_795_000_000_000,
            kind,
            count: 1,
            suspended,
            see: format!("https://salus.example/praxis/admin/alarms#alarm-{number}"),
        };
        for language in [Language::De, Language::Fr, Language::En] {
            for kind in AlarmKind::ALL {
                let letter = letter(&News::Alarms(vec![told(kind, 7, true)]), language);
                assert!(letter.subject.contains("praxis") && !letter.subject.contains('\n'), "{letter:?}");
                assert!(
                    letter.body.contains("#alarm-7\n") && letter.body.contains("2026-11-18"),
                    "{letter:?}"
                );
            }
            let many =
                News::Alarms(vec![told(AlarmKind::Export, 1, false), told(AlarmKind::Canary, 2, true)]);
            let letter = letter(&many, language);
            assert!(letter.subject.contains('2'), "{letter:?}");
            assert!(letter.body.contains("#alarm-1\n") && letter.body.contains("#alarm-2\n"), "{letter:?}");
        }
    }
}
