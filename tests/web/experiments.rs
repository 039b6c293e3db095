//! The experiments: raw frames, protections off, a bad network.

use std::time::Duration;

use coda_dashboard::link::{MessageState, PhaseKind};
use coda_dashboard::protocol::Command;
use coda_dashboard::sim::Conditions;
use coda_dashboard::state::{Settings, Severity, TurnRow, WebSocketContext};
use leptos::prelude::*;
use serde_json::Value;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::debugger::Debugger;
use crate::page::Page;
use crate::server;

const BANNER: &str = "[data-testid=experiment]";

/// Sends texts one after the other, even while Coda is in a turn.
fn hold_nothing(context: WebSocketContext) {
    context.set_settings(Settings { hold_texts: false, ..Settings::default() });
}

fn say(context: WebSocketContext, text: &str) {
    context.sender().unwrap().send(Command::TextInput { text: text.into() }, "test", "say");
}

/// Returns the texts that the server received, in order, with duplicates.
async fn received() -> Vec<String> {
    let report = server::report().await;
    let messages = report["messages"].as_array().unwrap();
    let text = |message: &Value| message["data"]["text"].as_str().map(str::to_owned);
    messages.iter().filter_map(text).collect()
}

#[wasm_bindgen_test]
async fn a_raw_command_goes_past_the_deduplication_and_is_marked_so() {
    let debugger = Debugger::open().await;
    let page = &debugger.page;
    debugger.open_form("send", "debugger-send").await;
    page.type_into("[data-testid=debugger-send-type]", "text_input");
    page.type_into("[data-testid=debugger-send-data]", "{\"text\": \"raw words\"}");
    page.click("[data-testid=debugger-send-raw]");
    page.until_shown("without a message ID").await;
    page.click("[data-testid=debugger-send] [type=submit]");
    page.click("[data-testid=debugger-send] [type=submit]");
    page.until("its fate", || page.texts("[data-testid=debugger-fate]").join("").contains("written, raw")).await;
    debugger.filter("state:raw").await;
    debugger.until_rows("[data-state=raw]", 2).await;
    debugger.filter("type:duplicate_message").await;
    debugger.until_rows("", 1).await;
}

#[wasm_bindgen_test]
async fn a_raw_command_without_a_connection_is_refused_with_the_reason() {
    let debugger = Debugger::open().await;
    let page = &debugger.page;
    page.context.disconnect();
    page.until("no connection", || page.context.connection.kind() == PhaseKind::Offline).await;
    debugger.open_form("send", "debugger-send").await;
    page.click("[data-testid=debugger-send-raw]");
    page.click("[data-testid=debugger-send] [type=submit]");
    page.until_shown("there is no connection").await;
}

#[wasm_bindgen_test]
async fn without_protections_a_doubled_message_reaches_the_server_and_every_page_says_so() {
    let page = Page::open(&server::fresh().await);
    page.until_ready().await;
    hold_nothing(page.context);
    page.context.set_unprotected(true);
    page.until("the banner", || page.all(BANNER).len() == 1).await;
    say(page.context, "twice");
    say(page.context, "twice");
    page.until("both echoes", || {
        page.number("frames-in") >= 4 && page.context.connection.in_flight.get_untracked() == 0
    })
    .await;
    page.click("[data-testid=experiment-end]");
    page.until("no banner", || page.all(BANNER).is_empty()).await;
    say(page.context, "once");
    say(page.context, "once");
    page.until("all echoes", || page.context.connection.suppressed.get_untracked() == 1).await;
    page.until("quiet", || page.context.connection.in_flight.get_untracked() == 0).await;
    assert_eq!(received().await, ["twice", "twice", "once"]);
}

#[wasm_bindgen_test]
async fn a_delay_of_the_network_shows_in_the_round_trip_until_it_is_ended() {
    let page = Page::open(&server::fresh().await);
    page.until_ready().await;
    let delay = Duration::from_millis(200);
    page.context.set_conditions(Some(Conditions { delay, ..Conditions::default() }));
    page.until_shown("Network simulation on: 200 ms delay").await;
    say(page.context, "slow");
    let round_trip = || page.context.connection.round_trip.get_untracked().unwrap_or_default();
    page.until("a slow echo", || round_trip() >= 2 * delay).await;
    page.context.set_conditions(None);
    say(page.context, "quick");
    // Frames in transit still arrive late and in order, so the echo waits behind them, by at most one delay.
    page.until("a quick echo", || round_trip() < delay * 3 / 2).await;
}

#[wasm_bindgen_test]
async fn over_a_network_that_doubles_frames_every_text_acts_once_and_in_order() {
    let page = Page::open(&server::fresh().await);
    page.until_ready().await;
    hold_nothing(page.context);
    page.context.set_conditions(Some(Conditions { duplicate_percent: 50, seed: 7, ..Conditions::default() }));
    let texts: Vec<String> = (0..20).map(|number| format!("text {number}")).collect();
    for text in &texts {
        say(page.context, text);
    }
    let is_delivered = |row: &TurnRow| {
        let own = row.turn.with_untracked(|turn| turn.outgoing.clone());
        own.is_some_and(|own| matches!(own.state, MessageState::Delivered(_)))
    };
    let delivered =
        || page.context.talk.rows.with_untracked(|rows| rows.iter().filter(|row| is_delivered(row)).count());
    page.until("all delivered", || delivered() == texts.len()).await;
    let mut seen = received().await;
    assert!(seen.len() > texts.len(), "copies were made");
    // The server drops the copies.
    seen.dedup();
    assert_eq!(seen, texts);
}

#[wasm_bindgen_test]
async fn the_end_of_a_network_that_loses_everything_connects_at_once() {
    let page = Page::open(&server::fresh().await);
    page.until_ready().await;
    page.context.set_conditions(Some(Conditions { drop_percent: 100, ..Conditions::default() }));
    say(page.context, "into the void");
    page.until("a try that gets no answer", || page.context.connection.kind() == PhaseKind::Authenticating).await;
    let ended = js_sys::Date::now();
    page.context.set_conditions(None);
    page.until_ready().await;
    let took = js_sys::Date::now() - ended;
    assert!(took < 3_000.0, "it took {took} ms, as if it had waited for the authentication's time to be up");
}

#[wasm_bindgen_test]
async fn a_connection_that_the_experiment_breaks_is_made_anew_until_it_is_ended() {
    let page = Page::open(&server::fresh().await);
    page.until_ready().await;
    let mean_lifetime = Some(Duration::from_millis(200));
    page.context.set_conditions(Some(Conditions { mean_lifetime, ..Conditions::default() }));
    page.until_shown("closed by the network simulation").await;
    page.context.set_conditions(None);
    page.until_ready().await;
}

#[wasm_bindgen_test]
async fn what_the_page_says_to_its_user_is_recorded() {
    let debugger = Debugger::open().await;
    debugger.page.context.notices.show(Severity::Warn, "test", "Something is odd.".into());
    debugger.filter("odd").await;
    debugger.until_rows("[data-type=notice]", 1).await;
}

#[wasm_bindgen_test]
async fn the_network_is_made_bad_by_a_form_that_says_what_it_takes() {
    let debugger = Debugger::open().await;
    let page = &debugger.page;
    debugger.open_form("experiments", "network-start").await;
    for wrong in ["", "-1", "a lot", "10001"] {
        page.type_into("[data-testid=network-delay]", wrong);
        page.until_shown("A whole number from 0 to 10000.").await;
        assert!(page.element("[data-testid=network-start]").has_attribute("disabled"), "“{wrong}” is no delay");
    }
    page.type_into("[data-testid=network-delay]", "40");
    page.type_into("[data-testid=network-jitter]", "0");
    page.until("a form that can be sent", || !page.element("[data-testid=network-start]").has_attribute("disabled"))
        .await;
    page.click("[data-testid=network-start]");
    page.until("the experiment", || page.context.experiments.conditions.get_untracked().is_some()).await;
    let conditions = page.context.experiments.conditions.get_untracked().unwrap();
    assert_eq!(conditions, Conditions { delay: Duration::from_millis(40), seed: 1, ..Conditions::default() });
    say(page.context, "slow");
    let round_trip = || page.context.connection.round_trip.get_untracked().unwrap_or_default();
    page.until("a slow echo", || round_trip() >= 2 * conditions.delay).await;
    page.click("[data-testid=network-end]");
    page.until("its end", || page.context.experiments.conditions.get_untracked().is_none()).await;
}
