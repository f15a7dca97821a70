//! The way of a form: opened, read, asked about, saved.
//!
//! State: none.

use super::super::{PageAsk, Trouble, see_other};
use super::entry::{Ids, Refused, bundle, is_once};
use super::form::{Form, Typed};
use super::here::{Change, Here, Opened, Question, Reading};
use super::show::{Shown, page};
use super::{address, allergy, appointment, draft, insurance, note, patient, undo, vital};
use crate::answer::Answer;
use http::StatusCode;
use salus_records::{BATCH_MS, Done, RecordsError, Written, fresh_id};

/// How often a form is read again because something was changed between reading and saving.
const MAX_ATTEMPTS: usize = 3;

/// The longest text that a form carries along, in bytes.
const MAX_CARRIED_BYTES: usize = 4_000;
/// The most answered questions that come with a form.
const MAX_SURE: usize = 16;

/// The patient of a form; none for a new one.
async fn here(ask: &PageAsk<'_>, form: Form) -> Result<Option<Here>, Trouble> {
    if form == Form::Patient {
        return Ok(None);
    }
    Here::of(ask, ask.value(0)).await.map(Some)
}

/// What stands in a form when it is opened.
async fn opened(ask: &PageAsk<'_>, form: Form, here: Option<&Here>, sent: &Typed) -> Result<Opened, Trouble> {
    let Some(here) = here else { return patient::open(ask).await };
    match form {
        Form::Address => Ok(address::open(ask, here)),
        Form::Insurance => insurance::open(ask, here).await,
        Form::Note => Ok(note::open(ask)),
        Form::Vital => vital::open(ask, here).await,
        Form::Allergy => Ok(allergy::open()),
        Form::Appointment => appointment::open(ask, sent).await,
        Form::Patient => Err(RecordsError::Internal.into()),
    }
}

/// What a form means.
async fn read(
    ask: &PageAsk<'_>,
    form: Form,
    here: Option<&Here>,
    typed: &Typed,
    base: &str,
    ids: &mut Ids<'_>,
) -> Result<Reading, Trouble> {
    let Some(here) = here else { return patient::read(ask, typed, ids).await };
    match form {
        Form::Address => address::read(ask, here, typed, base).await,
        Form::Insurance => insurance::read(ask, here, typed, base, ids).await,
        Form::Note => note::read(ask, here, typed, ids),
        Form::Vital => vital::read(ask, here, typed, ids),
        Form::Allergy => allergy::read(ask, here, typed, ids).await,
        Form::Appointment => appointment::read(ask, here, typed, ids).await,
        Form::Patient => Err(RecordsError::Internal.into()),
    }
}

/// `GET`: the form, with what was being typed, if it was.
pub(super) async fn open(ask: &PageAsk<'_>, form: Form) -> Result<Answer, Trouble> {
    let here = here(ask, form).await?;
    let patient = here.as_ref().map_or("", |here| here.id.as_str());
    let sent: Vec<(String, String)> = form
        .fields()
        .filter_map(|field| Some((field.name.to_owned(), ask.query(field.name)?.to_owned())))
        .collect();
    let opened = opened(ask, form, here.as_ref(), &Typed::of(form, &sent)).await?;
    let mut shown = Shown {
        typed: opened.typed,
        options: opened.options,
        beside: opened.beside,
        base: opened.base,
        here: here.as_ref(),
        ..Shown::default()
    };
    if let Some(draft) = draft::load(ask, form, patient).await? {
        shown.typed = draft.typed;
        shown.base = draft.base;
        shown.once = draft.once.unwrap_or_default();
        shown.restored = Some(undo::local_time(ask, draft.time_ms));
    }
    if shown.once.is_empty() {
        shown.once = fresh_id()?;
    }
    if form == Form::Appointment {
        shown.times = appointment::free_times(ask, &shown.typed).await?;
    }
    page(ask, form, &shown, StatusCode::OK).await
}

/// On what the form was opened.
pub(super) fn base<'a>(ask: &'a PageAsk<'_>) -> &'a str {
    ask.field("base").filter(|base| is_ours(base)).unwrap_or_default()
}

/// Whether what a form carries along can be of ours: such as ids, versions and times.
fn is_ours(text: &str) -> bool {
    text.len() <= MAX_CARRIED_BYTES && text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic())
}

/// What came with a form beside its fields.
struct Sent {
    typed: Typed,
    once: String,
    base: String,
    /// Questions that were asked and answered.
    sure: Vec<String>,
}

impl Sent {
    fn of(ask: &PageAsk<'_>, form: Form) -> Result<Self, Trouble> {
        let sure = ask.fields().iter().filter(|(name, key)| name == "sure" && is_ours(key));
        let once = ask.field("once").filter(|once| is_once(once)).map(str::to_owned);
        Ok(Self {
            typed: Typed::of(form, ask.fields()),
            once: once.map_or_else(fresh_id, Ok)?,
            base: base(ask).to_owned(),
            sure: sure.map(|(_, key)| key.clone()).take(MAX_SURE).collect(),
        })
    }
}

/// `POST`: saves the form, or shows it again with what hinders it.
pub(super) async fn save(ask: &PageAsk<'_>, form: Form) -> Result<Answer, Trouble> {
    let mut sent = Sent::of(ask, form)?;
    let mut here = here(ask, form).await?;
    if form == Form::Address
        && let Some(here) = &here
    {
        choose(ask, here, &mut sent);
    }
    for _ in 0..MAX_ATTEMPTS {
        match attempt(ask, form, here.as_ref(), &sent).await {
            Ok(Attempt::Done(answer)) => return Ok(*answer),
            // Somebody was faster: what they wrote is read, and merged or shown.
            Ok(Attempt::Changed) => here = self::here(ask, form).await?,
            Err(trouble) => return not_saved(ask, form, here.as_ref(), sent, trouble).await,
        }
    }
    not_saved(ask, form, here.as_ref(), sent, RecordsError::Conflict.into()).await
}

/// Of a conflict that was shown, takes what was chosen.
fn choose(ask: &PageAsk<'_>, here: &Here, sent: &mut Sent) {
    let chosen = |value: &str| -> Vec<&'static str> {
        let names =
            ask.fields().iter().filter(|(name, chosen)| name.starts_with("choose-") && chosen == value);
        names.filter_map(|(name, _)| address::group(name.strip_prefix("choose-")?)).collect()
    };
    let theirs = chosen("theirs");
    if !theirs.is_empty() {
        address::take_theirs(here, &mut sent.typed, ask.language(), &theirs);
    }
}

/// What came of one attempt.
enum Attempt {
    Done(Box<Answer>),
    Changed,
}

impl Attempt {
    fn done(answer: Answer) -> Self {
        Self::Done(Box::new(answer))
    }
}

async fn attempt(
    ask: &PageAsk<'_>,
    form: Form,
    here: Option<&Here>,
    sent: &Sent,
) -> Result<Attempt, Trouble> {
    let patient = here.map_or("", |here| here.id.as_str());
    let mut ids = Ids::new(&sent.once, form, patient, &sent.typed);
    let change = match read(ask, form, here, &sent.typed, &sent.base, &mut ids).await? {
        Ok(change) => change,
        Err(faults) => {
            let shown = Shown { faults, ..again(ask, form, here, sent).await? };
            return Ok(Attempt::Done(Box::new(
                page(ask, form, &shown, StatusCode::UNPROCESSABLE_ENTITY).await?,
            )));
        }
    };
    let asked: Vec<Question> =
        change.questions.iter().filter(|question| !sent.sure.contains(&question.key)).cloned().collect();
    if !change.conflicts.is_empty() || !asked.is_empty() {
        let again = again(ask, form, here, sent).await?;
        // From now on the form changes what is there now.
        let base = match here.filter(|_| !change.conflicts.is_empty()) {
            Some(here) => here.version.to_string(),
            None => again.base.clone(),
        };
        let typed = change.merged.unwrap_or_else(|| again.typed.clone());
        let shown = Shown { typed, base, questions: asked, conflicts: change.conflicts, ..again };
        return Ok(Attempt::done(page(ask, form, &shown, StatusCode::CONFLICT).await?));
    }
    write(ask, form, patient, change).await
}

async fn write(ask: &PageAsk<'_>, form: Form, patient: &str, change: Change) -> Result<Attempt, Trouble> {
    let Change { mut entries, .. } = change;
    if entries.is_empty() {
        draft::discard(ask, form, patient).await?;
        let to = format!("{}/patient/{patient}?said=unchanged", ask.base());
        return Ok(Attempt::done(ask.settle(see_other(&ask.around, &to))));
    }
    // Whom the chart is of that is shown next.
    let patient = match entries.first() {
        Some(entry) if form == Form::Patient => {
            entry.reference().split('/').nth(1).unwrap_or_default().to_owned()
        }
        _ => patient.to_owned(),
    };
    let draft_of = if form == Form::Patient { "" } else { patient.as_str() };
    entries.push(draft::delete(ask, form, draft_of)?);
    let chart = format!("{}/patient/{patient}", ask.base());
    let carried_out = salus_records::carry_out(ask.cell, &ask.asker, bundle(&entries), None, BATCH_MS).await;
    match carried_out {
        Ok(answer) => {
            let mut written: Vec<Written> = Vec::new();
            for outcome in answer.outcomes {
                if let Done::Written(one) = outcome? {
                    written.push(one);
                }
            }
            let link = undo::link(ask, form, &patient, &written)?;
            let answer = see_other(&ask.around, &format!("{chart}?saved={link}"));
            Ok(Attempt::done(undo::keeping(ask, ask.settle(answer), &link)))
        }
        Err(error) => match Refused::of(&error, &entries) {
            Some(Refused::Already) => {
                Ok(Attempt::done(ask.settle(see_other(&ask.around, &format!("{chart}?said=already")))))
            }
            Some(Refused::Changed) => Ok(Attempt::Changed),
            None => Err(error.into()),
        },
    }
}

/// The form with what was typed, to be shown again.
async fn again<'a>(
    ask: &PageAsk<'_>,
    form: Form,
    here: Option<&'a Here>,
    sent: &Sent,
) -> Result<Shown<'a>, Trouble> {
    let opened = opened(ask, form, here, &Typed::default()).await?;
    let times =
        if form == Form::Appointment { appointment::free_times(ask, &sent.typed).await? } else { Vec::new() };
    Ok(Shown {
        typed: sent.typed.clone(),
        options: opened.options,
        beside: opened.beside,
        base: sent.base.clone(),
        once: sent.once.clone(),
        sure: sent.sure.clone(),
        times,
        here,
        ..Shown::default()
    })
}

/// The form with what was typed, and why it was not saved. Nothing more is asked of the records: they may be away.
async fn not_saved(
    ask: &PageAsk<'_>,
    form: Form,
    here: Option<&Here>,
    sent: Sent,
    trouble: Trouble,
) -> Result<Answer, Trouble> {
    let Trouble::Records(error) = &trouble else { return Err(trouble) };
    let (key, status) = match error {
        RecordsError::NoSession | RecordsError::StaleProof => return Err(trouble),
        RecordsError::Budget { .. } => ("not-saved-budget", StatusCode::TOO_MANY_REQUESTS),
        RecordsError::TouchNeeded => ("not-saved-touch", StatusCode::FORBIDDEN),
        RecordsError::Full => ("not-saved-full", StatusCode::INSUFFICIENT_STORAGE),
        RecordsError::Forbidden | RecordsError::NotFound | RecordsError::Gone { .. } => {
            ("not-saved-refused", StatusCode::NOT_FOUND)
        }
        RecordsError::Conflict | RecordsError::Precondition(_) => ("not-saved-changed", StatusCode::CONFLICT),
        RecordsError::Busy | RecordsError::Unavailable | RecordsError::NotReady => {
            ("not-saved-away", StatusCode::SERVICE_UNAVAILABLE)
        }
        _ => ("not-saved-ours", StatusCode::INTERNAL_SERVER_ERROR),
    };
    // Options that cannot be read now are those that were chosen.
    let options =
        opened(ask, form, here, &Typed::default()).await.map(|opened| opened.options).unwrap_or_default();
    let shown = Shown {
        options,
        typed: sent.typed,
        base: sent.base,
        once: sent.once,
        sure: sent.sure,
        alert: Some(ask.t.say(key).into_owned()),
        touch: (*error == RecordsError::TouchNeeded).then(|| {
            let back = ("to".to_owned(), ask.around.here.clone());
            crate::query::encode_query(&format!("{}/touch", ask.base()), &[back])
        }),
        here,
        ..Shown::default()
    };
    page(ask, form, &shown, status).await
}
