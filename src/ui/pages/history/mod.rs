//! Kept conversations: a list of sessions with search, and the entries of one.

mod list;
mod session;

use leptos::prelude::*;

use crate::state::{Keeping, use_websocket};
use crate::store::{Session, StoreError};
use crate::ui::address::Address;
use crate::ui::components::EmptyState;
use crate::ui::kept::kept_resource;
use list::SessionList;
use session::SessionView;

#[component]
pub fn HistoryPage() -> impl IntoView {
    let kept = use_websocket().kept;
    let address = Address::of_page();
    let selected = Memo::new(move |_| address.first("session"));
    let sessions = kept_resource(kept, move || kept.sessions());
    let loaded = move || sessions.get().flatten();
    // The newest one until another is chosen.
    let session = Memo::new(move |_| {
        let Some(Ok(sessions)) = loaded() else { return None };
        let selected = selected.get();
        sessions.into_iter().find(|session| selected.is_empty() || session.id.as_str() == selected)
    });
    view! {
        <section class="page-body history">
            <header class="page-head">
                <h1>"History"</h1>
            </header>
            {move || match (kept.keeping.get(), loaded()) {
                (Keeping::Off, None | Some(Err(_))) => view! { <TurnedOff /> }.into_any(),
                (Keeping::Off, Some(Ok(sessions))) if sessions.is_empty() => view! { <TurnedOff /> }.into_any(),
                (Keeping::Off, Some(Ok(sessions))) => {
                    view! {
                        <p class="field-hint" data-testid="history-off">
                            "Storage is turned off in the settings. These conversations were stored earlier. New ones are not stored."
                        </p>
                        <Sessions sessions session address />
                    }
                        .into_any()
                }
                (Keeping::Failed(error), _) | (_, Some(Err(error))) => {
                    view! { <Unavailable error /> }.into_any()
                }
                (_, Some(Ok(sessions))) if sessions.is_empty() => {
                    view! {
                        <EmptyState title="No conversations yet" has_ways=true>
                            "Conversations with Coda are stored in this browser and listed here. The demo is not stored."
                        </EmptyState>
                    }
                        .into_any()
                }
                (_, Some(Ok(sessions))) => view! { <Sessions sessions session address /> }.into_any(),
                (Keeping::Opening | Keeping::On, None) => view! { <p class="field-hint">"Loading…"</p> }.into_any(),
            }}
        </section>
    }
}

#[component]
fn TurnedOff() -> impl IntoView {
    view! {
        <EmptyState title="No conversations stored">"Storage is turned off in the settings."</EmptyState>
    }
}

#[component]
fn Unavailable(error: StoreError) -> impl IntoView {
    view! {
        <EmptyState title="Storage is unavailable">
            {format!("Conversations cannot be stored or shown: {error}.")}
        </EmptyState>
    }
}

#[component]
fn Sessions(sessions: Vec<Session>, session: Memo<Option<Session>>, address: Address) -> impl IntoView {
    // In a narrow window the list gives way to a conversation, but only to one that was chosen.
    let is_chosen = Memo::new(move |_| session.with(Option::is_some) && !address.first("session").is_empty());
    view! {
        <div class="history-panes" data-selected=move || is_chosen.get().to_string()>
            <SessionList sessions selected=session address />
            {move || {
                session
                    .get()
                    .map_or_else(
                        || {
                            view! {
                                <p class="field-hint history-hint">
                                    "Select a conversation."
                                </p>
                            }
                                .into_any()
                        },
                        |session| view! { <SessionView session address /> }.into_any(),
                    )
            }}
        </div>
    }
}
