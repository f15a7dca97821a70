//! Seeds in the binary formats, made by the code that writes them.

use crate::{accesses, alarms, checks, contain, exports, incident, policy};
use std::collections::BTreeMap;
use std::path::Path;

use salus_accesslog::{AccessLog, Options, Tree};
use salus_fhir::ResourceType;
use salus_seal::entry::budgets::{BudgetEvent, Raised};
use salus_seal::entry::incident::IncidentEvent;
use salus_seal::entry::people::{PasskeyRegistered, PersonAdded, PersonEvent, RegistrationAllowed};
use salus_seal::entry::proof::ProofEvent;
use salus_seal::entry::searching::SearchingEvent;
use salus_seal::entry::{self, Budgets, Event, Fleeting, Lasting, Limits, VersionRange};
use salus_seal::note::{Checkpoint, Signer};
use salus_seal::{CellId, ClientId, DeviceId, Header, LogKey, Part, PrincipalId, Pseudonym, SessionId, tile};
use salus_trust_api::frame::{self, PREFIX_BYTES};
use salus_trust_api::wire::access::AccessesAsk;
use salus_trust_api::wire::administer::{Administer, CellAsk, LogFilter, LogKind};
use salus_trust_api::wire::extract::{
    Definition, ExtractFeed, Extracted, NewWords, ParameterChange, VersionBody,
};
use salus_trust_api::wire::incident::{
    IncidentAnswer, IncidentAsk, Network, ScopeAsk, ScopeEntry, ScopeFilter, ScopeKind, ScopePage,
};
use salus_trust_api::wire::people::{
    Assertion, Authorize, DoorAnswer, DoorAsk, NewPerson, OfSession, PAGES, PAGES_CLIENT_NAME, PeopleAsk,
    Redeem, Who,
};
use salus_trust_api::wire::{
    AdminAnswer, AdminAsk, Admit, Admitted, Answer, Ask, BlindIds, CellInfo, CompartmentWrap, Grant, Hello,
    Intent, NewCompartment, NewVersion, Read, Receipt, Reply, Request, Resolved, Role, Scope, ScopeBy,
    ScopePatient, SecretKey, SignIn, SignedIn, TakeUp, TakenUp, WrappedVersion, Write, WriteCompartment,
    WriteRoot,
};
use salus_trust_api::{Interaction, Purpose, Refusal, Token};

/// A seed: target, name, bytes.
pub type Seed = (&'static str, &'static str, Vec<u8>);

const CELL: CellId = CellId([9; 16]);
const WRAP: [u8; 60] = [6; 60];

fn header() -> Header {
    let kind = ResourceType::from_name("Patient").unwrap().code();
    Header {
        cell: CELL,
        compartment: 4,
        kind,
        record: 12,
        version: 1,
        time_ms: 1_795_000_000_000,
        deleted: false,
    }
}

fn ranges() -> Vec<VersionRange> {
    vec![
        VersionRange { record: 12, count: 3, version: 1 },
        VersionRange { record: 400, count: 1, version: 7 },
    ]
}

fn budgets() -> Budgets {
    let limits = Limits { hour: 30, day: 100, days_30: 1_000 };
    Budgets { glimpse: limits, chart: limits }
}

fn token() -> Token {
    Token::parse("salus_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8").unwrap()
}

/// All of them.
pub fn seeds() -> Vec<Seed> {
    let body = |frame: Vec<u8>| frame[PREFIX_BYTES..].to_vec();
    let mut seeds = Vec::new();
    for (name, request) in requests().into_iter().chain(incident::requests()) {
        seeds.push(("request", name, body(frame::encode(&request).unwrap())));
    }
    for (name, reply) in replies().into_iter().chain(incident::replies()) {
        seeds.push(("reply", name, body(frame::encode(&reply).unwrap())));
    }
    for (name, event) in events().into_iter().chain(incident::events()) {
        let lasting = Lasting { time_ms: 1_795_000_000_000, event };
        let sealed =
            matches!(name, "opened" | "searched-within").then(|| (fleeting(), LogKey::from_bytes([7; 32])));
        let sealed = sealed.as_ref().map(|(fleeting, key)| (fleeting, key));
        seeds.push(("entry", name, entry::encode(&CELL, &lasting, sealed).unwrap()));
    }
    // What lies behind the cipher: the target seals it.
    let message = frame::encode(&fleeting()).unwrap();
    seeds.push(("entry", "fleeting", body(message)));
    seeds.push(("header", "patient", header().to_bytes().to_vec()));
    seeds.push(("envelope", "stored", [&[0], br#"{"resourceType":"Patient"}"#.as_slice()].concat()));
    seeds.push(("envelope", "packed", packed(r#"{"resourceType":"Patient","name":[{"family":"Muster"}]}"#)));
    seeds.push(("compartment", "one", [[0].as_slice(), &[3; 32], &[4; 16]].concat()));
    seeds.push(("compartment", "joint", [[1].as_slice(), &[3; 32], &[4; 48]].concat()));
    seeds.push(("folder", "two-trees", folder()));
    let plain: Vec<u8> = 70_000u64.to_le_bytes().into_iter().chain((0..5_000u32).map(|n| n as u8)).collect();
    seeds.push(("pages", "two", plain));
    seeds.push(("escrow", "noise", (0..80).collect()));
    seeds.extend(incident::seeds());
    let sizes = [5u64.to_le_bytes(), 11u64.to_le_bytes()].concat();
    seeds.push(("merkle", "proof", [sizes, vec![2; 96]].concat()));
    seeds.push(("note", "checkpoint", note().into_bytes()));
    let mut bundle = Vec::new();
    for entry in [b"one".as_slice(), b"", &[1; 300]] {
        tile::push_entry(&mut bundle, entry).unwrap();
    }
    seeds.push(("tile", "bundle", bundle));
    seeds.push(("tile", "hashes", [70_000u64.to_le_bytes().as_slice(), &[5; 96]].concat()));
    seeds
}

/// A body as an envelope holds it before the cipher: the method's byte, and zstd with the build's dictionary.
fn packed(text: &str) -> Vec<u8> {
    let plain = salus_seal::envelope::Plain { body: text.as_bytes(), ..Default::default() };
    let (sealed, key) = salus_seal::envelope::seal(&header(), &plain).unwrap();
    let part = key.part(Part::Body.label()).unwrap();
    let bound_to = [Part::Body.label(), &header().to_bytes()].concat();
    let mut buffer = sealed.body;
    let cipher = salus_seal::keys::Cipher::new(part.expose()).unwrap();
    cipher.open([0; 12], &bound_to, &mut buffer).unwrap().to_vec()
}

/// A log with two trees, some of which is published and some in the journal only.
fn folder() -> Vec<u8> {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("log");
    let mut options = Options::new(&dir, "salus.example/7", Signer::from_seed([4; 32]).unwrap());
    options.segment_bytes = 1024 * 1024;
    options.publish_interval = std::time::Duration::from_secs(3_600);
    let mut replay = |_, _, _: &[u8]| Ok::<_, std::io::Error>(());
    let (mut log, _) = AccessLog::open(options, &mut replay).unwrap();
    for tree in [Tree::Platform, Tree::Cell(CELL), Tree::Cell(CELL)] {
        log.append(tree, b"an entry").unwrap();
        log.commit().unwrap();
    }
    log.publish_now().unwrap();
    log.append(Tree::Cell(CELL), b"a later one").unwrap();
    log.commit().unwrap();
    // As it lies there when the process dies now: closing would publish the rest.
    let files = files(&dir, &dir);
    drop(log);
    crate::fuzz::log::pack(&files)
}

fn files(root: &Path, dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(root, &path));
        } else {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            found.insert(name, std::fs::read(&path).unwrap());
        }
    }
    found
}

fn note() -> String {
    let checkpoint = Checkpoint { origin: "log.example/a".to_owned(), size: 70_000, root: [8; 32] };
    checkpoint.sign(&Signer::from_seed([4; 32]).unwrap()).unwrap()
}

fn requests() -> Vec<(&'static str, Request)> {
    let wrapped = WrappedVersion { header: header(), hash: [1; 32], wrap: WRAP };
    let wrap = CompartmentWrap { number: 4, wrap: vec![2; 81] };
    let read = Read { part: Part::Body, versions: vec![wrapped], compartments: vec![wrap.clone()] };
    let write = Write {
        versions: vec![NewVersion {
            header: header(),
            hash: [1; 32],
            key: SecretKey([3; 32]),
            words: Vec::new(),
        }],
        compartments: vec![
            WriteCompartment::Existing(wrap),
            WriteCompartment::New { number: 5, of: NewCompartment::Patient },
            WriteCompartment::New { number: 6, of: NewCompartment::Joint(vec![4, 5]) },
        ],
    };
    let admit = |intents| {
        Ask::Admit(Admit {
            token: token(),
            proof: Vec::new(),
            cell: CELL,
            purpose: Purpose::Treatment,
            interaction: Interaction::Read,
            address: [0; 16],
            intents,
        })
    };
    let resolved = || Resolved { cell: CELL, entries: vec![1, 2, 300] };
    let rest = vec![
        Ask::Landed(resolved()),
        Ask::Delivered(resolved()),
        Ask::BlindIds(BlindIds { cell: CELL, ids: vec![(3, "A123456789".to_owned())] }),
        Ask::SignIn(SignIn {
            cell: CELL,
            client: ClientId([5; 16]),
            secret: token(),
            proof: b"proof".to_vec(),
            address: [0; 16],
        }),
        Ask::TakeUp(TakeUp { cell: CELL, last_entry: Some((300, [6; 16])) }),
    ];
    let redeem = Ask::Redeem(Redeem {
        cell: CELL,
        code: token(),
        verifier: "v".repeat(43),
        proof: b"proof".to_vec(),
        address: [0; 16],
    });
    let assertion = Assertion {
        credential: vec![1; 32],
        user_handle: Some(vec![2; 16]),
        client_data: b"{}".to_vec(),
        authenticator_data: vec![3; 37],
        signature: vec![4; 70],
    };
    let person = NewPerson {
        name: "Dr. Ada Muster".to_owned(),
        role: "physician".to_owned(),
        budgets: Some(budgets()),
        practitioner: None,
        language: Some("fr".to_owned()),
    };
    let add = PeopleAsk::Add { cell: Some("praxis".to_owned()), person };
    let create =
        AdminAsk::CreateCell { name: "praxis".to_owned(), house_kinds: vec![1, 2], budgets: budgets() };
    let extract = ExtractFeed {
        cell: CELL,
        feed: 4,
        versions: vec![VersionBody {
            version: WrappedVersion { header: header(), hash: [1; 32], wrap: WRAP },
            body: vec![7; 90],
        }],
        compartments: vec![CompartmentWrap { number: 4, wrap: vec![2; 81] }],
        progress: (1, 300),
        done: false,
    };
    let definition = Definition { kinds: vec![102], text: r#"{"url":"urn:own","code":"own"}"#.to_owned() };
    let defining = Intent::WriteDefining(
        Write { versions: Vec::new(), compartments: Vec::new() },
        vec![ParameterChange { record: 12, defines: Some(definition) }],
    );
    let scope = AdminAsk::Scope { by: ScopeBy::Session(SessionId([1; 16])), from_ms: 0, to_ms: u64::MAX };
    vec![
        ("hello", Request::Hello(Hello { protocol: 1, role: Role::RecordServer, proof: [1; 32] })),
        ("read", Request::Batch(vec![admit(vec![Intent::Read(read)]), admit(vec![Intent::Missing])])),
        ("write", Request::Batch(vec![admit(vec![Intent::Write(write), Intent::Disclose])])),
        ("rest", Request::Batch(rest)),
        ("create-cell", Request::Admin(create)),
        ("scope", Request::Admin(scope)),
        ("incident", Request::Admin(AdminAsk::Incident(scope_ask()))),
        ("alarm-rules", alarms::rules()),
        ("alarm-told", alarms::told()),
        ("alarm-ways", alarms::ways()),
        ("canaries-compare", alarms::compare()),
        ("redeem", Request::Batch(vec![redeem])),
        ("sign-in", Request::Door(Box::new(DoorAsk::FinishSignIn(authorize(), assertion)))),
        ("add-person", Request::Admin(AdminAsk::People(add))),
        ("hold", contain::hold()),
        ("cut-off", contain::cut_off()),
        ("rules", policy::ask()),
        ("exports", exports::asks()),
        ("export-approval", exports::approval()),
        ("own-rights", policy::own_rights()),
        ("checks", checks::ask()),
        ("stopped", Request::Stopped(300)),
        ("accesses", Request::Batch(vec![accesses()])),
        ("administer", Request::Batch(vec![administer()])),
        ("extract", Request::Extract(extract)),
        ("defining", Request::Batch(vec![admit(vec![defining])])),
        ("proof-nonce", Request::Batch(vec![Ask::ProofNonce])),
        ("bearer", Request::Admin(AdminAsk::Bearer { client: ClientId([5; 16]), allowed: true })),
    ]
}

fn scope_ask() -> IncidentAsk {
    let network = Network { address: [1; 16], prefix_bits: 120 };
    let filter = ScopeFilter { network: Some(network), ..ScopeFilter::default() };
    let cell = "praxis".to_owned();
    IncidentAsk::Scope(ScopeAsk { cell, filter, from_ms: 1, to_ms: u64::MAX, next: Some(300) })
}

fn accesses() -> Ask {
    let admit = Admit {
        token: token(),
        proof: Vec::new(),
        cell: CELL,
        purpose: Purpose::Treatment,
        interaction: Interaction::Read,
        address: [0; 16],
        intents: Vec::new(),
    };
    let compartment = CompartmentWrap { number: 4, wrap: vec![2; 81] };
    Ask::Accesses(Box::new(AccessesAsk { admit, compartment, before: Some(300), limit: 20 }))
}

fn administer() -> Ask {
    let filter =
        LogFilter { before: Some(300), limit: 50, kinds: vec![LogKind::Opened], ..LogFilter::default() };
    let of = OfSession { token: token(), cell: CELL, proof: b"proof".to_vec(), address: [0; 16] };
    Ask::Administer(Box::new(Administer { of, ask: CellAsk::Log(filter) }))
}

fn authorize() -> Authorize {
    Authorize {
        cell: "praxis".to_owned(),
        client: PAGES_CLIENT_NAME.to_owned(),
        redirect_uri: "https://salus.example/praxis/signed-in".to_owned(),
        code_challenge: [5; 32],
        state: "state".to_owned(),
    }
}

fn replies() -> Vec<(&'static str, Reply)> {
    let receipt = Receipt { cell: CELL, entry: 300, last_entry: 301, mac: [6; 16] };
    let wraps = vec![CompartmentWrap { number: 5, wrap: vec![2; 81] }];
    let grants = vec![
        Grant::Keys(vec![SecretKey([3; 32])]),
        Grant::Wraps { versions: vec![WRAP, WRAP], compartments: wraps },
        Grant::Nothing,
    ];
    let signed_in = SignedIn { token: token(), session: SessionId([1; 16]), expires_s: 900 };
    let answers = vec![
        Answer::Admitted(Admitted { receipt, valid_ms: 5_000, grants }),
        Answer::Refused(Refusal::Budget { retry_after_s: 60 }),
        Answer::Noted,
        Answer::Blinded(vec![[1; 16]]),
        Answer::SignedIn(signed_in),
        Answer::TakenUp(TakenUp { unresolved: vec![(1, 2)], last_landed: Some(300), now_ms: 1 }),
    ];
    let cell = CellInfo { id: CELL, name: "praxis".to_owned(), quarantined: false };
    let patient = ScopePatient {
        pseudonym: Pseudonym([2; 16]),
        versions: ranges(),
        shared_admissions: 1,
        delivered: true,
        first_ms: 1,
        last_ms: 2,
    };
    let scope = Scope { patients: vec![patient], admissions: 1, ..Scope::default() };
    let who = Who {
        principal: PrincipalId([2; 16]),
        session: SessionId([1; 16]),
        client: PAGES,
        is_person: true,
        name: "Dr. Ada Muster".to_owned(),
        role: "physician".to_owned(),
        language: Some("de".to_owned()),
        practitioner: None,
        now_ms: 1,
        ends_ms: 2,
        idle_ms: 3,
        budgets: budgets(),
        chart_spent: [1, 2, 3],
        glimpse_spent: [4, 5, 6],
        patient: None,
    };
    let words = vec![NewWords { header: header(), words: vec![8; 70], wrap: WRAP }];
    let extracted = Extracted { cell: CELL, feed: 4, go_on: true, last: false, words };
    let roots = vec![WriteRoot { entry: 1, ranges: ranges(), root: [1; 32], landed: true }];
    vec![
        ("challenge", Reply::Challenge([1; 32])),
        ("welcome", Reply::Welcome(vec![cell])),
        ("answers", Reply::Batch(answers)),
        ("scope", Reply::Admin(Ok(AdminAnswer::Scope(scope)))),
        ("scope-page", Reply::Admin(Ok(AdminAnswer::Incident(scope_page())))),
        ("code", Reply::Door(Box::new(DoorAnswer::Code(token())))),
        ("who", Reply::Batch(vec![Answer::Who(Box::new(who))])),
        ("extracted", Reply::Extracted(extracted)),
        ("ended", contain::ended()),
        ("rules-fault", policy::fault()),
        ("rights", policy::rights()),
        ("exports", exports::answers()),
        ("to-be-told", alarms::to_be_told()),
        ("accesses", Reply::Batch(vec![accesses::page()])),
        ("administered", Reply::Batch(vec![accesses::administered()])),
        ("roots", Reply::Admin(Ok(AdminAnswer::WriteRoots { roots, next: Some(2) }))),
    ]
}

fn scope_page() -> IncidentAnswer {
    let entry = ScopeEntry {
        number: 300,
        time_ms: 1_795_000_000_000,
        kind: ScopeKind::Written { first: 299 },
        session: SessionId([1; 16]),
        principal: PrincipalId([2; 16]),
        client: ClientId([5; 16]),
        device: Some(DeviceId([4; 16])),
        address: [0; 16],
        interaction: Interaction::Read,
        part: Part::Body,
        patients: vec![Pseudonym([2; 16])],
        versions: ranges(),
    };
    let delivered = vec![(301, vec![298, 300])];
    let page = ScopePage { admitted: vec![entry], delivered, looked_at: 2, ..ScopePage::default() };
    IncidentAnswer::Scope(page)
}

fn fleeting() -> Fleeting {
    Fleeting {
        session: SessionId([1; 16]),
        purpose: Purpose::Treatment,
        interaction: Interaction::Read,
        address: [0; 16],
        refused: None,
        part: Part::Body,
        patients: vec![Pseudonym([2; 16]), Pseudonym([3; 16])],
        charged: 1,
        versions: ranges(),
    }
}

fn events() -> Vec<(&'static str, Event)> {
    let cell_created = Event::CellCreated {
        cell: CELL,
        name: "praxis".to_owned(),
        house_kinds: vec![1, 2],
        budgets: budgets(),
    };
    let begun = Event::SessionBegun {
        session: SessionId([1; 16]),
        principal: PrincipalId([2; 16]),
        client: ClientId([5; 16]),
        token_hash: [3; 32],
        ends_ms: 5,
        idle_ms: 6,
        device: None,
        proof_key: Some([4; 32]),
    };
    let added = PersonAdded {
        principal: PrincipalId([2; 16]),
        name: "Dr. Ada Muster".to_owned(),
        role: "physician".to_owned(),
        budgets: budgets(),
        practitioner: Some("arzt-1".to_owned()),
        language: Some("de".to_owned()),
        by: None,
    };
    let registered = PasskeyRegistered {
        principal: PrincipalId([2; 16]),
        passkey: DeviceId([4; 16]),
        credential: vec![1; 32],
        public_key: vec![2; 77],
        sign_count: 0,
        aaguid: [0; 16],
        is_synced: true,
        label: "laptop".to_owned(),
        allowed_by: RegistrationAllowed::Invitation([3; 32]),
    };
    let raised = Raised {
        ask: 300,
        principal: Some(PrincipalId([2; 16])),
        part: Part::Body,
        amount: 50,
        until_ms: 1_795_000_000_000,
        by: PrincipalId([6; 16]),
        passkey: DeviceId([4; 16]),
    };
    let defined = Event::Searching(SearchingEvent::ParameterDefined {
        first: 300,
        record: 12,
        number: 0x8000,
        kinds: vec![1, 102],
        definition: r#"{"url":"urn:own","code":"own"}"#.to_owned(),
    });
    let bearer = Event::Proof(ProofEvent::BearerAllowed { client: ClientId([5; 16]) });
    vec![
        ("bearer-allowed", bearer),
        ("opened", Event::Opened),
        ("searched-within", Event::SearchedWithin),
        ("written", Event::Written { first: 1, ranges: ranges(), root: [1; 32] }),
        ("landed", Event::Landed { entries: vec![1, 2, 300] }),
        ("cell-created", cell_created),
        ("escrowed", Event::CellKeyEscrowed { cell: CELL, generation: 1, escrow: vec![1; 80] }),
        ("session-begun", begun),
        ("parameter-defined", defined),
        ("log-keys-given", Event::Incident(IncidentEvent::LogKeysGiven { months: vec![682, 683] })),
        ("alarm-raised", alarms::raised()),
        ("canaries-compared", alarms::compared()),
        ("held", contain::held()),
        ("cut-off-because", contain::because()),
        ("rules-set", policy::set()),
        ("export-asked", exports::asked()),
        ("checks-set", checks::set()),
        ("budget-raised", Event::Budget(BudgetEvent::Raised(raised))),
        ("person-added", Event::Person(PersonEvent::Added(added))),
        ("passkey-registered", Event::Person(PersonEvent::PasskeyRegistered(registered))),
    ]
}
