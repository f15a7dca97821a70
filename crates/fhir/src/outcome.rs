//! FHIR's OperationOutcome: issues as a resource that a client can read.

use crate::json::quote;
use crate::{Issue, IssueCode, Language, Message, Severity};

/// The OperationOutcome of `issues` as JSON, texts in `language`. Without an issue it says that all is well, because
/// the resource needs at least one.
pub fn operation_outcome(issues: &[Issue], language: Language) -> String {
    let fine;
    let issues = if issues.is_empty() {
        fine = [Issue::new(IssueCode::Informational, Message::AllFine).with_severity(Severity::Information)];
        &fine[..]
    } else {
        issues
    };
    let mut out = format!(r#"{{"resourceType":"OperationOutcome","language":"{}","issue":["#, language.tag());
    for (position, issue) in issues.iter().enumerate() {
        if position > 0 {
            out.push(',');
        }
        let text = quote(&issue.text(language));
        out.push_str(&format!(
            r#"{{"severity":"{}","code":"{}","details":{{"text":{text}}}"#,
            issue.severity.code(),
            issue.code.code()
        ));
        if !issue.expression.is_empty() {
            out.push_str(&format!(r#","expression":[{}]"#, quote(&issue.expression)));
        }
        out.push('}');
    }
    out.push_str("]}");
    out
}
