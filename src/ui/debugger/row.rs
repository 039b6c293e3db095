//! A row of the table. What cannot change is read once; the rest when the listing changed. Most rows never change, and in a
//! flood all rows are new ones: so one effect looks after a whole row, and none after each cell.

use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;

use super::cells;
use super::desk::Desk;
use super::listing::Key;
use crate::history::{Line, Row};
use crate::ui::{format, renders};

/// What may change while the row stands there.
#[derive(Clone, Debug, Default, PartialEq)]
struct Moving {
    place: Option<usize>,
    since_last: Option<Duration>,
    state: Arc<str>,
    tone: &'static str,
    round_trip: Option<Duration>,
    fold: Option<Fold>,
    is_chosen: bool,
    is_marked: bool,
}

/// The tokens of an answer in one line.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Fold {
    first: u64,
    last: u64,
    count: usize,
    is_open: bool,
}

fn moving(desk: Desk, key: Key) -> Moving {
    let is_chosen = desk.chosen.get() == Some(key);
    let is_marked = desk.marked.get() == Some(key.number) && !key.is_part;
    let (place, before, fold) = desk.with_listing(|listing| {
        let place = listing.place_of(key);
        let before = place.and_then(|place| place.checked_sub(1)).and_then(|place| listing.key_at(place));
        let fold = match listing.line(key.number).filter(|_| !key.is_part) {
            Some(&Line::Tokens { first, last, count }) => {
                Some(Fold { first, last, count, is_open: listing.is_open(key.number) })
            }
            _ => None,
        };
        (place, before, fold)
    });
    desk.with_recorder(|recorder| {
        let Some(row) = recorder.get(key.number) else {
            return Moving { place, fold, is_chosen, is_marked, ..Moving::default() };
        };
        let before = before.and_then(|before| recorder.get(before.number));
        let state = match cells::state(recorder, row) {
            "" => desk.own(key.number).and_then(|own| own.state).unwrap_or_default(),
            state => state.to_owned(),
        };
        Moving {
            place,
            since_last: before.map(|before| row.at.mono.since(before.at.mono)),
            tone: cells::tone(row, &state),
            state: state.into(),
            round_trip: recorder.round_trip(row),
            fold,
            is_chosen,
            is_marked,
        }
    })
}

/// The rows that are in the document, and one effect that brings them up to date. They come and go by the hundred while the
/// panel is open; what each of them read of the panel would be remembered for as long (`state/lasting.rs` says why).
#[derive(Clone, Copy)]
pub struct Rows {
    desk: Desk,
    all: StoredValue<Vec<(Key, ArcRwSignal<Moving>)>, LocalStorage>,
}

impl Rows {
    /// None yet.
    pub fn new(desk: Desk) -> Self {
        let all = StoredValue::new_local(Vec::<(Key, ArcRwSignal<Moving>)>::new());
        Effect::new(move |_| {
            desk.track();
            all.with_value(|all| {
                for (key, row) in all {
                    let now = moving(desk, *key);
                    if row.with_untracked(|known| *known != now) {
                        row.set(now);
                    }
                }
            });
        });
        Self { desk, all }
    }

    /// What may change in one more row, for as long as its component lives.
    fn add(&self, key: Key) -> ArcRwSignal<Moving> {
        let (desk, all) = (self.desk, self.all);
        let row = ArcRwSignal::new(untrack(|| moving(desk, key)));
        all.update_value(|all| all.push((key, row.clone())));
        let own = row.clone();
        on_cleanup(move || {
            all.try_update_value(|all| all.retain(|(_, known)| *known != own));
        });
        row
    }
}

/// What stays as it is.
#[derive(Default)]
struct Fixed {
    time: Arc<str>,
    sign: &'static str,
    direction: &'static str,
    kind: Arc<str>,
    size: Arc<str>,
    summary: Arc<str>,
}

impl Fixed {
    fn of(row: &Row, desk: Desk) -> Self {
        let (sign, direction) = cells::direction(row);
        Self {
            time: cells::time_of_day(row.at.wall, desk.utc_offset_minutes).into(),
            sign,
            direction,
            kind: cells::kind(row).into(),
            size: row.size().map(cells::size).unwrap_or_default().into(),
            summary: cells::summary(row).into(),
        }
    }
}

/// The row named by `key`.
#[component]
pub fn TableRow(
    /// Which row of the listing.
    key: Key,
    /// Those that it stands among.
    rows: Rows,
) -> impl IntoView {
    renders::count("TableRow");
    let desk = rows.desk;
    // The first rows of a fold may be gone from the record while the fold is still there.
    let row = desk.with_recorder_untracked(|recorder| {
        let number = key.number.max(recorder.numbers().start);
        recorder.get(number).map(|row| Fixed::of(row, desk)).unwrap_or_default()
    });
    let id: Arc<str> = desk.element_id(&row_name(key)).into();
    let moving = rows.add(key);
    move || {
        let Moving { place, since_last, state, tone, round_trip, fold, is_chosen, is_marked } = moving.get();
        let Fixed { time, sign, direction, kind, size, summary } = &row;
        let summary = fold.map_or_else(|| summary.clone(), |fold| desk.said(fold.first..=fold.last).into());
        let size = if fold.is_none() { size.clone() } else { Arc::default() };
        view! {
            <div
                role="row"
                class="debugger-row"
                class:chosen=is_chosen
                class:marked=is_marked
                class:part=key.is_part
                id=id.clone()
                data-testid="debugger-row"
                data-type=kind.clone()
                data-state=state
                data-tone=tone
                aria-rowindex=place.map(|place| (place + 2).to_string())
                aria-selected=is_chosen.to_string()
                on:click=move |_| desk.open_details(key)
            >
                <span role="gridcell" class="number">{time.clone()}</span>
                <span role="gridcell" class="number">{since_last.map(|span| format!("+{}", format::span(span)))}</span>
                <span role="gridcell" class="debugger-direction" data-direction=*direction>
                    <span aria-hidden="true">{*sign}</span>
                    <span class="debugger-word">{*direction}</span>
                </span>
                <span role="gridcell" class="debugger-type">
                    {fold.map(|fold| fold_button(desk, key, fold))} <span>{kind.clone()}</span>
                </span>
                <span role="gridcell" class="number">{size}</span>
                <span role="gridcell" class="debugger-state">{state.clone()}</span>
                <span role="gridcell" class="number">{round_trip.map(format::span)}</span>
                <span role="gridcell" class="debugger-summary">{summary}</span>
            </div>
        }
    }
}

/// Opens and closes a fold.
fn fold_button(desk: Desk, key: Key, Fold { count, is_open, .. }: Fold) -> impl IntoView {
    view! {
        <button
            class="debugger-fold"
            type="button"
            tabindex="-1"
            data-testid="debugger-fold"
            aria-expanded=is_open.to_string()
            aria-label=format!("{count} tokens")
            on:click=move |event| {
                event.stop_propagation();
                desk.chosen.set(Some(key));
                desk.set_open(key.number, !is_open);
            }
        >
            {if is_open { "▾" } else { "▸" }}
            {format!(" {count} ×")}
        </button>
    }
}

/// A row's name among the elements of its panel.
pub fn row_name(key: Key) -> String {
    format!("{}-{}", if key.is_part { "part" } else { "row" }, key.number)
}
