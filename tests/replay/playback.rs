//! A recording shows what the recording page showed.

use std::time::Duration;

use coda_dashboard::history::{Recording, export_har, export_jsonl};
use coda_dashboard::link::{LinkEvent, PhaseKind};
use coda_dashboard::model::{Conversation, Memories, Performance, System, Tools};
use coda_dashboard::protocol::Command;
use coda_dashboard::replay::Playback;
use coda_dashboard::sim::ServerConfig;
use proptest::prelude::*;

use crate::world::World;

/// The models of a page.
#[derive(Debug, Default)]
struct Shown {
    conversation: Conversation,
    memories: Memories,
    performance: Performance,
    tools: Tools,
    system: System,
}

impl Shown {
    fn of(events: &[LinkEvent]) -> Self {
        let mut shown = Self::default();
        shown.play(events);
        shown
    }

    fn play(&mut self, events: &[LinkEvent]) {
        for event in events {
            match event {
                LinkEvent::Event(event) => {
                    self.conversation.apply_event(event);
                    self.memories.apply(event);
                    self.performance.apply(event);
                    self.tools.apply(event);
                    self.system.apply(event);
                }
                LinkEvent::Message(status) => self.conversation.apply_message(status),
                LinkEvent::Phase { phase, .. } if phase.kind() != PhaseKind::Ready => {
                    self.conversation.disconnected();
                    self.tools.disconnected();
                    self.system.disconnected();
                }
                _ => {}
            }
        }
    }

    /// Returns who said what, and the delivery states of the user's messages.
    fn words(&self) -> Vec<String> {
        let turn = |turn: &coda_dashboard::model::Turn| {
            let state = turn.outgoing.as_ref().map(|own| &own.state);
            format!("{:?} {:?} {state:?} {:?}", turn.role, turn.text, turn.tools.len())
        };
        self.conversation.turns().iter().map(turn).collect()
    }
}

/// Records an eventful session. Returns what the live page showed, and the recording.
fn session() -> (Shown, Recording) {
    let mut world = World::ready(ServerConfig { error_every: None, ..ServerConfig::default() });
    for number in 0..4 {
        world.say(&format!("what is the weather, number {number}"));
        world.run_for(Duration::from_secs(30));
    }
    world.send(Command::DemoFlow, None);
    world.run_for(Duration::from_secs(30));
    world.drop_connection(false);
    world.run_for(Duration::from_secs(5));
    world.say("after the outage");
    world.run_for(Duration::from_secs(30));
    let recording = Recording::of(&world.recorder, world.recorder.rows(..));
    (Shown::of(&world.told), recording)
}

#[test]
fn a_recorded_session_shows_the_same_conversation_and_the_same_data() {
    let (live, recording) = session();
    for text in [export_jsonl(&recording), export_har(&recording, "ws://localhost:8765")] {
        let imported = Recording::import(&text).unwrap();
        assert_eq!(imported.errors, []);
        let playback = Playback::new(&imported.recording);
        let shown = Shown::of(playback.events(0..playback.len()));
        assert_eq!(shown.words(), live.words());
        assert!(live.words().len() >= 11, "{:#?}", live.words());
        assert_eq!(shown.performance.turns().len(), live.performance.turns().len());
        assert_eq!(shown.memories.all().len(), live.memories.all().len());
    }
}

#[test]
fn captures_of_real_traffic_can_be_played() {
    for (name, text) in [
        ("conversation", include_str!("../fixtures/conversation.jsonl")),
        ("memory", include_str!("../fixtures/memory.jsonl")),
        ("duplicates", include_str!("../fixtures/duplicates.jsonl")),
        ("bad_token", include_str!("../fixtures/bad_token.jsonl")),
    ] {
        let imported = Recording::import(text).unwrap();
        let playback = Playback::new(&imported.recording);
        assert_eq!(playback.len(), imported.recording.entries.len(), "{name}");
        let _ = Shown::of(playback.events(0..playback.len()));
    }
    let imported = Recording::import(include_str!("../fixtures/conversation.jsonl")).unwrap();
    let playback = Playback::new(&imported.recording);
    let shown = Shown::of(playback.events(0..playback.len()));
    assert!(shown.words().len() >= 2, "{:?}", shown.words());
    assert!(!playback.marks().is_empty());
    let mark = &playback.marks()[0];
    assert!(playback.position_at(playback.offset(mark.position)) >= mark.position);
}

#[test]
fn an_empty_recording_plays_nothing() {
    let playback = Playback::new(&Recording::default());
    assert!(playback.is_empty() && playback.events(0..10).is_empty() && playback.marks().is_empty());
    assert_eq!(playback.offset(5), Duration::ZERO);
}

#[test]
fn the_echo_of_a_message_without_an_id_is_told_by_what_it_says() {
    let text = concat!(
        "{\"t\":0.1,\"dir\":\"out\",\"frame\":\"{\\\"type\\\":\\\"text_input\\\",\\\"data\\\":{\\\"text\\\":\\\"hi\\\"}}\"}\n",
        "{\"t\":0.2,\"dir\":\"in\",\"frame\":\"{\\\"seq\\\":1,\\\"type\\\":\\\"client_message\\\",\\\"data\\\":{\\\"client_id\\\":\\\"a\\\",\\\"message_type\\\":\\\"text_input\\\",\\\"message_data\\\":{\\\"text\\\":\\\"hi\\\"}}}\"}\n",
    );
    let playback = Playback::new(&Recording::import(text).unwrap().recording);
    let shown = Shown::of(playback.events(0..2));
    assert!(shown.words()[0].contains("Delivered(Echo)"), "{:?}", shown.words());
}

/// A measurement rather than a test: prints what it costs to seek back to the end of 20,000 frames.
#[test]
#[ignore = "prints a figure"]
fn what_going_back_costs() {
    let mut world = World::ready(ServerConfig { error_every: None, ..ServerConfig::default() });
    let mut number = 0;
    while world.recorder.len() < 20_000 {
        number += 1;
        world.say(&format!("what is the weather, number {number}"));
        world.run_for(Duration::from_secs(20));
    }
    let playback = Playback::new(&Recording::of(&world.recorder, world.recorder.rows(..)));
    let start = std::time::Instant::now();
    let shown = Shown::of(playback.events(0..playback.len() - 1));
    eprintln!("{:?} for {} frames, {} turns", start.elapsed(), playback.len(), shown.words().len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn playing_on_shows_the_same_as_playing_from_the_start(cut in 0.0..1.0_f64, end in 0.0..1.0_f64) {
        let (_, recording) = session();
        let playback = Playback::new(&recording);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
        let place = |share: f64| (share * playback.len() as f64) as usize;
        let (cut, end) = (place(cut).min(place(end)), place(cut).max(place(end)));
        let mut in_two = Shown::of(playback.events(0..cut));
        in_two.play(playback.events(cut..end));
        prop_assert_eq!(in_two.words(), Shown::of(playback.events(0..end)).words());
    }
}
