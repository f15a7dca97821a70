//! The frequency attack: somebody has ten snapshots of the index's files, knows how common every surname is, and in which order
//! patients came. Whatever repeats in the files is ranked, and ranks are matched to names.
//!
//! It must recover no more surnames than always guessing the commonest, but for chance; and clearly more from an index of blind
//! tokens, or the attack would be none.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod attack;
mod plain_index;
mod scripted;

use attack::{Snapshot, Verdict};
use plain_index::PlainIndex;
use salus_seal::envelope::{Plain, seal};
use salus_seal::{Header, Part, Pseudonym};
use salus_trust_api::wire::SecretKey;
use salus_trust_api::wire::index::Item;
use salus_trust_api::wire::words::{Range, Word, Words};
use scripted::Scripted;

/// Snapshots of the large steps.
const STEPS: usize = 10;
/// Patients who come in each of them.
const PATIENTS_PER_STEP: usize = 250;
/// After these, patients who come one by one, with a snapshot after each.
const SINGLES: usize = 24;
/// In the long run.
const LONG_SINGLES: usize = 400;
/// Different surnames.
const SURNAMES: usize = 300;
const FAMILY: u16 = 1;
const GIVEN: u16 = 2;
const NAME: u16 = 3;
const BIRTH_DATE: u16 = 4;
const GENDER: u16 = 5;
const IDENTIFIER: u16 = 6;
const PATIENT: u16 = 102;

#[test]
fn ten_snapshots_of_the_index_give_back_no_more_than_always_guessing_the_commonest_name() {
    let folder = tempfile::tempdir().unwrap();
    let mut index = Scripted::start(folder.path());
    let mut random = Random(0x5a15);
    let (mut truth, mut snapshots) = (Vec::new(), Vec::new());
    let singles = if std::env::var_os("SALUS_LONG").is_some() { LONG_SINGLES } else { SINGLES };
    for come in std::iter::repeat_n(PATIENTS_PER_STEP, STEPS).chain(std::iter::repeat_n(1, singles)) {
        let first = truth.len();
        truth.extend((0..come).map(|_| zipf(&mut random)));
        let items: Vec<Item> =
            (first..truth.len()).map(|number| item(&index, number, truth[number], &mut random)).collect();
        index.write(items);
        index.wait_until_written(truth.len());
        snapshots.push(Snapshot::take(folder.path(), truth.len()));
    }
    // What is attacked is an index: it finds the commonest name as often as it is there.
    let expected = truth.iter().filter(|rank| **rank == 0).count() as u64;
    assert_eq!(index.count(FAMILY, &surname(0)), expected);
    let bytes: usize = snapshots.iter().map(Snapshot::bytes).sum();
    assert!(bytes > 500_000, "{bytes}");
    let verdict = attack::run(&snapshots, &truth, SURNAMES);
    print("the index", &verdict, &snapshots);
    for channel in &verdict.channels {
        assert!(
            channel.recovered() <= channel.commonest() + channel.bound(),
            "{} gives back {:.1} % of {} surnames, the commonest name is {:.1} %",
            channel.name,
            channel.recovered() * 100.0,
            channel.patients,
            channel.commonest() * 100.0,
        );
    }
}

#[test]
fn the_same_attack_recovers_names_from_an_index_of_blind_tokens() {
    let folder = tempfile::tempdir().unwrap();
    let mut index = PlainIndex::new(folder.path());
    let mut random = Random(0x5a15);
    let (mut truth, mut snapshots) = (Vec::new(), Vec::new());
    for _ in 0..STEPS {
        let first = truth.len();
        truth.extend((0..PATIENTS_PER_STEP).map(|_| zipf(&mut random)));
        index.write(first, truth[first..].iter().map(|rank| surname(*rank)));
        snapshots.push(Snapshot::take(folder.path(), truth.len()));
    }
    let verdict = attack::run(&snapshots, &truth, SURNAMES);
    print("blind tokens", &verdict, &snapshots);
    let best = verdict.best();
    assert!(
        best.recovered() > best.commonest() + best.bound() + 0.05,
        "the attack does not work where there is something to find: {:.3}",
        best.recovered()
    );
}

fn print(what: &str, verdict: &Verdict, snapshots: &[Snapshot]) {
    println!(
        "{what}: {} snapshots, {} bytes in the last",
        snapshots.len(),
        snapshots.last().unwrap().bytes()
    );
    for channel in &verdict.channels {
        println!(
            "  {:40} {:6} repeated, {:5.1} % of {} surnames recovered; always the commonest: {:.1} %; by chance up to {:.1} % more",
            channel.name,
            channel.repeated,
            channel.recovered() * 100.0,
            channel.patients,
            channel.commonest() * 100.0,
            channel.bound() * 100.0,
        );
    }
}

/// A patient as Salus would index one: the surname, and beside it what is each patient's own.
fn item(index: &Scripted, number: usize, rank: usize, random: &mut Random) -> Item {
    let (family, given) = (surname(rank), format!("Vorname{}", random.below(80)));
    let day = -(random.below(30_000) as i64) * 86_400_000;
    let token = |code: &str| Word::Token { system: None, code: Some(code.to_owned()) };
    let words = Words {
        id: random_uuid(random),
        words: vec![
            (FAMILY, Word::Text(family.clone())),
            (GIVEN, Word::Text(given.clone())),
            (NAME, Word::Text(family)),
            (NAME, Word::Text(given)),
            (BIRTH_DATE, Word::Range(Range { low: day, high: day + 86_399_999 })),
            (GENDER, token(if random.below(2) == 0 { "female" } else { "male" })),
            (
                IDENTIFIER,
                Word::Token {
                    system: Some("http://fhir.de/sid/gkv/kvid-10".into()),
                    code: Some(format!("A{:09}", random.below(1_000_000_000))),
                },
            ),
        ],
        ..Words::default()
    };
    let record = number as u64 + 1;
    let header = Header {
        cell: index.cell(),
        compartment: record,
        kind: PATIENT,
        record,
        version: 1,
        time_ms: 1_790_000_000_000 + record * 1_000,
        deleted: false,
    };
    let plain = postcard::to_stdvec(&words).unwrap();
    let (sealed, key) = seal(&header, &Plain { words: &plain, ..Plain::default() }).unwrap();
    let key = SecretKey(*key.part(Part::Words.label()).unwrap().expose());
    Item { header, whose: vec![Pseudonym::random().unwrap()], words: sealed.words, key }
}

/// The surname of this rank, the commonest first; of different lengths, as surnames are.
fn surname(rank: usize) -> String {
    let syllables = [
        "ba", "ller", "ke", "schmi", "dt", "wag", "ner", "ho", "ff", "mann", "ri", "chter", "wei", "ss",
        "kra", "us",
    ];
    let (first, second, third) = (rank % 16, rank / 16 % 16, (rank * 7 + 3) % 16);
    let tail = if rank.is_multiple_of(3) { syllables[third] } else { "" };
    format!("M{}{}{tail}", syllables[first], syllables[second])
}

/// A rank from 0 on, each as likely as one divided by it (from 1 on).
fn zipf(random: &mut Random) -> usize {
    let share = random.below(1 << 52) as f64 / (1u64 << 52) as f64;
    let mut left = share * attack::harmonic(SURNAMES);
    (0..SURNAMES)
        .find(|rank| {
            left -= 1.0 / (rank + 1) as f64;
            left <= 0.0
        })
        .unwrap_or(0)
}

fn random_uuid(random: &mut Random) -> String {
    let mut digits = || random.below(1 << 48);
    let (a, b, c) = (digits(), digits(), digits());
    format!("{:08x}-{:04x}-4{:03x}-8{:03x}-{c:012x}", a & 0xffff_ffff, a >> 32, b & 0xfff, b >> 36)
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (x ^ (x >> 31)) % bound
    }
}
