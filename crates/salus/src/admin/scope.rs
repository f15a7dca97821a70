//! `salus scope`: who got what. Pseudonyms, counts and times; no names. State: none.

use super::change::no_id;
use super::{Administration, Output, table, unexpected};
use crate::cli;
use crate::data_dir::{DataDir, write_private};
use crate::failure::Failure;
use crate::incident::category::Category;
use crate::incident::extent::{Extent, Item, Patient};
use crate::incident::gather::Gathered;
use crate::incident::lookup::CellLookup;
use crate::incident::patients;
use crate::incident::proof::{Proven, Proving};
use crate::messages::{Say, say};
use salus_fhir::{Language, instant};
use salus_seal::entry::{VersionRange, ranges};
use salus_seal::{CellId, ClientId, DeviceId, PrincipalId, SessionId};
use salus_trust_api::wire::incident::{IncidentAnswer, IncidentAsk, Network, ScopeAsk, ScopeFilter};
use salus_trust_api::wire::{AdminAnswer, AdminAsk};
use serde_json::{Value, json};
use std::net::IpAddr;

/// The most patients that are listed one by one in words.
const MAX_LISTED: usize = 100;
/// The most patients that stand in the JSON document; more are written to a file.
const MAX_IN_JSON: usize = 10_000;

/// Asks and reports.
pub fn run(command: &cli::Scope, output: Output) -> Result<(), Failure> {
    let data = DataDir::at(&command.report.data.directory())?;
    let mut administration = Administration::connect(&data)?;
    let wants = Wants { patients: command.patients.is_some(), proof: command.proof.is_some() };
    let found = find(&command.of, wants, &data, &mut administration)?;
    for (path, bytes) in [(&command.patients, &found.patients), (&command.proof, &found.proof)] {
        if let (Some(path), Some(bytes)) = (path, bytes) {
            write_private(path, bytes)?;
        }
    }
    output.report(&found.report().to_json(), |language| {
        let mut lines = found.report().lines(language);
        if command.proof.is_some() {
            lines.extend([String::new(), say("proof-opens").text(language)]);
        }
        lines
    });
    Ok(())
}

/// What is wanted beside the report.
#[derive(Debug, Clone, Copy)]
pub struct Wants {
    /// Every patient with all versions.
    pub patients: bool,
    /// The proof.
    pub proof: bool,
}

/// A scope, and what was wanted beside it.
pub struct Found {
    /// The cell's name.
    pub cell: String,
    /// The cell.
    pub id: CellId,
    /// From when on it was asked for.
    pub from_ms: u64,
    /// What was admitted.
    pub gathered: Gathered,
    /// Of whom, and what of them.
    pub extent: Extent,
    /// Lines of JSON, one for each patient.
    pub patients: Option<Vec<u8>>,
    /// The proof.
    pub proof: Option<Vec<u8>>,
}

impl Found {
    /// The report.
    pub fn report(&self) -> Report<'_> {
        Report { cell: self.cell.clone(), gathered: &self.gathered, extent: &self.extent }
    }
}

/// Asks for a scope.
pub fn find(
    of: &cli::ScopeOf,
    wants: Wants,
    data: &DataDir,
    administration: &mut Administration,
) -> Result<Found, Failure> {
    let filter = filter(of)?;
    let from_ms = moment(of.from.as_deref(), "--from")?.unwrap_or(0);
    let to_ms = moment(of.to.as_deref(), "--to")?.unwrap_or(u64::MAX);
    let (cell, id) = cell(administration, of.cell.as_deref(), &filter)?;
    let ask = ScopeAsk { cell: cell.clone(), filter, from_ms, to_ms, next: None };
    let mut gathered = Gathered::ask(administration, ask.clone())?;
    let proving = match wants.proof {
        true => Some(Proving::begin(data, administration, id, &cell, &gathered)?),
        false => None,
    };
    let mut lookup = CellLookup::begin(data, administration, &cell, id)?;
    let extent = Extent::of(&mut gathered, &mut lookup)?;
    let patients = wants.patients.then(|| patients::lines(&extent, &lookup)).transpose()?;
    let mut found = Found { cell, id, from_ms, gathered, extent, patients, proof: None };
    if let Some(proving) = proving {
        let mut claim = found.report().to_json();
        claim.as_object_mut().map(|claim| claim.remove("patients"));
        let proven = Proven { ask: &ask, cell: id, gathered: &found.gathered, claim: &claim };
        found.proof = Some(proving.bytes(&proven, &mut lookup)?);
    }
    Ok(found)
}

/// The cell that is named, or that the filter tells, or the only one.
pub fn cell(
    administration: &mut Administration,
    named: Option<&str>,
    filter: &ScopeFilter,
) -> Result<(String, CellId), Failure> {
    let name = match named {
        Some(name) => Some(name.to_owned()),
        None => match administration.ask(AdminAsk::Incident(IncidentAsk::Cell(*filter)))? {
            AdminAnswer::Incident(IncidentAnswer::Cell(name)) => name,
            _ => return Err(unexpected()),
        },
    };
    let cells = administration.status()?.cells.into_iter().map(|cell| cell.info);
    let mut fitting = cells.filter(|cell| name.as_ref().is_none_or(|name| *name == cell.name));
    match (fitting.next(), fitting.next()) {
        (Some(cell), None) => Ok((cell.name, cell.id)),
        (None, _) => Err(Failure::no(say("admin-not-found").with("what", "cell"))),
        (Some(_), Some(_)) => Err(Failure::could_not(say("scope-which-cell"))),
    }
}

/// Whom a command is about.
pub fn filter(command: &cli::ScopeOf) -> Result<ScopeFilter, Failure> {
    fn id<T>(
        text: Option<&String>,
        parse: impl Fn(&str) -> Option<T>,
        argument: &str,
    ) -> Result<Option<T>, Failure> {
        text.map(|text| parse(text).ok_or_else(|| no_id(argument))).transpose()
    }
    let network = command.address.as_deref().map(|text| {
        network(text).ok_or_else(|| Failure::could_not(say("no-network").with("argument", "--address")))
    });
    Ok(ScopeFilter {
        session: id(command.session.as_ref(), SessionId::parse, "--session")?,
        principal: id(command.principal.as_ref(), PrincipalId::parse, "--principal")?,
        client: id(command.client.as_ref(), ClientId::parse, "--client")?,
        device: id(command.device.as_ref(), DeviceId::parse, "--device")?,
        network: network.transpose()?,
    })
}

/// An address, or a network as CIDR writes it.
fn network(text: &str) -> Option<Network> {
    let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
    let (octets, offset) = match address.parse::<IpAddr>().ok()? {
        IpAddr::V4(address) => (address.to_ipv6_mapped().octets(), 96),
        IpAddr::V6(address) => (address.octets(), 0),
    };
    let own_bits: u8 = match bits {
        Some(bits) => bits.parse().ok().filter(|bits| *bits <= 128 - offset)?,
        None => 128 - offset,
    };
    Some(Network { address: octets, prefix_bits: offset + own_bits })
}

/// An RFC 3339 time, or a date, whose day begins in UTC; in milliseconds since 1970.
pub fn moment(text: Option<&str>, argument: &str) -> Result<Option<u64>, Failure> {
    let Some(text) = text else { return Ok(None) };
    let parse = salus_fhir::instant::parse;
    let found = parse(text).or_else(|| parse(&format!("{text}T00:00:00Z")));
    found.map(Some).ok_or_else(|| Failure::could_not(say("no-time").with("argument", argument)))
}

/// A category's name in a language.
pub fn category(category: Category) -> Say {
    match category {
        Category::Identity => say("category-identity"),
        Category::Contact => say("category-contact"),
        Category::TreatingDoctor => say("category-treating-doctor"),
        Category::Prescriptions => say("category-prescriptions"),
        Category::Diagnoses => say("category-diagnoses"),
        Category::Death => say("category-death"),
        Category::Insurance => say("category-insurance"),
        Category::Results => say("category-results"),
        Category::Documents => say("category-documents"),
    }
}

/// What is told of a scope.
pub struct Report<'a> {
    cell: String,
    gathered: &'a Gathered,
    extent: &'a Extent,
}

impl Report<'_> {
    /// The document.
    pub fn to_json(&self) -> Value {
        let (gathered, extent) = (self.gathered, self.extent);
        let listed = extent.patients.iter().take(MAX_IN_JSON);
        let category = |category: Category| {
            let count = extent.categories[category as usize];
            (category.name().to_owned(), json!({"patients": count.patients, "versions": count.versions}))
        };
        json!({
            "cell": self.cell,
            "patients_total": extent.patients.len(),
            "patients": listed.map(|patient| self.patient_json(patient)).collect::<Vec<_>>(),
            "admissions": gathered.count,
            "refusals": gathered.refused.len(),
            "versions": extent.versions,
            "versions_found_only": extent.found_only,
            "versions_undelivered": extent.undelivered,
            "versions_unattributed": extent.unattributed,
            "house_versions": extent.house_versions,
            "categories": Category::ALL.into_iter().map(category).collect::<serde_json::Map<_, _>>(),
            "unreadable_entries": gathered.unreadable,
            "entries_looked_at": gathered.looked_at,
            "entries": gathered.span.map(|(first, end)| json!({"first": first, "end": end})),
        })
    }

    fn patient_json(&self, patient: &Patient) -> Value {
        let items = self.extent.items_of(patient);
        let records: Vec<VersionRange> = ranges(items.iter().map(|item| (item.record, item.version)));
        let record = |range: &VersionRange| json!({"record": range.record, "count": range.count, "version": range.version});
        json!({
            "pseudonym": patient.pseudonym.to_string(),
            "versions": items.len(),
            "versions_undelivered": items.iter().filter(|item| Item::is_undelivered(item)).count(),
            "categories": patient.categories.names(),
            "shared_admissions": patient.shared_admissions,
            "delivered": patient.delivered,
            "first": instant(patient.first_ms),
            "last": instant(patient.last_ms),
            "records": records.iter().map(record).collect::<Vec<_>>(),
        })
    }

    /// In words.
    pub fn lines(&self, language: Language) -> Vec<String> {
        let (gathered, extent) = (self.gathered, self.extent);
        let text = |said: Say| said.text(language);
        let counts = say("scope-counts")
            .with("patients", extent.patients.len())
            .with("versions", extent.versions)
            .with("house", extent.house_versions)
            .with("admissions", gathered.count)
            .with("refusals", gathered.refused.len());
        let mut lines = vec![text(counts)];
        if let Some((first, end)) = gathered.span {
            lines.push(text(
                say("scope-span").with("first", first).with("last", end - 1).with("cell", &self.cell),
            ));
        }
        if gathered.unreadable > 0 {
            lines.push(text(say("scope-unreadable").with("entries", gathered.unreadable)));
        }
        if extent.unattributed > 0 {
            lines.push(text(say("scope-unattributed").with("versions", extent.unattributed)));
        }
        if extent.found_only > 0 {
            lines.push(text(say("scope-found-only").with("versions", extent.found_only)));
        }
        if extent.undelivered > 0 {
            lines.push(text(say("scope-undelivered").with("versions", extent.undelivered)));
        }
        if extent.patients.is_empty() {
            return lines;
        }
        lines.push(String::new());
        lines.extend(self.categories(language));
        lines.push(String::new());
        lines.extend(self.patients(language));
        lines
    }

    fn categories(&self, language: Language) -> Vec<String> {
        let heads = [say("head-category"), say("head-patients"), say("head-versions")];
        let mut rows = vec![heads.map(|head| head.text(language)).to_vec()];
        for told in Category::ALL {
            let count = self.extent.categories[told as usize];
            if count.patients > 0 {
                let name = category(told).text(language);
                rows.push(vec![name, count.patients.to_string(), count.versions.to_string()]);
            }
        }
        table(&rows)
    }

    fn patients(&self, language: Language) -> Vec<String> {
        let all = &self.extent.patients;
        let heads = [
            say("head-patient"),
            say("head-versions"),
            say("head-first"),
            say("head-last"),
            say("head-delivered"),
        ];
        let mut rows = vec![heads.map(|head| head.text(language)).to_vec()];
        rows.extend(all.iter().take(MAX_LISTED).map(|patient| {
            let delivered = if patient.delivered { say("yes") } else { say("not-reported") };
            vec![
                patient.pseudonym.to_string(),
                self.extent.items_of(patient).len().to_string(),
                instant(patient.first_ms),
                instant(patient.last_ms),
                delivered.text(language),
            ]
        }));
        let mut lines = table(&rows);
        if all.len() > MAX_LISTED {
            lines.push(say("scope-more").with("patients", all.len() - MAX_LISTED).text(language));
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::{moment, network};
    use salus_trust_api::wire::incident::Network;

    #[test]
    fn times_are_rfc_3339_or_dates() {
        assert_eq!(moment(None, "--from").unwrap(), None);
        assert_eq!(moment(Some("1970-01-02"), "--from").unwrap(), Some(86_400_000));
        assert_eq!(moment(Some("1970-01-02T01:00:00+01:00"), "--from").unwrap(), Some(86_400_000));
        for bad in ["yesterday", "1970-13-01", "1970-01-02 01:00"] {
            assert_eq!(moment(Some(bad), "--to").unwrap_err().say.key(), "no-time", "{bad}");
        }
    }

    #[test]
    fn networks_are_addresses_with_or_without_a_length() {
        let holds = |text: &str, address: &str| {
            let other = network(address).unwrap().address;
            network(text).unwrap().holds(&other)
        };
        assert!(holds("192.0.2.7", "192.0.2.7") && !holds("192.0.2.7", "192.0.2.6"));
        assert!(holds("192.0.2.0/24", "192.0.2.255") && !holds("192.0.2.0/24", "192.0.3.0"));
        assert!(holds("2001:db8::/32", "2001:db8:1::1") && !holds("2001:db8::/32", "2001:db9::1"));
        assert!(holds("0.0.0.0/0", "203.0.113.1") && !holds("0.0.0.0/0", "2001:db8::1"));
        assert!(holds("::/0", "203.0.113.1") && holds("::ffff:192.0.2.7", "192.0.2.7"));
        let all = network("::/0").unwrap();
        assert_eq!(all, Network { address: [0; 16], prefix_bits: 0 });
        for bad in ["", "192.0.2", "192.0.2.1/33", "::/129", "192.0.2.1/-1", "192.0.2.1/x", "host"] {
            assert_eq!(network(bad), None, "{bad}");
        }
    }
}
