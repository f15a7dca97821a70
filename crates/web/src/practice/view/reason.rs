//! Why somebody opened a record without a treating relationship, in words. State: none.

use salus_frame::Words;
use salus_records::{Reason, Statement};

/// The message that says it.
pub(crate) fn reason_words(reason: Reason) -> &'static str {
    match reason {
        Reason::StandIn => "reason-stand-in",
        Reason::Telephone => "reason-telephone",
        Reason::Letter => "reason-letter",
        Reason::Billing => "reason-billing",
        Reason::Emergency => "reason-emergency",
        Reason::Other => "reason-other",
    }
}

/// What somebody said: the reason, and what they wrote beside it.
pub(crate) fn said(t: Words, statement: &Statement) -> String {
    let text = statement.text.trim();
    let reason = t.say(reason_words(statement.reason)).into_owned();
    match (statement.reason, text.is_empty()) {
        (Reason::Other, false) => text.to_owned(),
        (_, true) => reason,
        (_, false) => format!("{reason}: {text}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use salus_frame::Language;

    #[test]
    fn every_reason_has_words() {
        for reason in Reason::ALL {
            for language in Language::ALL {
                let t = super::super::super::words::words(language);
                assert_ne!(said(t, &Statement { reason, text: String::new() }), reason_words(reason));
            }
        }
        let t = super::super::super::words::words(Language::En);
        let other = Statement { reason: Reason::Other, text: " the daughter called ".into() };
        assert_eq!(said(t, &other), "the daughter called");
    }
}
