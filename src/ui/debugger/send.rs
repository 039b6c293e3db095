//! Sends any command, through the same queue as everything else.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use super::desk::{Desk, use_desk};
use super::sent::{self, Sent, SentList};
use super::templates::{TEMPLATES, command, read_data};
use crate::history::{RowKind, state_name};
use crate::link::MessageId;
use crate::state::NoticeLevel;
use crate::ui::{format, renders};

const COMPONENT: &str = "debugger";

/// The message that was sent from here first, at this row of the record or later.
fn sent_since(desk: Desk, number: u64) -> Option<MessageId> {
    desk.app.history.with(|recorder| {
        recorder.rows(number..).find_map(|row| match &row.kind {
            RowKind::Message { id, origin, .. } if origin.component == COMPONENT => Some(*id),
            _ => None,
        })
    })
}

/// The form.
#[component]
pub fn SendForm() -> impl IntoView {
    renders::count("SendForm");
    let desk = use_desk();
    let [first, ..] = TEMPLATES;
    let kind = RwSignal::new(first.kind.to_owned());
    let data = RwSignal::new(first.data.to_owned());
    let list = RwSignal::new(sent::read());
    let sent_at = RwSignal::new(None::<u64>);
    let problem = Memo::new(move |_| data.with(|data| read_data(data).err()));
    let pick_template = move |event| {
        let at = event_target_value(&event).parse::<usize>().ok();
        if let Some(template) = at.and_then(|at| TEMPLATES.get(at)) {
            kind.set(template.kind.to_owned());
            data.set(template.data.to_owned());
        }
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let (kind, text) = (kind.get_untracked().trim().to_owned(), data.get_untracked());
        let Ok(fields) = read_data(&text) else { return };
        if kind.is_empty() {
            return;
        }
        sent_at.set(Some(desk.app.history.with_untracked(|recorder| recorder.numbers().end)));
        desk.app.send(command(&kind, fields), COMPONENT, "send");
        if !list.try_update(|list| sent::add(list, Sent { kind, data: text })).unwrap_or(true) {
            let words = "The browser does not keep what was sent: its storage is full or turned off.";
            desk.app.notices.show(NoticeLevel::Warn, "sent commands", words.into());
        }
    };
    let pick = Callback::new(move |sent: Sent| {
        kind.set(sent.kind);
        data.set(sent.data);
    });
    let [template_id, kind_id, data_id, error_id] =
        ["template", "kind", "data", "data-error"].map(|name| desk.element_id(name));
    view! {
        <form class="debugger-send" on:submit=submit data-testid="debugger-send" novalidate>
            <div class="field">
                <label for=template_id.clone()>"Template"</label>
                <select id=template_id on:change=pick_template>
                    {TEMPLATES
                        .iter()
                        .enumerate()
                        .map(|(at, template)| view! { <option value=at.to_string()>{template.name}</option> })
                        .collect_view()}
                </select>
            </div>
            <div class="field">
                <label for=kind_id.clone()>"Type"</label>
                <input
                    id=kind_id
                    type="text"
                    spellcheck="false"
                    autocomplete="off"
                    data-testid="debugger-send-type"
                    prop:value=kind
                    on:input=move |event| kind.set(event_target_value(&event))
                />
            </div>
            <div class="field">
                <label for=data_id.clone()>"Data"</label>
                <textarea
                    id=data_id
                    rows="6"
                    spellcheck="false"
                    data-testid="debugger-send-data"
                    prop:value=data
                    aria-invalid=move || problem.with(Option::is_some).to_string()
                    aria-describedby=error_id.clone()
                    on:input=move |event| data.set(event_target_value(&event))
                ></textarea>
                <p class="field-error" id=error_id role="alert" data-testid="debugger-send-error">
                    {problem}
                </p>
            </div>
            <div class="actions">
                <button
                    class="button primary"
                    type="submit"
                    disabled=move || problem.with(Option::is_some) || kind.with(|kind| kind.trim().is_empty())
                >
                    "Send"
                </button>
            </div>
            <Fate sent_at />
        </form>
        <SentList list pick />
    }
}

/// What became of the command that was sent last.
#[component]
fn Fate(sent_at: RwSignal<Option<u64>>) -> impl IntoView {
    renders::count("Fate");
    let desk = use_desk();
    let id = Memo::new(move |last: Option<&Option<(u64, MessageId)>>| {
        let at = sent_at.get()?;
        // Once it is found there is nothing more to look for.
        if let Some(Some(known)) = last
            && known.0 == at
        {
            return Some(*known);
        }
        sent_since(desk, at).map(|id| (at, id))
    });
    let words = Memo::new(move |_| {
        let (_, id) = id.get()?;
        desk.app.history.with(|recorder| {
            let state = recorder.state_of(id).map_or("no longer recorded", state_name);
            let delivered = recorder.rows_of(id).rev().find_map(|row| recorder.round_trip(row));
            let time = delivered.map(|time| format!(", {}", format::span(time))).unwrap_or_default();
            Some(format!("{state}{time}"))
        })
    });
    view! {
        <p class="debugger-fate" role="status" data-testid="debugger-fate">
            {words}
            {move || {
                id.get()
                    .map(|(_, id)| {
                        view! {
                            " "
                            <button
                                class="link-button"
                                type="button"
                                on:click=move |_| {
                                    desk.back_to_live_if_away();
                                    desk.jump_to_message(id);
                                }
                            >
                                "Show it"
                            </button>
                        }
                    })
            }}
        </p>
    }
}
