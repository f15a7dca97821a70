//! A document that is sent to the base (FHIR R4, "Document End-Points"; ISiK, "Bericht aus Subsystemen"): whom and which stay it is about is
//! found out by identifiers, and the Bundle is kept as it was sent, with its Composition beside it as a record of that patient. A document
//! is known by its own identifier: sent again, it is there already.
//!
//! Never: makes a Patient or Encounter of what a document says; takes a document that nobody can read. State: none.

use crate::checks::{Occasion, WEIGHT};
use crate::compartment::Placing;
use crate::create::{Conditional, faulty};
use crate::land::{Work, land};
use crate::lock::RecordGuards;
use crate::search::one::{self, Matched, One};
use crate::write::{Draft, Written, make_ready};
use crate::{Cell, RecordsError, document_text as say, own_parameters, record_id, reference};
use salus_fhir::json::{Document, Value, quote, same};
use salus_fhir::search::escaped;
use salus_fhir::{Issue, Resource, ResourceType};
use salus_store::{Address, StoredId};
use salus_trust_api::Interaction;
use salus_trust_api::client::Asker;
use std::collections::HashMap;
use std::sync::Arc;

/// The most identifiers of one record that are looked for.
pub(crate) const MAX_IDENTIFIERS: usize = 16;
const COMPOSITION: &str = "Bundle.entry[0].resource";

/// Keeps a document; what is given back is the Bundle's record, also where the same document was kept before.
///
/// Errors: [`RecordsError::Invalid`] where it breaks a rule, has no narrative, names a patient or stay that is not found or not one, or
/// has the identifier of a document that says something else.
pub(crate) async fn keep(cell: &Arc<Cell>, asker: &Asker, json: String) -> Result<Conditional, RecordsError> {
    let checks = cell.checks();
    let bundle_kind = kind("Bundle")?;
    let read = || {
        let bundle = checks.checked(Resource::parse(json.as_str(), Some(bundle_kind))?, Occasion::Write)?;
        let plan = Plan::of(cell, &bundle)?;
        Ok((bundle, plan))
    };
    let (bundle, plan) = match cell.heavy.run(json.len().saturating_mul(WEIGHT), read).await {
        Ok(read) => read,
        Err(issues) => return Err(cell.refuse(asker, Interaction::Create, faulty(issues)).await),
    };
    let of_document = query("identifier", bundle.root().get("identifier"));
    let of_document = of_document.ok_or_else(|| RecordsError::Invalid(vec![say::without_identifier()]))?;
    // Two of the same, sent at once, are kept one after the other.
    let guards = one::lock(cell, &[(bundle_kind, &of_document)]).await;
    if let Some(there) = kept_before(cell, asker, &bundle, &of_document).await? {
        return Ok(Conditional::There(there));
    }
    let patient = match plan.patient.whom {
        Whom::Here(id) => id,
        Whom::By(query) => find(cell, asker, "Patient", &query, &plan.patient.place).await?,
    };
    let stay = match plan.stay {
        None => None,
        Some(named) => match named.whom {
            Whom::Here(id) => Some((named.urls, id)),
            Whom::By(query) => {
                // A stay of somebody else is none of this document's.
                let query = format!("{query}&subject=Patient%2F{patient}");
                Some((named.urls, find(cell, asker, "Encounter", &query, &named.place).await?))
            }
        },
    };
    let resolve = |url: &str| match &stay {
        _ if plan.patient.urls.iter().any(|one| one == url) => Some(format!("Patient/{patient}")),
        Some((urls, id)) if urls.iter().any(|one| one == url) => Some(format!("Encounter/{id}")),
        _ => None,
    };
    let composition = resolved(&plan.composition, &resolve).map_err(RecordsError::Invalid)?;
    let both = vec![(bundle, Some(patient.clone())), (composition, None)];
    write(cell, asker, both, guards).await.map(Conditional::Written)
}

/// The record of a document that was kept under this identifier; none where there is none.
async fn kept_before(
    cell: &Cell,
    asker: &Asker,
    bundle: &Resource,
    of_document: &str,
) -> Result<Option<Box<One>>, RecordsError> {
    const PLACE: &str = "Bundle.identifier";
    let one = match one::matched(cell, asker, Interaction::Create, bundle.kind(), of_document, PLACE).await? {
        Matched::None => return Ok(None),
        Matched::Hidden(one) => return Ok(Some(one)),
        Matched::One(one) => one,
        Matched::Several => return Err(RecordsError::Invalid(vec![say::kept_several_times()])),
    };
    let kept = String::from_utf8(one.text.clone()).ok().and_then(|text| Document::parse(text).ok());
    let entries = kept.as_ref().and_then(|kept| kept.root().get("entry"));
    match (entries, bundle.root().get("entry")) {
        (Some(kept), Some(sent)) if same(kept, sent) => Ok(Some(one)),
        // Nothing of it is lost without a word: by its identifier it claims to be what is kept.
        _ => Err(RecordsError::Invalid(vec![say::says_something_else(&one.id)])),
    }
}

/// The Composition with the records of this cell in place of what the document called them.
fn resolved(
    composition: &Resource,
    resolve: &dyn Fn(&str) -> Option<String>,
) -> Result<Resource, Vec<Issue>> {
    let mut text = composition.text().to_owned();
    for found in composition.references().into_iter().rev() {
        if let Some(new) = resolve(&found.reference) {
            text.replace_range(found.span, &quote(&new));
        }
    }
    Resource::parse(text, Some(composition.kind()))
}

fn kind(name: &str) -> Result<ResourceType, RecordsError> {
    ResourceType::from_name(name).ok_or(RecordsError::Internal)
}

/// The id of the one record that has one of these identifiers.
async fn find(
    cell: &Cell,
    asker: &Asker,
    name: &'static str,
    query: &str,
    place: &str,
) -> Result<String, RecordsError> {
    let found = one::matched(cell, asker, Interaction::Create, kind(name)?, query, place).await?;
    let refused = match found {
        Matched::One(one) => return Ok(one.id),
        // There is one, and whoever may not read it learns no more.
        Matched::Hidden(_) => return Err(RecordsError::Forbidden),
        Matched::None => say::names_none(name, place.to_owned()),
        Matched::Several => say::names_several(name, place.to_owned()),
    };
    Err(RecordsError::Invalid(vec![refused]))
}

async fn write(
    cell: &Arc<Cell>,
    asker: &Asker,
    resources: Vec<(Resource, Option<String>)>,
    guards: RecordGuards,
) -> Result<Written, RecordsError> {
    let mut drafts = Vec::with_capacity(resources.len());
    for (resource, about) in resources {
        let (id, bytes) = record_id::fresh()?;
        let kind = resource.kind();
        let address = Address { kind: kind.code(), id: StoredId::Random(bytes) };
        drafts.push(Draft { kind, id, address, head: None, resource: Some(resource), about });
    }
    let placing = Placing { cell, drafts: &drafts, full_urls: &HashMap::new(), places: &[] };
    let (homes, all) = match placing.place().await {
        Ok(placed) => placed,
        Err(refused) => return Err(cell.refuse(asker, Interaction::Create, refused).await),
    };
    let kinds: Vec<ResourceType> = drafts.iter().map(|draft| draft.kind).collect();
    let bytes = drafts.iter().flat_map(|draft| &draft.resource).map(|resource| resource.text().len()).sum();
    let drafts = drafts.into_iter().zip(homes).collect();
    let held = own_parameters::hold(cell, kinds).await;
    let (versions, changes) = match cell.heavy.run(bytes, || make_ready(cell, drafts, None, &[])).await {
        Ok(ready) => ready,
        Err(refused) => return Err(cell.refuse(asker, Interaction::Create, refused).await),
    };
    let interaction = Interaction::Create;
    let work = Work { interaction, versions, homes: all, ledger: None, changes, held, guards };
    land(cell, asker, work).await?.into_iter().next().ok_or(RecordsError::Internal)
}

/// What a document says of whom it is about.
struct Plan {
    composition: Resource,
    patient: Named,
    stay: Option<Named>,
}

/// A record that the Composition names.
struct Named {
    whom: Whom,
    /// How the document refers to it.
    urls: Vec<String>,
    /// Where it is named.
    place: String,
}

enum Whom {
    /// A record of this cell, by its id.
    Here(String),
    /// Whoever has one of these identifiers, as a search says it.
    By(String),
}

impl Plan {
    fn of(cell: &Cell, bundle: &Resource) -> Result<Self, Vec<Issue>> {
        let entries: Vec<Value<'_>> =
            bundle.root().get("entry").map(|all| all.elements().collect()).unwrap_or_default();
        let composition = entries.first().and_then(|entry| entry.get("resource"));
        let composition = composition.filter(|resource| is_a(*resource, "Composition"));
        let Some(composition) = composition else { return Err(vec![say::without_composition()]) };
        if !has_narrative(composition) {
            return Err(vec![say::without_text(format!("{COMPOSITION}.text"))]);
        }
        let of_patient = |entry: &&Value<'_>| entry.get("resource").is_some_and(|one| is_a(one, "Patient"));
        if entries.iter().filter(of_patient).count() > 1 {
            return Err(vec![say::of_several()]);
        }
        let look = Look { cell, entries: &entries };
        let Some(patient) = look.named(composition, "subject", "Patient")? else {
            return Err(vec![say::without_subject(format!("{COMPOSITION}.subject"))]);
        };
        let stay = look.named(composition, "encounter", "Encounter")?;
        let composition = Resource::parse(composition.raw(), ResourceType::from_name("Composition"))?;
        Ok(Self { composition, patient, stay })
    }
}

fn is_a(resource: Value<'_>, name: &str) -> bool {
    resource.get_str("resourceType").as_deref() == Some(name)
}

/// Whether there is something for people to read: of the whole, or of a section, however deep.
fn has_narrative(of: Value<'_>) -> bool {
    let has_own = of
        .get("text")
        .is_some_and(|text| text.get("div").is_some() && text.get_str("status").as_deref() != Some("empty"));
    has_own || of.get("section").is_some_and(|sections| sections.elements().any(has_narrative))
}

struct Look<'a> {
    cell: &'a Cell,
    entries: &'a [Value<'a>],
}

impl Look<'_> {
    /// What an element of the Composition names; none where there is no such element.
    fn named(
        &self,
        composition: Value<'_>,
        element: &str,
        name: &'static str,
    ) -> Result<Option<Named>, Vec<Issue>> {
        let Some(value) = composition.get(element) else { return Ok(None) };
        let place = format!("{COMPOSITION}.{element}");
        let none = |place: String| vec![say::names_none(name, place)];
        let by = |query: Option<String>, urls, place: String| match query {
            Some(query) => Ok(Some(Named { whom: Whom::By(query), urls, place })),
            None => Err(none(place)),
        };
        let Some(url) = value.get_str("reference").map(|url| url.into_owned()) else {
            return by(query("identifier", value.get("identifier")), Vec::new(), place);
        };
        let found = self.entry(composition, &url);
        let resource = found.and_then(|at| self.entries.get(at)?.get("resource"));
        match (found, resource.filter(|resource| is_a(*resource, name))) {
            (Some(at), Some(resource)) => {
                let full_url = self.entries.get(at).and_then(|entry| entry.get_str("fullUrl"));
                let urls = full_url.map(|url| url.into_owned()).into_iter().chain([url]).collect();
                let own = query("identifier", resource.get("identifier"));
                // A stay is known by the number of its account, too.
                let accounts = resource.get("account").and_then(|all| all.elements().next());
                let account = accounts.and_then(|account| account.get("identifier"));
                by(
                    own.or_else(|| query("account:identifier", account)),
                    urls,
                    format!("Bundle.entry[{at}].resource.identifier"),
                )
            }
            (Some(_), None) => Err(none(place)),
            (None, _) => match self.cell.local(&url) {
                Some((kind, id)) if kind.name() == name => {
                    Ok(Some(Named { whom: Whom::Here(id.to_owned()), urls: vec![url.clone()], place }))
                }
                _ => Err(none(place)),
            },
        }
    }

    /// The entry to which a reference of the Composition leads: by its fullUrl, whole or below the Composition's own root.
    fn entry(&self, composition: Value<'_>, url: &str) -> Option<usize> {
        let full_url = |entry: &Value<'_>| entry.get_str("fullUrl").map(|url| url.into_owned());
        let at = |wanted: &str| {
            self.entries.iter().position(|entry| full_url(entry).is_some_and(|url| url == wanted))
        };
        reference::full_url(url, at).or_else(|| {
            let own = self.entries.first().and_then(full_url)?;
            let id = composition.get_str("id")?;
            let root = own.strip_suffix(&*id)?.strip_suffix("Composition/")?;
            at(&format!("{root}{url}"))
        })
    }
}

/// A search for whoever has one of the identifiers; none where none has both a system and a value.
fn query(parameter: &str, identifiers: Option<Value<'_>>) -> Option<String> {
    let identifiers = identifiers?;
    let one = |identifier: Value<'_>| {
        let (system, value) = (identifier.get_str("system")?, identifier.get_str("value")?);
        Some(format!("{}%7C{}", encoded(&system), encoded(&value)))
    };
    // A Reference has one, a resource a list; an object has no elements of its own that are identifiers.
    let all: Vec<String> = match one(identifiers) {
        Some(single) => vec![single],
        None => identifiers.elements().filter_map(one).take(MAX_IDENTIFIERS).collect(),
    };
    (!all.is_empty()).then(|| format!("{parameter}={}", all.join("%2C")))
}

/// A token's part: what means something in a search is escaped, and all but letters and digits is encoded.
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in escaped(text).chars() {
        if letter.is_ascii_alphanumeric() {
            out.push(letter);
        } else {
            let mut bytes = [0; 4];
            letter.encode_utf8(&mut bytes).bytes().for_each(|byte| out.push_str(&format!("%{byte:02X}")));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use salus_fhir::json::Document;

    #[test]
    fn identifiers_become_a_search_and_mean_nothing_else_in_it() {
        let document = Document::parse(
            r#"{"identifier":[{"value":"no system"},{"system":"urn:a","value":"1,2|ü\\"},{"system":"urn:b","value":"3"}],"one":{"system":"s","value":"v"},"none":[{"value":"x"}]}"#,
        )
        .unwrap();
        let of = |name: &str| query("identifier", document.root().get(name));
        let found = of("identifier").unwrap();
        assert_eq!(found, "identifier=urn%3Aa%7C1%5C%2C2%5C%7C%C3%BC%5C%5C%2Curn%3Ab%7C3");
        let read = one::parameters(&found).unwrap();
        assert_eq!(read, [("identifier".to_owned(), r"urn:a|1\,2\|ü\\,urn:b|3".to_owned())]);
        assert_eq!(of("one").as_deref(), Some("identifier=s%7Cv"));
        assert_eq!((of("none"), of("nothing")), (None, None));
    }

    #[test]
    fn a_narrative_may_stand_in_any_section() {
        let has = |text: &str| has_narrative(Document::parse(text).unwrap().root());
        assert!(has(r#"{"text":{"status":"generated","div":"<div/>"}}"#));
        assert!(has(
            r#"{"section":[{"title":"a"},{"section":[{"text":{"status":"generated","div":"<div/>"}}]}]}"#
        ));
        assert!(!has(r#"{"text":{"status":"empty","div":"<div/>"},"section":[{"title":"a"}]}"#));
    }
}
