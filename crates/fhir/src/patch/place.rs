//! The paths of FHIRPath Patch: the simple ones that lead to an element, `Patient.contact[0].name.where(use = 'official')`.
//!
//! Understood are names, positions, `first()`, `last()`, `single()` and `where(name = literal)`, several joined by `and`.

use super::Operand;

/// A step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// To an element.
    Name(String),
    /// To one of several.
    Index(usize),
    /// To the first of them.
    First,
    /// To the last of them.
    Last,
    /// There must be one only.
    Single,
    /// To those in which all these elements have these values.
    Where(Vec<(String, Literal)>),
}

/// What an element is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Literal {
    /// `'text'`
    Text(String),
    /// `1`, `true`
    Plain(String),
}

/// The most steps of a path.
const MAX_STEPS: usize = 64;

/// The longest path, in bytes.
const MAX_PATH_BYTES: usize = 4096;

/// Reads a path: the type that it begins with, and its steps.
pub(crate) fn read(text: &str) -> Result<(String, Vec<Step>), Operand> {
    if text.len() > MAX_PATH_BYTES {
        return Err(Operand::Path);
    }
    let mut reader = Reader { rest: text.trim() };
    let kind = reader.name().ok_or(Operand::Path)?;
    let mut steps = Vec::new();
    while !reader.rest.is_empty() {
        if steps.len() >= MAX_STEPS {
            return Err(Operand::Path);
        }
        steps.push(reader.step().ok_or(Operand::Path)?);
    }
    Ok((kind, steps))
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn strip(&mut self, sign: &str) -> Option<()> {
        self.rest = self.rest.trim_start().strip_prefix(sign)?;
        Some(())
    }

    fn name(&mut self) -> Option<String> {
        let text = self.rest.trim_start();
        let is_part = |character: char| character.is_ascii_alphanumeric() || character == '_';
        let end = text.find(|character| !is_part(character)).unwrap_or(text.len());
        let (name, rest) = text.split_at_checked(end)?;
        self.rest = rest;
        name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_').then(|| name.to_owned())
    }

    fn step(&mut self) -> Option<Step> {
        if self.strip("[").is_some() {
            let (digits, rest) = self.rest.split_once(']')?;
            self.rest = rest;
            return digits.trim().parse().ok().map(Step::Index);
        }
        self.strip(".")?;
        let name = self.name()?;
        if self.strip("(").is_none() {
            return Some(Step::Name(name));
        }
        let step = match name.as_str() {
            "first" => Step::First,
            "last" => Step::Last,
            "single" => Step::Single,
            "where" => Step::Where(self.conditions()?),
            _ => return None,
        };
        self.strip(")")?;
        Some(step)
    }

    fn conditions(&mut self) -> Option<Vec<(String, Literal)>> {
        let mut all = Vec::new();
        loop {
            let name = self.name()?;
            self.strip("=")?;
            all.push((name, self.literal()?));
            if self.rest.trim_start().starts_with(')') {
                return Some(all);
            }
            let word = self.name()?;
            if word != "and" || all.len() >= MAX_STEPS {
                return None;
            }
        }
    }

    fn literal(&mut self) -> Option<Literal> {
        if self.strip("'").is_some() {
            let mut out = String::new();
            let mut characters = self.rest.char_indices();
            while let Some((at, character)) = characters.next() {
                match character {
                    '\'' => {
                        self.rest = self.rest.get(at + 1..)?;
                        return Some(Literal::Text(out));
                    }
                    '\\' => out.push(match characters.next()?.1 {
                        'n' => '\n',
                        't' => '\t',
                        'r' => '\r',
                        sign @ ('\'' | '"' | '\\' | '/' | '`') => sign,
                        _ => return None,
                    }),
                    other => out.push(other),
                }
            }
            return None;
        }
        let text = self.rest.trim_start();
        let is_part = |character: char| character.is_ascii_alphanumeric() || matches!(character, '.' | '-');
        let end = text.find(|character| !is_part(character)).unwrap_or(text.len());
        let (plain, rest) = text.split_at_checked(end)?;
        self.rest = rest;
        (!plain.is_empty()).then(|| Literal::Plain(plain.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn simple_paths_are_read_and_others_refused() {
        let name = |name: &str| Step::Name(name.to_owned());
        let (kind, steps) =
            read("Patient.name.where(use = 'it\\'s' and rank=1)[2] . family").expect("a path");
        let conditions = vec![
            ("use".to_owned(), Literal::Text("it's".to_owned())),
            ("rank".to_owned(), Literal::Plain("1".to_owned())),
        ];
        assert_eq!(kind, "Patient");
        assert_eq!(steps, [name("name"), Step::Where(conditions), Step::Index(2), name("family")]);
        assert_eq!(read("Patient").map(|(_, steps)| steps.len()), Ok(0));
        assert!(matches!(read("Patient.name.first().given.last()"), Ok((_, steps)) if steps.len() == 4));
        for bad in [
            "",
            ".name",
            "Patient.",
            "Patient..name",
            "Patient.name[",
            "Patient.name[-1]",
            "Patient.name[x]",
            "Patient.name | Patient.contact",
            "Patient.descendants()",
            "Patient.name.where(use = 'a",
            "Patient.name.where(use > 1)",
            "Patient.name.where()",
            "Patient.name.where(use = 'a' or rank = 1)",
            "Patient.name.where(use = 'a'",
            "%resource.name",
        ] {
            assert_eq!(read(bad), Err(Operand::Path), "{bad}");
        }
        assert_eq!(read(&format!("Patient{}", ".a".repeat(5_000))), Err(Operand::Path));
    }
}
