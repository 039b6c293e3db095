//! Sends recorded messages again: a dry run that predicts the effect of each, then the replay.

use leptos::prelude::*;

use crate::ui::components::ScrollTable;

use crate::browser;
use crate::history::shorten;
use crate::protocol::Effect;
use crate::replay::{DryRun, Ids, Options, Outcome, Pace, Plan, Prediction, RecentWrites};
use crate::ui::debugger::state::use_debugger;
use crate::ui::debugger::tools::scope::{Scope, ScopeSelect};
use crate::ui::format;

const PACES: [(&str, Pace); 6] = [
    ("in original timing", Pace::Scaled(1)),
    ("at 2× speed", Pace::Scaled(2)),
    ("at 10× speed", Pace::Scaled(10)),
    ("at 100× speed", Pace::Scaled(100)),
    ("step by step", Pace::Manual),
    ("each after the reply to the previous one", Pace::AfterReply),
];
/// Characters of text shown beside the type.
const TEXT_CHARS: usize = 60;
const IDS: [(&str, Ids); 2] =
    [("with new IDs, through the queue", Ids::Fresh), ("as the same bytes, bypassing the queue", Ids::Same)];

fn prediction_words(prediction: Prediction) -> String {
    match prediction {
        Prediction::Handled => "handled".to_owned(),
        Prediction::Dropped { before } => {
            format!("dropped as a duplicate: same message {} earlier", format::span(before))
        }
        Prediction::MaybeDropped => "dropped if within 5 s of the same message".to_owned(),
        Prediction::MaybeBusy => "dropped if Coda is busy with another answer".to_owned(),
    }
}

fn outcome_words(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Awaited => "sent, waiting for a reply".to_owned(),
        Outcome::Echoed(time) => format!("confirmed by Coda, {}", format::span(*time)),
        Outcome::Duplicate => "dropped by Coda as a duplicate".to_owned(),
        Outcome::Ended(state) => (*state).to_owned(),
        Outcome::NoAnswer => "no reply within 10 s".to_owned(),
    }
}

/// The running replay, or the form to prepare one.
#[component]
pub fn Replay() -> impl IntoView {
    let context = use_debugger().context;
    let runs = Memo::new(move |_| context.replay.with(|_| ()).is_some());
    view! {
        <div class="debugger-details" data-testid="debugger-replay">
            <Show when=move || runs.get() fallback=|| view! { <Preparation /> }>
                <Progress />
            </Show>
        </div>
    }
}

#[component]
fn Preparation() -> impl IntoView {
    let debugger = use_debugger();
    let scope = RwSignal::new(Scope::Shown);
    let replay = debugger.context.replay;
    let at = |place: Option<usize>| RwSignal::new(place.unwrap_or_default());
    let last = replay.options.get_untracked();
    let pace = at(PACES.iter().position(|(_, pace)| *pace == last.pace));
    let ids = at(IDS.iter().position(|(_, ids)| *ids == last.ids));
    // Reset when the options or the selection change.
    let run = RwSignal::new(None::<DryRun>);
    let has_changed = RwSignal::new(false);
    let forget = move || {
        run.set(None);
        has_changed.set(false);
    };
    let recent = move || {
        let now = browser::now().mono;
        debugger.context.history.with_untracked(|recorder| RecentWrites::of(recorder, now))
    };
    let options = move || Options { pace: PACES[pace.get_untracked()].1, ids: IDS[ids.get_untracked()].1 };
    let look = move |_| {
        let plan = Plan::of(&scope.get_untracked().recording(debugger).entries);
        replay.set_options(options());
        run.set(Some(DryRun::of(plan, options(), &recent())));
        has_changed.set(false);
    };
    let start = move |_| {
        let Some(coda) = debugger.context.sender() else { return };
        let Some(before) = run.try_update(Option::take).flatten() else { return };
        let now = before.refresh(&recent());
        if now.agrees_with(&before) {
            coda.start_replay(now);
        } else {
            run.set(Some(now));
            has_changed.set(true);
        }
    };
    let select = move |name: &'static str, label: &'static str, names: Vec<&'static str>, value: RwSignal<usize>| {
        let id = debugger.element_id(name);
        view! {
            <div class="field">
                <label for=id.clone()>{label}</label>
                <select
                    id=id
                    data-testid=format!("replay-{name}")
                    on:change=move |event| {
                        value.set(event_target_value(&event).parse().unwrap_or_default());
                        forget();
                    }
                >
                    {names
                        .into_iter()
                        .enumerate()
                        .map(|(at, name)| {
                            let is_chosen = at == value.get_untracked();
                            view! {
                                <option value=at.to_string() selected=is_chosen>
                                    {name}
                                </option>
                            }
                        })
                        .collect_view()}
                </select>
            </div>
        }
    };
    let count = move || run.with(|run| run.as_ref().map_or(0, |run| run.plan().steps.len()));
    let is_ready = move || debugger.context.connection.is_ready() && !debugger.context.playback.is_on();
    view! {
        <ScopeSelect name="replay-scope" label="Messages of" scope changed=Callback::new(move |()| forget()) />
        {select("pace", "Sent", PACES.map(|(name, _)| name).to_vec(), pace)}
        {select("ids", "As", IDS.map(|(name, _)| name).to_vec(), ids)}
        <div class="actions">
            <button class="button" type="button" data-testid="replay-dry-run" on:click=look>
                "Dry run"
            </button>
            <button
                class="button primary"
                type="button"
                data-testid="replay-start"
                disabled=move || count() == 0 || !is_ready()
                on:click=start
            >
                {move || match count() {
                    0 => "Send".to_owned(),
                    1 => "Send 1 message".to_owned(),
                    count => format!("Send {count} messages"),
                }}
            </button>
        </div>
        <Show when=move || !is_ready()>
            <p class="field-hint">
                {move || {
                    if debugger.context.playback.is_on() {
                        "Cannot send: the pages show a recording. Go back to live first."
                    } else {
                        "Cannot send: there is no connection."
                    }
                }}
            </p>
        </Show>
        <Show when=move || has_changed.get()>
            <p class="field-hint warn" role="alert" data-testid="replay-changed">
                "Nothing was sent: the expected results have changed since the dry run. Review them before you send."
            </p>
        </Show>
        {move || match run.get() {
            None => view! { <p class="field-hint">"Do a dry run first to see what each message would do. Then you can send them."</p> }.into_any(),
            Some(run) => view! { <Forecasts run /> }.into_any(),
        }}
    }
}

const fn effect_words(effect: Effect) -> &'static str {
    match effect {
        Effect::Turn => "Coda answers",
        Effect::Microphone => "the microphone opens",
        Effect::Stop => "something stops",
        Effect::None => "no known effect",
    }
}

/// Predictions of the dry run.
#[component]
fn Forecasts(run: DryRun) -> impl IntoView {
    let skipped = &run.plan().skipped;
    let left_out = skipped.answers + skipped.pings;
    let unreadable = skipped.unreadable.iter();
    let unreadable =
        unreadable.map(|(place, why)| view! { <li>{format!("Frame {place} cannot be sent: {why}.")}</li> });
    let rows = run.plan().steps.iter().zip(run.forecasts()).map(|(step, forecast)| {
        let text = shorten(step.command.text().unwrap_or_default(), TEXT_CHARS);
        let effect = step.command.effect();
        view! {
            <tr data-effect=(effect != Effect::None).to_string()>
                <td>{forecast.at.map_or_else(|| format::UNKNOWN.to_owned(), |at| format!("+{}", format::span(at)))}</td>
                <th scope="row">{step.command.kind().to_owned()} " " <span class="field-hint">{text}</span></th>
                <td>{effect_words(effect)}</td>
                <td>{prediction_words(forecast.prediction)}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <div data-testid="replay-forecasts">
            {run.plan().steps.is_empty().then(|| view! { <p class="field-hint">"No messages to send."</p> })}
            <ScrollTable label="Dry run">
                <thead>
                    <tr>
                        <th scope="col">"When"</th>
                        <th scope="col">"Message"</th>
                        <th scope="col">"Effect"</th>
                        <th scope="col">"Expected result"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </ScrollTable>
            {(skipped.replayed > 0)
                .then(|| {
                    let words = format!("{} skipped: sent by an earlier replay.", format::counted(skipped.replayed, "message"));
                    view! { <p class="field-hint">{words}</p> }
                })}
            {(left_out > 0)
                .then(|| {
                    view! {
                        <p class="field-hint">
                            {format!("{left_out} pings and challenge responses skipped: they belong to their connection.")}
                        </p>
                    }
                })}
            <ul>{unreadable.collect_view()}</ul>
        </div>
    }
}

#[component]
fn Progress() -> impl IntoView {
    let replay = use_debugger().context.replay;
    let counts = move || replay.with(|resender| (resender.sent().len(), resender.steps().len())).unwrap_or_default();
    let is_over = Memo::new(move |_| replay.with(crate::replay::Resender::is_over).unwrap_or(true));
    let is_paused = Memo::new(move |_| replay.with(crate::replay::Resender::is_paused).unwrap_or_default());
    let is_by_step = replay.with(|resender| resender.options().pace == Pace::Manual).unwrap_or_default();
    let lines = move || {
        replay.with(|resender| {
            let sent = resender.steps().iter().zip(resender.sent());
            sent.map(|(step, sent)| (step.command.kind().to_owned(), outcome_words(&sent.outcome))).collect::<Vec<_>>()
        })
    };
    view! {
        <p role="status" data-testid="replay-progress">
            {move || {
                let (sent, all) = counts();
                format!("{sent} of {all} messages sent")
            }}
        </p>
        <div class="actions">
            <Show when=move || !is_over.get()>
                <button class="button" type="button" data-testid="replay-step" on:click=move |_| replay.step()>
                    "Next step"
                </button>
                <Show when=move || !is_by_step>
                    <button class="button" type="button" on:click=move |_| replay.toggle_pause()>
                        {move || if is_paused.get() { "Resume" } else { "Pause" }}
                    </button>
                </Show>
            </Show>
            <button class="button" type="button" data-testid="replay-stop" on:click=move |_| replay.stop()>
                {move || if is_over.get() { "Done" } else { "Stop" }}
            </button>
        </div>
        <ol class="replay-sent" data-testid="replay-sent">
            {move || {
                lines()
                    .unwrap_or_default()
                    .into_iter()
                    .map(|(kind, outcome)| {
                        view! {
                            <li>
                                <code>{kind}</code>
                                " "
                                {outcome}
                            </li>
                        }
                    })
                    .collect_view()
            }}
        </ol>
    }
}
