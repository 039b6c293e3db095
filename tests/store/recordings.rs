//! The library of saved recordings.

use coda_dashboard::protocol::utc_from_millis;
use coda_dashboard::store::recordings;
use coda_dashboard::store::{MemoryStore, RecordingId, SavedRecording};

use crate::visit::now;
use crate::world::START;

fn recording(number: u32, name: &str) -> SavedRecording {
    let saved = utc_from_millis(START + i64::from(number) * 1_000);
    let id = RecordingId::new(saved, 7);
    SavedRecording { id, saved, name: name.into(), note: String::new(), frames: 3, bytes: 20 }
}

#[test]
fn recordings_are_saved_described_and_deleted() {
    let store = MemoryStore::default();
    let (first, mut second) = (recording(1, "first"), recording(2, "second"));
    now(recordings::save(&store, &first, "one".into())).unwrap();
    now(recordings::save(&store, &second, "two".into())).unwrap();
    assert_eq!(now(recordings::recordings(&store)).unwrap(), [second.clone(), first.clone()]);
    assert_eq!(now(recordings::text(&store, &first.id)).unwrap(), "one");

    second.note = "The reply came twice.".into();
    now(recordings::describe(&store, &second)).unwrap();
    assert_eq!(now(recordings::recordings(&store)).unwrap()[0].note, "The reply came twice.");
    assert_eq!(now(recordings::text(&store, &second.id)).unwrap(), "two");

    now(recordings::delete(&store, &first.id)).unwrap();
    now(recordings::delete(&store, &second.id)).unwrap();
    assert!(store.is_empty());
}
