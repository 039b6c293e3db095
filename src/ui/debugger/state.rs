//! What the parts of the panel share: the record they look at, the listing, what is chosen.

use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU64, Ordering};

use js_sys::Date;
use leptos::html::Div;
use leptos::prelude::*;

use super::cells;
use super::filter_state::FilterState;
use super::listing::{Feed, Key, Listed, Listing};
use super::opener::SideOpener;
use super::row_link::RowLink;
use crate::analysis::Analyzer;
use crate::history::{self, Context, FrameMeta, Recorder, RowKind};
use crate::link::MessageId;
use crate::state::{App, Loaded, use_app};

/// How high a row of the table is, in pixels. The style sheet gets it from here.
pub const ROW_HEIGHT: f64 = 26.0;

/// What stands beside the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The chosen row.
    Details,
    /// The form to send a command by.
    Send,
    /// Export and import.
    Recordings,
    /// What is wrong.
    Findings,
    /// Recorded messages, sent again.
    Replay,
    /// What makes things worse on purpose.
    Experiments,
}

/// The panel's state.
#[derive(Clone, Copy)]
pub struct DebuggerState {
    /// The page.
    pub app: App,
    /// The filter.
    pub filter: FilterState,
    /// The chosen row. It is chosen by [`DebuggerState::choose`] and [`DebuggerState::open_details`], which keep the address up to date.
    pub chosen: RwSignal<Option<Key>>,
    /// The chosen row in the address.
    pub row_link: RowLink,
    /// What stands beside the table.
    pub side: RwSignal<Option<Side>>,
    /// The row that others are compared with.
    pub marked: RwSignal<Option<u64>>,
    /// Paused before the row of this number.
    pub paused_at: RwSignal<Option<u64>>,
    /// Whether the newest row is kept in view.
    pub follows: RwSignal<bool>,
    /// The next row when the table stopped following.
    pub left_at: RwSignal<u64>,
    /// What scrolls.
    pub scroller: NodeRef<Div>,
    /// How many minutes the user's clock is ahead of UTC.
    pub utc_offset_minutes: i32,
    listing: StoredValue<Listing, LocalStorage>,
    listed: Memo<Listed>,
    folds: RwSignal<u64>,
    id: u64,
}

impl DebuggerState {
    /// The state of a new panel.
    pub fn new() -> Self {
        static PANELS: AtomicU64 = AtomicU64::new(0);
        let app = use_app();
        let filter = FilterState::new();
        let chosen = RwSignal::new(None);
        let listing = StoredValue::new_local(Listing::default());
        let (paused_at, folds) = (RwSignal::new(None), RwSignal::new(0));
        #[expect(clippy::cast_possible_truncation, reason = "at most a day's minutes")]
        let utc_offset_minutes = -Date::new_0().get_timezone_offset() as i32;
        let listed = Memo::new(move |_| {
            folds.track();
            let source = app.imported.source();
            let until = paused_at.get().filter(|_| is_live(app));
            with_record(app, |recorder| {
                filter.query.with(|query| {
                    let feed = Feed { recorder, source, query, until, utc_offset_minutes };
                    listing.try_update_value(|listing| listing.update(&feed)).unwrap_or_default()
                })
            })
        });
        let side = RwSignal::new(None);
        SideOpener::attach(side);
        Self {
            app,
            filter,
            chosen,
            row_link: RowLink::new(chosen),
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

    /// A name for an element that no other panel of the page uses.
    pub fn element_id(&self, name: &str) -> String {
        format!("debugger-{}-{name}", self.id)
    }

    // ------------------------------------------------------------ reading

    /// Reads the record that is looked at, and again whenever it changes.
    pub fn with_recorder<R>(&self, read: impl FnOnce(&Recorder) -> R) -> R {
        with_record(self.app, read)
    }

    /// Reads again whenever a row may look another way.
    pub fn track(&self) {
        self.with_recorder(|_| ());
        self.listed.track();
        self.chosen.track();
        self.marked.track();
    }

    /// Reads the record once.
    pub fn with_recorder_untracked<R>(&self, read: impl FnOnce(&Recorder) -> R) -> R {
        untrack(|| self.with_recorder(read))
    }

    /// What the tokens that the filter lets through say, of the rows from one to another. Read once.
    pub fn said(&self, rows: RangeInclusive<u64>) -> String {
        let utc_offset_minutes = self.utc_offset_minutes;
        self.with_recorder_untracked(|recorder| {
            let context = Context { recorder, utc_offset_minutes };
            self.filter
                .query
                .with_untracked(|query| history::said(recorder.rows(rows).filter(|row| query.matches(row, &context))))
        })
    }

    /// How a row is referred to: by its time and type, as the table shows them. Read once.
    pub fn row_label(&self, number: u64) -> String {
        self.with_recorder_untracked(|recorder| match recorder.get(number) {
            Some(row) => format!("{} {}", cells::time_of_day(row.at.wall, self.utc_offset_minutes), cells::kind(row)),
            None => "a row that is gone".to_owned(),
        })
    }

    /// The listing in figures.
    pub fn listed(&self) -> Listed {
        self.listed.get()
    }

    /// Reads the listing, and again whenever it changes.
    pub fn with_listing<R>(&self, read: impl FnOnce(&Listing) -> R) -> R {
        // Asking for the figures brings it up to date.
        let _ = self.listed.get();
        self.listing.with_value(read)
    }

    /// Reads the listing once.
    pub fn with_listing_untracked<R>(&self, read: impl FnOnce(&Listing) -> R) -> R {
        untrack(|| self.with_listing(read))
    }

    /// Which record is looked at.
    pub fn source(&self) -> u64 {
        self.app.imported.source()
    }

    /// Whether the live record is looked at.
    pub fn is_live(&self) -> bool {
        is_live(self.app)
    }

    /// Reads the imported recording, if it is one that is looked at.
    pub fn with_loaded<R>(&self, read: impl FnOnce(&Loaded) -> R) -> Option<R> {
        self.app.imported.with(|loaded| loaded.map(read))
    }

    /// Reads what the analysis found in the record that is looked at, and again whenever it changes.
    pub fn with_analysis<R>(&self, read: impl FnOnce(&Analyzer) -> R) -> R {
        self.app.imported.with(|loaded| match loaded {
            Some(loaded) => read(&loaded.analyzer),
            None => self.app.findings.with(read),
        })
    }

    /// What an imported recording tells of a row beyond its frame.
    pub fn meta(&self, number: u64) -> Option<FrameMeta> {
        self.with_loaded(|loaded| loaded.meta(number).cloned()).flatten()
    }

    // ------------------------------------------------------------ acting

    /// Looks at an imported recording.
    pub fn load(&self, loaded: Loaded) {
        self.app.imported.load(loaded);
        // The panel may have been closed while the file was read.
        if !self.chosen.is_disposed() {
            self.forget_choice();
        }
    }

    /// Looks at the live record again.
    pub fn back_to_live(&self) {
        self.app.imported.close();
        self.forget_choice();
    }

    /// Looks at the live record, if another one is looked at.
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

    /// Stops looking at new rows, or goes on.
    pub fn toggle_pause(&self) {
        let next = self.app.history.with_untracked(|recorder| recorder.numbers().end);
        self.paused_at.update(|paused| *paused = if paused.is_some() { None } else { Some(next) });
    }

    /// Opens a folded line, or closes it.
    pub fn set_open(&self, line: u64, open: bool) {
        if open {
            // What is opened stays where it is looked at.
            self.stop_following();
        }
        self.listing.update_value(|listing| listing.toggle(line, open));
        self.folds.update(|folds| *folds += 1);
    }

    /// Chooses a row.
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

    /// Chooses a row of the record and brings it into view, out of its fold where it is in one.
    pub fn jump(&self, number: u64) {
        let line =
            self.with_listing_untracked(|listing| listing.line_with(number).map(|line| (line.first(), line.last())));
        let key = match line {
            Some((first, last)) if first != last => {
                self.set_open(first, true);
                Key { number, is_part: true }
            }
            _ => Key::line(number),
        };
        self.open_details(key);
        if let Some(place) = self.with_listing_untracked(|listing| listing.place_of(key)) {
            self.scroll_to(place);
        }
    }

    /// Chooses the newest row of a message.
    pub fn jump_to_message(&self, id: MessageId) {
        let newest = |recorder: &Recorder| {
            let mut rows = recorder.rows_of(id).rev();
            rows.find(|row| matches!(row.kind, RowKind::Message { .. })).map(|row| row.number)
        };
        if let Some(number) = self.with_recorder_untracked(newest) {
            self.jump(number);
        }
    }

    /// Follows the newest row no longer.
    pub fn stop_following(&self) {
        if self.follows.get_untracked() {
            self.left_at.set(self.with_listing_untracked(Listing::next));
            self.follows.set(false);
        }
    }

    /// Brings a place of the table into view.
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "rows are counted in thousands")]
    pub fn scroll_to(&self, place: usize) {
        let Some(scroller) = self.scroller.get_untracked() else { return };
        let top = place as f64 * ROW_HEIGHT;
        // The head of the table stands over its first row.
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

fn is_live(app: App) -> bool {
    app.imported.with(|loaded| loaded.is_none())
}

/// Reads the record that is looked at.
fn with_record<R>(app: App, read: impl FnOnce(&Recorder) -> R) -> R {
    app.imported.with(|loaded| match loaded {
        Some(loaded) => read(&loaded.recorder),
        None => app.history.with(read),
    })
}

/// The panel's state.
///
/// # Panics
/// Outside a panel.
pub fn use_debugger() -> DebuggerState {
    expect_context::<DebuggerState>()
}
