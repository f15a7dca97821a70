//! All names below a folder, as paths relative to it.
//!
//! State: none.

use crate::LogError;
use crate::disk::{Disk, Entry};
use crate::error::At;
use std::collections::BTreeMap;
use std::io;
use std::path::Path;

/// How deep a tree's folders may be: `<tree>/tile/<L>/x/x/x/x/x/x/N.p/W`.
const MAX_DEPTH: usize = 16;

/// Lists everything below `root`; a folder that is not there is empty. Folders have a slash at the end.
pub(crate) fn walk(disk: &dyn Disk, root: &Path) -> Result<BTreeMap<String, Entry>, LogError> {
    let mut out = BTreeMap::new();
    let mut folders = vec![(String::new(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        let path = root.join(&folder);
        let names = match disk.list(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            other => other.at("listing", &path)?,
        };
        for (name, entry) in names {
            if entry == Entry::Folder && depth < MAX_DEPTH {
                let below = format!("{folder}{name}/");
                out.insert(below.clone(), entry);
                folders.push((below, depth + 1));
            } else {
                out.insert(format!("{folder}{name}"), entry);
            }
        }
    }
    Ok(out)
}
