//! A row of the table. Immutable parts are read once, the rest whenever the listing changes.
//!
//! Most rows never change, but in a flood every row is new, in an existing element. One effect therefore updates all
//! rows, and the rows have no event listeners.

use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;

use crate::history::{Fold, FoldKind, Key, ListItem, Named, Recorder, Slot, summary};
use crate::ui::debugger::state::DebuggerState;
use crate::ui::debugger::table::cells;
use crate::ui::format;

/// The part of a row that may change.
#[derive(Clone, Debug, Default, PartialEq)]
struct Mutable {
    place: Option<usize>,
    since_last: Option<Duration>,
    state: Arc<str>,
    tone: &'static str,
    round_trip: Option<Duration>,
    fold: Option<Folded>,
    is_chosen: bool,
    is_marked: bool,
    annotation: Option<Annotated>,
}

/// What the user put on the row, or on any row of the fold.
#[derive(Clone, Debug, PartialEq)]
struct Annotated {
    is_bookmarked: bool,
    /// Empty if there is none.
    note: Arc<str>,
}

impl Annotated {
    fn of(recorder: &Recorder, first: u64, last: u64) -> Option<Self> {
        recorder.annotations_in(first..=last).fold(None, |known, annotation| {
            let Self { is_bookmarked, note } = known.unwrap_or_else(|| Self { is_bookmarked: false, note: "".into() });
            let note = if note.is_empty() { annotation.comment.as_str().into() } else { note };
            Some(Self { is_bookmarked: is_bookmarked || annotation.is_bookmarked, note })
        })
    }
}

/// Rows folded into this line.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Folded {
    kind: FoldKind,
    /// The row whose time and type are shown.
    head: u64,
    last: u64,
    count: usize,
    is_open: bool,
}

fn moving(debugger: DebuggerState, key: Key) -> Mutable {
    let is_chosen = debugger.chosen.get() == Some(key);
    let is_marked = debugger.marked.get() == Some(key.number) && !key.is_part;
    let (place, before, fold) = debugger.with_listing(|listing| {
        let place = listing.place_of(key);
        let before = place.and_then(|place| place.checked_sub(1)).and_then(|place| listing.key_at(place));
        // Of a fold, the newest row that came before this one.
        let before = before.map(|before| match listing.line(before.number).and_then(ListItem::fold) {
            Some(fold) if !before.is_part => fold.rows().rev().find(|row| *row < key.number).unwrap_or(before.number),
            _ => before.number,
        });
        let fold = listing.line(key.number).filter(|_| !key.is_part).and_then(ListItem::fold).map(|fold| Folded {
            kind: fold.kind,
            head: fold.head(),
            last: fold.last(),
            count: fold.count(),
            is_open: listing.is_open(key.number),
        });
        (place, before, fold)
    });
    debugger.with_recorder(|recorder| {
        let last = fold.filter(|fold| !fold.is_open).map_or(key.number, |fold| fold.last.max(key.number));
        let annotation = Annotated::of(recorder, key.number, last);
        let Some(row) = recorder.get(fold.map_or(key.number, |fold| fold.head)) else {
            return Mutable { place, fold, is_chosen, is_marked, annotation, ..Mutable::default() };
        };
        let before = before.and_then(|before| recorder.get(before));
        let state = match cells::state(recorder, row) {
            "" => debugger.meta(key.number).and_then(|meta| meta.state).unwrap_or_default(),
            state => state.to_owned(),
        };
        Mutable {
            place,
            since_last: before.map(|before| row.at.mono.duration_since(before.at.mono)),
            tone: cells::tone(row, &state),
            state: state.into(),
            round_trip: recorder.round_trip(row),
            fold,
            is_chosen,
            is_marked,
            annotation,
        }
    })
}

/// Contents of a row's element.
#[derive(Clone, Debug, PartialEq)]
struct Shown {
    row: Named,
    fixed: Immutable,
    moving: Mutable,
    summary: Arc<str>,
}

impl Shown {
    fn of(row: Named, before: Option<&Self>, debugger: DebuggerState) -> Self {
        let before = before.filter(|before| before.row == row);
        let fixed = before.map_or_else(|| Immutable::of(row.key, debugger), |before| before.fixed.clone());
        let moving = moving(debugger, row.key);
        let summary = match (moving.fold, before) {
            (None, _) => fixed.summary.clone(),
            (fold, Some(before)) if before.moving.fold == fold => before.summary.clone(),
            (Some(_), _) => debugger.fold_summary(row.key.number).map_or_else(Arc::default, Into::into),
        };
        Self { row, fixed, moving, summary }
    }

    fn class(&self) -> Arc<str> {
        let words = [
            ("debugger-row", true),
            (" chosen", self.moving.is_chosen),
            (" marked", self.moving.is_marked),
            (" part", self.row.key.is_part),
        ];
        words.into_iter().filter(|(_, holds)| *holds).map(|(word, _)| word).collect::<String>().into()
    }
}

/// Rows in the document, and the one effect that updates them. Rows come and go by the hundred while the panel is open,
/// and every subscription of theirs to the panel's signals would stay behind (see `state/page_signal.rs`).
#[derive(Clone, Copy)]
pub struct Rows {
    debugger: DebuggerState,
    slots: Memo<Vec<Slot>>,
    all: StoredValue<Vec<(u64, ArcRwSignal<Shown>)>, LocalStorage>,
}

impl Rows {
    pub fn new(debugger: DebuggerState, slots: Memo<Vec<Slot>>) -> Self {
        let all = StoredValue::new_local(Vec::<(u64, ArcRwSignal<Shown>)>::new());
        Effect::new(move |_| {
            debugger.track();
            slots.with(|slots| {
                all.with_value(|all| {
                    for (element, shown) in all {
                        let Some(slot) = slots.iter().find(|slot| slot.element == *element) else { continue };
                        let now = shown.with_untracked(|before| {
                            let now = Shown::of(slot.row, Some(before), debugger);
                            (now != *before).then_some(now)
                        });
                        if let Some(now) = now {
                            shown.set(now);
                        }
                    }
                });
            });
        });
        Self { debugger, slots, all }
    }

    /// Signal for one more element, until its component is disposed.
    fn add(&self, element: u64) -> Option<ArcRwSignal<Shown>> {
        let (debugger, all) = (self.debugger, self.all);
        let slot = self.slots.with_untracked(|slots| slots.iter().find(|slot| slot.element == element).copied())?;
        let shown = ArcRwSignal::new(untrack(|| Shown::of(slot.row, None, debugger)));
        all.update_value(|all| all.push((element, shown.clone())));
        on_cleanup(move || {
            all.try_update_value(|all| all.retain(|(known, _)| *known != element));
        });
        Some(shown)
    }
}

/// The part of a row that never changes.
#[derive(Clone, Debug, Default, PartialEq)]
struct Immutable {
    time: Arc<str>,
    sign: &'static str,
    direction: &'static str,
    kind: Arc<str>,
    size: Arc<str>,
    summary: Arc<str>,
}

impl Immutable {
    fn of(key: Key, debugger: DebuggerState) -> Self {
        let head = debugger.with_listing_untracked(|listing| {
            let fold = listing.line(key.number).filter(|_| !key.is_part).and_then(ListItem::fold);
            fold.map_or(key.number, Fold::head)
        });
        debugger.with_recorder_untracked(|recorder| {
            let Some(row) = recorder.get(head) else { return Self::default() };
            let (sign, direction) = cells::direction(row);
            Self {
                time: cells::time_of_day(row.at.wall, debugger.utc_offset_minutes).into(),
                sign,
                direction,
                kind: cells::kind(row).into(),
                size: row.size().map(cells::size).unwrap_or_default().into(),
                summary: summary(row).into(),
            }
        })
    }
}

/// Derives one field of the row. Rebuilding the element as a whole would remove and set all its attributes.
fn part<T: 'static>(
    shown: &ArcRwSignal<Shown>,
    read: fn(&Shown) -> T,
) -> impl Fn() -> T + Clone + Send + Sync + use<T> {
    let shown = shown.clone();
    move || shown.with(read)
}

/// Element of the pool, with its current row.
#[component]
pub fn TableRow(
    /// Number of the slot in the pool.
    element: u64,
    rows: Rows,
) -> impl IntoView {
    let debugger = rows.debugger;
    rows.add(element).map(|shown| {
        let text = |read: fn(&Shown) -> Arc<str>| part(&shown, read);
        let id = {
            let shown = shown.clone();
            move || debugger.element_id(&row_name(shown.with(|shown| shown.row.key)))
        };
        view! {
            <div
                role="row"
                class=text(Shown::class)
                id=id
                data-testid="debugger-row"
                data-type=text(|shown| shown.fixed.kind.clone())
                data-state=text(|shown| shown.moving.state.clone())
                data-tone=text(|shown| shown.moving.tone.into())
                aria-rowindex=part(&shown, |shown| shown.moving.place.map(|place| (place + 2).to_string()))
                aria-selected=text(|shown| shown.moving.is_chosen.to_string().into())
            >
                <span role="gridcell" class="debugger-direction" data-direction=text(|shown| shown.fixed.direction.into())>
                    <span aria-hidden="true">{text(|shown| shown.fixed.sign.into())}</span>
                    <span class="visually-hidden">{text(|shown| shown.fixed.direction.into())}</span>
                </span>
                <span role="gridcell" class="debugger-time">
                    {text(|shown| shown.fixed.time.clone())}
                </span>
                <span role="gridcell" class="number debugger-wide">
                    {text(|shown| shown.moving.since_last.map(|span| format!("+{}", format::span(span))).unwrap_or_default().into())}
                </span>
                <span role="gridcell" class="debugger-type">
                    {part(&shown, |shown| shown.moving.annotation.clone().map(annotation_marks))}
                    <span>{text(|shown| shown.fixed.kind.clone())}</span>
                    {part(&shown, |shown| shown.moving.fold.map(fold_button))}
                </span>
                <span role="gridcell" class="debugger-summary">
                    {text(|shown| shown.summary.clone())}
                </span>
                <span role="gridcell" class="debugger-state">
                    {text(|shown| shown.moving.state.clone())}
                </span>
                <span role="gridcell" class="number debugger-round-trip">
                    {text(|shown| shown.moving.round_trip.map(format::span).unwrap_or_default().into())}
                </span>
                <span role="gridcell" class="number debugger-wide">
                    {text(|shown| if shown.moving.fold.is_none() { shown.fixed.size.clone() } else { Arc::default() })}
                </span>
            </div>
        }
    })
}

fn annotation_marks(Annotated { is_bookmarked, note }: Annotated) -> impl IntoView {
    let (signs, label) = match (is_bookmarked, note.is_empty()) {
        (true, true) => ("★", "bookmark"),
        (true, false) => ("★ ✎", "bookmark and note"),
        (false, _) => ("✎", "note"),
    };
    view! {
        <span class="debugger-annotation" role="img" data-testid="row-annotation" aria-label=label title=note>
            {signs}
        </span>
    }
}

/// Button of a fold. The table handles its clicks.
fn fold_button(Folded { kind, count, is_open, .. }: Folded) -> impl IntoView {
    let sign = if is_open { "▾" } else { "▸" };
    // What is one message needs no count.
    let times = (kind != FoldKind::Message).then(|| format!(" ×{count}"));
    let label = match kind {
        FoldKind::Tokens => format!("{count} tokens"),
        FoldKind::Message => "States of the message".to_owned(),
        FoldKind::Metrics | FoldKind::Progress | FoldKind::Pings | FoldKind::Attempts => format!("{count} rows"),
    };
    view! {
        <button
            class="debugger-fold"
            type="button"
            tabindex="-1"
            data-testid="debugger-fold"
            aria-expanded=is_open.to_string()
            aria-label=label
        >
            {sign}
            {times}
        </button>
    }
}

/// Element name of a row, unique within its panel.
pub fn row_name(key: Key) -> String {
    format!("{}-{}", if key.is_part { "part" } else { "row" }, key.number)
}
