//! Keyboard control of the table.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use crate::history::{Key, Listing};
use crate::ui::debugger::side::Side;
use crate::ui::debugger::state::{DebuggerState, ROW_HEIGHT};

pub fn pressed(debugger: DebuggerState, event: &KeyboardEvent) {
    if event.alt_key() || event.ctrl_key() || event.meta_key() {
        return;
    }
    let chosen = debugger.chosen.get_untracked();
    let total = debugger.with_listing_untracked(Listing::rows);
    let Some(last) = total.checked_sub(1) else { return };
    let place = chosen.and_then(|key| debugger.with_listing_untracked(|listing| listing.place_of(key)));
    match event.key().as_str() {
        "ArrowDown" => choose(debugger, place.map_or(last, |place| (place + 1).min(last))),
        "ArrowUp" => choose(debugger, place.map_or(last, |place| place.saturating_sub(1))),
        "PageDown" => choose(debugger, place.map_or(last, |place| (place + page(debugger)).min(last))),
        "PageUp" => choose(debugger, place.map_or(last, |place| place.saturating_sub(page(debugger)))),
        "Home" => choose(debugger, 0),
        "End" => {
            choose(debugger, last);
            debugger.follows.set(true);
        }
        "ArrowRight" => fold(debugger, chosen, true),
        "ArrowLeft" => fold(debugger, chosen, false),
        "Enter" => {
            if let Some(key) = chosen {
                debugger.open_details(key);
            }
        }
        "b" | "B" => {
            if let Some(key) = chosen {
                debugger.toggle_bookmark(key.number);
            }
        }
        "n" => debugger.jump_to_bookmark(true),
        "N" => debugger.jump_to_bookmark(false),
        "Escape" if debugger.side.get_untracked() == Some(Side::Details) => debugger.side.set(None),
        _ => return,
    }
    event.prevent_default();
}

fn choose(debugger: DebuggerState, place: usize) {
    if let Some(key) = debugger.with_listing_untracked(|listing| listing.key_at(place)) {
        debugger.choose(key);
        debugger.scroll_to(place);
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "rows in view")]
fn page(debugger: DebuggerState) -> usize {
    let height = debugger.scroller.get_untracked().map_or(0, |scroller| scroller.client_height());
    ((f64::from(height) / ROW_HEIGHT) as usize).saturating_sub(2).max(1)
}

fn fold(debugger: DebuggerState, chosen: Option<Key>, open: bool) {
    let Some(key) = chosen else { return };
    if key.is_part && !open {
        let line =
            debugger.with_listing_untracked(|listing| listing.line_with(key.number).map(crate::history::ListItem::key));
        if let Some(line) = line {
            debugger.choose(Key::line(line));
            debugger.set_open(line, false);
        }
    } else if !key.is_part {
        debugger.set_open(key.number, open);
    }
}
