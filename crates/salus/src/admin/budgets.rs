//! How many patients may be reached where nothing else was said (docs/budgets.md). State: none.

use crate::cli::BudgetArgs;
use salus_trust_api::{Budgets, Limits};

/// A client's: what one busy workplace needs in an hour, a day and a month, with room.
pub const CLIENT: Budgets = Budgets {
    glimpse: Limits { hour: 300, day: 1_000, days_30: 5_000 },
    chart: Limits { hour: 60, day: 250, days_30: 2_000 },
};

/// A quarter of that: of a client whose tokens are good without proof.
pub const BEARER: Budgets = Budgets {
    glimpse: Limits { hour: 75, day: 250, days_30: 1_250 },
    chart: Limits { hour: 15, day: 62, days_30: 500 },
};

/// A cell's: what all of a practice's workplaces together need.
pub const CELL: Budgets = Budgets {
    glimpse: Limits { hour: 2_000, day: 8_000, days_30: 40_000 },
    chart: Limits { hour: 400, day: 1_500, days_30: 10_000 },
};

/// The demo's, and an import's: never in the way.
pub const WIDE: Budgets = Budgets {
    glimpse: Limits { hour: 1_000_000, day: 1_000_000, days_30: 1_000_000 },
    chart: Limits { hour: 1_000_000, day: 1_000_000, days_30: 1_000_000 },
};

/// What was asked for, where it was; else the default.
pub fn chosen(arguments: &BudgetArgs, default: Budgets) -> Budgets {
    let or = |value: Option<u32>, default: u32| value.unwrap_or(default);
    Budgets {
        glimpse: Limits {
            hour: or(arguments.glimpse_hour, default.glimpse.hour),
            day: or(arguments.glimpse_day, default.glimpse.day),
            days_30: or(arguments.glimpse_30_days, default.glimpse.days_30),
        },
        chart: Limits {
            hour: or(arguments.chart_hour, default.chart.hour),
            day: or(arguments.chart_day, default.chart.day),
            days_30: or(arguments.chart_30_days, default.chart.days_30),
        },
    }
}

/// As JSON.
pub fn to_json(budgets: &Budgets) -> serde_json::Value {
    let limits = |limits: &Limits| serde_json::json!({"hour": limits.hour, "day": limits.day, "days_30": limits.days_30});
    serde_json::json!({"glimpse": limits(&budgets.glimpse), "chart": limits(&budgets.chart)})
}

#[cfg(test)]
mod tests {
    use super::{CELL, CLIENT, Limits, chosen};
    use crate::cli::BudgetArgs;

    #[test]
    fn what_is_not_said_has_its_default() {
        let said = BudgetArgs { chart_hour: Some(5), glimpse_30_days: Some(7), ..BudgetArgs::default() };
        let budgets = chosen(&said, CLIENT);
        assert_eq!(budgets.chart, Limits { hour: 5, ..CLIENT.chart });
        assert_eq!(budgets.glimpse, Limits { days_30: 7, ..CLIENT.glimpse });
    }

    #[test]
    fn the_documentation_says_these_figures() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/budgets.md");
        let text = std::fs::read_to_string(path).unwrap();
        let columns = |limits: Limits| {
            [limits.hour, limits.day, limits.days_30].map(|n| match n {
                1000.. => format!("{},{:03}", n / 1000, n % 1000),
                _ => n.to_string(),
            })
        };
        for (who, budgets) in
            [("client (`salus client create`)", CLIENT), ("cell (`salus cell create`)", CELL)]
        {
            let figures = [columns(budgets.chart), columns(budgets.glimpse)].concat().join(" | ");
            assert!(text.contains(&format!("| {who} | {figures} |")), "{who}: {figures}");
        }
    }
}
