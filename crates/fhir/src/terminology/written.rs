//! Answers about code lists as FHIR's JSON: Parameters, and a ValueSet with its expansion. State: none.

use super::{Designation, Expansion, Found, Lookup, ValueSet};
use crate::json::quote;

pub(super) fn parameter(name: &str, kind: &str, text: &str) -> String {
    format!(r#"{{"name":"{name}","{kind}":{}}}"#, quote(text))
}

pub(super) fn parameters(all: &[String]) -> String {
    format!(r#"{{"resourceType":"Parameters","parameter":[{}]}}"#, all.join(","))
}

pub(super) fn write_lookup(found: &Lookup<'_>, display: Option<&str>, wanted: &[&str]) -> String {
    let system = found.system;
    let name = if system.title.is_empty() { &system.url } else { &system.title };
    let mut out = vec![parameter("name", "valueString", name)];
    if !system.version.is_empty() {
        out.push(parameter("version", "valueString", &system.version));
    }
    out.push(parameter("display", "valueString", display.unwrap_or(&found.concept.code)));
    let concepts = || std::iter::once(found.concept).chain(found.added.iter().copied());
    for word in concepts().flat_map(|concept| &concept.designations) {
        let language =
            (!word.language.is_empty()).then(|| parameter("language", "valueCode", &word.language));
        let value = parameter("value", "valueString", &word.value);
        let parts: Vec<_> = language.into_iter().chain([value]).collect();
        out.push(format!(r#"{{"name":"designation","part":[{}]}}"#, parts.join(",")));
    }
    let mut property = |name: &str, kind: &str, json: &str| {
        if wanted.is_empty() || wanted.contains(&name) {
            let code = parameter("code", "valueCode", name);
            let value = format!(r#"{{"name":"value","{kind}":{json}}}"#);
            out.push(format!(r#"{{"name":"property","part":[{code},{value}]}}"#));
        }
    };
    found.parents.iter().for_each(|code| property("parent", "valueCode", &quote(code)));
    found.children.iter().for_each(|code| property("child", "valueCode", &quote(code)));
    if !found.concept.definition.is_empty() {
        property("definition", "valueString", &quote(&found.concept.definition));
    }
    let own = concepts().flat_map(|concept| &concept.properties).filter(|one| &*one.name != "parent");
    own.for_each(|one| property(&one.name, one.kind, &one.json));
    parameters(&out)
}

pub(super) fn write_expansion(
    set: &ValueSet,
    page: &Expansion<'_>,
    asked: &[(&'static str, String)],
    offset: usize,
    identifier: &str,
    time: &str,
) -> String {
    let mut head = String::new();
    for (name, text) in [("url", &set.url), ("version", &set.version), ("title", &set.title)] {
        if !text.is_empty() {
            head.push_str(&format!(r#","{name}":{}"#, quote(text)));
        }
    }
    let kind = |name: &str| match name {
        "offset" | "count" => "valueInteger",
        "activeOnly" | "includeDesignations" | "excludeNested" => "valueBoolean",
        "url" => "valueUri",
        _ => "valueString",
    };
    let mut all: Vec<String> = asked
        .iter()
        .map(|(name, text)| match kind(name) {
            kind @ ("valueInteger" | "valueBoolean") => format!(r#"{{"name":"{name}","{kind}":{text}}}"#),
            kind => parameter(name, kind, text),
        })
        .collect();
    for (url, version) in &page.used {
        let canonical = if version.is_empty() { (*url).to_owned() } else { format!("{url}|{version}") };
        all.push(parameter("version", "valueUri", &canonical));
    }
    all.extend(page.partial.iter().map(|url| parameter("warning-incomplete", "valueUri", url)));
    let list = |name: &str, all: &[String]| match all {
        [] => String::new(),
        all => format!(r#","{name}":[{}]"#, all.join(",")),
    };
    let codes: Vec<_> = page.codes.iter().map(write_code).collect();
    format!(
        r#"{{"resourceType":"ValueSet"{head},"status":"active","expansion":{{"identifier":{},"timestamp":{},"total":{},"offset":{offset}{}{}}}}}"#,
        quote(identifier),
        quote(time),
        page.total,
        list("parameter", &all),
        list("contains", &codes),
    )
}

fn write_code(found: &Found<'_>) -> String {
    let mut out = String::from("{");
    if !found.system.is_empty() {
        out.push_str(&format!(r#""system":{},"#, quote(found.system)));
    }
    if found.is_abstract {
        out.push_str(r#""abstract":true,"#);
    }
    if found.is_inactive {
        out.push_str(r#""inactive":true,"#);
    }
    if !found.version.is_empty() {
        out.push_str(&format!(r#""version":{},"#, quote(found.version)));
    }
    out.push_str(&format!(r#""code":{}"#, quote(found.code)));
    if !found.display.is_empty() {
        out.push_str(&format!(r#","display":{}"#, quote(found.display)));
    }
    let word = |word: &&Designation| {
        let language = if word.language.is_empty() {
            String::new()
        } else {
            format!(r#""language":{},"#, quote(&word.language))
        };
        format!(r#"{{{language}"value":{}}}"#, quote(&word.value))
    };
    let words: Vec<_> = found.designations.iter().map(word).collect();
    if !words.is_empty() {
        out.push_str(&format!(r#","designation":[{}]"#, words.join(",")));
    }
    out.push('}');
    out
}
