//! Small charts side by side, as one SVG: how something grows. Made by hand, so that it needs nothing.
//!
//! State: none.

use std::fmt::Write as _;

/// One small chart.
pub struct Panel {
    /// Its heading.
    pub name: String,
    /// Where the line goes: across by the order of magnitude, upwards from 0.
    pub points: Vec<(f64, f64)>,
}

const COLUMNS: usize = 5;
const WIDTH: f64 = 200.0;
const HEIGHT: f64 = 140.0;
const HEAD: f64 = 64.0;
/// What is kept free around a line: left, right, above, below.
const MARGINS: [f64; 4] = [22.0, 34.0, 46.0, 30.0];

/// All panels, each with its own scale upwards, under a heading and a line of text. Panels without points are left out.
pub fn svg(heading: &str, text: &str, panels: &[Panel]) -> String {
    let panels: Vec<&Panel> = panels.iter().filter(|panel| !panel.points.is_empty()).collect();
    let rows = panels.len().div_ceil(COLUMNS).max(1);
    let (width, height) = (WIDTH * COLUMNS as f64, HEAD + HEIGHT * rows as f64 + 8.0);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"system-ui, sans-serif\" role=\"img\">\n\
         <title>{heading}</title>\n<rect width=\"{width}\" height=\"{height}\" rx=\"6\" fill=\"#fff\"/>\n\
         <text x=\"16\" y=\"30\" font-size=\"18\" font-weight=\"600\" fill=\"#15302f\">{heading}</text>\n\
         <text x=\"16\" y=\"50\" font-size=\"12\" fill=\"#51625f\">{text}</text>\n",
        heading = escaped(heading),
        text = escaped(text),
    );
    for (at, panel) in panels.iter().enumerate() {
        let (left, top) = (WIDTH * (at % COLUMNS) as f64, HEAD + HEIGHT * (at / COLUMNS) as f64);
        let _ = writeln!(out, "<g transform=\"translate({left} {top})\">{}</g>", drawn(panel));
    }
    out + "</svg>\n"
}

fn drawn(panel: &Panel) -> String {
    let [left, right, above, below] = MARGINS;
    let (wide, high, ground) = (WIDTH - left - right, HEIGHT - above - below, HEIGHT - below);
    let most = panel.points.iter().map(|(_, y)| *y).fold(f64::MIN_POSITIVE, f64::max);
    let across = |x: f64| x.max(1.0).log10();
    let first = panel.points.first().map_or(0.0, |(x, _)| across(*x));
    let span = (panel.points.last().map_or(0.0, |(x, _)| across(*x)) - first).max(f64::MIN_POSITIVE);
    let place = |(x, y): &(f64, f64)| (left + (across(*x) - first) / span * wide, ground - y / most * high);
    let mut out = format!(
        "<text x=\"{}\" y=\"22\" font-size=\"11\" font-weight=\"600\" fill=\"#15302f\">{}</text>\
         <path d=\"M{left} {ground}h{wide}\" stroke=\"#c9d3d1\"/>",
        left - 6.0,
        escaped(&panel.name)
    );
    let line: Vec<String> = panel.points.iter().map(&place).map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
    let _ = write!(
        out,
        "<polyline points=\"{}\" fill=\"none\" stroke=\"#0f766e\" stroke-width=\"2\" stroke-linejoin=\"round\"/>",
        line.join(" ")
    );
    for point in &panel.points {
        let (x, y) = place(point);
        let _ = write!(
            out,
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"#0f766e\"/>\
             <text x=\"{x:.1}\" y=\"{:.1}\" font-size=\"10\" text-anchor=\"middle\" fill=\"#15302f\">{}</text>\
             <text x=\"{x:.1}\" y=\"{:.1}\" font-size=\"9\" text-anchor=\"middle\" fill=\"#51625f\">{}</text>",
            y - 7.0,
            rounded(point.1),
            ground + 13.0,
            thousands(point.0),
        );
    }
    out
}

fn rounded(value: f64) -> String {
    if value < 10.0 { format!("{value:.1}") } else { format!("{value:.0}") }
}

fn thousands(value: f64) -> String {
    if value >= 1_000.0 { format!("{}k", (value / 100.0).round() / 10.0) } else { format!("{value:.0}") }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_point_is_at_the_top_and_text_is_escaped() {
        let panel =
            |name: &str, points: &[(f64, f64)]| Panel { name: name.to_owned(), points: points.to_vec() };
        let drawn = svg(
            "a < b",
            "",
            &[panel("x & y", &[(1_000.0, 50.0), (10_000.0, 100.0), (64_000.0, 75.0)]), panel("empty", &[])],
        );
        let [left, right, above, below] = MARGINS;
        let (middle, ground) = (left + (WIDTH - left - right) / 64f64.log10(), HEIGHT - below);
        let half = ground - (HEIGHT - above - below) / 2.0;
        assert!(drawn.contains(&format!("{left:.1},{half:.1} {middle:.1},{above:.1}")), "{drawn}");
        assert!(drawn.contains("a &lt; b") && drawn.contains("x &amp; y") && !drawn.contains("empty"));
        assert!(drawn.contains(">64k<") && drawn.contains(">100<"));
    }

    #[test]
    fn one_point_alone_is_drawn() {
        let drawn = svg("one", "", &[Panel { name: "p".to_owned(), points: vec![(1_000.0, 5.0)] }]);
        assert!(drawn.contains("<circle") && !drawn.contains("NaN") && !drawn.contains("inf"), "{drawn}");
    }
}
