//! Voice controls: talk by button or key.

use std::time::Duration;

use icondata_lu::LuMic;
use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::Icon;
use crate::browser;
use crate::link::{ConnId, Phase};
use crate::model::Speaking;
use crate::model::{PipelineStage, StageKind};
use crate::protocol::{Command, Instant, SttStart};
use crate::state::{Sender, Settings, TalkKey, TalkMode, WebSocketContext, use_websocket};

/// A shorter hold counts as a click by someone who expects a click to suffice.
const SHORTEST_HOLD: Duration = Duration::from_millis(300);
/// How long the hint stays visible.
const HINT_FOR: Duration = Duration::from_secs(6);

/// Behaviour of the talk button, from the settings.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Hold,
    Click,
    Seconds(u64),
}

impl Mode {
    fn of(settings: &Settings) -> Self {
        match settings.talk_mode {
            TalkMode::Click => Self::Click,
            TalkMode::Seconds => Self::Seconds(settings.talk_seconds),
            TalkMode::Hold => Self::Hold,
        }
    }
}

/// Listening requested from this page.
#[derive(Clone, Copy)]
struct Talk {
    context: WebSocketContext,
    mode: Memo<Mode>,
    /// When listening was last requested. `None` once a stop has been sent.
    asked: RwSignal<Option<Instant>>,
    /// Shows a hint, because the last press was a click where the button has to be held.
    hints: RwSignal<bool>,
    hint_timer: StoredValue<Option<TimeoutHandle>, LocalStorage>,
    /// Whether listening was requested and has not ended. Coda can end it, and so can any part of the page.
    is_on: Memo<bool>,
}

impl Talk {
    fn new(context: WebSocketContext, mode: Memo<Mode>) -> Self {
        let asked = RwSignal::new(None);
        // Remembers the end, because the stages are cleared when the next turn begins.
        let over = Memo::new(move |before: Option<&Option<Instant>>| {
            let asked = asked.get()?;
            let is_over = |stage: &PipelineStage| {
                stage.kind == StageKind::Listening && stage.started >= asked && stage.ended.is_some()
            };
            let was_over = before == Some(&Some(asked));
            let is_over = was_over || context.data.pipeline.with(|pipeline| pipeline.stages().iter().any(is_over));
            is_over.then_some(asked)
        });
        let is_on = Memo::new(move |_| asked.get().is_some() && over.get() != asked.get());
        Self { context, mode, asked, hints: RwSignal::new(false), hint_timer: StoredValue::new_local(None), is_on }
    }

    fn press(&self, action: &'static str) {
        match (self.mode.get_untracked(), self.is_on.get_untracked()) {
            (Mode::Hold | Mode::Click, false) => self.start(action),
            (Mode::Hold, true) => {}
            (Mode::Seconds(seconds), false) => self.start_for(seconds, action),
            (Mode::Click | Mode::Seconds(_), true) => self.stop(action),
        }
    }

    /// A click without a pointer, from Enter or a screen reader, which cannot hold.
    fn toggle(&self, action: &'static str) {
        match (self.mode.get_untracked(), self.is_on.get_untracked()) {
            (Mode::Seconds(seconds), false) => self.start_for(seconds, action),
            (_, false) => self.start(action),
            (_, true) => self.stop(action),
        }
    }

    fn release(&self, action: &'static str) {
        if self.mode.try_get_untracked() != Some(Mode::Hold) {
            return;
        }
        let is_click = self.is_on.get_untracked() && self.held_for() < SHORTEST_HOLD;
        self.stop(action);
        if is_click {
            self.show_hint();
        }
    }

    fn held_for(&self) -> Duration {
        self.asked.get_untracked().map_or(Duration::ZERO, |asked| browser::now().mono.duration_since(asked))
    }

    fn show_hint(&self) {
        let hints = self.hints;
        hints.set(true);
        let timer = set_timeout_with_handle(
            move || {
                // The component may be disposed by then.
                let _ = hints.try_set(false);
            },
            HINT_FOR,
        );
        if let Some(before) = self.hint_timer.try_update_value(|kept| std::mem::replace(kept, timer.ok())).flatten() {
            before.clear();
        }
    }

    /// Starts at once, although the press may turn out to be a click: waiting would cost the first words each time. A
    /// click costs nothing, because Coda starts a turn only for speech and a click is too short for any.
    fn start(&self, action: &'static str) {
        if let Some(coda) = self.sender() {
            self.hints.set(false);
            self.asked.set(Some(self.context.playback.now().mono));
            self.stop_speech(&coda);
            coda.send(Command::SttStart(SttStart::Continuous), "talk button", action);
        }
    }

    fn start_for(&self, seconds: u64, action: &'static str) {
        #[expect(clippy::cast_precision_loss, reason = "at most 60")]
        if let Some(coda) = self.sender() {
            self.asked.set(Some(self.context.playback.now().mono));
            self.stop_speech(&coda);
            coda.send(Command::SttStart(SttStart::Seconds(seconds as f64)), "talk button", action);
        }
    }

    /// Silences Coda before the microphone opens, if the user wants that. The link keeps the two in this order.
    fn stop_speech(&self, coda: &Sender<'_>) {
        let speaks = self.context.talk.speaking.with_untracked(|until| match until {
            Speaking::No => false,
            Speaking::Since(_) => true,
            Speaking::Until(end) => self.context.playback.now().mono < *end,
        });
        if speaks && self.context.settings.current.with_untracked(|settings| settings.stop_speech) {
            coda.send(Command::TtsStop, "talk button", "talk over speech");
        }
    }

    fn sender(&self) -> Option<Sender<'_>> {
        self.context.sender().filter(|_| self.context.connection.is_ready())
    }

    /// Stops what the user would have to stop. Listening for a fixed time ends by itself.
    fn leave(&self, action: &'static str) {
        if !matches!(self.mode.try_get_untracked(), Some(Mode::Seconds(_))) {
            self.stop(action);
        }
    }

    /// Stops listening, whichever mode started it.
    fn stop(&self, action: &'static str) {
        if self.is_on.try_get_untracked() == Some(true) {
            self.asked.set(None);
            if let Some(coda) = self.context.sender() {
                coda.send(Command::SttStop, "talk button", action);
            }
        }
    }
}

/// Whether the focused element handles keys itself, as a text box or a button does with Space.
fn is_for_focused_element() -> bool {
    let focused = document().active_element();
    focused.is_some_and(|element| {
        let tag = element.tag_name();
        let takes_keys = ["INPUT", "TEXTAREA", "SELECT", "BUTTON", "A", "SUMMARY"].contains(&tag.as_str());
        takes_keys && element.get_attribute("data-testid").as_deref() != Some("talk")
    })
}

/// Whether a modifier gives the key another meaning, as in Ctrl+C.
fn is_with_modifier(event: &ev::KeyboardEvent) -> bool {
    let is_modifier = matches!(event.key().as_str(), "Control" | "Meta" | "Alt");
    !is_modifier && (event.ctrl_key() || event.meta_key() || event.alt_key())
}

/// Binds the talk key until the component is disposed.
fn follow_key(talk: Talk, key: Memo<TalkKey>) {
    let is_key = move |event: &ev::KeyboardEvent| key.with_untracked(|key| key.is(&event.code()));
    // While the talk key is down, neither the page nor the browser may act on it.
    let is_key_down = StoredValue::new(false);
    let listeners = [
        window_event_listener(ev::keydown, move |event| {
            if !is_key(&event) {
                return;
            }
            if !event.repeat() && !is_for_focused_element() && !is_with_modifier(&event) {
                event.prevent_default();
                is_key_down.set_value(true);
                talk.press("press the talk key");
            } else if is_key_down.get_value() {
                // A held key repeats, which would scroll or click.
                event.prevent_default();
            }
        }),
        window_event_listener(ev::keyup, move |event| {
            if is_key(&event) && is_key_down.get_value() {
                event.prevent_default();
                is_key_down.set_value(false);
                talk.release("release the talk key");
            }
        }),
        window_event_listener(ev::blur, move |_| {
            is_key_down.set_value(false);
            talk.leave("leave the window");
        }),
    ];
    on_cleanup(move || {
        talk.leave("leave the page");
        listeners.into_iter().for_each(WindowListenerHandle::remove);
    });
}

/// Holding ends on release, on leaving the page or the window, and with the connection.
#[component]
pub fn VoiceControls() -> impl IntoView {
    let context = use_websocket();
    let connection = context.connection;
    let mode = Memo::new(move |_| context.settings.current.with(Mode::of));
    let key = Memo::new(move |_| context.settings.current.with(|settings| settings.talk_key.clone()));
    let talk = Talk::new(context, mode);
    let is_on = talk.is_on;
    let (press, release) = (move |action| talk.press(action), move |action| talk.release(action));
    let can_act = Memo::new(move |_| connection.is_ready() && !context.playback.is_on());
    follow_key(talk, key);
    // Compares the connection's id: the connection may drop and return between two frames.
    Effect::new(move |before: Option<Option<ConnId>>| {
        let ready = connection.phase.with(|phase| match phase {
            Phase::Ready { conn, .. } => Some(*conn),
            _ => None,
        });
        if before != Some(ready) {
            talk.stop("lose the connection");
        }
        ready
    });

    let words = move || match (is_on.get(), mode.get()) {
        (true, _) => "Listening…".to_owned(),
        (false, Mode::Hold) => "Hold to talk".to_owned(),
        (false, Mode::Click) => "Click to talk".to_owned(),
        (false, Mode::Seconds(seconds)) => format!("Talk for {seconds} s"),
    };
    let why_not = move || {
        if !connection.is_ready() {
            return "Not connected".to_owned();
        }
        let words = words();
        key.with(|key| if *key == TalkKey::NONE { words } else { format!("{words} (key: {key})") })
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
                        // Pointer capture delivers the release wherever it happens.
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
                on:click=move |event| {
                    // `detail` counts pointer clicks, which `pointerdown` has already handled.
                    if event.detail() == 0 {
                        talk.toggle("click");
                    }
                }
                on:contextmenu=move |event| event.prevent_default()
            >
                <Icon icon=LuMic />
                <span>{words}</span>
            </button>
        </div>
        <p class="talk-hint" role="status" data-testid="talk-hint">
            {move || talk.hints.get().then_some("Hold the button, or the talk key, while you speak.")}
        </p>
    }
}
