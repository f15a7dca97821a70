//! What one may do, found in the search field by its words.
//!
//! State: none.

use crate::practice::PageAsk;
use crate::practice::write::{adds_patients, links};

/// The most that are shown at once.
const MAX_SHOWN: usize = 6;

/// Something to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Action {
    pub label: String,
    pub icon: &'static str,
    /// Behind the cell's base.
    pub to: String,
    pub key: &'static str,
}

/// Name in the messages, icon, address, key, whether it is the administration's.
const ALL: [(&str, &str, &str, &str, bool); 9] = [
    (NEW_PATIENT, "plus", "patient/new", "n p", false),
    ("action-today", "today", "today", "g t", false),
    ("action-inbox", "inbox", "inbox", "g i", false),
    ("action-tasks", "tasks", "tasks", "g a", false),
    ("action-people", "admin", "admin/people", "", true),
    ("action-roles", "admin", "admin/roles", "", true),
    ("action-log", "eye", "admin/log", "", true),
    ("action-checkpoints", "check", "admin/checkpoints", "", true),
    (EVERYBODYS, "keys", "passkeys", "", false),
];

const NEW_PATIENT: &str = "action-new-patient";
/// What whoever is signed in may do, whatever their role.
const EVERYBODYS: &str = "action-passkeys";

/// The actions whose words begin with what was typed; all of them when nothing was.
pub(super) fn actions(ask: &PageAsk<'_>, q: &str) -> Vec<Action> {
    let administers = ask.person.role.administers();
    let treats = ask.person.role.treats();
    let mine = ALL.iter().filter(|(name, .., administration)| match *name {
        EVERYBODYS => true,
        NEW_PATIENT => treats && adds_patients(&ask.rights),
        _ => {
            if *administration {
                administers
            } else {
                treats
            }
        }
    });
    let all = mine.map(|(name, icon, to, key, _)| Action {
        label: ask.t.say(name).into_owned(),
        icon,
        to: (*to).to_owned(),
        key,
    });
    // What can be written for the patient who is open, where something was typed: the page offers it all by itself.
    let open = open_patient(ask).filter(|_| treats && !q.is_empty());
    let forms = open.map(|patient| links(ask.t, "", patient, &ask.rights)).unwrap_or_default();
    let forms = forms.into_iter().map(|(to, key, label)| {
        let to = to.trim_start_matches('/').to_owned();
        Action { label, icon: "plus", to, key }
    });
    forms.chain(all).filter(|action| fits(q, &action.label)).take(MAX_SHOWN).collect()
}

/// The patient whose page asks, by what htmx says of it.
fn open_patient<'a>(ask: &'a PageAsk<'_>) -> Option<&'a str> {
    let url = ask.parts.headers.get("hx-current-url")?.to_str().ok()?;
    patient_of(url, ask.base())
}

fn patient_of<'a>(url: &'a str, base: &str) -> Option<&'a str> {
    let (_, rest) = url.split_once("://")?;
    let (_, path) = rest.split_once('/')?;
    let path = path.strip_prefix(base.trim_start_matches('/'))?.strip_prefix("/patient/")?;
    let id = path.split(['/', '?', '#']).next()?;
    (id != "new" && salus_records::is_id(id)).then_some(id)
}

/// Whether each word that was typed begins a word of the label.
fn fits(q: &str, label: &str) -> bool {
    let label = fold(label);
    let starts = |word: &str| label.split([' ', '’', '-']).any(|other| other.starts_with(word));
    fold(q).split_whitespace().all(starts)
}

/// Without case and the accents of our three languages.
fn fold(text: &str) -> String {
    let plain = |character: char| match character {
        'à' | 'â' | 'ä' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'î' | 'ï' => 'i',
        'ô' | 'ö' => 'o',
        'ù' | 'û' | 'ü' => 'u',
        'ç' => 'c',
        other => other,
    };
    text.chars().flat_map(char::to_lowercase).map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::{fits, patient_of};

    #[test]
    fn the_open_patient_is_read_from_the_pages_address() {
        let of = |url| patient_of(url, "/praxis");
        assert_eq!(of("http://h:1/praxis/patient/p-1"), Some("p-1"));
        assert_eq!(of("http://h/praxis/patient/p-1/labs?x=1#y"), Some("p-1"));
        for other in [
            "http://h/praxis/patient/new",
            "http://h/praxis/today",
            "http://h/andere/patient/1",
            "x",
            "http://h",
            "http://h/praxis/patient/<b>",
        ] {
            assert_eq!(of(other), None, "{other}");
        }
    }

    #[test]
    fn an_action_is_found_by_the_beginnings_of_its_words() {
        for q in ["", "neu", "pat", "pat neu", "NEUER P"] {
            assert!(fits(q, "Neuer Patient"), "{q}");
        }
        assert!(fits("taches", "Tâches") && fits("hui", "Aujourd’hui"));
        assert!(!fits("ient", "Neuer Patient") && !fits("neu xy", "Neuer Patient"));
    }
}
