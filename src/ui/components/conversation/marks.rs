//! Finds search text in the DOM of a conversation entry.

use leptos::prelude::document;
use web_sys::{DomRect, Element, Node, Range, StaticRange, StaticRangeInit};

use crate::model::occurrences;

/// `NodeFilter.SHOW_TEXT`: text nodes only.
const SHOW_TEXT: u32 = 4;
/// Searchable blocks. A match may span text nodes within a block, but never two blocks.
const BLOCK: &str =
    ".turn-body, .turn-body :is(p, li, td, th, h3, pre, blockquote, .code-head), .tool > *, .turn-error";

struct Place {
    node: Node,
    /// In UTF-16 code units, from the start of the node.
    offset: u32,
}

/// A match.
pub(super) struct Mark {
    start: Place,
    end: Place,
}

impl Mark {
    /// A static range, which the document need not keep up to date, because there may be thousands.
    pub(super) fn range(&self) -> Option<StaticRange> {
        let Self { start, end } = self;
        StaticRange::new(&StaticRangeInit::new(&end.node, end.offset, &start.node, start.offset)).ok()
    }

    /// Bounding box on the screen.
    pub(super) fn place(&self) -> Option<DomRect> {
        let range = Range::new().ok()?;
        range.set_start(&self.start.node, self.start.offset).ok()?;
        range.set_end(&self.end.node, self.end.offset).ok()?;
        Some(range.get_bounding_client_rect())
    }
}

/// All matches in an entry, in document order.
pub(super) fn marks_in(turn: &Element, words: &str) -> Vec<Mark> {
    let mut marks = Vec::new();
    let mut run = Run::default();
    let Ok(walker) = document().create_tree_walker_with_what_to_show(turn, SHOW_TEXT) else { return marks };
    while let Ok(Some(node)) = walker.next_node() {
        let block = node.parent_element().and_then(|parent| parent.closest(BLOCK).ok().flatten());
        if block != run.block {
            marks.extend(run.marks(words));
            run = Run { block, ..Run::default() };
        }
        run.push(node);
    }
    marks.extend(run.marks(words));
    marks
}

/// Text of a block, and its text nodes.
#[derive(Default)]
struct Run {
    /// `None` for text that is not searched.
    block: Option<Element>,
    text: String,
    /// Start offset of each node, in UTF-16 code units.
    nodes: Vec<(usize, Node)>,
    /// In UTF-16 code units.
    length: usize,
}

impl Run {
    fn push(&mut self, node: Node) {
        if self.block.is_none() {
            return;
        }
        let text = node.node_value().unwrap_or_default();
        self.nodes.push((self.length, node));
        self.length += text.encode_utf16().count();
        self.text.push_str(&text);
    }

    fn marks(&self, words: &str) -> Vec<Mark> {
        let mark = |found: std::ops::Range<usize>| {
            // At a node boundary, a match starts in the later node and ends in the earlier one.
            let start = self.place(found.start, self.nodes.partition_point(|(begin, _)| *begin <= found.start))?;
            let end = self.place(found.end, self.nodes.partition_point(|(begin, _)| *begin < found.end))?;
            Some(Mark { start, end })
        };
        occurrences(&self.text, words).into_iter().filter_map(mark).collect()
    }

    /// Maps offset `at` to a place in the last of the first `count` nodes.
    fn place(&self, at: usize, count: usize) -> Option<Place> {
        let (begin, node) = self.nodes.get(count.checked_sub(1)?)?;
        Some(Place { node: node.clone(), offset: u32::try_from(at - begin).ok()? })
    }
}
