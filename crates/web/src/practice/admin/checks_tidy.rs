//! Packages that lie with the cell and that no line of its settings names: what removing them would mean, and removing them.
//! `POST /{cell}/admin/checks`, `do=tidy`.
//!
//! Never: removes what the settings in force name, or anything without the step before. State: none.

use super::super::{PageAsk, Trouble, see_other};
use super::checks::{in_force, mib, show};
use super::checks_form::wrong;
use super::{Part, page};
use crate::answer::Answer;
use askama::Template;
use salus_frame::Words;
use salus_records::RecordsError;
use salus_records::checks::{CheckSettings, remove_unnamed, unnamed};

#[derive(Template)]
#[template(path = "practice/admin/checks_tidy.html")]
struct Tidy<'a> {
    t: Words,
    base: &'a str,
    what: String,
    against: String,
}

pub(super) async fn tidy(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    // Whether somebody administers is the keyholder's to say.
    let shown = in_force(ask).await?;
    let against = shown.version.map_or_else(String::new, |entry| entry.to_string());
    // Of settings that cannot be read nobody knows what they name.
    let Ok(settings) = CheckSettings::read(&shown.text) else {
        return show(ask, wrong("top", ask.t.say("checks-fault-settings"))).await;
    };
    if ask.field("sure").is_none() {
        let (count, bytes) = unnamed(ask.cell, &settings).await;
        let what = ask.t.say_with_two("checks-tidy-what", ("count", count as u64), ("mib", mib(bytes)));
        let body = Tidy { t: ask.t, base: ask.base(), what: what.into_owned(), against };
        return Ok(page(ask, Part::Checks, ask.t.say("checks-unnamed"), None, &body).answer(ask));
    }
    if ask.field("against") != Some(&against) {
        return show(ask, wrong("top", ask.t.say("checks-overtaken"))).await;
    }
    let count = remove_unnamed(ask.cell, &settings).await.map_err(|_| RecordsError::Unavailable)?;
    Ok(see_other(&ask.around, &format!("{}/admin/checks?tidied={count}", ask.base())))
}
