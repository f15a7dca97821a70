//! Others read what we write: Cloudflare's tlog_tiles and signed_note, and a verifier in Python.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

mod support;

use salus_accesslog::proof::TreeReader;
use salus_accesslog::{LogError, Tree};
use salus_seal::merkle;
use signed_note::{Note, StandardVerifier, VerifierList};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::{cell, copy, files, fill, open, report};
use tlog_tiles::{Hash, Tile, TileHashReader, TileReader};

/// The tiles of a tree's folder, for tlog_tiles.
struct Folder(PathBuf);

impl TileReader for Folder {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[Tile]) -> Result<Vec<Vec<u8>>, tlog_tiles::Error> {
        let read = |tile: &Tile| {
            // Its paths name the height, as Go's checksum database does; tlog-tiles leaves it out.
            let path = self.0.join(tile.path().replacen("tile/8/", "tile/", 1));
            fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        };
        Ok(tiles.iter().map(read).collect())
    }

    fn save_tiles(&self, _: &[Tile], _: &[Vec<u8>]) {}
}

#[test]
fn tlog_tiles_and_signed_note_agree_on_keys_checkpoints_tiles_and_proofs() {
    let dir = tempfile::tempdir().unwrap();
    let (mut log, _, mut model) = open(dir.path());
    fill(&mut log, &mut model, Tree::Platform, 1);
    fill(&mut log, &mut model, cell(1), 256);
    fill(&mut log, &mut model, cell(2), 777);
    // Enough for a third level.
    for n in 0..66_000u32 {
        log.append(cell(3), &n.to_le_bytes()).unwrap();
        model.entry(cell(3)).or_default().push(n.to_le_bytes().to_vec());
    }
    log.close().unwrap();
    let log = dir.path().join("log");
    let keys = fs::read_to_string(log.join("verifier-keys")).unwrap();
    for (tree, entries) in &model {
        let folder = log.join(tree.to_string());
        let name = format!("{}/{tree}+", support::ORIGIN);
        let vkey = keys.lines().find(|line| line.starts_with(&name)).unwrap();
        let verifiers = VerifierList::new(vec![Box::new(StandardVerifier::new(vkey).unwrap())]);
        let note = Note::from_bytes(&fs::read(folder.join("checkpoint")).unwrap()).unwrap();
        assert_eq!(note.verify(&verifiers).unwrap().0.len(), 1);
        let checkpoint = tlog_tiles::Checkpoint::from_bytes(note.text()).unwrap();
        assert_eq!(checkpoint.size(), entries.len() as u64);

        let (size, root) = (checkpoint.size(), *checkpoint.hash());
        let tiles = Folder(folder);
        let reader = TileHashReader::new(size, root, &tiles);
        let ours = TreeReader::new(&log, *tree).unwrap();
        for index in
            [0, 1, 255, 256, 511, 65_535, 65_536, size / 2, size - 1].into_iter().filter(|n| *n < size)
        {
            let leaf = tlog_tiles::record_hash(&entries[index as usize]);
            let theirs = tlog_tiles::prove_record(size, index, &reader).unwrap();
            let proof = ours.inclusion(index).unwrap().unwrap();
            assert_eq!(proof, theirs.iter().map(|hash| hash.0).collect::<Vec<_>>(), "{tree} {index}");
            tlog_tiles::check_record(
                &proof.iter().map(|hash| Hash(*hash)).collect(),
                size,
                root,
                index,
                leaf,
            )
            .unwrap();
            assert!(merkle::verify_inclusion(&leaf.0, index, size, &proof, &root.0));
        }
        for old in [1, 2, 255, 256, 257, 512, 65_536, 65_999, size / 2, size]
            .into_iter()
            .filter(|n| (1..=size).contains(n))
        {
            let old_root = merkle::root(entries[..old as usize].iter().map(|entry| merkle::leaf_hash(entry)));
            let theirs = tlog_tiles::prove_tree(size, old, &reader).unwrap();
            let proof = ours.consistency(old).unwrap().unwrap();
            assert_eq!(proof, theirs.iter().map(|hash| hash.0).collect::<Vec<_>>(), "{tree} {old}");
            let as_theirs = proof.iter().map(|hash| Hash(*hash)).collect();
            tlog_tiles::check_tree(&as_theirs, size, root, old, Hash(old_root)).unwrap();
            assert!(merkle::verify_consistency(old, size, &old_root, &root.0, &proof));
        }
        assert_eq!(ours.inclusion(size).unwrap(), None);
        assert_eq!(ours.consistency(size + 1).unwrap(), None);
    }
    assert!(matches!(TreeReader::new(&log, cell(9)), Err(LogError::Damaged { .. })));
}

#[test]
fn a_proof_out_of_a_changed_tile_is_refused_by_both() {
    let dir = tempfile::tempdir().unwrap();
    let (mut log, _, mut model) = open(dir.path());
    fill(&mut log, &mut model, cell(1), 600);
    log.close().unwrap();
    let log = dir.path().join("log");
    let reader = TreeReader::new(&log, cell(1)).unwrap();
    let folder = log.join(cell(1).to_string());
    let path = folder.join("tile/0/001");
    let mut tile = fs::read(&path).unwrap();
    tile[40] ^= 1;
    fs::write(&path, tile).unwrap();
    let tiles = Folder(folder);
    let theirs = TileHashReader::new(600, Hash(reader.checkpoint().root), &tiles);
    // tlog_tiles 0.2.0 itself hands the changed hash out: where the hashes of the tree's right edge share a tile, it does
    // not compare as many of the tiles below with their parents. What it proves with it is refused by both.
    let leaf = tlog_tiles::record_hash(&model[&cell(1)][256]);
    let root = Hash(reader.checkpoint().root);
    let refused = tlog_tiles::prove_record(600, 256, &theirs)
        .and_then(|proof| tlog_tiles::check_record(&proof, 600, root, 256, leaf));
    assert!(refused.is_err());
    let proof = reader.inclusion(256).unwrap().unwrap();
    let leaf = merkle::leaf_hash(&model[&cell(1)][256]);
    assert!(!merkle::verify_inclusion(&leaf, 256, 600, &proof, &reader.checkpoint().root));
}

fn python(log: &Path, more: &[&str]) -> (bool, String) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/verify_log.py");
    let output = Command::new("python3").arg(script).arg(log).args(more).output().unwrap();
    let text =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(!text.contains("Traceback"), "{text}");
    (output.status.success(), text)
}

#[test]
fn the_python_verifier_agrees_on_a_log_and_on_its_inclusion_proofs() {
    let dir = tempfile::tempdir().unwrap();
    let (mut log, _, mut model) = open(dir.path());
    fill(&mut log, &mut model, Tree::Platform, 3);
    fill(&mut log, &mut model, cell(1), 600);
    log.close().unwrap();
    let log = dir.path().join("log");
    let (good, text) = python(&log, &[]);
    assert!(good && text.ends_with("ok\n"), "{text}");
    for tree in report(dir.path()).trees {
        let root: String = tree.root.iter().map(|byte| format!("{byte:02x}")).collect();
        assert!(text.contains(&format!("{} {} {root}\n", tree.tree, tree.size)), "{text}");
    }
    let name = cell(1).to_string();
    for index in [0u64, 255, 256, 599] {
        let (good, text) = python(&log, &["--inclusion", &name, &index.to_string()]);
        assert!(good, "{text}");
        let theirs: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("proof ")).collect();
        let ours = TreeReader::new(&log, cell(1)).unwrap().inclusion(index).unwrap().unwrap();
        let ours: Vec<String> =
            ours.iter().map(|hash| hash.iter().map(|byte| format!("{byte:02x}")).collect()).collect();
        assert_eq!(ours, theirs, "{index}");
    }
    assert!(!python(&log, &["--inclusion", &name, "600"]).0);
}

#[test]
fn the_python_verifier_agrees_on_logs_that_were_changed() {
    let dir = tempfile::tempdir().unwrap();
    let (mut log, _, mut model) = open(dir.path());
    fill(&mut log, &mut model, Tree::Platform, 2);
    fill(&mut log, &mut model, cell(1), 300);
    log.close().unwrap();
    let log = dir.path().join("log");
    let mut changes = 0;
    for file in files(&log).into_iter().filter(|file| !file.starts_with("journal")) {
        let path = log.join(&file);
        let good = fs::read(&path).unwrap();
        let last = good.len() - 1;
        let mut all = vec![Some(good[..last].to_vec()), Some([&good[..], b"\n"].concat()), None];
        for at in [0, last / 5, last / 3, last / 2, last * 3 / 4, last] {
            let mut changed = good.clone();
            changed[at] ^= 4;
            all.push(Some(changed));
        }
        for (n, changed) in all.into_iter().enumerate() {
            match changed {
                Some(changed) => fs::write(&path, changed).unwrap(),
                None => fs::remove_file(&path).unwrap(),
            }
            let (theirs, ours) = (python(&log, &[]), report(dir.path()));
            assert!(!theirs.0 && !ours.is_good(), "{} {n}: {} {:?}", file.display(), theirs.1, ours.findings);
            changes += 1;
        }
        fs::write(&path, good).unwrap();
    }
    assert!(changes > 80, "{changes}");
    assert!(python(&log, &[]).0);
    // Two trees that have changed places.
    let other = dir.path().join("other");
    copy(&log, &other.join("log"));
    fs::rename(other.join("log/platform"), other.join("spare")).unwrap();
    fs::rename(other.join("log").join(cell(1).to_string()), other.join("log/platform")).unwrap();
    fs::rename(other.join("spare"), other.join("log").join(cell(1).to_string())).unwrap();
    assert!(!python(&other.join("log"), &[]).0 && !report(&other).is_good());
}

#[test]
fn a_checkpoint_is_proved_though_the_log_has_gone_on_since() {
    let dir = tempfile::tempdir().unwrap();
    let (mut log, _, mut model) = open(dir.path());
    fill(&mut log, &mut model, cell(1), 600);
    log.close().unwrap();
    let reader = TreeReader::new(&dir.path().join("log"), cell(1)).unwrap();
    let root = reader.checkpoint().root;
    // First the tile at the edge becomes wider, then full.
    for more in [1, 100, 300] {
        let (mut log, _, _) = open(dir.path());
        fill(&mut log, &mut model, cell(1), more);
        log.close().unwrap();
        let mut read = Vec::new();
        reader.read(590..700, &mut |index, entry| read.push((index, entry.to_vec()))).unwrap();
        assert_eq!(read.len(), 10, "nothing that the checkpoint does not cover");
        for (index, entry) in read {
            let proof = reader.inclusion(index).unwrap().unwrap();
            let leaf = merkle::leaf_hash(&entry);
            assert!(merkle::verify_inclusion(&leaf, index, 600, &proof, &root), "{more} more: {index}");
        }
        let old = merkle::root(model[&cell(1)][..300].iter().map(|entry| merkle::leaf_hash(entry)));
        let proof = reader.consistency(300).unwrap().unwrap();
        assert!(merkle::verify_consistency(300, 600, &old, &root, &proof));
    }
}
