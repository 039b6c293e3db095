//! The flight recorder behind the debugger: what the link told, kept within bounds, to be searched and exported.
//!
//! Frames are kept as they came and read only when somebody looks. The server's tokens never leave: whatever shows
//! or exports a frame goes through [`shown_text`] or [`mask`].

mod complete;
mod diff;
mod find;
mod fold;
mod har;
mod index;
mod jsonl;
mod life;
mod lookup;
mod mask;
pub(crate) mod names;
mod note;
mod partner;
mod query;
mod query_error;
mod query_parse;
mod query_print;
mod query_value;
mod recorder;
mod recording;
mod row;
pub(crate) mod shown;
pub(crate) mod skim;
mod summary;

pub use complete::{Completion, completions};
pub use diff::{Difference, diff};
pub use find::Needle;
pub use fold::{Folder, Line, said};
pub use har::export as export_har;
pub use jsonl::export as export_jsonl;
pub use life::{Bar, Life, Stage, Step, life};
pub use mask::mask;
pub use note::{Note, Told};
pub use partner::{cause, partner};
pub use query::{Comparison, Context, Query, Test, TimeOfDay};
pub use query_error::{ParseError, Problem};
pub use query_parse::QueryDraft;
pub use recorder::{Evicted, Limits, Recorder};
pub use recording::{Damage, Entry, Format, ImportError, Imported, Own, Recording};
pub use row::{Direction, Level, Row, RowKind, What};
pub use shown::{RAW, STATES, missed_words, shown_text, state_name};
pub use summary::{shorten, summary};
