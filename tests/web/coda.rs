//! What the page tells of Coda itself: what it heard, what it says by voice alone, how long it takes, and what is wrong.

use coda_dashboard::analysis::FindingKind;
use coda_dashboard::driver::Driver;
use coda_dashboard::link::{Input, LinkConfig, Origin, Submission};
use coda_dashboard::protocol::Command;
use coda_dashboard::state::Settings;
use leptos::prelude::*;
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::listener::Hears;
use crate::page::Page;
use crate::server;

const COMPOSER: &str = "[data-testid=composer]";
const OPTION: &str = "[data-testid=mini-command]";
const HEARD: &str = "[data-testid=heard]";
const FEEDBACK: &str = "[data-testid=feedback]";

async fn ready() -> Page {
    let page = Page::open(&server::fresh().await);
    page.until_ready().await;
    page
}

async fn event(kind: &str, data: Value) {
    server::make("/event", json!({"type": kind, "data": data})).await;
}

async fn said(role: &str, content: &str) {
    event("conversation_turn", json!({"role": role, "content": content})).await;
}

async fn spoken(text: &str) {
    event("tts_start", json!({"text": text, "voice": "a", "provider": "b"})).await;
}

/// Returns the types of the messages that the server received, in order, without pings.
async fn received() -> Vec<String> {
    let report = server::report().await;
    let messages = report["messages"].as_array().unwrap().iter();
    messages.map(|message| message["type"].as_str().unwrap().to_owned()).filter(|kind| kind != "ping").collect()
}

fn draft(page: &Page) -> String {
    page.context.talk.draft.get_untracked()
}

fn set(page: &Page, edit: impl FnOnce(&mut Settings)) {
    let mut settings = page.context.settings.current.get_untracked();
    edit(&mut settings);
    page.context.set_settings(settings);
}

fn go(page: &Page, path: &str) {
    page.click(&format!(".nav a[href='{path}']"));
}

#[wasm_bindgen_test]
async fn what_was_heard_badly_is_marked_and_can_be_corrected() {
    let page = ready().await;
    event("stt_start", json!({"mode": "push_to_talk"})).await;
    event("stt_result", json!({"text": "what is the whether", "confidence": 0.42, "language": "en"})).await;
    said("user", "what is the whether").await;
    page.until_shown("Heard with 42 % confidence, language en").await;
    assert_eq!(page.attribute(HEARD, "data-state"), "doubtful");
    page.click("[data-testid=correct]");
    page.until("the text in the box", || draft(&page) == "what is the whether").await;
}

#[wasm_bindgen_test]
async fn speech_without_a_turn_is_told_apart_and_a_question_for_feedback_warns_of_what_it_swallows() {
    let page = ready().await;
    said("user", "hello").await;
    said("assistant", "Good morning.").await;
    spoken("Good morning.").await;
    spoken("Was that helpful?").await;
    page.until("the question", || page.all("[data-testid=turn][data-role=speech]").len() == 1).await;
    assert!(page.texts(FEEDBACK).concat().contains("Was that helpful?"));
    page.type_into(COMPOSER, "what now");
    page.until("the warning", || page.attribute(FEEDBACK, "data-state") == "feedback").await;
    page.type_into(COMPOSER, "please tell me the weather in Rabat today");
    page.until("no warning", || page.attribute(FEEDBACK, "data-state") == "answer").await;
}

#[wasm_bindgen_test]
async fn a_hash_lists_the_mini_commands_and_enter_completes_before_it_sends() {
    let page = ready().await;
    page.type_into(COMPOSER, "#sum");
    page.until("two commands", || page.all(OPTION).len() == 2).await;
    page.press(COMPOSER, "ArrowDown", false);
    page.press(COMPOSER, "Enter", false);
    page.until("the completion", || draft(&page) == "#summarize_day").await;
    page.until("a closed list", || page.all(OPTION).is_empty()).await;
    assert!(!received().await.contains(&"text_input".to_owned()), "nothing was sent yet");
    page.press(COMPOSER, "Enter", false);
    page.until("an empty box", || draft(&page).is_empty()).await;
    page.until("the text", || page.texts("[data-testid=turn]").concat().contains("#summarize_day")).await;
    page.type_into(COMPOSER, "#");
    page.until("all commands", || page.all(OPTION).len() > 10).await;
    page.press(COMPOSER, "Escape", false);
    page.until("a closed list", || page.all(OPTION).is_empty()).await;
    assert_eq!(draft(&page), "#", "the text stays");
}

#[wasm_bindgen_test]
async fn talking_while_coda_speaks_stops_the_speech_first_unless_the_user_wants_otherwise() {
    for stops in [true, false] {
        let page = ready().await;
        set(&page, |settings| settings.stop_speech = stops);
        spoken("A long story.").await;
        page.until("speech", || page.attribute("[data-testid=avatar]", "data-mode") == "speaking").await;
        page.pointer("[data-testid=talk]", "pointerdown");
        page.until("listening", || page.attribute("[data-testid=avatar]", "data-mode") == "listening").await;
        let received = received().await;
        let expected: &[&str] = if stops { &["tts_stop", "stt_start"] } else { &["stt_start"] };
        assert_eq!(received, expected);
        page.pointer("[data-testid=talk]", "pointerup");
    }
}

#[wasm_bindgen_test]
async fn the_running_turn_says_how_long_it_takes_and_how_that_compares() {
    let page = ready().await;
    for call in 0..6 {
        event("tool_call", json!({"tool_name": "search", "parameters": {"n": call}})).await;
        event("tool_result", json!({"tool_name": "search"})).await;
    }
    said("user", "hello").await;
    event("llm_start", json!({"model": "gemma2:2b", "prompt_tokens": 412})).await;
    event("tool_call", json!({"tool_name": "search", "parameters": {"n": 7}})).await;
    page.until_shown("longer than 6 of 6").await;
    page.until_shown("This response gap").await;
    page.until("the prompt", || page.texts("[data-testid=turn-figures]").concat().contains("412 tokens")).await;
    page.until_shown("Coda is responding.").await;
    assert_eq!(page.attribute("[data-testid=turn-now]", "data-state"), "slow");
}

#[wasm_bindgen_test]
async fn performance_shows_the_gap_in_parts_that_add_up_and_the_speed_of_the_model() {
    let page = ready().await;
    page.say("hello");
    page.until_answered(1).await;
    go(&page, "/performance");
    page.until("the gap", || page.attribute("[data-testid=gap]", "data-state") == "spoken").await;
    let turn = page.context.data.timings.with_untracked(|timings| timings.turns()[0].clone());
    let sum: std::time::Duration = turn.gap().parts().map(|(_, time)| time).sum();
    assert_eq!(sum, turn.gap().total());
    let parts = page.texts("[data-testid=gap-parts]").concat();
    for part in ["Sending", "Preparing", "First token", "Writing", "Speech synthesis"] {
        assert!(parts.contains(part), "{part} is not in {parts}");
    }
    assert!(page.texts("[data-testid=model-table]").concat().contains("gemma2:2b"));
    assert!(page.texts("[data-testid=gap-table] tbody tr").iter().any(|row| row.starts_with("Total")));
}

#[wasm_bindgen_test]
async fn buttons_ask_coda_by_mini_command() {
    let page = ready().await;
    go(&page, "/memory");
    page.until("the button", || !page.all("[data-text='#show_memory']").is_empty()).await;
    page.click("[data-text='#show_memory']");
    go(&page, "/");
    page.until_shown("#show_memory").await;
}

#[wasm_bindgen_test]
async fn statistics_count_what_the_filter_shows_and_sort_by_any_column() {
    let page = ready().await;
    for number in 0..3 {
        event("memory_store", json!({"content_preview": "a".repeat(number * 100 + 1), "memory_id": number})).await;
    }
    event("emotion_change", json!({"emotion": "witty"})).await;
    go(&page, "/debugger");
    page.until("the rows", || !page.all("[data-testid=debugger-row]").is_empty()).await;
    page.click("[data-testid=debugger-open-statistics]");
    let row = |kind: &str| format!("[data-testid=statistics-row][data-type={kind}]");
    page.until("the counts", || page.texts(&row("memory_store")).concat().contains("memory_storein3")).await;
    page.click("[data-testid=statistics-types] th:first-child button");
    let first = || page.all("[data-testid=statistics-row]")[0].get_attribute("data-type").unwrap();
    page.until("sorted by name", || first() == "auth_challenge").await;
}

#[wasm_bindgen_test]
async fn a_limit_in_the_settings_is_found_when_it_is_exceeded() {
    let page = ready().await;
    set(&page, |settings| settings.tool_limit = 1);
    event("tool_call", json!({"tool_name": "search"})).await;
    page.until("the finding", || {
        page.context.findings.with_untracked(|analyzer| {
            analyzer.log().open().any(|finding| finding.kind.title() == "A stage took longer than its limit")
        })
    })
    .await;
}

#[wasm_bindgen_test]
async fn an_address_that_speaks_http_only_is_named_as_not_coda() {
    let host = window().location().host().unwrap();
    let page = Page::open(&format!("?ws=ws://{host}"));
    page.until("not Coda", || page.texts("[data-testid=connection]").concat().contains("Not Coda")).await;
    page.until("the finding", || {
        page.context.findings.with_untracked(|analyzer| {
            analyzer.log().open().any(|finding| finding.kind.title() == "Something other than Coda answers")
        })
    })
    .await;
}

#[wasm_bindgen_test]
async fn another_tab_of_this_browser_is_no_other_dashboard() {
    let query = server::fresh().await;
    let page = Page::open(&query);
    page.until_ready().await;
    let tab = Driver::start(LinkConfig::default(), Hears(drop));
    // The same server, but not the same address, so it does not share the page's connection.
    tab.connect(query.trim_start_matches("?ws=").replace("127.0.0.1", "localhost"), None, false);
    let command = Command::TextInput { text: "from the other tab".into() };
    tab.dispatch(Input::Submit(Submission { command, origin: Origin::new("test", "say"), resend_of: None }));
    page.until_shown("from the other tab").await;
    let has_found = || {
        page.context
            .findings
            .with_untracked(|analyzer| analyzer.log().open().any(|finding| finding.kind == FindingKind::OtherDashboard))
    };
    assert!(!has_found(), "it is another tab");
    server::make("/other-client", json!({"count": 1})).await;
    page.until("a stranger", has_found).await;
    tab.dispatch(Input::Disconnect);
}
