//! Notices and tones for events that concern the user on any page.

use leptos::prelude::*;

use super::attention::Attention;
use super::notices::Notices;
use super::settings::SettingsStore;
use crate::browser::{self, Sound};
use crate::history::{Severity, describe_missed, redact};
use crate::link::{FrameKind, GapReport, LinkEvent, MessageState, MessageStatus};
use crate::protocol::{Command, Event};

pub(super) struct Reporter {
    notices: Notices,
    settings: SettingsStore,
    attention: Attention,
    /// Number of texts that a reload would lose.
    unpersisted: usize,
}

impl Reporter {
    pub(super) const fn new(notices: Notices, settings: SettingsStore, attention: Attention) -> Self {
        Self { notices, settings, attention, unpersisted: 0 }
    }

    /// Reports an event. Of several tabs that hear it, only the one of which `calls_user` is true calls the user.
    pub(super) fn report(&self, event: &LinkEvent, calls_user: bool) {
        match event {
            LinkEvent::Event(happened) if !happened.replayed => self.call(&happened.event, calls_user),
            LinkEvent::Message(status) => self.report_message(status),
            LinkEvent::FrameIn { kind: FrameKind::Unreadable(error), text, .. } => {
                let words = format!("A frame from Coda could not be read: {error}. Nothing else was lost.");
                self.notices.show_with_details(Severity::Warn, "unreadable frame", words, Some(&redact(text)));
            }
            LinkEvent::FrameIn { kind: FrameKind::Binary(bytes), .. } => {
                let words = format!("Coda sent a binary frame of {bytes} bytes, which the dashboard cannot read.");
                self.notices.show(Severity::Warn, "binary frame", words);
            }
            LinkEvent::Resumed { resumed, .. } => self.report_resumption(*resumed),
            LinkEvent::Event(_)
            | LinkEvent::Phase { .. }
            | LinkEvent::FrameIn { .. }
            | LinkEvent::Reply { .. }
            | LinkEvent::FrameOut { .. }
            | LinkEvent::Protections { .. } => {}
        }
    }

    /// Plays a tone and notifies of an answer or an error, as the user has chosen.
    fn call(&self, event: &Event, calls_user: bool) {
        let (sound, title, text) = match event {
            Event::ConversationTurn(turn) if turn.role == "assistant" => (Sound::Answer, "Coda", turn.content.as_str()),
            Event::SttError(_) | Event::LlmError(_) | Event::TtsError(_) | Event::SystemError(_) => {
                (Sound::Error, "Coda reported an error", event.error_message().unwrap_or_default())
            }
            _ => return,
        };
        let (sounds, notify) = self.settings.current.with_untracked(|settings| (settings.sounds, settings.notify));
        if sounds && calls_user {
            browser::play(sound);
        }
        self.attention.call(title, text, notify && calls_user);
    }

    /// Reports the outcomes of commands. Texts show theirs in the conversation instead.
    fn report_message(&self, status: &MessageStatus) {
        let what = match &*status.command {
            Command::Custom { kind, .. } => kind.as_str(),
            known => match known.rules().label {
                Some(label) => label,
                None => return,
            },
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
                let words = format!("{what} was sent, but Coda did not confirm it. Check whether it happened.");
                self.notices.show(Severity::Warn, "message unconfirmed", words);
            }
            _ => {}
        }
    }

    pub(super) fn report_unpersisted(&mut self, count: usize) {
        let before = std::mem::replace(&mut self.unpersisted, count);
        if before == 0 && count > 0 {
            let words = "Too many unsent messages to store. Reloading this page discards some of them.";
            self.notices.show(Severity::Warn, "unkept texts", words.into());
        } else if before > 0 && count == 0 {
            self.notices.clear("unkept texts");
        }
    }

    fn report_resumption(&self, resumed: GapReport) {
        if resumed.restarted {
            self.notices.show(
                Severity::Info,
                "server restarted",
                "Coda was restarted. Earlier messages stay on this page.".into(),
            );
        }
        if let Some(words) = describe_missed(&resumed) {
            self.notices.show(Severity::Info, "missed events", words);
        }
    }
}
