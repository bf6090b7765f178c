//! The contact sheet and the comparison with what was accepted: what was only passed by isn't seen, and everybody can read it.

use std::path::Path;

use fantoccini::wd::WebDriverCompatibleCommand;
use serde_json::{Value, json};
use shippass::{
    bundle::{AcceptedFolder, AcceptedStep, Surface, hex_sha256, open, read_walk},
    evidence::ChecklistRun,
};

use crate::{
    driver_life,
    phone::{Reviewed, in_browser, look_with_axe, press, read_until, see},
    support::{
        Workshop,
        recorded::{quotes, seal, step},
    },
};

const RUN: &str = "01JD5M3Q8ZK4V7T2N9XW6R1YHB";
const CARDS: usize = 6;

/// A bundle of steps that are all as they were accepted; the picture of the first has another row when it is to differ.
fn accepted(is_first_changed: bool) -> Workshop {
    let workshop = Workshop::new();
    let steps = (1..=CARDS).map(|number| {
        let mut step = step(&format!("{number:02}-see"), &format!("See {number}"));
        step.confirm = vec![format!("The total {number} reads $4,500.00")];
        step
    });
    let mut lists: Vec<ChecklistRun> = quotes();
    lists[0].steps = steps.collect();
    let folder = workshop.path().join("bundle");
    let rows = |changed: bool| move |id: &str| if changed && id == "01-see" { 3 } else { 4 };
    seal(&folder, RUN, &lists, rows(false));
    accept(&folder, &workshop.path().join("screenshots/accepted"));
    if is_first_changed {
        std::fs::remove_dir_all(&folder).expect("removed");
        seal(&folder, RUN, &lists, rows(true));
    }
    workshop
}

/// Accepts every picture of a bundle.
fn accept(bundle: &Path, root: &Path) {
    let document = open(bundle).expect("a bundle").document;
    let list = &document.checklists[0];
    let steps = list.steps.iter().map(|step| {
        let picture = std::fs::read(bundle.join(&step.screens[0])).expect("a picture");
        let accepted = AcceptedStep {
            picture: hex_sha256(&picture),
            masked: Vec::new(),
            requests: Vec::new(),
            happenings: Some(Vec::new()),
            shapes: None,
            run: RUN.to_owned(),
            commit: None,
            at: jiff::Timestamp::UNIX_EPOCH,
        };
        (step.id.clone(), accepted, picture)
    });
    let place = (document.device.name.as_str(), document.engine.name.as_str());
    let mut folder = AcceptedFolder::open(root, &list.name, place).expect("a folder");
    folder.accept(steps.collect()).expect("accepted");
}

/// Scrolls from the first card to the last, and names those that were called seen while they weren't in sight.
const PASS_BY: &str = "const [done] = arguments;
    const cards = [...document.querySelectorAll('.card')];
    const wrong = [];
    const sight = ({ top, bottom, height }) => (Math.min(bottom, innerHeight) - Math.max(top, 0)) / height;
    new MutationObserver((records) => {
      for (const { target } of records) {
        if (!target.matches('.card.was-seen')) continue;
        if (sight(target.getBoundingClientRect()) < 0.3) wrong.push(cards.indexOf(target));
        if (target === cards.at(-1)) done(wrong);
      }
    }).observe(document, { subtree: true, attributes: true, attributeFilter: ['class'] });
    const down = () => {
      scrollBy({ top: 60, behavior: 'instant' });
      if (sight(cards.at(-1).getBoundingClientRect()) < 0.9) requestAnimationFrame(down);
    };
    down();";

#[test]
#[ignore = "needs a browser driver"]
fn a_card_that_was_only_passed_by_is_not_seen() {
    let workshop = accepted(false);
    let reviewed = Reviewed::new(&workshop);
    in_browser(async {
        let (driver, client) = driver_life::open().await;
        client.goto(&reviewed.desk).await.expect("a page");
        see(&client, "main[data-ready=sheet]").await;
        let wrong = client.execute_async(PASS_BY, Vec::new()).await;
        assert_eq!(wrong.expect("an answer"), json!([]), "seen out of sight");
        for card in 1..=CARDS {
            press(&client, "j").await;
            see(&client, &format!(".card:nth-child({card}).was-seen")).await;
        }
        read_until(&client, ".together", "Each was seen.").await;
        // Twice, quicker than anything can be kept.
        let twice = "for (const key of ['c', 'c']) document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))";
        client.execute(twice, Vec::new()).await.expect("pressed");
        see(&client, "main[data-ready=end]").await;
        driver.stop().await.expect("stopped");
    });
    let bundle = workshop.path().join("bundle");
    let manifest = std::fs::read(bundle.join("manifest.json")).expect("sealed");
    let walk = read_walk(&bundle, &hex_sha256(&manifest)).expect("a walk");
    assert_eq!(walk.steps.len(), CARDS);
    let said = std::fs::read_to_string(bundle.join("signoff/walk.ndjson")).expect("a walk");
    assert_eq!(said.matches("judged").count(), CARDS, "{said}");
    for (step, seen) in &walk.steps {
        assert_eq!(seen.on, [Surface::Sheet].into(), "{step:?}");
        assert!(seen.looked_ms >= 400, "{step:?}: {} ms", seen.looked_ms);
    }
}

/// A command of the browser's own protocol.
#[derive(Debug)]
struct Devtools(&'static str, Value);

impl WebDriverCompatibleCommand for Devtools {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        let session = session.unwrap_or_default();
        base.join(&format!("session/{session}/goog/cdp/execute"))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        let body = json!({ "cmd": self.0, "params": self.1 });
        (http::Method::POST, Some(body.to_string()))
    }
}

#[test]
#[ignore = "needs a browser driver"]
fn axe_finds_nothing_serious_on_sheet_and_comparison_on_a_phone_a_desk_and_in_the_dark() {
    let workshop = accepted(true);
    let reviewed = Reviewed::new(&workshop);
    let dark = json!({ "features": [{ "name": "prefers-color-scheme", "value": "dark" }] });
    let desk = json!({ "width": 1280, "height": 800, "deviceScaleFactor": 1, "mobile": false });
    in_browser(async {
        let (driver, client) = driver_life::open().await;
        client.goto(&reviewed.desk).await.expect("a page");
        for (command, what) in [
            (None, "on a phone"),
            (
                Some(Devtools("Emulation.setDeviceMetricsOverride", desk)),
                "on a desk",
            ),
            (
                Some(Devtools("Emulation.setEmulatedMedia", dark)),
                "on a desk in the dark",
            ),
        ] {
            if let Some(command) = command {
                client.issue_cmd(command).await.expect("done");
            }
            press(&client, "k").await;
            see(&client, "main[data-ready='01-see']").await;
            read_until(&client, "main", "of the picture differs").await;
            look_with_axe(&client, &format!("a changed step {what}")).await;
            press(&client, "v").await;
            look_with_axe(&client, &format!("the next way to compare {what}")).await;
            press(&client, "s").await;
            see(&client, "main[data-ready=sheet]").await;
            look_with_axe(&client, &format!("the contact sheet {what}")).await;
            press(&client, "l").await;
            see(&client, "#list[open] li:first-child button")
                .await
                .click()
                .await
                .expect("a tap");
        }
        driver.stop().await.expect("stopped");
    });
}
