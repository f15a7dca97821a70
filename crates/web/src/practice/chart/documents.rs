//! Documents: a list, with the reports of other systems below it, a viewer, and what the viewer shows.
//!
//! A document's bytes come from a route of their own, which no page shares: sent as what they are, if they are a PDF, an image or
//! plain text and begin as such, else for saving only; in a sandbox in which nothing is executed (`Content-Security-Policy: sandbox`).
//!
//! Never: sends a document of another patient under this one's address; believes what a record says of its type. State: none.

use super::super::view::code::Concept;
use super::super::view::date::When;
use super::super::view::json::{is, one, raw, text};
use super::super::view::value::{reference, when};
use super::super::{PageAsk, Trouble};
use super::access;
use super::gather::{Found, Names, Who, find, find_on};
use super::items::NO_NOTES;
use super::tell::Told;
use super::who::Head;
use super::{Part, page, place, reports};
use crate::answer::Answer;
use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{
    CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, X_FRAME_OPTIONS,
};
use http::{HeaderValue, StatusCode};
use salus_frame::{Shortcut, Words};
use salus_records::RecordsError;
use salus_records::fhir::json::{Document, Value};

/// How many documents one page lists.
const MAX_DOCUMENTS: u32 = 50;

/// Nothing of a document is executed, and it is shown within our own pages only.
const SANDBOX: &str = "sandbox; default-src 'none'; style-src 'none'; frame-ancestors 'self'";

/// What is shown, with how it begins; all else is for saving.
const SHOWN: [(&str, &[u8]); 5] = [
    ("application/pdf", b"%PDF-"),
    ("image/png", b"\x89PNG\r\n\x1a\n"),
    ("image/jpeg", b"\xff\xd8\xff"),
    ("image/gif", b"GIF8"),
    ("image/webp", b"RIFF"),
];
const PLAIN_TEXT: &str = "text/plain; charset=utf-8";

/// A document, as a line of the list and as the head of the viewer.
#[derive(Debug)]
pub(super) struct Paper {
    /// The part of its address before its id.
    pub part: &'static str,
    pub id: String,
    pub kind: String,
    pub title: String,
    pub when: Option<When>,
    pub told: Option<Told>,
    pub author: Option<Who>,
    pub who: String,
    pub content_type: String,
    pub size: String,
    /// Whether it was replaced by another.
    pub is_superseded: bool,
    pub encounter: Option<String>,
}

impl Paper {
    /// A DocumentReference.
    pub(super) fn of(document: Value<'_>) -> Option<Self> {
        if is(document, "status", "entered-in-error") {
            return None;
        }
        let attachment = one(document, "content.attachment");
        let kind =
            Concept::at(document, "type").or_else(|| Concept::at(document, "category")).map(|kind| kind.text);
        let title = text(document, "description").or_else(|| text(attachment?, "title"));
        let encounter = one(document, "context.encounter");
        Some(Self {
            part: "documents",
            id: raw(document, "id").unwrap_or_default(),
            kind: kind.unwrap_or_default(),
            title: title.unwrap_or_default(),
            when: when(document, &["date", "content.attachment.creation", "context.period.start"]),
            told: None,
            author: Who::at(document, "author"),
            who: String::new(),
            content_type: attachment
                .and_then(|attachment| text(attachment, "contentType"))
                .unwrap_or_default(),
            size: attachment
                .and_then(|attachment| attachment.get("size"))
                .map(|size| kilobytes(size.raw()))
                .unwrap_or_default(),
            is_superseded: is(document, "status", "superseded"),
            encounter: encounter
                .and_then(|encounter| super::super::view::value::reference_of(encounter, "Encounter")),
        })
    }

    /// What a list calls it.
    pub(super) fn name(&self) -> &str {
        if self.title.is_empty() { &self.kind } else { &self.title }
    }

    /// The type in a word.
    fn format(&self) -> &str {
        match self.content_type.split(';').next().unwrap_or_default().trim() {
            "application/pdf" => "PDF",
            "image/png" | "image/jpeg" | "image/gif" | "image/webp" => "IMG",
            "text/plain" => "TXT",
            "text/html" => "HTML",
            _ => "",
        }
    }
}

fn kilobytes(bytes: &str) -> String {
    match bytes.parse::<u64>() {
        Ok(bytes) if bytes < 1_000_000 => format!("{} kB", bytes.div_ceil(1_000)),
        Ok(bytes) => format!("{} MB", bytes / 1_000_000),
        Err(_) => String::new(),
    }
}

#[derive(Template)]
#[template(path = "practice/chart/documents.html")]
struct List<'a> {
    t: Words,
    place: &'a str,
    papers: Vec<Paper>,
    reports: Vec<Paper>,
    reports_left_out: u64,
    total: u64,
    next: Option<String>,
    is_later: bool,
}

#[derive(Template)]
#[template(path = "practice/chart/document.html")]
pub(super) struct Viewer<'a> {
    pub t: Words,
    pub place: &'a str,
    pub paper: Paper,
    pub view: View,
}

/// How a document is shown.
pub(super) enum View {
    /// Chromium shows no PDF in a frame with the attribute `sandbox`; the sandbox of the answer's own policy holds there.
    Paper,
    Text,
    Image,
    Save,
    /// In a frame with a sandbox of its own, beside that of the answer.
    Report,
    /// There is nothing to read.
    Nothing,
}

pub(super) async fn answer(ask: &PageAsk<'_>, id: &str) -> Result<Answer, Trouble> {
    let link = ask.query("page");
    let search = async {
        match link {
            Some(link) => find_on(ask, link).await,
            None => find(ask, "DocumentReference", id, &[NO_NOTES, ("_sort", "-date")], MAX_DOCUMENTS).await,
        }
    };
    let sent = async { if link.is_some() { Ok(Found::default()) } else { reports::list(ask, id).await } };
    let (head, looks, found, sent) = tokio::join!(Head::gather(ask, id), access::last(ask, id), search, sent);
    let (head, found, sent) = (head?, found?, sent?);
    // A link that was made for another patient finds that one's documents: they are not shown here.
    let mut papers = found.read(|document| is_of(document, id).then(|| Paper::of(document))?);
    let mut reports = sent.read(reports::paper);
    let all = papers.iter().chain(&reports);
    let names = Names::read(ask, all.filter_map(|paper| paper.author.as_ref())).await;
    for paper in papers.iter_mut().chain(&mut reports) {
        paper.who = names.of(paper.author.as_ref());
        paper.told = Told::maybe(paper.when, head.today, ask.language());
    }
    let place = place(ask, id);
    let keys =
        vec![Shortcut::page("o", ask.t.say("chart-older")), Shortcut::page("b", ask.t.say("chart-newest"))];
    let body = List {
        t: ask.t,
        place: &place,
        papers,
        reports,
        reports_left_out: sent.left_out(),
        total: found.total,
        next: found.next,
        is_later: link.is_some(),
    };
    Ok(page(ask, &head, Part::Documents, keys, &body, &looks?))
}

pub(super) async fn answer_one(ask: &PageAsk<'_>, id: &str) -> Result<Answer, Trouble> {
    let (head, looks, read) = tokio::join!(Head::gather(ask, id), access::last(ask, id), document(ask, id));
    let (head, text) = (head?, read?);
    let read = Document::parse(text).map_err(|_| RecordsError::Internal)?;
    let mut paper = Paper::of(read.root()).ok_or(Trouble::Unknown)?;
    let names = Names::read(ask, paper.author.iter()).await;
    paper.who = names.of(paper.author.as_ref());
    paper.told = Told::maybe(paper.when, head.today, ask.language());
    let view = match paper.format() {
        "PDF" => View::Paper,
        "TXT" => View::Text,
        "IMG" => View::Image,
        _ => View::Save,
    };
    let place = place(ask, id);
    let body = Viewer { t: ask.t, place: &place, paper, view };
    let keys = vec![
        Shortcut::page("s", ask.t.say("chart-documents-save")),
        Shortcut::page("l", ask.t.say("chart-documents-back")),
    ];
    Ok(page(ask, &head, Part::Documents, keys, &body, &looks?))
}

/// The text of the DocumentReference that is addressed, when it is of this patient.
async fn document(ask: &PageAsk<'_>, id: &str) -> Result<String, Trouble> {
    let name = ask.value(1);
    if !salus_records::is_id(name) {
        return Err(Trouble::Unknown);
    }
    let opened = ask.read("DocumentReference", name).await?;
    let text = String::from_utf8(opened.text).map_err(|_| RecordsError::Internal)?;
    let is_of_patient = Document::parse(text.as_str()).is_ok_and(|document| is_of(document.root(), id));
    if is_of_patient { Ok(text) } else { Err(Trouble::Unknown) }
}

/// Whether a document is about a patient.
fn is_of(document: Value<'_>, id: &str) -> bool {
    reference(document, "subject", "Patient").is_some_and(|patient| patient == id)
}

/// The bytes of a document.
pub(super) async fn content(ask: &PageAsk<'_>, id: &str) -> Result<Answer, Trouble> {
    let text = document(ask, id).await?;
    let document = Document::parse(text).map_err(|_| RecordsError::Internal)?;
    let attachment = one(document.root(), "content.attachment").ok_or(Trouble::Unknown)?;
    let bytes = match attachment.get_str("data") {
        Some(data) => decode(&data)?,
        None => {
            let binary = attachment.get_str("url").and_then(|url| binary_id(&url, ask.cell.base_url()));
            let opened = ask.read("Binary", &binary.ok_or(Trouble::Unknown)?).await?;
            let text = String::from_utf8(opened.text).map_err(|_| RecordsError::Internal)?;
            let binary = Document::parse(text).map_err(|_| RecordsError::Internal)?;
            decode(&binary.root().get_str("data").ok_or(Trouble::Unknown)?)?
        }
    };
    let said = attachment.get_str("contentType").unwrap_or_default();
    let is_saved = ask.query("save").is_some();
    let name = Paper::of(document.root()).map(|paper| paper.name().to_owned()).unwrap_or_default();
    Ok(ask.deliver(send(bytes, &said, &name, is_saved)))
}

/// The id of a Binary of this server.
fn binary_id(url: &str, base_url: &str) -> Option<String> {
    let rest = url.strip_prefix(base_url).map_or(url, |rest| rest.trim_start_matches('/'));
    let id = rest.strip_prefix("Binary/")?;
    salus_records::is_id(id).then(|| id.to_owned())
}

/// The most bytes of a text that stands in the record itself, in base64.
const MAX_INLINE_BYTES: usize = 16 * 1024;

/// The text of a document that is nothing else: plain text within the record. None for one that is longer, and is a document.
pub(super) fn inline_text(document: Value<'_>) -> Option<String> {
    let attachment = one(document, "content.attachment")?;
    let kind = attachment.get_str("contentType")?;
    let data = attachment.get_str("data").filter(|data| data.len() <= MAX_INLINE_BYTES)?;
    let is_text = kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("text/plain"));
    if is_text { String::from_utf8(decode(&data).ok()?).ok() } else { None }
}

fn decode(data: &str) -> Result<Vec<u8>, Trouble> {
    // FHIR's base64Binary may be broken into lines.
    let compact: String = data.chars().filter(|character| !character.is_ascii_whitespace()).collect();
    STANDARD.decode(compact).map_err(|_| RecordsError::Internal.into())
}

fn send(bytes: Vec<u8>, said: &str, name: &str, is_saved: bool) -> Answer {
    let said = said.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let shown =
        SHOWN.iter().find(|(kind, start)| *kind == said && bytes.starts_with(start)).map(|(kind, _)| *kind);
    let shown =
        shown.or_else(|| (said == "text/plain" && std::str::from_utf8(&bytes).is_ok()).then_some(PLAIN_TEXT));
    let end = match shown {
        Some("application/pdf") => "pdf",
        Some("image/png") => "png",
        Some("image/jpeg") => "jpg",
        Some("image/gif") => "gif",
        Some("image/webp") => "webp",
        Some(_) => "txt",
        None => "bin",
    };
    let is_saved = is_saved || shown.is_none();
    saved_or_shown(bytes, shown.unwrap_or("application/octet-stream"), name, end, is_saved)
}

/// Bytes of a record's, in the sandbox. `end`: of the file's name.
pub(super) fn saved_or_shown(
    bytes: Vec<u8>,
    content_type: &'static str,
    name: &str,
    end: &str,
    is_saved: bool,
) -> Answer {
    let disposition = if is_saved { "attachment" } else { "inline" };
    Answer::new(StatusCode::OK)
        .body(content_type, bytes)
        .header(CONTENT_DISPOSITION, format!("{disposition}; filename=\"{}\"", file_name(name, end)))
        .header(CONTENT_SECURITY_POLICY, HeaderValue::from_static(SANDBOX))
        .header(X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN"))
        .header(REFERRER_POLICY, HeaderValue::from_static("no-referrer"))
        .header(
            HeaderName::from_static("cross-origin-resource-policy"),
            HeaderValue::from_static("same-origin"),
        )
}

/// A name for saving: letters and digits of the document's, with an end that fits what it is.
fn file_name(name: &str, end: &str) -> String {
    let mut out = String::new();
    for character in name.chars().take(60) {
        match character {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '-' => out.push(character),
            'ä' | 'Ä' => out.push_str("ae"),
            'ö' | 'Ö' => out.push_str("oe"),
            'ü' | 'Ü' => out.push_str("ue"),
            'ß' => out.push_str("ss"),
            'é' | 'è' | 'ê' | 'É' => out.push('e'),
            _ if out.ends_with('_') || out.is_empty() => {}
            _ => out.push('_'),
        }
    }
    let stem = out.trim_matches('_');
    format!("{}.{end}", if stem.is_empty() { "document" } else { stem })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
        answer.headers[name].to_str().unwrap()
    }

    #[test]
    fn only_what_is_what_it_says_is_shown_and_nothing_is_executed() {
        for (said, bytes, kind, how) in [
            ("application/pdf", &b"%PDF-1.4 x"[..], "application/pdf", "inline"),
            ("application/PDF; x=y", b"%PDF-1.4 x", "application/pdf", "inline"),
            ("text/plain", "Grüße".as_bytes(), "text/plain; charset=utf-8", "inline"),
            ("application/pdf", b"<script>alert(1)</script>", "application/octet-stream", "attachment"),
            ("text/html", b"<script>alert(1)</script>", "application/octet-stream", "attachment"),
            ("image/svg+xml", b"<svg onload='alert(1)'/>", "application/octet-stream", "attachment"),
            ("text/plain", b"\xff\xfe", "application/octet-stream", "attachment"),
            ("", b"", "application/octet-stream", "attachment"),
        ] {
            let answer = send(bytes.to_vec(), said, "Brief \"x\"\r\n; Müller", false);
            assert_eq!(header(&answer, "content-type"), kind, "{said}");
            let name = header(&answer, "content-disposition");
            assert!(name.starts_with(how) && name.contains("filename=\"Brief_x_Mueller."), "{name}");
            assert!(header(&answer, "content-security-policy").starts_with("sandbox; default-src 'none'"));
            assert_eq!(header(&answer, "x-content-type-options"), "nosniff");
            assert_eq!(header(&answer, "cache-control"), "no-store");
        }
        let saved = send(b"%PDF-1.4".to_vec(), "application/pdf", "", true);
        assert_eq!(header(&saved, "content-disposition"), "attachment; filename=\"document.pdf\"");
    }

    #[test]
    fn only_this_servers_own_bytes_are_read() {
        let base = "http://localhost/praxis/fhir";
        assert_eq!(binary_id("Binary/1", base).as_deref(), Some("1"));
        assert_eq!(binary_id("http://localhost/praxis/fhir/Binary/1", base).as_deref(), Some("1"));
        for other in
            ["http://elsewhere/Binary/1", "Binary/", "Binary/1/../2", "Patient/1", "file:///etc/passwd", ""]
        {
            assert_eq!(binary_id(other, base), None, "{other}");
        }
    }
}
