//! The page's store in the browser's `IndexedDB`.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use futures::channel::oneshot;
use futures::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use idb::event::VersionChangeEvent;
use idb::{
    Database, DatabaseEvent, Error, Factory, KeyRange as IdbRange, ObjectStoreParams, Query, Transaction,
    TransactionMode,
};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::DomException;

use crate::store::{KeyRange, SCHEMA_VERSION, Store, StoreError, Table, Write, tables_added_in};

/// Name of the browser's database.
const NAME: &str = "coda-dashboard";

thread_local! {
    static NAME_IN_TESTS: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Sets the name of the database that the next page opens, so that tests do not find what others have kept.
#[doc(hidden)]
pub fn use_database_in_tests(name: &str) {
    NAME_IN_TESTS.set(Some(name.to_owned()));
}
/// How long opening may take, in milliseconds. A damaged store can keep a browser busy for ever.
const OPEN_TIMEOUT_MILLIS: u32 = 3_000;

/// The open store. It closes by itself when a newer dashboard in another tab asks for it.
#[derive(Clone)]
pub struct IndexedDb {
    database: Rc<Database>,
    is_closed: Rc<Cell<bool>>,
}

impl IndexedDb {
    /// Opens the store, and brings one of an earlier version up to date.
    pub async fn open() -> Result<Self, StoreError> {
        let name = NAME_IN_TESTS.with_borrow(Clone::clone);
        Self::open_named(name.as_deref().unwrap_or(NAME)).await
    }

    /// Opens a store of another name, for tests.
    #[doc(hidden)]
    pub async fn open_named(name: &str) -> Result<Self, StoreError> {
        let factory = Factory::new().map_err(|_| StoreError::Unavailable)?;
        let mut request = factory.open(name, Some(SCHEMA_VERSION)).map_err(|error| told(&error))?;
        let (blocked, is_blocked) = oneshot::channel();
        let mut blocked = Some(blocked);
        request.on_blocked(move |_| {
            if let Some(blocked) = blocked.take() {
                let _ = blocked.send(());
            }
        });
        request.on_upgrade_needed(|event| {
            // What cannot be created is missing at the first use, which says so.
            let _ = upgrade(&event);
        });
        let opened = select(Box::pin(async move { request.await }), is_blocked);
        let mut database = match select(opened, TimeoutFuture::new(OPEN_TIMEOUT_MILLIS)).await {
            Either::Left((Either::Left((opened, _)), _)) => opened.map_err(|error| told(&error))?,
            Either::Left((Either::Right(_), _)) => return Err(StoreError::Blocked),
            Either::Right(_) => return Err(StoreError::Failed("it does not answer".into())),
        };
        let is_closed = Rc::new(Cell::new(false));
        let (on_change, on_close) = (is_closed.clone(), is_closed.clone());
        database.on_version_change(move |event| {
            on_change.set(true);
            if let Ok(database) = event.database() {
                database.close();
            }
        });
        database.on_close(move |_| on_close.set(true));
        Ok(Self { database: Rc::new(database), is_closed })
    }

    /// Deletes a store, for tests.
    #[doc(hidden)]
    pub async fn delete(name: &str) -> Result<(), StoreError> {
        let factory = Factory::new().map_err(|_| StoreError::Unavailable)?;
        factory.delete(name).map_err(|error| told(&error))?.await.map_err(|error| told(&error))
    }

    /// Closes the store, for tests.
    #[doc(hidden)]
    pub fn close(&self) {
        self.is_closed.set(true);
        self.database.close();
    }

    fn table(&self, table: Table) -> Result<idb::ObjectStore, StoreError> {
        let transaction = self.begin(&[table.name()], TransactionMode::ReadOnly)?;
        transaction.object_store(table.name()).map_err(|error| told(&error))
    }

    fn begin(&self, tables: &[&str], mode: TransactionMode) -> Result<idb::Transaction, StoreError> {
        if self.is_closed.get() {
            return Err(StoreError::Newer);
        }
        self.database.transaction(tables, mode).map_err(|error| told(&error))
    }
}

fn upgrade(event: &VersionChangeEvent) -> Result<(), Error> {
    let database = event.database()?;
    for table in tables_added_in(event.old_version()?) {
        database.create_object_store(table.name(), ObjectStoreParams::new())?;
    }
    Ok(())
}

impl Store for IndexedDb {
    async fn get(&self, table: Table, key: &str) -> Result<Option<String>, StoreError> {
        let request = self.table(table)?.get(JsValue::from(key)).map_err(|error| told(&error))?;
        let value = request.await.map_err(|error| told(&error))?;
        Ok(value.and_then(|value| value.as_string()))
    }

    async fn keys(&self, table: Table, range: &KeyRange) -> Result<Vec<String>, StoreError> {
        let request = self.table(table)?.get_all_keys(Some(query(range)?), None).map_err(|error| told(&error))?;
        let keys = request.await.map_err(|error| told(&error))?;
        Ok(keys.into_iter().filter_map(|key| key.as_string()).collect())
    }

    async fn range(&self, table: Table, range: &KeyRange, limit: usize) -> Result<Vec<(String, String)>, StoreError> {
        // Both requests belong to one transaction, so nothing changes between them.
        let store = self.table(table)?;
        let (query, limit) = (query(range)?, u32::try_from(limit).unwrap_or(u32::MAX));
        let keys = store.get_all_keys(Some(query.clone()), Some(limit)).map_err(|error| told(&error))?;
        let values = store.get_all(Some(query), Some(limit)).map_err(|error| told(&error))?;
        let keys = keys.await.map_err(|error| told(&error))?;
        let values = values.await.map_err(|error| told(&error))?;
        let entry = |(key, value): (JsValue, JsValue)| key.as_string().zip(value.as_string());
        Ok(keys.into_iter().zip(values).filter_map(entry).collect())
    }

    async fn write(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        let mut tables: Vec<&str> = writes.iter().map(|write| write.table().name()).collect();
        tables.sort_unstable();
        tables.dedup();
        if tables.is_empty() {
            return Ok(());
        }
        let transaction = self.begin(&tables, TransactionMode::ReadWrite)?;
        let all = writes.iter().try_for_each(|write| {
            let store = transaction.object_store(write.table().name())?;
            match write {
                Write::Put { key, value, .. } => store.put(&value.into(), Some(&key.into())).map(drop),
                Write::Delete { range, .. } => store.delete(idb_range(range)?).map(drop),
            }
        });
        if let Err(error) = all {
            // Fails only if it has been aborted already.
            let _ = transaction.abort();
            return Err(told(&error));
        }
        ended(transaction).await
    }
}

/// Waits for the end of a transaction. The crate's own future does not tell why one was aborted.
async fn ended(mut transaction: Transaction) -> Result<(), StoreError> {
    let (committed, is_committed) = oneshot::channel();
    let (aborted, is_aborted) = oneshot::channel();
    transaction.on_complete(move |_| {
        let _ = committed.send(());
    });
    transaction.on_abort(move |event| {
        let ended = event.target().and_then(|target| Transaction::try_from(target).ok());
        let _ = aborted.send(ended.and_then(|transaction| transaction.error()));
    });
    match select(is_committed, is_aborted).await {
        Either::Left((Ok(()), _)) => Ok(()),
        Either::Right((Ok(Some(exception)), _)) => Err(told_by(&exception)),
        _ => Err(StoreError::Failed("it gave up a change".into())),
    }
}

fn idb_range(range: &KeyRange) -> Result<IdbRange, Error> {
    IdbRange::bound(&range.from.as_str().into(), &range.to.as_str().into(), Some(false), Some(true))
}

fn query(range: &KeyRange) -> Result<Query, StoreError> {
    idb_range(range).map(Query::from).map_err(|error| told(&error))
}

/// Translates an error of the browser.
fn told(error: &Error) -> StoreError {
    let value = match error {
        Error::DomException(exception) => return told_by(exception),
        Error::IndexedDbOpenFailed(value)
        | Error::TransactionOpenFailed(value)
        | Error::ObjectStoreNotFound(value)
        | Error::UpdateFailed(value)
        | Error::DeleteFailed(value)
        | Error::GetFailed(value)
        | Error::GetAllFailed(value)
        | Error::GetAllKeysFailed(value) => value.dyn_ref::<DomException>(),
        _ => None,
    };
    value.map_or_else(|| StoreError::Failed(error.to_string()), told_by)
}

fn told_by(exception: &DomException) -> StoreError {
    match exception.name().as_str() {
        "QuotaExceededError" => StoreError::Full,
        "VersionError" => StoreError::Newer,
        "SecurityError" => StoreError::Unavailable,
        name => StoreError::Failed(format!("{name}, {}", exception.message())),
    }
}
