//! What the tests of the log share: a folder, trees, entries that tell where they belong, and a model of what is in.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]
#![allow(dead_code, reason = "each test file uses a part of it")]

use salus_accesslog::verify::{self, Known, Report};
use salus_accesslog::{AccessLog, LogError, Opened, Options, Signer, Tree};
use salus_seal::CellId;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub const ORIGIN: &str = "salus.example/7";
pub const SEED: [u8; 32] = [42; 32];

pub type Model = BTreeMap<Tree, Vec<Vec<u8>>>;

pub fn cell(n: u8) -> Tree {
    Tree::Cell(CellId([n; 16]))
}

/// An entry that no other place of the log has.
pub fn entry(tree: Tree, index: u64) -> Vec<u8> {
    let mut bytes = format!("{tree} {index} ").into_bytes();
    bytes.resize(40 + (index as usize * 7) % 90, b'.');
    bytes
}

pub fn options(dir: &Path) -> Options {
    let mut options = Options::new(dir.join("log"), ORIGIN, Signer::from_seed(SEED).unwrap());
    options.segment_bytes = 1024 * 1024;
    // Published when asked for, so that a test knows what is where.
    options.publish_interval = Duration::from_secs(3600);
    options.witness_dirs = vec![dir.join("witness")];
    options
}

pub fn open_with(options: Options) -> Result<(AccessLog, Opened, Model), LogError> {
    let mut model = Model::new();
    let (log, opened) = AccessLog::open(options, &mut |tree, index, bytes: &[u8]| {
        let list = model.entry(tree).or_default();
        assert_eq!(list.len() as u64, index);
        list.push(bytes.to_vec());
        Ok::<(), LogError>(())
    })?;
    Ok((log, opened, model))
}

pub fn open(dir: &Path) -> (AccessLog, Opened, Model) {
    open_with(options(dir)).unwrap()
}

/// Appends so many entries to a tree, a commit for every seven.
pub fn fill(log: &mut AccessLog, model: &mut Model, tree: Tree, count: u64) {
    for n in 0..count {
        let list = model.entry(tree).or_default();
        let bytes = entry(tree, list.len() as u64);
        assert_eq!(log.append(tree, &bytes).unwrap(), list.len() as u64);
        list.push(bytes);
        if n % 7 == 6 {
            log.commit().unwrap();
        }
    }
    log.commit().unwrap();
}

pub fn report(dir: &Path) -> Report {
    verify::directory(&dir.join("log"), &Known::default()).unwrap()
}

/// Every file below a folder, relative to it.
pub fn files(root: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for item in std::fs::read_dir(folder).unwrap() {
            let path = item.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                out.push(path.strip_prefix(root).unwrap().to_owned());
            }
        }
    }
    out.sort();
    out
}

pub fn copy(from: &Path, to: &Path) {
    for file in files(from) {
        let target = to.join(&file);
        std::fs::create_dir_all(target.parent().unwrap()).unwrap();
        std::fs::copy(from.join(&file), target).unwrap();
    }
}
