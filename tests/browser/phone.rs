//! The walk on a real phone, from a second browser; and what axe-core says of each page that a person reads.

use std::{
    io::{BufRead, BufReader, Cursor},
    path::Path,
    process::{Child, ChildStdout, Stdio},
    time::Duration,
};

use axum::{Router, extract::Request, routing::any};
use fantoccini::{
    Client, Locator,
    actions::{InputSource, KeyAction, KeyActions},
};
use image::{ImageFormat, Rgb, RgbImage};
use serde_json::json;
use shippass::bundle::{Surface, hex_sha256, read_walk, write_whole};

use crate::{
    driver_life::open,
    support::{
        Site, Workshop, page,
        recorded::{drawn, quotes, seal_at},
    },
};

/// `shippass review --phone`, until the value is dropped; then it is killed.
pub(crate) struct Reviewed {
    child: Child,
    _out: BufReader<ChildStdout>,
    pub(crate) desk: String,
    pub(crate) phone: String,
}

impl Reviewed {
    pub(crate) fn new(workshop: &Workshop) -> Self {
        let arguments = [
            "review",
            "bundle",
            "--no-open",
            "--quiet",
            "--phone",
            "--phone-address",
            "127.0.0.1",
        ];
        let mut child =
            (workshop.command(&arguments).stdout(Stdio::piped()).spawn()).expect("the binary runs");
        let mut out = BufReader::new(child.stdout.take().expect("piped"));
        let [desk, phone] = [(); 2].map(|()| {
            let mut line = String::new();
            out.read_line(&mut line).expect("a line");
            line.trim().to_owned()
        });
        Self {
            child,
            _out: out,
            desk,
            phone,
        }
    }
}

impl Drop for Reviewed {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A bundle of a deployment that answers, and says who sent one there.
fn of_quotes() -> (Workshop, Site) {
    let site = Site::serve(Router::new().fallback(any(|request: Request| async move {
        let from = request.headers().get("referer").is_some();
        page(&format!("<h1>Quote 1042</h1><p id=from>{from}</p>"))
    })));
    let workshop = Workshop::new();
    let mut lists = quotes();
    for step in &mut lists[0].steps {
        step.page.as_mut().expect("a page").url = format!("{}/quotes/1042", site.url);
    }
    let folder = workshop.path().join("bundle");
    seal_at(
        &site.url,
        &folder,
        "01JD5M3Q8ZK4V7T2N9XW6R1YHB",
        &lists,
        |_| drawn(1, 4),
    );
    (workshop, site)
}

/// The sites have runtimes of their own, so the tests' own begins and ends inside of them.
pub(crate) fn in_browser(walk: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(walk);
}

pub(crate) async fn see(client: &Client, css: &str) -> fantoccini::elements::Element {
    let found = client.wait().for_element(Locator::Css(css)).await;
    found.unwrap_or_else(|error| panic!("{css}: {error}"))
}

/// Waits until the page's own words say so.
pub(crate) async fn read_until(client: &Client, css: &str, words: &str) {
    let script = "const [css, words, done] = arguments;
        const look = () => [...document.querySelectorAll(css)].some((it) => it.textContent.includes(words));
        if (look()) return done(true);
        new MutationObserver((_, watch) => { if (look()) { watch.disconnect(); done(true); } })
          .observe(document, { subtree: true, childList: true, characterData: true });";
    let asked = client
        .execute_async(script, vec![json!(css), json!(words)])
        .await;
    assert_eq!(
        asked.unwrap_or_else(|error| panic!("“{words}” in {css}: {error}")),
        json!(true)
    );
}

/// What axe-core finds serious or worse in the page as it stands.
pub(crate) async fn look_with_axe(client: &Client, what: &str) {
    let axe = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/outside/node_modules/axe-core/axe.min.js");
    let axe =
        std::fs::read_to_string(axe).expect("axe-core is there; `scripts/setup tests` installs it");
    let run = "const done = arguments[arguments.length - 1];
        axe.run(document, { resultTypes: ['violations'] }).then(({ violations, passes }) => done({ passes: passes.length,
          found: violations.filter((it) => ['serious', 'critical'].includes(it.impact))
            .map((it) => [it.id, it.help, ...it.nodes.map((node) => `${node.target} ${node.failureSummary}`)]) }),
          (error) => done({ found: String(error) }));";
    let said = client
        .execute_async(&format!("{axe}\n{run}"), Vec::new())
        .await;
    let said = said.unwrap_or_else(|error| panic!("axe-core on {what}: {error}"));
    assert_eq!(said["found"], json!([]), "{what}: {said:#}");
    assert!(
        said["passes"].as_u64().is_some_and(|passes| passes > 10),
        "{what}: {said:#}"
    );
}

fn screenshot(folder: &Path) -> String {
    let path = folder.join("screenshot.png");
    let picture = RgbImage::from_fn(90, 195, |_, y| {
        if y < 20 {
            Rgb([9, 60, 120])
        } else {
            Rgb([240, 240, 240])
        }
    });
    let mut png = Cursor::new(Vec::new());
    picture
        .write_to(&mut png, ImageFormat::Png)
        .expect("a picture");
    write_whole(&path, |out| out.write_all(png.get_ref())).expect("written");
    path.to_string_lossy().into_owned()
}

/// The card of the step that asks something.
const CARD: &str = ".step:nth-child(2)";

/// Opens a step on the phone, looks at what it leads to, and comes back.
async fn open_step(phone: &Client) {
    let here = phone.window().await.expect("a window");
    see(phone, &format!("{CARD} a.main"))
        .await
        .click()
        .await
        .expect("a tap");
    let another = async {
        loop {
            let windows = phone.windows().await.expect("windows");
            let other = windows.into_iter().find(|window| *window != here);
            if let Some(other) = other {
                break other;
            }
        }
    };
    let other = tokio::time::timeout(Duration::from_secs(30), another).await;
    let other = other.expect("a new tab");
    phone.switch_to_window(other).await.expect("switched");
    // It is empty at first, and asked there nothing would be answered.
    see(phone, "#from").await;
    read_until(phone, "h1", "Quote 1042").await;
    let url = phone.current_url().await.expect("an address");
    assert_eq!(url.path(), "/quotes/1042");
    read_until(phone, "#from", "false").await;
    phone.close_window().await.expect("closed");
    phone.switch_to_window(here).await.expect("back");
}

#[test]
#[ignore = "needs a browser driver"]
fn a_phone_walks_and_the_desk_shows_it() {
    let (workshop, _site) = of_quotes();
    let reviewed = Reviewed::new(&workshop);
    in_browser(async {
        let ((desk_driver, desk), (phone_driver, phone)) = tokio::join!(open(), open());
        desk.goto(&reviewed.desk).await.expect("a page");
        see(&desk, "main[data-ready='02-sign-it']").await;

        phone.goto(&reviewed.phone).await.expect("a page");
        see(&phone, "main[data-ready=walk]").await;
        let left = phone
            .execute("return [location.hash, document.cookie]", Vec::new())
            .await;
        assert_eq!(
            left.expect("an answer"),
            json!(["", ""]),
            "no secret is left in the page"
        );
        look_with_axe(&phone, "the phone's page").await;
        let box_of_question = see(&phone, &format!("{CARD} input[type=checkbox]")).await;
        assert!(
            !box_of_question.is_enabled().await.expect("an answer"),
            "open it first"
        );
        open_step(&phone).await;
        read_until(&phone, &format!("{CARD} .told"), "kept").await;
        box_of_question.click().await.expect("a tick");
        let file = see(&phone, &format!("{CARD} input[type=file]")).await;
        file.send_keys(&screenshot(workshop.path()))
            .await
            .expect("given");
        see(&phone, &format!("{CARD} .photos img")).await;
        see(&phone, &format!("{CARD} .more button"))
            .await
            .click()
            .await
            .expect("a tap");
        see(&phone, &format!("{CARD} textarea"))
            .await
            .send_keys("it jumps")
            .await
            .expect("typed");
        see(&phone, &format!("{CARD} form button"))
            .await
            .click()
            .await
            .expect("a tap");
        read_until(&phone, &format!("{CARD} .notes"), "it jumps").await;
        see(&phone, &format!("{CARD}.was-opened")).await;
        let wide = "return [innerWidth, document.documentElement.scrollWidth]";
        let wide = phone.execute(wide, Vec::new()).await.expect("an answer");
        assert_eq!(wide, json!([375, 375]), "it fits the phone");
        look_with_axe(&phone, "the phone's page after a step").await;

        // Loaded anew it is the same phone; another browser with the same code is none.
        phone.refresh().await.expect("loaded");
        read_until(&phone, "#progress", "1 of 3 steps opened here").await;
        let first = desk.window().await.expect("a window");
        let second = desk.new_window(true).await.expect("a tab");
        desk.switch_to_window(second.handle)
            .await
            .expect("switched");
        desk.goto(&reviewed.phone).await.expect("a page");
        read_until(&desk, "main", "another phone has taken up this walk").await;
        look_with_axe(&desk, "the refusal of a second phone").await;
        desk.close_window().await.expect("closed");
        desk.switch_to_window(first).await.expect("back");

        // The desk heard of it while it lay open.
        press(&desk, "j").await;
        see(&desk, "main[data-ready='01-open-the-quote']").await;
        read_until(&desk, ".on-phone", "375 × ").await;
        read_until(&desk, ".notes", "it jumps").await;
        see(&desk, ".on-phone .photos img[src^='blob:']").await;
        look_with_axe(&desk, "a step with a pass on a phone").await;

        let bundle = workshop.path().join("bundle");
        let manifest = hex_sha256(&std::fs::read(bundle.join("manifest.json")).expect("sealed"));
        let walk = read_walk(&bundle, &manifest).expect("a walk");
        let pass = walk.phones.last().expect("a phone");
        assert_eq!(
            (pass.phone.width, pass.phone.scale, pass.phone.touch),
            (375, 3.0, true)
        );
        assert!(
            pass.phone.user_agent.contains("Chrome/"),
            "{:?}",
            pass.phone
        );
        assert_eq!((pass.steps.len(), pass.photos.len()), (1, 1));
        let ticked = walk
            .steps
            .values()
            .any(|step| step.ticked.contains(&(Surface::Phone, 0)));
        assert!(ticked, "{:?}", walk.steps);
        desk_driver.stop().await.expect("stopped");
        phone_driver.stop().await.expect("stopped");
    });
}

#[test]
#[ignore = "needs a browser driver"]
fn axe_finds_nothing_serious_on_the_review_page_and_in_the_report() {
    let (workshop, _site) = of_quotes();
    let reviewed = Reviewed::new(&workshop);
    in_browser(async {
        let (driver, client) = open().await;
        client.goto(&reviewed.desk).await.expect("a page");
        see(&client, "main[data-ready='02-sign-it']").await;
        look_with_axe(&client, "a step with a finding").await;
        for (key, css, what) in [
            ("l", "#list[open]", "all steps"),
            ("Escape", "#list:not([open])", "the step again"),
            ("n", "#words[open]", "a note"),
            ("Escape", "#words:not([open])", "the step once more"),
            ("?", "#keys[open]", "the keys"),
            ("Escape", "#keys:not([open])", "the step at last"),
            ("e", "main[data-ready=end]", "what is missing"),
        ] {
            press(&client, key).await;
            see(&client, css).await;
            look_with_axe(&client, what).await;
        }
        let report = workshop.path().join("bundle/report.html");
        client
            .goto(&format!("file://{}", report.display()))
            .await
            .expect("a page");
        client
            .execute(
                "for (const it of document.querySelectorAll('details')) it.open = true",
                Vec::new(),
            )
            .await
            .expect("opened");
        look_with_axe(&client, "the report, laid open").await;
        driver.stop().await.expect("stopped");
    });
}

/// A key as a person presses it.
pub(crate) async fn press(client: &Client, key: &str) {
    let key = match key {
        "Escape" => '\u{e00c}',
        other => other.chars().next().expect("a key"),
    };
    let actions = KeyActions::new("keys".to_owned())
        .then(KeyAction::Down { value: key })
        .then(KeyAction::Up { value: key });
    client.perform_actions(actions).await.expect("pressed");
}

/// axe-core sees what is wrong: a page that it should refuse is refused.
#[test]
#[ignore = "needs a browser driver"]
fn axe_sees_a_page_that_nobody_can_read() {
    let site = Site::serve(Router::new().fallback(any(|| async {
        page("<img src='data:,'><input><button></button><p style='color:#ddd'>pale words</p>")
    })));
    in_browser(async {
        let (driver, client) = open().await;
        client.goto(&site.url).await.expect("a page");
        let looked = tokio::spawn(async move { look_with_axe(&client, "a bad page").await }).await;
        let words = looked.expect_err("it is refused").into_panic();
        let words: String = *words.downcast().expect("words");
        for rule in ["image-alt", "button-name", "color-contrast"] {
            assert!(words.contains(rule), "{rule}: {words}");
        }
        driver.stop().await.expect("stopped");
    });
}
