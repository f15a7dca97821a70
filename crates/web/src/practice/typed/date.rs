//! Dates as people in Germany, France and England type them: the day first, or the year first with four digits; months by
//! number or name; in one go (`03111980`); `heute`, `hier`, `tomorrow`.
//!
//! Never: reads the month first, which nobody means here. State: none.

use super::Wrong;
use jiff::ToSpan as _;
use jiff::civil::Date;

/// The longest life that is taken for one, in years.
const MAX_AGE_YEARS: i16 = 130;
/// The longest text that is looked at, in bytes.
const MAX_DATE_BYTES: usize = 40;

/// How a year of two digits, or none, is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sense {
    /// The latest that is not in the future.
    Past,
    /// The next one.
    Future,
}

/// A birth date.
///
/// Errors: what is no date, one in the future, or one too long ago.
pub(crate) fn birth_date(text: &str, today: Date) -> Result<Date, Wrong> {
    let date = read(text, today, Sense::Past).ok_or_else(|| Wrong::new("wrong-birth-date"))?;
    if date > today {
        return Err(Wrong::new("wrong-date-future"));
    }
    if today.year() - date.year() > MAX_AGE_YEARS {
        return Err(Wrong::new("wrong-birth-date-old").with("years", MAX_AGE_YEARS));
    }
    Ok(date)
}

/// A day on which something happened: not in the future.
pub(crate) fn past_day(text: &str, today: Date) -> Result<Date, Wrong> {
    let date = read(text, today, Sense::Past).ok_or_else(|| Wrong::new("wrong-date"))?;
    if date > today { Err(Wrong::new("wrong-date-future")) } else { Ok(date) }
}

/// A day for which something is planned.
pub(crate) fn coming_day(text: &str, today: Date) -> Result<Date, Wrong> {
    let date = read(text, today, Sense::Future).ok_or_else(|| Wrong::new("wrong-date"))?;
    if date < today { Err(Wrong::new("wrong-date-past")) } else { Ok(date) }
}

/// Any day.
pub(crate) fn any_day(text: &str, today: Date) -> Result<Date, Wrong> {
    read(text, today, Sense::Past).ok_or_else(|| Wrong::new("wrong-date"))
}

/// The date that a text means; none when it means none, or more than one.
pub(crate) fn read(text: &str, today: Date, sense: Sense) -> Option<Date> {
    let text = text.trim();
    if text.len() > MAX_DATE_BYTES {
        return None;
    }
    let text = fold(text);
    let days = match text.as_str() {
        "heute" | "today" | "aujourd'hui" | "auj" => Some(0),
        "gestern" | "yesterday" | "hier" => Some(-1),
        "morgen" | "tomorrow" | "demain" => Some(1),
        _ => None,
    };
    if let Some(days) = days {
        return today.checked_add(days.days()).ok();
    }
    let parts = parts(&text)?;
    let numbers: Vec<&str> = parts.iter().filter(|part| is_number(part)).map(String::as_str).collect();
    let words: Vec<&str> = parts.iter().filter(|part| !is_number(part)).map(String::as_str).collect();
    match (words.as_slice(), numbers.as_slice()) {
        ([], [whole]) => in_one_go(whole, today, sense),
        ([], [year, month, day]) if year.len() == 4 => {
            whole(year, number(month)?, number(day)?, today, sense)
        }
        ([], [day, month, year]) => whole(year, number(month)?, number(day)?, today, sense),
        ([], [day, month]) if day.len() <= 2 && month.len() <= 2 => {
            without_year(number(month)?, number(day)?, today, sense)
        }
        ([month], [day, year]) => whole(year, month_of(month)?, number(day)?, today, sense),
        ([month], [day]) if day.len() <= 2 => without_year(month_of(month)?, number(day)?, today, sense),
        _ => None,
    }
}

/// Letters without case and accents.
fn fold(text: &str) -> String {
    let fold = |c: char| match c {
        'é' | 'è' | 'ê' | 'É' => 'e',
        'û' | 'ù' | 'Û' => 'u',
        'ä' | 'Ä' => 'a',
        '’' => '\'',
        other => other.to_ascii_lowercase(),
    };
    text.chars().map(fold).collect()
}

/// Runs of digits and of letters, without what stands between them. None for what stands in no date.
fn parts(text: &str) -> Option<Vec<String>> {
    let mut parts: Vec<String> = Vec::new();
    let mut begins = true;
    for character in text.chars() {
        if character.is_ascii_alphanumeric() {
            let is_same = parts
                .last()
                .and_then(|part| part.chars().next())
                .is_some_and(|first| first.is_ascii_digit() == character.is_ascii_digit());
            match parts.last_mut() {
                Some(part) if !begins && is_same => part.push(character),
                _ => parts.push(character.to_string()),
            }
            begins = false;
        } else if character.is_whitespace()
            || matches!(character, '.' | '/' | '-' | ',' | '\u{2010}'..='\u{2013}')
        {
            begins = true;
        } else {
            return None;
        }
    }
    // `1er mars`, `3rd of May`.
    parts.retain(|part| {
        !matches!(part.as_str(), "er" | "st" | "nd" | "rd" | "th" | "of" | "de" | "le" | "den" | "der")
    });
    Some(parts)
}

fn is_number(part: &str) -> bool {
    part.bytes().all(|byte| byte.is_ascii_digit())
}

fn number(part: &str) -> Option<i8> {
    if part.len() > 2 { None } else { part.parse().ok() }
}

/// `031180`, `03111980`, `19801103`.
fn in_one_go(text: &str, today: Date, sense: Sense) -> Option<Date> {
    let at = |from: usize, to: usize| text.get(from..to);
    match text.len() {
        6 => whole(at(4, 6)?, number(at(2, 4)?)?, number(at(0, 2)?)?, today, sense),
        8 => {
            let day_first = whole(at(4, 8)?, number(at(2, 4)?)?, number(at(0, 2)?)?, today, sense);
            let year_first = whole(at(0, 4)?, number(at(4, 6)?)?, number(at(6, 8)?)?, today, sense);
            let lived = |date: &Date| (1850..=2150).contains(&date.year());
            day_first.filter(lived).or_else(|| year_first.filter(lived))
        }
        _ => None,
    }
}

fn whole(year: &str, month: i8, day: i8, today: Date, sense: Sense) -> Option<Date> {
    let number: i16 = year.parse().ok()?;
    match year.len() {
        4 => Date::new(number, month, day).ok().filter(|date| date.year() >= 1000),
        2 => {
            let century = today.year() / 100 * 100;
            let this = Date::new(century + number, month, day).ok();
            let last = Date::new(century - 100 + number, month, day).ok();
            match sense {
                Sense::Past => this.filter(|date| *date <= today).or(last),
                Sense::Future => this,
            }
        }
        _ => None,
    }
}

fn without_year(month: i8, day: i8, today: Date, sense: Sense) -> Option<Date> {
    let in_year = |year: i16| Date::new(year, month, day).ok();
    let this = in_year(today.year());
    match sense {
        Sense::Past => this.filter(|date| *date <= today).or_else(|| in_year(today.year() - 1)),
        Sense::Future => this.filter(|date| *date >= today).or_else(|| in_year(today.year() + 1)),
    }
}

/// The month whose name begins so, in any of the three languages.
fn month_of(word: &str) -> Option<i8> {
    const BEGINNINGS: [(&str, i8); 22] = [
        ("jan", 1),
        ("feb", 2),
        ("fev", 2),
        ("maerz", 3),
        ("mar", 3),
        ("mrz", 3),
        ("apr", 4),
        ("avr", 4),
        ("mai", 5),
        ("may", 5),
        ("juil", 7),
        ("juin", 6),
        ("jun", 6),
        ("jul", 7),
        ("aug", 8),
        ("aou", 8),
        ("sep", 9),
        ("okt", 10),
        ("oct", 10),
        ("nov", 11),
        ("dez", 12),
        ("dec", 12),
    ];
    BEGINNINGS.iter().find(|(beginning, _)| word.starts_with(beginning)).map(|(_, month)| *month)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    const TODAY: Date = date(2026, 11, 28);

    #[test]
    fn usual_forms_mean_the_same_day() {
        for text in [
            "3.11.1980",
            "03.11.1980",
            "3/11/1980",
            "03-11-1980",
            "3 11 1980",
            "1980-11-03",
            "1980/11/3",
            "03111980",
            "031180",
            "3.11.80",
            "3. November 1980",
            "3 nov 1980",
            "3 novembre 1980",
            "Nov 3, 1980",
            "3rd of November 1980",
            "19801103",
            " 3 . 11 . 1980 ",
        ] {
            assert_eq!(birth_date(text, TODAY), Ok(date(1980, 11, 3)), "{text}");
        }
        assert_eq!(birth_date("1er août 2019", TODAY), Ok(date(2019, 8, 1)));
        assert_eq!(birth_date("2. März 1999", TODAY), Ok(date(1999, 3, 2)));
        assert_eq!(birth_date("12 févr. 1999", TODAY), Ok(date(1999, 2, 12)));
    }

    #[test]
    fn a_year_of_two_digits_is_the_latest_that_can_be() {
        assert_eq!(birth_date("28.11.26", TODAY), Ok(TODAY));
        assert_eq!(birth_date("29.11.26", TODAY), Ok(date(1926, 11, 29)));
        assert_eq!(past_day("27.11.", TODAY), Ok(date(2026, 11, 27)));
        assert_eq!(past_day("29.11.", TODAY), Ok(date(2025, 11, 29)));
        assert_eq!(coming_day("27.11.", TODAY), Ok(date(2027, 11, 27)));
        assert_eq!(coming_day("3 déc", TODAY), Ok(date(2026, 12, 3)));
        assert_eq!(coming_day("2.1.27", TODAY), Ok(date(2027, 1, 2)));
    }

    #[test]
    fn words_are_days() {
        for (text, day) in
            [("heute", 28), ("Gestern", 27), ("hier", 27), ("aujourd’hui", 28), ("tomorrow", 29)]
        {
            assert_eq!(any_day(text, TODAY), Ok(date(2026, 11, day)), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_said() {
        for text in [
            "",
            "x",
            "31.02.1980",
            "0.1.1980",
            "1.13.1980",
            "12/31/1980",
            "1980",
            "11/1980",
            "1.2.3.4",
            "1.1.198",
            "3x11y1980",
            "99999999",
            "<script>",
            "1.1.19800",
            "0001-01-01",
            &"1".repeat(4000),
            "٣.١١.١٩٨٠",
        ] {
            assert_eq!(birth_date(text, TODAY).unwrap_err().key(), "wrong-birth-date", "{text}");
        }
        assert_eq!(birth_date("29.11.2026", TODAY).unwrap_err().key(), "wrong-date-future");
        assert_eq!(birth_date("1.1.1890", TODAY).unwrap_err().key(), "wrong-birth-date-old");
        assert_eq!(past_day("1.1.2030", TODAY).unwrap_err().key(), "wrong-date-future");
        assert_eq!(coming_day("1.1.2020", TODAY).unwrap_err().key(), "wrong-date-past");
    }
}
