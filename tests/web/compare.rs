//! The comparison of the record on view with a second recording.

use coda_dashboard::history::{Recording, export_jsonl};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::debugger::{DETAILS, Debugger, choose_file};

const FILE: &str = "[data-testid=compare-file]";
const DIFFERENCE: &str = "[data-testid=compare-turn] [data-testid=difference]";
const FIRST: &str = "[data-testid=compare-first]";

/// A debugger whose record has an answered text, and that record as JSON Lines.
async fn answered() -> (Debugger, String) {
    let debugger = Debugger::open().await;
    debugger.send("hello comparison");
    let is_answered = || {
        debugger.page.context.history.with_untracked(|recorder| {
            // Coda's last word on a turn.
            recorder.counts_by_type().any(|(kind, _)| &**kind == "latency_trace")
        })
    };
    debugger.page.until("the answer", is_answered).await;
    let end = || debugger.page.context.history.with_untracked(|recorder| recorder.numbers().end);
    debugger.page.until_at_rest("the record", end).await;
    let text = debugger
        .page
        .context
        .history
        .with_untracked(|recorder| export_jsonl(&Recording::of(recorder, recorder.rows(..))));
    (debugger, text)
}

#[wasm_bindgen_test]
async fn what_a_second_recording_lacks_is_listed_by_turn_with_links_to_its_rows() {
    let (debugger, text) = answered().await;
    let page = &debugger.page;
    debugger.open_form("compare", "compare-file").await;
    // The second recording ends before the answer.
    let is_before = |line: &&str| !line.contains("llm_result") && !line.contains(r#"\"assistant\""#);
    let shorter: Vec<&str> = text.lines().take_while(is_before).collect();
    choose_file(page, FILE, "yesterday.jsonl", &shorter.join("\n"));
    page.until_shown("between this session").await;
    page.until_shown("In yesterday.jsonl: its answer was not finished when the recording ended.").await;
    assert!(page.texts(&format!("{FIRST} p")).concat().starts_with("The turn ended differently."));
    let titles = page.texts("[data-testid=compare-turn] h3");
    assert!(titles.iter().any(|title| title.contains("“hello comparison”")), "{titles:?}");
    assert!(page.texts(&format!("{DIFFERENCE} summary")).iter().any(|label| label.starts_with("yesterday.jsonl: ")));
    page.click(&format!("{FIRST} [data-testid=compare-row]"));
    page.until("the details of its row", || page.all(DETAILS).len() == 1).await;
    // It is still there after a look at the row.
    debugger.open_form("compare", "compare-file").await;
    assert!(!page.all(DIFFERENCE).is_empty());
}

#[wasm_bindgen_test]
async fn differences_are_filtered_by_kind_and_the_second_recording_can_be_closed() {
    let (debugger, text) = answered().await;
    let page = &debugger.page;
    debugger.open_form("compare", "compare-file").await;
    choose_file(page, FILE, "same.jsonl", &text);
    page.until_shown("0 differences between this session").await;
    page.until_shown("None: they are the same.").await;
    debugger.send("one more");
    let is_there = || {
        page.context.history.with_untracked(|recorder| {
            let texts = recorder.rows(..).filter(|row| row.frame().is_some_and(|text| text.contains("one more")));
            texts.filter(|row| row.message().is_some()).count() >= 2
        })
    };
    page.until("the text and its echo", is_there).await;
    page.click("[data-testid=compare-again]");
    page.until_shown("Only this session has this turn.").await;
    let turns = || page.all(&format!("{DIFFERENCE}[data-kind=turns]")).len();
    assert_eq!(turns(), 1);
    page.click("[data-testid=compare-turns]");
    page.until("none of turns", || turns() == 0).await;
    page.click("[data-testid=compare-turns]");
    page.until("them again", || turns() == 1).await;
    page.click("[data-testid=compare-close]");
    page.until("nothing", || page.all(FIRST).is_empty()).await;
}

#[wasm_bindgen_test]
async fn a_file_that_is_no_recording_is_refused_and_nothing_is_compared() {
    let debugger = Debugger::open().await;
    let page = &debugger.page;
    debugger.open_form("compare", "compare-file").await;
    choose_file(page, FILE, "notes.txt", "milk, bread");
    page.until_shown("notes.txt is not a recording").await;
    assert!(page.all(FIRST).is_empty());
}
