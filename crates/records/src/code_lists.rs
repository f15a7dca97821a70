//! Questions about code lists: `$expand`, `$validate-code`, `$lookup`, `$subsumes`.
//!
//! Lists are those of R4 and of the cell's packages, and the cell's own CodeSystems and ValueSets, which are read like any record, and only
//! when the others lack them. Never answers from a list that is not there: it is named. State: none.

use crate::{Cell, Delivery, Mode, RecordsError, SearchAsk, Sent, search};
use salus_fhir::json::Document;
use salus_fhir::package::{Canonical, Package};
use salus_fhir::search::escaped;
use salus_fhir::terminology::{Asked, ListOperation, Lists, ValueSet};
use salus_fhir::{Issue, IssueCode, Language, ResourceType, instant};
use salus_trust_api::client::Asker;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// The most searches for the cell's own lists in one question.
const MAX_SEARCHES: usize = 16;
/// The most versions of one list that are read.
const MAX_VERSIONS: &str = "20";
/// How much work an expansion is, as bytes of JSON that are read.
const WEIGHT_BYTES: usize = 1 << 20;

/// What was found.
#[derive(Debug)]
pub struct ListAnswer {
    /// Parameters or a ValueSet, as JSON.
    pub json: String,
    /// Where records were read for it.
    pub delivery: Option<Delivery>,
}

struct Reading<'a> {
    cell: &'a Arc<Cell>,
    asker: &'a Asker,
    lists: Lists,
    tried: HashSet<(bool, String)>,
    searches: usize,
    delivery: Option<Delivery>,
}

/// Answers a question about code lists: what the address asks, and the Parameters that were sent. `id` is that of a ValueSet that is a record.
///
/// Errors: [`RecordsError::NoSession`]; as a read for the record; [`RecordsError::Invalid`] and [`RecordsError::TooCostly`] with what is missing
/// or too much.
pub async fn ask_lists(
    cell: &Arc<Cell>,
    asker: &Asker,
    asked: Asked,
    sent: Option<Sent>,
    id: Option<&str>,
    language: Language,
) -> Result<ListAnswer, RecordsError> {
    cell.serving()?;
    // Before anything of it is looked at: a stranger learns nothing.
    cell.trust.rights(asker).await.map_err(RecordsError::of_new)?;
    let asked = match sent {
        Some(sent) => {
            let json = sent.json().map_err(RecordsError::Malformed)?;
            asked.with_parameters(&json).map_err(|issue| RecordsError::Malformed(vec![issue]))?
        }
        None => asked,
    };
    let now_ms = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
    let time = instant(u64::try_from(now_ms).unwrap_or(u64::MAX));
    let lists = Lists::over(lists_of(cell, time.get(..10).unwrap_or_default()));
    let mut reading = Reading { cell, asker, lists, tried: HashSet::new(), searches: 0, delivery: None };
    let set = reading.set(&asked, id).await?;
    reading.rest(&asked, set.as_deref()).await?;
    let identifier = format!("urn:uuid:{}", crate::fresh_id()?);
    let lists = &reading.lists;
    let answer = || asked.answer(lists, set.as_deref(), (&identifier, &time), language);
    let json = cell.heavy.run(WEIGHT_BYTES, answer).await.map_err(refused)?;
    Ok(ListAnswer { json, delivery: reading.delivery })
}

/// The lists of R4 and of the cell's packages that count on a day.
fn lists_of(cell: &Cell, day: &str) -> Arc<Lists> {
    Arc::clone(cell.checks().library_on(day).lists())
}

fn no_value_set() -> Issue {
    crate::text::issue(
        IssueCode::Value,
        "What was sent as valueSet is no ValueSet. Send one, or its url.",
        "Was als valueSet gesendet wurde, ist kein ValueSet. Senden Sie eines oder seine url.",
        "Ce qui a été envoyé comme valueSet n’est pas un ValueSet. Envoyez-en un, ou son url.",
    )
    .at("ValueSet")
}

fn unknown_filter() -> Issue {
    crate::text::issue(
        IssueCode::Value,
        "The value set has a filter that is not known. Use one of R4's: =, is-a, descendent-of, is-not-a, regex, in, not-in, generalizes, exists.",
        "Das ValueSet hat einen Filter, der nicht bekannt ist. Nehmen Sie einen von R4: =, is-a, descendent-of, is-not-a, regex, in, not-in, generalizes, exists.",
        "Le ValueSet a un filtre inconnu. Utilisez l’un de ceux de R4 : =, is-a, descendent-of, is-not-a, regex, in, not-in, generalizes, exists.",
    )
    .at("ValueSet.compose")
}

fn refused(issue: Issue) -> RecordsError {
    match issue.code {
        IssueCode::TooCostly => RecordsError::TooCostly(vec![issue]),
        IssueCode::Invalid => RecordsError::Malformed(vec![issue]),
        _ => RecordsError::Invalid(vec![issue]),
    }
}

impl Reading<'_> {
    /// The value set that is asked about: a record, one that was sent, or one with a URL.
    async fn set(&mut self, asked: &Asked, id: Option<&str>) -> Result<Option<Arc<ValueSet>>, RecordsError> {
        if !matches!(asked.operation(), ListOperation::Expand | ListOperation::ValidateInSet) {
            return Ok(None);
        }
        if let Some(id) = id {
            let kind = ResourceType::from_name("ValueSet").ok_or(RecordsError::Internal)?;
            let opened = crate::read(self.cell, self.asker, kind, id).await?;
            self.deliver(opened.delivery);
            return self
                .one(std::str::from_utf8(&opened.text).map_err(|_| RecordsError::Internal)?)
                .map(Some);
        }
        if let Some(text) = asked.sent_set() {
            return self.one(text).map(Some);
        }
        let Some(Canonical { url, version }) = asked.set() else { return Ok(None) };
        if self.lists.value_set(&url, version.as_deref()).is_none() {
            self.fetch(true, &url).await?;
        }
        Ok(self.lists.value_set(&url, version.as_deref()).cloned())
    }

    /// A value set by its text.
    fn one(&self, text: &str) -> Result<Arc<ValueSet>, RecordsError> {
        let document = Document::parse(text).map_err(|_| RecordsError::Invalid(vec![no_value_set()]))?;
        let root = document.root();
        if root.get_str("resourceType").as_deref() != Some("ValueSet") {
            return Err(RecordsError::Invalid(vec![no_value_set()]));
        }
        // One that was only made to be asked about needs no address of its own.
        let named = match (root.get("url"), text.split_once('{')) {
            (None, Some((before, after))) => {
                let url = format!("urn:uuid:{}", crate::fresh_id()?);
                format!("{before}{{\"url\":\"{url}\",{after}")
            }
            _ => text.to_owned(),
        };
        let mut package = Package::empty("", "");
        package.add("ValueSet", &named);
        package.value_sets.pop().ok_or_else(|| RecordsError::Invalid(vec![unknown_filter()]))
    }

    /// What the question needs beside the set.
    async fn rest(&mut self, asked: &Asked, set: Option<&ValueSet>) -> Result<(), RecordsError> {
        if let Some(system) = asked.system()
            && self.lists.code_system(&system.url, system.version.as_deref()).is_none()
        {
            self.fetch(false, &system.url).await?;
        }
        let Some(set) = set else { return Ok(()) };
        loop {
            let mut lacking = self.lists.lacking(set);
            lacking.retain(|one| !self.tried.contains(one));
            if lacking.is_empty() || self.searches >= MAX_SEARCHES {
                return Ok(());
            }
            for (is_set, url) in lacking {
                self.fetch(is_set, &url).await?;
            }
        }
    }

    /// Looks for a list among the cell's records.
    async fn fetch(&mut self, is_set: bool, url: &str) -> Result<(), RecordsError> {
        if self.searches >= MAX_SEARCHES || !self.tried.insert((is_set, url.to_owned())) {
            return Ok(());
        }
        self.searches += 1;
        let kind = ResourceType::from_name(if is_set { "ValueSet" } else { "CodeSystem" });
        let parameters =
            vec![("url".to_owned(), escaped(url)), ("_count".to_owned(), MAX_VERSIONS.to_owned())];
        let page = search(self.cell, self.asker, SearchAsk::new(kind, parameters, false)).await?;
        let mut package = Package::empty("", "");
        for entry in page.entries.iter().filter(|entry| entry.mode == Mode::Match) {
            if let Ok(text) = std::str::from_utf8(&entry.text) {
                package.add(&entry.id, text);
            }
        }
        self.lists.add(&package);
        self.deliver(page.delivery);
        Ok(())
    }

    fn deliver(&mut self, more: Delivery) {
        self.delivery = Some(match self.delivery.take() {
            Some(before) => before.with(more),
            None => more,
        });
    }
}
