//! Looking for a sample that somebody offers for sale, and signing what is given to investigators.
//!
//! A sample is looked for in a session of an application of its own, made for that and revoked at the end: everything that it opens is
//! admitted, charged and logged like anything else. It needs two: whoever is at the machine, and an approver of the cell.
//!
//! Never: opens a record; begins on one approval. State: which sessions look for samples, a fold of the log ([`crate::alarm_state`]).

use crate::admin::invalid;
use crate::admit::Asking;
use crate::core::Core;
use crate::error::KeyholderError;
use crate::extraction::approver;
use crate::policy::Action;
use crate::state::Cell;
use salus_accesslog::{Signer, Tree};
use salus_seal::entry::incident::IncidentEvent;
use salus_seal::entry::{Budgets, Event, Limits};
use salus_seal::{Approver, CellId};
use salus_trust_api::wire::AdminError;
use salus_trust_api::wire::extract::ApproverProof;
use salus_trust_api::wire::incident::{IncidentAnswer, MAX_SAMPLE_ROWS};

/// The name of the application that looks for samples.
const CLIENT_NAME: &str = "incident match";
/// It reads, and does nothing else.
const ROLE: &str = "fhir-reader";
/// The session lasts so long, in milliseconds: an hour.
const SESSION_MS: u64 = 3_600_000;
/// So many patients may be opened for each row, as several may fit what it says.
const PATIENTS_PER_ROW: u32 = 3;
/// And so many beside.
const PATIENTS_BESIDE: u32 = 20;

type Outcome = Result<Result<IncidentAnswer, AdminError>, KeyholderError>;

impl Core {
    pub(crate) fn begin_match(
        &mut self,
        cell: CellId,
        by: &ApproverProof,
        rows: u32,
        sample: [u8; 32],
    ) -> Outcome {
        let by = match approver(&self.state, cell, by) {
            Ok(by) if by.differs_from(&Approver::Machine) => by,
            Ok(_) => return Ok(Err(invalid("approval", "by somebody else than who is at the machine"))),
            Err(error) => return Ok(Err(error)),
        };
        if rows == 0 || rows > MAX_SAMPLE_ROWS {
            return Ok(Err(invalid("rows", &format!("1 to {MAX_SAMPLE_ROWS}"))));
        }
        let most = rows * PATIENTS_PER_ROW + PATIENTS_BESIDE;
        let limits = Limits { hour: most, day: most, days_30: most };
        let budgets = Budgets { glimpse: limits, chart: limits };
        let lasts = (SESSION_MS, SESSION_MS);
        let made = self.make_client(cell, CLIENT_NAME.into(), ROLE.into(), budgets, lasts, None)?;
        let client = match made {
            Ok((client, ..)) => client,
            Err(error) => return Ok(Err(error)),
        };
        let Some(signed_in) = self.begin_session(client, None)? else {
            return Ok(Err(invalid("cell", "one in which nobody holds everything")));
        };
        let now_ms = self.clock.now_ms();
        let event = IncidentEvent::MatchBegun { session: signed_in.session, by, rows, sample };
        self.record(Tree::Cell(cell), now_ms, Event::Incident(event), None)?;
        Ok(Ok(IncidentAnswer::Match { client, signed_in }))
    }

    /// Signs what a package for investigators is known by, under the key of the cell's tree. No checkpoint begins like this note.
    pub(crate) fn sign_evidence(
        &mut self,
        cell: CellId,
        manifest: [u8; 32],
        recipient: [u8; 32],
    ) -> Result<IncidentAnswer, KeyholderError> {
        let now_ms = self.clock.now_ms();
        let tree = Tree::Cell(cell);
        let event = Event::Incident(IncidentEvent::EvidenceMade { manifest, recipient });
        let entry = self.record(tree, now_ms, event, None)?;
        let name = tree.origin(&format!("salus.example/{}", self.installation));
        let signer = Signer::from_seed(*self.keyring.identity()?.signing_seed)?;
        let text = format!(
            "salus evidence v1\n{name}\n{}\n{}\n{entry}\n{now_ms}\n",
            hex(&manifest),
            hex(&recipient)
        );
        Ok(IncidentAnswer::Evidence { note: signer.sign(&name, &text)?, entry })
    }
}

/// Whether a session looks for a sample and may go on with that while the cell is cut off.
pub(crate) fn goes_on(cell: &Cell, asking: &Asking, action: Action) -> bool {
    let looks = matches!(action, Action::Read | Action::Search { .. } | Action::Probe);
    looks && cell.alarms.matching.contains(&asking.session)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
