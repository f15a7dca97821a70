//! What a list shows of a record, as a part with a key of its own: of a Patient id, name and birth date; of an Appointment when it
//! is, whether it stands, and who takes part; of a Task whether and until when somebody has to do something for whom; of a
//! DiagnosticReport that it came.
//!
//! Never: anything more; a line costs a glimpse and not a chart. State: none.

use salus_fhir::json::{Document, Value, quote};
use salus_fhir::search::line_of;
use salus_fhir::{Resource, ResourceType};

/// `{"id":…,"name":…,"birthDate":…}` with the resource's own text; empty for types without a line.
pub(crate) fn line(resource: &Resource, id: &str) -> Vec<u8> {
    of_root(resource.kind(), resource.root(), id)
}

/// The line of a stored text, for versions that were written when their type had none.
pub(crate) fn of_text(kind: ResourceType, id: &str, text: &[u8]) -> Option<Vec<u8>> {
    let document = Document::parse(std::str::from_utf8(text).ok()?).ok()?;
    Some(of_root(kind, document.root(), id)).filter(|line| !line.is_empty())
}

fn of_root(kind: ResourceType, root: Value<'_>, id: &str) -> Vec<u8> {
    let Some(line) = line_of(kind) else { return Vec::new() };
    let mut out = format!(r#"{{"id":{}"#, quote(id));
    for name in line.elements {
        let Some(value) = root.get(name) else { continue };
        out.push_str(",\"");
        out.push_str(name);
        out.push_str("\":");
        match *name {
            "participant" => participants(&mut out, value),
            "for" | "owner" | "subject" => only(&mut out, value, &["reference"]),
            "restriction" => restriction(&mut out, value),
            _ => out.push_str(value.raw()),
        }
    }
    out.push('}');
    out.into_bytes()
}

/// Of an object these members, as they are written: a display may be a name, an identifier a number.
fn only(out: &mut String, value: Value<'_>, names: &[&str]) {
    out.push('{');
    for (at, (name, value)) in names.iter().filter_map(|name| Some((name, value.get(name)?))).enumerate() {
        if at > 0 {
            out.push(',');
        }
        out.push('"');
        out.push_str(name);
        out.push_str("\":");
        out.push_str(value.raw());
    }
    out.push('}');
}

/// Until when something is to be done.
fn restriction(out: &mut String, value: Value<'_>) {
    out.push('{');
    if let Some(period) = value.get("period") {
        out.push_str("\"period\":");
        only(out, period, &["start", "end"]);
    }
    out.push('}');
}

/// Of each participant the reference to the actor and the status. A display may be a name, a type or period says what for.
fn participants(out: &mut String, all: Value<'_>) {
    out.push('[');
    for (at, participant) in all.elements().enumerate() {
        if at > 0 {
            out.push(',');
        }
        out.push('{');
        let reference = participant.get("actor").and_then(|actor| actor.get("reference"));
        if let Some(reference) = reference {
            out.push_str(r#""actor":{"reference":"#);
            out.push_str(reference.raw());
            out.push('}');
        }
        if let Some(status) = participant.get("status") {
            out.push_str(if reference.is_some() { r#","status":"# } else { r#""status":"# });
            out.push_str(status.raw());
        }
        out.push('}');
    }
    out.push(']');
}

/// The resource that a line stands for, which says that it is not whole.
pub(crate) fn resource_of(kind: ResourceType, line: &[u8]) -> Vec<u8> {
    let mut out = format!(r#"{{"resourceType":"{}",{META}"#, kind.name()).into_bytes();
    out.extend_from_slice(line.strip_prefix(b"{").unwrap_or(line));
    out
}

/// What says of a resource that it holds its line only.
const META: &str = concat!(
    r#""meta":{"tag":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","#,
    r#""code":"SUBSETTED"}]},"#
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_holds_id_name_and_birth_date_and_nothing_else() {
        let parse = |text: &str| Resource::parse(text, None).unwrap();
        let patient = parse(
            r#"{"resourceType":"Patient","gender":"male","birthDate":"1970-01-01","name":[{"family":"M\u00fcller"}]}"#,
        );
        let expected = r#"{"id":"7","name":[{"family":"M\u00fcller"}],"birthDate":"1970-01-01"}"#;
        assert_eq!(String::from_utf8(line(&patient, "7")).unwrap(), expected);
        assert_eq!(line(&parse(r#"{"resourceType":"Patient","gender":"male"}"#), "7"), br#"{"id":"7"}"#);
        assert!(line(&parse(r#"{"resourceType":"Organization","name":"x"}"#), "7").is_empty());
        let shown = String::from_utf8(resource_of(patient.kind(), expected.as_bytes())).unwrap();
        let shown = parse(&shown);
        assert_eq!((shown.id(), shown.kind().name()), (Some("7"), "Patient"));
        assert!(shown.text().contains("SUBSETTED") && !shown.text().contains("male"));
    }

    #[test]
    fn an_appointments_line_says_when_and_who_and_not_why() {
        let text = concat!(
            r#"{"resourceType":"Appointment","id":"7","status":"booked","serviceType":[{"text":"secret"}],"#,
            r#""reasonCode":[{"text":"secret"}],"description":"secret","comment":"secret","patientInstruction":"secret","#,
            r#""start":"2026-11-28T08:00:00Z","end":"2026-11-28T08:15:00Z","minutesDuration":15,"participant":["#,
            r#"{"type":[{"text":"secret"}],"actor":{"reference":"Patient/1","display":"secret"},"status":"accepted"},"#,
            r#"{"actor":{"identifier":{"value":"secret"}},"status":"tentative"},"#,
            r#"{"status":"needs-action","period":{"start":"2026"},"actor":{"reference":"Practitioner\/2"}}]}"#
        );
        let expected = concat!(
            r#"{"id":"7","status":"booked","start":"2026-11-28T08:00:00Z","end":"2026-11-28T08:15:00Z","minutesDuration":15,"#,
            r#""participant":[{"actor":{"reference":"Patient/1"},"status":"accepted"},{"status":"tentative"},"#,
            r#"{"actor":{"reference":"Practitioner\/2"},"status":"needs-action"}]}"#
        );
        let appointment = Resource::parse(text, None).unwrap();
        assert_eq!(String::from_utf8(line(&appointment, "7")).unwrap(), expected);
        assert_eq!(of_text(appointment.kind(), "7", text.as_bytes()).unwrap(), expected.as_bytes());
        assert!(of_text(appointment.kind(), "7", b"nonsense").is_none());
        let shown = String::from_utf8(resource_of(appointment.kind(), expected.as_bytes())).unwrap();
        let shown = Resource::parse(shown.as_str(), None).unwrap();
        assert_eq!((shown.id(), shown.kind().name()), (Some("7"), "Appointment"));
    }

    #[test]
    fn a_tasks_line_says_by_when_and_for_whom_and_a_reports_that_it_came_and_neither_says_what() {
        for (text, expected) in [
            (
                concat!(
                    r#"{"resourceType":"Task","id":"7","status":"requested","intent":"order","priority":"urgent","code":{"text":"secret"},"#,
                    r#""description":"secret","focus":{"reference":"Condition/secret"},"for":{"reference":"Patient\/1","display":"secret"},"#,
                    r#""owner":{"identifier":{"value":"secret"}},"reasonCode":{"text":"secret"},"note":[{"text":"secret"}],"#,
                    r#""restriction":{"repetitions":3,"period":{"id":"secret","end":"2026-11-28"},"recipient":[{"reference":"Patient/secret"}]}}"#
                ),
                concat!(
                    r#"{"id":"7","status":"requested","priority":"urgent","for":{"reference":"Patient\/1"},"owner":{},"#,
                    r#""restriction":{"period":{"end":"2026-11-28"}}}"#
                ),
            ),
            (
                concat!(
                    r#"{"resourceType":"DiagnosticReport","id":"7","status":"final","category":[{"text":"secret"}],"code":{"text":"secret"},"#,
                    r#""subject":{"reference":"Patient/1","type":"Patient","display":"secret"},"effectiveDateTime":"2026-11-27","#,
                    r#""issued":"2026-11-28T08:00:00Z","performer":[{"display":"secret"}],"conclusion":"secret"}"#
                ),
                r#"{"id":"7","status":"final","subject":{"reference":"Patient/1"},"issued":"2026-11-28T08:00:00Z"}"#,
            ),
        ] {
            let resource = Resource::parse(text, None).unwrap();
            assert_eq!(String::from_utf8(line(&resource, "7")).unwrap(), expected);
        }
    }
}
