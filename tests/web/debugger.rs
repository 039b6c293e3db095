//! The debugger against the Python test server.

use coda_dashboard::history::RowKind;
use coda_dashboard::protocol::Command;
use coda_dashboard::ui::debugger::DebuggerPanel;
use leptos::prelude::*;
use leptos_router::components::Router;
use serde_json::{Value, json};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::frames::animation_frame;
use crate::page::{Page, pause};
use crate::server;

pub const ROW: &str = ".debugger-rows [data-testid=debugger-row]";
const FILTER: &str = "[data-testid=debugger-filter]";
const ERROR: &str = "[data-testid=debugger-filter-error]";
pub const TABLE: &str = "[data-testid=debugger-table]";
const FOLD: &str = "[data-testid=debugger-fold]";
pub const DETAILS: &str = "[data-testid=debugger-details]";
const STYLES: &str = concat!(
    include_str!("../../style/tokens.css"),
    include_str!("../../style/base.css"),
    include_str!("../../style/debugger.css"),
);

/// The debugger with its style sheets, which it needs for its height. Dropping it removes them.
pub struct Debugger {
    pub page: Page,
    styles: web_sys::Element,
}

impl Drop for Debugger {
    fn drop(&mut self) {
        self.styles.remove();
    }
}

impl Debugger {
    pub async fn open() -> Self {
        let styles = document().create_element("style").unwrap();
        styles.set_text_content(Some(STYLES));
        document().head().unwrap().append_child(&styles).unwrap();
        let part = || {
            view! {
                <Router>
                    <div style="height: 600px">
                        <DebuggerPanel />
                    </div>
                </Router>
            }
        };
        let page = Page::open_with(&server::fresh().await, part);
        page.until("a ready connection", || page.context.connection.is_ready()).await;
        page.until("the first rows", || !page.all(ROW).is_empty()).await;
        Self { page, styles }
    }

    pub fn send(&self, text: &str) {
        self.page.context.sender().unwrap().send(Command::TextInput { text: text.into() }, "test", "say");
    }

    /// Opens the panel of this name beside the table, and waits for the given part of it.
    pub async fn open_form(&self, name: &str, part: &str) {
        self.page.click(&format!("[data-testid=debugger-open-{name}]"));
        self.page.until("the form", || self.page.all(&format!("[data-testid={part}]")).len() == 1).await;
    }

    pub async fn filter(&self, text: &str) {
        self.page.type_into(FILTER, text);
        // The rows follow in the same frame, or in the next.
        for _ in 0..2 {
            animation_frame().await;
        }
    }

    fn types(&self) -> Vec<String> {
        let kind = |row: &web_sys::Element| row.get_attribute("data-type").unwrap_or_default();
        self.page.all(ROW).iter().map(kind).collect()
    }

    pub async fn until_rows(&self, selector: &str, count: usize) {
        let rows = format!("{ROW}{selector}");
        self.page.until(&format!("{count} rows {selector}"), || self.page.all(&rows).len() == count).await;
    }
}

#[wasm_bindgen_test]
async fn a_sent_text_appears_with_its_state_and_its_round_trip() {
    let debugger = Debugger::open().await;
    debugger.send("hello debugger");
    debugger.filter("type:text_input").await;
    debugger.until_rows("[data-state=delivered]", 2).await;
    let rows = debugger.page.texts(ROW);
    // The frame as sent, and the message in each of its states.
    assert_eq!(rows.len(), 4, "{rows:?}");
    assert!(rows.iter().all(|row| row.contains("hello debugger")), "{rows:?}");
    let delivered = debugger.page.texts(&format!("{ROW}[data-state=delivered] > :nth-child(7)"));
    assert!(delivered.iter().all(|round_trip| round_trip.ends_with('s')), "{delivered:?}");
}

#[wasm_bindgen_test]
async fn the_filter_narrows_and_a_wrong_one_says_where() {
    let debugger = Debugger::open().await;
    debugger.send("hello");
    debugger.filter("type:text_input dir:out").await;
    debugger.until_rows("", 1).await;
    assert_eq!(debugger.types(), ["text_input"]);
    debugger.filter("type:text_input dir:sideways").await;
    debugger.page.until("the error", || debugger.page.texts(ERROR)[0].contains("character 21")).await;
    assert!(debugger.page.texts(ERROR)[0].contains("expected “in” or “out”"));
    assert_eq!(debugger.types(), ["text_input"], "the last right one stays in force");
    assert!(debugger.page.texts(ERROR)[0].ends_with("type:text_input dir:out applies until you correct it."));
    debugger.filter("dir:out").await;
    let search = || window().location().search().unwrap();
    debugger.page.until("the filter in the address", || search().contains("filter=dir")).await;
    assert_eq!(debugger.page.texts(ERROR), [""]);
}

#[wasm_bindgen_test]
async fn an_or_shows_the_rows_of_both_sides() {
    let debugger = Debugger::open().await;
    debugger.filter("type:auth_challenge or (type:auth_result dir:in)").await;
    debugger.until_rows("", 2).await;
    assert_eq!(debugger.types(), ["auth_challenge", "auth_result"]);
    debugger.filter("-(type:auth_challenge,auth_result or dir:out)").await;
    let is_of_them = |kind: &String| kind.starts_with("auth_");
    let are_others = |types: Vec<String>| !types.is_empty() && !types.iter().any(is_of_them);
    debugger.page.until("the other rows", || are_others(debugger.types())).await;
    assert_eq!(debugger.page.texts(ERROR), [""]);
}

#[wasm_bindgen_test]
async fn a_term_that_is_being_typed_is_no_error_until_it_is_left() {
    let debugger = Debugger::open().await;
    let page = &debugger.page;
    for begun in ["type:auth_result type:", "type:auth_result (", "type:auth_result or", "type:auth_result \"a"] {
        debugger.filter(begun).await;
        debugger.until_rows("", 1).await;
        assert_eq!(debugger.types(), ["auth_result"], "{begun}");
        assert_eq!(page.texts(ERROR), [""], "{begun}");
        assert_eq!(page.attribute(FILTER, "aria-invalid"), "false", "{begun}");
    }
    debugger.filter("type:auth_result type:").await;
    page.press(FILTER, "Enter", false);
    page.until("the error", || page.texts(ERROR)[0].contains("expected a wire type")).await;
    debugger.filter("type:auth_result dir:").await;
    page.until("no error", || page.texts(ERROR) == [""]).await;
    page.element(FILTER).dispatch_event(&web_sys::Event::new("blur").unwrap()).unwrap();
    page.until("the error", || page.texts(ERROR)[0].contains("expected “in” or “out”")).await;
    debugger.filter("type:auth_result dir: rabat").await;
    page.until("the error", || page.texts(ERROR)[0].contains("expected “in” or “out”")).await;
    assert_eq!(debugger.types(), ["auth_result"], "the last right one stays in force");
}

#[wasm_bindgen_test]
async fn the_words_of_the_filter_are_completed_by_keyboard() {
    let debugger = Debugger::open().await;
    debugger.page.type_into(FILTER, "sta");
    let value = || js_sys::Reflect::get(&debugger.page.element(FILTER), &"value".into()).unwrap().as_string();
    for (offered, completed) in [("state", "state:"), ("queued", "state:queued ")] {
        let is_offered = || debugger.page.texts("[role=option]").iter().any(|option| option.contains(offered));
        debugger.page.until(offered, is_offered).await;
        debugger.page.press(FILTER, "ArrowDown", false);
        debugger.page.press(FILTER, "Enter", false);
        debugger.page.until(completed, || value().as_deref() == Some(completed)).await;
    }
}

#[wasm_bindgen_test]
async fn a_press_on_a_type_shows_that_type_only() {
    let debugger = Debugger::open().await;
    let count = "[data-testid=debugger-count][data-type=auth_challenge]";
    debugger.page.click(count);
    debugger.until_rows("", 1).await;
    assert_eq!(debugger.types(), ["auth_challenge"]);
    assert_eq!(debugger.page.attribute(count, "aria-pressed"), "true");
    debugger.page.click(count);
    debugger.page.until("all again", || debugger.page.all(ROW).len() > 3).await;
}

#[wasm_bindgen_test]
async fn the_tokens_of_an_answer_are_one_line_that_opens() {
    let debugger = Debugger::open().await;
    debugger.send("a long one");
    debugger.filter("type:llm_token").await;
    let has_ended = || {
        let ended = |row: &coda_dashboard::history::Row| row.wire_type().is_some_and(|kind| &**kind == "llm_result");
        debugger.page.context.history.with_untracked(|recorder| recorder.rows(..).any(ended))
    };
    debugger.page.until("the answer", has_ended).await;
    debugger.until_rows("", 1).await;
    assert_eq!(debugger.page.attribute(FOLD, "aria-expanded"), "false");
    let history = debugger.page.context.history;
    let tokens = history.with_untracked(|recorder| recorder.rows(..).filter(|row| row.is_token()).count());
    let held = || debugger.page.texts("[data-testid=debugger-held]")[0].clone();
    let are_counted = || held().starts_with(&format!("{tokens} of "));
    debugger.page.until("rows counted, not lines", are_counted).await;
    debugger.page.click(FOLD);
    debugger.page.until("the tokens", || debugger.page.all(ROW).len() > 5).await;
    assert_eq!(debugger.page.attribute(FOLD, "aria-expanded"), "true");
    assert!(are_counted(), "folded or not: {}", held());
    debugger.page.press(TABLE, "ArrowLeft", false);
    debugger.until_rows("", 1).await;
}

#[wasm_bindgen_test]
async fn the_states_of_a_message_are_folded_under_its_frame() {
    let debugger = Debugger::open().await;
    debugger.send("one line");
    let frame = format!("{ROW}[data-type=text_input]");
    debugger
        .page
        .until("its outcome", || !debugger.page.all(&format!("{frame}[data-state=delivered]")).is_empty())
        .await;
    debugger.until_rows("[data-type=text_input]", 1).await;
    assert!(debugger.page.texts(&frame)[0].contains("one line"));
    debugger.page.click(&format!("{frame} [data-testid=debugger-fold]"));
    debugger.page.until("its states", || debugger.page.all(&frame).len() > 2).await;
}

#[wasm_bindgen_test]
async fn a_quick_filter_shows_what_it_names() {
    let debugger = Debugger::open().await;
    debugger.send("quick");
    debugger.page.until("the frame", || debugger.types().iter().any(|kind| kind == "text_input")).await;
    debugger.page.click("[data-testid=quick-commands]");
    debugger.until_rows("", 1).await;
    assert_eq!(debugger.types(), ["text_input"]);
    assert_eq!(debugger.page.attribute("[data-testid=quick-commands]", "aria-pressed"), "true");
    debugger.page.click("[data-testid=quick-all]");
    debugger.page.until("all again", || debugger.page.all(ROW).len() > 3).await;
}

#[wasm_bindgen_test]
async fn the_list_of_types_is_one_tab_stop_with_arrow_keys() {
    let debugger = Debugger::open().await;
    let count = "[data-testid=debugger-count]";
    debugger.page.until("types", || debugger.page.all(count).len() > 2).await;
    let stops = || debugger.page.all(&format!("{count}[tabindex='0']")).len();
    assert_eq!(stops(), 1);
    debugger.page.element(&format!("{count}[tabindex='0']")).focus().unwrap();
    debugger.page.press(".debugger-counts", "ArrowDown", false);
    let second = debugger.page.all(count)[1].clone();
    assert_eq!(document().active_element(), Some(second));
    assert_eq!(stops(), 1);
}

#[wasm_bindgen_test]
async fn the_token_of_the_challenge_is_nowhere_on_the_page() {
    let debugger = Debugger::open().await;
    let token = debugger.page.context.history.with_untracked(|recorder| {
        recorder.rows(..).find_map(|row| match &row.kind {
            RowKind::FrameIn { kind, text, .. } if &**kind == "auth_challenge" => {
                let frame: Value = serde_json::from_str(text).unwrap();
                Some(frame["data"]["token"].as_str().unwrap().to_owned())
            }
            _ => None,
        })
    });
    let token = token.expect("the server asked for a token");
    for kind in ["auth_challenge", "auth_response"] {
        debugger.filter(&format!("type:{kind}")).await;
        debugger.until_rows("", 1).await;
        debugger.page.click(ROW);
        debugger.page.until("the details", || debugger.page.texts(DETAILS).join("").contains(kind)).await;
        assert!(debugger.page.texts(DETAILS).join("").contains("•••"));
        let html = document().document_element().unwrap().outer_html();
        assert!(!html.contains(&token), "{kind} shows the token");
    }
}

#[wasm_bindgen_test]
async fn twenty_thousand_events_leave_few_rows_in_the_document() {
    let debugger = Debugger::open().await;
    server::make("/flood", json!({"count": 20_000, "wait": true})).await;
    let history = debugger.page.context.history;
    let end = || history.with_untracked(|recorder| recorder.numbers().end);
    debugger.page.until("all events", || end() > 20_000).await;
    let rows = || debugger.page.attribute(TABLE, "aria-rowcount").parse::<usize>().unwrap_or_default();
    debugger.page.until("all lines", || rows() > 5_000).await;
    assert!(debugger.page.all(ROW).len() <= 300, "{} rows", debugger.page.all(ROW).len());
    let newest = format!("{ROW}[aria-rowindex='{}']", rows());
    debugger.page.until("the newest in view", || debugger.page.all(&newest).len() == 1).await;
    debugger.filter("type:conversation_turn").await;
    debugger.page.until("fewer lines", || rows() < 5_000).await;
    assert!(debugger.page.all(ROW).len() <= 300, "{} rows", debugger.page.all(ROW).len());
}

#[wasm_bindgen_test]
async fn rows_that_stay_keep_their_elements_and_new_ones_take_those_of_the_rows_that_went() {
    let debugger = Debugger::open().await;
    let page = &debugger.page;
    let are_in = |few: &[web_sys::Element], many: &[web_sys::Element]| {
        few.iter().all(|one| many.iter().any(|other| other.is_same_node(Some(one))))
    };
    server::make("/flood", json!({"count": 2_000, "wait": true})).await;
    let end = || page.context.history.with_untracked(|recorder| recorder.numbers().end);
    page.until("all events", || end() > 2_000).await;
    let until_only = async |kind: &str| {
        debugger.filter(&format!("type:{kind}")).await;
        let are_there = || debugger.types().len() > 10 && debugger.types().iter().all(|shown| shown == kind);
        page.until(kind, are_there).await;
    };
    until_only("conversation_turn").await;
    let before = page.all(ROW);
    until_only("tool_result").await;
    let after = page.all(ROW);
    assert!(are_in(&after, &before) || are_in(&before, &after), "{} elements, then {}", before.len(), after.len());
    let (types, cells) = (debugger.types(), page.texts(&format!("{ROW} > :nth-child(4)")));
    assert!(types.iter().chain(&cells).all(|kind| kind.trim() == "tool_result"), "{types:?}, {cells:?}");
    let place = |row: &web_sys::Element| row.get_attribute("aria-rowindex").unwrap().parse::<usize>().unwrap();
    let places: Vec<_> = after.iter().map(place).collect();
    assert!(places.windows(2).all(|pair| pair[0] + 1 == pair[1]), "{places:?}");
    page.click(ROW);
    page.until("the details", || page.texts(DETAILS).join("").contains("tool_result")).await;

    // After scrolling a few rows, those still in view keep their elements.
    debugger.filter("").await;
    page.until("the newest of many", || page.element(TABLE).scroll_top() > 26 * 100).await;
    let scroll_to = async |row: i32| {
        page.element(TABLE).set_scroll_top(26 * row);
        // Four rows above the view are in the document as well, and row index 1 is the table's head.
        let first = || page.attribute(ROW, "aria-rowindex").parse::<i32>().unwrap_or_default();
        page.until("the rows there", || first() == row - 4 + 2).await;
    };
    scroll_to(40).await;
    let last = page.all(ROW).last().unwrap().id();
    let element = page.element(&format!("#{last}"));
    scroll_to(42).await;
    assert!(page.element(&format!("#{last}")).is_same_node(Some(&element)), "{last} has another element");
}

#[wasm_bindgen_test]
async fn the_row_that_was_pressed_opens_though_its_element_shows_another_when_it_is_let_go() {
    let debugger = Debugger::open().await;
    let page = &debugger.page;
    debugger.filter("type:auth_challenge").await;
    debugger.until_rows("", 1).await;
    let row = page.element(ROW);
    mouse(&row, "mousedown");
    debugger.filter("type:auth_result").await;
    page.until("another row in its element", || row.get_attribute("data-type").as_deref() == Some("auth_result")).await;
    mouse(&row, "click");
    page.until("the details", || page.texts(DETAILS).join("").contains("auth_challenge")).await;
    // A click by keyboard, without mouse events, opens the row that is there now.
    row.click();
    page.until("its details", || page.texts(DETAILS).join("").contains("auth_result")).await;
    // If the button is released elsewhere, as when selecting text, the click goes to the common ancestor.
    debugger.filter("type:auth_challenge").await;
    page.until("the first row again", || row.get_attribute("data-type").as_deref() == Some("auth_challenge")).await;
    mouse(&row, "mousedown");
    mouse(&page.element(".debugger-rows"), "click");
    animation_frame().await;
    assert!(page.texts(DETAILS).join("").contains("auth_result"), "a row was opened that was not clicked");
}

fn mouse(element: &web_sys::Element, kind: &str) {
    let init = web_sys::PointerEventInit::new();
    init.set_bubbles(true);
    init.set_detail(1);
    element.dispatch_event(&web_sys::PointerEvent::new_with_event_init_dict(kind, &init).unwrap()).unwrap();
}

#[wasm_bindgen_test]
async fn who_scrolls_up_while_the_table_is_about_to_go_to_its_end_stays_there() {
    let debugger = Debugger::open().await;
    let page = &debugger.page;
    let table = page.element(TABLE);
    server::make("/flood", json!({"count": 1_000, "wait": true})).await;
    page.until("the newest of many", || table.scroll_top() > 1_000).await;
    page.until_at_rest("the table", || (table.scroll_top(), table.scroll_height())).await;
    debugger.send("one more");
    animation_frame().await;
    // The row exists now, but the table scrolls to its end only with the next frame.
    let place = table.scroll_top() - 300;
    table.set_scroll_top(place);
    for _ in 0..3 {
        animation_frame().await;
    }
    assert_eq!(table.scroll_top(), place);
}

#[wasm_bindgen_test]
async fn who_follows_the_newest_row_follows_it_in_a_window_of_another_size() {
    let debugger = Debugger::open().await;
    let page = &debugger.page;
    let table = page.element(TABLE);
    server::make("/flood", json!({"count": 1_000, "wait": true})).await;
    let is_at_end = || table.scroll_top() + table.client_height() + 2 >= table.scroll_height();
    page.until("the newest of many", || table.scroll_top() > 1_000 && is_at_end()).await;
    page.until_at_rest("the table", || (table.scroll_top(), table.scroll_height())).await;
    let area: web_sys::HtmlElement = table.closest("[style]").unwrap().unwrap().unchecked_into();
    let give = |height: &str| area.style().set_property("height", height).unwrap();
    let in_turn = [("300px", "290px"), ("600px", "250px"), ("500px", "550px")].map(|sizes| (sizes, false));
    let at_once = [("600px", "300px"), ("700px", "350px")].map(|sizes| (sizes, true));
    for ((height, next), at_once) in in_turn.into_iter().chain(at_once) {
        // In a taller window the browser scrolls back, but fires the event only after the next change of size.
        animation_frame().await;
        give(height);
        if at_once {
            // Reading a size forces a synchronous layout.
            let _ = table.scroll_height();
        } else {
            pause(0).await;
        }
        give(next);
        let _ = table.scroll_height();
        debugger.send(&format!("at {next}"));
        for _ in 0..4 {
            animation_frame().await;
        }
        assert!(page.all("[data-testid=debugger-newest]").is_empty(), "{height}, {next}: it does not follow any more");
        // A reply's row may have arrived with the last frame; the table scrolls to its end with the next one.
        page.until("the end", is_at_end).await;
    }
}

#[wasm_bindgen_test]
async fn a_command_is_checked_while_it_is_written_and_sent_through_the_queue() {
    let debugger = Debugger::open().await;
    debugger.open_form("send", "debugger-send").await;
    debugger.page.type_into("[data-testid=debugger-send-data]", "{\"text\": }");
    debugger.page.until_shown("Line 1, column 10").await;
    debugger.page.type_into("[data-testid=debugger-send-data]", "{\"text\": \"by hand\"}");
    debugger.page.until("no error", || debugger.page.texts("[data-testid=debugger-send-error]") == [""]).await;
    debugger.page.click("[data-testid=debugger-send] [type=submit]");
    let prediction = || debugger.page.texts("[data-testid=debugger-fate]").join("");
    debugger.page.until("its fate", || prediction().contains("delivered")).await;
    assert_eq!(server::report().await["messages"][1]["data"]["text"], "by hand");
}

#[wasm_bindgen_test]
async fn a_saved_filter_is_put_back_by_its_name_and_outlives_the_panel() {
    let debugger = Debugger::open().await;
    let page = &debugger.page;
    let saved = "[data-testid=debugger-saved]";
    debugger.filter("type:auth_result").await;
    page.type_into(&format!("{saved} form input"), "who we are");
    page.click(&format!("{saved} form [type=submit]"));
    let name = format!("{saved} li .link-button");
    page.until("its name", || page.texts(&name) == ["who we are"]).await;
    debugger.filter("").await;
    page.click(&name);
    debugger.until_rows("", 1).await;
    assert_eq!(debugger.types(), ["auth_result"]);
    let kept = window().local_storage().unwrap().unwrap().get_item("coda.debugger.filters").unwrap();
    assert!(kept.is_some_and(|kept| kept.contains("who we are") && kept.contains("type:auth_result")));
    page.click(&format!("{saved} li .button"));
    page.until("none", || page.all(&name).is_empty()).await;
}

#[wasm_bindgen_test]
async fn a_paused_table_stands_still_while_the_record_goes_on() {
    let debugger = Debugger::open().await;
    let page = &debugger.page;
    debugger.filter("type:text_input").await;
    debugger.send("before");
    debugger.until_rows("[data-state=delivered]", 2).await;
    page.click("[data-testid=debugger-pause]");
    debugger.send("meanwhile");
    page.until_shown("Paused, ").await;
    let recorded = || {
        let is_it = |row: &coda_dashboard::history::Row| row.frame().is_some_and(|text| text.contains("meanwhile"));
        page.context.history.with_untracked(|recorder| recorder.rows(..).filter(|row| is_it(row)).count())
    };
    page.until("the record", || recorded() > 0).await;
    assert!(page.texts(ROW).iter().all(|row| !row.contains("meanwhile")));
    page.click("[data-testid=debugger-pause]");
    page.until("the news", || page.texts(ROW).iter().any(|row| row.contains("meanwhile"))).await;
}

#[wasm_bindgen_test]
async fn what_had_to_go_for_newer_rows_is_counted_and_shown() {
    let debugger = Debugger::open().await;
    let page = &debugger.page;
    let mut settings = page.context.settings.current.get_untracked();
    settings.history_rows = 1_000;
    page.context.set_settings(settings);
    server::make("/flood", json!({"count": 1_500, "wait": true})).await;
    page.until_shown("oldest rows").await;
    assert!(page.context.history.with_untracked(coda_dashboard::history::Recorder::len) <= 1_000);
    let number = |words: &str| words.split(' ').next().and_then(|count| count.replace(',', "").parse::<u64>().ok());
    let shown = || page.texts(".debugger-evicted").first().and_then(|words| number(words));
    page.until("the count", || shown().is_some_and(|count| count >= 500)).await;
    assert_eq!(shown(), Some(page.context.history.with_untracked(|recorder| recorder.evicted().rows)));
}

#[wasm_bindgen_test]
async fn a_recording_is_shown_in_place_of_the_live_record_and_its_rows_are_its_own() {
    let debugger = Debugger::open().await;
    let page = &debugger.page;
    debugger.open_form("recordings", "debugger-import").await;
    let text = concat!(
        "{\"t\":0.5,\"dir\":\"in\",\"frame\":\"{\\\"type\\\":\\\"ours\\\",\\\"seq\\\":1,\\\"data\\\":{}}\"}\n",
        "not a line\n",
        "{\"t\":0.7,\"dir\":\"out\",\"frame\":\"{\\\"type\\\":\\\"theirs\\\",\\\"data\\\":{}}\"}\n",
    );
    choose_file(page, "[data-testid=debugger-import]", "walk.jsonl", text);
    page.until_shown("Recording: walk.jsonl").await;
    page.until_shown("1 unreadable").await;
    // The sent message's states, queued and written, are folded under its frame.
    debugger.until_rows("", 2).await;
    assert_eq!(debugger.types(), ["ours", "theirs"]);
    assert!(page.texts("[data-testid=debugger-banner]")[0].contains("walk.jsonl, 2 frames,"), "frames are counted");
    assert!(page.texts("[data-testid=debugger-held]")[0].starts_with("4 rows, "), "and rows");
    page.click("[data-testid=debugger-live]");
    page.until("the live rows", || debugger.types().iter().any(|kind| kind == "auth_challenge")).await;
}

/// Picks a file as a person does.
pub fn choose_file(page: &Page, selector: &str, name: &str, text: &str) {
    let parts = js_sys::Array::of1(&text.into());
    let file = web_sys::File::new_with_str_sequence(&parts, name).unwrap();
    let transfer = web_sys::DataTransfer::new().unwrap();
    transfer.items().add_with_file(&file).unwrap();
    let input: web_sys::HtmlInputElement = page.element(selector).unchecked_into();
    input.set_files(transfer.files().as_ref());
    input.dispatch_event(&web_sys::Event::new("change").unwrap()).unwrap();
}
