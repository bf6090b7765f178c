//! How to see a fault again, and what would prove it mended.

use std::fmt::Write as _;

use super::{
    case::Case,
    quoted::code,
    view::{BundleView, WalkedStep},
};
use crate::config::Device;
use crate::detect;
use crate::evidence::StepRun;

/// The steps that led there, in order, as a person would do them, and the command that does them again.
pub(super) fn reproduce(view: &BundleView<'_>, case: &Case<'_>) -> String {
    let walked = &case.walked;
    let mut text = String::new();
    let led_there = view
        .steps()
        .filter(|step| step.index == walked.index && step.number <= walked.number);
    for (number, step) in (1..).zip(led_there.filter(|step| step.step.started.is_some())) {
        let _ = writeln!(text, "{number}. {}", deeds(view, &step));
    }
    let _ = write!(text, "\nOr: {}\n", code(&again(view, walked)));
    text
}

fn deeds(view: &BundleView<'_>, walked: &WalkedStep<'_>) -> String {
    let name = code(&walked.step.name);
    let seen: Option<&StepRun> = view.seen(walked);
    let mut parts: Vec<_> = seen
        .iter()
        .flat_map(|step| &step.actions)
        .map(|action| code(&action.what))
        .collect();
    if seen.is_some_and(|step| step.fresh) {
        parts.insert(0, "in a new signed-in session".to_owned());
    }
    if parts.is_empty() {
        name
    } else {
        format!("{name}: {}", parts.join(", then "))
    }
}

/// The command line that walks the checklist again.
fn again(view: &BundleView<'_>, walked: &WalkedStep<'_>) -> String {
    let target = &view.document.target;
    // The demo's app is gone when it has been walked.
    if target.name == "demo" && walked.list.file.starts_with("checklists/demo/") {
        return "shippass demo".to_owned();
    }
    let mut command = "shippass run".to_owned();
    if target.name.is_empty() {
        let _ = write!(command, " --url {}", quote(&target.url));
    } else {
        let _ = write!(command, " --target {}", quote(&target.name));
    }
    if let Some(persona) = &walked.list.persona {
        let _ = write!(command, " --as {}", quote(persona));
    }
    // Always named: the project may walk another one where nobody says.
    let device = view.document.device_of(walked.list);
    if Device::parse(&device.name).is_ok() {
        let _ = write!(command, " --device {}", quote(&device.name));
    }
    // It was only looked at unless somebody had allowed more.
    if target.kind == "production" && !target.is_read_only {
        command.push_str(" --allow-production");
    }
    let _ = write!(command, " {}", quote(&walked.list.file));
    command
}

/// What would prove the fault mended.
pub(super) fn proof(view: &BundleView<'_>, case: &Case<'_>) -> String {
    let mut text = String::new();
    if let Some(rule) = case
        .finding
        .and_then(|finding| detect::explain(&finding.detector))
    {
        let _ = writeln!(text, "How such a fault is mended: {}\n", rule.mend);
    }
    let step = code(&case.walked.step.name);
    let commit = match &view.document.target.commit {
        Some(commit) => format!(
            "a deployment that serves a later commit than {}",
            code(commit)
        ),
        None => "a later deployment".to_owned(),
    };
    let _ = writeln!(
        text,
        "- On {commit}, {} shows the step {step} as clean.",
        code(&again(view, &case.walked))
    );
    if let Some(finding) = case.finding {
        let _ = writeln!(
            text,
            "- No finding of `{}` is left at {step}, and none was silenced under `ignore` to get there.",
            plain(&finding.detector)
        );
        let others: Vec<_> = finding
            .also_at
            .iter()
            .filter_map(|at| view.step_at(at))
            .map(|walked| code(&walked.step.name))
            .collect();
        if !others.is_empty() {
            let _ = writeln!(
                text,
                "- It is gone from where else it was seen: {}.",
                others.join(", ")
            );
        }
    }
    let broken = view
        .seen(&case.walked)
        .into_iter()
        .flat_map(|step| &step.expectations);
    for expectation in broken.filter(|it| it.outcome != crate::evidence::ExpectationOutcome::Held) {
        let _ = writeln!(text, "- {} holds.", code(&expectation.what));
    }
    for sentence in &case.walked.step.confirm {
        let _ = writeln!(text, "- A person confirms: {}.", code(sentence));
    }
    text
}

/// A word for a command line; whatever isn't plain stands in quotes.
pub(super) fn quote(word: &str) -> String {
    let shown = crate::evidence::visible::line(word).into_owned();
    let is_plain = |character: char| {
        character.is_ascii_alphanumeric()
            || matches!(character, '/' | '.' | '_' | '-' | ':' | '@' | '=')
    };
    if !shown.is_empty() && shown.chars().all(is_plain) && !shown.starts_with('-') {
        shown
    } else {
        format!("'{}'", shown.replace('\'', "'\\''"))
    }
}

/// A detector's name, whatever a stranger's bundle calls it.
fn plain(name: &str) -> String {
    let letters = name
        .chars()
        .filter(|letter| letter.is_ascii_alphanumeric() || *letter == '-');
    letters.take(60).collect()
}
