//! The place of a value while the validator walks: a chain on the stack that becomes text only for an issue.

use std::fmt::Write as _;

use crate::message::shown_name;

/// A step from a value to one inside it.
#[derive(Clone, Copy)]
pub(crate) enum Step<'p> {
    /// Where the walk begins, such as `Patient` or `Bundle.entry[3].resource`.
    Start(&'p str),
    /// To an element.
    Name(&'p str),
    /// To a choice element, in the type that is named.
    Choice(&'p str, &'p str),
    /// To an element that the definitions do not know; shown when it looks like a name.
    Foreign(&'p str),
    /// To a choice element's value of that type.
    OfType(&'p str),
    /// To one of several.
    Index(usize),
}

/// Where a value is.
#[derive(Clone, Copy)]
pub(crate) struct Path<'p> {
    before: Option<&'p Path<'p>>,
    step: Step<'p>,
}

impl<'p> Path<'p> {
    pub(crate) fn start(name: &'p str) -> Self {
        Self { before: None, step: Step::Start(name) }
    }

    pub(crate) fn then(&'p self, step: Step<'p>) -> Self {
        Self { before: Some(self), step }
    }

    /// As a FHIRPath expression.
    pub(crate) fn expression(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    /// The names of the elements on the way here, the last first; where it begins is the last.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'p str> {
        let mut at = Some(*self);
        std::iter::from_fn(move || {
            let here = at?;
            at = here.before.copied();
            Some(match here.step {
                Step::Start(name) | Step::Name(name) | Step::Choice(name, _) => name,
                Step::Foreign(_) | Step::OfType(_) | Step::Index(_) => "",
            })
        })
        .filter(|name| !name.is_empty())
    }

    fn write(&self, out: &mut String) {
        if let Some(before) = self.before {
            before.write(out);
        }
        let written = match self.step {
            Step::Start(name) => write!(out, "{name}"),
            Step::Name(name) => write!(out, ".{name}"),
            Step::Choice(name, kind) => write!(out, ".{name}.ofType({kind})"),
            Step::Foreign(name) => shown_name(name).map_or(Ok(()), |name| write!(out, ".{name}")),
            Step::OfType(kind) => write!(out, ".ofType({kind})"),
            Step::Index(index) => write!(out, "[{index}]"),
        };
        debug_assert!(written.is_ok(), "writing to a String does not fail");
    }
}
