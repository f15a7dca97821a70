//! Writes a package, so that lists that come otherwise are kept like any other. The same content gives the same bytes. State: none.

use std::io::Write as _;

use crate::json::quote;

/// A `.tgz` with a manifest and these files (name and JSON); None when it can't be written as one (a name of more than 90 bytes).
pub fn pack(name: &str, version: &str, files: &[(&str, &str)]) -> Option<Vec<u8>> {
    let manifest =
        format!(r#"{{"name":{},"version":{},"fhirVersions":["4.0.1"]}}"#, quote(name), quote(version));
    // No time and no name of a file: the hash depends on nothing but the content.
    let mut out = flate2::GzBuilder::new().write(Vec::new(), flate2::Compression::default());
    for (name, content) in [("package.json", manifest.as_str())].iter().chain(files) {
        out.write_all(&header(&format!("package/{name}"), content.len())?).ok()?;
        out.write_all(content.as_bytes()).ok()?;
        let rest = content.len().next_multiple_of(BLOCK) - content.len();
        out.write_all(&[0; BLOCK][..rest]).ok()?;
    }
    out.write_all(&[0; 2 * BLOCK]).ok()?;
    out.finish().ok()
}

const BLOCK: usize = 512;

/// A file's header, as ustar has it.
fn header(path: &str, size: usize) -> Option<[u8; BLOCK]> {
    let mut block = [0; BLOCK];
    let mut put =
        |at: usize, text: &[u8]| block.get_mut(at..at + text.len()).map(|place| place.copy_from_slice(text));
    if path.len() > 99 {
        return None;
    }
    put(0, path.as_bytes())?;
    put(100, b"0000644\0")?;
    put(108, b"0000000\0")?;
    put(116, b"0000000\0")?;
    put(124, format!("{size:011o}").as_bytes())?;
    put(136, b"00000000000")?;
    put(148, b"        ")?;
    put(156, b"0")?;
    put(257, b"ustar\x0000")?;
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    Some(block)
}
