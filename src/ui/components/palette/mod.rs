//! Command palette, and the list of keyboard shortcuts.

mod entries;

use leptos::ev::{self, KeyboardEvent};
use leptos::html::Input;
use leptos::prelude::*;

use crate::state::{TalkKey, use_websocket};
use crate::ui::address::{Address, use_page_navigate};
use crate::ui::app::DockOpen;
use crate::ui::components::dialog::{Dialog, DialogRef};
use crate::ui::debugger::SideOpener;
use entries::{PaletteAction, act, entries, find};

/// All shortcuts except the talk key.
const KEYS: [(&str, &str); 14] = [
    ("Ctrl K", "Commands and pages"),
    ("?", "This list"),
    ("Ctrl `", "Show or hide the debugger"),
    ("Enter", "In the text box: send"),
    ("Shift Enter", "In the text box: break the line"),
    ("Enter, Shift Enter", "In the search: to the next or the previous hit"),
    ("Escape", "Close what is open; in the search: clear it"),
    ("Tab", "To the next control"),
    ("↑ ↓ PgUp PgDn Home End", "In the debugger's table: to another row"),
    ("→ ←", "In the debugger's table: open or close a folded row"),
    ("Enter", "In the debugger's table: details of the row"),
    ("B", "In the debugger's table: set or remove a bookmark on the row"),
    ("N, Shift N", "In the debugger's table: to the next or the previous bookmark"),
    ("← → Home End", "In a chart: to another point"),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Open {
    Palette,
    Keys,
}

/// Clears `open` if `which` is still open. Another dialog may have replaced it.
fn ended(open: RwSignal<Option<Open>>, which: Open) {
    if open.get_untracked() == Some(which) {
        open.set(None);
    }
}

#[component]
pub fn Palette() -> impl IntoView {
    let open = RwSignal::new(None::<Open>);
    let dock = expect_context::<DockOpen>().0;
    let listener = window_event_listener(ev::keydown, move |event: KeyboardEvent| {
        let with_control = event.ctrl_key() || event.meta_key();
        let wanted = match event.key().as_str() {
            "k" | "K" if with_control => Some(Open::Palette),
            "?" if !is_typing(&event) => Some(Open::Keys),
            "`" if with_control => {
                event.prevent_default();
                dock.update(|open| *open = !*open);
                None
            }
            _ => None,
        };
        if wanted.is_some() {
            event.prevent_default();
            open.set(wanted);
        }
    });
    on_cleanup(move || listener.remove());
    view! {
        {move || {
            open.get()
                .map(|what| match what {
                    Open::Palette => view! { <Commands open /> }.into_any(),
                    Open::Keys => view! { <Keys open /> }.into_any(),
                })
        }}
    }
}

fn is_typing(event: &KeyboardEvent) -> bool {
    let target: web_sys::Element = event_target(event);
    matches!(target.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
}

/// Query parameter of the searches of the conversation and of the memories.
const SEARCH: &str = "q";

fn is_searching(address: Address) -> bool {
    !address.first(SEARCH).is_empty()
}

#[component]
fn Commands(open: RwSignal<Option<Open>>) -> impl IntoView {
    let context = use_websocket();
    let dock = expect_context::<DockOpen>().0;
    let go_to_page = use_page_navigate();
    let dialog = DialogRef::new();
    let field = NodeRef::<Input>::new();
    let typed = RwSignal::new(String::new());
    let at = RwSignal::new(0_usize);
    let (address, opener) = (Address::of_page(), expect_context::<SideOpener>());
    let all = StoredValue::new(entries(&context, untrack(|| is_searching(address))));
    let shown = Memo::new(move |_| typed.with(|typed| all.with_value(|all| find(all, typed))));
    let run = StoredValue::new_local(move |choice: PaletteAction| {
        dialog.close();
        match choice {
            PaletteAction::Go(path) => go_to_page(path),
            PaletteAction::Debug(part) => {
                if !opener.open(part) {
                    go_to_page("/debugger");
                }
            }
            PaletteAction::Dock => dock.update(|open| *open = !*open),
            PaletteAction::Keys => open.set(Some(Open::Keys)),
            PaletteAction::ClearSearch => address.set(SEARCH, ""),
            PaletteAction::Act(action) => act(&context, action),
        }
    });
    let run_at = move |index: usize| {
        if let Some(choice) = shown.with_untracked(|shown| shown.get(index).map(|entry| entry.choice)) {
            run.with_value(|run| run(choice));
        }
    };
    let on_key = move |event: KeyboardEvent| {
        let count = shown.with_untracked(Vec::len).max(1);
        match event.key().as_str() {
            "ArrowDown" => at.update(|at| *at = (*at + 1) % count),
            "ArrowUp" => at.update(|at| *at = (*at + count - 1) % count),
            "Enter" => run_at(at.get_untracked()),
            _ => return,
        }
        event.prevent_default();
        if let Some(chosen) = document().get_element_by_id(&format!("palette-{}", at.get_untracked())) {
            chosen.scroll_into_view_with_bool(false);
        }
    };
    view! {
        <Dialog dialog class="palette" label="Commands" on_close=move || ended(open, Open::Palette)>
            <input
                type="text"
                role="combobox"
                aria-expanded="true"
                aria-controls="palette-list"
                aria-activedescendant=move || format!("palette-{}", at.get())
                aria-label="Command or page"
                placeholder="Command or page"
                autofocus
                node_ref=field
                prop:value=typed
                on:input=move |event| {
                    at.set(0);
                    typed.set(event_target_value(&event));
                }
                on:keydown=on_key
            />
            <ul id="palette-list" role="listbox" aria-label="Commands">
                {move || {
                    shown
                        .get()
                        .into_iter()
                        .enumerate()
                        .map(|(index, entry)| {
                            view! {
                                <li
                                    id=format!("palette-{index}")
                                    role="option"
                                    aria-selected=move || (at.get() == index).to_string()
                                    on:click=move |_| run_at(index)
                                >
                                    {entry.label}
                                </li>
                            }
                        })
                        .collect_view()
                }}
            </ul>
            <p class="palette-nothing" role="status">
                {move || shown.with(Vec::is_empty).then_some("No page or command has these words.")}
            </p>
        </Dialog>
    }
}

#[component]
fn Keys(open: RwSignal<Option<Open>>) -> impl IntoView {
    let talk_key = use_websocket().settings.current.with_untracked(|settings| settings.talk_key.clone());
    let talk_key =
        (talk_key != TalkKey::NONE).then(|| (talk_key.to_string(), "Outside of text: talk (another key can be set)"));
    let dialog = DialogRef::new();
    view! {
        <Dialog dialog class="palette keys" labelled_by="keys-title" on_close=move || ended(open, Open::Keys)>
            <h2 id="keys-title">"Keys"</h2>
            <dl>
                {talk_key
                    .into_iter()
                    .chain(KEYS.map(|(key, what)| (key.to_owned(), what)))
                    .map(|(key, what)| {
                        view! {
                            <dt>
                                <kbd>{key}</kbd>
                            </dt>
                            <dd>{what}</dd>
                        }
                    })
                    .collect_view()}
            </dl>
            <form method="dialog">
                <button class="button" autofocus>
                    "Close"
                </button>
            </form>
        </Dialog>
    }
}
