//! What people type, read as they mean it: dates, times, numbers, vital signs, ways to reach somebody.
//!
//! All functions are pure; what time it is, the caller says. Never: guesses where two meanings are likely; changes a figure's
//! digits. State: none.

pub(crate) mod contact;
pub(crate) mod date;
pub(crate) mod number;
pub(crate) mod time;
pub(crate) mod vital;

use salus_frame::Words;

/// Why what was typed is not taken: a message and what stands in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wrong {
    key: &'static str,
    arguments: Vec<(&'static str, String)>,
}

impl Wrong {
    pub(crate) fn new(key: &'static str) -> Self {
        Self { key, arguments: Vec::new() }
    }

    /// The same with an argument; a message takes two at the most.
    #[must_use]
    pub(crate) fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.arguments.push((name, value.to_string()));
        self
    }

    /// Its message's key.
    #[cfg(test)]
    pub(crate) fn key(&self) -> &'static str {
        self.key
    }

    /// In the reader's words.
    pub(crate) fn text(&self, t: Words) -> String {
        let arguments: Vec<(&str, String)> =
            self.arguments.iter().map(|(name, value)| (*name, number::shown(value, t.language()))).collect();
        let text = match arguments.as_slice() {
            [] => t.say(self.key),
            [(name, value)] => t.say_with(self.key, name, value.as_str()),
            [(name, value), (other, more), ..] => {
                t.say_with_two(self.key, (name, value.as_str()), (other, more.as_str()))
            }
        };
        text.into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::vital::{Pressure, Vital};
    use super::{contact, date, number, time};

    /// Text of the characters that these readers look at, and of some that they do not expect.
    fn texts() -> impl Iterator<Item = String> {
        const LETTERS: [&str; 24] = [
            "0",
            "1",
            "2",
            "3",
            "9",
            ",",
            ".",
            "/",
            "-",
            " ",
            ":",
            "h",
            "kg",
            "°C",
            "mmHg",
            "nov",
            "ä",
            "\u{301}",
            "@",
            "a",
            "+",
            "(",
            "٣",
            "\u{10ffff}",
        ];
        let mut seed = 0x2545_f491_4f6c_dd1d_u64;
        let mut next = move || {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            seed as usize
        };
        std::iter::repeat_with(move || (0..next() % 12).map(|_| LETTERS[next() % LETTERS.len()]).collect())
    }

    #[test]
    fn whatever_is_typed_is_read_or_refused() {
        let today = jiff::civil::date(2024, 2, 29);
        for text in texts().take(60_000) {
            if let Ok(birth) = date::birth_date(&text, today) {
                assert!(birth <= today, "{text}");
            }
            if let Ok(day) = date::coming_day(&text, today) {
                assert!(day >= today, "{text}");
            }
            let _ = (
                date::past_day(&text, today),
                time::time(&text),
                contact::email(&text),
                contact::postal_code(&text, "DE"),
            );
            if let Ok(phone) = contact::phone(&text) {
                assert!(phone.is_ascii(), "{text}");
            }
            if let Some((number, _)) = number::decimal(&text) {
                assert!(number.text.parse::<serde_json::Number>().is_ok() && number.value >= 0.0, "{text}");
            }
            if let Ok(pressure) = Pressure::read(&text) {
                assert!(pressure.diastolic.value < pressure.systolic.value, "{text}");
            }
            for vital in [Vital::Pulse, Vital::Temperature, Vital::Weight, Vital::Height, Vital::Saturation] {
                if let Ok(value) = vital.read(&text) {
                    assert!(value.text.parse::<serde_json::Number>().is_ok(), "{text}");
                }
            }
        }
    }
}
