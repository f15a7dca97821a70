//! The messenger: hears of alarms from the keyholder, gives them to the couriers, and says what became of them.
//!
//! Never: says that an alarm was told before everybody who is told by that way was. State: for each alarm, who has not been told yet.

use crate::connection::{Hearing, Saying, open};
use crate::courier::{Means, Number, Outcome, Queue, carry};
use crate::error::{MessengerError, Trouble};
use crate::mail::{MailServer, Mails};
use crate::roots::Roots;
use crate::target::{News, Target, Told, Words};
use crate::webhook::Webhooks;
use salus_seal::entry::alarms::Way;
use salus_trust_api::wire::alarms::{AlarmTold, CellWays, FromMessenger, WayTrouble};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use zeroize::Zeroizing;

pub use crate::courier::MAX_PAUSE;

/// After so long without reaching anybody, while something waits, the process ends, to be started anew.
const STALE: Duration = Duration::from_secs(3_600);

/// What a messenger runs with.
pub struct MessengerOptions {
    /// Where the keyholder listens.
    pub keyholder_socket: PathBuf,
    /// Proves that the connection is the messenger's; drawn anew at each start.
    pub key: Zeroizing<[u8; 32]>,
    /// Who is told.
    pub targets: Vec<Target>,
    /// Where mails are brought.
    pub mail: Option<MailServer>,
    /// Signs what webhooks get.
    pub webhook_secret: Option<Zeroizing<Vec<u8>>>,
    /// Whose signatures are believed on certificates.
    pub roots: Roots,
    /// The record server's address, without a slash at its end.
    pub pages_url: String,
    /// Makes the words of mails.
    pub words: Words,
}

impl MessengerOptions {
    fn means(&self) -> Means {
        let secret = self.webhook_secret.clone();
        Means {
            // What can't be set up is said of each message.
            mails: self.mail.as_ref().and_then(|server| Mails::new(server, &self.roots).ok()),
            webhooks: secret.map(|secret| Webhooks { secret, roots: self.roots.clone() }),
            words: Arc::clone(&self.words),
        }
    }

    /// By which ways all cells are told, and which cells besides.
    fn ways(&self) -> FromMessenger {
        let of = |cell: Option<&str>| {
            let own = self.targets.iter().filter(|target| target.cell.as_deref() == cell);
            own.map(Target::way).collect::<BTreeSet<Way>>().into_iter().collect::<Vec<Way>>()
        };
        let names: BTreeSet<&str> = self.targets.iter().filter_map(|target| target.cell.as_deref()).collect();
        let besides = names.into_iter().map(|name| CellWays { cell: name.to_owned(), ways: of(Some(name)) });
        FromMessenger::WaysByCell { all: of(None), besides: besides.collect() }
    }
}

/// Runs until `until` is over (then `Ok`). `ready` is called once the keyholder has welcomed it; `report` with what could not be brought, and where.
///
/// # Errors
/// When the keyholder refuses it or has gone, or nobody was reached for an hour: whoever started it starts it again.
pub async fn run(
    options: MessengerOptions,
    ready: impl FnOnce(),
    report: impl Fn(&Target, &Trouble),
    until: impl Future<Output = ()>,
) -> Result<(), MessengerError> {
    let (hearing, mut saying) = open(&options.keyholder_socket, &options.key).await?;
    ready();
    saying.tell(options.ways()).await?;
    let (heard, mut alarms) = mpsc::channel(4);
    let listening = tokio::spawn(listen(hearing, heard));
    let (said, mut outcomes) = mpsc::channel(64);
    let means = options.means();
    let mut hub = Hub::new(&options);
    let mut couriers = tokio::task::JoinSet::new();
    for (index, target) in options.targets.iter().enumerate() {
        couriers.spawn(carry(
            means.clone(),
            target.clone(),
            index,
            Arc::clone(&hub.queues[index]),
            said.clone(),
        ));
    }
    tokio::pin!(until);
    let end = loop {
        tokio::select! {
            () = &mut until => break Ok(()),
            told = alarms.recv() => match told {
                Some(told) => hub.take(told, &mut saying).await?,
                None => break Err(MessengerError::Disconnected),
            },
            Some(Outcome { target, result }) = outcomes.recv() => {
                if let Err(trouble) = &result {
                    report(&options.targets[target], trouble);
                }
                hub.settle(target, result, &mut saying).await?;
                if hub.reached.elapsed() > STALE {
                    break Err(MessengerError::Stale);
                }
            }
        }
    };
    listening.abort();
    end
}

/// Tries every way with a message that says that it is a trial; what came of each.
pub async fn try_all(options: &MessengerOptions) -> Vec<(Target, Result<(), Trouble>)> {
    let means = options.means();
    let mut results = Vec::new();
    for target in &options.targets {
        results.push((target.clone(), means.bring(target, &News::Test).await));
    }
    results
}

/// Until the connection ends, which shows in the channel's end.
async fn listen(mut hearing: Hearing, heard: mpsc::Sender<Vec<AlarmTold>>) {
    while let Ok(alarms) = hearing.alarms().await {
        if heard.send(alarms).await.is_err() {
            return;
        }
    }
}

struct Hub<'a> {
    options: &'a MessengerOptions,
    queues: Vec<Arc<Queue>>,
    /// By alarm and way: who has not been told yet.
    open: BTreeMap<(Number, Way), BTreeSet<usize>>,
    /// Whether something is owed that had no room.
    lacks: bool,
    /// When somebody was last reached, or nothing waited.
    reached: Instant,
}

impl<'a> Hub<'a> {
    fn new(options: &'a MessengerOptions) -> Self {
        let queues = options.targets.iter().map(|_| Arc::default()).collect();
        Self { options, queues, open: BTreeMap::new(), lacks: false, reached: Instant::now() }
    }

    /// Gives alarms to whoever brings them.
    async fn take(&mut self, alarms: Vec<AlarmTold>, saying: &mut Saying) -> Result<(), MessengerError> {
        if self.open.is_empty() {
            self.reached = Instant::now();
        }
        let mut lost = BTreeSet::new();
        for alarm in alarms {
            let told = Told::of(&alarm, &self.options.pages_url);
            for way in alarm.owed {
                let key = ((alarm.cell, alarm.number), way);
                if self.open.contains_key(&key) {
                    continue;
                }
                let targets = self.options.targets.iter().enumerate();
                let targets =
                    targets.filter(|(_, target)| target.way() == way && target.is_of(&told.cell_name));
                let targets: BTreeSet<usize> = targets.map(|(index, _)| index).collect();
                if targets.is_empty() {
                    lost.insert(way);
                } else if targets.iter().all(|target| self.queues[*target].has_room()) {
                    targets.iter().for_each(|target| self.queues[*target].push(told.clone()));
                    self.open.insert(key, targets);
                } else {
                    self.lacks = true;
                }
            }
        }
        for way in lost {
            saying.tell(FromMessenger::Failed { way, trouble: WayTrouble::Configuration }).await?;
        }
        Ok(())
    }

    /// Says to the keyholder what became of a try.
    async fn settle(
        &mut self,
        target: usize,
        result: Result<Vec<Number>, Trouble>,
        saying: &mut Saying,
    ) -> Result<(), MessengerError> {
        let way = self.options.targets[target].way();
        let numbers = match result {
            Ok(numbers) => numbers,
            Err(Trouble { kind: trouble, .. }) => {
                return saying.tell(FromMessenger::Failed { way, trouble }).await;
            }
        };
        self.reached = Instant::now();
        for number in numbers {
            let key = (number, way);
            let Some(left) = self.open.get_mut(&key) else { continue };
            left.remove(&target);
            if left.is_empty() {
                self.open.remove(&key);
                let (cell, alarm) = number;
                saying.tell(FromMessenger::Told { way, cell, alarm }).await?;
            }
        }
        if self.lacks && self.open.is_empty() {
            // It answers with all that is owed.
            self.lacks = false;
            saying.tell(self.options.ways()).await?;
        }
        Ok(())
    }
}
