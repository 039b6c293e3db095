//! Every event that the server broadcasts, as a type. Facts about each are in docs/PROTOCOL.md.
//!
//! Durations are in seconds throughout, as on the wire. `Option` fields may be missing or null.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::shape::{FieldError, Id, count, counts, from_value, object};

/// Declares a JSON object as a struct.
macro_rules! object {
    ($(#[$meta:meta])* $name:ident { $($(#[$field_meta:meta])* $field:ident: $type:ty),* $(,)? }) => {
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
        #[serde(expecting = "an object")]
        $(#[$meta])*
        pub struct $name { $($(#[$field_meta])* pub $field: $type),* }
    };
}

/// The one event whose `data` may be anything.
const FREE_FORM: &str = "system_info";

fn read_data<T: DeserializeOwned>(kind: &str, data: Value) -> Result<T, FieldError> {
    if kind == FREE_FORM { from_value(data) } else { object(data) }
}

/// Declares the events: a struct for each, the enum over them, and the table from wire name to type.
macro_rules! events {
    ($($(#[$meta:meta])* $wire:literal $(#[$type_meta:meta])* $name:ident { $($(#[$field_meta:meta])* $field:ident: $type:ty),* $(,)? })*) => {
        $(object! { $(#[$meta])* $(#[$type_meta])* $name { $($(#[$field_meta])* $field: $type),* } })*

        /// An event of the server's.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Event {
            $($(#[$meta])* $name($name),)*
            /// A type that this version does not know, kept whole.
            Unknown {
                /// The wire name.
                kind: String,
                /// What came with it.
                data: Value,
            },
        }

        impl Event {
            /// The wire names of all known types.
            pub const KINDS: &'static [&'static str] = &[$($wire),*];

            /// The name of the event's type on the wire.
            #[must_use]
            pub fn kind(&self) -> &str {
                match self { $(Self::$name(_) => $wire,)* Self::Unknown { kind, .. } => kind }
            }

            /// [`Self::kind`], without a borrow: only an unknown type's name is copied.
            pub(crate) fn wire_type(&self) -> Cow<'static, str> {
                match self {
                    $(Self::$name(_) => Cow::Borrowed($wire),)*
                    Self::Unknown { kind, .. } => Cow::Owned(kind.clone()),
                }
            }

            /// Reads an event's `data` by its type's wire name.
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
    "client_message" ClientMessage {
        /// Who sent it.
        client_id: Id,
        /// The message's type.
        message_type: String,
        /// The message's `data`, whole.
        message_data: Value,
    }
    /// A conversation began.
    "conversation_start" ConversationStart {
        /// The session.
        session_id: Id,
        /// Epoch seconds.
        timestamp: Option<Value>,
    }
    /// Somebody said something.
    "conversation_turn" ConversationTurn {
        /// `user`, `assistant` or `system`.
        role: String,
        /// Markdown.
        content: String,
        /// The server's number of the turn.
        turn_id: Option<Id>,
    }
    /// A conversation ended.
    "conversation_end" ConversationEnd {
        /// The session.
        session_id: Id,
        /// How long it lasted.
        duration_seconds: Option<f64>,
        /// How many turns it had.
        #[serde(default, deserialize_with = "count")]
        turns_count: Option<u64>,
    }
    /// The server began to listen.
    "stt_start" ListeningStarted {
        /// For example `push_to_talk`.
        mode: Option<String>,
    }
    /// What has been understood so far.
    "stt_interim" ListeningInterim {
        /// The whole text so far.
        text: String,
        /// From 0 to 1.
        confidence: Option<f64>,
    }
    /// What has been understood.
    "stt_result" ListeningResult {
        /// The text.
        text: String,
        /// From 0 to 1.
        confidence: Option<f64>,
        /// How long the recognition took.
        duration_seconds: Option<f64>,
        /// For example `en`.
        language: Option<String>,
    }
    /// Listening failed.
    "stt_error" ListeningError {
        /// What happened.
        message: String,
        /// More about it, free-form.
        details: Option<Value>,
    }
    /// The language model began to answer.
    "llm_start" AnswerStarted {
        /// The model's name.
        model: Option<String>,
        /// The prompt's length in tokens.
        #[serde(default, deserialize_with = "count")]
        prompt_tokens: Option<u64>,
        /// How the system prompt begins.
        system_prompt_preview: Option<String>,
    }
    /// The next piece of the answer.
    "llm_token" AnswerToken {
        /// The text to append.
        token: String,
        /// Its place in the answer, from 0.
        #[serde(default, deserialize_with = "count")]
        token_index: Option<u64>,
    }
    /// The whole answer.
    "llm_result" AnswerResult {
        /// The text, which replaces the tokens.
        text: String,
        /// Its length in tokens.
        #[serde(default, deserialize_with = "count")]
        total_tokens: Option<u64>,
        /// How long the model took.
        duration_seconds: Option<f64>,
        /// Whether the model asks for tools before it goes on.
        has_tool_calls: Option<bool>,
    }
    /// The language model failed.
    "llm_error" AnswerError {
        /// What happened.
        message: String,
        /// More about it, free-form.
        details: Option<Value>,
    }
    /// The server began to speak.
    "tts_start" SpeechStarted {
        /// What is spoken.
        text: Option<String>,
        /// The voice's name.
        voice: Option<String>,
        /// The speech service's name.
        provider: Option<String>,
    }
    /// How far the speech is.
    "tts_progress" SpeechProgress {
        /// From 0 to 100.
        percent_complete: f64,
    }
    /// The speech ended.
    "tts_result" SpeechResult {
        /// How long its making took.
        duration_seconds: Option<f64>,
        /// How long the sound is.
        audio_duration_seconds: Option<f64>,
        /// How many characters were spoken.
        #[serde(default, deserialize_with = "count")]
        char_count: Option<u64>,
    }
    /// Speaking failed.
    "tts_error" SpeechError {
        /// What happened.
        message: String,
        /// More about it, free-form.
        details: Option<Value>,
    }
    /// The speech service's state changed.
    "tts_status" SpeechStatus {
        /// For example `loaded`.
        status: String,
        /// More about it, free-form.
        details: Option<Value>,
    }
    /// The speech was stopped.
    "tts_stop" SpeechStopped {
        /// Why.
        reason: Option<String>,
    }
    /// A memory was stored.
    "memory_store" MemoryStored {
        /// How it begins.
        content_preview: String,
        /// For example `fact`.
        memory_type: Option<String>,
        /// From 0 to 1.
        importance: Option<f64>,
        /// The memory.
        memory_id: Option<Id>,
    }
    /// Memories were looked up.
    "memory_retrieve" MemoryRetrieved {
        /// What was asked.
        query: String,
        /// How many were found.
        #[serde(default, deserialize_with = "count")]
        results_count: Option<u64>,
        /// How the best begins.
        top_result_preview: Option<String>,
        /// What was found, free-form.
        results: Option<Value>,
    }
    /// A memory changed.
    "memory_update" MemoryUpdated {
        /// The memory.
        memory_id: Id,
        /// What of it.
        field: String,
        /// Before.
        old_value: Option<Value>,
        /// After.
        new_value: Option<Value>,
    }
    /// An operation of the memory's.
    "memory_debug_operation" MemoryOperation {
        /// For example `add_memory`.
        operation_type: String,
        /// ISO 8601.
        timestamp: Option<Value>,
        /// Free-form.
        details: Option<Value>,
    }
    /// The memory's figures.
    "memory_debug_stats" MemoryStats {
        /// Figures of its parts.
        stats: MemoryFigures,
        /// ISO 8601.
        timestamp: Option<Value>,
    }
    /// A search in the memory.
    "memory_debug_search" MemorySearch {
        /// What was asked.
        query: String,
        /// Only memories of this type.
        memory_type: Option<String>,
        /// Only memories of this importance or more.
        min_importance: Option<f64>,
        /// What was found.
        results: Option<Vec<MemorySearchResult>>,
        /// How many were found.
        #[serde(default, deserialize_with = "count")]
        results_count: Option<u64>,
    }
    /// A memory was made stronger.
    "memory_debug_reinforce" MemoryReinforced {
        /// The memory.
        memory_id: Id,
        /// Whether it worked.
        success: bool,
        /// By how much.
        strength: Option<f64>,
        /// How the memory begins.
        memory_preview: Option<String>,
    }
    /// A memory was forgotten.
    "memory_debug_forget" MemoryForgotten {
        /// The memory.
        memory_id: Id,
        /// Whether it worked.
        success: bool,
        /// Unused by 0.1.2, which shares one shape for both operations.
        strength: Option<f64>,
        /// How the memory began.
        memory_preview: Option<String>,
    }
    /// The memory was saved or restored.
    "memory_debug_snapshot" MemorySnapshot {
        /// For example `create`.
        action: String,
        /// The snapshot.
        snapshot_id: Id,
        /// Whether it worked.
        success: bool,
        /// Free-form.
        metadata: Option<Value>,
    }
    /// A tool is being called.
    "tool_call" ToolCalled {
        /// The tool.
        tool_name: String,
        /// With what, free-form.
        parameters: Option<Value>,
    }
    /// A tool answered.
    "tool_result" ToolAnswered {
        /// The tool.
        tool_name: String,
        /// How the answer begins: text, or JSON of the tool's own.
        result_preview: Option<Value>,
        /// How long it took.
        duration_seconds: Option<f64>,
    }
    /// A tool failed.
    "tool_error" ToolFailed {
        /// The tool.
        tool_name: String,
        /// What happened.
        message: String,
        /// More about it, free-form.
        details: Option<Value>,
    }
    /// Where the time of a turn went.
    "latency_trace" LatencyTrace {
        /// Speech recognition.
        stt_seconds: Option<f64>,
        /// Language model.
        llm_seconds: Option<f64>,
        /// Speech synthesis.
        tts_seconds: Option<f64>,
        /// All of it.
        total_seconds: Option<f64>,
        /// All of it, without the time of listening and speaking.
        total_processing_seconds: Option<f64>,
        /// Tools.
        tool_seconds: Option<f64>,
        /// Memory.
        memory_seconds: Option<f64>,
        /// How long the user spoke.
        stt_audio_duration: Option<f64>,
        /// How long the server spoke.
        tts_audio_duration: Option<f64>,
        /// From the first to the last moment.
        total_interaction_seconds: Option<f64>,
        /// The same times, as some versions send them.
        component_times: Option<BTreeMap<String, Option<f64>>>,
        /// The lengths of the sounds, as some versions send them.
        audio_durations: Option<BTreeMap<String, Option<f64>>>,
    }
    /// How long one operation took.
    "component_timing" ComponentTiming {
        /// For example `llm`.
        component: String,
        /// For example `generate`.
        operation: String,
        /// How long.
        duration_seconds: f64,
    }
    /// How long operations take, by component and operation.
    "component_stats" ComponentStats {
        /// Component, operation, figures.
        components: BTreeMap<String, BTreeMap<String, OperationStats>>,
    }
    /// What the server uses of its machine.
    "system_metrics" SystemMetrics {
        /// Main memory, in megabytes.
        memory_mb: Option<f64>,
        /// Processor, in percent of one core.
        cpu_percent: Option<f64>,
        /// Graphics memory, in megabytes.
        gpu_vram_mb: Option<f64>,
        /// Since the server's start.
        uptime_seconds: Option<f64>,
    }
    /// What the server says of itself.
    "system_info" #[serde(transparent)] SystemInfo {
        /// Free-form.
        info: Value,
    }
    /// Something went wrong in the server.
    "system_error" SystemError {
        /// What happened.
        message: String,
        /// For example `warning`.
        level: Option<String>,
        /// More about it, free-form.
        details: Option<Value>,
    }
    /// The avatar's mode changed.
    "mode_change" ModeChanged {
        /// For example `listening`.
        mode: String,
        /// The one before.
        previous_mode: Option<String>,
    }
    /// The avatar's emotion changed.
    "emotion_change" EmotionChanged {
        /// For example `playful`.
        emotion: String,
        /// The one before.
        previous_emotion: Option<String>,
    }
}

object! {
    /// Figures of the memory's parts.
    MemoryFigures {
        /// What the conversation holds.
        short_term: Option<ShortTermFigures>,
        /// What is kept.
        long_term: Option<LongTermFigures>,
        /// The operations.
        debug: Option<DebugFigures>,
    }
}
object! {
    /// How full the short-term memory is.
    ShortTermFigures {
        /// Turns held.
        #[serde(default, deserialize_with = "count")]
        turn_count: Option<u64>,
        /// Turns at most.
        #[serde(default, deserialize_with = "count")]
        max_turns: Option<u64>,
    }
}
object! {
    /// How full the long-term memory is.
    LongTermFigures {
        /// Memories held.
        #[serde(default, deserialize_with = "count")]
        memory_count: Option<u64>,
        /// Memories at most.
        #[serde(default, deserialize_with = "count")]
        max_memories: Option<u64>,
        /// Memories by type.
        #[serde(default, deserialize_with = "counts")]
        memory_types: Option<BTreeMap<String, u64>>,
    }
}
object! {
    /// The memory's operations.
    DebugFigures {
        /// How many.
        #[serde(default, deserialize_with = "count")]
        operations_count: Option<u64>,
        /// How many of each type.
        #[serde(default, deserialize_with = "counts")]
        operations_by_type: Option<BTreeMap<String, u64>>,
        /// ISO 8601.
        last_update: Option<Value>,
    }
}
object! {
    /// A memory that a search found.
    MemorySearchResult {
        /// The memory.
        id: Option<Id>,
        /// Its text.
        content: String,
        /// More about it.
        metadata: Option<MemoryMetadata>,
        /// To the query, from 0 to 1.
        similarity: Option<f64>,
    }
}
object! {
    /// What is known of a memory.
    MemoryMetadata {
        /// For example `fact`.
        source_type: Option<String>,
        /// From 0 to 1.
        importance: Option<f64>,
        /// ISO 8601.
        timestamp: Option<Value>,
    }
}
object! {
    /// Figures of one operation.
    OperationStats {
        /// Mean.
        avg_seconds: Option<f64>,
        /// Longest.
        max_seconds: Option<f64>,
        /// Shortest.
        min_seconds: Option<f64>,
        /// How many.
        #[serde(default, deserialize_with = "count")]
        count: Option<u64>,
        /// Sum.
        total_seconds: Option<f64>,
    }
}
