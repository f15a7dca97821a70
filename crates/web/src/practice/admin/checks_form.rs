//! What the forms of [`super::checks`] make of a cell's settings of checking.
//!
//! Never: puts anything in force. State: none.

use super::super::{PageAsk, Trouble};
use salus_records::checks::{CheckSettings, Demand};
use salus_records::fhir::ResourceType;
use salus_records::fhir::package::validity::{Document, Validity};

/// The most kinds of documents, and of packages of one, that a form is read for; the bound of the settings' text is reached before.
const MAX_ROWS: usize = 512;

/// What is wrong with a form.
pub(super) struct Wrong {
    /// The field beside which it is said.
    pub field: &'static str,
    pub what: String,
}

/// The same, of one field.
pub(super) fn wrong(field: &'static str, what: impl Into<String>) -> Vec<Wrong> {
    vec![Wrong { field, what: what.into() }]
}

/// A kind of document, as the form has it.
pub(super) struct DocumentRow {
    /// The profile by which it is known; empty in the line for another one.
    pub profile: String,
    /// Where its date is.
    pub dates: String,
    pub packages: Vec<PackageRow>,
}

/// A package that counts for it, as the form has it. In the last, nothing is written.
#[derive(Default)]
pub(super) struct PackageRow {
    pub name: String,
    pub version: String,
    pub from: String,
    pub until: String,
}

impl PackageRow {
    fn is_empty(&self) -> bool {
        self.name.is_empty() && self.version.is_empty() && self.from.is_empty() && self.until.is_empty()
    }
}

/// The table that is in force, with a line more for each kind of document, and one for another kind.
pub(super) fn documents(settings: &CheckSettings) -> Vec<DocumentRow> {
    let row = |one: &Validity| PackageRow {
        name: one.package.clone(),
        version: one.version.clone(),
        from: one.from.clone().unwrap_or_default(),
        until: one.until.clone().unwrap_or_default(),
    };
    let table = settings.validity();
    let known = table.iter().map(|one| DocumentRow {
        profile: one.profile.clone(),
        dates: dates_text(one),
        packages: one.packages.iter().map(row).collect(),
    });
    open_ended(known.collect())
}

pub(super) fn dates_text(document: &Document) -> String {
    let dates = document.dates.iter().map(|(kind, name)| format!("{kind}.{name}"));
    dates.collect::<Vec<_>>().join(", ")
}

/// The table as somebody filled it in.
pub(super) fn typed_documents(ask: &PageAsk<'_>) -> Vec<DocumentRow> {
    let field = |name: String| ask.field(&name).unwrap_or_default().to_owned();
    let package = |at: usize, of: usize| {
        ask.field(&format!("name-{at}-{of}"))?;
        Some(PackageRow {
            name: field(format!("name-{at}-{of}")),
            version: field(format!("version-{at}-{of}")),
            from: field(format!("from-{at}-{of}")),
            until: field(format!("until-{at}-{of}")),
        })
    };
    let document = |at: usize| {
        ask.field(&format!("profile-{at}"))?;
        let packages = (0..MAX_ROWS).map_while(|of| package(at, of));
        Some(DocumentRow {
            profile: field(format!("profile-{at}")),
            dates: field(format!("dates-{at}")),
            packages: packages.filter(|one| !one.is_empty()).collect(),
        })
    };
    let rows = (0..MAX_ROWS).map_while(document);
    open_ended(rows.filter(|one| !one.profile.is_empty() || !one.dates.is_empty()).collect())
}

fn open_ended(mut rows: Vec<DocumentRow>) -> Vec<DocumentRow> {
    rows.push(DocumentRow { profile: String::new(), dates: String::new(), packages: Vec::new() });
    rows.iter_mut().for_each(|row| row.packages.push(PackageRow::default()));
    rows
}

/// What a form makes of the settings; or what is wrong with it.
///
/// Errors: a form that no page of ours sends.
pub(super) fn edited(
    ask: &PageAsk<'_>,
    what: &str,
    settings: &CheckSettings,
) -> Result<Result<CheckSettings, Vec<Wrong>>, Trouble> {
    let mut after = settings.clone();
    let done = match what {
        "remove" => {
            let named = ask.field("name").zip(ask.field("version-of"));
            let (name, version) = named.ok_or(Trouble::Unreadable)?;
            after.packages.retain(|one| one.name != name || one.version != version);
            Ok(())
        }
        "modes" => modes(ask, &mut after),
        "table" => table(ask, &mut after),
        "kbv" => {
            after.table = None;
            Ok(())
        }
        "text" => {
            let text = ask.field("text").ok_or(Trouble::Unreadable)?.replace("\r\n", "\n");
            match CheckSettings::read(&format!("{text}\n")) {
                Ok(read) => {
                    after = read;
                    Ok(())
                }
                Err(fault) => Err(wrong("text", super::checks_words::settings_fault(ask.t, &fault))),
            }
        }
        _ => return Err(Trouble::Unreadable),
    };
    Ok(done.and_then(|()| readable(ask, what, after)))
}

/// What would not be read again is not offered.
pub(super) fn readable(
    ask: &PageAsk<'_>,
    what: &str,
    after: CheckSettings,
) -> Result<CheckSettings, Vec<Wrong>> {
    let field = match what {
        "modes" => "demanded",
        "table" => "table",
        "text" => "text",
        _ => "file",
    };
    match CheckSettings::read(&after.write()) {
        Ok(_) => Ok(after),
        Err(fault) => Err(wrong(field, super::checks_words::settings_fault(ask.t, &fault))),
    }
}

fn modes(ask: &PageAsk<'_>, after: &mut CheckSettings) -> Result<(), Vec<Wrong>> {
    after.import_warns = ask.field("import").is_some();
    for (at, one) in after.packages.iter_mut().enumerate() {
        one.is_strict = ask.field(&format!("strict-{at}")).is_some();
    }
    after.demanded.clear();
    let lines = ask.field("demanded").unwrap_or_default().lines().map(str::trim);
    for line in lines.filter(|line| !line.is_empty()) {
        let demand = line.split_once(char::is_whitespace).and_then(|(kind, profile)| {
            let profile = profile.trim();
            let is_address = profile.contains(':') && !profile.contains(char::is_whitespace);
            let kind = ResourceType::from_name(kind).filter(|_| is_address)?;
            Some(Demand { kind, profile: profile.to_owned() })
        });
        let demand = demand.ok_or_else(|| {
            wrong("demanded", ask.t.say_with("checks-wrong-demand", "line", line.to_owned()))
        })?;
        if !after.demanded.contains(&demand) {
            after.demanded.push(demand);
        }
    }
    Ok(())
}

fn table(ask: &PageAsk<'_>, after: &mut CheckSettings) -> Result<(), Vec<Wrong>> {
    let rows = typed_documents(ask);
    let filled = rows.iter().filter(|row| !row.dates.is_empty());
    let documents = filled.map(|row| document(ask, row)).collect::<Result<Vec<_>, _>>()?;
    if documents.is_empty() {
        return Err(wrong("table", ask.t.say("checks-wrong-empty")));
    }
    after.set_validity(&documents);
    Ok(())
}

fn document(ask: &PageAsk<'_>, row: &DocumentRow) -> Result<Document, Vec<Wrong>> {
    let t = ask.t;
    if !is_word(&row.profile) {
        return Err(wrong("table", t.say_with("checks-wrong-profile", "what", row.profile.clone())));
    }
    let parts = row.dates.split([',', ' ']).filter(|part| !part.is_empty());
    let date = |part: &str| {
        let (kind, name) = part.split_once('.')?;
        let is_name = !name.is_empty() && name.chars().all(|sign| sign.is_ascii_alphanumeric());
        ResourceType::from_name(kind).filter(|_| is_name)?;
        Some((kind.to_owned(), name.to_owned()))
    };
    let dates = parts.map(date).collect::<Option<Vec<_>>>();
    let dates = dates.filter(|dates| !dates.is_empty());
    let dates =
        dates.ok_or_else(|| wrong("table", t.say_with("checks-wrong-dates", "what", row.dates.clone())))?;
    let packages = row.packages.iter().filter(|one| !one.name.is_empty() || !one.version.is_empty());
    let packages = packages.map(|one| package(ask, one)).collect::<Result<_, _>>()?;
    Ok(Document { profile: row.profile.clone(), dates, packages })
}

fn package(ask: &PageAsk<'_>, row: &PackageRow) -> Result<Validity, Vec<Wrong>> {
    let t = ask.t;
    let named = || format!("{} {}", row.name, row.version);
    if !is_word(&row.name) || !is_word(&row.version) {
        return Err(wrong("table", t.say_with("checks-wrong-row", "what", named())));
    }
    let bound = |day: &str| (!day.is_empty()).then(|| day.to_owned());
    let is_day = |day: &String| day.len() == 10 && day.parse::<jiff::civil::Date>().is_ok();
    let (from, until) = (bound(&row.from), bound(&row.until));
    if ![&from, &until].into_iter().flatten().all(is_day) {
        return Err(wrong("table", t.say_with("checks-wrong-day", "what", named())));
    }
    if from.as_ref().zip(until.as_ref()).is_some_and(|(from, until)| from > until) {
        return Err(wrong("table", t.say_with("checks-wrong-order", "what", named())));
    }
    Ok(Validity { package: row.name.clone(), version: row.version.clone(), from, until })
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|sign| sign.is_ascii_graphic())
}
