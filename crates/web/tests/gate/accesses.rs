//! Who has looked at a record, asked as the pages ask it.

use crate::support::{KEY, Salus, observation, socket};
use salus_records::{AccessKind, Asker, Endpoint, Purpose, Records, RecordsError, Standing, accesses};
use std::sync::Arc;
use std::time::Duration;

#[test]
fn a_record_tells_who_has_looked_and_pages_and_bounds_it() {
    let mut salus = Salus::start();
    let cell = salus.cell("praxis");
    let id = cell.patient();
    cell.create("Observation", &observation(&id));
    let reader = salus.client("praxis", "fhir-reader", 10);
    assert_eq!(reader.get(&format!("Patient/{id}")).status, 200);
    assert_eq!(reader.get(&format!("Observation?patient={id}")).status, 200);
    let (token, other) =
        (reader.session.token.clone(), salus.client("praxis", "fhir-reader", 0).session.token);
    salus.stop_server();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (page, spent, missing) = runtime.block_on(async {
        let endpoint = Endpoint { socket: socket(salus.dir.path()), key: zeroize::Zeroizing::new(KEY) };
        let records = Records::start(endpoint, salus.dir.path(), "http://localhost:0", Arc::new(|_| ()));
        let cell = loop {
            match records.cell("praxis") {
                Some(cell) if cell.standing() == Standing::Serving => break cell,
                _ => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        };
        let asker = |token| Asker {
            token,
            proof: Vec::new(),
            cell: cell.id(),
            purpose: Purpose::Treatment,
            address: [0; 16],
        };
        let page = accesses(&cell, &asker(token.clone()), &id, None, 10).await.unwrap();
        let spent = accesses(&cell, &asker(other), &id, None, 10).await.unwrap_err();
        (page, spent, accesses(&cell, &asker(token), "nobody", None, 10).await.unwrap_err())
    });
    assert!(matches!(spent, RecordsError::Budget { .. }));
    assert_eq!(missing, RecordsError::NotFound);
    let [looked, written] = page.accesses.as_slice() else { panic!("{:?}", page.accesses) };
    assert_eq!(looked.kinds, [AccessKind::Chart, AccessKind::Searched]);
    assert_eq!((looked.entries, looked.client.as_deref()), (3, Some("test")));
    assert_eq!((written.kinds.as_slice(), page.next), (&[AccessKind::Written][..], None));
}
