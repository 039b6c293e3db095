//! Live region for screen readers: reads completed answers aloud, and errors as they arrive.

use leptos::prelude::*;

use crate::model::{Role, Turn};
use crate::state::use_websocket;
use crate::ui::components::markdown;
use crate::ui::format;

/// Limit in characters. Listeners rarely want more unasked, and the full text is on the page.
const LONGEST: usize = 400;

/// Visually hidden live region. Turns completed before the page was opened are not announced.
#[component]
pub fn Announcer() -> impl IntoView {
    let rows = use_websocket().talk.rows;
    let known = rows.with_untracked(|rows| {
        rows.iter().rev().find(|row| row.turn.with_untracked(|turn| !turn.is_open)).map(|row| row.key)
    });
    let newest = Memo::new(move |_| {
        let is_codas = |turn: &Turn| turn.role != Role::User;
        let newest = rows.with(|rows| rows.iter().rfind(|row| row.turn.with_untracked(is_codas)).cloned());
        newest.filter(|row| Some(row.key) > known)
    });
    let said = Memo::new(move |_| newest.with(|row| row.as_ref().map(|row| row.turn.with(said))));
    let words = move || said.get().map(|said| cut(&format!("{} {}", markdown::words(&said.answer), said.errors)));
    view! {
        <p class="visually-hidden" role="status" data-testid="announced">
            {words}
        </p>
    }
}

/// Announcement for a turn. Empty while the turn is open.
#[derive(Clone, Default, PartialEq, Eq)]
struct Announcement {
    /// Markdown.
    answer: String,
    errors: String,
}

fn said(turn: &Turn) -> Announcement {
    if turn.is_open {
        return Announcement::default();
    }
    let errors: Vec<_> = turn.errors.iter().map(|error| format!("Error: {error}")).collect();
    let answer = if turn.cut_off.is_some() { String::new() } else { turn.text.clone() };
    Announcement { answer, errors: errors.join(" ") }
}

fn cut(words: &str) -> String {
    format::cut(words.trim(), LONGEST)
}
