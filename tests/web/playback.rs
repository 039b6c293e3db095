//! Playback of a recording in the pages, at every moment of it.

use coda_dashboard::history::Recording;
use coda_dashboard::protocol::Command;
use coda_dashboard::replay::Playback;
use leptos::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::page::Page;
use crate::server;

const SAID: &str = ".turns [data-testid=turn] .turn-body";
const POSITION: &str = "[data-testid=playback-position]";

async fn recording_of(text: &str) -> Playback {
    let page = Page::open(&server::fresh().await);
    page.until_ready().await;
    page.context.sender().unwrap().send(Command::TextInput { text: text.into() }, "test", "say");
    page.until_answered(1).await;
    page.context.history.with_untracked(|recorder| Playback::new(&Recording::of(recorder, recorder.rows(..))))
}

#[wasm_bindgen_test]
async fn another_recording_takes_the_place_of_the_live_conversation_whole() {
    let recording = recording_of("words of the recording").await;
    let page = Page::open(&server::fresh().await);
    page.until_ready().await;
    page.say("words of today");
    page.until_answered(1).await;
    page.context.playback.begin("another".into(), recording);
    page.until("what was recorded", || page.texts(SAID).concat().contains("words of the recording")).await;
    assert!(!page.texts(SAID).concat().contains("words of today"), "{:?}", page.texts(SAID));
    page.context.playback.end();
    page.until("what is live", || page.texts(SAID).concat().contains("words of today")).await;
    assert!(!page.texts(SAID).concat().contains("words of the recording"), "{:?}", page.texts(SAID));
}

#[wasm_bindgen_test]
async fn going_back_into_an_answer_shows_what_was_there_then() {
    let recording = recording_of("tell me something long").await;
    let page = Page::open(&server::fresh().await);
    page.until_ready().await;
    let (frames, whole) = (recording.len(), "[data-testid=turn][data-open=false][data-role=assistant]");
    page.context.playback.begin("long".into(), recording);
    page.until("the whole answer", || page.all(whole).len() == 1).await;
    let answer = page.texts(SAID).pop().unwrap();
    // Going back from the end, there is a moment at which the reply was in progress.
    for position in (0..frames).rev() {
        page.type_into(POSITION, &position.to_string());
        page.until("that moment", || page.context.playback.position.get_untracked() == position).await;
        leptos::task::tick().await;
        let now = page.texts(SAID).pop().unwrap_or_default();
        if page.all(whole).is_empty() && !now.is_empty() && answer.starts_with(now.trim()) && now.len() < answer.len() {
            return;
        }
    }
    panic!("at no moment was the answer under way: {answer}");
}
