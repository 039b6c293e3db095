//! Durations in the sentences of findings.

pub(super) use crate::words::{seconds, span};
