//! Bookmarks and comments of the user's on rows.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::protocol::or_default;

/// Maximum length of a comment, in characters.
const COMMENT_CHARS: usize = 2_000;
/// Cost of an annotation besides its comment.
const ANNOTATION_BYTES: usize = size_of::<(u64, Annotation)>() + 16;

/// A bookmark on a row, a comment of the user's, or both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Annotation {
    #[serde(rename = "bookmark", deserialize_with = "or_default", skip_serializing_if = "std::ops::Not::not")]
    pub is_bookmarked: bool,
    /// Empty if there is none. At most 2,000 characters in a record.
    #[serde(deserialize_with = "or_default", skip_serializing_if = "String::is_empty")]
    pub comment: String,
}

impl Annotation {
    /// Whether nothing is marked or written.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        !self.is_bookmarked && self.comment.is_empty()
    }

    /// Cuts the comment to its limit, and blanks at its end.
    fn cut(mut self) -> Self {
        if let Some((limit, _)) = self.comment.char_indices().nth(COMMENT_CHARS) {
            self.comment.truncate(limit);
        }
        self.comment.truncate(self.comment.trim_end().len());
        self
    }
}

/// The annotations of a record, by row number.
#[derive(Debug, Default)]
pub(super) struct Annotations {
    by_row: BTreeMap<u64, Annotation>,
    revision: u64,
}

impl Annotations {
    pub(super) fn get(&self, row: u64) -> Option<&Annotation> {
        self.by_row.get(&row)
    }

    /// Replaces the annotation of a row; an empty one removes it. Returns the bytes that it took and takes.
    pub(super) fn set(&mut self, row: u64, annotation: Annotation) -> (usize, usize) {
        let annotation = annotation.cut();
        let now = bytes(Some(&annotation).filter(|annotation| !annotation.is_empty()));
        let before = if annotation.is_empty() { self.by_row.remove(&row) } else { self.by_row.insert(row, annotation) };
        self.revision += 1;
        (bytes(before.as_ref()), now)
    }

    /// Removes the annotation of a row that is evicted. Returns the bytes that it took.
    pub(super) fn evict(&mut self, row: u64) -> usize {
        let removed = self.by_row.remove(&row);
        self.revision += u64::from(removed.is_some());
        bytes(removed.as_ref())
    }

    /// The annotations of the rows in this range, oldest first.
    pub(super) fn range(&self, rows: RangeInclusive<u64>) -> impl Iterator<Item = &Annotation> {
        self.by_row.range(rows).map(|(_, annotation)| annotation)
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = (u64, &Annotation)> {
        self.by_row.iter().map(|(row, annotation)| (*row, annotation))
    }

    /// The first bookmark after a row.
    pub(super) fn bookmark_after(&self, row: u64) -> Option<u64> {
        let mut later = self.by_row.range(row.saturating_add(1)..);
        later.find(|(_, annotation)| annotation.is_bookmarked).map(|(row, _)| *row)
    }

    /// The last bookmark before a row.
    pub(super) fn bookmark_before(&self, row: u64) -> Option<u64> {
        let mut earlier = self.by_row.range(..row).rev();
        earlier.find(|(_, annotation)| annotation.is_bookmarked).map(|(row, _)| *row)
    }

    pub(super) const fn revision(&self) -> u64 {
        self.revision
    }
}

fn bytes(annotation: Option<&Annotation>) -> usize {
    annotation.map_or(0, |annotation| ANNOTATION_BYTES + annotation.comment.len())
}
