//! Where the reader of the conversation is: at the newest entry, which is then followed, or anywhere else, where what is
//! read stays in its place while entries come and go.

use leptos::html::Div;
use leptos::prelude::*;
use leptos::task::{spawn_local, tick};
use wasm_bindgen::JsCast;
use web_sys::{DomRect, Element, HtmlElement};

use super::conversation_window::Window;
use crate::state::RowKey;

/// So near to the end counts as at the end (pixels).
const NEAR_END: i32 = 48;
/// So near to the first or the last entry on the page, further ones come (pixels).
const NEAR_EDGE: i32 = 600;

/// The reader's place, in pixels and in entries.
#[derive(Clone, Copy)]
pub(super) struct Scroll {
    scroller: NodeRef<Div>,
    window: Window,
    /// The reader is at the newest entry.
    pub(super) follows: RwSignal<bool>,
    /// How the list was when it was looked at last, or put there.
    last: StoredValue<Seen>,
}

/// A list as it was seen, in pixels.
#[derive(Clone, Copy, Default)]
struct Seen {
    top: i32,
    /// Width and height of the box.
    size: (i32, i32),
}

impl Seen {
    fn of(scroller: &Element) -> Self {
        Self { top: scroller.scroll_top(), size: (scroller.client_width(), scroller.client_height()) }
    }
}

impl Scroll {
    pub(super) fn new(scroller: NodeRef<Div>, window: Window) -> Self {
        Self { scroller, window, follows: RwSignal::new(true), last: StoredValue::new(Seen::default()) }
    }

    /// The content or the box around it has another size: the end is followed.
    pub(super) fn on_growth(&self) {
        if self.follows.get_untracked() {
            self.go_to_end();
        }
    }

    /// The page has scrolled.
    pub(super) fn on_scroll(&self) {
        let Some(scroller) = self.scroller.get_untracked() else { return };
        let (before, now) = (self.last.get_value(), Seen::of(&scroller));
        if now.top == before.top {
            // Put there by the page, not by the reader.
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
            // The end went away, as it does when entries turn out larger than they were taken for, and where the window
            // is another one.
            (true, false) if now.top > before.top || now.size != before.size => self.go_to_end(),
            (true, false) => {
                self.window.hold();
                self.follows.set(false);
            }
            (false, false) => {}
        }
        self.bring_what_is_near();
    }

    /// Goes to the newest entry and stays there.
    pub(super) fn go_to_newest(&self) {
        self.window.follow();
        self.follows.set(true);
        let scroll = *self;
        once_shown(move || scroll.go_to_end());
    }

    /// Brings earlier entries in.
    pub(super) fn show_earlier(&self) {
        self.follows.set(false);
        self.in_place(Window::show_earlier);
    }

    /// Leads to the user's turn `number`, if it is there.
    pub(super) fn go_to_turn(&self, number: u64) -> bool {
        let is_there = self.window.show_turn(number);
        if is_there {
            self.follows.set(false);
            request_animation_frame(move || focus_turn(number));
        }
        is_there
    }

    /// Leads to an entry, and does `then` when it is on the page.
    pub(super) fn go_to_row(&self, key: RowKey, then: impl FnOnce() + 'static) {
        self.follows.set(false);
        self.window.show_row(key);
        once_shown(then);
    }

    /// Scrolls until a part of the list is in the middle, if it is not in view.
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

    /// A reader near the first or the last entry on the page finds further ones there.
    fn bring_what_is_near(&self) {
        let Some(scroller) = self.scroller.try_get_untracked().flatten() else { return };
        if self.follows.get_untracked() {
            return;
        }
        let (earlier, later) = untrack(|| (self.window.earlier(), self.window.later()));
        if scroller.scroll_top() < NEAR_EDGE && earlier > 0 {
            self.in_place(Window::show_earlier);
        } else if below(&scroller) < NEAR_EDGE && later > 0 {
            self.in_place(Window::show_later);
        }
    }

    /// Changes the window and leaves what is read in its place on the screen. Not every browser does that by itself,
    /// and none at the very top.
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

/// Does something once the entries that have been chosen are on the page, before anybody sees them.
pub(super) fn once_shown(then: impl FnOnce() + 'static) {
    spawn_local(async move {
        tick().await;
        then();
    });
}

/// How much is below what is seen.
fn below(scroller: &Element) -> i32 {
    scroller.scroll_height() - scroller.scroll_top() - scroller.client_height()
}

fn top(element: &Element) -> f64 {
    element.get_bounding_client_rect().top()
}

/// The first entry that is seen.
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
        // What cannot have the focus is still in view.
        let _ = turn.focus();
    }
}
