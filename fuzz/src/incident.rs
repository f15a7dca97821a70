//! What an incident brings: a sample of records, and packages for investigators.

use salus::incident::evidence::tar;
use salus::incident::matching::sample;
use salus_seal::package;

/// The key under which the seed's frames are sealed.
const KEY: [u8; 32] = [7; 32];

/// A sample for sale: every row that is taken says something, and no value is longer than the bytes.
pub fn sample(data: &[u8]) {
    if let Some(sample) = sample::parse(data) {
        for row in &sample.rows {
            assert!(!row.values.is_empty());
            assert!(row.values.iter().all(|(_, value)| value.len() <= 2 * data.len()));
        }
    }
}

/// A package's frames: what opens is sealed to the same bytes again.
pub fn package(data: &[u8]) {
    if let Ok(plain) = package::open_frames(&KEY, data) {
        assert_eq!(package::seal_frames(&KEY, &plain).unwrap(), data);
    }
}

/// The archive within: no path leaves its folder, and what is read is written and read again.
pub fn archive(data: &[u8]) {
    if let Some(files) = tar::read(data) {
        assert!(files.keys().all(|path| tar::is_path(path)));
        assert_eq!(tar::read(&tar::write(&files).unwrap()).unwrap(), files);
    }
}
