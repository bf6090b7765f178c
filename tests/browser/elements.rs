//! Finding elements and acting on them: every case of `tests/fixtures/site/cases.json` in a real browser.

use std::{collections::BTreeMap, path::Path};

use axum::{
    Router,
    extract::{Query, Request},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::support::{Site, Workshop, page};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/site");

/// One case of the table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    page: String,
    name: String,
    #[serde(rename = "do")]
    actions: Vec<Value>,
    #[serde(default)]
    expect: Vec<Value>,
    /// The id of the element that must be touched.
    hit: Option<String>,
    /// What the failed step's reason must hold.
    #[serde(default)]
    why: Vec<String>,
    /// The same in another tool's words, for `tests/playwright/compare.mjs`.
    #[serde(default, rename = "playwright")]
    _playwright: Value,
}

impl Case {
    /// The step; the YAML of a checklist takes JSON.
    fn step(&self) -> Value {
        let mut actions = vec![json!({"visit": format!("/{}", self.page)})];
        actions.extend(self.actions.iter().cloned());
        let mut expect = self.expect.clone();
        if let Some(id) = &self.hit {
            expect.push(json!({"see": format!("touched {id}")}));
        }
        let mut step = json!({"name": self.name, "do": actions});
        if !expect.is_empty() {
            step["expect"] = expect.into();
        }
        step
    }

    /// Whether the step came out as `line`, its status, name and reason, should say.
    fn judge(&self, line: &str) -> Result<(), String> {
        let is_right = if self.why.is_empty() {
            line.starts_with("clean ") || line.starts_with("flagged ")
        } else {
            line.starts_with("failed ") && self.why.iter().all(|part| line.contains(part.as_str()))
        };
        if is_right {
            return Ok(());
        }
        Err(format!("{}: wanted {:?}, got {line}", self.page, self.why))
    }
}

/// The pages; `{{other}}` in them is the same site at another origin.
fn site() -> Site {
    let list = |Query(query): Query<BTreeMap<String, usize>>| async move {
        let from = query.get("from").copied().unwrap_or(0);
        axum::Json((from..from + 20).collect::<Vec<_>>())
    };
    let router = Router::new()
        .route("/", get(|| async { page("<h1>Elements</h1>") }))
        .route("/api/items", get(list))
        .fallback(file);
    Site::serve(router)
}

async fn file(request: Request) -> Response {
    let name = request.uri().path().trim_start_matches('/');
    let Ok(text) = std::fs::read_to_string(Path::new(FOLDER).join(name)) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let host = request
        .headers()
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let other = host.unwrap_or_default().replace("127.0.0.1", "localhost");
    let kind = match name.rsplit('.').next() {
        Some("css") => "text/css",
        Some("js") => "text/javascript",
        _ => "text/html",
    };
    let text = text.replace("{{other}}", &format!("http://{other}"));
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}

fn walk(site: &Site, cases: &[&Case]) -> Vec<String> {
    let workshop = Workshop::new();
    let steps: Vec<_> = cases.iter().map(|case| case.step()).collect();
    let checklist = json!({"name": "Elements", "steps": steps});
    let text = serde_json::to_string_pretty(&checklist).expect("JSON");
    workshop.write("list.yaml", &text);
    let arguments = ["run", "--url", &site.url, "--out", "out", "list.yaml"];
    let ended = workshop.shippass(&arguments);
    assert!(
        ended.bundle.join("bundle.json").is_file(),
        "{}",
        ended.stderr
    );
    let lines = ended.steps();
    let judged = cases
        .iter()
        .zip(&lines)
        .map(|(case, line)| case.judge(line));
    judged.filter_map(Result::err).collect()
}

#[test]
#[ignore = "needs a browser driver"]
fn every_case_of_the_corpus_comes_out_as_the_table_says() {
    let table = std::fs::read_to_string(Path::new(FOLDER).join("cases.json")).expect("the table");
    let cases: Vec<Case> = serde_json::from_str(&table).expect("cases");
    assert!(cases.len() >= 60, "{} cases", cases.len());
    // A case that fails as it should waits its time out: those go beside the others, in walks of their own.
    let (failing, working): (Vec<_>, Vec<_>) = cases
        .iter()
        .partition::<Vec<_>, _>(|case| !case.why.is_empty());
    let site = site();
    let groups = failing
        .chunks(failing.len().div_ceil(3))
        .chain([working.as_slice()]);
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let walks: Vec<_> = groups
            .map(|cases| scope.spawn(|| walk(&site, cases)))
            .collect();
        let wrong = walks.into_iter().map(|walk| walk.join().expect("a walk"));
        wrong.flatten().collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
