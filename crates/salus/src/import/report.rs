//! What an import came to: counts, and what was refused, where and by which rule. Never a value. State: the counts.

use super::Delivered;
use crate::admin::Output;
use crate::data_dir::replace_private;
use crate::failure::{Failure, NO};
use crate::messages::{Say, say};
use salus_fhir::Language;
use serde_json::json;
use std::path::Path;
use std::sync::Arc;

/// The most refusals that are kept; further ones are counted.
const MAX_REFUSALS: usize = 100_000;

/// How many doubtful places are named; further ones are counted.
const MAX_NAMED_DOUBTS: usize = 10;

/// Something that was refused, or was taken and is doubtful.
#[derive(Debug, Clone)]
pub struct Refused {
    /// The file.
    pub file: Arc<str>,
    /// The entry's place in it, from 0; of NDJSON, the line from 1.
    pub entry: Option<u64>,
    /// A FHIRPath expression.
    pub location: Option<String>,
    /// What is wrong.
    pub rule: String,
}

impl Refused {
    /// A whole file.
    pub(super) fn of_file(file: &Arc<str>, rule: Say) -> Self {
        Self { file: file.clone(), entry: None, location: None, rule: rule.text(Language::En) }
    }

    /// An entry or line, before it was sent.
    pub(super) fn of_entry(file: &Arc<str>, entry: u64, rule: Say) -> Self {
        Self { entry: Some(entry), ..Self::of_file(file, rule) }
    }
}

/// The counts.
#[derive(Debug, Default)]
pub(super) struct Report {
    entries: u64,
    known: u64,
    refusals: u64,
    refused: Vec<Refused>,
    doubts: u64,
    doubtful: Vec<Refused>,
}

impl Report {
    /// A parcel came back.
    pub(super) fn add(&mut self, delivered: Delivered) {
        if delivered.known {
            self.known += delivered.entries;
        } else {
            self.entries += delivered.entries;
        }
        delivered.refused.into_iter().for_each(|refused| self.refuse(refused));
        self.doubts += delivered.doubtful.len() as u64;
        let room = MAX_NAMED_DOUBTS.saturating_sub(self.doubtful.len());
        self.doubtful.extend(delivered.doubtful.into_iter().take(room));
    }

    /// Something was refused.
    pub(super) fn refuse(&mut self, refused: Refused) {
        self.refusals += 1;
        if self.refused.len() < MAX_REFUSALS {
            self.refused.push(refused);
        }
    }

    /// Reports; writes the file if something was refused, and fails then.
    pub(super) fn finish(&self, path: &Path, output: Output) -> Result<(), Failure> {
        let refused =
            |r: &Refused| json!({"file": &*r.file, "entry": r.entry, "location": r.location, "rule": r.rule});
        let mut document = json!({"sent": self.entries, "known": self.known, "refused": self.refusals});
        if self.refusals > 0 {
            document["report"] = path.display().to_string().into();
            let list: Vec<_> = self.refused.iter().map(refused).collect();
            let text = format!("{:#}\n", json!({"refused": self.refusals, "list": list}));
            replace_private(path, text.as_bytes())?;
        }
        if self.doubts > 0 {
            let named: Vec<_> = self.doubtful.iter().map(refused).collect();
            document["doubtful"] = json!({"count": self.doubts, "first": named});
        }
        let mut said = vec![say("imported").with("sent", self.entries).with("known", self.known)];
        if self.doubts > 0 {
            said.push(say("import-doubtful").with("count", self.doubts));
        }
        said.extend(self.doubtful.iter().map(|doubt| {
            let entry = doubt.entry.map_or_else(String::new, |entry| entry.to_string());
            let place = doubt.location.as_deref().unwrap_or_default();
            let file = &doubt.file;
            say("import-doubt")
                .with("file", file)
                .with("entry", entry)
                .with("place", place)
                .with("rule", &doubt.rule)
        }));
        output.report(&document, |language| said.iter().map(|said| said.text(language)).collect());
        if self.refusals == 0 {
            return Ok(());
        }
        let refused = say("import-refused").with("count", self.refusals).with("path", path.display());
        Err(Failure { code: NO, say: refused })
    }
}
