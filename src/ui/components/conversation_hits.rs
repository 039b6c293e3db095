//! The hits of a search: marked in the text, counted, and gone through one by one.

use std::time::Duration;

use leptos::html::Div;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, MutationObserver, MutationObserverInit};

use super::conversation_marks::{Mark, marks_in};
use super::conversation_scroll::{Scroll, once_shown};
use super::conversation_window::{Hit, Window};
use super::highlights::{clear, paint};

/// The names of the marks in the style sheet. The second lies over the first, which was there before it.
const ALL: &str = "search-hit";
const CURRENT: &str = "search-current";
/// Text that streams in is looked through so often.
const MARK_EVERY: Duration = Duration::from_millis(100);
/// So many are marked: beyond, a single letter was typed.
const MOST: usize = 5_000;

/// The hits, and where among them the reader is.
#[derive(Clone, Copy)]
pub(super) struct Hits {
    window: Window,
    scroll: Scroll,
    /// What holds the entries.
    content: NodeRef<Div>,
    /// The hit that was gone to, and the words that it is one of.
    current: RwSignal<Option<(String, Hit)>>,
}

impl Hits {
    /// The hits of the window's search, marked for as long as the component lives.
    pub(super) fn new(window: Window, scroll: Scroll, content: NodeRef<Div>) -> Self {
        let hits = Self { window, scroll, content, current: RwSignal::new(None) };
        hits.keep_marked();
        hits
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.window.hits()
    }

    /// Which of them was gone to, counted from 1.
    pub(super) fn place(&self) -> Option<usize> {
        self.window.place_of(self.current()?).map(|place| place + 1)
    }

    fn current(&self) -> Option<Hit> {
        let words = self.window.words();
        self.current.with(|current| current.as_ref().filter(|(over, _)| *over == words).map(|(_, hit)| *hit))
    }

    /// Goes to the next hit or to the one before, and round from one end to the other.
    pub(super) fn step(&self, forth: bool) {
        let (count, place) = untrack(|| (self.count(), self.place()));
        let to = match (place, forth) {
            _ if count == 0 => return,
            (None, true) => 0,
            (None, false) => count - 1,
            // Counted from 1, it is the number of the next one counted from 0.
            (Some(place), true) => place % count,
            (Some(place), false) => (place + count - 2) % count,
        };
        let Some(hit) = untrack(|| self.window.hit(to)) else { return };
        self.current.set(Some((untrack(|| self.window.words()), hit)));
        let hits = *self;
        self.scroll.go_to_row(hit.row, move || hits.show(hit));
    }

    /// Scrolls to a hit; to the entry where its words are not seen, as in a tool that is closed.
    fn show(&self, hit: Hit) {
        let Some(content) = self.content.try_get_untracked().flatten() else { return };
        let entry = content.query_selector(&format!("[data-key=\"{}\"]", hit.row.turn.0));
        let Ok(Some(entry)) = entry else { return };
        let marks = marks_in(&entry, &untrack(|| self.window.words()));
        let place = nth(&marks, hit).and_then(Mark::place).filter(|place| place.height() > 0.0);
        self.scroll.bring_into_view(&place.unwrap_or_else(|| entry.get_bounding_client_rect()));
    }

    /// Marks what is on the page.
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

    /// Marks anew whenever something else is searched for or gone to, and whenever the text on the page changes.
    fn keep_marked(self) {
        let is_due = StoredValue::new(false);
        let on_change = Closure::<dyn Fn()>::new(move || {
            if is_due.try_get_value() == Some(false) {
                is_due.set_value(true);
                let mark = move || {
                    // The page may be another one by then.
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
                    // Only options that contradict each other are refused.
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

/// Elements that come or go, and text that becomes another.
fn changes_of_text() -> MutationObserverInit {
    let changes = MutationObserverInit::new();
    changes.set_child_list(true);
    changes.set_character_data(true);
    changes.set_subtree(true);
    changes
}

/// The mark of a hit. There are fewer of them where words stand in what Markdown does not show, as in a link's address.
fn nth(marks: &[Mark], hit: Hit) -> Option<&Mark> {
    marks.get(hit.nth).or(marks.last())
}

fn unmark() {
    clear(ALL);
    clear(CURRENT);
}
