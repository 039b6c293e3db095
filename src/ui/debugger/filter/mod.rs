//! The filter: its field, completions, and saved filters.

pub(in crate::ui::debugger) mod filter_field;
pub(in crate::ui::debugger) mod filter_help;
pub(in crate::ui::debugger) mod filter_state;
pub(in crate::ui::debugger) mod quick;
pub(in crate::ui::debugger) mod saved;
pub(in crate::ui::debugger) mod view;
