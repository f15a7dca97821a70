//! A practice whose people have small budgets, and a program that opens as many charts as it is let.

use super::door::{Door, VERIFIER, assertion, authorize, invited, people, person, redeem};
use super::*;
use salus_passkey::authenticator::Authenticator;
use salus_seal::entry::budgets::MoreReason;
use salus_trust_api::wire::administer::{Administer, CellAnswer, CellAsk};
use salus_trust_api::wire::budgets::*;
use salus_trust_api::wire::people::*;
use std::collections::BTreeSet;

pub const HOUR_MS: u64 = 3_600_000;
pub const DAY_MS: u64 = 24 * HOUR_MS;

pub struct Practice {
    pub keyholder: Option<Keyholder>,
    pub server: RecordServer,
    pub door: Door,
    pub cell: CellId,
    pub charts: Vec<Stored>,
    pub writer: Session,
    pub dir: tempfile::TempDir,
}

/// Somebody with a passkey.
pub struct Member {
    pub principal: PrincipalId,
    pub passkey: Authenticator,
}

impl Practice {
    pub fn new(cell_limits: Limits, charts: u64) -> Self {
        let dir = tempfile::tempdir().unwrap();
        init(dir.path());
        let keyholder = Keyholder::start(dir.path());
        let all = Budgets { chart: cell_limits, glimpse: cell_limits };
        let ask =
            AdminAsk::CreateCell { name: "praxis".into(), house_kinds: vec![ORGANIZATION], budgets: all };
        let AdminAnswer::Cell(info) = keyholder.admin().ask(ask).unwrap() else { panic!("no cell") };
        let writer = sign_in(&mut keyholder.admin(), "praxis", info.id, "importer", budgets(0));
        let mut server = keyholder.record_server();
        let door = Door::connect(&keyholder);
        let charts = server.write_patients(&writer, charts);
        Self { keyholder: Some(keyholder), server, door, cell: info.id, charts, writer, dir }
    }

    pub fn admin(&self) -> AdminClient {
        self.keyholder.as_ref().unwrap().admin()
    }

    pub fn restart(&mut self) {
        self.keyholder.take().unwrap().stop().unwrap();
        let keyholder = Keyholder::start(self.dir.path());
        self.server = keyholder.record_server();
        self.door = Door::connect(&keyholder);
        self.keyholder = Some(keyholder);
    }

    pub fn forward(&mut self, by_ms: u64) {
        self.admin().ask(AdminAsk::MoveClock { by_ms }).unwrap();
    }

    /// Somebody who was added at the machine.
    pub fn member(&mut self, role: &str, chart: Option<Limits>) -> Member {
        let budgets = chart.map(|chart| Budgets { chart, glimpse: chart });
        let person = NewPerson { budgets, ..person(&format!("A {role}"), role) };
        let add = PeopleAsk::Add { cell: Some("praxis".into()), person };
        let (principal, secret) = invited(people(&mut self.admin(), add).unwrap());
        let passkey = self.door.register(&secret);
        Member { principal, passkey }
    }

    pub fn session(&mut self, member: &mut Member) -> Session {
        let code = self.door.sign_in(&mut member.passkey, "praxis").unwrap();
        let token = redeem(&mut self.server, self.cell, &code, VERIFIER).unwrap();
        let who = super::door::who(&mut self.server, self.cell, &token).unwrap();
        Session { cell: self.cell, token, session: who.session, client: PAGES, principal: who.principal }
    }

    /// Opens one chart.
    pub fn open(&mut self, session: &Session, chart: usize, purpose: Purpose) -> Result<(), Refusal> {
        let stored = &self.charts[chart];
        let read = Read {
            part: Part::Body,
            versions: vec![stored.version()],
            compartments: vec![stored.compartment.clone()],
        };
        let admit = Admit { purpose, ..session.admit(Interaction::Read, Intent::Read(read)) };
        match self.server.ask(Ask::Admit(admit)) {
            Answer::Admitted(_) => Ok(()),
            Answer::Refused(refusal) => Err(refusal),
            other => panic!("{other:?}"),
        }
    }

    /// Opens every chart that it can and that is not taken yet; gives why the last one was refused.
    pub fn loot(&mut self, session: &Session, purpose: Purpose, taken: &mut BTreeSet<usize>) -> Refusal {
        let mut last = Refusal::Missing;
        for chart in (0..self.charts.len()).filter(|chart| !taken.contains(chart)).collect::<Vec<_>>() {
            match self.open(session, chart, purpose) {
                Ok(()) => drop(taken.insert(chart)),
                Err(refusal) => last = refusal,
            }
        }
        last
    }

    /// The code of a touch for a session.
    pub fn touch_code(&mut self, passkey: &mut Authenticator, session: SessionId) -> Option<Token> {
        let request = touching("praxis");
        let challenge = self.door.challenge(DoorAsk::BeginTouch(request.clone(), session));
        let answer = passkey.get(&challenge);
        match self.door.ask(DoorAsk::FinishTouch(request, session, assertion(passkey, answer))) {
            DoorAnswer::Code(code) => Some(code),
            DoorAnswer::Refused => None,
            other => panic!("{other:?}"),
        }
    }

    pub fn touched(&mut self, session: &Session, code: &Token, verifier: &str) -> bool {
        let of =
            OfSession { token: session.token.clone(), cell: self.cell, proof: Vec::new(), address: [1; 16] };
        let redeem = Redeem {
            cell: self.cell,
            code: code.clone(),
            verifier: verifier.into(),
            proof: Vec::new(),
            address: [1; 16],
        };
        matches!(self.server.ask(Ask::Touch(Box::new(TouchOf { of, redeem }))), Answer::Noted)
    }

    pub fn touch(&mut self, member: &mut Member, session: &Session) {
        let code = self.touch_code(&mut member.passkey, session.session).unwrap();
        assert!(self.touched(session, &code, VERIFIER));
    }

    pub fn own(&mut self, session: &Session, ask: OwnBudgetAsk) -> Result<OwnBudgetAnswer, Refusal> {
        let of =
            OfSession { token: session.token.clone(), cell: self.cell, proof: Vec::new(), address: [1; 16] };
        match self.server.ask(Ask::Budget(Box::new(OwnBudget { of, ask }))) {
            Answer::Budget(answer) => Ok(answer),
            Answer::Refused(refusal) => Err(refusal),
            other => panic!("{other:?}"),
        }
    }

    pub fn standing(&mut self, session: &Session) -> Standing {
        match self.own(session, OwnBudgetAsk::Standing) {
            Ok(OwnBudgetAnswer::Standing(standing)) => *standing,
            other => panic!("{other:?}"),
        }
    }

    pub fn ask_for(&mut self, session: &Session, amount: u32, for_ms: u64) -> Result<RaiseOf, String> {
        let asked = self.own(session, OwnBudgetAsk::AskFor(more(Some(session.principal), amount, for_ms)));
        match asked.unwrap() {
            OwnBudgetAnswer::Asked(ask) => {
                let standing = self.standing(session);
                let open = standing.asks.iter().find(|open| open.ask == ask).unwrap();
                Ok(raise_of(open))
            }
            OwnBudgetAnswer::Invalid { rule, .. } => Err(rule),
            other => panic!("{other:?}"),
        }
    }

    pub fn give(&mut self, of: &RaiseOf, giver: &mut Member) -> bool {
        let DoorAnswer::Raise(said) = self.door.ask(DoorAsk::BeginRaise(of.clone())) else { return false };
        let answer = giver.passkey.get(&said.challenge);
        let finish = DoorAsk::FinishRaise(of.clone(), assertion(&giver.passkey, answer));
        matches!(self.door.ask(finish), DoorAnswer::Raised)
    }

    pub fn administer(&mut self, session: &Session, ask: BudgetAsk) -> Result<BudgetAnswer, AdminError> {
        match self.asked(session, CellAsk::Budgets(ask)) {
            Ok(CellAnswer::Budgets(answer)) => Ok(answer),
            Err(error) => Err(error),
            other => panic!("{other:?}"),
        }
    }

    /// What somebody who administers asks in a session.
    pub fn asked(&mut self, session: &Session, ask: CellAsk) -> Result<CellAnswer, AdminError> {
        let of =
            OfSession { token: session.token.clone(), cell: self.cell, proof: Vec::new(), address: [1; 16] };
        let administer = Administer { of, ask };
        match self.server.ask(Ask::Administer(Box::new(administer))) {
            Answer::Administered(outcome) => *outcome,
            other => panic!("{other:?}"),
        }
    }

    pub fn machine(&mut self, ask: BudgetAsk) -> BudgetAnswer {
        match self.admin().ask(AdminAsk::Budgets { cell: "praxis".into(), ask }).unwrap() {
            AdminAnswer::Budgets(answer) => answer,
            other => panic!("{other:?}"),
        }
    }

    pub fn reach(&mut self) -> BlastRadius {
        match self.machine(BudgetAsk::Reach) {
            BudgetAnswer::Reach(reach) => *reach,
            other => panic!("{other:?}"),
        }
    }
}

pub fn touching(cell: &str) -> Authorize {
    Authorize { redirect_uri: format!("{PAGES_URL}/{cell}/touched"), ..authorize(cell) }
}

pub fn more(principal: Option<PrincipalId>, amount: u32, for_ms: u64) -> MoreWanted {
    MoreWanted { principal, part: Part::Body, amount, for_ms, reason: MoreReason::ManyPatients }
}

pub fn raise_of(open: &OpenAsk) -> RaiseOf {
    RaiseOf {
        cell: "praxis".into(),
        ask: open.ask,
        by: open.asker,
        principal: open.principal,
        part: open.part,
        amount: open.amount,
        until_ms: open.until_ms,
    }
}
