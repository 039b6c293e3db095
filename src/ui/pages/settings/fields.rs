//! Fields for each kind of setting, with default, range and reset.

use leptos::prelude::*;

use crate::state::{ChoiceSetting, Number, Section, Settings, Toggle, WebSocketContext, use_websocket};
use crate::ui::format;

/// Returns the settings with one change.
fn changed(context: WebSocketContext, edit: impl FnOnce(&mut Settings)) -> Settings {
    let mut settings = context.settings.current.get_untracked();
    edit(&mut settings);
    settings
}

/// Button that restores a default. Shown while the value differs from it.
#[component]
pub fn Reset(
    label: &'static str,
    #[prop(into)] is_default: Signal<bool>,
    reset: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    view! {
        <Show when=move || !is_default.get()>
            <button class="button" type="button" on:click=move |_| reset()>
                "Reset"
                <span class="visually-hidden">" " {label}</span>
            </button>
        </Show>
    }
}

/// Rejected input and its error. Valid until the settings change.
#[derive(Clone, PartialEq)]
struct Refused {
    text: String,
    why: String,
    at: u64,
}

fn thousands(number: u64) -> String {
    format::number(usize::try_from(number).unwrap_or(usize::MAX))
}

#[component]
pub fn NumberField(number: &'static Number) -> impl IntoView {
    let context = use_websocket();
    let value = Memo::new(move |_| *(number.field)(&mut context.settings.current.get()));
    let last_refused = RwSignal::new(None::<Refused>);
    let refused = Memo::new(move |_| last_refused.get().filter(|refused| refused.at == context.settings.changes.get()));
    let set = move |value| context.set_settings(changed(context, |settings| *(number.field)(settings) = value));
    let shown = move || refused.with(|refused| refused.as_ref().map(|refused| refused.text.clone()));
    let is_limit = matches!(number.section, Section::Limits | Section::Resources);
    // No limit is an empty field.
    let text_of = move |value: u64| if is_limit && value == 0 { String::new() } else { value.to_string() };
    let (start, end) = (*number.range.start(), *number.range.end());
    let (hint_id, error_id) = (format!("{}-hint", number.key), format!("{}-error", number.key));
    view! {
        <div class="field">
            <label for=number.key>{number.label}</label>
            <div class="field-row">
                <span class="with-unit">
                <input
                    id=number.key
                    type="text"
                    inputmode="numeric"
                    autocomplete="off"
                    placeholder=is_limit.then_some("No limit")
                    prop:value=move || shown().unwrap_or_else(|| text_of(value.get()))
                    aria-describedby=format!("{hint_id} {error_id}")
                    aria-invalid=move || refused.with(Option::is_some).to_string()
                    on:change=move |event| {
                        let text = event_target_value(&event);
                        let typed = if is_limit && text.trim().is_empty() { "0" } else { &text };
                        match number.parse(typed) {
                            Ok(value) => set(value),
                            Err(why) => {
                                let at = context.settings.changes.get_untracked();
                                last_refused.set(Some(Refused { text, why: why.to_string(), at }));
                            }
                        }
                    }
                />
                <span class="unit" aria-hidden="true">{number.unit}</span>
                </span>
                <Reset
                    label=number.label
                    is_default=Signal::derive(move || value.get() == number.default() && refused.with(Option::is_none))
                    reset=move || set(number.default())
                />
            </div>
            <p class="field-hint" id=hint_id>
                {number.hint} " " <span class="range">{format!("{}–{} {}.", thousands(start), thousands(end), number.unit)}</span>
            </p>
            <p class="field-error" id=error_id role="alert">
                {move || refused.with(|refused| refused.as_ref().map(|refused| refused.why.clone()))}
            </p>
        </div>
    }
}

#[component]
pub fn ChoiceField(choice: &'static ChoiceSetting) -> impl IntoView {
    let context = use_websocket();
    let value = Memo::new(move |_| (choice.field)(&mut context.settings.current.get()).name());
    let hint_id = format!("{}-hint", choice.key);
    let set = move |name: &str| {
        let mut settings = context.settings.current.get_untracked();
        if (choice.field)(&mut settings).choose(name) {
            context.set_settings(settings);
        }
    };
    let default = (choice.field)(&mut Settings::default()).name();
    view! {
        <div class="field">
            <label for=choice.key>{choice.label}</label>
            <div class="field-row">
            <select
                id=choice.key
                prop:value=value
                aria-describedby=hint_id.clone()
                on:change=move |event| set(&event_target_value(&event))
            >
                {choice
                    .options
                    .iter()
                    .map(|(option, words)| {
                        view! {
                            <option value=*option selected=move || value.get() == *option>
                                {*words}
                            </option>
                        }
                    })
                    .collect_view()}
            </select>
            <Reset
                label=choice.label
                is_default=Signal::derive(move || value.get() == default)
                reset=move || set(default)
            />
            </div>
            <p class="field-hint" id=hint_id>
                {choice.hint}
            </p>
        </div>
    }
}

#[component]
pub fn ToggleField(toggle: &'static Toggle) -> impl IntoView {
    let context = use_websocket();
    let value = Memo::new(move |_| *(toggle.field)(&mut context.settings.current.get()));
    let is_on_by_default = *(toggle.field)(&mut Settings::default());
    let set = move |is_on| context.set_settings(changed(context, |settings| *(toggle.field)(settings) = is_on));
    view! {
        <div class="field">
            <label for=toggle.key>{toggle.label}</label>
            <div class="field-row">
                <input
                    type="checkbox"
                    class="switch"
                    id=toggle.key
                    aria-describedby=format!("{}-hint", toggle.key)
                    prop:checked=value
                    on:change=move |event| set(event_target_checked(&event))
                />
            <Reset
                label=toggle.label
                is_default=Signal::derive(move || value.get() == is_on_by_default)
                reset=move || set(is_on_by_default)
            />
            </div>
            <p class="field-hint" id=format!("{}-hint", toggle.key)>{toggle.hint}</p>
        </div>
    }
}
