//! Replaces the page after a panic by a report and a way to continue, instead of leaving it frozen.

use std::cell::Cell;

use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, Element, HtmlElement};

use super::storage::{self, Area};

/// Key of the last panic, for the next visit to tell of.
const STORAGE_KEY: &str = "coda.panic";
const TITLE_ID: &str = "panic-title";

thread_local! {
    static IS_SHOWN: Cell<bool> = const { Cell::new(false) };
}

/// Returns how an earlier visit stopped, once.
pub(crate) fn take_panic_of_earlier_visit() -> Option<String> {
    let what = storage::read(Area::Local, STORAGE_KEY)?;
    storage::remove(Area::Local, STORAGE_KEY);
    Some(what)
}

/// Shows panics in the page as well as in the console.
pub fn show_panics() {
    std::panic::set_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        // Only the first: later panics are its consequences.
        if !IS_SHOWN.replace(true) {
            storage::write(Area::Local, STORAGE_KEY, &info.to_string());
            show_panic_report(&info.to_string());
        }
    }));
}

/// Covers the page with a report.
pub fn show_panic_report(what: &str) {
    // If even this fails, the report is still in the console.
    let _ = show(what);
}

/// Uses the bare DOM: after a panic, nothing else of the page is reliable.
fn show(what: &str) -> Option<()> {
    let window = web_sys::window()?;
    let document = window.document()?;
    let report = format!(
        "Coda dashboard {}\n{}\n{}\n\n{what}",
        env!("CARGO_PKG_VERSION"),
        window.location().href().unwrap_or_default(),
        window.navigator().user_agent().unwrap_or_default(),
    );
    let root = element(&document, "div", "panic")?;
    for (name, value) in [("role", "alertdialog"), ("aria-modal", "true"), ("aria-labelledby", TITLE_ID)] {
        root.set_attribute(name, value).ok()?;
    }
    let title = text(&document, "h1", "The dashboard has stopped")?;
    title.set_id(TITLE_ID);
    root.append_child(&title).ok()?;
    let words = "This is a fault of the dashboard, not of Coda. Copy the report, then reload: texts that were waiting \
                 are still there.";
    root.append_child(&*text(&document, "p", words)?).ok()?;
    let shown = text(&document, "pre", &report)?;
    root.append_child(&shown).ok()?;
    let copy = text(&document, "button", "Copy report")?;
    copy_on_click(&copy, shown, report)?;
    let reload = text(&document, "button", "Reload")?;
    on_click(&reload, move || drop(window.location().reload()))?;
    root.append_child(&copy).ok()?;
    root.append_child(&reload).ok()?;
    document.body()?.append_child(&root).ok()?;
    copy.focus().ok()
}

/// Copies the report on a click and confirms it on the button. Without clipboard access, as on another host without
/// encryption, the report is selected for Ctrl+C instead.
fn copy_on_click(button: &HtmlElement, shown: HtmlElement, report: String) -> Option<()> {
    let say = button.clone();
    let copied = Closure::<dyn FnMut(JsValue)>::new(move |_| say.set_text_content(Some("Copied")));
    let say = button.clone();
    let select = move || {
        let selection = web_sys::window().and_then(|window| window.get_selection().ok().flatten());
        let selected = selection.and_then(|selection| selection.select_all_children(&shown).ok());
        say.set_text_content(Some(if selected.is_some() { "Selected: copy it by Ctrl C" } else { "Copy it by hand" }));
    };
    let refused = select.clone();
    let refused = Closure::<dyn FnMut(JsValue)>::new(move |_| refused());
    on_click(button, move || {
        let clipboard = web_sys::window().map(|window| window.navigator().clipboard());
        match clipboard.filter(|clipboard| !clipboard.is_undefined()) {
            Some(clipboard) => drop(clipboard.write_text(&report).then(&copied).catch(&refused)),
            None => select(),
        }
    })
}

fn element(document: &Document, tag: &str, class: &str) -> Option<Element> {
    let element = document.create_element(tag).ok()?;
    element.set_class_name(class);
    Some(element)
}

fn text(document: &Document, tag: &str, words: &str) -> Option<HtmlElement> {
    let element = element(document, tag, if tag == "button" { "button" } else { "" })?;
    element.set_text_content(Some(words));
    element.dyn_into().ok()
}

fn on_click(button: &HtmlElement, act: impl FnMut() + 'static) -> Option<()> {
    let act = Closure::<dyn FnMut()>::new(act);
    button.add_event_listener_with_callback("click", act.as_ref().unchecked_ref()).ok()?;
    // Leaked: the page is over, and the button must work until it is closed.
    act.forget();
    Some(())
}
