//! `verifier-keys`: one vkey line for each tree, in the trees' order, all of one key and one origin.
//!
//! State: none.

use crate::{LogError, Tree};
use salus_seal::note::VerifierKey;
use std::collections::BTreeMap;
use std::path::Path;

/// What the file says.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Keys {
    /// The log's origin; empty when there is no tree.
    pub origin: String,
    pub trees: BTreeMap<Tree, VerifierKey>,
}

impl Keys {
    /// Reads the file's bytes, which must be exactly the one way to write them.
    pub fn parse(path: &Path, bytes: &[u8]) -> Result<Self, LogError> {
        let bad = |what: &str| LogError::damaged(path, what);
        let text = std::str::from_utf8(bytes).map_err(|_| bad("it is no text"))?;
        let mut keys = Self::default();
        for line in text.split_inclusive('\n') {
            let line = line.strip_suffix('\n').ok_or_else(|| bad("the last line has no end"))?;
            let key = VerifierKey::parse(line).map_err(|_| bad("a line is no Ed25519 verifier key"))?;
            let (origin, tree) =
                key.name().rsplit_once('/').ok_or_else(|| bad("a key has no tree in its name"))?;
            let tree = Tree::parse(tree).ok_or_else(|| bad("a key has no tree in its name"))?;
            match keys.trees.last_key_value() {
                Some((_, first)) if keys.origin != origin || first.public() != key.public() => {
                    return Err(bad("its lines are not of one key and one origin"));
                }
                Some((last, _)) if *last >= tree => return Err(bad("its lines are not in order")),
                _ => keys.origin = origin.to_owned(),
            }
            keys.trees.insert(tree, key);
        }
        if keys.trees.is_empty() { Err(bad("it is empty")) } else { Ok(keys) }
    }
}
