//! `shippass compare`: what differs between two bundles, and what doesn't.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

use std::{fs, path::Path, process::Command};

use serde_json::Value;
use shippass::{
    evidence::{Answer, Body, Content, Exchange, Outcome, Run, hex_sha256},
    handoff::compare::comparison_schema,
};

use crate::{
    golden::{self, Pictures},
    replayed::{bundle, put},
};

const PREVIEW: &str = "quotely-git-sign-flow.preview.example";
const LIVE: &str = "quotely.example";

/// The golden run without the picture that leads out of its bundle, with one answer of an API more.
fn preview(dir: &Path, json: &str) -> Run {
    let mut run = golden::run(dir, Pictures::Tiny);
    for list in &mut run.checklists {
        for step in &mut list.steps {
            step.pictures.retain(|it| !it.file.contains(".."));
        }
    }
    let file = format!("bodies/{}.json", hex_sha256(json.as_bytes()));
    put(dir, &file, json.as_bytes());
    let read = &mut run.checklists[0].steps[1].exchanges;
    let mut exchange: Exchange = read[1].clone();
    "e2c".clone_into(&mut exchange.id);
    exchange.url = format!("https://{PREVIEW}/api/quotes/1042");
    exchange.resource = shippass::evidence::Resource::Fetch;
    let answer = of(&mut exchange);
    "application/json".clone_into(&mut answer.mime);
    answer
        .headers
        .push(header("Cache-Control", "no-store, private"));
    let Body::Kept(kept) = &mut answer.body else {
        panic!("a kept body");
    };
    kept.file = file;
    kept.content = Content::Json;
    json.clone_into(&mut kept.start);
    read.push(exchange);
    run
}

fn of(exchange: &mut Exchange) -> &mut Answer {
    match &mut exchange.outcome {
        Outcome::Answered(answer) => answer,
        other => panic!("{other:?}"),
    }
}

fn header(name: &str, value: &str) -> shippass::evidence::Header {
    shippass::evidence::Header::new(name, value)
}

/// The same walk at another address.
fn live(run: &Run) -> Run {
    let text = serde_json::to_string(run).unwrap().replace(PREVIEW, LIVE);
    serde_json::from_str(&text).unwrap()
}

struct Pair {
    folder: tempfile::TempDir,
}

impl Pair {
    /// Two bundles; the second one's run is changed as is told.
    fn new(change: impl FnOnce(&mut Run, &Path)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let json = r#"{"id":1042,"lines":[{"cost":4500}],"signer":null}"#;
        let files = tempfile::tempdir().unwrap();
        let run = preview(files.path(), json);
        bundle(&folder.path().join("a"), &run, |dir| {
            preview(dir, json);
        });
        let mut other = live(&run);
        let changed = tempfile::tempdir().unwrap();
        change(&mut other, changed.path());
        bundle(&folder.path().join("b"), &other, |dir| {
            preview(dir, json);
            for name in ["bodies", "screens/customer-signs-a-quote"] {
                for file in fs::read_dir(changed.path().join(name))
                    .into_iter()
                    .flatten()
                {
                    let file = file.unwrap();
                    let to = dir.join(name).join(file.file_name());
                    fs::copy(file.path(), to).unwrap();
                }
            }
        });
        Self { folder }
    }

    fn compare(&self, further: &[&str]) -> (i32, String, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_shippass"))
            .args(["compare", "a", "b"])
            .args(further)
            .current_dir(self.folder.path())
            .env("CI", "1")
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let status = output.status.code().unwrap();
        (status, text(output.stdout), text(output.stderr))
    }

    fn json(&self) -> (i32, Value) {
        let (status, out, err) = self.compare(&["--format", "json"]);
        let value = serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {err}"));
        (status, value)
    }
}

/// A quote that gets signed elsewhere, but whose API has changed shape and is cached, and whose page looks different.
fn broken(run: &mut Run, files: &Path) {
    let json = r#"{"id":"1042","lines":[{"cost":4500,"tax":1}]}"#;
    let file = format!("bodies/{}.json", hex_sha256(json.as_bytes()));
    put(files, &file, json.as_bytes());
    let open = &mut run.checklists[0].steps[1];
    let answer = of(&mut open.exchanges[2]);
    let Body::Kept(kept) = &mut answer.body else {
        panic!("a kept body");
    };
    kept.file = file;
    answer.headers = vec![
        header("cache-control", "public, max-age=600"),
        header("Access-Control-Allow-Origin", "*"),
    ];
    open.exchanges[2].timings.total = Some(4_000.0);
    let picture = image::RgbImage::from_pixel(15, 32, image::Rgb([10, 20, 30]));
    let mut encoded = std::io::Cursor::new(Vec::new());
    picture
        .write_to(&mut encoded, image::ImageFormat::Png)
        .unwrap();
    put(files, &open.pictures[0].file, encoded.get_ref());
    // Signing isn't bounced there.
    let sign = &mut run.checklists[0].steps[2];
    sign.exchanges.truncate(1);
    let answer = of(&mut sign.exchanges[0]);
    (answer.status, answer.headers) = (200, Vec::new());
    sign.console.clear();
}

#[test]
fn the_same_walk_elsewhere_is_the_same() {
    let pair = Pair::new(|_, _| ());
    let (status, out, err) = pair.compare(&[]);
    assert_eq!((status, err.as_str()), (0, ""), "{out}");
    assert!(
        out.ends_with("no difference that matters in 7 steps\n"),
        "{out}"
    );
    let (status, json) = pair.json();
    assert_eq!((status, &json["differences"]), (0, &0.into()));
}

#[test]
fn what_differs_is_told_step_by_step() {
    let pair = Pair::new(broken);
    let (status, out, err) = pair.compare(&[]);
    assert_eq!((status, err.as_str()), (1, ""), "{out}");
    insta::assert_snapshot!(out);

    let (status, json) = pair.json();
    assert_eq!(status, 1);
    let validator = jsonschema::draft202012::new(&comparison_schema()).unwrap();
    let complaints: Vec<_> = validator
        .iter_errors(&json)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert_eq!(complaints, Vec::<String>::new());
    let steps = json["checklists"][0]["steps"].as_array().unwrap();
    let counted: i64 = steps
        .iter()
        .map(|it| it["differences"].as_i64().unwrap())
        .sum();
    assert_eq!(
        json["differences"],
        counted + 1,
        "and one call that takes longer"
    );
}

#[test]
fn the_page_opens_offline_and_shows_no_markup_of_a_stranger() {
    let pair = Pair::new(|run, files| {
        broken(run, files);
        for step in &mut run.checklists[1].steps {
            step.exchanges.clear();
        }
    });
    let (status, out, _) = pair.compare(&["--html", "differs.html"]);
    assert_eq!(status, 1);
    assert!(out.trim_end().ends_with("page  differs.html"), "{out}");
    let page = fs::read_to_string(pair.folder.path().join("differs.html")).unwrap();
    for never in [
        "<script",
        "<img src=https",
        "href=",
        "src=\"http",
        "url(",
        "\u{202e}",
        "\u{1b}",
    ] {
        assert!(!page.contains(never), "{never}");
    }
    assert!(page.contains("default-src 'none'; img-src data:; style-src 'sha256-"));
    assert!(
        page.contains("src=\"data:image/png;base64,"),
        "the picture that differs"
    );
    assert!(page.contains("&lt;script&gt;"), "texts are there, as texts");
    assert!(page.contains("json /signer"));
    assert_eq!(
        page.matches("<section").count(),
        page.matches("</section>").count()
    );
}

#[test]
fn a_picture_whose_name_leads_out_of_the_bundle_is_not_read() {
    let pair = Pair::new(|run, _| {
        "../../../etc/hostname".clone_into(&mut run.checklists[0].steps[1].pictures[0].file);
    });
    let (status, json) = pair.json();
    assert_eq!(status, 1);
    let sight = &json["checklists"][0]["steps"][1]["picture"]["sight"];
    assert_eq!(
        sight["unreadable"]["why"],
        "B's picture: not a name of a bundle"
    );
}

#[test]
fn what_is_no_bundle_is_the_users_mistake() {
    let pair = Pair::new(|_, _| ());
    fs::remove_file(pair.folder.path().join("b/bundle.json")).unwrap();
    let (status, out, err) = pair.compare(&[]);
    assert_eq!((status, out.as_str()), (2, ""));
    assert!(err.starts_with("error: cannot read b/bundle.json"), "{err}");
    assert!(
        err.contains("help: name the bundle's folder itself"),
        "{err}"
    );
}
