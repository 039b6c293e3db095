//! Bookmarks and notes on the debugger's rows, on the live record and on an opened recording.

use coda_dashboard::history::{Annotation, Recording, export_jsonl};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::debugger::{DETAILS, Debugger, ROW, TABLE, choose_file};

const BOOKMARK: &str = "[data-testid=bookmark]";
const NOTE: &str = "[data-testid=row-note]";
const MARKS: &str = "[data-testid=row-annotation]";

impl Debugger {
    /// The annotations of the live record.
    fn annotations(&self) -> Vec<Annotation> {
        let live = self.page.context.history;
        live.with_untracked(|recorder| recorder.annotations().map(|(_, annotation)| annotation.clone()).collect())
    }
}

#[wasm_bindgen_test]
async fn a_row_is_bookmarked_and_noted_in_its_details_and_the_row_shows_it() {
    let debugger = Debugger::open().await;
    let page = &debugger.page;
    debugger.send("a text to remember");
    debugger.filter("type:text_input dir:out").await;
    debugger.until_rows("", 1).await;
    page.click(ROW);
    page.until("the details", || page.all(DETAILS).len() == 1).await;
    assert_eq!(page.attribute(BOOKMARK, "aria-pressed"), "false");
    page.click(BOOKMARK);
    page.until("pressed", || page.attribute(BOOKMARK, "aria-pressed") == "true").await;
    page.until("a mark in the row", || page.all(MARKS).len() == 1).await;
    assert_eq!(page.attribute(MARKS, "aria-label"), "bookmark");
    page.change(NOTE, "why so late?");
    page.until("both", || page.attribute(MARKS, "aria-label") == "bookmark and note").await;
    assert_eq!(page.attribute(MARKS, "title"), "why so late?");
    debugger.filter("is:bookmarked is:noted").await;
    debugger.until_rows("", 1).await;
    page.click(BOOKMARK);
    page.until("no row", || page.all(ROW).is_empty()).await;
    assert_eq!(debugger.annotations(), [Annotation { is_bookmarked: false, comment: "why so late?".into() }]);
}

#[wasm_bindgen_test]
async fn keys_set_bookmarks_and_go_to_the_next_and_the_previous() {
    let debugger = Debugger::open().await;
    let page = &debugger.page;
    debugger.send("one");
    debugger.filter("type:text_input").await;
    page.until("some rows", || page.all(ROW).len() >= 3).await;
    let chosen = || page.attribute(&format!("{ROW}[aria-selected=true]"), "aria-rowindex");
    page.press(TABLE, "Home", false);
    page.press(TABLE, "b", false);
    page.until("a bookmark", || debugger.annotations().len() == 1).await;
    page.until("the first row", || !chosen().is_empty()).await;
    let first = chosen();
    page.press(TABLE, "ArrowDown", false);
    page.press(TABLE, "b", false);
    page.until("two bookmarks", || debugger.annotations().len() == 2).await;
    page.until("the second row", || chosen() != first).await;
    let second = chosen();
    page.press(TABLE, "N", true);
    page.until("the first", || chosen() == first).await;
    page.press(TABLE, "n", false);
    page.until("the second", || chosen() == second).await;
    page.press(TABLE, "b", false);
    page.until("one bookmark", || debugger.annotations().len() == 1).await;
}

#[wasm_bindgen_test]
async fn an_opened_recording_shows_its_notes_and_takes_more() {
    let debugger = Debugger::open().await;
    let page = &debugger.page;
    debugger.send("for the record");
    debugger.filter("type:text_input").await;
    page.until("some rows", || page.all(ROW).len() >= 3).await;
    page.press(TABLE, "Home", false);
    page.press(TABLE, "b", false);
    page.until("a bookmark", || debugger.annotations().len() == 1).await;
    let text =
        page.context.history.with_untracked(|recorder| export_jsonl(&Recording::of(recorder, recorder.rows(..))));
    page.press(TABLE, "b", false);
    page.until("none", || debugger.annotations().is_empty()).await;
    debugger.open_form("recordings", "debugger-import").await;
    choose_file(page, "[data-testid=debugger-import]", "noted.jsonl", &text);
    page.until("the mark", || page.all(MARKS).len() == 1).await;
    page.press(TABLE, "Home", false);
    page.press(TABLE, "Enter", false);
    page.until("the note's field", || page.all(NOTE).len() == 1).await;
    page.change(NOTE, "seen elsewhere");
    page.until("both", || page.attribute(MARKS, "aria-label") == "bookmark and note").await;
    assert_eq!(debugger.annotations(), [], "the live record is as it was");
}
