use icondata_lu::{LuRoute, LuTriangleAlert};
use leptos::either::Either;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::{OutgoingState, ToolView};
use crate::model::{Heard, Role, Turn, finished_blocks};
use crate::protocol::iso8601;
use crate::state::{TurnRow, notify, use_websocket};
use crate::ui::components::{CopyButton, Icon, Markdown};
use crate::ui::debugger::message_href;
use crate::ui::format;

/// An entry of the conversation. Created once, then updated in place.
#[component]
pub fn TurnView(
    row: TurnRow,
    /// Whether it is shown apart from the conversation, where nothing can be done about it.
    #[prop(optional)]
    is_past: bool,
) -> impl IntoView {
    // The turn outlives its view, so the view's subscribers are pruned here.
    on_cleanup({
        let turn = row.turn.clone();
        move || notify(&turn)
    });
    let key = row.key.turn.0;
    let turn: ReadSignal<Turn> = row.turn.into();
    let role = turn.with_untracked(|turn| turn.role);
    let time = turn.with_untracked(|turn| turn.time);
    let (author, sent_by) = turn.with_untracked(|turn| (turn.author(), turn.sent_by.clone()));
    // An entry that has a message has it from the start.
    let trace = turn
        .with_untracked(Turn::message)
        .filter(|_| !is_past && !row.key.turn.is_of_earlier_visit())
        .map(message_href);
    // Not reactive: visiting the settings, where the clock format changes, recreates the page.
    let (time_of_day, full_time) = untrack(|| (format::clock_time(time), format::full_time(time)));
    let is_open = Memo::new(move |_| turn.with(|turn| turn.is_open));
    let text = Memo::new(move |_| turn.with(|turn| turn.text.clone()));
    let tools = Memo::new(move |_| turn.with(|turn| turn.tools.clone()));
    view! {
        <article
            class="turn"
            id=move || turn.with(|turn| turn.number.map(|number| format!("turn-{number}")))
            data-testid="turn"
            data-role=role.name()
            data-open=move || is_open.get().to_string()
            data-key=key
            tabindex="-1"
        >
            <header class="turn-head">
                <h2 class="turn-name" title=sent_by>{author}</h2>
                <time class="turn-time" title=full_time datetime=iso8601(time)>
                    {time_of_day}
                </time>
                {trace
                    .map(|href| {
                        // Not the router's link, which would subscribe every entry to the address.
                        view! {
                            <a
                                class="icon-button trace"
                                href=href
                                data-testid="trace"
                                aria-label="Open in debugger"
                                title="Open in debugger"
                            >
                                <Icon icon=LuRoute />
                            </a>
                        }
                    })}
                <CopyButton label="Copy the text" text=Callback::new(move |()| text.get_untracked()) />
            </header>
            // Calls are only ever appended, so the index is a stable key. They are disposed with the entry, so leptos'
            // `For` will do.
            <For each=move || 0..tools.with(Vec::len) key=|place| *place let:place>
                {tools
                    .with_untracked(|tools| tools.get(place).cloned())
                    .map(|first| {
                        let call = Memo::new(move |_| {
                            tools.with(|tools| tools.get(place).cloned()).unwrap_or_else(|| first.clone())
                        });
                        view! { <ToolView call /> }
                    })}
            </For>
            {move || {
                if is_open.get() {
                    Either::Left(view! { <StreamedText role text /> })
                } else {
                    Either::Right(view! { <TurnText role text=text.get() /> })
                }
            }}
            <Show when=move || turn.with(has_remarks)>
                <Remarks turn is_past />
            </Show>
        </article>
    }
}

/// Text that is still being written. Finished blocks of Coda's Markdown are rendered once; only the last one is plain.
#[component]
fn StreamedText(role: Role, text: Memo<String>) -> impl IntoView {
    let is_markdown = role == Role::Assistant;
    let ends = Memo::new(move |_| text.with(|text| if is_markdown { finished_blocks(text) } else { Vec::new() }));
    let blocks = move || {
        let ends = ends.get();
        let starts = std::iter::once(0).chain(ends.iter().copied());
        text.with_untracked(|text| {
            starts.zip(&ends).filter_map(|(start, end)| text.get(start..*end).map(str::to_owned)).collect::<Vec<_>>()
        })
    };
    let rest = move || {
        text.with(|text| text.get(ends.with(|ends| ends.last().copied().unwrap_or(0))..).unwrap_or_default().to_owned())
    };
    view! {
        // A block's text is its key: the result may differ from the tokens.
        <For each=move || blocks().into_iter().enumerate() key=Clone::clone let:block>
            <Markdown text=block.1 />
        </For>
        <div class="turn-body streaming">{rest}</div>
    }
}

/// False for most entries.
const fn has_remarks(turn: &Turn) -> bool {
    !turn.errors.is_empty()
        || turn.cut_off.is_some()
        || turn.is_ignored
        || turn.is_synthetic
        || turn.outgoing.is_some()
        || turn.heard.is_some()
}

/// Remarks below an entry: errors, a cut-off answer, the delivery state.
#[component]
fn Remarks(turn: ReadSignal<Turn>, is_past: bool) -> impl IntoView {
    let errors = Memo::new(move |_| turn.with(|turn| turn.errors.clone()));
    let outgoing = Memo::new(move |_| turn.with(|turn| turn.outgoing.clone()));
    let cut_off = Memo::new(move |_| turn.with(|turn| turn.cut_off));
    let heard = Memo::new(move |_| turn.with(|turn| turn.heard.clone()));
    view! {
        // Errors are only ever added, so an error's place names it, as with calls above.
        <For each=move || 0..errors.with(Vec::len) key=|place| *place let:place>
            <p class="turn-error">
                <Icon icon=LuTriangleAlert />
                <span>{errors.with_untracked(|errors| errors.get(place).cloned())}</span>
            </p>
        </For>
        {move || cut_off.get().map(|cut_off| view! { <p class="turn-cut-off">{cut_off.words()}</p> })}
        {move || heard.get().map(|heard| view! { <HeardAs heard turn is_past /> })}
        <Show when=move || turn.with(|turn| turn.is_ignored)>
            <p class="turn-cut-off">"Coda was busy and ignored this."</p>
        </Show>
        <Show when=move || turn.with(|turn| turn.is_synthetic)>
            <p class="turn-cut-off" data-testid="turn-synthetic">"Synthetic: injected in the debugger, not sent by Coda."</p>
        </Show>
        <Show when=move || outgoing.with(Option::is_some)>
            {move || {
                outgoing
                    .get_untracked()
                    .map(|first| {
                        let current = Memo::new(move |_| outgoing.get().unwrap_or_else(|| first.clone()));
                        view! { <OutgoingState outgoing=current is_past /> }
                    })
            }}
        </Show>
    }
}

/// How well speech was understood. What was misheard can be corrected in the composer.
#[component]
fn HeardAs(heard: Heard, turn: ReadSignal<Turn>, is_past: bool) -> impl IntoView {
    let context = use_websocket();
    let is_doubtful = heard.is_doubtful();
    let confidence = heard.confidence.map(|confidence| format::percent((confidence * 100.0).round()));
    let words = match (confidence, heard.language) {
        (Some(confidence), Some(language)) => format!("Heard with {confidence} confidence, language {language}"),
        (Some(confidence), None) => format!("Heard with {confidence} confidence"),
        (None, Some(language)) => format!("Heard, language {language}"),
        (None, None) => "Heard".to_owned(),
    };
    view! {
        <p class="turn-heard" data-testid="heard" data-state=if is_doubtful { "doubtful" } else { "clear" }>
            {is_doubtful.then(|| view! { <Icon icon=LuTriangleAlert /> })} <span>{words}</span>
            <Show when=move || !is_past && !context.playback.is_on()>
                <button
                    class="link-button"
                    type="button"
                    data-testid="correct"
                    on:click=move |_| {
                        context.talk.set_draft(turn.with_untracked(|turn| turn.text.clone()));
                        if let Some(composer) = document().get_element_by_id("composer") {
                            let _ = composer.unchecked_into::<web_sys::HtmlElement>().focus();
                        }
                    }
                >
                    "Correct and send"
                </button>
            </Show>
        </p>
    }
}

/// A complete text. Coda writes Markdown; text from people is shown verbatim.
#[component]
fn TurnText(role: Role, text: String) -> impl IntoView {
    if role == Role::Assistant {
        Either::Left(view! { <Markdown text /> })
    } else {
        Either::Right((!text.is_empty()).then(|| view! { <div class="turn-body verbatim">{text}</div> }))
    }
}
