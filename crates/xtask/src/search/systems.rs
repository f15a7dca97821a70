//! The systems of the codes that search parameters lead to: an element of type `code` has its system only by the value set
//! that it is bound to.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::Path;

use serde_json::Value;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// What R4 says of elements: each type's snapshot by paths, and each value set's systems.
pub struct Systems {
    elements: BTreeMap<String, Value>,
    value_sets: BTreeMap<String, BTreeSet<String>>,
}

impl Systems {
    /// Reads the definitions.
    pub fn read(folder: &Path) -> Result<Self> {
        let mut elements = BTreeMap::new();
        for definition in super::resources(folder, "StructureDefinition-")? {
            if definition["derivation"] == "constraint" || definition["kind"] == "logical" {
                continue;
            }
            for element in definition["snapshot"]["element"].as_array().into_iter().flatten() {
                let path = element["path"].as_str().ok_or("an element without a path")?;
                elements.insert(path.trim_end_matches("[x]").to_owned(), element.clone());
            }
        }
        let mut value_sets = BTreeMap::new();
        for set in super::resources(folder, "ValueSet-")? {
            let included = set["compose"]["include"].as_array().into_iter().flatten();
            let systems = included.filter_map(|include| include["system"].as_str()).map(str::to_owned);
            if let Some(url) = set["url"].as_str() {
                value_sets.insert(url.to_owned(), systems.collect());
            }
        }
        Ok(Self { elements, value_sets })
    }

    /// The systems of the codes that an expression's plain paths lead to, ascending.
    pub fn of(&self, expression: &str) -> BTreeSet<String> {
        let branches = expression.split('|').map(|branch| branch.trim().trim_matches(['(', ')']));
        branches.filter_map(|branch| self.of_path(branch)).flatten().cloned().collect()
    }

    fn of_path(&self, path: &str) -> Option<&BTreeSet<String>> {
        let mut steps = path.split('.');
        let mut at = steps.next()?.to_owned();
        for step in steps {
            let inside = format!("{at}.{step}");
            at = if self.elements.contains_key(&inside) {
                inside
            } else {
                format!("{}.{step}", self.elements.get(&at)?["type"][0]["code"].as_str()?)
            };
        }
        let element = self.elements.get(&at)?;
        if element["type"][0]["code"] != "code" || element["binding"]["strength"] != "required" {
            return None;
        }
        let set = element["binding"]["valueSet"].as_str()?;
        self.value_sets.get(set.split('|').next()?)
    }
}
