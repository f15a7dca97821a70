//! What roles may do, on the page: switches that say by name what they would change, rules as text, versions; and what a page leaves out
//! that its reader's role does not show.

use crate::admin::Desk;
use crate::support::{Reply, Salus, observation};

/// The values of a form's hidden fields and ticked boxes, in the page's part that begins at `from`.
pub fn form(page: &str, from: &str) -> Vec<(String, String)> {
    let part = page.split(from).nth(1).unwrap().split("</form>").next().unwrap();
    let value_of = |tag: &str, name: &str| {
        let rest = tag.split(&format!("{name}=\"")).nth(1)?;
        Some(unescaped(rest.split('"').next()?))
    };
    let inputs = part.split("<input").skip(1).map(|tag| tag.split('>').next().unwrap());
    let sent = inputs.filter(|tag| !tag.contains("checkbox") || tag.contains(" checked"));
    sent.filter_map(|tag| Some((value_of(tag, "name")?, value_of(tag, "value").unwrap_or_default())))
        .collect()
}

fn unescaped(text: &str) -> String {
    text.replace("&quot;", "\"")
        .replace("&#34;", "\"")
        .replace("&lt;", "<")
        .replace("&amp;", "&")
        .replace("&#38;", "&")
}

pub fn encoded(fields: &[(String, String)]) -> String {
    let encode = |text: &str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        text.bytes()
            .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
            .collect::<String>()
    };
    fields
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect::<Vec<_>>()
        .join("&")
}

/// Confirms what a page has compared.
pub fn confirm(boss: &Desk<'_>, preview: &Reply) -> Reply {
    boss.post("/admin/roles", &encoded(&form(&preview.text(), "action=\"/praxis/admin/roles\"")))
}

#[test]
fn a_switch_says_by_name_what_it_would_change_and_then_does_it_and_back() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let id = cell.create("Patient", r#"{"resourceType":"Patient","name":[{"family":"Muster"}]}"#);
    assert_eq!(cell.post("Observation", &observation(&id)).status, 201);
    let boss = Desk::of(&salus, "practice-administrator", "Bea Beispiel");
    let desk = Desk::of(&salus, "medical-assistant", "Cem Empfang");
    let labs = format!("/patient/{id}/labs");
    let hidden = "Your role does not show: lab results and measurements";
    assert!(!desk.get(&labs).text().contains(hidden));

    let page = boss.get("/admin/roles").text();
    let mut fields = form(&page, "id=\"role-medical-assistant\"");
    assert!(fields.contains(&("read-results".into(), "1".into())), "{fields:?}");
    fields.retain(|(name, _)| !name.ends_with("-results"));
    let preview = boss.post("/admin/roles", &encoded(&fields));
    let text = preview.text();
    assert!(
        preview.status == 200 && text.contains("Less than now") && !text.contains("More than now"),
        "{text}"
    );
    assert!(text.contains("1 can no longer open: lab results and measurements: Cem Empfang"), "{text}");
    assert!(!desk.get(&labs).text().contains(hidden), "nothing has changed yet");
    let done = confirm(&boss, &preview);
    assert_eq!(done.header("location"), Some("/praxis/admin/roles?done=set"), "{}", done.text());
    // The chart stays, without what the role does not show, and says so.
    let page = desk.get(&labs);
    assert!(page.status == 200 && page.text().contains(hidden), "{}", page.text());
    assert_eq!(desk.get(&format!("/patient/{id}")).status, 200);
    assert!(boss.get("/admin/log").text().contains("changed what roles may do"));
    // What could not be saved is not offered, and what can is.
    let (chart, vital) = (desk.get(&format!("/patient/{id}")).text(), format!("/patient/{id}/vital"));
    assert!(!chart.contains(&vital) && chart.contains(&format!("/patient/{id}/note")), "{chart}");
    assert_eq!(desk.get(&vital).status, 404);

    // Whoever compared with what is in force no more changes nothing.
    let late = confirm(&boss, &preview);
    assert!(
        late.status == 422 && late.text().contains("Somebody changed the rules meanwhile"),
        "{}",
        late.text()
    );

    let back = boss.post("/admin/roles", "do=version&version=own");
    let text = back.text();
    assert!(text.contains("1 more can open: lab results and measurements: Cem Empfang"), "{text}");
    assert_eq!(confirm(&boss, &back).status, 303);
    assert!(!desk.get(&labs).text().contains(hidden));
    assert_eq!(desk.get(&vital).status, 200);
    let page = boss.get("/admin/roles").text();
    assert_eq!(page.matches("Bea Beispiel changed the rules").count(), 2, "{page}");
    let version =
        page.split("/admin/roles/version?version=").nth(2).unwrap().split('"').next().unwrap().to_owned();
    let old = boss.get(&format!("/admin/roles/version?version={version}"));
    assert!(old.status == 200 && old.text().contains("medical-assistant"), "{}", old.text());
    assert_eq!(boss.get("/admin/roles/version?version=1").status, 404);
}

#[test]
fn what_is_no_rule_and_what_no_rule_lifts_is_said_in_words() {
    let salus = Salus::start();
    salus.cell("praxis");
    let boss = Desk::of(&salus, "practice-administrator", "Bea Beispiel");
    let text =
        |rules: &str| vec![("do".to_owned(), "text".to_owned()), ("text".to_owned(), rules.to_owned())];
    let own = form(&boss.get("/admin/roles").text(), "id=\"role-physician\"");
    assert!(own.iter().any(|(name, _)| name == "read-diagnoses"));
    let with = |rule: &str| format!("{}\n{rule}", salus_keyholder::rules::cedar::own_text());
    let all = |role: &str| {
        with(&format!(
            "@id(\"<script>alert(1)</script>\") permit (principal == Role::\"{role}\", action, resource);"
        ))
    };
    for (rules, said) in [
        ("permit (principal, action, resource)".to_owned(), "Line 1 is not understood"),
        (all("physician"), "Only the role for administration administers"),
        (all("practice-administrator"), "Whoever administers opens no record"),
        (String::new(), "nobody could administer any more"),
    ] {
        let reply = boss.post("/admin/roles", &encoded(&text(&rules)));
        let page = reply.text();
        assert!(
            reply.status == 422 && page.contains("Nothing was changed") && page.contains(said),
            "{rules}: {page}"
        );
        assert!(!page.contains("<script>alert"), "{page}");
    }
    for wrong in ["do=set", "do=text", "do=nothing", "do=version&version=x", "do=switches&role=root"] {
        assert_eq!(boss.post("/admin/roles", wrong).status, 400, "{wrong}");
    }
    let physician = Desk::of(&salus, "physician", "Dr. Ada Muster");
    assert_eq!(physician.post("/admin/roles", &encoded(&text(""))).status, 403);
}

#[test]
fn whether_a_reason_is_asked_for_is_a_switch_of_the_role() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let id = cell.create("Patient", r#"{"resourceType":"Patient","name":[{"family":"Muster"}]}"#);
    let boss = Desk::of(&salus, "practice-administrator", "Bea Beispiel");
    let mut fields = form(&boss.get("/admin/roles").text(), "id=\"role-physician\"");
    fields.push(("unasked".into(), "1".into()));
    let physician = Desk::of(&salus, "physician", "Dr. Ada Muster");
    let preview = boss.post("/admin/roles", &encoded(&fields));
    assert!(preview.text().contains("1 more is no longer asked why: Dr. Ada Muster"), "{}", preview.text());
    assert_eq!(confirm(&boss, &preview).status, 303);
    assert_eq!(physician.get(&format!("/patient/{id}")).status, 200);
    let page = boss.get("/admin/roles").text();
    let fields = form(&page, "id=\"role-physician\"");
    assert!(fields.contains(&("unasked".into(), "1".into())), "{fields:?}");
}
