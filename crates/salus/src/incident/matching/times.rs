//! As of when a sample is: the time in which most of its rows were true. State: none.

/// The time in which the most rows are true together, and how many; the latest one of several. None where no row ever is.
pub fn best<'a>(rows: impl Iterator<Item = &'a [(u64, u64)]>) -> Option<(u64, u64, u64)> {
    let mut steps: Vec<(u64, i64)> = Vec::new();
    for spans in rows {
        for (from_ms, to_ms) in spans {
            steps.extend([(*from_ms, 1), (*to_ms, -1)]);
        }
    }
    // What ends goes before what begins at the same time: an end is not within.
    steps.sort_unstable();
    let mut best: Option<(u64, u64, u64)> = None;
    let mut now = 0_i64;
    for (at, (time_ms, step)) in steps.iter().enumerate() {
        now += step;
        let next_ms = steps.get(at + 1).map_or(u64::MAX, |(next_ms, _)| *next_ms);
        let count = u64::try_from(now).unwrap_or(0);
        if count == 0 || next_ms == *time_ms {
            continue;
        }
        match &mut best {
            Some((_, to_ms, most)) if *most == count && *to_ms == *time_ms => *to_ms = next_ms,
            Some((_, _, most)) if *most > count => {}
            _ => best = Some((*time_ms, next_ms, count)),
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::best;

    #[test]
    fn the_time_in_which_most_rows_are_true_is_found() {
        let of = |rows: &[&[(u64, u64)]]| best(rows.iter().copied());
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[&[(5, u64::MAX)]]), Some((5, u64::MAX, 1)));
        assert_eq!(of(&[&[(1, 10)], &[(5, 20)], &[(8, 30)]]), Some((8, 10, 3)));
        assert_eq!(of(&[&[(1, 5)], &[(5, 9)]]), Some((1, 9, 1)), "one ends when the other begins");
        assert_eq!(of(&[&[(1, 3), (6, 9)], &[(2, 7)]]), Some((6, 7, 2)), "the latest of several");
    }
}
