//! System page: the state of Coda's services, its errors and its runs.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use icondata_core::Icon as IconData;
use icondata_lu::{LuCircleCheck, LuCircleHelp, LuCircleX, LuInfo, LuLoader};
use leptos::prelude::*;
use serde_json::Value;

use crate::model::{ServerError, ServerRun, Service, ServiceState, ServiceStatus};
use crate::state::use_websocket;
use crate::ui::address::Address;
use crate::ui::components::{Each, FilterSelect, Icon, uptime};
use crate::ui::every::every;
use crate::ui::format;

/// Refresh interval of relative times.
const NOW_STEP: Duration = Duration::from_secs(5);
/// Longest uptime that is believed, in seconds: ten years.
const MOST_UPTIME: f64 = 10.0 * 365.0 * 86_400.0;

const fn title(service: Service) -> &'static str {
    match service {
        Service::Stt => "Speech recognition",
        Service::Llm => "Language model",
        Service::Tts => "Speech synthesis",
        Service::Tools => "Tools",
        Service::Memory => "Memory",
    }
}

#[component]
pub fn SystemPage() -> impl IntoView {
    let context = use_websocket();
    let now = RwSignal::new(context.playback.now().wall);
    every(NOW_STEP, move || now.set(context.playback.now().wall));
    view! {
        <section class="page-body">
            <header class="page-head">
                <h1>"System"</h1>
                <Overall />
            </header>
            <section class="system-part">
                <h2>"Components"</h2>
                <ul class="service-cards">
                    {Service::ALL.map(|service| view! { <ServiceCard service now /> }).collect_view()}
                </ul>
            </section>
            <Errors />
            <Runs />
            <Info />
        </section>
    }
}

/// How the components are, in one line.
#[component]
fn Overall() -> impl IntoView {
    let context = use_websocket();
    let system = context.data.system;
    let states = Memo::new(move |_| {
        system.with(|system| Service::ALL.map(|service| (service, system.service(service).state.clone())))
    });
    let overall = move || {
        if !context.is_present() {
            return (ServiceState::Unknown, "Not connected: states are as last seen".to_owned());
        }
        states.with(|states| {
            let failed: Vec<&str> = states
                .iter()
                .filter(|(_, state)| *state == ServiceState::Failed)
                .map(|(service, _)| title(*service))
                .collect();
            if !failed.is_empty() {
                return (ServiceState::Failed, format!("Errors: {}", failed.join(", ")));
            }
            let unused: Vec<Service> = states
                .iter()
                .filter(|(_, state)| *state == ServiceState::Unknown)
                .map(|(service, _)| *service)
                .collect();
            match unused.as_slice() {
                [] => (ServiceState::Ready, "All components work".to_owned()),
                [one] => (ServiceState::Ready, format!("No errors. {} not used yet", title(*one))),
                all if all.len() == states.len() => (ServiceState::Unknown, "Nothing used yet".to_owned()),
                some => (ServiceState::Ready, format!("No errors. {} components not used yet", some.len())),
            }
        })
    };
    let overall = Memo::new(move |_| overall());
    view! {
        <p class="state-word" role="status" data-testid="overall" data-state=move || overall.with(|(state, _)| state.word().to_owned())>
            {move || overall.with(|(state, _)| view! { <Icon icon=icon(state) /> })}
            {move || overall.with(|(_, words)| words.clone())}
        </p>
    }
}

const fn icon(state: &ServiceState) -> IconData {
    match state {
        ServiceState::Unknown => LuCircleHelp,
        ServiceState::Ready => LuCircleCheck,
        ServiceState::Working => LuLoader,
        ServiceState::Failed => LuCircleX,
        ServiceState::Told(_) => LuInfo,
    }
}

#[component]
fn ServiceCard(service: Service, now: RwSignal<DateTime<Utc>>) -> impl IntoView {
    let system = use_websocket().data.system;
    let status = Memo::new(move |_| system.with(|system| system.service(service).clone()));
    let state = Memo::new(move |_| status.with(|status| status.state.clone()));
    let word = move || state.with(|state| state.word().to_owned());
    let context = use_websocket();
    // What is not known is told as it was last, or as what it means.
    let words = move || {
        status.with(|status| match (&status.state, &status.last_seen) {
            (ServiceState::Unknown, Some(state)) => format!("last seen {}", state.word()),
            (ServiceState::Unknown, None) if context.connection.is_ready() => "not used yet".to_owned(),
            (state, _) => state.word().to_owned(),
        })
    };
    let what = move || {
        status.with(|status: &ServiceStatus| {
            let parts = [
                ("Model", &status.model),
                ("Engine", &status.provider),
                ("Voice", &status.voice),
                ("Language", &status.language),
            ];
            let row = |(name, value): (&'static str, &Option<String>)| {
                value.clone().map(|value| view! { <dt>{name}</dt><dd>{value}</dd> })
            };
            parts.into_iter().filter_map(row).collect_view()
        })
    };
    let active = move || {
        status
            .with(|status| status.last_activity)
            .map_or_else(|| format::UNKNOWN.into(), |time| format::ago(time, now.get()))
    };
    let last_error =
        move || status.with(|status| status.last_error.as_ref().map(|error| (error.message.clone(), error.time)));
    view! {
        <li class="service-card" data-service=service.name() data-state=word>
            <header>
                <h3>{title(service)}</h3>
                <span class="state-word" data-state=word>
                    {move || state.with(|state| view! { <Icon icon=icon(state) /> })} {words}
                </span>
            </header>
            <dl class="kv">
                {what}
                <dt>"Last active"</dt>
                <dd>{active}</dd>
                <dt>"Errors"</dt>
                <dd>{move || status.with(|status| status.errors)}</dd>
            </dl>
            {move || {
                last_error()
                    .map(|(message, time)| {
                        view! { <p class="service-error">{message} " (" {move || format::ago(time, now.get())} ")"</p> }
                    })
            }}
        </li>
    }
}

#[component]
fn Errors() -> impl IntoView {
    let data = use_websocket().data;
    let (system, generation) = (data.system, data.generation);
    let address = Address::of_page();
    let only = Memo::new(move |_| Some(address.first("part")).filter(|part| !part.is_empty()));
    // Equal errors are one entry, at the place of the newest.
    let errors = move || {
        let only = only.get();
        system.with(|system| {
            let mut grouped: Vec<(ServerError, usize)> = Vec::new();
            let of_part = |error: &&ServerError| only.as_ref().is_none_or(|only| *only == part(error));
            for error in system.errors().iter().rev().filter(of_part) {
                let is_same = |(known, _): &&mut (ServerError, usize)| {
                    known.message == error.message && known.service == error.service && known.tool == error.tool
                };
                match grouped.iter_mut().find(is_same) {
                    Some((_, count)) => *count += 1,
                    None => grouped.push((error.clone(), 1)),
                }
            }
            grouped
        })
    };
    let parts = Signal::derive(|| {
        let services = Service::ALL.map(|service| service.name().to_owned());
        services.into_iter().chain(["server".to_owned()]).collect::<Vec<_>>()
    });
    let has_errors = Memo::new(move |_| system.with(|system| !system.errors().is_empty()));
    view! {
        <section class="system-part">
            <header class="page-head">
                <h2>"Errors"</h2>
                <Show when=move || has_errors.get()>
                    <FilterSelect label="Component" key="part" options=parts />
                </Show>
            </header>
            <Show
                when=move || has_errors.get()
                fallback=|| view! { <p class="field-hint">"No errors reported."</p> }
            >
                <ul class="error-list">
                    <Each each=errors key=move |(error, count)| (generation.get_untracked(), error.number, *count) let:grouped>
                        <ErrorItem error=grouped.0 count=grouped.1 />
                    </Each>
                </ul>
            </Show>
        </section>
    }
}

fn part(error: &ServerError) -> &'static str {
    error.service.map_or("server", Service::name)
}

#[component]
fn ErrorItem(error: ServerError, count: usize) -> impl IntoView {
    let time = error.time;
    let place = match &error.tool {
        Some(tool) => format!("{} {tool}", part(&error)),
        None => part(&error).to_owned(),
    };
    let details = error.details.as_ref().map(|details| serde_json::to_string_pretty(details).unwrap_or_default());
    view! {
        <li>
            <p>
                <strong>{error.message}</strong>
                {(count > 1).then(|| view! { " " <span class="badge">{format!("×{count}")}</span> })}
                <span class="error-place">
                    {error.level} " · " {place} " · " {move || format::full_time(time)}
                </span>
            </p>
            {details
                .map(|details| {
                    view! {
                        <details>
                            <summary>"Details"</summary>
                            <pre>{details}</pre>
                        </details>
                    }
                })}
        </li>
    }
}

#[component]
fn Runs() -> impl IntoView {
    let data = use_websocket().data;
    let (system, generation) = (data.system, data.generation);
    let runs = move || system.with(|system| system.runs().iter().rev().copied().collect::<Vec<ServerRun>>());
    view! {
        <section class="system-part">
            <h2>"Server runs"</h2>
            <Show
                when=move || system.with(|system| !system.runs().is_empty())
                fallback=|| view! { <p class="field-hint">"No contact with Coda yet."</p> }
            >
                <ul class="run-list">
                    <Each each=runs key=move |run| (generation.get_untracked(), run.epoch, run.uptime_seconds.is_some()) let:run>
                        <li>
                            {format!("Run {}: ", run.epoch)} {move || run_words(&run)}
                        </li>
                    </Each>
                </ul>
            </Show>
        </section>
    }
}

/// When a run of the server began, or was first seen if it did not tell.
fn run_words(run: &ServerRun) -> String {
    let seen = run.first_seen.wall;
    let uptime = run.uptime_seconds.filter(|seconds| (0.0..=MOST_UPTIME).contains(seconds));
    #[expect(clippy::cast_possible_truncation, reason = "within the range above")]
    let started = uptime.map(|seconds| seen - TimeDelta::milliseconds((seconds * 1_000.0) as i64));
    match started {
        Some(started) => format!("started {}", format::full_time(started)),
        None => format!("first seen {}", format::full_time(seen)),
    }
}

#[component]
fn Info() -> impl IntoView {
    let context = use_websocket();
    let system = context.data.system;
    let uptime = uptime(context);
    let info = Memo::new(move |_| system.with(|system| system.info().map(|info| info.1.clone())));
    view! {
        <section class="system-part">
            <h2>"Server details"</h2>
            <dl class="kv server-details">
                <dt>"Address"</dt>
                <dd>{move || context.connection.url.get().unwrap_or_else(|| context.address())}</dd>
                {move || uptime.get().map(|uptime| view! { <dt>"Uptime"</dt><dd>{uptime}</dd> })}
            </dl>
            {move || {
                info.get()
                    .map_or_else(
                        || {
                            view! {
                                <p class="field-hint">"Coda has not sent its details."</p>
                            }
                                .into_any()
                        },
                        |info| view! { <Details info /> }.into_any(),
                    )
            }}
        </section>
    }
}

/// What a detail of the server is called. A server may send any.
fn detail(key: &str) -> String {
    match key {
        "cpu_count" => "CPU cores".to_owned(),
        "gpu" => "GPU".to_owned(),
        "platform" => "Platform".to_owned(),
        "python_version" => "Python".to_owned(),
        other => other.replace('_', " "),
    }
}

/// Flat details as a list, others as JSON.
#[component]
fn Details(info: Value) -> impl IntoView {
    match info {
        Value::Object(members) if members.values().all(|value| !value.is_object() && !value.is_array()) => {
            let row = |(name, value): (String, Value)| {
                view! { <dt>{detail(&name)}</dt><dd>{format::value(&value)}</dd> }
            };
            view! { <dl class="kv server-details">{members.into_iter().map(row).collect_view()}</dl> }.into_any()
        }
        other => {
            let text = serde_json::to_string_pretty(&other).unwrap_or_default();
            view! { <pre class="info" tabindex="0">{text}</pre> }.into_any()
        }
    }
}
