//! The forms: which there are, their fields, and what was typed into them.
//!
//! Never: reads what was typed; that is done by each form's own module. State: none.

use super::super::typed::Wrong;
use salus_records::fhir::ResourceType;
use salus_records::policy::{Rights, Verb};

/// The most bytes of a note.
pub(super) const MAX_NOTE_BYTES: usize = 20_000;
/// The most bytes of a line.
const LINE_BYTES: usize = 120;

/// A form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// A new patient.
    Patient,
    /// Address, telephone, mail.
    Address,
    /// The insurance card.
    Insurance,
    Note,
    Vital,
    Allergy,
    Appointment,
}

/// How a field is filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A line; how wide it is, as a class.
    Line(&'static str),
    /// A telephone number.
    Phone,
    /// A mail address.
    Mail,
    /// Several lines; how many.
    Area(u8),
    /// One of few, all in sight.
    Radio(&'static [&'static str]),
    /// One of many, or of those that are found when the form is opened.
    Select(&'static [&'static str]),
}

/// A field.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    /// Its name; `field-<name>` is its label.
    pub name: &'static str,
    pub kind: Kind,
    pub max_bytes: usize,
    /// Whether `hint-<name>` stands below its label.
    pub hint: bool,
    /// Whether it may stay empty; its label says so.
    pub optional: bool,
}

/// Fields that stand together under `group-<name>`; without a name, under nothing.
pub(super) type Group = (&'static str, &'static [Field]);

const fn line(name: &'static str, width: &'static str) -> Field {
    Field { name, kind: Kind::Line(width), max_bytes: LINE_BYTES, hint: false, optional: false }
}

impl Field {
    const fn hint(mut self) -> Self {
        self.hint = true;
        self
    }

    const fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    const fn kind(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }

    const fn max(mut self, max_bytes: usize) -> Self {
        self.max_bytes = max_bytes;
        self
    }
}

pub(super) const COUNTRIES: &[&str] = &["DE", "FR", "CH", "AT", "BE", "LU", "IT", "ES", "PL", "GB", "NL"];
const DATE: Field = line("date", "w-12");
const TIME: Field = line("time", "w-6");

const WHERE: &[Field] = &[
    line("street", "w-32").optional(),
    line("postal", "w-8").optional(),
    line("city", "w-24").optional(),
    line("country", "w-24").kind(Kind::Select(COUNTRIES)),
];
const REACH: &[Field] = &[
    line("phone", "w-20").kind(Kind::Phone).optional(),
    line("mobile", "w-20").kind(Kind::Phone).optional(),
    line("email", "w-32").kind(Kind::Mail).max(254).optional(),
];
const CARD: &[Field] =
    &[line("payer", "w-32").kind(Kind::Select(&[])).optional(), line("number", "w-20").hint().optional()];

const PATIENT: &[Group] = &[
    (
        "person",
        &[
            line("prefix", "w-8").optional(),
            line("given", "w-24"),
            line("family", "w-24"),
            line("birth", "w-12").hint(),
            line("sex", "").kind(Kind::Radio(&["female", "male", "other", "unknown"])),
        ],
    ),
    ("where", WHERE),
    ("reach", REACH),
    ("card", CARD),
];
const ADDRESS: &[Group] = &[
    (
        "where",
        &[
            line("street", "w-32"),
            line("postal", "w-8"),
            line("city", "w-24"),
            line("country", "w-24").kind(Kind::Select(COUNTRIES)),
            line("moved", "").kind(Kind::Radio(&["moved", "corrected"])),
            line("since", "w-12").hint(),
        ],
    ),
    ("reach", REACH),
];
const INSURANCE: &[Group] = &[(
    "",
    &[
        line("payer", "w-32").kind(Kind::Select(&[])),
        line("number", "w-20").hint(),
        line("relation", "").kind(Kind::Radio(&["self", "child", "spouse"])),
        line("since", "w-12").hint(),
    ],
)];
const NOTE: &[Group] = &[(
    "",
    &[
        line("about", "").kind(Kind::Radio(&["note", "call", "visit"])),
        line("text", "").kind(Kind::Area(10)).max(MAX_NOTE_BYTES),
        DATE,
        TIME,
    ],
)];
const VITAL: &[Group] = &[
    (
        "",
        &[
            line("pressure", "w-8").hint().optional(),
            line("pulse", "w-6").optional(),
            line("temperature", "w-6").optional(),
            line("weight", "w-6").optional(),
            line("height", "w-6").optional(),
            line("saturation", "w-6").optional(),
        ],
    ),
    ("when", &[DATE, TIME]),
];
const ALLERGY: &[Group] = &[(
    "",
    &[
        line("substance", "w-32").hint(),
        line("category", "").kind(Kind::Radio(&["medication", "food", "environment", "biologic"])),
        line("reaction", "w-32").optional().max(400),
        line("criticality", "").kind(Kind::Radio(&["high", "low", "unable-to-assess"])),
        line("certain", "").kind(Kind::Radio(&["confirmed", "unconfirmed"])),
    ],
)];
const APPOINTMENT: &[Group] = &[(
    "",
    &[
        line("physician", "w-32").kind(Kind::Select(&[])),
        DATE,
        line("minutes", "w-8").kind(Kind::Select(&["5", "10", "15", "20", "30", "45", "60", "90"])),
        TIME,
        line("reason", "w-32").optional().max(400),
    ],
)];

impl Form {
    /// All of them.
    pub(crate) const ALL: [Self; 7] = [
        Self::Note,
        Self::Vital,
        Self::Allergy,
        Self::Appointment,
        Self::Address,
        Self::Insurance,
        Self::Patient,
    ];

    /// Its name, as it stands in addresses; `write-<name>` is its title.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Patient => "new",
            Self::Address => "address",
            Self::Insurance => "insurance",
            Self::Note => "note",
            Self::Vital => "vital",
            Self::Allergy => "allergy",
            Self::Appointment => "appointment",
        }
    }

    /// Its key: `n` for what is new.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Patient => "n p",
            Self::Address => "n d",
            Self::Insurance => "n c",
            Self::Note => "n n",
            Self::Vital => "n v",
            Self::Allergy => "n a",
            Self::Appointment => "n t",
        }
    }

    /// Whether a role with these rights may save it. Who may not is not offered it; what is really let is the keyholder's to say.
    pub(crate) fn is_for(self, rights: &Rights) -> bool {
        let (verb, kind) = match self {
            Self::Patient => (Verb::Create, "Patient"),
            Self::Address => (Verb::Change, "Patient"),
            Self::Insurance => (Verb::Create, "Coverage"),
            Self::Note => (Verb::Create, "DocumentReference"),
            Self::Vital => (Verb::Create, "Observation"),
            Self::Allergy => (Verb::Create, "AllergyIntolerance"),
            Self::Appointment => (Verb::Create, "Appointment"),
        };
        let about = ResourceType::from_name(kind).map(salus_records::category);
        about.is_some_and(|about| rights.of(verb).holds(about))
    }

    pub(crate) fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.name() == name)
    }

    /// Where it is, behind `/{cell}`.
    pub(crate) fn path(self, patient: &str) -> String {
        match self {
            Self::Patient => "/patient/new".to_owned(),
            // The cards over time are a page of the chart.
            Self::Insurance => format!("/patient/{patient}/insurance/new"),
            _ => format!("/patient/{patient}/{}", self.name()),
        }
    }

    pub(super) fn groups(self) -> &'static [Group] {
        match self {
            Self::Patient => PATIENT,
            Self::Address => ADDRESS,
            Self::Insurance => INSURANCE,
            Self::Note => NOTE,
            Self::Vital => VITAL,
            Self::Allergy => ALLERGY,
            Self::Appointment => APPOINTMENT,
        }
    }

    pub(super) fn fields(self) -> impl Iterator<Item = &'static Field> {
        self.groups().iter().flat_map(|(_, fields)| fields.iter())
    }
}

/// What was typed into a form, field by field. A patient's: it belongs in no log.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Typed(Vec<(&'static str, String)>);

impl std::fmt::Debug for Typed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} fields", self.0.len())
    }
}

impl Typed {
    /// The fields of this form among those that were sent, without characters that can't be kept.
    pub(super) fn of(form: Form, sent: &[(String, String)]) -> Self {
        let value = |name: &str| sent.iter().find(|(key, _)| key == name).map(|(_, value)| clean(value));
        Self(form.fields().filter_map(|field| Some((field.name, value(field.name)?))).collect())
    }

    /// A field, without white space around it; empty when it was not sent.
    pub(super) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value.trim())
    }

    pub(super) fn set(&mut self, name: &'static str, value: impl Into<String>) {
        let value = value.into();
        match self.0.iter_mut().find(|(key, _)| *key == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name, value)),
        }
    }

    #[must_use]
    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.set(name, value);
        self
    }

    /// Names and values, as they were typed.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(name, value)| (*name, value.as_str()))
    }

    /// All of it as bytes, the same for the same.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for (name, _) in &self.0 {
            let value = self.get(name);
            out.extend_from_slice(name.as_bytes());
            out.push(0);
            out.extend_from_slice(&(value.len() as u64).to_le_bytes());
            out.extend_from_slice(value.as_bytes());
        }
        out
    }
}

/// Line ends as they are here, and no other control characters, which FHIR's strings do not hold.
fn clean(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.chars().filter(|c| *c == '\n' || *c == '\t' || !c.is_control()).collect()
}

/// A field, and why it is not taken.
pub(super) type Fault = (&'static str, Wrong);

/// Reads fields one after the other and keeps all faults.
pub(super) struct Reader<'a> {
    typed: &'a Typed,
    pub faults: Vec<Fault>,
}

impl<'a> Reader<'a> {
    /// Too long is said first of all.
    pub(super) fn new(form: Form, typed: &'a Typed) -> Self {
        let too_long = form.fields().filter(|field| typed.get(field.name).len() > field.max_bytes);
        let fault = |field: &Field| (field.name, Wrong::new("wrong-too-long").with("max", field.max_bytes));
        Self { typed, faults: too_long.map(fault).collect() }
    }

    fn is_wrong(&self, name: &str) -> bool {
        self.faults.iter().any(|(at, _)| *at == name)
    }

    pub(super) fn fault(&mut self, name: &'static str, wrong: Wrong) {
        if !self.is_wrong(name) {
            self.faults.push((name, wrong));
        }
    }

    /// What was typed, if anything.
    pub(super) fn text(&self, name: &'static str) -> Option<&'a str> {
        Some(self.typed.get(name)).filter(|text| !text.is_empty())
    }

    /// What was typed; a fault with this message when it is nothing.
    pub(super) fn needed(&mut self, name: &'static str, missing: &'static str) -> Option<&'a str> {
        let text = self.text(name);
        if text.is_none() {
            self.fault(name, Wrong::new(missing));
        }
        text.filter(|_| !self.is_wrong(name))
    }

    /// What was typed, if anything, as something else.
    pub(super) fn read<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&str) -> Result<T, Wrong>,
    ) -> Option<T> {
        let text = self.text(name).filter(|_| !self.is_wrong(name))?;
        match read(text) {
            Ok(value) => Some(value),
            Err(wrong) => {
                self.fault(name, wrong);
                None
            }
        }
    }

    /// One of the field's choices.
    pub(super) fn choice(&mut self, form: Form, name: &'static str) -> Option<&'static str> {
        let kind = form.fields().find(|field| field.name == name).map(|field| field.kind);
        let (Some(Kind::Radio(choices)) | Some(Kind::Select(choices))) = kind else { return None };
        let typed = self.typed.get(name);
        let found = choices.iter().find(|choice| **choice == typed).copied();
        if found.is_none() {
            self.fault(name, Wrong::new("wrong-choice"));
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_is_bounded_to_the_form_and_cleaned() {
        let sent = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let typed = Typed::of(
            Form::Note,
            &[
                sent("text", " a\r\nb\u{0}\u{7}c "),
                sent("evil", "x"),
                sent("text", "second"),
                sent("date", ""),
            ],
        );
        assert_eq!((typed.get("text"), typed.get("evil"), typed.get("time")), ("a\nbc", "", ""));
        assert_eq!(typed.pairs().count(), 2);
        let other = Typed::of(Form::Note, &[sent("text", "a\nbc"), sent("date", "")]);
        assert_eq!(typed.bytes(), other.bytes());
        assert_ne!(typed.bytes(), other.with("date", "x").bytes());
    }

    #[test]
    fn every_fault_is_kept_and_the_first_of_a_field_counts() {
        let typed = Typed::default().with("text", "x".repeat(MAX_NOTE_BYTES + 1)).with("about", "evil");
        let mut reader = Reader::new(Form::Note, &typed);
        assert!(reader.needed("text", "missing").is_none());
        assert!(reader.choice(Form::Note, "about").is_none());
        assert!(reader.needed("date", "missing").is_none());
        let keys: Vec<_> = reader.faults.iter().map(|(name, wrong)| (*name, wrong.key())).collect();
        assert_eq!(keys, [("text", "wrong-too-long"), ("about", "wrong-choice"), ("date", "missing")]);
    }

    #[test]
    fn names_and_keys_are_of_one_form_each() {
        for form in Form::ALL {
            assert_eq!(Form::of_name(form.name()), Some(form));
            assert_eq!(Form::ALL.iter().filter(|other| other.key() == form.key()).count(), 1);
            let names: Vec<_> = form.fields().map(|field| field.name).collect();
            for name in &names {
                assert_eq!(names.iter().filter(|other| *other == name).count(), 1, "{name}");
            }
        }
    }
}
