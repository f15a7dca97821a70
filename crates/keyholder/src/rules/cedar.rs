//! Cedar: from the text of rules to the table that is looked into, and back.
//!
//! Foreign text: its length, what it is made of and how deep it goes are looked at before Cedar reads it, since Cedar's own reader goes as
//! deep as the text does. Rules need no arithmetic, no attributes and no templates, so those are not taken.
//!
//! Never: keeps anything; knows a person. State: none.

use super::{Table, guard};
use crate::policy::ROLES;
use cedar_policy::{
    Authorizer, Context, Decision, Entities, EntityId, EntityTypeName, EntityUid, PolicyId, PolicySet,
    PrincipalConstraint, Request, Response, Schema, ValidationMode, Validator,
};
use miette::Diagnostic;
use salus_seal::entry::policy::MAX_POLICY_BYTES;
use salus_trust_api::wire::policy::{Categories, Category, PolicyFault, Rights, Verb};
use std::fmt::Write as _;
use std::sync::LazyLock;

/// The most rules of one text.
pub const MAX_RULES: usize = 150;
/// How deep brackets may lie in one another.
const MAX_DEPTH: usize = 12;
/// The most points of one rule, outside of texts and comments: `.contains`.
const MAX_POINTS: usize = 8;
/// The most `&&` and `||` of one rule.
const MAX_OPERATORS: usize = 32;
/// The most conditions of one rule.
const MAX_CONDITIONS: usize = 8;
/// The longest of Cedar's own words that are given on, in bytes.
const MAX_SAID_BYTES: usize = 400;

const SCHEMA: &str = include_str!("salus.cedarschema");

/// What is there to be spoken of; none where the text above is no schema, which a test refutes.
static KNOWN: LazyLock<Option<Schema>> =
    LazyLock::new(|| Schema::from_cedarschema_str(SCHEMA).ok().map(|(schema, _)| schema));

/// The program's own rules, a file for each role.
static OWN: LazyLock<String> = LazyLock::new(|| {
    [
        include_str!("own/physician.cedar"),
        include_str!("own/medical-assistant.cedar"),
        include_str!("own/locum.cedar"),
        include_str!("own/insurer-clerk.cedar"),
        include_str!("own/practice-administrator.cedar"),
        include_str!("own/patient.cedar"),
        include_str!("own/fhir-client.cedar"),
        include_str!("own/fhir-reader.cedar"),
        include_str!("own/importer.cedar"),
        include_str!("own/approver.cedar"),
        include_str!("own/worker.cedar"),
    ]
    .join("\n")
});

/// The program's own rules.
pub fn own_text() -> &'static str {
    &OWN
}

/// What a text comes to.
///
/// Errors: it is too long, no Cedar, does not fit what there is to be said, or would lift a guard.
pub fn table(text: &str) -> Result<Table, PolicyFault> {
    let asked = Asked::read(text)?;
    let mut table = Table::default();
    for (number, role) in ROLES.iter().enumerate() {
        if let Some(rights) = table.of_mut(number) {
            *rights = asked.rights(role.name)?;
        }
    }
    guard::check(&asked, &table)?;
    Ok(table)
}

/// Rules that were read, and can be asked.
pub struct Asked {
    set: PolicySet,
    /// For each role, the rules that can be about it.
    by_role: Vec<(&'static str, PolicySet)>,
    /// Whether they are the program's own.
    pub(super) is_own: bool,
}

impl Asked {
    /// Reads a text and looks whether it fits the schema; not whether it lifts a guard.
    pub fn read(text: &str) -> Result<Self, PolicyFault> {
        look(text)?;
        let set: PolicySet = text
            .parse()
            .map_err(|error: cedar_policy::ParseErrors| said(text, Some(&error), error.to_string()))?;
        if set.num_of_templates() > 0 {
            return Err(PolicyFault::Template);
        }
        if set.num_of_policies() > MAX_RULES {
            return Err(PolicyFault::TooMany { max_rules: MAX_RULES as u32 });
        }
        let Some(schema) = KNOWN.clone() else { return Err(plain("no schema")) };
        let found = Validator::new(schema).validate(&set, ValidationMode::Strict);
        if let Some(error) = found.validation_errors().next() {
            return Err(said(text, Some(error), error.to_string()));
        }
        let mut by_role = Vec::with_capacity(ROLES.len());
        for role in &ROLES {
            let whose = uid("Role", role.name)?;
            let concerns = |policy: &&cedar_policy::Policy| match policy.principal_constraint() {
                PrincipalConstraint::Eq(other) => other == whose,
                _ => true,
            };
            let own = PolicySet::from_policies(set.policies().filter(concerns).cloned());
            by_role.push((role.name, own.map_err(|error| plain(&error.to_string()))?));
        }
        Ok(Self { set, by_role, is_own: text == own_text() })
    }

    /// Asks Cedar one question. `category`: none of what concerns the practice itself.
    ///
    /// Errors: a rule cannot be evaluated.
    pub fn is_allowed(
        &self,
        role: &str,
        action: &str,
        category: Option<Category>,
    ) -> Result<bool, PolicyFault> {
        let response = self.ask(role, action, category)?;
        if let Some(error) = response.diagnostics().errors().next() {
            return Err(plain(&error.to_string()));
        }
        Ok(response.decision() == Decision::Allow)
    }

    /// Of what concerns the practice itself.
    pub(super) fn practice(&self, role: &str, action: &str) -> Result<bool, PolicyFault> {
        self.is_allowed(role, action, None)
    }

    /// The rule that decides a question: its `@id`, or its number; none where none allows or forbids it.
    pub(super) fn rule(&self, role: &str, action: &str, category: Option<Category>) -> Option<String> {
        let response = self.ask(role, action, category).ok()?;
        let id = response.diagnostics().reason().next()?;
        Some(self.set.annotation(id, "id").map_or_else(|| number_of(id), str::to_owned))
    }

    fn ask(&self, role: &str, action: &str, category: Option<Category>) -> Result<Response, PolicyFault> {
        let resource = match category {
            Some(category) => uid("Category", category.name())?,
            None => uid("Practice", "practice")?,
        };
        let request =
            Request::new(uid("Role", role)?, uid("Action", action)?, resource, Context::empty(), None)
                .map_err(|error| plain(&error.to_string()))?;
        let own = self.by_role.iter().find(|(name, _)| *name == role).map_or(&self.set, |(_, own)| own);
        Ok(Authorizer::new().is_authorized(&request, own, &Entities::empty()))
    }

    fn rights(&self, role: &str) -> Result<Rights, PolicyFault> {
        let mut rights = Rights {
            counts_exactly: self.practice(role, "countExactly")?,
            unasked: self.practice(role, "openUnasked")?,
            exports: self.practice(role, "export")?,
            ..Rights::default()
        };
        for verb in Verb::ALL {
            for category in Category::ALL {
                if self.is_allowed(role, verb.name(), Some(category))? {
                    *rights.of_mut(verb) = rights.of(verb).with(category);
                }
            }
        }
        Ok(rights)
    }
}

fn uid(kind: &str, id: &str) -> Result<EntityUid, PolicyFault> {
    let kind: EntityTypeName = kind.parse().map_err(|_| plain("no such type"))?;
    Ok(EntityUid::from_type_name_and_id(kind, EntityId::new(id)))
}

/// Cedar numbers rules without a name from 0.
fn number_of(id: &PolicyId) -> String {
    let text = id.to_string();
    let number = text.strip_prefix("policy").and_then(|number| number.parse::<usize>().ok());
    number.map_or(text, |number| (number + 1).to_string())
}

fn plain(said: &str) -> PolicyFault {
    PolicyFault::Cedar { line: None, said: shortened(said.to_owned()) }
}

fn said(text: &str, error: Option<&dyn Diagnostic>, mut said: String) -> PolicyFault {
    // Cedar's own numbers of rules are no place that anybody finds; the line is.
    if let Some(rest) = said.strip_prefix("for policy `") {
        said = rest
            .split_once("`, ")
            .or_else(|| rest.split_once("`: "))
            .map_or(rest, |(_, rest)| rest)
            .to_owned();
    }
    let label = error.and_then(|error| error.labels()?.next());
    let line = label.map(|label| {
        let before = text.as_bytes().get(..label.offset()).unwrap_or(text.as_bytes());
        before.iter().filter(|byte| **byte == b'\n').count() as u32 + 1
    });
    if let Some(help) = error.and_then(|error| error.help()) {
        let _ = write!(said, ": {help}");
    }
    PolicyFault::Cedar { line, said: shortened(said) }
}

fn shortened(mut said: String) -> String {
    if said.len() > MAX_SAID_BYTES {
        said.truncate(said.floor_char_boundary(MAX_SAID_BYTES));
    }
    said.retain(|character| !character.is_control());
    said
}

/// What one rule is made of, as far as it makes Cedar go deep.
#[derive(Default)]
struct Made {
    depth: usize,
    points: usize,
    /// Of two signs each.
    operators: usize,
    conditions: usize,
}

impl Made {
    /// What is wrong with a sign that comes next.
    fn take(&mut self, sign: char) -> Option<&'static str> {
        match sign {
            ';' => *self = Self::default(),
            '(' | '[' | '{' => {
                self.depth += 1;
                self.conditions += usize::from(sign == '{');
            }
            ')' | ']' | '}' => self.depth = self.depth.saturating_sub(1),
            '.' => self.points += 1,
            '&' | '|' => self.operators += 1,
            _ => {}
        }
        match () {
            () if self.depth > MAX_DEPTH => Some("brackets lie too deep in one another"),
            () if self.points > MAX_POINTS => Some("too many points in one rule"),
            () if self.operators > 2 * MAX_OPERATORS => Some("too many `&&` and `||` in one rule"),
            () if self.conditions > MAX_CONDITIONS => Some("too many conditions in one rule"),
            () => None,
        }
    }
}

/// What is looked at before Cedar reads a text.
fn look(text: &str) -> Result<(), PolicyFault> {
    if text.len() > MAX_POLICY_BYTES {
        return Err(PolicyFault::TooLong { max_bytes: MAX_POLICY_BYTES as u32 });
    }
    let mut line = 1;
    let fault = |line, said: &str| Err(PolicyFault::Cedar { line: Some(line), said: said.to_owned() });
    let mut rest = text.chars().peekable();
    let (mut word, mut made) = (String::new(), Made::default());
    while let Some(sign) = rest.next() {
        if sign.is_ascii_alphanumeric() || sign == '_' {
            word.push(sign);
            continue;
        }
        if std::mem::take(&mut word) == "if" {
            return fault(line, "`if` is not needed here, and not taken: write two rules");
        }
        match sign {
            '\n' => line += 1,
            '"' => line += pass_text(&mut rest),
            '/' if rest.peek() == Some(&'/') => {
                rest.by_ref().find(|inner| *inner == '\n');
                line += 1;
            }
            '?' => return Err(PolicyFault::Template),
            ',' | ';' | ':' | '=' | '!' | '&' | '|' | '@' | '.' | '(' | ')' | '[' | ']' | '{' | '}' => {
                if let Some(wrong) = made.take(sign) {
                    return fault(line, wrong);
                }
            }
            other if other.is_whitespace() => {}
            other => {
                return fault(line, &format!("`{}` is not needed here, and not taken", other.escape_debug()));
            }
        }
    }
    Ok(())
}

/// Goes behind the end of a text in quotes; how many lines it had.
fn pass_text(rest: &mut impl Iterator<Item = char>) -> u32 {
    let (mut lines, mut escaped) = (0, false);
    for inner in rest {
        lines += u32::from(inner == '\n');
        if inner == '"' && !escaped {
            break;
        }
        escaped = inner == '\\' && !escaped;
    }
    lines
}

/// A table as rules: for each role, the verbs with the same categories together. What it comes to is the same table.
pub fn write(table: &Table) -> String {
    let mut text = String::new();
    for (number, role) in ROLES.iter().enumerate() {
        let rights = table.of(number);
        let mut sets: Vec<(Categories, Vec<&str>)> = Vec::new();
        for verb in Verb::ALL.into_iter().filter(|verb| !rights.of(*verb).is_empty()) {
            match sets.iter_mut().find(|(categories, _)| *categories == rights.of(verb)) {
                Some((_, verbs)) => verbs.push(verb.name()),
                None => sets.push((rights.of(verb), vec![verb.name()])),
            }
        }
        for (categories, verbs) in sets {
            rule(&mut text, role.name, &verbs, Some(categories));
        }
        let practice = [
            ("countExactly", rights.counts_exactly),
            ("openUnasked", rights.unasked),
            ("export", rights.exports),
            ("administer", role.administers),
            ("approve", role.approves),
        ];
        let practice: Vec<&str> =
            practice.into_iter().filter(|(_, may)| *may).map(|(name, _)| name).collect();
        if !practice.is_empty() {
            rule(&mut text, role.name, &practice, None);
        }
    }
    text
}

fn rule(text: &mut String, role: &str, actions: &[&str], of: Option<Categories>) {
    let resource = match of {
        None => "resource == Practice::\"practice\"",
        Some(_) => "resource",
    };
    let actions: Vec<String> = actions.iter().map(|action| format!("Action::\"{action}\"")).collect();
    let actions = actions.join(", ");
    let _ = write!(
        text,
        "permit (\n    principal == Role::\"{role}\",\n    action in [{actions}],\n    {resource}\n)"
    );
    if let Some(categories) = of.filter(|categories| *categories != Categories::ALL) {
        let names: Vec<String> =
            categories.iter().map(|one| format!("Category::\"{}\"", one.name())).collect();
        let _ = write!(text, " when {{ [{}].contains(resource) }}", names.join(", "));
    }
    text.push_str(";\n\n");
}
