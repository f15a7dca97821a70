//! `GET|HEAD [base]/[type]/[id]/_history/[version]`

use super::{Ask, read};
use crate::answer::Answer;
use crate::outcome::Refused;

pub(super) async fn answer(ask: &Ask<'_>) -> Result<Answer, Refused> {
    let opened = salus_records::vread(ask.cell, &ask.asker, ask.kind()?, ask.id, ask.version).await?;
    Ok(read::send(ask, opened))
}
