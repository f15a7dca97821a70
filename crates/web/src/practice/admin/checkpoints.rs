//! `GET /{cell}/admin/checkpoints`: what is published of the cell's log, and how anybody can verify it.
//!
//! State: none.

use super::super::{PageAsk, Trouble};
use super::tell::grouped;
use super::{Part, page};
use crate::answer::Answer;
use askama::Template;
use salus_frame::{Words, icon};
use salus_records::administration::CheckpointStatus;

/// A checkpoint's text (C2SP tlog-checkpoint): origin, size and root stand on its first three lines.
pub(super) struct Published {
    pub note: String,
    pub size: u64,
    pub root: String,
    /// Entries that it does not cover yet.
    pub newer: u64,
}

/// What the note says; none before the first one.
pub(super) fn published(status: &CheckpointStatus) -> Option<Published> {
    let note = status.note.clone()?;
    let mut lines = note.lines().skip(1);
    let size: u64 = lines.next()?.parse().ok()?;
    let root = lines.next()?.to_owned();
    Some(Published { size, root, newer: status.entries.saturating_sub(size), note })
}

#[derive(Template)]
#[template(path = "practice/admin/checkpoints.html")]
struct Checkpoints {
    t: Words,
    entries: u64,
    /// How many entries the note covers, in words.
    size: String,
    published: Option<Published>,
    witnessed: Option<bool>,
}

impl Checkpoints {
    fn icon(&self, name: &str) -> &'static str {
        icon(name)
    }
}

pub(super) async fn answer(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    let status = super::ask::checkpoint(ask).await?;
    let published = published(&status);
    let size = grouped(ask.t, published.as_ref().map_or(0, |published| published.size));
    let body =
        Checkpoints { t: ask.t, entries: status.entries, size, published, witnessed: status.witnessed };
    Ok(page(ask, Part::Checkpoints, ask.t.say("admin-checkpoints"), None, &body).answer(ask))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_says_size_and_root() {
        let note = "salus.example/7/ab\n12\nAAECAw==\n\n\u{2014} salus.example/7/ab xyz\n".to_owned();
        let status = CheckpointStatus { entries: 15, note: Some(note), witnessed: None };
        let read = published(&status).unwrap();
        assert_eq!((read.size, read.newer, read.root.as_str()), (12, 3, "AAECAw=="));
        for broken in ["", "a", "a\nb\nc\n", "a\n1"] {
            let status = CheckpointStatus { entries: 1, note: Some(broken.into()), witnessed: None };
            assert!(published(&status).is_none(), "{broken:?}");
        }
    }
}
