//! The records of earlier visits.

use std::time::Duration;

use chrono::{DateTime, Utc};
use coda_dashboard::history::{Annotation, Recorder, Recording, RowKind, Severity};
use coda_dashboard::protocol::utc_from_millis;
use coda_dashboard::replay::Playback;
use coda_dashboard::sim::ServerConfig;
use coda_dashboard::store::visits::{self, Visit};
use coda_dashboard::store::{
    KeptLimits, MemoryStore, RecordKeeper, Removed, SCHEMA_VERSION, Store, Table, Write, tables_added_in,
};

use crate::visit::now;
use crate::world::{START, World, recorder};

const ROOMY: u64 = 1_000_000_000;

fn start(after: i64) -> DateTime<Utc> {
    utc_from_millis(START + after)
}

fn keeper(after: i64) -> RecordKeeper {
    RecordKeeper::new(start(after), 7, "1.0.0")
}

fn save(store: &MemoryStore, keeper: &mut RecordKeeper, recorder: &Recorder, limit: u64) {
    now(store.write(keeper.take_writes(recorder, limit))).unwrap();
}

fn restored(store: &MemoryStore, visit: &Visit) -> Recorder {
    let text = now(visits::record(store, &visit.id)).unwrap();
    let imported = Recording::import(&text).unwrap();
    assert_eq!(imported.errors, []);
    let mut restored = recorder();
    Playback::new(&imported.recording).record(&mut restored);
    restored
}

fn kinds(recorder: &Recorder) -> Vec<RowKind> {
    recorder.rows(..).map(|row| row.kind.clone()).collect()
}

/// A world in which something is said and written away every 150 ms, the store ending 150 ms before the crash.
fn crashed(store: &MemoryStore) -> World {
    let mut world = World::ready(ServerConfig::default());
    let mut keeper = keeper(0);
    keeper.add_server("ws://localhost:8765/");
    for number in 0..8 {
        world.say(&format!("text {number}"));
        world.run_for(Duration::from_millis(150));
        save(store, &mut keeper, &world.recorder, ROOMY);
    }
    world
}

/// A page that is open all day: Coda reports its resources every two seconds, and for sixteen hours somebody says something
/// every two minutes.
#[test]
fn the_record_of_a_day_stays_within_the_default_limit() {
    const LIMIT: usize = 200 * 1024 * 1024;
    let mut world = World::ready(ServerConfig::default());
    let mut keeper = keeper(0);
    let (mut bytes, mut chunks) = (0, 0);
    for second in 0..24 * 60 * 60 {
        if second < 16 * 60 * 60 && second % 120 == 0 {
            world.say(&format!("question {second}"));
        }
        world.run_for(Duration::from_secs(1));
        for write in keeper.take_writes(&world.recorder, u64::MAX) {
            if let Write::Put { table: Table::Chunks, value, .. } = write {
                bytes += value.len();
                chunks += 1;
            }
        }
    }
    assert!(chunks > 40_000 && bytes < LIMIT / 2, "{bytes} bytes in {chunks} chunks");
}

#[test]
fn the_record_of_a_visit_can_be_opened_after_a_crash() {
    let store = MemoryStore::default();
    let mut world = crashed(&store);
    let written = world.recorder.numbers().end - 1;
    world.say("never written");
    world.run_for(Duration::from_millis(150));
    let [visit] = now(visits::visits(&store)).unwrap().try_into().unwrap();
    assert_eq!((visit.rows, visit.urls.as_slice()), (written, ["ws://localhost:8765/".to_owned()].as_slice()));
    let (restored, live) = (kinds(&restored(&store, &visit)), kinds(&world.recorder));
    // Tokens are redacted in the store.
    let is_secret = |kind: &RowKind| format!("{kind:?}").contains("auth_");
    let written = usize::try_from(written).unwrap();
    assert_eq!(restored.len(), written);
    for (restored, live) in restored.iter().zip(&live).filter(|(_, live)| !is_secret(live)) {
        assert_eq!(restored, live);
    }
}

#[test]
fn very_many_rows_are_written_in_several_chunks_and_none_is_left_out() {
    let store = MemoryStore::default();
    let mut world = World::ready(ServerConfig::quiet());
    let mut keeper = keeper(0);
    for number in 0..5_000 {
        world.recorder.note(Severity::Info, &format!("note {number}"), world.clock());
    }
    let mut writes = 0;
    while keeper.is_behind(&world.recorder) {
        save(&store, &mut keeper, &world.recorder, ROOMY);
        writes += 1;
    }
    assert_eq!(writes, 3);
    let visit = now(visits::visits(&store)).unwrap().remove(0);
    assert_eq!(visit.rows, world.recorder.numbers().end - 1);
    assert_eq!(restored(&store, &visit).len(), world.recorder.len());
}

#[test]
fn no_token_is_stored() {
    let store = MemoryStore::default();
    crashed(&store);
    let visit = now(visits::visits(&store)).unwrap().remove(0);
    let text = now(visits::record(&store, &visit.id)).unwrap();
    let secret: Vec<&str> = text.lines().filter(|line| line.contains("auth_")).collect();
    assert!(secret.len() >= 2);
    for line in secret {
        assert_eq!(line.matches("\\\"token\\\"").count(), line.matches("•••").count(), "{line}");
    }
}

#[test]
fn nothing_is_written_while_nothing_happens() {
    let store = MemoryStore::default();
    let world = World::ready(ServerConfig::quiet());
    let mut keeper = keeper(0);
    save(&store, &mut keeper, &world.recorder, ROOMY);
    assert!(keeper.take_writes(&world.recorder, ROOMY).is_empty());
}

#[test]
fn a_long_visit_drops_its_oldest_part_to_stay_within_the_limit() {
    let store = MemoryStore::default();
    let mut world = World::ready(ServerConfig::default());
    let mut keeper = keeper(0);
    for number in 0..40 {
        world.say(&format!("text {number}"));
        world.run_for(Duration::from_millis(150));
        save(&store, &mut keeper, &world.recorder, 60_000);
    }
    let visit = now(visits::visits(&store)).unwrap().remove(0);
    let text = now(visits::record(&store, &visit.id)).unwrap();
    assert!(visit.is_cut && visit.bytes <= 60_000 && visit.bytes == text.len() as u64, "{visit:?}");
    assert!(text.contains("text 39") && !text.contains("\"text 0\""));
    assert!(restored(&store, &visit).len() > 10);
}

#[test]
fn the_oldest_records_go_first_and_that_of_the_visit_in_progress_stays() {
    let store = MemoryStore::default();
    let world = World::ready(ServerConfig::default());
    let mut last = None;
    for day in 0..4 {
        let mut keeper = keeper(day * 86_400_000);
        save(&store, &mut keeper, &world.recorder, ROOMY);
        last = Some(keeper);
    }
    let all = now(visits::visits(&store)).unwrap();
    assert_eq!(
        all.iter().map(|visit| visit.started).collect::<Vec<_>>(),
        [3, 2, 1, 0].map(|day| start(day * 86_400_000))
    );
    let (bytes, current) = (all[0].bytes, last.as_ref().map(RecordKeeper::visit));
    let trim = |limit| now(visits::trim(&store, KeptLimits { days: 7, bytes: limit }, start(0), current)).unwrap();
    assert_eq!(trim(ROOMY), Removed::default());
    assert_eq!(trim(bytes * 2), Removed { things: 2, bytes: bytes * 2 });
    assert_eq!(trim(0), Removed { things: 1, bytes });
    assert_eq!((store.len(Table::Visits), store.len(Table::Chunks)), (1, 1));
}

#[test]
fn a_deleted_record_leaves_nothing_behind() {
    let store = MemoryStore::default();
    crashed(&store);
    let visit = now(visits::visits(&store)).unwrap().remove(0);
    now(visits::delete(&store, &visit.id)).unwrap();
    assert!(store.is_empty());
}

#[test]
fn a_store_of_an_earlier_version_gets_the_tables_that_it_lacks() {
    let recordings = [Table::Recordings, Table::RecordingTexts];
    assert_eq!(tables_added_in(2).collect::<Vec<_>>(), recordings);
    assert_eq!(tables_added_in(1).collect::<Vec<_>>(), [&[Table::Visits, Table::Chunks], &recordings[..]].concat());
    assert_eq!(SCHEMA_VERSION, 3);
}

#[test]
fn a_note_on_a_row_that_was_written_before_is_kept() {
    let store = MemoryStore::default();
    let mut world = World::ready(ServerConfig::default());
    let mut keeper = keeper(0);
    for number in 0..4 {
        world.say(&format!("text {number}"));
        world.run_for(Duration::from_millis(400));
        save(&store, &mut keeper, &world.recorder, ROOMY);
    }
    let size = |store: &MemoryStore| now(visits::visits(store)).unwrap()[0].bytes;
    let before = size(&store);
    let row =
        world.recorder.rows(..).find(|row| row.frame().is_some_and(|text| text.contains("text 1"))).unwrap().number;
    let annotation = Annotation { is_bookmarked: true, comment: "look here".into() };
    world.recorder.annotate(row, annotation.clone());
    save(&store, &mut keeper, &world.recorder, ROOMY);
    let visit = now(visits::visits(&store)).unwrap().remove(0);
    let again = restored(&store, &visit);
    assert_eq!(again.annotations().map(|(_, kept)| kept.clone()).collect::<Vec<_>>(), [annotation]);
    assert_eq!(again.len(), world.recorder.len());
    let total: usize = now(visits::record(&store, &visit.id)).unwrap().len();
    assert_eq!(size(&store), total as u64);

    // Taken back, it is gone, and nothing else has changed.
    world.recorder.annotate(row, Annotation::default());
    save(&store, &mut keeper, &world.recorder, ROOMY);
    assert_eq!(restored(&store, &visit).annotations().count(), 0);
    assert_eq!(size(&store), before);
    assert_eq!(keeper.take_writes(&world.recorder, ROOMY), []);
}

#[test]
fn a_damaged_chunk_costs_only_its_own_rows() {
    let store = MemoryStore::default();
    let world = crashed(&store);
    let visit = now(visits::visits(&store)).unwrap().remove(0);
    let keys = now(store.keys(Table::Chunks, &coda_dashboard::store::KeyRange::all())).unwrap();
    now(store.write(vec![Write::Put { table: Table::Chunks, key: keys[3].clone(), value: "{\n".into() }])).unwrap();
    let text = now(visits::record(&store, &visit.id)).unwrap();
    let imported = Recording::import(&text).unwrap();
    assert_eq!(imported.errors.len(), 1);
    assert!(imported.recording.entries.len() > world.recorder.len() / 4);
}
