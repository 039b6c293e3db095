//! The page, mounted into the test's document, and a user's actions on it.

use std::cell::{Cell, LazyCell, RefCell};
use std::rc::Rc;

use coda_dashboard::browser::use_database_in_tests;
use coda_dashboard::state::WebSocketContext;
use coda_dashboard::ui::Shell;
use js_sys::{Array, Date, Promise, Reflect};
use leptos::mount::mount_to;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Element, Event, EventInit, HtmlElement, KeyboardEvent, KeyboardEventInit, PointerEvent, PointerEventInit,
};

use crate::frames::animation_frame;

const PATIENCE_MILLIS: f64 = 15_000.0;
/// Number of frames without a change after which something has come to rest.
const FRAMES_AT_REST: usize = 12;
const STEP_MILLIS: i32 = 10;

type Close = Rc<RefCell<Option<Box<dyn FnOnce()>>>>;

thread_local! {
    static DATABASES: Cell<u32> = const { Cell::new(0) };
    static DATABASE: RefCell<String> = const { RefCell::new(String::new()) };
    /// How to close each open page. A test that fails drops nothing, and its pages would take part in the next tests.
    static OPEN: RefCell<Vec<Close>> = const { RefCell::new(Vec::new()) };
    static HAS_FAILED: Cell<bool> = const { Cell::new(false) };
    static WATCH_FAILURES: LazyCell<()> = LazyCell::new(|| {
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            HAS_FAILED.set(true);
            hook(info);
        }));
    });
}

/// Closes the pages of a test that has failed.
fn close_leftovers() {
    WATCH_FAILURES.with(|watch| **watch);
    if HAS_FAILED.take() {
        leave();
        let left = OPEN.take();
        left.into_iter().filter_map(|close| close.take()).for_each(|close| close());
    }
}

/// Has the next page keep things in a database of its own, so that it does not find those of other tests.
pub fn new_database() -> String {
    DATABASES.set(DATABASES.get() + 1);
    let name = format!("test {} {}", Date::now(), DATABASES.get());
    use_database_in_tests(&name);
    DATABASE.set(name.clone());
    name
}

/// The database of the page that was opened last.
pub fn database() -> String {
    DATABASE.with_borrow(Clone::clone)
}

/// A mounted page. Dropping it unmounts it and ends its connection.
pub struct Page {
    pub context: WebSocketContext,
    root: HtmlElement,
    owner: Owner,
    mounted: Close,
    close: Close,
}

impl Page {
    /// Opens the page as if the address bar held `query`.
    pub fn open(query: &str) -> Self {
        Self::open_with(query, || view! { <Shell /> })
    }

    /// Opens the demo in a browser whose local storage holds `value` under `key`.
    pub fn open_after(key: &str, value: &str) -> Self {
        Self::open_prepared(
            "/",
            "?backend=demo",
            || {
                let storage = window().local_storage().unwrap().unwrap();
                storage.set_item(key, value).unwrap();
            },
            || view! { <Shell /> },
        )
    }

    /// Opens a part of the page.
    pub fn open_with<V: IntoView + 'static>(query: &str, part: impl FnOnce() -> V + 'static) -> Self {
        Self::open_prepared("/", query, || {}, part)
    }

    /// Opens the page at a path with a query, as in `/tools?backend=demo`.
    pub fn open_at(address: &str) -> Self {
        let query = address.find('?').map_or("", |at| &address[at..]);
        Self::open_prepared(address, query, || {}, || view! { <Shell /> })
    }

    /// Opens the page at a path with a query, with what the browser has stored.
    pub fn open_again_at(address: &str) -> Self {
        window().history().unwrap().replace_state_with_url(&JsValue::NULL, "", Some(address)).unwrap();
        Self::open_again()
    }

    /// Opens the page as a reload does: at the current URL, with what the browser has stored.
    pub fn open_again() -> Self {
        Self::start(&window().location().search().unwrap(), || view! { <Shell /> })
    }

    fn open_prepared<V: IntoView + 'static>(
        address: &str,
        query: &str,
        prepare: impl FnOnce(),
        part: impl FnOnce() -> V + 'static,
    ) -> Self {
        let window = window();
        window.history().unwrap().replace_state_with_url(&JsValue::NULL, "", Some(address)).unwrap();
        if let Ok(Some(storage)) = window.local_storage() {
            storage.clear().unwrap();
        }
        if let Ok(Some(storage)) = window.session_storage() {
            storage.clear().unwrap();
        }
        prepare();
        new_database();
        Self::start(query, part)
    }

    fn start<V: IntoView + 'static>(query: &str, part: impl FnOnce() -> V + 'static) -> Self {
        close_leftovers();
        let root: HtmlElement = document().create_element("div").unwrap().unchecked_into();
        document().body().unwrap().append_child(&root).unwrap();
        let owner = Owner::new();
        let context = owner.with(|| WebSocketContext::start(query));
        let mounted = Close::default();
        let (closed_root, unmount) = (root.clone(), mounted.clone());
        let close: Box<dyn FnOnce()> = Box::new(move || {
            context.disconnect();
            unmount.take().into_iter().for_each(|unmount| unmount());
            closed_root.remove();
        });
        let close: Close = Rc::new(RefCell::new(Some(close)));
        OPEN.with_borrow_mut(|open| open.push(close.clone()));
        let page = Self { context, root, owner, mounted, close };
        page.mount(part);
        page
    }

    /// Unmounts all components and mounts them again. The stores keep their content.
    pub fn mount_again(&self) {
        self.mounted.take().into_iter().for_each(|unmount| unmount());
        self.mount(|| view! { <Shell /> });
    }

    fn mount<V: IntoView + 'static>(&self, part: impl FnOnce() -> V + 'static) {
        let context = self.context;
        let owner = self.owner.with(Owner::new);
        let handle = owner.with(|| {
            mount_to(self.root.clone(), move || {
                provide_context(context);
                part()
            })
        });
        // Dropping the handle alone would leave the router's listeners, which would handle the next page's clicks.
        self.mounted.replace(Some(Box::new(move || {
            drop(handle);
            owner.cleanup();
        })));
    }

    /// Waits until `condition` holds.
    pub async fn until(&self, what: &str, condition: impl Fn() -> bool) {
        let start = Date::now();
        while !condition() {
            assert!(
                Date::now() - start < PATIENCE_MILLIS,
                "waited for: {what}\nthe page is {:?}, and shows:\n{}",
                self.context.connection.sharing.get_untracked(),
                self.root.inner_text()
            );
            pause(STEP_MILLIS).await;
        }
    }

    /// Waits until a value stays the same for several frames.
    pub async fn until_at_rest<T: PartialEq>(&self, what: &str, read: impl Fn() -> T) {
        let start = Date::now();
        let (mut value, mut same) = (read(), 0);
        while same < FRAMES_AT_REST {
            assert!(Date::now() - start < PATIENCE_MILLIS, "waited for {what} to come to rest");
            animation_frame().await;
            let now = read();
            same = if now == value { same + 1 } else { 0 };
            value = now;
        }
    }

    pub async fn until_ready(&self) {
        self.until("a ready connection", || self.attribute("[data-testid=connection]", "data-phase") == "ready").await;
    }

    pub async fn until_shown(&self, words: &str) {
        self.until(words, || self.root.inner_text().contains(words)).await;
    }

    /// Waits until `count` replies are complete.
    pub async fn until_answered(&self, count: usize) {
        let done = "[data-testid=turn][data-role=assistant][data-open=false] .markdown";
        self.until("a complete answer", || self.all(done).len() == count).await;
    }

    pub fn all(&self, selector: &str) -> Vec<Element> {
        let found = self.root.query_selector_all(selector).unwrap();
        (0..found.length()).filter_map(|at| found.get(at)?.dyn_into().ok()).collect()
    }

    pub fn element(&self, selector: &str) -> HtmlElement {
        let found = self.root.query_selector(selector).unwrap();
        found.unwrap_or_else(|| panic!("no {selector} in:\n{}", self.root.inner_text())).unchecked_into()
    }

    /// Returns an attribute of the first matching element, or an empty string.
    pub fn attribute(&self, selector: &str, name: &str) -> String {
        self.all(selector).first().and_then(|element| element.get_attribute(name)).unwrap_or_default()
    }

    pub fn texts(&self, selector: &str) -> Vec<String> {
        self.all(selector).iter().map(|element| element.text_content().unwrap_or_default()).collect()
    }

    pub fn number(&self, test_id: &str) -> u64 {
        self.texts(&format!("[data-testid={test_id}]"))[0].parse().expect("a plain number")
    }

    pub fn click(&self, selector: &str) {
        self.element(selector).click();
    }

    /// Replaces the content of a field by typing.
    pub fn type_into(&self, selector: &str, text: &str) {
        let field = self.element(selector);
        Reflect::set(&field, &"value".into(), &text.into()).unwrap();
        field.dispatch_event(&bubbling("input")).unwrap();
    }

    /// Types into a field and fires `change`, as leaving the field does.
    pub fn change(&self, selector: &str, text: &str) {
        self.type_into(selector, text);
        self.element(selector).dispatch_event(&bubbling("change")).unwrap();
    }

    pub fn press(&self, selector: &str, key: &str, shift: bool) {
        let init = KeyboardEventInit::new();
        init.set_key(key);
        init.set_shift_key(shift);
        init.set_bubbles(true);
        init.set_cancelable(true);
        let event = KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &init).unwrap();
        self.element(selector).dispatch_event(&event).unwrap();
    }

    /// Presses the key at this position on the keyboard.
    pub fn press_code(&self, selector: &str, code: &str) {
        let init = KeyboardEventInit::new();
        init.set_code(code);
        init.set_key(code);
        init.set_bubbles(true);
        init.set_cancelable(true);
        let event = KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &init).unwrap();
        self.element(selector).dispatch_event(&event).unwrap();
    }

    pub fn pointer(&self, selector: &str, kind: &str) {
        let init = PointerEventInit::new();
        init.set_bubbles(true);
        init.set_pointer_type("touch");
        let event = PointerEvent::new_with_event_init_dict(kind, &init).unwrap();
        self.element(selector).dispatch_event(&event).unwrap();
    }

    pub fn say(&self, text: &str) {
        self.type_into("[data-testid=composer]", text);
        self.press("[data-testid=composer]", "Enter", false);
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        leave();
        self.close.take().into_iter().for_each(|close| close());
        OPEN.with_borrow_mut(|open| open.retain(|close| !Rc::ptr_eq(close, &self.close)));
        // The driver may still flush events, which need the stores.
        std::mem::forget(self.owner.clone());
    }
}

/// Has every page in this document end its connection, as when the browser closes the document.
pub fn leave() {
    window().dispatch_event(&Event::new("pagehide").unwrap()).unwrap();
}

fn bubbling(kind: &str) -> Event {
    let init = EventInit::new();
    init.set_bubbles(true);
    Event::new_with_event_init_dict(kind, &init).unwrap()
}

/// Yields to the browser. A step of polling, never a wait by itself.
pub async fn pause(millis: i32) {
    let promise = Promise::new(&mut |resolve, _| {
        window().set_timeout_with_callback_and_timeout_and_arguments(&resolve, millis, &Array::new()).unwrap();
    });
    JsFuture::from(promise).await.unwrap();
}
