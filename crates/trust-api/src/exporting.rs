//! What the record server asks about exports: for people and applications in their sessions, and for the work itself.
//!
//! State: none.

use crate::client::{Asker, Trust, TrustError};
use crate::endings::Under;
use crate::wire::exports::{ExportAnswer, ExportAsk, ExportPhase, ExportStatus, ExportWanted, SealedFile};
use crate::wire::policy::Categories;
use crate::wire::{Admit, Answer, Ask, CompartmentWrap, Intent, Read};
use crate::{Admission, Interaction, Purpose, Token};
use salus_seal::CellId;
use salus_seal::entry::exports::ExportEnd;
use std::time::{Duration, Instant};

/// A job that the record server does: to read and seal.
#[derive(Debug)]
pub struct ExportJob {
    token: Token,
    cell: CellId,
    /// What.
    pub status: ExportStatus,
    /// Of which records.
    pub read: Categories,
}

/// A file's key, to be sent from now on.
#[derive(Debug)]
pub struct TakenFile {
    /// The file, with its key.
    pub file: SealedFile,
    /// Until when it may be sent.
    pub ends: Instant,
    /// Under what it was given.
    pub under: Under,
}

impl Trust {
    async fn export(&self, ask: ExportAsk) -> Result<ExportAnswer, TrustError> {
        match self.ask(Ask::Export(Box::new(ask))).await? {
            Answer::Export(answer) => Ok(*answer),
            _ => Err(TrustError::Protocol),
        }
    }

    async fn export_done(&self, ask: ExportAsk) -> Result<(), TrustError> {
        match self.export(ask).await? {
            ExportAnswer::Done => Ok(()),
            _ => Err(TrustError::Protocol),
        }
    }

    /// Asks for an export. Answered by the entry that names it, or by what is wrong with it.
    pub async fn ask_export(&self, asker: &Asker, wanted: ExportWanted) -> Result<ExportAnswer, TrustError> {
        self.export(ExportAsk::Ask { of: asker.of_session(), wanted }).await
    }

    /// How an export of the asker's own stands.
    ///
    /// Errors: [`crate::Refusal::Missing`] for one that is somebody else's, or none.
    pub async fn show_export(&self, asker: &Asker, export: u64) -> Result<(ExportStatus, u64), TrustError> {
        match self.export(ExportAsk::Show { of: asker.of_session(), export }).await? {
            ExportAnswer::Exports { mut exports, now_ms } => {
                exports.pop().map(|status| (status, now_ms)).ok_or(TrustError::Protocol)
            }
            _ => Err(TrustError::Protocol),
        }
    }

    /// All exports of the cell, for whoever administers it; else the asker's own. The newest first, with the keyholder's time.
    pub async fn list_exports(&self, asker: &Asker) -> Result<(Vec<ExportStatus>, u64), TrustError> {
        match self.export(ExportAsk::List { of: asker.of_session() }).await? {
            ExportAnswer::Exports { exports, now_ms } => Ok((exports, now_ms)),
            _ => Err(TrustError::Protocol),
        }
    }

    /// Ends an export: one's own, or, for whoever administers, any.
    pub async fn end_export(&self, asker: &Asker, export: u64) -> Result<(), TrustError> {
        self.export_done(ExportAsk::End { of: asker.of_session(), export }).await
    }

    /// The key of a file, once.
    ///
    /// Errors: [`crate::Refusal::Missing`] for one that was taken, is somebody else's, or none.
    pub async fn take_export_file(
        &self,
        asker: &Asker,
        export: u64,
        file: u32,
    ) -> Result<TakenFile, TrustError> {
        let asked = Instant::now();
        let under = Under { cell: asker.cell, session: asker.token.hash(), asked: self.endings().count() };
        match self.export(ExportAsk::Take { of: asker.of_session(), export, file }).await? {
            ExportAnswer::File { file, valid_ms } => {
                let ends = asked + Duration::from_millis(u64::from(valid_ms));
                Ok(TakenFile { file, ends, under })
            }
            _ => Err(TrustError::Protocol),
        }
    }

    /// Exports that are not over, of all cells. What is over by its time is noted with it.
    pub async fn living_exports(&self) -> Result<Vec<(CellId, u64, ExportPhase)>, TrustError> {
        match self.export(ExportAsk::Living).await? {
            ExportAnswer::Living(living) => Ok(living),
            _ => Err(TrustError::Protocol),
        }
    }

    /// Begins an export that is approved, or begins it anew.
    pub async fn begin_export(&self, cell: CellId, export: u64) -> Result<ExportJob, TrustError> {
        match self.export(ExportAsk::Begin { cell, export }).await? {
            ExportAnswer::Job { job, status, read } => {
                Ok(ExportJob { token: job, cell, status: *status, read })
            }
            _ => Err(TrustError::Protocol),
        }
    }

    /// May these versions be opened for an export?
    pub async fn read_for_export(&self, job: &ExportJob, read: Read) -> Result<Admission, TrustError> {
        let admit = Admit {
            token: job.token.clone(),
            proof: Vec::new(),
            cell: job.cell,
            purpose: Purpose::Operations,
            interaction: Interaction::Export,
            address: [0; 16],
            intents: Vec::new(),
        };
        let under = Under { cell: job.cell, session: job.token.hash(), asked: self.endings().count() };
        self.admission(admit, Intent::Export, read, under).await
    }

    /// Which of these compartments hold nobody but whom the export is about.
    pub async fn within_export(
        &self,
        job: &ExportJob,
        compartments: Vec<CompartmentWrap>,
    ) -> Result<Vec<bool>, TrustError> {
        let count = compartments.len();
        match self.export(ExportAsk::Within { job: job.token.clone(), compartments }).await? {
            ExportAnswer::Within(within) if within.len() == count => Ok(within),
            _ => Err(TrustError::Protocol),
        }
    }

    /// A file is written whole.
    pub async fn export_file_sealed(&self, job: &ExportJob, file: SealedFile) -> Result<(), TrustError> {
        self.export_done(ExportAsk::Sealed { job: job.token.clone(), file }).await
    }

    /// All files are written, or something hindered it.
    pub async fn export_over(&self, job: &ExportJob, failed: Option<ExportEnd>) -> Result<(), TrustError> {
        self.export_done(ExportAsk::Over { job: job.token.clone(), failed }).await
    }
}
