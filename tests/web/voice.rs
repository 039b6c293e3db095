//! The talk button, the talk key, the stages of the turn and the avatar, with the Python test server.

use coda_dashboard::link::{ConnId, Phase};
use coda_dashboard::state::{Settings, TalkKey, TalkMode};
use js_sys::Date;
use leptos::prelude::*;
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{KeyboardEvent, KeyboardEventInit};

use crate::page::Page;
use crate::server;

const TALK: &str = "[data-testid=talk]";
const AVATAR: &str = "[data-testid=avatar]";
const HINT: &str = "[data-testid=talk-hint]";
const LISTENING: &str = ".pipeline [data-stage=listening]";

async fn ready() -> Page {
    let page = Page::open(&server::fresh().await);
    page.until_ready().await;
    page
}

async fn event(kind: &str, data: Value) {
    server::make("/event", json!({"type": kind, "data": data})).await;
}

/// Returns the messages of this type that the server received.
async fn seen(kind: &str) -> Vec<Value> {
    let report = server::report().await;
    report["messages"].as_array().unwrap().iter().filter(|message| message["type"] == kind).cloned().collect()
}

fn set(page: &Page, edit: impl FnOnce(&mut Settings)) {
    let mut settings = page.context.settings.current.get_untracked();
    edit(&mut settings);
    page.context.set_settings(settings);
}

fn is_pressed(page: &Page) -> bool {
    page.attribute(TALK, "aria-pressed") == "true"
}

/// Presses or releases a key. Returns whether the browser's default action would follow.
fn key(kind: &str, code: &str, name: &str, with_control: bool) -> bool {
    let init = KeyboardEventInit::new();
    init.set_code(code);
    init.set_key(name);
    init.set_ctrl_key(with_control);
    init.set_bubbles(true);
    init.set_cancelable(true);
    window().dispatch_event(&KeyboardEvent::new_with_keyboard_event_init_dict(kind, &init).unwrap()).unwrap()
}

#[wasm_bindgen_test]
async fn a_click_without_a_pointer_starts_and_stops_in_every_mode() {
    for mode in [TalkMode::Hold, TalkMode::Click] {
        let page = ready().await;
        set(&page, |settings| settings.talk_mode = mode);
        page.click(TALK);
        page.until("listening", || page.attribute(LISTENING, "data-state") == "running").await;
        assert!(is_pressed(&page), "{mode:?}");
        page.click(TALK);
        page.until("the end", || page.attribute(LISTENING, "data-state") == "done").await;
        assert!(!is_pressed(&page), "{mode:?}");
        let counts = (seen("stt_start").await.len(), seen("stt_stop").await.len());
        assert_eq!(counts, (1, 1), "{mode:?}");
    }
    let page = ready().await;
    set(&page, |settings| settings.talk_mode = TalkMode::Seconds);
    page.click(TALK);
    page.until("listening", || page.attribute(LISTENING, "data-state") == "running").await;
    assert!(seen("stt_start").await[0]["data"]["duration"].is_number());
}

#[wasm_bindgen_test]
async fn a_press_that_is_too_short_to_talk_starts_no_turn_and_is_explained() {
    let page = ready().await;
    let is_hinted = || page.texts(HINT)[0].contains("Hold the button");
    assert_eq!((page.texts(HINT), page.attribute(HINT, "role")), (vec![String::new()], "status".to_owned()));
    page.pointer(TALK, "pointerdown");
    page.pointer(TALK, "pointerup");
    page.until("the hint", is_hinted).await;
    assert!(!is_pressed(&page));
    page.say("typed");
    page.until_answered(1).await;
    let begin = Date::now();
    page.pointer(TALK, "pointerdown");
    page.until("no hint while it listens", || is_pressed(&page) && !is_hinted()).await;
    page.until("long enough to be meant", || Date::now() - begin > 400.0).await;
    page.pointer(TALK, "pointerup");
    page.until("let go", || !is_pressed(&page)).await;
    assert!(!is_hinted(), "it was held");
    page.until_answered(2).await;
    key("keydown", "Space", " ", false);
    key("keyup", "Space", " ", false);
    page.until("the hint for the key", is_hinted).await;
    page.say("typed again");
    page.until_answered(3).await;
    assert_eq!(page.all("[data-testid=turn][data-role=user]").len(), 3, "one for each that was meant");
}

#[wasm_bindgen_test]
async fn whoever_ends_listening_lets_go_of_the_button() {
    let page = ready().await;
    set(&page, |settings| settings.talk_mode = TalkMode::Click);
    for end in ["pipeline", "palette", "error"] {
        let before = seen("stt_stop").await.len();
        page.pointer(TALK, "pointerdown");
        page.until("listening", || page.attribute(LISTENING, "data-state") == "running").await;
        assert!(is_pressed(&page));
        match end {
            "pipeline" => page.click(&format!("{LISTENING} button")),
            "palette" => {
                page.context.sender().unwrap().send(
                    coda_dashboard::protocol::Command::SttStop,
                    "command palette",
                    "choose",
                );
            }
            _ => event("stt_error", json!({"message": "no microphone"})).await,
        }
        page.until(end, || !is_pressed(&page)).await;
        if end == "error" {
            event("conversation_turn", json!({"role": "user", "content": "typed"})).await;
            page.until("the next turn", || page.attribute(LISTENING, "data-state") == "ahead").await;
            assert!(!is_pressed(&page), "what is over stays so");
            page.pointer(TALK, "pointerdown");
            page.until("pressed again", || is_pressed(&page)).await;
            page.pointer(TALK, "pointerdown");
            page.until("let go", || !is_pressed(&page)).await;
        } else {
            page.until("read", || page.context.connection.in_flight.get_untracked() == 0).await;
            assert_eq!(seen("stt_stop").await.len(), before + 1, "{end}: told once");
        }
    }
}

#[wasm_bindgen_test]
async fn a_connection_that_is_lost_and_back_within_one_frame_lets_go_of_the_button() {
    let page = ready().await;
    page.click(TALK);
    page.until("listening", || page.attribute(LISTENING, "data-state") == "running").await;
    // A frame may bring several phases, of which the page sees only the last.
    page.context.connection.phase.writable_in_tests().update(|phase| match phase {
        Phase::Ready { conn, .. } => *conn = ConnId(conn.0 + 1),
        other => panic!("{other:?}"),
    });
    page.until("a free button", || !is_pressed(&page)).await;
    page.until("the end", || page.attribute(LISTENING, "data-state") == "done").await;
}

#[wasm_bindgen_test]
async fn a_talk_key_with_control_is_the_browsers() {
    let page = ready().await;
    set(&page, |settings| settings.talk_key = TalkKey::parse("KeyC").unwrap());
    assert!(key("keydown", "KeyC", "c", true), "copying goes on");
    assert!(!is_pressed(&page));
    assert!(!key("keydown", "KeyC", "c", false));
    page.until("it talks", || is_pressed(&page)).await;
    assert!(!key("keyup", "KeyC", "c", true), "whatever came down meanwhile");
    page.until("let go", || !is_pressed(&page)).await;
    set(&page, |settings| settings.talk_key = TalkKey::parse("ControlRight").unwrap());
    assert!(!key("keydown", "ControlRight", "Control", true), "a key that is a modifier itself talks");
    page.until("it talks", || is_pressed(&page)).await;
    key("keyup", "ControlRight", "Control", false);
    page.until("let go", || !is_pressed(&page)).await;
}

#[wasm_bindgen_test]
async fn the_stages_show_their_times_and_can_be_stopped_where_coda_can() {
    let page = ready().await;
    let time = |stage: &str| page.texts(&format!(".pipeline [data-stage={stage}] .stage-time")).concat();
    event("conversation_turn", json!({"role": "user", "content": "hello"})).await;
    page.until("thinking", || page.attribute(".pipeline [data-stage=thinking]", "data-state") == "running").await;
    let first = time("thinking");
    page.until("its time goes on", || time("thinking") != first).await;
    assert!(page.all("[data-testid=stop-speaking]").is_empty(), "Coda takes no command to stop thinking");
    assert_eq!((page.attribute(LISTENING, "data-state").as_str(), time("listening").as_str()), ("ahead", ""));
    event("conversation_turn", json!({"role": "assistant", "content": "Hi"})).await;
    event("tts_start", json!({})).await;
    page.until("speaking", || page.attribute(".pipeline [data-stage=speaking]", "data-state") == "running").await;
    assert_eq!(page.attribute(".pipeline [data-stage=thinking]", "data-state"), "done");
    let thought = time("thinking");
    page.click("[data-testid=stop-speaking]");
    page.until("it is told", || page.context.connection.in_flight.get_untracked() == 0).await;
    assert_eq!(seen("tts_stop").await.len(), 1);
    event("tts_stop", json!({})).await;
    page.until("silence", || page.attribute(".pipeline [data-stage=speaking]", "data-state") == "done").await;
    page.until("nothing to stop", || page.all("[data-testid=stop-speaking]").is_empty()).await;
    assert!(time("speaking").ends_with('s'), "{}", time("speaking"));
    assert_eq!(time("thinking"), thought, "what is over stands still");
}

#[wasm_bindgen_test]
async fn the_face_says_its_mood_in_words_and_each_has_a_shape_of_its_own() {
    let page = ready().await;
    let mut shapes = Vec::new();
    for mood in ["playful", "supportive", "concerned", "witty", "focused"] {
        event("emotion_change", json!({"emotion": mood})).await;
        page.until_shown(&format!("Ready, {mood}")).await;
        assert_eq!(page.attribute(AVATAR, "data-emotion"), mood);
        shapes.push(page.attribute(&format!("{AVATAR} .mood-{mood} path"), "d"));
    }
    event("emotion_change", json!({"emotion": "neutral"})).await;
    page.until("no mood", || page.texts(".avatar-label") == ["Ready"]).await;
    shapes.sort();
    shapes.dedup();
    assert!(shapes.len() == 5 && shapes.iter().all(|shape| !shape.is_empty()), "{shapes:?}");
}
