//! The table. Only rows in view, with a margin, are in the document; the container has the height of all rows.

use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::prelude::*;
use web_sys::Element;

use crate::history::{self, Named, Slot};
use crate::history::{Key, Listed};
use crate::ui::components::Each;
use crate::ui::debugger::side::Side;
use crate::ui::debugger::state::{DebuggerState, ROW_HEIGHT, use_debugger};
use crate::ui::debugger::table::keys;
use crate::ui::debugger::table::row::{Rows, TableRow, row_name};
use crate::ui::resizing::on_resize;

/// Rows rendered beyond the view on either side: one step of the mouse wheel. Each of them may change with every frame.
const MARGIN: usize = 4;
const COLUMNS: [(&str, &str); 8] = [
    ("Direction", "debugger-direction"),
    ("Time", ""),
    ("Δ", "number debugger-wide"),
    ("Type", ""),
    ("Summary", ""),
    ("State", "debugger-state"),
    ("Reply", "number debugger-round-trip"),
    ("Size", "number debugger-wide"),
];

/// Range of rows in the document.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "rows in view")]
fn window_of(total: usize, top: f64, height: f64) -> (usize, usize) {
    let first = (top / ROW_HEIGHT).max(0.0) as usize;
    let last = ((top + height) / ROW_HEIGHT).max(0.0).ceil() as usize;
    let end = (last + MARGIN).min(total);
    // A list that has just become shorter may leave the scroll position beyond its end.
    let in_view = (height / ROW_HEIGHT) as usize + 2 * MARGIN;
    (first.saturating_sub(MARGIN).min(total.saturating_sub(in_view)), end)
}

#[expect(clippy::cast_precision_loss, reason = "rows are counted in thousands")]
fn pixels(rows: usize) -> f64 {
    rows as f64 * ROW_HEIGHT
}

/// Height of the scroller. Capped at the window's, because an unbounded container grows with its content.
fn height_of(scroller: &Element) -> f64 {
    let most = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or_default();
    f64::from(scroller.client_height()).min(most)
}

/// Tracks the height of the scroller, and keeps following the newest row when it changes.
fn watch_height(debugger: DebuggerState, top: RwSignal<f64>) -> RwSignal<f64> {
    let height = RwSignal::new(0.0);
    on_resize(debugger.scroller, move |scroller| {
        let (before, now) = (height.get_untracked(), height_of(scroller));
        if (before - now).abs() < 1.0 {
            return;
        }
        // A row whose details have just taken its place.
        let hidden = chosen_in_view(debugger, scroller, before)
            .filter(|place| pixels(*place) + 2.0 * ROW_HEIGHT > f64::from(scroller.scroll_top()) + now);
        height.set(now);
        if let Some(place) = hidden {
            debugger.stop_following();
            // To the middle, clear of the button at the end.
            #[expect(clippy::cast_possible_truncation, reason = "whole pixels")]
            scroller.set_scroll_top((pixels(place) - now / 2.0) as i32);
        } else if debugger.follows.get_untracked() {
            go_to_end(scroller, top);
        }
    });
    height
}

/// Index of the chosen row, if a reader of its details had it in view at this height.
fn chosen_in_view(debugger: DebuggerState, scroller: &Element, height: f64) -> Option<usize> {
    debugger.side.get_untracked().filter(|side| *side == Side::Details)?;
    let key = debugger.chosen.get_untracked()?;
    let place = debugger.with_listing_untracked(|listing| listing.place_of(key))?;
    let (from, row) = (f64::from(scroller.scroll_top()), pixels(place));
    (row >= from && row < from + height).then_some(place)
}

/// Scrolls to the last row. Sets `top` before the scroll event, which compares later positions with it.
fn go_to_end(scroller: &Element, top: RwSignal<f64>) {
    scroller.set_scroll_top(scroller.scroll_height());
    top.set(f64::from(scroller.scroll_top()));
}

/// Keeps the newest row in view, or else holds the visible rows in place.
fn hold_position(debugger: DebuggerState, top: RwSignal<f64>) {
    Effect::new(move |before: Option<Listed>| {
        let listed = debugger.listed();
        let gone = before.filter(|before| before.generation == listed.generation);
        let gone = gone.map_or(0, |before| listed.dropped.saturating_sub(before.dropped));
        if debugger.follows.get() || gone > 0 {
            request_animation_frame(move || {
                let Some(Some(scroller)) = debugger.scroller.try_get_untracked() else { return };
                // Checked again: the reader may have scrolled away in the meantime.
                if debugger.follows.get_untracked() {
                    go_to_end(&scroller, top);
                } else if gone > 0 {
                    #[expect(clippy::cast_possible_truncation, reason = "whole pixels")]
                    scroller.set_scroll_top(scroller.scroll_top() - pixels(gone) as i32);
                }
            });
        }
        listed
    });
}

/// The row an event is about. Events are delegated, because most rows are gone before anyone clicks them.
fn row_of(debugger: DebuggerState, slots: Memo<Vec<Slot>>, event: &MouseEvent) -> Option<Key> {
    let name = event_target::<Element>(event).closest("[role=row]").ok().flatten()?.id();
    let is_it = |key: &Key| debugger.element_id(&row_name(*key)) == name;
    slots.with_untracked(|slots| slots.iter().map(|slot| slot.row.key).find(is_it))
}

/// Handles a click on a row, or on the button of its fold.
fn clicked(debugger: DebuggerState, key: Key, event: &MouseEvent) {
    if event_target::<Element>(event).closest("button").ok().flatten().is_some() {
        debugger.choose(key);
        debugger.set_open(key.number, !debugger.with_listing_untracked(|listing| listing.is_open(key.number)));
        // The button may soon belong to another row.
        if let Some(table) = debugger.scroller.get_untracked() {
            // Best effort: without it, the focus stays where it is.
            let _ = table.focus();
        }
    } else {
        debugger.open_details(key);
    }
}

#[component]
pub fn MessageTable() -> impl IntoView {
    let debugger = use_debugger();
    let top = RwSignal::new(0.0);
    let height = watch_height(debugger, top);
    hold_position(debugger, top);
    let window = Memo::new(move |_| {
        let (total, height) = (debugger.listed().total, (height.get() - ROW_HEIGHT).max(0.0));
        let top = if debugger.follows.get() { (pixels(total) - height).max(0.0) } else { top.get() };
        window_of(total, top, height)
    });
    let slots = Memo::new(move |before: Option<&Vec<Slot>>| {
        let (source, (from, to)) = (debugger.source(), window.get());
        let named = |key| Named { source, key };
        let rows: Vec<_> =
            debugger.with_listing(|listing| (from..to).filter_map(|place| listing.key_at(place)).map(named).collect());
        history::fill_slots(&rows, before.map_or(&[], Vec::as_slice))
    });
    let elements = Memo::new(move |_| slots.with(|slots| slots.iter().map(|slot| slot.element).collect::<Vec<_>>()));
    let rows = Rows::new(debugger, slots);
    // Acts on the row that was pressed, because in a flood its element shows another row by the time of release.
    let pressed = StoredValue::new(None::<Key>);
    let scrolled = move |_| {
        let Some(scroller) = debugger.scroller.get_untracked() else { return };
        let now = f64::from(scroller.scroll_top());
        let is_at_end = scroller.scroll_top() + scroller.client_height() + 2 >= scroller.scroll_height();
        // A resize moves the rows as well; `watch_height` keeps following then.
        let is_by_reader = (height_of(&scroller) - height.get_untracked()).abs() < 1.0;
        if is_at_end && !debugger.follows.get_untracked() {
            debugger.follows.set(true);
        } else if !is_at_end && is_by_reader && now < top.get_untracked() {
            debugger.stop_following();
        }
        top.set(now);
    };
    let active = move || {
        let key = debugger.chosen.get().filter(|key| slots.with(|slots| slots.iter().any(|slot| slot.row.key == *key)));
        key.map(|key| debugger.element_id(&row_name(key)))
    };
    view! {
        <div class="debugger-table">
            <div
                class="debugger-scroll"
                role="grid"
                aria-label="Messages"
                aria-rowcount=move || (debugger.listed().total + 1).to_string()
                aria-colcount=COLUMNS.len().to_string()
                aria-activedescendant=active
                tabindex="0"
                node_ref=debugger.scroller
                data-testid="debugger-table"
                on:scroll=scrolled
                on:keydown=move |event: KeyboardEvent| keys::pressed(debugger, &event)
            >
                <div role="rowgroup" class="debugger-head">
                    <div role="row" class="debugger-row" aria-rowindex="1">
                        {COLUMNS
                            .map(|(name, class)| {
                                // Too narrow for its name, which is there for screen readers.
                                let is_hidden = name == "Direction";
                                view! {
                                    <span role="columnheader" class=class>
                                        <span class:visually-hidden=is_hidden>{name}</span>
                                    </span>
                                }
                            })
                            .collect_view()}
                    </div>
                </div>
                <div
                    role="rowgroup"
                    class="debugger-rows"
                    style:height=move || format!("{}px", pixels(debugger.listed().total))
                    on:mousedown=move |event| pressed.set_value(row_of(debugger, slots, &event))
                    on:click=move |event| {
                        let pressed = pressed.try_update_value(Option::take).flatten();
                        // Pressing one row and releasing another means neither. Such a click targets their common
                        // ancestor, which is no row.
                        if let Some(here) = row_of(debugger, slots, &event) {
                            // No `mousedown` came before a click without a mouse.
                            clicked(debugger, pressed.filter(|_| event.detail() > 0).unwrap_or(here), &event);
                        }
                    }
                >
                    <div
                        role="presentation"
                        style:transform=move || format!("translateY({}px)", pixels(window.get().0))
                    >
                        <Each each=move || elements.get() key=|element| *element let:element>
                            <TableRow element rows />
                        </Each>
                    </div>
                </div>
            </div>
            <Nothing />
            <ToNewest />
        </div>
    }
}

/// Explains an empty table.
#[component]
fn Nothing() -> impl IntoView {
    let debugger = use_debugger();
    let is_filtered = move || debugger.filter.query.with(|query| !query.is_empty());
    view! {
        <Show when=move || debugger.listed().total == 0>
            <p class="debugger-nothing">
                {move || if is_filtered() {
                    "No matching rows."
                } else if !debugger.is_live() {
                    "This recording has no WebSocket frames."
                } else {
                    "Nothing recorded yet. Every frame, message and connection change appears here as it happens."
                }}
            </p>
        </Show>
    }
}

/// Counts the rows since the table stopped following, and jumps to the newest.
#[component]
fn ToNewest() -> impl IntoView {
    let debugger = use_debugger();
    let news = move || debugger.with_listing(|listing| listing.count_from(debugger.left_at.get()));
    view! {
        <Show when=move || !debugger.follows.get()>
            <button
                class="button debugger-newest"
                type="button"
                data-testid="debugger-newest"
                on:click=move |_| debugger.follows.set(true)
            >
                {move || match news() {
                    0 => "Latest".to_owned(),
                    news => format!("Latest ({news} new)"),
                }}
            </button>
        </Show>
    }
}
