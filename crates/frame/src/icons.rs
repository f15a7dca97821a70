//! The icons, as what stands within their `<svg viewBox="0 0 24 24">`: strokes, in the colour of the text.
//!
//! State: none.

/// The icon of that name; nothing for one that there is not.
pub fn icon(name: &str) -> &'static str {
    match name {
        "today" => {
            r#"<rect x="4" y="5" width="16" height="15" rx="2"/><path d="M4 10h16M8 3v4M16 3v4M8 14h3"/>"#
        }
        "inbox" => r#"<path d="M4 13 6.5 5h11L20 13v6H4z"/><path d="M4 13h5l1 2.5h4l1-2.5h5"/>"#,
        "patients" => {
            r#"<circle cx="9" cy="8.5" r="3.5"/><path d="M3 20c0-3.6 2.6-6 6-6s6 2.4 6 6"/><path d="M15.5 5.3a3.5 3.5 0 0 1 0 6.4M17.5 14.6c2.1.9 3.5 2.9 3.5 5.4"/>"#
        }
        "tasks" => r#"<path d="m4 7 1.5 1.5L8.5 5.5M4 16l1.5 1.5 3-3M12 7.5h8M12 16.5h8"/>"#,
        "admin" => {
            r#"<path d="M5 7h8M17 7h2M5 17h2M11 17h8M5 12h2M11 12h8"/><circle cx="15" cy="7" r="2"/><circle cx="9" cy="17" r="2"/><circle cx="9" cy="12" r="2"/>"#
        }
        "search" => r#"<circle cx="10.5" cy="10.5" r="6"/><path d="m15 15 5 5"/>"#,
        "person" => r#"<circle cx="12" cy="8.5" r="3.5"/><path d="M5 20c0-3.9 3-6.5 7-6.5s7 2.6 7 6.5"/>"#,
        "alert" => r#"<path d="M12 4 2.8 19.5h18.4z"/><path d="M12 10v4.5M12 17v.5"/>"#,
        "left" => r#"<path d="m14.5 6-6 6 6 6"/>"#,
        "right" => r#"<path d="m9.5 6 6 6-6 6"/>"#,
        "down" => r#"<path d="m6 9.5 6 6 6-6"/>"#,
        "plus" => r#"<path d="M12 5v14M5 12h14"/>"#,
        "check" => r#"<path d="m5 12.5 4.5 4.5L19 7.5"/>"#,
        "cross" => r#"<path d="m6 6 12 12M18 6 6 18"/>"#,
        "clock" => r#"<circle cx="12" cy="12" r="8"/><path d="M12 7.5V12l3 2"/>"#,
        "room" => r#"<path d="M6 20V5l9-2v18z"/><path d="M15 6h3v14M4 20h16M12 12v.5"/>"#,
        "letter" => r#"<rect x="3.5" y="6" width="17" height="13" rx="1.5"/><path d="m4 7.5 8 6 8-6"/>"#,
        "lab" => {
            r#"<path d="M9.5 4h5M10.5 4v6L5 19.5c-.4.8 0 1.5 1 1.5h12c1 0 1.4-.7 1-1.5L13.5 10V4M7.5 15.5h9"/>"#
        }
        "undo" => r#"<path d="M8 5 4 9l4 4"/><path d="M4 9h10a5 5 0 0 1 0 10h-4"/>"#,
        "keys" => {
            r#"<rect x="3" y="6.5" width="18" height="11" rx="1.5"/><path d="M7 10v.5M11 10v.5M15 10v.5M7.5 14.2h9"/>"#
        }
        "out" => r#"<path d="M13 5H6v14h7M10.5 12H20M17 8.5l3.5 3.5L17 15.5"/>"#,
        "eye" => {
            r#"<path d="M2.5 12C4.5 8 8 5.5 12 5.5S19.5 8 21.5 12c-2 4-5.5 6.5-9.5 6.5S4.5 16 2.5 12z"/><circle cx="12" cy="12" r="3"/>"#
        }
        _ => "",
    }
}
