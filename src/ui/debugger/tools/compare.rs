//! Compares the record on view with a second recording.

use std::collections::BTreeSet;

use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use crate::analysis::{Both, DifferenceKind, RecordDifference};
use crate::history::{Imported, Recorder, shorten, shown_text};
use crate::state::Compared;
use crate::ui::components::ShowMore;
use crate::ui::debugger::row_button::RowButton;
use crate::ui::debugger::state::{DebuggerState, use_debugger};
use crate::ui::debugger::table::cells;
use crate::ui::debugger::tools::kept_records::{KeptRecord, KeptRecordSelect};
use crate::ui::debugger::tools::opened_file::{self, FileError, open, parse};
use crate::ui::files::chosen;
use crate::ui::format;

/// Number of differences shown at first, and added by "Show more".
const STEP: usize = 100;
/// Upper limit of characters of the other record's row.
const ROW_CHARS: usize = 2_000;
/// Upper limit of characters of a turn's words.
const WORDS_CHARS: usize = 100;

/// Reads the record on view with its name and source number.
fn with_left<R>(debugger: DebuggerState, read: impl FnOnce((String, &Recorder, u64)) -> R) -> R {
    untrack(|| {
        let name = debugger.with_loaded(|loaded| loaded.name.clone()).unwrap_or_else(|| "this session".to_owned());
        let source = debugger.source();
        debugger.with_recorder(|recorder| read((name, recorder, source)))
    })
}

async fn compare_file(debugger: DebuggerState, file: web_sys::File) -> Result<(), FileError> {
    let (name, imported) = open(&file).await?;
    compare(debugger, name, &imported);
    Ok(())
}

async fn compare_kept(debugger: DebuggerState, name: String, record: KeptRecord) -> Result<(), FileError> {
    let text = record.text(debugger.context.kept).await?;
    let (name, imported) = parse(name, &text)?;
    compare(debugger, name, &imported);
    Ok(())
}

fn compare(debugger: DebuggerState, name: String, imported: &Imported) {
    let compared = with_left(debugger, |left| {
        // Two files of one name are told apart.
        let name = if left.0 == name { format!("{name} (second)") } else { name };
        Compared::new(name, imported, left)
    });
    debugger.context.compared.set(compared);
}

#[component]
pub fn CompareRecords() -> impl IntoView {
    let debugger = use_debugger();
    let store = debugger.context.compared;
    let error = RwSignal::new(None::<FileError>);
    let choose = move |event: leptos::ev::Event| {
        let Some(file) = chosen(&event) else { return };
        spawn_local(async move {
            let outcome = compare_file(debugger, file).await;
            // The panel may have been disposed meanwhile.
            let _ = error.try_set(outcome.err());
        });
    };
    let has_result = Memo::new(move |_| store.with(|_| ()).is_some());
    let words = move || {
        store.with(|compared| {
            let count = format::counted(compared.comparison.differences.len(), "difference");
            let Both { left, right } = &compared.names;
            let damaged = match compared.errors {
                0 => String::new(),
                errors => format!(" {} of {right} could not be read.", format::counted(errors, "part")),
            };
            format!("{count} between {left} ({}) and {right}.{damaged}", format::counted(compared.rows, "row"))
        })
    };
    let is_other_source = Memo::new(move |_| {
        let source = debugger.source();
        store.with(|compared| compared.source != source).unwrap_or_default()
    });
    let file_id = debugger.element_id("compare-file");
    let pick = Callback::new(move |(name, record): (String, KeptRecord)| {
        spawn_local(async move {
            let outcome = compare_kept(debugger, name, record).await;
            let _ = error.try_set(outcome.err());
        });
    });
    view! {
        <div class="debugger-details" data-testid="debugger-comparison">
            <section class="debugger-part">
                <p class="field-hint">
                    "Compares the record in the table with a second recording. Aligns both by turns and messages. Ignores times, IDs and measurements."
                </p>
                <div class="field">
                    <label for=file_id.clone()>"A second recording: JSON Lines or HAR"</label>
                    <input
                        id=file_id
                        type="file"
                        accept=opened_file::ENDINGS
                        data-testid="compare-file"
                        on:change=choose
                    />
                </div>
                <KeptRecordSelect
                    kept=debugger.context.kept
                    id=debugger.element_id("compare-kept")
                    label="Or one stored in this browser"
                    test_id="compare-kept"
                    picked=pick
                />
                <Show when=move || has_result.get()>
                    <div class="actions">
                        <button
                            class="button small"
                            type="button"
                            data-testid="compare-again"
                            on:click=move |_| with_left(debugger, |left| store.compare_again(left))
                        >
                            "Compare again"
                        </button>
                        <button
                            class="button small"
                            type="button"
                            data-testid="compare-close"
                            on:click=move |_| store.close()
                        >
                            "Close the second recording"
                        </button>
                    </div>
                </Show>
                <p class="debugger-fate" role="status" data-testid="compare-told">
                    {move || match error.get() {
                        Some(error) => view! { <span class="field-error">{error.to_string()}</span> }.into_any(),
                        None => view! { <span>{words}</span> }.into_any(),
                    }}
                </p>
                <Show when=move || is_other_source.get()>
                    <p class="field-hint">
                        "The table shows a different record from the one compared, so its rows cannot be opened. Click “Compare again” to compare the current one."
                    </p>
                </Show>
            </section>
            <Show when=move || has_result.get()>
                <Differences is_other_source />
            </Show>
        </div>
    }
}

/// The differences of a turn that pass the filter, by their places.
type Group = (Option<usize>, Vec<usize>);

/// Groups consecutive differences of the same turn.
fn grouped(places: impl Iterator<Item = (Option<usize>, usize)>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (turn, place) in places {
        match groups.last_mut() {
            Some((last, places)) if *last == turn => places.push(place),
            _ => groups.push((turn, vec![place])),
        }
    }
    groups
}

#[component]
fn Differences(is_other_source: Memo<bool>) -> impl IntoView {
    let debugger = use_debugger();
    let store = debugger.context.compared;
    let hidden = RwSignal::new(BTreeSet::<DifferenceKind>::new());
    let limit = RwSignal::new(STEP);
    let matching = Memo::new(move |_| {
        let places = store.with(|compared| {
            let differences = compared.comparison.differences.iter().enumerate();
            let shown =
                differences.filter(|(_, difference)| !hidden.with(|hidden| hidden.contains(&difference.kind())));
            shown.map(|(place, difference)| (difference.turn, place)).collect::<Vec<_>>()
        });
        places.unwrap_or_default()
    });
    // Another comparison may have other differences in the same places.
    let groups = Memo::new(move |_| {
        (store.revision(), matching.with(|matching| grouped(matching.iter().copied().take(limit.get()))))
    });
    let first =
        Memo::new(move |_| (store.revision(), store.with(|compared| compared.comparison.first_divergence).flatten()));
    let is_equal =
        Memo::new(move |_| store.with(|compared| compared.comparison.differences.is_empty()).unwrap_or_default());
    view! {
        <section class="debugger-part" data-testid="compare-first">
            <h3>"First divergence"</h3>
            {move || match first.get().1 {
                Some(place) => view! {
                    <ul class="findings">
                        <DifferenceView place is_other_source />
                    </ul>
                }
                .into_any(),
                None if is_equal.get() => view! { <p class="field-hint">"None: they are the same."</p> }.into_any(),
                None => view! { <p class="field-hint">"None: only times differ."</p> }.into_any(),
            }}
        </section>
        <Show when=move || !is_equal.get()>
            <KindFilter hidden />
            {move || {
                groups
                    .get()
                    .1
                    .into_iter()
                    .map(|(turn, places)| {
                        view! {
                            <section class="debugger-part" data-testid="compare-turn">
                                <h3>{turn_title(turn, debugger)}</h3>
                                <ul class="findings">
                                    {places
                                        .into_iter()
                                        .map(|place| view! { <DifferenceView place is_other_source /> })
                                        .collect_view()}
                                </ul>
                            </section>
                        }
                    })
                    .collect_view()
            }}
            <ShowMore limit step=STEP total=Signal::derive(move || matching.with(Vec::len)) />
        </Show>
    }
}

fn turn_title(turn: Option<usize>, debugger: DebuggerState) -> String {
    let words = |place: usize| {
        let words = debugger
            .context
            .compared
            .with(|compared| compared.comparison.turns.get(place).map(|turn| turn.words.clone()));
        match words.flatten().flatten() {
            Some(words) => format!("Turn {place}: “{}”", shorten(&words, WORDS_CHARS)),
            None => format!("Turn {place}: without words"),
        }
    };
    untrack(|| match turn {
        None => "In all turns".to_owned(),
        Some(0) => "Before the first turn".to_owned(),
        Some(place) => words(place),
    })
}

/// A checkbox for each kind of which there are differences.
#[component]
fn KindFilter(hidden: RwSignal<BTreeSet<DifferenceKind>>) -> impl IntoView {
    let store = use_debugger().context.compared;
    let counts = Memo::new(move |_| {
        let count = |kind: DifferenceKind| {
            let of_kind = |difference: &&RecordDifference| difference.kind() == kind;
            store.with(|compared| compared.comparison.differences.iter().filter(of_kind).count()).unwrap_or_default()
        };
        DifferenceKind::ALL.map(|kind| (kind, count(kind))).to_vec()
    });
    view! {
        <fieldset class="compare-kinds">
            <legend>"Show"</legend>
            {move || {
                counts
                    .get()
                    .into_iter()
                    .filter(|(_, count)| *count > 0)
                    .map(|(kind, count)| {
                        let toggle = move |event| {
                            let is_shown = event_target_checked(&event);
                            hidden
                                .update(|hidden| {
                                    if is_shown { hidden.remove(&kind) } else { hidden.insert(kind) };
                                });
                        };
                        view! {
                            <label>
                                <input
                                    type="checkbox"
                                    data-testid=format!("compare-{}", kind.name())
                                    prop:checked=move || !hidden.with(|hidden| hidden.contains(&kind))
                                    on:change=toggle
                                />
                                {format!("{} ({})", kind.title(), format::number(count))}
                            </label>
                        }
                    })
                    .collect_view()
            }}
        </fieldset>
    }
}

/// The row of the second record.
struct OtherRow {
    label: String,
    text: String,
}

#[component]
fn DifferenceView(
    /// Place among the differences.
    place: usize,
    is_other_source: Memo<bool>,
) -> impl IntoView {
    let debugger = use_debugger();
    let found = untrack(|| {
        debugger.context.compared.with(|compared| {
            let difference = compared.comparison.differences.get(place)?;
            let words = difference.describe(Both { left: &compared.names.left, right: &compared.names.right });
            let other = difference.rows.right.and_then(|number| compared.right().get(number)).map(|row| OtherRow {
                label: format!(
                    "{}: {} {}",
                    compared.names.right,
                    cells::time_of_day(row.at.wall, debugger.utc_offset_minutes),
                    cells::kind(row)
                ),
                text: shorten(&shown_text(row), ROW_CHARS),
            });
            Some((difference.kind(), words, difference.rows.left, other))
        })
    });
    let (kind, words, row, other) = found.flatten()?;
    let link = move || {
        row.filter(|_| !is_other_source.get()).map(|row| {
            view! {
                <div class="finding-rows">
                    <span class="field-hint">"Row"</span>
                    <RowButton number=row testid="compare-row" />
                </div>
            }
        })
    };
    Some(view! {
        <li class="finding" data-testid="difference" data-kind=kind.name()>
            <p>{words}</p>
            {link}
            {other
                .map(|OtherRow { label, text }| {
                    view! {
                        <details data-testid="compare-other">
                            <summary>{label}</summary>
                            <pre class="debugger-raw" tabindex="0" aria-label="Row of the second recording">
                                {text}
                            </pre>
                        </details>
                    }
                })}
        </li>
    })
}
