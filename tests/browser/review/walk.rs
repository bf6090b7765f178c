//! Whole walks, by keys alone.

use shippass::{
    bundle::{Surface, read_walk},
    evidence::{ConsoleKind, ConsoleLine, hex_sha256},
};

use super::{OPEN, RUN, Reviewed, is_clean, of_quotes};
use crate::support::{
    Workshop,
    recorded::{quotes, seal},
};

const FIRST_HALF: &str = r#"
    expect: [{ see: Sign it }, { see: 1 finding to decide }, { title: "Review of *" }, { url: / }]
  - name: The finding can't be passed over
    do: [{ wait_for: { css: "main[data-seen='02-sign-it']" } }, { press: c }]
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
    do: [{ wait_for: { css: "main[data-seen='01-open-the-quote']" } }, { press: c }]
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
    do: [{ press: k }, { wait_for: { css: "main[data-seen='03-see-it']" } }, { press: c }]
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
      - wait_for: { css: "main[data-seen='02-sign-it']" }
      - press: c
      - wait_for: { css: "main[data-seen='01-open-the-quote']" }
      - press: Space
      - press: c
      - wait_for: { css: "main[data-seen='03-see-it']" }
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
