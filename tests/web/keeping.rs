//! What is kept for later visits, in the browser's own database.

use std::future::Future;

use coda_dashboard::browser::IndexedDb;
use coda_dashboard::state::{Keeping, Settings};
use coda_dashboard::store::{KeyRange, SCHEMA_VERSION, Store, StoreError, Table, Write, conversations};
use js_sys::{Date, Function, Promise};
use leptos::prelude::*;
use serde_json::json;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::page::{Page, database, new_database, pause};
use crate::server;

const TURN: &str = "[data-testid=turn]";
const NOTICE: &str = "[data-testid=notice]";
const SESSION: &str = "[data-testid=session]";
const VISIT: &str = "[data-testid=visit]";
const SAVED: &str = "[data-testid=saved-recording]";
const SEARCH: &str = "[data-testid=history-search]";

/// Runs a script with one argument.
fn script(source: &str, argument: &JsValue) -> JsValue {
    let run: Function = js_sys::eval(&format!("({source})")).unwrap().unchecked_into();
    run.call1(&JsValue::NULL, argument).unwrap()
}

async fn finished(promise: JsValue) {
    JsFuture::from(promise.unchecked_into::<Promise>()).await.unwrap();
}

/// A change of the browser's own functions, undone when dropped.
struct Changed(&'static str);

impl Changed {
    fn by(change: &'static str, undo: &'static str) -> Self {
        js_sys::eval(change).unwrap();
        Self(undo)
    }

    fn without_database() -> Self {
        Self::by(
            "window.realDatabase = Object.getOwnPropertyDescriptor(window, 'indexedDB');
             Object.defineProperty(window, 'indexedDB', {value: undefined, configurable: true})",
            "Object.defineProperty(window, 'indexedDB', window.realDatabase)",
        )
    }

    fn without_room() -> Self {
        Self::by(
            "window.realPut = IDBObjectStore.prototype.put;
             IDBObjectStore.prototype.put = () => { throw new DOMException('no room', 'QuotaExceededError'); }",
            "IDBObjectStore.prototype.put = window.realPut",
        )
    }
}

impl Drop for Changed {
    fn drop(&mut self) {
        js_sys::eval(self.0).unwrap();
    }
}

pub async fn store() -> IndexedDb {
    IndexedDb::open_named(&database()).await.unwrap()
}

/// Waits until the database of the page satisfies `condition`.
pub async fn until_stored<F: Future<Output = bool>>(what: &str, condition: impl Fn(IndexedDb) -> F) {
    let (store, start) = (store().await, Date::now());
    while !condition(store.clone()).await {
        assert!(Date::now() - start < 15_000.0, "waited for {what} to be stored");
        pause(20).await;
    }
    store.close();
}

pub async fn count(store: &IndexedDb, table: Table) -> usize {
    store.keys(table, &KeyRange::all()).await.unwrap().len()
}

/// The page of a browser that has kept nothing yet.
async fn open() -> Page {
    Page::open_at(&format!("/{}", server::fresh().await))
}

/// A page with a question and its answer, both kept.
async fn after_an_answer() -> Page {
    let page = open().await;
    page.until_ready().await;
    page.say("hello rabbit");
    page.until_answered(1).await;
    let shown = page.texts("[data-testid=turn] .markdown").concat();
    until_stored("the answer", |store| {
        let shown = shown.clone();
        async move {
            let turns = store.range(Table::Turns, &KeyRange::all(), usize::MAX).await.unwrap();
            turns.len() >= 2 && !shown.is_empty() && count(&store, Table::Chunks).await > 0
        }
    })
    .await;
    page
}

/// Closes the page and opens the next one at this path.
fn open_next(page: Page, path: &str) -> Page {
    drop(page);
    let query = window().location().search().unwrap();
    Page::open_again_at(&format!("{path}{query}"))
}

fn complaints(page: &Page) -> Vec<String> {
    page.texts(NOTICE).into_iter().filter(|words| words.contains("not stored")).collect()
}

/// Deletes something, and says so twice.
async fn delete(page: &Page, button: &str) {
    page.click(&format!("[data-testid={button}]"));
    page.until("the question", || page.all("[data-testid=confirm-delete]").len() == 1).await;
    page.click("[data-testid=confirm-delete]");
}

fn keep(page: &Page, keep: bool) {
    let settings = Settings { keep, ..page.context.settings.current.get_untracked() };
    page.context.set_settings(settings);
}

async fn until_on(page: &Page) {
    page.until("the store", || page.context.kept.keeping.get_untracked() == Keeping::On).await;
}

#[wasm_bindgen_test]
async fn after_a_reload_the_conversation_is_there_without_a_connection() {
    let page = after_an_answer().await;
    let before = page.texts(TURN);
    server::make("/stop-listening", json!({})).await;
    drop(page);
    let page = Page::open_again();
    page.until("the kept conversation", || page.texts(TURN).len() == before.len()).await;
    assert!(!page.context.connection.is_ready());
    assert!(page.texts(TURN)[0].contains("hello rabbit"), "{:?}", page.texts(TURN));
    server::make("/start-listening", json!({})).await;
}

#[wasm_bindgen_test]
async fn a_replay_after_a_reload_repeats_nothing_and_the_session_goes_on() {
    let page = after_an_answer().await;
    drop(page);
    let page = Page::open_again();
    page.until_ready().await;
    page.say("and again");
    page.until_answered(2).await;
    let said = page.texts("[data-testid=turn][data-role=user]");
    assert_eq!(said.iter().filter(|turn| turn.contains("hello rabbit")).count(), 1, "{said:?}");
    until_stored("both questions", |store| async move { count(&store, Table::Turns).await >= 4 }).await;
    let store = store().await;
    let (sessions, unreadable) = conversations::sessions(&store).await.unwrap();
    store.close();
    assert_eq!((sessions.len(), unreadable), (1, 0), "{sessions:?}");
}

#[wasm_bindgen_test]
async fn a_kept_conversation_is_found_named_and_deleted() {
    let page = after_an_answer().await;
    let page = open_next(page, "/history");
    page.until("the session", || page.all(SESSION).len() == 1).await;
    page.type_into(SEARCH, "no such words");
    page.until("nothing found", || page.texts("[data-testid=history-found]") == ["No matches"]).await;
    page.type_into(SEARCH, "RABBIT");
    page.until("the session again", || page.all(SESSION).len() == 1).await;
    page.click(SESSION);
    page.until("its entries", || page.texts(TURN).concat().contains("hello rabbit")).await;

    page.click("[data-testid=rename-session]");
    page.until("the field", || page.all("[data-testid=session-name]").len() == 1).await;
    page.type_into("[data-testid=session-name]", "About rabbits");
    page.element(".history-head form button").click();
    page.until_shown("About rabbits").await;

    delete(&page, "delete-session").await;
    page.until("no session", || page.all(SESSION).is_empty()).await;
    let store = store().await;
    assert_eq!(count(&store, Table::Sessions).await, 0);
    store.close();
}

#[wasm_bindgen_test]
async fn the_record_of_the_visit_before_is_opened_and_deleted() {
    let page = after_an_answer().await;
    let page = open_next(page, "/debugger");
    page.until_ready().await;
    page.click("[data-testid=debugger-open-recordings]");
    page.until("the visit before", || page.all(VISIT).len() == 1).await;
    page.click("[data-testid=open-visit]");
    page.until("its record", || page.all("[data-testid=debugger-banner]").len() == 1).await;
    page.type_into("[data-testid=debugger-filter]", "type:text_input dir:out");
    page.until("its message", || {
        page.texts("[data-testid=debugger-row]").iter().any(|row| row.contains("hello rabbit"))
    })
    .await;
    delete(&page, "delete-visit").await;
    page.until("no earlier visit", || page.all(VISIT).is_empty()).await;
}

#[wasm_bindgen_test]
async fn a_recording_is_saved_with_a_note_edited_opened_compared_and_deleted() {
    let page = after_an_answer().await;
    let page = open_next(page, "/debugger");
    page.until_ready().await;
    page.click("[data-testid=debugger-open-recordings]");
    page.until("the form", || page.all("[data-testid=library-save]").len() == 1).await;
    page.type_into("[data-testid=library-name]", "Good day");
    page.type_into("[data-testid=library-note]", "All went well.");
    page.click("[data-testid=library-save]");
    page.until("the recording", || page.texts(SAVED).concat().contains("All went well.")).await;
    assert!(page.texts(SAVED)[0].contains("Good day"), "{:?}", page.texts(SAVED));

    page.click("[data-testid=edit-recording]");
    page.until("the fields", || page.all("[data-testid=edit-save]").len() == 1).await;
    page.type_into("[data-testid=edit-name]", "Better day");
    page.click("[data-testid=edit-save]");
    page.until("the new name", || page.texts(SAVED).concat().contains("Better day")).await;

    page.click("[data-testid=open-recording]");
    page.until("its record", || page.texts("[data-testid=debugger-banner]").concat().contains("Better day")).await;
    assert_eq!(page.texts("[data-testid=recording-note]"), ["All went well."]);

    page.click("[data-testid=debugger-open-compare]");
    page.until("the choice", || page.texts("[data-testid=compare-kept] option").len() == 3).await;
    page.change("[data-testid=compare-kept]", "0");
    page.until("the comparison", || page.texts("[data-testid=compare-told]").concat().contains("0 differences")).await;

    page.click("[data-testid=debugger-open-recordings]");
    page.until("the recording", || page.all(SAVED).len() == 1).await;
    delete(&page, "delete-recording").await;
    page.until("no recording", || page.all(SAVED).is_empty()).await;
}

#[wasm_bindgen_test]
async fn everything_is_erased() {
    let page = after_an_answer().await;
    let page = open_next(page, "/settings");
    page.until_shown("Stored now: 1 conversation").await;
    page.click("[data-testid=erase]");
    page.until("the question", || page.all("[data-testid=confirm-erase]").len() == 1).await;
    page.click("[data-testid=confirm-erase]");
    page.until_shown("Everything is erased").await;
    let store = store().await;
    for table in [Table::Sessions, Table::Names, Table::Turns, Table::State, Table::Recordings] {
        assert_eq!(store.keys(table, &KeyRange::all()).await.unwrap(), [""; 0], "{table:?}");
    }
    // This visit goes on to be recorded.
    let earlier = store.range(Table::Chunks, &KeyRange::all(), usize::MAX).await.unwrap();
    assert!(earlier.iter().all(|(_, chunk)| !chunk.contains("rabbit")));
    store.close();
    drop(page);
    let page = Page::open_again();
    until_on(&page).await;
    page.until_ready().await;
    assert!(!page.texts(TURN).concat().contains("rabbit") || page.context.kept.earlier.get_untracked() == 0);
}

#[wasm_bindgen_test]
async fn nothing_is_kept_once_the_user_turns_it_off() {
    let page = open().await;
    until_on(&page).await;
    keep(&page, false);
    page.until("off", || page.context.kept.keeping.get_untracked() == Keeping::Off).await;
    page.until_ready().await;
    page.say("a secret");
    page.until_answered(1).await;
    drop(page);
    let page = Page::open_again();
    page.until("off", || page.context.kept.keeping.get_untracked() == Keeping::Off).await;
    let store = store().await;
    assert_eq!(count(&store, Table::Turns).await, 0);
    store.close();
    keep(&page, true);
    until_on(&page).await;
}

#[wasm_bindgen_test]
async fn what_was_kept_before_can_be_read_and_deleted_after_it_is_turned_off() {
    let page = after_an_answer().await;
    keep(&page, false);
    let page = open_next(page, "/history");
    page.until("off", || page.context.kept.keeping.get_untracked() == Keeping::Off).await;
    page.until("the conversation", || page.all(SESSION).len() == 1).await;
    page.until_shown("Storage is turned off").await;
    page.click(SESSION);
    page.until("its entries", || page.texts(TURN).concat().contains("hello rabbit")).await;
    delete(&page, "delete-session").await;
    page.until("nothing", || page.all(SESSION).is_empty()).await;
    keep(&page, true);
    until_on(&page).await;
}

#[wasm_bindgen_test]
async fn erasing_everything_does_not_turn_keeping_on_again() {
    let page = after_an_answer().await;
    keep(&page, false);
    page.context.erase_everything().await.unwrap();
    drop(page);
    let page = Page::open_again();
    page.until("off", || page.context.kept.keeping.get_untracked() == Keeping::Off).await;
    keep(&page, true);
    until_on(&page).await;
}

#[wasm_bindgen_test]
async fn a_hit_of_the_search_is_marked_and_scrolled_to() {
    let page = open_next(after_an_answer().await, "/history");
    page.until("the conversation", || page.all(SESSION).len() == 1).await;
    page.type_into(SEARCH, "rabbit");
    page.until("the hits", || page.texts(SESSION).concat().contains("match")).await;
    page.click(SESSION);
    page.until("marks", || {
        script("() => CSS.highlights.get('search-hit')?.size ?? 0", &JsValue::NULL).as_f64() > Some(0.0)
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_browser_without_a_database_is_said_once_and_all_else_works() {
    let _change = Changed::without_database();
    let page = open().await;
    page.until_ready().await;
    page.say("hello");
    page.until_answered(1).await;
    assert_eq!(complaints(&page).len(), 1, "{:?}", page.texts(NOTICE));
    assert_eq!(page.context.kept.keeping.get_untracked(), Keeping::Failed(StoreError::Unavailable));
}

#[wasm_bindgen_test]
async fn a_full_disk_is_said_once_and_what_was_said_is_kept_when_there_is_room_again() {
    let page = open().await;
    page.until_ready().await;
    let change = Changed::without_room();
    page.say("hello");
    page.until("the complaint", || complaints(&page).len() == 1).await;
    page.until_answered(1).await;
    page.say("hello again");
    page.until_answered(2).await;
    assert_eq!(complaints(&page).len(), 1);
    drop(change);
    page.until("no complaint", || complaints(&page).is_empty()).await;
    until_stored("all of it", |store| async move { count(&store, Table::Turns).await >= 4 }).await;
}

#[wasm_bindgen_test]
async fn damaged_entries_are_counted_and_the_others_shown() {
    let page = after_an_answer().await;
    drop(page);
    let store = store().await;
    let keys = store.keys(Table::Turns, &KeyRange::all()).await.unwrap();
    let damaged = Write::Put { table: Table::Turns, key: keys[1].clone(), value: "{\"text\": 5".into() };
    store.write(vec![damaged]).await.unwrap();
    store.close();
    server::make("/stop-listening", json!({})).await;
    let page = Page::open_again();
    page.until_shown("1 stored entry is damaged").await;
    assert!(page.texts(TURN).concat().contains("hello rabbit"));
    server::make("/start-listening", json!({})).await;
}

/// Creates a database of an earlier version, whose first table has one entry.
const EARLIER_VERSION: &str = "({name, version, tables}) => new Promise((done, fail) => {
    const open = indexedDB.open(name, version);
    open.onerror = fail;
    open.onupgradeneeded = () => tables.forEach(table => open.result.createObjectStore(table));
    open.onsuccess = () => {
        const write = open.result.transaction(tables[0], 'readwrite');
        write.objectStore(tables[0]).put('Old name', 'one');
        write.oncomplete = () => { open.result.close(); done(); };
    };
})";

/// Creates a database of a later version, and leaves it closed.
const LATER_VERSION: &str = "name => new Promise((done, fail) => {
    const open = indexedDB.open(name, 1000);
    open.onerror = fail;
    open.onsuccess = () => { open.result.close(); done(); };
})";

/// Opens a database of the first version and keeps it open, whoever asks for it.
const HELD: &str = "name => new Promise((done, fail) => {
    const open = indexedDB.open(name, 1);
    open.onerror = fail;
    open.onsuccess = () => { window.heldDatabase = open.result; done(); };
})";

#[wasm_bindgen_test]
async fn a_store_of_an_earlier_version_keeps_its_content_and_gets_the_new_tables() {
    let first = ["names", "sessions", "turns", "state"];
    for (version, tables) in [(1, first.to_vec()), (2, [&first[..], &["visits", "chunks"]].concat())] {
        let name = new_database();
        let wanted =
            js_sys::JSON::parse(&json!({"name": name, "version": version, "tables": tables}).to_string()).unwrap();
        finished(script(EARLIER_VERSION, &wanted)).await;
        let store = IndexedDb::open_named(&name).await.unwrap();
        assert_eq!(store.get(Table::Names, "one").await.unwrap().as_deref(), Some("Old name"));
        for table in Table::ALL {
            let put = Write::Put { table: *table, key: "two".into(), value: "new".into() };
            store.write(vec![put]).await.unwrap();
            assert_eq!(store.get(*table, "two").await.unwrap().as_deref(), Some("new"), "{version}: {table:?}");
        }
        store.close();
        // Nothing is left to be done for the next one.
        let again = IndexedDb::open_named(&name).await.unwrap();
        assert_eq!(again.get(Table::Visits, "two").await.unwrap().as_deref(), Some("new"));
        again.close();
    }
}

#[wasm_bindgen_test]
async fn the_store_of_a_newer_dashboard_is_left_alone() {
    const { assert!(SCHEMA_VERSION < 1_000) };
    let name = new_database();
    finished(script(LATER_VERSION, &name.as_str().into())).await;
    assert_eq!(IndexedDb::open_named(&name).await.err(), Some(StoreError::Newer));
}

#[wasm_bindgen_test]
async fn a_tab_of_an_older_dashboard_that_holds_the_store_is_named() {
    let name = new_database();
    finished(script(HELD, &name.as_str().into())).await;
    assert_eq!(IndexedDb::open_named(&name).await.err(), Some(StoreError::Blocked));
    js_sys::eval("window.heldDatabase.close()").unwrap();
}

#[wasm_bindgen_test]
async fn an_open_store_gives_way_to_a_newer_dashboard() {
    let name = new_database();
    let store = IndexedDb::open_named(&name).await.unwrap();
    finished(script(LATER_VERSION, &name.as_str().into())).await;
    assert_eq!(store.get(Table::Names, "one").await, Err(StoreError::Newer));
}

#[wasm_bindgen_test]
async fn writes_are_in_order_and_ranges_exclude_their_end() {
    let name = new_database();
    let store = IndexedDb::open_named(&name).await.unwrap();
    let put = |key: &str, value: &str| Write::Put { table: Table::Turns, key: key.into(), value: value.into() };
    let all = Write::Delete { table: Table::Turns, range: KeyRange::prefix("a/") };
    store.write(vec![put("a/1", "1"), put("b/1", "2"), put("a0", "3"), all, put("a/2", "4")]).await.unwrap();
    assert_eq!(store.keys(Table::Turns, &KeyRange::all()).await.unwrap(), ["a/2", "a0", "b/1"]);
    let one = store.range(Table::Turns, &KeyRange::prefix("a"), 1).await.unwrap();
    assert_eq!(one, [("a/2".to_owned(), "4".to_owned())]);
    let range = KeyRange { from: "a/2".into(), to: "b/1".into() };
    assert_eq!(store.keys(Table::Turns, &range).await.unwrap(), ["a/2", "a0"]);
    store.close();
    assert_eq!(IndexedDb::delete(&name).await, Ok(()));
}
