//! The table by keyboard.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use super::desk::{Desk, ROW_HEIGHT, Side};
use super::listing::{Key, Listing};

/// Moves the choice, opens what is chosen.
pub fn pressed(desk: Desk, event: &KeyboardEvent) {
    if event.alt_key() || event.ctrl_key() || event.meta_key() {
        return;
    }
    let chosen = desk.chosen.get_untracked();
    let total = desk.with_listing_untracked(Listing::len);
    let Some(last) = total.checked_sub(1) else { return };
    let place = chosen.and_then(|key| desk.with_listing_untracked(|listing| listing.place_of(key)));
    match event.key().as_str() {
        "ArrowDown" => choose(desk, place.map_or(last, |place| (place + 1).min(last))),
        "ArrowUp" => choose(desk, place.map_or(last, |place| place.saturating_sub(1))),
        "PageDown" => choose(desk, place.map_or(last, |place| (place + page(desk)).min(last))),
        "PageUp" => choose(desk, place.map_or(last, |place| place.saturating_sub(page(desk)))),
        "Home" => choose(desk, 0),
        "End" => {
            choose(desk, last);
            desk.follows.set(true);
        }
        "ArrowRight" => fold(desk, chosen, true),
        "ArrowLeft" => fold(desk, chosen, false),
        "Enter" => {
            if let Some(key) = chosen {
                desk.open_details(key);
            }
        }
        "Escape" if desk.side.get_untracked() == Some(Side::Details) => desk.side.set(None),
        _ => return,
    }
    event.prevent_default();
}

fn choose(desk: Desk, place: usize) {
    if let Some(key) = desk.with_listing_untracked(|listing| listing.key_at(place)) {
        desk.choose(key);
        desk.scroll_to(place);
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "rows in view")]
fn page(desk: Desk) -> usize {
    let height = desk.scroller.get_untracked().map_or(0, |scroller| scroller.client_height());
    ((f64::from(height) / ROW_HEIGHT) as usize).saturating_sub(2).max(1)
}

fn fold(desk: Desk, chosen: Option<Key>, open: bool) {
    let Some(key) = chosen else { return };
    if key.is_part && !open {
        let line =
            desk.with_listing_untracked(|listing| listing.line_with(key.number).map(crate::history::Line::first));
        if let Some(line) = line {
            desk.choose(Key::line(line));
            desk.set_open(line, false);
        }
    } else if !key.is_part {
        desk.set_open(key.number, open);
    }
}
