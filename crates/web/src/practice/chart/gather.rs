//! What a page of a chart asks for: bounded searches about one patient, and the names of those whom the found records name.
//!
//! Never: more than the page shows (each search says how many records it opens at most); a name that was not read for this
//! page. State: none.

use super::super::session::Hits;
use super::super::view::json::{raw, text};
use super::super::view::name::{Name, called};
use super::super::{PageAsk, Trouble};
use salus_records::PageEntry;
use salus_records::fhir::json::{Document, Value};
use std::collections::HashMap;
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

/// The most people and organisations whose names one page looks up. Where a record holds the name itself, it is not looked up.
const MAX_NAMES: usize = 16;

/// What one search found.
#[derive(Debug, Default)]
pub(super) struct Found {
    entries: Vec<PageEntry>,
    /// How many match in all.
    pub total: u64,
    /// The link to the next page.
    pub next: Option<String>,
}

impl Found {
    /// Reads each record; one that cannot be read, or says nothing, is left out.
    pub(super) fn read<T>(&self, read: impl Fn(Value<'_>) -> Option<T>) -> Vec<T> {
        let mut all = Vec::with_capacity(self.entries.len());
        for entry in &self.entries {
            let Ok(text) = std::str::from_utf8(&entry.text) else { continue };
            let Ok(document) = Document::parse(text) else { continue };
            all.extend(read(document.root()));
        }
        all
    }

    /// How many more there are that were not opened.
    pub(super) fn left_out(&self) -> u64 {
        self.total.saturating_sub(self.entries.len() as u64)
    }

    fn of(page: Hits) -> Self {
        Self { total: page.total.unwrap_or_default(), next: page.next, entries: page.entries }
    }
}

/// Searches a type among the records of a patient; opens at most `count` of them.
pub(super) async fn find(
    ask: &PageAsk<'_>,
    kind: &str,
    patient: &str,
    parameters: &[(&str, &str)],
    count: u32,
) -> Result<Found, Trouble> {
    let (patient, count) = (format!("Patient/{patient}"), count.to_string());
    let mut all = vec![("patient", patient.as_str()), ("_count", count.as_str())];
    all.extend_from_slice(parameters);
    Ok(Found::of(ask.search(kind, &all).await?))
}

/// Goes on where an earlier page ended.
pub(super) async fn find_on(ask: &PageAsk<'_>, link: &str) -> Result<Found, Trouble> {
    let page = salus_records::search_on(ask.cell, &ask.asker, link).await?;
    ask.admitted(page.delivery.clone());
    Ok(Found::of(page.into()))
}

/// Somebody whom a record names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Who {
    /// The words beside the reference.
    display: String,
    kind: &'static str,
    id: String,
}

impl Who {
    /// The reference at a path, when it names a person or an organisation, or has words.
    pub(super) fn at(resource: Value<'_>, path: &str) -> Option<Self> {
        let display = text(resource, &format!("{path}.display")).unwrap_or_default();
        let reference = raw(resource, &format!("{path}.reference")).unwrap_or_default();
        let mut parts = reference.rsplit('/');
        let (id, kind) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let kind = match kind {
            "Practitioner" => "Practitioner",
            "Organization" => "Organization",
            _ => "",
        };
        let id = if kind.is_empty() || !salus_records::is_id(id) { String::new() } else { id.to_owned() };
        (!display.is_empty() || !id.is_empty()).then_some(Self { display, kind, id })
    }

    /// Whether it is a Practitioner.
    pub(super) fn is_staff(&self) -> bool {
        self.kind == "Practitioner"
    }

    fn must_be_read(&self) -> bool {
        self.display.is_empty() && !self.id.is_empty()
    }
}

/// Names that were read for a page.
#[derive(Debug, Default)]
pub(super) struct Names(HashMap<(&'static str, String), String>);

impl Names {
    /// Reads the names of these; of those whom the reader may not see, and those beyond the bound, there is none.
    pub(super) async fn read(ask: &PageAsk<'_>, wanted: impl IntoIterator<Item = &Who>) -> Self {
        let mut keys: Vec<(&'static str, String)> = Vec::new();
        for who in wanted.into_iter().filter(|who| who.must_be_read()) {
            let key = (who.kind, who.id.clone());
            if keys.len() < MAX_NAMES && !keys.contains(&key) {
                keys.push(key);
            }
        }
        let reads = keys.iter().map(|(kind, id)| ask.read(kind, id)).collect();
        let opened = together(reads).await;
        let name = |(key, opened): ((&'static str, String), Result<salus_records::Opened, Trouble>)| {
            let opened = opened.ok()?;
            let text = std::str::from_utf8(&opened.text).ok()?;
            let document = Document::parse(text).ok()?;
            let name = match key.0 {
                "Practitioner" => Name::of(document.root()).map(|name| name.short()),
                _ => called(document.root()),
            };
            Some((key, name?))
        };
        Self(keys.into_iter().zip(opened).filter_map(name).collect())
    }

    /// What somebody is called; empty when it is not known.
    pub(super) fn of(&self, who: Option<&Who>) -> String {
        let Some(who) = who else { return String::new() };
        if !who.display.is_empty() {
            return who.display.clone();
        }
        self.0.get(&(who.kind, who.id.clone())).cloned().unwrap_or_default()
    }
}

/// Runs all at once and gives what came of each, in order.
pub(super) async fn together<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut running: Vec<_> = futures.into_iter().map(|future| (Box::pin(future), None)).collect();
    let all = poll_fn(|context| {
        let mut is_done = true;
        for (future, output) in &mut running {
            if output.is_none() {
                match future.as_mut().poll(context) {
                    Poll::Ready(ready) => *output = Some(ready),
                    Poll::Pending => is_done = false,
                }
            }
        }
        if is_done { Poll::Ready(()) } else { Poll::Pending }
    });
    pin!(all).await;
    running.into_iter().filter_map(|(_, output)| output).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_runs_together_comes_back_in_order() {
        let one = |number: u64| async move {
            tokio::time::sleep(std::time::Duration::from_millis(10 * (3 - number))).await;
            number
        };
        let begun = std::time::Instant::now();
        assert_eq!(together(vec![one(0), one(1), one(2)]).await, [0, 1, 2]);
        assert!(begun.elapsed().as_millis() < 55, "one after the other it would be 60");
        assert!(together(Vec::<std::future::Ready<()>>::new()).await.is_empty());
    }

    #[test]
    fn only_people_and_organisations_of_this_server_are_named() {
        let of = |text: &str| Who::at(Document::parse(text).unwrap().root(), "x");
        let read = of(r#"{"x":{"reference":"Practitioner/1"}}"#).unwrap();
        assert!(read.must_be_read() && read.kind == "Practitioner");
        let said = of(r#"{"x":{"reference":"Practitioner/1","display":"Dr. Roth"}}"#).unwrap();
        assert!(!said.must_be_read());
        assert_eq!(Names::default().of(Some(&said)), "Dr. Roth");
        for other in [r#"{"x":{"reference":"Patient/1"}}"#, r#"{"x":{"reference":"Practitioner/a b"}}"#, "{}"]
        {
            assert_eq!(of(other), None, "{other}");
        }
    }
}
