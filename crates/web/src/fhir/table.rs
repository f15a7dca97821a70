//! What the FHIR interface offers: one table, from which requests are routed and the CapabilityStatement is made.
//!
//! State: none.

use http::Method;
use salus_records::fhir::terminology::ListOperation;

/// The form of an address below a cell's base.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// `[base]`
    Base,
    /// `[base]/metadata`
    Metadata,
    /// `[base]/.well-known/smart-configuration`
    Smart,
    /// `[base]/_search`
    SystemSearch,
    /// `[base]/_history`
    SystemHistory,
    /// `[base]/[type]`
    Type,
    /// `[base]/[type]/_search`
    TypeSearch,
    /// `[base]/[type]/_history`
    TypeHistory,
    /// `[base]/[type]/[id]/[type]`
    Compartment,
    /// `[base]/[type]/[id]/[type]/_search`
    CompartmentSearch,
    /// `[base]/[type]/[id]`
    Instance,
    /// `[base]/[type]/[id]/_history`
    History,
    /// `[base]/[type]/[id]/_history/[version]`
    Version,
    /// `[base]/[type]/[id]/$meta`
    Meta,
    /// `[base]/[type]/[id]/$meta-add`
    MetaAdd,
    /// `[base]/[type]/[id]/$meta-delete`
    MetaDelete,
    /// `[base]/Patient/[id]/$everything`
    Everything,
    /// `[base]/Observation/$lastn`
    LastN,
    /// `[base]/Composition/[id]/$document`
    Document,
    /// `[base]/[type]/$validate`
    TypeValidate,
    /// `[base]/[type]/[id]/$validate`
    Validate,
    /// `[base]/openapi.json`
    OpenApi,
    /// `[base]/$export`
    SystemExport,
    /// `[base]/Patient/$export`
    PatientExport,
    /// `[base]/Group/[id]/$export`
    GroupExport,
    /// `[base]/$export-status/[number]`
    ExportStatus,
    /// `[base]/$export-file/[number]/[file]`
    ExportFile,
    /// `[base]/$import`
    Import,
    /// `[base]/$async-status/[name]`
    AsyncStatus,
    /// `[base]/ValueSet/$expand`
    Expand,
    /// `[base]/ValueSet/[id]/$expand`
    ExpandOne,
    /// `[base]/ValueSet/$validate-code`
    ValidateInSet,
    /// `[base]/ValueSet/[id]/$validate-code`
    ValidateInOne,
    /// `[base]/CodeSystem/$validate-code`
    ValidateOfSystem,
    /// `[base]/CodeSystem/$lookup`
    Lookup,
    /// `[base]/CodeSystem/$subsumes`
    Subsumes,
}

impl Shape {
    /// Whether no type is addressed.
    pub(crate) fn is_of_the_system(self) -> bool {
        matches!(
            self,
            Self::Base
                | Self::Metadata
                | Self::Smart
                | Self::SystemSearch
                | Self::SystemHistory
                | Self::OpenApi
                | Self::SystemExport
                | Self::ExportStatus
                | Self::ExportFile
                | Self::Import
                | Self::AsyncStatus
        )
    }

    /// The pattern of such addresses, as logs and metrics name them.
    pub(crate) fn pattern(self) -> &'static str {
        match self {
            Self::Base => "/{cell}/fhir",
            Self::Metadata => "/{cell}/fhir/metadata",
            Self::Smart => "/{cell}/fhir/.well-known/smart-configuration",
            Self::SystemSearch => "/{cell}/fhir/_search",
            Self::SystemHistory => "/{cell}/fhir/_history",
            Self::Type => "/{cell}/fhir/{type}",
            Self::TypeSearch => "/{cell}/fhir/{type}/_search",
            Self::TypeHistory => "/{cell}/fhir/{type}/_history",
            Self::Compartment => "/{cell}/fhir/{type}/{id}/{type}",
            Self::CompartmentSearch => "/{cell}/fhir/{type}/{id}/{type}/_search",
            Self::Instance => "/{cell}/fhir/{type}/{id}",
            Self::History => "/{cell}/fhir/{type}/{id}/_history",
            Self::Version => "/{cell}/fhir/{type}/{id}/_history/{version}",
            Self::Meta => "/{cell}/fhir/{type}/{id}/$meta",
            Self::MetaAdd => "/{cell}/fhir/{type}/{id}/$meta-add",
            Self::MetaDelete => "/{cell}/fhir/{type}/{id}/$meta-delete",
            Self::Everything => "/{cell}/fhir/Patient/{id}/$everything",
            Self::LastN => "/{cell}/fhir/Observation/$lastn",
            Self::Document => "/{cell}/fhir/Composition/{id}/$document",
            Self::TypeValidate => "/{cell}/fhir/{type}/$validate",
            Self::Validate => "/{cell}/fhir/{type}/{id}/$validate",
            Self::OpenApi => "/{cell}/fhir/openapi.json",
            Self::SystemExport => "/{cell}/fhir/$export",
            Self::PatientExport => "/{cell}/fhir/Patient/$export",
            Self::GroupExport => "/{cell}/fhir/Group/{id}/$export",
            Self::ExportStatus => "/{cell}/fhir/$export-status/{id}",
            Self::ExportFile => "/{cell}/fhir/$export-file/{id}/{version}",
            Self::Import => "/{cell}/fhir/$import",
            Self::AsyncStatus => "/{cell}/fhir/$async-status/{id}",
            Self::Expand => "/{cell}/fhir/ValueSet/$expand",
            Self::ExpandOne => "/{cell}/fhir/ValueSet/{id}/$expand",
            Self::ValidateInSet => "/{cell}/fhir/ValueSet/$validate-code",
            Self::ValidateInOne => "/{cell}/fhir/ValueSet/{id}/$validate-code",
            Self::ValidateOfSystem => "/{cell}/fhir/CodeSystem/$validate-code",
            Self::Lookup => "/{cell}/fhir/CodeSystem/$lookup",
            Self::Subsumes => "/{cell}/fhir/CodeSystem/$subsumes",
        }
    }
}

/// What is done there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    Capabilities,
    SmartConfiguration,
    CarryOut,
    Search,
    SearchForm,
    UpdateBy,
    DeleteBy,
    HistoryAll,
    Create,
    Read,
    Update,
    Patch,
    PatchBy,
    Meta,
    MetaAdd,
    MetaDelete,
    Everything,
    LastN,
    Document,
    /// The stored record, or what the address's parameters say.
    ValidateStored,
    Validate,
    OpenApi,
    Delete,
    History,
    Vread,
    Export,
    ExportStatus,
    ExportCancel,
    ExportFile,
    Import,
    AsyncStatus,
    AsyncCancel,
    /// A question about code lists.
    Lists(ListOperation),
}

impl Verb {
    /// Whether nothing but the format may stand in the address. A metadata's is looked at by many, and asked for with what other servers know.
    pub(crate) fn takes_no_parameters(self) -> bool {
        matches!(
            self,
            Self::CarryOut
                | Self::Create
                | Self::Read
                | Self::Vread
                | Self::Update
                | Self::Patch
                | Self::Delete
                | Self::Meta
                | Self::MetaAdd
                | Self::MetaDelete
                | Self::Import
                | Self::ExportStatus
                | Self::ExportCancel
                | Self::ExportFile
                | Self::AsyncStatus
                | Self::AsyncCancel
        )
    }
}

/// One thing that is offered.
pub(crate) struct Offer {
    pub shape: Shape,
    pub method: Method,
    pub verb: Verb,
    /// FHIR's codes for it (value sets `type-restful-interaction` and `system-restful-interaction`); empty where there
    /// is none.
    pub codes: &'static [&'static str],
}

const fn offer(shape: Shape, method: Method, verb: Verb, codes: &'static [&'static str]) -> Offer {
    Offer { shape, method, verb, codes }
}

/// Everything that is offered.
pub(crate) static OFFERS: [Offer; 60] = [
    offer(Shape::Instance, Method::GET, Verb::Read, &["read"]),
    offer(Shape::Version, Method::GET, Verb::Vread, &["vread"]),
    offer(Shape::Instance, Method::PUT, Verb::Update, &["update"]),
    offer(Shape::Instance, Method::PATCH, Verb::Patch, &["patch"]),
    offer(Shape::Instance, Method::DELETE, Verb::Delete, &["delete"]),
    offer(Shape::History, Method::GET, Verb::History, &["history-instance"]),
    offer(Shape::TypeHistory, Method::GET, Verb::HistoryAll, &["history-type"]),
    offer(Shape::Type, Method::POST, Verb::Create, &["create"]),
    offer(Shape::Type, Method::GET, Verb::Search, &["search-type"]),
    offer(Shape::Type, Method::PUT, Verb::UpdateBy, &[]),
    offer(Shape::Type, Method::PATCH, Verb::PatchBy, &[]),
    offer(Shape::Type, Method::DELETE, Verb::DeleteBy, &[]),
    offer(Shape::TypeSearch, Method::POST, Verb::SearchForm, &[]),
    offer(Shape::Compartment, Method::GET, Verb::Search, &[]),
    offer(Shape::CompartmentSearch, Method::POST, Verb::SearchForm, &[]),
    offer(Shape::Base, Method::POST, Verb::CarryOut, &["transaction", "batch"]),
    offer(Shape::Base, Method::GET, Verb::Search, &["search-system"]),
    offer(Shape::SystemSearch, Method::POST, Verb::SearchForm, &[]),
    offer(Shape::SystemHistory, Method::GET, Verb::HistoryAll, &["history-system"]),
    offer(Shape::Metadata, Method::GET, Verb::Capabilities, &[]),
    offer(Shape::Smart, Method::GET, Verb::SmartConfiguration, &[]),
    offer(Shape::TypeSearch, Method::GET, Verb::Search, &[]),
    offer(Shape::CompartmentSearch, Method::GET, Verb::Search, &[]),
    offer(Shape::SystemSearch, Method::GET, Verb::Search, &[]),
    offer(Shape::Meta, Method::GET, Verb::Meta, &[]),
    offer(Shape::MetaAdd, Method::POST, Verb::MetaAdd, &[]),
    offer(Shape::MetaDelete, Method::POST, Verb::MetaDelete, &[]),
    offer(Shape::Everything, Method::GET, Verb::Everything, &[]),
    offer(Shape::LastN, Method::GET, Verb::LastN, &[]),
    offer(Shape::Document, Method::GET, Verb::Document, &[]),
    offer(Shape::TypeValidate, Method::POST, Verb::Validate, &[]),
    offer(Shape::Validate, Method::POST, Verb::Validate, &[]),
    offer(Shape::Validate, Method::GET, Verb::ValidateStored, &[]),
    offer(Shape::OpenApi, Method::GET, Verb::OpenApi, &[]),
    offer(Shape::SystemExport, Method::GET, Verb::Export, &[]),
    offer(Shape::SystemExport, Method::POST, Verb::Export, &[]),
    offer(Shape::PatientExport, Method::GET, Verb::Export, &[]),
    offer(Shape::PatientExport, Method::POST, Verb::Export, &[]),
    offer(Shape::GroupExport, Method::GET, Verb::Export, &[]),
    offer(Shape::GroupExport, Method::POST, Verb::Export, &[]),
    offer(Shape::ExportStatus, Method::GET, Verb::ExportStatus, &[]),
    offer(Shape::ExportStatus, Method::DELETE, Verb::ExportCancel, &[]),
    offer(Shape::ExportFile, Method::GET, Verb::ExportFile, &[]),
    offer(Shape::Import, Method::POST, Verb::Import, &[]),
    offer(Shape::AsyncStatus, Method::GET, Verb::AsyncStatus, &[]),
    offer(Shape::AsyncStatus, Method::DELETE, Verb::AsyncCancel, &[]),
    offer(Shape::Expand, Method::GET, Verb::Lists(ListOperation::Expand), &[]),
    offer(Shape::Expand, Method::POST, Verb::Lists(ListOperation::Expand), &[]),
    offer(Shape::ExpandOne, Method::GET, Verb::Lists(ListOperation::Expand), &[]),
    offer(Shape::ExpandOne, Method::POST, Verb::Lists(ListOperation::Expand), &[]),
    offer(Shape::ValidateInSet, Method::GET, Verb::Lists(ListOperation::ValidateInSet), &[]),
    offer(Shape::ValidateInSet, Method::POST, Verb::Lists(ListOperation::ValidateInSet), &[]),
    offer(Shape::ValidateInOne, Method::GET, Verb::Lists(ListOperation::ValidateInSet), &[]),
    offer(Shape::ValidateInOne, Method::POST, Verb::Lists(ListOperation::ValidateInSet), &[]),
    offer(Shape::ValidateOfSystem, Method::GET, Verb::Lists(ListOperation::ValidateOfSystem), &[]),
    offer(Shape::ValidateOfSystem, Method::POST, Verb::Lists(ListOperation::ValidateOfSystem), &[]),
    offer(Shape::Lookup, Method::GET, Verb::Lists(ListOperation::Lookup), &[]),
    offer(Shape::Lookup, Method::POST, Verb::Lists(ListOperation::Lookup), &[]),
    offer(Shape::Subsumes, Method::GET, Verb::Lists(ListOperation::Subsumes), &[]),
    offer(Shape::Subsumes, Method::POST, Verb::Lists(ListOperation::Subsumes), &[]),
];

/// An operation, as the CapabilityStatement lists it.
pub(crate) struct Operation {
    /// Its name, without `$`.
    pub name: &'static str,
    /// Its OperationDefinition.
    pub definition: &'static str,
    /// The type whose records have it; none for all types.
    pub of: Option<&'static str>,
}

/// The operation that brings many records at once. No guide has published a definition of one whose body is what it brings.
pub(crate) const IMPORT: (&str, &str) = ("import", "urn:salus:operation:import");

/// The operations of bulk export, by the type at which they are offered; none: at the base.
pub(crate) static EXPORTS: [(Option<&str>, &str); 3] = [
    (None, "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/export"),
    (Some("Patient"), "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/patient-export"),
    (Some("Group"), "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/group-export"),
];

impl Verb {
    /// Whether the answer may come later (`Prefer: respond-async`). An export has a way of its own.
    pub(crate) fn may_come_later(self) -> bool {
        !matches!(
            self,
            Self::Capabilities
                | Self::SmartConfiguration
                | Self::OpenApi
                | Self::Export
                | Self::ExportStatus
                | Self::ExportCancel
                | Self::ExportFile
                | Self::AsyncStatus
                | Self::AsyncCancel
        )
    }

    /// The operation that it is.
    pub(crate) fn operation(self) -> Option<Operation> {
        let (name, of, definition) = match self {
            Self::Meta => ("meta", None, "http://hl7.org/fhir/OperationDefinition/Resource-meta"),
            Self::MetaAdd => ("meta-add", None, "http://hl7.org/fhir/OperationDefinition/Resource-meta-add"),
            Self::MetaDelete => {
                ("meta-delete", None, "http://hl7.org/fhir/OperationDefinition/Resource-meta-delete")
            }
            Self::Everything => {
                let definition = "http://hl7.org/fhir/OperationDefinition/Patient-everything";
                ("everything", Some("Patient"), definition)
            }
            Self::LastN => {
                let definition = "http://hl7.org/fhir/OperationDefinition/Observation-lastn";
                ("lastn", Some("Observation"), definition)
            }
            Self::Document => {
                let definition = "http://hl7.org/fhir/OperationDefinition/Composition-document";
                ("document", Some("Composition"), definition)
            }
            Self::Validate => ("validate", None, "http://hl7.org/fhir/OperationDefinition/Resource-validate"),
            Self::Lists(operation) => match operation {
                ListOperation::Expand => {
                    ("expand", Some("ValueSet"), "http://hl7.org/fhir/OperationDefinition/ValueSet-expand")
                }
                ListOperation::ValidateInSet => {
                    let definition = "http://hl7.org/fhir/OperationDefinition/ValueSet-validate-code";
                    ("validate-code", Some("ValueSet"), definition)
                }
                ListOperation::ValidateOfSystem => {
                    let definition = "http://hl7.org/fhir/OperationDefinition/CodeSystem-validate-code";
                    ("validate-code", Some("CodeSystem"), definition)
                }
                ListOperation::Lookup => {
                    let definition = "http://hl7.org/fhir/OperationDefinition/CodeSystem-lookup";
                    ("lookup", Some("CodeSystem"), definition)
                }
                ListOperation::Subsumes => {
                    let definition = "http://hl7.org/fhir/OperationDefinition/CodeSystem-subsumes";
                    ("subsumes", Some("CodeSystem"), definition)
                }
            },
            _ => return None,
        };
        Some(Operation { name, definition, of })
    }
}

/// What is offered at such an address with this method.
pub(crate) fn find(shape: Shape, method: &Method) -> Option<Verb> {
    // HEAD is GET without the answer's body, which is left out when it is sent (RFC 9110, section 9.3.2).
    let method = if method == Method::HEAD { &Method::GET } else { method };
    OFFERS.iter().find(|offer| offer.shape == shape && offer.method == *method).map(|offer| offer.verb)
}

/// The methods that are offered there, as the header Allow lists them.
pub(crate) fn allowed(shape: Shape) -> String {
    let methods = OFFERS.iter().filter(|offer| offer.shape == shape).map(|offer| match offer.method {
        Method::GET => "GET, HEAD",
        ref other => other.as_str(),
    });
    methods.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_address_offers_a_method_twice() {
        for (at, offer) in OFFERS.iter().enumerate() {
            assert_eq!(find(offer.shape, &offer.method), Some(offer.verb), "{at}");
            let same = OFFERS.iter().filter(|o| o.shape == offer.shape && o.method == offer.method).count();
            assert_eq!(same, 1, "{at}");
        }
        assert_eq!(allowed(Shape::Instance), "GET, HEAD, PUT, PATCH, DELETE");
        assert_eq!(allowed(Shape::SystemSearch), "POST, GET, HEAD");
        for shape in [Shape::Base, Shape::Type, Shape::History, Shape::Compartment, Shape::Metadata] {
            assert_eq!(find(shape, &Method::HEAD), find(shape, &Method::GET), "{shape:?}");
        }
        assert_eq!(find(Shape::Metadata, &Method::POST), None);
    }
}
