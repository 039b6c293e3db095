//! Search hits: highlighted in the text, counted, and stepped through.

use std::time::Duration;

use leptos::html::Div;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, MutationObserver, MutationObserverInit};

use super::highlights::{clear, paint};
use super::marks::{Mark, marks_in};
use super::scroll::{Scroll, once_shown};
use super::window::{Hit, Window};

/// Highlight names in the style sheet. Of two highlights, the one registered later is painted on top.
const ALL: &str = "search-hit";
const CURRENT: &str = "search-current";
/// Throttles highlighting of streamed text.
const MARK_EVERY: Duration = Duration::from_millis(100);
/// Upper limit of highlights. More only happen when a single letter was typed.
const MOST: usize = 5_000;

#[derive(Clone, Copy)]
pub(super) struct Hits {
    window: Window,
    scroll: Scroll,
    /// Element that contains the entries.
    content: NodeRef<Div>,
    /// Hit last jumped to, with the search text it belongs to.
    current: RwSignal<Option<(String, Hit)>>,
}

impl Hits {
    /// Highlights the window's search hits until the component is disposed.
    pub(super) fn new(window: Window, scroll: Scroll, content: NodeRef<Div>) -> Self {
        let hits = Self { window, scroll, content, current: RwSignal::new(None) };
        hits.keep_marked();
        hits.go_to_newest();
        hits
    }

    pub(super) fn count(&self) -> usize {
        self.window.hits()
    }

    /// Position of the current hit, counted from 1.
    pub(super) fn place(&self) -> Option<usize> {
        self.window.place_of(self.current()?).map(|place| place + 1)
    }

    fn current(&self) -> Option<Hit> {
        let words = self.window.words();
        self.current.with(|current| current.as_ref().filter(|(over, _)| *over == words).map(|(_, hit)| *hit))
    }

    /// Jumps to the newest hit of each new search.
    fn go_to_newest(self) {
        Effect::new(move |gone_for: Option<String>| {
            let (words, count) = (self.window.words(), self.count());
            let is_new = gone_for.as_ref() != Some(&words);
            if is_new && count > 0 {
                self.step(false);
            }
            if count > 0 { words } else { String::new() }
        });
    }

    /// Jumps to the next or previous hit, wrapping around.
    pub(super) fn step(&self, forth: bool) {
        let (count, place) = untrack(|| (self.count(), self.place()));
        let to = match (place, forth) {
            _ if count == 0 => return,
            (None, true) => 0,
            (None, false) => count - 1,
            // `place` counts from 1, so it is the index of the next hit.
            (Some(place), true) => place % count,
            (Some(place), false) => (place + count - 2) % count,
        };
        let Some(hit) = untrack(|| self.window.hit(to)) else { return };
        self.current.set(Some((untrack(|| self.window.words()), hit)));
        let hits = *self;
        self.scroll.go_to_row(hit.row, move || hits.show(hit));
    }

    /// Scrolls to a hit, or to its entry where the text is not visible, such as in a closed tool.
    fn show(&self, hit: Hit) {
        let Some(content) = self.content.try_get_untracked().flatten() else { return };
        let entry = content.query_selector(&format!("[data-key=\"{}\"]", hit.row.turn.0));
        let Ok(Some(entry)) = entry else { return };
        let marks = marks_in(&entry, &untrack(|| self.window.words()));
        let place = nth(&marks, hit).and_then(Mark::place).filter(|place| place.height() > 0.0);
        self.scroll.bring_into_view(&place.unwrap_or_else(|| entry.get_bounding_client_rect()));
    }

    fn mark(&self) {
        let Some(content) = self.content.try_get_untracked().flatten() else { return };
        let (words, current) = untrack(|| (self.window.words(), self.current()));
        if words.is_empty() {
            unmark();
            return;
        }
        let (mut all, mut one) = (Vec::new(), None);
        let Ok(entries) = content.query_selector_all("[data-key]") else { return };
        let entries = (0..entries.length()).filter_map(|at| entries.get(at)?.dyn_into::<Element>().ok());
        for entry in entries {
            let marks = marks_in(&entry, &words);
            let key = entry.get_attribute("data-key");
            if let Some(hit) = current.filter(|hit| key == Some(hit.row.turn.0.to_string())) {
                one = nth(&marks, hit).and_then(Mark::range);
            }
            let room = MOST.saturating_sub(all.len());
            all.extend(marks.iter().take(room).filter_map(Mark::range));
        }
        paint(ALL, all);
        paint(CURRENT, one);
    }

    /// Updates the highlights when the search, the current hit or the text on the page changes.
    fn keep_marked(self) {
        let is_due = StoredValue::new(false);
        let on_change = Closure::<dyn Fn()>::new(move || {
            if is_due.try_get_value() == Some(false) {
                is_due.set_value(true);
                let mark = move || {
                    // The component may be disposed by then.
                    let _ = is_due.try_set_value(false);
                    self.mark();
                };
                set_timeout(mark, MARK_EVERY);
            }
        });
        let observer = MutationObserver::new(on_change.as_ref().unchecked_ref()).ok();
        let kept = StoredValue::new_local((observer, on_change));
        Effect::new(move |_| {
            self.current.track();
            let (words, content) = (self.window.words(), self.content.get());
            kept.with_value(|(observer, _)| {
                let Some(observer) = observer else { return };
                observer.disconnect();
                if let (false, Some(content)) = (words.is_empty(), content) {
                    // Only contradicting options are rejected.
                    let _ = observer.observe_with_options(&content, &changes_of_text());
                }
            });
            once_shown(move || self.mark());
        });
        on_cleanup(move || {
            kept.with_value(|(observer, _)| observer.iter().for_each(MutationObserver::disconnect));
            unmark();
        });
    }
}

/// Marks the words in the entries below `list`, and scrolls the first match into view if `scrolls`.
pub fn mark_matches(list: &Element, words: &str, scrolls: bool) {
    if words.is_empty() {
        return clear_matches();
    }
    let Ok(entries) = list.query_selector_all("[data-key]") else { return };
    let mut all = Vec::new();
    for entry in (0..entries.length()).filter_map(|at| entries.get(at)?.dyn_into::<Element>().ok()) {
        let marks = marks_in(&entry, words);
        if scrolls && all.is_empty() && !marks.is_empty() {
            entry.scroll_into_view();
        }
        all.extend(marks.iter().take(MOST.saturating_sub(all.len())).filter_map(Mark::range));
    }
    paint(ALL, all);
}

/// Removes the marks.
pub fn clear_matches() {
    unmark();
}

/// Options that observe added and removed nodes and changed text.
fn changes_of_text() -> MutationObserverInit {
    let changes = MutationObserverInit::new();
    changes.set_child_list(true);
    changes.set_character_data(true);
    changes.set_subtree(true);
    changes
}

/// The mark of a hit. The page may have fewer marks than hits, because Markdown hides some text, such as link
/// addresses.
fn nth(marks: &[Mark], hit: Hit) -> Option<&Mark> {
    marks.get(hit.nth).or(marks.last())
}

fn unmark() {
    clear(ALL);
    clear(CURRENT);
}
