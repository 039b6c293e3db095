//! Every page: reachable by its link and by its address, showing the server's data, and free of axe-core
//! violations in both themes.

use serde_json::{Value, json};

use crate::harness::{Backend, Outcome, Page, failed};

const AXE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/.tools/axe-4.14.1.min.js");
/// Pages that are not in the navigation.
const OTHERS: [(&str, &str); 1] = [("/nowhere", "Page not found")];

const SIDES: [&str; 6] = ["findings", "send", "replay", "experiments", "recordings", "details"];

/// Elements that float above a page: how to open each, and its selector.
const FLOATING: [(&str, &str); 4] = [
    ("dispatchEvent(new KeyboardEvent('keydown', {key: 'k', ctrlKey: true, bubbles: true}))", "dialog.palette[open]"),
    ("document.body.dispatchEvent(new KeyboardEvent('keydown', {key: '?', bubbles: true}))", "dialog.keys[open]"),
    ("document.querySelector('[data-testid=connection]').click()", ".popover"),
    (
        "document.querySelector('[data-testid=connection]').click(); setTimeout(() => { \
         const field = document.querySelector('.popover [data-testid=address]'); field.value = 'ws://elsewhere.example:1'; \
         field.dispatchEvent(new Event('input', {bubbles: true})); field.form.requestSubmit() }, 100)",
        "dialog.confirm[open]",
    ),
];

/// Whether nothing scrolls sideways: neither the document nor its scroll containers.
const IS_NARROW: &str = "[document.documentElement, document.querySelector('.page-body'), document.querySelector('.conversation')]\
     .filter(Boolean).every(part => part.scrollWidth <= part.clientWidth)";

/// The elements that overflow, with their right edge and that of their container.
const STICKS_OUT: &str = "const box = document.querySelector('.page-body') ?? document.documentElement; \
    const end = box.getBoundingClientRect().left + box.clientWidth; \
    return [...box.querySelectorAll('*')].filter(it => it.getBoundingClientRect().right > end + 0.5).slice(0, 8)\
    .map(it => `${it.tagName}.${it.getAttribute('class')} to ${it.getBoundingClientRect().right} of ${end}`).join('; ')";

/// Returns axe-core's violations on the current page: rule and element.
async fn violations(page: &Page) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    // Colours must be checked at rest: a part that is just coming into view is still half transparent.
    let at_rest = "document.getAnimations().every(motion => \
                   motion.playState !== 'running' || motion.effect.getTiming().iterations === Infinity)";
    page.until_js("the end of all motion", at_rest).await?;
    page.run("window.__violations = null; axe.run().then(found => window.__violations = found.violations)").await?;
    page.until_js("axe-core's verdict", "window.__violations").await?;
    let found = page.run("return window.__violations").await?;
    let found = found.as_array().cloned().unwrap_or_default();
    let words = |violation: &Value| {
        let nodes = violation["nodes"].as_array().cloned().unwrap_or_default();
        let places: Vec<String> =
            nodes.iter().take(3).map(|node| format!("{} {}", node["target"], node["failureSummary"])).collect();
        format!("{}: {}", violation["id"], places.join("; "))
    };
    Ok(found.iter().map(words).collect())
}

#[tokio::test]
async fn no_page_has_an_accessibility_violation_in_either_theme() -> Outcome {
    let Ok(axe) = std::fs::read_to_string(AXE) else { return failed("axe-core is missing: run `make setup-test`") };
    let backend = Backend::start(&["--speed", "20"]).await?;
    let page = Page::open(&backend.query()).await?;
    page.until_phase("ready").await?;
    for text in ["use a tool please", "markdown please", "make an error"] {
        let answered = page.count("[data-testid=turn][data-role=assistant][data-open=false]").await?;
        page.say(text).await?;
        page.until_js(
            "an answer",
            &format!("document.querySelectorAll('[data-testid=turn][data-role=assistant][data-open=false]').length > {answered}"),
        )
        .await?;
    }
    page.run(&axe).await?;
    let mut wrong = Vec::new();
    for theme in ["light", "dark"] {
        page.run(&format!("document.documentElement.dataset.theme = '{theme}'")).await?;
        for (href, _) in page.pages().await? {
            page.follow(&href).await?;
            wrong.extend(violations(&page).await?.into_iter().map(|violation| format!("{theme} {href} {violation}")));
        }
        page.follow("/debugger").await?;
        for side in SIDES {
            page.open_tool(side).await?;
            wrong.extend(violations(&page).await?.into_iter().map(|violation| format!("{theme} {side} {violation}")));
        }
        for (open, shown) in FLOATING {
            page.run(open).await?;
            page.until_js(shown, &format!("document.querySelector('{shown}')")).await?;
            wrong.extend(violations(&page).await?.into_iter().map(|violation| format!("{theme} {shown} {violation}")));
            page.run("document.querySelector('dialog[open]')?.close(); document.querySelector('.popover') && document.querySelector('[data-testid=connection]').click()").await?;
            page.until_js("it gone", &format!("!document.querySelector('{shown}')")).await?;
        }
    }
    for (href, title) in OTHERS {
        page.go(&format!("{href}?backend=demo")).await?;
        page.until_js(title, &format!("document.title === '{title} · Coda' && document.querySelector('h1')")).await?;
        page.run(&axe).await?;
        for theme in ["light", "dark"] {
            page.run(&format!("document.documentElement.dataset.theme = '{theme}'")).await?;
            wrong.extend(violations(&page).await?.into_iter().map(|violation| format!("{theme} {href} {violation}")));
        }
    }
    if wrong.is_empty() { page.close().await } else { failed(wrong.join("\n")) }
}

/// What colour alone would tell is told by shape or by a system colour when the user has colours of their own.
#[tokio::test]
async fn forced_colours_and_more_contrast_leave_nothing_to_colour_alone() -> Outcome {
    let backend = Backend::start(&["--speed", "20"]).await?;
    let page = Page::open(&backend.query()).await?;
    page.until_phase("ready").await?;
    let background =
        |selector: &str| format!("getComputedStyle(document.querySelector(\"{selector}\")).backgroundColor");
    page.emulate_media(&[("forced-colors", "active")]).await?;
    let differ = |one: &str, other: &str| format!("{} !== {}", background(one), background(other));
    let current = differ(".nav a[aria-current=page]", ".nav a:not([aria-current])");
    page.until_js("the current page stands out", &current).await?;
    let filled = differ("[data-phase=ready] > .chip-dot", "body");
    page.until_js("a filled dot while connected", &filled).await?;
    backend.make("/stop-listening", json!({})).await?;
    backend.make("/drop", json!({})).await?;
    page.until_phase("waiting").await?;
    let hollow = format!("{}.endsWith(', 0)')", background(".chip-dot"));
    page.until_js("a hollow dot without a connection", &hollow).await?;
    page.follow("/debugger").await?;
    page.run("document.querySelector('[data-testid=quick-errors]').click()").await?;
    let pressed = differ("[data-testid=quick-errors]", "[data-testid=quick-all]");
    page.until_js("the filter in force stands out", &pressed).await?;
    page.emulate_media(&[("prefers-contrast", "more")]).await?;
    let outline = "(document.querySelector('[data-testid=debugger-pause]').focus(), \
                   getComputedStyle(document.querySelector('[data-testid=debugger-pause]')).outlineWidth) === '3px'";
    page.until_js("a thick focus ring", outline).await?;
    page.close().await
}

/// The words that a screen reader has, from the browser's accessibility tree.
#[tokio::test]
async fn a_screen_reader_hears_names_and_summaries_and_no_json() -> Outcome {
    let backend = Backend::start(&["--speed", "20"]).await?;
    let page = Page::open(&backend.query()).await?;
    page.until_phase("ready").await?;
    page.say("use a tool").await?;
    page.until_js("an answer", "document.querySelector('[data-testid=turn][data-role=assistant][data-open=false]')")
        .await?;
    page.follow("/debugger").await?;
    page.until_js("rows", "document.querySelectorAll('.debugger-rows [data-type=llm_result]').length > 0").await?;
    // The browser builds the tree some time after the page.
    let mut names = page.accessible_names().await?;
    for _ in 0..100 {
        if names.iter().any(|(role, _)| role == "row") {
            break;
        }
        names = page.accessible_names().await?;
    }
    // Between parts that are laid out apart, the browser puts a space.
    let has =
        |role: &str, words: &str| names.iter().any(|(is, name)| is == role && name.replace(" ,", ",").contains(words));
    assert!(has("button", "auth_challenge, 1 frame"), "a type with its count: {names:?}");
    assert!(has("button", "Connected"), "the connection: {names:?}");
    assert!(has("link", "Debugger") && has("navigation", "Pages"), "the navigation: {names:?}");
    let rows: Vec<&String> = names.iter().filter(|(role, _)| role == "row").map(|(_, name)| name).collect();
    assert!(rows.iter().any(|row| row.contains("llm_result") && row.contains("tokens")), "rows in words: {rows:?}");
    assert!(rows.iter().all(|row| !row.contains("{\"")), "no JSON in rows: {rows:?}");
    page.close().await
}

#[tokio::test]
async fn every_page_has_its_address_its_title_and_fits_at_320_pixels() -> Outcome {
    let backend = Backend::start(&["--speed", "20"]).await?;
    let page = Page::open(&backend.query()).await?;
    page.until_phase("ready").await?;
    let long = json!({"message": "x".repeat(300), "details": {"path": "y".repeat(300)}});
    backend.make("/event", json!({"type": "system_error", "data": long})).await?;
    page.until_shown("xxx").await?;
    let others = OTHERS.map(|(href, title)| (href.to_owned(), title.to_owned()));
    for (href, title) in page.pages().await?.into_iter().chain(others) {
        page.go(&format!("{href}?ws={}", backend.ws)).await?;
        let wanted = format!("document.title === '{title} · Coda' && document.querySelector('h1')");
        page.until_js(&format!("the title of {href}"), &wanted).await?;
        page.reload().await?;
        page.until_js(&format!("the title of {href} after a reload"), &wanted).await?;
        page.be_wide(320).await?;
        page.until_phase("ready").await?;
        page.run("document.querySelectorAll('details').forEach(details => details.open = true)").await?;
        if page.until_js(&format!("no sideways scrolling of {href} at 320 pixels"), IS_NARROW).await.is_err() {
            return failed(format!("{href} at 320 pixels: {}", page.run(STICKS_OUT).await?));
        }
        page.be_wide(1400).await?;
    }
    page.until_shown("Page not found").await?;
    page.close().await
}

#[tokio::test]
async fn the_window_itself_never_scrolls_however_much_a_page_holds() -> Outcome {
    let backend = Backend::start(&["--quiet-metrics"]).await?;
    let page = Page::open(&backend.query()).await?;
    page.until_phase("ready").await?;
    backend.make("/flood", json!({"count": 3_000, "wait": true})).await?;
    page.until_shown("flood-1-end").await?;
    let mut wrong = Vec::new();
    for width in [1400, 320] {
        page.be_wide(width).await?;
        for (href, _) in page.pages().await? {
            page.follow(&href).await?;
            let fits = "(box => box.scrollHeight <= box.clientHeight && box.scrollWidth <= box.clientWidth)\
                        (document.documentElement)";
            if page.until_js(&format!("{href} fits"), fits).await.is_err() {
                wrong.push(format!("{href} scrolls the window at {width} pixels"));
            }
        }
    }
    if wrong.is_empty() { page.close().await } else { failed(wrong.join("\n")) }
}

#[tokio::test]
async fn a_page_scrolls_wherever_the_pointer_is_beside_it() -> Outcome {
    let page = Page::open("/?backend=demo").await?;
    page.until_phase("ready").await?;
    page.be_wide(2_400).await?;
    for (href, _) in page.pages().await?.iter().filter(|(href, _)| !matches!(&**href, "/" | "/debugger")) {
        page.follow(href).await?;
        let reaches = "document.elementFromPoint(innerWidth - 5, innerHeight / 2).closest('.page-body')";
        page.until_js(&format!("{href} reaches the edge of the window"), reaches).await?;
    }
    page.close().await
}

#[tokio::test]
async fn what_the_chip_opens_closes_by_escape_and_with_the_page() -> Outcome {
    let page = Page::open("/?backend=demo").await?;
    page.until_phase("ready").await?;
    let (open, closed) = ("document.querySelector('.popover h2')", "!document.querySelector('.popover')");
    page.click("connection").await?;
    page.until_js("it open", open).await?;
    // Clicking text moves the focus away from the chip.
    page.run("document.activeElement.blur(); document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape', bubbles: true}))").await?;
    page.until_js("it closed by Escape", closed).await?;
    page.click("connection").await?;
    page.until_js("it open again", open).await?;
    page.follow("/tools").await?;
    page.until_js("it closed with the page", closed).await?;
    page.close().await
}

#[tokio::test]
async fn a_long_name_of_a_tool_keeps_the_page_narrow() -> Outcome {
    let backend = Backend::start(&["--speed", "20"]).await?;
    let page = Page::open(&backend.query()).await?;
    page.until_phase("ready").await?;
    page.be_wide(320).await?;
    let name = "home_assistant_set_living_room_light_brightness".repeat(3);
    backend.make("/event", json!({"type": "tool_call", "data": {"tool_name": name, "parameters": {}}})).await?;
    page.follow("/tools").await?;
    page.until_shown("running…").await?;
    page.until_js("no sideways scrolling", IS_NARROW).await?;
    page.close().await
}

/// Toggles the docked debugger.
const DOCK: &str = "dispatchEvent(new KeyboardEvent('keydown', {key: '`', code: 'Backquote', ctrlKey: true}))";

#[tokio::test]
async fn the_newest_stays_in_view_however_the_window_changes() -> Outcome {
    let backend = Backend::start(&["--quiet-metrics"]).await?;
    let page = Page::open(&backend.query()).await?;
    page.until_phase("ready").await?;
    backend.make("/flood", json!({"count": 3_000, "wait": true})).await?;
    page.until_shown("flood-1-end").await?;
    // The banner takes a different share of each window size.
    backend.make("/stop-listening", json!({})).await?;
    backend.make("/drop", json!({})).await?;
    page.until_shown("No WebSocket server answers at this address").await?;
    let mut wrong = Vec::new();
    for (href, scroller) in [("/", ".conversation"), ("/debugger", "[data-testid=debugger-table]")] {
        page.follow(href).await?;
        page.until_js("the list", &format!("document.querySelector('{scroller}')")).await?;
        let is_at_end = format!(
            "(box => box.scrollHeight - box.scrollTop - box.clientHeight < 3)(document.querySelector('{scroller}'))"
        );
        for (width, height) in [(1280, 800), (800, 600), (360, 740), (1280, 800), (800, 600), (360, 400), (1400, 900)] {
            // The debugger is toggled below the conversation as well.
            if href == "/" && width < 1_000 {
                page.run(DOCK).await?;
            }
            page.be_sized(width, height).await?;
            if page.until_js("the end", &is_at_end).await.is_err() {
                wrong.push(format!("{href} at {width} × {height}"));
            }
        }
    }
    if wrong.is_empty() { page.close().await } else { failed(format!("left the end: {}", wrong.join(", "))) }
}

#[tokio::test]
async fn nothing_lies_over_the_text_box_and_the_navigation_however_little_room_there_is() -> Outcome {
    let backend = Backend::start(&["--quiet-metrics"]).await?;
    let page = Page::open(&backend.query()).await?;
    page.until_phase("ready").await?;
    // A notice for an unreadable frame, the banner for the lost connection, and the docked debugger.
    backend.make("/event", json!({"type": "memory_store", "data": {"content": "M"}})).await?;
    page.until_shown("could not be read").await?;
    backend.make("/stop-listening", json!({})).await?;
    backend.make("/drop", json!({})).await?;
    page.until_shown("No WebSocket server answers at this address").await?;
    let reachable = "const hit = (it, inside) => { const box = it.getBoundingClientRect(); \
                     return document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2)?.closest(inside); };\
                     const composer = document.querySelector('[data-testid=composer]'); \
                     composer.scrollIntoView({block: 'nearest'}); return !!hit(composer, '.composer') \
                     && [...document.querySelectorAll('.nav a')].filter(link => link.checkVisibility()).every(link => hit(link, '.nav'))";
    for (width, height, is_docked) in
        [(360, 740, false), (320, 600, false), (800, 600, false), (1280, 800, true), (800, 600, true)]
    {
        page.be_sized(width, height).await?;
        if is_docked != (page.count(".dock-panel").await? > 0) {
            page.run(DOCK).await?;
        }
        page.until_js(&format!("all reachable at {width} × {height}"), &format!("(() => {{ {reachable} }})()")).await?;
    }
    page.close().await
}

/// The parts of the page that notices overlap.
const UNDER_NOTICES: &str = "const own = document.querySelector('.notices').getBoundingClientRect(); \
    return ['.topbar', '.nav', '.page', '.dock-panel'].filter(part => { \
        const box = document.querySelector(part)?.getBoundingClientRect(); \
        return box && own.left < box.right - 0.5 && box.left < own.right - 0.5 \
            && own.top < box.bottom - 0.5 && box.top < own.bottom - 0.5 }).join(' ')";

#[tokio::test]
async fn notices_lie_over_nothing_on_any_page_in_any_window() -> Outcome {
    let backend = Backend::start(&["--quiet-metrics"]).await?;
    let page = Page::open(&backend.query()).await?;
    page.until_phase("ready").await?;
    backend.make("/event", json!({"type": "memory_store", "data": {"content": "M"}})).await?;
    backend.make("/send-binary", json!({"hex": "00ff"})).await?;
    page.until_js("two notices", "document.querySelectorAll('[data-testid=notice]').length === 2").await?;
    let can_be_dismissed = "(button => { const box = button.getBoundingClientRect(); \
        return button.contains(document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2)) })\
        (document.querySelector('.notice .icon-button'))";
    let mut wrong = Vec::new();
    for is_docked in [false, true] {
        if is_docked {
            page.run(DOCK).await?;
        }
        for (width, height) in [(320, 600), (800, 600), (1280, 800), (1900, 1000)] {
            page.be_sized(width, height).await?;
            for (href, _) in page.pages().await? {
                page.follow(&href).await?;
                page.until_js("a way to dismiss the first", can_be_dismissed).await?;
                let under = page.run(UNDER_NOTICES).await?;
                if under != json!("") {
                    wrong.push(format!("{href} at {width} × {height}: {under}"));
                }
            }
        }
    }
    if wrong.is_empty() { page.close().await } else { failed(wrong.join("\n")) }
}

#[tokio::test]
async fn tools_and_system_show_what_the_server_told() -> Outcome {
    let backend = Backend::start(&["--speed", "20"]).await?;
    let page = Page::open(&backend.query()).await?;
    page.until_phase("ready").await?;
    page.say("use a tool please").await?;
    page.until_answered(1).await?;
    page.follow("/tools").await?;
    page.until_shown("get_weather").await?;
    page.run("document.querySelector('.call-list summary').click()").await?;
    page.click_text("View in conversation").await?;
    page.until_js("the turn that used it", "document.getElementById('turn-1')").await?;
    backend
        .make("/event", json!({"type": "system_error", "data": {"message": "disk full", "details": {"free": 0}}}))
        .await?;
    page.follow("/system").await?;
    page.until_shown("disk full").await?;
    page.until_shown("gemma2:2b").await?;
    page.until_shown("Run 1").await?;
    page.close().await
}

#[tokio::test]
async fn a_page_begins_at_its_top_wherever_the_one_before_was_left() -> Outcome {
    let backend = Backend::start(&["--quiet-metrics"]).await?;
    let page = Page::open(&backend.query()).await?;
    page.until_phase("ready").await?;
    page.be_sized(1400, 420).await?;
    page.follow("/settings").await?;
    let top = "document.querySelector('.page-body').scrollTop";
    page.run("document.querySelector('.page-body').scrollTop = 500").await?;
    page.until_js("the settings further down", &format!("{top} === 500")).await?;
    page.follow("/system").await?;
    page.until_js("the next page", "document.querySelector('h1').innerText === 'System'").await?;
    page.until_js(
        "a page that can be scrolled",
        &format!("{top} === 0 && document.querySelector('.page-body').scrollHeight > 450"),
    )
    .await?;
    page.close().await
}

#[tokio::test]
async fn the_conversation_can_be_searched_and_the_palette_leads_anywhere() -> Outcome {
    let backend = Backend::start(&["--speed", "20"]).await?;
    let page = Page::open(&backend.query()).await?;
    page.until_phase("ready").await?;
    for text in ["apples", "pears"] {
        let answered = page.count("[data-testid=turn][data-role=assistant]").await?;
        page.say(text).await?;
        page.until_answered(usize::try_from(answered)? + 1).await?;
    }
    page.run("const box = document.querySelector('[data-testid=search]'); box.value = 'APPLES'; box.dispatchEvent(new Event('input', {bubbles: true}))").await?;
    page.until_shown("2 of 2").await?;
    let turns = page.count("[data-testid=turn]").await?;
    assert_eq!(turns, 4, "a search hides nothing");
    page.run("dispatchEvent(new KeyboardEvent('keydown', {key: 'k', ctrlKey: true, bubbles: true}))").await?;
    page.until_js("the palette", "document.querySelector('dialog.palette[open] input')").await?;
    page.run("const field = document.querySelector('.palette input'); field.value = 'memory'; field.dispatchEvent(new Event('input', {bubbles: true})); field.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', bubbles: true}))").await?;
    page.until_js("the memory page", "location.pathname === '/memory'").await?;
    page.run("document.body.dispatchEvent(new KeyboardEvent('keydown', {key: '?', bubbles: true}))").await?;
    page.until_shown("Talk, unless you are typing").await?;
    page.close().await
}

#[tokio::test]
async fn performance_and_memory_show_what_the_server_told() -> Outcome {
    let backend = Backend::start(&["--speed", "20"]).await?;
    let page = Page::open(&backend.query()).await?;
    page.until_phase("ready").await?;
    page.say("use a tool please").await?;
    page.until_answered(1).await?;
    page.follow("/performance").await?;
    page.until_shown("Last turn,").await?;
    page.until_shown("generate_response").await?;
    let apart = "(([plot, words]) => Math.abs(plot.left + plot.right - words.left - words.right) / 2)(\
                 ['.plot-area', '.plot-below :nth-child(2)']\
                 .map(it => document.querySelector(`.line-chart ${it}`).getBoundingClientRect()))";
    page.until_js("the words for the middle of the time in its middle", &format!("{apart} < 2")).await?;
    let memory = json!({"content_preview": "Likes green tea", "memory_type": "preference", "importance": 0.9, "memory_id": "m1"});
    backend.make("/event", json!({"type": "memory_store", "data": memory})).await?;
    page.follow("/memory").await?;
    page.until_shown("Likes green tea").await?;
    page.until_shown("cannot list them").await?;
    page.close().await
}

#[tokio::test]
async fn settings_apply_at_once_and_outlive_a_reload() -> Outcome {
    let page = Page::open("/?backend=demo").await?;
    page.until_phase("ready").await?;
    page.follow("/settings").await?;
    let set = |field: &str, value: &str| {
        format!(
            "const field = document.getElementById('{field}'); field.value = '{value}'; \
             field.dispatchEvent(new Event('change', {{bubbles: true}}))"
        )
    };
    page.run(&set("theme", "dark")).await?;
    page.run(&set("gap_millis", "77")).await?;
    page.until_js("dark at once", "document.documentElement.dataset.theme === 'dark'").await?;
    page.reload().await?;
    page.until_js("dark again", "document.documentElement.dataset.theme === 'dark'").await?;
    page.until_js("the gap too", "document.getElementById('gap_millis')?.value === '77'").await?;
    // An exported file can be imported again; a damaged one changes nothing.
    let import = |text: &str| {
        format!(
            "const files = new DataTransfer(); files.items.add(new File(['{text}'], 'mine.json')); \
             const picker = document.querySelector('input[type=file]'); picker.files = files.files; \
             picker.dispatchEvent(new Event('change', {{bubbles: true}}))"
        )
    };
    page.run(&import(r#"{"version": 2, "theme": "light", "gap_millis": 33}"#)).await?;
    page.until_shown("Settings imported from mine.json.").await?;
    page.until_js("its gap", "document.getElementById('gap_millis').value === '33'").await?;
    page.run(&import(r#"{"theme": "pink"}"#)).await?;
    page.until_shown("mine.json was not imported").await?;
    page.until_js("still light", "document.documentElement.dataset.theme === 'light'").await?;
    page.close().await
}

#[tokio::test]
async fn the_debugger_follows_a_message_and_docks_below_any_page() -> Outcome {
    let backend = Backend::start(&["--speed", "20"]).await?;
    let page = Page::open(&backend.query()).await?;
    page.until_phase("ready").await?;
    page.say("find me in the debugger").await?;
    page.until_answered(1).await?;
    page.run("dispatchEvent(new KeyboardEvent('keydown', {key: '`', ctrlKey: true, bubbles: true}))").await?;
    page.until_js("the dock", "document.querySelector('.dock-panel')").await?;
    page.follow("/debugger").await?;
    page.go(&format!("/debugger?ws={}&filter=type:text_input", backend.ws)).await?;
    page.until_phase("ready").await?;
    page.until_js("the filter of the address", "document.querySelector('.page input').value === 'type:text_input'")
        .await?;
    page.close().await
}
