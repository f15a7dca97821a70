//! The text of a resource for full-text search: its narrative without markup, and all its strings for people.

use crate::ResourceType;
use crate::definitions::{self, PrimitiveKind, TypeIndex, TypeKind};
use crate::json::{Kind, Value};
use crate::validate::type_name;

/// Elements that stand within a word: no space comes in their place.
const INLINE: [&str; 14] =
    ["a", "abbr", "b", "big", "cite", "code", "em", "i", "small", "span", "strong", "sub", "sup", "tt"];

/// The text of a resource's narrative.
pub(super) fn narrative(root: Value<'_>) -> String {
    let mut text = String::new();
    if let Some(div) = root.get("text").and_then(|text| text.get_str("div")) {
        without_markup(&div, &mut text);
    }
    text
}

/// All strings, markdown and narratives in a resource, inner resources included, a space between them. No codes, URIs, dates
/// or binary data.
pub(super) fn collect(root: Value<'_>, out: &mut String) {
    if let Some(kind) = type_name(root).and_then(|name| ResourceType::from_name(&name)) {
        object(root, definitions::get().resource(kind), out);
    }
}

fn object(value: Value<'_>, owner: TypeIndex, out: &mut String) {
    let table = definitions::get();
    for member in value.members() {
        let name = member.name();
        let (kind, inner) = match table.property(owner, name.as_bytes()) {
            Some(property) => (property.kind, property.value),
            None if name.starts_with('_') => (TypeKind::Datatype, table.element_type()),
            None => continue,
        };
        match member.value.kind() {
            Kind::Array => member.value.elements().for_each(|element| one(element, kind, inner, out)),
            _ => one(member.value, kind, inner, out),
        }
    }
}

fn one(value: Value<'_>, kind: TypeKind, index: TypeIndex, out: &mut String) {
    match kind {
        TypeKind::Primitive(PrimitiveKind::String | PrimitiveKind::Markdown) => {
            if let Some(text) = value.as_str() {
                space(out);
                out.push_str(&text);
            }
        }
        TypeKind::Primitive(PrimitiveKind::Xhtml) => {
            if let Some(text) = value.as_str() {
                without_markup(&text, out);
            }
        }
        TypeKind::Primitive(_) => {}
        TypeKind::AnyResource => collect(value, out),
        TypeKind::Datatype | TypeKind::Backbone | TypeKind::Resource(_) => object(value, index, out),
    }
}

fn space(out: &mut String) {
    if !out.is_empty() && !out.ends_with(' ') {
        out.push(' ');
    }
}

/// Appends the text of XHTML that is known to be well-formed.
fn without_markup(xhtml: &str, out: &mut String) {
    space(out);
    let mut rest = xhtml;
    while let Some((text, tag)) = rest.split_once('<') {
        entities(text, out);
        let end = if tag.starts_with("!--") { "-->" } else { ">" };
        let Some((tag, after)) = tag.split_once(end) else { return };
        let name = tag.trim_start_matches('/').split(|next: char| !next.is_ascii_alphanumeric()).next();
        if !name.is_some_and(|name| INLINE.contains(&name)) {
            space(out);
        }
        rest = after;
    }
    entities(rest, out);
    out.truncate(out.trim_end().len());
}

/// Appends text, each run of white space as a space, entities and character references as what they stand for.
fn entities(text: &str, out: &mut String) {
    let mut rest = text;
    loop {
        let (plain, reference) =
            rest.split_once('&').map_or((rest, None), |(plain, after)| (plain, Some(after)));
        for character in plain.chars() {
            if character.is_whitespace() { space(out) } else { out.push(character) }
        }
        let Some((name, after)) = reference.and_then(|after| after.split_once(';')) else { return };
        match named(name) {
            Some(character) if character.is_whitespace() => space(out),
            Some(character) => out.push(character),
            None => space(out),
        }
        rest = after;
    }
}

fn named(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix('x') {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code);
    }
    NAMED.iter().find(|(known, _)| *known == name).map(|(_, character)| *character)
}

/// The named entities that occur in German, French and English text.
const NAMED: [(&str, char); 37] = [
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", ' '),
    ("auml", 'ä'),
    ("ouml", 'ö'),
    ("uuml", 'ü'),
    ("Auml", 'Ä'),
    ("Ouml", 'Ö'),
    ("Uuml", 'Ü'),
    ("szlig", 'ß'),
    ("agrave", 'à'),
    ("acirc", 'â'),
    ("ccedil", 'ç'),
    ("eacute", 'é'),
    ("egrave", 'è'),
    ("ecirc", 'ê'),
    ("euml", 'ë'),
    ("icirc", 'î'),
    ("iuml", 'ï'),
    ("ocirc", 'ô'),
    ("oelig", 'œ'),
    ("ugrave", 'ù'),
    ("ucirc", 'û'),
    ("Agrave", 'À'),
    ("Ccedil", 'Ç'),
    ("Eacute", 'É'),
    ("Egrave", 'È'),
    ("aelig", 'æ'),
    ("aacute", 'á'),
    ("iacute", 'í'),
    ("oacute", 'ó'),
    ("uacute", 'ú'),
    ("ntilde", 'ñ'),
    ("oslash", 'ø'),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Resource;

    #[test]
    fn markup_is_left_out() {
        let mut out = String::new();
        without_markup(
            "<div><h1>A&amp;B</h1><p>c<b>d</b>e&nbsp; f&#252;<br/>g</p><!-- no > --></div>",
            &mut out,
        );
        assert_eq!(out, "A&B cde fü g");
    }

    #[test]
    fn strings_for_people_and_no_others() {
        let text = r#"{"resourceType":"Patient","id":"secret","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">told <i>so</i></div>"},
            "contained":[{"resourceType":"Organization","name":"Inner"}],
            "identifier":[{"system":"urn:s","value":"V1"}],"name":[{"family":"Maier","given":["Eva","Maria"]}],"gender":"female",
            "birthDate":"1980-01-01","_birthDate":{"extension":[{"url":"urn:u","valueString":"beside"}]},
            "photo":[{"contentType":"image/png","data":"QUJD","title":"Face"}]}"#;
        let resource = Resource::parse(text, None).expect("valid");
        let mut out = String::new();
        collect(resource.root(), &mut out);
        assert_eq!(out, "told so Inner V1 Maier Eva Maria beside Face");
        assert_eq!(narrative(resource.root()), "told so");
    }
}
