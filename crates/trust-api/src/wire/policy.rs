//! The words about a cell's rules: what each role may do, in a table; what a change of it would do, and to whom; its versions.
//!
//! Part of the wire's format: variants are only ever added at the end. Never: reaches a patient. State: none.

use salus_seal::PrincipalId;
use serde::{Deserialize, Serialize};

/// The most names that a preview gives for one difference.
pub const MAX_NAMES: usize = 200;
/// The most versions of one answer.
pub const MAX_VERSIONS_LISTED: usize = 100;

/// What a record is about, as far as its type tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Category {
    /// Who somebody is: name, birth date, address, relatives.
    Identity,
    /// Encounters, notes, plans, orders, procedures.
    Notes,
    /// Diagnoses, allergies, risks.
    Diagnoses,
    /// Results of laboratory and imaging, measurements.
    Results,
    /// Medication, prescriptions, vaccinations.
    Medication,
    /// Appointments and tasks.
    Appointments,
    /// Letters, sick notes, forms, consents.
    Documents,
    /// Insurance, claims, bills.
    Insurance,
    /// The house: its people, places, calendars, definitions. No patient.
    House,
    /// What is none of the others.
    Other,
}

impl Category {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 10] = [
        Self::Identity,
        Self::Notes,
        Self::Diagnoses,
        Self::Results,
        Self::Medication,
        Self::Appointments,
        Self::Documents,
        Self::Insurance,
        Self::House,
        Self::Other,
    ];

    /// Its name in the rules.
    pub fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Notes => "notes",
            Self::Diagnoses => "diagnoses",
            Self::Results => "results",
            Self::Medication => "medication",
            Self::Appointments => "appointments",
            Self::Documents => "documents",
            Self::Insurance => "insurance",
            Self::House => "house",
            Self::Other => "other",
        }
    }
}

/// A set of categories: a bit each, in the order of [`Category::ALL`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Categories(u16);

impl Categories {
    /// None.
    pub const NONE: Self = Self(0);
    /// All there are.
    pub const ALL: Self = Self((1 << Category::ALL.len()) - 1);

    /// These.
    pub fn of(all: &[Category]) -> Self {
        all.iter().fold(Self::NONE, |set, category| set.with(*category))
    }

    /// With this one.
    #[must_use]
    pub fn with(self, category: Category) -> Self {
        Self(self.0 | 1 << category as u16)
    }

    /// Those of both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether it is one of them.
    pub fn holds(self, category: Category) -> bool {
        self.0 >> category as u16 & 1 == 1
    }

    /// Whether all of these are among them.
    pub fn cover(self, these: Self) -> bool {
        these.0 & !self.0 == 0
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Each of them.
    pub fn iter(self) -> impl Iterator<Item = Category> {
        Category::ALL.into_iter().filter(move |category| self.holds(*category))
    }
}

/// What somebody does to records of a category.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Verb {
    /// Opens them.
    Read,
    /// Makes new ones.
    Create,
    /// Changes and deletes them.
    Change,
    /// Searches among them.
    Search,
    /// Finds out whether there is none, one or several: what a conditional write needs.
    Match,
}

impl Verb {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Read, Self::Create, Self::Change, Self::Search, Self::Match];

    /// Its name in the rules.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Create => "create",
            Self::Change => "change",
            Self::Search => "search",
            Self::Match => "match",
        }
    }
}

/// What a role may do to records.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rights {
    /// What it opens.
    pub read: Categories,
    /// What it makes.
    pub create: Categories,
    /// What it changes and deletes.
    pub change: Categories,
    /// What it searches in.
    pub search: Categories,
    /// What it finds out of whether there is none, one or several.
    pub matches: Categories,
    /// Whether it is told how many match exactly when they are many.
    pub counts_exactly: bool,
    /// Whether it opens charts without being asked why, where no treating relationship is known.
    pub unasked: bool,
    /// Whether it may ask for an export of many patients at once, of what it reads; somebody else approves each.
    pub exports: bool,
}

impl Rights {
    /// Of one verb.
    pub fn of(&self, verb: Verb) -> Categories {
        match verb {
            Verb::Read => self.read,
            Verb::Create => self.create,
            Verb::Change => self.change,
            Verb::Search => self.search,
            Verb::Match => self.matches,
        }
    }

    /// Of one verb, to be changed.
    pub fn of_mut(&mut self, verb: Verb) -> &mut Categories {
        match verb {
            Verb::Read => &mut self.read,
            Verb::Create => &mut self.create,
            Verb::Change => &mut self.change,
            Verb::Search => &mut self.search,
            Verb::Match => &mut self.matches,
        }
    }

    /// Whether nothing of another's is missing here.
    pub fn cover(&self, other: &Self) -> bool {
        Verb::ALL.into_iter().all(|verb| self.of(verb).cover(other.of(verb)))
            && (self.counts_exactly || !other.counts_exactly)
            && (self.unasked || !other.unasked)
            && (self.exports || !other.exports)
    }
}

/// What may be asked about a cell's rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum PolicyAsk {
    /// Which are in force. Answered by [`PolicyAnswer::Shown`].
    Show,
    /// What others would change, and for whom; nothing is changed. Answered by [`PolicyAnswer::Preview`].
    Preview(PolicyDraft),
    /// Puts others in force. Answered by [`PolicyAnswer::Set`].
    Set {
        /// Which.
        draft: PolicyDraft,
        /// [`PolicyShown::version`] of those that it was decided against; when others are in force meanwhile, nothing is changed.
        against: Option<u64>,
        /// Why; at most [`salus_seal::entry::policy::MAX_POLICY_REASON_BYTES`].
        reason: String,
    },
    /// Its versions, the newest first. Answered by [`PolicyAnswer::Versions`].
    Versions,
    /// The text of a version. Answered by [`PolicyAnswer::Text`].
    Text(PolicyVersion),
}

/// Rules that somebody would have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum PolicyDraft {
    /// As Cedar.
    Text(String),
    /// As switches: what is not named stays as it is. The text is made anew from the table.
    Switches(Vec<(String, Rights)>),
    /// As they once were.
    Version(PolicyVersion),
}

/// A version of a cell's rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PolicyVersion {
    /// The program's own.
    Own,
    /// Those that this entry put in force.
    Entry(u64),
    /// What was in force before this entry, where it was the first.
    Before(u64),
}

/// The answer to a [`PolicyAsk`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum PolicyAnswer {
    /// What is in force.
    Shown(Box<PolicyShown>),
    /// What would change.
    Preview(Box<PolicyPreview>),
    /// They cannot be put in force.
    Fault(PolicyFault),
    /// They are in force, from this entry on.
    Set(u64),
    /// Others were put in force meanwhile.
    Overtaken,
    /// The newest first.
    Versions(Vec<VersionInfo>),
    /// A text.
    Text(String),
}

/// A cell's rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyShown {
    /// The entry that put them in force; none: they are the program's own.
    pub version: Option<u64>,
    /// The rules, in Cedar.
    pub text: String,
    /// What they come to, one line for each role.
    pub roles: Vec<RoleShown>,
}

/// What one role may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleShown {
    /// Its name.
    pub name: String,
    /// Whether it is for people, and not for applications.
    pub is_persons: bool,
    /// How far a cell's rules may change it.
    pub freedom: Freedom,
    /// To records.
    pub rights: Rights,
    /// What the program's own rules give it.
    pub own: Rights,
    /// Whether it administers the cell.
    pub administers: bool,
    /// Whether it may be one of the two who approve what needs two.
    pub approves: bool,
    /// Who holds it, by name; at most [`MAX_NAMES`].
    pub holders: Vec<String>,
    /// How many hold it.
    pub held_by: u32,
}

/// How far a cell's rules may change a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Freedom {
    /// In what it does to records.
    Free,
    /// It may be given less than the program's own rules give it.
    Less,
    /// Not at all.
    Fixed,
}

/// What rules would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyPreview {
    /// [`PolicyShown::version`] of those that it is compared with.
    pub against: Option<u64>,
    /// The rules, in Cedar.
    pub text: String,
    /// The differences, those that give more first. None: they come to the same.
    pub differences: Vec<Difference>,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// Whether more is allowed after it.
    pub more: bool,
    /// In what.
    pub what: Right,
    /// The roles that it is for.
    pub roles: Vec<String>,
    /// Who holds them, by name; at most [`MAX_NAMES`].
    pub who: Vec<String>,
    /// How many hold them.
    pub people: u32,
}

/// One thing that a role may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Right {
    /// This, to records of this category.
    To(Verb, Category),
    /// To be told exact numbers.
    CountExactly,
    /// To open charts without being asked why.
    Unasked,
    /// To ask for exports of many patients at once.
    Export,
}

/// Why rules cannot be put in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum PolicyFault {
    /// The text is longer than this many bytes.
    TooLong {
        /// The bound, in bytes.
        max_bytes: u32,
    },
    /// There are more rules than this.
    TooMany {
        /// The bound.
        max_rules: u32,
    },
    /// It is not Cedar, or does not fit what there is to be said.
    Cedar {
        /// The line, from 1, where it is known.
        line: Option<u32>,
        /// Cedar's own words.
        said: String,
    },
    /// A rule is one with places to be filled in: nobody fills them in here.
    Template,
    /// A guard that no rules lift.
    Guard {
        /// Which.
        guard: Guard,
        /// The role.
        role: String,
        /// The rule that does it: its `@id`, or its number from 1; none where it is one that is missing.
        rule: Option<String>,
    },
    /// A reason is too long.
    Reason,
    /// There is no such version, or no such role.
    Unknown,
}

/// What no rules lift.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Guard {
    /// Who administers opens no record.
    OpensNothing,
    /// Practices stay administered by those who administer them.
    LockedOut,
    /// No other role administers.
    AdministersAlone,
    /// A patient stays within themself.
    PatientStays,
    /// A role that the platform or its machine counts on is as it is.
    Fixed,
    /// Approving what needs two stays where it is.
    Approves,
}

/// One version of a cell's rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionInfo {
    /// The entry that put it in force.
    pub entry: u64,
    /// When, in milliseconds since 1970.
    pub time_ms: u64,
    /// Who did it; none for somebody at the machine.
    pub by: Option<PrincipalId>,
    /// Their name.
    pub by_name: Option<String>,
    /// Why.
    pub reason: String,
    /// The entry whose rules it put back.
    pub restores: Option<u64>,
    /// Whether it is in force.
    pub in_force: bool,
    /// Whether nothing but the program's own was in force before it.
    pub is_first: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_put_in_and_all_covers_all() {
        let two = Categories::of(&[Category::Results, Category::House]);
        assert!(two.holds(Category::Results) && !two.holds(Category::Identity));
        assert_eq!(two.iter().collect::<Vec<_>>(), [Category::Results, Category::House]);
        assert!(Categories::ALL.cover(two) && !two.cover(Categories::ALL) && two.cover(Categories::NONE));
        assert_eq!(Categories::of(&Category::ALL), Categories::ALL);
    }

    #[test]
    fn rights_cover_what_has_no_more() {
        let some = Rights { read: Categories::of(&[Category::Notes]), ..Rights::default() };
        let more = Rights { unasked: true, ..some };
        assert!(more.cover(&some) && !some.cover(&more) && some.cover(&some));
    }
}
