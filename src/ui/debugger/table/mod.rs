//! The table of the record: rows, what is listed, and the keys.

pub(in crate::ui::debugger) mod cells;
pub(in crate::ui::debugger) mod counts;
pub(in crate::ui::debugger) mod keys;
pub(in crate::ui::debugger) mod row;
pub(in crate::ui::debugger) mod view;
