//! What ends a walk: the surroundings, never the product.

use crate::browser::{BrowserError, page::NO_ANSWER};
use crate::evidence::{Protection, TargetFacts};

/// Why a walk couldn't go on.
#[derive(Debug, thiserror::Error)]
pub enum RunnerError {
    /// The target didn't answer.
    #[error("the target {url} can't be reached: {reason}")]
    Unreachable {
        /// The URL that was tried.
        url: String,
        /// The browser's own words.
        reason: String,
    },
    /// Somebody else answered in the target's place.
    #[error("{} answered instead of the target {url}", protection.name)]
    Protected {
        /// The target's URL.
        url: String,
        /// What stands before it.
        protection: Protection,
        /// What was shown to it.
        shown: Vec<String>,
    },
    /// A run that is taken up again finds another deployment.
    #[error("the target serves {} now, and the run that was cut off saw {}", commit(now.as_ref()), commit(before.as_ref()))]
    OtherCommit {
        /// The commit of the run that was cut off.
        before: Option<String>,
        /// The commit of now.
        now: Option<String>,
    },
    /// A run that is taken up again has another browser.
    #[error("this browser is {now}, and the run that was cut off had {before}")]
    OtherBrowser {
        /// The browser of the run that was cut off.
        before: String,
        /// The browser of now.
        now: String,
    },
    /// The browser failed.
    #[error(transparent)]
    Browser(#[from] BrowserError),
    /// Evidence couldn't be kept.
    #[error("evidence is being lost: {0}")]
    EvidenceLost(String),
}

impl RunnerError {
    /// Somebody else answered in the target's place.
    pub fn protected(target: &TargetFacts, protection: Protection) -> Self {
        let access = target.access.clone().unwrap_or_default();
        Self::Protected {
            // What stands behind `?` may be a key.
            url: target.url.split('?').next().unwrap_or_default().to_owned(),
            protection,
            shown: access.shown,
        }
    }

    /// What to do next.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Unreachable { reason, .. } => Some(unreachable_help(reason).to_owned()),
            Self::Protected {
                protection, shown, ..
            } => Some(protected_help(protection, shown)),
            Self::OtherCommit { .. } | Self::OtherBrowser { .. } => {
                Some("what was seen would not go together: make a new run".to_owned())
            }
            Self::Browser(error) => error.help(),
            Self::EvidenceLost(_) => {
                Some("see that the disk has room and the output folder can be written".to_owned())
            }
        }
    }
}

fn commit(commit: Option<&String>) -> String {
    commit.map_or_else(
        || "no commit that it tells".to_owned(),
        |commit| format!("commit {commit}"),
    )
}

fn protected_help(protection: &Protection, shown: &[String]) -> String {
    if shown.is_empty() {
        return format!("it stands before the deployment; {}", protection.opens);
    }
    let shown = shown.join(", ");
    format!(
        "it was shown {shown}, and that isn't what opens it, or no longer; {}",
        protection.opens
    )
}

fn unreachable_help(reason: &str) -> &'static str {
    if reason.contains("ERR_CERT") || reason.contains("SSL") || reason.contains("insecure") {
        "its certificate isn't trusted here: mend it, or add its authority to this machine's trust store"
    } else if reason.contains("NAME_NOT_RESOLVED") {
        "its name isn't known: see that the URL is spelt right and that the deployment exists"
    } else if reason.contains("CONNECTION_REFUSED") {
        "nothing listens there: see that the deployment runs and that the port is right"
    } else if reason.contains(NO_ANSWER) {
        "something takes the connection and never answers: see that the deployment is awake, and that no firewall or VPN stands between"
    } else {
        "open it in a browser on this machine; if that works, run again"
    }
}
