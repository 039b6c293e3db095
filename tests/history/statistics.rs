//! Statistics of frames, against a record counted by hand.

use std::time::Duration;

use coda_dashboard::history::{Direction, Statistics};

use crate::world::{event, frame_in, frame_out, recorder};

#[test]
fn frames_are_counted_by_type_and_way_and_messages_by_client() {
    let mut record = recorder();
    record.record(&frame_out(0, r#"{"type":"ping","data":{}}"#, None));
    for (millis, token) in [(1_000, "a"), (1_500, "bbb"), (3_000, "cc")] {
        record.record(&frame_in(millis, &event(millis, "llm_token", &format!(r#"{{"token": "{token}"}}"#))));
    }
    for (millis, client) in [(4_000, "one"), (4_100, "one"), (4_200, "two")] {
        let data = format!(r#"{{"client_id": "{client}", "message_type": "text_input", "message_data": {{}}}}"#);
        record.record(&frame_in(millis, &event(millis, "client_message", &data)));
    }
    let found = Statistics::of(record.rows(..));
    assert_eq!(found.count, 7);
    assert_eq!(found.bytes, found.types.iter().map(|of| of.bytes).sum::<usize>());
    let counts: Vec<_> = found.types.iter().map(|of| (&*of.kind, of.direction, of.count)).collect();
    assert_eq!(
        counts,
        [("client_message", Direction::In, 3), ("llm_token", Direction::In, 3), ("ping", Direction::Out, 1)]
    );
    let tokens = &found.types[1];
    let least = tokens.smallest;
    assert_eq!((tokens.median, tokens.largest, tokens.bytes), (least + 1, least + 2, 3 * least + 3));
    assert_eq!((tokens.largest_row, found.span), (3, Duration::from_millis(4_200)));
    assert_eq!(found.rate(tokens.count), Some(3.0 / 4.2));
    assert_eq!(Statistics::of(record.rows(..=1)).rate(1), None, "one frame has no rate");
    let clients: Vec<_> =
        found.clients.iter().map(|of| (of.client.as_str(), of.messages, of.kinds["text_input"])).collect();
    assert_eq!(clients, [("one", 2, 2), ("two", 1, 1)]);
}
