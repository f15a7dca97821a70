//! Forms with files in them (RFC 7578): their fields, and the files.
//!
//! Never: a field that is no text; more parts than the bound. State: none.

/// The most parts of a form.
const MAX_PARTS: usize = 256;
/// The longest head of a part, in bytes.
const MAX_HEAD_BYTES: usize = 4 * 1024;

/// A file that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// The name of the field.
    pub field: String,
    /// The file's name, as the browser says it.
    pub name: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// A form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form {
    /// Its fields, in order.
    pub fields: Vec<(String, String)>,
    /// Its files; a field of files in which none was chosen is none.
    pub files: Vec<Upload>,
}

/// The text between the parts; none where the content type is no such form's.
pub fn boundary(content_type: &str) -> Option<&str> {
    let mut parts = content_type.split(';').map(str::trim);
    if !parts.next()?.eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let boundary = parts.find_map(|part| part.strip_prefix("boundary="))?.trim_matches('"');
    (1..=70).contains(&boundary.len()).then_some(boundary)
}

/// Reads a body. None when it is no such form.
pub fn read(body: &[u8], boundary: &str) -> Option<Form> {
    let between = format!("\r\n--{boundary}");
    let mut rest = body.strip_prefix(between.get(2..)?.as_bytes())?;
    let mut form = Form::default();
    for _ in 0..MAX_PARTS {
        if rest.starts_with(b"--") {
            return Some(form);
        }
        rest = rest.strip_prefix(b"\r\n")?;
        let head_end = find(rest.get(..rest.len().min(MAX_HEAD_BYTES))?, b"\r\n\r\n")?;
        let (head, content) = (rest.get(..head_end)?, rest.get(head_end + 4..)?);
        let end = find(content, between.as_bytes())?;
        let bytes = content.get(..end)?;
        rest = content.get(end + between.len()..)?;
        let head = std::str::from_utf8(head).ok()?;
        let of = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-disposition").then_some(value)
        })?;
        let field = parameter(of, "name")?;
        match parameter(of, "filename") {
            Some(name) if name.is_empty() && bytes.is_empty() => {}
            Some(name) => form.files.push(Upload { field, name, bytes: bytes.to_vec() }),
            None => form.fields.push((field, String::from_utf8(bytes.to_vec()).ok()?)),
        }
    }
    None
}

/// A parameter of a line, in quotes. Browsers write a quote in it as `%22`, so that it ends at the next one.
fn parameter(line: &str, name: &str) -> Option<String> {
    let mut rest = line;
    loop {
        rest = rest.split_once(';')?.1.trim_start();
        let (key, value) = rest.split_once('=')?;
        let value = value.strip_prefix('"')?;
        let (value, after) = value.split_once('"')?;
        if key.eq_ignore_ascii_case(name) {
            return Some(value.to_owned());
        }
        rest = after;
    }
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    let first = *what.first()?;
    let mut from = 0;
    loop {
        let at = from + text.get(from..)?.iter().position(|byte| *byte == first)?;
        if text.get(at..)?.starts_with(what) {
            return Some(at);
        }
        from = at + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::{boundary, read};

    const BODY: &[u8] = b"--xy\r\nContent-Disposition: form-data; name=\"do\"\r\n\r\nadd\r\n--xy\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a;b=1.tgz\"\r\nContent-Type: application/gzip\r\n\r\n\x1f\x8b\r\n--x\r\n--xy\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\"\r\n\r\n\r\n--xy--\r\n";

    #[test]
    fn fields_and_files_are_read_and_a_broken_form_is_none() {
        assert_eq!(boundary("multipart/form-data; boundary=xy"), Some("xy"));
        assert_eq!(boundary("multipart/form-data; boundary=\"xy\""), Some("xy"));
        assert_eq!(boundary("application/x-www-form-urlencoded"), None);
        let form = read(BODY, "xy").unwrap();
        assert_eq!(form.fields, [("do".to_owned(), "add".to_owned())]);
        let [file] = form.files.as_slice() else { panic!("{form:?}") };
        assert_eq!((file.field.as_str(), file.name.as_str()), ("file", "a;b=1.tgz"));
        assert_eq!(file.bytes, b"\x1f\x8b\r\n--x");
        // Cut off anywhere, it is none; never a panic.
        for end in 0..BODY.len() - 4 {
            assert!(read(&BODY[..end], "xy").is_none(), "{end}");
        }
        assert!(read(BODY, "other").is_none());
        let part = b"--xy\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\r\n";
        let many: Vec<u8> = part.repeat(300).into_iter().chain(*b"--xy--").collect();
        assert!(read(&many, "xy").is_none());
        let few: Vec<u8> = part.repeat(200).into_iter().chain(*b"--xy--").collect();
        assert_eq!(read(&few, "xy").unwrap().fields.len(), 200);
    }
}
