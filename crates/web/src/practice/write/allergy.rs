//! An allergy or intolerance.
//!
//! State: none.

use super::super::typed::Wrong;
use super::super::{PageAsk, Trouble};
use super::entry::{Entry, Ids};
use super::form::{Form, Reader, Typed};
use super::here::{Change, Here, Opened, Question, Reading, author, found, hl7, text_at};
use super::likeness::folded;
use serde_json::{Value, json};

/// How many known allergies are compared with.
const MAX_KNOWN: &str = "100";

pub(super) fn open() -> Opened {
    let typed = Typed::default().with("category", "medication").with("certain", "confirmed");
    Opened { typed, ..Opened::default() }
}

pub(super) async fn read(
    ask: &PageAsk<'_>,
    here: &Here,
    typed: &Typed,
    ids: &mut Ids<'_>,
) -> Result<Reading, Trouble> {
    let mut reader = Reader::new(Form::Allergy, typed);
    let substance = reader.needed("substance", "missing-substance");
    if substance.is_some_and(|text| !text.chars().any(char::is_alphabetic)) {
        reader.fault("substance", Wrong::new("missing-substance"));
    }
    let category = reader.choice(Form::Allergy, "category");
    let reaction = reader.text("reaction");
    let criticality = reader.choice(Form::Allergy, "criticality");
    let certain = reader.choice(Form::Allergy, "certain");
    let (Some(substance), Some(category), Some(criticality), Some(certain), []) =
        (substance, category, criticality, certain, reader.faults.as_slice())
    else {
        return Ok(Err(reader.faults));
    };
    let mut allergy = json!({
        "clinicalStatus": hl7("allergyintolerance-clinical", "active"),
        "verificationStatus": hl7("allergyintolerance-verification", certain),
        "type": "allergy",
        "category": [category],
        "criticality": criticality,
        "code": {"text": substance},
        "patient": here.reference(),
        "recordedDate": ask.clock.today().to_string(),
    });
    if let Some(reaction) = reaction {
        allergy["reaction"] = json!([{"manifestation": [{"text": reaction}]}]);
    }
    if let Some(author) = author(ask) {
        allergy["recorder"] = author;
    }
    let entries = vec![Entry::create("AllergyIntolerance", ids.next()?, allergy)];
    let questions = known(ask, here, substance).await?.into_iter().collect();
    Ok(Ok(Change { entries, questions, ..Change::default() }))
}

/// Asks when the substance is in the chart already.
async fn known(ask: &PageAsk<'_>, here: &Here, substance: &str) -> Result<Option<Question>, Trouble> {
    let all =
        found(ask, "AllergyIntolerance", &[("patient", here.id.as_str()), ("_count", MAX_KNOWN)]).await?;
    let name = |allergy: &Value| {
        let words = text_at(allergy, "code.text");
        let words = if words.is_empty() { text_at(allergy, "code.coding.0.display") } else { words };
        words.to_owned()
    };
    let is_active = |allergy: &Value| text_at(allergy, "clinicalStatus.coding.0.code") != "resolved";
    let same: Vec<_> = all
        .iter()
        .filter(|(_, allergy)| is_active(allergy) && folded(&name(allergy)) == folded(substance))
        .map(|(_, allergy)| (name(allergy), None))
        .collect();
    Ok((!same.is_empty()).then(|| Question {
        key: "known".to_owned(),
        text: ask.t.say("ask-allergy-known").into_owned(),
        lines: same,
    }))
}
