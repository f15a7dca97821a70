//! A time of day as people type it: `9:30`, `9h30`, `0930`, `9.30 Uhr`, `9`. State: none.

use super::Wrong;
use jiff::civil::Time;

/// Errors: what is no time of day.
pub(crate) fn time(text: &str) -> Result<Time, Wrong> {
    read(text).ok_or_else(|| Wrong::new("wrong-time"))
}

fn read(text: &str) -> Option<Time> {
    let text = text.trim().to_lowercase().replace(" h ", "h").replace(" : ", ":");
    let text = text.strip_suffix("uhr").or_else(|| text.strip_suffix('h')).unwrap_or(&text).trim_end();
    if text.len() > 8 || !text.is_ascii() {
        return None;
    }
    let (hour, minute) = match text.split_once([':', '.', 'h', ' ']) {
        Some((hour, minute)) => (hour, minute.trim_start()),
        None if text.len() > 2 => text.split_at(text.len() - 2),
        None => (text, "00"),
    };
    let number = |part: &str, digits: std::ops::RangeInclusive<usize>| -> Option<i8> {
        let is_number = digits.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| part.parse().ok()).flatten()
    };
    Time::new(number(hour, 1..=2)?, number(minute, 2..=2)?, 0, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::time;
    use jiff::civil;

    #[test]
    fn usual_forms_are_read_and_others_are_not() {
        for text in ["9:30", "09:30", "9h30", "0930", "930", "9.30", "9.30 Uhr", "9 30", " 9 h 30 "] {
            assert_eq!(time(text), Ok(civil::time(9, 30, 0, 0)), "{text}");
        }
        for (text, hour) in [("9", 9), ("17 Uhr", 17), ("8h", 8), ("0", 0)] {
            assert_eq!(time(text), Ok(civil::time(hour, 0, 0, 0)), "{text}");
        }
        for text in ["", "24:00", "9:60", "9:5", "x", "12345", "9:30:00:00", "-1", "٩", "9:3ä"] {
            assert!(time(text).is_err(), "{text}");
        }
    }
}
