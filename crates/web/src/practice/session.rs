//! Who asks for a page: the session of the cookie, the person, what they chose; and what the page has read.
//!
//! Never: decides whether a session is good; takes a form that another origin sends. State: until when the page may be sent.

use super::page::Around;
use super::rest::Rest;
use super::words::words;
use super::{Clock, MAX_FORM_BYTES, MAX_UPLOAD_FORM_BYTES, Routed, Trouble, UPLOADS};
use crate::answer::{Answer, LOG_ENTRY};
use crate::query;
use crate::session::{placed, proof, split_origin};
use crate::web::Web;
use http::header::{CONTENT_TYPE, ORIGIN};
use http::request::Parts;
use http::{HeaderMap, Method};
use hyper::body::Incoming;
use salus_frame::cookies::cookie;
use salus_frame::multipart::{self, Upload};
use salus_frame::{Language, Look, Words};
use salus_records::fhir::ResourceType;
use salus_records::policy::{Categories, Rights};
use salus_records::{
    Asker, Cell, Delivery, Opened, PageEntry, Purpose, RecordsError, Refusal, SearchAsk, Token, TrustError,
};
use std::borrow::Cow;
use std::sync::{Arc, Mutex, PoisonError};

/// What somebody may do in a practice, as far as pages show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Physician,
    MedicalAssistant,
    /// Stands in for a physician.
    Locum,
    /// Works for an insurer.
    InsurerClerk,
    PracticeAdministrator,
    /// A patient, who sees who has looked at their record.
    Patient,
    /// A client's session, which may do what its role lets it.
    Client,
}

impl Role {
    fn of(name: &str) -> Self {
        match name {
            "physician" => Self::Physician,
            "medical-assistant" => Self::MedicalAssistant,
            "locum" => Self::Locum,
            "insurer-clerk" => Self::InsurerClerk,
            "practice-administrator" => Self::PracticeAdministrator,
            "patient" => Self::Patient,
            _ => Self::Client,
        }
    }

    /// In the reader's words.
    pub(crate) fn words(self, t: Words) -> Cow<'static, str> {
        match self {
            Self::Physician => t.say("role-physician"),
            Self::MedicalAssistant => t.say("role-medical-assistant"),
            Self::Locum => t.say("role-locum"),
            Self::InsurerClerk => t.say("role-insurer-clerk"),
            Self::PracticeAdministrator => t.say("role-practice-administrator"),
            Self::Patient => t.say("role-patient"),
            Self::Client => t.say("role-client"),
        }
    }

    /// Whether there are patients for them. Who administers opens no chart, and finds nobody.
    pub(crate) fn treats(self) -> bool {
        !matches!(self, Self::PracticeAdministrator | Self::Patient)
    }

    /// Whether they are people who open the records of others, and so say why where no treating relationship is known.
    pub(crate) fn is_staff(self) -> bool {
        matches!(self, Self::Physician | Self::MedicalAssistant | Self::Locum | Self::InsurerClerk)
    }

    /// Whether administration is shown. What it may do is the keyholder's to decide.
    pub(crate) fn administers(self) -> bool {
        self == Self::PracticeAdministrator
    }
}

/// Who is signed in.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    /// The principal, as the log names it: the same in each of their sessions.
    pub principal: String,
    pub name: String,
    pub role: Role,
    /// The id of their Practitioner.
    pub practitioner: Option<String>,
    /// The number of their own Patient record, of a patient.
    pub patient: Option<u64>,
    /// The language they chose.
    pub language: Option<Language>,
}

/// A request for a page, of somebody who has a session.
pub(crate) struct PageAsk<'a> {
    pub web: &'a Arc<Web>,
    pub cell: &'a Arc<Cell>,
    pub parts: &'a Parts,
    pub asker: Asker,
    pub person: Person,
    pub around: Around<'a>,
    pub t: Words,
    pub clock: Clock,
    /// The keyholder's time, in milliseconds since 1970.
    pub gate_ms: u64,
    /// The pattern of the address, as the area's table has it.
    pub route: &'static str,
    values: Vec<String>,
    query: Vec<(String, String)>,
    form: Vec<(String, String)>,
    /// The files of the form, where the address takes some.
    pub files: Vec<Upload>,
    delivery: Mutex<Option<Delivery>>,
    rest: Mutex<Option<Rest>>,
    /// What their role lets them do to records. What is really let is the keyholder's to say.
    pub rights: Rights,
    hidden: Mutex<Categories>,
}

/// What a search of a page found.
#[derive(Debug, Default)]
pub(crate) struct Hits {
    pub entries: Vec<PageEntry>,
    /// How many match in all.
    pub total: Option<u64>,
    /// The link to the next page.
    pub next: Option<String>,
}

impl From<salus_records::Page> for Hits {
    fn from(page: salus_records::Page) -> Self {
        Self { entries: page.entries, total: page.total, next: page.next }
    }
}

impl PageAsk<'_> {
    /// `GET` (and `HEAD`), or `POST`.
    pub(crate) fn method(&self) -> &str {
        if self.parts.method == Method::HEAD { "GET" } else { self.parts.method.as_str() }
    }

    /// `/{cell}`
    pub(crate) fn base(&self) -> &str {
        &self.around.base
    }

    /// The language of the page.
    pub(crate) fn language(&self) -> Language {
        self.around.look.language
    }

    /// What stands for the pattern's `{…}` at this place, behind the cell; empty when there is none.
    pub(crate) fn value(&self, at: usize) -> &str {
        self.values.get(at).map_or("", String::as_str)
    }

    /// The first value of a query's parameter.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// All values of a query's parameter.
    pub(crate) fn queries<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'s str> {
        self.query.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The first value of a form's field, without white space around it.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.form.iter().find(|(key, _)| key == name).map(|(_, value)| value.trim())
    }

    /// All fields of the form, in order.
    pub(crate) fn fields(&self) -> &[(String, String)] {
        &self.form
    }

    /// Reads a record; the page may be sent as long as that is admitted.
    pub(crate) async fn read(&self, kind: &str, id: &str) -> Result<Opened, Trouble> {
        let kind = ResourceType::from_name(kind).ok_or(RecordsError::Internal)?;
        let opened = salus_records::read(self.cell, &self.asker, kind, id).await?;
        self.admitted(opened.delivery.clone());
        Ok(opened)
    }

    /// Searches a type; the page may be sent as long as that is admitted. What the asker's role keeps from them is not asked for: nothing is found,
    /// and the page says so.
    pub(crate) async fn search(&self, kind: &str, parameters: &[(&str, &str)]) -> Result<Hits, Trouble> {
        let kind = ResourceType::from_name(kind).ok_or(RecordsError::Internal)?;
        let about = salus_records::category(kind);
        let (search, read) = (&self.rights.search, &self.rights.read);
        let is_hidden = !search.holds(about) || !read.holds(about);
        // Whose role finds nothing at all is refused, as anybody is.
        if is_hidden && !search.is_empty() {
            let mut hidden = self.hidden.lock().unwrap_or_else(PoisonError::into_inner);
            *hidden = hidden.with(about);
            return Ok(Hits::default());
        }
        let owned = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let ask = SearchAsk::new(Some(kind), owned.collect(), false);
        let page = salus_records::search(self.cell, &self.asker, ask).await?;
        self.admitted(page.delivery.clone());
        Ok(page.into())
    }

    /// What the role of whoever asks keeps from the page, as far as the page asked for it.
    pub(super) fn hidden(&self) -> Categories {
        *self.hidden.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is left of the reader's own charts.
    pub(super) fn rest(&self) -> Option<Rest> {
        *self.rest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has it counted again: a chart was opened for this page. Where that fails, what was known stays.
    pub(super) async fn count_again(&self) {
        if let Ok(who) = self.web.records.trust().who(&self.asker).await {
            *self.rest.lock().unwrap_or_else(PoisonError::into_inner) = Rest::of(&who, self.person.role);
        }
    }

    /// What else the page shows was admitted, too.
    pub(crate) fn admitted(&self, delivery: Delivery) {
        let mut all = self.delivery.lock().unwrap_or_else(PoisonError::into_inner);
        *all = Some(match all.take() {
            Some(before) => before.with(delivery),
            None => delivery,
        });
    }

    /// An answer that leads on and holds nothing of what was read for it: that is done with, and has not been cut short. Names all entries that
    /// admitted something of it.
    pub(super) fn settle(&self, answer: Answer) -> Answer {
        match self.delivery.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(delivery) => {
                let entries: Vec<String> = delivery.entries().iter().map(u64::to_string).collect();
                delivery.delivered();
                answer.header(LOG_ENTRY, entries.join(", "))
            }
            None => answer,
        }
    }

    /// The answer, which names all entries that admitted it, sent as long as everything that was read for it is admitted.
    pub(super) fn deliver(&self, answer: Answer) -> Answer {
        match self.delivery.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(delivery) => {
                let entries: Vec<String> = delivery.entries().iter().map(u64::to_string).collect();
                answer.delivering(delivery).header(LOG_ENTRY, entries.join(", "))
            }
            None => answer,
        }
    }
}

/// The name of the cookie that holds a cell's session.
pub(crate) fn cookie_name(cell: &str) -> String {
    format!("__Host-salus.{cell}")
}

/// The cookie that holds a session, for as long as that lasts.
pub(super) fn session_cookie(cell: &str, token: &Token, expires_s: u64) -> String {
    let (name, token) = (cookie_name(cell), token.to_text());
    format!("{name}={}; Path=/; Max-Age={expires_s}; Secure; HttpOnly; SameSite=Lax", *token)
}

/// What came with a request: good for those who have no session, too.
#[derive(Debug, Default)]
pub(super) struct Received {
    pub query: Vec<(String, String)>,
    pub form: Vec<(String, String)>,
    /// The files of the form.
    pub files: Vec<Upload>,
    /// The proof that goes with the session: of the header, or of the form's own field.
    pub proof: Vec<u8>,
}

/// The field in which a page's script puts the proof of a form that leads to a new page.
const PROOF_FIELD: &str = "dpop";

/// Takes query, form and proof from a request.
///
/// Errors: a method that the address does not take; a form of another origin; what is not readable.
pub(super) async fn receive(
    web: &Web,
    parts: &Parts,
    body: Incoming,
    routed: &Routed,
) -> Result<Received, Trouble> {
    if !routed.allowed.is_empty() {
        return Err(Trouble::Method(routed.allowed.clone()));
    }
    let is_safe = matches!(parts.method, Method::GET | Method::HEAD);
    if !is_safe && !is_of_same_origin(&parts.headers, &web.public_base_url) {
        return Err(Trouble::OtherOrigin);
    }
    let multipart::Form { fields: mut form, files } =
        if is_safe { multipart::Form::default() } else { form(web, parts, body, routed).await? };
    let field = form.extract_if(.., |(name, _)| name == PROOF_FIELD).next();
    let proof = match field {
        Some((_, proof)) if !parts.headers.contains_key("dpop") => placed(web, parts, proof.as_bytes()),
        _ => proof(web, parts),
    };
    let query = query::parameters(parts.uri.query().unwrap_or_default()).ok_or(Trouble::Unreadable)?;
    Ok(Received { query: owned(query), form, files, proof })
}

/// Takes session and person.
///
/// Errors: no session.
pub(super) async fn begin<'a>(
    web: &'a Arc<Web>,
    cell: &'a Arc<Cell>,
    parts: &'a Parts,
    received: Received,
    routed: Routed,
    address: [u8; 16],
) -> Result<PageAsk<'a>, Trouble> {
    let mut asker = asker(cell, parts, received.proof.clone(), address).ok_or(RecordsError::NoSession)?;
    // In one frame, as both wait for nothing.
    let (known, rights) = tokio::join!(who(web, &asker), web.records.trust().rights(&asker));
    let ((person, rest, gate_ms), rights) = (known?, rights.unwrap_or_default());
    let mut around = Around::of(web, Some(cell), parts);
    if around.is_cut_off {
        // Whoever reads in a practice that is cut off does so in an emergency, where they were named for it.
        asker.purpose = Purpose::Emergency;
    }
    around.look = Look::of(&parts.headers, person.language);
    Ok(PageAsk {
        web,
        cell,
        parts,
        asker,
        t: words(around.look.language),
        person,
        around,
        clock: Clock::now(),
        gate_ms,
        route: routed.pattern,
        values: routed.values,
        query: received.query,
        form: received.form,
        files: received.files,
        delivery: Mutex::new(None),
        rest: Mutex::new(rest),
        rights,
        hidden: Mutex::default(),
    })
}

/// Who asks, for treatment, by the cell's cookie.
pub(super) fn asker(cell: &Cell, parts: &Parts, proof: Vec<u8>, address: [u8; 16]) -> Option<Asker> {
    let sent = cookie(&parts.headers, &cookie_name(cell.name()))?;
    // What is no token is counted like one that was never given out.
    let token = Token::parse(sent).unwrap_or_else(Token::of_nobody);
    Some(Asker { token, proof, cell: cell.id(), purpose: Purpose::Treatment, address })
}

fn owned(pairs: Vec<(Cow<'_, str>, Cow<'_, str>)>) -> Vec<(String, String)> {
    pairs.into_iter().map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

/// Who has this session. Their roles are known by name; another one is shown as an application's.
async fn who(web: &Web, asker: &Asker) -> Result<(Person, Option<Rest>, u64), Trouble> {
    let who = web.records.trust().who(asker).await.map_err(|error| match error {
        TrustError::Refused(Refusal::NoProof) => Trouble::Unproved,
        TrustError::Refused(Refusal::StaleProof) => RecordsError::StaleProof.into(),
        TrustError::Refused(Refusal::Suspended) => Trouble::Suspended,
        TrustError::Refused(_) => RecordsError::NoSession.into(),
        _ => Trouble::Records(RecordsError::Unavailable),
    })?;
    let role = Role::of(&who.role);
    let (rest, gate_ms) = (Rest::of(&who, role), who.now_ms);
    let person = Person {
        principal: who.principal.to_string(),
        name: who.name,
        role,
        practitioner: who.practitioner,
        patient: who.patient,
        language: who.language.as_deref().and_then(Language::from_tag),
    };
    Ok((person, rest, gate_ms))
}

/// Reads the form. One with files is read only of whoever says that they have a session, and at addresses that take some.
async fn form(web: &Web, parts: &Parts, body: Incoming, routed: &Routed) -> Result<multipart::Form, Trouble> {
    let sent = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let between = multipart::boundary(sent).filter(|_| UPLOADS.contains(&routed.pattern));
    let max_bytes = if between.is_some() { MAX_UPLOAD_FORM_BYTES } else { MAX_FORM_BYTES };
    if between.is_some() {
        let token = cookie(&parts.headers, &cookie_name(&routed.cell)).and_then(Token::parse);
        token.ok_or(RecordsError::NoSession)?;
    }
    let body = web.bodies.read_within(parts, body, max_bytes).await;
    let body = body.map_err(|_| Trouble::Unreadable)?;
    if body.bytes.is_empty() {
        return Ok(multipart::Form::default());
    }
    if let Some(between) = between {
        return multipart::read(&body.bytes, between).ok_or(Trouble::Unreadable);
    }
    let is_form = sent.split(';').next().map(str::trim) == Some("application/x-www-form-urlencoded");
    let fields = std::str::from_utf8(&body.bytes).ok().filter(|_| is_form).and_then(query::parameters);
    let fields = owned(fields.ok_or(Trouble::Unreadable)?);
    Ok(multipart::Form { fields, files: Vec::new() })
}

/// Whether our own page sends this. Browsers say so themselves (Fetch Metadata); older ones name the origin.
fn is_of_same_origin(headers: &HeaderMap, public_base_url: &str) -> bool {
    match headers.get("sec-fetch-site") {
        Some(site) => site == "same-origin",
        None => headers.get(ORIGIN).is_some_and(|origin| origin == split_origin(public_base_url).0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_taken_from_our_own_pages_only() {
        let sent = |name: &'static str, value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(name, value.parse().unwrap());
            is_of_same_origin(&headers, "https://salus.example:8443/base")
        };
        assert!(sent("sec-fetch-site", "same-origin") && sent("origin", "https://salus.example:8443"));
        for site in ["cross-site", "same-site", "none", ""] {
            assert!(!sent("sec-fetch-site", site), "{site}");
        }
        for origin in
            ["https://salus.example", "http://salus.example:8443", "https://door.salus.example:8443", "null"]
        {
            assert!(!sent("origin", origin), "{origin}");
        }
        assert!(!is_of_same_origin(&HeaderMap::new(), "https://salus.example"));
    }
}
