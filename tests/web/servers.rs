//! One page and several servers: each has data of its own.

use wasm_bindgen_test::wasm_bindgen_test;

use crate::page::Page;
use crate::server;

fn tool_uses(page: &Page) -> usize {
    page.context.data.tools.with_untracked(|tools| tools.uses().len())
}

#[wasm_bindgen_test]
async fn the_demo_and_coda_share_no_data_and_coda_s_are_there_again_afterwards() {
    let page = Page::open(&server::fresh().await);
    page.until_ready().await;
    page.say("use a tool please");
    page.until_answered(1).await;
    let of_coda = tool_uses(&page);
    assert!(of_coda > 0);

    page.context.use_demo();
    page.until("the demo", || page.context.connection.is_demo() && page.context.connection.is_ready()).await;
    assert_eq!(tool_uses(&page), 0);
    page.say("hello");
    page.until_shown("Connected to the demo, a simulated Coda").await;
    page.until_answered(2).await;

    page.context.leave_demo();
    page.until("Coda again", || !page.context.connection.is_demo() && page.context.connection.is_ready()).await;
    assert_eq!(tool_uses(&page), of_coda);
    page.until_shown("Connected to Coda at ws://").await;
    page.say("hello again");
    page.until_answered(3).await;
    assert_eq!(page.texts(".session-divider").iter().filter(|line| line.contains("Coda at ws://")).count(), 1);
}
