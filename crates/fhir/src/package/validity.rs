//! Which version of a package counts on which day.
//!
//! For: documents whose profiles change with a quarter: the document's own date decides, not the day of the check. The
//! table is data ([`KBV`] is the default) and can be replaced. Knows no clock. State: none.

/// A package's version and the days on which it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Validity {
    /// The package's name.
    pub package: String,
    /// Its version.
    pub version: String,
    /// The first day, as `YYYY-MM-DD`; none for any day before the last.
    pub from: Option<String>,
    /// The last day; none for any day after the first.
    pub until: Option<String>,
}

/// A kind of document: how it is known, where its date is, and which packages count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The profile that it claims, without version.
    pub profile: String,
    /// Where its date is: type and element of an entry; the first that is there counts.
    pub dates: Vec<(String, String)>,
    /// The packages that count, some only on some days.
    pub packages: Vec<Validity>,
}

/// The table of the KBV's sick note and prescription, as [`read`] takes it.
pub const KBV: &str = include_str!("../../definitions/validity-kbv.txt");

/// Reads a table: lines of `document PROFILE TYPE.ELEMENT,...`, each followed by lines of `package NAME VERSION FROM UNTIL`, where `-` is
/// no bound; empty lines and those that begin with `#` do not count.
///
/// # Errors
/// The number of the first line that is none of these.
pub fn read(text: &str) -> Result<Vec<Document>, usize> {
    let mut documents: Vec<Document> = Vec::new();
    for (number, line) in text.lines().enumerate() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let words: Vec<_> = line.split_whitespace().collect();
        match (words.as_slice(), documents.last_mut()) {
            (["document", profile, dates], _) => {
                let pair =
                    |date: &str| date.split_once('.').map(|(kind, name)| (kind.to_owned(), name.to_owned()));
                let dates = dates.split(',').map(pair).collect::<Option<_>>().ok_or(number + 1)?;
                documents.push(Document { profile: (*profile).to_owned(), dates, packages: Vec::new() });
            }
            (["package", package, version, from, until], Some(document))
                if is_bound(from) && is_bound(until) =>
            {
                let bound = |text: &str| (text != "-").then(|| text.to_owned());
                document.packages.push(Validity {
                    package: (*package).to_owned(),
                    version: (*version).to_owned(),
                    from: bound(from),
                    until: bound(until),
                });
            }
            _ => return Err(number + 1),
        }
    }
    Ok(documents)
}

/// The text that [`read`] reads as these documents.
pub fn write(documents: &[Document]) -> String {
    let bound = |day: &Option<String>| day.clone().unwrap_or_else(|| "-".to_owned());
    let line = |one: &Validity| {
        format!("package {} {} {} {}\n", one.package, one.version, bound(&one.from), bound(&one.until))
    };
    let block = |one: &Document| {
        let dates: Vec<String> = one.dates.iter().map(|(kind, name)| format!("{kind}.{name}")).collect();
        let packages: String = one.packages.iter().map(line).collect();
        format!("document {} {}\n{packages}", one.profile, dates.join(","))
    };
    documents.iter().map(block).collect()
}

fn is_bound(text: &str) -> bool {
    text == "-" || text.len() == 10 && crate::instant::parse(&format!("{text}T00:00:00Z")).is_some()
}

impl Document {
    /// The packages that count on a day (`YYYY-MM-DD`; what follows is cut): name and version.
    pub fn packages_on(&self, day: &str) -> Vec<(&str, &str)> {
        let day = day.get(..10).unwrap_or(day);
        let counts = |one: &&Validity| {
            one.from.as_deref().is_none_or(|from| from <= day)
                && one.until.as_deref().is_none_or(|until| day <= until)
        };
        self.packages.iter().filter(counts).map(|one| (one.package.as_str(), one.version.as_str())).collect()
    }

    /// The day that a Bundle of this kind says; None when it has no such entry or element.
    pub fn day(&self, bundle: &crate::Resource) -> Option<String> {
        let entries = bundle.root().get("entry")?;
        let said = |(kind, name): &(String, String)| {
            let mut resources = entries.elements().filter_map(|entry| entry.get("resource"));
            let holder =
                resources.find(|resource| resource.get_str("resourceType").as_deref() == Some(&**kind))?;
            Some(holder.get_str(name)?.get(..10)?.to_owned())
        };
        self.dates.iter().find_map(said)
    }
}

/// The kind of document that a resource is, by the profiles that it claims.
pub fn document_of<'t>(table: &'t [Document], resource: &crate::Resource) -> Option<&'t Document> {
    let claimed = resource.meta_profiles();
    table.iter().find(|document| claimed.iter().any(|one| super::split(one).0 == document.profile))
}

#[cfg(test)]
mod tests {
    use super::{KBV, read, write};

    #[test]
    fn the_day_decides() {
        let table = read(KBV).expect("the table is whole");
        assert_eq!(read(&write(&table)).as_ref(), Ok(&table));
        let note =
            table.iter().find(|document| document.profile.ends_with("KBV_PR_EAU_Bundle")).expect("there");
        let version = |day: &str| {
            note.packages_on(day).into_iter().find(|(name, _)| *name == "kbv.ita.eau").expect("there").1
        };
        assert_eq!((version("2026-01-26"), version("2026-01-27T08:00:00+01:00")), ("1.2.0", "1.2.1"));
        assert!(
            read("package a 1 - -").is_err()
                && read("document a b").is_err()
                && read("document a b.c\npackage a 1 x -") == Err(2)
        );
    }
}
