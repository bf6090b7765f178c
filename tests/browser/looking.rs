//! What lies before the reader's eyes on the review page while something else is still coming.

use fantoccini::Client;
use shippass::{browser::launch::DriverProcess, evidence::Picture};

use crate::{
    driver_life,
    phone::{Reviewed, in_browser, press, read_until, see},
    review::{RUN, of_quotes},
    support::{
        Workshop,
        recorded::{quotes, seal},
    },
};

/// A browser on the review page, with the flagged step before the reader.
async fn open(reviewed: &Reviewed) -> (DriverProcess, Client) {
    let (driver, client) = driver_life::open().await;
    client.goto(&reviewed.desk).await.expect("a page");
    see(&client, "main[data-ready='02-sign-it']").await;
    (driver, client)
}

async fn run(client: &Client, script: &str) -> String {
    let said = client.execute(script, Vec::new()).await;
    said.expect("an answer").to_string()
}

#[test]
#[ignore = "needs a browser driver"]
fn a_place_is_marked_on_no_picture_that_is_still_coming() {
    let workshop = of_quotes();
    let reviewed = Reviewed::new(&workshop);
    in_browser(async {
        let (driver, client) = open(&reviewed).await;
        // Pictures come only when they are let go.
        run(
            &client,
            "const real = HTMLImageElement.prototype.decode;
             const held = new Promise((go) => { window.letGo = go; });
             HTMLImageElement.prototype.decode = function () { return held.then(() => real.call(this)); };",
        )
        .await;
        press(&client, "j").await;
        read_until(&client, "main h2", "Open the quote").await;
        for word in ["m", "z", "c"] {
            run(&client, "document.getElementById('hint').textContent = ''").await;
            press(&client, word).await;
            read_until(&client, "#hint", "The picture is still coming").await;
        }
        let open = "return document.querySelectorAll('.drawing, dialog[open], .tools button:enabled').length";
        assert_eq!(run(&client, open).await, "0");
        run(&client, "letGo()").await;
        see(&client, "main[data-ready='01-open-the-quote']").await;
        press(&client, "m").await;
        see(&client, ".drawing").await;
        driver.stop().await.expect("stopped");
    });
}

#[test]
#[ignore = "needs a browser driver"]
fn the_picture_that_was_asked_for_last_is_shown_however_quickly() {
    let workshop = Workshop::new();
    let mut lists = quotes();
    lists[0].steps[1].pictures = vec![Picture {
        file: "screens/customer-signs-a-quote/02-before.jpg".to_owned(),
        caption: Some("what stood in the way is boxed".to_owned()),
        ..Picture::default()
    }];
    seal(&workshop.path().join("bundle"), RUN, &lists, |_| 4);
    let reviewed = Reviewed::new(&workshop);
    in_browser(async {
        let (driver, client) = open(&reviewed).await;
        // Both are fetched once; then the second is asked for while the first is being decoded.
        let said = client
            .execute_async(
                "const [done] = arguments;
                 const tabs = document.querySelectorAll('.tabs button');
                 const image = document.querySelector('.screen img');
                 const load = (tab) => new Promise((loaded) => { image.addEventListener('load', loaded, { once: true }); tab.click(); });
                 (async () => {
                   await load(tabs[0]);
                   await load(tabs[1]);
                   tabs[0].click();
                   for (let turn = 0; turn < 9; turn += 1) await null;
                   await load(tabs[1]);
                   await image.decode();
                   await new Promise((next) => setTimeout(next));
                   const { textContent } = document.querySelector('.screen');
                   done([image.isConnected, textContent, tabs[1].getAttribute('aria-pressed')]);
                 })()",
                Vec::new(),
            )
            .await;
        assert_eq!(
            said.expect("an answer"),
            serde_json::json!([true, "", "true"])
        );
        press(&client, "m").await;
        see(&client, ".drawing").await;
        driver.stop().await.expect("stopped");
    });
}

#[test]
#[ignore = "needs a browser driver"]
fn words_for_a_note_are_no_word_on_the_finding_that_was_left_before() {
    let workshop = of_quotes();
    let reviewed = Reviewed::new(&workshop);
    in_browser(async {
        let (driver, client) = open(&reviewed).await;
        // Quicker than a dialog tells that it was closed.
        let hurried = "document.querySelector('.finding .refuse').click();
            document.getElementById('words').close();
            const key = (target, key) => target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
            key(document.body, 'n');
            const text = document.getElementById('words-text');
            text.value = 'It was slow';
            key(text, 'Enter');";
        run(&client, hurried).await;
        read_until(&client, ".notes", "It was slow").await;
        read_until(&client, ".finding .word", "Not decided yet").await;
        driver.stop().await.expect("stopped");
    });
}
