//! The chosen row: its payload, its message and its turn.

pub(in crate::ui::debugger) mod annotation;
pub(in crate::ui::debugger) mod compare;
pub(in crate::ui::debugger) mod message_trace;
pub(in crate::ui::debugger) mod payload;
pub(in crate::ui::debugger) mod tab;
pub(in crate::ui::debugger) mod tree;
pub(in crate::ui::debugger) mod turn;
pub(in crate::ui::debugger) mod view;
