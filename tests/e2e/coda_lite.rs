//! Against Coda Lite itself; does nothing unless `make test-coda` says where it is.

use crate::harness::{Backend, Outcome, Page};

#[tokio::test]
async fn coda_lite_answers_a_sentence_by_stream() -> Outcome {
    let Ok(checkout) = std::env::var("CODA_LITE") else {
        eprintln!("skipped: CODA_LITE is not set; see make test-coda");
        return Ok(());
    };
    let backend = Backend::start_coda_lite(&checkout).await?;
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
