//! Opening sealed versions: the one way from the store's bytes to a text, through the keyholder's admission.
//!
//! Never: opens what was not admitted. State: none.

use crate::{Cell, Delivery, RecordsError};
use salus_seal::Part;
use salus_store::WrappedVersion;
use salus_trust_api::client::Asker;
use salus_trust_api::wire::{self, CompartmentWrap, Read};
use salus_trust_api::{Admission, Interaction};

/// A record version that was admitted and opened.
#[derive(Debug)]
pub struct Opened {
    /// The resource's text.
    pub text: Vec<u8>,
    /// The version, from 1.
    pub version: u32,
    /// When it was written, in milliseconds since 1970 (UTC).
    pub time_ms: u64,
    /// Until when it may be sent.
    pub delivery: Delivery,
}

/// Asks for all of these versions at once: all are admitted, or none.
pub(crate) async fn admit(
    cell: &Cell,
    asker: &Asker,
    interaction: Interaction,
    versions: &[WrappedVersion],
) -> Result<Admission, RecordsError> {
    admit_part(cell, asker, interaction, versions.iter(), Part::Body).await
}

/// Asks for one part of all of these versions at once. A line costs a glimpse, a body a chart.
pub(crate) async fn admit_part<'v>(
    cell: &Cell,
    asker: &Asker,
    interaction: Interaction,
    versions: impl Iterator<Item = &'v WrappedVersion> + Clone,
    part: Part,
) -> Result<Admission, RecordsError> {
    let mut compartments: Vec<CompartmentWrap> = Vec::with_capacity(1);
    for version in versions.clone() {
        let number = version.stored.sealed.header.compartment;
        if !compartments.iter().any(|known| known.number == number) {
            compartments.push(CompartmentWrap { number, wrap: version.compartment_wrap.clone() });
        }
    }
    let wrapped = versions.map(|version| wire::WrappedVersion {
        header: version.stored.sealed.header,
        // Computed from the bytes at hand: what the store says of them does not count.
        hash: version.stored.sealed.hash(),
        wrap: version.stored.wrap,
    });
    let read = Read { part, versions: wrapped.collect(), compartments };
    cell.trust.read(asker, interaction, read).await.map_err(RecordsError::of_existing)
}

/// Opens one version. One that says that the record was deleted is [`RecordsError::Gone`], for those who may know.
pub(crate) async fn open(
    cell: &Cell,
    asker: &Asker,
    interaction: Interaction,
    version: WrappedVersion,
) -> Result<Opened, RecordsError> {
    let admission = admit(cell, asker, interaction, std::slice::from_ref(&version)).await?;
    let sealed = version.stored.sealed;
    if sealed.header.deleted {
        return Err(RecordsError::Gone { entry: admission.receipt().entry });
    }
    Ok(Opened {
        text: admission.open(&sealed)?,
        version: sealed.header.version,
        time_ms: sealed.header.time_ms,
        delivery: Delivery::new(&cell.trust, &admission),
    })
}
