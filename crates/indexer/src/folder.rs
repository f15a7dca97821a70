//! The folders of indexes: what is removed from them, and how.
//!
//! Never: removes a file whose key still opens it. State: none.

use crate::directory::HEADER_BYTES;
use std::collections::HashSet;
use std::fs::OpenOptions;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

/// Makes a change of names in the folder around this durable.
pub(crate) fn sync_parent(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(parent) => std::fs::File::open(parent)?.sync_all(),
        None => Ok(()),
    }
}

/// Destroys all files but these.
pub(crate) fn remove_others(folder: &Path, living: &HashSet<String>) -> io::Result<()> {
    for file in std::fs::read_dir(folder)? {
        let file = file?;
        if !file.file_name().to_str().is_some_and(|name| living.contains(name)) {
            destroy_file(&file.path())?;
        }
    }
    Ok(())
}

fn destroy_file(path: &Path) -> io::Result<()> {
    let file = OpenOptions::new().write(true).open(path)?;
    file.write_all_at(&[0; HEADER_BYTES], 0)?;
    file.sync_data()?;
    std::fs::remove_file(path)
}

/// Destroys the keys of all files of a folder and removes it, as far as that can be done.
pub(crate) fn destroy(folder: &Path) {
    for file in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let _ = destroy_file(&file.path());
    }
    let _ = std::fs::remove_dir_all(folder);
}
