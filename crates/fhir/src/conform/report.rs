//! What a walk keeps: its issues, each once and within a bound, and which nodes it met.

use super::walk::{MAX_DEPTH, Walk};
use crate::message::conformity::{Broken, Conformity};
use crate::profile::Profile;
use crate::validate::Path;
use crate::{Issue, IssueCode, MAX_ISSUES, Message, Severity};

/// The most issues that are no errors. Fewer than there are issues in all: whoever has many must still hear of an error.
const MAX_REMARKS: usize = MAX_ISSUES / 2;

/// Which nodes of a document were met.
#[derive(Default)]
pub(super) struct Met(Vec<u64>);

impl Met {
    /// Adds a node; false when it was there.
    pub(super) fn insert(&mut self, index: u32) -> bool {
        let (at, bit) = (index as usize / 64, 1_u64 << (index % 64));
        if at >= self.0.len() {
            self.0.resize(at + 1, 0);
        }
        let was = self.0[at] & bit != 0;
        self.0[at] |= bit;
        !was
    }
}

impl Walk<'_, '_, '_> {
    pub(super) fn into_issues(mut self) -> Vec<Issue> {
        if self.is_cut || self.issues.len() >= MAX_ISSUES - 1 {
            self.issues.push(
                Issue::new(IssueCode::Incomplete, Message::MoreIssues).with_severity(Severity::Information),
            );
        }
        self.issues
    }

    /// True when nothing more need be looked at.
    pub(super) fn is_done(&self) -> bool {
        self.is_quiet && self.errors > 0 || self.issues.len() >= MAX_ISSUES - 1 || self.depth > MAX_DEPTH
    }

    pub(super) fn report(
        &mut self,
        path: &Path<'_>,
        severity: Severity,
        code: IssueCode,
        profile: &Profile,
        found: Broken,
    ) {
        let rule = found.key().into();
        self.report_rule(path, severity, code, profile, rule, found);
    }

    pub(super) fn report_rule(
        &mut self,
        path: &Path<'_>,
        severity: Severity,
        code: IssueCode,
        profile: &Profile,
        rule: Box<str>,
        found: Broken,
    ) {
        if severity == Severity::Error {
            self.errors += 1;
        }
        if self.is_quiet {
            return;
        }
        let is_remark = severity != Severity::Error;
        if self.issues.len() >= MAX_ISSUES - 1 || is_remark && self.remarks >= MAX_REMARKS {
            self.is_cut = true;
            return;
        }
        let expression = path.expression();
        // A profile repeats what its base says: once is enough.
        let is_same = |issue: &Issue| {
            issue.expression == expression
                && matches!(&issue.message, Message::Conformity(other) if other.rule == rule && (other.found == found || matches!(found, Broken::Rule { .. })))
        };
        if self.issues.iter().any(is_same) {
            return;
        }
        let conformity = Conformity { rule, profile: profile.canonical().into(), found };
        self.issues.push(
            Issue::new(code, Message::Conformity(Box::new(conformity)))
                .at(expression)
                .with_severity(severity),
        );
        self.remarks += usize::from(is_remark);
    }
}
