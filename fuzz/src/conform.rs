//! What is foreign in a check against profiles: packages, their profiles, expressions, code lists, and resources beside them.

use std::sync::Arc;

use salus_fhir::conform::{Library, Settings, check};
use salus_fhir::fhirpath::Expression;
use salus_fhir::json::Document;
use salus_fhir::package::{Canonical, Package};
use salus_fhir::terminology::{Expand, MAX_CODES_PER_PAGE, import};
use salus_fhir::{MAX_ISSUES, Resource};

/// Between the parts of an input.
const BETWEEN: &str = "\n---\n";

/// What is checked against whatever a package holds.
const CHECKED: &str = r#"{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"urn:c","code":"a","display":"A"}]},"valueQuantity":{"value":1,"system":"http://unitsofmeasure.org","code":"mg"},"component":[{"code":{"text":"x"},"extension":[{"url":"urn:e","valueString":"y"}]}]}"#;

/// An archive, or resources one after the other: what can be used is compiled, joined with R4 and checked against.
pub fn profiles(data: &[u8]) {
    let package = if data.starts_with(&[0x1f, 0x8b]) {
        let Ok(package) = Package::read(data) else { return };
        package
    } else {
        let Ok(text) = std::str::from_utf8(data) else { return };
        let mut package = Package::empty("fuzz", "1");
        text.split(BETWEEN).for_each(|part| package.add("part", part));
        package
    };
    if package.profiles.is_empty() && package.passed_by.is_empty() && package.value_sets.is_empty() {
        return;
    }
    against(package, CHECKED);
}

/// A profile and a resource.
pub fn conform(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Some((profile, resource)) = text.split_once(BETWEEN) else { return };
    let mut package = Package::empty("fuzz", "1");
    package.add("profile", profile);
    if package.passed_by.is_empty() {
        against(package, resource);
    }
}

fn against(package: Package, resource: &str) {
    let package = Arc::new(package);
    let library = Library::new([&package]);
    for set in package.value_sets.iter().take(4) {
        if let Ok(page) = library.lists().expand(set, &Expand::default()) {
            assert!(page.codes.len() <= MAX_CODES_PER_PAGE && page.codes.len() <= page.total);
        }
    }
    for profile in &package.profiles {
        drop((profile.summary(), profile.unreadable_rules()));
    }
    let Ok(resource) = Resource::parse(resource, None) else { return };
    let mut settings = Settings::strict();
    settings.demanded = package.profiles.iter().map(|one| Canonical::parse(&one.url)).collect();
    let issues = check(&resource, &library, &settings);
    assert!(issues.len() <= MAX_ISSUES);
    assert_eq!(check(&resource, &library, &settings), issues, "the same each time");
}

/// An expression, and a document that it is evaluated on.
pub fn fhirpath(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (expression, document) = text.split_once('\n').unwrap_or((text, CHECKED));
    let Ok(expression) = Expression::parse(expression) else { return };
    let document = Document::parse(document).or_else(|_| Document::parse(CHECKED)).expect("JSON");
    assert_eq!(expression.evaluate(&document), expression.evaluate(&document), "the same each time");
}

/// A code list of a publisher: what is read is a code system with as many codes.
pub fn codes(data: &[u8]) {
    let about = import::About { name: "2025", url: Some("urn:codes"), version: None };
    let Ok(imported) = import::read(data, &about) else { return };
    let list = import::code_system(data, &about).expect("what was made is a CodeSystem");
    assert!(list.len() <= imported.codes && !list.is_empty());
    let issues = Resource::parse(imported.resource, None).err();
    assert!(issues.is_none(), "{issues:?}");
}
