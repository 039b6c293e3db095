//! The chosen row: its facts, frame, message trace and comparison.

use leptos::prelude::*;

use crate::history::{FrameClass, FrameMeta, Recorder, Row, RowKind, cause, counterpart, message_trace, shown_text};
use crate::link::MessageId;
use crate::ui::debugger::details::annotation::AnnotationView;
use crate::ui::debugger::details::compare::Compare;
use crate::ui::debugger::details::frame::FrameView;
use crate::ui::debugger::details::message_trace::{MessageLink, MessageTraceView};
use crate::ui::debugger::state::{DebuggerState, use_debugger};
use crate::ui::debugger::table::cells;
use crate::ui::format;

/// The immutable part of the chosen row.
struct Chosen {
    facts: Vec<(&'static str, String)>,
    frame: Option<String>,
    words: Option<String>,
    message: Option<MessageId>,
    /// Whether the row is a frame from the server, which answers `message`.
    answers: bool,
}

impl Chosen {
    fn of(debugger: DebuggerState, recorder: &Recorder, row: &Row, meta: Option<FrameMeta>) -> Self {
        let mut facts = vec![
            ("Type", cells::kind(row).to_owned()),
            ("Way", cells::direction(row).1.to_owned()),
            (
                "Time",
                format!(
                    "{} {}",
                    format::day(row.at.wall),
                    cells::time_of_day(row.at.wall, debugger.utc_offset_minutes)
                ),
            ),
        ];
        facts.extend(row.size().map(|size| ("Size", format!("{size} bytes"))));
        facts.extend(row.conn().filter(|conn| conn.0 > 0).map(|conn| ("Connection", conn.to_string())));
        if let RowKind::FrameIn { seq, class: FrameClass::Event | FrameClass::Replay, .. } = &row.kind {
            facts.extend(seq.map(|seq| ("Number of Coda's", seq.to_string())));
            facts.push(("Coda's run", recorder.epoch_of(row.number).to_string()));
        }
        // Skipped where the full message trace is known, which says more.
        let has_trace =
            |meta: &FrameMeta| meta.mono.is_some() && row.message().is_some_and(|id| recorder.state_of(id).is_some());
        if let Some(meta) = meta.filter(|meta| !has_trace(meta)) {
            let fields = [
                ("Message", meta.message),
                ("Component", meta.component),
                ("Action", meta.action),
                ("State at the export", meta.state),
            ];
            facts.extend(fields.into_iter().filter_map(|(name, value)| Some((name, value?))));
        }
        let text = || shown_text(row).into_owned();
        if row.synthetic().is_some() {
            facts.push(("Origin", "synthetic: given to this page by its user, never sent by Coda".to_owned()));
        }
        let has_text = row.frame().or(row.synthetic()).is_some_and(|frame| !frame.is_empty());
        Self {
            facts,
            frame: has_text.then(text),
            words: (!has_text).then(text),
            message: row.message(),
            answers: matches!(row.kind, RowKind::FrameIn { .. }),
        }
    }
}

#[component]
pub fn ChosenDetails() -> impl IntoView {
    let debugger = use_debugger();
    let number = Memo::new(move |_| debugger.chosen.get().map(|key| key.number));
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
    let debugger = use_debugger();
    let meta = untrack(|| debugger.meta(number));
    let chosen = debugger
        .with_recorder_untracked(|recorder| recorder.get(number).map(|row| Chosen::of(debugger, recorder, row, meta)));
    let Some(Chosen { facts, frame, words, message, answers }) = chosen else {
        return view! { <p class="field-hint">"This row is gone: the record had to make room for newer ones."</p> }
            .into_any();
    };
    let linked = debugger.with_recorder_untracked(|recorder| {
        let row = recorder.get(number)?;
        Some((counterpart(recorder, row), cause(recorder, row)))
    });
    let (counterpart, cause) = linked.unwrap_or_default();
    let is_hidden = move || debugger.with_listing(|listing| listing.line_with(number).is_none());
    let known =
        Memo::new(move |_| message.and_then(|id| debugger.with_recorder(|recorder| message_trace(recorder, id))));
    let is_known = Memo::new(move |_| known.with(Option::is_some));
    let mark =
        move |_| debugger.marked.update(|marked| *marked = if *marked == Some(number) { None } else { Some(number) });
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
                {counterpart
                    .map(|counterpart| {
                        view! {
                            <dt>"Belongs to"</dt>
                            <dd>
                                <button
                                    class="link-button"
                                    type="button"
                                    data-testid="debugger-partner"
                                    on:click=move |_| debugger.jump(counterpart)
                                >
                                    {format!("{}, its other end", debugger.row_label(counterpart))}
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
            <AnnotationView number />
            <div class="actions">
                <button
                    class="button small"
                    type="button"
                    data-testid="debugger-mark"
                    aria-pressed=move || (debugger.marked.get() == Some(number)).to_string()
                    on:click=mark
                >
                    {move || if debugger.marked.get() == Some(number) { "Marked as A" } else { "Mark as A to compare" }}
                </button>
            </div>
            <Compare number />
            {words.map(|words| view! { <p class="debugger-words">{words}</p> })}
            <Show when=move || is_known.get()>
                <MessageTraceView trace=known />
            </Show>
            {frame.map(|text| view! { <FrameView text /> })}
        </div>
    }
    .into_any()
}
