//! A panic must not leave a frozen page behind: it is replaced by what happened, with a report and a way on.

use std::cell::Cell;

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Document, Element, HtmlElement};

thread_local! {
    static IS_SHOWN: Cell<bool> = const { Cell::new(false) };
}

/// Shows panics in the page, beside the console.
pub fn show_panics() {
    std::panic::set_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        // One is enough: what follows is its consequence.
        if !IS_SHOWN.replace(true) {
            show_panic_report(&info.to_string());
        }
    }));
}

/// Covers the page with what happened.
pub fn show_panic_report(what: &str) {
    // Where even that fails, the console has it.
    let _ = show(what);
}

/// Built from the bare document: nothing of the page can be relied on any more.
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
    root.set_attribute("role", "alertdialog").ok()?;
    root.append_child(&*text(&document, "h1", "The dashboard has stopped")?).ok()?;
    let words = "This is a fault of the dashboard, not of Coda. Copy the report, then reload: texts that were waiting \
                 are still there.";
    root.append_child(&*text(&document, "p", words)?).ok()?;
    root.append_child(&*text(&document, "pre", &report)?).ok()?;
    let copy = text(&document, "button", "Copy report")?;
    let clipboard = window.navigator().clipboard();
    on_click(&copy, move || drop(clipboard.write_text(&report)))?;
    let reload = text(&document, "button", "Reload")?;
    on_click(&reload, move || drop(window.location().reload()))?;
    root.append_child(&copy).ok()?;
    root.append_child(&reload).ok()?;
    document.body()?.append_child(&root).ok()?;
    Some(())
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
    // Lives as long as the page, which is over.
    act.forget();
    Some(())
}
