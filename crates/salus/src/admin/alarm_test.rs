//! `salus alarm test`: a message that is no alarm, by every way, and what came of each.
//!
//! Never: tells the keyholder; prints a secret. State: none.

use super::Output;
use crate::cli::Report;
use crate::data_dir::DataDir;
use crate::failure::Failure;
use crate::messages::say;
use crate::process::messenger::{options, read_secrets};
use crate::serve::{on_this_thread, settings};
use salus_messenger::{Target, Trouble, try_all};
use serde_json::{Value, json};
use std::path::Path;
use zeroize::Zeroizing;

/// Sends, and says what came of it; fails where a message did not arrive.
pub(super) fn run(config: Option<&Path>, report: &Report, output: Output) -> Result<(), Failure> {
    let data = DataDir::at(&report.data.directory())?;
    data.must_exist()?;
    let settings = settings(&data, config, output.language)?;
    let pages_url = data.read_server_file().map(|server| server.base_url).unwrap_or_default();
    let secrets = read_secrets(&settings.alarms)?;
    let no_key = Zeroizing::new([0; 32]);
    let options = options(&settings.alarms, secrets, no_key, data.keyholder_socket(), pages_url);
    let options = options.map_err(|why| Failure::could_not(say("alarm-test-cannot").with("why", why)))?;
    if options.targets.is_empty() {
        return Err(Failure::no(say("alarm-test-nobody")));
    }
    let results = on_this_thread(async { Ok(try_all(&options).await) })?;
    let one = |(target, result): &(Target, Result<(), Trouble>)| {
        json!({
            "whom": target.to_string(),
            "cell": target.cell,
            "arrived": result.is_ok(),
            "why": result.as_ref().err().map(|trouble| &trouble.why),
        })
    };
    let json: Vec<Value> = results.iter().map(one).collect();
    output.report(&Value::Array(json), |language| {
        let line = |(target, result): &(Target, Result<(), Trouble>)| match result {
            Ok(()) => say("alarm-test-arrived").with("whom", target).text(language),
            Err(trouble) => {
                say("alarm-test-failed").with("whom", target).with("why", &trouble.why).text(language)
            }
        };
        results.iter().map(line).collect()
    });
    match results.iter().filter(|(_, result)| result.is_err()).count() {
        0 => Ok(()),
        failed => Err(Failure::no(say("alarm-test-not-all").with("count", failed))),
    }
}
