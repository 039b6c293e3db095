//! The flight recorder behind the debugger: records the link's events within bounds, for search and export.
//!
//! Frames are stored as they arrive and parsed only on demand. Everything that shows or exports a frame goes through
//! [`shown_text`] or [`redact`], so the server's tokens are never shown or exported.

mod annotation;
mod bug_report;
mod counterpart;
mod diff;
mod event_summary;
mod index;
mod list;
mod lookup;
mod message_trace;
mod query;
mod recorder;
mod recording;
mod redact;
mod row;
pub(crate) mod scan;
mod shorten;
pub(crate) mod shown;
mod statistics;
mod summary;
mod synthetic;

pub use annotation::Annotation;
pub use bug_report::report::{
    AboutPage, BugReport, ConnectionChange, PageError, REPORT_VERSION, ReportedFinding, ReportedRow, RowPlace,
    masked_address,
};
pub use bug_report::reported_rows::{ReportRange, ReportedRows};
pub use counterpart::{cause, counterpart};
pub use diff::{Difference, diff};
pub use list::listing::{Feed, Key, Listed, Listing};
pub use list::row_grouper::{Fold, FoldKind, ListItem, RowGrouper, said};
pub use list::row_pool::{Named, Slot, fill_slots};
pub use message_trace::{MessageTrace, TraceStage, TraceStep, WaterfallBar, message_trace};
pub use query::complete::{Completion, completions};
pub use query::error::{ParseError, ParseErrorKind};
pub use query::find::Needle;
pub use query::parse::QueryDraft;
pub use query::partial_word::PartialWord;
pub use query::{Comparison, Context, Query, Test, TimeOfDay};
pub use recorder::{Evicted, Limits, Recorder};
pub use recording::har::export as export_har;
pub use recording::import::Format;
pub use recording::jsonl::{export as export_jsonl, export_report, with_label};
pub use recording::label::Label;
pub use recording::note::{Note, NoteBody};
pub use recording::{Entry, FrameMeta, ImportError, ImportErrorKind, Imported, Recording};
pub use redact::redact;
pub use row::{Direction, FrameClass, Row, RowKind, Severity};
pub use shorten::shorten;
pub use shown::{RAW, STATES, describe_missed, shown_text};
pub use statistics::{ClientStatistics, Statistics, TypeStatistics};
pub use summary::summary;
pub use synthetic::{SyntheticError, SyntheticEvent};
