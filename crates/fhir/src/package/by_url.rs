//! Things with a canonical: by their URL, and of each URL its versions, the newest first. State: what was put in.

use std::collections::HashMap;
use std::sync::Arc;

use super::{compare_versions, is_version};
use crate::profile::Profile;
use crate::terminology::{CodeSystem, ValueSet};

/// By URL.
#[derive(Debug)]
pub(crate) struct ByUrl<T>(HashMap<Box<str>, Vec<Arc<T>>>);

/// What has a canonical.
pub(crate) trait Versioned {
    fn version(&self) -> &str;
    fn url(&self) -> &str;
}

macro_rules! versioned {
    ($($kind:ty),*) => { $(impl Versioned for $kind {
        fn version(&self) -> &str { &self.version }
        fn url(&self) -> &str { &self.url }
    })* };
}

versioned!(Profile, ValueSet, CodeSystem);

impl<T> Default for ByUrl<T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<T: Versioned> ByUrl<T> {
    /// Adds one. What was there first stays: a package that comes later can't change it.
    pub(crate) fn put(&mut self, one: &Arc<T>) {
        let versions = self.0.entry(one.url().into()).or_default();
        if !versions.iter().any(|other| other.version() == one.version()) {
            versions.push(one.clone());
            versions.sort_by(|left, right| compare_versions(right.version(), left.version()));
        }
    }

    /// Finds one; without a version the newest.
    pub(crate) fn find(&self, url: &str, version: Option<&str>) -> Option<&Arc<T>> {
        let versions = self.0.get(url)?;
        match version {
            None => versions.first(),
            Some(wanted) => versions.iter().find(|one| is_version(one.version(), wanted)),
        }
    }

    /// All versions of a URL, the newest first.
    pub(crate) fn versions(&self, url: &str) -> impl Iterator<Item = &Arc<T>> {
        self.0.get(url).into_iter().flatten()
    }

    /// Of each URL the newest, in the order of the URLs.
    pub(crate) fn newest(&self) -> impl Iterator<Item = &Arc<T>> {
        let mut urls: Vec<_> = self.0.iter().collect();
        urls.sort_by_key(|(url, _)| *url);
        urls.into_iter().filter_map(|(_, versions)| versions.first())
    }
}
