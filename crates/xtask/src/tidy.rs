//! What the repository's text must and must not hold: short files that say what they are for, nothing left undone, `unsafe`
//! only where it is named, and no word about how the text came to be.
//!
//! Looks at the files that git tracks. Never changes a file. State: none.

use std::error::Error;
use std::process::Command;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The longest file of Rust or JavaScript, in lines.
const MAX_LINES: usize = 500;

/// Longer ones, each with its reason and its own bound.
const LONGER: &[(&str, usize, &str)] = &[];

/// The files that may use `unsafe`, each with its reason.
const MAY_BE_UNSAFE: &[(&str, &str)] = &[];

/// Words that no text of the repository holds. Turned by 13 letters, so that this list does not find itself.
const FORBIDDEN: &[&str] = &[
    "pynhqr",
    "naguebcvp",
    "bcranv",
    "pungtcg",
    "tcg-4",
    "tcg-5",
    "pbcvybg",
    "trzvav",
    "yyz",
    "yyzf",
    "ynathntr zbqry",
    "nv-trarengrq",
    "trarengrq ol nv",
    "nf na nv",
    "nv nffvfgnag",
    "pbqvat ntrag",
    "fhontrag",
    "fho-ntrag",
    "flfgrz cebzcg",
    "pb-nhguberq-ol",
    "trarengrq jvgu",
    "/jbex/",
    "ubhfr.zq",
    "gur oevrs fnlf",
    "gur vffhr \"",
    "vffhr 1",
    "vffhr 2",
    "vffhr 3",
    "vffhr 4",
    "vffhr 5",
    "vffhr 6",
    "vffhr 7",
    "vffhr 8",
    "vffhr 9",
    "vffhr #",
    "yngre vffhr",
    "yngre vffhrf",
];

/// Ends of names of files that hold data and not words.
const DATA: &[&str] = &[".lock", ".bin", ".zdict", ".png", ".gz", ".svg"];

/// Fails with everything that is found.
pub fn run() -> Result<()> {
    let mut findings = Vec::new();
    for (path, text) in tracked()? {
        findings.extend(look(&path, &text));
    }
    if findings.is_empty() { Ok(()) } else { Err(findings.join("\n").into()) }
}

/// The tracked files that are text, each with its text. One that was removed and not committed yet is passed by.
fn tracked() -> Result<Vec<(String, String)>> {
    let output = Command::new("git").args(["ls-files", "-z"]).current_dir(crate::package::root()).output()?;
    if !output.status.success() {
        return Err(format!("git ls-files: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    let names = String::from_utf8(output.stdout)?;
    let mut files = Vec::new();
    for name in names.split_terminator('\0') {
        if DATA.iter().any(|end| name.ends_with(end)) {
            continue;
        }
        let Ok(bytes) = std::fs::read(crate::package::root().join(name)) else { continue };
        if let Ok(text) = String::from_utf8(bytes) {
            files.push((name.to_owned(), text));
        }
    }
    Ok(files)
}

/// Everything that is wrong with one file.
fn look(path: &str, text: &str) -> Vec<String> {
    let mut findings = words(path, text);
    if path.ends_with(".mjs") {
        findings.extend(shape(path, text, "//"));
    }
    if path.ends_with(".rs") {
        findings.extend(shape(path, text, "//!"));
        findings.extend(text.lines().enumerate().flat_map(|(at, line)| code(path, at + 1, line)));
    }
    findings
}

/// A file's length, and that it begins with what it is for, behind this sign.
fn shape(path: &str, text: &str, sign: &str) -> Vec<String> {
    let mut findings = Vec::new();
    let longer = LONGER.iter().find(|(name, ..)| *name == path);
    let max = longer.map_or(MAX_LINES, |(_, max, _)| *max);
    let lines = text.lines().count();
    if lines > max {
        findings.push(format!("{path}: {lines} lines, of at most {max}"));
    }
    if !text.starts_with(sign) {
        findings.push(format!("{path}: does not begin by saying what it is for ({sign})"));
    }
    findings
}

fn code(path: &str, line_number: usize, line: &str) -> Vec<String> {
    let mut findings = Vec::new();
    let mut finding = |what: &str| findings.push(format!("{path}:{line_number}: {what}"));
    let code = line.split("//").next().unwrap_or_default();
    for left_over in [concat!("to", "do!"), concat!("unimple", "mented!"), concat!("db", "g!")] {
        if has_word(code, left_over) {
            finding(left_over);
        }
    }
    if code.trim() == concat!("#[ig", "nore]") {
        finding("a test is left out without a reason");
    }
    if has_word(code, concat!("un", "safe")) && !MAY_BE_UNSAFE.iter().any(|(name, _)| *name == path) {
        finding(concat!("un", "safe code in a file that is not named for it"));
    }
    if line.contains(concat!("TO", "DO")) || line.contains(concat!("FIX", "ME")) {
        finding("something is left undone");
    }
    findings
}

fn words(path: &str, text: &str) -> Vec<String> {
    let forbidden: Vec<String> = FORBIDDEN.iter().map(|word| turned(word)).collect();
    let lines = text.lines().enumerate();
    lines
        .flat_map(|(at, line)| {
            let lower = line.to_lowercase();
            let hits = forbidden.iter().filter(move |word| has_word(&lower, word));
            hits.map(move |_| format!("{path}:{}: speaks of how it was made", at + 1)).collect::<Vec<_>>()
        })
        .collect()
}

/// Each letter 13 places on.
fn turned(text: &str) -> String {
    let turn = |byte: u8| match byte {
        b'a'..=b'z' => (byte - b'a' + 13) % 26 + b'a',
        other => other,
    };
    text.bytes().map(turn).map(char::from).collect()
}

/// Whether a text holds a word that is no part of a longer one.
fn has_word(text: &str, word: &str) -> bool {
    let is_part =
        |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
    let inner = |edge: Option<char>| edge.is_some_and(char::is_alphanumeric);
    text.match_indices(word).any(|(at, _)| {
        let before = inner(word.chars().next()) && is_part(text[..at].chars().next_back());
        let after = inner(word.chars().next_back()) && is_part(text[at + word.len()..].chars().next());
        !before && !after
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_is_tidy() {
        let files = tracked().unwrap();
        assert!(
            files.iter().any(|(path, _)| path == "crates/xtask/src/main.rs"),
            "git's answer was not understood"
        );
        let findings: Vec<String> = files.iter().flat_map(|(path, text)| look(path, text)).collect();
        assert_eq!(findings, Vec::<String>::new());
    }

    /// A name that no longer exists would excuse whatever file comes to bear it.
    #[test]
    fn every_exception_is_still_needed() {
        let files = tracked().unwrap();
        let text = |name: &str| files.iter().find(|(path, _)| path == name).map(|(_, text)| text.as_str());
        for (name, max, _) in LONGER {
            let lines = text(name).map(|text| text.lines().count());
            assert!(lines.is_some_and(|lines| lines > MAX_LINES && lines <= *max), "{name}: {lines:?}");
        }
        for (name, _) in MAY_BE_UNSAFE {
            assert!(
                text(name).is_some_and(|text| text.lines().any(|line| has_word(line, concat!("un", "safe")))),
                "{name}"
            );
        }
    }

    #[test]
    fn each_fault_is_found() {
        let file = |line: &str| look("crates/x/src/a.rs", &format!("//! For tests.\n{line}\n"));
        assert_eq!(file("fn a() {}"), Vec::<String>::new());
        assert_eq!(look("crates/x/src/a.rs", "fn a() {}\n").len(), 1);
        assert_eq!(look("tests/a.mjs", "// For tests.\nlet a;\n"), Vec::<String>::new());
        assert_eq!(look("tests/a.mjs", "let a;\n").len(), 1);
        assert_eq!(
            look("crates/x/src/a.rs", &format!("//! For tests.\n{}", "\n".repeat(MAX_LINES))).len(),
            1
        );
        for line in [
            concat!("    to", "do!();"),
            concat!("    unimple", "mented!()"),
            concat!("let a = db", "g!(a);"),
            concat!("    #[ig", "nore]"),
            concat!("    un", "safe { a() }"),
            concat!("// TO", "DO: more"),
        ] {
            assert_eq!(file(line).len(), 1, "{line}");
        }
        assert_eq!(file(concat!("#![deny(un", "safe_code)]")), Vec::<String>::new());
        for word in FORBIDDEN {
            let text = format!("Some text of {} here.\n", turned(word).to_uppercase());
            assert!(!look("docs/a.md", &text).is_empty(), "{word}");
        }
        assert_eq!(look("docs/a.md", "A tissue 1 cm long, reissue 2 of it.\n"), Vec::<String>::new());
    }
}
