//! Filter field with completions.

use leptos::ev::KeyboardEvent;
use leptos::html::Input;
use leptos::prelude::*;

use crate::history::PartialWord;
use crate::ui::debugger::filter::filter_state::FilterState;
use crate::ui::debugger::state::use_debugger;

#[derive(Clone, Copy)]
struct Field {
    filter: FilterState,
    input: NodeRef<Input>,
    begun: RwSignal<PartialWord>,
    active: RwSignal<Option<usize>>,
}

impl Field {
    fn close(self) {
        self.begun.set(PartialWord::default());
        self.active.set(None);
    }

    /// Accepts the text as it is.
    fn leave(self) {
        self.close();
        self.filter.finish();
    }

    /// Looks up completions for the word at the cursor.
    fn look(self) {
        let Some(input) = self.input.get_untracked() else { return };
        let cursor = input.selection_end().ok().flatten().map_or(usize::MAX, |cursor| cursor as usize);
        self.begun.set(PartialWord::at(&input.value(), cursor));
        self.active.set(None);
    }

    fn take(self, at: usize) {
        let begun = self.begun.get_untracked();
        let Some(candidate) = begun.candidates.get(at) else { return };
        let (text, goes_on) = begun.take(&self.filter.text.get_untracked(), &candidate.text);
        self.filter.type_in(&text);
        self.close();
        if let Some(input) = self.input.get_untracked() {
            input.set_value(&text);
            let _ = input.focus();
        }
        if goes_on {
            self.look();
        }
    }

    fn pressed(self, event: &KeyboardEvent) {
        let count = self.begun.with_untracked(|begun| begun.candidates.len());
        let at = self.active.get_untracked().filter(|at| *at < count);
        match (event.key().as_str(), at) {
            ("ArrowDown", _) if count == 0 => self.look(),
            ("ArrowDown", at) => self.active.set(Some(at.map_or(0, |at| (at + 1) % count))),
            ("ArrowUp", at) if count > 0 => self.active.set(Some(at.map_or(count - 1, |at| (at + count - 1) % count))),
            ("Enter" | "Tab", Some(at)) => self.take(at),
            ("Enter", None) => self.leave(),
            ("Escape", _) if count > 0 => self.close(),
            ("Escape", _) if self.filter.text.with_untracked(|text| !text.is_empty()) => self.filter.set(""),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    }
}

/// Arrow keys with Enter or Tab complete; Escape closes the list, then clears the field.
#[component]
pub fn FilterField(
    id: String,
    /// Id of the error's element.
    described_by: String,
) -> impl IntoView {
    let debugger = use_debugger();
    let filter = debugger.filter;
    let input = NodeRef::<Input>::new();
    let field = Field { filter, input, begun: RwSignal::new(PartialWord::default()), active: RwSignal::new(None) };
    let list = debugger.element_id("ways");
    let option_id = move |at: usize| debugger.element_id(&format!("way-{at}"));
    let is_open = Memo::new(move |_| field.begun.with(|begun| !begun.candidates.is_empty()));
    let candidates = move || {
        let candidate = |(at, candidate): (usize, crate::history::Completion)| {
            view! {
                <li
                    role="option"
                    id=option_id(at)
                    aria-selected=move || (field.active.get() == Some(at)).to_string()
                    on:pointerdown=move |event| {
                        event.prevent_default();
                        field.take(at);
                    }
                >
                    <code>{candidate.text}</code>
                    <span>{candidate.explanation}</span>
                </li>
            }
        };
        field.begun.get().candidates.into_iter().enumerate().map(candidate).collect_view()
    };
    // Scrolls the active option into view.
    Effect::new(move |_| {
        let active = field.active.get().and_then(|at| document().get_element_by_id(&option_id(at)));
        if let Some((active, list)) = active.and_then(|active| active.parent_element().map(|list| (active, list))) {
            let (from, to) = (list.scroll_top(), list.scroll_top() + list.client_height());
            let active: web_sys::HtmlElement = wasm_bindgen::JsCast::unchecked_into(active);
            if active.offset_top() < from {
                list.set_scroll_top(active.offset_top());
            } else if active.offset_top() + active.offset_height() > to {
                list.set_scroll_top(active.offset_top() + active.offset_height() - list.client_height());
            }
        }
    });
    view! {
        <div class="debugger-filter-field">
            <input
                id=id
                type="text"
                role="combobox"
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                placeholder="e.g. type:stt* rtt>200"
                data-testid="debugger-filter"
                node_ref=input
                prop:value=filter.text
                aria-autocomplete="list"
                aria-expanded=move || is_open.get().to_string()
                aria-controls=list.clone()
                aria-activedescendant=move || field.active.get().map(option_id)
                aria-invalid=move || filter.error.with(Option::is_some).to_string()
                aria-describedby=described_by
                on:input=move |event| {
                    filter.type_in(&event_target_value(&event));
                    field.look();
                    // All terms at once would be in the way. An arrow key asks for them.
                    if field.begun.with_untracked(PartialWord::is_empty) {
                        field.close();
                    }
                }
                on:keydown=move |event| field.pressed(&event)
                on:blur=move |_| field.leave()
            />
            <ul class="debugger-ways" role="listbox" id=list aria-label="Completions" hidden=move || !is_open.get()>
                {candidates}
            </ul>
        </div>
    }
}
