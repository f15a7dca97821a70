//! Items as text, and regular expressions.

use std::borrow::Cow;

use super::Fault;
use super::eval::Run;
use super::function::Function;
use super::item::{Bag, Item};
use super::tree::Tree;

/// The most memory that one compiled regular expression takes, in bytes.
const MAX_REGEX_BYTES: usize = 1 << 20;

/// Compiles a regular expression as FHIRPath's authors mean it: `\d`, `\w` and `\s` are of ASCII, and `.` is any character.
pub(super) fn compile(text: &str) -> Option<regex::Regex> {
    let mut plain = String::with_capacity(text.len() + 8);
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            plain.push(character);
            continue;
        }
        match characters.next()? {
            'd' => plain.push_str("[0-9]"),
            'w' => plain.push_str("[A-Za-z0-9_]"),
            's' => plain.push_str("[ \\t\\r\\n\\x0c\\x0b]"),
            // In all but these a backslash before a sign is only caution.
            other @ ('\'' | '"' | '/' | ':' | '@' | ',' | ';' | '!' | '=' | '<' | '>') => plain.push(other),
            other => plain.extend(['\\', other]),
        }
    }
    regex::RegexBuilder::new(&plain).dot_matches_new_line(true).size_limit(MAX_REGEX_BYTES).build().ok()
}

impl<'d> Tree<'d> {
    /// A primitive value as text; None for what is none.
    pub(crate) fn text(&self, item: &Item<'d>) -> Option<Cow<'d, str>> {
        Some(match item {
            Item::Node(node) => {
                let value = self.value(*node)?;
                match value.kind() {
                    crate::json::Kind::String => value.as_str()?,
                    crate::json::Kind::Number | crate::json::Kind::True | crate::json::Kind::False => {
                        Cow::Borrowed(value.raw())
                    }
                    crate::json::Kind::Object => {
                        return self
                            .system(item)
                            .filter(|item| !matches!(item, Item::Node(_)))
                            .and_then(|item| self.text(&item));
                    }
                    _ => return None,
                }
            }
            Item::Bool(value) => Cow::Borrowed(if *value { "true" } else { "false" }),
            Item::Integer(value) => Cow::Owned(value.to_string()),
            Item::Decimal(value) => Cow::Owned(value.to_string()),
            Item::Text(text) => text.clone(),
            Item::Moment(moment) => Cow::Owned(moment.date()),
            Item::Quantity(value, unit) => Cow::Owned(format!("{value} '{unit}'")),
        })
    }
}

impl<'d> Run<'_, 'd> {
    /// `matches`, `matchesFull` and `replaceMatches`.
    pub(super) fn regex(
        &mut self,
        function: Function,
        focus: &Bag<'d>,
        regex: &regex::Regex,
        second: &Bag<'d>,
    ) -> Result<Bag<'d>, Fault> {
        let Some(text) = self.string(focus)? else { return Ok(Bag::Nothing) };
        self.step(text.len() / 16)?;
        Ok(match function {
            Function::ReplaceMatches => {
                let Some(with) = self.string(second)? else { return Ok(Bag::Nothing) };
                Bag::text(regex.replace_all(&text, with.as_ref()).into_owned())
            }
            Function::MatchesFull => Bag::truth(
                regex.find(&text).is_some_and(|found| found.start() == 0 && found.end() == text.len()),
            ),
            _ => Bag::truth(regex.is_match(&text)),
        })
    }

    /// Functions on one text.
    pub(super) fn text_function(
        &mut self,
        function: Function,
        focus: &Bag<'d>,
        arguments: &[Bag<'d>],
    ) -> Result<Bag<'d>, Fault> {
        use Function::*;
        let Some(text) = self.string(focus)? else { return Ok(Bag::Nothing) };
        self.step(text.len() / 16)?;
        let argument = |at: usize| arguments.get(at).map_or(Ok(None), |bag| self.string(bag));
        let place = |bytes: usize| i64::try_from(text[..bytes].chars().count()).unwrap_or(i64::MAX);
        Ok(match function {
            Length => Bag::integer(text.chars().count()),
            Upper => Bag::text(text.to_uppercase()),
            Lower => Bag::text(text.to_lowercase()),
            Trim => Bag::text(text.trim().to_owned()),
            ToChars => text.chars().map(|one| Item::Text(Cow::Owned(one.to_string()))).collect(),
            Substring => return self.substring(&text, arguments),
            Split => {
                let Some(separator) = argument(0)? else { return Ok(Bag::Nothing) };
                text.split(separator.as_ref()).map(|part| Item::Text(Cow::Owned(part.to_owned()))).collect()
            }
            Replace => match (argument(0)?, argument(1)?) {
                (Some(from), Some(to)) => {
                    self.step(text.len().saturating_mul(to.len() + 1))?;
                    Bag::text(text.replace(from.as_ref(), &to))
                }
                _ => Bag::Nothing,
            },
            _ => {
                let Some(other) = argument(0)? else { return Ok(Bag::Nothing) };
                match function {
                    StartsWith => Bag::truth(text.starts_with(other.as_ref())),
                    EndsWith => Bag::truth(text.ends_with(other.as_ref())),
                    Contains => Bag::truth(text.contains(other.as_ref())),
                    IndexOf => Bag::One(Item::Integer(text.find(other.as_ref()).map_or(-1, place))),
                    LastIndexOf => Bag::One(Item::Integer(text.rfind(other.as_ref()).map_or(-1, place))),
                    Matches | MatchesFull | ReplaceMatches => {
                        let regex = compile(&other).ok_or(Fault::Regex)?;
                        let second = arguments.get(1).cloned().unwrap_or_default();
                        return self.regex(function, focus, &regex, &second);
                    }
                    _ => return Err(Fault::Arguments),
                }
            }
        })
    }

    fn substring(&self, text: &str, arguments: &[Bag<'d>]) -> Result<Bag<'d>, Fault> {
        let number = |at: usize| arguments.get(at).map_or(Ok(None), |bag| self.integer(bag));
        let Some(start) = number(0)?.and_then(|start| usize::try_from(start).ok()) else {
            return Ok(Bag::Nothing);
        };
        let length = match arguments.get(1) {
            Some(_) => usize::try_from(number(1)?.unwrap_or(0)).unwrap_or(0),
            None => usize::MAX,
        };
        if start >= text.chars().count() {
            return Ok(Bag::Nothing);
        }
        Ok(Bag::text(text.chars().skip(start).take(length).collect::<String>()))
    }
}
