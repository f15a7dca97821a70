//! From an element to the values that a parameter has of it (FHIR R4, 3.1.1.4.4 to 3.1.1.4.12), by the parameter's kind and
//! the element's type. Folds nothing.

pub(super) mod date;
pub(super) mod number;
pub(super) mod parts;
pub(super) mod reference;

use std::borrow::Cow;

use super::path::Path;
use super::walk::{End, Leaf, follow};
use super::{Name, ParameterKind, Range, Value};
use crate::ResourceType;
use crate::definitions::{self, PrimitiveKind};
use crate::json::{Kind, Value as Json};
use reference::Leads;

/// What stands before many family names and is left out of them when they are sorted or looked for.
const PARTICLES: [&str; 38] = [
    "'s", "'t", "af", "al", "am", "an", "auf", "av", "d'", "da", "das", "de", "degli", "dei", "del", "dela",
    "della", "den", "der", "des", "di", "do", "dos", "du", "el", "im", "in", "l'", "la", "le", "ten", "ter",
    "und", "van", "vom", "von", "zu", "zum",
];

/// Takes the values of elements.
pub(super) struct Taker<'a> {
    pub base_url: &'a str,
    pub root: Json<'a>,
}

impl<'a> Taker<'a> {
    /// The values that an element gives the parameter whose path ends at it.
    pub(super) fn take(&self, end: &End, element: Json<'a>, out: &mut impl FnMut(Value)) {
        if end.kind == ParameterKind::Composite {
            let part = |(kind, paths): &(ParameterKind, Vec<(Path, Leaf)>)| self.part(*kind, paths, element);
            let parts: Vec<Vec<Value>> = end.components.iter().map(part).collect();
            if !parts.is_empty() && parts.iter().all(|values| !values.is_empty()) {
                out(Value::Composite(parts));
            }
            return;
        }
        self.element(end.kind, end.leaf, element, out);
    }

    fn part(&self, kind: ParameterKind, paths: &[(Path, Leaf)], element: Json<'a>) -> Vec<Value> {
        let mut values = Vec::new();
        for (path, leaf) in paths {
            follow(path, element, self.root, &mut |inner| {
                self.element(kind, *leaf, inner, &mut |value| values.push(value));
            });
        }
        values
    }

    fn element(&self, kind: ParameterKind, leaf: Leaf, element: Json<'a>, out: &mut impl FnMut(Value)) {
        if leaf == Leaf::Extension {
            for member in element.members() {
                let table = definitions::get();
                let property = table.property(table.extension_type(), member.name().as_bytes());
                if let Some(property) = property.filter(|property| property.name.starts_with("value")) {
                    self.plain(kind, Leaf::of(property.value), member.value, out);
                }
            }
            return;
        }
        self.plain(kind, leaf, element, out);
    }

    fn plain(&self, kind: ParameterKind, leaf: Leaf, element: Json<'a>, out: &mut impl FnMut(Value)) {
        if !has_values(kind, leaf) {
            return;
        }
        match kind {
            ParameterKind::String => strings(leaf, element, out),
            ParameterKind::Token => tokens(leaf, element, out),
            ParameterKind::Date => {
                if let Some(range) = dates(leaf, element) {
                    out(Value::Range(range));
                }
            }
            ParameterKind::Number => {
                let range = if leaf == Leaf::Range {
                    span_of(element).map(|(range, _)| range)
                } else {
                    number::point(element.raw())
                };
                if let Some(range) = range {
                    out(Value::Range(range));
                }
            }
            ParameterKind::Quantity => quantities(leaf, element, out),
            ParameterKind::Uri => {
                if let (Leaf::Primitive(_), Some(text)) = (leaf, element.as_str()) {
                    out(Value::Uri(text.into_owned()));
                }
            }
            ParameterKind::Reference => self.references(leaf, element, out),
            ParameterKind::Composite | ParameterKind::Special => {}
        }
    }

    fn references(&self, leaf: Leaf, element: Json<'_>, out: &mut impl FnMut(Value)) {
        match leaf {
            Leaf::Reference => {
                if let Some(literal) = element.get_str("reference") {
                    match reference::read(&literal, self.base_url) {
                        Leads::Here(name) => out(Value::Reference(name)),
                        Leads::Elsewhere(literal) => out(Value::Elsewhere(literal)),
                        Leads::Inside => {}
                    }
                }
                let identifier = element.get("identifier");
                if let Some(value) = identifier.and_then(|identifier| identifier.get_str("value")) {
                    let system = identifier.and_then(|identifier| owned(identifier, "system"));
                    out(Value::ReferenceIdentifier { system, value: value.into_owned() });
                }
            }
            Leaf::Primitive(_) => {
                if let Some(text) = element.as_str() {
                    out(Value::Uri(text.into_owned()));
                }
            }
            Leaf::Resource => {
                let kind = element.get_str("resourceType").and_then(|name| ResourceType::from_name(&name));
                if let (Some(kind), Some(id)) = (kind, owned(element, "id")) {
                    out(Value::Reference(Name { kind, id }));
                }
            }
            _ => {}
        }
    }
}

fn owned(element: Json<'_>, name: &str) -> Option<String> {
    element.get_str(name).map(Cow::into_owned)
}

fn texts(element: Json<'_>, names: &[&str], out: &mut impl FnMut(Value)) {
    for member in element.members().filter(|member| names.iter().any(|name| member.is(name))) {
        let one = member.value.as_str();
        let many = member.value.elements().filter_map(|inner| inner.as_str());
        one.into_iter().chain(many).for_each(|text| out(Value::Text(text.into_owned())));
    }
}

fn strings(leaf: Leaf, element: Json<'_>, out: &mut impl FnMut(Value)) {
    match leaf {
        Leaf::Primitive(_) => {
            if let Some(text) = element.as_str() {
                out(Value::Text(text.into_owned()));
            }
        }
        Leaf::Family => family(element.as_str(), out),
        Leaf::HumanName => {
            texts(element, &["text", "given", "prefix", "suffix"], out);
            parts::of_name(element, out);
            family(element.get_str("family"), out);
        }
        Leaf::Address => {
            texts(element, &["text", "line", "city", "district", "state", "postalCode", "country"], out);
        }
        Leaf::CodeableConcept => {
            texts(element, &["text"], out);
            for coding in element.get("coding").into_iter().flat_map(|all| all.elements()) {
                texts(coding, &["display"], out);
            }
        }
        Leaf::Coding => texts(element, &["display"], out),
        Leaf::Annotation => texts(element, &["text"], out),
        Leaf::Identifier | Leaf::ContactPoint => texts(element, &["value"], out),
        Leaf::Reference => texts(element, &["display"], out),
        _ => {}
    }
}

/// A family name; one with particles also without them.
fn family(name: Option<Cow<'_, str>>, out: &mut impl FnMut(Value)) {
    let Some(name) = name else { return };
    let bare = without_particles(&name);
    if bare.len() < name.trim().len() {
        out(Value::Text(bare.to_owned()));
    }
    out(Value::Text(name.into_owned()));
}

/// `von der Heide` without `von der`; the last word always stays.
fn without_particles(name: &str) -> &str {
    let mut bare = name.trim();
    while let Some((first, rest)) = bare.split_once(char::is_whitespace) {
        if !PARTICLES.contains(&first.to_lowercase().replace('’', "'").as_str()) {
            break;
        }
        bare = rest.trim_start();
    }
    for elided in ["d'", "D'", "d’", "D’", "l'", "L'", "l’", "L’"] {
        if let Some(rest) = bare.strip_prefix(elided).filter(|rest| rest.chars().count() > 1) {
            return rest;
        }
    }
    bare
}

fn token(system: Option<String>, code: Option<String>, out: &mut impl FnMut(Value)) {
    if system.is_some() || code.is_some() {
        out(Value::Token { system, code });
    }
}

fn display(text: Option<Cow<'_, str>>, out: &mut impl FnMut(Value)) {
    if let Some(text) = text {
        out(Value::Display(text.into_owned()));
    }
}

fn coding(element: Json<'_>, out: &mut impl FnMut(Value)) {
    token(owned(element, "system"), owned(element, "code"), out);
    display(element.get_str("display"), out);
}

fn codings<'a>(concept: Json<'a>) -> impl Iterator<Item = Json<'a>> {
    concept.get("coding").into_iter().flat_map(|all| all.elements())
}

fn tokens(leaf: Leaf, element: Json<'_>, out: &mut impl FnMut(Value)) {
    match leaf {
        Leaf::Coding => coding(element, out),
        Leaf::CodeableConcept => {
            codings(element).for_each(|inner| coding(inner, out));
            display(element.get_str("text"), out);
        }
        Leaf::Identifier => {
            token(owned(element, "system"), owned(element, "value"), out);
            let Some(kind) = element.get("type") else { return };
            display(kind.get_str("text"), out);
            for inner in codings(kind) {
                display(inner.get_str("display"), out);
                if let (Some(code), Some(value)) = (owned(inner, "code"), owned(element, "value")) {
                    out(Value::OfType { system: owned(inner, "system"), code, value });
                }
            }
        }
        Leaf::ContactPoint => {
            token(None, owned(element, "value"), out);
            parts::of_contact(element, out);
        }
        Leaf::Quantity => token(owned(element, "system"), owned(element, "code"), out),
        Leaf::Primitive(_) | Leaf::Family => {
            let text = match element.kind() {
                Kind::String => element.as_str().map(Cow::into_owned),
                Kind::True | Kind::False | Kind::Number => Some(element.raw().to_owned()),
                _ => None,
            };
            token(None, text, out);
        }
        Leaf::Reference => {
            if let Some(identifier) = element.get("identifier") {
                token(owned(identifier, "system"), owned(identifier, "value"), out);
            }
        }
        _ => {}
    }
}

/// A span; what is written in a way that has none is passed over.
fn dates(leaf: Leaf, element: Json<'_>) -> Option<Range> {
    let span = |element: Json<'_>| element.as_str().and_then(|text| date::span(&text));
    match leaf {
        Leaf::Primitive(_) => span(element),
        Leaf::Period => period(element),
        Leaf::Timing => {
            let events = element.get("event").into_iter().flat_map(|all| all.elements()).filter_map(span);
            let bounds = element.get("repeat").and_then(|repeat| repeat.get("boundsPeriod")).and_then(period);
            events
                .chain(bounds)
                .reduce(|all, one| Range { low: all.low.min(one.low), high: all.high.max(one.high) })
        }
        _ => None,
    }
}

fn period(element: Json<'_>) -> Option<Range> {
    let end = |name: &str| element.get_str(name).and_then(|text| date::span(&text));
    let (start, end) = (end("start"), end("end"));
    (start.is_some() || end.is_some()).then(|| Range {
        low: start.map_or(i64::MIN, |start| start.low),
        high: end.map_or(i64::MAX, |end| end.high),
    })
}

fn quantities(leaf: Leaf, element: Json<'_>, out: &mut impl FnMut(Value)) {
    let of = |range: Range, unit: Json<'_>| Value::Quantity {
        range,
        system: owned(unit, "system"),
        code: owned(unit, "code"),
        unit: owned(unit, "unit"),
    };
    match leaf {
        Leaf::Quantity => {
            if let Some(range) = quantity(element) {
                out(of(range, element));
            }
        }
        Leaf::Money => {
            if let Some(range) = element.get("value").and_then(|value| number::point(value.raw())) {
                let code = owned(element, "currency");
                let system = code.as_ref().map(|_| "urn:iso:std:iso:4217".to_owned());
                out(Value::Quantity { range, system, unit: code.clone(), code });
            }
        }
        Leaf::Range => {
            if let Some((range, unit)) = span_of(element) {
                out(of(range, unit));
            }
        }
        Leaf::SampledData => {
            if let (Some(origin), Some(range)) = (element.get("origin"), sampled(element)) {
                out(of(range, origin));
            }
        }
        _ => {}
    }
}

/// From a Range's low to its high, and the one that says the unit.
fn span_of(element: Json<'_>) -> Option<(Range, Json<'_>)> {
    let (low, high) = (element.get("low"), element.get("high"));
    let (from, to) = (low.and_then(quantity), high.and_then(quantity));
    let unit = low.filter(|_| from.is_some()).or(high.filter(|_| to.is_some()))?;
    let range =
        Range { low: from.map_or(i64::MIN, |from| from.low), high: to.map_or(i64::MAX, |to| to.high) };
    Some((range, unit))
}

/// A quantity's number; one with a comparator is open at that side.
fn quantity(element: Json<'_>) -> Option<Range> {
    let value = element.get("value")?;
    let exact = number::point(value.raw())?;
    Some(match element.get_str("comparator").as_deref() {
        Some("<") => Range { low: i64::MIN, high: exact.low.saturating_sub(1) },
        Some("<=") => Range { low: i64::MIN, high: exact.high },
        Some(">") => Range { low: exact.high.saturating_add(1), high: i64::MAX },
        Some(">=") => Range { low: exact.low, high: i64::MAX },
        _ => exact,
    })
}

/// From the least to the greatest of the samples.
fn sampled(element: Json<'_>) -> Option<Range> {
    let number = |value: Option<Json<'_>>| value.and_then(|value| value.raw().parse::<f64>().ok());
    let origin = number(element.get("origin").and_then(|origin| origin.get("value")))?;
    let factor = number(element.get("factor")).unwrap_or(1.0);
    let data = element.get_str("data")?;
    let samples = data.split_ascii_whitespace().filter_map(|sample| sample.parse::<f64>().ok());
    let values = samples.map(|sample| super::order(origin + sample * factor));
    values.fold(None, |all: Option<Range>, at| {
        Some(all.map_or(Range { low: at, high: at }, |all| Range {
            low: all.low.min(at),
            high: all.high.max(at),
        }))
    })
}

/// True when a parameter of this kind has values of elements of this type.
pub(super) fn has_values(kind: ParameterKind, leaf: Leaf) -> bool {
    use Leaf as L;
    use PrimitiveKind as P;
    match kind {
        ParameterKind::String => matches!(
            leaf,
            L::Primitive(_)
                | L::Family
                | L::HumanName
                | L::Address
                | L::CodeableConcept
                | L::Coding
                | L::Annotation
                | L::Identifier
                | L::ContactPoint
                | L::Reference
                | L::Extension
        ),
        ParameterKind::Token => matches!(
            leaf,
            L::Coding
                | L::CodeableConcept
                | L::Identifier
                | L::ContactPoint
                | L::Quantity
                | L::Primitive(_)
                | L::Reference
                | L::Extension
        ),
        ParameterKind::Date => matches!(
            leaf,
            L::Primitive(P::Date | P::DateTime | P::Instant) | L::Period | L::Timing | L::Extension
        ),
        ParameterKind::Number => matches!(
            leaf,
            L::Primitive(P::Decimal | P::Integer | P::PositiveInt | P::UnsignedInt) | L::Range | L::Extension
        ),
        ParameterKind::Quantity => {
            matches!(leaf, L::Quantity | L::Money | L::Range | L::SampledData | L::Extension)
        }
        ParameterKind::Uri => {
            matches!(leaf, L::Primitive(P::Uri | P::Url | P::Canonical | P::Oid | P::Uuid) | L::Extension)
        }
        ParameterKind::Reference => {
            matches!(
                leaf,
                L::Reference | L::Primitive(P::Uri | P::Canonical | P::Url) | L::Resource | L::Extension
            )
        }
        ParameterKind::Composite => true,
        ParameterKind::Special => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Document;

    #[test]
    fn particles_are_left_out_beside_the_whole_name() {
        for (name, bare) in [
            ("von der Heide", "Heide"),
            ("Van den Berg", "Berg"),
            ("de la Cruz Gómez", "Cruz Gómez"),
            ("d’Artagnan", "Artagnan"),
            ("Zu", "Zu"),
            ("von", "von"),
            ("Müller", "Müller"),
            ("Vonder Heide", "Vonder Heide"),
        ] {
            assert_eq!(without_particles(name), bare, "{name}");
        }
    }

    #[test]
    fn quantities_know_their_comparators() {
        let of =
            |text: &str| quantity(Document::parse(text.to_owned()).expect("JSON").root()).expect("a number");
        let at = |number: f64| super::super::order(number);
        assert_eq!(of(r#"{"value":5}"#), Range { low: at(5.0), high: at(5.0) });
        assert_eq!(of(r#"{"value":5,"comparator":"<"}"#), Range { low: i64::MIN, high: at(5.0) - 1 });
        assert_eq!(of(r#"{"value":5,"comparator":"<="}"#), Range { low: i64::MIN, high: at(5.0) });
        assert_eq!(of(r#"{"value":5,"comparator":">"}"#), Range { low: at(5.0) + 1, high: i64::MAX });
        assert_eq!(of(r#"{"value":5,"comparator":">="}"#), Range { low: at(5.0), high: i64::MAX });
    }
}
