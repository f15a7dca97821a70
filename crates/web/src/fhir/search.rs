//! Searching: `GET [base]/[type]?…`, `GET [base]?…`, `GET [base]/[type]/[id]/[type]?…`, and each as `POST …/_search` with a form.
//!
//! Links to later pages are opaque: `?_page=…`, good in the session that got them.
//!
//! Never: writes a query anywhere but into the answer. State: none.

use super::{Ask, address, bundle};
use crate::answer::Answer;
use crate::negotiate::{self, FHIR_JSON, Format, check_form_type};
use crate::outcome::Refused;
use crate::prefer::is_lenient;
use crate::read_body::Brought;
use crate::{query, text};
use http::StatusCode;
use salus_records::fhir::ResourceType;
use salus_records::{Page, SearchAsk, is_compartment};

/// The parameter of links to later pages.
pub(super) const PAGE: &str = "_page";

/// `GET`
pub(super) async fn answer(ask: &Ask<'_>) -> Result<Answer, Refused> {
    let parameters = read(ask.parts.uri.query().unwrap_or_default())?;
    run(ask, parameters, ask.format).await
}

/// `POST …/_search`: what stands in the address counts as well (FHIR R4, section 3.1.0.9).
pub(super) async fn answer_form(ask: &Ask<'_>, body: Brought) -> Result<Answer, Refused> {
    check_form_type(&ask.parts.headers)?;
    let body = ask.web.bodies.read(ask.parts, body).await?;
    let form = std::str::from_utf8(&body.bytes);
    let form = form.map_err(|_| Refused::new(StatusCode::BAD_REQUEST, text::unreadable_query()))?;
    let mut parameters = read(ask.parts.uri.query().unwrap_or_default())?;
    let form = form.trim_end_matches(['\r', '\n']);
    parameters.extend(read(form)?);
    // A form may name the format as a query may.
    let names_it = ["_format=", "_pretty="].iter().any(|name| form.contains(name));
    let format = if names_it { negotiate::format(&ask.parts.headers, Some(form))? } else { ask.format };
    run(ask, parameters, format).await
}

fn read(query: &str) -> Result<Vec<(String, String)>, Refused> {
    let parameters = query::parameters(query);
    let parameters =
        parameters.ok_or_else(|| Refused::new(StatusCode::BAD_REQUEST, text::unreadable_query()))?;
    let owned = |(name, value): (std::borrow::Cow<'_, str>, std::borrow::Cow<'_, str>)| {
        (name.into_owned(), value.into_owned())
    };
    Ok(parameters.into_iter().map(owned).collect())
}

async fn run(ask: &Ask<'_>, parameters: Vec<(String, String)>, format: Format) -> Result<Answer, Refused> {
    let is_alone = parameters.iter().all(|(name, _)| matches!(name.as_str(), PAGE | "_format" | "_pretty"));
    if !is_alone && parameters.iter().any(|(name, _)| name == PAGE) {
        return Err(Refused::new(StatusCode::BAD_REQUEST, text::link_with_others()));
    }
    let link = parameters.iter().find(|(name, _)| name == PAGE).map(|(_, link)| link.clone());
    let page = match &link {
        Some(link) => salus_records::search_on(ask.cell, &ask.asker, link).await?,
        None => salus_records::search(ask.cell, &ask.asker, asked(ask, parameters)?).await?,
    };
    let here = link.map(|link| format!("{}?{PAGE}={link}", bundle::path_of(ask.cell.base_url(), &page)));
    Ok(self::page(ask, &page, here.as_deref(), format).delivering(page.delivery))
}

/// A page of what was found; `here` is its address when it is a later one.
pub(super) fn page(ask: &Ask<'_>, page: &Page, here: Option<&str>, format: Format) -> Answer {
    let mut out = String::with_capacity(bundle::searchset_bytes(page));
    bundle::searchset(&mut out, ask.cell.base_url(), page, here, ask.language);
    let mut answer = Answer::new(StatusCode::OK).body(FHIR_JSON, out);
    answer.format = Some(format);
    answer
}

/// What is searched for at this address.
///
/// Errors: 404 for a compartment or a type that there is not.
fn asked(ask: &Ask<'_>, parameters: Vec<(String, String)>) -> Result<SearchAsk, Refused> {
    let lenient = is_lenient(&ask.parts.headers);
    if ask.within.is_empty() {
        return Ok(SearchAsk::new(ask.kind, parameters, lenient).leaving_out_empty());
    }
    let compartment = ask.kind()?;
    if !is_compartment(compartment) || !salus_records::is_id(ask.id) {
        return Err(Refused::new(StatusCode::NOT_FOUND, text::unknown_address()));
    }
    let kind = match ask.within {
        "*" => None,
        name => Some(ResourceType::from_name(name).ok_or_else(|| {
            Refused::new(StatusCode::NOT_FOUND, text::unknown_type(&address::nearest_types(name)))
        })?),
    };
    Ok(SearchAsk::new(kind, parameters, lenient).leaving_out_empty().within(compartment, ask.id))
}
