//! Search parameters of a cell's own: SearchParameter resources, compiled when they are read.

use super::extract::has_values;
use super::path::Refusal;
use super::walk::Walk;
use super::{Component, Fault, MIN_CUSTOM_NUMBER, Parameter, ParameterKind, table};
use crate::json::{Document, Value as Json, quote};
use crate::{Issue, IssueCode, Message, Resource, ResourceType};

/// The most bases, targets or components that one may have.
const MAX_LIST: usize = 150;

/// A search parameter of a cell's own, compiled.
#[derive(Debug)]
pub struct Custom {
    parameter: Parameter,
    walks: Vec<(ResourceType, Walk)>,
}

impl Custom {
    /// What it is.
    pub fn parameter(&self) -> &Parameter {
        &self.parameter
    }

    /// Its walk through resources of a type; none when it is not for them.
    pub(super) fn walk(&self, kind: ResourceType) -> Option<&Walk> {
        let at = self.walks.binary_search_by_key(&kind, |(kind, _)| *kind).ok()?;
        self.walks.get(at).map(|(_, walk)| walk)
    }
}

/// Compiles a SearchParameter resource. `number` is what the cell gave it, from [`MIN_CUSTOM_NUMBER`] on. A composite's
/// components are parameters of R4.
///
/// # Errors
/// What keeps it from being used: no SearchParameter, no expression or one beyond what is compiled, one that leads to
/// nothing a parameter of its kind has values of, a code that R4 has for one of its types, an unknown component.
pub fn custom(resource: &Resource, number: u16) -> Result<Custom, Vec<Issue>> {
    if resource.kind().name() != "SearchParameter" {
        return Err(vec![issue(Fault::Needs("SearchParameter"), "id")]);
    }
    compile(resource.root(), resource.id().unwrap_or_default(), number)
}

/// Compiles what [`definition`] gave.
///
/// # Errors
/// As [`custom`]; also what is no JSON.
pub fn custom_of(definition: &str, number: u16) -> Result<Custom, Vec<Issue>> {
    let document = Document::parse(definition).map_err(|_| vec![issue(Fault::Needs("url"), "url")])?;
    compile(document.root(), "", number)
}

/// The parts of an active SearchParameter that count, as JSON, always written the same way; none when it is not active, or one
/// of R4's own, which are there in any case.
pub fn definition(resource: &Resource) -> Option<String> {
    let root = resource.root();
    let is_active = root.get_str("status").is_some_and(|status| status == "active");
    let url = root.get_str("url").unwrap_or_default();
    if !is_active || table::get().parameters.iter().any(|parameter| parameter.url == url) {
        return None;
    }
    let mut members = Vec::new();
    for name in ["url", "code", "type", "expression"] {
        if let Some(text) = root.get_str(name) {
            members.push(format!(r#""{name}":{}"#, quote(&text)));
        }
    }
    for name in ["base", "target"] {
        let listed = root.get(name).into_iter().flat_map(|all| all.elements()).take(MAX_LIST);
        let listed: Vec<_> = listed.filter_map(|one| one.as_str().map(|text| quote(&text))).collect();
        if !listed.is_empty() {
            members.push(format!(r#""{name}":[{}]"#, listed.join(",")));
        }
    }
    let components = root.get("component").into_iter().flat_map(|all| all.elements()).take(MAX_LIST);
    let component = |component: Json<'_>| {
        let text = |name: &'static str| quote(&component.get_str(name).unwrap_or_default());
        format!(r#"{{"definition":{},"expression":{}}}"#, text("definition"), text("expression"))
    };
    let components: Vec<_> = components.map(component).collect();
    if !components.is_empty() {
        members.push(format!(r#""component":[{}]"#, components.join(",")));
    }
    Some(format!("{{{}}}", members.join(",")))
}

fn compile(root: Json<'_>, id: &str, number: u16) -> Result<Custom, Vec<Issue>> {
    let parameter = read(root, id, number).map_err(|(fault, place)| vec![issue(fault, place)])?;
    let mut walks = Vec::new();
    let kinds: Vec<ResourceType> =
        if parameter.bases.is_empty() { ResourceType::all().collect() } else { parameter.bases.clone() };
    let mut leads_anywhere = false;
    for kind in kinds {
        let mut walk = Walk::default();
        walk.add(&parameter, kind).map_err(|refusal| vec![issue(refused(refusal), "expression")])?;
        if walk.ends().iter().any(|end| !has_values(end.kind, end.leaf)) {
            return Err(vec![issue(Fault::ExpressionKind, "expression")]);
        }
        leads_anywhere |= walk.leads_anywhere();
        walks.push((kind, walk));
    }
    if !leads_anywhere {
        return Err(vec![issue(Fault::ExpressionNowhere, "expression")]);
    }
    Ok(Custom { parameter, walks })
}

fn issue(fault: Fault, place: &str) -> Issue {
    Issue::new(IssueCode::NotSupported, Message::Search(fault)).at(format!("SearchParameter.{place}"))
}

fn refused(refusal: Refusal) -> Fault {
    match refusal {
        Refusal::Syntax(at) => Fault::ExpressionSyntax(at),
        Refusal::Unknown(name) => Fault::ExpressionUnknown(name),
        Refusal::Beyond(what) => Fault::ExpressionBeyond(what),
    }
}

type Refused = (Fault, &'static str);

fn read(root: Json<'_>, id: &str, number: u16) -> Result<Parameter, Refused> {
    let text = |name: &'static str| root.get_str(name).map(|text| text.into_owned());
    let wanted = |name: &'static str| text(name).ok_or((Fault::Needs(name), name));
    if number < MIN_CUSTOM_NUMBER {
        return Err((Fault::Needs("SearchParameter"), "id"));
    }
    let code = wanted("code")?;
    let kind = ParameterKind::from_code(&wanted("type")?).filter(|kind| *kind != ParameterKind::Special);
    let kind = kind.ok_or((Fault::KindUnsupported, "type"))?;
    let bases = types(root, "base")?;
    let plain = code.starts_with(|first: char| first.is_ascii_alphabetic())
        && code.len() <= 64
        && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if !plain {
        return Err((Fault::CodeNotPlain, "code"));
    }
    let taken = |kind: ResourceType| table::get().find(kind, &code).is_some();
    let is_taken =
        if bases.is_empty() { ResourceType::all().any(taken) } else { bases.iter().copied().any(taken) };
    if is_taken {
        return Err((Fault::CodeTaken(code), "code"));
    }
    let components = components(root)?;
    if (kind == ParameterKind::Composite) == components.is_empty() {
        return Err((Fault::Needs("component"), "component"));
    }
    Ok(Parameter {
        number,
        id: id.to_owned(),
        url: wanted("url")?,
        code,
        kind,
        bases,
        targets: types(root, "target")?,
        components,
        expression: wanted("expression")?,
        systems: Vec::new(),
    })
}

/// Types, ascending; none for all.
fn types(root: Json<'_>, name: &'static str) -> Result<Vec<ResourceType>, Refused> {
    let mut types = Vec::new();
    for listed in root.get(name).into_iter().flat_map(|all| all.elements()).take(MAX_LIST) {
        let listed = listed.as_str().unwrap_or_default();
        if matches!(&*listed, "Resource" | "DomainResource") {
            return Ok(Vec::new());
        }
        types.push(ResourceType::from_name(&listed).ok_or((Fault::TypeUnknown, name))?);
    }
    types.sort();
    types.dedup();
    Ok(types)
}

fn components(root: Json<'_>) -> Result<Vec<Component>, Refused> {
    let mut components = Vec::new();
    for component in root.get("component").into_iter().flat_map(|all| all.elements()).take(MAX_LIST) {
        let url = component.get_str("definition").unwrap_or_default();
        let like = table::get().parameters.iter().find(|parameter| parameter.url == url);
        let like = like.ok_or((Fault::ComponentUnknown, "component"))?;
        let expression = component.get_str("expression").unwrap_or_default().into_owned();
        components.push(Component { number: like.number, kind: like.kind, expression });
    }
    Ok(components)
}
