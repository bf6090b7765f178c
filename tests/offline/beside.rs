//! One checklist as two personas: in the table and in the report they stand beside each other.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

use shippass::{
    bundle::BundleDocument,
    detect::Findings,
    evidence::{ActionOutcome, ActionRecord, ChecklistRun, PageFacts, Picture, Run, StepRun},
    report::{Charset, Colour, ReportView, TableLook, table, write_html},
};

fn step(folder: &str, id: &str, name: &str, failure: Option<&str>) -> StepRun {
    let outcome = match failure {
        Some(why) => ActionOutcome::Failed {
            why: why.to_owned(),
        },
        None => ActionOutcome::Done,
    };
    StepRun {
        id: id.to_owned(),
        name: name.to_owned(),
        started: Some(crate::golden::moment(0)),
        finished: true,
        duration_ms: 311,
        actions: vec![ActionRecord {
            verb: "tap".to_owned(),
            what: "tap “Team”".to_owned(),
            started: None,
            duration_ms: 12,
            outcome,
            element: None,
            effects: None,
            typed: Vec::new(),
        }],
        pictures: vec![Picture {
            file: format!("screens/{folder}/{id}.jpg"),
            width: 3,
            height: 3,
            ..Picture::default()
        }],
        page: Some(PageFacts::default()),
        ..StepRun::default()
    }
}

fn pass(persona: &str, tier: Option<&str>, failure: Option<&str>) -> ChecklistRun {
    let sign_in = format!("Sign in as {persona}");
    ChecklistRun {
        name: "The team".to_owned(),
        file: "checklists/team.yaml".to_owned(),
        sha256: "0".repeat(64),
        persona: Some(persona.to_owned()),
        tier: tier.map(str::to_owned),
        engine: None,
        device: None,
        steps: vec![
            step(persona, "00-sign-in", &sign_in, None),
            step(persona, "01-open-the-team", "Open the team", failure),
        ],
    }
}

fn run() -> Run {
    let hidden = "nothing named “Team” is visible within 8 s";
    let mut alone = pass("owner", Some("pro"), None);
    "checklists/plan.yaml".clone_into(&mut alone.file);
    "The plan".clone_into(&mut alone.name);
    Run {
        checklists: vec![
            pass("owner", Some("pro"), None),
            pass("member", None, Some(hidden)),
            alone,
        ],
        ..Run::default()
    }
}

#[test]
fn the_table_has_a_column_for_each_persona() {
    let run = run();
    let document = BundleDocument::new(&run, &Findings::default());
    let look = TableLook {
        width: 90,
        colour: Colour::Never,
        charset: Charset::Ascii,
    };
    insta::assert_snapshot!(table(&run, &document, look).expect("in memory"));
}

#[test]
fn the_report_has_a_row_for_each_step_and_both_pictures_in_it() {
    let run = run();
    let document = BundleDocument::new(&run, &Findings::default());
    let view = ReportView {
        recorded: &run,
        document: &document,
        picture: &|_| None,
    };
    let mut out = Vec::new();
    write_html(&view, &mut out).unwrap();
    let html = String::from_utf8(out).unwrap();
    assert_eq!(html.matches("<section class=\"checklist\">").count(), 2);
    let rows: Vec<&str> = html.split("<div class=\"beside\">").skip(1).collect();
    assert_eq!(rows.len(), 2);
    for row in rows {
        let row = row.split("</section>").next().unwrap();
        assert_eq!(row.matches("<div class=\"pass\">").count(), 2, "{row}");
        let (owner, member) = (row.find("<b><bdi>owner"), row.find("<b><bdi>member"));
        assert!(owner.is_some() && owner < member, "{row}");
        assert_eq!(row.matches("<figure").count(), 2, "{row}");
    }
    // The owner's clean step is open because the member's beside it failed.
    let open = html.matches("<details class=\"step clean\" open").count();
    assert_eq!(
        (
            open,
            html.matches("<details class=\"step failed\" open").count()
        ),
        (1, 1)
    );
}
