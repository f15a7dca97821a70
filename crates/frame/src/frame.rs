//! The frame around a page: rail, search field, the place of an open patient, the sheet of keys.
//!
//! Never: escapes what it is told is HTML ([`Frame::body`], [`Frame::banner`], [`Frame::side`], [`Nav::foot`]): whoever made it has. State: none.

use crate::keys::{Group, Shortcut};
use crate::{Look, Theme, Words, assets, icon};
use askama::Template;
use std::borrow::Cow;

/// One page.
#[derive(Debug)]
pub struct Frame<'a> {
    /// What the reader chose.
    pub look: Look,
    /// The page's name, as the window shows it.
    pub title: &'a str,
    /// What stands around it; without, the page stands alone, as at the door.
    pub nav: Option<Nav<'a>>,
    /// Where the forms for language and theme are sent; without, there are none.
    pub look_action: Option<&'a str>,
    /// Where the reader is: the path to come back to.
    pub here: &'a str,
    /// HTML: who is open.
    pub banner: &'a str,
    /// HTML: what must not be missed.
    pub side: &'a str,
    /// The page's own keys.
    pub keys: &'a [Shortcut],
    /// HTML: the page.
    pub body: &'a str,
}

/// What stands around a page of somebody who is signed in.
#[derive(Debug)]
pub struct Nav<'a> {
    /// `/{cell}`
    pub base: &'a str,
    /// The cell, as people call it.
    pub cell: &'a str,
    /// The rail's entries.
    pub items: Vec<NavItem>,
    /// What stands in the search field.
    pub query: &'a str,
    /// HTML: what stands at the foot of the rail.
    pub foot: &'a str,
    /// Who is signed in.
    pub whose: Option<Whose<'a>>,
}

/// An entry of the rail.
#[derive(Debug)]
pub struct NavItem {
    /// Its name, which is its icon's: `today`.
    pub name: &'static str,
    /// Where it leads, behind the base: `admin/people`.
    pub to: &'static str,
    /// Its words.
    pub label: Cow<'static, str>,
    /// Its key.
    pub key: &'static str,
    /// Whether the page belongs to it.
    pub is_active: bool,
}

/// Who is signed in.
#[derive(Debug, Clone, Copy)]
pub struct Whose<'a> {
    /// The name.
    pub name: &'a str,
    /// The role, in the reader's words.
    pub role: &'a str,
}

/// The keys of one group, in the sheet.
struct Sheet<'a> {
    title: Cow<'static, str>,
    keys: Vec<&'a Shortcut>,
}

#[derive(Template)]
#[template(path = "frame.html")]
struct Shell<'a> {
    frame: &'a Frame<'a>,
    t: Words,
    sheets: Vec<Sheet<'a>>,
}

impl Frame<'_> {
    /// The whole page.
    pub fn render(&self) -> String {
        let t = crate::words(self.look.language);
        let own = self.own_keys(t);
        let shell = Shell { frame: self, t, sheets: sheets(t, self.keys, &own) };
        // It writes into a string, and fails only where a value's own formatting does: none of these can.
        shell.render().unwrap_or_default()
    }

    /// The frame's own keys.
    fn own_keys(&self, t: Words) -> Vec<Shortcut> {
        let mut keys = Vec::new();
        if let Some(nav) = &self.nav {
            keys.extend(nav.items.iter().map(|item| Shortcut::go(item.key, item.label.clone())));
            keys.push(Shortcut::anywhere("/", t.say("find-label")));
            keys.push(Shortcut::anywhere("Ctrl+k", t.say("find-label")));
            keys.push(Shortcut::anywhere("x", t.say("key-switch")));
            keys.push(Shortcut::anywhere("j", t.say("key-down")));
            keys.push(Shortcut::anywhere("k", t.say("key-up")));
            keys.push(Shortcut::anywhere("m", t.say("menu")));
        }
        keys.push(Shortcut::anywhere("?", t.say("keys-title")));
        keys.push(Shortcut::anywhere("Escape", t.say("key-escape")));
        keys
    }

    fn asset(&self, name: &str) -> &'static str {
        assets::address(name)
    }

    /// The attribute that overrides the system's theme.
    fn theme(&self) -> &'static str {
        match self.look.theme {
            Theme::System => "",
            chosen => chosen.code(),
        }
    }

    fn is_theme(&self, code: &str) -> bool {
        self.look.theme.code() == code
    }

    fn icon(&self, name: &str) -> &'static str {
        icon(name)
    }
}

fn sheets<'a>(t: Words, page: &'a [Shortcut], own: &'a [Shortcut]) -> Vec<Sheet<'a>> {
    let of = |group: Group| {
        let keys: Vec<_> = page.iter().chain(own).filter(|key| key.group == group).collect();
        (!keys.is_empty()).then(|| Sheet { title: t.say(group.key()), keys })
    };
    [Group::Page, Group::Patient, Group::Go, Group::Anywhere].into_iter().filter_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Language;

    fn page(nav: bool) -> String {
        let item = NavItem { name: "today", to: "today", label: "Heute".into(), key: "g t", is_active: true };
        let nav = nav.then(|| Nav {
            base: "/praxis",
            cell: "Praxis <b>",
            items: vec![item],
            query: "\"><script>",
            foot: "<p id=\"foot\">x</p>",
            whose: Some(Whose { name: "<script>", role: "Ärztin" }),
        });
        Frame {
            look: Look { language: Language::De, theme: Theme::Dark, keys: true },
            title: "<script>",
            nav,
            look_action: Some("/praxis/look"),
            here: "/praxis/today?\"><script>",
            banner: "<p id=\"banner\">x</p>",
            side: "",
            keys: &[Shortcut::page("n", "<script>")],
            body: "<p id=\"body\">x</p>",
        }
        .render()
    }

    #[test]
    fn nothing_but_html_is_html() {
        for nav in [true, false] {
            let page = page(nav);
            assert!(
                page.contains("<p id=\"body\">x</p>") && page.contains("<p id=\"banner\">x</p>"),
                "{page}"
            );
            assert!(
                !page.contains("<script>") && !page.contains(" style=") && !page.contains("<style"),
                "{page}"
            );
            assert!(page.contains("lang=\"de\"") && page.contains("data-theme=\"dark\""));
        }
    }

    #[test]
    fn a_page_that_stands_alone_says_whose_it_is_and_one_with_a_menu_leads_to_the_passkeys() {
        let (alone, framed) = (page(false), page(true));
        assert!(alone.contains("<header class=\"top-alone\">") && alone.contains("<span>Salus</span>"));
        assert!(!framed.contains("top-alone") && framed.contains("href=\"/praxis/passkeys\""));
        assert!(!alone.contains("/passkeys"));
    }

    #[test]
    fn every_key_stands_in_the_sheet() {
        let page = page(true);
        for rest in page.split("data-key=\"").skip(1) {
            let (key, _) = rest.split_once('"').unwrap();
            assert!(page.contains(&format!("data-sheet=\"{key}\"")), "{key}");
        }
    }
}
