//! Errors of the server caused by the same user actions with and without the link's protections.
//!
//! `make backend-errors` runs this alone and prints its figures.

use std::cell::Cell;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use coda_dashboard::driver::{Batch, Driver};
use coda_dashboard::link::{Input, LinkConfig, Origin, Submission};
use coda_dashboard::protocol::{Command, SttStart};
use serde_json::{Value, json};
use wasm_bindgen_test::{console_log, wasm_bindgen_test};

use crate::listener::Hears;
use crate::page::{leave, pause};
use crate::server;

/// Two components that both listen to the same button, as in the previous dashboard.
const LISTENERS: [&str; 2] = ["voice button", "keyboard shortcut"];
const ROUNDS: usize = 10;
/// Typical duration of a button press. A round takes longer than the deduplication window.
const PRESS_MILLIS: i32 = 270;
/// Equal messages closer together than this belong to one action.
const SAME_ACTION_MILLIS: f64 = 60.0;
/// Response time of a busy server.
const BUSY_MILLIS: u64 = 30;

#[derive(Debug)]
struct Suffered {
    received: usize,
    overlapping: u64,
    duplicates: usize,
    most_at_once: u64,
    errors: usize,
}

/// Performs texts, presses, releases and stops, each handled by two listeners.
async fn play(config: LinkConfig) -> Suffered {
    let query = server::fresh().await;
    server::make("/echo", json!({"delay_ms": BUSY_MILLIS})).await;
    let is_idle = Rc::new(Cell::new(false));
    let driver = Driver::start(config, {
        let is_idle = Rc::clone(&is_idle);
        Hears(move |batch: Batch| is_idle.set(batch.status.queued == 0 && batch.status.in_flight == 0))
    });
    driver.connect(query.trim_start_matches("?ws=").to_owned(), None, false);
    for round in 0..ROUNDS {
        let text = Command::TextInput { text: format!("text {round}") };
        let press = Command::SttStart(SttStart::Continuous);
        for command in [text, press, Command::SttStop, Command::TtsStop] {
            for component in LISTENERS {
                let origin = Origin::new(component, "press");
                driver.dispatch(Input::Submit(Submission { command: command.clone(), origin, resend_of: None }));
            }
            pause(PRESS_MILLIS).await;
        }
    }
    while !is_idle.get() {
        pause(PRESS_MILLIS).await;
    }
    let report = server::report().await;
    leave();
    let messages: Vec<&Value> =
        report["messages"].as_array().unwrap().iter().filter(|message| message["type"] != "ping").collect();
    Suffered {
        received: messages.len(),
        overlapping: report["overlapped"].as_u64().unwrap(),
        duplicates: duplicates(&messages),
        most_at_once: report["max_overlap"].as_u64().unwrap(),
        errors: report["errors"].as_array().map_or(0, Vec::len),
    }
}

/// Counts messages equal to one shortly before.
fn duplicates(messages: &[&Value]) -> usize {
    let mut last: HashMap<String, f64> = HashMap::new();
    let is_duplicate = |message: &&&Value| {
        let mut data = message["data"].clone();
        if let Some(data) = data.as_object_mut() {
            data.remove("message_id");
        }
        let at = message["t"].as_f64().unwrap();
        let before = last.insert(format!("{}{data}", message["type"]), at);
        before.is_some_and(|before| at - before < SAME_ACTION_MILLIS)
    };
    messages.iter().filter(is_duplicate).count()
}

#[wasm_bindgen_test]
async fn the_protections_keep_overlaps_and_duplicates_from_the_server() {
    let with = play(LinkConfig::default()).await;
    let without =
        play(LinkConfig { gap: Duration::ZERO, window: 10_000, dedup_window: Duration::ZERO, ..LinkConfig::default() })
            .await;
    console_log!("with queue and dedup:    {with:?}");
    console_log!("without queue and dedup: {without:?}");
    assert_eq!((with.overlapping, with.duplicates, with.most_at_once, with.errors), (0, 0, 1, 0), "{with:?}");
    assert_eq!(with.received, ROUNDS * 4, "{with:?}");
    assert!(without.overlapping > 0 && without.duplicates > 0, "the actions are wild enough: {without:?}");
    assert_eq!(without.received, ROUNDS * 4 * LISTENERS.len(), "{without:?}");
}
