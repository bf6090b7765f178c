//! The review page, walked by shippass's own checklists: by keys alone, on a phone of 375 px.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use axum::{Router, routing::any};
use shippass::{
    bundle::{Surface, read_walk},
    evidence::{
        ActionRecord, ChecklistRun, ConsoleKind, ConsoleLine, ExpectationRecord, Happening,
        PageFacts, StepRun, hex_sha256,
    },
    report::PALETTE,
    review::{Review, ReviewServer},
};

use crate::driver_life;
use crate::phone::{in_browser, read_until, see};
use crate::support::{
    Ended, Site, Workshop,
    recorded::{answered, quotes, seal, step},
};

pub(crate) const RUN: &str = "01JD5M3Q8ZK4V7T2N9XW6R1YHB";

/// `shippass review`, until the value is dropped; then it is killed.
struct Reviewed {
    child: Child,
    host: String,
    token: String,
}

impl Reviewed {
    fn new(workshop: &Workshop) -> Self {
        let mut command = workshop.command(&["review", "bundle", "--no-open"]);
        let child = command.stdout(Stdio::piped()).spawn();
        let mut child = child.expect("the binary runs");
        let mut line = String::new();
        let out = child.stdout.take().expect("piped");
        BufReader::new(out).read_line(&mut line).expect("a line");
        let url = line.trim().strip_prefix("http://").expect("an address");
        let (host, token) = url.split_once("/#").expect("a token");
        Self {
            child,
            host: host.to_owned(),
            token: token.to_owned(),
        }
    }

    /// Walks the page with these steps.
    fn walk(&self, workshop: &Workshop, steps: &str) -> Ended {
        let target = format!(
            "targets: {{ page: {{ url: 'http://{}', kind: local }} }}\n",
            self.host
        );
        workshop.write("shippass.yaml", &target);
        workshop.write(
            "walk.yaml",
            &format!("name: A person walks a bundle\nsteps:\n{steps}"),
        );
        let _ = std::fs::remove_dir_all(workshop.path().join("out"));
        let mut command = workshop.command(&["run", "--out", "out", "walk.yaml"]);
        let output = command.env("TOKEN", &self.token).output();
        workshop.ended(&output.expect("the binary runs"))
    }

    /// Sits before the bundle as another page would.
    fn sit(&self) -> TcpStream {
        let (host, token) = (&self.host, &self.token);
        let asked = self.send(&format!(
            "POST /api/seat HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nX-Shippass-Token: {token}\r\n\
             Content-Type: application/json\r\nConnection: close\r\nContent-Length: 20\r\n\r\n{{\"takes_over\":false}}"
        ));
        let answer = std::io::read_to_string(asked).expect("an answer");
        let ticket = answer.split('"').nth(3).expect("a ticket");
        let mut stream = self.send(&format!(
            "GET /seats/{ticket} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        ));
        let mut first = [0; 12];
        stream.read_exact(&mut first).expect("an answer");
        assert_eq!(&first, b"HTTP/1.1 200");
        stream
    }

    fn send(&self, request: &str) -> TcpStream {
        let mut stream = TcpStream::connect(&self.host).expect("served");
        let patience = std::time::Duration::from_mins(1);
        stream.set_read_timeout(Some(patience)).expect("set");
        stream.write_all(request.as_bytes()).expect("sent");
        stream
    }
}

impl Drop for Reviewed {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn of_quotes() -> Workshop {
    let workshop = Workshop::new();
    seal(&workshop.path().join("bundle"), RUN, &quotes(), |_| 4);
    workshop
}

fn is_clean(ended: &Ended) {
    assert_eq!(
        ended.status,
        0,
        "{:#?}\n{}\n{}",
        ended.steps(),
        ended.stdout,
        ended.stderr
    );
}

/// Where a second page begins, and the first one once more after a restart.
const OPEN: &str = r"
  - name: Open the review
    do: [{ visit: '/#${TOKEN}' }]
";

const FIRST_HALF: &str = r#"
    expect: [{ see: Sign it }, { see: 1 finding to decide }, { title: "Review of *" }, { url: / }]
  - name: The finding can't be passed over
    do: [{ wait_for: { css: "main[data-ready='02-sign-it']" } }, { press: c }]
    expect: [{ see: "Decide the finding first: accept it with a reason (a), or reject it (x)." }, { see: 3 to go }]
  - name: Nor accepted without a reason
    do: [{ press: a }, { press: Enter }]
    expect: [{ see: Accept the finding }]
  - name: Accept it with a reason
    do: [{ fill: { "Why is it no hindrance?": Known since Monday } }, { press: Enter }]
    expect: [{ see: "Accepted: Known since Monday" }]
  - name: Confirm the step
    do: [{ press: c }]
    expect: [{ see: Open the quote }, { see: 2 to go }]
  - name: A question can't be passed over
    do: [{ wait_for: { css: "main[data-ready='01-open-the-quote']" } }, { press: c }]
    expect: [{ see: "Tick what holds first: 1 question open." }]
  - name: Tick it and confirm
    do: [{ press: Space }, { press: c }]
    expect: [{ see: See it }, { see: 1 to go }]
  - name: Mark a place
    do:
      - wait_for: { css: "main[data-ready='03-see-it']" }
      - press: m
      - press: ArrowRight
      - press: Enter
      - fill: { "What is there?": The total }
      - press: Enter
    expect: [{ see: The total }]
  - name: Write a note
    do: [{ press: n }, { fill: { "What is to be remembered?": It was slow } }, { press: Enter }]
    expect: [{ see: It was slow }]
"#;

const SECOND_HALF: &str = r#"
    expect: [{ see: See it }, { see: 1 to go }, { see: It was slow }]
  - name: Look at it large, and at all steps
    do: [{ wait_for: { css: "main[data-ready='03-see-it']" } }, { press: z }, { press: Escape }, { press: l }]
    expect: [{ see: confirmed }]
  - name: Say that it couldn't be checked
    do:
      - press: Escape
      - press: u
      - fill: { 'Why not?': No phone at hand }
      - press: Enter
    expect: [{ see: Nothing missing }, { see: shippass sign bundle }]
  - name: Think again
    do: [{ press: k }, { wait_for: { css: "main[data-ready='03-see-it']" } }, { press: c }]
    expect: [{ see: 3 confirmed }]
"#;

#[test]
#[ignore = "needs a browser driver"]
fn a_whole_walk_by_keys_goes_on_after_the_server_was_killed() {
    let workshop = of_quotes();
    let reviewed = Reviewed::new(&workshop);
    is_clean(&reviewed.walk(&workshop, &format!("{}{FIRST_HALF}", OPEN.trim_end())));
    drop(reviewed);
    let reviewed = Reviewed::new(&workshop);
    is_clean(&reviewed.walk(&workshop, &format!("{}{SECOND_HALF}", OPEN.trim_end())));

    let bundle = workshop.path().join("bundle");
    let manifest = std::fs::read(bundle.join("manifest.json")).expect("sealed");
    let walk = read_walk(&bundle, &hex_sha256(&manifest)).expect("a walk");
    let document = shippass::bundle::open(&bundle).expect("a bundle").document;
    assert_eq!(walk.missing(&document), []);
    assert!(!walk.is_rejection());
    for (step, seen) in &walk.steps {
        assert!(seen.looked_ms > 0, "{step:?}");
        assert_eq!(seen.on, [Surface::Page].into(), "{step:?}");
    }
    let last = walk.steps.values().next_back().expect("three steps");
    assert_eq!(last.comments, ["It was slow"]);
    assert_eq!(last.marks[0].note, "The total");
    assert!(
        (last.marks[0].x - 0.53).abs() < 0.001,
        "{:?}",
        last.marks[0]
    );
}

#[test]
#[ignore = "needs a browser driver"]
fn whoever_stands_on_a_finding_keeps_standing_there_while_words_are_kept() {
    let workshop = Workshop::new();
    let folder = workshop.path().join("bundle");
    let mut lists = quotes();
    lists[0].steps[1].console.push(ConsoleLine {
        id: "c2".to_owned(),
        level: "error".to_owned(),
        kind: ConsoleKind::UncaughtError,
        text: "TypeError: total is undefined".to_owned(),
        source: "https://preview.example/app.js".to_owned(),
        line: 3,
        ..ConsoleLine::default()
    });
    seal(&folder, RUN, &lists, |_| 4);
    let document = shippass::bundle::open(&folder).expect("a bundle").document;
    let [first, second] = &document.checklists[0].steps[1].findings[..] else {
        panic!("two findings: {:?}", document.findings);
    };
    let title = |id: &String| {
        &document
            .findings
            .iter()
            .find(|it| it.id == *id)
            .expect("known")
            .title
    };
    let dialog = format!(
        "{{ text: {:?}, in: {{ css: '#words[open]' }} }}",
        title(second)
    );
    let reviewed = Reviewed::new(&workshop);
    is_clean(&reviewed.walk(
        &workshop,
        &format!(
            r#"{}
    expect: [{{ see: 2 findings to decide }}]
  - name: Stand on a button of the second one
    do: [{{ tap: {{ css: ".finding:nth-of-type(2) .refuse" }} }}]
    expect: [{{ see: {dialog} }}]
  - name: Say something else meanwhile
    do: [{{ press: Escape }}, {{ press: n }}, {{ fill: {{ "What is to be remembered?": It was slow }} }}, {{ press: Enter }}]
    expect: [{{ see: It was slow }}]
  - name: The key still means the second one
    do: [{{ press: a }}]
    expect: [{{ see: {dialog} }}]
  - name: Accept it
    do: [{{ fill: {{ "Why is it no hindrance?": Known since Monday }} }}, {{ press: Enter }}]
    expect: [{{ see: 1 finding to decide }}]
"#,
            OPEN.trim_end()
        ),
    ));
    let manifest = std::fs::read(folder.join("manifest.json")).expect("sealed");
    let walk = read_walk(&folder, &hex_sha256(&manifest)).expect("a walk");
    assert!(walk.findings.contains_key(second), "{:?}", walk.findings);
    assert!(!walk.findings.contains_key(first), "{:?}", walk.findings);
}

/// From the finding to the end, where the pictures are accepted.
const ACCEPT: &str = r#"
    expect: [{ see: Sign it }]
  - name: Walk it
    do:
      - press: a
      - fill: { "Why is it no hindrance?": Known since Monday }
      - press: Enter
      - wait_for: "Accepted: Known since Monday"
      - wait_for: { css: "main[data-ready='02-sign-it']" }
      - press: c
      - wait_for: { css: "main[data-ready='01-open-the-quote']" }
      - press: Space
      - press: c
      - wait_for: { css: "main[data-ready='03-see-it']" }
      - press: c
    expect: [{ see: Nothing missing }]
  - name: Accept the pictures
    do: [{ tap: Accept the pictures of 3 confirmed steps }]
    expect: [{ see: 3 pictures accepted; commit them with the project. }]
"#;

const SHEET: &str = r#"
    expect: [{ see: Sign it }, { see: "Unchanged, 2" }]
  - name: Both are shown, and only one is in sight
    do: [{ press: s }]
    expect: [{ see: 2 steps as last accepted }, { see: "1 not seen yet: scroll, or j and k" }, { see: "The total reads $4,500.00" }]
  - name: Unseen they aren't confirmed
    do: [{ press: c }]
    expect: [{ see: 3 to go }]
  - name: Seen they are, together
    do: [{ press: j }, { wait_for: Each was seen. }, { press: c }]
    expect: [{ see: Sign it }, { see: 1 to go }]
"#;

#[test]
#[ignore = "needs a browser driver"]
fn what_was_accepted_is_confirmed_together_once_it_was_seen() {
    let workshop = of_quotes();
    let reviewed = Reviewed::new(&workshop);
    is_clean(&reviewed.walk(&workshop, &format!("{}{ACCEPT}", OPEN.trim_end())));
    drop(reviewed);
    let bundle = workshop.path().join("bundle");
    std::fs::remove_dir_all(&bundle).expect("removed");
    seal(&bundle, "01JD5M3Q8ZK4V7T2N9XW6R1YHC", &quotes(), |_| 4);
    let reviewed = Reviewed::new(&workshop);
    is_clean(&reviewed.walk(&workshop, &format!("{}{SHEET}", OPEN.trim_end())));

    let manifest = std::fs::read(bundle.join("manifest.json")).expect("sealed");
    let walk = read_walk(&bundle, &hex_sha256(&manifest)).expect("a walk");
    let on_sheet = walk
        .steps
        .values()
        .filter(|seen| seen.on == [Surface::Sheet].into());
    let on_sheet: Vec<_> = on_sheet.collect();
    assert_eq!(on_sheet.len(), 2);
    assert!(on_sheet.iter().all(|seen| seen.looked_ms >= 400));
    assert!(on_sheet[0].is_ticked(0));
}

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

/// A server of this process on the workshop's bundle.
async fn served(workshop: &Workshop) -> ReviewServer {
    let (sign, by) = ("shippass sign x".to_owned(), "Ada".to_owned());
    let folder = workshop.path();
    let review = Review::open(&folder.join("bundle"), &folder.join("none"), sign, by);
    let review = Arc::new(review.expect("a whole bundle"));
    let server = ReviewServer::bind(review, 0, PALETTE).await;
    server.expect("a free port")
}

#[test]
#[ignore = "needs a browser driver"]
fn a_word_on_a_step_that_is_not_there_yet_is_not_taken_and_that_is_said() {
    let workshop = of_quotes();
    in_browser(async {
        let server = served(&workshop).await;
        let address = server.once_url().to_owned();
        let serving = tokio::spawn(server.serve(std::future::pending()));
        let (driver, client) = driver_life::open().await;
        client.goto(&address).await.expect("a page");
        see(&client, "main[data-ready='02-sign-it']").await;
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
        read_until(&client, "main h2", "Sign it").await;
        let ready = "const [done] = arguments;
            const look = () => document.getElementById('hint').textContent === '' && done(true);
            new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });
            look();";
        client.execute_async(ready, Vec::new()).await.expect("said");
        let press = "document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'c', bubbles: true }))";
        client.execute(press, Vec::new()).await.expect("pressed");
        read_until(&client, "#hint", "Decide the finding first").await;
        read_until(&client, "#progress", "3 to go").await;
        driver.stop().await.expect("stopped");
        serving.abort();
    });
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

/// Markup and addresses that would run, each broken out of where a careless page might put it.
fn payloads(canary: &str) -> Vec<String> {
    let ways = [
        format!("<script>fetch('{canary}')</script>"),
        format!("<img src=x onerror=\"fetch('{canary}')\">"),
        format!("<svg onload=\"fetch('{canary}')\">"),
        format!("<svg><script href='{canary}'/></svg>"),
        format!("<iframe srcdoc=\"<script>fetch('{canary}')</script>\"></iframe>"),
        format!("<iframe src=\"javascript:fetch('{canary}')\"></iframe>"),
        format!("<object data='{canary}'></object>"),
        format!("<embed src='{canary}'>"),
        format!("<link rel=stylesheet href='{canary}'>"),
        format!("<style>@import '{canary}';*{{background:url({canary})}}</style>"),
        format!("<meta http-equiv=refresh content='0;url={canary}'>"),
        format!("<base href='{canary}/'>"),
        format!("<video poster='{canary}'><source onerror=\"fetch('{canary}')\"></video>"),
        format!("<details open ontoggle=\"fetch('{canary}')\">"),
        format!("<input autofocus onfocus=\"fetch('{canary}')\">"),
        format!("<form action='{canary}'><button autofocus>x</button></form>"),
        format!("<a href=\"javascript:fetch('{canary}')\" ping='{canary}'>x</a>"),
        format!("<math><mi xlink:href=\"javascript:fetch('{canary}')\">x</mi></math>"),
        "<script>document.title='owned';alert(1)</script>".to_owned(),
        "<img src=x onerror=alert(1)>".to_owned(),
        "<body onload=alert(1)>".to_owned(),
        "<marquee onstart=alert(1)>".to_owned(),
        "javascript:alert(1)".to_owned(),
        "data:text/html,<script>alert(1)</script>".to_owned(),
        "{{constructor.constructor('alert(1)')()}}".to_owned(),
        "${alert(1)}".to_owned(),
    ];
    let around = [
        "",
        "\">",
        "'>",
        "</script>",
        "</textarea></title></style>",
        "--><!--x-->",
        "]]>",
    ];
    let each = ways.iter();
    each.flat_map(|way| around.map(|out| format!("{out}{way}")))
        .collect()
}

/// A checklist whose every text was chosen by an enemy.
fn hostile(payloads: &[String]) -> ChecklistRun {
    let mut texts = payloads.iter().cycle().cloned();
    let mut next = || texts.next().expect("it goes round");
    let mut hostile = |number: usize| StepRun {
        confirm: vec![next(), next()],
        actions: vec![ActionRecord {
            verb: "tap".to_owned(),
            what: next(),
            ..ActionRecord::default()
        }],
        expectations: vec![ExpectationRecord {
            what: next(),
            outcome: shippass::evidence::ExpectationOutcome::Broken { seen: next() },
            ..ExpectationRecord::default()
        }],
        exchanges: (0..4)
            .map(|index| {
                answered(
                    &format!("e{number}-{index}"),
                    "POST",
                    &format!("/api/{}", next()),
                    "text/html",
                    &format!("<!doctype html>{}", next()),
                )
            })
            .collect(),
        console: (0..8)
            .map(|index| ConsoleLine {
                id: format!("c{number}-{index}"),
                level: "error".to_owned(),
                text: next(),
                source: next(),
                stack: vec![next()],
                ..ConsoleLine::default()
            })
            .collect(),
        happenings: vec![Happening::Dialog {
            kind: "alert".to_owned(),
            text: next(),
            is_accepted: false,
            is_expected: false,
        }],
        page: Some(PageFacts {
            url: next(),
            title: next(),
            text: next(),
            text_length: 400,
            alerts: vec![next()],
            ..PageFacts::default()
        }),
        unsettled: Some(next()),
        ..step(&format!("{number:02}-x"), &next())
    };
    ChecklistRun {
        name: payloads[0].clone(),
        file: payloads[1].clone(),
        persona: Some(payloads[2].clone()),
        tier: Some(payloads[3].clone()),
        steps: (1..=4).map(&mut hostile).collect(),
        ..ChecklistRun::default()
    }
}

#[test]
#[ignore = "needs a browser driver"]
fn captured_texts_with_active_content_never_run() {
    let asked = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&asked);
    let canary = Site::serve(Router::new().fallback(any(move || {
        counted.fetch_add(1, Ordering::Relaxed);
        async { "owned" }
    })));
    let payloads = payloads(&format!("{}/owned", canary.url));
    assert!(payloads.len() >= 150, "{}", payloads.len());
    let workshop = Workshop::new();
    seal(
        &workshop.path().join("bundle"),
        RUN,
        &[hostile(&payloads)],
        |_| 4,
    );
    let reviewed = Reviewed::new(&workshop);
    let each = (1..=4).map(|number| {
        format!(
            r#"
  - name: Lay everything of step {number} open
    do: [{{ tap: "Console, 8 lines" }}, {{ tap: "Network, 4 requests" }}, {{ tap: {{ css: ".requests .exchange summary" , nth: 1 }} }}, {{ press: l }}]
    expect: [{{ title: "Review of *" }}, {{ see: Flagged }}]
  - name: Go on from step {number}
    do: [{{ press: Escape }}, {{ press: j }}]
    expect: [{{ title: "Review of *" }}]
"#
        )
    });
    let ended = reviewed.walk(&workshop, &(OPEN.to_owned() + &each.collect::<String>()));
    let console = read(&ended.bundle.join("console.ndjson"));
    assert!(!console.contains("Content Security Policy"), "{console}");
    is_clean(&ended);
    assert_eq!(asked.load(Ordering::Relaxed), 0, "nothing went out");
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).expect("written")
}
