//! What came of looking for a sample, as JSON and in words.
//!
//! Never: a value of the sample, or of a record. State: none.

use super::log::address;
use super::table;
use crate::incident::matching::fields::Field;
use crate::incident::matching::find::Found;
use crate::incident::matching::sample::Sample;
use crate::incident::matching::times;
use crate::incident::matching::whose::Session;
use crate::messages::{Say, say};
use salus_fhir::{Language, instant};
use salus_seal::{PrincipalId, Pseudonym, SessionId};
use serde_json::{Value, json};
use std::collections::HashMap;

/// The most rows and sessions in the JSON document; all rows are written to a file.
const MAX_ROWS: usize = 10_000;
const MAX_SESSIONS: usize = 1_000;
/// The most sessions and rows that are named in words.
const MAX_LISTED: usize = 20;

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Ours, and all of it was true at some time.
    Ours,
    /// Ours, and some of it never was true here, or not at the same time.
    Partly,
    /// Not ours.
    Not,
    /// It does not say enough, or fits several.
    Unclear,
    /// A budget was spent before.
    NotLooked,
}

/// A row, and whose it is.
#[derive(Debug, Clone)]
pub struct RowFound {
    /// Its line, or place.
    pub place: u64,
    /// What became of it.
    pub outcome: Outcome,
    /// Whose it is, as the log knows them.
    pub pseudonym: Option<Pseudonym>,
    /// Whether they do not exist.
    pub is_canary: bool,
    /// When all of it was true.
    pub spans: Vec<(u64, u64)>,
    versions: Vec<u32>,
    fitting: Vec<Field>,
    other: Vec<Field>,
}

/// All of it.
pub struct Matched<'a> {
    /// The cell's name.
    pub cell: String,
    /// The sample.
    pub sample: &'a Sample,
    /// Each row.
    pub rows: Vec<RowFound>,
    /// How many patients are in it.
    pub patients: usize,
    /// Who opened them, the most likely first.
    pub sessions: Vec<Session>,
    /// What people and applications are called.
    pub names: HashMap<PrincipalId, String>,
    /// In which session the sample was looked for.
    pub session: SessionId,
}

/// A time that has no end is none.
fn end(to_ms: u64) -> Option<String> {
    (to_ms != u64::MAX).then(|| instant(to_ms))
}

impl Outcome {
    const ALL: [Self; 5] = [Self::Ours, Self::Partly, Self::Not, Self::Unclear, Self::NotLooked];

    fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Partly => "ours-partly",
            Self::Not => "not-ours",
            Self::Unclear => "unclear",
            Self::NotLooked => "not-looked-for",
        }
    }

    fn words(self) -> Say {
        match self {
            Self::Ours => say("match-ours"),
            Self::Partly => say("match-partly"),
            Self::Not => say("match-not"),
            Self::Unclear => say("match-unclear"),
            Self::NotLooked => say("match-not-looked"),
        }
    }
}

impl RowFound {
    /// Without whose it is.
    pub fn of(place: u64, found: &Found) -> Self {
        let mut out = Self {
            place,
            outcome: match found {
                Found::Ours(_, fit) if fit.spans.is_empty() => Outcome::Partly,
                Found::Ours(..) => Outcome::Ours,
                Found::NotOurs => Outcome::Not,
                Found::Unclear => Outcome::Unclear,
                Found::NotLooked => Outcome::NotLooked,
            },
            pseudonym: None,
            is_canary: false,
            spans: Vec::new(),
            versions: Vec::new(),
            fitting: Vec::new(),
            other: Vec::new(),
        };
        if let Found::Ours(_, fit) = found {
            out.spans.clone_from(&fit.spans);
            out.versions.clone_from(&fit.versions);
            out.fitting = fit.fitting.iter().copied().collect();
            out.other = fit.other.iter().copied().collect();
        }
        out
    }

    /// The row without any value of it.
    pub fn to_json(&self) -> Value {
        let names = |fields: &[Field]| fields.iter().map(|field| field.name()).collect::<Vec<_>>();
        let span = |(from, to): &(u64, u64)| json!({"from": instant(*from), "to": end(*to)});
        json!({
            "row": self.place,
            "outcome": self.outcome.name(),
            "canary": self.is_canary,
            "pseudonym": self.pseudonym.map(|pseudonym| pseudonym.to_string()),
            "true_in": self.spans.iter().map(span).collect::<Vec<_>>(),
            "versions": self.versions,
            "fitting": names(&self.fitting),
            "not_fitting": names(&self.other),
        })
    }
}

impl Matched<'_> {
    fn count(&self, outcome: Outcome) -> usize {
        self.rows.iter().filter(|row| row.outcome == outcome).count()
    }

    fn as_of(&self) -> Option<(u64, u64, u64)> {
        times::best(self.rows.iter().map(|row| row.spans.as_slice()))
    }

    fn canaries(&self) -> Vec<u64> {
        self.rows.iter().filter(|row| row.is_canary).map(|row| row.place).collect()
    }

    /// The document.
    pub fn to_json(&self) -> Value {
        let outcomes = Outcome::ALL.map(|outcome| (outcome.name().to_owned(), json!(self.count(outcome))));
        let session = |one: &Session| {
            json!({
                "session": one.session.to_string(),
                "principal": one.principal.to_string(),
                "name": self.names.get(&one.principal),
                "client": one.client.to_string(),
                "passkey": one.device.map(|device| device.to_string()),
                "addresses": one.addresses.iter().filter_map(|from| address(*from)).collect::<Vec<_>>(),
                "patients": one.exact.len(),
                "patients_reached": one.reached.len(),
                "others": one.others.len(),
                "first": instant(one.first_ms),
                "last": instant(one.last_ms),
            })
        };
        let hash: String = self.sample.hash.iter().map(|byte| format!("{byte:02x}")).collect();
        json!({
            "cell": self.cell,
            "sample": {"sha256": hash, "format": self.sample.format, "rows": self.sample.rows.len(), "columns_not_compared": self.sample.other_columns},
            "canaries": self.canaries(),
            "outcomes": outcomes.into_iter().collect::<serde_json::Map<_, _>>(),
            "patients": self.patients,
            "as_of": self.as_of().map(|(from, to, rows)| json!({"from": instant(from), "to": end(to), "rows": rows})),
            "sessions": self.sessions.iter().take(MAX_SESSIONS).map(session).collect::<Vec<_>>(),
            "sessions_total": self.sessions.len(),
            "rows": self.rows.iter().take(MAX_ROWS).map(RowFound::to_json).collect::<Vec<_>>(),
            "looked_for_in_session": self.session.to_string(),
        })
    }

    /// In words.
    pub fn lines(&self, language: Language) -> Vec<String> {
        let text = |said: Say| said.text(language);
        let mut lines = Vec::new();
        let canaries = self.canaries();
        if !canaries.is_empty() {
            let named: Vec<String> = canaries.iter().take(MAX_LISTED).map(u64::to_string).collect();
            let proven = say("match-canaries").with("count", canaries.len()).with("rows", named.join(", "));
            lines.extend([text(proven), String::new()]);
        }
        let counts = say("match-counts")
            .with("rows", self.rows.len())
            .with("patients", self.patients)
            .with("cell", &self.cell);
        lines.push(text(counts));
        let mut rows = Vec::new();
        for outcome in Outcome::ALL {
            let count = self.count(outcome);
            if count > 0 {
                rows.push(vec![text(outcome.words()), count.to_string()]);
            }
        }
        lines.extend(table(&rows));
        lines.extend(self.partly(language));
        if let Some((from, to, rows)) = self.as_of() {
            lines.push(String::new());
            lines.push(text(match end(to) {
                Some(to) => say("match-as-of").with("from", instant(from)).with("to", to).with("rows", rows),
                None => say("match-as-of-now").with("from", instant(from)).with("rows", rows),
            }));
        }
        lines.push(String::new());
        lines.extend(self.session_lines(language));
        lines
    }

    /// Which fields never fitted, and in how many rows.
    fn partly(&self, language: Language) -> Option<String> {
        let mut counts: std::collections::BTreeMap<Field, usize> = std::collections::BTreeMap::new();
        self.rows.iter().flat_map(|row| &row.other).for_each(|field| *counts.entry(*field).or_default() += 1);
        let named: Vec<String> =
            counts.iter().map(|(field, count)| format!("{} {count}", field.name())).collect();
        (!named.is_empty()).then(|| say("match-other-fields").with("fields", named.join(", ")).text(language))
    }

    fn session_lines(&self, language: Language) -> Vec<String> {
        let text = |said: Say| said.text(language);
        if self.sessions.is_empty() {
            return vec![text(say("match-no-session"))];
        }
        let heads = [
            say("head-session"),
            say("head-by"),
            say("head-match-exact"),
            say("head-match-reached"),
            say("head-match-others"),
            say("head-first"),
            say("head-last"),
            say("head-from"),
        ];
        let mut rows = vec![heads.map(text).to_vec()];
        rows.extend(self.sessions.iter().take(MAX_LISTED).map(|one| {
            let name = self.names.get(&one.principal).cloned();
            let from: Vec<String> = one.addresses.iter().filter_map(|from| address(*from)).collect();
            vec![
                one.session.to_string(),
                name.unwrap_or_else(|| one.principal.to_string()),
                format!("{} / {}", one.exact.len(), self.patients),
                one.reached.len().to_string(),
                one.others.len().to_string(),
                instant(one.first_ms),
                instant(one.last_ms),
                from.join(" "),
            ]
        }));
        let mut lines = vec![text(say("match-sessions"))];
        lines.extend(table(&rows));
        if self.sessions.len() > MAX_LISTED {
            lines.push(text(say("match-more").with("sessions", self.sessions.len() - MAX_LISTED)));
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::incident::matching::record::Fit;
    use std::collections::BTreeSet;

    fn sample() -> Sample {
        Sample { hash: [7; 32], rows: Vec::new(), format: "csv", other_columns: 1 }
    }

    fn matched(sample: &Sample) -> Matched<'_> {
        let fit = Fit {
            is_them: true,
            fitting: BTreeSet::from([Field::Family, Field::Birth]),
            other: BTreeSet::from([Field::City]),
            versions: vec![1],
            spans: vec![(86_400_000, 172_800_000)],
        };
        let mut rows = vec![
            RowFound::of(2, &Found::Ours("a".to_owned(), fit)),
            RowFound::of(3, &Found::NotOurs),
            RowFound::of(4, &Found::Unclear),
            RowFound::of(5, &Found::NotLooked),
            RowFound::of(6, &Found::Ours("b".to_owned(), Fit { is_them: true, ..Fit::default() })),
        ];
        rows[0].is_canary = true;
        Matched {
            cell: "praxis".to_owned(),
            sample,
            rows,
            patients: 2,
            sessions: Vec::new(),
            names: HashMap::new(),
            session: SessionId([1; 16]),
        }
    }

    #[test]
    fn that_a_row_is_a_trap_is_said_first_in_each_language() {
        let sample = sample();
        for (language, words) in
            [(Language::De, "von hier"), (Language::Fr, "d’ici"), (Language::En, "from here")]
        {
            let lines = matched(&sample).lines(language);
            assert!(lines[0].contains(words) && lines[0].contains('2'), "{lines:?}");
            let untranslated = lines.iter().find(|line| line.contains("match-"));
            assert_eq!(untranslated, None);
        }
    }

    #[test]
    fn the_document_holds_places_and_names_of_fields() {
        let sample = sample();
        let json = matched(&sample).to_json();
        assert_eq!(json["canaries"], json!([2]));
        let outcomes = json!({"ours": 1, "ours-partly": 1, "not-ours": 1, "unclear": 1, "not-looked-for": 1});
        assert_eq!(json["outcomes"], outcomes);
        let as_of = json!({"from": "1970-01-02T00:00:00.000Z", "to": "1970-01-03T00:00:00.000Z", "rows": 1});
        assert_eq!(json["as_of"], as_of);
        assert_eq!(json["rows"][0]["not_fitting"], json!(["city"]));
    }
}
