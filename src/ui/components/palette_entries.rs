//! What the palette offers, by which words it is found, and what comes of choosing it.

use leptos::prelude::*;

use super::conversation_tools::{ExportFormat, export};
use super::theme::switch_theme;
use crate::protocol::Command;
use crate::state::{App, NoticeLevel, Settings, Theme};
use crate::ui::app::PAGES;
use crate::ui::debugger::Side;

/// What can be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Choice {
    /// Another page.
    Go(&'static str),
    /// A part of the debugger.
    Debug(Side),
    /// The dock.
    Dock,
    /// The list of keys.
    Keys,
    /// Another address.
    ClearSearch,
    /// What the app does by itself.
    Act(Action),
}

/// A command that needs nothing but the app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Reconnect,
    Disconnect,
    Demo,
    RunDemo,
    StopSpeaking,
    StopListening,
    Export(ExportFormat),
    SwitchTheme,
    Theme(Theme),
    Unprotected(bool),
    EndNetwork,
    BackToLive,
}

/// A line of the palette.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) label: String,
    /// Other words for it.
    keywords: &'static str,
    pub(super) choice: Choice,
}

const EVERYWHERE: [(&str, &str, Choice); 20] = [
    ("Go to Troubleshooting", "help problems faq documentation", Choice::Go("/help")),
    ("Export the conversation as Markdown", "save download chat", Choice::Act(Action::Export(ExportFormat::Markdown))),
    ("Export the conversation as JSON", "save download chat", Choice::Act(Action::Export(ExportFormat::Json))),
    ("Debugger: findings", "problems errors faults diagnose", Choice::Debug(Side::Findings)),
    ("Debugger: recordings", "export import save har jsonl file play back test", Choice::Debug(Side::Recordings)),
    ("Debugger: replay to Coda", "repeat resend send again", Choice::Debug(Side::Replay)),
    ("Debugger: send a command", "raw message", Choice::Debug(Side::Send)),
    ("Debugger: experiments", "start simulate bad network delay drop chaos", Choice::Debug(Side::Experiments)),
    ("Show or hide the debugger", "dock toggle", Choice::Dock),
    ("Reconnect", "connect retry", Choice::Act(Action::Reconnect)),
    ("Disconnect", "offline close", Choice::Act(Action::Disconnect)),
    // Before the other demo: by mistake it costs a turn, the other the connection.
    ("Run demo", "sample turn try", Choice::Act(Action::RunDemo)),
    ("Use the demo", "simulated coda try", Choice::Act(Action::Demo)),
    ("Stop speaking", "silence quiet mute voice tts", Choice::Act(Action::StopSpeaking)),
    ("Stop listening", "microphone voice stt", Choice::Act(Action::StopListening)),
    ("Switch the theme", "toggle dark light mode appearance colours", Choice::Act(Action::SwitchTheme)),
    ("Theme: light", "mode appearance", Choice::Act(Action::Theme(Theme::Light))),
    ("Theme: dark", "mode appearance", Choice::Act(Action::Theme(Theme::Dark))),
    ("Theme: as the system", "mode appearance automatic", Choice::Act(Action::Theme(Theme::System))),
    ("Show all keys", "keyboard shortcuts hotkeys", Choice::Keys),
];

/// Whatever can be chosen at the moment.
pub(super) fn entries(app: &App, is_searching: bool) -> Vec<Entry> {
    let pages = PAGES.iter().map(|page| (format!("Go to {}", page.name), page.keywords, Choice::Go(page.href)));
    let unprotected = app.experiments.unprotected.get_untracked();
    let protections = if unprotected {
        ("Experiment: turn the protections on", "end stop experiments", Action::Unprotected(false))
    } else {
        ("Experiment: turn the protections off", "start experiments queue deduplication", Action::Unprotected(true))
    };
    let end_network = ("Experiment: end the bad network", "stop experiments", Action::EndNetwork);
    let back_to_live = ("Back to live", "end stop playback recording", Action::BackToLive);
    let has_network = app.experiments.conditions.with_untracked(Option::is_some);
    let has_playback = app.playback.is_on_now();
    let actions = [Some(protections), has_network.then_some(end_network), has_playback.then_some(back_to_live)];
    let actions = actions.into_iter().flatten().map(|(label, keywords, action)| (label, keywords, Choice::Act(action)));
    let clear = is_searching.then_some(("Clear the search", "conversation find filter", Choice::ClearSearch));
    let others = EVERYWHERE.into_iter().chain(actions).chain(clear);
    let others = others.map(|(label, keywords, choice)| (label.to_owned(), keywords, choice));
    pages.chain(others).map(|(label, keywords, choice)| Entry { label, keywords, choice }).collect()
}

/// The entries that all the words are in: those first that have them in their label.
pub(super) fn find(entries: &[Entry], typed: &str) -> Vec<Entry> {
    let typed = typed.to_lowercase();
    let has = |text: &str| {
        let text = text.to_lowercase();
        typed.split_whitespace().all(|word| text.contains(word))
    };
    let (by_label, others): (Vec<&Entry>, Vec<&Entry>) = entries.iter().partition(|entry| has(&entry.label));
    let by_keywords = others.into_iter().filter(|entry| has(&format!("{} {}", entry.label, entry.keywords)));
    by_label.into_iter().chain(by_keywords).cloned().collect()
}

/// Does it.
pub(super) fn act(app: &App, action: Action) {
    match action {
        Action::Reconnect => app.reconnect(),
        Action::Disconnect => app.disconnect(),
        Action::Demo => app.use_demo(),
        Action::RunDemo => send(app, Command::DemoFlow),
        Action::StopSpeaking => send(app, Command::TtsStop),
        Action::StopListening => send(app, Command::SttStop),
        Action::Export(format) => export(app, format),
        Action::SwitchTheme => switch_theme(app),
        Action::Theme(theme) => app.set_settings(Settings { theme, ..app.settings.current.get_untracked() }),
        Action::Unprotected(unprotected) => app.set_unprotected(unprotected),
        Action::EndNetwork => app.set_conditions(None),
        Action::BackToLive => app.playback.end(),
    }
}

fn send(app: &App, command: Command) {
    if let Some(coda) = app.sender() {
        coda.send(command, "command palette", "choose");
    } else {
        let words = "A recording is shown, so nothing is sent to Coda. Go back to live first.";
        app.notices.show(NoticeLevel::Warn, "recording shown", words.into());
    }
}
