//! The blast radius: how far each credential of a cell gets in an hour, a day and 30 days, from the numbers that bound it.
//!
//! A window of length W with a limit L lets at most L distinct patients into any W, so ⌈T ÷ W⌉ · L into a time T; what is reached already counts
//! (whoever has the credential may open it again for nothing), and the least of all windows, own and the cell's, holds. A thief who knows the
//! rules gets exactly as far, and no farther (`tests/budgets.rs` has one).
//!
//! Never: guesses; what nothing bounds is said to be unbounded. State: none.

use crate::budget::WINDOWS_MS;
use crate::budgets::raise::MIN_PASSKEY_MS;
use crate::budgets::reserve::{RESERVE_CHARTS_PER_DAY, places};
use crate::budgets::{limits_of, windows};
use crate::core::Core;
use crate::daily::Handed;
use crate::policy::{self, Action};
use salus_seal::entry::Interaction;
use salus_seal::entry::people::InvitationPurpose;
use salus_seal::{CellId, DeviceId, Part, PrincipalId};
use salus_trust_api::wire::budgets::{BlastRadius, Credential, CredentialReach, ReachBound};
use std::cmp::Reverse;
use std::collections::HashMap;

/// In an hour, a day, 30 days.
type Figures = [u32; 3];

/// The most distinct patients within a time that begins now, by limits and what is reached of them.
fn most_in(limits: [u32; 3], spent: [u32; 3], time_ms: u64) -> u32 {
    let within = [0, 1, 2].map(|window| {
        let times = u64::from(limits[window]) * (time_ms.div_ceil(WINDOWS_MS[window]).saturating_sub(1));
        u64::from(limits[window].max(spent[window])) + times
    });
    if time_ms == 0 { 0 } else { u32::try_from(within.into_iter().min().unwrap_or(0)).unwrap_or(u32::MAX) }
}

/// The most within a time that begins now, where the limits grow after a wait: what is a window's whole is bounded by how far it has grown, and
/// of several windows those that are over by then are not.
fn most_growing(before: [u32; 3], after: [u32; 3], spent: [u32; 3], (wait_ms, time_ms): (u64, u64)) -> u32 {
    if time_ms <= wait_ms {
        return most_in(before, spent, time_ms);
    }
    let within = [0, 1, 2].map(|window| {
        let of = |limit: u32, time_ms: u64| u64::from(limit) * time_ms.div_ceil(WINDOWS_MS[window]);
        if time_ms <= WINDOWS_MS[window] {
            return u64::from(after[window].max(spent[window]));
        }
        let first =
            u64::from(spent[window].saturating_sub(if wait_ms == 0 { after } else { before }[window]));
        first + of(before[window], wait_ms) + of(after[window], time_ms - wait_ms)
    });
    u32::try_from(within.into_iter().min().unwrap_or(0)).unwrap_or(u32::MAX)
}

/// The same within an hour, a day and 30 days, for what ends after a time.
fn figures(limits: [u32; 3], spent: [u32; 3], lasts_ms: u64) -> Figures {
    WINDOWS_MS.map(|window_ms| most_in(limits, spent, window_ms.min(lasts_ms)))
}

fn least(one: Figures, other: Figures) -> Figures {
    [0, 1, 2].map(|at| one[at].min(other[at]))
}

fn sum(one: Figures, other: Figures) -> Figures {
    [0, 1, 2].map(|at| one[at].saturating_add(other[at]))
}

/// How far something gets before anybody asks how many patients there are.
#[derive(Clone, Copy)]
struct Far {
    chart: Figures,
    glimpse: Figures,
    why: ReachBound,
}

const EVERYTHING: Far = Far { chart: [u32::MAX; 3], glimpse: [u32::MAX; 3], why: ReachBound::Nothing };
const FOR_EVER_MS: u64 = u64::MAX;

impl Core {
    /// How far each credential of a cell gets, the worst first.
    pub(crate) fn blast_radius(&mut self, cell: CellId, now_ms: u64) -> BlastRadius {
        let known = self.state.cells.get(&cell);
        let (name, patients) =
            known.map_or((String::new(), 0), |cell| (cell.name.clone(), cell.recent.patients()));
        let is_cut_off = known.is_some_and(|cell| cell.quarantined);
        let mut credentials = self.of_sessions(cell, now_ms);
        credentials.extend(self.of_passkeys_and_links(cell, now_ms));
        credentials.extend(self.of_clients(cell, now_ms));
        let whole = Far { why: ReachBound::CellBudget, ..self.of_cell(cell, None, now_ms) };
        // Whoever can wait a week has passkeys that raise the cell's budget; sessions that begin meanwhile may be administrators'.
        let raised = Far { why: ReachBound::CellBudget, ..self.of_cell(cell, Some(MIN_PASSKEY_MS), now_ms) };
        for (credential, far) in [
            (Credential::Cell, whole),
            (Credential::RecordServer, raised),
            (Credential::AdminKey, EVERYTHING),
            (Credential::RootKey, EVERYTHING),
        ] {
            credentials.push(reach(credential, far));
        }
        if is_cut_off {
            self.reach_cut_off(cell, &mut credentials, now_ms);
        }
        for credential in &mut credentials {
            let is_bound =
                matches!(credential.why, ReachBound::Budget | ReachBound::Touch | ReachBound::CellBudget);
            if credential.chart[2] > patients && is_bound {
                credential.why = ReachBound::Patients;
            }
            credential.chart = credential.chart.map(|chart| chart.min(patients));
            credential.glimpse = credential.glimpse.map(|glimpse| glimpse.min(patients));
        }
        credentials.sort_by_key(|one| {
            let [hour, day, days_30] = one.chart;
            let is_bound = one.why != ReachBound::Nothing;
            (Reverse((days_30, day, hour, one.glimpse[2])), is_bound, one.credential)
        });
        BlastRadius { cell: name, now_ms, patients, credentials }
    }

    /// In a cell that is cut off: who was named reads in an emergency until their time, and a sample that is looked for is. The rest reaches
    /// nobody.
    fn reach_cut_off(&mut self, id: CellId, credentials: &mut [CredentialReach], now_ms: u64) {
        let Some(cell) = self.state.cells.get(&id) else { return };
        // Whoever administers joins it again, but for what was done at the machine.
        let joins_again = !cell.quarantine.at_machine;
        let matching = cell.alarms.matching.clone();
        let lasts = cell.quarantine.exceptions.iter().filter(|(_, until_ms)| **until_ms > now_ms);
        let lasts: Vec<(PrincipalId, u64)> =
            lasts.map(|(principal, until_ms)| (*principal, until_ms - now_ms)).collect();
        let mut excepted: HashMap<PrincipalId, Far> = HashMap::new();
        for (principal, lasts_ms) in lasts {
            let far = self.of_principal(id, &principal, None, lasts_ms, now_ms);
            excepted.extend(far.map(|far| (principal, far)));
        }
        let nobody = Far { chart: [0; 3], glimpse: [0; 3], why: ReachBound::CutOff };
        let all = excepted.values().fold(nobody, |all, one| Far {
            chart: sum(all.chart, one.chart),
            glimpse: sum(all.glimpse, one.glimpse),
            why: ReachBound::CellBudget,
        });
        for credential in credentials {
            let far = match (credential.credential, credential.principal) {
                _ if credential.why == ReachBound::Nothing => continue,
                (Credential::RecordServer, _) if joins_again => continue,
                _ if joins_again && matches!(credential.why, ReachBound::HandsOut { .. }) => continue,
                (Credential::BearerToken(session), _) if matching.contains(&session) => continue,
                (Credential::Cell | Credential::RecordServer, _) => all,
                (_, Some(principal)) => *excepted.get(&principal).unwrap_or(&nobody),
                _ => nobody,
            };
            credential.chart = least(credential.chart, far.chart);
            credential.glimpse = least(credential.glimpse, far.glimpse);
            if far.chart == [0; 3] || far.why != ReachBound::Budget {
                credential.why = far.why;
            }
        }
    }

    fn of_sessions(&mut self, cell: CellId, now_ms: u64) -> Vec<CredentialReach> {
        let usable = self
            .state
            .sessions
            .iter()
            .filter(|(_, session)| session.cell == cell && self.state.is_usable(session, now_ms));
        let sessions: Vec<_> = usable
            .map(|(id, session)| (*id, session.principal, session.ends_ms.saturating_sub(now_ms)))
            .collect();
        let of = |(id, principal, lasts_ms)| {
            let touch = self.state.touched_of(&id, &principal, now_ms).map(|limits| windows(&limits));
            let is_person = self.state.people.persons.contains_key(&principal);
            // What proves itself by a key is of use in its own place only.
            let is_bound = self.state.sessions.get(&id).is_some_and(|session| session.proof_key.is_some());
            let credential =
                if is_person || is_bound { Credential::Session(id) } else { Credential::BearerToken(id) };
            let far = self.of_principal(cell, &principal, touch, lasts_ms, now_ms)?;
            Some(self.whose(reach(credential, far), &principal))
        };
        let mut of = of;
        sessions.into_iter().filter_map(&mut of).collect()
    }

    fn of_passkeys_and_links(&mut self, cell: CellId, now_ms: u64) -> Vec<CredentialReach> {
        let people = self
            .state
            .people
            .persons
            .iter()
            .filter(|(id, person)| person.cell == Some(cell) && self.state.people.active(id).is_some());
        // What; whose; whether it only looks round; and how long it takes until a passkey of theirs may give raises, in milliseconds.
        let mut held: Vec<(Credential, PrincipalId, bool, u64)> = Vec::new();
        for (id, person) in people {
            let of = |passkey: &DeviceId| {
                let known = self.state.people.passkeys.get(passkey).filter(|known| !known.by_machine);
                let wait_ms =
                    known.map_or(0, |known| (known.added_ms + MIN_PASSKEY_MS).saturating_sub(now_ms));
                (Credential::Passkey(*passkey), *id, false, wait_ms)
            };
            held.extend(person.passkeys.iter().map(of));
        }
        for link in self.state.people.invitations.values().filter(|link| link.ends_ms > now_ms) {
            let person = self.state.people.active(&link.principal);
            if person.is_some_and(|person| person.cell == Some(cell)) {
                let looks_round = link.purpose == InvitationPurpose::LookRound;
                // One that only looks round makes no passkey.
                let wait_ms = if link.by_machine && !looks_round { 0 } else { MIN_PASSKEY_MS };
                held.push((Credential::Link, link.principal, looks_round, wait_ms));
            }
        }
        let mut all = Vec::with_capacity(held.len());
        for (credential, principal, looks_round, wait_ms) in held {
            let lasts_ms = if looks_round { crate::person_session::PERSON_SESSION_MS } else { FOR_EVER_MS };
            let far = match self.administers(&principal) {
                true => Some(self.of_administrator(cell, &principal, wait_ms, now_ms)),
                false => self.of_principal(cell, &principal, None, lasts_ms, now_ms),
            };
            all.extend(far.map(|far| self.whose(reach(credential, far), &principal)));
        }
        all
    }

    fn of_clients(&mut self, cell: CellId, now_ms: u64) -> Vec<CredentialReach> {
        let ids = self.state.cells.get(&cell).map_or_else(Vec::new, |cell| cell.clients.clone());
        let mut all = Vec::new();
        for id in ids {
            let client = self.state.clients.get(&id).filter(|client| !client.revoked);
            let Some(principal) = client.map(|client| client.principal) else { continue };
            if let Some(far) = self.of_principal(cell, &principal, None, FOR_EVER_MS, now_ms) {
                all.push(self.whose(reach(Credential::ClientSecret(id), far), &principal));
            }
        }
        all
    }

    /// Whoever acts as a principal, for a time; up to `touch` where it cannot touch a passkey.
    fn of_principal(
        &mut self,
        cell: CellId,
        id: &PrincipalId,
        touch: Option<[u32; 3]>,
        lasts_ms: u64,
        now_ms: u64,
    ) -> Option<Far> {
        self.state.principals.get(id)?;
        if self.administers(id) {
            // A session gives nothing; the passkeys of those whom it lets in do, after a week.
            return Some(self.of_administrator(cell, id, MIN_PASSKEY_MS, now_ms));
        }
        let rights = self.state.rights(&cell, id);
        let reads = policy::allows(&rights, Action::Read, Interaction::Read);
        let changes = policy::allows(&rights, Action::Write { changes_existing: true }, Interaction::Update);
        if !reads {
            // What it changes, and whether somebody is there, is charged like a chart; no record comes out by it.
            let why = if changes { ReachBound::OnlyBringsIn } else { ReachBound::OpensNothing };
            return Some(Far { chart: [0; 3], glimpse: [0; 3], why });
        }
        let all = self.limits_of_cell(cell, lasts_ms, now_ms)?;
        let reserve = self.reserve(cell, Some(id), lasts_ms, now_ms);
        let principal = self.state.principals.get_mut(id)?;
        let limits = windows(&principal.limits_now(Part::Body, now_ms));
        let spent = principal.spent.chart.counts(now_ms);
        let full = figures(limits, spent, lasts_ms);
        let own = touch.map_or(full, |touch| figures(touch, spent, lasts_ms));
        let glimpses = windows(&principal.limits_now(Part::Line, now_ms));
        let glimpse = figures(glimpses, principal.spent.glimpse.counts(now_ms), lasts_ms);
        let why = match () {
            () if all.0[2] < own[2] => ReachBound::CellBudget,
            () if own != full => ReachBound::Touch,
            () => ReachBound::Budget,
        };
        // What is approved is theirs to take, beside all that.
        let exported = self.approved_for(cell, id, now_ms);
        let chart = sum(sum(least(own, all.0), reserve), [exported; 3]);
        Some(Far { chart, glimpse: least(glimpse, all.1), why })
    }

    fn administers(&self, id: &PrincipalId) -> bool {
        let role = self.state.principals.get(id).and_then(|known| policy::role(&known.role));
        role.is_some_and(|role| role.administers)
    }

    /// Whoever administers opens nothing, and lets others in who do: within the cell's budget, and that once more from when on a passkey in
    /// the same hands may raise it, for which somebody whom it let in asks.
    fn of_administrator(&mut self, cell: CellId, id: &PrincipalId, wait_ms: u64, now_ms: u64) -> Far {
        let links = self.state.left_to_hand_out(&cell, id, Handed::Link, now_ms);
        let clients = self.state.left_to_hand_out(&cell, id, Handed::Client, now_ms);
        let others_today = links + clients;
        let far = self.of_cell(cell, Some(wait_ms.min(MIN_PASSKEY_MS)), now_ms);
        Far { why: ReachBound::HandsOut { others_today }, ..far }
    }

    /// All accounts of a cell together. `raised_after_ms`: administrators are among them, who raise its budget after that time.
    fn of_cell(&mut self, cell: CellId, raised_after_ms: Option<u64>, now_ms: u64) -> Far {
        let reserve = self.reserve(cell, None, FOR_EVER_MS, now_ms);
        let (chart, glimpse) = match raised_after_ms {
            None => self.limits_of_cell(cell, FOR_EVER_MS, now_ms),
            Some(wait_ms) => self.limits_administered(cell, wait_ms, now_ms),
        }
        .unwrap_or(([0; 3], [0; 3]));
        Far { chart: sum(chart, reserve), glimpse, why: ReachBound::CellBudget }
    }

    /// What the cell's budget leaves within a time, by chart and by glimpse.
    fn limits_of_cell(&mut self, cell: CellId, lasts_ms: u64, now_ms: u64) -> Option<(Figures, Figures)> {
        let cell = self.state.cells.get_mut(&cell)?;
        let limits = |part| windows(&cell.more.raises.limits(&cell.budgets, part, now_ms));
        let (chart, glimpse) = (limits(Part::Body), limits(Part::Line));
        let charts = figures(chart, cell.spent.chart.counts(now_ms), lasts_ms);
        Some((charts, figures(glimpse, cell.spent.glimpse.counts(now_ms), lasts_ms)))
    }

    /// What it can be made to leave by whoever administers: in a session, the budget is set to what the machine last said; by a passkey,
    /// after the wait, that once more, again and again.
    fn limits_administered(&mut self, cell: CellId, wait_ms: u64, now_ms: u64) -> Option<(Figures, Figures)> {
        let cell = self.state.cells.get_mut(&cell)?;
        let most = cell.more.most.unwrap_or(cell.budgets);
        let (chart, glimpse) = (cell.spent.chart.counts(now_ms), cell.spent.glimpse.counts(now_ms));
        let of = |part, spent| {
            let now = windows(&cell.more.raises.limits(&most, part, now_ms));
            let raised = windows(&limits_of(&most, part)).map(|limit| limit.saturating_mul(2));
            WINDOWS_MS.map(|time_ms| most_growing(now, raised, spent, (wait_ms, time_ms)))
        };
        Some((of(Part::Body, chart), of(Part::Line, glimpse)))
    }

    /// What the emergency reserve opens beyond: one person's, or all of the cell's.
    fn reserve(&mut self, cell: CellId, of: Option<&PrincipalId>, lasts_ms: u64, now_ms: u64) -> Figures {
        let Some(known) = self.state.cells.get_mut(&cell) else { return [0; 3] };
        let all = places(&known.budgets.chart) * RESERVE_CHARTS_PER_DAY;
        let day = |limit: u32, spent: [u32; 3]| {
            figures([u32::MAX, limit, u32::MAX], [spent[0], spent[1], spent[2]], lasts_ms)
        };
        let all = day(all, known.more.reserve.counts(now_ms));
        let Some(id) = of else { return all };
        if !self.state.may_have_reserve(&cell, id) {
            return [0; 3];
        }
        let Some(principal) = self.state.principals.get_mut(id) else { return [0; 3] };
        least(all, day(RESERVE_CHARTS_PER_DAY, principal.more.reserve.counts(now_ms)))
    }

    fn whose(&self, mut reach: CredentialReach, principal: &PrincipalId) -> CredentialReach {
        reach.principal = Some(*principal);
        reach.name = self.state.name_of(principal).unwrap_or_default();
        reach.role = self.state.principals.get(principal).map(|known| known.role.clone()).unwrap_or_default();
        reach
    }
}

fn reach(credential: Credential, far: Far) -> CredentialReach {
    let Far { chart, glimpse, why } = far;
    CredentialReach {
        credential,
        principal: None,
        name: String::new(),
        role: String::new(),
        chart,
        glimpse,
        why,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR_MS: u64 = 3_600_000;

    #[test]
    fn the_least_window_holds_and_what_is_reached_counts() {
        let physician = [60, 150, 1_000];
        assert_eq!(figures(physician, [0; 3], FOR_EVER_MS), [60, 150, 1_000]);
        assert_eq!(figures(physician, [60, 60, 60], FOR_EVER_MS), [60, 150, 1_000]);
        assert_eq!(figures([1, 20, 400], [0; 3], FOR_EVER_MS), [1, 20, 400], "20 hours are spent, of 24");
        assert_eq!(figures([1, 1_000, 1_000], [0; 3], FOR_EVER_MS), [1, 24, 720]);
        assert_eq!(
            figures(physician, [0; 3], 90 * 60_000),
            [60, 120, 120],
            "it ends after an hour and a half"
        );
        assert_eq!(figures(physician, [70, 70, 70], FOR_EVER_MS)[0], 70, "a raise that is over was used");
        assert_eq!(figures(physician, [0; 3], 0), [0; 3]);
        assert_eq!(figures([u32::MAX; 3], [0; 3], FOR_EVER_MS), [u32::MAX; 3]);
        assert_eq!(most_in([5; 3], [0; 3], HOUR_MS), 5);
    }

    #[test]
    fn what_grows_after_a_wait_counts_from_then_on() {
        let (own, twice) = ([8, 8, 300], [16, 16, 600]);
        let most =
            |wait_ms: u64| WINDOWS_MS.map(|time_ms| most_growing(own, twice, [0; 3], (wait_ms, time_ms)));
        assert_eq!(most(0), [16, 16, 480], "at once: 30 days of 16");
        assert_eq!(most(MIN_PASSKEY_MS), [8, 8, 7 * 8 + 23 * 16]);
        assert_eq!(most_growing([8, 8, 100], [16, 16, 200], [0; 3], (MIN_PASSKEY_MS, WINDOWS_MS[2])), 200);
        assert_eq!(most_growing(own, twice, [0, 20, 20], (0, WINDOWS_MS[1])), 20, "what was reached counts");
        assert_eq!(most_growing(own, twice, [0; 3], (2 * HOUR_MS, WINDOWS_MS[1])), 16);
    }
}
