//! `shippass.yaml` as the rest of the program sees it: values filled in, secrets known.

use std::{collections::BTreeMap, fmt};

use url::Url;

use super::{
    access::Access,
    contract::Contract,
    one_time::{Authenticator, Inbox},
};
use crate::checklist::{Expectation, PathPattern, RecipeAction};

/// The whole configuration.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// The file it came from; `None` when built in or made from `--url`.
    pub file: Option<String>,
    /// Targets by name.
    pub targets: BTreeMap<String, Target>,
    /// Personas by name.
    pub personas: BTreeMap<String, Persona>,
    /// The device to emulate.
    pub device: Device,
    /// Paths whose responses are JSON by declaration (`api: [/api/**]`).
    pub api: Vec<PathPattern>,
    /// What APIs have promised to answer.
    pub contract: Vec<Contract>,
    /// Findings that are known and accepted.
    pub ignore: Vec<IgnoreRule>,
    /// A driver that already runs, and what to ask of it.
    pub webdriver: Option<RemoteDriver>,
    /// The product's databases by name.
    pub databases: BTreeMap<String, Database>,
    /// Values from the environment; they must never be written anywhere.
    pub secrets: Vec<Secret>,
}

impl Config {
    /// Name and value of each secret, as whoever takes them out of texts asks for them.
    pub fn secret_values(&self) -> impl Iterator<Item = (&str, &str)> {
        let secrets = self.secrets.iter();
        secrets.map(|secret| (secret.name.as_str(), secret.value.as_str()))
    }
}

/// A value that came from the environment, with its variable's name.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    /// The variable's name.
    pub name: String,
    /// The value; never shown.
    pub value: String,
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({}, [hidden])", self.name)
    }
}

/// A database of the product, to be asked and never written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Database {
    /// Its name in the configuration.
    pub name: String,
    /// What kind of database answers there.
    pub engine: Engine,
    /// Its address, with whatever opens it.
    pub url: Secret,
}

/// A kind of database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// `PostgreSQL`, and what speaks its protocol.
    Postgres,
    /// MySQL and MariaDB.
    MySql,
    /// A file.
    Sqlite,
}

/// A deployment to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Its name in the configuration.
    pub name: String,
    /// Where it begins.
    pub url: Url,
    /// What kind of deployment it is.
    pub kind: TargetKind,
    /// Further origins that belong to it, without a path.
    pub origins: Vec<String>,
    /// How it tells its commit.
    pub commit: Option<CommitSource>,
    /// What it wants to be shown before it lets one in.
    pub access: Option<Access>,
}

impl Target {
    /// A target made from a bare URL (`--url`).
    pub fn from_url(url: Url) -> Self {
        Self {
            name: "url".to_owned(),
            kind: if Self::is_of_this_machine(&url) {
                TargetKind::Local
            } else {
                TargetKind::Preview
            },
            url,
            origins: Vec::new(),
            commit: None,
            access: None,
        }
    }

    /// Whether an address is one of this machine.
    pub(super) fn is_of_this_machine(url: &Url) -> bool {
        matches!(
            url.host_str(),
            Some("localhost" | "127.0.0.1" | "[::1]" | "::1")
        )
    }

    /// The target's own origin first, then the declared ones.
    pub fn all_origins(&self) -> Vec<String> {
        let mut origins = vec![self.url.origin().ascii_serialization()];
        origins.extend(self.origins.iter().cloned());
        origins
    }
}

/// What kind of deployment a target is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetKind {
    /// Made for looking at before a merge.
    Preview,
    /// What customers use.
    Production,
    /// Runs on this machine.
    Local,
}

impl fmt::Display for TargetKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Preview => "preview",
            Self::Production => "production",
            Self::Local => "local",
        })
    }
}

/// How a deployment tells the commit that it serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommitSource {
    /// A response header of its first document.
    Header(String),
    /// A `<meta name=…>` of its first document.
    Meta(String),
    /// A JSON document, and a JSON Pointer (RFC 6901) into it.
    Json {
        /// The document's path.
        path: String,
        /// Where in it the commit stands.
        pointer: String,
    },
}

/// Who walks a checklist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Persona {
    /// Its name in the configuration.
    pub name: String,
    /// The tier it is on, as the report shows it.
    pub tier: Option<String>,
    /// How it signs in.
    pub sign_in: Vec<RecipeAction>,
    /// What tells that it is signed in; empty when nothing does.
    pub proof: Vec<Expectation>,
    /// What shows `${totp}`.
    pub totp: Option<Authenticator>,
    /// Where `${inbox}` is found.
    pub inbox: Option<Inbox>,
}

/// The device that the browser is made to be.
#[derive(Debug, Clone, PartialEq)]
pub struct Device {
    /// The name as it was asked for: `375x812@3`.
    pub name: String,
    /// Width of the viewport in CSS pixels.
    pub width: u32,
    /// Height of the viewport in CSS pixels.
    pub height: u32,
    /// Device pixels per CSS pixel.
    pub scale: f64,
    /// Whether it is a phone or tablet: touch, coarse pointer, mobile user agent.
    pub touch: bool,
    /// The user agent it sends; the engine's own mobile one when `None`.
    pub user_agent: Option<String>,
}

impl Default for Device {
    fn default() -> Self {
        Self {
            name: "375x812@3".to_owned(),
            width: 375,
            height: 812,
            scale: 3.0,
            touch: true,
            user_agent: None,
        }
    }
}

/// A finding that is known and accepted, with the reason and an end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IgnoreRule {
    /// The detector's name.
    pub detector: String,
    /// Method and path pattern of the request (`GET /favicon.ico`); `None` takes every finding.
    pub request: Option<RequestPattern>,
    /// Why it is accepted.
    pub why: String,
    /// The last day on which it holds.
    pub until: Option<jiff::civil::Date>,
}

/// A method and a path pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestPattern {
    /// Upper-case method; `None` takes any.
    pub method: Option<String>,
    /// The path pattern, or a whole URL pattern.
    pub path: PathPattern,
}

/// A driver, grid or device cloud that already runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteDriver {
    /// Where it listens; `--webdriver` wins over it.
    pub url: Option<Url>,
    /// Capabilities to ask for, merged over shippass's own.
    pub capabilities: serde_json::Map<String, serde_json::Value>,
}

/// What a project demands of who signs a bundle off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignoffPolicy {
    /// How many people.
    pub signers: usize,
    /// Nobody for a commit of their own.
    pub not_author: bool,
}

impl Default for SignoffPolicy {
    fn default() -> Self {
        Self {
            signers: 1,
            not_author: false,
        }
    }
}
