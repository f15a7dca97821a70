//! A tar archive (POSIX ustar) of plain files, as far as packages need it: short paths, no links, nobody's.
//!
//! Never: follows a path out of its folder; takes another kind of entry than a file. State: none.

use std::collections::BTreeMap;

const BLOCK: usize = 512;
/// The longest path, in bytes: what a header's name holds.
const MAX_PATH_BYTES: usize = 100;
/// The largest file, in bytes: what eleven octal digits hold.
const MAX_FILE_BYTES: usize = 0o77_777_777_777;

/// Whether a path is short, and stays in its folder.
pub fn is_path(path: &str) -> bool {
    !path.is_empty()
        && path.len() <= MAX_PATH_BYTES
        && path.split('/').all(|part| {
            !part.is_empty()
                && !part.starts_with('.')
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
        })
}

/// The archive; none where a path or a file cannot be in one.
pub fn write(files: &BTreeMap<String, Vec<u8>>) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    for (path, bytes) in files {
        if !is_path(path) || bytes.len() > MAX_FILE_BYTES {
            return None;
        }
        let mut header = [0_u8; BLOCK];
        let mut put = |at: usize, text: &[u8]| {
            for (to, from) in header.iter_mut().skip(at).zip(text) {
                *to = *from;
            }
        };
        put(0, path.as_bytes());
        put(100, b"0000600\0");
        put(108, b"0000000\0");
        put(116, b"0000000\0");
        put(124, format!("{:011o}\0", bytes.len()).as_bytes());
        put(136, b"00000000000\0");
        put(148, b"        ");
        put(156, b"0");
        put(257, b"ustar\x0000");
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        for (to, from) in header.iter_mut().skip(148).zip(format!("{sum:06o}\0 ").bytes()) {
            *to = from;
        }
        out.extend_from_slice(&header);
        out.extend_from_slice(bytes);
        out.resize(out.len().next_multiple_of(BLOCK), 0);
    }
    out.resize(out.len() + 2 * BLOCK, 0);
    Some(out)
}

/// The files of an archive that [`write`] made; none where it is no such.
pub fn read(archive: &[u8]) -> Option<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    let mut rest = archive;
    loop {
        let (header, after) = rest.split_at_checked(BLOCK)?;
        if header.iter().all(|byte| *byte == 0) {
            return Some(files);
        }
        let name = header.get(..MAX_PATH_BYTES)?.split(|byte| *byte == 0).next()?;
        let path = std::str::from_utf8(name).ok().filter(|path| is_path(path))?;
        let size = std::str::from_utf8(header.get(124..135)?).ok()?;
        let size = usize::from_str_radix(size, 8).ok()?;
        if header.get(156) != Some(&b'0') || files.contains_key(path) {
            return None;
        }
        let (bytes, _) = after.split_at_checked(size)?;
        files.insert(path.to_owned(), bytes.to_vec());
        rest = after.get(size.checked_next_multiple_of(BLOCK)?..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_other_programs_read_it() {
        let files = BTreeMap::from([
            ("a.json".to_owned(), b"{}".to_vec()),
            ("b/c.txt".to_owned(), vec![b'x'; 1025]),
            ("empty".to_owned(), Vec::new()),
        ]);
        let archive = write(&files).unwrap();
        assert_eq!(read(&archive).unwrap(), files);
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a.tar");
        std::fs::write(&file, &archive).unwrap();
        let listed = std::process::Command::new("tar").arg("-tf").arg(&file).output().unwrap();
        assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
        assert_eq!(String::from_utf8_lossy(&listed.stdout), "a.json\nb/c.txt\nempty\n");
    }

    #[test]
    fn nothing_leaves_its_folder_and_foreign_bytes_do_no_harm() {
        for path in ["../a", "/a", "a//b", ".a", "a/../b", "", "a b", "a\\b"] {
            assert!(!is_path(path), "{path}");
        }
        let archive = write(&BTreeMap::from([("a".to_owned(), vec![1; 600])])).unwrap();
        for cut in 0..archive.len() {
            let _ = read(&archive[..cut]);
        }
        for at in 0..BLOCK {
            let mut changed = archive.clone();
            changed[at] ^= 0x55;
            let _ = read(&changed);
        }
    }
}
