//! What is checked before something is stored: `GET /{cell}/admin/checks`. The packages of profiles, what counts when, how strictly, and
//! earlier settings. What becomes of a form is [`super::checks_change`]'s.
//!
//! Never: shows a patient; takes what cannot be used for what can. State: none.

use super::super::{PageAsk, Trouble};
use super::checks_form::{DocumentRow, Wrong, documents, typed_documents};
use super::checks_upload::{most_bytes, most_words};
use super::checks_words::{fault_words, when_words};
use super::roles::VersionLine;
use super::roles_change::version_line;
use super::{Notice, Part, page};
use crate::answer::Answer;
use askama::Template;
use http::StatusCode;
use salus_frame::{Words, icon};
use salus_records::check_settings::{ChecksAnswer, ChecksAsk, ChecksShown};
use salus_records::checks::{CheckSettings, Checks, Entry, set_checks, unnamed};
use salus_records::fhir::package::Package;
use salus_records::{AdminError, RecordsError};

/// Asks the keyholder; what is set counts when this returns. What is wrong with the question is the inner error.
pub(super) async fn ask_checks(
    ask: &PageAsk<'_>,
    what: ChecksAsk,
) -> Result<Result<ChecksAnswer, AdminError>, Trouble> {
    match set_checks(ask.cell, &ask.asker, what).await {
        Err(RecordsError::Budget { retry_after_s }) => Err(Trouble::HandedOut { retry_after_s }),
        outcome => Ok(outcome?),
    }
}

/// What is in force; only for whoever administers.
pub(super) async fn in_force(ask: &PageAsk<'_>) -> Result<ChecksShown, Trouble> {
    match ask_checks(ask, ChecksAsk::Show).await? {
        Ok(ChecksAnswer::Shown(shown)) => Ok(shown),
        Err(AdminError::NotFound { .. }) => Err(RecordsError::NotFound.into()),
        _ => Err(RecordsError::Internal.into()),
    }
}

/// A package, as a line.
struct Line {
    name: String,
    version: String,
    /// How many profiles and codes; none where its file cannot be used.
    holds: Option<(u64, u64)>,
    when: Vec<String>,
    /// What it needs and is not there.
    lacks: String,
    is_strict: bool,
    /// Its field in the form.
    field: String,
}

#[derive(Template)]
#[template(path = "practice/admin/checks.html")]
struct Page<'a> {
    t: Words,
    base: &'a str,
    /// The entry of the settings that the forms are about.
    seen: String,
    wrong: Vec<Wrong>,
    faults: Vec<String>,
    /// How many packages no line names, and how large they are; none where there is none.
    unnamed: Option<String>,
    /// How many bytes are sent together at most.
    most_bytes: usize,
    most_mib: String,
    packages: Vec<Line>,
    import_warns: bool,
    demanded: String,
    documents: Vec<DocumentRow>,
    is_table_open: bool,
    is_own_table: bool,
    text: String,
    is_text_open: bool,
    versions: Vec<VersionLine>,
}

impl Page<'_> {
    fn icon(&self, name: &str) -> &'static str {
        icon(name)
    }

    /// What is wrong with a field, one idea a line.
    fn errors<'s>(&'s self, field: &'s str) -> impl Iterator<Item = &'s str> {
        self.wrong.iter().filter(move |one| one.field == field).map(|one| one.what.as_str())
    }

    fn is_wrong(&self, field: &str) -> bool {
        self.wrong.iter().any(|one| one.field == field)
    }
}

pub(super) async fn answer(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    show(ask, Vec::new()).await
}

/// The page. `wrong`: why what the form asks is not done; what was typed is kept.
pub(super) async fn show(ask: &PageAsk<'_>, wrong: Vec<Wrong>) -> Result<Answer, Trouble> {
    let shown = in_force(ask).await?;
    let settings = CheckSettings::read(&shown.text).unwrap_or_default();
    let (t, known) = (ask.t, ask.cell.checks());
    let sent = if wrong.is_empty() { "" } else { ask.field("do").unwrap_or_default() };
    let is_modes = sent == "modes";
    let mut packages: Vec<Line> =
        settings.packages.iter().enumerate().map(|(at, one)| line(ask, &known, &settings, at, one)).collect();
    if is_modes {
        packages.iter_mut().for_each(|one| one.is_strict = ask.field(&one.field).is_some());
    }
    let (count, bytes) = unnamed(ask.cell, &settings).await;
    let demanded = settings.demanded.iter().map(|one| format!("{} {}\n", one.kind, one.profile));
    let body = Page {
        t,
        base: ask.base(),
        seen: shown.version.map_or_else(String::new, |entry| entry.to_string()),
        faults: known.faults.iter().map(|fault| fault_words(t, fault)).collect(),
        unnamed: (count > 0).then(|| {
            let said = t.say_with_two("checks-unnamed-what", ("count", count as u64), ("mib", mib(bytes)));
            said.into_owned()
        }),
        most_bytes: most_bytes(ask),
        most_mib: most_words(ask),
        packages,
        import_warns: if is_modes { ask.field("import").is_some() } else { settings.import_warns },
        demanded: match ask.field("demanded").filter(|_| is_modes) {
            Some(typed) => typed.to_owned(),
            None => demanded.collect(),
        },
        documents: if sent == "table" { typed_documents(ask) } else { documents(&settings) },
        is_table_open: sent == "table",
        is_own_table: settings.table.is_some(),
        is_text_open: sent == "text",
        text: match ask.field("text").filter(|_| sent == "text") {
            Some(typed) => typed.to_owned(),
            None => shown.text.clone(),
        },
        versions: version_lines(ask).await?,
        wrong,
    };
    let status = if body.wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let notice = notice(ask, &shown);
    Ok(page(ask, Part::Checks, t.say("admin-checks"), notice, &body).status(status).answer(ask))
}

/// What was just done; what is in force is undone by one step.
fn notice(ask: &PageAsk<'_>, shown: &ChecksShown) -> Option<Notice> {
    let t = ask.t;
    if let Some(count) = ask.query("tidied").and_then(|count| count.parse::<u64>().ok()) {
        return Some(Notice { text: t.say_with("checks-tidied", "count", count).into_owned(), undo: None });
    }
    let done = ask.query("done")?;
    let entry = shown.version.map(|entry| entry.to_string());
    let undo = entry.filter(|entry| entry == done);
    let text = if undo.is_some() { t.say("checks-done") } else { t.say("checks-undone") };
    let path = format!("{}/admin/checks", ask.base());
    Some(Notice { text: text.into_owned(), undo: undo.map(|entry| (path, "undo", entry)) })
}

/// A size in MiB, with a place behind the point, at least 0.1.
pub(super) fn mib(bytes: u64) -> String {
    let tenths = (bytes * 10).div_ceil(1 << 20);
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// How many profiles and codes a package has.
pub(super) fn holds(package: &Package) -> (u64, u64) {
    let codes = package.code_systems.iter().map(|system| system.len() as u64).sum();
    (package.profile_count() as u64, codes)
}

fn line(ask: &PageAsk<'_>, checks: &Checks, settings: &CheckSettings, at: usize, entry: &Entry) -> Line {
    let package =
        checks.packages().iter().find(|(one, _)| one.hash == entry.hash).map(|(_, package)| package);
    let table = settings.validity();
    let own = table.iter().flat_map(|document| &document.packages);
    let own = own.filter(|line| line.package == entry.name && line.version == entry.version);
    let mut when: Vec<String> = own.map(|line| when_words(ask, line)).collect();
    when.dedup();
    if when.is_empty() {
        when.push(ask.t.say("checks-always").into_owned());
    }
    let lacking = package.into_iter().flat_map(|package| settings.lacking(package));
    let lacks: Vec<String> = lacking.map(|(name, version)| format!("{name} {version}")).collect();
    Line {
        name: entry.name.clone(),
        version: entry.version.clone(),
        holds: package.map(|package| holds(package)),
        when,
        lacks: lacks.join(", "),
        is_strict: entry.is_strict,
        field: format!("strict-{at}"),
    }
}

async fn version_lines(ask: &PageAsk<'_>) -> Result<Vec<VersionLine>, Trouble> {
    let Ok(ChecksAnswer::Versions(versions)) = ask_checks(ask, ChecksAsk::Versions).await? else {
        return Err(RecordsError::Internal.into());
    };
    let keys = ("checks-version", "checks-version-back");
    Ok(versions.iter().map(|one| version_line(ask, keys, one)).collect())
}
