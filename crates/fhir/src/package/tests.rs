//! Archives, honest and hostile.

use std::io::Write as _;

use super::{MAX_FILE_BYTES, Package, PackageError, Unusable};

fn header(path: &str, size: u64, kind: u8) -> [u8; 512] {
    let mut block = [0; 512];
    block[..path.len()].copy_from_slice(path.as_bytes());
    block[124..135].copy_from_slice(format!("{size:011o}").as_bytes());
    block[156] = kind;
    block[257..263].copy_from_slice(b"ustar\0");
    block[148..156].copy_from_slice(b"        ");
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    block
}

fn archive(files: &[(&str, &[u8], u8)]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    for (path, content, kind) in files {
        out.write_all(&header(path, content.len() as u64, *kind)).expect("memory");
        out.write_all(content).expect("memory");
        out.write_all(&vec![0; content.len().next_multiple_of(512) - content.len()]).expect("memory");
    }
    out.write_all(&[0; 1024]).expect("memory");
    out.finish().expect("memory")
}

const MANIFEST: &[u8] = br#"{"name":"a.b","version":"1.0.0","fhirVersions":["4.0.1"],"dependencies":{"hl7.fhir.r4.core":"4.0.1"}}"#;

#[test]
fn a_package_is_read() {
    let list: &[u8] =
        br#"{"resourceType":"CodeSystem","url":"http://x","content":"complete","concept":[{"code":"a"}]}"#;
    let bytes = archive(&[
        ("package/package.json", MANIFEST, b'0'),
        ("package/CodeSystem-x.json", list, b'0'),
        ("package/example/CodeSystem-y.json", list, b'0'),
        ("package/broken.json", b"{", b'0'),
        ("package/readme.md", b"x", b'0'),
    ]);
    let package = Package::read(&bytes).expect("a package");
    assert_eq!((package.name.as_str(), package.version.as_str()), ("a.b", "1.0.0"));
    assert_eq!(package.dependencies, [("hl7.fhir.r4.core".to_owned(), "4.0.1".to_owned())]);
    assert_eq!((package.code_systems.len(), package.passed_by.len()), (1, 1));
}

#[test]
fn hostile_archives_are_refused() {
    let read = |bytes: &[u8]| Package::read(bytes).expect_err("refused");
    assert_eq!(read(b""), PackageError::Compression);
    assert_eq!(read(b"no gzip at all"), PackageError::Compression);
    assert_eq!(read(&archive(&[("package/a.json", b"{}", b'0')])), PackageError::Manifest);
    for path in ["package/../../a.json", "/package/a.json", "../../evil", "..", "package/..\\..\\a.json"] {
        let error = read(&archive(&[("package/package.json", MANIFEST, b'0'), (path, b"{}", b'0')]));
        assert_eq!(error, PackageError::Path(path.into()));
        assert!(error.to_string().contains(path), "{error}");
    }
    // What would be another line of a message is none.
    let long = format!("/{}\n", "a".repeat(98));
    let PackageError::Path(shown) = read(&archive(&[(&long, b"", b'0')])) else { panic!() };
    assert_eq!(&*shown, long.replace('\n', "?"));
    assert_eq!(read(&archive(&[("package/a.json", b"", b'2')])), PackageError::Link("package/a.json".into()));
    let other: &[u8] = br#"{"name":"other","version":"1.0.0","fhirVersions":["4.0.1"]}"#;
    for second in [MANIFEST, other, b"{"] {
        let twice =
            archive(&[("package/package.json", MANIFEST, b'0'), ("package/package.json", second, b'0')]);
        assert_eq!(read(&twice), PackageError::Twice);
    }
    let old: &[u8] = br#"{"name":"a","version":"1","fhirVersions":["3.0.2"]}"#;
    assert_eq!(read(&archive(&[("package/package.json", old, b'0')])), PackageError::Release);
    // A bomb: zeros pack a thousand to one.
    let zeros = vec![0; 24 << 20];
    assert_eq!(read(&archive(&[("package/a.json", &zeros, b'0')])), PackageError::TooLarge);
    let mut lie = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    lie.write_all(&header("package/a.json", MAX_FILE_BYTES + 1, b'0')).expect("memory");
    assert_eq!(read(&lie.finish().expect("memory")), PackageError::TooLarge);
    let whole = archive(&[("package/package.json", MANIFEST, b'0')]);
    for end in 0..whole.len() - 8 {
        assert!(Package::read(&whole[..end]).is_err() || end > 100, "cut at {end}");
    }
}

#[test]
fn r4_is_whole() {
    let r4 = Package::r4();
    // Two of R4's own examples of profiles have no snapshot.
    assert!(
        r4.passed_by.iter().all(|(_, reason)| *reason == Unusable::NoSnapshot) && r4.passed_by.len() <= 2
    );
    assert!(r4.profiles.len() > 600 && r4.value_sets.len() > 1300 && r4.code_systems.len() > 1000);
    let bad: Vec<_> = r4.profiles.iter().flat_map(|profile| profile.unreadable_rules()).collect();
    assert!(bad.is_empty(), "{bad:?}");
}

#[test]
fn damaged_archives_never_make_it_panic() {
    let list: &[u8] =
        br#"{"resourceType":"CodeSystem","url":"http://x","content":"complete","concept":[{"code":"a"}]}"#;
    let files = [("package/package.json", MANIFEST, b'0'), ("package/CodeSystem-x.json", list, b'0')];
    let whole = archive(&files);
    let mut plain = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&whole[..]), &mut plain).expect("gzip");
    for at in (0..plain.len()).step_by(3) {
        let mut damaged = plain.clone();
        damaged[at] ^= 0x55;
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(&damaged).expect("memory");
        drop(Package::read(&packed.finish().expect("memory")));
    }
}

#[test]
fn what_is_packed_is_read() {
    let list =
        r#"{"resourceType":"CodeSystem","url":"http://x","content":"complete","concept":[{"code":"a"}]}"#;
    let bytes = super::pack("codes.x", "2025", &[("CodeSystem-x.json", list)]).expect("a package");
    assert_eq!(super::pack("codes.x", "2025", &[("CodeSystem-x.json", list)]).as_ref(), Some(&bytes));
    let package = Package::read(&bytes).expect("a package");
    assert_eq!((package.name.as_str(), package.version.as_str()), ("codes.x", "2025"));
    assert_eq!((package.code_systems.len(), package.passed_by.len()), (1, 0));
    assert!(super::pack("x", "1", &[(&"a".repeat(100), "{}")]).is_none());
}
