//! Values and modifiers of a parameter, by its kind (FHIR R4, 3.1.1.4.4 to 3.1.1.4.14).

use super::condition::{one_of, parts};
use super::find::not_a_target;
use super::text::{plain, split};
use super::{Parsed, Parser, shown};
use crate::primitive::is_valid_text;
use crate::search::extract::date;
use crate::search::extract::number::Decimal;
use crate::search::extract::reference::{self, Leads};
use crate::search::{
    Comparison, Condition, Expected, Fault, LAST_UPDATED, Name, Parameter, ParameterKind, Range, System,
    Test, by_number, codes,
};
use crate::{PrimitiveKind, ResourceType};

impl Parser<'_> {
    /// What a parameter at the end of a name asks for.
    pub(super) fn leaf(
        &mut self,
        kinds: &[ResourceType],
        parameter: &Parameter,
        modifier: Option<&str>,
        value: &str,
    ) -> Parsed<Condition> {
        let code = parameter.code.as_str();
        if modifier == Some("missing") && parameter.number != LAST_UPDATED {
            let present = Condition::Present(parameter.number);
            return match value {
                "false" => Ok(present),
                "true" => {
                    self.spend(1)?;
                    Ok(Condition::Not(Box::new(present)))
                }
                _ => Err(malformed(code, Expected::Boolean)),
            };
        }
        let target = self.modifier(kinds, parameter, modifier)?;
        let is_boolean = parameter.kind == ParameterKind::Token
            && matches!(modifier, None | Some("not"))
            && self.is_boolean(kinds, parameter.number);
        let mut any = Vec::new();
        for part in parts(code, value)? {
            if is_boolean && !is_truth(part) {
                return Err(malformed(code, Expected::Boolean));
            }
            if matches!(modifier, Some("in" | "not-in")) {
                any.push(Condition::InValueSet { parameter: parameter.number, url: plain(part) });
                self.spend(1)?;
            } else if parameter.kind == ParameterKind::Composite {
                self.composite(kinds, parameter, part, &mut any)?;
            } else {
                let tests = self.tests(kinds, parameter, modifier, target, part)?;
                self.spend(tests.len())?;
                any.extend(tests.into_iter().map(|test| Condition::Value(parameter.number, test)));
            }
        }
        let any = one_of(any);
        if matches!(modifier, Some("not" | "not-in")) {
            self.spend(1)?;
            return Ok(Condition::Not(Box::new(any)));
        }
        Ok(any)
    }

    /// Looks whether a parameter has a modifier; the type that one names.
    fn modifier(
        &self,
        kinds: &[ResourceType],
        parameter: &Parameter,
        modifier: Option<&str>,
    ) -> Parsed<Option<ResourceType>> {
        let Some(modifier) = modifier else { return Ok(None) };
        let own: &[&str] = match parameter.kind {
            ParameterKind::String => &["contains", "exact", "missing"],
            ParameterKind::Token => &["above", "below", "in", "missing", "not", "not-in", "of-type", "text"],
            ParameterKind::Uri => &["above", "below", "missing"],
            ParameterKind::Reference => &["identifier", "missing"],
            _ if parameter.number == LAST_UPDATED => &[],
            _ => &["missing"],
        };
        if own.contains(&modifier) {
            return Ok(None);
        }
        if parameter.kind == ParameterKind::Reference
            && let Some(kind) = ResourceType::from_name(modifier)
        {
            let targets = self.targets(kinds, parameter);
            let leads_there = targets.is_empty() || targets.contains(&kind);
            return if leads_there { Ok(Some(kind)) } else { Err(not_a_target(parameter, &targets)) };
        }
        let mut allowed: Vec<String> = own.iter().map(|modifier| format!(":{modifier}")).collect();
        if parameter.kind == ParameterKind::Reference {
            allowed.push(":[Type]".to_owned());
        }
        Err(Fault::Modifier { parameter: shown(&parameter.code), allowed })
    }

    /// `a$b`: every way to meet its parts.
    fn composite(
        &mut self,
        kinds: &[ResourceType],
        parameter: &Parameter,
        part: &str,
        any: &mut Vec<Condition>,
    ) -> Parsed<()> {
        let count = parameter.components.len();
        let parts = split(part, '$');
        if parts.len() != count || parts.iter().any(|part| part.is_empty()) {
            return Err(malformed(&parameter.code, Expected::Composite(count)));
        }
        let mut all: Vec<Vec<Test>> = vec![Vec::new()];
        for (component, part) in parameter.components.iter().zip(parts) {
            let like = by_number(component.number);
            let like = like.ok_or_else(|| malformed(&parameter.code, Expected::Composite(count)))?;
            let tests = self.tests(kinds, like, None, None, part)?;
            self.spend(all.len() * tests.len())?;
            let longer = |before: &Vec<Test>| {
                let before = before.clone();
                tests
                    .iter()
                    .map(move |test| [before.as_slice(), std::slice::from_ref(test)].concat())
                    .collect()
            };
            all = all.iter().flat_map::<Vec<_>, _>(longer).collect();
        }
        any.extend(all.into_iter().map(|tests| Condition::Composite(parameter.number, tests)));
        Ok(())
    }

    /// The tests of which a value must meet one.
    fn tests(
        &mut self,
        kinds: &[ResourceType],
        parameter: &Parameter,
        modifier: Option<&str>,
        target: Option<ResourceType>,
        part: &str,
    ) -> Parsed<Vec<Test>> {
        let code = parameter.code.as_str();
        let one = |test: Option<Test>, expected| {
            test.map(|test| vec![test]).ok_or_else(|| malformed(code, expected))
        };
        match parameter.kind {
            ParameterKind::String => {
                let text = plain(part);
                Ok(vec![match modifier {
                    Some("exact") => Test::Exact(text),
                    Some("contains") => Test::Contains(text),
                    _ => Test::Starts(text),
                }])
            }
            ParameterKind::Uri => {
                let uri = plain(part);
                Ok(vec![match modifier {
                    Some("above") => Test::UriAbove(uri),
                    Some("below") => Test::UriBelow(uri),
                    _ => Test::Uri(uri),
                }])
            }
            ParameterKind::Number => one(number(part), Expected::Number),
            ParameterKind::Date => one(self.date(part), Expected::Date),
            ParameterKind::Quantity => one(quantity(part), Expected::Quantity),
            ParameterKind::Token => token(parameter, modifier, part),
            ParameterKind::Reference if modifier == Some("identifier") => {
                let test =
                    system_and_code(part).map(|(system, value)| Test::ReferenceIdentifier { system, value });
                one(test, Expected::Token)
            }
            ParameterKind::Reference => self.references(kinds, parameter, target, &plain(part)),
            ParameterKind::Composite | ParameterKind::Special => {
                Err(Fault::UnsupportedParameter(shown(code)))
            }
        }
    }

    fn date(&self, part: &str) -> Option<Test> {
        let (comparison, text) = prefixed(part);
        let mut range = date::span(text)?;
        if comparison == Comparison::Ap {
            // A tenth of the time between then and now, and at least what the date leaves open.
            let middle = range.low / 2 + range.high / 2;
            let tenth = self.options.now_ms.saturating_sub(middle).saturating_abs() / 10;
            range = Range { low: range.low.saturating_sub(tenth), high: range.high.saturating_add(tenth) };
        }
        Some(Test::Range(comparison, range))
    }

    fn references(
        &self,
        kinds: &[ResourceType],
        parameter: &Parameter,
        target: Option<ResourceType>,
        text: &str,
    ) -> Parsed<Vec<Test>> {
        let base_url = self.options.base_url;
        let faulty = || malformed(&parameter.code, Expected::Reference);
        let targets = self.targets(kinds, parameter);
        let (_, by_uri) = self.leads_by(kinds, parameter);
        let only = match targets.as_slice() {
            [only] => Some(*only),
            _ => None,
        };
        let name = match reference::read(text, base_url) {
            Leads::Here(name) if target.is_some_and(|target| target != name.kind) => return Err(faulty()),
            Leads::Here(name) => name,
            Leads::Inside => return Err(faulty()),
            Leads::Elsewhere(_) if is_valid_text(PrimitiveKind::Id, text) => match target.or(only) {
                Some(kind) => Name { kind, id: text.to_owned() },
                None => {
                    let mut tests = vec![Test::ReferenceId(text.to_owned())];
                    if by_uri {
                        tests.push(Test::Uri(text.to_owned()));
                    }
                    return Ok(tests);
                }
            },
            Leads::Elsewhere(text) if text.contains(':') && !text.contains(char::is_whitespace) => {
                let mut tests = vec![Test::Elsewhere(text.clone())];
                if by_uri {
                    tests.push(Test::Uri(text));
                }
                return Ok(tests);
            }
            Leads::Elsewhere(_) => return Err(faulty()),
        };
        let mut tests = Vec::new();
        if by_uri {
            tests.push(Test::Uri(format!("{base_url}/{}/{}", name.kind, name.id)));
            // Some canonicals are written like a relative reference.
            tests.push(Test::Uri(format!("{}/{}", name.kind, name.id)));
        }
        tests.push(Test::Reference(name));
        Ok(tests)
    }
}

fn malformed(code: &str, expected: Expected) -> Fault {
    Fault::Value { parameter: shown(code), expected }
}

/// A prefix and what follows it (FHIR R4, 3.1.1.4.5).
fn prefixed(text: &str) -> (Comparison, &str) {
    let known = [
        ("eq", Comparison::Eq),
        ("ne", Comparison::Ne),
        ("gt", Comparison::Gt),
        ("lt", Comparison::Lt),
        ("ge", Comparison::Ge),
        ("le", Comparison::Le),
        ("sa", Comparison::Sa),
        ("eb", Comparison::Eb),
        ("ap", Comparison::Ap),
    ];
    let found =
        known.into_iter().find_map(|(prefix, comparison)| Some((comparison, text.strip_prefix(prefix)?)));
    found.unwrap_or((Comparison::Eq, text))
}

/// A number's range: its precision counts for `eq` and `ne`; for the others it is exactly itself.
fn number_range(text: &str) -> Option<(Comparison, Range)> {
    let (comparison, text) = prefixed(text);
    let decimal = Decimal::read(text)?;
    let range = match comparison {
        Comparison::Eq | Comparison::Ne => decimal.span(),
        Comparison::Ap => decimal.about(),
        _ => decimal.point(),
    };
    Some((comparison, range))
}

fn number(part: &str) -> Option<Test> {
    number_range(part).map(|(comparison, range)| Test::Range(comparison, range))
}

fn quantity(part: &str) -> Option<Test> {
    let parts = split(part, '|');
    let (comparison, range) = number_range(parts.first()?)?;
    let unit = |text: &str| Some(plain(text)).filter(|text| !text.is_empty());
    let (system, unit) = match parts.as_slice() {
        [_] => (System::Any, None),
        [_, system, code] => (unit(system).map_or(System::Any, System::Is), unit(code)),
        _ => return None,
    };
    Some(Test::Quantity { comparison, range, system, unit })
}

/// `code`, `system|code`, `|code` or `system|`.
fn system_and_code(part: &str) -> Option<(System, Option<String>)> {
    match split(part, '|').as_slice() {
        [code] => Some((System::Any, Some(plain(code)))),
        ["", ""] => None,
        ["", code] => Some((System::None, Some(plain(code)))),
        [system, ""] => Some((System::Is(plain(system)), None)),
        [system, code] => Some((System::Is(plain(system)), Some(plain(code)))),
        _ => None,
    }
}

/// `true` or `false`, whatever its system.
fn is_truth(part: &str) -> bool {
    let code = system_and_code(part).and_then(|(_, code)| code);
    matches!(code.as_deref(), Some("true" | "false"))
}

fn token(parameter: &Parameter, modifier: Option<&str>, part: &str) -> Parsed<Vec<Test>> {
    let code = parameter.code.as_str();
    match modifier {
        Some("text") => return Ok(vec![Test::Display(plain(part))]),
        Some("of-type") => {
            return match split(part, '|').as_slice() {
                [system, kind, value] if !kind.is_empty() && !value.is_empty() => Ok(vec![Test::OfType {
                    system: Some(plain(system)).filter(|system| !system.is_empty()),
                    code: plain(kind),
                    value: plain(value),
                }]),
                _ => Err(malformed(code, Expected::OfType)),
            };
        }
        _ => {}
    }
    let (system, wanted) = system_and_code(part).ok_or_else(|| malformed(code, Expected::Token))?;
    let Some(up) = modifier.filter(|modifier| matches!(*modifier, "above" | "below")) else {
        let mut tests = Vec::new();
        if let (System::Is(system), Some(_)) = (&system, &wanted)
            && parameter.systems.contains(&system.as_str())
        {
            // The system of a `code` is said by its binding, and not by its value.
            tests.push(Test::Token { system: System::None, code: wanted.clone() });
        }
        tests.push(Test::Token { system, code: wanted });
        return Ok(tests);
    };
    let (System::Is(system), Some(wanted)) = (system, wanted) else {
        return Err(malformed(code, Expected::SystemAndCode));
    };
    let found = if up == "above" { codes::above(&system, &wanted) } else { codes::below(&system, &wanted) };
    let found = found.ok_or_else(|| Fault::CodeSystem(shown(code)))?;
    let of = |code: &str| Test::Token { system: System::Is(system.clone()), code: Some(code.to_owned()) };
    Ok(found.into_iter().map(of).collect())
}
