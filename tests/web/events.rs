//! Every event of the protocol shows on some page.

use std::collections::BTreeSet;

use coda_dashboard::history::Recording;
use coda_dashboard::protocol::{Event, Frame, decode};
use coda_dashboard::replay::Playback;
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::page::Page;

/// A port without a listener.
const NOBODY: &str = "?ws=ws://127.0.0.1:9";
const PROTOCOL: &str = include_str!("../../docs/PROTOCOL.md");
/// An echo shows as the state of a message, and the start of a session above the next entry.
const SHOWN_OTHERWISE: [&str; 2] = ["client_message", "conversation_start"];
/// What has begun before each example, so that those that end something have something to end.
const BEFORE: [&str; 4] = ["stt_start", "llm_start", "tts_start", "tool_call"];

/// The examples of the documentation, each as its type and the position of its frame in the recording.
fn examples() -> (Vec<(&'static str, usize)>, Playback) {
    let (mut examples, mut lines) = (Vec::new(), Vec::new());
    let mut add = |mut frame: Value| {
        let number = lines.len();
        frame["seq"] = json!(number + 1);
        lines.push(json!({"t": number, "dir": "in", "frame": frame.to_string()}).to_string());
        number
    };
    for example in PROTOCOL.split("```json\n").skip(1).filter_map(|block| block.split("\n```").next()) {
        let Ok(Frame::Event(envelope)) = decode(example) else { continue };
        let Some(kind) = Event::KINDS.iter().find(|kind| **kind == envelope.event.kind()) else { continue };
        for kind in BEFORE {
            let data = if kind == "tool_call" { json!({"tool_name": "get_weather"}) } else { json!({}) };
            add(json!({"type": kind, "data": data}));
        }
        examples.push((*kind, add(serde_json::from_str(example).unwrap())));
    }
    let imported = Recording::import(&lines.join("\n")).expect("JSON Lines");
    assert!(imported.errors.is_empty(), "{:?}", imported.errors);
    (examples, Playback::new(&imported.recording))
}

#[wasm_bindgen_test]
async fn every_event_shows_on_a_page() {
    let page = Page::open(NOBODY);
    let (examples, recording) = examples();
    let mut silent: BTreeSet<&str> = Event::KINDS.iter().copied().collect();
    page.context.playback.begin("the protocol".into(), recording);
    let links = page.all(".nav a").len();
    let links = (1..=links).map(|link| format!(".nav li:nth-child({link}) a"));
    // The debug tab of the memory comes after its page.
    for step in links.flat_map(|link| [link, "#memory-tab-debug".to_owned()]) {
        if page.all(&step).is_empty() {
            continue;
        }
        page.element(&step).click();
        page.until("the page", || page.all(".nav a[aria-current=page]").len() == 1).await;
        page.until_at_rest("what is kept", || page.element("#main").inner_html()).await;
        for (kind, position) in &examples {
            let shown = async |position| {
                page.context.playback.seek(position);
                leptos::task::tick().await;
                page.element("#main").inner_html()
            };
            if silent.contains(kind) && without_bar(&shown(*position).await) != without_bar(&shown(position + 1).await)
            {
                silent.remove(kind);
            }
        }
    }
    assert_eq!(silent, BTreeSet::from(SHOWN_OTHERWISE));
}

/// The page below the bar that shows the position in the recording.
fn without_bar(html: &str) -> &str {
    html.split_once("playback-end").map_or(html, |(_, rest)| rest)
}
