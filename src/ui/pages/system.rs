//! System page: the state of Coda's services, its errors and its runs.

use leptos::prelude::*;

use crate::model::{ServerError, ServerRun, Service, ServiceStatus};
use crate::state::use_websocket;
use crate::ui::address::Address;
use crate::ui::components::{Each, EmptyState, FilterSelect, ScrollTable};
use crate::ui::format;

const fn title(service: Service) -> &'static str {
    match service {
        Service::Stt => "Speech recognition",
        Service::Llm => "Language model",
        Service::Tts => "Speech",
        Service::Tools => "Tools",
        Service::Memory => "Memory",
    }
}

#[component]
pub fn SystemPage() -> impl IntoView {
    view! {
        <section class="page-body">
            <header class="page-head">
                <h1>"System"</h1>
            </header>
            <section class="system-part">
                <h2>"Parts of Coda"</h2>
                <ScrollTable label="Parts of Coda">
                        <thead>
                            <tr>
                                <th scope="col">"Part"</th>
                                <th scope="col">"State"</th>
                                <th scope="col">"What it is"</th>
                                <th scope="col">"Last active"</th>
                                <th scope="col" class="number">"Errors"</th>
                                <th scope="col">"Last error"</th>
                            </tr>
                        </thead>
                        <tbody>
                            {Service::ALL.map(|service| view! { <ServiceRow service /> }).collect_view()}
                        </tbody>
                    </ScrollTable>
            </section>
            <Errors />
            <Runs />
            <Info />
        </section>
    }
}

#[component]
fn ServiceRow(service: Service) -> impl IntoView {
    let system = use_websocket().data.system;
    let status = Memo::new(move |_| system.with(|system| system.service(service).clone()));
    let what = move || {
        status.with(|status: &ServiceStatus| {
            let parts = [&status.model, &status.provider, &status.voice, &status.language];
            let known: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
            if known.is_empty() { format::UNKNOWN.to_owned() } else { known.join(" · ") }
        })
    };
    let last_seen = move || {
        status.with(|status| {
            let (state, time) = status.last_seen.as_ref().zip(status.last_activity)?;
            Some(format!("last seen {}, {}", state.word(), format::moment(time)))
        })
    };
    let last_error =
        move || status.with(|status| status.last_error.as_ref().map(|error| (error.message.clone(), error.time)));
    view! {
        <tr data-service=service.name()>
            <th scope="row">{title(service)}</th>
            <td>
                <span class="state-word" data-state=move || status.with(|status| status.state.word().to_owned())>
                    {move || status.with(|status| status.state.word().to_owned())}
                </span>
                {move || last_seen().map(|words| view! { <span class="last-seen">{words}</span> })}
            </td>
            <td>{what}</td>
            <td>{move || status.with(|status| status.last_activity.map_or_else(|| format::UNKNOWN.into(), format::moment))}</td>
            <td class="number">{move || status.with(|status| status.errors)}</td>
            <td>
                {move || {
                    last_error()
                        .map_or_else(|| format::UNKNOWN.into(), |(message, time)| format!("{message} ({})", format::moment(time)))
                }}
            </td>
        </tr>
    }
}

#[component]
fn Errors() -> impl IntoView {
    let data = use_websocket().data;
    let (system, generation) = (data.system, data.generation);
    let address = Address::of_page();
    let only = Memo::new(move |_| Some(address.first("part")).filter(|part| !part.is_empty()));
    let errors = move || {
        let only = only.get();
        system.with(|system| {
            let newest_first = system.errors().iter().rev();
            let of_part = |error: &&ServerError| only.as_ref().is_none_or(|only| *only == part(error));
            newest_first.filter(of_part).cloned().collect::<Vec<_>>()
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
                <FilterSelect label="Part" key="part" options=parts />
            </header>
            <Show
                when=move || has_errors.get()
                fallback=|| view! { <p class="field-hint">"None so far. Errors that Coda reports appear here."</p> }
            >
                <ul class="error-list">
                    <Each each=errors key=move |error| (generation.get_untracked(), error.number) let:error>
                        <ErrorItem error />
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
fn ErrorItem(error: ServerError) -> impl IntoView {
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
            <h2>"Runs of Coda seen by this page"</h2>
            <Show
                when=move || system.with(|system| !system.runs().is_empty())
                fallback=|| view! { <p class="field-hint">"None yet: nothing has come from Coda."</p> }
            >
                <ul class="run-list">
                    <Each each=runs key=move |run| (generation.get_untracked(), run.epoch, run.uptime_seconds.is_some()) let:run>
                        <li>
                            {format!("Run {}", run.epoch)} ", first heard " {move || format::full_time(run.first_seen.wall)}
                            {run
                                .uptime_seconds
                                .map(|seconds| format!(", when it had been up for {}", format::seconds(seconds)))}
                        </li>
                    </Each>
                </ul>
            </Show>
        </section>
    }
}

#[component]
fn Info() -> impl IntoView {
    let system = use_websocket().data.system;
    let info = Memo::new(move |_| {
        system.with(|system| system.info().map(|info| serde_json::to_string_pretty(&info.1).unwrap_or_default()))
    });
    view! {
        <section class="system-part">
            <h2>"What Coda says of itself"</h2>
            {move || {
                info.get()
                    .map_or_else(
                        || {
                            view! {
                                <EmptyState title="Nothing yet">"Coda sends it with its first answer."</EmptyState>
                            }
                                .into_any()
                        },
                        |info| view! { <pre class="info" tabindex="0">{info}</pre> }.into_any(),
                    )
            }}
        </section>
    }
}
