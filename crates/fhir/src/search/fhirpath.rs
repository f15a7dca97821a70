//! The part of FHIRPath that search parameters are written in, as a tree: paths, unions, `as`, `is`, indices, calls,
//! comparisons with a literal, `and`, `or`. Knows no types; evaluates nothing.

/// The longest expression that is read, in bytes.
pub(super) const MAX_EXPRESSION_BYTES: usize = 8 * 1024;
/// The deepest nesting of parentheses and calls.
const MAX_NESTING: usize = 32;

/// An expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Expr {
    /// A name at the beginning: a type, or a member of what the expression is about.
    Start(String),
    /// `%resource`
    Resource,
    /// `$this`
    This,
    /// `.name`
    Member(Box<Expr>, String),
    /// `.name(...)`, or `name(...)` of `$this`.
    Call(Box<Expr>, String, Vec<Expr>),
    /// `[n]`
    Index(Box<Expr>, u32),
    /// `as Type`
    As(Box<Expr>, String),
    /// `is Type`
    Is(Box<Expr>, String),
    /// `a | b`
    Union(Vec<Expr>),
    /// A literal.
    Literal(Literal),
    /// `a = b`, `a != b`
    Equals(Box<Expr>, Box<Expr>, bool),
    /// `a and b`
    And(Box<Expr>, Box<Expr>),
    /// `a or b`
    Or(Box<Expr>, Box<Expr>),
}

/// A literal: text, `true`, `false` or a number, with its JSON text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Literal {
    /// `'text'`
    Text(String),
    /// `true`, `false`, `12`, `1.5`
    Plain(String),
}

/// Reads an expression; the byte at which it stops being one, else.
pub(super) fn read(text: &str) -> Result<Expr, usize> {
    if text.len() > MAX_EXPRESSION_BYTES {
        return Err(MAX_EXPRESSION_BYTES);
    }
    let mut reader = Reader { text, at: 0, nesting: 0 };
    let expr = reader.or()?;
    reader.space();
    if reader.at == text.len() { Ok(expr) } else { Err(reader.at) }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    nesting: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    /// Takes a sign.
    fn sign(&mut self, sign: &str) -> bool {
        self.space();
        let found = self.rest().starts_with(sign);
        if found {
            self.at += sign.len();
        }
        found
    }

    fn wanted(&mut self, sign: &str) -> Result<(), usize> {
        if self.sign(sign) { Ok(()) } else { Err(self.at) }
    }

    /// Takes a word that is an operator.
    fn word(&mut self, word: &str) -> bool {
        self.space();
        let ends = |rest: &str| !rest.starts_with(|next: char| next.is_ascii_alphanumeric() || next == '_');
        let found = self.rest().strip_prefix(word).is_some_and(ends);
        if found {
            self.at += word.len();
        }
        found
    }

    fn name(&mut self) -> Result<String, usize> {
        self.space();
        let rest = self.rest();
        if let Some(quoted) = rest.strip_prefix('`') {
            let (name, _) = quoted.split_once('`').ok_or(self.at)?;
            self.at += name.len() + 2;
            return Ok(name.to_owned());
        }
        let length =
            rest.find(|next: char| !(next.is_ascii_alphanumeric() || next == '_')).unwrap_or(rest.len());
        if length == 0 || rest.starts_with(|first: char| first.is_ascii_digit()) {
            return Err(self.at);
        }
        self.at += length;
        Ok(rest[..length].to_owned())
    }

    /// A type's name; what namespaces it is dropped.
    fn type_name(&mut self) -> Result<String, usize> {
        let name = self.name()?;
        if matches!(name.as_str(), "FHIR" | "System") && self.sign(".") { self.name() } else { Ok(name) }
    }

    fn or(&mut self) -> Result<Expr, usize> {
        self.nesting += 1;
        if self.nesting > MAX_NESTING {
            return Err(self.at);
        }
        let mut left = self.and()?;
        while self.word("or") {
            left = Expr::Or(Box::new(left), Box::new(self.and()?));
        }
        self.nesting -= 1;
        Ok(left)
    }

    fn and(&mut self) -> Result<Expr, usize> {
        let mut left = self.equals()?;
        while self.word("and") {
            left = Expr::And(Box::new(left), Box::new(self.equals()?));
        }
        Ok(left)
    }

    fn equals(&mut self) -> Result<Expr, usize> {
        let left = self.union()?;
        let same = if self.sign("!=") {
            false
        } else if self.sign("=") {
            true
        } else {
            return Ok(left);
        };
        Ok(Expr::Equals(Box::new(left), Box::new(self.union()?), same))
    }

    fn union(&mut self) -> Result<Expr, usize> {
        let first = self.typed()?;
        let mut all = vec![first];
        while self.sign("|") {
            all.push(self.typed()?);
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Expr::Union(all) })
    }

    fn typed(&mut self) -> Result<Expr, usize> {
        let mut left = self.path()?;
        loop {
            if self.word("as") {
                left = Expr::As(Box::new(left), self.type_name()?);
            } else if self.word("is") {
                left = Expr::Is(Box::new(left), self.type_name()?);
            } else {
                return Ok(left);
            }
        }
    }

    fn path(&mut self) -> Result<Expr, usize> {
        let mut left = self.first()?;
        loop {
            if self.sign(".") {
                let name = self.name()?;
                left = self.member(left, name)?;
            } else if self.sign("[") {
                self.space();
                let rest = self.rest();
                let digits = rest.len() - rest.trim_start_matches(|digit: char| digit.is_ascii_digit()).len();
                let index = rest[..digits].parse().map_err(|_| self.at)?;
                self.at += digits;
                self.wanted("]")?;
                left = Expr::Index(Box::new(left), index);
            } else {
                return Ok(left);
            }
        }
    }

    /// A member or a call behind `before`.
    fn member(&mut self, before: Expr, name: String) -> Result<Expr, usize> {
        if !self.sign("(") {
            return Ok(Expr::Member(Box::new(before), name));
        }
        if matches!(name.as_str(), "as" | "ofType" | "is") {
            let kind = self.type_name()?;
            self.wanted(")")?;
            let before = Box::new(before);
            return Ok(if name == "is" { Expr::Is(before, kind) } else { Expr::As(before, kind) });
        }
        let mut arguments = Vec::new();
        if !self.sign(")") {
            arguments.push(self.or()?);
            while self.sign(",") {
                arguments.push(self.or()?);
            }
            self.wanted(")")?;
        }
        Ok(Expr::Call(Box::new(before), name, arguments))
    }

    fn first(&mut self) -> Result<Expr, usize> {
        self.space();
        if self.sign("(") {
            let inside = self.or()?;
            self.wanted(")")?;
            return Ok(inside);
        }
        if self.sign("%") {
            let at = self.at;
            return match self.name()?.as_str() {
                "resource" | "context" => Ok(Expr::Resource),
                _ => Err(at),
            };
        }
        if self.sign("$") {
            let at = self.at;
            return if self.name()? == "this" { Ok(Expr::This) } else { Err(at) };
        }
        if self.rest().starts_with('\'') {
            return self.text().map(|text| Expr::Literal(Literal::Text(text)));
        }
        for plain in ["true", "false"] {
            if self.word(plain) {
                return Ok(Expr::Literal(Literal::Plain(plain.to_owned())));
            }
        }
        let rest = self.rest();
        if rest.starts_with(|first: char| first.is_ascii_digit()) {
            let end = rest.find(|next: char| !next.is_ascii_digit() && next != '.').unwrap_or(rest.len());
            self.at += end;
            return Ok(Expr::Literal(Literal::Plain(rest[..end].to_owned())));
        }
        let name = self.name()?;
        if self.rest().trim_start().starts_with('(') {
            return self.member(Expr::This, name);
        }
        Ok(Expr::Start(name))
    }

    /// A text in single quotes. Of the escapes, those of quotes, slashes and the backslash are read.
    fn text(&mut self) -> Result<String, usize> {
        let mut text = String::new();
        let mut characters = self.rest().char_indices().skip(1);
        while let Some((offset, character)) = characters.next() {
            match character {
                '\'' => {
                    self.at += offset + 1;
                    return Ok(text);
                }
                '\\' => match characters.next() {
                    Some((_, escaped @ ('\'' | '"' | '`' | '\\' | '/'))) => text.push(escaped),
                    _ => return Err(self.at + offset),
                },
                other => text.push(other),
            }
        }
        Err(self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn paths_and_types() {
        let start = |name: &str| Box::new(Expr::Start(name.to_owned()));
        assert_eq!(read("Patient.name"), Ok(Expr::Member(start("Patient"), "name".into())));
        let value = Expr::Member(start("Observation"), "value".into());
        let expected = Expr::As(Box::new(value), "Quantity".into());
        assert_eq!(read("(Observation.value as Quantity)"), Ok(expected.clone()));
        assert_eq!(read("Observation.value.as(FHIR.Quantity)"), Ok(expected.clone()));
        assert_eq!(read("Observation.value.ofType( Quantity )"), Ok(expected));
        assert_eq!(read("a | b"), Ok(Expr::Union(vec![*start("a"), *start("b")])));
        assert_eq!(read("a[12]"), Ok(Expr::Index(start("a"), 12)));
        assert_eq!(
            read("a.where(resolve() is Patient)"),
            Ok(Expr::Call(
                start("a"),
                "where".into(),
                vec![Expr::Is(
                    Box::new(Expr::Call(Box::new(Expr::This), "resolve".into(), vec![])),
                    "Patient".into()
                )]
            ))
        );
        assert_eq!(read("'a\\'b'"), Ok(Expr::Literal(Literal::Text("a'b".into()))));
    }

    #[test]
    fn what_is_none_says_where() {
        for (text, at) in [
            ("", 0),
            ("a.", 2),
            ("a b", 2),
            ("a | ", 4),
            ("a + b", 2),
            ("%nonsense", 1),
            ("a[x]", 2),
            ("a.where('x", 8),
            ("(a", 2),
        ] {
            assert_eq!(read(text), Err(at), "{text}");
        }
        assert!(read(&"(".repeat(5_000)).is_err());
        assert!(read(&"a.".repeat(5_000)).is_err());
    }

    proptest! {
        #[test]
        fn never_panics(text in "[a-z.()\\[\\]|'= %$0-9\\\\`ü]{0,60}") {
            let _ = read(&text);
        }
    }
}
