//! The list of turns; follows the newest unless the reader has scrolled up.

use leptos::html::Div;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::conversation_window::Window;
use super::{ConversationTools, TurnView};
use crate::protocol::Command;
use crate::state::{Row, use_app};
use crate::ui::format;
use crate::ui::renders;

/// So near to the end counts as at the end (pixels).
const NEAR_END: i32 = 48;

const SUGGESTIONS: [&str; 3] =
    ["What can you do?", "What is the weather in Rabat today?", "Show me how to list files by size in Python"];

/// The conversation.
#[component]
pub fn ConversationView() -> impl IntoView {
    renders::count("ConversationView");
    let app = use_app();
    let talk = app.talk;
    let scroller = NodeRef::<Div>::new();
    let content = NodeRef::<Div>::new();
    let follows = RwSignal::new(true);
    let window = Window::new(talk);
    let to_end = move || {
        if let Some(scroller) = scroller.get_untracked() {
            scroller.set_scroll_top(scroller.scroll_height());
        }
    };
    let on_scroll = move |_| {
        if let Some(scroller) = scroller.get_untracked() {
            let to_go = scroller.scroll_height() - scroller.scroll_top() - scroller.client_height();
            let is_near = to_go < NEAR_END;
            if follows.get_untracked() != is_near {
                follows.set(is_near);
            }
            if is_near {
                window.shrink();
            }
        }
    };
    // The content grows by new turns and by streamed words alike: its size is what to follow.
    follow_growth(content, move || {
        if follows.get_untracked() {
            to_end();
        }
    });
    let is_empty = Memo::new(move |_| talk.rows.with(Vec::is_empty));
    follow_link(window, follows);
    view! {
        <ConversationTools search=window.search found=Signal::derive(move || window.found()) />
        <div
            class="conversation"
            role="log"
            aria-label="Conversation"
            aria-live="off"
            tabindex="0"
            node_ref=scroller
            on:scroll=on_scroll
        >
            <div class="turns" node_ref=content>
                <Show when=move || is_empty.get()>
                    <Empty />
                </Show>
                <Show when=move || { talk.dropped.get() > 0 }>
                    <p class="dropped">
                        {move || format!("{} older entries are no longer kept in this page.", talk.dropped.get())}
                    </p>
                </Show>
                <Show when=move || { window.hidden() > 0 }>
                    <p class="dropped">
                        <button class="button quiet" on:click=move |_| window.show_earlier()>
                            {move || format!("Show earlier ({})", window.hidden())}
                        </button>
                    </p>
                </Show>
                <For each=move || with_days(window.rows()) key=|(row, day)| (row.key, day.clone()) let:entry>
                    {entry
                        .1
                        .map(|day| {
                            view! {
                                <div class="day-divider">
                                    <time>{day}</time>
                                </div>
                            }
                        })}
                    {entry
                        .0
                        .turn
                        .with_untracked(|turn| turn.begins_session)
                        .then(|| view! { <p class="session-divider">"A new session of Coda's"</p> })}
                    <TurnView row=entry.0 />
                </For>
            </div>
        </div>
        <NewMessages
            follows
            to_newest=move || {
                follows.set(true);
                to_end();
            }
        />
    }
}

/// For a reader who has scrolled up: how much was said since, and the way there.
#[component]
fn NewMessages(follows: RwSignal<bool>, to_newest: impl Fn() + Copy + Send + Sync + 'static) -> impl IntoView {
    renders::count("NewMessages");
    let rows = use_app().talk.rows;
    // The newest entry when the reader left it.
    let left = Memo::new(move |_| {
        let newest = || rows.with_untracked(|rows| rows.last().map(|row| row.key));
        (!follows.get()).then(newest).flatten()
    });
    let words = Memo::new(move |_| {
        let news = rows.with(|rows| rows.iter().rev().take_while(|row| Some(row.key) != left.get()).count());
        match news {
            0 => "To the newest".to_owned(),
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

/// A link to a turn (`?turn=3`) leads to it.
fn follow_link(window: Window, follows: RwSignal<bool>) {
    let wanted = use_query_map().with_untracked(|query| query.get("turn")?.parse::<u64>().ok());
    if let Some(number) = wanted {
        follows.set(false);
        window.show_all();
        request_animation_frame(move || go_to_turn(number));
    }
}

fn go_to_turn(number: u64) {
    if let Some(turn) = document().get_element_by_id(&format!("turn-{number}")) {
        turn.scroll_into_view();
    }
}

/// Puts the day to the first entry of each.
fn with_days(rows: Vec<Row>) -> Vec<(Row, Option<String>)> {
    let mut last_day = None;
    rows.into_iter()
        .map(|row| {
            let time = row.turn.with_untracked(|turn| turn.time);
            let day = time.unix_millis().div_euclid(86_400_000);
            let is_new = last_day.replace(day) != Some(day);
            (row, is_new.then(|| format::day(time)))
        })
        .collect()
}

/// Calls `grown` whenever the size of `content` changes, for as long as the component lives.
fn follow_growth(content: NodeRef<Div>, grown: impl Fn() + 'static) {
    use wasm_bindgen::JsCast;
    use wasm_bindgen::closure::Closure;
    let grown = Closure::<dyn Fn()>::new(grown);
    let Ok(observer) = web_sys::ResizeObserver::new(grown.as_ref().unchecked_ref()) else { return };
    let kept = StoredValue::new_local((observer, grown));
    Effect::new(move |_| {
        if let Some(content) = content.get() {
            kept.with_value(|(observer, _)| observer.observe(&content));
        }
    });
    on_cleanup(move || kept.with_value(|(observer, _)| observer.disconnect()));
}

#[component]
fn Empty() -> impl IntoView {
    renders::count("Empty");
    let app = use_app();
    view! {
        <div class="empty">
            <h2>"Nothing has been said yet"</h2>
            <p>"Write below, hold the microphone button to talk, or begin with one of these:"</p>
            <div class="actions">
                {SUGGESTIONS
                    .map(|text| {
                        view! {
                            <button
                                class="button suggestion"
                                on:click=move |_| {
                                    app.send(Command::TextInput { text: text.to_owned() }, "suggestions", "click");
                                }
                            >
                                {text}
                            </button>
                        }
                    })
                    .collect_view()}
            </div>
        </div>
    }
}
