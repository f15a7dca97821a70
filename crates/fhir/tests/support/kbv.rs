//! The KBV's packages and labelled documents.
#![allow(dead_code, reason = "each test file uses a part")]

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use salus_fhir::conform::{Library, Settings, check};
use salus_fhir::package::{Package, validity};
use salus_fhir::{Issue, Resource};

/// Packages by the names of their files, and the libraries made of them.
pub struct Publisher {
    packages: HashMap<(String, String), Arc<Package>>,
    table: Vec<validity::Document>,
    libraries: HashMap<Vec<(String, String)>, Arc<Library>>,
}

impl Publisher {
    /// Reads all packages of a folder.
    pub fn new(folder: &Path) -> Self {
        let mut packages = HashMap::new();
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let package = Package::read(&std::fs::read(&path).expect("a file")).expect("a package");
            // The folder's names of files are what the table means: one package says another version inside than outside.
            let stem = path.file_stem().expect("a name").to_string_lossy().into_owned();
            let (name, version) = stem.rsplit_once('-').expect("a version");
            packages.insert((name.to_owned(), version.to_owned()), Arc::new(package));
        }
        Self { packages, table: validity::read(validity::KBV).expect("a table"), libraries: HashMap::new() }
    }

    /// The packages that count for a document by its date; their versions as text.
    pub fn library(&mut self, resource: &Resource) -> (Arc<Library>, String) {
        let document = validity::document_of(&self.table, resource).expect("a known document");
        let day = document.day(resource).expect("a day");
        let wanted: Vec<_> = document
            .packages_on(&day)
            .into_iter()
            .map(|(name, version)| (name.to_owned(), version.to_owned()))
            .collect();
        let version = format!("{} {}", wanted[0].0, wanted[0].1);
        let packages = &self.packages;
        let library = self.libraries.entry(wanted.clone()).or_insert_with(|| {
            let found: Vec<_> =
                wanted.iter().map(|name| packages.get(name).unwrap_or_else(|| panic!("{name:?}"))).collect();
            Arc::new(Library::new(found))
        });
        (library.clone(), version)
    }

    /// Checks a document in XML as its publisher does; its issues and the version that counted.
    pub fn check(&mut self, xml: &[u8]) -> (Vec<Issue>, String) {
        let json = match salus_fhir::xml::to_json(xml) {
            Ok(json) => json,
            Err(fault) => return (vec![fault.into_issue()], "none".to_owned()),
        };
        match Resource::parse(json, None) {
            Ok(resource) => {
                let (library, version) = self.library(&resource);
                (check(&resource, &library, &Settings::strict()), version)
            }
            Err(issues) => (issues, "none".to_owned()),
        }
    }
}

/// Labels that the profile itself contradicts, each with its reason.
pub const MISLABELLED: &[(&str, &str)] = &[(
    "1.2.0_Beispiel_1-eAU_ERST_GKV-IKZ.xml",
    "labelled valid; its IK has a space, which -for-laengeIK refuses, as in the prescription Beispiel_1_PZN_IKNR that is labelled invalid for it",
)];

/// The XML files of a folder, in the order of their names.
pub fn documents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths
        .into_iter()
        .map(|path| {
            (
                path.file_name().expect("a name").to_string_lossy().into_owned(),
                std::fs::read(&path).expect("a file"),
            )
        })
        .collect()
}
