//! Telephone numbers, mail addresses, postal codes.
//!
//! Never: asks whether a number is given to anybody. State: none.

use super::Wrong;

/// The most bytes of a mail address (RFC 5321, section 4.5.3.1.3).
const MAX_EMAIL_BYTES: usize = 254;

/// A telephone number as it was typed, white space tidied: 5 to 15 digits (ITU-T E.164), perhaps with a plus in front.
pub(crate) fn phone(text: &str) -> Result<String, Wrong> {
    let wrong = || Wrong::new("wrong-phone");
    let tidy = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let is_fine =
        |(at, c): (usize, char)| c.is_ascii_digit() || " ()/-.".contains(c) || (c == '+' && at == 0);
    let digits = tidy.bytes().filter(u8::is_ascii_digit).count();
    if tidy.char_indices().all(is_fine) && (5..=15).contains(&digits) && tidy.len() <= 32 {
        Ok(tidy)
    } else {
        Err(wrong())
    }
}

/// A mail address, as far as its form can be told.
pub(crate) fn email(text: &str) -> Result<String, Wrong> {
    let text = text.trim();
    let is_fine = text.split_once('@').is_some_and(|(local, domain)| {
        let labels = domain.split('.').count();
        !local.is_empty()
            && labels >= 2
            && domain.split('.').all(|label| !label.is_empty())
            && !domain.contains('@')
    });
    let no_space = !text.chars().any(|c| c.is_whitespace() || c.is_control() || "<>\"(),;:\\".contains(c));
    if is_fine && no_space && text.len() <= MAX_EMAIL_BYTES {
        Ok(text.to_owned())
    } else {
        Err(Wrong::new("wrong-email"))
    }
}

/// A postal code of a country by its two letters (ISO 3166-1); of others, anything short.
pub(crate) fn postal_code(text: &str, country: &str) -> Result<String, Wrong> {
    let text = text.trim().to_uppercase();
    let digits = match country {
        "DE" | "FR" => 5,
        "CH" | "AT" | "BE" | "LU" => 4,
        _ => {
            let is_fine = text.len() <= 12 && text.chars().all(|c| c.is_alphanumeric() || " -".contains(c));
            return if is_fine { Ok(text) } else { Err(Wrong::new("wrong-postal-code-other")) };
        }
    };
    if text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(text)
    } else {
        Err(Wrong::new("wrong-postal-code").with("digits", digits))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn telephone_numbers_are_taken_as_people_write_them() {
        for (typed, kept) in [
            ("0761 123456", "0761 123456"),
            ("+49 (0)761 / 12 34-56", "+49 (0)761 / 12 34-56"),
            ("  01.23.45.67.89 ", "01.23.45.67.89"),
            ("0761\u{a0} 123456", "0761 123456"),
        ] {
            assert_eq!(phone(typed).as_deref(), Ok(kept));
        }
        for typed in
            ["", "1234", "0761 x", "49+761123456", "1234567890123456", "0761<script>", &"0".repeat(999)]
        {
            assert!(phone(typed).is_err(), "{typed}");
        }
    }

    #[test]
    fn mail_addresses_have_a_name_and_a_domain() {
        assert_eq!(email(" anna.muster@praxis.example ").as_deref(), Ok("anna.muster@praxis.example"));
        assert!(email("ähm@bücher.example").is_ok());
        for typed in
            ["", "a", "a@", "@b.c", "a@b", "a@b..c", "a b@c.de", "a@b@c.de", "<a@b.c>", "a@b.c\r\nBcc:x"]
        {
            assert!(email(typed).is_err(), "{typed}");
        }
    }

    #[test]
    fn postal_codes_are_those_of_the_country() {
        assert_eq!(postal_code(" 79098 ", "DE").as_deref(), Ok("79098"));
        assert_eq!(postal_code("8001", "CH").as_deref(), Ok("8001"));
        assert_eq!(postal_code("sw1a 1aa", "GB").as_deref(), Ok("SW1A 1AA"));
        for (typed, country) in
            [("7909", "DE"), ("790981", "FR"), ("2A004", "FR"), ("80011", "CH"), ("<x>", "GB")]
        {
            assert!(postal_code(typed, country).is_err(), "{typed} {country}");
        }
    }
}
