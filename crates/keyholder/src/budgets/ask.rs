//! What is asked about budgets: by administrators of a cell, at the machine, and by people about their own.
//!
//! Never: gives more in a session alone; a raise needs a passkey at the door ([`super::raise`]). State: [`Core`]'s.

use crate::admin::{invalid, not_found};
use crate::administer::{By, is_within};
use crate::admit::Asking;
use crate::budgets::raise::{MAX_ASKED_PER_DAY, MAX_ASKS, MAX_RAISE_MS, Raises};
use crate::budgets::{limits, limits_of, windows};
use crate::core::Core;
use crate::error::KeyholderError;
use crate::policy::{self, BEARER, CLIENT, Whose};
use salus_accesslog::Tree;
use salus_seal::entry::budgets::{BudgetEvent, MoreAsked};
use salus_seal::entry::{Budgets, Event, Interaction, Limits, Purpose, Refusal};
use salus_seal::{CellId, ClientId, PrincipalId};
use salus_trust_api::wire::budgets::{
    BudgetAnswer, BudgetAsk, CellBudgets, MoreWanted, OneBudget, OpenAsk, OwnBudget, OwnBudgetAnswer,
    OwnBudgetAsk, RaiseStatus, Standing, Suggestion,
};
use salus_trust_api::wire::{AdminError, Answer};

/// The most names that are told of who may give something.
const MAX_NAMES: usize = 20;

type Outcome = Result<Result<BudgetAnswer, AdminError>, KeyholderError>;

impl Core {
    /// Carries out what is asked about a cell's budgets. `by`: who asks, where it is somebody in a session.
    pub(crate) fn ask_budgets(&mut self, cell: CellId, by: Option<By<'_>>, ask: BudgetAsk) -> Outcome {
        let now_ms = self.clock.now_ms();
        let who = by.map(|by| by.principal);
        let event = match ask {
            BudgetAsk::Show => {
                return Ok(Ok(BudgetAnswer::Budgets(Box::new(self.budgets(cell, who, now_ms)))));
            }
            BudgetAsk::Reach => {
                return Ok(Ok(BudgetAnswer::Reach(Box::new(self.blast_radius(cell, now_ms)))));
            }
            BudgetAsk::AskFor(wanted) => {
                let Some(by) = by else { return Ok(Err(not_found("session"))) };
                return self.ask_for(cell, by, wanted, now_ms);
            }
            BudgetAsk::Change { principal, budgets } => {
                if let Err(error) = self.may_change(&cell, principal.as_ref(), &budgets, by.is_some()) {
                    return Ok(Err(error));
                }
                BudgetEvent::Changed { principal, budgets, by: who }
            }
            BudgetAsk::EndAsk { ask } => {
                let asks = self.state.cells.get(&cell).map(|cell| &cell.more.asks);
                if asks.and_then(|asks| asks.get(ask, now_ms)).is_none() {
                    return Ok(Err(not_found("request")));
                }
                BudgetEvent::AskEnded { ask, by: who }
            }
            BudgetAsk::EndRaise { raise, principal } => {
                let raises = self.raises_of(&cell, principal.as_ref());
                let lasts = raises.is_some_and(|raises| {
                    raises.all().iter().any(|known| known.number == raise && known.lasts(now_ms))
                });
                if !lasts {
                    return Ok(Err(not_found("raise")));
                }
                BudgetEvent::RaiseEnded { raise, principal, by: who }
            }
        };
        self.record(Tree::Cell(cell), now_ms, Event::Budget(event), by.map(|by| by.fleeting))?;
        Ok(Ok(BudgetAnswer::Done))
    }

    /// A person asks about their own budget.
    pub(crate) fn own_budget(&mut self, own: OwnBudget) -> Result<Answer, KeyholderError> {
        let OwnBudget { of, ask } = own;
        let now_ms = self.clock.now_ms();
        let admit = of.asking(Purpose::Operations, Interaction::Administer);
        let changes = !matches!(ask, OwnBudgetAsk::Standing);
        let asking = match self.session(&admit, changes, now_ms)? {
            Ok(asking) => asking,
            Err(refusal) => return Ok(Answer::Refused(refusal)),
        };
        if self.state.people.active(&asking.principal).is_none() {
            return Ok(Answer::Refused(Refusal::NotAllowed));
        }
        let by = By { principal: asking.principal, fleeting: &asking.fleeting(&admit) };
        let answer = match ask {
            OwnBudgetAsk::Standing => self.standing(&asking, now_ms),
            OwnBudgetAsk::AskFor(_) | OwnBudgetAsk::EndAsk { .. } if !self.log.has_room() => {
                return Ok(Answer::Refused(Refusal::NoRoom));
            }
            OwnBudgetAsk::AskFor(wanted) if wanted.principal == Some(asking.principal) => {
                own_answer(self.ask_for(asking.cell, by, wanted, now_ms)?)
            }
            OwnBudgetAsk::EndAsk { ask } if self.asked_by(&asking, ask, now_ms) => {
                own_answer(self.ask_budgets(asking.cell, Some(by), BudgetAsk::EndAsk { ask })?)
            }
            OwnBudgetAsk::AskFor(_) | OwnBudgetAsk::EndAsk { .. } => {
                Some(invalid_answer("request", "one's own"))
            }
        };
        Ok(answer.map_or(Answer::Refused(Refusal::NotAllowed), Answer::Budget))
    }

    fn asked_by(&self, asking: &Asking, ask: u64, now_ms: u64) -> bool {
        let asks = self.state.cells.get(&asking.cell).map(|cell| &cell.more.asks);
        asks.and_then(|asks| asks.get(ask, now_ms)).is_some_and(|asked| asked.by == asking.principal)
    }

    fn standing(&mut self, asking: &Asking, now_ms: u64) -> Option<OwnBudgetAnswer> {
        let budget = self.one_budget(asking.cell, &asking.principal, now_ms)?;
        let untouched = self.state.touched_of(&asking.session, &asking.principal, now_ms);
        let mut asks = self.open_asks(asking.cell, Some(asking.principal), now_ms);
        asks.retain(|ask| ask.is_own || ask.can_give || ask.principal == Some(asking.principal));
        let cell_raises = self.raise_statuses(&asking.cell, None, now_ms);
        let untouched = untouched.as_ref().map(windows);
        Some(OwnBudgetAnswer::Standing(Box::new(Standing { budget, untouched, asks, cell_raises })))
    }

    fn ask_for(&mut self, cell: CellId, by: By<'_>, wanted: MoreWanted, now_ms: u64) -> Outcome {
        let MoreWanted { principal, part, amount, for_ms, reason } = wanted;
        if principal.is_some_and(|principal| !self.is_of_cell(&cell, &principal)) {
            return Ok(Err(not_found("person or application")));
        }
        let Some(known) = self.state.cells.get(&cell) else { return Ok(Err(not_found("cell"))) };
        let base = match &principal {
            Some(principal) => self.state.principals.get(principal).map(|known| known.budgets),
            None => Some(known.budgets),
        };
        let most = base.map_or(0, |base| limits_of(&base, part).days_30);
        if amount == 0 || amount > most {
            return Ok(Err(invalid("amount", &format!("1 to {most}: at most the budget once more"))));
        }
        if for_ms == 0 || for_ms > MAX_RAISE_MS {
            return Ok(Err(invalid("time", "at most 7 days")));
        }
        if known.more.asks.open(now_ms).count() >= MAX_ASKS
            || known.more.asks.asked_today(&by.principal, now_ms) >= MAX_ASKED_PER_DAY
        {
            let rule = format!("at most {MAX_ASKED_PER_DAY} a day");
            return Ok(Err(invalid("requests", &rule)));
        }
        let asked =
            MoreAsked { principal, by: by.principal, part, amount, until_ms: now_ms + for_ms, reason };
        let event = Event::Budget(BudgetEvent::Asked(asked));
        let number = self.record(Tree::Cell(cell), now_ms, event, Some(by.fleeting))?;
        Ok(Ok(BudgetAnswer::Asked(number)))
    }

    /// Whether a budget may be set to this, in a session or at the machine.
    fn may_change(
        &self,
        cell: &CellId,
        principal: Option<&PrincipalId>,
        budgets: &Budgets,
        in_session: bool,
    ) -> Result<(), AdminError> {
        let ascends =
            |limits| matches!(windows(limits), [hour, day, days_30] if hour <= day && day <= days_30);
        if !ascends(&budgets.chart) || !ascends(&budgets.glimpse) {
            return Err(invalid("budgets", "an hour at most as much as a day, and a day as 30 days"));
        }
        if principal.is_some_and(|principal| !self.is_of_cell(cell, principal)) {
            return Err(not_found("person or application"));
        }
        let most = self.most(cell, principal).ok_or_else(|| not_found("person or application"))?;
        if in_session && !is_within(budgets, &most) {
            return Err(invalid("budgets", "at most the role's own; more is given at the machine"));
        }
        Ok(())
    }

    /// The most that a budget may be set to in a session.
    fn most(&self, cell: &CellId, principal: Option<&PrincipalId>) -> Option<Budgets> {
        let Some(principal) = principal else {
            let cell = self.state.cells.get(cell)?;
            return Some(cell.more.most.unwrap_or(cell.budgets));
        };
        let role = policy::role(&self.state.principals.get(principal)?.role)?;
        Some(match role.whose {
            Whose::Person(own) => own,
            Whose::Application if self.state.is_bearers(principal) => BEARER,
            Whose::Application => CLIENT,
            Whose::Patient => policy::OF_PATIENTS,
            Whose::Operator => policy::NOTHING,
        })
    }

    /// Whoever is to be a bearer has no more than one may have in a session: else the small budget would be the one that is changed last.
    pub(crate) fn hold_to_bearers(
        &mut self,
        cell: CellId,
        client: &ClientId,
        by: By<'_>,
    ) -> Result<(), KeyholderError> {
        let principal = self.state.clients.get(client).map(|client| client.principal);
        let known = principal.and_then(|id| Some((id, self.state.principals.get(&id)?.budgets)));
        let Some((principal, budgets)) = known.filter(|(_, budgets)| !is_within(budgets, &BEARER)) else {
            return Ok(());
        };
        let least = |own: &Limits, most: &Limits| {
            let (own, most) = (windows(own), windows(most));
            limits([0, 1, 2].map(|window| own[window].min(most[window])))
        };
        let budgets = Budgets {
            glimpse: least(&budgets.glimpse, &BEARER.glimpse),
            chart: least(&budgets.chart, &BEARER.chart),
        };
        let event = BudgetEvent::Changed { principal: Some(principal), budgets, by: Some(by.principal) };
        let now_ms = self.clock.now_ms();
        self.record(Tree::Cell(cell), now_ms, Event::Budget(event), Some(by.fleeting)).map(drop)
    }

    pub(crate) fn is_of_cell(&self, cell: &CellId, principal: &PrincipalId) -> bool {
        match self.state.people.persons.get(principal) {
            Some(person) => person.cell == Some(*cell),
            None => self
                .state
                .clients
                .values()
                .any(|client| client.principal == *principal && client.cell == *cell),
        }
    }

    fn raises_of(&self, cell: &CellId, principal: Option<&PrincipalId>) -> Option<&Raises> {
        let cell_raises = || self.state.cells.get(cell).map(|cell| &cell.more.raises);
        match principal {
            None => cell_raises(),
            Some(principal) if self.is_of_cell(cell, principal) => {
                self.state.principals.get(principal).map(|known| &known.more.raises)
            }
            Some(_) => None,
        }
    }

    fn raise_statuses(
        &self,
        cell: &CellId,
        principal: Option<&PrincipalId>,
        now_ms: u64,
    ) -> Vec<RaiseStatus> {
        let all = self.raises_of(cell, principal).map_or(&[][..], Raises::all);
        let status = |raise: &super::raise::Raise| RaiseStatus {
            raise: raise.number,
            part: raise.part,
            amount: raise.amount,
            from_ms: raise.from_ms,
            until_ms: raise.until_ms,
            by: self.name_in_cell(&raise.by),
            lasts: raise.lasts(now_ms),
            withdrawn: raise.withdrawn,
        };
        all.iter().map(status).collect()
    }

    fn name_in_cell(&self, principal: &PrincipalId) -> String {
        self.state.name_of(principal).unwrap_or_default()
    }

    fn budgets(&mut self, cell: CellId, asker: Option<PrincipalId>, now_ms: u64) -> CellBudgets {
        let mut people: Vec<(String, PrincipalId)> = self.people_of(&cell).collect();
        people.sort();
        let clients = self.state.cells.get(&cell).map_or_else(Vec::new, |cell| cell.clients.clone());
        let live = |id| self.state.clients.get(&id).filter(|client| !client.revoked);
        let clients: Vec<PrincipalId> =
            clients.into_iter().filter_map(|id| live(id).map(|client| client.principal)).collect();
        let mut budgets: Vec<OneBudget> = self.cell_budget(cell, now_ms).into_iter().collect();
        for principal in people.into_iter().map(|(_, principal)| principal).chain(clients) {
            budgets.extend(self.one_budget(cell, &principal, now_ms));
        }
        CellBudgets {
            cell: self.state.cells.get(&cell).map(|cell| cell.name.clone()).unwrap_or_default(),
            now_ms,
            budgets,
            asks: self.open_asks(cell, asker, now_ms),
            suggestions: self.suggestions(&cell),
        }
    }

    /// People of a cell who may act, by name.
    fn people_of(&self, cell: &CellId) -> impl Iterator<Item = (String, PrincipalId)> {
        let of_cell = move |person: &crate::people::Person| {
            person.cell == Some(*cell) && person.status == salus_seal::entry::people::PersonStatus::Active
        };
        let people = self.state.people.persons.iter().filter(move |(_, person)| of_cell(person));
        people.map(|(principal, person)| (person.name.clone(), *principal))
    }

    fn suggestions(&self, cell: &CellId) -> Vec<Suggestion> {
        let Some(cell) = self.state.cells.get(cell) else { return Vec::new() };
        let suggestion = |(role, days, charts_per_day): (&str, u32, u32)| {
            let own_per_day = match policy::role(role).map(|role| role.whose) {
                Some(Whose::Person(own)) => own.chart.day,
                _ => CLIENT.chart.day,
            };
            Suggestion { role: role.to_owned(), charts_per_day, days, own_per_day }
        };
        cell.more.days.suggestions().map(suggestion).collect()
    }

    fn cell_budget(&mut self, id: CellId, now_ms: u64) -> Option<OneBudget> {
        let most = self.most(&id, None)?;
        let raises = self.raise_statuses(&id, None, now_ms);
        let cell = self.state.cells.get_mut(&id)?;
        let now = |part| cell.more.raises.limits(&cell.budgets, part, now_ms);
        Some(OneBudget {
            principal: None,
            name: cell.name.clone(),
            role: String::new(),
            is_person: false,
            base: cell.budgets,
            now: Budgets { chart: now(salus_seal::Part::Body), glimpse: now(salus_seal::Part::Line) },
            chart_spent: cell.spent.chart.counts(now_ms),
            glimpse_spent: cell.spent.glimpse.counts(now_ms),
            most,
            reserve_left: None,
            raises,
        })
    }

    fn one_budget(&mut self, cell: CellId, principal: &PrincipalId, now_ms: u64) -> Option<OneBudget> {
        let (most, name) = (self.most(&cell, Some(principal))?, self.name_in_cell(principal));
        let raises = self.raise_statuses(&cell, Some(principal), now_ms);
        let is_person = self.state.people.persons.contains_key(principal);
        let reserve_left = self.state.reserve_left(&cell, principal, now_ms);
        let known = self.state.principals.get_mut(principal)?;
        let now = |part| known.limits_now(part, now_ms);
        Some(OneBudget {
            principal: Some(*principal),
            name,
            role: known.role.clone(),
            is_person,
            base: known.budgets,
            now: Budgets { chart: now(salus_seal::Part::Body), glimpse: now(salus_seal::Part::Line) },
            chart_spent: known.spent.chart.counts(now_ms),
            glimpse_spent: known.spent.glimpse.counts(now_ms),
            most,
            reserve_left,
            raises,
        })
    }

    fn open_asks(&self, cell: CellId, asker: Option<PrincipalId>, now_ms: u64) -> Vec<OpenAsk> {
        let Some(known) = self.state.cells.get(&cell) else { return Vec::new() };
        let open = known.more.asks.open(now_ms).map(|(ask, asked_ms, asked)| {
            let givers = self.people_of(&cell).filter(|(_, giver)| self.may_give(&cell, giver, asked));
            let mut may_give: Vec<String> = givers.map(|(name, _)| name).collect();
            may_give.sort();
            may_give.truncate(MAX_NAMES);
            OpenAsk {
                ask,
                asked_ms,
                principal: asked.principal,
                name: asked.principal.map_or(known.name.clone(), |principal| self.name_in_cell(&principal)),
                asker: asked.by,
                by: self.name_in_cell(&asked.by),
                part: asked.part,
                amount: asked.amount,
                until_ms: asked.until_ms,
                reason: asked.reason,
                may_give,
                is_own: asker == Some(asked.by),
                can_give: asker.is_some_and(|asker| self.may_give(&cell, &asker, asked)),
            }
        });
        open.collect()
    }

    /// Whether somebody is one of those who may give what was asked for: who administers, or another physician; never to oneself, and
    /// never what oneself asked for, but for an application.
    pub(crate) fn may_give(&self, cell: &CellId, giver: &PrincipalId, asked: &MoreAsked) -> bool {
        let person = self.state.people.active(giver);
        if person.is_none_or(|person| person.cell != Some(*cell)) {
            return false;
        }
        let role = self.state.principals.get(giver).and_then(|known| policy::role(&known.role));
        let Some(role) = role else { return false };
        let administers = role.administers;
        match &asked.principal {
            None => administers && asked.by != *giver,
            Some(whose) if self.state.people.persons.contains_key(whose) => {
                (administers || role.name == PHYSICIAN) && whose != giver && asked.by != *giver
            }
            Some(_) => administers,
        }
    }
}

const PHYSICIAN: &str = "physician";

fn own_answer(outcome: Result<BudgetAnswer, AdminError>) -> Option<OwnBudgetAnswer> {
    match outcome {
        Ok(BudgetAnswer::Asked(number)) => Some(OwnBudgetAnswer::Asked(number)),
        Ok(_) => Some(OwnBudgetAnswer::Done),
        Err(AdminError::Invalid { field, rule }) => Some(OwnBudgetAnswer::Invalid { field, rule }),
        Err(_) => None,
    }
}

fn invalid_answer(field: &str, rule: &str) -> OwnBudgetAnswer {
    OwnBudgetAnswer::Invalid { field: field.into(), rule: rule.into() }
}
