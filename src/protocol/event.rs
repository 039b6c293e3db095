//! Events that the server broadcasts. docs/PROTOCOL.md has an example of each.
//!
//! Durations are in seconds, as on the wire. `Option` fields may be missing or null.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::shape::{FieldError, Id, count, counts, from_value, object};

/// Declares a struct that deserializes from a JSON object and from nothing else.
macro_rules! object {
    ($(#[$meta:meta])* $name:ident { $($(#[$field_meta:meta])* $field:ident: $type:ty),* $(,)? }) => {
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
        #[serde(expecting = "an object")]
        $(#[$meta])*
        pub struct $name { $($(#[$field_meta])* pub $field: $type),* }
    };
}

/// Something that Coda does for a while, between two events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Activity {
    /// Listens to the user and recognizes what was said.
    Listening,
    /// Generates an answer.
    Thinking,
    /// Speaks.
    Speaking,
    /// Runs a tool.
    Tool,
}

/// The place of a type of event in a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Belongs to no turn.
    Outside,
    /// May belong to one.
    Within,
    /// Starts an activity.
    Starts(Activity),
    /// Ends it.
    Ends(Activity),
}

/// The only event whose `data` may be any JSON value.
const FREE_FORM: &str = "system_info";

fn read_data<T: DeserializeOwned>(kind: &str, data: Value) -> Result<T, FieldError> {
    if kind == FREE_FORM { from_value(data) } else { object(data) }
}

/// Declares the events: a struct for each, the enum over them, and the mapping from wire names.
macro_rules! events {
    ($($(#[$meta:meta])* $wire:literal [$($place:tt)*] $(#[$type_meta:meta])* $name:ident { $($(#[$field_meta:meta])* $field:ident: $type:ty),* $(,)? })*) => {
        $(object! { $(#[$meta])* $(#[$type_meta])* $name { $($(#[$field_meta])* $field: $type),* } })*

        /// An event from the server.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        pub enum Event {
            $($(#[$meta])* $name($name),)*
            /// An event of an unknown type, with its data kept for display.
            Unknown {
                /// Type on the wire.
                kind: String,
                /// `data` on the wire, not decoded.
                data: Value,
            },
        }

        impl Event {
            /// Wire names of all known types.
            pub const KINDS: &'static [&'static str] = &[$($wire),*];

            /// Returns the event's type on the wire.
            #[must_use]
            pub fn kind(&self) -> &str {
                match self { $(Self::$name(_) => $wire,)* Self::Unknown { kind, .. } => kind }
            }

            /// `data` of an event of a known type with every field at its default, as a start for one written by hand.
            /// Returns `None` for an unknown type.
            #[must_use]
            pub fn blank_data(kind: &str) -> Option<Value> {
                match kind {
                    // Serializing numbers, texts and maps with string keys cannot fail.
                    $($wire => serde_json::to_value($name::default()).ok(),)*
                    _ => None,
                }
            }

            /// Whether the protocol has a field of this name for the event. Free-form and unknown events have any.
            #[must_use]
            pub fn has_field(&self, name: &str) -> bool {
                match self {
                    $(Self::$name(_) => $wire == FREE_FORM || [$(stringify!($field)),*].contains(&name),)*
                    Self::Unknown { .. } => true,
                }
            }

            /// Returns the place in a turn of the events of this type. Unknown ones may belong to any.
            #[must_use]
            pub fn place(kind: &str) -> Place {
                use Place::*;
                match kind {
                    $($wire => $($place)*,)*
                    _ => Within,
                }
            }

            /// Like [`Self::kind`], but owned. Allocates only for an unknown type.
            pub(crate) fn wire_type(&self) -> Cow<'static, str> {
                match self {
                    $(Self::$name(_) => Cow::Borrowed($wire),)*
                    Self::Unknown { kind, .. } => Cow::Owned(kind.clone()),
                }
            }

            /// Decodes `data` according to the type on the wire.
            pub(super) fn read(kind: &str, data: Value) -> Result<Self, FieldError> {
                match kind {
                    $($wire => read_data(kind, data).map(Self::$name),)*
                    _ => Ok(Self::Unknown { kind: kind.to_owned(), data }),
                }
            }
        }
    };
}

events! {
    /// The echo of a message that the server accepted, sent to all clients.
    "client_message" [Outside] ClientMessage {
        /// Client id of the sender.
        client_id: Id,
        /// Type of the echoed message.
        message_type: String,
        /// `data` of the echoed message, unchanged.
        message_data: Value,
    }
    /// A conversation started.
    "conversation_start" [Within] ConversationStart {
        /// Session id.
        session_id: Id,
        /// Start time in epoch seconds.
        timestamp: Option<Value>,
    }
    /// A complete message of the conversation.
    "conversation_turn" [Within] ConversationTurn {
        /// `user`, `assistant` or `system`.
        role: String,
        /// Markdown.
        content: String,
        /// Number assigned by the server.
        turn_id: Option<Id>,
    }
    /// A conversation ended.
    "conversation_end" [Within] ConversationEnd {
        /// Session id.
        session_id: Id,
        /// Length of the conversation.
        duration_seconds: Option<f64>,
        /// Number of turns.
        #[serde(default, deserialize_with = "count")]
        turns_count: Option<u64>,
    }
    /// The server started listening.
    "stt_start" [Starts(Activity::Listening)] SttStart {
        /// Listening mode, for example `push_to_talk`.
        mode: Option<String>,
    }
    /// An interim transcript.
    "stt_interim" [Within] SttInterim {
        /// The whole transcript so far, not an increment.
        text: String,
        /// Confidence, from 0 to 1.
        confidence: Option<f64>,
    }
    /// The final transcript.
    "stt_result" [Ends(Activity::Listening)] SttResult {
        /// The transcript.
        text: String,
        /// Confidence, from 0 to 1.
        confidence: Option<f64>,
        /// Duration of the recognition.
        duration_seconds: Option<f64>,
        /// Language code, for example `en`.
        language: Option<String>,
    }
    /// Speech recognition failed.
    "stt_error" [Ends(Activity::Listening)] SttError {
        /// The error message.
        message: String,
        /// Additional, free-form information.
        details: Option<Value>,
    }
    /// The language model started to generate a reply.
    "llm_start" [Starts(Activity::Thinking)] LlmStart {
        /// Name of the model.
        model: Option<String>,
        /// Length of the prompt in tokens.
        #[serde(default, deserialize_with = "count")]
        prompt_tokens: Option<u64>,
        /// Beginning of the system prompt.
        system_prompt_preview: Option<String>,
    }
    /// The next token of the reply.
    "llm_token" [Within] LlmToken {
        /// Text to append.
        token: String,
        /// Position in the reply, from 0.
        #[serde(default, deserialize_with = "count")]
        token_index: Option<u64>,
    }
    /// The complete reply.
    "llm_result" [Ends(Activity::Thinking)] LlmResult {
        /// The full text, which replaces the streamed tokens.
        text: String,
        /// Number of tokens.
        #[serde(default, deserialize_with = "count")]
        total_tokens: Option<u64>,
        /// Generation time.
        duration_seconds: Option<f64>,
        /// Whether the model requests tool calls before it continues.
        has_tool_calls: Option<bool>,
    }
    /// The language model failed.
    "llm_error" [Ends(Activity::Thinking)] LlmError {
        /// The error message.
        message: String,
        /// Additional, free-form information.
        details: Option<Value>,
    }
    /// The server started to speak.
    "tts_start" [Starts(Activity::Speaking)] TtsStart {
        /// Text to be spoken.
        text: Option<String>,
        /// Name of the voice.
        voice: Option<String>,
        /// Name of the speech service.
        provider: Option<String>,
    }
    /// Progress of the speech.
    "tts_progress" [Within] TtsProgress {
        /// Percentage, from 0 to 100.
        percent_complete: f64,
    }
    /// The speech finished.
    "tts_result" [Ends(Activity::Speaking)] TtsResult {
        /// Time taken by the synthesis.
        duration_seconds: Option<f64>,
        /// Length of the audio.
        audio_duration_seconds: Option<f64>,
        /// Number of characters spoken.
        #[serde(default, deserialize_with = "count")]
        char_count: Option<u64>,
    }
    /// Speech synthesis failed.
    "tts_error" [Ends(Activity::Speaking)] TtsError {
        /// The error message.
        message: String,
        /// Additional, free-form information.
        details: Option<Value>,
    }
    /// The state of the speech service changed.
    "tts_status" [Within] TtsStatus {
        /// New state, for example `loaded`.
        status: String,
        /// Additional, free-form information.
        details: Option<Value>,
    }
    /// The speech was stopped.
    "tts_stop" [Ends(Activity::Speaking)] TtsStop {
        /// Reason, for example `user_interrupt`.
        reason: Option<String>,
    }
    /// A memory was stored.
    "memory_store" [Within] MemoryStore {
        /// Beginning of the memory's text.
        content_preview: String,
        /// Type of the memory, for example `fact`.
        memory_type: Option<String>,
        /// Importance, from 0 to 1.
        importance: Option<f64>,
        /// Id of the memory.
        memory_id: Option<Id>,
    }
    /// Memories were retrieved for a prompt.
    "memory_retrieve" [Within] MemoryRetrieve {
        /// Search text.
        query: String,
        /// Number of matches.
        #[serde(default, deserialize_with = "count")]
        results_count: Option<u64>,
        /// Beginning of the best match.
        top_result_preview: Option<String>,
        /// The matches, free-form.
        results: Option<Value>,
    }
    /// A field of a memory changed.
    "memory_update" [Within] MemoryUpdate {
        /// Id of the memory.
        memory_id: Id,
        /// Name of the changed field.
        field: String,
        /// Value before the change.
        old_value: Option<Value>,
        /// Value after the change.
        new_value: Option<Value>,
    }
    /// An operation on the memory store.
    "memory_debug_operation" [Within] MemoryDebugOperation {
        /// Type of the operation, for example `add_memory`.
        operation_type: String,
        /// Time in ISO 8601.
        timestamp: Option<Value>,
        /// Free-form information on the operation.
        details: Option<Value>,
    }
    /// Statistics of the memory store.
    "memory_debug_stats" [Within] MemoryDebugStats {
        /// Statistics by part of the memory.
        stats: MemoryFigures,
        /// Time in ISO 8601.
        timestamp: Option<Value>,
    }
    /// A search in the memory store.
    "memory_debug_search" [Within] MemoryDebugSearch {
        /// Search text.
        query: String,
        /// Filter by type of memory.
        memory_type: Option<String>,
        /// Lower bound on importance.
        min_importance: Option<f64>,
        /// The matches.
        results: Option<Vec<MemorySearchResult>>,
        /// Number of matches.
        #[serde(default, deserialize_with = "count")]
        results_count: Option<u64>,
    }
    /// A memory was reinforced.
    "memory_debug_reinforce" [Within] MemoryDebugReinforce {
        /// Id of the memory.
        memory_id: Id,
        /// Whether the operation succeeded.
        success: bool,
        /// Amount of the reinforcement.
        strength: Option<f64>,
        /// Beginning of the memory's text.
        memory_preview: Option<String>,
    }
    /// A memory was forgotten.
    "memory_debug_forget" [Within] MemoryDebugForget {
        /// Id of the memory.
        memory_id: Id,
        /// Whether the operation succeeded.
        success: bool,
        /// Unused by 0.1.2, which has one shape for reinforcing and forgetting.
        strength: Option<f64>,
        /// Beginning of the memory's text.
        memory_preview: Option<String>,
    }
    /// A snapshot of the memory store was created or restored.
    "memory_debug_snapshot" [Within] MemoryDebugSnapshot {
        /// Action, for example `create`.
        action: String,
        /// Id of the snapshot.
        snapshot_id: Id,
        /// Whether the operation succeeded.
        success: bool,
        /// Free-form information on the snapshot.
        metadata: Option<Value>,
    }
    /// A tool was called.
    "tool_call" [Starts(Activity::Tool)] ToolCall {
        /// Name of the tool.
        tool_name: String,
        /// Arguments, free-form.
        parameters: Option<Value>,
    }
    /// A tool returned a result.
    "tool_result" [Ends(Activity::Tool)] ToolResult {
        /// Name of the tool.
        tool_name: String,
        /// Beginning of the result: text, or JSON in the tool's own shape.
        result_preview: Option<Value>,
        /// Duration of the call.
        duration_seconds: Option<f64>,
    }
    /// A tool call failed.
    "tool_error" [Ends(Activity::Tool)] ToolError {
        /// Name of the tool.
        tool_name: String,
        /// The error message.
        message: String,
        /// Additional, free-form information.
        details: Option<Value>,
    }
    /// Time spent on each part of a turn.
    "latency_trace" [Within] LatencyTrace {
        /// Speech recognition.
        stt_seconds: Option<f64>,
        /// Language model.
        llm_seconds: Option<f64>,
        /// Speech synthesis.
        tts_seconds: Option<f64>,
        /// Sum of all parts.
        total_seconds: Option<f64>,
        /// Sum without the time spent listening and speaking.
        total_processing_seconds: Option<f64>,
        /// Tool calls.
        tool_seconds: Option<f64>,
        /// Memory lookup.
        memory_seconds: Option<f64>,
        /// Length of the user's recording.
        stt_audio_duration: Option<f64>,
        /// Length of the spoken audio.
        tts_audio_duration: Option<f64>,
        /// Time from the beginning to the end of the interaction.
        total_interaction_seconds: Option<f64>,
        /// The same times nested, as some versions send them.
        component_times: Option<BTreeMap<String, Option<f64>>>,
        /// The audio lengths nested, as some versions send them.
        audio_durations: Option<BTreeMap<String, Option<f64>>>,
    }
    /// Duration of one operation.
    "component_timing" [Within] ComponentTiming {
        /// Component, for example `llm`.
        component: String,
        /// Operation, for example `generate_response`.
        operation: String,
        /// Duration of the operation.
        duration_seconds: f64,
    }
    /// Statistics of durations by component and operation.
    "component_stats" [Outside] ComponentStats {
        /// Statistics, keyed by component and then by operation.
        components: BTreeMap<String, BTreeMap<String, OperationStats>>,
    }
    /// Resource usage of the server process.
    "system_metrics" [Outside] SystemMetrics {
        /// Main memory in megabytes.
        memory_mb: Option<f64>,
        /// CPU usage in percent of one core.
        cpu_percent: Option<f64>,
        /// Graphics memory in megabytes.
        gpu_vram_mb: Option<f64>,
        /// Time since the server's start.
        uptime_seconds: Option<f64>,
    }
    /// Information about the server and its machine.
    "system_info" [Within] #[serde(transparent)] SystemInfo {
        /// Free-form; any JSON value.
        info: Value,
    }
    /// An error inside the server.
    "system_error" [Within] SystemError {
        /// The error message.
        message: String,
        /// Severity, for example `warning`.
        level: Option<String>,
        /// Additional, free-form information.
        details: Option<Value>,
    }
    /// The avatar's mode changed. Coda 0.1.2 never sends it.
    "mode_change" [Within] ModeChange {
        /// New mode, for example `listening`.
        mode: String,
        /// Previous mode.
        previous_mode: Option<String>,
    }
    /// The avatar's emotion changed. Coda 0.1.2 never sends it.
    "emotion_change" [Within] EmotionChange {
        /// New emotion, for example `playful`.
        emotion: String,
        /// Previous emotion.
        previous_emotion: Option<String>,
    }
}

object! {
    /// Statistics by part of the memory.
    MemoryFigures {
        /// The current conversation.
        short_term: Option<ShortTermFigures>,
        /// The stored memories.
        long_term: Option<LongTermFigures>,
        /// The operations performed.
        debug: Option<DebugFigures>,
    }
}
object! {
    /// Usage of the short-term memory.
    ShortTermFigures {
        /// Turns held.
        #[serde(default, deserialize_with = "count")]
        turn_count: Option<u64>,
        /// Capacity in turns.
        #[serde(default, deserialize_with = "count")]
        max_turns: Option<u64>,
    }
}
object! {
    /// Usage of the long-term memory.
    LongTermFigures {
        /// Memories held.
        #[serde(default, deserialize_with = "count")]
        memory_count: Option<u64>,
        /// Capacity in memories.
        #[serde(default, deserialize_with = "count")]
        max_memories: Option<u64>,
        /// Number of memories by type.
        #[serde(default, deserialize_with = "counts")]
        memory_types: Option<BTreeMap<String, u64>>,
    }
}
object! {
    /// Operations on the memory store.
    DebugFigures {
        /// Total number of operations.
        #[serde(default, deserialize_with = "count")]
        operations_count: Option<u64>,
        /// Number of operations by type.
        #[serde(default, deserialize_with = "counts")]
        operations_by_type: Option<BTreeMap<String, u64>>,
        /// Time of the last operation in ISO 8601.
        last_update: Option<Value>,
    }
}

impl Event {
    /// Returns the message of an error; `None` for every other event.
    #[must_use]
    pub fn error_message(&self) -> Option<&str> {
        match self {
            Self::SttError(error) => Some(&error.message),
            Self::LlmError(error) => Some(&error.message),
            Self::TtsError(error) => Some(&error.message),
            Self::ToolError(error) => Some(&error.message),
            Self::SystemError(error) => Some(&error.message),
            Self::Unknown { kind, data } if kind.ends_with("_error") => {
                Some(data.get("message").and_then(Value::as_str).unwrap_or_default())
            }
            _ => None,
        }
    }
}

object! {
    /// A match of a memory search.
    MemorySearchResult {
        /// Id of the memory.
        id: Option<Id>,
        /// Full text of the memory.
        content: String,
        /// Type, importance and time.
        metadata: Option<MemoryMetadata>,
        /// Similarity to the query, from 0 to 1.
        similarity: Option<f64>,
    }
}
object! {
    /// Attributes of a memory.
    MemoryMetadata {
        /// Type of the memory, for example `fact`.
        source_type: Option<String>,
        /// Importance, from 0 to 1.
        importance: Option<f64>,
        /// Time in ISO 8601.
        timestamp: Option<Value>,
    }
}
object! {
    /// Duration statistics of one operation.
    OperationStats {
        /// Mean duration.
        avg_seconds: Option<f64>,
        /// Longest duration.
        max_seconds: Option<f64>,
        /// Shortest duration.
        min_seconds: Option<f64>,
        /// Number of executions.
        #[serde(default, deserialize_with = "count")]
        count: Option<u64>,
        /// Sum of all durations.
        total_seconds: Option<f64>,
    }
}
