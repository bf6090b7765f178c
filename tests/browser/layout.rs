//! How pages are laid out: every case of `tests/fixtures/site/layout.json` in a real browser, and a whole run.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Router,
    extract::Path,
    http::header,
    response::{Html, IntoResponse},
    routing::get,
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::support::{Site, Workshop, page};

const TABLE: &str = include_str!("../fixtures/site/layout.json");
/// As most pages have it.
const HEAD: &str = "<meta name=viewport content='width=device-width, initial-scale=1'>";
const PICTURE: &str = "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><rect width='9' height='9'/></svg>";

/// A small page and what is found on it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    html: String,
    /// In place of the usual viewport.
    head: Option<String>,
    /// The severity of each detector that finds something.
    finds: BTreeMap<String, String>,
    /// What the step itself fails over.
    fails: Option<String>,
}

impl Case {
    fn page(&self) -> String {
        let head = self.head.as_deref().unwrap_or(HEAD);
        let body = self.html.replace("{{picture}}", "/picture.svg");
        format!(
            "<!doctype html><html lang=en><meta charset=utf-8>{head}<link rel=icon href='data:,'><title>Test page</title>\
             <style>body{{margin:0;font:16px/1.4 sans-serif}}</style><body>{body}"
        )
    }

    /// Whether the step and its findings are as the table says.
    fn judge(&self, line: &str, found: &BTreeMap<String, String>) -> Result<(), String> {
        let fails = match &self.fails {
            Some(why) => line.starts_with("failed ") && line.contains(why),
            None => !line.starts_with("failed ") && !line.starts_with("unknown "),
        };
        if fails && *found == self.finds {
            return Ok(());
        }
        let Self { name, finds, .. } = self;
        Err(format!("{name}: wanted {finds:?}, found {found:?}: {line}"))
    }
}

/// Each case on a page of its own; a picture that isn't there is answered with nothing.
fn site(cases: &[Case]) -> Site {
    let pages: Arc<Vec<_>> = Arc::new(cases.iter().map(Case::page).collect());
    let case = move |Path(name): Path<String>| {
        let number = name.trim_start_matches('p').parse().unwrap_or(usize::MAX);
        let page = pages.get(number).cloned().unwrap_or_default();
        async move { Html(page) }
    };
    let picture = async || ([(header::CONTENT_TYPE, "image/svg+xml")], PICTURE).into_response();
    let nothing = async || ([(header::CONTENT_TYPE, "image/png")], "").into_response();
    let router = Router::new()
        .route("/", get(async || page("<h1>Layout</h1>")))
        .route("/case/{name}", get(case))
        .route("/picture.svg", get(picture))
        .fallback(nothing);
    Site::serve(router)
}

/// Each detector's heaviest finding that names the step, first or again.
fn found_at(document: &Value, step: &str) -> BTreeMap<String, String> {
    let weight = |severity: &str| {
        ["notice", "warning", "error"]
            .iter()
            .position(|it| *it == severity)
    };
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    for finding in document["findings"].as_array().expect("findings") {
        let again = finding["also_at"].as_array().expect("a list");
        let is_there = std::iter::once(&finding["at"])
            .chain(again)
            .any(|at| at["step"] == step);
        if is_there {
            let text = |key: &str| finding[key].as_str().unwrap_or_default().to_owned();
            let known = found.entry(text("detector")).or_default();
            if weight(&text("severity")) > weight(known) {
                *known = text("severity");
            }
        }
    }
    found
}

fn walk(site: &Site, cases: &[Case]) -> Vec<String> {
    let workshop = Workshop::new();
    let step = |(number, case): (usize, &Case)| json!({"name": case.name, "do": [{"visit": format!("/case/p{number}")}]});
    let steps: Vec<_> = cases.iter().enumerate().map(step).collect();
    let checklist = json!({"name": "Layout", "steps": steps});
    workshop.write("list.yaml", &checklist.to_string());
    let ended = workshop.shippass(&["run", "--url", &site.url, "--out", "out", "list.yaml"]);
    let document = ended.document();
    let steps = document["checklists"][0]["steps"]
        .as_array()
        .expect("steps");
    let judged = cases
        .iter()
        .zip(steps)
        .zip(ended.steps())
        .map(|((case, step), line)| {
            case.judge(
                &line,
                &found_at(&document, step["id"].as_str().unwrap_or_default()),
            )
        });
    judged.filter_map(Result::err).collect()
}

#[test]
#[ignore = "needs a browser driver"]
fn every_case_is_found_as_the_table_says() {
    let cases: Vec<Case> = serde_json::from_str(TABLE).expect("cases");
    assert!(cases.len() >= 100, "{} cases", cases.len());
    let wrong = walk(&site(&cases), &cases);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
#[ignore = "needs a browser driver"]
fn a_page_that_slides_sideways_is_flagged_with_the_element_and_its_place() {
    let quote = "<main style='padding:16px'><h1>Quote 1042</h1><table class=items style='min-width:420px'>\
                 <tr><td>Rewiring</td><td>$4,500.00</td></tr></table></main>";
    let router = Router::new().route("/", get(async || page(quote)));
    let site = Site::serve(router);
    let workshop = Workshop::new();
    let list = "name: Quote\nsteps:\n  - name: Open\n    do:\n      - visit: /\n    expect:\n      - see: Quote 1042\n  - name: Look again\n    expect:\n      - see: Rewiring\n";
    workshop.write("list.yaml", list);
    let ended = workshop.shippass(&["run", "--url", &site.url, "--out", "out", "list.yaml"]);
    assert_eq!(
        ended.statuses(),
        ["flagged", "flagged"],
        "{:#?}",
        ended.steps()
    );
    let document = ended.document();
    let findings = document["findings"].as_array().expect("findings");
    assert_eq!(findings.len(), 1, "{findings:#?}");
    let finding = &findings[0];
    assert_eq!(finding["detector"], "overflow-x");
    let title = finding["title"].as_str().unwrap_or_default();
    assert!(
        title.contains("wider than the screen") && title.contains("table"),
        "{title}"
    );
    assert_eq!(finding["boxes"][0]["width"], 420.0, "{finding:#}");
    let report = std::fs::read_to_string(ended.bundle.join("report.html")).expect("the report");
    assert!(
        report.contains("<svg class=\"boxes\""),
        "the element is boxed"
    );
}

#[test]
#[ignore = "needs a browser driver"]
fn a_panel_that_was_opened_covers_on_purpose_and_one_that_was_there_from_the_start_does_not() {
    // Neither has a role or a telling name, as most that are made by hand.
    let row = "<div style='position:relative;padding:8px'><button style='width:120px;height:40px'>Send quote</button>\
               <button id=more style='width:90px;height:40px'>More</button>";
    let panel = "style='position:absolute;left:0;top:4px;width:170px;background:#fff;border:1px solid;padding:8px;z-index:2'>\
                 <a href='#copy' style='display:block;height:40px'>Copy</a><a href='#print' style='display:block;height:40px'>Print</a></div></div>";
    let opened = format!(
        "<h1>Quotes</h1>{row}<div hidden id=panel {panel}<script>more.onclick = () => {{ panel.hidden = false }}</script>"
    );
    let stuck = format!("<h1>Quotes</h1>{row}<div id=panel {panel}");
    let router = Router::new()
        .route("/", get(async move || page(&opened)))
        .route("/stuck", get(async move || page(&stuck)));
    let site = Site::serve(router);
    let workshop = Workshop::new();
    let list = "name: Quotes\nsteps:\n  - name: Quotes\n    do:\n      - visit: /\n  - name: Open\n    do:\n      - tap: More\n    expect:\n      - see: Print\n\
                \x20 - name: Still open\n    expect:\n      - see: Copy\n  - name: There from the start\n    do:\n      - visit: /stuck\n";
    workshop.write("list.yaml", list);
    let ended = workshop.shippass(&["run", "--url", &site.url, "--out", "out", "list.yaml"]);
    assert_eq!(
        ended.statuses(),
        ["clean", "clean", "clean", "flagged"],
        "{:#?}",
        ended.steps()
    );
    let found = ended.detectors();
    assert_eq!(found, ["covered-control".to_owned()].into());
}
