//! Command palette, and the list of keyboard shortcuts.

mod entries;

use leptos::ev::{self, KeyboardEvent};
use leptos::html::Input;
use leptos::prelude::*;

use crate::browser::storage::{Area, read_list, write_list};
use crate::state::{TalkKey, use_websocket};
use crate::ui::address::{Address, use_page_navigate};
use crate::ui::app::DockOpen;
use crate::ui::components::Icon;
use crate::ui::components::dialog::{Dialog, DialogRef};
use crate::ui::debugger::SideOpener;
use entries::{Entry, GROUPS, PaletteAction, act, entries, find};

/// All shortcuts except the talk key.
const KEYS: [(&str, &str); 14] = [
    ("Ctrl K", "Search pages and commands"),
    ("?", "Keyboard shortcuts"),
    ("Ctrl `", "Show or hide the debugger"),
    ("Enter", "In the message box: send"),
    ("Shift Enter", "In the message box: new line"),
    ("Enter, Shift Enter", "In search: next or previous match"),
    ("Escape", "Close, clear, or stop Coda's speech"),
    ("Tab", "Next control"),
    ("↑ ↓ PgUp PgDn Home End", "In the debugger: select another row"),
    ("→ ←", "In the debugger: expand or collapse a row"),
    ("Enter", "In the debugger: show details"),
    ("B", "In the debugger: bookmark the row"),
    ("N, Shift N", "In the debugger: next or previous bookmark"),
    ("← → Home End", "In a chart: move along it"),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Open {
    Palette,
    Keys,
}

/// Opens the palette from other parts of the page.
#[derive(Clone, Copy)]
pub struct PaletteOpener(RwSignal<Option<Open>>);

impl PaletteOpener {
    /// Provides the context.
    pub fn provide() {
        provide_context(Self(RwSignal::new(None)));
    }

    pub fn open(&self) {
        self.0.set(Some(Open::Palette));
    }
}

/// Clears `open` if `which` is still open. Another dialog may have replaced it.
fn ended(open: RwSignal<Option<Open>>, which: Open) {
    if open.get_untracked() == Some(which) {
        open.set(None);
    }
}

#[component]
pub fn Palette() -> impl IntoView {
    let open = expect_context::<PaletteOpener>().0;
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

/// Storage key of the entries used last, newest first.
const RECENT_KEY: &str = "coda.palette.recent";
const RECENT: usize = 5;

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
    let recent = StoredValue::new(read_list::<String>(Area::Local, RECENT_KEY));
    // Without words, what was used last comes first. With some, the conversation can be searched for them.
    let shown = Memo::new(move |_| {
        typed.with(|typed| {
            let mut found = all.with_value(|all| find(all, typed));
            if typed.trim().is_empty() {
                recent.with_value(|recent| {
                    let place = |entry: &Entry| recent.iter().position(|label| *label == entry.label).unwrap_or(RECENT);
                    let group = |entry: &Entry| GROUPS.iter().position(|group| *group == entry.group());
                    found.sort_by_key(|entry| (place(entry), group(entry)));
                });
            } else {
                found.push(Entry::search(typed.trim()));
            }
            found
        })
    });
    // The group that begins with an entry. Matches are in the order in which they fit, without groups.
    let heading = move |index: usize| {
        let count = recent.with_value(|recent| recent.len().min(RECENT));
        shown.with(|shown| match index {
            _ if typed.with(|typed| !typed.trim().is_empty()) => None,
            0 if count > 0 => Some("Recent"),
            index if index < count => None,
            index => {
                let group = shown.get(index).map(Entry::group);
                let before = index.checked_sub(1).filter(|before| *before >= count);
                group.filter(|_| before.and_then(|before| shown.get(before)).map(Entry::group) != group)
            }
        })
    };
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
            PaletteAction::Search => {
                let words = js_sys::encode_uri_component(typed.get_untracked().trim());
                go_to_page(&format!("/?{SEARCH}={words}"));
            }
            PaletteAction::Act(action) => act(&context, action),
        }
    });
    let run_at = move |index: usize| {
        if let Some(entry) = shown.with_untracked(|shown| shown.get(index).cloned()) {
            if entry.choice != PaletteAction::Search {
                recent.update_value(|recent| {
                    recent.retain(|label| *label != entry.label);
                    recent.insert(0, entry.label.clone());
                    recent.truncate(RECENT);
                    // Where nothing can be stored, the palette begins with the pages.
                    let _ = write_list(Area::Local, RECENT_KEY, recent);
                });
            }
            run.with_value(|run| run(entry.choice));
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
                aria-label="Search pages and commands"
                placeholder="Search pages and commands"
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
                            let icon = entry.icon();
                            view! {
                                {heading(index).map(|group| view! { <li role="presentation" class="palette-group">{group}</li> })}
                                <li
                                    id=format!("palette-{index}")
                                    role="option"
                                    aria-selected=move || (at.get() == index).to_string()
                                    on:click=move |_| run_at(index)
                                >
                                    <Icon icon />
                                    <span>{entry.label.clone()}</span>
                                    {entry.shortcut().map(|keys| view! { <kbd>{keys}</kbd> })}
                                </li>
                            }
                        })
                        .collect_view()
                }}
            </ul>
            <p class="palette-nothing" role="status">
                {move || shown.with(Vec::is_empty).then_some("No matching page or command.")}
            </p>
        </Dialog>
    }
}

#[component]
fn Keys(open: RwSignal<Option<Open>>) -> impl IntoView {
    let talk_key = use_websocket().settings.current.with_untracked(|settings| settings.talk_key.clone());
    let talk_key = (talk_key != TalkKey::NONE)
        .then(|| (talk_key.to_string(), "Talk, unless you are typing (change the key in Settings)"));
    let dialog = DialogRef::new();
    view! {
        <Dialog dialog class="palette keys" labelled_by="keys-title" on_close=move || ended(open, Open::Keys)>
            <h2 id="keys-title">"Keyboard shortcuts"</h2>
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
