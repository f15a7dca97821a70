//! What one entry of a batch or transaction asks for, and what came of it.
//!
//! Never: does it. State: none.

use crate::delete::Deleted;
use crate::history::HistoryPage;
use crate::open::Opened;
use crate::record_id::is_id;
use crate::search::one::{self, One};
use crate::search::{Page, SearchAsk, is_compartment};
use crate::update::Precondition;
use crate::vread::version_number;
use crate::write::Written;
use crate::{RecordsError, create, patch, text};
use salus_fhir::bundle::{Entry, Request};
use salus_fhir::patch::Patch;
use salus_fhir::{Issue, Resource, ResourceType};

/// How many versions an entry's history gives when it does not say.
const DEFAULT_HISTORY: usize = 50;

/// What an entry did.
#[derive(Debug)]
pub enum Done {
    /// A create or update.
    Written(Written),
    /// A delete; none when there was nothing to delete.
    Deleted(Option<Deleted>),
    /// A read or vread.
    Read(Opened),
    /// A read or vread of what the same transaction wrote.
    ReadBack(Box<Written>),
    /// A history.
    History(HistoryPage),
    /// A search.
    Found(Box<Page>),
    /// A conditional create that found the record there.
    There(Box<One>),
    /// `metadata`, which says nothing of a record: whoever answers knows it.
    Capabilities,
    /// An earlier run of the same import did it.
    DoneBefore,
}

/// What came of an entry.
pub type EntryOutcome = Result<Done, RecordsError>;

/// What an entry asks for.
#[derive(Debug)]
pub(crate) enum Action {
    Create { if_none_exist: Option<String>, resource: Resource },
    UpdateBy { query: String, precondition: Precondition, resource: Resource },
    DeleteBy { kind: ResourceType, query: String, precondition: Precondition },
    Update { id: String, precondition: Precondition, resource: Resource },
    Delete { kind: ResourceType, id: String, precondition: Precondition },
    Patch { kind: ResourceType, id: String, precondition: Precondition, patch: Patch },
    PatchBy { kind: ResourceType, query: String, precondition: Precondition, patch: Patch },
    Read { kind: ResourceType, id: String },
    Vread { kind: ResourceType, id: String, version: String },
    History { kind: ResourceType, id: String, before: Option<u32>, count: usize },
    Search(SearchAsk),
    Capabilities,
}

impl Action {
    /// What `entry` asks for of the cell at `base_url`.
    ///
    /// Errors: every fault found, each at its place in the Bundle.
    pub(crate) fn of(entry: Entry, base_url: &str) -> Result<Self, RecordsError> {
        let at = |element: &str| format!("Bundle.entry[{}].{element}", entry.index);
        let resource = entry.resource.map_err(create::faulty)?;
        let Some(request) = entry.request else {
            return Err(RecordsError::Invalid(vec![text::request_missing(format!(
                "Bundle.entry[{}]",
                entry.index
            ))]));
        };
        let url = request.url.strip_prefix(base_url).unwrap_or(&request.url);
        let url = url.strip_prefix('/').unwrap_or(url);
        let (path, query) = url.split_once('?').map_or((url, None), |(path, query)| (path, Some(query)));
        let path: Vec<&str> = path.split('/').collect();
        let no_address = || RecordsError::Invalid(vec![text::entry_address(at("request.url"))]);
        if path == [""] && matches!(request.method.as_str(), "GET" | "HEAD") {
            return search(None, query.unwrap_or_default()).ok_or_else(no_address);
        }
        match (request.method.as_str(), path.as_slice()) {
            ("GET" | "HEAD", ["metadata"]) => return Ok(Self::Capabilities),
            // The parameters stand in the address: an entry has no form.
            ("POST" | "GET" | "HEAD", ["_search"]) if resource.is_none() => {
                return search(None, query.unwrap_or_default()).ok_or_else(no_address);
            }
            ("POST" | "GET" | "HEAD", [rest @ .., "_search"]) if resource.is_none() => {
                let kind = rest.first().and_then(|kind| ResourceType::from_name(kind));
                let rest = rest.get(1..).unwrap_or_default();
                let searched =
                    kind.filter(|_| matches!(rest.len(), 0 | 2)).and_then(|kind| reading(kind, rest, query));
                return searched.ok_or_else(no_address);
            }
            _ => {}
        }
        let kind = path.first().and_then(|kind| ResourceType::from_name(kind)).ok_or_else(no_address)?;
        match (request.method.as_str(), path.get(1..).unwrap_or_default(), query) {
            ("GET" | "HEAD", rest, query) => reading(kind, rest, query).ok_or_else(no_address),
            ("PUT", [], Some(query)) => {
                let resource = needed(resource, kind, &at("resource"))?;
                Ok(Self::UpdateBy { query: query.to_owned(), precondition: precondition(&request), resource })
            }
            ("DELETE", [], Some(query)) => {
                Ok(Self::DeleteBy { kind, query: query.to_owned(), precondition: precondition(&request) })
            }
            ("POST", [], None) => {
                let resource = needed(resource, kind, &at("resource"))?;
                // Some send the whole address.
                let if_none_exist = request.if_none_exist.as_deref();
                let query =
                    if_none_exist.map(|query| query.split_once('?').map_or(query, |(_, query)| query));
                Ok(Self::Create { if_none_exist: query.map(str::to_owned), resource })
            }
            ("PUT", [id], None) if is_id(id) => {
                let resource = needed(resource, kind, &at("resource"))?;
                if resource.id() != Some(id) {
                    return Err(RecordsError::Malformed(vec![text::id_differs(at("resource.id"))]));
                }
                Ok(Self::Update { id: (*id).to_owned(), precondition: precondition(&request), resource })
            }
            ("PATCH", [id], None) if is_id(id) => {
                let (precondition, patch) = (precondition(&request), patch_of(resource, &at("resource"))?);
                Ok(Self::Patch { kind, id: (*id).to_owned(), precondition, patch })
            }
            ("PATCH", [], Some(query)) => {
                let (precondition, patch) = (precondition(&request), patch_of(resource, &at("resource"))?);
                Ok(Self::PatchBy { kind, query: query.to_owned(), precondition, patch })
            }
            ("DELETE", [id], None) if is_id(id) => {
                Ok(Self::Delete { kind, id: (*id).to_owned(), precondition: precondition(&request) })
            }
            ("POST" | "PUT" | "DELETE" | "PATCH", _, _) => Err(no_address()),
            _ => Err(RecordsError::NotSupported(vec![text::entry_method(at("request.method"))])),
        }
    }
}

fn precondition(request: &Request) -> Precondition {
    Precondition::new(request.if_match.as_deref(), request.if_none_match.as_deref())
}

fn patch_of(resource: Option<Resource>, at: &str) -> Result<Patch, RecordsError> {
    let Some(resource) = resource else {
        return Err(RecordsError::Invalid(vec![text::resource_missing(at.to_owned())]));
    };
    let placed = |issues: Vec<Issue>| issues.into_iter().map(|issue| issue.at(at)).collect();
    patch::of_entry(&resource).map_err(|issues| create::faulty(placed(issues)))
}

fn needed(resource: Option<Resource>, kind: ResourceType, at: &str) -> Result<Resource, RecordsError> {
    let Some(resource) = resource else {
        return Err(RecordsError::Invalid(vec![text::resource_missing(at.to_owned())]));
    };
    if resource.kind() != kind {
        let issue = text::type_differs(resource.kind().name(), kind.name(), at.to_owned());
        return Err(RecordsError::Invalid(vec![issue]));
    }
    Ok(resource)
}

fn reading(kind: ResourceType, rest: &[&str], query: Option<&str>) -> Option<Action> {
    match (rest, query) {
        ([], query) => search(Some(kind), query.unwrap_or_default()),
        ([id, within], query) if *within != "_history" && is_compartment(kind) && is_id(id) => {
            let type_wanted = match *within {
                "*" => None,
                name => Some(ResourceType::from_name(name)?),
            };
            let parameters = one::parameters(query.unwrap_or_default())?;
            let ask = SearchAsk::new(type_wanted, parameters, false).leaving_out_empty();
            Some(Action::Search(ask.within(kind, id)))
        }
        ([id], None) => Some(Action::Read { kind, id: (*id).to_owned() }),
        ([id, "_history", version], None) => {
            Some(Action::Vread { kind, id: (*id).to_owned(), version: (*version).to_owned() })
        }
        ([id, "_history"], query) => {
            let (mut before, mut count) = (None, None);
            for parameter in query.unwrap_or_default().split('&').filter(|parameter| !parameter.is_empty()) {
                match parameter.split_once('=')? {
                    ("_count", number) if count.is_none() => {
                        count = Some(number.parse().ok().filter(|count| *count > 0)?);
                    }
                    ("_before", version) if before.is_none() => before = Some(version_number(version)?),
                    _ => return None,
                }
            }
            let count = count.unwrap_or(DEFAULT_HISTORY);
            Some(Action::History { kind, id: (*id).to_owned(), before, count })
        }
        _ => None,
    }
}

fn search(kind: Option<ResourceType>, query: &str) -> Option<Action> {
    Some(Action::Search(SearchAsk::new(kind, one::parameters(query)?, false).leaving_out_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn action(method: &str, url: &str, resource: Option<&str>) -> Result<Action, RecordsError> {
        let entry = Entry {
            index: 7,
            full_url: None,
            request: Some(Request { method: method.to_owned(), url: url.to_owned(), ..Request::default() }),
            resource: Ok(resource.map(|text| Resource::parse(text, None).unwrap())),
        };
        Action::of(entry, "http://h/c/fhir")
    }

    const PATIENT: Option<&str> = Some(r#"{"resourceType":"Patient","id":"1"}"#);

    #[test]
    fn entries_say_what_they_ask_for() {
        assert!(matches!(action("POST", "Patient", PATIENT), Ok(Action::Create { if_none_exist: None, .. })));
        assert!(
            matches!(action("PUT", "Patient?identifier=x", PATIENT), Ok(Action::UpdateBy { query, .. }) if query == "identifier=x")
        );
        assert!(
            matches!(action("DELETE", "Patient?identifier=x", None), Ok(Action::DeleteBy { query, .. }) if query == "identifier=x")
        );
        assert!(matches!(action("PUT", "/Patient/1", PATIENT), Ok(Action::Update { id, .. }) if id == "1"));
        assert!(
            matches!(action("DELETE", "http://h/c/fhir/Patient/1", None), Ok(Action::Delete { id, .. }) if id == "1")
        );
        assert!(matches!(action("GET", "Patient/1", None), Ok(Action::Read { .. })));
        assert!(matches!(action("GET", "metadata", None), Ok(Action::Capabilities)));
        assert!(
            matches!(action("GET", "Patient/1/_history/2", None), Ok(Action::Vread { version, .. }) if version == "2")
        );
        assert!(matches!(
            action("GET", "Patient/1/_history?_count=3&_before=9", None),
            Ok(Action::History { before: Some(9), count: 3, .. })
        ));
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        for (url, expected) in [
            (
                "Patient?_id=a%2Cb,c",
                SearchAsk::new(ResourceType::from_name("Patient"), vec![pair("_id", "a,b,c")], false),
            ),
            ("Patient", SearchAsk::new(ResourceType::from_name("Patient"), Vec::new(), false)),
            ("?_type=Patient", SearchAsk::new(None, vec![pair("_type", "Patient")], false)),
            (
                "Patient/1/Observation?code=x",
                SearchAsk::new(ResourceType::from_name("Observation"), vec![pair("code", "x")], false)
                    .within(ResourceType::from_name("Patient").unwrap(), "1"),
            ),
        ] {
            let expected = expected.leaving_out_empty();
            assert!(matches!(action("GET", url, None), Ok(Action::Search(ask)) if ask == expected), "{url}");
            let (path, query) = url.split_once('?').unwrap_or((url, ""));
            let posted =
                if path.is_empty() { format!("_search?{query}") } else { format!("{path}/_search?{query}") };
            assert!(
                matches!(action("POST", &posted, None), Ok(Action::Search(ask)) if ask == expected),
                "{posted}"
            );
        }
    }

    #[test]
    fn what_cannot_be_done_is_refused_at_its_place() {
        for (method, url, resource, expected, supported) in [
            ("POST", "Patient", None, "Bundle.entry[7].resource", true),
            ("POST", "Observation", PATIENT, "Bundle.entry[7].resource", true),
            ("POST", "Patient/1", PATIENT, "Bundle.entry[7].request.url", true),
            ("PUT", "Patient/2", PATIENT, "Bundle.entry[7].resource.id", true),
            ("PUT", "Patient/1?identifier=x", PATIENT, "Bundle.entry[7].request.url", true),
            ("DELETE", "Patient", None, "Bundle.entry[7].request.url", true),
            ("GET", "Patient?name=%zz", None, "Bundle.entry[7].request.url", true),
            ("GET", "Organization/1/Observation", None, "Bundle.entry[7].request.url", true),
            ("GET", "Nobody/1", None, "Bundle.entry[7].request.url", true),
            ("GET", "Patient/1/_history?_count=1&_count=2", None, "Bundle.entry[7].request.url", true),
            ("GET", "Patient/1/_history?_count=0", None, "Bundle.entry[7].request.url", true),
            ("POST", "Patient/_search", PATIENT, "Bundle.entry[7].request.url", true),
            ("POST", "Patient/1/_search", None, "Bundle.entry[7].request.url", true),
            ("POST", "metadata", None, "Bundle.entry[7].request.url", true),
            ("PATCH", "Patient/1", None, "Bundle.entry[7].resource", true),
            ("PATCH", "Patient/1", PATIENT, "Bundle.entry[7].resource", true),
            ("PATCH", "Patient", PATIENT, "Bundle.entry[7].request.url", true),
            ("OPTIONS", "Patient/1", None, "Bundle.entry[7].request.method", false),
        ] {
            let (issues, is_supported) = match action(method, url, resource) {
                Err(RecordsError::Invalid(issues) | RecordsError::Malformed(issues)) => (issues, true),
                Err(RecordsError::NotSupported(issues)) => (issues, false),
                other => panic!("{method} {url}: {other:?}"),
            };
            assert_eq!(
                (issues[0].expression.as_str(), is_supported),
                (expected, supported),
                "{method} {url}"
            );
        }
    }
}
