//! Tests against Coda Lite itself. Ignored unless run by `make test-coda` with the path of a checkout.

use crate::harness::{Backend, Outcome, Page, failed};

/// Returns the path of the checkout. Fails without one, since these tests only run on request.
fn checkout() -> Result<String, Box<dyn std::error::Error>> {
    let Ok(checkout) = std::env::var("CODA_LITE") else {
        return failed("CODA_LITE is not set: run `make test-coda CODA_LITE=path`");
    };
    Ok(checkout)
}

#[tokio::test]
#[ignore = "needs CODA_LITE"]
async fn coda_lite_answers_a_sentence_by_stream() -> Outcome {
    let checkout = checkout()?;
    let backend = Backend::start_coda_lite(&checkout, 0).await?;
    let page = Page::open(&backend.query()).await?;
    page.until_phase("ready").await?;
    page.say("hello Coda").await?;
    page.until_answered(1).await?;
    assert_eq!(page.attributes("[data-testid=outgoing]", "data-state").await?, ["delivered"]);
    page.reload().await?;
    page.until_phase("ready").await?;
    page.say("hello again").await?;
    page.until_answered(1).await?;
    page.close().await
}

#[tokio::test]
#[ignore = "needs CODA_LITE"]
async fn coda_lite_listens_while_the_button_is_held() -> Outcome {
    let checkout = checkout()?;
    let backend = Backend::start_coda_lite(&checkout, 0).await?;
    let page = Page::open(&backend.query()).await?;
    page.until_phase("ready").await?;
    page.hold("talk").await?;
    page.until_js("words", "document.querySelector('[data-testid=turn][data-role=user]')").await?;
    page.let_go().await?;
    page.until_answered(1).await?;
    page.command("play sample turn").await?;
    page.until_shown("Tell me a short joke").await?;
    page.close().await
}

#[tokio::test]
#[ignore = "needs CODA_LITE"]
async fn coda_lite_can_be_restarted_in_between() -> Outcome {
    let checkout = checkout()?;
    let backend = Backend::start_coda_lite(&checkout, 0).await?;
    let page = Page::open(&backend.query()).await?;
    page.until_phase("ready").await?;
    page.say("before").await?;
    page.until_answered(1).await?;
    let port = backend.port();
    drop(backend);
    page.until_phase("waiting").await?;
    let _restarted = Backend::start_coda_lite(&checkout, port).await?;
    page.until_phase("ready").await?;
    page.until_shown("Coda was restarted").await?;
    page.say("after").await?;
    page.until_answered(2).await?;
    page.close().await
}
