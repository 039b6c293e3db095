//! The parts beside the table that act or analyse.

pub(in crate::ui::debugger) mod bug_report;
pub(in crate::ui::debugger) mod compare;
mod confirm_delete;
pub(in crate::ui::debugger) mod correlation;
pub(in crate::ui::debugger) mod experiments;
pub(in crate::ui::debugger) mod findings;
pub(in crate::ui::debugger) mod inject;
mod kept_records;
mod library;
mod opened_file;
pub(in crate::ui::debugger) mod outcome;
pub(in crate::ui::debugger) mod recordings;
pub(in crate::ui::debugger) mod replay;
pub(in crate::ui::debugger) mod scope;
pub(in crate::ui::debugger) mod send;
pub(in crate::ui::debugger) mod sent;
pub(in crate::ui::debugger) mod statistics;
pub(in crate::ui::debugger) mod templates;
mod visits;
