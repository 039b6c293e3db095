//! What is kept in the browser: opening the store, loading earlier conversations and records, and managing them.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::keeper::random;
use super::notices::Notices;
use super::page_news::{KeptNews, OtherPages, PageNews};
use super::page_signal::PageSignal;
use super::settings::SettingsStore;
use super::writer::Writer;
use crate::browser::{self, DEMO_URL, IndexedDb};
use crate::history::Severity;
use crate::link::MessageId;
use crate::model::Turn;
use crate::store::conversations::{self, Found, Latest};
use crate::store::recordings::{self, RecordingId, SavedRecording};
use crate::store::visits::{self, Visit};
use crate::store::{Session, SessionId, StoreError, VisitId};

/// Entries loaded when the page opens: several screens, since they delay the first one.
const FIRST_PAGE: u32 = 24;
/// Entries loaded at once when the reader goes back.
const PAGE: u32 = 200;
/// Time after the start of the page at which old things are deleted for the first time, and the interval afterwards.
const FIRST_TRIM: Duration = Duration::from_secs(10);
const TRIM_INTERVAL: Duration = Duration::from_secs(60 * 60);

/// Whether anything is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keeping {
    /// The store is being opened.
    Opening,
    On,
    /// The user has turned it off. What was kept before can still be read and deleted.
    Off,
    Failed(StoreError),
}

/// The page's store in the browser.
#[derive(Clone, Copy)]
pub struct KeptStore {
    pub keeping: PageSignal<Keeping>,
    /// Number of kept entries before the oldest one on the page.
    pub earlier: PageSignal<u64>,
    /// Changes with every change by the user.
    pub revision: PageSignal<u64>,
    is_loading: StoredValue<bool>,
    /// Number of entries that had left the page when the earlier ones were counted.
    dropped: StoredValue<u64>,
    store: StoredValue<Option<IndexedDb>, LocalStorage>,
    writer: StoredValue<SharedWriter, LocalStorage>,
    settings: SettingsStore,
    notices: Notices,
    other_pages: StoredValue<OtherPages, LocalStorage>,
}

/// The only writer, which the driver also feeds.
type SharedWriter = Rc<RefCell<Writer>>;

impl KeptStore {
    pub(super) fn new(
        writer: SharedWriter,
        settings: SettingsStore,
        notices: Notices,
        other_pages: OtherPages,
    ) -> Self {
        let kept = Self {
            keeping: PageSignal::new(Keeping::Opening),
            earlier: PageSignal::new(0),
            revision: PageSignal::new(0),
            is_loading: StoredValue::new(false),
            dropped: StoredValue::new(0),
            store: StoredValue::new_local(None),
            writer: StoredValue::new_local(writer),
            settings,
            notices,
            other_pages: StoredValue::new_local(other_pages),
        };
        set_timeout(move || kept.trim(), FIRST_TRIM);
        set_interval(move || kept.trim(), TRIM_INTERVAL);
        kept
    }

    fn with_writer<R>(&self, act: impl FnOnce(&mut Writer) -> R) -> R {
        self.writer.with_value(|writer| act(&mut writer.borrow_mut()))
    }

    /// Opens the store.
    pub(super) async fn open(self) {
        let opened = IndexedDb::open().await;
        let is_wanted = self.settings.current.with_untracked(|settings| settings.keep);
        match opened {
            Ok(store) => {
                self.store.set_value(Some(store.clone()));
                self.with_writer(|writer| writer.set_store(is_wanted.then_some(store)));
                self.keeping.set_if_changed(if is_wanted { Keeping::On } else { Keeping::Off });
            }
            Err(error) if is_wanted => self.fail(error),
            Err(_) => self.keeping.set_if_changed(Keeping::Off),
        }
    }

    /// Shows what earlier visits have kept of the server at `url`.
    pub(super) fn restore(&self, url: &str, latest: Latest) {
        self.report_unreadable(latest.unreadable);
        self.with_writer(|writer| writer.restore(url, latest));
    }

    pub(super) fn expect_server(&self, url: &str, latest: Latest) {
        self.with_writer(|writer| writer.expect_server(url, latest));
    }

    /// Leaves a text of an earlier visit, whose outcome is unknown, at that.
    pub(super) fn leave(&self, id: MessageId) {
        self.with_writer(|writer| writer.leave(id));
    }

    /// Tells the user once if what is said is not kept, and when it is again. `dropped` is the number of entries that
    /// have left the page; once they are saved, they count as earlier ones.
    pub(super) fn report_saving(self, dropped: u64) {
        match self.with_writer(Writer::take_save_outcome) {
            Some(Ok(())) => {
                self.succeed();
                if self.dropped.get_value() != dropped {
                    self.dropped.set_value(dropped);
                    spawn_local(self.count_earlier());
                }
            }
            Some(Err(error)) => self.fail(error),
            None => {}
        }
    }

    /// Says once that nothing can be kept. The page goes on without.
    fn fail(&self, error: StoreError) {
        let failed = Keeping::Failed(error.clone());
        if self.keeping.get_untracked() != failed {
            let words = format!("New messages are not stored: {error}. Everything else works.");
            self.notices.show(Severity::Warn, "nothing kept", words);
            self.keeping.set(failed);
        }
    }

    /// Says that keeping works again.
    fn succeed(&self) {
        if matches!(self.keeping.get_untracked(), Keeping::Failed(_)) {
            self.notices.clear("nothing kept");
            self.keeping.set(Keeping::On);
        }
    }

    /// Follows the user's choice whether to keep anything.
    pub(super) fn follow_setting(self, keep: bool) {
        match (keep, self.keeping.get_untracked()) {
            (false, Keeping::Off) | (true, Keeping::Opening | Keeping::On) => {}
            (false, _) => {
                self.with_writer(|writer| writer.set_store(None));
                self.keeping.set(Keeping::Off);
            }
            (true, Keeping::Off | Keeping::Failed(_)) => {
                if self.keeping.get_untracked() == Keeping::Off {
                    // What was said meanwhile was not to be kept.
                    self.with_writer(Writer::forget_kept);
                }
                self.keeping.set(Keeping::Opening);
                spawn_local(self.open());
            }
        }
    }

    fn store(&self) -> Result<IndexedDb, StoreError> {
        self.store.get_value().ok_or(StoreError::Unavailable)
    }

    /// Loads what is kept of the server at `url`: its newest entries if `with_entries`.
    pub(super) async fn latest(self, url: &str, with_entries: bool) -> Option<Latest> {
        if url == DEMO_URL || self.keeping.get_untracked() != Keeping::On {
            return None;
        }
        let store = self.store().ok()?;
        let wanted = if with_entries { FIRST_PAGE } else { 0 };
        match conversations::latest(&store, url, wanted).await {
            Ok(latest) => Some(latest),
            Err(error) => {
                self.fail(error);
                None
            }
        }
    }

    /// Reports entries that could not be read.
    fn report_unreadable(&self, count: usize) {
        if count > 0 {
            let what = if count == 1 { "entry is" } else { "entries are" };
            let words = format!("{count} stored {what} damaged and cannot be shown. The others are available.");
            self.notices.show(Severity::Warn, "damaged entries", words);
        }
    }

    /// Loads entries from before the oldest one on the page. Returns whether there were any.
    pub async fn load_earlier(self) -> bool {
        let Some((url, session, number)) = self.with_writer(Writer::oldest_kept) else { return false };
        if self.is_loading.get_value() {
            return false;
        }
        let Ok(store) = self.store() else { return false };
        self.is_loading.set_value(true);
        let loaded = conversations::before(&store, &url, (&session, number), PAGE).await;
        self.is_loading.set_value(false);
        let is_same = self.with_writer(Writer::oldest_kept) == Some((url, session, number));
        match loaded {
            // Another tab's conversation has taken the place of this one.
            _ if !is_same => false,
            Ok(loaded) => {
                let found = !loaded.turns.is_empty();
                self.report_unreadable(loaded.unreadable);
                self.with_writer(|writer| writer.prepend(loaded));
                self.count_earlier().await;
                found
            }
            Err(error) => {
                self.fail(error);
                false
            }
        }
    }

    /// Counts the kept entries before the oldest one on the page.
    pub(super) async fn count_earlier(self) {
        let oldest = self.with_writer(Writer::oldest_kept);
        let count = match (self.store(), oldest) {
            (Ok(store), Some((url, session, number))) => {
                conversations::count_before(&store, &url, (&session, number)).await.unwrap_or_default()
            }
            _ => 0,
        };
        self.earlier.set_if_changed(count);
    }

    /// Loads all sessions, newest first.
    pub async fn sessions(self) -> Result<Vec<Session>, StoreError> {
        self.with_writer(Writer::save);
        let (sessions, unreadable) = conversations::sessions(&self.store()?).await?;
        self.report_unreadable(unreadable);
        Ok(sessions)
    }

    /// Loads the entries of a session.
    pub async fn turns(self, session: SessionId) -> Result<Vec<Turn>, StoreError> {
        conversations::turns(&self.store()?, &session).await
    }

    /// Searches a session for words.
    pub async fn search(self, session: &Session, words: &str) -> Result<Option<Found>, StoreError> {
        conversations::search(&self.store()?, session, words).await
    }

    /// Names a session.
    pub async fn rename(self, session: SessionId, name: String) -> Result<(), StoreError> {
        conversations::rename(&self.store()?, &session, &name).await?;
        self.changed(KeptNews::Changed);
        Ok(())
    }

    /// Deletes a session, on the page too.
    pub async fn delete_session(self, session: Session) -> Result<(), StoreError> {
        self.with_writer(|writer| writer.forget_session(&session.id));
        conversations::delete(&self.store()?, &session).await?;
        self.count_earlier().await;
        self.changed(KeptNews::Deleted(session.id));
        Ok(())
    }

    /// The visit in progress.
    #[must_use]
    pub fn this_visit(&self) -> VisitId {
        self.with_writer(|writer| writer.visit())
    }

    /// Loads the visits whose records are kept, newest first.
    pub async fn visits(self) -> Result<Vec<Visit>, StoreError> {
        visits::visits(&self.store()?).await
    }

    /// Loads the record of a visit as JSON Lines.
    pub async fn record(self, visit: VisitId) -> Result<String, StoreError> {
        visits::record(&self.store()?, &visit).await
    }

    /// Deletes the record of a visit.
    pub async fn delete_visit(self, visit: VisitId) -> Result<(), StoreError> {
        visits::delete(&self.store()?, &visit).await?;
        self.changed(KeptNews::Changed);
        Ok(())
    }

    /// Loads the library of saved recordings, newest first.
    pub async fn recordings(self) -> Result<Vec<SavedRecording>, StoreError> {
        recordings::recordings(&self.store()?).await
    }

    /// Saves a recording, whose content is JSON Lines, in the library.
    pub async fn save_recording(
        self,
        (name, note): (String, String),
        frames: usize,
        text: String,
    ) -> Result<(), StoreError> {
        let saved = browser::now().wall;
        let id = RecordingId::new(saved, random());
        let recording = SavedRecording { id, saved, name, note, frames: frames as u64, bytes: text.len() as u64 };
        recordings::save(&self.store()?, &recording, text).await?;
        self.changed(KeptNews::Changed);
        Ok(())
    }

    /// Changes the name and the note of a saved recording.
    pub async fn describe_recording(self, recording: SavedRecording) -> Result<(), StoreError> {
        recordings::describe(&self.store()?, &recording).await?;
        self.changed(KeptNews::Changed);
        Ok(())
    }

    /// Loads the content of a saved recording as JSON Lines.
    pub async fn recording(self, id: RecordingId) -> Result<String, StoreError> {
        recordings::text(&self.store()?, &id).await
    }

    /// Deletes a saved recording.
    pub async fn delete_recording(self, id: RecordingId) -> Result<(), StoreError> {
        recordings::delete(&self.store()?, &id).await?;
        self.changed(KeptNews::Changed);
        Ok(())
    }

    /// Erases all that the page has stored in this browser, and what it shows of it.
    pub(super) async fn erase_everything(self) -> Result<(), StoreError> {
        self.with_writer(Writer::erase);
        browser::storage::erase();
        match self.store() {
            Ok(store) => conversations::erase_everything(&store).await?,
            // It may be readable again.
            Err(_) => conversations::erase_everything(&IndexedDb::open().await?).await?,
        }
        self.earlier.set_if_changed(0);
        self.changed(KeptNews::Erased);
        Ok(())
    }

    fn changed(&self, news: KeptNews) {
        self.revision.update(|revision| *revision += 1);
        self.other_pages.with_value(|others| others.tell(&PageNews::Kept(news)));
    }

    /// Follows what another page has done to what is kept.
    pub(super) fn follow(self, news: KeptNews) {
        match news {
            KeptNews::Changed => {}
            KeptNews::Deleted(session) => self.with_writer(|writer| writer.forget_session(&session)),
            KeptNews::Erased => self.with_writer(Writer::erase),
            KeptNews::Left(id) => return self.leave(id),
        }
        self.revision.update(|revision| *revision += 1);
        spawn_local(self.count_earlier());
    }

    /// Whether the session is the one that goes on.
    #[must_use]
    pub fn is_current(self, session: &SessionId) -> bool {
        self.with_writer(|writer| writer.current_session()).as_ref() == Some(session)
    }

    /// Deletes what is beyond the limits, and says so.
    fn trim(self) {
        let Ok(store) = self.store() else { return };
        let (conversations_limits, record_limits) =
            self.settings.current.with_untracked(|settings| (settings.conversation_limits(), settings.record_limits()));
        let (session, visit) = self.with_writer(|writer| (writer.current_session(), writer.visit()));
        spawn_local(async move {
            let now = browser::now().wall;
            // What cannot be deleted now is deleted in an hour.
            let sessions = conversations::trim(&store, conversations_limits, now, session.as_ref()).await;
            let records = visits::trim(&store, record_limits, now, Some(&visit)).await;
            let sessions = sessions.map_or(0, |removed| removed.things);
            if sessions > 0 {
                let what = if sessions == 1 { "conversation was" } else { "conversations were" };
                let words = format!("{sessions} old {what} deleted because of the limits in the settings.");
                self.notices.show(Severity::Info, "old conversations", words);
            }
            if sessions > 0 || records.is_ok_and(|removed| removed.things > 0) {
                self.count_earlier().await;
                self.changed(KeptNews::Changed);
            }
        });
    }
}
