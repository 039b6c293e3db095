//! Palette entries, how they are found, and what they do.

use icondata_core::Icon as IconData;
use icondata_lu::{LuArrowRight, LuBug, LuKeyboard, LuMessageSquare, LuSearch, LuTerminal};
use leptos::prelude::*;

use crate::link::PhaseKind;
use crate::model::{MINI_COMMANDS, MiniCommand, StageKind};
use crate::protocol::Command;
use crate::state::{Settings, Severity, Theme, WebSocketContext};
use crate::ui::components::conversation::{ExportFormat, export};
use crate::ui::components::theme::switch_theme;
use crate::ui::debugger::Side;
use crate::ui::routes::PAGES;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PaletteAction {
    /// Opens a page.
    Go(&'static str),
    /// Opens a part of the debugger.
    Debug(Side),
    /// Toggles the dock.
    Dock,
    /// Opens the list of shortcuts.
    Keys,
    ClearSearch,
    /// Searches the conversation for what was typed.
    Search,
    Act(AppAction),
}

/// Commands that need only the [`WebSocketContext`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AppAction {
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
    ClearSynthetic,
    /// Sends a mini-command.
    Ask(&'static MiniCommand, Option<&'static str>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) label: String,
    /// Extra search terms.
    keywords: &'static str,
    pub(super) choice: PaletteAction,
}

/// Groups of entries, in their order.
pub(super) const GROUPS: [&str; 4] = ["Pages", "Commands", "Debugger", "Ask Coda"];

impl Entry {
    /// Entries of one group stand together.
    pub(super) const fn group(&self) -> &'static str {
        match self.choice {
            PaletteAction::Go(_) => "Pages",
            PaletteAction::Debug(_) | PaletteAction::Dock => "Debugger",
            PaletteAction::Act(AppAction::Ask(..)) => "Ask Coda",
            PaletteAction::Search => "Search",
            PaletteAction::Keys | PaletteAction::ClearSearch | PaletteAction::Act(_) => "Commands",
        }
    }

    pub(super) fn icon(&self) -> IconData {
        match self.choice {
            PaletteAction::Go(path) => {
                PAGES.iter().find(|page| page.href == path).map_or(LuArrowRight, |page| page.icon)
            }
            PaletteAction::Debug(_) | PaletteAction::Dock => LuBug,
            PaletteAction::Act(AppAction::Ask(..)) => LuMessageSquare,
            PaletteAction::Search => LuSearch,
            PaletteAction::Keys => LuKeyboard,
            PaletteAction::ClearSearch | PaletteAction::Act(_) => LuTerminal,
        }
    }

    /// Keys that do the same.
    pub(super) const fn shortcut(&self) -> Option<&'static str> {
        match self.choice {
            PaletteAction::Dock => Some("Ctrl `"),
            PaletteAction::Keys => Some("?"),
            PaletteAction::Act(AppAction::StopSpeaking) => Some("Esc"),
            _ => None,
        }
    }

    /// Searches the conversation for what was typed.
    pub(super) fn search(typed: &str) -> Self {
        Self { label: format!("Search conversation for “{typed}”"), keywords: "", choice: PaletteAction::Search }
    }
}

const EVERYWHERE: [(&str, &str, PaletteAction); 19] = [
    (
        "Export the conversation as Markdown",
        "save download chat",
        PaletteAction::Act(AppAction::Export(ExportFormat::Markdown)),
    ),
    (
        "Export the conversation as JSON",
        "save download chat",
        PaletteAction::Act(AppAction::Export(ExportFormat::Json)),
    ),
    ("Debugger: findings", "problems errors faults diagnose", PaletteAction::Debug(Side::Findings)),
    (
        "Debugger: recordings",
        "export import save har jsonl file play back test",
        PaletteAction::Debug(Side::Recordings),
    ),
    ("Debugger: compare recordings", "diff differences yesterday regression", PaletteAction::Debug(Side::Compare)),
    ("Debugger: bug report", "bundle issue save file share", PaletteAction::Debug(Side::BugReport)),
    ("Debugger: statistics", "count rate size types clients", PaletteAction::Debug(Side::Statistics)),
    ("Debugger: replay to Coda", "repeat resend send again", PaletteAction::Debug(Side::Replay)),
    ("Debugger: send a command", "raw message", PaletteAction::Debug(Side::Send)),
    ("Debugger: experiments", "start simulate bad network delay drop chaos", PaletteAction::Debug(Side::Experiments)),
    ("Debugger: inject an event", "synthetic fake pretend receive try", PaletteAction::Debug(Side::Inject)),
    ("Show or hide the debugger", "dock toggle", PaletteAction::Dock),
    // Before the other demo: running this one by mistake costs a turn, the other one the connection.
    ("Play sample turn", "run demo try", PaletteAction::Act(AppAction::RunDemo)),
    ("Try the demo", "simulated coda try", PaletteAction::Act(AppAction::Demo)),
    ("Switch the theme", "toggle dark light mode appearance colours", PaletteAction::Act(AppAction::SwitchTheme)),
    ("Theme: light", "mode appearance", PaletteAction::Act(AppAction::Theme(Theme::Light))),
    ("Theme: dark", "mode appearance", PaletteAction::Act(AppAction::Theme(Theme::Dark))),
    ("Theme: match system", "mode appearance automatic", PaletteAction::Act(AppAction::Theme(Theme::System))),
    ("Keyboard shortcuts", "keys hotkeys help", PaletteAction::Keys),
];

/// Everything available at the moment.
pub(super) fn entries(context: &WebSocketContext, is_searching: bool) -> Vec<Entry> {
    let pages = PAGES.iter().map(|page| (format!("Go to {}", page.name), page.keywords, PaletteAction::Go(page.href)));
    let unprotected = context.experiments.unprotected.get_untracked();
    let protections = if unprotected {
        ("Experiment: turn protections on", "end stop experiments", AppAction::Unprotected(false))
    } else {
        ("Experiment: turn protections off", "start experiments queue deduplication", AppAction::Unprotected(true))
    };
    let end_network = ("Experiment: stop network simulation", "stop experiments", AppAction::EndNetwork);
    let back_to_live = ("Back to live", "end stop playback recording", AppAction::BackToLive);
    let has_network = context.experiments.conditions.with_untracked(Option::is_some);
    let has_playback = context.playback.is_on_now();
    let clear_synthetic = ("Clear injected events", "end inject", AppAction::ClearSynthetic);
    let has_synthetic = context.synthetic.count.get_untracked() > 0;
    let is_offline = context.connection.phase.with_untracked(|phase| phase.kind() == PhaseKind::Offline);
    let connect = if is_offline {
        ("Connect", "reconnect", AppAction::Reconnect)
    } else {
        ("Reconnect", "connect retry", AppAction::Reconnect)
    };
    let disconnect = ("Disconnect", "offline close", AppAction::Disconnect);
    let is_running = |kind| {
        context.data.pipeline.with_untracked(|pipeline| pipeline.current().is_some_and(|stage| stage.kind == kind))
    };
    let stop_speaking = ("Stop speaking", "silence quiet mute voice tts", AppAction::StopSpeaking);
    let stop_listening = ("Stop listening", "microphone voice stt", AppAction::StopListening);
    let actions = [
        is_running(StageKind::Speaking).then_some(stop_speaking),
        is_running(StageKind::Listening).then_some(stop_listening),
        Some(connect),
        (!is_offline).then_some(disconnect),
        Some(protections),
        has_network.then_some(end_network),
        has_playback.then_some(back_to_live),
        has_synthetic.then_some(clear_synthetic),
    ];
    let actions =
        actions.into_iter().flatten().map(|(label, keywords, action)| (label, keywords, PaletteAction::Act(action)));
    let clear = is_searching.then_some(("Clear search", "conversation find filter", PaletteAction::ClearSearch));
    let others = EVERYWHERE.into_iter().chain(actions).chain(clear);
    let others = others.map(|(label, keywords, choice)| (label.to_owned(), keywords, choice));
    let asks = MINI_COMMANDS.iter().flat_map(|command| {
        let bare = (!command.needs_argument).then_some(None);
        let variants = bare.into_iter().chain(command.arguments.iter().copied().map(Some));
        variants.map(move |argument| {
            let label = format!("Coda: {} – {}", said(command, argument), command.description);
            (
                label,
                "mini-command ask memory feedback tone personality",
                PaletteAction::Act(AppAction::Ask(command, argument)),
            )
        })
    });
    pages.chain(others).chain(asks).map(|(label, keywords, choice)| Entry { label, keywords, choice }).collect()
}

fn said(command: &MiniCommand, argument: Option<&str>) -> String {
    argument.map_or_else(|| command.name.to_owned(), |argument| format!("{} {argument}", command.name))
}

/// Entries that contain all typed words; matches in the label come first.
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

pub(super) fn act(context: &WebSocketContext, action: AppAction) {
    match action {
        AppAction::Reconnect => context.reconnect(),
        AppAction::Disconnect => context.disconnect(),
        AppAction::Demo => context.use_demo(),
        AppAction::RunDemo => send(context, Command::DemoFlow),
        AppAction::StopSpeaking => send(context, Command::TtsStop),
        AppAction::StopListening => send(context, Command::SttStop),
        AppAction::Export(format) => export(context, format),
        AppAction::SwitchTheme => switch_theme(context),
        AppAction::Theme(theme) => context.set_settings(Settings { theme, ..context.settings.current.get_untracked() }),
        AppAction::Unprotected(unprotected) => context.set_unprotected(unprotected),
        AppAction::EndNetwork => context.set_conditions(None),
        AppAction::BackToLive => context.playback.end(),
        AppAction::ClearSynthetic => context.synthetic.clear(),
        AppAction::Ask(command, argument) => send(context, Command::TextInput { text: said(command, argument) }),
    }
}

fn send(context: &WebSocketContext, command: Command) {
    if let Some(coda) = context.sender() {
        coda.send(command, "command palette", "choose");
    } else {
        let words = "Cannot send: the pages show a recording. Go back to live first.";
        context.notices.show(Severity::Warn, "recording shown", words.into());
    }
}
