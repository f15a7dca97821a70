//! The names nearest to a misspelt one. Pure.

/// The most names that are proposed.
const MAX_PROPOSALS: usize = 3;

/// The longest name that is compared, in bytes.
const MAX_NAME_BYTES: usize = 64;

/// The candidates at most a third of the name's length away, the nearest first, at most three. Upper and lower case
/// count as half a letter.
pub(crate) fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    if name.len() > MAX_NAME_BYTES {
        return Vec::new();
    }
    let bound = 2 * (name.len() / 3).max(1) + 1;
    let mut found: Vec<(usize, &str)> = candidates
        .filter(|candidate| candidate.len().abs_diff(name.len()) * 2 <= bound)
        .map(|candidate| (distance(name.as_bytes(), candidate.as_bytes()), candidate))
        .filter(|(distance, _)| *distance <= bound)
        .collect();
    found.sort_unstable();
    found.dedup();
    found.truncate(MAX_PROPOSALS);
    found.into_iter().map(|(_, candidate)| candidate).collect()
}

/// Optimal string alignment distance, doubled; a change of case alone counts 1 of 2.
fn distance(left: &[u8], right: &[u8]) -> usize {
    let width = right.len() + 1;
    let mut before = vec![0; width];
    let mut last: Vec<usize> = (0..width).map(|at| at * 2).collect();
    for (row, a) in left.iter().enumerate() {
        let mut current = vec![(row + 1) * 2; width];
        for (column, b) in right.iter().enumerate() {
            let change = if a == b {
                0
            } else if a.eq_ignore_ascii_case(b) {
                1
            } else {
                2
            };
            let mut best = (last[column] + change).min(last[column + 1] + 2).min(current[column] + 2);
            let swapped = row > 0 && column > 0 && *a == right[column - 1] && left[row - 1] == *b;
            if swapped {
                best = best.min(before[column - 1] + 2);
            }
            current[column + 1] = best;
        }
        before = std::mem::replace(&mut last, current);
    }
    last[right.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn slips_of_the_keyboard_are_understood() {
        let names = ["birthDate", "name", "gender", "given", "deceasedBoolean"];
        for (slip, expected) in [
            ("brithDate", vec!["birthDate"]),
            ("birthdate", vec!["birthDate"]),
            ("birthDay", vec!["birthDate"]),
            ("Name", vec!["name"]),
            ("gendre", vec!["gender"]),
            ("zzz", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(nearest(slip, names.into_iter()), expected, "{slip}");
        }
        assert!(nearest(&"x".repeat(1 << 20), names.into_iter()).is_empty());
    }
}
