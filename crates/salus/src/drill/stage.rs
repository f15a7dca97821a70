//! The stage: a whole Salus with one hospital of invented patients, made for one drill.
//!
//! Never: outlives the drill, unless it is to be kept. State: the directory, the clock's advance.

use crate::admin::change::{IMPORTER, OwnClient, create_cell, own_session};
use crate::admin::{Administration, budgets, unexpected};
use crate::data_dir::{DataDir, Purpose, ServerFile};
use crate::failure::Failure;
use crate::import::{Courier, finished};
use crate::init::make_keys;
use crate::messages::say;
use crate::supervise::log::now_ms;
use salus_fhir::Language;
use salus_keyholder::policy::{self, Whose};
use salus_people::calendar::local;
use salus_people::{Locale, World};
use salus_seal::CellId;
use salus_trust_api::wire::AdminAsk;
use salus_trust_api::{Budgets, Limits};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::task::JoinSet;
use zeroize::Zeroizing;

/// From so many patients on, everybody has the budgets of an installation; below, as much less, or nobody would come to their end.
const FULL_BUDGETS: u32 = 10_000;
/// The cell that is robbed.
pub(super) const CELL: &str = "klinikum";
/// Thin patients of [`World`] begin here.
const FIRST_THIN: u64 = 1 << 40;
/// The people are the same in every drill.
const SEED: u64 = 758_912;
/// How many patients travel at once.
const JOBS: usize = 8;
/// How often, and how far apart, the new cell is asked for until it is served.
const CELL_TRIES: u32 = 200;
const CELL_PAUSE: Duration = Duration::from_millis(50);
/// A session for the making, in milliseconds: a day.
const SESSION_MS: u64 = 86_400_000;

/// A server to be robbed.
pub(super) struct Stage {
    pub data: DataDir,
    pub server: ServerFile,
    pub cell: CellId,
    pub patients: u32,
    pub language: Language,
    /// With which the record server proves itself to the keyholder.
    pub record_server_key: Zeroizing<[u8; 32]>,
    world: World,
    advanced_ms: AtomicU64,
}

/// Makes the directory and its keys. There is no recovery kit: nobody misses a drill.
pub(super) fn directory(data: &DataDir) -> Result<(), Failure> {
    data.create(Purpose::Demo)?;
    make_keys(data, None).map(drop)
}

impl Stage {
    /// Makes the cell and its patients.
    pub(super) async fn prepare(
        data: DataDir,
        server: ServerFile,
        record_server_key: Zeroizing<[u8; 32]>,
        patients: u32,
        language: Language,
    ) -> Result<Self, Failure> {
        let of_cell = scaled(budgets::CELL, patients);
        let made = in_administration(&data, move |administration| {
            let cell = create_cell(administration, CELL, of_cell)?;
            let own = OwnClient { name: "import", role: IMPORTER, session_ms: SESSION_MS, is_bearer: true };
            Ok((cell.id, own_session(administration, CELL, own)?))
        });
        let (cell, token) = made.await?;
        let world = World::new(Locale::German, SEED, local(now_ms()).0);
        let advanced_ms = AtomicU64::new(0);
        let stage = Self { data, server, cell, patients, language, record_server_key, world, advanced_ms };
        let courier = Arc::new(Courier::new(&stage.server, CELL, &token, language)?);
        stage.wait_until_served(&courier).await?;
        stage.fill(&courier).await?;
        Ok(stage)
    }

    async fn wait_until_served(&self, courier: &Courier) -> Result<(), Failure> {
        for _ in 0..CELL_TRIES {
            match courier.deliver_own(self.world.practice()).await {
                Ok(()) => return Ok(()),
                Err(failure) if failure.say.key() == "cell-not-served" => {}
                Err(failure) => return Err(failure),
            }
            tokio::time::sleep(CELL_PAUSE).await;
        }
        Err(Failure::could_not(say("cell-not-served").with("path", CELL)))
    }

    async fn fill(&self, courier: &Arc<Courier>) -> Result<(), Failure> {
        let mut under_way = JoinSet::new();
        for index in 0..self.patients {
            if index % 10_000 == 0 {
                let words = say("drill-importing").with("count", index).with("of", self.patients);
                eprintln!("{}", words.text(self.language));
            }
            if under_way.len() >= JOBS {
                finished(under_way.join_next().await)?;
            }
            let (courier, bundle) = (courier.clone(), self.world.thin(u64::from(index)));
            under_way.spawn(async move { courier.deliver_own(bundle).await });
        }
        while let Some(one) = under_way.join_next().await {
            finished(Some(one))?;
        }
        Ok(())
    }

    /// What a role's people may reach here.
    pub(super) fn budgets_of(&self, role: &str) -> Budgets {
        match policy::role(role).map(|role| role.whose) {
            Some(Whose::Person(budgets)) => scaled(budgets, self.patients),
            _ => policy::NOTHING,
        }
    }

    /// The id of a patient.
    pub(super) fn patient_id(&self, index: u32) -> String {
        self.world.patient_id(FIRST_THIN + u64::from(index))
    }

    /// Does something with an administrator's connection, which blocks, so it gets a thread.
    pub(super) async fn administer<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Administration) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        in_administration(&self.data, work).await
    }

    /// Sets the keyholder's clock forward.
    pub(super) async fn forward(&self, by_ms: u64) -> Result<(), Failure> {
        self.administer(move |administration| match administration.ask(AdminAsk::MoveClock { by_ms })? {
            salus_trust_api::wire::AdminAnswer::Done => Ok(()),
            _ => Err(unexpected()),
        })
        .await?;
        self.advanced_ms.fetch_add(by_ms, Ordering::Relaxed);
        Ok(())
    }

    /// The time as the keyholder knows it, in milliseconds since 1970.
    pub(super) fn now_ms(&self) -> u64 {
        now_ms() + self.advanced_ms.load(Ordering::Relaxed)
    }
}

/// A budget of an installation, as it is among so many patients.
pub(super) fn scaled(budgets: Budgets, patients: u32) -> Budgets {
    let share = |limit: u32| {
        let scaled = u64::from(limit) * u64::from(patients.min(FULL_BUDGETS)) / u64::from(FULL_BUDGETS);
        if limit == 0 { 0 } else { scaled.max(1) as u32 }
    };
    let limits =
        |all: Limits| Limits { hour: share(all.hour), day: share(all.day), days_30: share(all.days_30) };
    Budgets { glimpse: limits(budgets.glimpse), chart: limits(budgets.chart) }
}

async fn in_administration<T: Send + 'static>(
    data: &DataDir,
    work: impl FnOnce(&mut Administration) -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let data = data.clone();
    let done = tokio::task::spawn_blocking(move || work(&mut Administration::connect(&data)?));
    done.await.unwrap_or_else(|_| Err(Failure::could_not(say("server-ended"))))
}
