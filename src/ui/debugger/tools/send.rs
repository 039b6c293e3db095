//! Sends any command, through the queue or raw.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use crate::browser;
use crate::protocol::{Command, Template, encode_bare};
use crate::state::Severity;
use crate::ui::debugger::state::use_debugger;
use crate::ui::debugger::tools::outcome::{COMPONENT, SentOutcome};
use crate::ui::debugger::tools::sent::{self, Sent, SentList};
use crate::ui::debugger::tools::templates::{read_data, templates};

#[component]
pub fn SendForm() -> impl IntoView {
    let debugger = use_debugger();
    let (first_kind, first_data) = templates().next().map(|(kind, template)| (kind, template.data)).unwrap_or_default();
    let kind = RwSignal::new(first_kind.to_owned());
    let data = RwSignal::new(first_data.to_owned());
    let list = RwSignal::new(sent::read());
    let sent_at = RwSignal::new(None::<u64>);
    let (raw, refused) = (RwSignal::new(false), RwSignal::new(false));
    let problem = Memo::new(move |_| data.with(|data| read_data(data).err().map(|error| error.to_string())));
    let pick_template = Callback::new(move |(template_kind, template): (&'static str, &'static Template)| {
        kind.set(template_kind.to_owned());
        data.set(template.data.to_owned());
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let (kind, text) = (kind.get_untracked().trim().to_owned(), data.get_untracked());
        let (Ok(fields), Some(coda)) = (read_data(&text), debugger.context.sender()) else { return };
        if kind.is_empty() {
            return;
        }
        sent_at.set(Some(debugger.context.history.with_untracked(|recorder| recorder.numbers().end)));
        if raw.get_untracked() {
            let frame = encode_bare(&kind, fields, browser::now().wall);
            refused.set(!coda.send_raw(&frame, COMPONENT, "send raw"));
        } else {
            refused.set(false);
            coda.send(Command::from_wire(&kind, fields), COMPONENT, "send");
        }
        if !list.try_update(|list| sent::add(list, Sent { kind, data: text })).unwrap_or(true) {
            let words = "Sent commands cannot be stored: browser storage is full or turned off.";
            debugger.context.notices.show(Severity::Warn, "sent commands", words.into());
        }
    };
    let pick = Callback::new(move |sent: Sent| {
        kind.set(sent.kind);
        data.set(sent.data);
    });
    let [template_id, kind_id, data_id, error_id] =
        ["template", "kind", "data", "data-error"].map(|name| debugger.element_id(name));
    view! {
        <form class="debugger-send" on:submit=submit data-testid="debugger-send" novalidate>
            <div class="field">
                <label for=template_id.clone()>"Template"</label>
                <TemplateSelect id=template_id on_pick=pick_template />
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
            <RawChoice raw />
            <div class="actions">
                <button
                    class="button primary"
                    type="submit"
                    disabled=move || {
                        !debugger.context.can_send()
                            || problem.with(Option::is_some)
                            || kind.with(|kind| kind.trim().is_empty())
                    }
                >
                    "Send"
                </button>
            </div>
            <RecordingHint />
            <SentOutcome sent_at refused />
        </form>
        <SentList list pick />
    }
}

#[component]
fn RawChoice(raw: RwSignal<bool>) -> impl IntoView {
    view! {
        <div class="field debugger-raw">
            <label class="toggle">
                <input
                    type="checkbox"
                    prop:checked=raw
                    data-testid="debugger-send-raw"
                    on:change=move |event| raw.set(event_target_checked(&event))
                />
                "Raw: bypass queue and deduplication"
            </label>
            <Show when=move || raw.get()>
                <p class="field-hint warn">
                    "Sends the frame immediately, without a message ID. Only the table shows its outcome."
                </p>
            </Show>
        </div>
    }
}

#[component]
fn RecordingHint() -> impl IntoView {
    let playback = use_debugger().context.playback;
    view! {
        <Show when=move || playback.is_on()>
            <p class="field-hint">"Cannot send: the pages show a recording. Go back to live first."</p>
        </Show>
    }
}

#[component]
fn TemplateSelect(id: String, on_pick: Callback<(&'static str, &'static Template)>) -> impl IntoView {
    let pick = move |event| {
        let at = event_target_value(&event).parse::<usize>().ok();
        if let Some(template) = at.and_then(|at| templates().nth(at)) {
            on_pick.run(template);
        }
    };
    view! {
        <select id=id on:change=pick>
            {templates()
                .enumerate()
                .map(|(at, (kind, template))| {
                    let name = format!("{kind}: {}", template.name);
                    view! { <option value=at.to_string()>{name}</option> }
                })
                .collect_view()}
        </select>
    }
}
