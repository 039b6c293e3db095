//! Scroll position of the conversation. Follows the newest entry, or holds the reader's place while entries come and
//! go.

use leptos::html::Div;
use leptos::prelude::*;
use leptos::task::{spawn_local, tick};
use wasm_bindgen::JsCast;
use web_sys::{DomRect, Element, HtmlElement};

use super::window::Window;
use crate::state::{RowKey, WebSocketContext};

/// Distance in pixels that still counts as the end.
const NEAR_END: i32 = 48;
/// Distance in pixels from the first or last entry on the page at which more are loaded.
const NEAR_EDGE: i32 = 600;

#[derive(Clone, Copy)]
pub(super) struct Scroll {
    scroller: NodeRef<Div>,
    window: Window,
    context: WebSocketContext,
    /// Whether the reader is at the newest entry.
    pub(super) follows: RwSignal<bool>,
    /// State at the last scroll event, or as set by the page itself.
    last: StoredValue<Seen>,
}

/// Scroll state, in pixels.
#[derive(Clone, Copy, Default)]
struct Seen {
    top: i32,
    /// Width and height of the scroller.
    size: (i32, i32),
}

impl Seen {
    fn of(scroller: &Element) -> Self {
        Self { top: scroller.scroll_top(), size: (scroller.client_width(), scroller.client_height()) }
    }
}

impl Scroll {
    pub(super) fn new(scroller: NodeRef<Div>, window: Window, context: WebSocketContext) -> Self {
        Self { scroller, window, context, follows: RwSignal::new(true), last: StoredValue::new(Seen::default()) }
    }

    /// Keeps following the end when the content or the scroller is resized.
    pub(super) fn on_growth(&self) {
        // What an empty conversation says is read from its beginning.
        let is_empty = self.context.talk.rows.with_untracked(Vec::is_empty);
        if self.follows.get_untracked() && !is_empty {
            self.go_to_end();
        }
    }

    /// Handles a scroll event.
    pub(super) fn on_scroll(&self) {
        let Some(scroller) = self.scroller.get_untracked() else { return };
        let (before, now) = (self.last.get_value(), Seen::of(&scroller));
        if now.top == before.top {
            // The page scrolled here itself, not the reader.
            return;
        }
        self.last.set_value(now);
        let is_at_end = below(&scroller) < NEAR_END && untrack(|| self.window.later()) == 0;
        match (self.follows.get_untracked(), is_at_end) {
            (true, true) => self.window.follow(),
            (false, true) => {
                self.window.follow();
                self.follows.set(true);
            }
            // The reader did not scroll up: the end moved away, because entries turned out larger than estimated or the
            // scroller was resized.
            (true, false) if now.top > before.top || now.size != before.size => self.go_to_end(),
            (true, false) => {
                self.window.hold();
                self.follows.set(false);
            }
            (false, false) => {}
        }
        self.bring_what_is_near();
    }

    /// Jumps to the newest entry and follows it.
    pub(super) fn go_to_newest(&self) {
        self.window.follow();
        self.follows.set(true);
        let scroll = *self;
        once_shown(move || scroll.go_to_end());
    }

    /// Number of entries before those shown: on the page, and kept from earlier.
    pub(super) fn earlier(&self) -> u64 {
        self.window.earlier() as u64 + self.kept_earlier()
    }

    /// Number of kept entries before the oldest one on the page. A recording has none.
    fn kept_earlier(&self) -> u64 {
        if self.context.playback.is_on() { 0 } else { self.context.kept.earlier.get() }
    }

    pub(super) fn show_earlier(&self) {
        self.follows.set(false);
        self.window.hold();
        self.bring_earlier();
    }

    /// Shows earlier entries of the page, or loads those that are kept.
    fn bring_earlier(&self) {
        if untrack(|| self.window.earlier()) > 0 {
            self.in_place(Window::show_earlier);
            return;
        }
        let scroll = *self;
        spawn_local(async move {
            if scroll.context.kept.load_earlier().await {
                // The page may have been left meanwhile.
                if scroll.scroller.try_get_untracked().flatten().is_some() {
                    scroll.in_place(Window::show_earlier);
                }
            }
        });
    }

    /// Jumps to the user's turn `number`. Returns false if it is not there.
    pub(super) fn go_to_turn(&self, number: u64) -> bool {
        let is_there = self.window.show_turn(number);
        if is_there {
            self.follows.set(false);
            request_animation_frame(move || focus_turn(number));
        }
        is_there
    }

    /// Loads an entry, and calls `then` once it is on the page.
    pub(super) fn go_to_row(&self, key: RowKey, then: impl FnOnce() + 'static) {
        self.follows.set(false);
        self.window.show_row(key);
        once_shown(then);
    }

    /// Centres a part of the list unless it is in view.
    pub(super) fn bring_into_view(&self, part: &DomRect) {
        let Some(scroller) = self.scroller.try_get_untracked().flatten() else { return };
        let seen = scroller.get_bounding_client_rect();
        if part.top() < seen.top() || part.bottom() > seen.bottom() {
            let away = (part.top() + part.bottom() - seen.top() - seen.bottom()) / 2.0;
            #[expect(clippy::cast_possible_truncation, reason = "pixels of a page")]
            scroller.set_scroll_top(scroller.scroll_top() + away as i32);
        }
        if below(&scroller) < NEAR_END && untrack(|| self.window.later()) == 0 {
            self.window.follow();
            self.follows.set(true);
        }
    }

    fn go_to_end(&self) {
        if let Some(scroller) = self.scroller.try_get_untracked().flatten() {
            self.put(&scroller, scroller.scroll_height());
        }
    }

    /// Loads more entries when the reader is near either end of the window.
    fn bring_what_is_near(&self) {
        let Some(scroller) = self.scroller.try_get_untracked().flatten() else { return };
        if self.follows.get_untracked() {
            return;
        }
        let (earlier, later) = untrack(|| (self.earlier(), self.window.later()));
        if scroller.scroll_top() < NEAR_EDGE && earlier > 0 {
            self.bring_earlier();
        } else if below(&scroller) < NEAR_EDGE && later > 0 {
            self.in_place(Window::show_later);
        }
    }

    /// Changes the window and keeps what is read in place. Not every browser has scroll anchoring, and none anchors at
    /// the very top.
    fn in_place(&self, change: impl FnOnce(&Window)) {
        let Some(scroller) = self.scroller.get_untracked() else { return };
        let read = first_in_view(&scroller).map(|turn| (top(&turn), turn));
        change(&self.window);
        let scroll = *self;
        once_shown(move || {
            if let Some((before, turn)) = read.filter(|(_, turn)| turn.is_connected()) {
                #[expect(clippy::cast_possible_truncation, reason = "pixels of a page")]
                let moved = (top(&turn) - before).round() as i32;
                scroll.put(&scroller, scroller.scroll_top() + moved);
            }
        });
    }

    fn put(&self, scroller: &Element, top: i32) {
        scroller.set_scroll_top(top);
        self.last.try_set_value(Seen::of(scroller));
    }
}

/// Runs `then` after the pending DOM updates, before the next paint.
pub(super) fn once_shown(then: impl FnOnce() + 'static) {
    spawn_local(async move {
        tick().await;
        then();
    });
}

/// Pixels below the visible part.
fn below(scroller: &Element) -> i32 {
    scroller.scroll_height() - scroller.scroll_top() - scroller.client_height()
}

fn top(element: &Element) -> f64 {
    element.get_bounding_client_rect().top()
}

fn first_in_view(scroller: &Element) -> Option<Element> {
    let turns = scroller.query_selector_all(".turn").ok()?;
    let edge = top(scroller);
    let turns = (0..turns.length()).filter_map(|at| turns.get(at)?.dyn_into::<Element>().ok());
    turns.into_iter().find(|turn| turn.get_bounding_client_rect().bottom() > edge)
}

fn focus_turn(number: u64) {
    let turn = document().get_element_by_id(&format!("turn-{number}"));
    if let Some(turn) = turn.and_then(|turn| turn.dyn_into::<HtmlElement>().ok()) {
        turn.scroll_into_view();
        // Best effort: the turn is in view even if it cannot take the focus.
        let _ = turn.focus();
    }
}
