//! Where on the page an entry of the conversation has the words that are searched for.

use leptos::prelude::document;
use web_sys::{DomRect, Element, Node, Range, StaticRange, StaticRangeInit};

use crate::model::occurrences;

/// Text nodes alone, as `NodeFilter.SHOW_TEXT` has it.
const SHOW_TEXT: u32 = 4;
/// What holds the text of an entry that is searched: words run on from node to node within it, and end with it.
const BLOCK: &str =
    ".turn-body, .turn-body :is(p, li, td, th, h3, pre, blockquote, .code-head), .tool > *, .turn-error";

/// A place in the document's text.
struct Place {
    node: Node,
    /// Code units from the node's beginning.
    offset: u32,
}

/// Words that were found.
pub(super) struct Mark {
    start: Place,
    end: Place,
}

impl Mark {
    /// For the browser to paint; a range that the document need not keep up to date, as there may be thousands.
    pub(super) fn range(&self) -> Option<StaticRange> {
        let Self { start, end } = self;
        StaticRange::new(&StaticRangeInit::new(&end.node, end.offset, &start.node, start.offset)).ok()
    }

    /// Where it is seen.
    pub(super) fn place(&self) -> Option<DomRect> {
        let range = Range::new().ok()?;
        range.set_start(&self.start.node, self.start.offset).ok()?;
        range.set_end(&self.end.node, self.end.offset).ok()?;
        Some(range.get_bounding_client_rect())
    }
}

/// All marks of an entry, in their order.
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

/// The text of a block, and the nodes that it stands in.
#[derive(Default)]
struct Run {
    /// None for what is not searched.
    block: Option<Element>,
    text: String,
    /// Where each node begins.
    nodes: Vec<(usize, Node)>,
    /// Code units so far.
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
            // Between two nodes, what begins stands at the beginning of the second, what ends at the end of the first.
            let start = self.place(found.start, self.nodes.partition_point(|(begin, _)| *begin <= found.start))?;
            let end = self.place(found.end, self.nodes.partition_point(|(begin, _)| *begin < found.end))?;
            Some(Mark { start, end })
        };
        occurrences(&self.text, words).into_iter().filter_map(mark).collect()
    }

    /// A place in the last of the first `count` nodes.
    fn place(&self, at: usize, count: usize) -> Option<Place> {
        let (begin, node) = self.nodes.get(count.checked_sub(1)?)?;
        Some(Place { node: node.clone(), offset: u32::try_from(at - begin).ok()? })
    }
}
