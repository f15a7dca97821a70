//! One page of text as a PDF (ISO 32000-1): one font that every reader has, no compression. Pure.

use std::fmt::Write as _;

/// A line of text, and whether it is bold.
pub(crate) type Line = (bool, String);

/// The most letters of a line before it is broken.
const MAX_LINE_LETTERS: usize = 88;
const TOP: i32 = 790;
const LEADING: i32 = 15;

/// A4, from the top.
pub(crate) fn page(title: &str, lines: &[Line]) -> Vec<u8> {
    let mut content = format!("BT /F1 11 Tf {LEADING} TL 62 {TOP} Td\n").into_bytes();
    for (is_bold, line) in lines {
        let _ = is_bold.then(|| content.extend(b"/F2 11 Tf\n"));
        for part in broken(line) {
            content.push(b'(');
            content.extend(latin(&part));
            content.extend(b") Tj T*\n");
        }
        let _ = is_bold.then(|| content.extend(b"/F1 11 Tf\n"));
    }
    content.extend(b"ET");
    let font = |name: &str| {
        format!("<</Type/Font/Subtype/Type1/BaseFont/{name}/Encoding/WinAnsiEncoding>>").into_bytes()
    };
    let mut stream = format!("<</Length {}>>stream\n", content.len()).into_bytes();
    stream.extend(content);
    stream.extend(b"\nendstream");
    let mut info = b"<</Title(".to_vec();
    info.extend(latin(title));
    info.extend(b")>>");
    let objects: [Vec<u8>; 7] = [
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>".to_vec(),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R/F2 6 0 R>>>>>>"
            .to_vec(),
        stream,
        font("Helvetica"),
        font("Helvetica-Bold"),
        info,
    ];
    // The second line says that the file is binary.
    let mut file = b"%PDF-1.4\n%\xE2\xE3\xCF\xD3\n".to_vec();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (number, object) in (1..).zip(&objects) {
        let _ = writeln!(table, "{:010} 00000 n ", file.len());
        file.extend(format!("{number} 0 obj\n").into_bytes());
        file.extend(object);
        file.extend(b"\nendobj\n");
    }
    let start = file.len();
    let size = objects.len() + 1;
    file.extend(table.into_bytes());
    file.extend(
        format!("trailer\n<</Size {size}/Root 1 0 R/Info 7 0 R>>\nstartxref\n{start}\n%%EOF\n").into_bytes(),
    );
    file
}

/// A paragraph in lines.
fn broken(line: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in line.split(' ') {
        let last = lines.last().map_or(0, |line| line.chars().count());
        if last > 0 && last + 1 + word.chars().count() > MAX_LINE_LETTERS {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}

/// A literal string in WinAnsiEncoding; letters that it lacks lose their marks.
fn latin(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '(' | ')' | '\\' => out.extend([b'\\', letter as u8]),
            ' '..='~' | '\u{A1}'..='\u{FF}' => out.push(u32::from(letter) as u8),
            '–' => out.push(0x96),
            '’' => out.push(0x92),
            '€' => out.push(0x80),
            'œ' => out.push(0x9C),
            'Œ' => out.push(0x8C),
            'š' => out.push(0x9A),
            'Š' => out.push(0x8A),
            'ž' => out.push(0x9E),
            'Ž' => out.push(0x8E),
            'ı' | 'İ' => out.push(b'i'),
            'ğ' => out.push(b'g'),
            'ş' => out.push(b's'),
            'Ş' => out.push(b'S'),
            'ł' => out.push(b'l'),
            'Ł' => out.push(b'L'),
            'ń' => out.push(b'n'),
            'ś' => out.push(b's'),
            'ą' => out.push(b'a'),
            'ę' => out.push(b'e'),
            _ => out.push(b'?'),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each object lies where the table says, and the stream is as long as it says.
    #[test]
    fn the_table_leads_to_every_object() {
        let file = page("Brief (1)", &[(true, "Müller, Ayşe".into()), (false, "wort ".repeat(60))]);
        assert!(file.starts_with(b"%PDF-1.4") && file.ends_with(b"%%EOF\n") && file.len() < 2_000);
        let find = |from: usize, what: &[u8]| {
            from + file[from..].windows(what.len()).position(|window| window == what).unwrap()
        };
        let number = |at: usize| -> usize {
            let digits = file[at..].iter().take_while(|byte| byte.is_ascii_digit());
            digits.fold(0, |sum, digit| sum * 10 + usize::from(digit - b'0'))
        };
        let table = number(find(0, b"startxref\n") + 10);
        assert!(file[table..].starts_with(b"xref\n0 8\n"));
        for object in 1..=7 {
            // Lines of the table are twenty bytes long.
            let at = number(table + 9 + 20 * object);
            assert!(file[at..].starts_with(format!("{object} 0 obj").as_bytes()), "{object}");
        }
        let stream = find(0, b"stream\n") + 7;
        assert!(file[stream + number(find(0, b"/Length ") + 8)..].starts_with(b"\nendstream"));
        find(0, b"(M\xFCller, Ayse)");
        find(0, b"Brief \\(1\\)");
        assert!(file[stream..].windows(6).filter(|window| window == b") Tj T").count() > 3);
    }
}
