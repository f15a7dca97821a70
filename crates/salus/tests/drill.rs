//! Claims 2, 4 and 5, by the drill: nobody gets more than a budget, what is taken is in the scope, and a log that was changed is found.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use salus_testkit::run;
use serde_json::Value;

#[test]
fn a_stolen_privileged_account_gets_its_budget_and_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let (json, page) = (folder.path().join("drill.json"), folder.path().join("drill.html"));
    let data = folder.path().join("d");
    let output = run(&[
        "drill",
        "mediboard",
        "--patients",
        "100",
        "--json",
        json.to_str().unwrap(),
        "--page",
        page.to_str().unwrap(),
        "--data",
        data.to_str().unwrap(),
    ]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complained = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}\n{complained}");
    assert!(!data.exists(), "the robbed server is deleted");
    let report: Value = serde_json::from_slice(&std::fs::read(&json).unwrap()).unwrap();
    let of = |name: &str, figure: &str| {
        let all = report["scenarios"].as_array().unwrap();
        all.iter().find(|one| one["name"] == name).unwrap()[figure].clone()
    };
    let count = |name: &str, figure: &str| of(name, figure).as_u64().unwrap();
    assert_eq!(count("copied-cookie", "patients_reached"), 0, "{report}");
    // A thief who got less than the budget would be a thief who did not try.
    assert_eq!(count("live-session", "patients_reached"), count("live-session", "budget"), "{report}");
    assert_eq!(count("live-session", "charts_reached"), count("live-session", "chart_budget"), "{report}");
    // Two people's emergency reserve is allowed for, and belongs to who was there first.
    let inside = |figure: &str| count("record-server", figure);
    assert_eq!(inside("patients_reached") + 2 * 5, inside("budget"), "{report}");
    assert!(of("live-session", "first_alarm_ms").is_u64() && of("live-session", "contained_ms").is_u64());
    assert!(count("low-and-slow", "charts_reached") > 0 && count("ten-accounts", "charts_reached") > 1);
    for name in ["copied-cookie", "live-session", "low-and-slow", "ten-accounts", "record-server"] {
        assert!(count(name, "patients_reached") <= count(name, "budget"), "{name}: {report}");
        assert_eq!(count(name, "loot_outside_scope"), 0, "{name}: {report}");
        assert!(count(name, "requests") > 0);
    }
    assert_eq!(of("log-tampering", "tampering_found"), true);
    assert!(std::fs::read_to_string(&page).unwrap().contains("758 912"));
}
