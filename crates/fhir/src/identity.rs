//! Puts the server's id and meta into a resource's text and leaves every other byte as it is.

use crate::Resource;
use crate::json::{Member, quote};

impl Resource {
    /// The text with `id`, `meta.versionId` and `meta.lastUpdated` (an instant) set; every byte outside the id and
    /// meta members stays. They are replaced where they stand; what is missing is put behind `resourceType` (and
    /// meta behind id) in the style of the white space around it. What the client said in meta otherwise stays.
    pub fn with_identity(&self, id: &str, version_id: &str, last_updated: &str) -> String {
        let text = self.text();
        let members: Vec<_> = self.root().members().collect();
        let find = |name: &str| members.iter().find(|member| member.is(name));
        let (version, updated) = (quote(version_id), quote(last_updated));
        let (space, colon) = match find("resourceType").or(members.first()) {
            Some(member) => style(text, self.root().span().start, member),
            None => ("", ":"),
        };
        let mut edits: Vec<(usize, usize, String)> = Vec::with_capacity(4);
        let fresh_meta = || {
            ",".to_owned()
                + space
                + r#""meta""#
                + colon
                + "{\"versionId\""
                + colon
                + &version
                + ","
                + gap(space)
                + "\"lastUpdated\""
                + colon
                + &updated
                + "}"
        };
        let mut behind_type = String::new();
        match find("id") {
            Some(member) => {
                let span = member.value.span();
                edits.push((span.start, span.end, quote(id)));
                if find("meta").is_none() {
                    edits.push((span.end, span.end, fresh_meta()));
                }
            }
            None => {
                behind_type = format!(",{space}\"id\"{colon}{}", quote(id));
                if find("meta").is_none() {
                    behind_type.push_str(&fresh_meta());
                }
            }
        }
        if let Some(member) = find("resourceType").filter(|_| !behind_type.is_empty()) {
            let end = member.value.span().end;
            edits.push((end, end, behind_type));
        }
        if let Some(meta) = find("meta") {
            let mut missing = String::new();
            let inner = meta.value.members().next();
            let (inner_space, inner_colon) =
                inner.as_ref().map_or(("", colon), |first| style(text, meta.value.span().start, first));
            for (name, value) in [("versionId", version.as_str()), ("lastUpdated", updated.as_str())] {
                match meta.value.get(name) {
                    Some(old) => edits.push((old.span().start, old.span().end, value.to_owned())),
                    None => missing.push_str(&format!("{inner_space}\"{name}\"{inner_colon}{value},")),
                }
            }
            if inner.is_none() {
                missing.pop();
            }
            let start = meta.value.span().start + 1;
            edits.push((start, start, missing));
        }
        splice(text, edits)
    }
}

/// The white space before a member's name, and what stands between its name and its value.
fn style<'a>(text: &'a str, open: usize, member: &Member<'_>) -> (&'a str, &'a str) {
    let key = member.key_span();
    let before = &text[open + 1..key.start];
    let space = &before[before.trim_end_matches([' ', '\n', '\r', '\t']).len()..];
    (space, &text[key.end..member.value.span().start])
}

/// What separates members that stand on one line: nothing in compact text, else a space.
fn gap(space: &str) -> &'static str {
    if space.is_empty() { "" } else { " " }
}

/// Replaces byte ranges, which do not overlap.
fn splice(text: &str, mut edits: Vec<(usize, usize, String)>) -> String {
    edits.sort_by_key(|(start, end, _)| (*start, *end));
    let grown: usize = edits.iter().map(|(_, _, new)| new.len()).sum();
    let mut out = String::with_capacity(text.len() + grown);
    let mut at = 0;
    for (start, end, new) in &edits {
        out.push_str(&text[at..*start]);
        out.push_str(new);
        at = *end;
    }
    out.push_str(&text[at..]);
    out
}
