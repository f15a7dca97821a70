//! What the FHIR interface offers: one table, from which requests are routed and the CapabilityStatement is made.
//!
//! State: none.

use http::Method;

/// The form of an address below a cell's base.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// `[base]`
    Base,
    /// `[base]/metadata`
    Metadata,
    /// `[base]/[type]`
    Type,
    /// `[base]/[type]/[id]`
    Instance,
    /// `[base]/[type]/[id]/_history`
    History,
    /// `[base]/[type]/[id]/_history/[version]`
    Version,
}

impl Shape {
    /// The pattern of such addresses, as logs and metrics name them.
    pub(crate) fn pattern(self) -> &'static str {
        match self {
            Self::Base => "/{cell}/fhir",
            Self::Metadata => "/{cell}/fhir/metadata",
            Self::Type => "/{cell}/fhir/{type}",
            Self::Instance => "/{cell}/fhir/{type}/{id}",
            Self::History => "/{cell}/fhir/{type}/{id}/_history",
            Self::Version => "/{cell}/fhir/{type}/{id}/_history/{version}",
        }
    }
}

/// What is done there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    Capabilities,
    CarryOut,
    ById,
    Create,
    Read,
    Update,
    Delete,
    History,
    Vread,
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
pub(crate) static OFFERS: [Offer; 12] = [
    offer(Shape::Instance, Method::GET, Verb::Read, &["read"]),
    offer(Shape::Instance, Method::HEAD, Verb::Read, &[]),
    offer(Shape::Version, Method::GET, Verb::Vread, &["vread"]),
    offer(Shape::Version, Method::HEAD, Verb::Vread, &[]),
    offer(Shape::Instance, Method::PUT, Verb::Update, &["update"]),
    offer(Shape::Instance, Method::DELETE, Verb::Delete, &["delete"]),
    offer(Shape::History, Method::GET, Verb::History, &["history-instance"]),
    offer(Shape::Type, Method::POST, Verb::Create, &["create"]),
    offer(Shape::Type, Method::GET, Verb::ById, &["search-type"]),
    offer(Shape::Base, Method::POST, Verb::CarryOut, &["transaction", "batch"]),
    offer(Shape::Metadata, Method::GET, Verb::Capabilities, &[]),
    offer(Shape::Metadata, Method::HEAD, Verb::Capabilities, &[]),
];

/// The parameters by which a type can be searched: name, type, and where it is defined.
pub(crate) const SEARCH_PARAMETERS: [(&str, &str, &str); 1] =
    [("_id", "token", "http://hl7.org/fhir/SearchParameter/Resource-id")];

/// What is offered at such an address with this method.
pub(crate) fn find(shape: Shape, method: &Method) -> Option<Verb> {
    OFFERS.iter().find(|offer| offer.shape == shape && offer.method == *method).map(|offer| offer.verb)
}

/// The methods that are offered there, as the header Allow lists them.
pub(crate) fn allowed(shape: Shape) -> String {
    let methods = OFFERS.iter().filter(|offer| offer.shape == shape).map(|offer| offer.method.as_str());
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
        assert_eq!(allowed(Shape::Instance), "GET, HEAD, PUT, DELETE");
        assert_eq!(find(Shape::Base, &Method::GET), None);
    }
}
