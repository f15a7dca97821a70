//! The attack itself. It knows the files, how many patients there were at each snapshot and in which order they came, and how
//! common each surname is; the truth it gets only to be scored.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::path::Path;

/// How many standard deviations are chance. There are some ten attacks, so three would be met once in a hundred runs or so.
const CHANCE: f64 = 4.0;

/// Every file of the index at one moment.
pub struct Snapshot {
    files: BTreeMap<String, Vec<u8>>,
    /// How many patients there were.
    patients: usize,
}

impl Snapshot {
    /// Copies the files.
    pub fn take(folder: &Path, patients: usize) -> Self {
        let mut files = BTreeMap::new();
        collect(folder, &mut files);
        Self { files, patients }
    }

    pub fn bytes(&self) -> usize {
        self.files.values().map(Vec::len).sum()
    }
}

fn collect(folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.is_file()
            && let Ok(bytes) = std::fs::read(&path)
        {
            files.insert(path.display().to_string(), bytes);
        }
    }
}

/// What one way of attacking came to.
pub struct Channel {
    pub name: String,
    /// How many different things repeated.
    pub repeated: usize,
    /// Whose surname was guessed.
    pub patients: usize,
    hits: usize,
    commonest_hits: usize,
    /// The commonest name's share in the known distribution.
    share: f64,
}

impl Channel {
    /// The share of surnames guessed right.
    pub fn recovered(&self) -> f64 {
        self.hits as f64 / self.patients as f64
    }

    /// What always guessing the commonest comes to.
    pub fn commonest(&self) -> f64 {
        self.commonest_hits as f64 / self.patients as f64
    }

    /// How much more is chance: a guess that knows nothing is right at most as often as the commonest name is there, so this is
    /// four standard deviations of such guesses' share.
    pub fn bound(&self) -> f64 {
        CHANCE * (self.share * (1.0 - self.share) / self.patients as f64).sqrt()
    }
}

/// All ways.
pub struct Verdict {
    pub channels: Vec<Channel>,
}

impl Verdict {
    pub fn best(&self) -> &Channel {
        self.channels.iter().max_by(|a, b| a.recovered().total_cmp(&b.recovered())).unwrap()
    }
}

/// A file that was not there before.
struct New<'a> {
    bytes: &'a [u8],
    /// Patients that came with it, and all of whom it may be.
    came: std::ops::Range<usize>,
}

/// Attacks in every way. `truth` holds each patient's surname by rank.
pub fn run(snapshots: &[Snapshot], truth: &[usize], surnames: usize) -> Verdict {
    let new = new_files(snapshots);
    let mut channels = Vec::new();
    for (all, of) in [(false, "who came with the file"), (true, "all so far")] {
        let place = |file: &New<'_>| if all { 0..file.came.end } else { file.came.clone() };
        channels.push(blocks::<8>(&new, place, of, truth, surnames));
        channels.push(blocks::<16>(&new, place, of, truth, surnames));
        channels.push(blocks::<32>(&new, place, of, truth, surnames));
    }
    channels.extend(sizes(snapshots, &new, truth, surnames));
    Verdict { channels }
}

/// Files by content, each at the snapshot in which it is first seen.
fn new_files(snapshots: &[Snapshot]) -> Vec<New<'_>> {
    let mut known: std::collections::HashSet<&[u8]> = std::collections::HashSet::new();
    let (mut new, mut before) = (Vec::new(), 0);
    for snapshot in snapshots {
        for bytes in snapshot.files.values().filter(|bytes| !bytes.is_empty()) {
            if known.insert(bytes) {
                new.push(New { bytes, came: before..snapshot.patients });
            }
        }
        before = snapshot.patients;
    }
    new
}

/// Aligned blocks that repeat within or across files are ranked, and the rank is the name. Where a block stands in its file says
/// of which patient it is.
fn blocks<const BYTES: usize>(
    new: &[New<'_>],
    of: impl Fn(&New<'_>) -> std::ops::Range<usize>,
    name: &str,
    truth: &[usize],
    surnames: usize,
) -> Channel {
    let mut counts: HashMap<&[u8; BYTES], u32> = HashMap::new();
    for file in new {
        for block in file.bytes.as_chunks::<BYTES>().0 {
            *counts.entry(block).or_default() += 1;
        }
    }
    let ranks = ranked(counts);
    let mut guesses: Vec<Option<usize>> = vec![None; truth.len()];
    for file in new {
        let whose = of(file);
        let blocks = file.bytes.as_chunks::<BYTES>().0;
        for (at, block) in blocks.iter().enumerate() {
            let patient = whose.start + at * whose.len() / blocks.len();
            if let (Some(rank), Some(guess)) = (ranks.get(block), guesses.get_mut(patient)) {
                // Of several, the rarer one says more.
                *guess = Some(guess.map_or(*rank, |before: usize| before.max(*rank)).min(surnames - 1));
            }
        }
    }
    score(format!("blocks of {BYTES} bytes, {name}"), ranks.len(), &guesses, truth, surnames)
}

/// For patients who came alone: the sizes of what came with them, ranked as blocks are; and how much all files together grew.
/// Also with the names of all others who came alone known: the commonest of those with the same size.
fn sizes(snapshots: &[Snapshot], new: &[New<'_>], truth: &[usize], surnames: usize) -> Vec<Channel> {
    let mut largest: HashMap<usize, usize> = HashMap::new();
    for file in new.iter().filter(|file| file.came.len() == 1) {
        let size = largest.entry(file.came.start).or_default();
        *size = (*size).max(file.bytes.len());
    }
    let mut grown: HashMap<usize, usize> = HashMap::new();
    for pair in snapshots.windows(2).filter(|pair| pair[1].patients - pair[0].patients == 1) {
        grown.insert(pair[0].patients, pair[1].bytes().wrapping_sub(pair[0].bytes()));
    }
    let steps: HashMap<usize, usize> = snapshots
        .iter()
        .scan((0, 0), |before, snapshot| {
            let step = (before.0, snapshot.bytes().wrapping_sub(before.1));
            *before = (snapshot.patients, snapshot.bytes());
            Some(step)
        })
        .collect();
    let mut channels = vec![by_size("growth from snapshot to snapshot", &steps, truth, surnames)];
    for (name, sizes) in [("the largest file of one patient", &largest), ("growth by one patient", &grown)] {
        if !sizes.is_empty() {
            channels.push(by_size(name, sizes, truth, surnames));
            channels.push(by_known_size(name, sizes, truth, surnames));
        }
    }
    channels
}

fn by_size(name: &str, sizes: &HashMap<usize, usize>, truth: &[usize], surnames: usize) -> Channel {
    let mut counts: HashMap<usize, u32> = HashMap::new();
    sizes.values().for_each(|size| *counts.entry(*size).or_default() += 1);
    let ranks = ranked(counts);
    let guesses = sizes.values().map(|size| ranks.get(size).copied());
    let truth = sizes.keys().map(|patient| truth[*patient]).collect::<Vec<_>>();
    score(format!("{name}, ranked"), ranks.len(), &guesses.collect::<Vec<_>>(), &truth, surnames)
}

fn by_known_size(name: &str, sizes: &HashMap<usize, usize>, truth: &[usize], surnames: usize) -> Channel {
    let mut repeated = 0;
    let guess = |(patient, size): (&usize, &usize)| {
        let alike = sizes.iter().filter(|(other, of)| *other != patient && *of == size);
        let mut names: BTreeMap<usize, u32> = BTreeMap::new();
        alike.for_each(|(other, _)| *names.entry(truth[*other]).or_default() += 1);
        repeated += usize::from(!names.is_empty());
        // Of names as frequent, the commonest.
        names.into_iter().min_by_key(|(rank, count)| (std::cmp::Reverse(*count), *rank)).map(|(rank, _)| rank)
    };
    let guesses: Vec<Option<usize>> = sizes.iter().map(guess).collect();
    let truth = sizes.keys().map(|patient| truth[*patient]).collect::<Vec<_>>();
    score(format!("{name}, learned"), repeated, &guesses, &truth, surnames)
}

/// What occurs more than once, by how often; its place is its rank.
fn ranked<T: Hash + Eq + Ord + Copy>(counts: HashMap<T, u32>) -> HashMap<T, usize> {
    let mut repeated: Vec<(T, u32)> = counts.into_iter().filter(|(_, count)| *count > 1).collect();
    repeated.sort_unstable_by_key(|(what, count)| (std::cmp::Reverse(*count), *what));
    repeated.into_iter().enumerate().map(|(rank, (what, _))| (what, rank)).collect()
}

/// Who is not guessed gets the commonest name.
fn score(
    name: String,
    repeated: usize,
    guesses: &[Option<usize>],
    truth: &[usize],
    surnames: usize,
) -> Channel {
    let right = |(guess, rank): (&Option<usize>, &usize)| guess.unwrap_or(0) == *rank;
    Channel {
        name,
        repeated,
        patients: truth.len(),
        hits: guesses.iter().zip(truth).filter(|pair| right(*pair)).count(),
        commonest_hits: truth.iter().filter(|rank| **rank == 0).count(),
        share: 1.0 / harmonic(surnames),
    }
}

/// The sum of one divided by each rank.
pub fn harmonic(ranks: usize) -> f64 {
    (1..=ranks).map(|rank| 1.0 / rank as f64).sum()
}
