//! One session: its entries, its name, its export and its deletion.

use leptos::either::Either;
use leptos::html::{Div, Input};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::list::name;
use crate::model::{Turn, TurnKey, export_json, export_markdown};
use crate::state::{RowKey, Severity, TurnRow, use_websocket};
use crate::store::Session;
use crate::ui::address::Address;
use crate::ui::components::{ShowMore, TurnView, clear_matches, mark_matches};
use crate::ui::files::{download, file_name};
use crate::ui::format;

/// Entries shown at first and added per step.
const STEP: usize = 200;

#[component]
pub(super) fn SessionView(session: Session, address: Address) -> impl IntoView {
    let kept = use_websocket().kept;
    let session = StoredValue::new(session);
    let turns = LocalResource::new(move || {
        let id = session.with_value(|session| session.id.clone());
        kept.turns(id)
    });
    view! {
        <article class="history-session" aria-label="Conversation">
            <SessionHead session turns address />
            {move || {
                turns
                    .get()
                    .map(|turns| match turns {
                        Ok(turns) => Either::Left(view! { <Turns turns words=address.first("q") /> }),
                        Err(error) => {
                            Either::Right(
                                view! {
                                    <p class="field-error" role="alert">
                                        {format!("This conversation cannot be read: {error}.")}
                                    </p>
                                },
                            )
                        }
                    })
            }}
        </article>
    }
}

type LoadedTurns = LocalResource<Result<Vec<Turn>, crate::store::StoreError>>;

#[component]
fn SessionHead(session: StoredValue<Session>, turns: LoadedTurns, address: Address) -> impl IntoView {
    let context = use_websocket();
    let kept = context.kept;
    let shown = session.with_value(name);
    let facts = move || {
        session.with_value(|session| {
            let took = (session.last - session.started).to_std().unwrap_or_default();
            let turns = format::counted(session.turns() as usize, "message");
            format!("{} · {} · {turns} · {}", format::full_time(session.started), format::span(took), session.url)
        })
    };
    let is_renaming = RwSignal::new(false);
    let is_deleting = RwSignal::new(false);
    let name_field = NodeRef::<Input>::new();
    name_field.on_load(|field| {
        // Best effort: without it, the field is one Tab away.
        let _ = field.focus();
        field.select();
    });
    let new_name = RwSignal::new(session.with_value(|session| session.name.clone().unwrap_or_default()));
    let fail = move |what: &'static str, error: crate::store::StoreError| {
        context.notices.show(Severity::Error, "history", format!("The conversation was not {what}: {error}."));
    };
    let rename = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let (id, name) = (session.with_value(|session| session.id.clone()), new_name.get_untracked());
        spawn_local(async move {
            if let Err(error) = kept.rename(id, name).await {
                fail("renamed", error);
            }
        });
    };
    let delete = move |_| {
        spawn_local(async move {
            match kept.delete_session(session.get_value()).await {
                Ok(()) => address.set("session", ""),
                Err(error) => fail("deleted", error),
            }
        });
    };
    let export = move |ending: &'static str, media: &'static str, write: fn(&str, &[Turn]) -> String| {
        let Some(Ok(turns)) = turns.get_untracked() else { return };
        let (day, title) = session.with_value(|session| (session.started.date_naive(), name(session)));
        let file = file_name(&format!("coda {day} {title}"));
        download(&format!("{file}.{ending}"), media, &write(&title, &turns));
    };
    view! {
        <header class="history-head">
            <h2 tabindex="-1">{shown}</h2>
            <p class="field-hint">{facts}</p>
            <div class="actions">
                <button class="button small history-back" on:click=move |_| address.set("session", "")>
                    "All conversations"
                </button>
                <button
                    class="button small"
                    data-testid="rename-session"
                    aria-expanded=move || is_renaming.get().to_string()
                    on:click=move |_| is_renaming.update(|is_renaming| *is_renaming = !*is_renaming)
                >
                    "Rename"
                </button>
                <button
                    class="button small quiet"
                    on:click=move |_| export("md", "text/markdown", |title, turns| export_markdown(title, turns.iter()))
                >
                    "Export Markdown"
                </button>
                <button
                    class="button small quiet"
                    on:click=move |_| export("json", "application/json", |_, turns| export_json(turns.iter()))
                >
                    "Export JSON"
                </button>
                <button
                    class="button small quiet danger session-delete"
                    data-testid="delete-session"
                    aria-expanded=move || is_deleting.get().to_string()
                    on:click=move |_| is_deleting.update(|is_deleting| *is_deleting = !*is_deleting)
                >
                    "Delete"
                </button>
            </div>
            <Show when=move || is_renaming.get()>
                <form class="field-row" on:submit=rename>
                    <input
                        type="text"
                        aria-label="Name of the conversation"
                        node_ref=name_field
                        on:keydown=move |event| {
                            if event.key() == "Escape" {
                                is_renaming.set(false);
                            }
                        }
                        placeholder="Empty for the first words"
                        data-testid="session-name"
                        maxlength="200"
                        prop:value=new_name
                        on:input=move |event| new_name.set(event_target_value(&event))
                    />
                    <button class="button" type="submit">
                        "Save"
                    </button>
                </form>
            </Show>
            <Show when=move || is_deleting.get()>
                <p class="field-row" role="alert">
                    "This cannot be undone. Visit records still contain its messages until you delete those records (Debugger, Recordings). "
                    <button class="button" data-testid="confirm-delete" on:click=delete>
                        "Delete this conversation"
                    </button>
                </p>
            </Show>
        </header>
    }
}

/// Marks the words that were searched for, and scrolls to the first hit.
#[component]
fn Turns(turns: Vec<Turn>, words: String) -> impl IntoView {
    let words = words.trim().to_lowercase();
    let first_hit = if words.is_empty() { None } else { turns.iter().position(|turn| turn.hits(&words) > 0) };
    let rows: Vec<TurnRow> = (1_u64..)
        .zip(turns)
        .map(|(number, turn)| TurnRow {
            key: RowKey { generation: 0, turn: TurnKey(number) },
            turn: ArcRwSignal::new(turn).read_only(),
        })
        .collect();
    let limit = first_hit.map_or(STEP, |at| (at / STEP + 1) * STEP);
    let (rows, limit) = (StoredValue::new(rows), RwSignal::new(limit));
    let list = NodeRef::<Div>::new();
    Effect::new(move |before: Option<()>| {
        limit.track();
        let (Some(list), words) = (list.get(), words.clone()) else { return };
        // The entries are in the document by then.
        request_animation_frame(move || mark_matches(&list, &words, before.is_none()));
    });
    on_cleanup(clear_matches);
    let total = rows.with_value(Vec::len);
    view! {
        <div class="turns history-turns" node_ref=list>
            <For
                each=move || rows.with_value(|rows| rows.iter().take(limit.get()).cloned().collect::<Vec<_>>())
                key=|row| row.key
                let:row
            >
                <TurnView row is_past=true />
            </For>
            <ShowMore limit step=STEP total=Signal::derive(move || total) />
        </div>
    }
}
