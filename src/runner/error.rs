//! What ends a walk: the surroundings, never the product.

use crate::browser::BrowserError;
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
            Self::Browser(error) => error.help(),
            Self::EvidenceLost(_) => {
                Some("see that the disk has room and the output folder can be written".to_owned())
            }
        }
    }
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
    } else {
        "open it in a browser on this machine; if that works, run again"
    }
}
