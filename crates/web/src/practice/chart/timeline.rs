//! The timeline: visits with everything that belongs to them, and what came beside a visit, by years; or all records of one kind.
//!
//! A page holds [`MAX_VISITS`] visits, and of their span of time at most so many records of each kind as [`bound`] says. What
//! that leaves out is said.
//!
//! State: none.

use super::super::view::code::Concept;
use super::super::view::date::{Day, When};
use super::super::view::json::raw;
use super::super::view::value::when;
use super::super::{PageAsk, Trouble, see_other};
use super::access;
use super::gather::{Found, Names, Who, find, find_on, together};
use super::items::{Item, Kind, Source};
use super::tell::Told;
use super::who::Head;
use super::{Part, page, place};
use crate::answer::Answer;
use askama::Template;
use salus_frame::{Shortcut, Words};
use salus_records::RecordsError;
use salus_records::fhir::json::Value;

/// How many visits one page holds.
const MAX_VISITS: u32 = 20;
/// How many records of one kind one page holds, when it shows that kind alone.
const MAX_ITEMS: u32 = 100;
/// The most years that can be gone to.
const MAX_YEARS: i64 = 130;

/// How many records of a kind are opened for one page of visits.
fn bound(kind: Kind) -> u32 {
    match kind {
        Kind::Value => 240,
        Kind::Diagnosis | Kind::Prescription => 60,
        Kind::Document => 80,
        _ => 40,
    }
}

/// A visit, or a day on which something came without one.
struct Entry {
    when: Option<When>,
    told: Option<Told>,
    weekday: &'static str,
    is_visit: bool,
    id: String,
    reason: String,
    named: Option<Who>,
    who: String,
    groups: Vec<Group>,
}

/// What belongs to an entry, of one kind.
struct Group {
    kind: Kind,
    items: Vec<Item>,
}

/// A year's entries.
struct Year {
    year: i64,
    entries: Vec<Entry>,
}

struct Filter {
    code: &'static str,
    label: String,
    is_active: bool,
}

#[derive(Template)]
#[template(path = "practice/chart/timeline.html")]
struct Body<'a> {
    t: Words,
    place: &'a str,
    filters: Vec<Filter>,
    filter: &'static str,
    years: Vec<Year>,
    all_years: Vec<(i64, bool)>,
    next: Option<String>,
    is_later: bool,
    total: u64,
    left_out: u64,
}

pub(super) async fn answer(ask: &PageAsk<'_>, id: &str) -> Result<Answer, Trouble> {
    let asked = ask.query("show").unwrap_or_default();
    let source = Kind::ALL.into_iter().find(|source| source.code == asked);
    let until = ask
        .query("until")
        .and_then(|year| year.parse::<i64>().ok())
        .filter(|year| (1850..=2200).contains(year));
    let work = Work { ask, id, until, link: ask.query("page") };
    let gathered = match source {
        Some(source) => work.of_kind(&source).await,
        None => work.visits().await,
    };
    match gathered {
        // A link ends with the server's run; the newest page is still there.
        Err(Trouble::Records(RecordsError::LinkEnded)) => {
            Ok(see_other(&ask.around, &format!("{}/timeline", place(ask, id))))
        }
        other => other,
    }
}

struct Work<'a, 'p> {
    ask: &'a PageAsk<'p>,
    id: &'a str,
    until: Option<i64>,
    link: Option<&'a str>,
}

impl Work<'_, '_> {
    /// One page of a type, newest first.
    async fn found(
        &self,
        name: &str,
        date: &str,
        only: Option<(&str, &str)>,
        count: u32,
    ) -> Result<Found, Trouble> {
        if let Some(link) = self.link {
            return find_on(self.ask, link).await;
        }
        let sort = format!("-{date}");
        let before = self.until.map(|year| format!("lt{:04}-01-01", year + 1));
        let mut parameters = vec![("_sort", sort.as_str())];
        parameters.extend(before.as_deref().map(|before| (date, before)));
        parameters.extend(only);
        find(self.ask, name, self.id, &parameters, count).await
    }

    /// The year of the oldest record of a type.
    async fn first_year(&self, name: &str, date: &str, paths: &[&str]) -> Result<Option<i64>, Trouble> {
        let parameters = [("_sort", date), (date, "gt1800")];
        let found = find(self.ask, name, self.id, &parameters, 1).await?;
        Ok(found.read(|record| when(record, paths)).first().map(|when| when.year()))
    }

    /// All records of one kind.
    async fn of_kind(&self, source: &Source) -> Result<Answer, Trouble> {
        let (ask, language) = (self.ask, self.ask.language());
        let (head, looks, found) = tokio::join!(
            Head::gather(ask, self.id),
            access::last(ask, self.id),
            self.found(source.name, source.date, source.only, MAX_ITEMS)
        );
        let (head, found) = (head?, found?);
        let items = found.read(|record| {
            // A link that was made for another patient finds that one's records: they are not shown here.
            is_of(record, self.id).then(|| Item::of(source.kind, record, language))?
        });
        let names = Names::read(ask, items.iter().filter_map(|item| item.who.as_ref())).await;
        let mut entries: Vec<Entry> = Vec::new();
        for item in items {
            match entries.last_mut().filter(|entry| day(entry.when) == day(item.when)) {
                Some(entry) => entry.add(item, &names),
                None => {
                    let mut entry = Entry::beside(item.when, head.today, ask);
                    entry.add(item, &names);
                    entries.push(entry);
                }
            }
        }
        let oldest = entries.last().and_then(|entry| entry.when).map(When::year);
        let shown = Shown {
            filter: source.code,
            entries,
            first_year: oldest.filter(|_| found.next.is_none()),
            left_out: 0,
        };
        Ok(self.page(&head, &looks?, shown, found))
    }

    /// Visits with what belongs to them.
    async fn visits(&self) -> Result<Answer, Trouble> {
        let (ask, id) = (self.ask, self.id);
        let (head, looks, found, first_year) = tokio::join!(
            Head::gather(ask, id),
            access::last(ask, id),
            self.found("Encounter", "date", None, MAX_VISITS),
            self.first_year("Encounter", "date", &["period.start"])
        );
        let (head, found) = (head?, found?);
        let mut entries = found.read(|visit| is_of(visit, id).then(|| Entry::visit(visit, head.today, ask)));
        let (items, left_out) = self.belonging(&entries, found.next.is_none()).await?;
        let who = entries.iter().filter_map(|entry| entry.named.as_ref());
        let names = Names::read(ask, who.chain(items.iter().filter_map(|item| item.who.as_ref()))).await;
        for entry in &mut entries {
            entry.who = names.of(entry.named.as_ref());
        }
        let span = self.span(&entries, found.next.is_none());
        for item in items {
            let home =
                item.encounter.as_ref().and_then(|id| entries.iter_mut().find(|entry| entry.id == *id));
            match home {
                Some(entry) => entry.add(item, &names),
                // What belongs to a visit of another page stands there.
                None if item.encounter.is_some() || !span.holds(item.when) => {}
                None => {
                    let same =
                        entries.iter_mut().find(|entry| !entry.is_visit && day(entry.when) == day(item.when));
                    match same {
                        Some(entry) => entry.add(item, &names),
                        None => {
                            let mut entry = Entry::beside(item.when, head.today, ask);
                            entry.add(item, &names);
                            entries.push(entry);
                        }
                    }
                }
            }
        }
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.when));
        for entry in &mut entries {
            entry.groups.sort_by_key(|group| group.kind);
        }
        let shown = Shown { filter: "", entries, first_year: first_year?, left_out };
        Ok(self.page(&head, &looks?, shown, found))
    }

    /// The records of all kinds in the span of time of these visits, and how many are left out.
    async fn belonging(&self, visits: &[Entry], is_last: bool) -> Result<(Vec<Item>, u64), Trouble> {
        let span = self.span(visits, is_last);
        let language = self.ask.language();
        let bounds = span.bounds();
        // Notes come with the documents, of whose type they are.
        let sources: Vec<Source> = Kind::ALL.into_iter().filter(|source| source.kind != Kind::Note).collect();
        let searches = sources.iter().map(|source| {
            let sort = format!("-{}", source.date);
            let bounds = &bounds;
            async move {
                let mut parameters = vec![("_sort", sort.as_str())];
                parameters.extend(bounds.iter().map(|bound| (source.date, bound.as_str())));
                find(self.ask, source.name, self.id, &parameters, bound(source.kind)).await
            }
        });
        let mut all = Vec::new();
        let mut left_out = 0;
        for (source, found) in sources.iter().zip(together(searches.collect()).await) {
            let found = found?;
            left_out += found.left_out();
            all.extend(found.read(|record| Item::of(source.kind, record, language)));
        }
        Ok((all, left_out))
    }

    /// From the page's oldest visit to the one before its newest, which the page before ended with.
    fn span(&self, visits: &[Entry], is_last: bool) -> Span {
        let before = self.ask.query("before").and_then(|before| before.parse().ok()).map(When::at_clock);
        let until = self.until.filter(|_| self.link.is_none());
        let end_of_year = until.and_then(|year| When::parse(&format!("{:04}-01-01", year + 1)));
        let oldest = visits.iter().filter(|visit| visit.is_visit).filter_map(|visit| visit.when).min();
        Span { from: oldest.filter(|_| !is_last), to: before.or(end_of_year) }
    }

    fn page(&self, head: &Head, looks: &[access::Look], shown: Shown, found: Found) -> Answer {
        let ask = self.ask;
        let this_year = When::of_day(head.today).year();
        let all_years = shown.first_year.map(|first| (first.max(this_year - MAX_YEARS)..=this_year).rev());
        let all_years = all_years.into_iter().flatten().map(|year| (year, self.until == Some(year)));
        let oldest = shown.entries.iter().filter(|entry| entry.is_visit).filter_map(|entry| entry.when).min();
        let next = found.next.map(|link| match oldest {
            Some(oldest) if shown.filter.is_empty() => format!("{link}&before={}", oldest.clock()),
            _ => link,
        });
        let mut years: Vec<Year> = Vec::new();
        for entry in shown.entries {
            let year = entry.when.map_or(0, When::year);
            match years.last_mut().filter(|last| last.year == year) {
                Some(last) => last.entries.push(entry),
                None => years.push(Year { year, entries: vec![entry] }),
            }
        }
        let filter = |code: &'static str, message: &str| Filter {
            code,
            label: ask.t.say(message).into_owned(),
            is_active: code == shown.filter,
        };
        let filters = std::iter::once(filter("", "chart-timeline-all"));
        let place = place(ask, self.id);
        let body = Body {
            t: ask.t,
            place: &place,
            filters: filters
                .chain(Kind::ALL.map(|source| filter(source.code, source.kind.message())))
                .collect(),
            filter: shown.filter,
            years,
            all_years: all_years.collect(),
            next,
            is_later: self.link.is_some() || self.until.is_some(),
            total: found.total,
            left_out: shown.left_out,
        };
        let keys = vec![
            Shortcut::page("o", ask.t.say("chart-older")),
            Shortcut::page("b", ask.t.say("chart-newest")),
        ];
        page(ask, head, Part::Timeline, keys, &body, looks)
    }
}

/// What a page of the timeline shows.
struct Shown {
    filter: &'static str,
    entries: Vec<Entry>,
    first_year: Option<i64>,
    left_out: u64,
}

/// From a moment (held) to another (not held); open ends hold everything.
#[derive(Debug, Clone, Copy)]
struct Span {
    from: Option<When>,
    to: Option<When>,
}

impl Span {
    fn holds(self, when: Option<When>) -> bool {
        let Some(when) = when else { return self.from.is_none() };
        self.from.is_none_or(|from| when.position() >= from.position())
            && self.to.is_none_or(|to| when.position() < to.position())
    }

    /// As a search takes it, by days: those at the edges belong to both pages.
    fn bounds(self) -> Vec<String> {
        let from = self.from.map(|from| format!("ge{}", When::of_day(from.day).iso()));
        let to = self.to.map(|to| format!("le{}", When::of_day(to.day).iso()));
        from.into_iter().chain(to).collect()
    }
}

impl Entry {
    fn visit(visit: Value<'_>, today: Day, ask: &PageAsk<'_>) -> Self {
        let reason = Concept::at(visit, "reasonCode").or_else(|| Concept::at(visit, "type"));
        Self {
            is_visit: true,
            id: raw(visit, "id").unwrap_or_default(),
            reason: reason.map(|reason| reason.text).unwrap_or_default(),
            named: Who::at(visit, "participant.individual"),
            ..Self::beside(when(visit, &["period.start"]), today, ask)
        }
    }

    fn beside(when: Option<When>, today: Day, ask: &PageAsk<'_>) -> Self {
        Self {
            when,
            told: Told::maybe(when, today, ask.language()),
            weekday: when.filter(|when| when.has_day()).map_or("", |when| when.weekday(ask.language())),
            is_visit: false,
            id: String::new(),
            reason: String::new(),
            named: None,
            who: String::new(),
            groups: Vec::new(),
        }
    }

    fn add(&mut self, mut item: Item, names: &Names) {
        let who = names.of(item.who.as_ref());
        // Who wrote a note of a visit is said once.
        let is_said = who.is_empty() || self.is_visit && who == self.who;
        if !is_said {
            item.detail = if item.detail.is_empty() { who } else { format!("{} · {who}", item.detail) };
        }
        match self.groups.iter_mut().find(|group| group.kind == item.kind) {
            Some(group) => group.items.push(item),
            None => self.groups.push(Group { kind: item.kind, items: vec![item] }),
        }
    }
}

fn day(when: Option<When>) -> Option<Day> {
    when.map(|when| when.day)
}

/// Whether a record is about a patient.
fn is_of(record: Value<'_>, id: &str) -> bool {
    ["subject", "patient"].into_iter().any(|name| {
        super::super::view::value::reference(record, name, "Patient").is_some_and(|patient| patient == id)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_on_the_edge_of_two_pages_stands_on_one() {
        let at = |text: &str| When::parse(text);
        let newer = Span { from: at("2026-05-01T10:00:00+02:00"), to: None };
        let older = Span { from: None, to: at("2026-05-01T10:00:00+02:00") };
        for text in
            ["2026-05-01T09:59:00+02:00", "2026-05-01T10:00:00+02:00", "2026-05-01", "2026-05-02", "2019"]
        {
            assert_ne!(newer.holds(at(text)), older.holds(at(text)), "{text}");
        }
        assert!(older.holds(None) && !newer.holds(None));
        assert_eq!(newer.bounds(), ["ge2026-05-01"]);
        assert_eq!(older.bounds(), ["le2026-05-01"]);
        // As the link to the next page carries it.
        let carried = Span { to: older.to.map(|to| When::at_clock(to.clock())), ..older };
        assert!(!carried.holds(at("2026-05-01T10:00:00+02:00")));
        assert!(carried.holds(at("2026-05-01T09:59:00+02:00")));
        assert_eq!(carried.bounds(), older.bounds());
    }
}
