//! The list of sessions, newest first, and the search over everything that is kept.

use std::collections::HashMap;
use std::time::Duration;

use leptos::prelude::*;

use crate::state::use_websocket;
use crate::store::Session;
use crate::store::conversations::Found;
use crate::ui::address::Address;
use crate::ui::components::{SearchField, ShowMore};
use crate::ui::format;

/// Sessions shown at first and added per step.
const STEP: usize = 100;
/// Debounce for typing. Browsers allow a page about ten address changes a second.
const PAUSE: Duration = Duration::from_millis(250);
/// Characters of an entry that are shown of a hit.
const SNIPPET_CHARS: usize = 120;

/// Name of a session: the one given, or the beginning of its first text.
pub(super) fn name(session: &Session) -> String {
    let named = session.name.as_deref().unwrap_or(&session.title);
    if named.is_empty() { "Untitled".to_owned() } else { named.to_owned() }
}

#[component]
pub(super) fn SessionList(
    sessions: Vec<Session>,
    /// The session beside the list.
    selected: Memo<Option<Session>>,
    address: Address,
) -> impl IntoView {
    let kept = use_websocket().kept;
    let words = Memo::new(move |_| address.first("q").trim().to_owned());
    let look_for = StoredValue::new_local(debounce(PAUSE, move |words: String| address.set("q", &words)));
    let names_servers = sessions.windows(2).any(|pair| matches!(pair, [one, other] if one.url != other.url));
    let sessions = StoredValue::new(sessions);
    let found = LocalResource::new(move || {
        let wanted = words.get();
        async move {
            let mut all: HashMap<String, Found> = HashMap::new();
            if wanted.is_empty() {
                return all;
            }
            for session in sessions.get_value() {
                // Another search has begun, or the page was left.
                if words.try_get_untracked().as_ref() != Some(&wanted) {
                    break;
                }
                if let Ok(Some(found)) = kept.search(&session, &wanted).await {
                    all.insert(session.id.as_str().to_owned(), found);
                }
            }
            all
        }
    });
    let limit = RwSignal::new(STEP);
    let shown = Memo::new(move |_| {
        let sessions = sessions.get_value();
        if words.with(String::is_empty) {
            return sessions.into_iter().map(|session| (session, None)).collect::<Vec<_>>();
        }
        let found = found.get().unwrap_or_default();
        let hit = |session: Session| {
            let wanted = words.get().to_lowercase();
            let found = found.get(session.id.as_str()).cloned();
            let is_named = name(&session).to_lowercase().contains(&wanted);
            (found.is_some() || is_named).then_some((session, found))
        };
        sessions.into_iter().filter_map(hit).collect()
    });
    let status = move || {
        if words.with(String::is_empty) {
            return String::new();
        }
        match (found.get(), shown.with(Vec::len)) {
            (None, _) => "Searching…".to_owned(),
            (Some(_), 0) => format::matches(0),
            (Some(_), count) => format::counted(count, "conversation"),
        }
    };
    view! {
        <div class="history-list">
            <SearchField
                label="Search all conversations"
                testid="history-search"
                text=words
                on_input=move |typed| look_for.update_value(|look_for| look_for(typed))
            />
            <p class="field-hint" role="status" data-testid="history-found">
                {status}
            </p>
            <ul class="session-list">
                {move || {
                    shown
                        .get()
                        .into_iter()
                        .take(limit.get())
                        .map(|(session, found)| view! { <SessionItem session found selected names_servers address /> })
                        .collect_view()
                }}
            </ul>
            <ShowMore limit step=STEP total=Signal::derive(move || shown.with(Vec::len)) />
        </div>
    }
}

#[component]
fn SessionItem(
    session: Session,
    found: Option<Found>,
    selected: Memo<Option<Session>>,
    /// Whether the server of a session tells it from others.
    names_servers: bool,
    address: Address,
) -> impl IntoView {
    let id = session.id.as_str().to_owned();
    let is_selected = {
        let id = id.clone();
        Memo::new(move |_| {
            selected.with(|selected| selected.as_ref().is_some_and(|selected| selected.id.as_str() == id))
        })
    };
    let hits = found.as_ref().map(|found| format::matches(found.hits));
    let snippet = found.map(|found| crate::history::shorten(&found.first.text, SNIPPET_CHARS));
    let server = names_servers.then(|| session.url.clone());
    let (started, turns) = (session.started, format::counted(session.turns() as usize, "message"));
    let is_current = use_websocket().kept.is_current(&session.id);
    let open = move |_| address.set("session", &id);
    view! {
        <li>
            <button
                class="session-item"
                type="button"
                data-testid="session"
                aria-current=move || is_selected.get().then_some("true")
                on:click=open
            >
                <span class="session-name">{name(&session)}</span>
                <span class="session-facts">
                    {is_current.then(|| view! { <strong class="session-current">"Current"</strong> " · " })}
                    {move || format::moment(started)} " · " {turns}
                    {hits.map(|hits| view! { " · " <strong>{hits}</strong> })}
                </span>
                {server.map(|server| view! { <span class="session-facts">{server}</span> })}
                {snippet.map(|snippet| view! { <span class="session-snippet">{snippet}</span> })}
            </button>
        </li>
    }
}
