//! Any shares that are enough give the secret, fewer tell nothing, and what is written down wrong is found at its line.

use super::*;
use proptest::prelude::*;

const KIT: [u8; KIT_BYTES] = [7; KIT_BYTES];

#[test]
fn the_field_is_a_field() {
    // FIPS 197, 4.2: {57} • {83} = {c1}, {57} • {13} = {fe}.
    assert_eq!((multiply(0x57, 0x83), multiply(0x57, 0x13)), (0xC1, 0xFE));
    assert_eq!(invert(0), 0);
    for one in 0..=255u8 {
        assert_eq!(multiply(one, 1), one);
        if one > 0 {
            assert_eq!(multiply(one, invert(one)), 1, "{one}");
        }
        for other in 0..=255 {
            assert_eq!(multiply(one, other), multiply(other, one));
            assert_eq!(multiply(one, other ^ 0x35), multiply(one, other) ^ multiply(one, 0x35));
        }
    }
}

#[test]
fn one_share_less_fits_every_secret() {
    // For any secret there is a last share that gives it: so those that are there say nothing about which it is.
    let scheme = Scheme::new(3, 5).unwrap();
    let mut shares = split(&[9; SECRET_BYTES], KIT, scheme).unwrap();
    shares.truncate(2);
    for secret in 0..=255u8 {
        let at_zero = Share { kit: KIT, scheme, number: 0, values: [secret; SECRET_BYTES] };
        let points = [shares[0].clone(), shares[1].clone(), at_zero];
        let third = Share { kit: KIT, scheme, number: 3, values: *interpolate(&points, 3) };
        let all = [shares[0].clone(), shares[1].clone(), third];
        assert_eq!(*combine(&all).unwrap(), [secret; SECRET_BYTES]);
    }
}

#[test]
fn the_values_of_a_share_are_spread_evenly() {
    let scheme = Scheme::new(2, 2).unwrap();
    let mut counts = [0u32; 256];
    for _ in 0..800 {
        let shares = split(&[0; SECRET_BYTES], KIT, scheme).unwrap();
        shares[0].values.iter().for_each(|value| counts[usize::from(*value)] += 1);
    }
    // 25,600 values: 100 each, and none of them missing (a coefficient of 0 gives the secret itself, and must be possible).
    assert!(counts.iter().all(|count| (40..180).contains(count)), "{counts:?}");
}

#[test]
fn wrong_shares_are_told_apart() {
    let scheme = Scheme::new(2, 3).unwrap();
    let shares = split(&[1; SECRET_BYTES], KIT, scheme).unwrap();
    let others = split(&[2; SECRET_BYTES], [8; KIT_BYTES], scheme).unwrap();
    let again = split(&[1; SECRET_BYTES], KIT, scheme).unwrap();
    let wider = split(&[1; SECRET_BYTES], KIT, Scheme::new(3, 3).unwrap()).unwrap();
    let error = |shares: &[&Share]| {
        let shares: Vec<Share> = shares.iter().map(|share| (*share).clone()).collect();
        combine(&shares).unwrap_err()
    };
    assert_eq!(error(&[]), ShareError::NoShare);
    assert_eq!(error(&[&shares[1]]), ShareError::TooFew { given: 1, needed: 2 });
    assert_eq!(error(&[&shares[1], &shares[1]]), ShareError::Twice { number: 2 });
    assert_eq!(error(&[&shares[0], &others[2]]), ShareError::AnotherKit { number: 3 });
    assert_eq!(error(&[&shares[0], &wider[1]]), ShareError::AnotherKit { number: 2 });
    assert_eq!(error(&[&shares[0], &shares[1], &again[2]]), ShareError::NoFit);
}

#[test]
fn a_damaged_line_is_named() {
    let share = split(&[3; SECRET_BYTES], KIT, Scheme::new(2, 3).unwrap()).unwrap().remove(1);
    let text = share.to_text("abc");
    let (read, installation) = Share::parse(&text).unwrap();
    assert_eq!((read.values, read.number, installation.as_str()), (share.values, 2, "abc"));
    let lines: Vec<&str> = text.lines().collect();
    for line in 1..=LINES {
        let at = lines.len() - LINES + line - 1;
        for position in 3..lines[at].len() {
            let mut changed: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
            let letter = &lines[at][position..=position];
            if letter == "-" {
                continue;
            }
            let other = if letter == "7" { "8" } else { "7" };
            changed[at].replace_range(position..=position, other);
            assert_eq!(Share::parse(&changed.join("\n")).unwrap_err(), ShareError::Damaged { line });
        }
        let without: Vec<&str> =
            lines.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, line)| *line).collect();
        assert_eq!(Share::parse(&without.join("\n")).unwrap_err(), ShareError::Damaged { line });
    }
    // As somebody types it.
    let typed =
        text.replace('-', " ").to_lowercase().replace("salus recovery share", TITLE).replace('1', "l");
    let typed = typed.replace("l: ", "1: ").replace('0', "o").replace("insta11ation", "installation");
    assert!(Share::parse(&typed).is_ok(), "{typed}");
    for none in
        ["", "nonsense", &text.replace(TITLE, "Salus recovery kit"), &text.replace("installation: abc\n", "")]
    {
        assert_eq!(Share::parse(none).unwrap_err(), ShareError::NoShare);
    }
    assert_eq!(Share::parse(&text.replace("abc", "abd")).unwrap_err(), ShareError::Damaged { line: 1 });
    let other = split(&[4; SECRET_BYTES], KIT, Scheme::new(2, 3).unwrap()).unwrap().remove(1).to_text("abc");
    let mixed = [&lines[..lines.len() - 1], &other.lines().collect::<Vec<_>>()[lines.len() - 1..]].concat();
    assert_eq!(Share::parse(&mixed.join("\n")).unwrap_err(), ShareError::Damaged { line: 4 });
}

#[test]
fn a_share_prints_nothing_of_itself() {
    let share = split(&[0xAB; SECRET_BYTES], KIT, Scheme::new(2, 2).unwrap()).unwrap().remove(0);
    assert_eq!(format!("{share:?}"), "Share(1 of 2, hidden)");
}

#[test]
fn schemes_are_bounded() {
    for good in ["2of2", "2of3", "9of9"] {
        assert_eq!(Scheme::parse(good).unwrap().to_string(), good);
    }
    for bad in
        ["1of1", "1of2", "3of2", "2of10", "0of0", "of", "2of", "2 of 3", "-2of3", "2of3of4", "300of300"]
    {
        assert!(Scheme::parse(bad).is_none(), "{bad}");
    }
}

proptest! {
    #[test]
    fn any_that_are_enough_give_the_secret(
        secret: [u8; SECRET_BYTES], shares in MIN_THRESHOLD..=MAX_SHARES, threshold in MIN_THRESHOLD..=MAX_SHARES, seed: u64
    ) {
        let scheme = Scheme::new(threshold.min(shares), shares).unwrap();
        let all = split(&secret, KIT, scheme).unwrap();
        // Some of them, in some order, by way of their text.
        let mut some = all.clone();
        let mut left = seed;
        for at in (1..some.len()).rev() {
            some.swap(at, (left % (at as u64 + 1)) as usize);
            left /= at as u64 + 1;
        }
        let count = usize::from(scheme.threshold()) + (seed % 3) as usize;
        some.truncate(count.min(all.len()));
        let read: Vec<Share> = some.iter().map(|share| Share::parse(&share.to_text("id")).unwrap().0).collect();
        prop_assert_eq!(*combine(&read).unwrap(), secret);
        let few = &read[..usize::from(scheme.threshold()) - 1];
        let is_refused = matches!(combine(few), Err(ShareError::TooFew { .. } | ShareError::NoShare));
        prop_assert!(is_refused);
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,200}") {
        let _ = Share::parse(&text);
        let _ = Share::parse(&format!("{TITLE}\ninstallation: x\n{text}\n1: {text}\n"));
    }
}
