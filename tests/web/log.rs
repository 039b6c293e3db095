//! The page's output in the browser's console.

use js_sys::{Array, Function, Reflect};
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::page::Page;

/// Replaces `console.log` until dropped.
struct Console {
    object: JsValue,
    original: JsValue,
    calls: Array,
}

impl Console {
    fn capture() -> Self {
        let object = Reflect::get(&window(), &"console".into()).unwrap();
        let original = Reflect::get(&object, &"log".into()).unwrap();
        let calls = Array::new();
        let capture = Function::new_with_args("calls", "return (...given) => { calls.push(given); }");
        let capture = capture.call1(&JsValue::NULL, &calls).unwrap();
        Reflect::set(&object, &"log".into(), &capture).unwrap();
        Self { object, original, calls }
    }

    /// Returns the lines so far. Each must be a single argument: with more, the console would
    /// interpret `%` as a format.
    fn lines(&self) -> Vec<String> {
        let line = |given: JsValue| {
            let given: Array = given.unchecked_into();
            assert_eq!(given.length(), 1, "{given:?}");
            given.get(0).as_string().unwrap()
        };
        self.calls.iter().map(line).collect()
    }

    fn has(&self, words: &[&str]) -> bool {
        self.lines().iter().any(|line| words.iter().all(|word| line.contains(word)))
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        Reflect::set(&self.object, &"log".into(), &self.original).unwrap();
    }
}

#[wasm_bindgen_test]
async fn the_way_of_a_message_is_logged_with_its_fields() {
    let console = Console::capture();
    let page = Page::open("?backend=demo&log=debug");
    page.until_ready().await;
    page.say("100 %c hello");
    page.until("delivered", || page.all("[data-state=delivered]").len() == 1).await;
    let of_text = "type = \"text_input\"";
    for words in [
        ["DEBUG", "message queued", of_text],
        ["DEBUG", "message written", of_text],
        ["INFO", "message delivered", of_text],
        ["message_id = ", "component = \"composer\"", "action = "],
        ["INFO", "connection changed", "state = \"ready\""],
    ] {
        assert!(console.has(&words), "{words:?} in\n{}", console.lines().join("\n"));
    }
    assert!(!console.has(&["hello"]), "what the user writes is nobody else's");
}

#[wasm_bindgen_test]
async fn below_the_level_nothing_is_logged() {
    let console = Console::capture();
    let page = Page::open("?backend=demo");
    page.until_ready().await;
    page.say("hello");
    page.until("delivered", || page.all("[data-state=delivered]").len() == 1).await;
    assert_eq!(console.lines(), Vec::<String>::new());
    tracing::warn!("100 %c done");
    assert!(console.has(&["WARN", "100 %c done"]), "{:?}", console.lines());
}
