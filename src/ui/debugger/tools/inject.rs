//! Gives an event to the pages as if Coda had sent it.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use serde_json::json;

use crate::history::SyntheticEvent;
use crate::protocol::Event;
use crate::ui::debugger::state::use_debugger;
use crate::ui::format;

/// Type of the first template.
const FIRST: &str = "conversation_turn";

/// A valid event of this type, to be filled in.
fn template(kind: &str) -> String {
    let event = json!({"type": kind, "data": Event::blank_data(kind).unwrap_or_default()});
    serde_json::to_string_pretty(&event).unwrap_or_default()
}

#[component]
pub fn InjectForm() -> impl IntoView {
    let debugger = use_debugger();
    let context = debugger.context;
    let text = RwSignal::new(template(FIRST));
    let told = RwSignal::new(None::<String>);
    let problem =
        Memo::new(move |_| text.with(|text| SyntheticEvent::parse(text).err().map(|error| error.to_string())));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Ok(event) = text.with_untracked(|text| SyntheticEvent::parse(text)) else { return };
        if context.inject(&event) {
            told.set(Some(format!("Injected {}.", event.kind())));
        }
    };
    let is_on = move || context.synthetic.count.get() > 0;
    let [template_id, text_id, error_id] =
        ["inject-template", "inject-text", "inject-error"].map(|name| debugger.element_id(name));
    view! {
        <form class="debugger-send" on:submit=submit data-testid="inject" novalidate>
            <p class="field-hint">
                "Shows the event on all pages as if Coda had sent it, until you clear it. It is marked as synthetic, and excluded from connection metrics and findings. Nothing is sent to Coda."
            </p>
            <div class="field">
                <label for=template_id.clone()>"Template"</label>
                <select
                    id=template_id
                    data-testid="inject-template"
                    on:change=move |event| text.set(template(&event_target_value(&event)))
                >
                    {Event::KINDS
                        .iter()
                        .map(|kind| view! { <option value=*kind selected=*kind == FIRST>{*kind}</option> })
                        .collect_view()}
                </select>
            </div>
            <div class="field">
                <label for=text_id.clone()>"Event"</label>
                <textarea
                    id=text_id
                    rows="10"
                    spellcheck="false"
                    data-testid="inject-text"
                    prop:value=text
                    aria-invalid=move || problem.with(Option::is_some).to_string()
                    aria-describedby=error_id.clone()
                    on:input=move |event| {
                        told.set(None);
                        text.set(event_target_value(&event));
                    }
                ></textarea>
                <p class="field-error" id=error_id role="alert" data-testid="inject-error">
                    {problem}
                </p>
            </div>
            <div class="actions">
                <button
                    class="button primary"
                    type="submit"
                    data-testid="inject-send"
                    disabled=move || context.playback.is_on() || problem.with(Option::is_some)
                >
                    "Inject"
                </button>
                <button
                    class="button"
                    type="button"
                    data-testid="inject-clear"
                    disabled=move || !is_on()
                    on:click=move |_| {
                        context.synthetic.clear();
                        told.set(None);
                    }
                >
                    "Clear"
                </button>
            </div>
            <Show when=move || context.playback.is_on()>
                <p class="field-hint">"Cannot inject: the pages show a recording. Go back to live first."</p>
            </Show>
            <p class="debugger-fate" role="status" data-testid="inject-told">
                {told}
                {move || {
                    is_on().then(|| format!(" Shown: {}.", format::counted(context.synthetic.count.get(), "synthetic event")))
                }}
            </p>
        </form>
    }
}
