//! The page served below a path, as behind a proxy or next to other sites.

use serde_json::json;

use crate::harness::{Backend, Outcome, Page, Site};

/// Where `make test-e2e` builds the page for this path.
const FOLDER: &str = "target/dist-below";
const BASE: &str = "/coda/";

#[tokio::test]
async fn every_page_and_file_is_found_below_a_path() -> Outcome {
    let backend = Backend::start(&["--quiet-metrics"]).await?;
    let page = Page::blank(Site::below(BASE, FOLDER).await?).await?;
    page.go(&backend.query()).await?;
    page.until_phase("ready").await?;
    page.say("hello").await?;
    page.until_answered(1).await?;

    let links =
        page.run("return [...document.querySelectorAll('.nav a')].map(link => link.getAttribute('href'))").await?;
    let links: Vec<String> = serde_json::from_value(links)?;
    assert!(links.len() > 5 && links.iter().all(|link| link.starts_with(BASE.trim_end_matches('/'))), "{links:?}");
    for link in &links {
        page.run(&format!("document.querySelector('.nav a[href=\"{link}\"]').click()")).await?;
        page.until_js(link, &format!("document.querySelector('.nav a[href=\"{link}\"][aria-current=page]')")).await?;
        page.until_js("its title", "!document.title.startsWith('No such page') && document.querySelector('h1')")
            .await?;
    }
    assert_eq!(page.run("return performance.getEntriesByType('navigation').length").await?, json!(1), "one document");

    // A deep link, and the files that a page loads.
    page.go("/help").await?;
    page.until_js("the help", "document.title.startsWith('Help') && document.querySelector('article h2')").await?;
    let lost = page
        .run("return Promise.all([...document.querySelectorAll('link[href]')].map(link => fetch(link.href).then(answer => answer.ok ? [] : [link.href]))).then(lost => lost.flat())")
        .await?;
    assert_eq!(lost, json!([]));
    assert_eq!(page.refused(), Vec::<String>::new(), "asked for outside of {BASE}");
    page.close().await
}
