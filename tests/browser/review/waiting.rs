//! Words that wait: for an answer, behind other words, for a seat.

use super::{
    Reviewed, of_quotes,
    races::{GATES, run, said_of, until, walk_of},
};
use crate::{
    driver_life,
    phone::{Reviewed as WithPhone, in_browser, read_until, see},
};

/// The phone's word makes the desk ask how the walk stands; that answer comes after the desk's own next word is kept.
#[test]
#[ignore = "needs a browser driver"]
fn an_older_answer_undoes_nothing_and_the_phone_keeps_its_order() {
    let workshop = of_quotes();
    let reviewed = WithPhone::new(&workshop);
    in_browser(async {
        let (driver, client) = driver_life::open().await;
        let client = &client;
        client.goto(&reviewed.desk).await.expect("a page");
        see(client, "main[data-seen='02-sign-it']").await;
        run(client, GATES).await;
        run(client, "key('j'); hold('api/state', 'answer')").await;
        see(client, "main[data-seen='01-open-the-quote']").await;
        let desk = client.window().await.expect("a window");
        let tab = client.new_window(true).await.expect("a tab").handle;
        client
            .switch_to_window(tab.clone())
            .await
            .expect("switched");
        client.goto(&reviewed.phone).await.expect("a page");
        see(client, "main[data-ready=walk]").await;
        let open = |at: u32| {
            format!(
                "document.querySelector('.step:nth-child({at}) .main').dispatchEvent(new MouseEvent('click', {{ cancelable: true }}));"
            )
        };
        let stay = "addEventListener('click', (event) => event.target.closest('a') && event.preventDefault());";
        run(client, &format!("{stay} {}", open(3))).await;
        read_until(client, "#progress", "1 of 3 steps opened here").await;

        client.switch_to_window(desk).await.expect("switched");
        until(client, "held() === 1").await;
        run(client, "key(' ')").await;
        until(client, "document.body.dataset.saving === 'saved'").await;
        // The next one is asked for when the older answer is taken: the tick still stands.
        run(client, "releaseOne()").await;
        until(client, "held() === 1").await;
        see(client, ".questions input:checked").await;
        run(client, "release()").await;
        run(client, "key('j')").await;
        read_until(client, ".on-phone:not([hidden])", "375 × ").await;
        run(client, "key('k')").await;
        see(
            client,
            "main[data-seen='01-open-the-quote'] .questions input:checked",
        )
        .await;

        // On the phone, which shows the tick too: taken back and ticked again, while the first of it is still on its way; a note
        // kept by two taps.
        client.switch_to_window(tab).await.expect("switched");
        run(client, &format!("{GATES} {}", open(2))).await;
        see(client, ".step:nth-child(2).was-opened").await;
        let twice = "hold('\"holds\":false', 'request');
            const box = document.querySelector('.step:nth-child(2) input[type=checkbox]');
            box.click(); box.click();";
        run(client, twice).await;
        until(client, "held() === 1").await;
        run(client, "release()").await;
        let note = "const card = document.querySelector('.step:nth-child(2)'), text = card.querySelector('textarea');
            card.querySelector('.more button').click();
            text.value = 'it jumps';
            const form = card.querySelector('form');
            form.requestSubmit(); form.requestSubmit();";
        run(client, note).await;
        read_until(client, ".step:nth-child(2) .notes", "it jumps").await;
        read_until(client, ".step:nth-child(2) .told", "kept").await;
        driver.stop().await.expect("stopped");
    });
    let walk = walk_of(&workshop);
    let said = said_of(&walk, "01-open-the-quote").expect("said");
    let on: Vec<_> = said.ticked.iter().map(|(on, _)| *on).collect();
    assert_eq!(on, [shippass::bundle::Surface::Phone], "ticked at last");
    assert_eq!(said.comments, ["it jumps"]);
}

#[test]
#[ignore = "needs a browser driver"]
fn words_that_wait_when_the_seat_is_lost_are_shown() {
    let workshop = of_quotes();
    let reviewed = Reviewed::new(&workshop);
    let address = format!("http://{}/#{}", reviewed.host, reviewed.token);
    let keep = |text: &str| {
        format!(
            "key('n'); document.getElementById('words-text').value = '{text}'; document.getElementById('words-keep').click();"
        )
    };
    in_browser(async {
        let (driver, client) = driver_life::open().await;
        let client = &client;
        client.goto(&address).await.expect("a page");
        see(client, "main[data-seen='02-sign-it']").await;
        run(
            client,
            &format!("{GATES} hold('api/said', 'request'); {}", keep("it jumps")),
        )
        .await;
        until(client, "held() >= 1").await;
        run(
            client,
            "key('n'); document.getElementById('words-text').value = 'half a sent'",
        )
        .await;
        let first = client.window().await.expect("a window");
        let tab = client.new_window(true).await.expect("a tab").handle;
        client
            .switch_to_window(tab.clone())
            .await
            .expect("switched");
        client.goto(&address).await.expect("a page");
        read_until(client, "main", "This bundle is open in another page").await;
        // Two taps are one: the page doesn't push itself off.
        run(client, "const button = document.querySelector('.aside button'); button.click(); button.click()").await;
        see(client, "main[data-seen='02-sign-it']").await;

        client.switch_to_window(first).await.expect("switched");
        read_until(client, "main", "The walk goes on in another page").await;
        read_until(client, "#lost", "it jumps").await;
        read_until(client, "#lost", "half a sent").await;
        run(client, "release()").await;
        run(client, "document.querySelector('.aside button').click()").await;
        see(client, "main[data-seen='02-sign-it']").await;
        read_until(client, "#lost", "it jumps").await;
        client.close_window().await.expect("closed");

        client.switch_to_window(tab).await.expect("switched");
        read_until(client, "main", "The walk goes on in another page").await;
        run(client, "document.querySelector('.aside button').click()").await;
        see(client, "main[data-seen='02-sign-it']").await;
        run(
            client,
            &format!(
                "{GATES} hold('api/said', 'request'); {}",
                keep("gone with the server")
            ),
        )
        .await;
        until(client, "held() >= 1").await;
        drop(reviewed);
        read_until(client, "main", "The review server has ended").await;
        read_until(client, "#lost", "gone with the server").await;
        driver.stop().await.expect("stopped");
    });
    let walk = walk_of(&workshop);
    let said = said_of(&walk, "02-sign-it").expect("said");
    assert_eq!(said.comments, [""; 0], "what was called lost isn't there");
}
