//! The root: makes the stores and the one driver, before the first component.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;

use super::appearance;
use super::connection::ConnectionStore;
use super::data::DataStore;
use super::experiments::Experiments;
use super::imported::ImportStore;
use super::model_signal::ModelSignal;
use super::notices::Notices;
use super::page_signal;
use super::playback::PlaybackStore;
use super::preferences::{ChoiceValue, LogLevel, Settings};
use super::replay::ReplayStore;
use super::settings::SettingsStore;
use super::talk::TalkStore;
use super::writer::Writer;
use crate::analysis::{Analyzer, MuteRule};
use crate::driver::{self, Address, DEFAULT_URL, DEMO_URL, Driver};
use crate::history::{Limits, Recorder, Severity};
use crate::link::{Input, MessageId, Metrics, Origin, PageHint, PhaseKind, Submission};
use crate::model::{PipelineStage, StageKind};
use crate::protocol::Command;
use crate::replay::{DryRun, Playback};
use crate::sim::Conditions;

/// How often the analysis is told that time has passed.
const TICK: Duration = Duration::from_secs(1);

/// Where to connect to at the start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// Here.
    Connect(String),
    /// Here, but typed text would go to another host: the user is asked first.
    Ask {
        /// The address.
        url: String,
        /// Its host.
        host: String,
    },
    /// Nowhere: the address bar's address is none.
    Invalid(String),
}

impl Start {
    /// What the address bar, the last visit and the default say, in this order.
    #[must_use]
    pub fn choose(query: &str) -> Self {
        match driver::from_query(query) {
            Some(Err(error)) => Self::Invalid(error.to_string()),
            // The user was asked about the remembered address when it was chosen.
            Some(Ok(Address { url, foreign_host: Some(host) })) if !driver::is_remembered(&url) => {
                Self::Ask { url, host }
            }
            Some(Ok(address)) => Self::Connect(address.url),
            None => Self::Connect(driver::remembered().map_or_else(|| DEFAULT_URL.to_owned(), |address| address.url)),
        }
    }
}

/// The value of `?log=` that marks events in the browser's performance timeline.
const TIMELINE: &str = "timeline";

/// The address bar asks for a log level that there is not.
#[derive(Debug, thiserror::Error)]
#[error("“{0}” is no log level. There are: {known}, {TIMELINE}.", known = LogLevel::ALL.iter().map(ChoiceValue::name).collect::<Vec<_>>().join(", "))]
struct UnknownLogLevel(String);

/// Starts logging for this visit: as `?log=` asks, or else as it is set.
fn start_log(query: &str, set: LogLevel) -> Result<(), UnknownLogLevel> {
    let asked = web_sys::UrlSearchParams::new_with_str(query).ok().and_then(|query| query.get("log"));
    let timeline = asked.as_deref() == Some(TIMELINE);
    driver::start_log(timeline);
    let mut level = if timeline { LogLevel::Debug } else { set };
    let is_known = timeline || asked.as_deref().is_none_or(|name| level.choose(name));
    driver::set_log_level(level.into());
    if is_known {
        return Ok(());
    }
    Err(UnknownLogLevel(asked.unwrap_or_default()))
}

/// What every component can reach: stores to read, and the way to act.
#[derive(Clone, Copy)]
pub struct App {
    /// The link.
    pub connection: ConnectionStore,
    /// The conversation and the avatar.
    pub talk: TalkStore,
    /// What the data pages show.
    pub data: DataStore,
    /// The flight recorder: everything that the link told.
    pub history: ModelSignal<Recorder>,
    /// What the user should know.
    pub notices: Notices,
    /// The settings in force.
    pub settings: SettingsStore,
    /// The experiments that run.
    pub experiments: Experiments,
    /// What is wrong, as far as the record shows.
    pub findings: ModelSignal<Analyzer>,
    /// The recording that the pages show, if they show one.
    pub playback: PlaybackStore,
    /// The replay to the server that runs, if one does.
    pub replay: ReplayStore,
    /// The recording that the debugger shows in place of the live record, if it shows one.
    pub imported: ImportStore,
    /// The address that the user chose in this visit; none while it is the one that the visit began with.
    pub chosen: RwSignal<Option<String>>,
    /// An address that the user has to agree to before anything is sent there: address, host.
    pub to_confirm: RwSignal<Option<(String, String)>>,
    /// Coda's address while nothing or the demo is connected.
    address: RwSignal<String>,
    driver: StoredValue<Driver, LocalStorage>,
}

impl App {
    /// Makes the stores and the driver. Call once per page, with an owner that is never disposed.
    #[must_use]
    pub fn start(query: &str) -> Self {
        let connection = ConnectionStore::new();
        let talk = TalkStore::new();
        let data = DataStore::new();
        let history = ModelSignal::new(Recorder::new(Limits::default()));
        let notices = Notices::new(history);
        let (settings, problem) = SettingsStore::load();
        if let Some(problem) = problem {
            let words = "The stored settings were damaged; the defaults are used for what could not be read.";
            notices.show_with_details(Severity::Warn, "settings", words.into(), Some(&problem));
        }
        let in_force = settings.current.get_untracked();
        appearance::apply(&in_force);
        if let Err(problem) = start_log(query, in_force.log_level) {
            notices.show(Severity::Warn, "log level", problem.to_string());
        }
        let findings = ModelSignal::new(Analyzer::default());
        let writer = Writer::new(connection, talk, data, (history, findings), notices, settings);
        let writer = Rc::new(RefCell::new(writer));
        let playback = PlaybackStore::new(writer.clone());
        let ticking = writer.clone();
        set_interval(move || ticking.borrow_mut().tick(), TICK);
        let driver = Driver::start(in_force.link_config(), move |batch| writer.borrow_mut().apply(batch));
        let app = Self {
            connection,
            talk,
            data,
            history,
            notices,
            settings,
            experiments: Experiments::new(),
            findings,
            playback,
            replay: ReplayStore::new(history),
            imported: ImportStore::new(),
            chosen: page_signal::signal(None),
            to_confirm: page_signal::signal(None),
            address: page_signal::signal(DEFAULT_URL.to_owned()),
            driver: StoredValue::new_local(driver),
        };
        match Start::choose(query) {
            Start::Connect(url) if in_force.connect_at_start || driver::from_query(query).is_some() => {
                if let Some(known) = driver::remembered() {
                    app.address.set(known.url);
                }
                app.connect(url);
            }
            Start::Connect(url) => app.address.set(url),
            Start::Ask { url, host } => app.to_confirm.set(Some((url, host))),
            Start::Invalid(error) => {
                notices.show(Severity::Error, "address", format!("{error}. Nothing is connected."));
            }
        }
        app
    }

    /// How the link has been doing, at this moment.
    #[must_use]
    pub fn link_metrics(&self) -> Metrics {
        self.driver.with_value(Driver::metrics)
    }

    /// The way to Coda; `None` while a recording is shown, of which nothing may reach it.
    #[must_use]
    pub fn sender(&self) -> Option<Sender<'_>> {
        (!self.playback.is_on_now()).then_some(Sender(self))
    }

    fn dispatch(&self, input: Input) {
        self.driver.with_value(|driver| driver.dispatch(input));
    }

    /// Takes a waiting message back.
    pub fn cancel(&self, id: MessageId) {
        self.dispatch(Input::Cancel(id));
    }

    /// Takes all texts back that wait to be sent.
    pub fn cancel_all(&self) {
        let waiting = self.talk.rows.with_untracked(|rows| {
            let own = rows.iter().filter_map(|row| row.turn.with_untracked(|turn| turn.outgoing.clone()));
            own.filter(|own| own.state.is_waiting()).map(|own| own.id).collect::<Vec<_>>()
        });
        for id in waiting {
            self.cancel(id);
        }
    }

    fn connect(&self, url: String) {
        self.notices.clear("address");
        if url != DEMO_URL {
            self.address.set(url.clone());
        }
        self.driver.with_value(|driver| driver.connect(url));
    }

    fn connect_by_hand(&self, url: String) {
        self.chosen.set(Some(url.clone()));
        self.connect(url);
    }

    /// Connects to an address that the user chose, and remembers it for the next visit.
    pub fn choose(&self, url: String) {
        driver::remember(&url);
        self.connect_by_hand(url);
    }

    /// Connects anew, to the address that there is.
    pub fn reconnect(&self) {
        let url = self.connection.url.get_untracked().unwrap_or_else(|| self.address.get_untracked());
        self.connect_by_hand(url);
    }

    /// Coda's address: the one in use, or while there is none or the demo the one that would be.
    #[must_use]
    pub fn address(&self) -> String {
        let in_use = self.connection.url.get().filter(|url| url != DEMO_URL);
        in_use.unwrap_or_else(|| self.address.get())
    }

    /// Connects to the simulated Coda in this page.
    pub fn use_demo(&self) {
        self.connect_by_hand(DEMO_URL.to_owned());
    }

    /// Goes offline.
    pub fn disconnect(&self) {
        self.dispatch(Input::Disconnect);
    }

    /// Tries again now.
    pub fn retry_now(&self) {
        self.dispatch(Input::RetryNow);
    }

    /// Puts new settings in force and keeps them.
    pub fn set_settings(&self, settings: Settings) {
        if SettingsStore::keep(&settings) {
            self.notices.clear("unkept settings");
        } else {
            let words = "The browser keeps nothing for this page: the settings hold until it is closed.";
            self.notices.show(Severity::Warn, "unkept settings", words.into());
        }
        // A level from the address bar holds until another one is set.
        if settings.log_level != self.settings.current.with_untracked(|settings| settings.log_level) {
            driver::set_log_level(settings.log_level.into());
        }
        appearance::apply(&settings);
        self.settings.current.set(settings);
        self.settings.changes.update(|changes| *changes += 1);
        self.configure_link();
    }

    /// Shows no more of a finding, or shows it again.
    pub fn set_silenced(&self, what: MuteRule, silenced: bool) {
        self.findings.change(|analyzer| analyzer.log_mut().set_silenced(what, silenced));
        self.findings.notify(|analyzer| analyzer.log().revision());
    }

    /// Turns queue gap, window and deduplication off, or on again.
    pub fn set_unprotected(&self, unprotected: bool) {
        self.experiments.unprotected.set(unprotected);
        self.configure_link();
    }

    /// Shows a recording in all pages, in place of the live data. Whatever still acts on Coda ends first.
    pub fn show_recording(&self, name: String, playback: Playback) {
        self.replay.stop();
        let listens = |stage: &PipelineStage| stage.kind == StageKind::Listening && stage.ended.is_none();
        let is_listening = self.data.pipeline.with_untracked(|pipeline| pipeline.stages().iter().any(listens));
        if let Some(coda) = self.sender().filter(|_| is_listening) {
            coda.send(Command::SttStop, "playback", "begin");
        }
        self.playback.begin(name, playback);
    }

    /// Makes the network bad, or as good as it is.
    pub fn set_conditions(&self, conditions: Option<Conditions>) {
        let words = match &conditions {
            Some(conditions) => format!("The network is made bad, an experiment: {conditions}."),
            None => "The network is left as it is again.".to_owned(),
        };
        self.history.change(|recorder| recorder.note(Severity::Info, &words, driver::now()));
        self.experiments.conditions.set(conditions);
        self.driver.with_value(|driver| driver.set_conditions(conditions));
        // What was lost on the way to a connection does not come any more: waiting for it would take until its time is up.
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

    fn configure_link(&self) {
        let mut config = self.settings.current.with_untracked(Settings::link_config);
        config.is_unprotected = self.experiments.unprotected.get_untracked();
        self.dispatch(Input::Configure(config));
    }
}

/// The only way to send anything to Coda. It exists only while the pages show live data, and borrows the app so that nobody
/// can keep it until a recording is shown.
pub struct Sender<'a>(&'a App);

impl Sender<'_> {
    /// Sends a command.
    pub fn send(&self, command: Command, component: &'static str, action: &'static str) {
        self.submit(Submission { command, origin: Origin::new(component, action), resend_of: None });
    }

    /// Sends a command once more, in place of the message `resend_of`.
    pub fn send_again(&self, resend_of: MessageId, command: Command, component: &'static str) {
        let origin = Origin::new(component, "send again");
        self.submit(Submission { command, origin, resend_of: Some(resend_of) });
    }

    /// Sends a message that is held, to the server that is connected, now.
    pub fn send_now(&self, id: MessageId) {
        self.0.dispatch(Input::SendNow(id));
    }

    /// Writes a frame as it is, past queue and deduplication; false where there is no connection to write to.
    #[must_use]
    pub fn send_raw(&self, text: &str, component: &'static str, action: &'static str) -> bool {
        self.0.driver.with_value(|driver| driver.send_raw(text, Origin::new(component, action)))
    }

    /// Sends a recording's messages again, as was looked at beforehand.
    pub fn start_replay(&self, run: DryRun) {
        self.0.driver.with_value(|driver| self.0.replay.start(run, driver));
    }

    fn submit(&self, submission: Submission) {
        self.0.dispatch(Input::Submit(submission));
    }
}

/// The app of the page.
///
/// # Panics
/// Outside the tree that main mounts, where there is no app.
#[must_use]
pub fn use_app() -> App {
    expect_context::<App>()
}
