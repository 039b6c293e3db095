//! The debugger's table: what is listed, which element shows it, and how a filter is completed.

use coda_dashboard::history::{Feed, Key, Listing, Named, PartialWord, Query, Recorder, fill_slots};

use crate::world::{event, frame_in, recorded};

/// A turn of three tokens between two other events.
fn turn() -> Recorder {
    let token = |seq: u64| {
        let data = format!(r#"{{"token": "a", "token_index": {}}}"#, seq - 2);
        frame_in(seq, &event(seq, "llm_token", &data))
    };
    recorded(&[
        frame_in(1, &event(1, "llm_start", "{}")),
        token(2),
        token(3),
        token(4),
        frame_in(5, &event(5, "llm_result", r#"{"text": "aaa"}"#)),
    ])
}

fn feed<'a>(recorder: &'a Recorder, query: &'a Query) -> Feed<'a> {
    Feed { recorder, source: 1, query, until: None, utc_offset_minutes: 0 }
}

fn keys(listing: &Listing) -> Vec<(u64, bool)> {
    (0..listing.rows()).filter_map(|place| listing.key_at(place)).map(|key| (key.number, key.is_part)).collect()
}

#[test]
fn tokens_are_one_row_that_opens_to_its_tokens() {
    let (recorder, query) = (turn(), Query::default());
    let mut listing = Listing::default();
    let listed = listing.update(&feed(&recorder, &query));
    assert_eq!((listed.total, listed.let_through, listed.looked_at), (3, 5, 5));
    assert_eq!(keys(&listing), [(1, false), (2, false), (5, false)]);
    listing.toggle(2, true);
    listing.update(&feed(&recorder, &query));
    assert_eq!(keys(&listing), [(1, false), (2, false), (2, true), (3, true), (4, true), (5, false)]);
    for place in 0..listing.rows() {
        assert_eq!(listing.key_at(place).and_then(|key| listing.place_of(key)), Some(place));
    }
    listing.toggle(2, false);
    assert_eq!(listing.rows(), 3);
}

#[test]
fn background_traffic_is_folded_unless_the_filter_asks_for_rows() {
    let metrics = |seq| frame_in(seq, &event(seq, "system_metrics", r#"{"cpu_percent": 3}"#));
    let start = frame_in(3, &event(3, "llm_start", "{}"));
    let recorder = recorded(&[metrics(1), metrics(2), start, metrics(4), metrics(5)]);
    let mut listing = Listing::default();
    for (filter, listed) in
        [("", vec![1, 3, 4]), ("type:system_metrics", vec![1, 2, 4, 5]), ("-type:llm_start", vec![1])]
    {
        listing.update(&feed(&recorder, &filter.parse().unwrap()));
        let keys: Vec<u64> = keys(&listing).into_iter().map(|(number, _)| number).collect();
        assert_eq!(keys, listed, "{filter}");
    }
}

#[test]
fn a_new_filter_lists_everything_again() {
    let (recorder, all, tokens) = (turn(), Query::default(), "type:llm_token".parse::<Query>().unwrap());
    let mut listing = Listing::default();
    let before = listing.update(&feed(&recorder, &all));
    let after = listing.update(&feed(&recorder, &tokens));
    assert_eq!((after.total, after.let_through, after.looked_at), (1, 3, 5));
    assert!(after.generation > before.generation);
}

#[test]
fn a_pause_lists_no_further_rows() {
    let (recorder, query) = (turn(), Query::default());
    let mut listing = Listing::default();
    let listed = listing.update(&Feed { until: Some(3), ..feed(&recorder, &query) });
    assert_eq!((listed.let_through, listing.next()), (2, 3));
    assert_eq!(listing.update(&feed(&recorder, &query)).let_through, 5);
}

fn named(numbers: impl IntoIterator<Item = u64>) -> Vec<Named> {
    numbers.into_iter().map(|number| Named { source: 1, key: Key::line(number) }).collect()
}

#[test]
fn a_row_keeps_its_element_while_a_few_come_and_all_are_filled_anew_in_a_flood() {
    let elements = |slots: &[coda_dashboard::history::Slot]| slots.iter().map(|slot| slot.element).collect::<Vec<_>>();
    let first = fill_slots(&named(1..=8), &[]);
    assert_eq!(elements(&first), (0..8).collect::<Vec<_>>());
    let scrolled = fill_slots(&named(2..=9), &first);
    assert_eq!(elements(&scrolled), [1, 2, 3, 4, 5, 6, 7, 8], "one new element for one new row");
    let flooded = fill_slots(&named(100..108), &scrolled);
    assert_eq!(elements(&flooded), elements(&scrolled), "no element is made");
}

#[test]
fn the_word_at_the_cursor_is_replaced_by_its_completion() {
    let word = PartialWord::at("straße sta type:x", 10);
    let texts: Vec<&str> = word.candidates.iter().map(|candidate| candidate.text.as_str()).collect();
    assert_eq!(texts, ["state:"]);
    assert_eq!(word.take("straße sta type:x", "state:"), ("straße state: type:x".to_owned(), true));
    let value = PartialWord::at("dir:o", 5);
    assert_eq!(value.take("dir:o", "dir:out"), ("dir:out ".to_owned(), false), "the next term can follow");
    assert!(PartialWord::at("a ", 2).is_empty());
}
