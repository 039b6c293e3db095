//! Bug reports: a part of the record with all that somebody else needs to understand it, in one file.

pub(super) mod report;
pub(super) mod reported_rows;
