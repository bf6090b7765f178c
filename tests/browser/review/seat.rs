//! One page before a bundle, opened by an address that is good once.

use std::io::Read;

use super::{OPEN, Reviewed, is_clean, of_quotes, served};
use crate::{
    driver_life,
    phone::{in_browser, read_until, see},
};

#[test]
#[ignore = "needs a browser driver"]
fn a_second_page_says_so_and_takes_over_when_it_is_told_to() {
    let workshop = of_quotes();
    let reviewed = Reviewed::new(&workshop);
    let mut first = reviewed.sit();
    is_clean(&reviewed.walk(
        &workshop,
        &format!(
            r"{}
    expect: [{{ see: This bundle is open in another page }}, {{ not_see: Sign it }}]
  - name: Keys do nothing there
    do: [{{ press: j }}, {{ press: c }}]
    expect: [{{ not_see: Sign it }}]
  - name: Take over
    do: [{{ tap: Go on here }}]
    expect: [{{ see: Sign it }}]
",
            OPEN.trim_end()
        ),
    ));
    let mut rest = String::new();
    first.read_to_string(&mut rest).expect("it ends");
    assert!(rest.contains("taken"), "{rest}");
}

#[test]
#[ignore = "needs a browser driver"]
fn the_address_that_a_browser_is_opened_with_is_good_once() {
    let workshop = of_quotes();
    in_browser(async {
        let server = served(&workshop).await;
        let address = server.once_url().to_owned();
        let serving = tokio::spawn(server.serve(std::future::pending()));
        let (driver, client) = driver_life::open().await;
        client.goto(&address).await.expect("a page");
        see(&client, "main[data-ready='02-sign-it']").await;
        let left = client.execute("return location.hash", Vec::new()).await;
        assert_eq!(left.expect("an answer"), "");
        // Loaded anew the page still has its token; another one that shows the same code gets none.
        client.refresh().await.expect("loaded");
        see(&client, "main[data-ready='02-sign-it']").await;
        let tab = client.new_window(true).await.expect("a tab");
        client.switch_to_window(tab.handle).await.expect("switched");
        client.goto(&address).await.expect("a page");
        read_until(&client, "main", "good once, and was opened before").await;
        driver.stop().await.expect("stopped");
        serving.abort();
    });
}
