//! Canonical URLs with versions: `url|1.2` means 1.2 and every 1.2.x.

use std::cmp::Ordering;

/// A canonical URL; the version may be left out or be the first parts of one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Canonical {
    /// The URL without version and fragment.
    pub url: Box<str>,
    /// The version, as it was written.
    pub version: Option<Box<str>>,
}

impl Canonical {
    /// Takes a canonical apart.
    pub fn parse(text: &str) -> Self {
        let (url, version) = split(text);
        Self { url: url.into(), version: version.map(Into::into) }
    }
}

impl std::fmt::Display for Canonical {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.version {
            Some(version) => write!(f, "{}|{version}", self.url),
            None => f.write_str(&self.url),
        }
    }
}

/// URL and version of a canonical; a fragment is left out.
pub(crate) fn split(text: &str) -> (&str, Option<&str>) {
    let (url, version) = text.split_once('|').map_or((text, None), |(url, version)| (url, Some(version)));
    (url.split_once('#').map_or(url, |(url, _)| url), version.filter(|version| !version.is_empty()))
}

/// True when `version` is the wanted one, or a finer one: 1.2.1 for 1.2.
pub(crate) fn is_version(version: &str, wanted: &str) -> bool {
    version
        .strip_prefix(wanted)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.') || rest.starts_with('-'))
}

/// How two versions stand to one another: part by part, numbers as numbers, a prerelease before its release.
pub(crate) fn compare_versions(left: &str, right: &str) -> Ordering {
    let (left, left_label) = left.split_once('-').map_or((left, None), |(plain, label)| (plain, Some(label)));
    let (right, right_label) =
        right.split_once('-').map_or((right, None), |(plain, label)| (plain, Some(label)));
    let mut parts = (left.split('.'), right.split('.'));
    loop {
        let order = match (parts.0.next(), parts.1.next()) {
            (None, None) => break,
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some(left), Some(right)) => match (left.parse::<u64>(), right.parse::<u64>()) {
                (Ok(left), Ok(right)) => left.cmp(&right),
                _ => left.cmp(right),
            },
        };
        if order != Ordering::Equal {
            return order;
        }
    }
    match (left_label, right_label) {
        (None, Some(_)) => Ordering::Greater,
        (Some(_), None) => Ordering::Less,
        (left, right) => left.cmp(&right),
    }
}

#[cfg(test)]
mod tests {
    use super::{Canonical, compare_versions, is_version};
    use std::cmp::Ordering;

    #[test]
    fn versions() {
        assert!(is_version("1.2.1", "1.2") && is_version("1.2", "1.2") && is_version("1.2.0-rc1", "1.2.0"));
        assert!(!is_version("1.20", "1.2") && !is_version("1.2", "1.2.1") && !is_version("", "1"));
        for (low, high) in [("1.2.0", "1.2.1"), ("1.9.0", "1.10.0"), ("1.2", "1.2.0"), ("2.0.0-rc1", "2.0.0")]
        {
            assert_eq!(compare_versions(low, high), Ordering::Less, "{low} {high}");
        }
        let canonical = Canonical::parse("http://x/Y|1.2#z");
        assert_eq!(canonical.to_string(), "http://x/Y|1.2#z");
        assert_eq!(Canonical::parse("http://x/Y#z").url.as_ref(), "http://x/Y");
    }
}
