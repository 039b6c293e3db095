//! The chosen row: its payload, message, turn and raw frame, each in a tab.

use leptos::prelude::*;

use crate::history::{FrameClass, FrameMeta, Recorder, Row, RowKind, cause, counterpart, message_trace, shown_text};
use crate::link::MessageId;
use crate::ui::components::{TabList, panel_id, tab_id};
use crate::ui::debugger::details::annotation::{AnnotationView, BookmarkButton};
use crate::ui::debugger::details::compare::Compare;
use crate::ui::debugger::details::message_trace::{MessageLink, MessageTraceView};
use crate::ui::debugger::details::payload::{Payload, PayloadView, RawFrame};
use crate::ui::debugger::details::tab::DetailTab;
use crate::ui::debugger::details::turn::TurnBars;
use crate::ui::debugger::row_button::RowButton;
use crate::ui::debugger::state::{DebuggerState, use_debugger};
use crate::ui::debugger::table::cells;
use crate::ui::format;

/// The immutable part of the chosen row.
struct Chosen {
    facts: Vec<(&'static str, String)>,
    /// Redacted.
    frame: Option<String>,
    payload: Payload,
    message: Option<MessageId>,
    /// Whether the row is a frame from the server, which answers `message`.
    answers: bool,
}

impl Chosen {
    fn of(debugger: DebuggerState, recorder: &Recorder, row: &Row, meta: Option<FrameMeta>) -> Self {
        let mut facts = vec![
            ("Type", cells::kind(row).to_owned()),
            ("Direction", cells::direction(row).1.to_owned()),
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
            facts.extend(seq.map(|seq| ("Sequence number", seq.to_string())));
            facts.push(("Server run", recorder.epoch_of(row.number).to_string()));
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
            facts.push(("Origin", "synthetic: injected by you, never sent by Coda".to_owned()));
        }
        let has_text = row.frame().or(row.synthetic()).is_some_and(|frame| !frame.is_empty());
        Self {
            facts,
            frame: has_text.then(text),
            payload: Payload::of(row, has_text.then(text)),
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
            <p class="field-hint">"No row selected. Click one, or select it with the arrow keys and press Enter."</p>
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
    let Some(Chosen { facts, frame, payload, message, answers }) = chosen else {
        return view! { <p class="field-hint">"This row was discarded to make room for newer ones."</p> }.into_any();
    };
    let linked = debugger.with_recorder_untracked(|recorder| {
        let row = recorder.get(number)?;
        Some((counterpart(recorder, row), cause(recorder, row)))
    });
    let (counterpart, cause) = linked.unwrap_or_default();
    let trace_of = move |id: Option<MessageId>| {
        Memo::new(move |_| id.and_then(|id| debugger.with_recorder(|recorder| message_trace(recorder, id))))
    };
    let trace = trace_of(message);
    // The turn is that of the row's own message, or that of the message that caused the event.
    let turn_trace = trace_of(cause.or(message));
    let turn =
        Memo::new(move |_| turn_trace.with(|trace| trace.as_ref().map(|trace| trace.turn.clone()).unwrap_or_default()));
    let has_message = Memo::new(move |_| trace.with(Option::is_some));
    let has_turn = Memo::new(move |_| turn.with(|turn| !turn.is_empty()));
    let raw = frame.is_some();
    let tabs = move || {
        let tabs = [
            (DetailTab::Payload, "Payload", true),
            (DetailTab::Message, "Message", has_message.get()),
            (DetailTab::Turn, "Turn", has_turn.get()),
            (DetailTab::Raw, "Raw", raw),
        ];
        tabs.into_iter().filter(|(.., is_there)| *is_there).map(|(tab, name, _)| (tab, name)).collect::<Vec<_>>()
    };
    // The tab that was chosen last, as far as this row has it.
    let current = Memo::new(move |_| {
        let wanted = debugger.detail_tab.get();
        if tabs().iter().any(|(tab, _)| *tab == wanted) { wanted } else { DetailTab::Payload }
    });
    let list = debugger.element_id("details");
    let (panel_list, tab_list) = (list.clone(), list.clone());
    let name = move || tabs().into_iter().find(|(tab, _)| *tab == current.get()).map_or("Payload", |(_, name)| name);
    let facts = StoredValue::new((facts, message.filter(|_| answers), counterpart, cause));
    let (payload, frame) = (StoredValue::new(payload), StoredValue::new(frame));
    view! {
        <div class="debugger-details" data-testid="debugger-details">
            <DetailsHead number />
            {move || {
                view! {
                    <TabList
                        id=list.clone()
                        label="Views of the row"
                        tabs=tabs()
                        current
                        choose=move |tab: DetailTab| debugger.detail_tab.set(tab)
                    />
                }
            }}
            <div
                role="tabpanel"
                class="debugger-detail"
                id=move || panel_id(&panel_list, name())
                aria-labelledby=move || tab_id(&tab_list, name())
            >
                {move || match current.get() {
                    DetailTab::Payload => view! {
                        <PayloadView payload=payload.get_value() />
                        <Facts number facts />
                        <Compare number />
                    }
                    .into_any(),
                    DetailTab::Message => view! { <MessageTraceView trace /> }.into_any(),
                    DetailTab::Turn => {
                        (move || view! { <TurnBars bars=turn.get() /> }).into_any()
                    }
                    DetailTab::Raw => {
                        frame.get_value().map(|text| view! { <RawFrame text /> }).into_any()
                    }
                }}
            </div>
            <AnnotationView number />
        </div>
    }
    .into_any()
}

/// What the row is, and what can be done with it.
#[component]
fn DetailsHead(number: u64) -> impl IntoView {
    let debugger = use_debugger();
    let is_marked = move || debugger.marked.get() == Some(number);
    let mark = move |_| {
        debugger.marked.update(|marked| *marked = if *marked == Some(number) { None } else { Some(number) });
    };
    let is_hidden = move || debugger.with_listing(|listing| listing.line_with(number).is_none());
    view! {
        <header class="debugger-details-head">
            <h3>{debugger.row_label(number)}</h3>
            {move || is_hidden().then_some(view! { <span class="field-hint">"hidden by the filter"</span> })}
            <span class="debugger-space"></span>
            <BookmarkButton number />
            <button
                class="button small"
                type="button"
                data-testid="debugger-mark"
                aria-pressed=move || is_marked().to_string()
                on:click=mark
            >
                {move || if is_marked() { "Select another row" } else { "Compare with…" }}
            </button>
        </header>
    }
}

type LinkedFacts = (Vec<(&'static str, String)>, Option<MessageId>, Option<u64>, Option<MessageId>);

#[component]
fn Facts(number: u64, facts: StoredValue<LinkedFacts>) -> impl IntoView {
    let (facts, answers, counterpart, cause) = facts.get_value();
    let message = |name, id| view! { <dt>{name}</dt><dd><MessageLink id /></dd> };
    view! {
        <dl class="kv">
            <dt>"Row"</dt>
            <dd>{number}</dd>
            {facts.into_iter().map(|(name, value)| view! { <dt>{name}</dt><dd>{value}</dd> }).collect_view()}
            {answers.map(|id| message("Answers", id))}
            {counterpart
                .map(|counterpart| {
                    view! {
                        <dt>"Pair"</dt>
                        <dd>
                            <RowButton number=counterpart testid="debugger-partner" />
                        </dd>
                    }
                })}
            {cause.map(|id| message("Turn of", id))}
        </dl>
    }
}
