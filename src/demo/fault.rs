//! The ways in which the demo app can be broken, one per incident, each with a name.

use std::{collections::BTreeSet, str::FromStr};

/// One way to break the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// I-01: the quotes page calls a hook after an early return.
    EarlyReturn,
    /// I-02: the signing route isn't on the allowlist.
    SignBounced,
    /// I-03: saving notes saves nothing.
    SaveLost,
    /// I-04: two step types of the automations editor do nothing.
    DeadButton,
    /// I-05: the bucket's name ends with a newline.
    NewlineInEnv,
    /// I-06: the transcription key was never set.
    KeyMissing,
    /// I-07: the amount is reformatted at every keystroke.
    MoneyReformat,
    /// I-08: the upload origin lets only production in.
    CorsProductionOnly,
    /// I-09: an older commit is served.
    OldCommit,
    /// I-10: a link leads to production.
    WrongHost,
    /// I-12: the pages ask to be laid out for a desktop.
    ViewportDesktop,
    /// I-13: a browser extension writes errors to the console.
    ExtensionNoise,
    /// I-15: a quote's total is cut off at 375 px.
    ClippedTotal,
    /// I-16: an amount is sent as text, where mocks and the contract have a number.
    MoneyAsText,
    /// I-17: a name that isn't plain ASCII makes saving crash.
    EmojiCrash,
    /// I-23: another company's quote can be read.
    CrossTenant,
    /// I-24: a free seat is refused what its tier has.
    FreeLockedOut,
}

/// What is said of a fault.
struct Told {
    name: &'static str,
    incident: &'static str,
    what: &'static str,
    caught_by: &'static [&'static str],
}

impl Fault {
    /// Every fault, in the order of the incidents.
    pub const ALL: &[Self] = &[
        Self::EarlyReturn,
        Self::SignBounced,
        Self::SaveLost,
        Self::DeadButton,
        Self::NewlineInEnv,
        Self::KeyMissing,
        Self::MoneyReformat,
        Self::CorsProductionOnly,
        Self::OldCommit,
        Self::WrongHost,
        Self::ViewportDesktop,
        Self::ExtensionNoise,
        Self::ClippedTotal,
        Self::MoneyAsText,
        Self::EmojiCrash,
        Self::CrossTenant,
        Self::FreeLockedOut,
    ];

    /// The name on the command line: `sign-bounced`.
    pub fn name(self) -> &'static str {
        self.told().name
    }

    /// The incident that it reproduces: `I-02`.
    pub fn incident(self) -> &'static str {
        self.told().incident
    }

    /// What is wrong in the app, in one sentence.
    pub fn what(self) -> &'static str {
        self.told().what
    }

    /// What catches it today: names of detectors, one for each thing that is wrong; `expectation` for a check that
    /// fails, `noise` for what is filed apart from findings; nothing for what a green pass would let through.
    pub fn caught_by(self) -> &'static [&'static str] {
        self.told().caught_by
    }

    #[expect(clippy::too_many_lines, reason = "a table, one entry per fault")]
    fn told(self) -> Told {
        let (name, incident, what, caught_by): (_, _, _, &[&str]) = match self {
            Self::EarlyReturn => (
                "early-return",
                "I-01",
                "the quotes page returns before one of its hooks and crashes as soon as its data is there",
                &["page-crash"],
            ),
            Self::SignBounced => (
                "sign-bounced",
                "I-02",
                "signing is sent to the sign-in page, which answers 200, and the customer is thanked for nothing",
                &["html-for-json"],
            ),
            Self::SaveLost => (
                "save-lost",
                "I-03",
                "saving notes answers ok and writes nothing",
                &["not-persisted"],
            ),
            Self::DeadButton => (
                "dead-button",
                "I-04",
                "the automation steps “Add tag” and “Start sequence” are offered and do nothing",
                &["no-effect"],
            ),
            Self::NewlineInEnv => (
                "newline-in-env",
                "I-05",
                "the bucket's name was pasted with a newline, which becomes %0A in the upload's URL",
                &["malformed-request"],
            ),
            Self::KeyMissing => (
                "key-missing",
                "I-06",
                "the key of the transcription service was never set",
                &["http-error"],
            ),
            Self::MoneyReformat => (
                "money-reformat",
                "I-07",
                "the amount is reformatted at every keystroke, so that $4500 becomes $4.00",
                &["typed-differs"],
            ),
            Self::CorsProductionOnly => (
                "cors-production-only",
                "I-08",
                "the upload origin lets only the production site in, so that photos don't arrive",
                &["cors-blocked"],
            ),
            Self::OldCommit => (
                "old-commit",
                "I-09",
                "the deployment serves a commit from before the change",
                &["stale-deployment"],
            ),
            Self::WrongHost => (
                "wrong-host",
                "I-10",
                "the link to the customer's page leads to production",
                &["wrong-target"],
            ),
            Self::ViewportDesktop => (
                "viewport-desktop",
                "I-12",
                "the pages ask to be laid out 1024 px wide, whatever the screen",
                &["expectation"],
            ),
            Self::ExtensionNoise => (
                "extension-noise",
                "I-13",
                "a browser extension writes alarming errors that aren't the app's",
                &["noise"],
            ),
            Self::ClippedTotal => (
                "clipped-total",
                "I-15",
                "at 375 px a quote's total is cut off, its table is wider than the screen, and a small button is covered",
                &["clipped-text", "covered-control", "overflow-x"],
            ),
            Self::MoneyAsText => (
                "money-as-text",
                "I-16",
                "the API sends an amount as text, which the page happens to bear and every mock has as a number",
                &["contract"],
            ),
            Self::EmojiCrash => (
                "emoji-crash",
                "I-17",
                "a customer's name is cut at a byte that may be the middle of a letter, and saving it fails",
                &["http-error"],
            ),
            Self::CrossTenant => (
                "cross-tenant",
                "I-23",
                "whoever is signed in can read any company's quotes",
                &["permission"],
            ),
            Self::FreeLockedOut => (
                "free-locked-out",
                "I-24",
                "a check of the plan stands on the wrong route, so that a free seat can't open a quote",
                &["http-error"],
            ),
        };
        Told {
            name,
            incident,
            what,
            caught_by,
        }
    }
}

/// The faults that are switched on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FaultSet(BTreeSet<Fault>);

impl FaultSet {
    /// The healthy app.
    pub fn none() -> Self {
        Self::default()
    }

    /// Every fault that can be seen beside the others.
    ///
    /// `viewport-desktop` isn't among them: no page would be at the width that was asked for, and
    /// so nothing seen on them would count. It is switched on by its own name.
    pub fn all() -> Self {
        let together = |fault: &Fault| *fault != Fault::ViewportDesktop;
        Self(Fault::ALL.iter().copied().filter(together).collect())
    }

    /// These faults.
    pub fn of(faults: impl IntoIterator<Item = Fault>) -> Self {
        Self(faults.into_iter().collect())
    }

    /// The faults of these names together; `all` and `none` are names too.
    pub fn parse(names: &[String]) -> Result<Self, UnknownFault> {
        let mut faults = Self::none();
        for name in names {
            faults.0.extend(name.parse::<Self>()?.0);
        }
        Ok(faults)
    }

    /// Whether a fault is on.
    pub fn contains(&self, fault: Fault) -> bool {
        self.0.contains(&fault)
    }

    /// The faults that are on, in the order of the incidents.
    pub fn iter(&self) -> impl Iterator<Item = Fault> {
        self.0.iter().copied()
    }
}

impl FromStr for FaultSet {
    type Err = UnknownFault;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name {
            "all" => Ok(Self::all()),
            "none" => Ok(Self::none()),
            _ => Fault::ALL
                .iter()
                .find(|fault| fault.name() == name)
                .map(|fault| Self::of([*fault]))
                .ok_or_else(|| UnknownFault::new(name)),
        }
    }
}

/// A fault's name that the demo doesn't know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown fault `{name}`")]
pub struct UnknownFault {
    /// The name as it was written.
    pub name: String,
    /// The known name nearest to it, when one is near.
    pub nearest: Option<&'static str>,
}

/// How alike two names must be, from 0 to 1, for one to be taken for the other.
const ALIKE: f64 = 0.75;

impl UnknownFault {
    fn new(name: &str) -> Self {
        let known = Fault::ALL.iter().map(|fault| fault.name());
        let nearest = known
            .chain(["all", "none"])
            .map(|known| (strsim::jaro_winkler(name, known), known))
            .filter(|(likeness, _)| *likeness >= ALIKE)
            .max_by(|one, other| one.0.total_cmp(&other.0))
            .map(|(_, known)| known);
        Self {
            name: name.to_owned(),
            nearest,
        }
    }

    /// What to write instead.
    pub fn help(&self) -> String {
        if let Some(nearest) = self.nearest {
            return format!("did you mean `{nearest}`?");
        }
        let names: Vec<_> = Fault::ALL.iter().map(|fault| fault.name()).collect();
        format!("it is `all`, `none` or one of {}", names.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_found_by_its_name_and_no_two_share_one() {
        let mut names = BTreeSet::new();
        for fault in Fault::ALL {
            let parsed: FaultSet = fault.name().parse().expect("a known name");
            assert_eq!(parsed, FaultSet::of([*fault]));
            assert!(names.insert(fault.name()), "{} twice", fault.name());
        }
        assert!(Fault::ALL.is_sorted());
    }

    #[test]
    fn names_add_up() {
        let parse = |names: &[&str]| {
            let names: Vec<_> = names.iter().map(ToString::to_string).collect();
            FaultSet::parse(&names)
        };
        assert_eq!(parse(&[]), Ok(FaultSet::none()));
        assert_eq!(
            parse(&["none", "key-missing", "save-lost"]),
            Ok(FaultSet::of([Fault::SaveLost, Fault::KeyMissing]))
        );
        let all = parse(&["all"]).expect("a known name");
        assert!(all.contains(Fault::SignBounced));
        assert!(!all.contains(Fault::ViewportDesktop));
        let more = parse(&["all", "viewport-desktop"]).expect("known names");
        assert_eq!(more.iter().count(), Fault::ALL.len());
    }

    #[test]
    fn an_unknown_name_is_told_the_nearest() {
        let error = "sign-bounce".parse::<FaultSet>().expect_err("unknown");
        assert_eq!(error.nearest, Some("sign-bounced"));
        assert_eq!(error.to_string(), "unknown fault `sign-bounce`");
        assert_eq!(error.help(), "did you mean `sign-bounced`?");
        let error = "zzz".parse::<FaultSet>().expect_err("unknown");
        assert_eq!(error.nearest, None);
        assert!(error.help().contains("cross-tenant"));
    }
}
