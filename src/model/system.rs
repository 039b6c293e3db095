//! State of Coda's services, its errors, and the runs of the server.

use std::collections::VecDeque;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::performance::measured;
use crate::bounded::push_bounded;
use crate::link::ServerEvent;
use crate::protocol::{Event, Moment};

/// Capacity for errors. Nobody reads more, and each service keeps counting.
const ERRORS: usize = 200;
/// Capacity for runs: the last hour, even if the server restarts every minute.
const RUNS: usize = 60;

/// A part of Coda.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Service {
    Stt,
    Llm,
    Tts,
    Tools,
    Memory,
}

impl Service {
    /// All services in the order of a turn.
    pub const ALL: [Self; 5] = [Self::Stt, Self::Llm, Self::Tts, Self::Tools, Self::Memory];

    /// Name in the page's `data-service`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stt => "stt",
            Self::Llm => "llm",
            Self::Tts => "tts",
            Self::Tools => "tools",
            Self::Memory => "memory",
        }
    }
}

/// State of a service.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ServiceState {
    /// Not seen yet in this run of the server or on this connection.
    #[default]
    Unknown,
    /// Finished its last work.
    Ready,
    Working,
    /// Failed in its last work.
    Failed,
    /// As reported by the service itself, for example `loaded`.
    Told(String),
}

impl ServiceState {
    /// Returns a label for the state.
    #[must_use]
    pub fn word(&self) -> &str {
        match self {
            Self::Unknown => "unknown",
            Self::Ready => "ready",
            Self::Working => "working",
            Self::Failed => "error",
            Self::Told(word) => word,
        }
    }
}

/// What is known of a service. Names keep their last known values.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ServiceStatus {
    /// State on this connection.
    pub state: ServiceState,
    /// Last known state, if the current one is unknown.
    pub last_seen: Option<ServiceState>,
    /// Language model, for example `gemma2:2b`.
    pub model: Option<String>,
    /// Speech service, for example `elevenlabs`.
    pub provider: Option<String>,
    /// Voice, for example `Charlotte`.
    pub voice: Option<String>,
    /// Language code, for example `en`.
    pub language: Option<String>,
    /// Time of the last activity, updated once per second during work.
    pub last_activity: Option<DateTime<Utc>>,
    pub last_error: Option<ServerError>,
    /// Number of errors.
    pub errors: u64,
}

/// An error reported by the server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ServerError {
    /// Number from 1, unique for the lifetime of the page.
    pub number: u64,
    pub time: DateTime<Utc>,
    /// Affected service; `None` for the server as a whole.
    pub service: Option<Service>,
    /// Affected tool, if any.
    pub tool: Option<String>,
    /// Severity, for example `warning`; `error` if the server reported none.
    pub level: String,
    pub message: String,
    /// Additional, free-form information.
    pub details: Option<Value>,
}

/// A run of the server.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ServerRun {
    /// Number from 1.
    pub epoch: u32,
    /// Arrival of its first event.
    pub first_seen: Moment,
    /// Uptime at that moment in seconds, derived from its first measurement.
    pub uptime_seconds: Option<f64>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct System {
    info: Option<(DateTime<Utc>, Value)>,
    services: [ServiceStatus; Service::ALL.len()],
    errors: VecDeque<ServerError>,
    last_number: u64,
    runs: VecDeque<ServerRun>,
    revision: u64,
}

impl super::Model for System {
    fn apply(&mut self, event: &ServerEvent) {
        self.apply(event);
    }

    fn disconnected(&mut self) {
        self.disconnected();
    }

    fn revision(&self) -> u64 {
        self.revision()
    }
}

impl System {
    pub fn apply(&mut self, event: &ServerEvent) {
        self.note_run(event);
        let time = event.time;
        match &event.event {
            Event::SystemInfo(info) => {
                self.info = Some((time, info.info.clone()));
                self.revision += 1;
            }
            Event::SttStart(_) | Event::SttInterim(_) => self.works(Service::Stt, time),
            Event::LlmToken(_) => self.works(Service::Llm, time),
            Event::TtsProgress(_) => self.works(Service::Tts, time),
            Event::ToolCall(_) => self.works(Service::Tools, time),
            Event::SttResult(result) => {
                learn(&mut self.becomes(Service::Stt, ServiceState::Ready, time).language, result.language.as_ref());
            }
            Event::LlmStart(start) => {
                learn(&mut self.becomes(Service::Llm, ServiceState::Working, time).model, start.model.as_ref());
            }
            Event::TtsStart(start) => {
                let speech = self.becomes(Service::Tts, ServiceState::Working, time);
                learn(&mut speech.voice, start.voice.as_ref());
                learn(&mut speech.provider, start.provider.as_ref());
            }
            Event::TtsStatus(status) => {
                let speech = self.becomes(Service::Tts, ServiceState::Told(status.status.clone()), time);
                let told = |name| status.details.as_ref()?.get(name)?.as_str().map(str::to_owned);
                learn(&mut speech.provider, told("provider").as_ref());
                learn(&mut speech.model, told("model").as_ref());
                learn(&mut speech.voice, told("voice").as_ref());
                learn(&mut speech.language, told("language").as_ref());
            }
            Event::ClientMessage(echo)
                if echo.message_type == "stt_stop" && self.service(Service::Stt).state == ServiceState::Working =>
            {
                self.is_ready(Service::Stt, time);
            }
            Event::LlmResult(_) => self.is_ready(Service::Llm, time),
            Event::TtsResult(_) | Event::TtsStop(_) => self.is_ready(Service::Tts, time),
            Event::ToolResult(_) => self.is_ready(Service::Tools, time),
            // A tool that has not returned a result by the end of the turn never will.
            Event::ConversationTurn(turn)
                if turn.role == "assistant" && self.service(Service::Tools).state == ServiceState::Working =>
            {
                self.forget([Service::Tools]);
            }
            Event::MemoryStore(_)
            | Event::MemoryRetrieve(_)
            | Event::MemoryUpdate(_)
            | Event::MemoryDebugOperation(_)
            | Event::MemoryDebugStats(_)
            | Event::MemoryDebugSearch(_)
            | Event::MemoryDebugReinforce(_)
            | Event::MemoryDebugForget(_)
            | Event::MemoryDebugSnapshot(_) => self.is_ready(Service::Memory, time),
            event => self.note_error(event, time),
        }
    }

    /// Marks the states of all services as unknown.
    pub fn disconnected(&mut self) {
        self.forget(Service::ALL);
    }

    /// Incremented with each visible change.
    #[must_use]
    pub const fn revision(&self) -> u64 {
        self.revision
    }

    /// Returns the server's latest free-form information with its time.
    #[must_use]
    pub const fn info(&self) -> Option<&(DateTime<Utc>, Value)> {
        self.info.as_ref()
    }

    #[must_use]
    pub const fn service(&self, service: Service) -> &ServiceStatus {
        &self.services[service as usize]
    }

    /// Returns the errors, oldest first.
    #[must_use]
    pub const fn errors(&self) -> &VecDeque<ServerError> {
        &self.errors
    }

    /// Returns the server's runs, oldest first.
    #[must_use]
    pub const fn runs(&self) -> &VecDeque<ServerRun> {
        &self.runs
    }

    fn note_run(&mut self, event: &ServerEvent) {
        if self.runs.back().is_none_or(|run| run.epoch != event.epoch) {
            let run = ServerRun { epoch: event.epoch, first_seen: event.at, uptime_seconds: None };
            push_bounded(&mut self.runs, run, RUNS);
            self.revision += 1;
            self.forget(Service::ALL);
        }
        if let (Event::SystemMetrics(metrics), Some(run)) = (&event.event, self.runs.back_mut())
            && let (None, Some(uptime)) = (run.uptime_seconds, measured(metrics.uptime_seconds))
        {
            let seen_for = event.at.mono.duration_since(run.first_seen.mono).as_secs_f64();
            run.uptime_seconds = Some((uptime - seen_for).max(0.0));
            self.revision += 1;
        }
    }

    fn forget(&mut self, services: impl IntoIterator<Item = Service>) {
        for service in services {
            let status = &mut self.services[service as usize];
            if status.state != ServiceState::Unknown {
                status.last_seen = Some(std::mem::take(&mut status.state));
                self.revision += 1;
            }
        }
    }

    /// Marks a service as working. Such events are frequent, so the activity is updated at most once per second.
    fn works(&mut self, service: Service, time: DateTime<Utc>) {
        let second = |time: DateTime<Utc>| time.timestamp_millis() / 1_000;
        let status = self.service(service);
        if status.state != ServiceState::Working || status.last_activity.map(second) != Some(second(time)) {
            self.becomes(service, ServiceState::Working, time);
        }
    }

    fn is_ready(&mut self, service: Service, time: DateTime<Utc>) {
        self.becomes(service, ServiceState::Ready, time);
    }

    fn becomes(&mut self, service: Service, state: ServiceState, time: DateTime<Utc>) -> &mut ServiceStatus {
        self.revision += 1;
        let status = &mut self.services[service as usize];
        status.state = state;
        status.last_seen = None;
        status.last_activity = Some(time);
        status
    }

    fn note_error(&mut self, event: &Event, time: DateTime<Utc>) {
        let (service, tool, level, message, details) = match event {
            Event::SttError(error) => (Some(Service::Stt), None, None, &error.message, &error.details),
            Event::LlmError(error) => (Some(Service::Llm), None, None, &error.message, &error.details),
            Event::TtsError(error) => (Some(Service::Tts), None, None, &error.message, &error.details),
            Event::ToolError(error) => {
                (Some(Service::Tools), Some(error.tool_name.clone()), None, &error.message, &error.details)
            }
            Event::SystemError(error) => (None, None, error.level.clone(), &error.message, &error.details),
            _ => return,
        };
        self.last_number += 1;
        let error = ServerError {
            number: self.last_number,
            time,
            service,
            tool,
            level: level.unwrap_or_else(|| "error".to_owned()),
            message: message.clone(),
            details: details.clone(),
        };
        if let Some(service) = service {
            let status = self.becomes(service, ServiceState::Failed, time);
            status.errors += 1;
            status.last_error = Some(error.clone());
        }
        push_bounded(&mut self.errors, error, ERRORS);
        self.revision += 1;
    }
}

/// Updates a value if it was reported.
fn learn(known: &mut Option<String>, told: Option<&String>) {
    if told.is_some() {
        *known = told.cloned();
    }
}
