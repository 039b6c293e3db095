//! Experiments: protections off, and a bad network. They last until ended or until the page closes.

use std::time::Duration;

use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use crate::sim::Conditions;
use crate::state::NotInRange;
use crate::ui::debugger::state::use_debugger;

/// A numeric setting of the network.
struct Dial {
    name: &'static str,
    label: &'static str,
    most: u32,
    value: &'static str,
}

const DIALS: [Dial; 6] = [
    Dial { name: "delay", label: "One-way delay (ms)", most: 10_000, value: "100" },
    Dial { name: "jitter", label: "Jitter (ms)", most: 10_000, value: "50" },
    Dial { name: "drop", label: "Frames dropped (%)", most: 100, value: "0" },
    Dial { name: "double", label: "Frames duplicated (%)", most: 100, value: "0" },
    Dial { name: "lasts", label: "Mean connection lifetime (s, 0 for no limit)", most: 3_600, value: "0" },
    Dial { name: "seed", label: "Random seed", most: u32::MAX, value: "1" },
];

impl Dial {
    fn read(&self, text: &str) -> Result<u32, NotInRange> {
        let number = text.trim().parse().ok().filter(|number| *number <= self.most);
        number.ok_or(NotInRange { least: 0, most: self.most.into() })
    }
}

fn conditions(numbers: [u32; DIALS.len()]) -> Conditions {
    let [delay, jitter, drop, double, mean_lifetime, seed] = numbers;
    let percent = |number: u32| u8::try_from(number).unwrap_or(100);
    Conditions {
        delay: Duration::from_millis(delay.into()),
        jitter: Duration::from_millis(jitter.into()),
        drop_percent: percent(drop),
        duplicate_percent: percent(double),
        mean_lifetime: (mean_lifetime > 0).then(|| Duration::from_secs(mean_lifetime.into())),
        seed: seed.into(),
    }
}

#[component]
pub fn Experiments() -> impl IntoView {
    let context = use_debugger().context;
    view! {
        <div class="debugger-details" data-testid="debugger-experiments">
            <section class="debugger-part">
                <h3>"Protections"</h3>
                <label class="toggle">
                    <input
                        type="checkbox"
                        data-testid="experiment-unprotected"
                        prop:checked=move || context.experiments.unprotected.get()
                        on:change=move |event| context.set_unprotected(event_target_checked(&event))
                    />
                    "Turn off queue gap, window and deduplication"
                </label>
                <p class="field-hint">
                    "Messages are then sent as soon as they are created, including duplicates, as in the old dashboard. Findings counts Coda's errors with protections on and off."
                </p>
            </section>
            <Show when=move || !context.connection.sharing.get().is_follower() fallback=|| view! { <NetworkElsewhere /> }>
                <NetworkForm />
            </Show>
        </div>
    }
}

/// In place of the form while another tab holds the connection.
#[component]
fn NetworkElsewhere() -> impl IntoView {
    view! {
        <section class="debugger-part" data-testid="network-elsewhere">
            <h3>"Network conditions"</h3>
            <p class="field-hint">"Another tab holds the connection. Run the network simulation in that tab."</p>
        </section>
    }
}

#[component]
fn NetworkForm() -> impl IntoView {
    let debugger = use_debugger();
    let context = debugger.context;
    let texts = DIALS.map(|dial| RwSignal::new(dial.value.to_owned()));
    let read = move || {
        let mut numbers = [0; DIALS.len()];
        for ((number, text), dial) in numbers.iter_mut().zip(texts).zip(&DIALS) {
            *number = text.with(|text| dial.read(text)).ok()?;
        }
        Some(conditions(numbers))
    };
    let wanted = Memo::new(move |_| read());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if let Some(conditions) = wanted.get_untracked() {
            context.set_conditions(Some(conditions));
        }
    };
    let is_bad = move || context.experiments.conditions.with(Option::is_some);
    view! {
        <form class="debugger-part" on:submit=submit novalidate>
            <h3>"Network conditions"</h3>
            <p class="field-hint">"Applies between the dashboard and its socket, on this connection and all later ones."</p>
            <div class="debugger-dials">
                {DIALS
                    .iter()
                    .zip(texts)
                    .map(|(dial, text)| {
                        let id = debugger.element_id(dial.name);
                        let error_id = format!("{id}-error");
                        let problem = Memo::new(move |_| text.with(|text| dial.read(text)).err());
                        view! {
                            <div class="field">
                                <label for=id.clone()>{dial.label}</label>
                                <input
                                    id=id
                                    type="text"
                                    inputmode="numeric"
                                    data-testid=format!("network-{}", dial.name)
                                    prop:value=text
                                    aria-invalid=move || problem.with(Option::is_some).to_string()
                                    aria-describedby=error_id.clone()
                                    on:input=move |event| text.set(event_target_value(&event))
                                />
                                <p class="field-error" id=error_id role="alert">
                                    {move || problem.get().map(|problem| problem.to_string())}
                                </p>
                            </div>
                        }
                    })
                    .collect_view()}
            </div>
            <div class="actions">
                <button
                    class="button"
                    type="submit"
                    data-testid="network-start"
                    disabled=move || wanted.with(Option::is_none)
                >
                    {move || if is_bad() { "Apply changes" } else { "Start simulation" }}
                </button>
                <Show when=is_bad>
                    <button
                        class="button"
                        type="button"
                        data-testid="network-end"
                        on:click=move |_| context.set_conditions(None)
                    >
                        "Stop simulation"
                    </button>
                </Show>
            </div>
        </form>
    }
}
