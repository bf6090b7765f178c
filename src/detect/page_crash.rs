//! `page-crash`: the page broke in the hands of the person who used it.

use super::{
    crash_sight::{Sight, sight_of},
    noise::{bare_error, rule_of_line},
    origin::{Owner, owner_of},
    rule::{Finding, Inspect, Rule, Severity},
    seen_step::{SeenStep, seen_steps},
};
use crate::evidence::{ConsoleKind, ConsoleLine, Run};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "page-crash",
    severity: Severity::Error,
    what: "an error was thrown and not caught, an error page was shown, or the screen stayed blank",
    why: "An early return before a hook crashed every workspace page in production. Types, tests and build were green; signing in and \
          looking at the page showed it in one second.",
    looks_at: "Uncaught errors and unhandled rejections of the page's own scripts, the words of well-known error pages where they are most \
               of what the page says, a settled page without a word or a picture, and the browser's own error page. An uncaught error of \
               another origin's script is a notice, unless the page broke over it.",
    silent: "For errors from browser extensions and trackers, `ResizeObserver loop` notices, `Script error.` of other origins, requests that \
             were given up, errors that the app caught and wrote to the console itself, a short message beside a page that works, and pages \
             of other origins (those are `wrong-target`).",
    mend: "Follow the stack in the report. Keep hooks before any return, and put an error boundary around each page so that one can't take \
           the others with it.",
    inspect: Inspect::Run(inspect),
};

fn inspect(run: &Run) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    let mut before = None;
    for seen in seen_steps(run) {
        // A page that says no may say it in an error page's words.
        let sight = sight_of(run, seen.step).filter(|_| !seen.ends_denied());
        let mut found: Vec<_> = uncaught_in(run, &seen)
            .map(|line| of_error(run, &seen, line, sight.as_ref()))
            .collect();
        if let (Some(sight), true) = (&sight, found.is_empty()) {
            found.push(of_sight(&seen, sight, before.as_ref()));
        }
        before = sight.and_then(|_| Broken::of(&seen, found.first()?));
        findings.extend(found);
    }
    findings
}

/// A page that was left broken: while it stays so, it is one crash.
struct Broken {
    checklist: usize,
    url: String,
    fault: String,
}

impl Broken {
    fn of(seen: &SeenStep<'_>, finding: &Finding) -> Option<Self> {
        Some(Self {
            checklist: finding.at.checklist,
            url: seen.step.page.as_ref()?.url.clone(),
            fault: finding.fault.clone(),
        })
    }

    fn is_still_there(&self, seen: &SeenStep<'_>) -> bool {
        let page = seen.step.page.as_ref();
        self.checklist == seen.at().checklist && page.is_some_and(|page| page.url == self.url)
    }
}

fn uncaught_in<'r>(run: &Run, seen: &SeenStep<'r>) -> impl Iterator<Item = &'r ConsoleLine> {
    let lines = seen.step.console.iter();
    lines
        .filter(|line| line.kind == ConsoleKind::UncaughtError)
        .filter(|line| rule_of_line(run, seen, line).is_none())
}

fn of_sight(seen: &SeenStep<'_>, sight: &Sight, before: Option<&Broken>) -> Finding {
    let title = sight.title.to_owned();
    let same = before.filter(|broken| broken.is_still_there(seen));
    let fault = same.map_or_else(|| title.clone(), |broken| broken.fault.clone());
    Finding {
        detail: sight.words.clone(),
        ..RULE.finding(seen.at(), title, fault)
    }
}

fn of_error(run: &Run, seen: &SeenStep<'_>, line: &ConsoleLine, sight: Option<&Sight>) -> Finding {
    let words = first_line(bare_error(&line.text));
    let thrown =
        line.stack.first().cloned().or_else(|| {
            (!line.source.is_empty()).then(|| format!("{}:{}", line.source, line.line))
        });
    let mut detail = thrown
        .map(|place| format!("Thrown at {place}."))
        .unwrap_or_default();
    if let Some(sight) = sight {
        detail = format!("{detail} Then {}: {}", sight.title, sight.words);
    }
    let is_own = is_of_own_script(run, line);
    if !is_own {
        detail.push_str(" None of the scripts in its stack is the target's.");
    }
    let severity = if is_own || sight.is_some() {
        RULE.severity
    } else {
        Severity::Notice
    };
    Finding {
        severity,
        detail: detail.trim().to_owned(),
        console: vec![line.id.clone()],
        ..RULE.finding(seen.at(), format!("uncaught error: {words}"), words)
    }
}

/// Some script of its stack is the target's or its site's; one without a name stands in the page.
fn is_of_own_script(run: &Run, line: &ConsoleLine) -> bool {
    let is_own = |url: &str| matches!(owner_of(run, url), Owner::Target | Owner::Site);
    is_own(&line.source) || line.stack.iter().any(|frame| is_own(place_in(frame)))
}

/// The script in `name (url:line:column)`.
fn place_in(frame: &str) -> &str {
    frame
        .rsplit_once(" (")
        .map_or(frame, |(_, place)| place.trim_end_matches(')'))
}

fn first_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    line.chars().take(200).collect()
}
