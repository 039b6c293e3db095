//! Settings: validated, applied at once, stored, and never a reason for a blank page.

use coda_dashboard::state::{CHOICES, Clock, LogLevel, NUMBERS, Settings, Severity, TOGGLES, TalkKey, TalkMode};
use coda_dashboard::ui::pages::SettingsPage;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::page::Page;

const STORED: &str = "coda.settings";

async fn open() -> Page {
    let page = Page::open_with("?backend=demo", || view! { <SettingsPage /> });
    page.click("[data-testid=advanced] summary");
    page.until_shown("Gap between messages").await;
    page
}

fn stored() -> String {
    window().local_storage().unwrap().unwrap().get_item(STORED).unwrap().unwrap_or_default()
}

#[wasm_bindgen_test]
fn every_setting_reads_back_what_it_wrote() {
    let mut settings = Settings::default();
    for number in NUMBERS {
        *(number.field)(&mut settings) = *number.range.start();
    }
    for choice in CHOICES {
        assert!((choice.field)(&mut settings).choose(choice.options[choice.options.len() - 1].0));
    }
    for toggle in TOGGLES {
        let value = (toggle.field)(&mut settings);
        *value = !*value;
    }
    settings.talk_key = TalkKey::parse("F8").unwrap();
    assert_eq!(Settings::from_json(&settings.to_json().to_string()), (settings, Vec::new()));
}

#[wasm_bindgen_test]
fn settings_of_an_older_version_are_read() {
    let (settings, wrong) = Settings::from_json(r#"{"version": 1, "gap_millis": 250, "log_level": "debug"}"#);
    assert_eq!((settings.gap_millis, settings.log_level, wrong.len()), (250, LogLevel::Debug, 0));
}

#[wasm_bindgen_test]
fn damaged_settings_fall_back_to_defaults_and_say_what_was_wrong() {
    for text in ["{", "[]", "5", ""] {
        let (settings, wrong) = Settings::from_json(text);
        assert_eq!((settings, wrong.len()), (Settings::default(), 1), "{text}");
    }
    let (settings, wrong) =
        Settings::from_json(r#"{"gap_millis": 99999, "theme": "pink", "sounds": "loud", "window": 4, "other": 1}"#);
    assert_eq!(settings, Settings { window: 4, ..Settings::default() });
    assert_eq!(wrong.len(), 3, "{wrong:?}");
}

/// The button that restores the default of the first number.
const BACK: &str = ".with-unit:has(#gap_millis) + button";

#[wasm_bindgen_test]
async fn a_number_out_of_range_is_refused_with_the_range_and_one_within_is_kept() {
    let page = open().await;
    for wrong in ["99999", "-1", "1.5", "", "many"] {
        page.change("#gap_millis", wrong);
        page.until_shown("A whole number from 0 to 2000").await;
        assert_eq!(page.context.settings.current.get_untracked().gap_millis, 20);
    }
    page.change("#gap_millis", "150");
    page.until("no error", || page.texts("#gap_millis-error") == [""]).await;
    assert_eq!(page.context.settings.current.get_untracked().gap_millis, 150);
    assert!(stored().contains("150"));
    page.until("a way back", || !page.all(BACK).is_empty()).await;
    page.click(BACK);
    assert_eq!(page.context.settings.current.get_untracked(), Settings::default());
}

#[wasm_bindgen_test]
async fn look_and_times_change_at_once() {
    let page = open().await;
    let root = document().document_element().unwrap();
    for (field, value, attribute) in [
        ("#theme", "dark", "data-theme"),
        ("#density", "compact", "data-density"),
        ("#motion", "reduced", "data-motion"),
    ] {
        page.change(field, value);
        assert_eq!(root.get_attribute(attribute).as_deref(), Some(value));
    }
    page.context.set_settings(Settings::default());
    assert_eq!(root.get_attribute("data-theme").as_deref(), Some("system"));
}

#[wasm_bindgen_test]
async fn a_damaged_store_is_told_in_a_notice_and_the_page_opens() {
    let page = Page::open_after(STORED, "{\"gap_millis\": \"fast\"}");
    page.until_shown("The stored settings were damaged").await;
    page.until_ready().await;
}

#[wasm_bindgen_test]
async fn the_talk_button_can_be_one_to_click() {
    let page = Page::open("?backend=demo");
    page.until_ready().await;
    page.context.set_settings(Settings { talk_mode: TalkMode::Click, ..Settings::default() });
    page.until_shown("Click to talk").await;
    page.pointer("[data-testid=talk]", "pointerdown");
    page.pointer("[data-testid=talk]", "pointerup");
    page.until("listening", || page.attribute("[data-testid=avatar]", "data-mode") == "listening").await;
    page.pointer("[data-testid=talk]", "pointerdown");
    page.until("stopped", || page.attribute("[data-testid=talk]", "aria-pressed") == "false").await;
}

#[wasm_bindgen_test]
fn keys_that_work_the_page_cannot_be_the_talk_key() {
    for code in
        ["Escape", "Tab", "F5", "ShiftLeft", "", "Unidentified", "a very long name of a key that is none", "Key<"]
    {
        assert!(TalkKey::parse(code).is_err(), "{code}");
    }
    for (code, name) in [("KeyM", "M"), ("F8", "F8"), ("Space", "Space"), ("NumpadAdd", "Numpad Add"), ("off", "none")]
    {
        assert_eq!(TalkKey::parse(code).unwrap().to_string(), name);
    }
}

#[wasm_bindgen_test]
async fn any_key_can_be_chosen_by_pressing_it() {
    let page = open().await;
    let button = "#talk_key";
    page.click(button);
    page.until_shown("Press a key…").await;
    page.press_code(button, "F5");
    page.until_shown("The browser reserves that key").await;
    page.press_code(button, "KeyM");
    page.until("its name", || page.texts(button) == ["M"]).await;
    assert!(stored().contains("\"talk_key\":\"KeyM\""), "{}", stored());
    page.click(button);
    page.press(button, "Escape", false);
    page.until("as it was", || page.texts(button) == ["M"]).await;
}

#[wasm_bindgen_test]
fn a_talk_key_of_an_older_store_is_read() {
    let (settings, wrong) = Settings::from_json(r#"{"version":2,"talk_key":"ControlRight"}"#);
    assert!(settings.talk_key.is("ControlRight") && wrong.is_empty());
    let (settings, wrong) = Settings::from_json(r#"{"version":2,"talk_key":"Tab"}"#);
    assert!(settings.talk_key.is("Space") && wrong.len() == 1, "{wrong:?}");
}

#[wasm_bindgen_test]
fn a_file_that_is_none_of_ours_or_newer_is_refused() {
    for (text, why) in [
        ("{}", "no version"),
        (r#"{"name": "coda", "private": true}"#, "no version"),
        (r#"{"version": 99}"#, "version 99"),
        (r#"{"version": 2, "gap_milis": 5}"#, "gap_milis"),
    ] {
        let wrong = Settings::from_file(text).unwrap_err();
        let wrong = wrong.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        assert!(wrong.contains(why), "{text}: {wrong}");
    }
    assert_eq!(Settings::from_file(r#"{"version": 2, "gap_millis": 5}"#).unwrap().gap_millis, 5);
}

#[wasm_bindgen_test]
async fn what_was_refused_goes_when_the_defaults_are_put_in_force() {
    let page = open().await;
    page.change("#gap_millis", "many");
    page.until_shown("A whole number from 0 to 2000").await;
    page.click(".page-head .actions > button:last-child");
    page.until("no error", || page.texts("#gap_millis-error") == [""]).await;
    let field: web_sys::HtmlInputElement = page.element("#gap_millis").unchecked_into();
    assert_eq!(field.value(), "20");
}

#[wasm_bindgen_test]
async fn a_choice_and_a_switch_have_a_way_back_to_their_default() {
    let page = open().await;
    page.change("#theme", "dark");
    page.until("a way back", || !page.all("#theme + button").is_empty()).await;
    page.click("#theme + button");
    page.click("#sounds");
    let back = "#sounds + button";
    page.until("a way back", || !page.all(back).is_empty()).await;
    page.click(back);
    assert_eq!(page.context.settings.current.get_untracked(), Settings::default());
}

#[wasm_bindgen_test]
async fn times_are_shown_with_12_or_24_hours_as_wanted() {
    let page = Page::open("?backend=demo");
    page.until_ready().await;
    page.say("hello");
    page.until_answered(1).await;
    let times = || page.texts(".turn-head time, .turn time").concat().to_uppercase();
    // The settings page does not show the conversation.
    let want = async |clock| {
        page.click("nav a[href='/settings']");
        page.until("the settings", || !page.all(".settings-section").is_empty()).await;
        page.context.set_settings(Settings { clock, ..Settings::default() });
        page.click("nav a[href='/']");
    };
    want(Clock::Hours12).await;
    page.until("12 hours", || times().contains("AM") || times().contains("PM")).await;
    want(Clock::Hours24).await;
    page.until("24 hours", || !times().contains("AM") && !times().contains("PM") && times().contains(':')).await;
}

#[wasm_bindgen_test]
async fn notices_stack_count_up_and_can_be_dismissed() {
    const NOTICE: &str = "[data-testid=notice]";
    let page = Page::open("?backend=demo");
    page.until_ready().await;
    let say = |topic, words: &str| page.context.notices.show(Severity::Warn, topic, words.into());
    say("one", "The first thing.");
    say("two", "Another thing.");
    say("one", "The first thing.");
    page.until("both", || page.all(NOTICE).len() == 2).await;
    assert!(page.texts(NOTICE)[1].contains("The first thing. (twice)"), "{:?}", page.texts(NOTICE));
    say("one", "The first thing.");
    page.until_shown("The first thing. (3 times)").await;
    page.click(&format!("{NOTICE} button"));
    page.until("the other alone", || page.texts(NOTICE).concat().contains("The first") && page.all(NOTICE).len() == 1)
        .await;
}

#[wasm_bindgen_test]
async fn notices_of_one_kind_that_say_different_things_stay_apart() {
    const NOTICE: &str = "[data-testid=notice]";
    let page = Page::open("?backend=demo");
    page.until_ready().await;
    let say = |level, words: &str| page.context.notices.show(level, "settings file", words.into());
    say(Severity::Error, "a.json was not taken.");
    say(Severity::Error, "b.json was not taken.");
    say(Severity::Info, "Settings imported from c.json.");
    page.until("all three", || page.all(NOTICE).len() == 3).await;
    assert!(page.texts(NOTICE).iter().all(|words| !words.contains('(')), "{:?}", page.texts(NOTICE));
}

#[wasm_bindgen_test]
async fn a_reset_of_all_settings_can_be_undone() {
    let page = open().await;
    page.change("#gap_millis", "75");
    page.until("the change", || page.context.settings.current.get_untracked().gap_millis == 75).await;
    page.click("[data-testid=reset-settings]");
    page.until("a way back", || page.all("[data-testid=undo-reset]").len() == 1).await;
    assert_eq!(page.context.settings.current.get_untracked(), Settings::default());
    page.click("[data-testid=undo-reset]");
    page.until("the change again", || page.context.settings.current.get_untracked().gap_millis == 75).await;
    page.context.set_settings(Settings::default());
}

#[wasm_bindgen_test]
async fn a_second_press_on_reset_still_undoes_to_the_settings_before_the_first() {
    let page = open().await;
    page.change("#gap_millis", "75");
    page.until("the change", || page.context.settings.current.get_untracked().gap_millis == 75).await;
    page.click("[data-testid=reset-settings]");
    page.click("[data-testid=reset-settings]");
    page.until("a way back", || page.all("[data-testid=undo-reset]").len() == 1).await;
    page.click("[data-testid=undo-reset]");
    page.until("the change again", || page.context.settings.current.get_untracked().gap_millis == 75).await;
    page.context.set_settings(Settings::default());
}
