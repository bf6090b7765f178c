//! A sign-off in a few lines, for whoever signs and whoever verifies.

use std::fmt::Write as _;

use crate::bundle::Surface;
use crate::detect::Status;
use crate::report::visible;
use crate::signoff::{Decided, Overall, RealDevice, Said, Signoff, each_once};

/// A word and what there is to say of it.
pub(super) type Fact = (&'static str, String);

/// What was walked, and what machine and human said.
pub(super) fn facts(signoff: &Signoff) -> Vec<Fact> {
    let target = &signoff.target;
    let mut facts = vec![
        (
            "target",
            format!("{} ({}), {}", target.name, target.kind, target.url),
        ),
        ("commit", commit(signoff)),
        ("walked", walked(signoff)),
        ("machine", machine(signoff)),
        ("human", human(signoff)),
    ];
    if !signoff.walked_by.is_empty() {
        facts.push(("walker", signoff.walked_by.join(", ")));
    }
    facts.extend(signoff.real_devices.iter().map(|it| ("phone", phone(it))));
    if !signoff.findings.is_empty() {
        facts.push(("findings", findings(signoff)));
    }
    if let Some(why) = &signoff.reason {
        facts.push(("reason", why.clone()));
    }
    facts
}

/// Lines with the words in a column of their own.
pub(super) fn lines(facts: &[Fact]) -> String {
    let line = |(word, text): &Fact| format!("{word:<9} {}\n", visible::line(text));
    facts.iter().map(line).collect()
}

/// `confirmed`.
pub(super) fn verdict(verdict: Overall) -> &'static str {
    match verdict {
        Overall::Confirmed => "confirmed",
        Overall::NotConfirmed => "not confirmed",
        Overall::Rejected => "rejected",
    }
}

fn commit(signoff: &Signoff) -> String {
    let target = &signoff.target;
    match (&target.commit, &target.commit_source) {
        (Some(commit), Some(source)) => format!("{commit} ({source})"),
        (Some(commit), None) => commit.clone(),
        (None, Some(why)) => format!("not known: {why}"),
        (None, None) => "not known: the deployment doesn't tell it".to_owned(),
    }
}

fn walked(signoff: &Signoff) -> String {
    let steps = || signoff.steps.iter();
    let personas = steps().map(|step| {
        let persona = step.persona.as_deref();
        persona.unwrap_or("signed out").to_owned()
    });
    let places = steps().map(|step| {
        let (engine, viewport) = (signoff.engine_of(step), signoff.viewport_of(step));
        format!("{} {} at {}", engine.name, engine.version, viewport.name)
    });
    format!(
        "{} as {}, in {}",
        count(signoff.steps.len(), "step"),
        each_once(personas).join(", "),
        each_once(places).join(", ")
    )
}

/// How much of a phone's own words is shown.
const AGENT_SHOWN: usize = 80;

fn phone(phone: &RealDevice) -> String {
    let agent: String = phone.user_agent.chars().take(AGENT_SHOWN).collect();
    format!(
        "{} and {} on a real one that says it is {} × {} at {}{}: {agent}",
        count(phone.steps.len(), "step"),
        count(phone.photos.len(), "photo"),
        phone.width,
        phone.height,
        phone.scale,
        if phone.touch { ", with touch" } else { "" }
    )
}

fn machine(signoff: &Signoff) -> String {
    let word = |status| match status {
        Status::Clean => "clean",
        Status::Flagged => "flagged",
        Status::Failed => "failed",
        Status::Unknown => "unknown",
        Status::NotRun => "not run",
    };
    let all = [
        Status::Clean,
        Status::Flagged,
        Status::Failed,
        Status::Unknown,
        Status::NotRun,
    ];
    list(all.map(|status| {
        let steps = signoff.steps.iter();
        let count = steps.filter(|step| step.machine == status).count();
        (count, word(status))
    }))
}

fn human(signoff: &Signoff) -> String {
    let said = |said| {
        let steps = signoff.steps.iter();
        steps.filter(|step| step.human == said).count()
    };
    let mut text = list([
        (said(Some(Said::Confirmed)), "confirmed"),
        (said(Some(Said::Unchecked)), "couldn't be checked"),
        (said(Some(Said::Rejected)), "rejected"),
        (said(None), "without a word"),
    ]);
    let carried = signoff
        .steps
        .iter()
        .filter(|step| step.carried_from.is_some());
    let carried = carried.count();
    if carried > 0 {
        let _ = write!(
            text,
            "; {carried} of them by an earlier word, nothing having changed"
        );
    }
    let ms: u64 = signoff.steps.iter().map(|step| step.looked_ms).sum();
    let _ = write!(text, "; looked at for {}", span(ms));
    let on_phone = |surfaces: &[Surface]| surfaces.contains(&Surface::Phone);
    let phone = signoff
        .steps
        .iter()
        .filter(|step| on_phone(&step.looked_on))
        .count();
    if phone > 0 {
        let _ = write!(text, ", {phone} on a real phone");
    }
    text
}

fn findings(signoff: &Signoff) -> String {
    let decided = |decided| {
        let findings = signoff.findings.iter();
        findings.filter(|finding| finding.human == decided).count()
    };
    list([
        (decided(Some(Decided::Accepted)), "accepted"),
        (decided(Some(Decided::Rejected)), "rejected"),
        (decided(None), "undecided"),
    ])
}

/// `11 clean, 1 flagged`; what there is none of isn't named.
fn list<const N: usize>(counts: [(usize, &str); N]) -> String {
    let counts = counts.into_iter().filter(|(count, _)| *count > 0);
    let parts: Vec<String> = counts
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    if parts.is_empty() {
        return "nothing".to_owned();
    }
    parts.join(", ")
}

/// `1 step`, `2 steps`.
pub(super) fn count(number: usize, word: &str) -> String {
    match number {
        1 => format!("1 {word}"),
        _ => format!("{number} {word}s"),
    }
}

fn span(ms: u64) -> String {
    let seconds = ms / 1000;
    match seconds {
        0..60 => format!("{seconds} s"),
        _ => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}
