//! The flight recorder behind the debugger: records the link's events within bounds, for search and export.
//!
//! Frames are stored as they arrive and parsed only on demand. Everything that shows or exports a frame goes through
//! [`shown_text`] or [`redact`], so the server's tokens are never shown or exported.

mod complete;
mod counterpart;
mod diff;
mod find;
mod har;
mod import;
mod index;
mod jsonl;
mod legacy;
mod listing;
mod lookup;
mod message_trace;
mod note;
mod partial_word;
mod query;
mod query_error;
mod query_parse;
mod query_print;
mod query_value;
mod recorder;
mod recording;
mod redact;
mod row;
mod row_pool;
pub(crate) mod scan;
pub(crate) mod shown;
mod summary;
mod token_grouper;

pub use complete::{Completion, completions};
pub use counterpart::{cause, counterpart};
pub use diff::{Difference, diff};
pub use find::Needle;
pub use har::export as export_har;
pub use import::Format;
pub use jsonl::export as export_jsonl;
pub use listing::{Feed, Key, Listed, Listing};
pub use message_trace::{MessageTrace, TraceStage, TraceStep, WaterfallBar, message_trace};
pub use note::{Note, NoteBody};
pub use partial_word::PartialWord;
pub use query::{Comparison, Context, Query, Test, TimeOfDay};
pub use query_error::{ParseError, ParseErrorKind};
pub use query_parse::QueryDraft;
pub use recorder::{Evicted, Limits, Recorder};
pub use recording::{Entry, FrameMeta, ImportError, ImportErrorKind, Imported, Recording};
pub use redact::redact;
pub use row::{Direction, FrameClass, Row, RowKind, Severity};
pub use row_pool::{Named, Slot, fill_slots};
pub use shown::{RAW, STATES, describe_missed, shown_text};
pub use summary::{shorten, summary};
pub use token_grouper::{ListItem, TokenGrouper, said};
