//! State shared by the parts of the panel.

use std::sync::atomic::{AtomicU64, Ordering};

use js_sys::Date;
use leptos::html::Div;
use leptos::prelude::*;

use crate::analysis::Analyzer;
use crate::history::{self, Annotation, FoldKind, FrameMeta, Recorder, RowKind};
use crate::history::{Feed, Key, Listed, Listing};
use crate::link::MessageId;
use crate::state::{Loaded, WebSocketContext, use_websocket};
use crate::ui::debugger::details::tab::DetailTab;
use crate::ui::debugger::filter::filter_state::FilterState;
use crate::ui::debugger::opener::SideOpener;
use crate::ui::debugger::row_link::RowLink;
use crate::ui::debugger::side::Side;
use crate::ui::debugger::table::cells;

/// Height of a table row in pixels, passed on to the style sheet.
pub const ROW_HEIGHT: f64 = 26.0;

#[derive(Clone, Copy)]
pub struct DebuggerState {
    pub context: WebSocketContext,
    pub filter: FilterState,
    /// The chosen row. Set only by [`DebuggerState::choose`] and [`DebuggerState::open_details`], which keep the
    /// address up to date.
    pub chosen: RwSignal<Option<Key>>,
    pub row_link: RowLink,
    /// The view of the chosen row that was chosen last.
    pub detail_tab: RwSignal<DetailTab>,
    /// The part open beside the table.
    pub side: RwSignal<Option<Side>>,
    /// The row that others are compared with.
    pub marked: RwSignal<Option<u64>>,
    /// While paused, the number of the first row not shown.
    pub paused_at: RwSignal<Option<u64>>,
    /// Whether the newest row is kept in view.
    pub follows: RwSignal<bool>,
    /// Number of the next row when the table stopped following.
    pub left_at: RwSignal<u64>,
    pub scroller: NodeRef<Div>,
    /// Positive east of UTC.
    pub utc_offset_minutes: i32,
    listing: StoredValue<Listing, LocalStorage>,
    listed: Memo<Listed>,
    folds: RwSignal<u64>,
    id: u64,
}

impl DebuggerState {
    pub fn new() -> Self {
        static PANELS: AtomicU64 = AtomicU64::new(0);
        let context = use_websocket();
        let filter = FilterState::new();
        let chosen = RwSignal::new(None);
        let listing = StoredValue::new_local(Listing::default());
        let (paused_at, folds) = (RwSignal::new(None), RwSignal::new(0));
        #[expect(clippy::cast_possible_truncation, reason = "at most a day's minutes")]
        let utc_offset_minutes = -Date::new_0().get_timezone_offset() as i32;
        let listed = Memo::new(move |_| {
            folds.track();
            let source = context.imported.source();
            let until = paused_at.get().filter(|_| is_live(context));
            with_record(context, |recorder| {
                filter.query.with(|query| {
                    let feed = Feed { recorder, source, query, until, utc_offset_minutes };
                    listing.try_update_value(|listing| listing.update(&feed)).unwrap_or_default()
                })
            })
        });
        let side = RwSignal::new(None);
        SideOpener::attach(side);
        Self {
            context,
            filter,
            chosen,
            row_link: RowLink::new(chosen),
            detail_tab: RwSignal::new(DetailTab::Payload),
            side,
            marked: RwSignal::new(None),
            paused_at,
            follows: RwSignal::new(true),
            left_at: RwSignal::new(0),
            scroller: NodeRef::new(),
            utc_offset_minutes,
            listing,
            listed,
            folds,
            id: PANELS.fetch_add(1, Ordering::Relaxed),
        }
    }

    /// Returns an element id that is unique among the panels of the page.
    pub fn element_id(&self, name: &str) -> String {
        format!("debugger-{}-{name}", self.id)
    }

    // ------------------------------------------------------------ reading

    /// Reads the record on view, reactively.
    pub fn with_recorder<R>(&self, read: impl FnOnce(&Recorder) -> R) -> R {
        with_record(self.context, read)
    }

    /// Subscribes to everything a row's appearance depends on.
    pub fn track(&self) {
        self.with_recorder(|_| ());
        self.listed.track();
        self.chosen.track();
        self.marked.track();
    }

    /// Reads the record on view, untracked.
    pub fn with_recorder_untracked<R>(&self, read: impl FnOnce(&Recorder) -> R) -> R {
        untrack(|| self.with_recorder(read))
    }

    /// Sums up a fold: an answer by its text, a message by its frame, a run by its newest row. Untracked.
    pub fn fold_summary(&self, key: u64) -> Option<String> {
        self.with_recorder_untracked(|recorder| {
            self.listing.with_value(|listing| {
                let fold = listing.line(key)?.fold()?;
                let row = |number| recorder.get(number).map(history::summary);
                match fold.kind {
                    FoldKind::Tokens => Some(history::said(fold.rows().filter_map(|number| recorder.get(number)))),
                    FoldKind::Message => row(fold.head()),
                    // The row is about the first one otherwise.
                    FoldKind::Metrics | FoldKind::Progress | FoldKind::Attempts => {
                        row(fold.last()).map(|last| format!("Latest: {last}"))
                    }
                    FoldKind::Pings => None,
                }
            })
        })
    }

    /// Refers to a row by its time and type, as the table shows them. Untracked.
    pub fn row_label(&self, number: u64) -> String {
        self.with_recorder_untracked(|recorder| match recorder.get(number) {
            Some(row) => format!("{} {}", cells::time_of_day(row.at.wall, self.utc_offset_minutes), cells::kind(row)),
            None => "a discarded row".to_owned(),
        })
    }

    /// Updates the listing, and returns its counts.
    pub fn listed(&self) -> Listed {
        self.listed.get()
    }

    /// Reads the listing, reactively.
    pub fn with_listing<R>(&self, read: impl FnOnce(&Listing) -> R) -> R {
        // Updates the listing.
        let _ = self.listed.get();
        self.listing.with_value(read)
    }

    /// Reads the listing, untracked.
    pub fn with_listing_untracked<R>(&self, read: impl FnOnce(&Listing) -> R) -> R {
        untrack(|| self.with_listing(read))
    }

    /// Identity of the record on view.
    pub fn source(&self) -> u64 {
        self.context.imported.source()
    }

    /// Whether the live record is on view.
    pub fn is_live(&self) -> bool {
        is_live(self.context)
    }

    /// Reads the imported recording. `None` while the live record is on view.
    pub fn with_loaded<R>(&self, read: impl FnOnce(&Loaded) -> R) -> Option<R> {
        self.context.imported.with(|loaded| loaded.map(read))
    }

    /// Reads the findings of the record on view, reactively.
    pub fn with_analysis<R>(&self, read: impl FnOnce(&Analyzer) -> R) -> R {
        self.context.imported.with(|loaded| match loaded {
            Some(loaded) => read(&loaded.analyzer),
            None => self.context.findings.with(read),
        })
    }

    /// The user's annotation of a row of the record on view, reactively.
    pub fn annotation(&self, number: u64) -> Annotation {
        self.with_recorder(|recorder| recorder.annotation(number).cloned()).unwrap_or_default()
    }

    /// Facts about a row that an imported recording holds beyond its frame.
    pub fn meta(&self, number: u64) -> Option<FrameMeta> {
        self.with_loaded(|loaded| loaded.meta(number).cloned()).flatten()
    }

    // ------------------------------------------------------------ acting

    /// Shows an imported recording.
    pub fn load(&self, loaded: Loaded) {
        self.context.imported.load(loaded);
        // The panel may have been disposed while the file was read.
        if !self.chosen.is_disposed() {
            self.forget_choice();
        }
    }

    /// Shows what the opened recording says of itself if it is a bug report, and the row it was made at.
    pub fn show_report(&self) {
        let place = untrack(|| self.with_loaded(|loaded| loaded.report.as_ref().map(|report| report.row))).flatten();
        let Some(place) = place.filter(|_| !self.chosen.is_disposed()) else { return };
        let row = self.with_recorder_untracked(|recorder| place.and_then(|place| place.row(recorder)));
        let debugger = *self;
        let is_hidden = |row| debugger.with_listing_untracked(|listing| listing.line_with(row).is_none());
        if row.is_some_and(is_hidden) {
            self.filter.set("");
        }
        // The table has to have the height of its new rows before it can scroll to one.
        request_animation_frame(move || {
            if debugger.chosen.is_disposed() {
                return;
            }
            if let Some(row) = row {
                debugger.stop_following();
                debugger.jump(row);
            }
            debugger.side.set(Some(Side::BugReport));
        });
    }

    /// Shows the live record.
    pub fn back_to_live(&self) {
        self.context.imported.close();
        self.forget_choice();
    }

    /// Shows the live record unless it is on view already.
    pub fn back_to_live_if_away(&self) {
        if !untrack(|| self.is_live()) {
            self.back_to_live();
        }
    }

    fn forget_choice(&self) {
        self.chosen.set(None);
        self.row_link.write();
        self.marked.set(None);
        self.follows.set(true);
    }

    /// Changes the user's annotation of a row of the record on view.
    pub fn annotate(&self, number: u64, change: impl FnOnce(&mut Annotation)) {
        let mut annotation = untrack(|| self.annotation(number));
        change(&mut annotation);
        if untrack(|| self.is_live()) {
            self.context.annotate(number, annotation);
        } else {
            self.context.imported.annotate(number, annotation);
        }
    }

    pub fn toggle_bookmark(&self, number: u64) {
        self.annotate(number, |annotation| annotation.is_bookmarked = !annotation.is_bookmarked);
    }

    /// Jumps to the next bookmark after the chosen row, or to the previous one before it. Past the last one, it goes on
    /// at the other end.
    pub fn jump_to_bookmark(&self, forth: bool) {
        let chosen = self.chosen.get_untracked().map(|key| key.number);
        let found = self.with_recorder_untracked(|recorder| {
            if forth {
                let next = chosen.and_then(|chosen| recorder.bookmark_after(chosen));
                next.or_else(|| recorder.bookmark_after(0))
            } else {
                let previous = chosen.and_then(|chosen| recorder.bookmark_before(chosen));
                previous.or_else(|| recorder.bookmark_before(u64::MAX))
            }
        });
        if let Some(number) = found {
            self.stop_following();
            self.jump(number);
        }
    }

    pub fn toggle_pause(&self) {
        let next = self.context.history.with_untracked(|recorder| recorder.numbers().end);
        self.paused_at.update(|paused| *paused = if paused.is_some() { None } else { Some(next) });
    }

    /// Opens or closes a fold.
    pub fn set_open(&self, line: u64, open: bool) {
        if open {
            // Following would scroll the opened fold away.
            self.stop_following();
        }
        self.listing.update_value(|listing| listing.toggle(line, open));
        self.folds.update(|folds| *folds += 1);
    }

    pub fn choose(&self, key: Key) {
        self.chosen.set(Some(key));
        self.row_link.write_soon();
    }

    /// Chooses a row and shows its details.
    pub fn open_details(&self, key: Key) {
        self.chosen.set(Some(key));
        self.row_link.write();
        self.side.set(Some(Side::Details));
    }

    /// Chooses a row of the record and scrolls to it, opening its fold if it is in one.
    pub fn jump(&self, number: u64) {
        let fold = self.with_listing_untracked(|listing| {
            let line = listing.line_with(number)?;
            line.fold().filter(|fold| fold.has_part(number)).map(|_| line.key())
        });
        let key = match fold {
            Some(fold) => {
                self.set_open(fold, true);
                Key { number, is_part: true }
            }
            None => Key::line(number),
        };
        self.open_details(key);
        if let Some(place) = self.with_listing_untracked(|listing| listing.place_of(key)) {
            self.scroll_to(place);
        }
    }

    /// Jumps to the newest row of a message.
    pub fn jump_to_message(&self, id: MessageId) {
        let newest = |recorder: &Recorder| {
            let mut rows = recorder.rows_of(id).rev();
            rows.find(|row| matches!(row.kind, RowKind::Message { .. })).map(|row| row.number)
        };
        if let Some(number) = self.with_recorder_untracked(newest) {
            self.jump(number);
        }
    }

    pub fn stop_following(&self) {
        if self.follows.get_untracked() {
            self.left_at.set(self.with_listing_untracked(Listing::next));
            self.follows.set(false);
        }
    }

    /// Scrolls the row at index `place` into view.
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "rows are counted in thousands")]
    pub fn scroll_to(&self, place: usize) {
        let Some(scroller) = self.scroller.get_untracked() else { return };
        let top = place as f64 * ROW_HEIGHT;
        // The sticky header covers the height of one row.
        let room = f64::from(scroller.client_height()) - ROW_HEIGHT;
        let from = f64::from(scroller.scroll_top());
        if top < from {
            self.stop_following();
            scroller.set_scroll_top(top as i32);
        } else if top + ROW_HEIGHT > from + room {
            scroller.set_scroll_top((top + ROW_HEIGHT - room).ceil() as i32);
        }
    }
}

fn is_live(context: WebSocketContext) -> bool {
    context.imported.with(|loaded| loaded.is_none())
}

/// Reads the record on view.
fn with_record<R>(context: WebSocketContext, read: impl FnOnce(&Recorder) -> R) -> R {
    context.imported.with(|loaded| match loaded {
        Some(loaded) => read(&loaded.recorder),
        None => context.history.with(read),
    })
}

/// The state of the surrounding panel.
///
/// # Panics Outside a panel.
pub fn use_debugger() -> DebuggerState {
    expect_context::<DebuggerState>()
}
