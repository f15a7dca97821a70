//! Expressions with R4's types: what of them leads through a resource as plain paths, from property to property.
//!
//! A choice (`value[x]`) becomes a path for each of its types, a union one for each of its branches. What can't be said
//! so is refused with its reason.

use super::fhirpath::{Expr, Literal, read};
use crate::ResourceType;
use crate::definitions::{self, Definitions, TypeIndex, TypeKind};

/// The most paths that one expression may come to.
const MAX_PATHS: usize = 512;

/// A way from a resource, or from an element of it, to elements of one type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Path {
    /// Whether it begins at the resource, wherever it is asked (`%resource`).
    pub from_resource: bool,
    /// From property to property.
    pub steps: Vec<Step>,
    /// The type of what it leads to.
    pub leaf: TypeIndex,
    /// Of a reference: the types that it may lead to; empty for any, and for what is no reference.
    pub targets: Vec<ResourceType>,
}

/// A property, and which of its elements are meant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Step {
    /// The JSON property.
    pub name: String,
    /// All of these.
    pub filters: Vec<Filter>,
}

/// Which elements are meant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Filter {
    /// The one at this place.
    Index(u32),
    /// A reference to a record of this type.
    RefersTo(ResourceType),
    /// A resource of this type.
    Is(ResourceType),
    /// Elements of which this holds.
    Where(Predicate),
}

/// What may hold of an element.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Predicate {
    /// There is one of these.
    Exists(Vec<Vec<Step>>),
    /// There is one value, and it is this (or, `false`, is not).
    Equals(Vec<Vec<Step>>, Constant, bool),
    /// It is a reference to a record of this type.
    RefersTo(ResourceType),
    /// Both.
    And(Box<Predicate>, Box<Predicate>),
    /// One of them.
    Or(Box<Predicate>, Box<Predicate>),
    /// Not this.
    Not(Box<Predicate>),
}

/// What a value is compared with.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Constant {
    /// A string's value.
    Text(String),
    /// The JSON text of a boolean or number.
    Plain(String),
}

/// What an expression comes to for one type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Compiled {
    /// Elements.
    Paths(Vec<Path>),
    /// True or false, of every resource of the type.
    Truth(Predicate),
}

/// Why an expression can't be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It stops being FHIRPath at this byte.
    Syntax(usize),
    /// There is no such element.
    Unknown(String),
    /// It uses what is not compiled.
    Beyond(String),
}

/// Compiles an expression for resources of `kind`, or for elements of `at` inside them.
pub(super) fn compile(expression: &str, at: TypeIndex) -> Result<Compiled, Refusal> {
    let expr = read(expression).map_err(Refusal::Syntax)?;
    let compiler = Compiler { definitions: definitions::get(), at, resource: at };
    match &expr {
        Expr::And(..) | Expr::Or(..) | Expr::Equals(..) | Expr::Is(..) => {
            compiler.predicate(&expr).map(Compiled::Truth)
        }
        Expr::Call(_, name, _) if matches!(name.as_str(), "exists" | "not" | "empty" | "hasExtension") => {
            compiler.predicate(&expr).map(Compiled::Truth)
        }
        _ => compiler.paths(&expr).map(Compiled::Paths),
    }
}

/// Compiles an expression that begins at elements of `at`, in a resource of type `resource`.
pub(super) fn compile_inside(
    expression: &str,
    at: TypeIndex,
    resource: TypeIndex,
) -> Result<Vec<Path>, Refusal> {
    let expr = read(expression).map_err(Refusal::Syntax)?;
    Compiler { definitions: definitions::get(), at, resource }.paths(&expr)
}

struct Compiler {
    definitions: &'static Definitions,
    at: TypeIndex,
    resource: TypeIndex,
}

impl Compiler {
    fn here(&self) -> Path {
        Path { from_resource: false, steps: Vec::new(), leaf: self.at, targets: Vec::new() }
    }

    fn paths(&self, expr: &Expr) -> Result<Vec<Path>, Refusal> {
        let paths = match expr {
            Expr::Start(name) => self.start(name)?,
            Expr::Resource => {
                vec![Path {
                    from_resource: true,
                    steps: Vec::new(),
                    leaf: self.resource,
                    targets: Vec::new(),
                }]
            }
            Expr::This => vec![self.here()],
            Expr::Member(before, name) => self.step(&self.paths(before)?, name)?,
            Expr::Index(before, index) => self.index(self.paths(before)?, *index)?,
            Expr::As(before, kind) => self.of_type(self.paths(before)?, kind)?,
            Expr::Union(branches) => {
                let mut all = Vec::new();
                for branch in branches {
                    all.extend(self.paths(branch)?);
                }
                all
            }
            Expr::Call(before, name, arguments) => self.call(self.paths(before)?, name, arguments)?,
            _ => return Err(Refusal::Beyond("a comparison as a value".to_owned())),
        };
        if paths.len() > MAX_PATHS {
            Err(Refusal::Beyond("a union this large".to_owned()))
        } else {
            Ok(paths)
        }
    }

    /// A type's name leads to the resource if it is of that type, and nowhere else.
    fn start(&self, name: &str) -> Result<Vec<Path>, Refusal> {
        let here = self.definitions.kind(self.at);
        if name == here.name || (matches!(name, "Resource" | "DomainResource") && self.is_resource(self.at)) {
            return Ok(vec![self.here()]);
        }
        if ResourceType::from_name(name).is_some() {
            return Ok(Vec::new());
        }
        self.step(&[self.here()], name)
    }

    fn is_resource(&self, at: TypeIndex) -> bool {
        matches!(self.definitions.kind(at).kind, TypeKind::Resource(_) | TypeKind::AnyResource)
    }

    /// From each path's end to the element `name`.
    fn step(&self, paths: &[Path], name: &str) -> Result<Vec<Path>, Refusal> {
        let mut all = Vec::new();
        for path in paths {
            let owner = self.definitions.kind(path.leaf);
            let mut path = path.clone();
            if matches!(owner.kind, TypeKind::Primitive(_)) {
                if !matches!(name, "extension" | "id") {
                    continue;
                }
                // What is beside a primitive value stands in the sibling whose name begins with an underscore.
                if let Some(last) = path.steps.last_mut() {
                    last.name.insert(0, '_');
                }
                path.leaf = self.definitions.element_type();
            }
            let elements = self.definitions.elements(path.leaf);
            let Some(element) = elements.iter().find(|element| element.name == name) else { continue };
            for kind in &element.types {
                let property = if element.choice {
                    let kind = self.definitions.kind(*kind).name;
                    let (first, rest) = kind.split_at(1);
                    format!("{name}{}{rest}", first.to_ascii_uppercase())
                } else {
                    name.to_owned()
                };
                let mut longer = path.clone();
                longer.steps.push(Step { name: property, filters: Vec::new() });
                longer.leaf = *kind;
                longer.targets =
                    element.targets.iter().filter_map(|name| ResourceType::from_name(name)).collect();
                all.push(longer);
            }
        }
        if all.is_empty() && !paths.is_empty() { Err(Refusal::Unknown(name.to_owned())) } else { Ok(all) }
    }

    fn index(&self, paths: Vec<Path>, index: u32) -> Result<Vec<Path>, Refusal> {
        let one_in_many = |path: &Path| {
            let (last, before) = path.steps.split_last()?;
            (last.filters.is_empty() && !before.iter().any(|step| self.may_repeat(path, step))).then_some(())
        };
        if paths.len() > 1 || paths.iter().any(|path| one_in_many(path).is_none()) {
            return Err(Refusal::Beyond(format!("[{index}] of several lists")));
        }
        Ok(Self::filtered(paths, &Filter::Index(index)))
    }

    /// Whether a property on the way may have several elements: looked up from the path's beginning.
    fn may_repeat(&self, path: &Path, wanted: &Step) -> bool {
        let mut owner = if path.from_resource { self.resource } else { self.at };
        for step in &path.steps {
            let Some(property) = self.definitions.property(owner, step.name.as_bytes()) else { return true };
            let repeats = self.definitions.element_by_number(property.element).repeats
                && !step.filters.iter().any(|filter| matches!(filter, Filter::Index(_)));
            if std::ptr::eq(step, wanted) {
                return repeats;
            }
            owner = property.value;
        }
        true
    }

    fn filtered(paths: Vec<Path>, filter: &Filter) -> Vec<Path> {
        let add = |mut path: Path| {
            if let Some(last) = path.steps.last_mut() {
                last.filters.push(filter.clone());
            }
            path
        };
        paths.into_iter().map(add).collect()
    }

    fn of_type(&self, paths: Vec<Path>, kind: &str) -> Result<Vec<Path>, Refusal> {
        if let Some(resource) = ResourceType::from_name(kind) {
            let any = |path: &Path| self.definitions.kind(path.leaf).kind == TypeKind::AnyResource;
            let inside: Vec<Path> = paths.into_iter().filter(any).collect();
            let typed = |mut path: Path| {
                path.leaf = self.definitions.resource(resource);
                path
            };
            let filtered = Self::filtered(inside, &Filter::Is(resource));
            return Ok(filtered.into_iter().map(typed).collect());
        }
        // Some of R4's own expressions write DateTime for dateTime.
        let named = |path: &Path| self.definitions.kind(path.leaf).name.eq_ignore_ascii_case(kind);
        if self.definitions.find(kind).is_none() && !paths.iter().any(named) {
            return Err(Refusal::Unknown(kind.to_owned()));
        }
        Ok(paths.into_iter().filter(named).collect())
    }

    fn call(&self, paths: Vec<Path>, name: &str, arguments: &[Expr]) -> Result<Vec<Path>, Refusal> {
        match (name, arguments) {
            ("where", [criterion]) => {
                let mut all = Vec::new();
                for path in paths {
                    let filter = match self.at(path.leaf).predicate(criterion)? {
                        Predicate::RefersTo(kind) => Filter::RefersTo(kind),
                        other => Filter::Where(other),
                    };
                    if path.steps.is_empty() {
                        return Err(Refusal::Beyond("where() of a resource".to_owned()));
                    }
                    let mut filtered = Self::filtered(vec![path], &filter);
                    if let Filter::RefersTo(kind) = filter {
                        filtered.iter_mut().for_each(|path| path.targets = vec![kind]);
                    }
                    all.extend(filtered);
                }
                Ok(all)
            }
            ("extension", [Expr::Literal(Literal::Text(url))]) => {
                let paths = self.step(&paths, "extension")?;
                Ok(Self::filtered(paths, &Filter::Where(has_url(url))))
            }
            ("first", []) => self.index(paths, 0),
            _ => Err(Refusal::Beyond(format!("{name}()"))),
        }
    }

    /// The same, beginning at elements of another type.
    fn at(&self, at: TypeIndex) -> Self {
        Self { definitions: self.definitions, at, resource: self.resource }
    }

    fn predicate(&self, expr: &Expr) -> Result<Predicate, Refusal> {
        let both = |left: &Expr, right: &Expr| -> Result<_, Refusal> {
            Ok((Box::new(self.predicate(left)?), Box::new(self.predicate(right)?)))
        };
        match expr {
            Expr::And(left, right) => both(left, right).map(|(left, right)| Predicate::And(left, right)),
            Expr::Or(left, right) => both(left, right).map(|(left, right)| Predicate::Or(left, right)),
            Expr::Equals(left, right, same) => {
                let constant = match &**right {
                    Expr::Literal(Literal::Text(text)) => Constant::Text(text.clone()),
                    Expr::Literal(Literal::Plain(text)) => Constant::Plain(text.clone()),
                    _ => return Err(Refusal::Beyond("a comparison of two elements".to_owned())),
                };
                Ok(Predicate::Equals(self.inner(left)?, constant, *same))
            }
            Expr::Is(before, kind) => self.is(before, kind),
            Expr::Call(before, name, arguments) => match (name.as_str(), &arguments[..]) {
                ("exists", []) => Ok(Predicate::Exists(self.inner(before)?)),
                ("empty", []) => Ok(Predicate::Not(Box::new(Predicate::Exists(self.inner(before)?)))),
                ("exists", [criterion]) => {
                    let call = Expr::Call(before.clone(), "where".to_owned(), vec![criterion.clone()]);
                    Ok(Predicate::Exists(self.inner(&call)?))
                }
                ("not", []) => Ok(Predicate::Not(Box::new(self.predicate(before)?))),
                ("hasExtension", [url]) => {
                    let call = Expr::Call(before.clone(), "extension".to_owned(), vec![url.clone()]);
                    Ok(Predicate::Exists(self.inner(&call)?))
                }
                _ => Err(Refusal::Beyond(format!("{name}() as a condition"))),
            },
            _ => Err(Refusal::Beyond("a path as a condition".to_owned())),
        }
    }

    fn is(&self, before: &Expr, kind: &str) -> Result<Predicate, Refusal> {
        if let Expr::Call(reference, name, arguments) = before
            && name == "resolve"
            && arguments.is_empty()
            && **reference == Expr::This
        {
            return ResourceType::from_name(kind)
                .map(Predicate::RefersTo)
                .ok_or_else(|| Refusal::Unknown(kind.to_owned()));
        }
        let typed = Expr::As(Box::new(before.clone()), kind.to_owned());
        Ok(Predicate::Exists(self.inner(&typed)?))
    }

    /// Paths inside the element that a predicate is about.
    fn inner(&self, expr: &Expr) -> Result<Vec<Vec<Step>>, Refusal> {
        let paths = self.paths(expr)?;
        if paths.iter().any(|path| path.from_resource) {
            return Err(Refusal::Beyond("%resource in a condition".to_owned()));
        }
        Ok(paths.into_iter().map(|path| path.steps).collect())
    }
}

fn has_url(url: &str) -> Predicate {
    let step = Step { name: "url".to_owned(), filters: Vec::new() };
    Predicate::Equals(vec![vec![step]], Constant::Text(url.to_owned()), true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(kind: &str, expression: &str) -> Vec<String> {
        let table = definitions::get();
        match compile(expression, table.find(kind).expect("a type")) {
            Ok(Compiled::Paths(paths)) => paths
                .iter()
                .map(|path| {
                    let steps: Vec<_> = path.steps.iter().map(|step| step.name.as_str()).collect();
                    format!("{}: {}", steps.join("."), table.kind(path.leaf).name)
                })
                .collect(),
            other => panic!("{expression}: {other:?}"),
        }
    }

    #[test]
    fn a_choice_has_a_path_for_each_type() {
        assert_eq!(
            names("Patient", "Patient.deceased"),
            ["deceasedBoolean: boolean", "deceasedDateTime: dateTime"]
        );
        assert_eq!(names("Patient", "(Patient.deceased as DateTime)"), ["deceasedDateTime: dateTime"]);
        assert_eq!(
            names("Observation", "(Observation.value as CodeableConcept).text"),
            ["valueCodeableConcept.text: string"]
        );
    }

    #[test]
    fn other_types_branches_lead_nowhere() {
        assert_eq!(
            names("Patient", "Person.name | Patient.name | Resource.id"),
            ["name: HumanName", "id: id"]
        );
        assert_eq!(
            names("Bundle", "Bundle.entry[0].resource.as(Composition)"),
            ["entry.resource: Composition"]
        );
    }

    #[test]
    fn what_stands_beside_a_primitive() {
        assert_eq!(
            names("Patient", "Patient.birthDate.extension('u').value.as(dateTime)"),
            ["_birthDate.extension.valueDateTime: dateTime"]
        );
    }

    #[test]
    fn what_is_beyond_is_refused_by_name() {
        let patient = definitions::get().find("Patient").expect("there");
        for (expression, refusal) in [
            ("Patient.nmae", Refusal::Unknown("nmae".into())),
            ("Patient.name.given.upper()", Refusal::Beyond("upper()".into())),
            ("Patient.name.given[0]", Refusal::Beyond("[0] of several lists".into())),
            ("Patient.link.other.resolve()", Refusal::Beyond("resolve()".into())),
            ("Patient.deceased as Nonsense", Refusal::Unknown("Nonsense".into())),
            ("Patient..name", Refusal::Syntax(8)),
        ] {
            assert_eq!(compile(expression, patient), Err(refusal), "{expression}");
        }
    }
}
