//! JSON that can be changed: a tree whose scalars keep the text that they were written as.

use super::{MAX_PATCHED_BYTES, Operand, Work};
use crate::json::{Kind, MAX_DEPTH, Value, quote, unescape};

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Node {
    /// A scalar, as JSON writes it.
    Scalar(String),
    /// `[...]`
    Array(Vec<Node>),
    /// `{...}`: names without escapes, each once.
    Object(Vec<(String, Node)>),
}

impl Node {
    /// A copy of a parsed value, which is at most [`MAX_DEPTH`] deep.
    pub(crate) fn of(value: Value<'_>) -> Self {
        match value.kind() {
            Kind::Array => Self::Array(value.elements().map(Self::of).collect()),
            Kind::Object => Self::Object(
                value.members().map(|member| (member.name().into_owned(), Self::of(member.value))).collect(),
            ),
            _ => Self::Scalar(value.raw().to_owned()),
        }
    }

    /// A string's text.
    pub(crate) fn as_str(&self) -> Option<String> {
        let Self::Scalar(raw) = self else { return None };
        raw.strip_prefix('"')?.strip_suffix('"').map(unescape)
    }

    pub(crate) fn is_null(&self) -> bool {
        matches!(self, Self::Scalar(raw) if raw == "null")
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members.iter().find(|(key, _)| key == name).map(|(_, value)| value),
            _ => None,
        }
    }

    pub(crate) fn get_mut(&mut self, name: &str) -> Option<&mut Self> {
        match self {
            Self::Object(members) => members.iter_mut().find(|(key, _)| key == name).map(|(_, value)| value),
            _ => None,
        }
    }

    /// Puts a member into an object, in the place of one of that name or behind the others.
    pub(crate) fn set(&mut self, name: &str, value: Self) {
        if let Self::Object(members) = self {
            match members.iter_mut().find(|(key, _)| key == name) {
                Some((_, old)) => *old = value,
                None => members.push((name.to_owned(), value)),
            }
        }
    }

    /// Takes a member out of an object.
    pub(crate) fn take(&mut self, name: &str) -> Option<Self> {
        let Self::Object(members) = self else { return None };
        let at = members.iter().position(|(key, _)| key == name)?;
        Some(members.remove(at).1)
    }

    /// Containers in one another: 0 for a scalar.
    pub(crate) fn depth(&self) -> usize {
        match self {
            Self::Scalar(_) => 0,
            Self::Array(elements) => 1 + elements.iter().map(Self::depth).max().unwrap_or(0),
            Self::Object(members) => 1 + members.iter().map(|(_, value)| value.depth()).max().unwrap_or(0),
        }
    }

    /// About how long its text is, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Scalar(raw) => raw.len() + 1,
            Self::Array(elements) => 2 + elements.iter().map(Self::bytes).sum::<usize>(),
            Self::Object(members) => {
                2 + members.iter().map(|(name, value)| name.len() + 4 + value.bytes()).sum::<usize>()
            }
        }
    }

    /// Whether a value may be put `depth` containers deep into a tree of `total` bytes.
    pub(crate) fn fits(&self, depth: usize, total: &mut usize, work: &mut Work) -> Result<(), Operand> {
        let bytes = self.bytes();
        *total = total.saturating_add(bytes);
        let right =
            depth + self.depth() <= MAX_DEPTH && *total <= MAX_PATCHED_BYTES && work.spend(bytes).is_some();
        if right { Ok(()) } else { Err(Operand::Result) }
    }

    /// Whether both say the same: numbers by their value, objects without regard to order (RFC 6902, section 4.6).
    pub(crate) fn says_the_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Array(these), Self::Array(those)) => {
                these.len() == those.len()
                    && these.iter().zip(those).all(|(this, that)| this.says_the_same(that))
            }
            (Self::Object(these), Self::Object(those)) => {
                let same = |(name, this): &(String, Self)| {
                    other.get(name).is_some_and(|that| this.says_the_same(that))
                };
                these.len() == those.len() && these.iter().all(same)
            }
            (Self::Scalar(this), Self::Scalar(that)) => {
                this == that
                    || match (self.as_str(), other.as_str()) {
                        (Some(this), Some(that)) => this == that,
                        (None, None) => number(this).is_some_and(|value| Some(value) == number(that)),
                        _ => false,
                    }
            }
            _ => false,
        }
    }

    pub(crate) fn to_text(&self) -> String {
        let mut out = String::with_capacity(self.bytes());
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) {
        match self {
            Self::Scalar(raw) => out.push_str(raw),
            Self::Array(elements) => {
                out.push('[');
                for (at, element) in elements.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    element.write(out);
                }
                out.push(']');
            }
            Self::Object(members) => {
                out.push('{');
                for (at, (name, value)) in members.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    out.push_str(&quote(name));
                    out.push(':');
                    value.write(out);
                }
                out.push('}');
            }
        }
    }
}

/// A number's sign, digits without zeros at either end, and the power of ten of the last of them.
fn number(raw: &str) -> Option<(bool, String, i64)> {
    if !raw.starts_with(|first: char| first == '-' || first.is_ascii_digit()) {
        return None;
    }
    let (negative, rest) = raw.strip_prefix('-').map_or((false, raw), |rest| (true, rest));
    let (mantissa, exponent) = rest.split_once(['e', 'E']).unwrap_or((rest, "0"));
    let exponent: i64 = exponent.parse().ok()?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    let digits = all.trim_start_matches('0').trim_end_matches('0');
    if digits.is_empty() {
        return Some((false, String::new(), 0));
    }
    let zeros = all.len() - all.trim_end_matches('0').len();
    let power = exponent.checked_sub(i64::try_from(fraction.len()).ok()?)?;
    Some((negative, digits.to_owned(), power.checked_add(i64::try_from(zeros).ok()?)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Document;

    fn node(text: &str) -> Node {
        Node::of(Document::parse(text).expect("JSON").root())
    }

    #[test]
    fn values_are_compared_by_what_they_say() {
        for (this, that, same) in [
            ("1.0", "1", true),
            ("100", "1e2", true),
            ("-0", "0.00", true),
            ("1", "\"1\"", false),
            ("0.1", "1e-1", true),
            ("1", "-1", false),
            ("1e99999999999999999999", "1e99999999999999999999", true),
            ("\"a\\u0062\"", "\"ab\"", true),
            ("{\"a\":1,\"b\":[2]}", "{\"b\":[2.0],\"a\":1}", true),
            ("[1,2]", "[2,1]", false),
            ("{\"a\":1}", "{\"a\":1,\"b\":1}", false),
            ("null", "null", true),
            ("true", "false", false),
        ] {
            assert_eq!(node(this).says_the_same(&node(that)), same, "{this} {that}");
        }
    }

    #[test]
    fn text_comes_back() {
        let text = r#"{"a":[1.50,null,"x\"é"],"b":{"c":{}},"d":[]}"#;
        assert_eq!(node(text).to_text(), text);
        assert_eq!((node(text).depth(), node("1").depth()), (3, 0));
    }
}
