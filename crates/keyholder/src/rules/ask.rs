//! What is asked about a cell's rules: shown, compared with others by name, put in force, and put back.
//!
//! Comparing and putting in force are the same steps, but for the entry: what a preview says is what happens.
//!
//! Never: puts in force what a guard forbids, or what was decided against rules that are not in force any more. State: [`Core`]'s.

use super::{Table, cedar};
use crate::admin::{invalid, not_found};
use crate::administer::By;
use crate::core::Core;
use crate::error::KeyholderError;
use crate::policy::{ROLES, Role, Whose, number};
use crate::state::State;
use salus_accesslog::Tree;
use salus_seal::CellId;
use salus_seal::entry::Event;
use salus_seal::entry::people::PersonStatus;
use salus_seal::entry::policy::{MAX_POLICY_REASON_BYTES, PolicyEvent};
use salus_trust_api::wire::people::OfSession;
use salus_trust_api::wire::policy::{
    Category, Difference, Guard, MAX_NAMES, PolicyAnswer, PolicyAsk, PolicyDraft, PolicyFault, PolicyPreview,
    PolicyShown, PolicyVersion, Right, Rights, RoleShown, Verb, VersionInfo,
};
use salus_trust_api::wire::{AdminError, Answer};

type Outcome = Result<Result<PolicyAnswer, AdminError>, KeyholderError>;

/// A draft as text, and what it comes to; or what is wrong with it.
type Drafted = Result<(String, Table), PolicyFault>;

impl Core {
    /// What somebody's role lets them do. No entry: it tells them nothing of a patient.
    pub(crate) fn own_rights(&mut self, of: &OfSession) -> Result<Answer, KeyholderError> {
        let now_ms = self.clock.now_ms();
        let session = match self.acting(of, false, now_ms)? {
            Ok(session) => session,
            Err(refusal) => return Ok(Answer::Refused(refusal)),
        };
        let session = self.state.sessions.get(&session);
        let rights = session.map(|session| self.state.rights(&session.cell, &session.principal));
        Ok(Answer::Rights(rights.unwrap_or_default()))
    }

    /// Decides and carries out. The answer may be sent after the next commit.
    pub(crate) fn ask_policy(&mut self, cell: CellId, ask: PolicyAsk, by: Option<By<'_>>) -> Outcome {
        Ok(match ask {
            PolicyAsk::Show => {
                let shown = self.state.policy_shown(&cell).ok_or_else(|| not_found("cell"));
                shown.map(|shown| PolicyAnswer::Shown(Box::new(shown)))
            }
            PolicyAsk::Preview(draft) => Ok(match self.drafted(cell, draft)? {
                Err(fault) => PolicyAnswer::Fault(fault),
                Ok((text, table)) => PolicyAnswer::Preview(Box::new(self.preview(&cell, text, &table))),
            }),
            PolicyAsk::Set { draft, against, reason } => {
                return self.set_policy(cell, draft, against, reason, by);
            }
            PolicyAsk::Versions => Ok(PolicyAnswer::Versions(self.state.policy_versions(&cell))),
            PolicyAsk::Text(version) => {
                self.text_of(cell, version)?.map(PolicyAnswer::Text).ok_or_else(|| not_found("version"))
            }
        })
    }

    fn set_policy(
        &mut self,
        cell: CellId,
        draft: PolicyDraft,
        against: Option<u64>,
        reason: String,
        by: Option<By<'_>>,
    ) -> Outcome {
        let Some(rules) = self.state.cells.get(&cell).map(|cell| &cell.rules) else {
            return Ok(Err(not_found("cell")));
        };
        if rules.kept().version() != against {
            return Ok(Ok(PolicyAnswer::Overtaken));
        }
        if reason.len() > MAX_POLICY_REASON_BYTES || reason.chars().any(char::is_control) {
            return Ok(Err(invalid("reason", &words(&PolicyFault::Reason))));
        }
        let own = against.is_none().then(|| rules.text().to_owned());
        let restores = match draft {
            PolicyDraft::Version(PolicyVersion::Entry(entry)) => Some(entry),
            _ => None,
        };
        let text = match self.drafted(cell, draft)? {
            Ok((text, _)) => text,
            Err(fault) => {
                let field = if matches!(fault, PolicyFault::Guard { .. }) { "rules" } else { "text" };
                return Ok(Err(invalid(field, &words(&fault))));
            }
        };
        let event = PolicyEvent::Set { text, own, restores, reason, by: by.map(|by| by.principal) };
        let now_ms = self.clock.now_ms();
        let entry = self.record(Tree::Cell(cell), now_ms, Event::Policy(event), by.map(|by| by.fleeting))?;
        Ok(Ok(PolicyAnswer::Set(entry)))
    }

    /// Puts a version back in place of the one that entry `against` put in force. `by`: who asks; none for somebody at the machine.
    pub(crate) fn put_back(
        &mut self,
        cell: CellId,
        version: PolicyVersion,
        against: u64,
        by: Option<By<'_>>,
    ) -> Result<Result<(), AdminError>, KeyholderError> {
        let draft = PolicyDraft::Version(version);
        let set = self.set_policy(cell, draft, Some(against), String::new(), by)?;
        Ok(match set {
            Ok(PolicyAnswer::Set(_)) => Ok(()),
            Ok(_) => Err(invalid("entry", "of the rules that are in force")),
            Err(error) => Err(error),
        })
    }

    fn drafted(&mut self, cell: CellId, draft: PolicyDraft) -> Result<Drafted, KeyholderError> {
        let text = match draft {
            PolicyDraft::Text(text) => text,
            PolicyDraft::Switches(switches) => match self.state.switched(&cell, &switches) {
                Some(text) => text,
                None => return Ok(Err(PolicyFault::Unknown)),
            },
            PolicyDraft::Version(version) => match self.text_of(cell, version)? {
                Some(text) => text,
                None => return Ok(Err(PolicyFault::Unknown)),
            },
        };
        Ok(cedar::table(&text).map(|table| (text, table)))
    }

    /// The text of a version; none where there is none.
    fn text_of(&mut self, cell: CellId, version: PolicyVersion) -> Result<Option<String>, KeyholderError> {
        let number = match version {
            PolicyVersion::Own => return Ok(Some(cedar::own_text().to_owned())),
            PolicyVersion::Entry(number) | PolicyVersion::Before(number) => number,
        };
        let event = self.event_at(cell, number)?;
        let Some(Event::Policy(PolicyEvent::Set { text, own, .. })) = event else { return Ok(None) };
        Ok(if matches!(version, PolicyVersion::Before(_)) { own } else { Some(text) })
    }

    fn preview(&self, cell: &CellId, text: String, next: &Table) -> PolicyPreview {
        let rules = self.state.cells.get(cell).map(|cell| &cell.rules);
        let against = rules.and_then(|rules| rules.kept().version());
        let now = rules.map_or_else(|| *Table::own(), |rules| *rules.table());
        let mut differences: Vec<Difference> = [true, false]
            .into_iter()
            .flat_map(|more| all_rights().map(move |what| (more, what)))
            .filter_map(|(more, what)| self.state.difference(cell, (&now, next), more, what))
            .collect();
        // What concerns most people stands first.
        differences.sort_by_key(|one| (!one.more, std::cmp::Reverse(one.people)));
        PolicyPreview { against, text, differences }
    }
}

impl State {
    fn policy_shown(&self, cell: &CellId) -> Option<PolicyShown> {
        let rules = &self.cells.get(cell)?.rules;
        let shown = |(number, role): (usize, &Role)| {
            let holders = self.holders(cell, role.name);
            RoleShown {
                name: role.name.to_owned(),
                is_persons: role.whose != Whose::Application,
                freedom: role.freedom,
                rights: *rules.table().of(number),
                own: *Table::own().of(number),
                administers: role.administers,
                approves: role.approves,
                held_by: holders.len() as u32,
                holders: holders.into_iter().take(MAX_NAMES).collect(),
            }
        };
        // Whoever runs the platform belongs to no cell.
        let of_cells = ROLES.iter().enumerate().filter(|(_, role)| role.whose != Whose::Operator);
        let roles = of_cells.map(shown).collect();
        Some(PolicyShown { version: rules.kept().version(), text: rules.text().to_owned(), roles })
    }

    fn policy_versions(&self, cell: &CellId) -> Vec<VersionInfo> {
        self.cells.get(cell).map(|cell| self.versions_of(cell.rules.kept())).unwrap_or_default()
    }

    /// The rules with these switches; none where a role is unknown.
    fn switched(&self, cell: &CellId, switches: &[(String, Rights)]) -> Option<String> {
        let mut table = *self.cells.get(cell)?.rules.table();
        for (role, rights) in switches {
            *table.of_mut(number(role)?)? = *rights;
        }
        Some(cedar::write(&table))
    }

    fn difference(
        &self,
        cell: &CellId,
        (now, next): (&Table, &Table),
        more: bool,
        what: Right,
    ) -> Option<Difference> {
        let differs = |number: usize| {
            let (is, will) = (has(now.of(number), what), has(next.of(number), what));
            is != will && will == more
        };
        let roles = ROLES.iter().enumerate().filter(|(number, _)| differs(*number));
        let roles: Vec<String> = roles.map(|(_, role)| role.name.to_owned()).collect();
        if roles.is_empty() {
            return None;
        }
        let mut who: Vec<String> = roles.iter().flat_map(|role| self.holders(cell, role)).collect();
        who.sort();
        let people = who.len() as u32;
        who.truncate(MAX_NAMES);
        Some(Difference { more, what, roles, who, people })
    }

    /// Who holds a role, by name: people who may act or may again, and applications that were not revoked. Patients are not named.
    fn holders(&self, cell: &CellId, role: &str) -> Vec<String> {
        if role == crate::policy::PATIENT {
            return Vec::new();
        }
        let holds = |principal| self.principals.get(principal).is_some_and(|known| known.role == role);
        let people = self.people.persons.iter().filter(|(id, person)| {
            person.cell == Some(*cell) && person.status != PersonStatus::Revoked && holds(id)
        });
        let mut all: Vec<String> = people.map(|(_, person)| person.name.clone()).collect();
        let clients = self.cells.get(cell).map_or(&[][..], |cell| &cell.clients);
        let clients = clients.iter().filter_map(|client| self.clients.get(client));
        all.extend(
            clients
                .filter(|client| !client.revoked && holds(&client.principal))
                .map(|client| client.name.clone()),
        );
        all.sort();
        all
    }
}

fn all_rights() -> impl Iterator<Item = Right> {
    let to = Verb::ALL.into_iter().flat_map(|verb| Category::ALL.map(|category| Right::To(verb, category)));
    to.chain([Right::CountExactly, Right::Unasked, Right::Export])
}

fn has(rights: &Rights, what: Right) -> bool {
    match what {
        Right::To(verb, category) => rights.of(verb).holds(category),
        Right::CountExactly => rights.counts_exactly,
        Right::Unasked => rights.unasked,
        Right::Export => rights.exports,
    }
}

/// A fault in words, for the log and the command line.
fn words(fault: &PolicyFault) -> String {
    match fault {
        PolicyFault::TooLong { max_bytes } => format!("at most {max_bytes} bytes"),
        PolicyFault::TooMany { max_rules } => format!("at most {max_rules} rules"),
        PolicyFault::Cedar { line: Some(line), said } => {
            format!("rules that can be read: line {line}: {said}")
        }
        PolicyFault::Cedar { line: None, said } => format!("rules that can be read: {said}"),
        PolicyFault::Template => "rules without places to be filled in".to_owned(),
        PolicyFault::Reason => format!("at most {MAX_POLICY_REASON_BYTES} bytes, no control characters"),
        PolicyFault::Unknown => "of a version, or a role, that there is".to_owned(),
        PolicyFault::Guard { guard, role, rule } => {
            let why = match guard {
                Guard::OpensNothing => "whoever administers opens no record",
                Guard::LockedOut => "somebody must be able to administer",
                Guard::AdministersAlone => "only administrators administer",
                Guard::PatientStays => "a patient stays within themself",
                Guard::Fixed => "a role that is as it is",
                Guard::Approves => "approving stays where it is",
            };
            match rule {
                Some(rule) => format!("{why} (role {role}, rule {rule})"),
                None => format!("{why} (role {role}: a rule is missing)"),
            }
        }
    }
}
