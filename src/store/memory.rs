//! A store in memory, for tests, which can be told to fail.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use super::{KeyRange, Store, StoreError, Table, Write};

/// Keeps its tables in memory.
#[derive(Debug, Default)]
pub struct MemoryStore {
    entries: RefCell<BTreeMap<(Table, String), String>>,
    /// Largest total size of keys and values in bytes; larger writes fail with [`StoreError::Full`].
    limit: Cell<Option<usize>>,
}

impl MemoryStore {
    /// Sets how many bytes fit.
    pub fn set_limit(&self, limit: Option<usize>) {
        self.limit.set(limit);
    }

    /// Returns the total size of keys and values in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.entries.borrow().iter().map(|((_, key), value)| key.len() + value.len()).sum()
    }

    /// Returns the number of entries in a table.
    #[must_use]
    pub fn len(&self, table: Table) -> usize {
        self.entries.borrow().keys().filter(|(of, _)| *of == table).count()
    }

    /// Whether nothing is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.borrow().is_empty()
    }

    fn select<R>(&self, table: Table, range: &KeyRange, read: impl Fn(&String, &String) -> R) -> Vec<R> {
        let entries = self.entries.borrow();
        if range.from >= range.to {
            return Vec::new();
        }
        let selected = entries.range((table, range.from.clone())..(table, range.to.clone()));
        selected.map(|((_, key), value)| read(key, value)).collect()
    }
}

impl Store for MemoryStore {
    async fn get(&self, table: Table, key: &str) -> Result<Option<String>, StoreError> {
        Ok(self.entries.borrow().get(&(table, key.to_owned())).cloned())
    }

    async fn keys(&self, table: Table, range: &KeyRange) -> Result<Vec<String>, StoreError> {
        Ok(self.select(table, range, |key, _| key.clone()))
    }

    async fn range(&self, table: Table, range: &KeyRange, limit: usize) -> Result<Vec<(String, String)>, StoreError> {
        let mut entries = self.select(table, range, |key, value| (key.clone(), value.clone()));
        entries.truncate(limit);
        Ok(entries)
    }

    async fn write(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        let before = self.entries.borrow().clone();
        for write in writes {
            match write {
                Write::Put { table, key, value } => drop(self.entries.borrow_mut().insert((table, key), value)),
                Write::Delete { table, range } => {
                    self.entries.borrow_mut().retain(|(of, key), _| {
                        *of != table || !(range.from.as_str()..range.to.as_str()).contains(&key.as_str())
                    });
                }
            }
        }
        if self.limit.get().is_some_and(|limit| self.bytes() > limit) {
            self.entries.replace(before);
            return Err(StoreError::Full);
        }
        Ok(())
    }
}
