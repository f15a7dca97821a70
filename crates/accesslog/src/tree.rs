//! The trees of the log: one for the platform and one for each cell, and what their folders are called.
//!
//! State: none.

use salus_seal::CellId;
use std::fmt;
use std::path::{Path, PathBuf};

/// One tree of the log. The platform's comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tree {
    /// What concerns the whole installation: cells, keys, starts.
    Platform,
    /// What happened in one cell.
    Cell(CellId),
}

impl Tree {
    /// The tree of a folder's name: `platform`, or the 32 lower-case hex digits of a cell.
    pub fn parse(name: &str) -> Option<Self> {
        let tree = match name {
            "platform" => Self::Platform,
            digits => Self::Cell(CellId::parse(digits)?),
        };
        (tree.to_string() == name).then_some(tree)
    }

    /// The tree's folder below the log's.
    pub fn folder(&self, log: &Path) -> PathBuf {
        log.join(self.to_string())
    }

    /// The name that the tree's checkpoints and its verifier key bear: the log's origin, a slash, the tree's folder.
    pub fn origin(&self, log_origin: &str) -> String {
        format!("{log_origin}/{self}")
    }
}

impl fmt::Display for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Platform => f.write_str("platform"),
            Self::Cell(cell) => write!(f, "{cell}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_have_one_name_each() {
        let cell = Tree::Cell(CellId([0xAB; 16]));
        assert_eq!(Tree::parse(&cell.to_string()), Some(cell));
        assert_eq!(Tree::parse("platform"), Some(Tree::Platform));
        assert_eq!(Tree::parse(&"AB".repeat(16)), None);
        assert_eq!(Tree::parse("Platform"), None);
        assert_eq!(Tree::parse("abababab-abab-abab-abab-abababababab"), None);
    }
}
