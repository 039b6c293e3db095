//! The rows of the record as the debugger lists them: filtered, with folded tokens, and with elements to reuse.

pub(super) mod listing;
pub(super) mod row_pool;
pub(super) mod token_grouper;
