//! Several pages with one address, which share one connection. They are in one document here, as tabs are in one browser.

use coda_dashboard::driver::Sharing;
use coda_dashboard::history::Row;
use coda_dashboard::state::Settings;
use coda_dashboard::store::{KeyRange, Store, Table};
use coda_dashboard::tabs::Role;
use js_sys::Promise;
use leptos::prelude::*;
use serde_json::json;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::frames::animation_frame;
use crate::keeping::{count, store, until_stored};
use crate::page::{Page, leave};
use crate::server;

const OUTGOING: &str = "[data-testid=outgoing]";
const TURN: &str = "[data-testid=turn]";

fn role(page: &Page) -> Option<Role> {
    match page.context.connection.sharing.get_untracked() {
        Sharing::Alone { .. } => None,
        Sharing::Shared { role, .. } => Some(role),
    }
}

/// Two pages, of which the first one holds the connection.
async fn two() -> (Page, Page) {
    let query = server::fresh().await;
    let first = Page::open_at(&format!("/{query}"));
    first.until_ready().await;
    let second = Page::open_again();
    second.until("a follower", || role(&second) == Some(Role::Follower)).await;
    second.until_ready().await;
    (first, second)
}

/// Waits until this many entries of the conversation are kept.
async fn until_turns(wanted: usize) {
    until_stored("the entries", |store| async move { count(&store, Table::Turns).await == wanted }).await;
}

fn bodies(page: &Page) -> Vec<String> {
    page.texts(&format!("{TURN} .turn-body"))
}

async fn connections() -> i64 {
    server::report().await["connections_now"].as_i64().unwrap()
}

#[wasm_bindgen_test]
async fn two_pages_have_one_connection_and_show_the_same() {
    let (first, second) = two().await;
    assert_eq!(role(&first), Some(Role::Owner));
    assert_eq!(connections().await, 1);
    second.say("from the second");
    first.until_answered(1).await;
    second.until_answered(1).await;
    second.until("the same in both", || bodies(&second) == bodies(&first)).await;
    assert_eq!(bodies(&first)[0], "from the second");
    for page in [&first, &second] {
        assert_eq!(page.attribute(OUTGOING, "data-state"), "delivered");
    }
}

#[wasm_bindgen_test]
async fn a_page_that_joins_shows_what_was_said_before_also_in_the_data() {
    let query = server::fresh().await;
    let first = Page::open_at(&format!("/{query}"));
    first.until_ready().await;
    first.say("use a tool");
    first.until_answered(1).await;
    let tools = first.context.data.tools.with_untracked(|tools| tools.uses().len());
    assert!(tools > 0, "the question needs a tool");
    let second = Page::open_again();
    second.until("the answer", || bodies(&second) == bodies(&first)).await;
    // The words may be those that the first page has written down; the data come from the page itself.
    let data = second.context.data;
    second.until("the tools", || data.tools.with_untracked(|shown| shown.uses().len()) == tools).await;
    let turns = |page: &Page| page.context.data.performance.with_untracked(|performance| performance.turns().len());
    second.until("the turns", || turns(&second) == turns(&first)).await;
    // What comes next goes on from there, in both.
    first.say("hello");
    second.until_answered(2).await;
    second.until("the same in both", || bodies(&second) == bodies(&first)).await;
}

#[wasm_bindgen_test]
async fn what_one_page_writes_down_the_other_continues() {
    let (first, second) = two().await;
    first.say("one");
    second.until_answered(1).await;
    until_turns(2).await;
    first.context.use_demo();
    second.until("the owner", || role(&second) == Some(Role::Owner)).await;
    second.until_ready().await;
    second.say("two");
    second.until_answered(2).await;
    until_turns(4).await;
    let store = store().await;
    let sessions = store.range(Table::Sessions, &KeyRange::all(), usize::MAX).await.unwrap();
    let turns = store.keys(Table::Turns, &KeyRange::all()).await.unwrap();
    store.close();
    assert_eq!((sessions.len(), turns.len()), (1, 4), "{turns:?}");
}

#[wasm_bindgen_test]
async fn settings_hold_in_all_pages_at_once() {
    let (first, second) = two().await;
    let settings = first.context.settings.current.get_untracked();
    let other = Settings { sounds: !settings.sounds, ..settings };
    first.context.set_settings(other.clone());
    second.until("the settings", || second.context.settings.current.get_untracked() == other).await;
}

#[wasm_bindgen_test]
async fn a_page_that_goes_to_another_address_leaves_its_texts_to_the_others() {
    let (first, second) = two().await;
    server::make("/stop-listening", json!({})).await;
    server::make("/drop", json!({})).await;
    second.until("no connection", || !untrack(|| second.context.connection.is_ready())).await;
    second.say("waits");
    first.until("the text", || !first.all(OUTGOING).is_empty()).await;
    second.context.use_demo();
    second
        .until("the demo", || untrack(|| second.context.connection.is_demo() && second.context.connection.is_ready()))
        .await;
    second.until_shown("Left to other tabs with that address").await;
    server::make("/start-listening", json!({})).await;
    first.context.retry_now();
    first.until("delivered", || first.attribute(OUTGOING, "data-state") == "delivered").await;
    let report = server::report().await;
    let texts = report["messages"].as_array().unwrap().iter().filter(|message| message["type"] == "text_input");
    assert_eq!(texts.count(), 1);
}

#[wasm_bindgen_test]
async fn an_experiment_shows_in_all_pages_and_the_network_is_the_owners() {
    let (first, second) = two().await;
    second.context.set_unprotected(true);
    first.until("unprotected", || first.context.experiments.unprotected.get_untracked()).await;
    second.until("the banner", || second.all("[data-testid=experiment]").len() == 1).await;
    first.context.set_unprotected(false);
    second.until("protected", || !second.context.experiments.unprotected.get_untracked()).await;
}

#[wasm_bindgen_test]
async fn what_is_deleted_in_one_page_is_not_written_again_by_the_other() {
    let (first, second) = two().await;
    first.say("a secret");
    second.until_answered(1).await;
    until_turns(2).await;
    second.context.erase_everything().await.unwrap();
    for page in [&first, &second] {
        page.until("empty pages", || page.all("[data-testid=turn]").is_empty()).await;
        let is_recorded = |row: &Row| format!("{row:?}").contains("a secret");
        let of_it =
            page.context.history.with_untracked(|record| record.rows(..).filter(|row| is_recorded(row)).count());
        assert_eq!(of_it, 0, "the record too, but for what came since");
    }
    first.say("after it");
    second.until_answered(1).await;
    until_turns(2).await;
    let store = store().await;
    let turns = store.range(Table::Turns, &KeyRange::all(), usize::MAX).await.unwrap();
    store.close();
    assert!(turns.iter().all(|(_, turn)| !turn.contains("a secret")), "{turns:?}");
}

#[wasm_bindgen_test]
async fn a_deleted_conversation_is_gone_from_all_pages_and_from_a_new_one() {
    let (first, second) = two().await;
    first.say("a secret");
    second.until_answered(1).await;
    until_turns(2).await;
    let session = second.context.kept.sessions().await.unwrap().remove(0);
    second.context.kept.delete_session(session).await.unwrap();
    let third = Page::open_again();
    third.until_ready().await;
    for page in [&first, &second, &third] {
        page.until("no entries", || page.all("[data-testid=turn]").is_empty()).await;
    }
    first.say("after it");
    third.until_answered(1).await;
    until_turns(2).await;
}

#[wasm_bindgen_test]
async fn the_state_of_a_text_is_the_same_in_both_pages() {
    let (first, second) = two().await;
    server::make("/echo", json!({"swallow": true, "types": ["text_input"]})).await;
    first.say("no echo");
    let state = |page: &Page| page.attribute(OUTGOING, "data-state");
    second.until("written", || !second.all(OUTGOING).is_empty() && state(&second) == "written").await;
    assert_eq!(state(&first), "written");
    server::make("/echo", json!({})).await;
}

#[wasm_bindgen_test]
async fn a_tab_of_another_version_is_named_and_waited_for() {
    let query = server::fresh().await;
    let url = format!("{}/", query.trim_start_matches("?ws="));
    // Holds the connection, as far as the page can know, until told to go.
    let older = format!(
        "(() => {{
            const name = 'coda link {url}', channel = new BroadcastChannel(name);
            channel.onmessage = () => channel.postMessage([0, '{{\"v\":0,\"owner\":true,\"body\":null}}']);
            return new Promise(held => navigator.locks.request(name, () => new Promise(go => {{
                window.goOlder = () => {{ channel.close(); go(); }};
                held();
            }})));
        }})()"
    );
    JsFuture::from(js_sys::eval(&older).unwrap().unchecked_into::<Promise>()).await.unwrap();
    let page = Page::open(&query);
    page.until_shown("Another tab runs another version of this dashboard").await;
    assert!(page.element("[data-testid=send]").has_attribute("disabled"));
    page.type_into("[data-testid=composer]", "kept for later");
    page.press("[data-testid=composer]", "Enter", false);
    assert_eq!(page.context.talk.draft.get_untracked(), "kept for later");
    assert_eq!(connections().await, 0);
    js_sys::eval("window.goOlder()").unwrap();
    page.until("the owner", || role(&page) == Some(Role::Owner)).await;
    page.until_ready().await;
    page.press("[data-testid=composer]", "Enter", false);
    page.until_answered(1).await;
}

#[wasm_bindgen_test]
async fn what_changes_between_a_flush_and_its_drawing_is_shown_too() {
    let page = Page::open(&server::fresh().await);
    page.until_ready().await;
    // Asked for after the page's own frame, so it comes after the flush and before the timer that waits for the drawing.
    page.say("flush");
    animation_frame().await;
    leave();
    page.until("no owner any more", || role(&page) == Some(Role::Joining)).await;
}

#[wasm_bindgen_test]
async fn a_lock_that_comes_after_its_request_was_withdrawn_is_given_back_at_once() {
    // A browser that grants what was withdrawn, as one can that is just about to, and counts what the page holds. Only
    // the page under test is taken up again, not those of earlier tests in this document.
    js_sys::eval(
        "window.listen = document.addEventListener;
         document.addEventListener = function (event, listener, options) {
             if (event === 'resume') window.takeUpAgain = listener;
             window.listen.call(this, event, listener, options);
         };
         window.realRequest = LockManager.prototype.request;
         window.asked = [], window.held = 0;
         LockManager.prototype.request = function (name, options, granted) {
             if (!name.startsWith('coda link')) return window.realRequest.call(this, name, options, granted);
             return new Promise(over => window.asked.push(() => {
                 window.held++;
                 granted({name}).then(() => { window.held--; over(); });
             }));
         }",
    )
    .unwrap();
    let holds = |script: &str| js_sys::eval(script).unwrap().is_truthy();
    let page = Page::open(&server::fresh().await);
    page.until("its request", || holds("window.asked.length >= 1")).await;
    js_sys::eval("document.addEventListener = window.listen").unwrap();
    leave();
    js_sys::eval("takeUpAgain(new Event('resume'))").unwrap();
    page.until("its next request", || holds("window.asked.length >= 2")).await;
    let given_back = js_sys::eval("window.asked[0](); Promise.resolve().then(() => window.held === 0)").unwrap();
    assert_eq!(JsFuture::from(given_back.unchecked_into::<Promise>()).await.unwrap(), true);
    js_sys::eval("window.asked[1]()").unwrap();
    assert!(holds("window.held === 1"), "the lock that it waits for");
    js_sys::eval("LockManager.prototype.request = window.realRequest").unwrap();
}

#[wasm_bindgen_test]
async fn without_locks_each_page_has_its_own_connection() {
    js_sys::eval(
        "window.realLocks = Object.getOwnPropertyDescriptor(Navigator.prototype, 'locks');
         Object.defineProperty(Navigator.prototype, 'locks', {value: undefined, configurable: true})",
    )
    .unwrap();
    let query = server::fresh().await;
    let first = Page::open_at(&format!("/{query}"));
    first.until_ready().await;
    let second = Page::open_again();
    second.until_ready().await;
    js_sys::eval("Object.defineProperty(Navigator.prototype, 'locks', window.realLocks)").unwrap();
    assert_eq!((role(&first), role(&second)), (None, None));
    assert_eq!(connections().await, 2);
    second.say("hello");
    second.until_answered(1).await;
}

#[wasm_bindgen_test]
async fn a_page_that_may_have_no_locks_has_its_own_connection() {
    js_sys::eval(
        "window.realRequest = LockManager.prototype.request;
         LockManager.prototype.request = () => Promise.reject(new DOMException('denied', 'SecurityError'))",
    )
    .unwrap();
    let page = Page::open(&server::fresh().await);
    page.until_ready().await;
    js_sys::eval("LockManager.prototype.request = window.realRequest").unwrap();
    assert_eq!(role(&page), None);
    page.say("hello");
    page.until_answered(1).await;
}

#[wasm_bindgen_test]
async fn a_page_that_comes_from_the_demo_has_left_it_when_it_takes_over() {
    let (first, second) = two().await;
    second.context.use_demo();
    second.until("the demo", || untrack(|| second.context.connection.is_demo())).await;
    second.until_ready().await;
    second.context.leave_demo();
    second.until("a follower", || role(&second) == Some(Role::Follower)).await;
    first.context.use_demo();
    second.until("the owner", || role(&second) == Some(Role::Owner)).await;
    second.until_ready().await;
    assert!(!untrack(|| second.context.connection.is_demo()));
    second.say("to the real one");
    second.until_answered(1).await;
    let report = server::report().await;
    assert!(report["messages"].as_array().unwrap().iter().any(|message| message["data"]["text"] == "to the real one"));
}

#[wasm_bindgen_test]
async fn who_connects_by_hand_connects_the_other_pages_too() {
    let (first, second) = two().await;
    second.context.use_demo();
    second.until("the demo", || untrack(|| second.context.connection.is_demo())).await;
    first.context.disconnect();
    first.until("offline", || !untrack(|| first.context.connection.is_ready())).await;
    second.context.leave_demo();
    second.until("a follower", || role(&second) == Some(Role::Follower)).await;
    first.until_ready().await;
    second.until_ready().await;
}
