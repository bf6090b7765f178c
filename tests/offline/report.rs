//! The report and the table over the golden run.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

use std::{
    fmt::Write as _,
    io::{self, Write},
};

use shippass::{
    bundle::{BundleDocument, BundlePaths, write_report},
    detect::Findings,
    evidence::Run,
    report::{Charset, Colour, ReportView, TableLook, table, write_html},
};

use crate::golden::{self, Pictures};

fn html(dir: &BundlePaths, run: &Run) -> String {
    let document = BundleDocument::new(run, &golden::findings());
    let view = ReportView {
        recorded: run,
        document: &document,
        picture: &|name| dir.read(name).ok(),
    };
    let mut out = Vec::new();
    write_html(&view, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn golden_html(pictures: Pictures) -> String {
    let dir = tempfile::tempdir().unwrap();
    let run = golden::run(dir.path(), pictures);
    html(&BundlePaths::new(dir.path()), &run)
}

/// From a marker up to the end of the element that holds it.
fn part<'a>(html: &'a str, from: &str, to: &str) -> &'a str {
    let start = html.find(from).unwrap_or_else(|| panic!("no {from}"));
    let end = html[start..].find(to).unwrap_or_else(|| panic!("no {to}"));
    &html[start..start + end + to.len()]
}

#[test]
fn the_head_and_the_findings_stand_first() {
    let html = golden_html(Pictures::Tiny);
    insta::assert_snapshot!(
        part(&html, "<header class=\"head\">", "</section>").replace("><", ">\n<")
    );
}

#[test]
fn what_would_make_the_page_slow_stays_beside_it_and_what_went_wrong_never() {
    let dir = tempfile::tempdir().unwrap();
    let run = golden::run(dir.path(), Pictures::Tiny);
    let document = BundleDocument::new(&run, &golden::findings());
    let mut large = vec![0xFF, 0xD8, 0xFF];
    large.resize(13 << 20, 0);
    let view = ReportView {
        recorded: &run,
        document: &document,
        picture: &|_| Some(large.clone()),
    };
    let mut out = Vec::new();
    write_html(&view, &mut out).unwrap();
    let html = String::from_utf8(out).unwrap();
    let steps: Vec<&str> = html.split("<details class=\"step ").skip(1).collect();
    let is_embedded = |step: &&str| step.contains("src=\"data:image/jpeg;base64,");
    let (clean, odd): (Vec<&str>, Vec<&str>) =
        (steps.iter()).partition(|step| step.starts_with("clean"));
    let shown = odd.iter().filter(|step| step.contains("<figure"));
    assert!(shown.clone().count() > 0 && shown.clone().all(is_embedded));
    let beside = clean.iter().filter(|step| !is_embedded(step)).count();
    assert!(beside > 0, "not all of them fit");
    assert!(html.contains("<a href=\"screens/"), "they are linked");
}

#[test]
fn a_finding_shows_its_exchange() {
    let html = golden_html(Pictures::Tiny);
    insta::assert_snapshot!(part(&html, "<article", "</article>").replace("><", ">\n<"));
}

#[test]
fn a_step_that_failed_and_one_that_never_began_say_why() {
    let html = golden_html(Pictures::Tiny);
    let failed = part(&html, "<details class=\"step failed\"", "class=\"told\"");
    assert!(failed.contains("tap “History”: nothing named “History” is visible within 5 s"));
    assert!(html.contains("Instead: <bdi>“Not signed yet”</bdi>"));
    let not_run = part(&html, "<details class=\"step not-run\"", "</ul>");
    assert!(not_run.contains("a step before it failed"));
    assert!(not_run.contains("The customer gets the mail"));
    assert!(!not_run.contains("<figure"));
}

#[test]
fn noise_is_called_noise_and_alarms_nobody() {
    let html = golden_html(Pictures::Tiny);
    let noise = part(&html, "<span class=\"level\"><bdi>uncaught error", "</li>");
    assert!(noise.contains(", noise</span>"));
    assert!(noise.contains("Unchecked runtime.lastError"));
    let before = &html[..html.find(noise).unwrap()];
    let fold = &before[before.rfind("<details").unwrap()..];
    assert!(fold.starts_with("<details class=\"fold\">"), "{fold}");
}

#[test]
fn steps_that_share_a_reason_tell_it_once_in_the_table() {
    let dir = tempfile::tempdir().unwrap();
    let mut run = golden::run(dir.path(), Pictures::Tiny);
    for step in &mut run.checklists[0].steps[1..] {
        step.started = None;
        step.not_run = Some(format!("the browser ended: {}", "x".repeat(400)));
        step.expectations.clear();
        step.actions.clear();
    }
    let document = BundleDocument::new(&run, &Findings::default());
    let text = table(
        &run,
        &document,
        TableLook {
            width: 100,
            colour: Colour::Never,
            charset: Charset::Ascii,
        },
    )
    .expect("in memory");
    assert_eq!(text.matches("the browser ended").count(), 1);
    assert!(text.matches('x').count() < 200, "{text}");
}

#[test]
fn no_captured_text_becomes_markup_a_link_or_a_control() {
    let html = golden_html(Pictures::Tiny);
    let (style, page) = html.split_once("</style>").unwrap();
    assert!(!style.contains("script"));
    for forbidden in [
        "<script",
        "<iframe",
        "<form",
        "<object",
        "<link",
        "<base",
        " style=",
        "javascript:alert(1)\"",
    ] {
        assert!(!page.contains(forbidden), "the page holds {forbidden}");
    }
    for attribute in page.split(" href=\"").skip(1) {
        assert!(
            attribute.starts_with('#'),
            "a link leads out: {attribute:.40}"
        );
    }
    for attribute in page.split(" src=\"").skip(1) {
        assert!(
            attribute.starts_with("data:image/jpeg;base64,"),
            "{attribute:.40}"
        );
    }
    assert_eq!(
        page.matches("<img").count(),
        6,
        "one for each picture on disk"
    );
    assert!(
        html.chars()
            .all(|it| it == '\n' || it == '\t' || !it.is_control()),
        "a control character got through"
    );
    assert!(!html.contains(['\u{202e}', '\u{200b}']));
    assert!(page.contains("<span class=\"escape\">\\u{202e}</span>"));
    assert!(page.contains("&lt;script&gt;document.title"));
}

#[test]
fn every_element_that_opens_closes() {
    let html = golden_html(Pictures::Tiny);
    for tag in [
        "html", "head", "body", "main", "section", "details", "summary", "div", "bdi", "figure",
        "ul", "ol", "dl", "article", "table",
    ] {
        let opened =
            html.matches(&format!("<{tag}>")).count() + html.matches(&format!("<{tag} ")).count();
        assert_eq!(opened, html.matches(&format!("</{tag}>")).count(), "{tag}");
    }
}

#[test]
fn every_link_leads_to_a_place_in_the_page() {
    let html = golden_html(Pictures::Tiny);
    let links: Vec<_> = html
        .split(" href=\"#")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    assert!(links.len() > 20);
    for link in links {
        assert_eq!(
            html.matches(&format!(" id=\"{link}\"")).count(),
            1,
            "#{link}"
        );
    }
}

#[test]
fn the_style_is_the_one_that_the_policy_names() {
    use base64::{Engine, prelude::BASE64_STANDARD};
    let html = golden_html(Pictures::Tiny);
    let style = html
        .split_once("<style>")
        .unwrap()
        .1
        .split_once("</style>")
        .unwrap()
        .0;
    let hash = BASE64_STANDARD.encode(shippass::bundle::sha256(style.as_bytes()));
    assert!(
        html.contains(&format!("style-src &#39;sha256-{hash}&#39;"))
            || html.contains(&format!("style-src 'sha256-{hash}'"))
    );
    assert!(!style.contains("url(") && !style.contains("@import") && !style.contains('<'));
}

#[test]
fn a_circle_of_redirects_ends() {
    let dir = tempfile::tempdir().unwrap();
    let mut run = golden::run(dir.path(), Pictures::Tiny);
    run.checklists[0].steps[2].exchanges[0].redirected_from = Some("e4".to_owned());
    let html = html(&BundlePaths::new(dir.path()), &run);
    assert!(html.contains("Redirects"));
}

#[test]
fn a_run_that_was_cut_short_is_never_clean() {
    let dir = tempfile::tempdir().unwrap();
    let mut run = golden::run(dir.path(), Pictures::Tiny);
    run.checklists.truncate(1);
    run.checklists[0].steps.truncate(2);
    run.info.cut_short = Some("interrupted".to_owned());
    let html = html(&BundlePaths::new(dir.path()), &run);
    assert!(html.contains("<div class=\"verdict not-run\"><h1>not run</h1>"));
    assert!(html.contains("Cut short: </b><bdi>interrupted</bdi>"));
}

fn golden_table(look: TableLook) -> String {
    let dir = tempfile::tempdir().unwrap();
    let run = golden::run(dir.path(), Pictures::Tiny);
    let document = BundleDocument::new(&run, &golden::findings());
    table(&run, &document, look).expect("in memory")
}

#[test]
fn the_table_fits_a_terminal_of_80_columns() {
    insta::assert_snapshot!(golden_table(TableLook {
        width: 80,
        colour: Colour::Never,
        charset: Charset::Unicode,
    }));
}

#[test]
fn a_terminal_gets_the_first_of_much_evidence_and_where_the_rest_is() {
    let dir = tempfile::tempdir().unwrap();
    let run = golden::run(dir.path(), Pictures::Tiny);
    let mut findings = golden::findings();
    findings.findings.truncate(1);
    findings.findings[0].requests = Vec::new();
    let look = TableLook {
        width: 100,
        colour: Colour::Never,
        charset: Charset::Unicode,
    };
    let told = |count: usize| {
        let mut findings = findings.clone();
        findings.findings[0].signals = (1..=count).map(|it| format!("signal {it}")).collect();
        table(&run, &BundleDocument::new(&run, &findings), look).expect("in memory")
    };
    // One more would take as much room as saying so.
    assert!(told(7).contains("- signal 7"));
    assert!(!told(7).contains("in the report"));
    let many = told(9);
    assert!(many.contains("- signal 6") && !many.contains("- signal 7"));
    assert!(many.contains("and 3 more in the report"), "{many}");
}

#[test]
fn the_table_fits_a_log_that_knows_ascii_only() {
    let text = golden_table(TableLook {
        width: 100,
        colour: Colour::Never,
        charset: Charset::Ascii,
    });
    assert!(!text.contains(['│', '─', '›', '\u{1b}', '\u{202e}']));
    insta::assert_snapshot!(text);
}

#[test]
fn no_line_of_the_table_is_wider_than_the_terminal() {
    for width in [60, 61, 80, 120, 200] {
        for charset in [Charset::Ascii, Charset::Unicode] {
            let text = golden_table(TableLook {
                width,
                colour: Colour::Never,
                charset,
            });
            for line in text.lines() {
                assert!(line.chars().count() <= width, "wider than {width}: {line}");
            }
        }
    }
}

#[test]
fn colour_adds_nothing_but_colour() {
    let look = |colour| TableLook {
        width: 80,
        colour,
        charset: Charset::Unicode,
    };
    let mut coloured = golden_table(look(Colour::Always));
    assert!(coloured.contains("\u{1b}[31mfailed"));
    for code in ["31", "32", "33", "35", "39", "90", "0"] {
        coloured = coloured.replace(&format!("\u{1b}[{code}m"), "");
    }
    assert_eq!(coloured, golden_table(look(Colour::Never)));
}

/// For eyes: the pictures are as large as a phone's.
#[test]
#[ignore = "writes the golden report for a person to look at"]
fn write_the_golden_report_to_look_at() {
    let folder = std::env::temp_dir().join("shippass-golden-report");
    std::fs::create_dir_all(&folder).unwrap();
    let run = golden::run(&folder, Pictures::Real);
    let html = html(&BundlePaths::new(&folder), &run);
    write_report(&folder, |out| out.write_all(html.as_bytes())).unwrap();
    let mut place = String::new();
    writeln!(place, "{}", folder.join("report.html").display()).unwrap();
    io::stderr().write_all(place.as_bytes()).unwrap();
}
