//! A reader of HTML as strict as a browser is lenient: what is not plainly a tag of ours is a finding.
//!
//! State: none.

/// The elements that pages of a chart are made of.
const ELEMENTS: &[&str] = &[
    "a",
    "abbr",
    "aside",
    "bdi",
    "body",
    "br",
    "button",
    "caption",
    "circle",
    "code",
    "dd",
    "desc",
    "details",
    "dialog",
    "div",
    "dl",
    "dt",
    "em",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "g",
    "h1",
    "h2",
    "h3",
    "h4",
    "head",
    "header",
    "html",
    "iframe",
    "img",
    "input",
    "kbd",
    "label",
    "legend",
    "li",
    "line",
    "link",
    "main",
    "meta",
    "nav",
    "ol",
    "p",
    "path",
    "polyline",
    "rect",
    "script",
    "section",
    "small",
    "span",
    "strong",
    "summary",
    "svg",
    "table",
    "tbody",
    "td",
    "text",
    "th",
    "thead",
    "time",
    "title",
    "tr",
    "ul",
];

/// Everything on a page that is not as our templates write it: unknown elements, handlers, styles, addresses of elsewhere.
pub fn findings(page: &str) -> Vec<String> {
    let mut findings = Vec::new();
    let mut rest = page.strip_prefix("<!doctype html>").unwrap_or(page);
    while let Some(at) = rest.find('<') {
        let tag = &rest[at + 1..];
        let Some((name, attributes, length)) = read(tag) else {
            findings.push(format!("no tag: <{}", &tag.chars().take(60).collect::<String>()));
            rest = tag;
            continue;
        };
        if !ELEMENTS.contains(&name.as_str()) {
            findings.push(format!("<{name}>"));
        }
        for (attribute, value) in &attributes {
            let is_address = matches!(
                attribute.as_str(),
                "href" | "src" | "action" | "formaction" | "data" | "xlink:href"
            );
            let is_ours = value.starts_with('/') && !value.starts_with("//") || value.starts_with('#');
            if attribute.starts_with("on")
                || attribute == "style"
                || attribute == "srcdoc"
                || is_address && !is_ours
            {
                findings.push(format!("<{name} {attribute}={value}>"));
            }
        }
        let source = attributes.iter().find(|(attribute, _)| attribute == "src");
        if name == "script" && !source.is_some_and(|(_, value)| value.starts_with("/assets/")) {
            let is_end = tag.starts_with('/');
            if !is_end {
                findings.push("<script> of its own".to_owned());
            }
        }
        rest = &tag[length..];
    }
    findings
}

/// A tag's name, its attributes and its length in bytes.
type Tag = (String, Vec<(String, String)>, usize);

/// Reads a tag, up to and with its `>`. Attributes have no value, or one in quotes.
fn read(tag: &str) -> Option<Tag> {
    let start = usize::from(tag.starts_with('/'));
    let name: String = tag[start..].chars().take_while(|c| c.is_ascii_alphanumeric()).collect();
    let mut at = start + name.len();
    let mut attributes = Vec::new();
    loop {
        let rest = &tag[at..];
        let trimmed = rest.trim_start();
        at += rest.len() - trimmed.len();
        if let Some(length) = [">", "/>"].into_iter().find(|end| trimmed.starts_with(end)).map(str::len) {
            return (!name.is_empty()).then_some((name.to_ascii_lowercase(), attributes, at + length));
        }
        let attribute: String =
            trimmed.chars().take_while(|c| c.is_ascii_alphanumeric() || "-:_".contains(*c)).collect();
        if attribute.is_empty() {
            return None;
        }
        at += attribute.len();
        let mut value = String::new();
        if let Some(quoted) = tag[at..].strip_prefix('=') {
            let quote = quoted.chars().next().filter(|quote| ['"', '\''].contains(quote))?;
            let end = quoted[1..].find(quote)?;
            quoted[1..=end].clone_into(&mut value);
            at += end + 3;
        }
        attributes.push((attribute.to_ascii_lowercase(), value));
    }
}

#[test]
fn what_breaks_out_is_found() {
    assert_eq!(
        findings(r#"<!doctype html><p class="a" hidden>x &lt;b&gt; <br/><a href="/x?a='b'">y</a></p>"#),
        Vec::<String>::new()
    );
    for page in [
        "<p><script>alert(1)</script></p>",
        "<p title=\"\"onclick=\"x\">",
        "<img src=x onerror=alert(1)>",
        "<img src=\"/x\" onerror=\"alert(1)\">",
        "<a href=\"javascript:alert(1)\">",
        "<a href=\"//elsewhere/\">",
        "<p style=\"x\">",
        "<object>",
        "<!--",
        "a < b",
        "<b",
    ] {
        assert!(!findings(page).is_empty(), "{page}");
    }
}
