//! The types of which a list shows a line: what stands in it, and by which parameters it may be looked for without telling more.
//!
//! Never: an element that says why somebody is treated. State: none.

use super::parameter::LAST_UPDATED;
use crate::ResourceType;

/// A type's line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// The type's name.
    pub kind: &'static str,
    /// The elements of which it shows something, beside `id`.
    pub elements: &'static [&'static str],
    /// Parameters that look at nothing but what it shows.
    pub parameters: &'static [u16],
}

/// The types that have a line. A Patient's is name and birth date. An Appointment's is when, whether it stands, and of each participant
/// the reference to the actor and the status: nothing of the reason, the service, or what anybody wrote beside it. A Task's is whether it
/// is still to be done, by when, by whom and for whom, and not what; a DiagnosticReport's is that one came, when and for whom, and not of what.
pub const LINES: [Line; 4] = [
    Line {
        kind: "Patient",
        elements: &["name", "birthDate"],
        // name, family, given, birthdate
        parameters: &[976, 1367, 1369, 1365, LAST_UPDATED],
    },
    Line {
        kind: "Appointment",
        elements: &["status", "start", "end", "minutesDuration", "participant"],
        // status, date, actor, patient, practitioner, location, part-status
        parameters: &[69, 57, 54, 61, 62, 59, 60, LAST_UPDATED],
    },
    Line {
        kind: "Task",
        elements: &["status", "priority", "for", "owner", "restriction"],
        // status, priority, patient, subject, owner
        parameters: &[1304, 1302, 1299, 1305, 1297, LAST_UPDATED],
    },
    Line {
        kind: "DiagnosticReport",
        elements: &["status", "subject", "issued"],
        // status, patient, subject, issued
        parameters: &[392, 1339, 393, 386, LAST_UPDATED],
    },
];

/// The line of a type, if it has one.
pub fn line_of(kind: ResourceType) -> Option<&'static Line> {
    LINES.iter().find(|line| line.kind == kind.name())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definitions;
    use crate::search::parameter;

    #[test]
    fn a_lines_parameters_are_its_types_and_look_at_its_elements() {
        let codes = [
            &["name", "family", "given", "birthdate", "_lastUpdated"][..],
            &[
                "status",
                "date",
                "actor",
                "patient",
                "practitioner",
                "location",
                "part-status",
                "_lastUpdated",
            ],
            &["status", "priority", "patient", "subject", "owner", "_lastUpdated"],
            &["status", "patient", "subject", "issued", "_lastUpdated"],
        ];
        for (line, codes) in LINES.iter().zip(codes) {
            let kind = ResourceType::from_name(line.kind).expect("there");
            let numbers: Vec<u16> =
                codes.iter().map(|code| parameter(kind, code).expect("there").number).collect();
            assert_eq!(numbers, line.parameters, "{}", line.kind);
            for code in codes.iter().filter(|code| !code.starts_with('_')) {
                let expression = &parameter(kind, code).expect("there").expression;
                // R4 writes expressions of several types in one, and `status` of some of them is no element of others.
                let own = expression.split('|').map(str::trim).find(|part| part.starts_with(line.kind));
                let element = own.and_then(|own| own.split('.').nth(1)).expect("an element");
                assert!(line.elements.contains(&element), "{code} looks at {element}");
            }
            let table = definitions::get();
            let elements = table.elements(table.find(line.kind).expect("there"));
            for element in line.elements {
                assert!(elements.iter().any(|known| known.name == *element), "{element}");
            }
            assert_eq!(line_of(kind), Some(line));
        }
        assert_eq!(line_of(ResourceType::from_name("Observation").expect("there")), None);
    }
}
