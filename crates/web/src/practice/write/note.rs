//! A note: a DocumentReference with the words in it, as plain text.
//!
//! State: none.

use super::super::typed::{date, time};
use super::super::{PageAsk, Trouble};
use super::entry::{Entry, Ids};
use super::form::{Form, Reader, Typed};
use super::here::{Change, Here, Opened, Reading, author, moment, shown_date, shown_time};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// How much of a note stands in lists, in characters.
const MAX_LINE_CHARS: usize = 120;

pub(super) fn open(ask: &PageAsk<'_>) -> Opened {
    let typed = Typed::default()
        .with("about", "note")
        .with("date", shown_date(ask.clock.today(), ask.language()))
        .with("time", shown_time(ask.clock.time()));
    Opened { typed, ..Opened::default() }
}

pub(super) fn read(
    ask: &PageAsk<'_>,
    here: &Here,
    typed: &Typed,
    ids: &mut Ids<'_>,
) -> Result<Reading, Trouble> {
    let today = ask.clock.today();
    let mut reader = Reader::new(Form::Note, typed);
    let about = reader.choice(Form::Note, "about");
    let text = reader.needed("text", "missing-text");
    reader.needed("date", "missing-date");
    let day = reader.read("date", |text| date::past_day(text, today));
    reader.needed("time", "missing-time");
    let at = day.and_then(|day| reader.read("time", |text| moment(ask, day, time::time(text)?)));
    let (Some(about), Some(text), Some(at), []) = (about, text, at, reader.faults.as_slice()) else {
        return Ok(Err(reader.faults));
    };
    let title = ask.t.say(&format!("choice-about-{about}")).into_owned();
    let mut note = json!({
        "status": "current",
        "docStatus": "final",
        "type": {"text": title},
        "subject": here.reference(),
        "date": at,
        "description": first_line(text),
        "content": [{"attachment": {
            "contentType": "text/plain; charset=utf-8",
            "language": ask.language().tag(),
            "data": STANDARD.encode(text),
            "size": text.len(),
            "title": title,
            "creation": at,
        }}],
    });
    if let Some(author) = author(ask) {
        note["author"] = Value::Array(vec![author]);
    }
    let entry = Entry::create("DocumentReference", ids.next()?, note);
    Ok(Ok(Change { entries: vec![entry], ..Change::default() }))
}

/// The beginning of a note, for lists.
pub(super) fn first_line(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    match line.char_indices().nth(MAX_LINE_CHARS) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default().trim_end()),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::first_line;

    #[test]
    fn a_list_shows_the_first_line() {
        assert_eq!(first_line("\n  Ruft an.\nmehr"), "Ruft an.");
        assert_eq!(first_line(&"ä".repeat(121)), "ä".repeat(120) + "…");
        assert_eq!(first_line(" \n "), "");
    }
}
