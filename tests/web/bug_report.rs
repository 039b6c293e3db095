//! Bug reports in the debugger: previewed, and opened as somebody else would.

use coda_dashboard::history::{BugReport, ReportRange, ReportedRows, Severity, export_report};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::debugger::{Debugger, ROW, choose_file};

const IMPORT: &str = "[data-testid=debugger-import]";
const COUNTS: &str = "[data-testid=bug-counts]";

/// A report of the live record, made at the first row of this type.
fn report_at(debugger: &Debugger, kind: &str) -> String {
    debugger.page.context.history.with_untracked(|recorder| {
        let rows = ReportedRows::new(recorder, ReportRange::All);
        let mut of_kind = recorder.rows(..).filter(|row| row.wire_type().is_some_and(|wire| &**wire == kind));
        let row = of_kind.next().and_then(|row| rows.place(row.number));
        let report = BugReport { said: "it was late".into(), row, ..BugReport::of(recorder) };
        export_report(&report, &rows.recording())
    })
}

#[wasm_bindgen_test]
async fn the_preview_says_what_the_file_will_hold() {
    let debugger = Debugger::open().await;
    let page = &debugger.page;
    page.context.notices.show(Severity::Warn, "test", "a warning to be reported".into());
    debugger.send("hello report");
    debugger.filter("type:text_input").await;
    page.until("some rows", || page.all(ROW).len() >= 3).await;
    debugger.open_form("bug-report", "bug-bundle").await;
    let errors = || page.texts("[data-testid=bug-errors]").concat();
    page.until("the warning", || errors().contains("a warning to be reported")).await;
    let before = page.texts(COUNTS).concat();
    assert!(before.contains("frames") && before.contains("notes"), "{before}");
    assert!(page.texts("[data-testid=bug-preview] dd").concat().contains("Mozilla"), "the browser");
    // What came since is taken when the user asks for it.
    debugger.send("one more");
    page.until("one more text", || page.all(ROW).len() >= 6).await;
    assert_eq!(page.texts(COUNTS).concat(), before);
    page.click("[data-testid=bug-refresh]");
    page.until("other counts", || page.texts(COUNTS).concat() != before).await;
    page.change("[data-testid=bug-range]", "2");
    page.until("the counts", || !page.texts(COUNTS).is_empty()).await;
}

#[wasm_bindgen_test]
async fn an_opened_report_shows_its_row_and_what_it_says() {
    let debugger = Debugger::open().await;
    let page = &debugger.page;
    debugger.send("for the report");
    debugger.filter("type:text_input").await;
    page.until("some rows", || page.all(ROW).len() >= 3).await;
    let text = report_at(&debugger, "text_input");
    // A filter that hides the row gives way.
    debugger.filter("type:pong").await;
    debugger.open_form("recordings", "debugger-import").await;
    choose_file(page, IMPORT, "coda-bug.jsonl", &text);
    page.until_shown("This recording is a bug report").await;
    page.until_shown("it was late").await;
    let chosen = format!("{ROW}[aria-selected=true]");
    page.until("its row", || page.all(&chosen).len() == 1).await;
    assert_eq!(page.attribute(&chosen, "data-type"), "text_input");
    page.click("[data-testid=debugger-live]");
    page.until("the form again", || page.all("[data-testid=bug-save]").len() == 1).await;
}
