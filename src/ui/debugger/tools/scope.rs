//! Selections of the record's rows.

use leptos::prelude::*;

use crate::history::{Context, Recorder, Recording, Row, Statistics};
use crate::ui::debugger::state::{DebuggerState, use_debugger};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Rows that pass the filter.
    Shown,
    /// The chosen row, with all rows of its message.
    Chosen,
    All,
}

const SCOPES: [(&str, Scope); 3] =
    [("the filtered rows", Scope::Shown), ("the selected row", Scope::Chosen), ("the whole record", Scope::All)];

impl Scope {
    pub fn recording(self, debugger: DebuggerState) -> Recording {
        self.rows(debugger, |recorder, rows| Recording::of(recorder, rows))
    }

    /// Like [`recording`](Self::recording), with the answers to its messages.
    pub fn recording_with_answers(self, debugger: DebuggerState) -> Recording {
        self.rows(debugger, |recorder, rows| Recording::with_answers(recorder, rows))
    }

    pub fn statistics(self, debugger: DebuggerState) -> Statistics {
        self.rows(debugger, |_, rows| Statistics::of(rows.into_iter()))
    }

    fn rows<T>(self, debugger: DebuggerState, take: impl FnOnce(&Recorder, Vec<&Row>) -> T) -> T {
        let query = debugger.filter.query.get_untracked();
        let chosen = debugger.chosen.get_untracked();
        // A paused table shows the live record up to the pause.
        let until = debugger.paused_at.get_untracked().filter(|_| untrack(|| debugger.is_live()));
        debugger.with_recorder_untracked(|recorder| {
            let context = Context { recorder, utc_offset_minutes: debugger.utc_offset_minutes };
            let chosen = chosen.and_then(|key| recorder.get(key.number));
            let is_of_chosen = |row: &Row| {
                chosen.is_some_and(|chosen| {
                    chosen.number == row.number || (row.message().is_some() && row.message() == chosen.message())
                })
            };
            let rows = recorder.rows(..).filter(|row| match self {
                Self::All => true,
                Self::Shown => until.is_none_or(|until| row.number < until) && query.matches(row, &context),
                Self::Chosen => is_of_chosen(row),
            });
            take(recorder, rows.collect())
        })
    }
}

#[component]
pub fn ScopeSelect(
    /// Prefix of the element's id, and its test id.
    name: &'static str,
    label: &'static str,
    scope: RwSignal<Scope>,
    /// Called when the user picks another scope.
    #[prop(optional, into)]
    changed: Option<Callback<()>>,
) -> impl IntoView {
    let id = use_debugger().element_id(name);
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <select
                id=id
                data-testid=name
                on:change=move |event| {
                    let at: usize = event_target_value(&event).parse().unwrap_or_default();
                    if let Some((_, wanted)) = SCOPES.get(at) {
                        scope.set(*wanted);
                        if let Some(changed) = changed {
                            changed.run(());
                        }
                    }
                }
            >
                {SCOPES
                    .iter()
                    .enumerate()
                    .map(|(at, (name, _))| view! { <option value=at.to_string()>{*name}</option> })
                    .collect_view()}
            </select>
        </div>
    }
}
