//! Newline-delimited JSON: lines with their numbers. Reads no JSON.

/// The lines of `text` that hold something, each with its number from 1. `\n` and `\r\n` both end a line.
pub fn lines(text: &str) -> impl Iterator<Item = (u64, &str)> {
    text.split('\n')
        .map(|line| line.strip_suffix('\r').unwrap_or(line))
        .zip(1_u64..)
        .filter(|(line, _)| !line.trim_ascii().is_empty())
        .map(|(line, number)| (number, line))
}

#[cfg(test)]
mod tests {
    #[test]
    fn blank_lines_are_counted_but_not_given() {
        let found: Vec<_> = super::lines("{}\r\n\n  \n[1]\n").collect();
        assert_eq!(found, [(1, "{}"), (4, "[1]")]);
    }
}
