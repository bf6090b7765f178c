//! What a merge gate asks for: `commit=…`, `persona=owner`, `engine=webkit`, `target=preview`.

use std::str::FromStr;

use jiff::SignedDuration;

use super::{
    refusal::Refusal,
    statement::{Said, Signoff, each_once},
};
use crate::detect::is_same_commit;

/// Something that must be so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Requirement {
    /// The deployment served this commit.
    Commit(String),
    /// Somebody walked as this persona.
    Persona(String),
    /// In this browser.
    Engine(String),
    /// On this target, by its name, kind or URL.
    Target(String),
    /// On this device.
    Device(String),
    /// This checklist was walked.
    Checklist(String),
    /// This is the run.
    Run(String),
    /// So many have signed.
    Signers(usize),
}

/// What `--require` takes.
const REQUIREMENTS: [&str; 8] = [
    "commit",
    "persona",
    "engine",
    "target",
    "device",
    "checklist",
    "run",
    "signers",
];

impl FromStr for Requirement {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let example = "write it as `commit=9c1f0e2`";
        let (key, value) = text.split_once('=').ok_or(example)?;
        let (key, value) = (key.trim(), value.trim().to_owned());
        if value.is_empty() {
            return Err(format!("`{key}` has no value; {example}"));
        }
        Ok(match key {
            "commit" => Self::Commit(value),
            "persona" => Self::Persona(value),
            "engine" => Self::Engine(value),
            "target" => Self::Target(value),
            "device" => Self::Device(value),
            "checklist" => Self::Checklist(value),
            "run" => Self::Run(value),
            "signers" => Self::Signers(value.parse().map_err(|_| "`signers` wants a number")?),
            _ => {
                return Err(format!(
                    "`{}` can't be required; {} can",
                    key.escape_debug(),
                    REQUIREMENTS.join(", ")
                ));
            }
        })
    }
}

impl Requirement {
    /// Whether a sign-off by so many signers meets it.
    pub(super) fn check(&self, signoff: &Signoff, signers: usize) -> Result<(), Refusal> {
        let target = &signoff.target;
        match self {
            Self::Commit(wanted) => {
                let served = target.commit.as_deref();
                let is_met = served.is_some_and(|commit| is_same_commit(wanted, commit));
                met(is_met, "commit", wanted, served.unwrap_or("not known"))
            }
            Self::Persona(wanted) => {
                let personas = confirmed(signoff, |step| step.persona.as_deref());
                met_by_one(&personas, "persona", wanted)
            }
            Self::Checklist(wanted) => {
                let checklists = confirmed(signoff, |step| Some(&step.checklist));
                met_by_one(&checklists, "checklist", wanted)
            }
            Self::Engine(wanted) => {
                let engines = confirmed(signoff, |step| Some(&signoff.engine_of(step).name));
                met_by_one(&engines, "engine", wanted)
            }
            Self::Target(wanted) => {
                let bare = |url: &str| url.trim_end_matches('/').to_owned();
                let is_met = *wanted == target.name
                    || *wanted == target.kind
                    || bare(wanted) == bare(&target.url);
                let found = format!("{} ({}, {})", target.name, target.kind, target.url);
                met(is_met, "target", wanted, &found)
            }
            Self::Device(wanted) => {
                let devices = confirmed(signoff, |step| Some(&signoff.viewport_of(step).name));
                met_by_one(&devices, "device", wanted)
            }
            Self::Run(wanted) => met(signoff.run_id == *wanted, "run", wanted, &signoff.run_id),
            Self::Signers(wanted) if signers < *wanted => Err(Refusal::TooFewSigners {
                wanted: *wanted,
                found: signers,
            }),
            Self::Signers(_) => Ok(()),
        }
    }
}

/// What the confirmed steps have of something, each once.
fn confirmed<'s>(
    signoff: &'s Signoff,
    of: impl Fn(&'s super::statement::Step) -> Option<&'s str>,
) -> Vec<&'s str> {
    let steps = signoff.steps.iter();
    let steps = steps.filter(|step| step.human == Some(Said::Confirmed));
    each_once(steps.filter_map(of))
}

fn met_by_one(found: &[&str], key: &'static str, wanted: &str) -> Result<(), Refusal> {
    let shown = if found.is_empty() {
        "nothing that was confirmed".to_owned()
    } else {
        found.join(", ")
    };
    met(found.contains(&wanted), key, wanted, &shown)
}

fn met(is_met: bool, key: &'static str, wanted: &str, found: &str) -> Result<(), Refusal> {
    if is_met {
        return Ok(());
    }
    Err(Refusal::Requirement {
        key,
        wanted: wanted.to_owned(),
        found: found.to_owned(),
    })
}

/// A span as people write it: `90m`, `12h`, `7d`, `2w`.
pub fn parse_age(text: &str) -> Result<SignedDuration, String> {
    let wrong = || "write a number and `m`, `h`, `d` or `w`: `7d`".to_owned();
    let (number, unit) = text
        .split_at_checked(text.len().saturating_sub(1))
        .ok_or_else(wrong)?;
    let minutes: i64 = match unit {
        "m" => 1,
        "h" => 60,
        "d" => 24 * 60,
        "w" => 7 * 24 * 60,
        _ => return Err(wrong()),
    };
    let number: u32 = number.parse().map_err(|_| wrong())?;
    Ok(SignedDuration::from_mins(minutes * i64::from(number)))
}

/// The same the other way round, in the largest unit that leaves a number of two or more.
pub fn age_in_words(age: SignedDuration) -> String {
    let minutes = age.as_mins();
    let (number, unit) = match minutes {
        0..120 => (minutes, "minute"),
        120..2880 => (minutes / 60, "hour"),
        _ => (minutes / 1440, "day"),
    };
    let end = if number == 1 { "" } else { "s" };
    format!("{number} {unit}{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_written_as_people_write_them() {
        for (text, minutes) in [("90m", 90), ("12h", 720), ("7d", 10080), ("2w", 20160)] {
            let age = parse_age(text).map(|age| age.as_mins());
            assert_eq!(age, Ok(minutes), "{text}");
        }
        for text in ["", "7", "d", "-1d", "7 d", "1.5h", "7y", "é"] {
            assert!(parse_age(text).is_err(), "{text}");
        }
        assert_eq!(age_in_words(SignedDuration::from_hours(200)), "8 days");
    }

    #[test]
    fn what_cannot_be_required_names_what_can() {
        let error = "presona=owner".parse::<Requirement>();
        assert!(error.is_err_and(|error| error.contains("persona")));
        assert!("commit".parse::<Requirement>().is_err());
        assert!("commit=".parse::<Requirement>().is_err());
        assert_eq!("signers=2".parse(), Ok(Requirement::Signers(2)));
    }
}
