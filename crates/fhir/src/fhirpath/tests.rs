//! FHIRPath on small resources.

use super::{Expression, Fault, MAX_EXPRESSION_BYTES};
use crate::json::Document;

const PATIENT: &str = r##"{"resourceType":"Patient","id":"p","contained":[{"resourceType":"Organization","id":"o"}],
 "birthDate":"1970-03","_birthDate":{"extension":[{"url":"http://x","valueCode":"unknown"}]},
 "name":[{"family":"Maier","given":["Anna","Eva"],"_given":[null,{"id":"g2"}]},{"text":"x y"}],
 "deceasedBoolean":false,"multipleBirthInteger":2,"managingOrganization":{"reference":"#o"},
 "extension":[{"url":"http://q","valueQuantity":{"value":1.50,"code":"kg"}},{"url":"http://q2","valueQuantity":{"value":2,"code":"kg"}}]}"##;

fn evaluate(expression: &str) -> Result<Vec<String>, Fault> {
    let document = Document::parse(PATIENT).expect("JSON");
    Expression::parse(expression)?.evaluate(&document)
}

#[test]
fn expressions_give_what_they_should() {
    for (expression, wanted) in [
        ("name.given", vec!["Anna", "Eva"]),
        ("Patient.name.first().family", vec!["Maier"]),
        ("name.where(family.exists()).given.count()", vec!["2"]),
        ("name.given[1].id", vec!["g2"]),
        ("deceased is boolean and deceased = false", vec!["true"]),
        ("(multipleBirth as integer) + 1", vec!["3"]),
        ("birthDate < @1970-04", vec!["true"]),
        ("birthDate < @1970-03-02", vec![]),
        ("birthDate.extension('http://x').value = 'unknown'", vec!["true"]),
        ("birthDate.toString().substring(0, 4)", vec!["1970"]),
        ("extension('http://q').value < extension('http://q2').value", vec!["true"]),
        ("extension('http://q').value.value = 1.5", vec!["true"]),
        ("contained.id | managingOrganization.reference", vec!["o", "#o"]),
        ("'#' + contained.id in managingOrganization.reference", vec!["true"]),
        ("descendants().where($this is Organization).id", vec!["o"]),
        ("name.given.all($this.length() > 2)", vec!["true"]),
        ("name.given.matches('^A')", vec!["several"]),
        ("name[0].family.matches('^\\\\w+$')", vec!["true"]),
        ("{} and false", vec!["false"]),
        ("{} implies true", vec!["true"]),
        ("true xor false", vec!["true"]),
        ("7 div 2 + 7 mod 2", vec!["4"]),
        ("1 / 4", vec!["0.25000000"]),
        ("(1 | 2 | 2).count() = 2 and 2 in (1 | 2)", vec!["true"]),
        ("iif(name.count() > 5, 'many', 'few')", vec!["few"]),
        ("name.given.select($this & '-' & $index.toString())", vec!["Anna-0", "Eva-1"]),
        ("@2026-01-31 + 1 month = @2026-02-28", vec!["true"]),
        ("name.text ~ 'X  Y'", vec!["true"]),
        ("-1 < 0", vec!["true"]),
        ("name.given.aggregate($total & $this, '')", vec!["AnnaEva"]),
        ("text.`div`.empty()", vec!["true"]),
        ("gender.not().empty() // no gender", vec!["true"]),
    ] {
        match evaluate(expression) {
            Ok(found) => assert_eq!(found, wanted, "{expression}"),
            Err(fault) => assert!(fault == Fault::Several && wanted == ["several"], "{expression}: {fault}"),
        }
    }
}

#[test]
fn what_is_no_expression_is_refused() {
    for text in [
        "",
        "a.",
        "a b",
        "f(",
        "unknown()",
        "a = ",
        "'x",
        "a[1",
        "%nothing",
        "$that",
        "count(1)",
        "1 +",
        "@x",
        "é",
    ] {
        assert!(Expression::parse(text).is_err(), "{text}");
    }
    let deep = format!("{}a{}", "(".repeat(5000), ")".repeat(5000));
    assert_eq!(Expression::parse(&deep).err(), Some(Fault::TooDeep));
    assert_eq!(Expression::parse(&"a.".repeat(MAX_EXPRESSION_BYTES)).err(), Some(Fault::TooLong));
    assert_eq!(Expression::parse(&format!("a{}", ".a".repeat(5000))).err(), Some(Fault::TooDeep));
    assert_eq!(Expression::parse(&format!("a{}", " or a".repeat(2000))).err(), Some(Fault::TooDeep));
}

#[test]
fn an_expression_that_takes_too_long_is_stopped() {
    let nested = "descendants().select(%resource.descendants().select(%resource.descendants().select(%resource.descendants().select(%resource.descendants().count()))))";
    assert_eq!(evaluate(nested).err(), Some(Fault::TooCostly));
}

proptest::proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "[a-z.()'=|<>&+*/@%$0-9\\[\\]{} -]{0,60}") {
        let _ = evaluate(&text);
    }
}

#[test]
fn what_holds_without_an_element() {
    let document = Document::parse(r#"{"resourceType":"Patient","active":true}"#).expect("JSON");
    let tree = super::Tree::new(document.root());
    let env = super::Env::new(&tree, tree.root());
    for (text, is_guarded) in [
        ("contained.contained.empty()", true),
        ("contained.where(meta.versionId.exists()).empty()", true),
        ("name.exists() implies name.family.exists()", true),
        ("name.exists().not() or contact.exists()", true),
        ("name.empty() or {} / 0", true),
        ("contact.all(name.exists() or telecom.exists())", true),
        ("(name.exists() and contact.exists()) implies active = false", true),
        ("extension('http://x').exists() implies name.exists()", true),
        ("name.exists() xor contact.exists()", false),
        ("name.exists() or contact.empty()", false),
        ("active.exists() implies name.exists()", true),
        ("name.family = 'x' implies active", false),
        ("string.empty()", true),
        ("Patient.empty()", false),
        ("%resource.name.empty()", false),
    ] {
        let expression = Expression::parse(text).expect(text);
        assert_eq!(super::guard::holds_without(&expression.root).is_some(), is_guarded, "{text}");
        if expression.holds_by_itself(&tree, tree.root()) {
            assert_eq!(expression.holds(&env, tree.root(), false), Ok(true), "{text}");
        }
    }
}

/// What published rules have and the standard does not, or only says elsewhere.
#[test]
fn double_quotes_are_strings_but_after_a_full_stop_and_primitives_have_a_value() {
    let text = r#"{"resourceType":"Patient","birthDate":"1970-01-01","_birthDate":{"extension":[{"url":"http://x","valueDateTime":"2026-01-02"}]},"gender":"male"}"#;
    let document = Document::parse(text).expect("JSON");
    for (expression, wanted) in [
        (r#"birthDate.extension("http://x").valueDateTime.toString().length() = 10"#, "true"),
        (r#"Patient."birthDate" = @1970-01-01"#, "true"),
        ("gender.value.matches('^male$')", "true"),
        ("birthDate.value.matches('^[0-9-]+$')", "true"),
        ("birthDate.value = @1970-01-01", "true"),
        ("gender.value.exists() implies gender.exists()", "true"),
    ] {
        let found = Expression::parse(expression).expect(expression).evaluate(&document);
        assert_eq!(found.as_deref(), Ok(&[wanted.to_owned()][..]), "{expression}");
    }
}
