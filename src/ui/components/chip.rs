//! Connection chip in the top bar, and its popover.

use leptos::ev;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::FindingsLink;
use super::sharing::{sharing_name, sharing_words};
use crate::browser;
use crate::link::{Phase, PhaseKind};
use crate::state::use_websocket;
use crate::ui::dismiss::{Dismissal, on_dismiss};
use crate::ui::format;

const fn label(phase: PhaseKind) -> &'static str {
    match phase {
        PhaseKind::Offline => "Offline",
        PhaseKind::Waiting => "Not connected",
        PhaseKind::Opening => "Connecting",
        PhaseKind::Authenticating => "Signing in",
        PhaseKind::Ready => "Connected",
        PhaseKind::Refused => "Refused",
    }
}

/// Phase, round trip and queue length. Opens a popover with details.
#[component]
pub fn ConnectionChip() -> impl IntoView {
    let context = use_websocket();
    let connection = context.connection;
    // The path of the page on which the popover was opened: it closes on another one.
    let opened_on = RwSignal::new(None::<String>);
    let path = use_location().pathname;
    let is_open = Memo::new(move |_| opened_on.with(|opened| path.with(|path| opened.as_ref() == Some(path))));
    let kind = Memo::new(move |_| connection.kind());
    let is_foreign = Memo::new(move |_| connection.is_foreign());
    let round_trip = move || connection.round_trip.get().filter(|_| connection.is_ready()).map(format::span);
    let waiting =
        move || Some(connection.queued.get()).filter(|queued| *queued > 0).map(|queued| format!("{queued} waiting"));
    let chip = NodeRef::<leptos::html::Button>::new();
    let popover = NodeRef::<leptos::html::Div>::new();
    let close = move || {
        opened_on.set(None);
        if let Some(chip) = chip.get_untracked() {
            let _ = chip.focus();
        }
    };
    let is_inside = move |target: &web_sys::Node| {
        popover.get_untracked().is_some_and(|popover| popover.contains(Some(target)))
            || chip.get_untracked().is_some_and(|chip| chip.contains(Some(target)))
    };
    on_dismiss(is_inside, move |by| match by {
        _ if !is_open.get_untracked() => {}
        Dismissal::Outside => opened_on.set(None),
        Dismissal::Escape => close(),
    });
    view! {
        <div class="connection">
            <button
                class="chip"
                node_ref=chip
                data-testid="connection"
                data-phase=move || kind.get().name()
                data-sharing=move || sharing_name(connection.sharing.get())
                aria-haspopup="dialog"
                aria-expanded=move || is_open.get().to_string()
                on:click=move |_| opened_on.set((!is_open.get_untracked()).then(|| path.get_untracked()))
            >
                <span class="chip-dot" aria-hidden="true"></span>
                <span class="chip-label">{move || if is_foreign.get() { "Not Coda" } else { label(kind.get()) }}</span>
                {move || round_trip().map(|text| view! { <span class="chip-detail">{text}</span> })}
                {move || waiting().map(|text| view! { <span class="chip-detail">{text}</span> })}
            </button>
            <Show when=move || is_open.get()>
                <div class="popover" role="dialog" aria-label="Connection" node_ref=popover>
                    <Details />
                </div>
            </Show>
        </div>
    }
}

#[component]
fn Details() -> impl IntoView {
    let context = use_websocket();
    let connection = context.connection;
    let since = move || match connection.phase.get() {
        Phase::Ready { since, .. } => Some(format::full_time(since.wall)),
        _ => connection.outage.get().map(|outage| format::full_time(outage.since.wall)),
    };
    let authentication = move || match connection.phase.get() {
        Phase::Ready { client_id: Some(id), .. } => id,
        Phase::Ready { client_id: None, .. } => "none (Coda 0.1.1 or older)".to_owned(),
        _ => format::UNKNOWN.to_owned(),
    };
    let config = context.settings.current.get_untracked().link_config();
    let outage = move || connection.outage.get().map(|outage| outage.reason.explain(&config));
    let is_offline = move || matches!(connection.kind(), PhaseKind::Offline);
    let round_trip = move || connection.round_trip.get().filter(|_| connection.is_ready()).map(format::span);
    view! {
        <h2>{move || label(connection.kind())}</h2>
        <Show when=move || connection.is_demo()>
            <p class="explain">"This is the demo: a simulated Coda in this page. Nothing leaves your browser."</p>
        </Show>
        {move || outage().map(|words| view! { <p class="explain">{words}</p> })}
        <dl class="kv">
            <dt>"Since"</dt>
            <dd>{move || since().unwrap_or_else(|| format::UNKNOWN.into())}</dd>
            <dt>"Client id"</dt>
            <dd>{authentication}</dd>
            <dt>"Tabs"</dt>
            <dd data-testid="sharing" data-state=move || sharing_name(connection.sharing.get())>
                {move || sharing_words(connection.sharing.get(), is_offline())}
            </dd>
            <dt>"Round trip"</dt>
            <dd>{move || round_trip().unwrap_or_else(|| format::UNKNOWN.into())}</dd>
            <dt>"Waiting, in flight"</dt>
            <dd>{move || format!("{}, {}", connection.queued.get(), connection.in_flight.get())}</dd>
            <dt>"Frames in, out"</dt>
            <dd>{move || format!("{}, {}", connection.frames_in.get(), connection.frames_out.get())}</dd>
            <dt>"Unreadable frames"</dt>
            <dd>{move || connection.unreadable.get()}</dd>
            <dt>"Duplicates suppressed"</dt>
            <dd>{move || connection.suppressed.get()}</dd>
            <dt>"Open findings"</dt>
            <dd>
                <FindingsLink />
            </dd>
        </dl>
        <AddressForm place="chip" />
        <div class="actions">
            <button
                class="button"
                on:click=move |_| context.reconnect()
            >
                {move || if is_offline() { "Connect" } else { "Reconnect" }}
            </button>
            <Show when=move || !is_offline()>
                <button class="button" on:click=move |_| context.disconnect()>
                    "Disconnect"
                </button>
            </Show>
            <Show
                when=move || connection.is_demo()
                fallback=move || {
                    view! {
                        <button class="button" on:click=move |_| context.use_demo()>
                            "Try the demo"
                        </button>
                    }
                }
            >
                <button class="button" data-testid="leave-demo" on:click=move |_| context.leave_demo()>
                    {move || format!("Connect to {}", context.address())}
                </button>
            </Show>
        </div>
    }
}

/// Address field. Validates before use, and asks before connecting to another host.
#[component]
pub fn AddressForm(
    /// Prefix for element ids, because the page may show several forms.
    place: &'static str,
) -> impl IntoView {
    let context = use_websocket();
    let [field_id, error_id, hint_id, list_id] =
        ["address", "address-error", "address-hint", "used-addresses"].map(|name| format!("{place}-{name}"));
    // `None` until the user types; the address in use is shown then.
    let typed = RwSignal::new(None::<String>);
    let text = move || typed.get().unwrap_or_else(|| context.address());
    let error = RwSignal::new(None::<String>);
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        match browser::parse(&untrack(text)) {
            Err(wrong) => error.set(Some(wrong.to_string())),
            Ok(address) => {
                error.set(None);
                typed.set(None);
                if let Some(host) = address.foreign_host {
                    context.ask_for(address.url, host);
                } else {
                    context.choose(address.url);
                }
            }
        }
    };
    view! {
        <form class="address" on:submit=submit novalidate>
            <div class="field">
                <label for=field_id.clone()>"Address"</label>
                <div class="field-row">
                    <input
                        id=field_id
                        type="text"
                        inputmode="url"
                        autocomplete="off"
                        spellcheck="false"
                        list=list_id.clone()
                        data-testid="address"
                        prop:value=text
                        aria-invalid=move || error.get().is_some().to_string()
                        aria-describedby=format!("{hint_id} {error_id}")
                        on:input=move |event| typed.set(Some(event_target_value(&event)))
                    />
                    <datalist id=list_id>
                        {browser::used().into_iter().map(|url| view! { <option value=url></option> }).collect_view()}
                    </datalist>
                    <button class="button" type="submit">
                        "Connect"
                    </button>
                    <Show when=move || text() != browser::DEFAULT_URL>
                        <button
                            class="button"
                            type="button"
                            on:click=move |_| {
                                error.set(None);
                                typed.set(Some(browser::DEFAULT_URL.to_owned()));
                            }
                        >
                            "Default"
                            <span class="visually-hidden">" address"</span>
                        </button>
                    </Show>
                </div>
                <p class="field-hint" id=hint_id>
                    "Default: " {browser::DEFAULT_URL}
                </p>
                <p class="field-error" id=error_id role="alert">
                    {move || error.get()}
                </p>
            </div>
        </form>
    }
}
