//! What a query names by a record of the cell: the items of a List (`_list`), the codes of a ValueSet (`:in`, `:not-in`). Both
//! are read like any record: admitted, charged, logged.
//!
//! Never: guesses what a value set means that does not list its codes: it is refused, and says why. State: none.

use super::convert::{Code, Stored};
use crate::open::admit;
use crate::own_parameters::search_error;
use crate::{Cell, RecordsError, text};
use salus_fhir::ResourceType;
use salus_fhir::json::{Document, Value};
use salus_fhir::search::{self, Condition, Name};
use salus_trust_api::Interaction;
use salus_trust_api::client::Asker;
use salus_trust_api::wire::query::{self, Query, Test};
use std::collections::HashSet;

/// The most items of a List, and codes of a value set, that one query may bring.
pub(crate) const MAX_STORED_ITEMS: usize = 1_000;

/// Reads all lists and value sets that the conditions name.
///
/// Errors: [`RecordsError::NotSupported`] for a value set that is not here or does not list its codes;
/// [`RecordsError::TooCostly`] above [`MAX_STORED_ITEMS`].
pub(crate) async fn read_stored(
    cell: &Cell,
    asker: &Asker,
    interaction: Interaction,
    conditions: &[Condition],
) -> Result<Stored, RecordsError> {
    let mut named = Named::default();
    conditions.iter().for_each(|condition| named.find(condition));
    let mut stored = Stored::default();
    for id in named.lists {
        let items = list(cell, asker, interaction, &id).await?;
        stored.lists.insert(id, items);
    }
    for url in named.value_sets {
        let codes = value_set(cell, asker, interaction, &url).await?;
        stored.value_sets.insert(url, codes);
    }
    Ok(stored)
}

#[derive(Default)]
struct Named {
    lists: HashSet<String>,
    value_sets: HashSet<String>,
}

impl Named {
    fn find(&mut self, condition: &Condition) {
        match condition {
            Condition::All(inner) | Condition::Any(inner) => inner.iter().for_each(|one| self.find(one)),
            Condition::Not(inner) => self.find(inner),
            Condition::RefersTo { meets, .. } | Condition::ReferredToBy { meets, .. } => self.find(meets),
            Condition::InList(id) => drop(self.lists.insert(id.clone())),
            Condition::InValueSet { url, .. } => drop(self.value_sets.insert(url.clone())),
            _ => {}
        }
    }
}

/// The items of a List; none when it is missing or refused.
async fn list(
    cell: &Cell,
    asker: &Asker,
    interaction: Interaction,
    id: &str,
) -> Result<Vec<Name>, RecordsError> {
    let Some(text) = read(cell, asker, interaction, "List", id).await? else { return Ok(Vec::new()) };
    let document = Document::parse(text).map_err(|_| RecordsError::Internal)?;
    let mut items = Vec::new();
    for entry in document.root().get("entry").iter().flat_map(Value::elements) {
        if entry.get("deleted").is_some_and(|deleted| deleted.raw() == "true") {
            continue;
        }
        let reference = entry.get("item").and_then(|item| item.get_str("reference"));
        if let Some((kind, id)) = reference.as_deref().and_then(|reference| cell.local(reference)) {
            items.push(Name { kind, id: id.to_owned() });
        }
    }
    bounded(items)
}

/// The codes of a value set, by `ValueSet/[id]` or its canonical URL.
async fn value_set(
    cell: &Cell,
    asker: &Asker,
    interaction: Interaction,
    named: &str,
) -> Result<Vec<Code>, RecordsError> {
    let text = match cell.local(named) {
        Some((kind, id)) if kind.name() == "ValueSet" => {
            read(cell, asker, interaction, "ValueSet", id).await?
        }
        _ => by_url(cell, asker, interaction, named).await?,
    };
    let text = text.ok_or_else(|| RecordsError::NotSupported(vec![text::value_set_missing()]))?;
    let document = Document::parse(text).map_err(|_| RecordsError::Internal)?;
    let codes = codes(document.root());
    bounded(codes.ok_or_else(|| RecordsError::NotSupported(vec![text::value_set_not_listed()]))?)
}

fn bounded<T>(items: Vec<T>) -> Result<Vec<T>, RecordsError> {
    if items.len() > MAX_STORED_ITEMS {
        return Err(RecordsError::TooCostly(vec![text::too_many_items(MAX_STORED_ITEMS)]));
    }
    Ok(items)
}

async fn read(
    cell: &Cell,
    asker: &Asker,
    interaction: Interaction,
    kind: &str,
    id: &str,
) -> Result<Option<String>, RecordsError> {
    let kind = ResourceType::from_name(kind).ok_or(RecordsError::Internal)?;
    let version = match cell.address(kind, id).await? {
        Some(address) => cell.store.read(&address)?.filter(|found| !found.stored.sealed.header.deleted),
        None => None,
    };
    let Some(version) = version else { return Ok(None) };
    match admit(cell, asker, interaction, std::slice::from_ref(&version)).await {
        Ok(admission) => {
            let text = admission.open(&version.stored.sealed)?;
            Ok(Some(String::from_utf8(text).map_err(|_| RecordsError::Internal)?))
        }
        Err(RecordsError::NotFound) => Ok(None),
        Err(other) => Err(other),
    }
}

/// The newest ValueSet of this URL (a version behind `|` must be its own).
async fn by_url(
    cell: &Cell,
    asker: &Asker,
    interaction: Interaction,
    url: &str,
) -> Result<Option<String>, RecordsError> {
    let kind = ResourceType::from_name("ValueSet").ok_or(RecordsError::Internal)?;
    let (url, version) = url.split_once('|').map_or((url, None), |(url, version)| (url, Some(version)));
    let is = |code: &str, test: Test| {
        let number = search::parameter(kind, code).map(|parameter| parameter.number);
        number.map(|number| query::Condition::Value(number, test)).ok_or(RecordsError::Internal)
    };
    let mut all = vec![is("url", Test::Uri(url.to_owned()))?];
    if let Some(version) = version {
        let token = Test::Token { system: query::System::Any, code: Some(version.to_owned()) };
        all.push(is("version", token)?);
    }
    let query =
        Query { kinds: vec![kind.code()], all, sort: Vec::new(), count: 1, after: None, glimpse: false };
    let found =
        cell.trust.search(asker, interaction, query).await.map_err(|error| search_error(cell, error))?.found;
    let Some(hit) = found.hits.first() else { return Ok(None) };
    let version = cell.store.versions(&[(hit.record, hit.version)])?.pop().flatten();
    let version = version.ok_or(RecordsError::Internal)?;
    let admission = admit(cell, asker, interaction, std::slice::from_ref(&version)).await?;
    let text = admission.open(&version.stored.sealed)?;
    Ok(Some(String::from_utf8(text).map_err(|_| RecordsError::Internal)?))
}

/// The codes that a ValueSet lists: those of its expansion, else those that it is composed of. None when it says them in another
/// way (by a filter, by other value sets).
fn codes(root: Value<'_>) -> Option<Vec<Code>> {
    if let Some(contains) = root.get("expansion").and_then(|expansion| expansion.get("contains")) {
        let mut found = Vec::new();
        expanded(contains, &mut found);
        return Some(found);
    }
    let compose = root.get("compose")?;
    let mut included = Vec::new();
    for include in compose.get("include").iter().flat_map(Value::elements) {
        included.extend(listed(include)?);
    }
    for exclude in compose.get("exclude").iter().flat_map(Value::elements) {
        let excluded: HashSet<Code> = listed(exclude)?.into_iter().collect();
        // What is left of a whole system cannot be listed.
        if included.iter().any(|code| code.code.is_none()) || excluded.iter().any(|code| code.code.is_none())
        {
            return None;
        }
        included.retain(|code| !excluded.contains(code));
    }
    Some(included)
}

fn expanded(contains: Value<'_>, found: &mut Vec<Code>) {
    for item in contains.elements() {
        let is_abstract = item.get("abstract").is_some_and(|value| value.raw() == "true");
        if let Some(code) = item.get_str("code").filter(|_| !is_abstract)
            && found.len() <= MAX_STORED_ITEMS
        {
            let system = item.get_str("system").map(|system| system.into_owned());
            found.push(Code { system, code: Some(code.into_owned()) });
        }
        if let Some(inner) = item.get("contains") {
            expanded(inner, found);
        }
    }
}

fn listed(part: Value<'_>) -> Option<Vec<Code>> {
    if part.get("filter").is_some() || part.get("valueSet").is_some() {
        return None;
    }
    let system = part.get_str("system").map(|system| system.into_owned());
    let Some(concepts) = part.get("concept") else {
        return system.is_some().then(|| vec![Code { system, code: None }]);
    };
    let code = |concept: Value<'_>| {
        Some(Code { system: system.clone(), code: Some(concept.get_str("code")?.into_owned()) })
    };
    Some(concepts.elements().filter_map(code).take(MAX_STORED_ITEMS + 1).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<Vec<String>> {
        let document = Document::parse(text).unwrap();
        let show = |code: Code| {
            format!("{}|{}", code.system.unwrap_or_default(), code.code.unwrap_or_else(|| "*".to_owned()))
        };
        codes(document.root()).map(|codes| codes.into_iter().map(show).collect())
    }

    #[test]
    fn only_what_is_listed_is_taken() {
        let listed = |codes: &[&str]| Some(codes.iter().map(|code| (*code).to_owned()).collect::<Vec<_>>());
        let two = r#"{"system":"s","concept":[{"code":"a"},{"code":"b"}]}"#;
        assert_eq!(of(&format!(r#"{{"compose":{{"include":[{two}]}}}}"#)), listed(&["s|a", "s|b"]));
        let without_b = r#""exclude":[{"system":"s","concept":[{"code":"b"}]}]"#;
        assert_eq!(of(&format!(r#"{{"compose":{{"include":[{two}],{without_b}}}}}"#)), listed(&["s|a"]));
        assert_eq!(of(r#"{"compose":{"include":[{"system":"s"}]}}"#), listed(&["s|*"]));
        assert_eq!(of(&format!(r#"{{"compose":{{"include":[{{"system":"s"}}],{without_b}}}}}"#)), None);
        assert_eq!(of(r#"{"compose":{"include":[{"system":"s","filter":[{}]}]}}"#), None);
        assert_eq!(of(r#"{"compose":{"include":[{"valueSet":["x"]}]}}"#), None);
        assert_eq!(of("{}"), None);
        let expansion = r#"{"expansion":{"contains":[{"system":"s","code":"g","abstract":true,"contains":[{"system":"s","code":"a"}]}]}}"#;
        assert_eq!(of(expansion), listed(&["s|a"]));
    }
}
