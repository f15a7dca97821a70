//! Two people in one chart: what each of them changed, group of fields by group of fields.
//!
//! What only one of them changed is taken. What both changed, in different ways, is shown to the one who comes second, and they
//! choose; nothing is written over.
//!
//! Never: mixes a street of one with a town of the other. State: none.

use super::form::Typed;

/// Fields that are changed as one.
pub(super) type Together = (&'static str, &'static [&'static str]);

/// A group that both changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Conflict {
    /// The group.
    pub name: &'static str,
    /// Its fields as they were when the form was opened, as they are now, and as they were typed.
    pub before: String,
    pub now: String,
    pub mine: String,
}

/// What is to be written when the form was opened on `base`, `now` is there, and `mine` was typed; and the groups that both changed,
/// in which it is as it was typed.
pub(super) fn merge(groups: &[Together], base: &Typed, now: &Typed, mine: &Typed) -> (Typed, Vec<Conflict>) {
    let mut merged = mine.clone();
    let mut conflicts = Vec::new();
    for (name, fields) in groups {
        let same = |a: &Typed, b: &Typed| fields.iter().all(|field| a.get(field) == b.get(field));
        if same(mine, now) || same(now, base) {
            continue;
        }
        if same(mine, base) {
            for field in *fields {
                merged.set(field, now.get(field));
            }
            continue;
        }
        let line = |typed: &Typed| line(fields, typed);
        conflicts.push(Conflict { name, before: line(base), now: line(now), mine: line(mine) });
    }
    (merged, conflicts)
}

/// What stands in some fields, in one line.
pub(super) fn line(fields: &[&'static str], typed: &Typed) -> String {
    let values: Vec<&str> =
        fields.iter().map(|field| typed.get(field)).filter(|text| !text.is_empty()).collect();
    values.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const GROUPS: [Together; 2] = [("where", &["street", "city"]), ("phone", &["phone"])];

    fn typed(street: &str, city: &str, phone: &str) -> Typed {
        Typed::default().with("street", street).with("city", city).with("phone", phone)
    }

    fn merged(base: &Typed, now: &Typed, mine: &Typed) -> Typed {
        let (merged, conflicts) = merge(&GROUPS, base, now, mine);
        assert!(conflicts.is_empty(), "{conflicts:?}");
        merged
    }

    #[test]
    fn what_only_one_changed_is_taken() {
        let base = typed("A 1", "Ulm", "1");
        let both = merged(&base, &typed("A 1", "Ulm", "2"), &typed("B 2", "Bonn", "1"));
        assert_eq!(both, typed("B 2", "Bonn", "2"));
        let same = typed("B 2", "Bonn", "1");
        assert_eq!(merged(&base, &same, &same), same);
        assert_eq!(merged(&base, &base, &same), same);
        assert_eq!(merged(&base, &same, &base), same);
    }

    #[test]
    fn what_both_changed_is_shown_and_never_mixed() {
        let base = typed("A 1", "Ulm", "1");
        // One of them changed the street, the other the town: that is not a third address.
        let (_, conflicts) = merge(&GROUPS, &base, &typed("B 2", "Ulm", "1"), &typed("A 1", "Bonn", "9"));
        let expected = Conflict {
            name: "where",
            before: "A 1, Ulm".into(),
            now: "B 2, Ulm".into(),
            mine: "A 1, Bonn".into(),
        };
        assert_eq!(conflicts, [expected]);
        assert_eq!(merge(&GROUPS, &base, &typed("B", "B", "2"), &typed("C", "C", "3")).1.len(), 2);
        // What is no conflict is merged meanwhile.
        let (merged, conflicts) =
            merge(&GROUPS, &base, &typed("B 2", "Bonn", "2"), &typed("A 1", "Ulm", "3"));
        assert_eq!((merged, conflicts.len()), (typed("B 2", "Bonn", "3"), 1));
    }
}
