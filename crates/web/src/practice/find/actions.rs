//! What one may do, found in the search field by its words.
//!
//! State: none.

use crate::practice::PageAsk;

/// The most that are shown at once.
const MAX_SHOWN: usize = 6;

/// Something to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Action {
    pub label: String,
    pub icon: &'static str,
    /// Behind the cell's base.
    pub to: &'static str,
    pub key: &'static str,
}

/// Name in the messages, icon, address, key, whether it is the administration's.
const ALL: [(&str, &str, &str, &str, bool); 8] = [
    ("action-new-patient", "plus", "patient/new", "", false),
    ("action-today", "today", "today", "g t", false),
    ("action-inbox", "inbox", "inbox", "g i", false),
    ("action-tasks", "tasks", "tasks", "g a", false),
    ("action-people", "admin", "admin/people", "g v", true),
    ("action-roles", "admin", "admin/roles", "", true),
    ("action-log", "eye", "admin/log", "", true),
    ("action-checkpoints", "check", "admin/checkpoints", "", true),
];

/// The actions whose words begin with what was typed; all of them when nothing was.
pub(super) fn actions(ask: &PageAsk<'_>, q: &str) -> Vec<Action> {
    let administers = ask.person.role.administers();
    let mine = ALL.iter().filter(|(.., administration)| administers || !administration);
    let all = mine.map(|(name, icon, to, key, _)| (ask.t.say(name), *icon, *to, *key));
    let fitting = all.filter(|(label, ..)| fits(q, label));
    fitting
        .map(|(label, icon, to, key)| Action { label: label.into_owned(), icon, to, key })
        .take(MAX_SHOWN)
        .collect()
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
    use super::fits;

    #[test]
    fn an_action_is_found_by_the_beginnings_of_its_words() {
        for q in ["", "neu", "pat", "pat neu", "NEUER P"] {
            assert!(fits(q, "Neuer Patient"), "{q}");
        }
        assert!(fits("taches", "Tâches") && fits("hui", "Aujourd’hui"));
        assert!(!fits("ient", "Neuer Patient") && !fits("neu xy", "Neuer Patient"));
    }
}
