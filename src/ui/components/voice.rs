//! Hold to talk, stop speaking, run the demo.

use icondata_lu::{LuMic, LuPlay, LuSquare};
use leptos::ev;
use leptos::prelude::*;
use leptos_icons::Icon;
use wasm_bindgen::JsCast;

use crate::protocol::{Command, SttStart};
use crate::state::{App, use_app};
use crate::ui::renders;

/// Whether the microphone button is held, and by what.
#[derive(Clone, Copy)]
struct Hold {
    app: App,
    is_held: RwSignal<bool>,
}

impl Hold {
    fn press(&self, action: &'static str) {
        if self.app.connection.is_ready() && !self.is_held.get_untracked() {
            self.is_held.set(true);
            self.app.send(Command::SttStart(SttStart::Continuous), "talk button", action);
        }
    }

    fn release(&self, action: &'static str) {
        if self.is_held.try_get_untracked() == Some(true) {
            self.is_held.set(false);
            self.app.send(Command::SttStop, "talk button", action);
        }
    }
}

/// Whether a key belongs to what has the focus, as Space does to a text box or a button.
fn is_for_focused_element() -> bool {
    let focused = document().active_element();
    focused.is_some_and(|element| {
        let tag = element.tag_name();
        let takes_keys = ["INPUT", "TEXTAREA", "SELECT", "BUTTON", "A", "SUMMARY"].contains(&tag.as_str());
        takes_keys && element.get_attribute("data-testid").as_deref() != Some("talk")
    })
}

/// The voice controls. Holding ends with anything that can end it: release, leaving, another window, a lost connection.
#[component]
pub fn VoiceControls() -> impl IntoView {
    renders::count("VoiceControls");
    let app = use_app();
    let connection = app.connection;
    let hold = Hold { app, is_held: RwSignal::new(false) };
    let is_held = hold.is_held;
    let press = move |action| hold.press(action);
    let release = move |action| hold.release(action);

    let listeners = [
        window_event_listener(ev::keydown, move |event| {
            if event.code() == "Space" && !event.repeat() && !is_for_focused_element() {
                event.prevent_default();
                press("press Space");
            } else if event.code() == "Space" && is_held.get_untracked() {
                // A held key repeats, which would scroll or click.
                event.prevent_default();
            }
        }),
        window_event_listener(ev::keyup, move |event| {
            if event.code() == "Space" && is_held.get_untracked() {
                event.prevent_default();
                release("release Space");
            }
        }),
        window_event_listener(ev::blur, move |_| {
            release("leave the window");
        }),
    ];
    on_cleanup(move || {
        release("leave the page");
        listeners.into_iter().for_each(WindowListenerHandle::remove);
    });
    Effect::new(move |_| {
        if !connection.is_ready() {
            release("lose the connection");
        }
    });

    let why_not = move || if connection.is_ready() { "Hold to talk, or hold Space" } else { "There is no connection" };
    view! {
        <div class="voice">
            <button
                class="talk-button"
                type="button"
                data-testid="talk"
                aria-pressed=move || is_held.get().to_string()
                title=why_not
                disabled=move || !connection.is_ready()
                on:pointerdown=move |event| {
                    if event.button() == 0 {
                        // The release is ours wherever it happens.
                        let target = event.current_target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
                        if let Some(target) = target {
                            let _ = target.set_pointer_capture(event.pointer_id());
                        }
                        press("press");
                    }
                }
                on:pointerup=move |_| release("release")
                on:pointercancel=move |_| release("pointer lost")
                on:lostpointercapture=move |_| release("pointer lost")
                on:contextmenu=move |event| event.prevent_default()
            >
                <Icon icon=LuMic />
                <span>{move || if is_held.get() { "Listening…" } else { "Hold to talk" }}</span>
            </button>
            <button
                class="button"
                type="button"
                data-testid="stop-speaking"
                disabled=move || !connection.is_ready()
                on:click=move |_| app.send(Command::TtsStop, "stop speaking", "click")
            >
                <Icon icon=LuSquare />
                <span>"Stop speaking"</span>
            </button>
            <button
                class="button"
                type="button"
                data-testid="run-demo"
                disabled=move || !connection.is_ready()
                on:click=move |_| app.send(Command::DemoFlow, "run demo", "click")
            >
                <Icon icon=LuPlay />
                <span>"Run demo"</span>
            </button>
        </div>
    }
}
