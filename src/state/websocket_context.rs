//! The root of the state: creates the stores and the only driver, before the first component.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;

use super::appearance;
use super::attention::Attention;
use super::compared::CompareStore;
use super::connection::ConnectionStore;
use super::data::DataStore;
use super::experiments::Experiments;
use super::feed::Feed;
use super::imported::ImportStore;
use super::kept::KeptStore;
use super::model_signal::ModelSignal;
use super::notices::Notices;
use super::page_news::{KeptNews, OtherPages, PageNews};
use super::page_signal::PageSignal;
use super::playback::PlaybackStore;
use super::preferences::Settings;
use super::replay::ReplayStore;
use super::settings::SettingsStore;
use super::start::{Start, start_log};
use super::synthetic::SyntheticStore;
use super::talk::TalkStore;
use super::writer::Writer;
use crate::analysis::{Analyzer, MuteRule};
use crate::browser::{self, DEFAULT_URL, DEMO_URL};
use crate::driver::Driver;
use crate::history::{Annotation, Limits, Recorder, Severity, SyntheticEvent};
use crate::link::{Input, MessageId, Metrics, Origin, PageHint, PhaseKind, ReceivedEvents, Submission};
use crate::model::{PipelineStage, StageKind};
use crate::protocol::Command;
use crate::replay::{DryRun, Playback};
use crate::sim::Conditions;
use crate::store::StoreError;

/// Interval at which the analysis is told of the passage of time.
const TICK: Duration = Duration::from_secs(1);

/// Interval of writes while the record is behind.
const CATCH_UP: Duration = Duration::from_millis(200);
/// Writes of the record that follow a tick's at most. The next tick goes on.
const FURTHER_WRITES: u32 = 4;

/// Writes what the tick has left of the record, in parts.
fn catch_up(writer: Rc<RefCell<Writer>>) {
    for number in 1..=FURTHER_WRITES {
        if writer.borrow().is_behind() {
            let writer = writer.clone();
            let write = move || {
                if writer.borrow().is_behind() {
                    writer.borrow_mut().save_record();
                }
            };
            set_timeout(write, CATCH_UP * number);
        }
    }
}

/// Context for all components: stores to read, and methods to act.
#[derive(Clone, Copy)]
pub struct WebSocketContext {
    pub connection: ConnectionStore,
    /// Conversation and avatar.
    pub talk: TalkStore,
    /// Models of the data pages.
    pub data: DataStore,
    /// The flight recorder, with every event of the link.
    pub history: ModelSignal<Recorder>,
    pub notices: Notices,
    /// What happened while the page was hidden.
    pub attention: Attention,
    pub settings: SettingsStore,
    pub experiments: Experiments,
    /// Findings of the analysis on the live record.
    pub findings: ModelSignal<Analyzer>,
    /// The recording being played back, if any.
    pub playback: PlaybackStore,
    /// Events that the user gave to the pages.
    pub synthetic: SyntheticStore,
    /// The current replay to the server, if any.
    pub replay: ReplayStore,
    /// The recording that the debugger shows in place of the live record, if any.
    pub imported: ImportStore,
    /// What is kept in the browser for later visits.
    pub kept: KeptStore,
    /// The recording that the debugger compares with the record on view, if any.
    pub compared: CompareStore,
    /// The address chosen during this visit; `None` while it is still the initial one.
    pub chosen: PageSignal<Option<String>>,
    /// An address to be confirmed before anything is sent there: URL and host.
    pub to_confirm: PageSignal<Option<(String, String)>>,
    /// Coda's address to use while disconnected or connected to the demo.
    address: PageSignal<String>,
    /// Whether the page was opened without a connection, which only the user can start.
    pub awaits_user: PageSignal<bool>,
    driver: StoredValue<Driver, LocalStorage>,
    /// Number of the user's decisions what to connect to. Reading the store takes a while, in which another may come.
    decisions: StoredValue<u32>,
    other_pages: StoredValue<OtherPages, LocalStorage>,
}

impl WebSocketContext {
    /// Creates the stores and the driver. Call once per page, under an owner that is never disposed.
    #[must_use]
    pub fn start(query: &str) -> Self {
        let connection = ConnectionStore::new();
        let talk = TalkStore::new();
        let data = DataStore::new();
        let history = ModelSignal::new(Recorder::new(Limits::default()));
        let notices = Notices::new(history);
        let (settings, problem) = SettingsStore::load();
        if let Some(problem) = problem {
            let words =
                "The stored settings were damaged. Settings that could not be read were reset to their defaults.";
            notices.show_with_details(Severity::Warn, "settings", words.into(), Some(&problem));
        }
        let in_force = settings.current.get_untracked();
        appearance::apply(&in_force);
        if let Err(problem) = start_log(query, in_force.log_level) {
            notices.show(Severity::Warn, "log level", problem.to_string());
        }
        if let Some(what) = browser::take_panic_of_earlier_visit() {
            let words =
                "The dashboard crashed during an earlier visit. Its record is in the debugger, under Recordings.";
            notices.show_with_details(Severity::Warn, "stopped", words.into(), Some(&what));
        }
        let attention = Attention::new();
        let findings = ModelSignal::new(Analyzer::default());
        let synthetic = PageSignal::new(0);
        let models = (history, findings);
        let writer = Writer::new(connection, talk, data, models, (notices, attention), (settings, synthetic));
        let writer = Rc::new(RefCell::new(writer));
        let playback = PlaybackStore::new(writer.clone());
        let synthetic = SyntheticStore::new(writer.clone(), synthetic);
        let other_pages = OtherPages::default();
        let kept = KeptStore::new(writer.clone(), settings, notices, other_pages.clone());
        let ticking = writer.clone();
        set_interval(
            move || {
                ticking.borrow_mut().tick();
                kept.report_saving(talk.dropped.get_untracked());
                catch_up(ticking.clone());
            },
            TICK,
        );
        let (replay, experiments) = (ReplayStore::new(history), Experiments::new());
        let driver = Driver::start(in_force.link_config(), Feed { writer, replay, kept, experiments });
        let context = Self {
            connection,
            talk,
            data,
            history,
            notices,
            attention,
            settings,
            experiments,
            findings,
            playback,
            synthetic,
            replay,
            imported: ImportStore::new(),
            kept,
            compared: CompareStore::new(),
            chosen: PageSignal::new(None),
            to_confirm: PageSignal::new(None),
            address: PageSignal::new(DEFAULT_URL.to_owned()),
            awaits_user: PageSignal::new(false),
            driver: StoredValue::new_local(driver),
            decisions: StoredValue::new(0),
            other_pages: StoredValue::new_local(other_pages.clone()),
        };
        other_pages.listen(move |news| match news {
            PageNews::Settings => context.follow_settings(),
            PageNews::Kept(news) => {
                if news == KeptNews::Erased {
                    context.forget_page();
                }
                kept.follow(news);
            }
        });
        let connects = context.begin(Start::choose(query), &in_force, browser::from_query(query).is_some());
        wasm_bindgen_futures::spawn_local(context.continue_visit(connects));
        context
    }

    /// Takes up what to connect to. Returns the address, unless the user must decide first.
    fn begin(&self, start: Start, settings: &Settings, is_asked_for: bool) -> Option<String> {
        match start {
            Start::Connect(url) if settings.connect_at_start || is_asked_for => {
                if let Some(known) = browser::remembered() {
                    self.address.set(known.url);
                }
                return Some(url);
            }
            Start::Connect(url) => self.address.set(url),
            Start::Ask { url, host } => self.to_confirm.set(Some((url, host))),
            Start::Invalid(error) => {
                self.notices.show(Severity::Error, "address", format!("{error}. Not connected."));
            }
        }
        self.awaits_user.set(true);
        None
    }

    /// Shows what earlier visits have kept, then connects to `url`.
    async fn continue_visit(self, url: Option<String>) {
        self.kept.open().await;
        let shown = url.clone().unwrap_or_else(|| self.address.get_untracked());
        let mut received = None;
        if let Some(latest) = self.kept.latest(&shown, true).await {
            received = latest.received();
            if self.decisions.get_value() == 0 {
                self.kept.restore(&shown, latest);
            }
        }
        // Even without a connection, waiting texts are shown and new ones are stored.
        self.driver.with_value(Driver::restore_texts);
        if let Some(url) = url.filter(|_| self.decisions.get_value() == 0) {
            self.connect(url, received, false);
        }
        self.kept.count_earlier().await;
    }

    /// Returns the link's current metrics.
    #[must_use]
    pub fn link_metrics(&self) -> Metrics {
        self.driver.with_value(Driver::metrics)
    }

    /// Returns the sender, or `None` when nothing can be sent: during playback, and while a tab with another version of the
    /// dashboard holds the connection.
    #[must_use]
    pub fn sender(&self) -> Option<Sender<'_>> {
        let is_heard = !self.connection.sharing.get_untracked().is_incompatible();
        (is_heard && !self.playback.is_on_now()).then_some(Sender(self))
    }

    /// Whether [`Self::sender`] returns one. Subscribes to its changes.
    #[must_use]
    pub fn can_send(&self) -> bool {
        !self.playback.is_on() && !self.connection.sharing.get().is_incompatible()
    }

    /// Whether the pages show how Coda is at present, or was in a recording. Otherwise, they show it as last seen.
    #[must_use]
    pub fn is_present(&self) -> bool {
        self.connection.is_ready() || self.playback.is_on()
    }

    fn dispatch(&self, input: Input) {
        self.driver.with_value(|driver| driver.dispatch(input));
    }

    /// Cancels a waiting message, or stops asking about one whose outcome is unknown.
    pub fn cancel(&self, id: MessageId) {
        self.dispatch(Input::Cancel(id));
        self.kept.leave(id);
        self.other_pages.with_value(|others| others.tell(&PageNews::Kept(KeptNews::Left(id))));
    }

    /// Cancels all waiting texts.
    pub fn cancel_all(&self) {
        let waiting = self.talk.rows.with_untracked(|rows| {
            let own = rows.iter().filter_map(|row| row.turn.with_untracked(|turn| turn.outgoing.clone()));
            own.filter(|own| own.state.is_waiting()).map(|own| own.id).collect::<Vec<_>>()
        });
        for id in waiting {
            self.cancel(id);
        }
    }

    /// Connects, perhaps because the user asked for it just now. A replay does not repeat what an earlier visit has
    /// `received` from there.
    fn connect(&self, url: String, received: Option<ReceivedEvents>, by_hand: bool) {
        self.notices.clear("address");
        self.awaits_user.set_if_changed(false);
        if url != DEMO_URL {
            self.address.set(url.clone());
        }
        self.driver.with_value(|driver| driver.connect(url, received, by_hand));
    }

    fn connect_by_hand(&self, url: String) {
        let decision = self.decide();
        self.chosen.set(Some(url.clone()));
        if self.connection.url.with_untracked(|used| used.as_ref() == Some(&url)) {
            self.connect(url, None, true);
            return;
        }
        let context = *self;
        wasm_bindgen_futures::spawn_local(async move {
            let mut received = None;
            if let Some(latest) = context.kept.latest(&url, false).await {
                received = latest.received();
                context.kept.expect_server(&url, latest);
            }
            if context.decisions.get_value() == decision {
                context.connect(url, received, true);
            }
        });
    }

    /// Asks the user whether to connect to another host.
    pub fn ask_for(&self, url: String, host: String) {
        self.to_confirm.set(Some((url, host)));
    }

    /// Withdraws that question.
    pub fn stay(&self) {
        self.to_confirm.set(None);
    }

    /// Connects to an address chosen by the user and remembers it for the next visit.
    pub fn choose(&self, url: String) {
        browser::remember(&url);
        self.connect_by_hand(url);
    }

    /// Connects to Coda instead of the demo.
    pub fn leave_demo(&self) {
        self.connect_by_hand(self.address.get_untracked());
    }

    /// Reconnects to the current address.
    pub fn reconnect(&self) {
        let url = self.connection.url.get_untracked().unwrap_or_else(|| self.address.get_untracked());
        self.connect_by_hand(url);
    }

    /// Returns Coda's address: the one in use, or while disconnected or in the demo the one to use next.
    #[must_use]
    pub fn address(&self) -> String {
        let in_use = self.connection.url.get().filter(|url| url != DEMO_URL);
        in_use.unwrap_or_else(|| self.address.get())
    }

    pub fn use_demo(&self) {
        self.connect_by_hand(DEMO_URL.to_owned());
    }

    /// Counts a decision of the user's, and returns its number.
    fn decide(&self) -> u32 {
        self.decisions.update_value(|decisions| *decisions += 1);
        self.decisions.get_value()
    }

    pub fn disconnect(&self) {
        self.decide();
        self.dispatch(Input::Disconnect);
    }

    /// Skips the backoff.
    pub fn retry_now(&self) {
        self.dispatch(Input::RetryNow);
    }

    /// Applies and stores new settings.
    pub fn set_settings(&self, settings: Settings) {
        if SettingsStore::keep(&settings) {
            self.notices.clear("unkept settings");
            self.other_pages.with_value(|others| others.tell(&PageNews::Settings));
        } else {
            let words = "The browser cannot store the settings. They apply until you close this page.";
            self.notices.show(Severity::Warn, "unkept settings", words.into());
        }
        if settings.notify && !self.settings.current.with_untracked(|settings| settings.notify) {
            self.ask_to_notify();
        }
        self.apply_settings(settings);
    }

    /// Erases all that the dashboard has stored in this browser, and what its pages show of it. Waiting texts are
    /// cancelled. Only the wish that nothing be kept remains.
    pub async fn erase_everything(self) -> Result<(), StoreError> {
        self.cancel_all();
        self.forget_page();
        let outcome = self.kept.erase_everything().await;
        let keep = self.settings.current.with_untracked(|settings| settings.keep);
        let settings = Settings { keep, ..Settings::default() };
        if keep {
            // Stored nowhere, which is where the other pages look.
            self.other_pages.with_value(|others| others.tell(&PageNews::Settings));
            self.apply_settings(settings);
        } else {
            self.set_settings(settings);
        }
        outcome
    }

    /// Forgets what is on this page alone.
    fn forget_page(&self) {
        self.talk.set_draft(String::new());
        if self.playback.is_on_now() {
            self.playback.end();
        }
        self.imported.close();
        self.compared.close();
    }

    /// Applies the settings that another page has stored.
    fn follow_settings(&self) {
        let (settings, _) = SettingsStore::read();
        if self.settings.current.with_untracked(|current| *current != settings) {
            self.apply_settings(settings);
        }
    }

    fn apply_settings(&self, settings: Settings) {
        // A level from the query string holds until the user sets another one.
        if settings.log_level != self.settings.current.with_untracked(|settings| settings.log_level) {
            browser::set_log_level(settings.log_level.into());
        }
        appearance::apply(&settings);
        self.kept.follow_setting(settings.keep);
        self.settings.current.set(settings);
        self.settings.changes.update(|changes| *changes += 1);
        self.configure_link(self.experiments.unprotected.get_untracked());
    }

    /// Asks the browser for permission to notify. Without it, the setting is turned off again.
    fn ask_to_notify(&self) {
        let context = *self;
        wasm_bindgen_futures::spawn_local(async move {
            if !browser::allow_notifications().await {
                let words = "The browser blocks notifications from this page. Allow them, then try again.";
                context.notices.show(Severity::Warn, "notifications", words.into());
                let settings = context.settings.current.get_untracked();
                context.set_settings(Settings { notify: false, ..settings });
            }
        });
    }

    /// Mutes findings or unmutes them.
    pub fn set_muted(&self, what: MuteRule, muted: bool) {
        self.findings.change(|analyzer| analyzer.log_mut().set_muted(what, muted));
        self.findings.notify(|analyzer| analyzer.log().revision());
    }

    /// Gives an event to the pages as if Coda had sent it. Returns false during playback, when they show a recording.
    #[must_use]
    pub fn inject(&self, event: &SyntheticEvent) -> bool {
        let is_live = !self.playback.is_on_now();
        if is_live {
            self.synthetic.inject(event);
        }
        is_live
    }

    /// Sets the user's annotation of a row of the live record.
    pub fn annotate(&self, row: u64, annotation: Annotation) {
        self.history.change(|recorder| recorder.annotate(row, annotation));
        self.history.notify(Recorder::revision);
    }

    /// Turns queue gap, in-flight window and deduplication off or on.
    pub fn set_unprotected(&self, unprotected: bool) {
        self.configure_link(unprotected);
    }

    /// Shows a recording on all pages in place of the live data. Ends a running replay and stops listening first.
    pub fn show_recording(&self, name: String, playback: Playback) {
        self.replay.stop();
        let listens = |stage: &PipelineStage| stage.kind == StageKind::Listening && stage.ended.is_none();
        let is_listening = self.data.pipeline.with_untracked(|pipeline| pipeline.stages().iter().any(listens));
        if let Some(coda) = self.sender().filter(|_| is_listening) {
            coda.send(Command::SttStop, "playback", "begin");
        }
        self.playback.begin(name, playback);
    }

    /// Sets simulated network conditions, or removes them.
    pub fn set_conditions(&self, conditions: Option<Conditions>) {
        let words = match &conditions {
            Some(conditions) => format!("Network simulation started: {conditions}."),
            None => "Network simulation stopped.".to_owned(),
        };
        self.history.change(|recorder| recorder.note(Severity::Info, &words, browser::now()));
        self.experiments.conditions.set(conditions);
        self.driver.with_value(|driver| driver.set_conditions(conditions));
        // Frames lost while connecting never arrive, so an attempt under way would only run into its timeout.
        let is_settled = self
            .connection
            .phase
            .with_untracked(|phase| matches!(phase.kind(), PhaseKind::Ready | PhaseKind::Offline | PhaseKind::Refused));
        match conditions {
            Some(_) => {}
            None if is_settled => self.dispatch(Input::Hint(PageHint::Online)),
            None => self.reconnect(),
        }
    }

    fn configure_link(&self, is_unprotected: bool) {
        let mut config = self.settings.current.with_untracked(Settings::link_config);
        config.is_unprotected = is_unprotected;
        self.dispatch(Input::Configure(config));
    }
}

/// The only way to send anything to Coda. It exists only while live data are shown, and borrows the context so that no
/// component can keep it into a playback.
pub struct Sender<'a>(&'a WebSocketContext);

impl Sender<'_> {
    pub fn send(&self, command: Command, component: &'static str, action: &'static str) {
        self.submit(Submission { command, origin: Origin::new(component, action), resend_of: None });
    }

    /// Sends a command again, in place of the message `resend_of`.
    pub fn send_again(&self, resend_of: MessageId, command: Command, component: &'static str) {
        let origin = Origin::new(component, "send again");
        self.submit(Submission { command, origin, resend_of: Some(resend_of) });
    }

    /// Sends a held message immediately, to the connected server.
    pub fn send_now(&self, id: MessageId) {
        self.0.dispatch(Input::SendNow(id));
    }

    /// Writes a frame as it is, bypassing queue and deduplication. Returns false without a ready connection.
    #[must_use]
    pub fn send_raw(&self, text: &str, component: &'static str, action: &'static str) -> bool {
        self.0.driver.with_value(|driver| driver.send_raw(text, Origin::new(component, action)))
    }

    /// Resends a recording's messages after their dry run.
    pub fn start_replay(&self, run: DryRun) {
        self.0.driver.with_value(|driver| self.0.replay.start(run, driver));
    }

    fn submit(&self, submission: Submission) {
        self.0.dispatch(Input::Submit(submission));
    }
}

/// Returns the context from the context.
///
/// # Panics
/// Outside the component tree that `main` mounts.
#[must_use]
pub fn use_websocket() -> WebSocketContext {
    expect_context::<WebSocketContext>()
}
