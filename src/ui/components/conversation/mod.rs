//! The list of turns. Follows the newest unless the reader has scrolled up.

mod announcer;
mod highlights;
mod hits;
mod marks;
mod outgoing;
mod scroll;
mod tool;
mod tools;
mod turn;
mod window;

pub use hits::{clear_matches, mark_matches};
pub use outgoing::OutgoingState;
pub use tool::{ToolView, tool_preview, tool_result};
pub(super) use tools::{ExportFormat, export};
pub use turn::TurnView;

use announcer::Announcer;
use tools::ConversationTools;

use chrono::{DateTime, Utc};
use leptos::html::Div;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{Each, FirstRun, is_first_run};
use crate::browser::DEMO_URL;
use crate::model::{Beginning, Turn};
use crate::protocol::Command;
use crate::state::{Keeping, RowKey, Severity, TurnRow, use_websocket};
use crate::ui::address::Address;
use crate::ui::format;
use crate::ui::resizing::on_resize;
use hits::Hits;
use scroll::Scroll;
use window::Window;

const SUGGESTIONS: [&str; 3] =
    ["What can you do?", "What is the weather in Rabat today?", "Show me how to list files by size in Python"];

#[component]
pub fn ConversationView() -> impl IntoView {
    let context = use_websocket();
    let talk = context.talk;
    let scroller = NodeRef::<Div>::new();
    let list = NodeRef::<Div>::new();
    let address = Address::of_page();
    let search = Memo::new(move |_| address.first("q"));
    let window = Window::new(talk, search);
    let is_kept = move || context.kept.keeping.with(|keeping| *keeping == Keeping::On);
    let scroll = Scroll::new(scroller, window, context);
    let hits = Hits::new(window, scroll, list);
    // Observes sizes, because content grows with new turns and with streamed text, and the scroller shrinks as the
    // draft grows.
    on_resize(list, move |_| scroll.on_growth());
    on_resize(scroller, move |_| scroll.on_growth());
    let is_empty = Memo::new(move |_| talk.rows.with(Vec::is_empty));
    follow_link(scroll);
    show_own_texts(scroll);
    let shown = Memo::new(move |_| window.rows(|row| format::local_day(time(row))));
    // Day divider above the first entry if its day began with an entry that is not on the page.
    let day_of_first = move || {
        shown.with(|shown| {
            let first = shown.first().filter(|(_, begins_day)| !begins_day);
            first.map(|(row, _)| view! { <Day time=time(row) /> })
        })
    };
    view! {
        <Show when=move || !is_empty.get()>
            <ConversationTools address search hits />
        </Show>
        <Announcer />
        <div
            class="conversation"
            class:following=move || scroll.follows.get()
            role="log"
            aria-label="Conversation"
            aria-live="off"
            tabindex="0"
            node_ref=scroller
            on:scroll=move |_| scroll.on_scroll()
        >
            <div class="turns" node_ref=list>
                <Show when=move || is_empty.get()>
                    <Empty />
                </Show>
                <Show when=move || { talk.dropped.get() > 0 && !is_kept() }>
                    <p class="dropped">
                        {move || format!("{} older messages discarded", talk.dropped.get())}
                    </p>
                </Show>
                <Show when=move || { scroll.earlier() > 0 }>
                    <p class="dropped">
                        <button
                            class="button quiet"
                            data-testid="show-earlier"
                            on:click=move |_| scroll.show_earlier()
                        >
                            {move || format!("Show earlier ({})", scroll.earlier())}
                        </button>
                    </p>
                </Show>
                {day_of_first}
                <Each each=move || shown.get() key=|(row, begins_day)| (row.key, *begins_day) let:entry>
                    {entry.1.then(|| view! { <Day time=time(&entry.0) /> })}
                    <SessionStart turn=entry.0.turn.clone() />
                    <TurnView row=entry.0 />
                </Each>
                {move || {
                    // A session without an entry is no news; another server is.
                    let begins = talk.begins.get().filter(|begins| matches!(begins, Beginning::Server(_)));
                    begins.map(|begins| view! { <Divider begins /> })
                }}
            </div>
        </div>
        <NewMessages follows=scroll.follows to_newest=move || scroll.go_to_newest() />
    }
}

/// Button for a reader who has scrolled up: counts new messages and jumps to the newest.
#[component]
fn NewMessages(follows: RwSignal<bool>, to_newest: impl Fn() + Copy + Send + Sync + 'static) -> impl IntoView {
    let rows = use_websocket().talk.rows;
    // Newest entry at the time the reader scrolled up.
    let left = Memo::new(move |_| {
        let newest = || rows.with_untracked(|rows| rows.last().map(|row| row.key));
        (!follows.get()).then(newest).flatten()
    });
    let words = Memo::new(move |_| {
        let news = rows.with(|rows| rows.iter().rev().take_while(|row| Some(row.key) != left.get()).count());
        match news {
            0 => "Latest".to_owned(),
            1 => "1 new message".to_owned(),
            news => format!("{news} new messages"),
        }
    });
    view! {
        <Show when=move || !follows.get()>
            <button class="button new-messages" data-testid="new-messages" on:click=move |_| to_newest()>
                {words}
            </button>
        </Show>
    }
}

/// A text that the user sends is shown wherever the reader was.
fn show_own_texts(scroll: Scroll) {
    let rows = use_websocket().talk.rows;
    let newest_own = Memo::new(move |_| {
        let is_own = |row: &&TurnRow| row.turn.with_untracked(|turn| turn.outgoing.is_some());
        rows.with(|rows| rows.last().filter(is_own).map(|row| row.key))
    });
    Effect::new(move |before: Option<Option<RowKey>>| {
        let newest = newest_own.get();
        if newest.is_some() && before.is_some_and(|before| before != newest) {
            scroll.go_to_newest();
        }
        newest
    });
}

/// Scrolls to a linked turn (`?turn=3`).
fn follow_link(scroll: Scroll) {
    let wanted = use_query_map().with_untracked(|query| query.get("turn")?.parse::<u64>().ok());
    if wanted.is_some_and(|number| !scroll.go_to_turn(number)) {
        let words = "That turn is no longer on this page.";
        use_websocket().notices.show(Severity::Info, "linked turn", words.into());
    }
}

fn time(row: &TurnRow) -> DateTime<Utc> {
    row.turn.with_untracked(|turn| turn.time)
}

/// Reactive, because a queued text learns only later that it is the first of a session.
#[component]
fn SessionStart(turn: ArcReadSignal<Turn>) -> impl IntoView {
    let begins = Memo::new(move |_| turn.with(|turn| turn.begins.clone()));
    view! {
        {move || begins.get().map(|begins| view! { <Divider begins /> })}
    }
}

#[component]
fn Divider(begins: Beginning) -> impl IntoView {
    let words = match begins {
        Beginning::Session => "New session".to_owned(),
        Beginning::Server(url) if *url == *DEMO_URL => "Connected to the demo, a simulated Coda".to_owned(),
        Beginning::Server(url) => format!("Connected to Coda at {url}"),
    };
    view! { <p class="session-divider">{words}</p> }
}

#[component]
fn Day(time: DateTime<Utc>) -> impl IntoView {
    view! {
        <div class="day-divider">
            <time>{format::day(time)}</time>
        </div>
    }
}

#[component]
fn Empty() -> impl IntoView {
    let context = use_websocket();
    let is_first_run = Memo::new(move |_| is_first_run(&context));
    view! {
        <Show when=move || is_first_run.get() fallback=Invitation>
            <FirstRun />
        </Show>
    }
}

/// Ways to begin.
#[component]
fn Invitation() -> impl IntoView {
    let context = use_websocket();
    view! {
        <div class="empty">
            <h2>{move || if context.playback.is_on() { "Start of the recording" } else { "Say something to Coda" }}</h2>
            <Show when=move || !context.playback.is_on()>
                <p>"Type below, hold the microphone button while you talk, or start with one of these:"</p>
            </Show>
            <div class="actions">
                {SUGGESTIONS
                    .map(|text| {
                        view! {
                            <button
                                class="button suggestion"
                                disabled=move || !context.can_send()
                                on:click=move |_| {
                                    if let Some(coda) = context.sender() {
                                        coda.send(Command::TextInput { text: text.to_owned() }, "suggestions", "click");
                                    }
                                }
                            >
                                {text}
                            </button>
                        }
                    })
                    .collect_view()}
                <button
                    class="button suggestion"
                    type="button"
                    data-testid="run-demo"
                    title="Coda plays a scripted turn without a model"
                    disabled=move || !context.can_send() || !context.connection.is_ready()
                    on:click=move |_| {
                        if let Some(coda) = context.sender() {
                            coda.send(Command::DemoFlow, "sample turn", "click");
                        }
                    }
                >
                    "Play sample turn"
                </button>
            </div>
        </div>
    }
}
