//! The chosen row: what it is, its frame, the life of its message, and how it differs from another.

use leptos::prelude::*;

use super::cells;
use super::compare::Compare;
use super::desk::{Desk, use_desk};
use super::frame::FrameView;
use super::life::{LifeView, MessageLink};
use crate::history::{Own, Recorder, Row, RowKind, What, cause, life, partner, shown_text};
use crate::link::MessageId;
use crate::ui::format;

/// What does not change of the chosen row.
struct Chosen {
    facts: Vec<(&'static str, String)>,
    frame: Option<String>,
    words: Option<String>,
    message: Option<MessageId>,
    /// Rows that came in and answer a message point to it.
    answers: bool,
}

impl Chosen {
    fn of(desk: Desk, recorder: &Recorder, row: &Row, own: Option<Own>) -> Self {
        let mut facts = vec![
            ("Type", cells::kind(row).to_owned()),
            ("Way", cells::direction(row).1.to_owned()),
            (
                "Time",
                format!("{} {}", format::day(row.at.wall), cells::time_of_day(row.at.wall, desk.utc_offset_minutes)),
            ),
        ];
        facts.extend(row.size().map(|size| ("Size", format!("{size} bytes"))));
        facts.extend(row.conn().filter(|conn| conn.0 > 0).map(|conn| ("Connection", conn.to_string())));
        if let RowKind::FrameIn { seq, what: What::Event | What::Replay, .. } = &row.kind {
            facts.extend(seq.map(|seq| ("Number of Coda's", seq.to_string())));
            facts.push(("Coda's run", recorder.epoch_of(row.number).to_string()));
        }
        // Where the whole life is known, it says more.
        let has_life =
            |own: &Own| own.mono.is_some() && row.message().is_some_and(|id| recorder.state_of(id).is_some());
        if let Some(own) = own.filter(|own| !has_life(own)) {
            let fields = [
                ("Message", own.message),
                ("Component", own.component),
                ("Action", own.action),
                ("State at the export", own.state),
            ];
            facts.extend(fields.into_iter().filter_map(|(name, value)| Some((name, value?))));
        }
        let text = || shown_text(row).into_owned();
        let has_text = row.frame().is_some_and(|frame| !frame.is_empty());
        Self {
            facts,
            frame: has_text.then(text),
            words: (!has_text).then(text),
            message: row.message(),
            answers: matches!(row.kind, RowKind::FrameIn { .. }),
        }
    }
}

/// The chosen row.
#[component]
pub fn ChosenDetails() -> impl IntoView {
    let desk = use_desk();
    let number = Memo::new(move |_| desk.chosen.get().map(|key| key.number));
    move || match number.get() {
        None => view! {
            <p class="field-hint">
                "No row is chosen. Press one in the table, or go there by the arrow keys and press Enter."
            </p>
        }
        .into_any(),
        Some(number) => view! { <RowDetails number /> }.into_any(),
    }
}

#[component]
fn RowDetails(number: u64) -> impl IntoView {
    let desk = use_desk();
    let own = untrack(|| desk.own(number));
    let chosen =
        desk.with_recorder_untracked(|recorder| recorder.get(number).map(|row| Chosen::of(desk, recorder, row, own)));
    let Some(Chosen { facts, frame, words, message, answers }) = chosen else {
        return view! { <p class="field-hint">"This row is gone: the record had to make room for newer ones."</p> }
            .into_any();
    };
    let linked = desk.with_recorder_untracked(|recorder| {
        let row = recorder.get(number)?;
        Some((partner(recorder, row), cause(recorder, row)))
    });
    let (partner, cause) = linked.unwrap_or_default();
    let is_hidden = move || desk.with_listing(|listing| listing.line_with(number).is_none());
    let known = Memo::new(move |_| message.and_then(|id| desk.with_recorder(|recorder| life(recorder, id))));
    let is_known = Memo::new(move |_| known.with(Option::is_some));
    let mark =
        move |_| desk.marked.update(|marked| *marked = if *marked == Some(number) { None } else { Some(number) });
    view! {
        <div class="debugger-details" data-testid="debugger-details">
            <dl class="kv">
                <dt>"Row"</dt>
                <dd>
                    {number}
                    {move || is_hidden().then_some(" (not let through by the filter)")}
                </dd>
                {facts.into_iter().map(|(name, value)| view! { <dt>{name}</dt><dd>{value}</dd> }).collect_view()}
                {message
                    .filter(|_| answers)
                    .map(|id| {
                        view! {
                            <dt>"Answers"</dt>
                            <dd>
                                <MessageLink id />
                            </dd>
                        }
                    })}
                {partner
                    .map(|partner| {
                        view! {
                            <dt>"Belongs to"</dt>
                            <dd>
                                <button
                                    class="link-button"
                                    type="button"
                                    data-testid="debugger-partner"
                                    on:click=move |_| desk.jump(partner)
                                >
                                    {format!("{}, its other end", desk.row_label(partner))}
                                </button>
                            </dd>
                        }
                    })}
                {cause
                    .map(|id| {
                        view! {
                            <dt>"Turn of"</dt>
                            <dd>
                                <MessageLink id />
                            </dd>
                        }
                    })}
            </dl>
            <div class="actions">
                <button
                    class="button small"
                    type="button"
                    data-testid="debugger-mark"
                    aria-pressed=move || (desk.marked.get() == Some(number)).to_string()
                    on:click=mark
                >
                    {move || if desk.marked.get() == Some(number) { "Marked as A" } else { "Mark as A to compare" }}
                </button>
            </div>
            <Compare number />
            {words.map(|words| view! { <p class="debugger-words">{words}</p> })}
            <Show when=move || is_known.get()>
                <LifeView life=known />
            </Show>
            {frame.map(|text| view! { <FrameView text /> })}
        </div>
    }
    .into_any()
}
