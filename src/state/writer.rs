//! The only writer of the stores: applies a frame's events to the models and updates the signals that changed.

use std::collections::HashMap;

use leptos::prelude::*;

use super::connection::ConnectionStore;
use super::data::{DataModels, DataStore};
use super::model_signal::ModelSignal;
use super::notices::Notices;
use super::settings::SettingsStore;
use super::talk::{RowKey, TalkStore, TurnRow};
use super::{page_signal, set_if_changed};
use crate::analysis::Analyzer;
use crate::driver::{self, Batch, Sound};
use crate::history::{Recorder, Severity, missed_words, redact};
use crate::link::{FrameKind, GapReport, LinkEvent, MessageState, MessageStatus, PhaseKind};
use crate::model::{Avatar, Conversation, Turn, TurnKey};
use crate::protocol::{Command, Event};

/// A set of models that is not on display.
#[derive(Default)]
struct SuspendedModels {
    conversation: Conversation,
    avatar: Avatar,
    data: DataModels,
}

/// Owns the models and writes the stores.
pub struct Writer {
    /// The conversation on display.
    conversation: Conversation,
    avatar: Avatar,
    /// The live models, during playback of a recording.
    suspended: Option<SuspendedModels>,
    turns: HashMap<TurnKey, ArcRwSignal<Turn>>,
    connection: ConnectionStore,
    talk: TalkStore,
    data: DataStore,
    history: ModelSignal<Recorder>,
    findings: ModelSignal<Analyzer>,
    notices: Notices,
    settings: SettingsStore,
    /// Number of texts that a reload would lose.
    unpersisted: usize,
}

impl Writer {
    #[must_use]
    pub fn new(
        connection: ConnectionStore,
        talk: TalkStore,
        data: DataStore,
        (history, findings): (ModelSignal<Recorder>, ModelSignal<Analyzer>),
        notices: Notices,
        settings: SettingsStore,
    ) -> Self {
        Self {
            conversation: Conversation::default(),
            avatar: Avatar::default(),
            suspended: None,
            turns: HashMap::new(),
            connection,
            talk,
            data,
            history,
            findings,
            notices,
            settings,
            unpersisted: 0,
        }
    }

    /// Applies everything that happened since the last frame.
    pub fn apply(&mut self, batch: Batch) {
        self.swap();
        self.keep_limits();
        for event in &batch.events {
            self.history.change(|recorder| recorder.record(event));
            self.update_models(event);
            self.report(event);
        }
        self.swap();
        self.history.notify(Recorder::revision);
        self.analyse();
        self.report_unkept(batch.unpersisted);
        self.tell_of_copy(batch.left_to_other_tab);
        self.connection.apply(batch.status);
        self.show();
    }

    /// Informs the analysis that a second has passed.
    pub fn tick(&mut self) {
        self.findings.change(|analyzer| analyzer.tick(driver::now()));
        self.findings.notify(|analyzer| analyzer.log().revision());
    }

    fn analyse(&self) {
        self.history.with_untracked(|recorder| self.findings.change(|analyzer| analyzer.catch_up(recorder)));
        self.findings.notify(|analyzer| analyzer.log().revision());
    }

    /// Replaces the models on display by empty ones for a recording. The live ones stay suspended and up to date.
    pub fn begin_playback(&mut self) {
        if self.suspended.is_none() {
            self.suspended = Some(SuspendedModels::default());
            self.swap();
        }
        self.rewind();
    }

    /// Resets the models on display to the recording's beginning.
    pub fn rewind(&mut self) {
        let mut nothing = SuspendedModels::default();
        self.swap_with(&mut nothing);
        self.show_all();
    }

    /// Applies further events of the recording.
    pub fn play<'a>(&mut self, events: impl IntoIterator<Item = &'a LinkEvent>) {
        for event in events {
            self.update_models(event);
        }
        self.show();
    }

    /// Returns to the live models.
    pub fn end_playback(&mut self) {
        self.swap();
        self.suspended = None;
        self.show_all();
    }

    /// During playback, swaps the suspended live models with those on display. A second call swaps them back.
    fn swap(&mut self) {
        if let Some(mut suspended) = self.suspended.take() {
            self.swap_with(&mut suspended);
            self.suspended = Some(suspended);
        }
    }

    fn swap_with(&mut self, others: &mut SuspendedModels) {
        std::mem::swap(&mut self.conversation, &mut others.conversation);
        std::mem::swap(&mut self.avatar, &mut others.avatar);
        self.data.swap(&mut others.data);
    }

    fn show(&mut self) {
        self.data.notify();
        set_if_changed(self.talk.mode, self.avatar.mode);
        set_if_changed(self.talk.emotion, self.avatar.emotion);
        self.show_conversation();
    }

    fn show_all(&mut self) {
        self.turns.clear();
        self.conversation.change_all();
        self.data.notify_swapped();
        self.show();
    }

    /// Applies the retention limits, which the user may change at any time.
    fn keep_limits(&mut self) {
        let (turns, limits) =
            self.settings.current.with_untracked(|settings| (settings.conversation_limit, settings.history_limits()));
        self.conversation.set_limit(usize::try_from(turns).unwrap_or(usize::MAX));
        self.history.change(|recorder| recorder.set_limits(limits));
    }

    fn update_models(&mut self, event: &LinkEvent) {
        match event {
            LinkEvent::Event(happened) => {
                self.conversation.apply_event(happened);
                self.avatar.apply(&happened.event);
                self.data.apply(happened);
            }
            LinkEvent::Message(status) => self.conversation.apply_message(status),
            LinkEvent::Phase { phase, .. } if phase.kind() != PhaseKind::Ready => {
                self.conversation.disconnected();
                self.avatar.disconnected();
                self.data.disconnected();
            }
            _ => {}
        }
    }

    /// Shows notices and plays tones that the user should get on any page.
    fn report(&self, event: &LinkEvent) {
        match event {
            LinkEvent::Event(happened) => self.sound(&happened.event),
            LinkEvent::Message(status) => self.report_message(status),
            LinkEvent::FrameIn { kind: FrameKind::Unreadable(error), text, .. } => {
                let words = format!("A frame from Coda could not be read: {error}. Nothing else was lost.");
                self.notices.show_with_details(Severity::Warn, "unreadable frame", words, Some(&redact(text)));
            }
            LinkEvent::FrameIn { kind: FrameKind::Binary(bytes), .. } => {
                let words = format!("Coda sent a binary frame of {bytes} bytes, which means nothing here.");
                self.notices.show(Severity::Warn, "binary frame", words);
            }
            LinkEvent::Resumed { resumed, .. } => self.report_resumption(*resumed),
            LinkEvent::Phase { .. }
            | LinkEvent::FrameIn { .. }
            | LinkEvent::Reply { .. }
            | LinkEvent::FrameOut { .. }
            | LinkEvent::Protections { .. } => {}
        }
    }

    /// Plays a tone, if the user turned sounds on.
    fn sound(&self, event: &Event) {
        let sound = match event {
            Event::ConversationTurn(turn) if turn.role == "assistant" => Sound::Answer,
            Event::ListeningError(_) | Event::AnswerError(_) | Event::SpeechError(_) | Event::SystemError(_) => {
                Sound::Error
            }
            _ => return,
        };
        if self.settings.current.with_untracked(|settings| settings.sounds) {
            driver::play(sound);
        }
    }

    /// Reports the outcomes of commands. Texts show theirs in the conversation instead.
    fn report_message(&self, status: &MessageStatus) {
        let what = match &*status.command {
            Command::TextInput { .. } | Command::Ping => return,
            Command::DemoFlow => "“Run demo”",
            Command::SttStart(_) => "“Listen”",
            Command::SttStop => "“Stop listening”",
            Command::TtsStop => "“Stop speaking”",
            Command::Custom { kind, .. } => kind.as_str(),
        };
        match &status.state {
            MessageState::Failed(failure) => {
                self.notices.show(Severity::Error, "message failed", format!("{what} was not sent: {failure}."));
            }
            MessageState::Expired => {
                let words = format!("{what} waited too long for a connection and was not sent.");
                self.notices.show(Severity::Warn, "message expired", words);
            }
            MessageState::Unconfirmed => {
                let words = format!("{what} was sent, but Coda did not confirm it. Look whether it happened.");
                self.notices.show(Severity::Warn, "message unconfirmed", words);
            }
            _ => {}
        }
    }

    fn report_unkept(&mut self, count: usize) {
        let before = std::mem::replace(&mut self.unpersisted, count);
        if before == 0 && count > 0 {
            let words = "More text waits than can be kept: some of it would not outlive a reload of this page.";
            self.notices.show(Severity::Warn, "unkept texts", words.into());
        } else if before > 0 && count == 0 {
            self.notices.clear("unkept texts");
        }
    }

    fn tell_of_copy(&self, count: usize) {
        if count > 0 {
            let texts = if count == 1 { "The text that waits is" } else { "The texts that wait are" };
            let words = format!("This tab is a copy of another one. {texts} left to that tab while it is open.");
            self.notices.show(Severity::Info, "copied tab", words);
        }
    }

    fn report_resumption(&self, resumed: GapReport) {
        if resumed.restarted {
            self.notices.show(
                Severity::Info,
                "server restarted",
                "Coda was restarted. What it said before stays here.".into(),
            );
        }
        if let Some(words) = missed_words(&resumed) {
            self.notices.show(Severity::Info, "missed events", words);
        }
    }

    fn show_conversation(&mut self) {
        let changes = self.conversation.take_changes();
        for key in &changes.turns {
            if let (Some(turn), Some(signal)) = (self.conversation.turn(*key), self.turns.get(key)) {
                page_signal::set(signal, turn.clone());
            }
        }
        if changes.order {
            let generation = self.data.generation.get_untracked();
            let mut known = std::mem::take(&mut self.turns);
            let rows = self.conversation.turns().iter().map(|turn| {
                let signal = known.remove(&turn.key).unwrap_or_else(|| ArcRwSignal::new(turn.clone()));
                TurnRow { key: RowKey { generation, turn: turn.key }, turn: signal }
            });
            let rows: Vec<TurnRow> = rows.collect();
            self.turns = rows.iter().map(|row| (row.key.turn, row.turn.clone())).collect();
            self.talk.rows.set(rows);
            set_if_changed(self.talk.dropped, self.conversation.dropped());
        }
    }
}
