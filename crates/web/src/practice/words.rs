//! The words of the practice's pages. State: none.

use salus_frame::{Catalogue, Language, Words, sources};
use std::sync::LazyLock;

static WORDS: LazyLock<Catalogue> = LazyLock::new(|| {
    Catalogue::new(&[
        sources!("practice"),
        sources!("trouble"),
        sources!("today"),
        sources!("find"),
        sources!("write"),
        sources!("chart"),
        sources!("relation"),
        sources!("admin"),
        sources!("alarms"),
        sources!("budgets"),
        sources!("changes"),
        sources!("roles"),
        sources!("exports"),
        sources!("checks"),
    ])
});

/// The words in a language.
pub(crate) fn words(language: Language) -> Words {
    WORDS.words(language)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::path::Path;

    #[test]
    fn the_three_languages_say_the_same() {
        assert_eq!(WORDS.findings(), Vec::<String>::new());
    }

    fn files(directory: &Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                files(&path, found);
            } else {
                found.push(std::fs::read_to_string(&path).unwrap());
            }
        }
    }

    /// `say("…")`, `say_with("…"` and `say_with_two("…"` in templates and sources name messages that there are.
    #[test]
    fn what_the_pages_say_is_there() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut all = Vec::new();
        files(&root.join("templates"), &mut all);
        files(&root.join("src/practice"), &mut all);
        let known = WORDS.keys();
        let mut missing = BTreeSet::new();
        for text in all {
            for start in ["say(\"", "say_with(\"", "say_with_two(\""] {
                let keys = text.split(start).skip(1).filter_map(|rest| rest.split('"').next());
                missing.extend(keys.filter(|key| *key != "…" && !known.contains(*key)).map(str::to_owned));
            }
        }
        assert_eq!(missing, BTreeSet::new());
    }
}
