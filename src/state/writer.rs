//! The only writer of the stores: applies a frame's events to the models and updates the signals that changed.

use std::collections::HashMap;
use std::time::Duration;

use leptos::prelude::*;

use super::attention::Attention;
use super::connection::ConnectionStore;
use super::data::DataStore;
use super::keeper::{Keeper, Saving};
use super::model_signal::ModelSignal;
use super::models::Models;
use super::notices::Notices;
use super::page_signal::{PageSignal, set_and_prune};
use super::reporter::Reporter;
use super::settings::SettingsStore;
use super::snapshot::Snapshot;
use super::talk::{RowKey, TalkStore, TurnRow};
use crate::analysis::Analyzer;
use crate::browser::{self, IndexedDb, own_clients};
use crate::driver::Batch;
use crate::history::{Recorder, Severity, SyntheticEvent};
use crate::link::{LinkEvent, MessageId, ServerEvent};
use crate::model::{ConversationState, Turn, TurnKey};
use crate::protocol::{Event, Instant};
use crate::store::conversations::{KeptTurn, Latest};
use crate::store::{SessionId, StoreError, VisitId};

/// A second that took longer than this was a hang, in which another tab may have taken over.
const TIMELY: Duration = Duration::from_millis(1_500);

pub struct Writer {
    models: Models,
    reporter: Reporter,
    turns: HashMap<TurnKey, ArcRwSignal<Turn>>,
    connection: ConnectionStore,
    talk: TalkStore,
    data: DataStore,
    history: ModelSignal<Recorder>,
    findings: ModelSignal<Analyzer>,
    settings: SettingsStore,
    /// Number of synthetic events in the models on display.
    synthetic: PageSignal<usize>,
    keeper: Keeper,
    last_tick: Instant,
    /// Whether a part of a frame's events is applied, and which have been received is not known yet.
    is_midway: bool,
    /// How the last write to the browser's store ended.
    save_outcome: Option<Result<(), StoreError>>,
}

impl Writer {
    #[must_use]
    pub fn new(
        connection: ConnectionStore,
        talk: TalkStore,
        data: DataStore,
        (history, findings): (ModelSignal<Recorder>, ModelSignal<Analyzer>),
        (notices, attention): (Notices, Attention),
        (settings, synthetic): (SettingsStore, PageSignal<usize>),
    ) -> Self {
        Self {
            models: Models::new(data),
            reporter: Reporter::new(notices, settings, attention),
            turns: HashMap::new(),
            connection,
            talk,
            data,
            history,
            findings,
            settings,
            keeper: Keeper::new(browser::now()),
            last_tick: browser::now().mono,
            is_midway: false,
            save_outcome: None,
            synthetic,
        }
    }

    /// Applies what happened, and shows it once no more follows.
    pub fn apply(&mut self, batch: Batch) {
        self.keep_limits();
        let sharing = self.connection.sharing.get_untracked();
        if batch.sharing.doubts() > sharing.doubts() {
            self.keeper.conversation.begin_session();
        }
        self.connection.sharing.set_if_changed(batch.sharing);
        let url = self.connection.url.get_untracked();
        if let Some(to) = batch.status.url.as_ref().filter(|to| url.as_ref() != Some(*to)) {
            self.keeper.set_server(to);
        }
        let change = url.zip(batch.status.url.clone()).filter(|(from, to)| from != to);
        if let Some((from, to)) = &change {
            self.clear_synthetic();
            self.models.with_live(|models| models.change_server(from, to));
        }
        if batch.events.iter().any(is_echo_of_another) {
            let own = own_clients::own_clients();
            self.models.set_own_clients(&own);
            self.findings.change(|analyzer| analyzer.add_own_clients(own));
        }
        let keeper = &mut self.keeper;
        self.models.apply_live(&batch.events, |conversation| keeper.conversation.note(conversation));
        for event in &batch.events {
            self.history.change(|recorder| recorder.record(event));
            self.reporter.report(event, batch.sharing.calls_user());
        }
        self.history.with_untracked(|recorder| self.findings.change(|analyzer| analyzer.catch_up(recorder)));
        self.is_midway = batch.received.is_none();
        let Some(received) = batch.received else { return };
        self.history.notify(Recorder::revision);
        self.findings.notify(|analyzer| analyzer.log().revision());
        self.keeper.note_received(received);
        if browser::is_hidden() && self.keeper.is_due(browser::now().mono) {
            // A hidden page's timers may be an age apart.
            self.save();
        }
        self.reporter.report_unpersisted(batch.unpersisted);
        self.connection.is_flooded.set_if_changed(batch.is_flood);
        self.connection.apply(batch.status);
        if change.is_some() {
            self.show_all();
        } else {
            self.show();
        }
    }

    /// Tells the analysis that a second has passed.
    pub fn tick(&mut self) {
        if !self.is_midway {
            // Otherwise, what it would miss may have arrived.
            self.findings.change(|analyzer| analyzer.tick(browser::now()));
            self.findings.notify(|analyzer| analyzer.log().revision());
        }
        let now = browser::now().mono;
        let is_timely = now.duration_since(std::mem::replace(&mut self.last_tick, now)) <= TIMELY;
        // After a hang, another tab may have taken over. The driver finds out before the next second is over.
        if is_timely { self.save() } else { self.save_as(Saving::NotYet) }
    }

    // ------------------------------------------------------------ other tabs

    /// Writes what the page shows, for the page of another tab.
    pub fn snapshot(&mut self) -> Option<String> {
        Snapshot::write(&mut self.models, self.keeper.for_other_tab())
    }

    /// This tab has left the others, if there were any.
    pub fn left(&mut self, others_go_on: bool) {
        if others_go_on {
            self.keeper.leave_all();
        } else {
            self.save_as(Saving::Here);
        }
    }

    /// Shows what another tab does, in place of what was shown so far.
    pub fn take_over(&mut self, snapshot: &str) {
        let Some(snapshot) = Snapshot::read(snapshot) else { return };
        self.clear_synthetic();
        let keeper = snapshot.into_models(&mut self.models);
        self.keeper.take_over(keeper);
        let is_first = self.history.with_untracked(Recorder::is_empty);
        if !is_first {
            let words =
                "This tab took over its contents from another tab. That tab's record contains what this tab missed.";
            self.history.change(|recorder| recorder.note(Severity::Info, words, browser::now()));
            self.history.notify(Recorder::revision);
        }
        self.show_all();
    }

    // ------------------------------------------------------------ later visits

    /// From now on, writes what is to be kept to this store, or to none.
    pub fn set_store(&mut self, store: Option<IndexedDb>) {
        self.keeper.set_store(store);
    }

    /// Shows what earlier visits have kept of the server at `url`, and continues its session.
    pub fn restore(&mut self, url: &str, kept: Latest) {
        self.keeper.set_server(url);
        let (turns, numbers): (Vec<Turn>, Vec<_>) =
            kept.turns.iter().map(|kept| (kept.turn.clone(), (&kept.session, kept.number))).unzip();
        let session = kept.state.as_ref().map(|state| &state.session);
        let place_of = |number| numbers.iter().position(|place| Some(place.0) == session && place.1 == number);
        let state = kept.state.as_ref().map_or_else(ConversationState::default, |state| state.conversation.clone());
        let mut keys = Vec::new();
        self.models.with_live(|models| keys = models.conversation.restore(turns, &state, place_of));
        self.keeper.conversation.adopt(kept, &keys);
        self.show();
    }

    /// Continues the session of an earlier visit once the page uses the server at `url`.
    pub fn expect_server(&mut self, url: &str, kept: Latest) {
        self.keeper.expect_server(url, kept);
    }

    /// Shows entries from before the oldest one.
    pub fn prepend(&mut self, kept: Latest) {
        let turns = kept.turns.iter().map(|KeptTurn { turn, .. }| turn.clone()).collect();
        let mut keys = Vec::new();
        self.models.with_live(|models| keys = models.conversation.prepend(turns));
        self.keeper.conversation.adopt(kept, &keys);
        self.show();
    }

    /// Leaves a text of an earlier visit, whose outcome is unknown, at that.
    pub fn leave(&mut self, id: MessageId) {
        self.models.with_live(|models| models.conversation.leave(id));
        self.note();
        self.show();
    }

    /// The oldest entry on the page that is kept: its server, its session and its number in it.
    pub fn oldest_kept(&mut self) -> Option<(String, SessionId, u32)> {
        let keeper = &self.keeper;
        let mut oldest = None;
        self.models.with_live(|models| {
            let first = models.conversation.turns().front().map(|turn| turn.key);
            oldest = first.and_then(|first| keeper.conversation.oldest_from(first));
        });
        oldest
    }

    /// The session that is being written.
    #[must_use]
    pub fn current_session(&self) -> Option<SessionId> {
        self.keeper.conversation.current().cloned()
    }

    /// The visit whose record is being written.
    #[must_use]
    pub fn visit(&self) -> VisitId {
        self.keeper.visit().clone()
    }

    /// Forgets a session that was deleted, and removes its entries from the page.
    pub fn forget_session(&mut self, session: &SessionId) {
        self.note();
        let gone = self.keeper.conversation.forget(session);
        self.models.with_live(|models| models.conversation.remove(|key| gone.contains(&key)));
        self.show();
    }

    /// Removes everything from the page that it was told, after it was erased from the store.
    pub fn erase(&mut self) {
        self.clear_synthetic();
        self.models.with_live(Models::erase);
        self.history.change(Recorder::clear);
        self.history.notify(Recorder::revision);
        self.findings.change(|analyzer| {
            *analyzer = Analyzer::default();
            analyzer.add_own_clients(own_clients::own_clients());
        });
        self.findings.notify(|analyzer| analyzer.log().revision());
        self.forget_kept();
        self.show_all();
    }

    /// Forgets everything that was kept.
    pub fn forget_kept(&mut self) {
        self.note();
        self.history.with_untracked(|recorder| self.keeper.forget_all(recorder));
    }

    /// Returns how the last write to the store ended, once.
    pub fn take_save_outcome(&mut self) -> Option<Result<(), StoreError>> {
        self.save_outcome.take()
    }

    fn note(&mut self) {
        let keeper = &mut self.keeper;
        self.models.with_live(|models| keeper.conversation.note(&mut models.conversation));
    }

    /// Begins to write what changed.
    pub fn save(&mut self) {
        let sharing = self.connection.sharing.get_untracked();
        self.save_as(match sharing {
            _ if self.is_midway => Saving::NotYet,
            _ if sharing.keeps() => Saving::Here,
            _ if sharing.is_follower() => Saving::InOtherTab,
            _ => Saving::NotYet,
        });
    }

    /// Whether rows of the record wait to be written, of which there were too many for one write.
    #[must_use]
    pub const fn is_behind(&self) -> bool {
        self.keeper.is_behind()
    }

    /// Begins to write more of the record.
    pub fn save_record(&mut self) {
        self.save_as(Saving::NotYet);
    }

    /// Begins to write what changed: the record, and the conversation as far as this tab writes it.
    fn save_as(&mut self, saving: Saving) {
        let (keeper, history) = (&mut self.keeper, self.history);
        let limit = self.settings.current.with_untracked(|settings| settings.record_limits().bytes);
        let mut outcome = None;
        self.models.with_live(|models| {
            outcome = history.with_untracked(|recorder| {
                keeper.save(&models.conversation, recorder, limit, saving, browser::now().mono)
            });
        });
        if outcome.is_some() {
            self.save_outcome = outcome;
        }
    }

    /// Shows empty models for a recording in place of the live ones, which stay suspended and up to date.
    pub fn begin_playback(&mut self) {
        self.clear_synthetic();
        self.models.suspend();
        self.rewind();
    }

    /// Resets the models on display to the recording's beginning.
    pub fn rewind(&mut self) {
        self.models.rewind();
        self.show_all();
    }

    /// Applies further events of the recording.
    pub fn play<'a>(&mut self, events: impl IntoIterator<Item = &'a LinkEvent>) {
        events.into_iter().for_each(|event| self.models.apply(event));
        self.show();
    }

    /// Returns to the live models.
    pub fn end_playback(&mut self) {
        self.models.resume();
        self.show_all();
    }

    /// Gives an event to the models as if Coda had sent it, and to nothing else but the record. The live models are set
    /// aside meanwhile, and stay up to date without it.
    pub fn inject(&mut self, event: &SyntheticEvent) {
        let at = browser::now();
        self.models.fork();
        let epoch = self.history.with_untracked(|recorder| recorder.epoch_of(recorder.numbers().end));
        self.models.apply_synthetic(&event.received(epoch, at));
        self.history.change(|recorder| recorder.synthetic(&event.text, at));
        self.history.notify(Recorder::revision);
        self.synthetic.update(|count| *count += 1);
        self.show();
    }

    /// Shows the live models again, without the synthetic events.
    pub fn clear_synthetic(&mut self) {
        if self.models.is_forked() {
            self.models.resume();
            self.synthetic.set(0);
            self.show_all();
        }
    }

    fn show(&mut self) {
        self.data.notify();
        self.talk.mode.set_if_changed(self.models.avatar.mode);
        self.talk.speaking.set_if_changed(self.models.avatar.speaking);
        self.talk.emotion.set_if_changed(self.models.avatar.emotion);
        self.talk.begins.set_if_changed(self.models.conversation.begins().cloned());
        self.talk.feedback.set_if_changed(self.models.conversation.feedback_question().map(str::to_owned));
        self.show_conversation();
    }

    fn show_all(&mut self) {
        self.turns.clear();
        self.models.conversation.change_all();
        self.data.notify_swapped();
        self.show();
    }

    /// Applies the retention limits, which the user may change at any time.
    fn keep_limits(&mut self) {
        let (turns, limits, budgets) = self
            .settings
            .current
            .with_untracked(|settings| (settings.conversation_limit, settings.history_limits(), settings.budgets()));
        self.findings.change(|analyzer| analyzer.set_budgets(budgets));
        self.models.conversation.set_limit(usize::try_from(turns).unwrap_or(usize::MAX));
        self.history.change(|recorder| recorder.set_limits(limits));
    }

    fn show_conversation(&mut self) {
        let changes = self.models.conversation.take_changes();
        for key in &changes.turns {
            if let (Some(turn), Some(signal)) = (self.models.conversation.turn(*key), self.turns.get(key)) {
                set_and_prune(signal, turn.clone());
            }
        }
        if changes.order {
            let generation = self.data.generation.get_untracked();
            let mut known = std::mem::take(&mut self.turns);
            let turns = self.models.conversation.turns().iter();
            self.turns = turns
                .map(|turn| {
                    let signal = known.remove(&turn.key).unwrap_or_else(|| ArcRwSignal::new(turn.clone()));
                    (turn.key, signal)
                })
                .collect();
            let row = |turn: &Turn| {
                let signal = self.turns.get(&turn.key)?.read_only();
                Some(TurnRow { key: RowKey { generation, turn: turn.key }, turn: signal })
            };
            let rows = self.models.conversation.turns().iter().filter_map(row).collect();
            self.talk.rows.set(rows);
            self.talk.dropped.set_if_changed(self.models.conversation.dropped());
        }
    }
}

/// Whether it echoes a message that this tab did not send.
fn is_echo_of_another(event: &LinkEvent) -> bool {
    matches!(event, LinkEvent::Event(ServerEvent { answers: None, event: Event::ClientMessage(_), .. }))
}
