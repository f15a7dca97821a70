//! What an index keeps of words stays what it was, or has another version.
//!
//! An index whose terms are not those that a query looks for finds too little, and nobody notices.

use super::row;
use crate::entry::Entry;
use crate::store::TERMS;
use salus_trust_api::wire::words::{Made, Range, RecordName, Word, Words};

/// [`TERMS`], and FNV-1a over what is kept of the words below.
///
/// When this fails because the same words are folded, cut or encoded otherwise: raise `TERMS`, and put what the test prints here.
/// When only the words below have changed, what it prints is enough.
const THEIRS: (u32, u64) = (2, 0xe913_2126_3100_11ff);

const LONG: &str = "Ä-Wort und noch eines; ";

/// Each kind of word, with letters of all that folding knows, short and beyond the bounds of a term and of what is sorted by.
fn words() -> Words {
    let text = |text: &str| text.to_owned();
    let some = |text: &str| Some(text.to_owned());
    let long = LONG.repeat(1_000);
    let token = |system: Option<String>, code: &str| Word::Token { system, code: some(code) };
    let quantity = |low: i64, code: Option<String>| Word::Quantity {
        range: Range { low, high: low + 3 },
        system: some("http://unitsofmeasure.org"),
        code,
        unit: some("Kilo"),
    };
    let name = |id: &str| RecordName { kind: 3, id: text(id) };
    let mut all: Vec<(u16, Word)> = [
        "Müller",
        "Straße",
        "Œuvre Æ Ø Ł Đ Þ ı İ ĳ ﬁ",
        "L\u{2019}Été d\u{2bc}or",
        "O'Brien",
        "  a\u{0}b\u{1}\tc ",
        "",
        "中文 Ελλάς Київ",
        "1½ ²",
        &long,
    ]
    .map(|one| (1, Word::Text(text(one))))
    .into();
    all.extend([
        (2, token(None, "c")),
        (2, token(some("s"), "C1")),
        (2, token(some(""), "")),
        (2, token(some("s"), &long)),
        (2, Word::Token { system: some("s"), code: None }),
        (2, Word::Display(text("Großes Blutbild, 2. Teil"))),
        (2, Word::OfType { system: some("t"), code: text("MR"), value: text("A 1") }),
        (3, Word::Uri(text("http://example.org/a/b|1"))),
        (3, Word::Reference(name("01234567-89ab-cdef-0123-456789abcdef"))),
        (3, Word::Reference(name("chosen.1"))),
        (3, Word::Elsewhere(text("http://elsewhere.example/Patient/1"))),
        (3, Word::ReferenceIdentifier { system: some("urn:lanr"), value: text("9") }),
        (4, Word::Range(Range { low: -5, high: i64::MAX })),
        (4, quantity(7, some("kg"))),
        (4, quantity(9, None)),
        (
            5,
            Word::Composite(vec![
                vec![token(None, "a"), token(some("s"), "b")],
                vec![quantity(1, some("g"))],
            ]),
        ),
        (
            5,
            Word::Composite(vec![
                vec![token(None, "a")],
                vec![Word::Range(Range { low: 1, high: 2 })],
                vec![],
            ]),
        ),
    ]);
    Words { id: text("chosen.1"), words: all, narrative: text("Größe: 1,80 m; d’accord"), content: long }
}

#[test]
fn what_is_kept_is_what_its_version_keeps() {
    let row = row(7, 2, 3, Some(9), words());
    let made = Made { extraction: 2, made: 300 };
    let Entry { name, terms, spans, outgoing, sorts, .. } =
        Entry::new(&row.header, &row.whose, &row.words, made, true);
    let kept = format!("{name:?} {terms:?} {spans:?} {outgoing:?} {sorts:?}");
    let hash = kept.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    assert!(
        (TERMS, hash) == THEIRS,
        "other terms than before: raise TERMS, then put ({TERMS}, {hash:#x}) into THEIRS of this file"
    );
}
