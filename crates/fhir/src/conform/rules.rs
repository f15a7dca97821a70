//! What an element's value itself must be: fixed values, patterns, lengths, ranges, and the profile's rules.

use std::sync::Arc;

use super::walk::Walk;
use crate::fhirpath::{Decimal, Env, Moment, Node};
use crate::json::{Value, fits, same};
use crate::message::conformity::Broken;
use crate::profile::{Constant, NodeIndex, Profile, Rule};
use crate::validate::Path;
use crate::{IssueCode, Severity};

/// The longest constant that a message shows, in characters.
const MAX_SHOWN_CHARS: usize = 300;

impl<'d> Walk<'_, '_, 'd> {
    pub(super) fn constants(&mut self, value: Value<'d>, profile: &Profile, at: NodeIndex, path: &Path<'_>) {
        let element = profile.node(at);
        let shown = |constant: &Constant| {
            constant.value().raw().chars().take(MAX_SHOWN_CHARS).collect::<String>().into()
        };
        if let Some(fixed) = element.fixed.as_ref().filter(|fixed| !same(value, fixed.value())) {
            self.report(
                path,
                Severity::Error,
                IssueCode::Value,
                profile,
                Broken::Fixed { wanted: shown(fixed) },
            );
        }
        if let Some(pattern) = element.pattern.as_ref().filter(|pattern| !fits(value, pattern.value())) {
            self.report(
                path,
                Severity::Error,
                IssueCode::Value,
                profile,
                Broken::Pattern { wanted: shown(pattern) },
            );
        }
        if let Some(max) = element.max_length
            && value
                .as_str()
                .is_some_and(|text| text.len() > max as usize && text.chars().count() > max as usize)
        {
            self.report(path, Severity::Error, IssueCode::TooLong, profile, Broken::Length { max });
        }
        for (bound, sign) in [(&element.least, "≥"), (&element.most, "≤")] {
            let Some(bound) = bound else { continue };
            let order = order(value, bound.value());
            let is_outside =
                order.is_some_and(|order| if sign == "≥" { order.is_lt() } else { order.is_gt() });
            if is_outside {
                let wanted = format!("{sign} {}", bound.value().raw()).into();
                self.report(path, Severity::Error, IssueCode::Value, profile, Broken::Range { wanted });
            }
        }
    }

    pub(super) fn rule(&mut self, rule: &Arc<Rule>, node: Node, profile: &Profile, path: &Path<'_>) {
        if self.is_done() || self.is_quiet && rule.severity != Severity::Error {
            return;
        }
        // A rule may speak of a whole resource from within another, as a Bundle's profile of its entries: it is that one's then.
        let is_other = node.index() != self.resource.index() && self.world.tree.is_resource(node);
        let (resource, root) = if is_other { (node, node) } else { (self.resource, self.root) };
        let env = Env { tree: &self.world.tree, resource, root, context: node, host: Some(self.world) };
        let held = match &rule.expression {
            // What the evaluation would say, too: every test with a resource tries it.
            Ok(expression) if expression.holds_by_itself(&self.world.tree, node) => {
                debug_assert_eq!(expression.holds(&env, node, false), Ok(true), "{}", rule.key);
                return;
            }
            Ok(expression) => expression.holds(&env, node, rule.held_by_nothing),
            Err(fault) => Err(fault.clone()),
        };
        let (severity, found) = match held {
            Ok(true) => return,
            Ok(false) => (rule.severity, Broken::Rule { human: rule.human.clone() }),
            Err(fault) => (Severity::Warning, Broken::RuleOpen { fault }),
        };
        self.report_rule(path, severity, IssueCode::Invariant, profile, rule.key.clone(), found);
    }
}

/// How a value stands to a bound; None when they can't be compared.
fn order(value: Value<'_>, bound: Value<'_>) -> Option<std::cmp::Ordering> {
    if let (Some(value), Some(bound)) = (value.as_str(), bound.as_str()) {
        return Moment::parse(&value)?.compare(Moment::parse(&bound)?);
    }
    Some(Decimal::parse(value.raw())?.compare(Decimal::parse(bound.raw())?))
}
