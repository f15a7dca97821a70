//! FHIR R4 REST under `/{cell}/fhir`: an address is read, looked up in the table of what is offered, and its verb is done.
//!
//! Never: does anything for somebody without a token but tell what is offered, and how to get one. State: none.

pub(crate) mod address;
mod base;
mod binary;
mod bundle;
mod code_lists;
mod create;
mod delete;
mod document;
mod everything;
mod export;
mod export_text;
mod history;
mod history_all;
mod html;
mod import;
mod last_n;
mod later;
mod meta;
mod metadata;
mod openapi;
mod patch;
mod read;
pub(crate) mod render;
mod search;
mod smart;
pub(crate) mod table;
mod terminology;
mod update;
mod validate;
mod vread;
mod written;

use crate::answer::Answer;
use crate::negotiate::{self, Format};
use crate::outcome::Refused;
use crate::read_body::Brought;
use crate::web::Web;
use crate::{prefer, query, session, text};
use address::{Address, Unread};
use http::header::{ALLOW, HeaderName, HeaderValue};
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use salus_records::fhir::{Language, ResourceType};
use salus_records::{Asker, Cell, ExportOfWhom, RecordsError};
use std::sync::Arc;
use table::{Shape, Verb};

/// Which of the client's preferences were followed (RFC 7240, section 3).
const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");

/// A request to a cell's FHIR interface.
pub(crate) struct Ask<'a> {
    pub web: &'a Web,
    pub cell: &'a Arc<Cell>,
    pub parts: &'a Parts,
    pub asker: Asker,
    pub kind: Option<ResourceType>,
    pub id: &'a str,
    pub version: &'a str,
    /// The type that is searched in a compartment, as it was written.
    pub within: &'a str,
    /// The answer's format: it is made in JSON, and written otherwise at the end ([`render`]).
    pub format: Format,
    pub language: Language,
}

impl Ask<'_> {
    /// The type that is addressed.
    ///
    /// Errors: 404, which cannot happen for a shape that has a type.
    fn kind(&self) -> Result<ResourceType, Refused> {
        self.kind.ok_or_else(|| RecordsError::NotFound.into())
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.parts.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// The language that the client asks for.
pub(crate) fn language(headers: &HeaderMap) -> Language {
    let wanted = headers.get(http::header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    wanted.map_or_else(Language::default, Language::from_accept_language)
}

/// Where a request leads, for its answer and for the log.
pub(crate) struct Routed<'a> {
    pub pattern: &'static str,
    address: Result<Address<'a>, Unread>,
}

/// Reads the path behind the cell's base.
pub(crate) fn route(path: &str) -> Routed<'_> {
    let address = address::read(path);
    let pattern = address.as_ref().map_or("/{cell}/fhir/{unknown}", |address| address.shape.pattern());
    Routed { pattern, address }
}

/// Answers a request: now, or later where the client prefers that.
pub(crate) async fn answer(
    web: &Arc<Web>,
    cell: &Arc<Cell>,
    parts: &Parts,
    body: Brought,
    routed: Routed<'_>,
    client: [u8; 16],
) -> Result<Answer, Refused> {
    let verb = routed.address.as_ref().ok().and_then(|address| table::find(address.shape, &parts.method));
    let later = verb.filter(|verb| later::is_wanted(*verb, parts));
    // What is refused before anybody is asked for is refused at once, and so is another format than one a Bundle is written in.
    let is_readable = || {
        let is_known = |address: &Address<'_>| address.kind.is_some() || address.shape.is_of_the_system();
        routed.address.as_ref().is_ok_and(is_known)
            && negotiate::format(&parts.headers, parts.uri.query()).is_ok()
    };
    match later {
        Some(verb) if is_readable() => {
            let asker = session::asker(web, cell, parts, client)?;
            let followed = followed(verb, parts);
            later::begin(web, cell, parts, body, &asker, (client, followed)).await
        }
        _ => answer_at_once(web, cell, parts, body, routed, client).await,
    }
}

/// Which of the client's preferences this follows, beside when it is answered.
fn followed(verb: Verb, parts: &Parts) -> Option<&'static str> {
    match verb {
        Verb::Create | Verb::Update | Verb::UpdateBy | Verb::Patch | Verb::PatchBy | Verb::CarryOut => {
            prefer::applied(&parts.headers, true)
        }
        Verb::Search | Verb::SearchForm => prefer::applied(&parts.headers, false),
        Verb::Export => Some("respond-async"),
        _ => None,
    }
}

/// Answers a request, whatever the client prefers as to when.
async fn answer_at_once(
    web: &Web,
    cell: &Arc<Cell>,
    parts: &Parts,
    body: Brought,
    routed: Routed<'_>,
    client: [u8; 16],
) -> Result<Answer, Refused> {
    let address = routed.address.map_err(|unread| match unread {
        Unread::Broken => Refused::new(StatusCode::BAD_REQUEST, text::bad_path()),
        Unread::Unknown => Refused::new(StatusCode::NOT_FOUND, text::unknown_address()),
        Unread::Operation => Refused::new(StatusCode::NOT_FOUND, text::unknown_operation()),
    })?;
    if address.kind.is_none() && !address.shape.is_of_the_system() {
        let nearest = address::nearest_types(&address.kind_name);
        return Err(Refused::new(StatusCode::NOT_FOUND, text::unknown_type(&nearest)));
    }
    let Some(verb) = table::find(address.shape, &parts.method) else {
        return Err(Refused::new(StatusCode::METHOD_NOT_ALLOWED, text::method_not_allowed())
            .with(ALLOW, table::allowed(address.shape)));
    };
    if verb == Verb::SmartConfiguration {
        return Ok(smart::answer(web, cell));
    }
    if verb == Verb::OpenApi {
        return Ok(openapi::answer(cell));
    }
    let format = negotiate::format(&parts.headers, parts.uri.query());
    // What a Binary holds is a format of its own.
    let is_content = format.as_ref().is_err_and(|refused| refused.status == StatusCode::NOT_ACCEPTABLE)
        && verb == Verb::Read
        && address.kind.is_some_and(|kind| kind.name() == "Binary")
        && query::first(parts.uri.query().unwrap_or_default(), "_format").is_none();
    let format = if is_content { Format::default() } else { format? };
    if verb == Verb::Capabilities {
        let query = parts.uri.query().unwrap_or_default();
        let modes = query::parameters(query).unwrap_or_default();
        if modes.iter().filter(|(name, _)| name == "mode").count() > 1 {
            return Err(Refused::new(StatusCode::BAD_REQUEST, text::given_twice("mode")));
        }
        return match query::first(query, "mode").as_deref() {
            None | Some("full") => Ok(metadata::answer(web, cell)),
            Some("terminology") => Ok(terminology::answer(web, cell)),
            Some(_) => Err(Refused::new(StatusCode::BAD_REQUEST, text::unknown_mode())),
        };
    }
    let ask = Ask {
        web,
        cell,
        parts,
        asker: session::asker(web, cell, parts, client)?,
        kind: address.kind,
        id: &address.id,
        version: &address.version,
        within: &address.within,
        format,
        language: language(&parts.headers),
    };
    if verb.takes_no_parameters() {
        read::no_parameters(&ask, verb)?;
    }
    let followed = followed(verb, parts);
    let answer = match verb {
        Verb::Read if is_content => binary::answer(&ask).await,
        Verb::Read => read::answer(&ask).await,
        Verb::Vread => vread::answer(&ask).await,
        Verb::History => history::answer(&ask).await,
        Verb::HistoryAll => history_all::answer(&ask).await,
        Verb::Search => search::answer(&ask).await,
        Verb::SearchForm => search::answer_form(&ask, body).await,
        Verb::Delete => delete::answer(&ask).await,
        Verb::DeleteBy => delete::answer_by(&ask).await,
        Verb::Create => create::answer(&ask, body).await,
        Verb::Update => update::answer(&ask, body).await,
        Verb::UpdateBy => update::answer_by(&ask, body).await,
        Verb::Patch => patch::answer(&ask, body).await,
        Verb::PatchBy => patch::answer_by(&ask, body).await,
        Verb::Meta => meta::answer(&ask).await,
        Verb::MetaAdd => meta::change(&ask, body, true).await,
        Verb::MetaDelete => meta::change(&ask, body, false).await,
        Verb::LastN => last_n::answer(&ask).await,
        Verb::Document => document::answer(&ask).await,
        Verb::Validate => validate::answer(&ask, body).await,
        Verb::ValidateStored => validate::answer_stored(&ask).await,
        Verb::Everything => everything::answer(&ask).await,
        Verb::CarryOut => base::answer(&ask, body).await,
        Verb::Lists(operation) => code_lists::answer(&ask, operation, body).await,
        Verb::Export => {
            let whom = match address.shape {
                Shape::PatientExport => ExportOfWhom::Patients,
                Shape::GroupExport => ExportOfWhom::Group(ask.id.to_owned()),
                _ => ExportOfWhom::System,
            };
            export::ask(&ask, whom, body).await
        }
        Verb::ExportStatus => export::status(&ask).await,
        Verb::ExportCancel => export::cancel(&ask).await,
        Verb::ExportFile => export::file(&ask).await,
        Verb::Import => import::answer(&ask, body).await,
        Verb::AsyncStatus => later::status(&ask).await,
        Verb::AsyncCancel => later::cancel(&ask).await,
        Verb::Capabilities | Verb::OpenApi | Verb::SmartConfiguration => Err(RecordsError::Internal.into()),
    };
    answer.map(|answer| match followed {
        Some(followed) => answer.header(PREFERENCE_APPLIED, HeaderValue::from_static(followed)),
        None => answer,
    })
}
