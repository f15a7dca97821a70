//! Names of parameters: chains, `_has`, and what is apart from the table (`_id`, `_text`, `_content`, `_list`).

use super::find::{Group, not_a_target};
use super::text::{plain, split};
use super::{Parsed, Parser, shown};
use crate::primitive::is_valid_text;
use crate::search::{Condition, Expected, Fault, MAX_LEVELS, MAX_VALUES, Name, ParameterKind};
use crate::{PrimitiveKind, ResourceType};

impl Parser<'_> {
    /// What records of `kinds` must meet by one parameter. `level` counts the links of chains before it.
    pub(super) fn condition(
        &mut self,
        kinds: &[ResourceType],
        name: &str,
        value: &str,
        level: usize,
    ) -> Parsed<Condition> {
        self.spend(1)?;
        if name == "_has" || name.starts_with("_has:") {
            return self.has(kinds, name, value, level);
        }
        let (link, rest) = name.split_once('.').map_or((name, None), |(link, rest)| (link, Some(rest)));
        let (code, modifier) = link.split_once(':').map_or((link, None), |(code, after)| (code, Some(after)));
        if rest.is_none()
            && let Some(apart) = self.apart(kinds, code, modifier, value, level)?
        {
            return Ok(apart);
        }
        let (mut all, mut refused) = (Vec::new(), None);
        for (kinds, parameter) in self.groups(kinds, code)? {
            let condition = match rest {
                Some(rest) => self.chain(&(kinds.clone(), parameter), modifier, (rest, value), level),
                None => self.leaf(&kinds, parameter, modifier, value),
            };
            match condition {
                Ok(condition) => all.push((kinds, condition)),
                // Of the types that a chain leads through, those count for which it goes on.
                Err(fault) if level > 0 && !fault.is_bound() => refused = Some(fault),
                Err(fault) => return Err(fault),
            }
        }
        let is_partial = refused.is_some();
        if let Some(fault) = refused.filter(|_| all.is_empty()) {
            return Err(fault);
        }
        if all.len() == 1 && !is_partial {
            return Ok(all.remove(0).1);
        }
        self.spend(3 * all.len())?;
        let of_kind = |(kinds, condition)| Condition::All(vec![Condition::Kind(kinds), condition]);
        Ok(Condition::Any(all.into_iter().map(of_kind).collect()))
    }

    /// `parameter:Type.rest`, `parameter.rest`
    fn chain(
        &mut self,
        (kinds, parameter): &Group<'_>,
        modifier: Option<&str>,
        (rest, value): (&str, &str),
        level: usize,
    ) -> Parsed<Condition> {
        if parameter.kind != ParameterKind::Reference || !self.leads_by(kinds, parameter).0 {
            return Err(Fault::NotAReference(shown(&parameter.code)));
        }
        if level >= MAX_LEVELS {
            return Err(Fault::TooManyLevels(shown(&parameter.code)));
        }
        let mut targets = self.targets(kinds, parameter);
        if let Some(name) = modifier {
            let kind = self.kind(&parameter.code, name)?;
            if !targets.is_empty() && !targets.contains(&kind) {
                return Err(not_a_target(parameter, &targets));
            }
            targets = vec![kind];
        } else if targets.is_empty() {
            targets = ResourceType::all().collect();
        }
        let head = rest.split([':', '.']).next().unwrap_or_default();
        let apart = matches!(head, "_has" | "_id" | "_text" | "_content");
        let has = |kind: &ResourceType| apart || self.find(Some(*kind), head).is_some();
        let kinds: Vec<ResourceType> = targets.iter().copied().filter(has).collect();
        if kinds.is_empty() {
            return Err(self.unknown(&targets, head));
        }
        let meets = Box::new(self.condition(&kinds, rest, value, level + 1)?);
        // A reference that leads to any type is followed wherever it leads.
        let kinds = if kinds.len() == ResourceType::all().count() { Vec::new() } else { kinds };
        Ok(Condition::RefersTo { parameter: parameter.number, kinds, meets })
    }

    /// `_has:Type:parameter:rest`
    fn has(&mut self, kinds: &[ResourceType], name: &str, value: &str, level: usize) -> Parsed<Condition> {
        let mut parts = name.splitn(4, ':').skip(1);
        let malformed = || Fault::Value { parameter: "_has".to_owned(), expected: Expected::Has };
        let (Some(kind), Some(code), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(malformed());
        };
        if level >= MAX_LEVELS {
            return Err(Fault::TooManyLevels("_has".to_owned()));
        }
        let kind = self.kind("_has", kind)?;
        let parameter = self.reference(kind, code)?;
        let targets = self.targets(&[kind], parameter);
        let leads_here =
            targets.is_empty() || kinds.is_empty() || kinds.iter().any(|kind| targets.contains(kind));
        if !leads_here {
            return Err(not_a_target(parameter, &targets));
        }
        let meets = Box::new(self.condition(&[kind], rest, value, level + 1)?);
        Ok(Condition::ReferredToBy { kind, parameter: parameter.number, meets })
    }

    /// What is no parameter of the table.
    fn apart(
        &mut self,
        kinds: &[ResourceType],
        code: &str,
        modifier: Option<&str>,
        value: &str,
        level: usize,
    ) -> Parsed<Option<Condition>> {
        if !matches!(code, "_id" | "_text" | "_content" | "_list") || (code == "_list" && level > 0) {
            return Ok(None);
        }
        let not = modifier == Some("not") && code == "_id";
        if modifier.is_some() && !not {
            let allowed = if code == "_id" { vec![":not".to_owned()] } else { Vec::new() };
            return Err(Fault::Modifier { parameter: code.to_owned(), allowed });
        }
        let mut any = Vec::new();
        for part in parts(code, value)? {
            let text = plain(part);
            match code {
                "_id" => self.ids(kinds, &text, &mut any)?,
                "_list" => any.push(Condition::InList(list_id(&text)?)),
                "_text" => any.push(Condition::Narrative(text)),
                _ => any.push(Condition::Content(text)),
            }
            self.spend(1)?;
        }
        let any = one_of(any);
        Ok(Some(if not { Condition::Not(Box::new(any)) } else { any }))
    }

    fn ids(&mut self, kinds: &[ResourceType], id: &str, any: &mut Vec<Condition>) -> Parsed<()> {
        if !is_valid_text(PrimitiveKind::Id, id) {
            return Err(Fault::Value { parameter: "_id".to_owned(), expected: Expected::Id });
        }
        let all: Vec<ResourceType>;
        let kinds = if kinds.is_empty() {
            all = ResourceType::all().collect();
            &all
        } else {
            kinds
        };
        self.spend(kinds.len())?;
        any.extend(kinds.iter().map(|kind| Condition::Id(Name { kind: *kind, id: id.to_owned() })));
        Ok(())
    }
}

/// The id of a List; lists by function (`$current-problems`) are not offered.
fn list_id(text: &str) -> Parsed<String> {
    let id = text.strip_prefix("List/").unwrap_or(text);
    if is_valid_text(PrimitiveKind::Id, id) {
        Ok(id.to_owned())
    } else {
        Err(Fault::Value { parameter: "_list".to_owned(), expected: Expected::Id })
    }
}

/// The values between commas, escapes as written: none of them empty, and not too many.
pub(super) fn parts<'v>(code: &str, value: &'v str) -> Parsed<Vec<&'v str>> {
    let parts = split(value, ',');
    if parts.len() > MAX_VALUES {
        return Err(Fault::TooManyValues(shown(code)));
    }
    if parts.iter().any(|part| part.trim().is_empty()) {
        return Err(Fault::Value { parameter: shown(code), expected: Expected::Something });
    }
    Ok(parts)
}

/// One of several; the one alone, if it is one.
pub(super) fn one_of(mut all: Vec<Condition>) -> Condition {
    if all.len() == 1 { all.remove(0) } else { Condition::Any(all) }
}
