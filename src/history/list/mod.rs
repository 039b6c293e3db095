//! The rows of the record as the debugger lists them: filtered, folded, and with elements to reuse.

pub(super) mod listing;
pub(super) mod row_grouper;
pub(super) mod row_pool;
