//! Events change text nodes and attributes, and re-run no component.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::json;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::page::Page;
use crate::server;

/// How many more of the smallest parts may have come and gone: nothing beside a thousand events.
const PASSING: usize = 4;

/// Counts the runs of each component function by the spans that leptos opens for them, as in `<TurnView />`.
#[derive(Clone, Default)]
struct Renders(Arc<Mutex<BTreeMap<&'static str, usize>>>);

impl Renders {
    fn take(&self) -> BTreeMap<&'static str, usize> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

impl Subscriber for Renders {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_span() && metadata.name().starts_with('<')
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        *self.0.lock().unwrap().entry(span.metadata().name()).or_default() += 1;
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, _: &Event<'_>) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// Few enough for all their turns to be on the page at the end.
const EVENTS: u64 = 600;

#[wasm_bindgen_test]
async fn hundreds_of_events_run_no_component_function_a_second_time() {
    let renders = Renders::default();
    let query = server::fresh().await;
    // What an empty conversation shows is gone before the counting begins.
    let page = Page::open(&query);
    page.until_ready().await;
    page.say("hello");
    page.until_answered(1).await;
    let _counting = tracing::subscriber::set_default(renders.clone());
    page.mount_again();
    page.until_answered(1).await;
    let before = page.number("frames-in");
    server::make("/flood", json!({"count": EVENTS, "wait": true})).await;
    page.until("all events", || page.number("frames-in") >= before + EVENTS).await;
    page.until("the last event", || page.texts("[data-testid=turn]").concat().contains("flood-")).await;

    let run = renders.take();
    let of = |component: &str| run.get(component).copied().unwrap_or_default();
    let turns = page.all("[data-testid=turn]").len();
    assert!(turns > 10, "the flood has turns of every kind");
    assert_eq!(of("<TurnView />"), turns, "one run for each turn: {run:?}");
    assert_eq!(of("<CopyButton />"), turns + page.all("pre .copy-button").len(), "{run:?}");
    assert_eq!(of("<ToolView />"), page.all(".tool").len(), "one run for each tool call: {run:?}");
    assert_eq!(of("<Markdown />"), page.all(".markdown").len(), "one run for each complete answer: {run:?}");

    // The same content rendered from scratch: no component may have run more often than that.
    page.mount_again();
    page.until("all turns again", || page.all("[data-testid=turn]").len() == turns).await;
    let needed = renders.take();
    assert!(needed.len() > 30, "components are found by themselves: {needed:?}");
    for (component, runs) in &needed {
        // An answer that streams has a list of blocks, and Send turns into Stop while Coda answers.
        let passing = if ["<For />", "<Icon />", "<StreamedText />"].contains(component) { PASSING } else { 0 };
        let more = of(component).abs_diff(*runs);
        assert!(more <= passing, "{component}: the flood ran\n{run:?}\na fresh page\n{needed:?}");
    }
}
