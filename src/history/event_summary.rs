//! What a frame says, in a few words: what was said comes first, figures follow, ids stand last.

use serde_json::{Map, Value};

use super::shorten::shorten;
use crate::protocol::{Command, Control, Event, Frame, LatencyTrace, decode};
use crate::words::seconds;

/// Maximum length of a quoted text, in characters, so that the figures after it stay in view.
const TEXT_CHARS: usize = 120;
const SEPARATOR: &str = " · ";

/// A received frame in words. Returns `None` if its JSON says it better, as that of an unknown event.
pub(super) fn frame_in(text: &str) -> Option<String> {
    match decode(text).ok()? {
        Frame::Event(envelope) => event(&envelope.event),
        Frame::Control(Control::Challenge { .. }) => Some("Coda asks for the token".to_owned()),
        Frame::Control(Control::AuthResult { result: Ok(client) }) => Some(parts([
            Some("accepted".to_owned()),
            Some(client).filter(|client| !client.is_empty()).map(|client| format!("client {client}")),
        ])),
        Frame::Control(Control::AuthResult { result: Err(reason) }) => Some(format!("refused: {reason}")),
        Frame::Control(Control::Duplicate { original_type, count }) => {
            Some(format!("{original_type} ignored, received {count} times"))
        }
        Frame::Replay(events) => Some(format!("{} missed events", events.len())),
    }
}

/// The content of a command in words.
pub(super) fn command(command: &Command) -> String {
    command_data(&command.data())
}

/// The `data` of a written frame in words. Returns `None` if it is not an object.
pub(super) fn data_out(data: &str) -> Option<String> {
    serde_json::from_str(data).ok().map(|data| command_data(&data))
}

fn command_data(data: &Map<String, Value>) -> String {
    let mut members = data.iter().filter(|(name, _)| *name != "message_id");
    match (members.next(), members.next()) {
        (Some((name, Value::String(text))), None) if name == "text" => shorten(text, TEXT_CHARS),
        _ => pairs(data.iter().filter(|(name, _)| *name != "message_id")),
    }
}

fn event(event: &Event) -> Option<String> {
    let said = |text: &str| Some(shorten(text, TEXT_CHARS)).filter(|text| !text.is_empty());
    let maybe = |text: &Option<String>| text.as_deref().and_then(said);
    let percent = |share: Option<f64>| share.map(|share| format!("{:.0} %", share * 100.0));
    let words = match event {
        Event::ClientMessage(echo) => {
            let text = echo.message_data.get("text").and_then(Value::as_str);
            parts([Some(format!("echo of {}", echo.message_type)), text.and_then(said)])
        }
        Event::ConversationStart(start) => format!("session {}", start.session_id),
        Event::ConversationTurn(turn) => format!("{}: {}", turn.role, shorten(&turn.content, TEXT_CHARS)),
        Event::ConversationEnd(end) => parts([
            end.turns_count.map(|count| counted(count, "turn")),
            end.duration_seconds.map(seconds),
            Some(format!("session {}", end.session_id)),
        ]),
        Event::SttStart(start) => parts([start.mode.as_ref().map(|mode| mode.replace('_', " "))]),
        Event::SttInterim(interim) => parts([said(&interim.text), percent(interim.confidence)]),
        Event::SttResult(result) => parts([
            said(&result.text),
            result.duration_seconds.map(seconds),
            percent(result.confidence).map(|share| format!("{share} confidence")),
            result.language.clone(),
        ]),
        Event::LlmStart(start) => parts([
            start.model.clone(),
            start.prompt_tokens.map(|count| format!("prompt of {}", counted(count, "token"))),
        ]),
        Event::LlmToken(token) => token.token.clone(),
        Event::LlmResult(result) => parts([
            said(&result.text),
            result.has_tool_calls.filter(|has| *has).map(|_| "calls tools".to_owned()),
            result.total_tokens.map(|count| counted(count, "token")),
            result.duration_seconds.map(seconds),
        ]),
        Event::TtsStart(start) => parts([maybe(&start.text), start.voice.clone(), start.provider.clone()]),
        Event::TtsProgress(progress) => format!("{:.0} %", progress.percent_complete),
        Event::TtsResult(result) => parts([
            result.audio_duration_seconds.map(|length| format!("{} of audio", seconds(length))),
            result.duration_seconds.map(|time| format!("made in {}", seconds(time))),
            result.char_count.map(|count| counted(count, "character")),
        ]),
        Event::TtsStatus(status) => parts([said(&status.status), status.details.as_ref().map(value)]),
        Event::TtsStop(stop) => parts([stop.reason.as_ref().map(|reason| reason.replace('_', " "))]),
        Event::SttError(error) => error.message.clone(),
        Event::LlmError(error) => error.message.clone(),
        Event::TtsError(error) => error.message.clone(),
        Event::ToolError(error) => format!("{}: {}", error.tool_name, error.message),
        Event::SystemError(error) => parts([said(&error.message), error.level.clone()]),
        Event::ToolCall(call) => {
            let parameters = call.parameters.as_ref().map(value).unwrap_or_default();
            format!("{} {parameters}", call.tool_name).trim_end().to_owned()
        }
        Event::ToolResult(result) => parts([
            Some(match &result.result_preview {
                Some(preview) => format!("{} → {}", result.tool_name, shorten(&value(preview), TEXT_CHARS)),
                None => result.tool_name.clone(),
            }),
            result.duration_seconds.map(seconds),
        ]),
        Event::MemoryStore(_)
        | Event::MemoryRetrieve(_)
        | Event::MemoryUpdate(_)
        | Event::MemoryDebugOperation(_)
        | Event::MemoryDebugStats(_)
        | Event::MemoryDebugSearch(_)
        | Event::MemoryDebugReinforce(_)
        | Event::MemoryDebugForget(_)
        | Event::MemoryDebugSnapshot(_) => return memory(event),
        Event::LatencyTrace(trace) => latency(trace),
        Event::ComponentTiming(timing) => {
            parts([Some(format!("{} {}", timing.component, timing.operation)), Some(seconds(timing.duration_seconds))])
        }
        Event::ComponentStats(stats) => stats.components.keys().map(String::as_str).collect::<Vec<_>>().join(", "),
        Event::SystemMetrics(metrics) => parts([
            metrics.cpu_percent.map(|cpu| format!("CPU {cpu:.0} %")),
            metrics.memory_mb.map(|memory| format!("{memory:.0} MB")),
            metrics.gpu_vram_mb.filter(|memory| *memory > 0.0).map(|memory| format!("GPU {memory:.0} MB")),
            metrics.uptime_seconds.map(|uptime| format!("up {}", seconds(uptime))),
        ]),
        Event::SystemInfo(info) => value(&info.info),
        Event::ModeChange(change) => changed(change.previous_mode.as_deref(), &change.mode),
        Event::EmotionChange(change) => changed(change.previous_emotion.as_deref(), &change.emotion),
        Event::Unknown { .. } => return None,
    };
    Some(words)
}

fn memory(event: &Event) -> Option<String> {
    let found = |query: &str, count: Option<u64>| {
        parts([Some(format!("“{}”", shorten(query, TEXT_CHARS))), count.map(|count| counted(count, "result"))])
    };
    let done = |preview: Option<&String>, success: bool, id: &dyn std::fmt::Display| {
        let failed = (!success).then(|| "failed".to_owned());
        parts([preview.map(|preview| shorten(preview, TEXT_CHARS)), failed, Some(format!("memory {id}"))])
    };
    Some(match event {
        Event::MemoryStore(store) => parts([
            Some(shorten(&store.content_preview, TEXT_CHARS)),
            store.memory_type.clone(),
            store.importance.map(|importance| format!("importance {importance:.2}")),
        ]),
        Event::MemoryRetrieve(retrieve) => found(&retrieve.query, retrieve.results_count),
        Event::MemoryUpdate(update) => {
            let shown = |value: &Option<Value>| value.as_ref().map_or_else(|| "–".to_owned(), self::value);
            let (old, new) = (shown(&update.old_value), shown(&update.new_value));
            parts([Some(format!("{}: {old} → {new}", update.field)), Some(format!("memory {}", update.memory_id))])
        }
        Event::MemoryDebugOperation(operation) => {
            parts([Some(operation.operation_type.replace('_', " ")), operation.details.as_ref().map(value)])
        }
        Event::MemoryDebugStats(stats) => parts([
            stats.stats.short_term.as_ref().and_then(|part| part.turn_count).map(|count| counted(count, "recent turn")),
            stats.stats.long_term.as_ref().and_then(|part| part.memory_count).map(|count| match count {
                1 => "1 memory".to_owned(),
                count => format!("{count} memories"),
            }),
        ]),
        Event::MemoryDebugSearch(search) => found(&search.query, search.results_count),
        Event::MemoryDebugReinforce(done_to) => {
            done(done_to.memory_preview.as_ref(), done_to.success, &done_to.memory_id)
        }
        Event::MemoryDebugForget(done_to) => done(done_to.memory_preview.as_ref(), done_to.success, &done_to.memory_id),
        Event::MemoryDebugSnapshot(snapshot) => parts([
            Some(snapshot.action.clone()),
            (!snapshot.success).then(|| "failed".to_owned()),
            Some(format!("snapshot {}", snapshot.snapshot_id)),
        ]),
        _ => return None,
    })
}

fn latency(trace: &LatencyTrace) -> String {
    // A part that took no time did not take place: a typed turn has no speech recognition.
    let part =
        |name: &str, time: Option<f64>| time.filter(|time| *time > 0.0).map(|time| format!("{name} {}", seconds(time)));
    parts([
        part("total", trace.total_seconds.or(trace.total_processing_seconds)),
        part("recognition", trace.stt_seconds),
        part("model", trace.llm_seconds),
        part("tools", trace.tool_seconds),
        part("memory", trace.memory_seconds),
        part("speech", trace.tts_seconds),
    ])
}

fn changed(from: Option<&str>, to: &str) -> String {
    from.map_or_else(|| to.to_owned(), |from| format!("{from} → {to}"))
}

fn counted(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// Joins the parts that are there.
pub(super) fn parts<const N: usize>(parts: [Option<String>; N]) -> String {
    parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(SEPARATOR)
}

/// A JSON value without the punctuation that a person does not need.
fn value(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(members) => pairs(members),
        other => other.to_string(),
    }
}

fn pairs<'a>(members: impl IntoIterator<Item = (&'a String, &'a Value)>) -> String {
    let pair = |(name, value): (&String, &Value)| match value {
        Value::String(text) => format!("{name}: {text}"),
        other => format!("{name}: {other}"),
    };
    members.into_iter().map(pair).collect::<Vec<_>>().join(", ")
}
