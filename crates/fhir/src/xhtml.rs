//! The narrative's XHTML (FHIR R4, section 2.4.0): well-formed, one `div` of the XHTML namespace, and nothing that runs
//! or asks for input. Changes nothing, and draws nothing. That a narrative has content (R4's txt-2) is not asked:
//! official examples have none.

const NAMESPACE: &str = "http://www.w3.org/1999/xhtml";

/// How deep elements may lie in one another.
const MAX_DEPTH: usize = 128;

/// Elements that R4 forbids in a narrative.
const FORBIDDEN: [&str; 17] = [
    "applet", "base", "body", "button", "embed", "form", "frame", "frameset", "head", "iframe", "input",
    "link", "object", "script", "select", "style", "textarea",
];

/// True when `text` is a narrative.
pub(crate) fn is_narrative(text: &str) -> bool {
    let mut reader = Reader { rest: text.trim_matches(SPACE), open: Vec::new() };
    reader.document().is_some()
}

const SPACE: [char; 4] = [' ', '\t', '\n', '\r'];

struct Reader<'a> {
    rest: &'a str,
    open: Vec<&'a str>,
}

impl<'a> Reader<'a> {
    fn document(&mut self) -> Option<()> {
        let (name, namespace) = self.start_tag()?;
        if name != "div" || namespace != Some(NAMESPACE) {
            return None;
        }
        while !self.open.is_empty() {
            self.node()?;
        }
        self.rest.is_empty().then_some(())
    }

    fn strip(&mut self, prefix: &str) -> Option<()> {
        self.rest = self.rest.strip_prefix(prefix)?;
        Some(())
    }

    /// Takes what stands before `end`, and `end` itself.
    fn until(&mut self, end: &str) -> Option<&'a str> {
        let at = match end.as_bytes() {
            [one] => memchr::memchr(*one, self.rest.as_bytes())?,
            several => memchr::memmem::find(self.rest.as_bytes(), several)?,
        };
        let (before, after) = self.rest.split_at(at);
        self.rest = &after[end.len()..];
        Some(before)
    }

    fn node(&mut self) -> Option<()> {
        let at = memchr::memchr(b'<', self.rest.as_bytes())?;
        let (text, rest) = self.rest.split_at(at);
        self.rest = rest;
        entities(text)?;
        if self.rest.starts_with("<!--") {
            self.rest = &self.rest[4..];
            let comment = self.until("-->")?;
            (!comment.contains("--")).then_some(())
        } else if self.rest.starts_with("</") {
            self.rest = &self.rest[2..];
            let name = self.until(">")?.trim_end_matches(SPACE);
            (self.open.pop()? == name).then_some(())
        } else {
            self.start_tag().map(|_| ())
        }
    }

    fn name(&mut self) -> Option<&'a str> {
        let part =
            |character: char| character.is_alphanumeric() || matches!(character, '_' | ':' | '-' | '.');
        let end = self.rest.find(|character| !part(character))?;
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest;
        (!name.is_empty()
            && !name.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '-' | '.')))
        .then_some(name)
    }

    /// A start tag or an empty element; its name, and the namespace that it declares.
    fn start_tag(&mut self) -> Option<(&'a str, Option<&'a str>)> {
        self.strip("<")?;
        let name = self.name()?;
        let local = name.rsplit(':').next().unwrap_or(name);
        if FORBIDDEN.iter().any(|forbidden| local.eq_ignore_ascii_case(forbidden))
            || self.open.len() >= MAX_DEPTH
        {
            return None;
        }
        let mut namespace = None;
        loop {
            let before = self.rest.len();
            self.rest = self.rest.trim_start_matches(SPACE);
            if self.strip("/>").is_some() {
                break;
            }
            if self.strip(">").is_some() {
                self.open.push(name);
                break;
            }
            if self.rest.len() == before {
                return None;
            }
            let (attribute, value) = self.attribute()?;
            if attribute == "xmlns" {
                namespace = Some(value);
            }
        }
        Some((name, namespace))
    }

    fn attribute(&mut self) -> Option<(&'a str, &'a str)> {
        let name = self.name()?;
        self.rest = self.rest.trim_start_matches(SPACE);
        self.strip("=")?;
        self.rest = self.rest.trim_start_matches(SPACE);
        let quote = if self.rest.starts_with('"') { "\"" } else { "'" };
        self.strip(quote)?;
        let value = self.until(quote)?;
        entities(value)?;
        let is_event = name.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("on"));
        (!is_event && !value.contains('<') && !runs(value)).then_some((name, value))
    }
}

/// True for an address that runs instead of leading somewhere.
fn runs(value: &str) -> bool {
    let start = value.trim_start().as_bytes();
    ["javascript:", "vbscript:"].iter().any(|scheme| {
        start.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme.as_bytes()))
    })
}

/// Every `&` begins an entity or a character reference.
fn entities(text: &str) -> Option<()> {
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'&', rest.as_bytes()) {
        let after = &rest[at + 1..];
        let (name, tail) = after.split_once(';')?;
        let digits = |digits: &str, test: fn(&u8) -> bool| {
            !digits.is_empty() && digits.bytes().all(|byte| test(&byte))
        };
        let known = match (name.strip_prefix("#x"), name.strip_prefix('#')) {
            (Some(number), _) => digits(number, u8::is_ascii_hexdigit),
            (None, Some(number)) => digits(number, u8::is_ascii_digit),
            (None, None) => digits(name, u8::is_ascii_alphanumeric),
        };
        if !known {
            return None;
        }
        rest = tail;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::is_narrative;

    fn div(inside: &str) -> String {
        format!("<div xmlns=\"http://www.w3.org/1999/xhtml\">{inside}</div>")
    }

    #[test]
    fn narratives() {
        for inside in [
            "",
            "a",
            "<p>a &amp; b<br/> &#228;</p>",
            "<img src='x.png' alt=\"\"/>",
            "<!-- c -->x",
            "<a href=\"Patient/1\">x</a >",
        ] {
            assert!(is_narrative(&div(inside)), "{inside}");
        }
        assert!(is_narrative(" <div\n xmlns='http://www.w3.org/1999/xhtml' >x</div>\n"));
    }

    #[test]
    fn what_is_none() {
        for inside in [
            "<p>a",
            "a</p>",
            "<p>a</b>",
            "a & b",
            "a &amp b",
            "<p class=x>a</p>",
            "<p class=\"<\">a</p>",
            "<script>a</script>",
            "<SCRIPT>a</SCRIPT>",
            "<p onclick=\"x()\">a</p>",
            "<a href=\" JavaScript:x()\">a</a>",
            "<iframe src=\"x\">a</iframe>",
            "a<?php ?>",
            "a<!DOCTYPE x>",
            "<![CDATA[a]]>b",
            "a</div><div>b",
            "<",
            "<p",
        ] {
            assert!(!is_narrative(&div(inside)), "{inside}");
        }
        for text in [
            "",
            "x",
            "<div>a</div>",
            "<p xmlns=\"http://www.w3.org/1999/xhtml\">a</p>",
            "<div xmlns=\"x\">a</div>",
        ] {
            assert!(!is_narrative(text), "{text}");
        }
        assert!(!is_narrative(&div(&("<b>".repeat(1_000) + "a" + &"</b>".repeat(1_000)))));
    }
}
