//! A span read by pages is what a naive reading of everything gives, for every filter and every pair of times.

use super::*;
use salus_seal::entry::{Interaction, Purpose, Refusal, ranges};
use salus_seal::{Part, Pseudonym};
use salus_trust_api::wire::incident::Network;

const CELL: CellId = CellId([7; 16]);
/// A month's last moments: the log goes on into the next one.
const BEGIN_MS: u64 = 1_709_251_199_000;

struct Listed(Vec<Vec<u8>>);

impl Entries for &Listed {
    fn size(&self) -> u64 {
        self.0.len() as u64
    }

    fn read(&self, range: Range<u64>, take: &mut dyn FnMut(u64, &[u8])) -> Result<(), LogError> {
        range.for_each(|number| take(number, &self.0[number as usize]));
        Ok(())
    }
}

/// xorshift64*
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) % bound
    }
}

fn whose(session: &SessionId) -> Option<Whose> {
    let number = session.0[0];
    Some(Whose {
        principal: PrincipalId([number % 3; 16]),
        client: ClientId([number % 2; 16]),
        device: (1..4).contains(&(number % 4)).then_some(DeviceId([number % 4; 16])),
    })
}

fn v4(last: u8) -> [u8; 16] {
    std::net::Ipv4Addr::new(192, 0, 2, last).to_ipv6_mapped().octets()
}

fn keys() -> HashMap<u32, LogKey> {
    let months = [month_of(BEGIN_MS), month_of(BEGIN_MS) + 1];
    months.into_iter().map(|month| (month, LogKey::from_bytes([month as u8; 32]))).collect()
}

fn log(random: &mut Random, count: u64) -> (Listed, Vec<(Lasting, Option<Fleeting>)>) {
    let (mut bytes, mut plain) = (Vec::new(), Vec::new());
    let mut time_ms = BEGIN_MS;
    let mut chain = None;
    for number in 0..count {
        let goes_on = chain.filter(|_| random.below(2) == 0);
        if goes_on.is_none() {
            time_ms += [0, 0, 1, 7, 40_000][random.below(5) as usize];
        }
        let event = match (goes_on, random.below(6)) {
            (Some(first), _) => Event::Written { first, ranges: Vec::new(), root: [0; 32] },
            (None, 0) => Event::Written { first: number, ranges: Vec::new(), root: [0; 32] },
            (None, 1) => Event::Delivered { entries: vec![random.below(number + 1)] },
            (None, 2) => Event::Refused,
            (None, 3) => Event::Searched,
            (None, 4) => Event::Landed { entries: vec![] },
            _ => Event::Opened,
        };
        chain = if let Event::Written { first, .. } = &event { Some(*first) } else { None };
        let is_report = matches!(event, Event::Delivered { .. } | Event::Landed { .. });
        let fleeting = (!is_report).then(|| Fleeting {
            session: SessionId([random.below(8) as u8; 16]),
            purpose: Purpose::Treatment,
            interaction: Interaction::Read,
            address: v4(random.below(5) as u8),
            refused: matches!(event, Event::Refused).then_some(Refusal::Missing),
            part: Part::Body,
            patients: vec![Pseudonym([random.below(9) as u8; 16])],
            charged: 1,
            versions: ranges([(number, 1)]),
        });
        let lasting = Lasting { time_ms, event };
        let keys = keys();
        let sealed = fleeting.as_ref().map(|fleeting| (fleeting, &keys[&month_of(time_ms)]));
        bytes.push(entry::encode(&CELL, &lasting, sealed).unwrap());
        plain.push((lasting, fleeting));
    }
    (Listed(bytes), plain)
}

fn read(log: &Listed, filter: &ScopeFilter, times: Range<u64>, page_entries: u64) -> ScopePage {
    let keys = keys();
    let reader = SpanReader {
        entries: log,
        cell: CELL,
        ciphers: ciphers(&keys).unwrap(),
        whose: &whose,
        lost_up_to_ms: None,
    };
    let mut all = ScopePage::default();
    let mut next = None;
    loop {
        let page = reader.page_of(filter, times.clone(), next, page_entries).unwrap();
        all.admitted.extend(page.admitted);
        all.refused.extend(page.refused);
        all.delivered.extend(page.delivered);
        all.looked_at += page.looked_at;
        all.span = match (all.span, page.span) {
            (Some((first, _)), Some((_, end))) => Some((first, end)),
            (one, other) => one.or(other),
        };
        next = page.next;
        if next.is_none() {
            return all;
        }
    }
}

#[test]
fn pages_give_what_a_full_reading_gives() {
    for seed in 1..=40_u64 {
        let mut random = Random(0x9E37_79B9_7F4A_7C15 ^ seed);
        let count = 1 + random.below(120);
        let (log, plain) = log(&mut random, count);
        let last_ms = plain.last().unwrap().0.time_ms;
        for _ in 0..12 {
            let edge = |random: &mut Random| match random.below(4) {
                0 => plain[random.below(count) as usize].0.time_ms,
                1 => plain[random.below(count) as usize].0.time_ms + 1,
                2 => BEGIN_MS + random.below(last_ms - BEGIN_MS + 2),
                _ => [0, u64::MAX][random.below(2) as usize],
            };
            let (one, other) = (edge(&mut random), edge(&mut random));
            let times = one.min(other)..one.max(other);
            let filter = ScopeFilter {
                session: (random.below(4) == 0).then(|| SessionId([random.below(8) as u8; 16])),
                principal: (random.below(3) == 0).then(|| PrincipalId([random.below(3) as u8; 16])),
                client: (random.below(3) == 0).then(|| ClientId([random.below(2) as u8; 16])),
                device: (random.below(3) == 0).then(|| DeviceId([1 + random.below(3) as u8; 16])),
                network: (random.below(3) == 0).then(|| Network {
                    address: v4(2),
                    prefix_bits: [128, 127, 120, 0][random.below(4) as usize],
                }),
            };
            let found = read(&log, &filter, times.clone(), 1 + random.below(9));
            let fits = |fleeting: &Fleeting| {
                let whose = whose(&fleeting.session).unwrap();
                filter.session.is_none_or(|session| session == fleeting.session)
                    && filter.principal.is_none_or(|principal| principal == whose.principal)
                    && filter.client.is_none_or(|client| client == whose.client)
                    && filter.device.is_none_or(|device| Some(device) == whose.device)
                    && filter.network.is_none_or(|network| match network.prefix_bits {
                        128 => fleeting.address == v4(2),
                        127 => [v4(2), v4(3)].contains(&fleeting.address),
                        _ => true,
                    })
            };
            let expected: Vec<u64> = (0..count)
                .filter(|number| {
                    let (lasting, fleeting) = &plain[*number as usize];
                    times.contains(&lasting.time_ms) && fleeting.as_ref().is_some_and(&fits)
                })
                .collect();
            let refused = |number: &u64| matches!(plain[*number as usize].0.event, Event::Refused);
            let mut seen: Vec<u64> = found.admitted.iter().map(|entry| entry.number).collect();
            let told_refused: Vec<u64> = found.refused.iter().map(|(number, _)| *number).collect();
            seen.extend(&told_refused);
            seen.sort_unstable();
            assert_eq!(seen, expected, "seed {seed}, {filter:?}, {times:?}");
            assert_eq!(told_refused, expected.iter().copied().filter(refused).collect::<Vec<_>>());
            for entry in &found.admitted {
                let fleeting = plain[entry.number as usize].1.as_ref().unwrap();
                assert_eq!((&entry.patients, &entry.versions), (&fleeting.patients, &fleeting.versions));
            }
            let in_span = (0..count).filter(|number| times.contains(&plain[*number as usize].0.time_ms));
            assert_eq!(found.looked_at, in_span.clone().count() as u64, "seed {seed}, {times:?}");
            let span = in_span.clone().next().zip(in_span.clone().next_back().map(|last| last + 1));
            assert_eq!(found.span, span, "seed {seed}, {times:?}");
            // Reports count from the span's begin until a minute after its end, and no longer.
            let reports = (0..count).filter(|number| {
                let lasting = &plain[*number as usize].0;
                let until_ms = times.end.saturating_add(DELIVERY_MS);
                matches!(lasting.event, Event::Delivered { .. })
                    && (times.start..until_ms).contains(&lasting.time_ms)
            });
            let told: Vec<u64> = found.delivered.iter().map(|(number, _)| *number).collect();
            assert_eq!(told, reports.collect::<Vec<_>>(), "seed {seed}, {times:?}");
        }
    }
}

#[test]
fn a_span_far_inside_is_found_by_few_reads() {
    struct Counted<'a>(&'a Listed, std::cell::Cell<u64>);
    impl Entries for Counted<'_> {
        fn size(&self) -> u64 {
            self.0.size()
        }
        fn read(&self, range: Range<u64>, take: &mut dyn FnMut(u64, &[u8])) -> Result<(), LogError> {
            self.1.set(self.1.get() + range.end - range.start);
            self.0.read(range, take)
        }
    }
    let (log, plain) = log(&mut Random(5), 5_000);
    let counted = Counted(&log, std::cell::Cell::new(0));
    let at = first_at(&counted, plain[3_000].0.time_ms).unwrap();
    assert_eq!(plain[at as usize].0.time_ms, plain[3_000].0.time_ms);
    assert!(at == 0 || plain[at as usize - 1].0.time_ms < plain[3_000].0.time_ms);
    assert!(counted.1.get() <= 13, "{}", counted.1.get());
}

#[test]
fn a_key_that_is_gone_is_told_and_a_changed_entry_is_none() {
    let (log, plain) = log(&mut Random(9), 60);
    let keys = keys();
    fn reader<'a>(log: &'a Listed, keys: &HashMap<u32, LogKey>) -> SpanReader<'a, &'a Listed> {
        let known = keys.iter().filter(|(month, _)| **month == month_of(BEGIN_MS));
        let ciphers = ciphers(known).unwrap();
        SpanReader { entries: log, cell: CELL, ciphers, whose: &whose, lost_up_to_ms: None }
    }
    let lost = plain
        .iter()
        .filter(|(lasting, fleeting)| fleeting.is_some() && month_of(lasting.time_ms) != month_of(BEGIN_MS));
    let lost = lost.count() as u64;
    let page = reader(&log, &keys).page(&ScopeFilter::default(), 0..u64::MAX, None).unwrap();
    assert!(lost > 0 && page.unreadable == lost, "{lost}");
    let first = plain.iter().position(|(_, fleeting)| fleeting.is_some()).unwrap();
    let mut changed = Listed(log.0.clone());
    *changed.0[first].last_mut().unwrap() ^= 1;
    let changed = reader(&changed, &keys).page(&ScopeFilter::default(), 0..u64::MAX, None);
    assert!(matches!(changed, Err(SpanError::Entry(number)) if number == first as u64));
}
