//! The only writer of the stores: takes what happened in a frame, and changes what must change.

use std::collections::HashMap;

use leptos::prelude::*;

use super::connection::ConnectionStore;
use super::data::{DataModels, DataStore};
use super::notices::Notices;
use super::settings::SettingsStore;
use super::talk::{Row, RowKey, TalkStore};
use super::watched::Watched;
use super::{lasting, set_if_changed};
use crate::analysis::Analyst;
use crate::driver::{self, Batch, Sound};
use crate::history::{Level, Recorder, mask, missed_words};
use crate::link::{LinkEvent, MessageState, MessageStatus, PhaseKind, Reading, Resumed};
use crate::model::{Avatar, Conversation, Turn, TurnKey};
use crate::protocol::{Command, Event};

/// Models that are not shown at the moment.
#[derive(Default)]
struct Aside {
    conversation: Conversation,
    avatar: Avatar,
    data: DataModels,
}

/// Owns the models and writes the stores.
pub struct Writer {
    /// What the page shows.
    conversation: Conversation,
    avatar: Avatar,
    /// While a recording is played back: the live models.
    aside: Option<Aside>,
    turns: HashMap<TurnKey, ArcRwSignal<Turn>>,
    connection: ConnectionStore,
    talk: TalkStore,
    data: DataStore,
    history: Watched<Recorder>,
    findings: Watched<Analyst>,
    notices: Notices,
    settings: SettingsStore,
    /// Texts that would not outlive a reload.
    not_kept: usize,
}

impl Writer {
    /// A writer of these stores.
    #[must_use]
    pub fn new(
        connection: ConnectionStore,
        talk: TalkStore,
        data: DataStore,
        (history, findings): (Watched<Recorder>, Watched<Analyst>),
        notices: Notices,
        settings: SettingsStore,
    ) -> Self {
        Self {
            conversation: Conversation::default(),
            avatar: Avatar::default(),
            aside: None,
            turns: HashMap::new(),
            connection,
            talk,
            data,
            history,
            findings,
            notices,
            settings,
            not_kept: 0,
        }
    }

    /// Applies what happened since the last frame.
    pub fn apply(&mut self, batch: Batch) {
        self.exchange();
        self.keep_limits();
        for event in &batch.events {
            self.history.change(|recorder| recorder.record(event));
            self.update_models(event);
            self.tell_of(event);
        }
        self.exchange();
        self.history.tell(Recorder::revision);
        self.analyse();
        self.tell_of_unkept(batch.not_kept);
        self.tell_of_copy(batch.left_to_other_tab);
        self.connection.apply(batch.status);
        self.show();
    }

    /// Lets a second pass.
    pub fn tick(&mut self) {
        self.findings.change(|analyst| analyst.tick(driver::now()));
        self.findings.tell(|analyst| analyst.board().revision());
    }

    fn analyse(&self) {
        self.history.with_untracked(|recorder| self.findings.change(|analyst| analyst.catch_up(recorder)));
        self.findings.tell(|analyst| analyst.board().revision());
    }

    /// Shows nothing instead of the live data, which wait aside and go on being fed, ready to take a recording.
    pub fn begin_playback(&mut self) {
        if self.aside.is_none() {
            self.aside = Some(Aside::default());
            self.exchange();
        }
        self.rewind();
    }

    /// Takes away what was played back so far.
    pub fn rewind(&mut self) {
        let mut nothing = Aside::default();
        self.exchange_with(&mut nothing);
        self.show_all();
    }

    /// Plays on.
    pub fn play<'a>(&mut self, events: impl IntoIterator<Item = &'a LinkEvent>) {
        for event in events {
            self.update_models(event);
        }
        self.show();
    }

    /// Shows the live data again.
    pub fn end_playback(&mut self) {
        self.exchange();
        self.aside = None;
        self.show_all();
    }

    /// While a recording is played back, puts the live models in the place of the shown ones, or back.
    fn exchange(&mut self) {
        if let Some(mut aside) = self.aside.take() {
            self.exchange_with(&mut aside);
            self.aside = Some(aside);
        }
    }

    fn exchange_with(&mut self, others: &mut Aside) {
        std::mem::swap(&mut self.conversation, &mut others.conversation);
        std::mem::swap(&mut self.avatar, &mut others.avatar);
        self.data.exchange(&mut others.data);
    }

    fn show(&mut self) {
        self.data.tell();
        set_if_changed(self.talk.mode, self.avatar.mode);
        set_if_changed(self.talk.emotion, self.avatar.emotion);
        self.show_conversation();
    }

    fn show_all(&mut self) {
        self.turns.clear();
        self.conversation.change_all();
        self.data.tell_all();
        self.show();
    }

    /// What may be kept can be set at any time.
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

    /// What the user should hear of at once, wherever he is.
    fn tell_of(&self, event: &LinkEvent) {
        match event {
            LinkEvent::Event(happened) => self.sound(&happened.event),
            LinkEvent::Message(status) => self.tell_of_message(status),
            LinkEvent::FrameIn { reading: Reading::Unreadable(error), text, .. } => {
                let words = format!("A frame from Coda could not be read: {error}. Nothing else was lost.");
                self.notices.show_with_details(Level::Warn, "unreadable frame", words, Some(&mask(text)));
            }
            LinkEvent::FrameIn { reading: Reading::Binary(bytes), .. } => {
                let words = format!("Coda sent a binary frame of {bytes} bytes, which means nothing here.");
                self.notices.show(Level::Warn, "binary frame", words);
            }
            LinkEvent::Resumed { resumed, .. } => self.tell_of_resumption(*resumed),
            LinkEvent::Phase { .. }
            | LinkEvent::FrameIn { .. }
            | LinkEvent::FrameOut { .. }
            | LinkEvent::Protections { .. } => {}
        }
    }

    /// What can be heard, for those who want to.
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

    /// Texts show their fate in the conversation; other messages have no place there.
    fn tell_of_message(&self, status: &MessageStatus) {
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
                self.notices.show(Level::Error, "message failed", format!("{what} was not sent: {failure}."));
            }
            MessageState::Expired => {
                let words = format!("{what} waited too long for a connection and was not sent.");
                self.notices.show(Level::Warn, "message expired", words);
            }
            MessageState::Unconfirmed => {
                let words = format!("{what} was sent, but Coda did not confirm it. Look whether it happened.");
                self.notices.show(Level::Warn, "message unconfirmed", words);
            }
            _ => {}
        }
    }

    fn tell_of_unkept(&mut self, count: usize) {
        let before = std::mem::replace(&mut self.not_kept, count);
        if before == 0 && count > 0 {
            let words = "More text waits than can be kept: some of it would not outlive a reload of this page.";
            self.notices.show(Level::Warn, "unkept texts", words.into());
        } else if before > 0 && count == 0 {
            self.notices.clear("unkept texts");
        }
    }

    fn tell_of_copy(&self, count: usize) {
        if count > 0 {
            let texts = if count == 1 { "The text that waits is" } else { "The texts that wait are" };
            let words = format!("This tab is a copy of another one. {texts} left to that tab while it is open.");
            self.notices.show(Level::Info, "copied tab", words);
        }
    }

    fn tell_of_resumption(&self, resumed: Resumed) {
        if resumed.restarted {
            self.notices.show(
                Level::Info,
                "server restarted",
                "Coda was restarted. What it said before stays here.".into(),
            );
        }
        if let Some(words) = missed_words(&resumed) {
            self.notices.show(Level::Info, "missed events", words);
        }
    }

    fn show_conversation(&mut self) {
        let changes = self.conversation.take_changes();
        for key in &changes.turns {
            if let (Some(turn), Some(signal)) = (self.conversation.turn(*key), self.turns.get(key)) {
                lasting::set(signal, turn.clone());
            }
        }
        if changes.order {
            let showing = self.data.showing.get_untracked();
            let mut known = std::mem::take(&mut self.turns);
            let rows = self.conversation.turns().iter().map(|turn| {
                let signal = known.remove(&turn.key).unwrap_or_else(|| ArcRwSignal::new(turn.clone()));
                Row { key: RowKey { showing, turn: turn.key }, turn: signal }
            });
            let rows: Vec<Row> = rows.collect();
            self.turns = rows.iter().map(|row| (row.key.turn, row.turn.clone())).collect();
            self.talk.rows.set(rows);
            set_if_changed(self.talk.dropped, self.conversation.dropped());
        }
    }
}
