//! A slow machine or network: whatever comes in another order, no word is lost without being said, and none is taken for what
//! nobody has seen.

use fantoccini::Client;
use serde_json::{Value, json};
use shippass::{
    bundle::{StepWalk, Verdict, Walk, hex_sha256, read_walk},
    evidence::{ChecklistRun, ExpectationOutcome, ExpectationRecord, Picture},
};

use super::{RUN, of_quotes, served};
use crate::{
    driver_life,
    phone::{in_browser, press, read_until, see},
    support::{
        Workshop,
        recorded::{quotes, seal, step},
    },
};

/// Makes requests wait: `hold(part, how)` those whose path or body has the part in it, until `release()` lets them go. `request`
/// keeps back the request, `answer` its answer, and `failure` makes it fail when it is let go.
pub(super) const GATES: &str = "
    const real = window.fetch;
    const gates = [];
    window.hold = (part, how) => {
      window.fetch = (path, more) => {
        if (!`${path} ${more?.body ?? ''}`.includes(part)) return real(path, more);
        if (how === 'answer') return real(path, more).then((answer) => new Promise((go) => gates.push(() => go(answer))));
        return new Promise((go, fail) => gates.push(() => (how === 'failure' ? fail(new TypeError('cut off')) : go(real(path, more)))));
      };
    };
    window.held = () => gates.length;
    window.releaseOne = () => gates.shift()();
    window.release = () => { window.fetch = real; for (const go of gates.splice(0)) go(); };
    window.key = (...keys) => { for (const key of keys) document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true })); };
    window.hint = () => document.getElementById('hint').textContent;";

/// Walks the bundle's page with requests that can be held.
async fn in_page(workshop: &Workshop, walk: impl AsyncFnOnce(&Client)) {
    let server = served(workshop).await;
    let address = server.once_url().to_owned();
    let serving = tokio::spawn(server.serve(std::future::pending()));
    let (driver, client) = driver_life::open().await;
    client.goto(&address).await.expect("a page");
    see(&client, "main[data-ready]").await;
    run(&client, GATES).await;
    walk(&client).await;
    driver.stop().await.expect("stopped");
    serving.abort();
}

pub(super) async fn run(client: &Client, script: &str) -> Value {
    let answer = client.execute(script, Vec::new()).await;
    answer.unwrap_or_else(|error| panic!("{script}: {error}"))
}

/// Waits until the script's condition holds in the page.
pub(super) async fn until(client: &Client, condition: &str) {
    let script = format!(
        "const [done] = arguments;
         const look = () => (({condition}) ? done(true) : setTimeout(look, 20));
         look();"
    );
    let told = client.execute_async(&script, Vec::new()).await;
    told.unwrap_or_else(|error| panic!("{condition}: {error}"));
}

pub(super) fn walk_of(workshop: &Workshop) -> Walk {
    let bundle = workshop.path().join("bundle");
    let manifest = std::fs::read(bundle.join("manifest.json")).expect("sealed");
    read_walk(&bundle, &hex_sha256(&manifest)).expect("a walk")
}

pub(super) fn said_of<'w>(walk: &'w Walk, id: &str) -> Option<&'w StepWalk> {
    let mut steps = walk.steps.iter();
    steps.find(|(at, _)| at.step == id).map(|(_, said)| said)
}

/// A bundle of these steps.
fn of(steps: Vec<shippass::evidence::StepRun>) -> Workshop {
    let workshop = Workshop::new();
    let mut lists: Vec<ChecklistRun> = quotes();
    lists[0].steps = steps;
    seal(&workshop.path().join("bundle"), RUN, &lists, |_| 4);
    workshop
}

#[test]
#[ignore = "needs a browser driver"]
fn a_word_on_a_step_that_is_not_there_yet_is_not_taken_and_that_is_said() {
    let workshop = of_quotes();
    in_browser(in_page(&workshop, async |client| {
        see(client, "main[data-ready='02-sign-it']").await;
        // Quicker than any step can be there: both keys before anything else may run.
        for word in ["c", "u", " ", "a", "n"] {
            let keys = "for (const key of ['j', 'k', arguments[0]])
                  document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
                return document.getElementById('hint').textContent";
            let said = client.execute(keys, vec![word.into()]).await;
            let said = said.expect("an answer");
            assert!(said.to_string().contains("still coming"), "{word}: {said}");
        }
        // `c` again, once it is there: now the finding is what it lacks.
        see(client, "main[data-seen='02-sign-it']").await;
        let press = "document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'c', bubbles: true }))";
        client.execute(press, Vec::new()).await.expect("pressed");
        read_until(client, "#hint", "Decide the finding first").await;
        read_until(client, "#progress", "3 to go").await;
    }));
}

#[test]
#[ignore = "needs a browser driver"]
fn a_word_is_for_the_step_that_was_looked_at_when_it_was_said() {
    let workshop = of(["01-a", "02-b", "03-c", "04-d"]
        .map(|id| step(id, &format!("Step {id}")))
        .into());
    in_browser(in_page(&workshop, async |client| {
        until(client, "document.querySelector(\"main[data-seen='01-a']\")").await;
        // A second `c`, as soon as the next step is there.
        let twice = "const [done] = arguments, main = document.getElementById('main');
            new MutationObserver(() => {
              if (main.dataset.ready !== '02-b') return;
              key('c');
              done(hint());
            }).observe(main, { attributes: true, attributeFilter: ['data-ready'] });
            key('c');";
        let said = client.execute_async(twice, Vec::new()).await;
        let said = said.expect("an answer").to_string();
        assert!(said.contains("only just come"), "{said}");
        until(client, "document.querySelector(\"main[data-seen='02-b']\")").await;

        // Another word on the step, while the first one is being kept.
        run(client, "hold('judged', 'request'); key('c')").await;
        until(client, "held() === 1").await;
        let said = run(client, "key('c', 'r', 'u'); return hint()").await;
        assert!(said.to_string().contains("being kept"), "{said}");
        assert_eq!(run(client, "return held()").await, json!(1));
        // Whatever lies open stays open, and what is beneath it too.
        run(client, "key('l'); release()").await;
        read_until(client, "#progress", "2 to go").await;
        read_until(client, "main h2", "Step 02-b").await;
        see(client, "#list[open]").await;
        press(client, "Escape").await;

        // Loaded anew by back and forward, the page is where it was.
        run(client, "key('j')").await;
        see(client, "main[data-seen='03-c']").await;
        client.back().await.expect("back");
        client.forward().await.expect("forward");
        see(client, "main[data-seen='03-c']").await;
        // A finger that taps twice, on whatever comes to stand beneath it.
        run(
            client,
            "const button = document.getElementById('confirm'); button.click(); button.click()",
        )
        .await;
        read_until(client, "#progress", "1 to go").await;
    }));
    let walk = walk_of(&workshop);
    for id in ["01-a", "02-b", "03-c"] {
        let said = said_of(&walk, id).expect("said");
        assert_eq!(said.verdict, Some(Verdict::Confirmed), "{id}");
        assert!(said.looked_ms >= 400, "{id}: {}", said.looked_ms);
    }
    assert_eq!(
        said_of(&walk, "04-d").and_then(|said| said.verdict.as_ref()),
        None
    );
}

#[test]
#[ignore = "needs a browser driver"]
fn what_the_machine_doubts_is_confirmed_once_and_by_its_own_note() {
    let mut odd = step("01-a", "Step 01-a");
    odd.expectations = vec![ExpectationRecord {
        what: "see the total".to_owned(),
        outcome: ExpectationOutcome::Broken {
            seen: "nothing".to_owned(),
        },
        ..ExpectationRecord::default()
    }];
    let workshop = of(vec![
        odd,
        step("02-b", "Step 02-b"),
        step("03-c", "Step 03-c"),
    ]);
    in_browser(in_page(&workshop, async |client| {
        until(client, "document.querySelector(\"main[data-seen='01-a']\")").await;
        press(client, "c").await;
        see(client, "#words[open]").await;
        run(client, "hold('commented', 'request'); document.getElementById('words-text').value = 'it is right';
            document.getElementById('words-keep').click()").await;
        until(client, "held() === 1").await;
        run(client, "key('c')").await;
        assert_eq!(
            run(
                client,
                "return Boolean(document.querySelector('#words[open]'))"
            )
            .await,
            json!(false)
        );
        run(client, "release()").await;
        see(client, "main[data-seen='02-b']").await;
    }));
    let walk = walk_of(&workshop);
    assert_eq!(
        said_of(&walk, "01-a").expect("said").comments,
        ["it is right"]
    );
    assert_eq!(
        said_of(&walk, "02-b").and_then(|said| said.verdict.as_ref()),
        None
    );
}

#[test]
#[ignore = "needs a browser driver"]
fn a_word_that_is_refused_is_said_and_stays_said() {
    let workshop = of_quotes();
    in_browser(in_page(&workshop, async |client| {
        run(client, "key('j')").await;
        see(client, "main[data-seen='01-open-the-quote']").await;
        // The server doesn't take the tick, and the reader has gone on meanwhile: by a key, and by a tap.
        let refuse = "const real = window.fetch;
            window.fetch = (path, more) => (more?.body?.includes('ticked') ? Promise.resolve(new Response('there is no such sentence', { status: 422 })) : real(path, more));";
        run(client, &format!("{refuse} key(' ', 'j')")).await;
        see(client, "main[data-seen='03-see-it']").await;
        read_until(client, "#lost", "The total reads $4,500.00").await;
        read_until(client, "#lost", "there is no such sentence").await;
        run(
            client,
            "document.querySelector('#lost button').click(); key('k')",
        )
        .await;
        see(client, "main[data-seen='01-open-the-quote']").await;
        assert_eq!(
            run(client, "return document.querySelector('#lost').hidden").await,
            json!(true)
        );
        run(client, "document.querySelector('.questions input').click()").await;
        read_until(client, "#lost", "The total reads $4,500.00").await;
    }));
}

const SHOWN: &str = "return document.querySelector('.screen img')?.src ?? null";

/// A step with a picture before the one at its end.
fn of_two_pictures() -> Workshop {
    let mut two = step("01-a", "Step 01-a");
    two.pictures = vec![Picture {
        file: "screens/customer-signs-a-quote/01-a-before.jpg".to_owned(),
        caption: Some("before the tap".to_owned()),
        ..Picture::default()
    }];
    of(vec![two, step("02-b", "Step 02-b")])
}

#[test]
#[ignore = "needs a browser driver"]
fn a_mark_is_on_the_picture_that_is_before_the_reader() {
    let workshop = of_two_pictures();
    in_browser(in_page(&workshop, async |client| {
        until(client, "document.querySelector(\"main[data-seen='01-a']\")").await;
        let last = run(client, SHOWN).await;
        let tab = |at: u32| {
            format!("document.querySelector('.phone > .tabs button:nth-child({at})').click();")
        };
        run(
            client,
            &format!("hold('01-a-before', 'failure'); {}", tab(1)),
        )
        .await;
        until(client, "held() === 1").await;
        let said = run(client, "key('m', 'z'); return [hint(), Boolean(document.querySelector('.drawing, #large[open]'))]").await;
        assert!(said[0].to_string().contains("still coming"), "{said}");
        assert_eq!(said[1], json!(false));
        // Back at the last one; what comes of the other, later, concerns it no more.
        run(client, &tab(2)).await;
        until(client, "hint() === ''").await;
        run(client, "release(); key('z')").await;
        see(client, "#large[open]").await;
        assert_eq!(
            run(client, "return document.querySelector('#large img').src").await,
            last
        );
        press(client, "Escape").await;
        assert_eq!(run(client, SHOWN).await, last);
        assert_eq!(
            run(
                client,
                "return Boolean(document.querySelector('.screen .broken:not([hidden])'))"
            )
            .await,
            json!(false)
        );
        // One that can't be had, and then can: it is before the reader again.
        run(
            client,
            &format!("hold('01-a-before', 'failure'); {}", tab(1)),
        )
        .await;
        until(client, "held() === 1").await;
        run(client, "release()").await;
        read_until(client, ".screen", "can’t be shown").await;
        run(client, &tab(2)).await;
        until(
            client,
            "document.querySelector('.screen img')?.checkVisibility()",
        )
        .await;
        run(client, &tab(1)).await;
        until(
            client,
            &format!("document.querySelector('.screen img')?.src !== {last}"),
        )
        .await;
        press(client, "m").await;
        see(client, ".drawing").await;
        run(client, "document.querySelector('.drawing').dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }))").await;
        see(client, "#words[open]").await;
        run(client, "document.getElementById('words-text').value = 'here'; document.getElementById('words-keep').click()").await;
        read_until(client, ".mark-notes", "here").await;
    }));
    let walk = walk_of(&workshop);
    let marks = &said_of(&walk, "01-a").expect("said").marks;
    assert!(marks[0].picture.ends_with("01-a-before.jpg"), "{marks:?}");
}
