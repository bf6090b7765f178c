//! Captured texts that would run.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use axum::{Router, routing::any};
use shippass::evidence::{
    ActionRecord, ChecklistRun, ConsoleLine, ExpectationRecord, Happening, PageFacts, StepRun,
};

use super::{OPEN, RUN, Reviewed, is_clean};
use crate::support::{
    Site, Workshop,
    recorded::{answered, seal, step},
};

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
