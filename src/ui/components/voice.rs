//! Talk by button or key, stop speaking, run the demo.

use icondata_lu::{LuMic, LuPlay, LuSquare};
use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::Glyph;
use crate::protocol::{Command, SttStart};
use crate::state::{App, Settings, TalkKey, use_app};
use crate::ui::renders;

/// How the talk button works, from the settings.
#[derive(Clone, Copy, PartialEq, Eq)]
enum TalkMode {
    Hold,
    Click,
    Seconds(u64),
}

impl TalkMode {
    fn of(settings: &Settings) -> Self {
        match settings.talk_mode {
            "click" => Self::Click,
            "seconds" => Self::Seconds(settings.talk_seconds),
            _ => Self::Hold,
        }
    }
}

/// Whether Coda listens at our wish.
#[derive(Clone, Copy)]
struct Talk {
    app: App,
    mode: Memo<TalkMode>,
    is_on: RwSignal<bool>,
}

impl Talk {
    /// The button or the key goes down.
    fn press(&self, action: &'static str) {
        match (self.mode.get_untracked(), self.is_on.get_untracked()) {
            (TalkMode::Hold | TalkMode::Click, false) => self.start(SttStart::Continuous, action),
            (TalkMode::Click, true) => self.stop(action),
            (TalkMode::Hold, true) => {}
            #[expect(clippy::cast_precision_loss, reason = "at most 60")]
            (TalkMode::Seconds(seconds), _) => {
                if self.app.connection.is_ready() && !self.app.playback.is_on_now() {
                    let start = SttStart::Seconds(seconds as f64);
                    self.app.send(Command::SttStart(start), "talk button", action);
                }
            }
        }
    }

    /// The button or the key goes up.
    fn release(&self, action: &'static str) {
        if self.mode.try_get_untracked() == Some(TalkMode::Hold) {
            self.stop(action);
        }
    }

    fn start(&self, start: SttStart, action: &'static str) {
        if self.app.connection.is_ready() && !self.app.playback.is_on_now() {
            self.is_on.set(true);
            self.app.send(Command::SttStart(start), "talk button", action);
        }
    }

    /// Ends listening, in whatever mode it began.
    fn stop(&self, action: &'static str) {
        if self.is_on.try_get_untracked() == Some(true) {
            self.is_on.set(false);
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
    let mode = Memo::new(move |_| app.settings.current.with(TalkMode::of));
    let key = Memo::new(move |_| app.settings.current.with(|settings| settings.talk_key.clone()));
    let talk = Talk { app, mode, is_on: RwSignal::new(false) };
    let is_on = talk.is_on;
    let press = move |action| talk.press(action);
    let (release, stop) = (move |action| talk.release(action), move |action| talk.stop(action));
    let is_key = move |event: &ev::KeyboardEvent| key.with_untracked(|key| key.is(&event.code()));
    let can_act = Memo::new(move |_| connection.is_ready() && !app.playback.is_on());
    let listeners = [
        window_event_listener(ev::keydown, move |event| {
            if is_key(&event) && !event.repeat() && !is_for_focused_element() {
                event.prevent_default();
                press("press the talk key");
            } else if is_key(&event) && is_on.get_untracked() {
                // A held key repeats, which would scroll or click.
                event.prevent_default();
            }
        }),
        window_event_listener(ev::keyup, move |event| {
            if is_key(&event) && is_on.get_untracked() {
                event.prevent_default();
                release("release the talk key");
            }
        }),
        window_event_listener(ev::blur, move |_| {
            stop("leave the window");
        }),
    ];
    on_cleanup(move || {
        stop("leave the page");
        listeners.into_iter().for_each(WindowListenerHandle::remove);
    });
    Effect::new(move |_| {
        if !connection.is_ready() {
            stop("lose the connection");
        }
    });

    let words = move || match (is_on.get(), mode.get()) {
        (true, _) => "Listening…".to_owned(),
        (false, TalkMode::Hold) => "Hold to talk".to_owned(),
        (false, TalkMode::Click) => "Click to talk".to_owned(),
        (false, TalkMode::Seconds(seconds)) => format!("Talk for {seconds} s"),
    };
    let why_not = move || {
        if !connection.is_ready() {
            return "There is no connection".to_owned();
        }
        let words = words();
        key.with(|key| if *key == TalkKey::NONE { words } else { format!("{words}; also with the key {key}") })
    };
    view! {
        <div class="voice">
            <button
                class="talk-button"
                type="button"
                data-testid="talk"
                aria-pressed=move || is_on.get().to_string()
                title=why_not
                disabled=move || !can_act.get()
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
                <Glyph icon=LuMic />
                <span>{words}</span>
            </button>
            <button
                class="button"
                type="button"
                data-testid="stop-speaking"
                disabled=move || !can_act.get()
                on:click=move |_| app.send(Command::TtsStop, "stop speaking", "click")
            >
                <Glyph icon=LuSquare />
                <span>"Stop speaking"</span>
            </button>
            <button
                class="button"
                type="button"
                data-testid="run-demo"
                disabled=move || !can_act.get()
                on:click=move |_| app.send(Command::DemoFlow, "run demo", "click")
            >
                <Glyph icon=LuPlay />
                <span>"Run demo"</span>
            </button>
        </div>
    }
}
