//! `shippass merge`: the shards of a run give the run; what doesn't belong together is refused.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use shippass::{
    bundle::{check_whole, open},
    evidence::{DeviceFacts, EngineFacts, Outcome, PastRun, Run, Shard, hex_sha256, read_run},
};

use crate::{
    replayed::{bundle, put},
    support::{Ended, Workshop},
};

const LISTS: usize = 13;

/// Thirteen checklists: calls, pictures, console lines; a call that fails alike in three of them.
fn whole() -> Run {
    let lists: Vec<Value> = (0..LISTS).map(checklist).collect();
    serde_json::from_value(json!({
        "info": {
            "id": "01JD5M3Q8ZK4V7T2N9XW6R1YHB", "tool_version": "0.1.0",
            "started": "2026-11-20T10:00:00Z", "finished": "2026-11-20T11:00:00Z", "cut_short": null
        },
        "target": {
            "name": "preview", "url": "https://preview.example/", "kind": "preview",
            "origins": ["https://preview.example"], "commit": "9c1f0e2d"
        },
        "device": { "name": "375x812@3", "width": 375, "height": 812, "scale": 3.0, "touch": true },
        "engine": { "name": "chromium", "version": "156.0.1" },
        "api": ["/api/**"],
        "checklists": lists,
        "redactions": {}
    }))
    .unwrap()
}

/// A run of one of them.
pub(crate) fn one_of(number: usize) -> Run {
    let mut run = whole();
    run.info.id = format!("PART{number}");
    run.checklists = vec![serde_json::from_value(checklist(number)).unwrap()];
    run
}

fn checklist(number: usize) -> Value {
    let id = |offset: usize| format!("e{}", number * 3 + offset + 1);
    let body = body(number);
    let status = if number % 4 == 1 { 500 } else { 200 };
    let kept = json!({ "kept": { "file": file_of(&body), "size": body.len(), "content": "json", "start": body } });
    let page = json!({ "url": "https://preview.example/", "title": "Home", "text": "Welcome home", "text_length": 12, "visuals": 3 });
    let call = |id: String, path: &str, from: Option<String>, answer: Value| {
        json!({
            "id": id, "redirected_from": from, "method": "GET", "url": format!("https://preview.example{path}"),
            "resource": "fetch", "started": "2026-11-20T10:00:05Z", "outcome": { "answered": answer }
        })
    };
    json!({
        "name": format!("List {number}"), "file": format!("checklists/{number:02}.yaml"), "sha256": "0".repeat(64),
        "persona": null,
        "steps": [{
            "id": "01-open", "name": "Open", "started": "2026-11-20T10:00:00Z", "duration_ms": 1200 + number,
            "page": page, "pictures": [{ "file": picture(number), "width": 15, "height": 32 }],
            "expectations": [{ "what": "response GET /api/items 2xx", "outcome": "held", "exchange": id(1) }],
            "exchanges": [
                call(id(0), "/api/old", None, json!({ "status": 302, "headers": [{ "name": "Location", "value": "/api/items" }] })),
                call(id(1), "/api/items", Some(id(0)), json!({ "status": status, "mime": "application/json", "body": kept })),
                call(id(2), &format!("/api/lists/{number}"), None, json!({ "status": 200, "mime": "application/json", "body": kept })),
            ],
            "console": [{ "id": format!("c{number}"), "level": "warn", "text": format!("line {number}"), "at": "2026-11-20T10:00:06Z" }]
        }]
    })
}

fn body(number: usize) -> String {
    format!("{{\"list\":{}}}", number % 5)
}

fn file_of(body: &str) -> String {
    format!("bodies/{}.json", hex_sha256(body.as_bytes()))
}

fn picture(number: usize) -> String {
    format!("screens/list-{number}/01-open.jpg")
}

/// What a run of these checklists leaves beside its journal.
pub(crate) fn files(dir: &Path, numbers: impl Iterator<Item = usize>) {
    for number in numbers {
        let body = body(number);
        put(dir, &file_of(&body), body.as_bytes());
        put(
            dir,
            &picture(number),
            format!("picture {number}").as_bytes(),
        );
    }
}

/// The part of the run that a shard walks, with ids that begin anew.
fn part(whole: &Run, shard: Shard) -> (Run, std::ops::Range<usize>) {
    let range = shard.range(LISTS);
    let mut run = whole.clone();
    run.info.id = format!("SHARD{}", shard.index);
    run.info.shard = Some(shard);
    run.checklists = run.checklists[range.clone()].to_vec();
    let less = |id: &mut String, base: usize| {
        let (letter, number) = id.split_at(1);
        *id = format!("{letter}{}", number.parse::<usize>().unwrap() - base);
    };
    for step in run.checklists.iter_mut().flat_map(|list| &mut list.steps) {
        for exchange in &mut step.exchanges {
            less(&mut exchange.id, range.start * 3);
            exchange
                .redirected_from
                .iter_mut()
                .for_each(|id| less(id, range.start * 3));
        }
        for record in &mut step.expectations {
            record
                .exchange
                .iter_mut()
                .for_each(|id| less(id, range.start * 3));
        }
        for line in &mut step.console {
            // The whole run's lines count from 0, so that the first of each part is told apart by its base.
            less(&mut line.id, range.start);
            let number: usize = line.id[1..].parse().unwrap();
            line.id = format!("c{}", number + 1);
        }
    }
    (run, range)
}

/// A folder with the whole run as `whole` and its parts as `1` to `of`.
struct Runs {
    workshop: Workshop,
    names: Vec<String>,
}

impl Runs {
    fn cut_into(of: u32, change: impl Fn(u32, &mut Run)) -> Self {
        let workshop = Workshop::new();
        workshop.write(
            "shippass.yaml",
            "targets: { preview: { url: https://preview.example, kind: preview } }\n",
        );
        let run = whole();
        bundle(&workshop.path().join("whole"), &run, |dir| {
            files(dir, 0..LISTS);
        });
        for index in 1..=of {
            let (mut part, range) = part(&run, Shard { index, of });
            change(index, &mut part);
            bundle(&workshop.path().join(index.to_string()), &part, |dir| {
                files(dir, range);
            });
        }
        // In whatever order a file system gives them.
        let mut names: Vec<_> = (1..=of).map(|index| index.to_string()).collect();
        let half = names.len() / 2;
        names.rotate_left(half);
        Self { workshop, names }
    }

    fn merge(&self) -> Ended {
        let names = self.names.iter().map(String::as_str);
        let arguments: Vec<_> = ["merge"]
            .into_iter()
            .chain(names)
            .chain(["--out", "out"])
            .collect();
        self.workshop.shippass(&arguments)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.workshop.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }
}

#[test]
fn eight_shards_are_the_whole_run() {
    let runs = Runs::cut_into(8, |_, _| ());
    let ended = runs.merge();
    assert_eq!(
        (ended.status, ended.stderr.as_str()),
        (1, ""),
        "{}",
        ended.stdout
    );
    assert_eq!(check_whole(&runs.path("out")).unwrap(), []);
    let [mut one, mut other] = ["whole", "out"].map(|name| read_run(&runs.path(name)).unwrap());
    one.info.id = other.info.id.clone();
    assert_eq!(std::mem::take(&mut other.info.merged).len(), 8);
    // Lines count from 1 in each part, and so in the whole of them.
    for run in [&mut one, &mut other] {
        let steps = run.checklists.iter_mut().flat_map(|list| &mut list.steps);
        let lines = steps.flat_map(|step| &mut step.console);
        for (number, line) in lines.enumerate() {
            line.id = format!("c{number}");
        }
    }
    assert_eq!(one, other);
    for name in ["network.har", "redaction.json"] {
        assert_eq!(
            runs.read(&format!("out/{name}")),
            runs.read(&format!("whole/{name}")),
            "{name}"
        );
    }
    let [mut one, mut other] = ["whole", "out"].map(|name| open(&runs.path(name)).unwrap());
    assert_eq!(
        one.document.findings.len(),
        1,
        "one cause, one finding, in however many shards"
    );
    assert_eq!(one.document.findings[0].also_at.len(), 2);
    for bundle in [&mut one, &mut other] {
        bundle.document.run.id.clear();
    }
    assert_eq!(one.document, other.document);
    let sealed = |name: &str| {
        let files = open(&runs.path(name)).unwrap().manifest.unwrap().files;
        let kept = |path: &str| path.starts_with("bodies/") || path.starts_with("screens/");
        files
            .into_iter()
            .filter(|file| kept(&file.path))
            .collect::<Vec<_>>()
    };
    assert_eq!(sealed("whole"), sealed("out"));
    assert_eq!(sealed("out").len(), LISTS + 5);
}

/// A part that is looked at, or signed, by itself must not look like the whole.
#[test]
fn a_shard_says_what_it_is_and_the_whole_says_nothing_of_it() {
    let runs = Runs::cut_into(3, |_, _| ());
    let told = |name: &str| runs.workshop.shippass(&["inspect", name]).stdout;
    let line = "shard 2/3: the checklists of the other shards are not in it";
    assert!(told("2").contains(line), "{}", told("2"));
    let ended = runs.merge();
    assert_eq!(ended.document()["run"].get("shard"), None);
    assert!(!told("out").contains("shard"), "{}", told("out"));
}

#[test]
fn ids_stay_apart_and_lead_to_what_they_led_to() {
    let runs = Runs::cut_into(3, |_, _| ());
    runs.merge();
    let run = read_run(&runs.path("out")).unwrap();
    let mut seen = std::collections::BTreeSet::new();
    for (_, step) in run.steps() {
        let [first, second, _] = step.exchanges.as_slice() else {
            panic!("three exchanges: {step:?}");
        };
        assert_eq!(second.redirected_from.as_ref(), Some(&first.id));
        assert_eq!(step.expectations[0].exchange.as_ref(), Some(&second.id));
        assert!(matches!(second.outcome, Outcome::Answered(_)));
        for id in step
            .exchanges
            .iter()
            .map(|it| &it.id)
            .chain(step.console.iter().map(|it| &it.id))
        {
            assert!(seen.insert(id.clone()), "{id} twice");
        }
    }
    assert_eq!(seen.len(), LISTS * 4);
}

#[test]
fn a_shard_that_nobody_brought_leaves_the_run_incomplete() {
    let mut runs = Runs::cut_into(4, |index, run| {
        if index == 2 {
            run.info.cut_short = Some("interrupted".to_owned());
        }
    });
    runs.names.retain(|name| name != "3");
    let ended = runs.merge();
    assert_eq!(ended.status, 1);
    let why = "shard 3/4 is missing; shard 2/4: interrupted";
    assert!(
        ended.stderr.contains(&format!("warning: {why}")),
        "{}",
        ended.stderr
    );
    assert_eq!(ended.document()["run"]["complete"], false);
    assert_eq!(ended.document()["run"]["cut_short"], why);
}

#[test]
fn what_does_not_belong_together_is_refused() {
    let other_commit = |index: u32, run: &mut Run| {
        if index == 2 {
            run.target.commit = Some("feed".to_owned());
        }
    };
    let ended = Runs::cut_into(2, other_commit).merge();
    assert_eq!(ended.status, 2);
    assert!(
        ended
            .stderr
            .contains("differs from the first bundle in its commit"),
        "{}",
        ended.stderr
    );

    let mut runs = Runs::cut_into(2, |_, _| ());
    runs.names.push("whole".to_owned());
    let ended = runs.merge();
    assert_eq!(ended.status, 2);
    assert!(
        ended.stderr.contains("signed out is in 1 and in whole"),
        "{}",
        ended.stderr
    );

    let runs = Runs::cut_into(2, |_, _| ());
    put(&runs.path("1"), "screens/list-0/01-open.jpg", b"another");
    let ended = runs.merge();
    assert_eq!(ended.status, 2);
    assert!(
        ended.stderr.contains("screens/list-0/01-open.jpg: altered"),
        "{}",
        ended.stderr
    );
    assert!(!runs.path("out").exists(), "nothing is begun");

    let runs = Runs::cut_into(2, |_, _| ());
    put(&runs.path("out"), "note.txt", b"mine");
    assert_eq!(runs.merge().status, 2, "a folder in use");
}

#[test]
fn shards_are_one_run_to_those_that_come_after() {
    let past = |name: &str| PastRun {
        run: name.to_owned(),
        ..PastRun::default()
    };
    // Walked one after the other on one machine, the second one knows of the first.
    let runs = Runs::cut_into(2, |index, run| {
        run.past = vec![past("OLD")];
        if index == 2 {
            run.past.push(past("SHARD1"));
        }
    });
    let ended = runs.merge();
    assert_eq!(ended.status, 1, "{}", ended.stderr);
    assert_eq!(read_run(&ended.bundle).unwrap().past, [past("OLD")]);
    let history = runs.read("screenshots/history.ndjson");
    let lines: Vec<Value> = history
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["flagged"][0]["surface"], "GET /api/old");
}

#[test]
fn a_run_is_cut_into_parts_of_whole_checklists() {
    let workshop = Workshop::new();
    for name in ["a", "b", "c"] {
        let text = format!("name: {name}\nsteps: [{{ name: Open, do: [{{ visit: / }}] }}]\n");
        workshop.write(&format!("checklists/{name}.yaml"), &text);
    }
    let run =
        |shard: &str| workshop.shippass(&["run", "--url", "http://127.0.0.1:9", "--shard", shard]);
    let too_many = run("2/4");
    assert_eq!(too_many.status, 2);
    assert!(
        too_many
            .stderr
            .contains("3 checklists can't be cut into 4 shards"),
        "{}",
        too_many.stderr
    );
    let wrong = run("4/3");
    assert_eq!(wrong.status, 2);
    assert!(wrong.stderr.contains("from 1: `1/4`"), "{}", wrong.stderr);
}

#[test]
fn a_journal_that_names_a_file_elsewhere_is_refused() {
    let runs = Runs::cut_into(2, |index, run| {
        if index == 2 {
            "../../../etc/hostname".clone_into(&mut run.checklists[0].steps[0].pictures[0].file);
        }
    });
    let ended = runs.merge();
    assert_eq!(ended.status, 2);
    assert!(
        ended.stderr.contains("not a name of a bundle"),
        "{}",
        ended.stderr
    );
}

#[test]
fn variables_need_not_be_set_and_a_secret_that_is_set_is_still_hidden() {
    let runs = Runs::cut_into(2, |_, _| ());
    runs.workshop.write(
        "shippass.yaml",
        "targets: { preview: { url: \"${NO_URL}\", kind: preview } }\npersonas: { owner: { sign_in: { do: [{ fill: { Email: \"${NO_EMAIL}\", Password: \"${OWNER_PASSWORD}\" } }] } } }\nignore: [{ detector: http-error, request: GET /api/items, why: known }]\n",
    );
    let mut command = runs.workshop.command(&["merge", "1", "2", "--out", "out"]);
    let output = command
        .env("OWNER_PASSWORD", "Welcome home")
        .output()
        .unwrap();
    let ended = runs.workshop.ended(&output);
    assert_eq!(
        ended.status, 0,
        "ignored as the file says: {}{}",
        ended.stdout, ended.stderr
    );
    let journal = runs.read("out/journal.ndjson");
    assert!(
        journal.contains("[redacted:") && !journal.contains("Welcome home"),
        "{journal}"
    );
}

/// A part that was never sealed isn't looked at byte by byte before.
#[test]
fn a_merge_that_breaks_off_leaves_nothing_that_calls_itself_whole() {
    let runs = Runs::cut_into(2, |_, _| ());
    for name in ["2/manifest.json", &format!("2/{}", picture(LISTS - 1))] {
        fs::remove_file(runs.path(name)).unwrap();
    }
    let ended = runs.merge();
    assert_eq!(ended.status, 2, "{}", ended.stdout);
    assert!(ended.stderr.contains("can't give its"), "{}", ended.stderr);
    let began = read_run(&runs.path("out")).unwrap();
    let why = began.info.cut_short.unwrap();
    assert!(why.starts_with("the merge failed: "), "{why}");
    let inspected = runs.workshop.shippass(&["inspect", "out"]);
    assert_eq!(inspected.status, 1, "{}", inspected.stdout);
}

#[test]
fn another_browser_and_another_device_are_told_with_what_was_walked_there() {
    let workshop = Workshop::new();
    let run = whole();
    bundle(&workshop.path().join("1"), &run, |dir| files(dir, 0..LISTS));
    let mut other = run.clone();
    other.engine = EngineFacts {
        name: "firefox".to_owned(),
        version: "144.0".to_owned(),
        driver: String::new(),
    };
    other.device = DeviceFacts {
        name: "360x800@2".to_owned(),
        width: 360,
        ..run.device.clone()
    };
    bundle(&workshop.path().join("2"), &other, |dir| {
        files(dir, 0..LISTS);
        put(dir, &picture(0), b"another picture");
    });
    let ended = workshop.shippass(&["merge", "1", "2", "--out", "out"]);
    assert_eq!(ended.status, 1, "{}", ended.stderr);
    assert!(
        ended
            .stdout
            .contains("List 0 (signed out) in firefox 144.0, on 360x800@2"),
        "{}",
        ended.stdout
    );
    let document = ended.document();
    assert_eq!(document["engine"]["name"], "chromium");
    let lists = document["checklists"].as_array().unwrap();
    assert_eq!(lists.len(), 2 * LISTS);
    assert_eq!(lists[0].get("engine"), None);
    assert_eq!(lists[LISTS]["engine"]["name"], "firefox");
    assert_eq!(lists[LISTS]["device"]["width"], 360);
    let [first, second] = [0, LISTS].map(|at| lists[at]["steps"][0]["screens"][0].clone());
    assert_eq!(
        (first, second),
        (json!(picture(0)), json!("screens/list-0-2/01-open.jpg"))
    );
    let read = fs::read(ended.bundle.join("screens/list-0-2/01-open.jpg")).unwrap();
    assert_eq!(read, b"another picture");
    let same = workshop.shippass(&["compare", "out", "out"]);
    assert_eq!(same.status, 0, "{}", same.stdout);
    let title = "List 0 (signed out) in firefox 144.0, on 360x800@2";
    assert_eq!(same.stdout.matches(title).count(), 1, "{}", same.stdout);
    let merged = read_run(&ended.bundle).unwrap();
    assert_eq!(
        (merged.device_of(0).width, merged.device_of(LISTS).width),
        (375, 360)
    );
}
