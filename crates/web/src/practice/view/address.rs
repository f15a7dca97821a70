//! Addresses and telephone numbers on few lines (FHIR R4, Address and ContactPoint).
//!
//! Never: guesses what is not written. State: none.

use super::json::{MAX_TEXT_CHARS, all, is, plain, raw, text};
use salus_records::fhir::json::Value;

/// The most lines of an address that are shown.
const MAX_LINES: usize = 4;

/// The address in use of a resource: street lines, then postal code with town; the text when nothing else is there.
pub(crate) fn address(resource: Value<'_>) -> Vec<String> {
    let is_old = |address: &Value<'_>| is(*address, "use", "old");
    let in_use = || {
        all(resource, "address").filter(|address| !is_old(address) && raw(*address, "period.end").is_none())
    };
    // The same that the form changes; where none is in use, one that was.
    let chosen = in_use()
        .find(|address| is(*address, "use", "home"))
        .or_else(|| in_use().next())
        .or_else(|| all(resource, "address").find(|address| !is_old(address)));
    chosen.map(lines).unwrap_or_default()
}

fn lines(address: Value<'_>) -> Vec<String> {
    let street = all(address, "line").filter_map(|line| line.as_str());
    let mut lines: Vec<String> = street
        .map(|line| plain(&line, MAX_TEXT_CHARS))
        .filter(|line| !line.is_empty())
        .take(MAX_LINES)
        .collect();
    let town = [text(address, "postalCode"), text(address, "city")];
    let town: Vec<String> = town.into_iter().flatten().collect();
    if !town.is_empty() {
        lines.push(town.join(" "));
    }
    if lines.is_empty() {
        lines.extend(text(address, "text"));
    }
    lines
}

/// The numbers of one system (`phone`, `email`), those in use first come first.
pub(crate) fn telecom(resource: Value<'_>, system: &str) -> Vec<String> {
    let of =
        all(resource, "telecom").filter(|point| is(*point, "system", system) && !is(*point, "use", "old"));
    of.filter_map(|point| text(point, "value")).take(MAX_LINES).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use salus_records::fhir::json::Document;

    #[test]
    fn an_address_in_use_comes_before_an_old_one() {
        let text = r#"{"address":[{"use":"old","city":"Ulm"},{"line":["Am Bach 3","Hinterhaus"],"postalCode":"79098","city":"Freiburg"}],
            "telecom":[{"system":"phone","value":"0761 1"},{"system":"email","value":"a@b.example"},{"system":"phone","use":"old","value":"2"}]}"#;
        let document = Document::parse(text).unwrap();
        assert_eq!(address(document.root()), ["Am Bach 3", "Hinterhaus", "79098 Freiburg"]);
        assert_eq!(telecom(document.root(), "phone"), ["0761 1"]);
        let moved = r#"{"address":[{"use":"home","city":"Ulm","period":{"end":"2020-01-01"}},{"use":"work","city":"Bonn"}]}"#;
        assert_eq!(address(Document::parse(moved).unwrap().root()), ["Bonn"], "what has ended is not in use");
        let bare = Document::parse(r#"{"address":[{"text":"somewhere"}]}"#).unwrap();
        assert_eq!(address(bare.root()), ["somewhere"]);
        assert!(address(Document::parse("{}").unwrap().root()).is_empty());
    }
}
