//! A field for each kind of setting, with its default, its range and its reset.

use leptos::prelude::*;

use crate::state::{App, Choice, Number, Settings, Toggle, use_app};
use crate::ui::renders;

/// The settings with one of them changed.
fn changed(app: App, edit: impl FnOnce(&mut Settings)) -> Settings {
    let mut settings = app.settings.current.get_untracked();
    edit(&mut settings);
    settings
}

/// A whole number.
#[component]
pub fn NumberField(number: &'static Number) -> impl IntoView {
    renders::count("NumberField");
    let app = use_app();
    let value = Memo::new(move |_| *(number.field)(&mut app.settings.current.get()));
    let error = RwSignal::new(None::<String>);
    let set = move |value| {
        error.set(None);
        app.set_settings(changed(app, |settings| *(number.field)(settings) = value));
    };
    let (start, end) = (*number.range.start(), *number.range.end());
    let (hint_id, error_id) = (format!("{}-hint", number.key), format!("{}-error", number.key));
    view! {
        <div class="field">
            <label for=number.key>{number.label} " (" {number.unit} ")"</label>
            <div class="field-row">
                <input
                    id=number.key
                    type="number"
                    min=start.to_string()
                    max=end.to_string()
                    prop:value=move || value.get().to_string()
                    aria-describedby=format!("{hint_id} {error_id}")
                    aria-invalid=move || error.get().is_some().to_string()
                    on:change=move |event| match number.parse(&event_target_value(&event)) {
                        Ok(value) => set(value),
                        Err(wrong) => error.set(Some(wrong)),
                    }
                />
                <Show when=move || value.get() != number.default>
                    <button class="button" on:click=move |_| set(number.default)>
                        "Default"
                        <span class="visually-hidden">" of " {number.label}</span>
                    </button>
                </Show>
            </div>
            <p class="field-hint" id=hint_id>
                {number.hint} {format!(" From {start} to {end}; default {}.", number.default)}
            </p>
            <p class="field-error" id=error_id role="alert">
                {move || error.get()}
            </p>
        </div>
    }
}

/// One of a few values.
#[component]
pub fn ChoiceField(choice: &'static Choice) -> impl IntoView {
    renders::count("ChoiceField");
    let app = use_app();
    let value = Memo::new(move |_| *(choice.field)(&mut app.settings.current.get()));
    let hint_id = format!("{}-hint", choice.key);
    view! {
        <div class="field">
            <label for=choice.key>{choice.label}</label>
            <select
                id=choice.key
                prop:value=value
                aria-describedby=hint_id.clone()
                on:change=move |event| {
                    let wanted = event_target_value(&event);
                    if let Some((known, _)) = choice.options.iter().find(|(known, _)| *known == wanted) {
                        app.set_settings(changed(app, |settings| *(choice.field)(settings) = known));
                    }
                }
            >
                {choice
                    .options
                    .iter()
                    .enumerate()
                    .map(|(at, (option, words))| {
                        view! {
                            <option value=*option selected=move || value.get() == *option>
                                {*words} {(at == 0).then_some(" (default)")}
                            </option>
                        }
                    })
                    .collect_view()}
            </select>
            <p class="field-hint" id=hint_id>
                {choice.hint}
            </p>
        </div>
    }
}

/// On or off.
#[component]
pub fn ToggleField(toggle: &'static Toggle) -> impl IntoView {
    renders::count("ToggleField");
    let app = use_app();
    let value = Memo::new(move |_| *(toggle.field)(&mut app.settings.current.get()));
    let is_on_by_default = *(toggle.field)(&mut Settings::default());
    view! {
        <div class="field">
            <label class="toggle">
                <input
                    type="checkbox"
                    id=toggle.key
                    prop:checked=value
                    on:change=move |event| {
                        let is_on = event_target_checked(&event);
                        app.set_settings(changed(app, |settings| *(toggle.field)(settings) = is_on));
                    }
                />
                {toggle.label}
            </label>
            <p class="field-hint">{toggle.hint} " Default: " {if is_on_by_default { "on." } else { "off." }}</p>
        </div>
    }
}
