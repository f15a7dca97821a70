//! Undo after ten minutes, with a clock that is passed in: the records are held here instead of by the server.

use super::{new_patient, practice};
use crate::support::{KEY, Salus, socket};
use salus_records::fhir::ResourceType;
use salus_records::{
    Asker, Cell, Conditional, Endpoint, Precondition, Purpose, Records, RecordsError, Token, UNDO_MS, create,
    read, undo, undo_link, undoable, update,
};
use std::sync::Arc;
use std::time::Duration;

async fn cell_of(salus: &Salus) -> (Arc<Records>, Arc<Cell>) {
    let endpoint = Endpoint { socket: socket(salus.dir.path()), key: zeroize::Zeroizing::new(KEY) };
    let records = Records::start(endpoint, salus.dir.path(), "http://localhost:0", Arc::new(|_| ()));
    for _ in 0..600 {
        if let Some(cell) =
            records.cell("praxis").filter(|cell| cell.standing() == salus_records::Standing::Serving)
        {
            return (records, cell);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the cell is not served");
}

#[test]
fn after_ten_minutes_nothing_is_undone() {
    let (mut salus, http) = practice();
    let patient = new_patient(&http);
    salus.stop_server();
    let token = Token::parse(&http.session.token.to_text()).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let (_records, cell) = cell_of(&salus).await;
        let asker =
            Asker { token, proof: Vec::new(), cell: cell.id(), purpose: Purpose::Treatment, address: [0; 16] };
        let flag = |text: &str, id: &str| {
            format!(
                r#"{{"resourceType":"Flag","id":"{id}","status":"active","code":{{"text":"{text}"}},"subject":{{"reference":"Patient/{patient}"}}}}"#
            )
        };
        let kind = ResourceType::from_name("Flag").unwrap();
        let body = flag("first", "x").into_bytes();
        let Ok(Conditional::Written(made)) = create(&cell, &asker, kind, None, body).await else { panic!() };
        let body = flag("second", &made.id).into_bytes();
        let changed = update(&cell, &asker, kind, &made.id, Precondition::default(), body).await.unwrap();
        let began = 1_000_000;
        let link = undo_link(&cell, &asker, &[changed], "note", began).unwrap();
        let last = began + UNDO_MS - 1;
        assert_eq!(undoable(&cell, &asker, &link, last).unwrap().until_ms, began + UNDO_MS);
        for late in [began + UNDO_MS, began - 1] {
            assert_eq!(undoable(&cell, &asker, &link, late), None);
            assert_eq!(undo(&cell, &asker, &link, late).await, Err(RecordsError::LinkEnded));
        }
        let text = |opened: salus_records::Opened| String::from_utf8(opened.text).unwrap();
        assert!(text(read(&cell, &asker, kind, &made.id).await.unwrap()).contains("second"));
        assert_eq!(undo(&cell, &asker, &link, last).await.as_deref(), Ok("note"));
        let there = read(&cell, &asker, kind, &made.id).await.unwrap();
        assert_eq!(there.version, 3);
        assert!(text(there).contains("first"));
    });
}
