//! The conversation: thousands of turns, links to one, search, and screen reader announcements.

use std::cell::RefCell;

use coda_dashboard::history::Recording;
use coda_dashboard::model::{Beginning, Role, ToolCall, ToolOutcome, Turn, TurnKey};
use coda_dashboard::protocol::utc_from_millis;
use coda_dashboard::replay::Playback;
use coda_dashboard::state::{RowKey, TurnRow};
use js_sys::Date;
use leptos::prelude::*;
use serde_json::json;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Element, HtmlElement};

use crate::frames::animation_frame;
use crate::page::Page;

/// A port without a listener.
const NOBODY: &str = "?ws=ws://127.0.0.1:9";
/// More turns than the page ever shows at a time.
const A_FEW_HUNDRED: usize = 600;
/// Turns that are created at once.
const AT_ONCE: usize = 40;
const TURN: &str = "[data-testid=turn]";
const LOG: &str = ".conversation";
const SEARCH: &str = "[data-testid=search]";
const NEWER: &str = "[data-testid=new-messages]";
const COUNT: &str = "[data-testid=search-count]";
/// Names of the highlights: of all hits, and of the current one.
const HIT: &str = "search-hit";
const CURRENT: &str = "search-current";
const STYLES: &str = concat!(
    include_str!("../../style/tokens.css"),
    include_str!("../../style/base.css"),
    include_str!("../../style/shell.css"),
    include_str!("../../style/conversation.css"),
    include_str!("../../style/composer.css"),
    include_str!("../../style/avatar.css"),
);

/// The Talk page with its style sheets and the test's own turns. Dropping it removes all of it.
struct Talk {
    page: Page,
    styles: Element,
    turns: RefCell<Vec<ArcRwSignal<Turn>>>,
}

impl Drop for Talk {
    fn drop(&mut self) {
        self.styles.remove();
    }
}

impl Talk {
    fn open(query: &str) -> Self {
        let styles = document().create_element("style").unwrap();
        styles.set_text_content(Some(STYLES));
        document().head().unwrap().append_child(&styles).unwrap();
        Self { page: Page::open(query), styles, turns: RefCell::default() }
    }

    /// A page that shows these turns and receives nothing.
    fn of(turns: Vec<Turn>) -> Self {
        let talk = Self::open(NOBODY);
        talk.show(turns);
        talk
    }

    /// Reopens the page at this URL.
    fn go(&mut self, address: &str) {
        window().history().unwrap().replace_state_with_url(&JsValue::NULL, "", Some(address)).unwrap();
        self.page.mount_again();
    }

    fn add(&self, turn: Turn) {
        self.show(vec![turn]);
    }

    /// Adds turns at the end, all at once.
    fn show(&self, turns: Vec<Turn>) {
        let turns: Vec<_> = turns.into_iter().map(ArcRwSignal::new).collect();
        let rows = self.page.context.talk.rows.writable_in_tests();
        rows.update(|rows| rows.extend(turns.iter().map(row)));
        self.turns.borrow_mut().extend(turns);
    }

    fn edit(&self, key: u64, edit: impl FnOnce(&mut Turn)) {
        let turns = self.turns.borrow();
        turns.iter().find(|turn| turn.with_untracked(|turn| turn.key == TurnKey(key))).unwrap().update(edit);
    }

    fn shown(&self) -> usize {
        self.page.all(TURN).len()
    }

    fn body(&self, at: usize) -> String {
        self.page.texts(&format!("{TURN} .turn-body")).swap_remove(at)
    }

    async fn until_first(&self, text: &str) {
        self.page.until(text, || self.shown() > 0 && self.body(0) == text).await;
    }

    fn scroll(&self, top: i32) {
        self.page.element(LOG).set_scroll_top(top);
    }

    /// Scrolls away from the end and waits until the page has noticed.
    async fn scroll_up(&self, top: i32) {
        self.page.until("the newest in view", || self.page.element(LOG).scroll_top() > 1_000).await;
        self.scroll(top);
        self.page.until("not followed any more", || !self.page.all(NEWER).is_empty()).await;
    }

    /// Returns the position of the turn with this text, relative to the visible part of the conversation.
    fn top_of(&self, text: &str) -> f64 {
        let turns = self.page.all(TURN);
        let of_text = |turn: &&Element| turn.text_content().unwrap_or_default().ends_with(text);
        let top = turns.iter().find(of_text).map(|turn| turn.get_bounding_client_rect().top()).expect(text);
        top - self.page.element(LOG).get_bounding_client_rect().top()
    }

    /// Returns the first fully visible turn with its position, once the browser has replaced its
    /// estimated sizes by measured ones.
    async fn read_first(&self) -> (String, f64) {
        let texts = || self.page.texts(&format!("{TURN} .turn-body"));
        let first = || texts().into_iter().map(|text| (self.top_of(&text), text)).find(|(top, _)| *top >= 0.0);
        let known = StoredValue::new(None);
        self.page
            .until("a place that stays", || {
                let now = first();
                let before = known.get_value();
                known.set_value(now.clone());
                now.is_some() && now == before
            })
            .await;
        let (top, text) = known.get_value().expect("a turn in view");
        (text, top)
    }

    fn height(&self) -> f64 {
        f64::from(self.page.element(LOG).client_height())
    }

    async fn search(&self, words: &str) {
        self.page.until("the field", || !self.page.all(SEARCH).is_empty()).await;
        self.page.type_into(SEARCH, words);
        self.page.until("the address", || address().contains("q=") != words.is_empty()).await;
    }
}

fn address() -> String {
    window().location().search().unwrap()
}

fn row(turn: &ArcRwSignal<Turn>) -> TurnRow {
    TurnRow { key: RowKey { generation: 0, turn: turn.with_untracked(|turn| turn.key) }, turn: turn.read_only() }
}

fn turn(key: u64, role: Role, text: &str) -> Turn {
    Turn {
        key: TurnKey(key),
        role,
        text: text.to_owned(),
        is_open: false,
        cut_off: None,
        is_ignored: false,
        is_synthetic: false,
        sent_by: None,
        time: utc_from_millis(1_795_374_566_500),
        begins: None,
        number: (role == Role::User).then_some(key),
        tools: Vec::new(),
        errors: Vec::new(),
        outgoing: None,
        heard: None,
        answers: None,
    }
}

fn said(count: u64) -> Vec<Turn> {
    (1..=count).map(|key| turn(key, Role::User, &format!("turn {key}."))).collect()
}

#[wasm_bindgen_test]
async fn the_newest_is_followed_while_the_oldest_leave_the_page() {
    let talk = Talk::of((1..=300).map(|number| turn(number, Role::User, &format!("turn {number}"))).collect());
    talk.page.until("the newest in view", || talk.page.element(LOG).scroll_top() > 1_000).await;
    for number in 301..=380 {
        talk.add(turn(number, Role::User, &format!("turn {number}")));
        // One frame each, as from a server.
        animation_frame().await;
    }
    assert!(talk.page.all(NEWER).is_empty(), "nobody has scrolled up");
    talk.page.until("the newest", || talk.top_of("turn 380") < talk.height()).await;
}

#[wasm_bindgen_test]
async fn who_follows_the_newest_turn_follows_it_in_a_window_of_another_size() {
    let talk = Talk::of(said(300));
    let log: HtmlElement = talk.page.element(LOG).unchecked_into();
    let is_at_end = || log.scroll_top() + log.client_height() + 2 >= log.scroll_height();
    let give = |height: &str| {
        log.style().set_property("flex", "none").unwrap();
        log.style().set_property("height", height).unwrap();
        // Reading a size forces a synchronous layout.
        let _ = log.scroll_height();
    };
    talk.page.until("the newest in view", || log.scroll_top() > 1_000 && is_at_end()).await;
    for (height, next) in [("600px", "250px"), ("300px", "290px"), ("700px", "300px")] {
        // In a taller window the browser scrolls back, but fires the event only after the next change of size.
        give(height);
        give(next);
        talk.page.until_at_rest("the place", || log.scroll_top()).await;
        assert!(talk.page.all(NEWER).is_empty(), "{height}, {next}: it does not follow any more");
        talk.page.until("the end", is_at_end).await;
    }
}

#[wasm_bindgen_test]
async fn a_search_among_thousands_goes_to_a_turn_that_is_not_on_the_page() {
    let talk = Talk::of(said(3_000));
    talk.search("turn").await;
    talk.page.until_shown("3000 of 3000").await;
    assert_eq!(talk.shown(), AT_ONCE);
    talk.search("turn 7.").await;
    talk.page.until_shown("1 of 1").await;
    talk.until_in_view("turn 7.").await;
    assert!(talk.shown() <= A_FEW_HUNDRED);
}

#[wasm_bindgen_test]
async fn all_turns_can_be_scrolled_through_while_the_page_holds_a_few_hundred() {
    let talk = Talk::of(said(2_000));
    talk.until_first("turn 1961.").await;
    let mut first = talk.body(0);
    while first != "turn 1." {
        talk.page.until("a place to scroll up from", || talk.page.element(LOG).scroll_top() > 0).await;
        talk.scroll(0);
        talk.page.until("earlier turns", || talk.body(0) != first).await;
        assert!(talk.shown() <= A_FEW_HUNDRED, "{}", talk.shown());
        first = talk.body(0);
    }
    while talk.body(talk.shown() - 1) != "turn 2000." {
        let last = talk.body(talk.shown() - 1);
        talk.scroll(talk.page.element(LOG).scroll_height());
        talk.page.until("later turns", || talk.body(talk.shown() - 1) != last).await;
        assert!(talk.shown() <= A_FEW_HUNDRED, "{}", talk.shown());
    }
    assert_eq!(talk.page.all(NEWER).len(), 1, "the end is there and not yet reached");
    let follows_again = || {
        talk.scroll(talk.page.element(LOG).scroll_height());
        talk.page.all(NEWER).is_empty() && talk.shown() == AT_ONCE
    };
    talk.page.until("it follows again", follows_again).await;
}

#[wasm_bindgen_test]
async fn new_turns_join_those_on_the_page_and_of_very_many_only_the_last_ones_are_created() {
    let talk = Talk::of(said(50));
    talk.until_first("turn 11.").await;
    for key in 51..=70 {
        talk.add(turn(key, Role::User, &format!("turn {key}.")));
    }
    talk.page.until("the new ones", || talk.body(talk.shown() - 1) == "turn 70.").await;
    assert_eq!(talk.body(0), "turn 11.", "nothing leaves the page before it has a few hundred");
    talk.show((71..=400).map(|key| turn(key, Role::User, &format!("turn {key}."))).collect());
    talk.until_first("turn 361.").await;
    assert_eq!(talk.shown(), AT_ONCE);
}

#[wasm_bindgen_test]
async fn what_is_read_stays_in_its_place_when_earlier_turns_come() {
    let talk = Talk::of(said(1_000));
    talk.until_first("turn 961.").await;
    talk.scroll_up(200).await;
    let before = talk.top_of("turn 963.");
    talk.until_first("turn 921.").await;
    talk.page.until("its place", || (talk.top_of("turn 963.") - before).abs() < 2.0).await;
    talk.page.click(".dropped button");
    talk.until_first("turn 881.").await;
    talk.page.until("its place again", || (talk.top_of("turn 963.") - before).abs() < 2.0).await;
}

#[wasm_bindgen_test]
async fn new_turns_take_nothing_from_a_reader_who_has_scrolled_up() {
    let talk = Talk::of(said(300));
    talk.until_first("turn 261.").await;
    talk.scroll_up(1_500).await;
    let (read, before) = talk.read_first().await;
    for key in 301..=320 {
        talk.add(turn(key, Role::User, &format!("turn {key}.")));
    }
    talk.page.until_shown("20 new messages").await;
    assert_eq!(talk.body(0), "turn 261.");
    assert!((talk.top_of(&read) - before).abs() < 2.0, "{before} {}", talk.top_of(&read));
    talk.page.click(NEWER);
    talk.until_first("turn 281.").await;
    talk.page.until("the newest in view", || talk.top_of("turn 320.") < talk.height()).await;
}

#[wasm_bindgen_test]
async fn a_link_leads_to_its_turn_with_the_focus() {
    let mut talk = Talk::of(said(2_000));
    talk.go("/?turn=300");
    talk.page
        .until("the focus", || document().active_element().is_some_and(|element| element.id() == "turn-300"))
        .await;
    assert!(talk.shown() <= A_FEW_HUNDRED, "{}", talk.shown());
    talk.page.until("it in view", || (-1.0..talk.height()).contains(&talk.top_of("turn 300."))).await;
    assert_eq!(talk.page.texts(NEWER), ["Latest"]);
    talk.page.click(NEWER);
    talk.until_first("turn 1961.").await;
}

#[wasm_bindgen_test]
async fn a_link_to_a_turn_that_is_not_there_says_so_and_the_newest_is_followed() {
    let mut talk = Talk::of(Vec::new());
    talk.go("/?turn=3");
    talk.page.until_shown("That turn is no longer on this page").await;
    talk.page.until_shown("Say something to Coda").await;
    assert!(talk.page.all(NEWER).is_empty());
    talk.show(said(200));
    talk.page.until("the end", || talk.page.element(LOG).scroll_top() > 1_000).await;
}

#[wasm_bindgen_test]
async fn days_are_those_of_the_readers_clock_and_sessions_are_marked() {
    // Midnight in the browser's time zone, whichever that is.
    let at = |day, hour| Date::new_with_year_month_day_hr_min(2026, 2, day, hour, 30).get_time();
    #[expect(clippy::cast_possible_truncation, reason = "whole milliseconds")]
    let at = |day, hour| utc_from_millis(at(day, hour) as i64);
    let times = [at(3, 0), at(3, 11), at(3, 12), at(3, 23), at(4, 0), at(4, 23)];
    let turns = (1..).zip(times).map(|(key, time)| Turn {
        time,
        begins: (key == 2).then_some(Beginning::Session),
        ..turn(key, Role::User, &format!("turn {key}."))
    });
    let talk = Talk::of(turns.collect());
    let marks = || talk.page.texts(".day-divider, .session-divider, [data-testid=turn] .turn-body");
    talk.page.until("the turns", || talk.shown() == 6).await;
    let marks = marks();
    let days: Vec<_> = marks.iter().filter(|mark| mark.contains("March") || mark.contains("Mar")).collect();
    assert_eq!(days.len(), 2, "{marks:?}");
    assert_eq!((&marks[0], &marks[6]), (days[0], days[1]), "{marks:?}");
    assert_eq!(marks[2], "New session", "{marks:?}");
    assert_eq!((talk.page.all(".day-divider").len(), talk.page.all(".session-divider").len()), (2, 1));
}

#[wasm_bindgen_test]
async fn the_first_turn_on_the_page_tells_its_day_and_stays_when_earlier_ones_come() {
    let talk = Talk::of(said(1_000));
    talk.until_first("turn 961.").await;
    assert_eq!(talk.page.all(".day-divider").len(), 1);
    let first = talk.page.element(TURN);
    talk.page.click(".dropped button");
    talk.until_first("turn 921.").await;
    assert!(first.is_connected(), "made once");
    assert_eq!(talk.page.all(".day-divider").len(), 1);
}

#[wasm_bindgen_test]
async fn a_search_lives_in_the_address_and_looks_into_tools_errors_and_words_that_come_later() {
    let failed = Turn { errors: vec!["Out of Memory".into()], ..turn(2, Role::System, "") };
    let result = ToolOutcome::Done { result: Some(json!("24 degrees")) };
    let call = ToolCall { name: "get_weather".into(), parameters: None, outcome: result, seconds: None };
    let answer = Turn { tools: vec![call], ..turn(3, Role::Assistant, "It is sunny.") };
    let open = Turn { is_open: true, ..turn(4, Role::Assistant, "And") };
    let mut talk = Talk::of(vec![turn(1, Role::User, "hello"), failed, answer, open]);
    for (words, found) in
        [("memory", "1 of 1"), ("WEATHER", "1 of 1"), ("24 deg", "1 of 1"), ("nothing has this", "No matches")]
    {
        talk.search(words).await;
        talk.page.until(words, || talk.page.texts(COUNT) == [found]).await;
        assert_eq!(talk.shown(), 4, "a search hides nothing");
    }
    talk.search("tomorrow").await;
    talk.page.until("nothing", || talk.page.texts(COUNT) == ["No matches"]).await;
    talk.edit(4, |turn| turn.text.push_str(" tomorrow"));
    talk.page.until("what was said since", || talk.page.texts(COUNT) == ["1 of 1"]).await;
    assert_eq!(address(), "?q=tomorrow");
    talk.go("/?q=hello&ws=x");
    talk.page.until("that one", || marked(CURRENT) == ["hello"]).await;
    talk.page.press(SEARCH, "Escape", false);
    talk.page.until("no marks", || marked(HIT).is_empty()).await;
    assert_eq!(address(), "?ws=x");
}

/// Returns the texts highlighted under this name, in document order.
fn marked(name: &str) -> Vec<String> {
    let script = format!(
        "[...(CSS.highlights.get('{name}') ?? [])].map(mark => {{ const range = new Range(); \
         range.setStart(mark.startContainer, mark.startOffset); range.setEnd(mark.endContainer, mark.endOffset); \
         return range.toString() }}).join('|')"
    );
    let texts = run(&script).as_string().unwrap();
    texts.split('|').filter(|text| !text.is_empty()).map(str::to_owned).collect()
}

impl Talk {
    /// Presses Enter in the search field and waits until it shows the position of the hit.
    async fn step(&self, forth: bool, place: &str) {
        self.page.press(SEARCH, "Enter", !forth);
        self.page.until(place, || self.page.texts(COUNT) == [place]).await;
    }

    async fn until_in_view(&self, text: &str) {
        let is_shown = || self.page.texts(&format!("{TURN} .turn-body")).iter().any(|body| body == text);
        self.page.until(text, || is_shown() && (-1.0..self.height()).contains(&self.top_of(text))).await;
    }
}

#[wasm_bindgen_test]
async fn hits_are_marked_and_enter_leads_from_one_to_the_next() {
    let talk = Talk::of(said(30));
    talk.search("TURN").await;
    talk.page.until("all marked", || marked(HIT).len() == 30).await;
    assert!(marked(HIT).iter().all(|text| text == "turn"));
    talk.page.until("the newest", || talk.page.texts(COUNT) == ["30 of 30"] && marked(CURRENT) == ["turn"]).await;
    talk.step(true, "1 of 30").await;
    talk.until_in_view("turn 1.").await;
    talk.page.until("its mark", || marked(CURRENT) == ["turn"]).await;
    talk.step(true, "2 of 30").await;
    talk.step(false, "1 of 30").await;
    talk.step(false, "30 of 30").await;
    talk.until_in_view("turn 30.").await;
    assert_eq!(talk.page.attribute(COUNT, "role"), "status");
    talk.page.press(SEARCH, "Escape", false);
    talk.page.until("no marks", || marked(HIT).is_empty() && marked(CURRENT).is_empty()).await;
    talk.page.until("no count", || talk.page.texts(COUNT) == [""]).await;
}

#[wasm_bindgen_test]
async fn enter_leads_to_hits_that_are_not_on_the_page_yet() {
    let talk = Talk::of(said(2_000));
    talk.search("turn").await;
    talk.page.until_shown("2000 of 2000").await;
    talk.step(true, "1 of 2000").await;
    talk.until_in_view("turn 1.").await;
    talk.step(false, "2000 of 2000").await;
    talk.until_in_view("turn 2000.").await;
    assert!(talk.shown() <= A_FEW_HUNDRED, "{}", talk.shown());
}

#[wasm_bindgen_test]
async fn marks_go_through_markdown_code_tools_and_errors() {
    let text = "Some **nee**dle, `needle`\n\n- need\n- le\n\n```rust\nlet needle = 1; // needle\n```\n";
    let call = ToolCall {
        name: "find_needle".into(),
        parameters: None,
        outcome: ToolOutcome::Done { result: Some(json!("a Needle")) },
        seconds: None,
    };
    let answer = Turn { tools: vec![call], errors: vec!["no needle left".into()], ..turn(1, Role::Assistant, text) };
    let talk = Talk::of(vec![answer]);
    talk.search("needle").await;
    // A word across two list items is no hit; one across an inline tag is.
    // A tool's result is there twice, in its row and among its details, and counts once.
    let expected = ["needle", "Needle", "Needle", "needle", "needle", "needle", "needle", "needle"];
    talk.page.until("all marked", || marked(HIT) == expected).await;
    talk.step(true, "1 of 6").await;
    talk.page.until("the first", || marked(CURRENT) == ["needle"]).await;
}

#[wasm_bindgen_test]
async fn hits_come_with_words_that_stream_in_and_nothing_is_made_anew() {
    let open = Turn { is_open: true, ..turn(2, Role::Assistant, "More tea") };
    let talk = Talk::of(vec![turn(1, Role::User, "tea"), open]);
    talk.search("tea").await;
    talk.page.until("both", || marked(HIT).len() == 2).await;
    talk.step(true, "1 of 2").await;
    let entries = talk.page.all(TURN);
    talk.edit(2, |turn| turn.text.push_str(" and tea again"));
    talk.page.until("the third", || marked(HIT).len() == 3).await;
    assert_eq!(talk.page.texts(COUNT), ["1 of 3"], "the reader stays where he is");
    talk.edit(2, |turn| *turn = Turn { is_open: false, text: "More **tea** and tea again".into(), ..turn.clone() });
    talk.page.until("the answer", || !talk.page.all(".markdown strong").is_empty()).await;
    talk.page.until("its marks", || marked(HIT) == ["tea", "tea", "tea"]).await;
    assert!(entries.iter().all(|entry| entry.is_connected()), "made once");
    talk.search("more").await;
    talk.page.until("another search", || talk.page.texts(COUNT) == ["1 of 1"] && marked(CURRENT) == ["More"]).await;
}

#[wasm_bindgen_test]
async fn without_marks_enter_still_leads_to_the_hits() {
    let talk = Talk::of(said(100));
    run("window.__highlight = window.Highlight; window.Highlight = undefined");
    talk.search("turn").await;
    talk.page.until_shown("100 of 100").await;
    talk.step(true, "1 of 100").await;
    talk.until_in_view("turn 1.").await;
    run("window.Highlight = window.__highlight");
}

#[wasm_bindgen_test]
async fn a_finished_answer_is_announced_once_and_old_ones_never() {
    const ANNOUNCED: &str = "[data-testid=announced]";
    let old = Turn { errors: vec!["broken".into()], ..turn(1, Role::Assistant, "old") };
    let mut talk = Talk::of(vec![old]);
    talk.go("/");
    talk.page.until("the turn", || talk.shown() == 1).await;
    assert_eq!(talk.page.texts(ANNOUNCED), [""]);
    assert!(talk.page.all("[role=alert]").is_empty(), "an old error is no alarm");
    assert_eq!(talk.page.attribute(ANNOUNCED, "role"), "status");
    let answer = "## Yes\n\n**It** is `so`:\n\n- [one](https://example.org)\n- two";
    talk.add(Turn { is_open: true, ..turn(2, Role::Assistant, "## Ye") });
    talk.page.until("the answer", || talk.shown() == 2).await;
    assert_eq!(talk.page.texts(ANNOUNCED), [""], "not while it is written");
    talk.edit(2, |turn| *turn = Turn { is_open: false, text: answer.into(), ..turn.clone() });
    talk.page.until("its words", || talk.page.texts(ANNOUNCED) == ["Yes It is so: one two"]).await;
    talk.add(turn(3, Role::Assistant, &"word ".repeat(1_000)));
    talk.page.until("a part", || (100..500).contains(&talk.page.texts(ANNOUNCED)[0].len())).await;
    talk.add(Turn { errors: vec!["out of memory".into()], ..turn(4, Role::System, "") });
    talk.page.until("the error", || talk.page.texts(ANNOUNCED) == ["Error: out of memory"]).await;
}

#[wasm_bindgen_test]
async fn links_open_safely_and_only_where_their_address_can_do_no_harm() {
    let text = "[named](https://example.org/a) and <https://example.org/b>, see https://example.org/c_d_e?x=1&y=2. \
                (http://example.org/f(g)) `https://no.example` [https://example.org/h](https://example.org/i)\n\n\
                ```\nhttps://no.example\n```\n";
    let talk = Talk::of(vec![turn(1, Role::Assistant, text)]);
    talk.page.until("the links", || !talk.page.all(".markdown a").is_empty()).await;
    let links = talk.page.all(".markdown a");
    let of = |name: &str| links.iter().map(|link| link.get_attribute(name).unwrap_or_default()).collect::<Vec<_>>();
    let expected = ["a", "b", "c_d_e?x=1&y=2", "", "i"].map(|path| match path {
        "" => "http://example.org/f(g)".to_owned(),
        path => format!("https://example.org/{path}"),
    });
    assert_eq!(of("href"), expected);
    assert!(of("target").iter().all(|target| target == "_blank"));
    assert!(of("rel").iter().all(|rel| rel == "noopener noreferrer nofollow"));
}

#[wasm_bindgen_test]
async fn no_address_that_could_run_something_becomes_a_link() {
    let hostile = [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "&#106;avascript:alert(1)",
        "java&#10;script:alert(1)",
        "&#1;javascript:alert(1)",
        "data:text/html;base64,PHNjcmlwdD4=",
        "vbscript:msgbox",
        "file:///etc/passwd",
        "blob:https://example.org/x",
        "about:blank",
        "//example.org",
        "/settings",
    ];
    let link = |address| {
        format!(
            "[words]({address}) ![picture]({address})

"
        )
    };
    let mut text = hostile.map(link).concat();
    text.push_str("<javascript:alert(1)> [reference]\n\n[reference]: javascript:alert(1)\n");
    let talk = Talk::of(vec![turn(1, Role::Assistant, &text)]);
    talk.page.until("the text", || talk.page.texts(".markdown").concat().contains("reference")).await;
    assert!(
        talk.page.all(".markdown a, .markdown [href], .markdown [src]").is_empty(),
        "{:?}",
        talk.page.texts(".markdown a")
    );
    assert_eq!(talk.page.texts(".markdown").concat().matches("words").count(), hostile.len(), "what it says stays");
}

#[wasm_bindgen_test]
async fn a_recording_is_shown_with_its_face_although_there_is_no_connection() {
    let talk = Talk::of(said(1));
    let face = || talk.page.texts(".avatar-label").concat();
    talk.page.until("no face", || face() == "Not connected").await;
    let nothing = Playback::new(&Recording::default());
    talk.page.context.playback.begin("test".into(), nothing);
    talk.page.until("its face", || face() == "Ready").await;
    talk.page.context.playback.end();
    talk.page.until("no face again", || face() == "Not connected").await;
}

#[wasm_bindgen_test]
async fn code_is_coloured_and_copied_as_it_is() {
    let code = "def size(path):  # bytes\n    return 1024 * len(\"a\")\n";
    let talk = Talk::of(vec![turn(1, Role::Assistant, &format!("So:\n\n```python\n{code}```\n"))]);
    talk.page.until("the code", || !talk.page.all(".code-block").is_empty()).await;
    for (class, texts) in [
        ("keyword", vec!["def", "return"]),
        ("comment", vec!["# bytes"]),
        ("number", vec!["1024"]),
        ("text", vec!["\"a\""]),
    ] {
        assert_eq!(talk.page.texts(&format!(".code-block .code-{class}")), texts, "{class}");
    }
    let colour = |class: &str| {
        let style = window().get_computed_style(&talk.page.element(class)).unwrap().unwrap();
        style.get_property_value("color").unwrap()
    };
    assert_ne!(colour(".code-keyword"), colour(".code-block code"), "the eye sees it");
    assert_eq!(talk.page.texts(".code-block pre"), [code]);
    run("Object.defineProperty(navigator, 'clipboard', {configurable: true, \
         value: {writeText: text => { window.__copied = text; return Promise.resolve() }}})");
    talk.page.click(".code-block .copy");
    talk.page.until("the copy", || run("window.__copied").as_string().as_deref() == Some(code)).await;
    talk.page.until("it says so", || talk.page.attribute(".code-block .copy", "aria-label") == "Copied").await;
    run("delete navigator.clipboard");
}

#[wasm_bindgen_test]
async fn the_whole_conversation_comes_as_a_file_whatever_is_shown() {
    let talk = Talk::of(said(250));
    talk.until_first("turn 211.").await;
    run(
        "window.__files = []; window.__make = URL.createObjectURL; window.__click = HTMLAnchorElement.prototype.click; \
         URL.createObjectURL = blob => { blob.text().then(text => window.__files.push(text)); return 'blob:test' }; \
         HTMLAnchorElement.prototype.click = function() { window.__files.push(this.download) }",
    );
    for button in talk.page.all(".conversation-tools button") {
        wasm_bindgen::JsCast::unchecked_into::<web_sys::HtmlElement>(button).click();
    }
    talk.page.until("both files", || run("window.__files.length").as_f64() == Some(4.0)).await;
    run("URL.createObjectURL = window.__make; HTMLAnchorElement.prototype.click = window.__click");
    let files = run("window.__files.join('\\n')").as_string().unwrap();
    for part in ["coda-conversation.md", "coda-conversation.json", "# Conversation with Coda", "\"text\": \"turn 1.\""]
    {
        assert!(files.contains(part), "no {part}");
    }
    assert_eq!((files.matches("turn 1.").count(), files.matches("turn 250.").count()), (2, 2));
}

fn run(script: &str) -> JsValue {
    js_sys::eval(script).unwrap()
}
