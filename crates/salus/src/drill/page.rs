//! The page of a drill: the picture (patients reached over time, beside the 758,912 of the incident) and the table. One file, for a browser.
//!
//! Never: loads anything. State: none.

use super::report::{Report, Scenario, found, heads, name};
use crate::messages::say;
use salus_fhir::Language;
use std::fmt::Write as _;

/// How many patients' records were taken in the incident.
const INCIDENT: u64 = 758_912;
const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 360.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 20.0;
const TOP: f64 = 20.0;
const BOTTOM: f64 = 40.0;
/// The longest time that is drawn, in hours: 30 days.
const HOURS: f64 = 720.0;
/// The shortest, in hours: what comes in the first seconds stands there.
const FIRST_HOUR: f64 = 0.01;
const MS_PER_HOUR: f64 = 3_600_000.0;
const COLOURS: [&str; 6] = ["#0b6e4f", "#b3261e", "#1f5fa8", "#8a5a00", "#6b3fa0", "#555"];

/// The page's text.
pub(super) fn page(report: &Report, language: Language) -> String {
    let mut rows = String::new();
    for (at, scenario) in report.scenarios.iter().enumerate() {
        let alarm = scenario.first_alarm_ms.map_or_else(|| "–".to_owned(), |ms| format!("{ms} ms"));
        let ended = scenario.contained_ms.map_or_else(|| "–".to_owned(), |ms| format!("{ms} ms"));
        let _ = write!(
            rows,
            "<tr{bad}><td><span class=\"k c{at}\"></span>{}</td><td>{}</td><td>{}</td><td>{} / {}</td><td>{}</td><td>{alarm}</td><td>{ended}</td><td>{}</td></tr>",
            escape(&name(scenario, language)),
            scenario.patients_reached,
            scenario.budget,
            scenario.charts_reached,
            scenario.chart_budget,
            scenario.loot_outside_scope,
            escape(&found(scenario, language)),
            bad = if scenario.is_bad() { " class=\"bad\"" } else { "" },
        );
    }
    let heads: String =
        heads(language).iter().map(|head| format!("<th scope=\"col\">{}</th>", escape(head))).collect();
    let title = escape(&say("drill-title").with("patients", report.patients).text(language));
    let colours: String = COLOURS
        .iter()
        .enumerate()
        .map(|(at, colour)| format!(".c{at}{{background:{colour};stroke:{colour}}}"))
        .collect();
    format!(
        "<!doctype html>\n<html lang=\"{lang}\"><meta charset=\"utf-8\"><title>{title}</title>\n\
         <meta name=\"viewport\" content=\"width=device-width\"><style>\n\
         body{{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}}\n\
         svg{{width:100%;height:auto}}text{{font:12px system-ui,sans-serif;fill:#333}}polyline{{fill:none;stroke-width:2}}\n\
         table{{border-collapse:collapse;width:100%}}th,td{{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #ccc;vertical-align:top}}\n\
         .bad td{{background:#fde7e7}}.k{{display:inline-block;width:.8em;height:.8em;margin-right:.5em}}\n{colours}\n\
         </style>\n<h1>{title}</h1>\n<p>{lead}</p>\n{picture}\n<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>\n<p>{slow}</p>\n</html>\n",
        lang = language.tag(),
        lead = escape(&say("drill-lead").text(language)),
        picture = picture(report, language),
        slow = escape(&report.slow(language)),
    )
}

/// Patients over time, both logarithmic: seconds and a month, one patient and all of the incident's fit.
fn picture(report: &Report, language: Language) -> String {
    let label = escape(&say("drill-picture").text(language));
    let mut svg = format!("<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{label}\">");
    for patients in [1_u64, 10, 100, 1_000, 10_000, 100_000] {
        let y = y_of(patients as f64);
        let _ = write!(
            svg,
            "<line x1=\"{LEFT}\" x2=\"{}\" y1=\"{y:.1}\" y2=\"{y:.1}\" stroke=\"#e3e3e3\"/><text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{patients}</text>",
            WIDTH - RIGHT,
            LEFT - 6.0,
            y + 4.0
        );
    }
    for (hours, words) in
        [(1.0 / 60.0, "1 min"), (1.0, "1 h"), (24.0, "1 d"), (168.0, "7 d"), (720.0, "30 d")]
    {
        let x = x_of(hours * MS_PER_HOUR);
        let _ = write!(
            svg,
            "<line x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{TOP}\" y2=\"{}\" stroke=\"#e3e3e3\"/><text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\">{words}</text>",
            HEIGHT - BOTTOM,
            HEIGHT - BOTTOM + 18.0
        );
    }
    let top = y_of(INCIDENT as f64);
    let _ = write!(
        svg,
        "<line x1=\"{LEFT}\" x2=\"{}\" y1=\"{top:.1}\" y2=\"{top:.1}\" stroke=\"#b3261e\" stroke-dasharray=\"6 4\"/><text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">758 912</text>",
        WIDTH - RIGHT,
        WIDTH - RIGHT,
        top + 14.0
    );
    for (at, scenario) in
        report.scenarios.iter().enumerate().filter(|(_, scenario)| !scenario.curve.is_empty())
    {
        let _ = write!(svg, "<polyline class=\"c{at}\" points=\"{}\"/>", points(scenario));
    }
    svg + "</svg>"
}

/// As steps: what is there stays there.
fn points(scenario: &Scenario) -> String {
    let mut points = String::new();
    let mut before = None;
    let end = scenario.curve.last().map(|(_, patients)| (scenario.simulated_ms, *patients));
    for (ms, patients) in scenario.curve.iter().copied().chain(end) {
        let (x, y) = (x_of(ms as f64), y_of(patients as f64));
        if let Some(last) = before {
            let _ = write!(points, "{x:.1},{last:.1} ");
        }
        let _ = write!(points, "{x:.1},{y:.1} ");
        before = Some(y);
    }
    points
}

fn x_of(ms: f64) -> f64 {
    let hours = (ms / MS_PER_HOUR).clamp(FIRST_HOUR, HOURS);
    LEFT + (hours / FIRST_HOUR).ln() / (HOURS / FIRST_HOUR).ln() * (WIDTH - LEFT - RIGHT)
}

fn y_of(patients: f64) -> f64 {
    let share = patients.max(1.0).ln() / 1e6_f64.ln();
    HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::{Report, Scenario, page};
    use salus_fhir::Language;

    #[test]
    fn the_page_has_the_table_the_picture_and_no_request() {
        let live = Scenario {
            name: "live-session",
            patients_reached: 212,
            budget: 460,
            curve: vec![(10, 1), (20, 212)],
            ..Scenario::default()
        };
        let report = Report { patients: 10_000, scenarios: vec![live], days_to_all_low_and_slow: Some(380) };
        for language in [Language::De, Language::Fr, Language::En] {
            let page = page(&report, language);
            assert!(
                page.contains("<td>212</td><td>460</td>")
                    && page.contains("<polyline")
                    && page.contains("758 912")
            );
            assert!(!page.contains("http") && !page.contains("<script"), "{page}");
        }
    }
}
