//! What a page shows to someone who comes for the first time.

use std::{sync::Arc, time::Duration};

use url::Url;

use crate::browser::{
    Session,
    page::{Front, Limits, SignInForm},
};
use crate::cli::{
    failure::Failure,
    glance::{AskedDriver, Glance},
};
use crate::config::{CommitSource, Device, Target};
use crate::evidence::{Redactor, TargetFacts};
use crate::runner::learn_target;

/// Headers that deployments tell their commit in.
const HEADERS: [&str; 11] = [
    "x-app-commit",
    "x-commit",
    "x-commit-sha",
    "x-git-commit",
    "x-git-sha",
    "x-git-revision",
    "x-revision",
    "x-build-commit",
    "x-vercel-git-commit-sha",
    "x-version",
    "x-app-version",
];

/// Names of `<meta>` elements that deployments tell their commit in.
const METAS: [&str; 8] = [
    "commit",
    "git-sha",
    "git-commit",
    "commit-sha",
    "revision",
    "build",
    "version",
    "app-version",
];

/// How long a page may take to come to rest, before it is taken as it is.
const PATIENCE: Duration = Duration::from_secs(15);

/// What was seen at an address.
#[derive(Debug)]
pub(super) struct Sight {
    /// The target that it is.
    pub(super) target: Target,
    /// The page's path, with its query.
    pub(super) path: String,
    /// The path at which it came to rest.
    pub(super) landed: String,
    /// What was still going on when it was looked at.
    pub(super) unsettled: Option<String>,
    pub(super) front: Front,
    /// The sign-in form, and the path where it is.
    pub(super) form: Option<(String, SignInForm)>,
}

impl Sight {
    /// Looks at an address in a real browser, as the default device.
    pub(super) async fn of(url: &Url, asked: AskedDriver<'_>) -> Result<Self, Failure> {
        let device = Device::default();
        let target = Target::from_url(url.clone());
        let glance = Glance {
            device: &device,
            remote: None,
            asked,
            redactor: Arc::new(Redactor::new(std::iter::empty::<(String, String)>())),
            target: &target,
        };
        glance
            .look(async |browser| {
                let session = browser.session()?;
                session.open_page().await?;
                look(&session, &target, &device).await
            })
            .await
    }

    /// What the person should know about it.
    pub(super) fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        let mut remark = |text: String| remarks.push(text);
        match self.front.status {
            Some(status) if status >= 400 => remark(format!(
                "the page answers {status}: is this the right address, and is it open to you?"
            )),
            _ => {}
        }
        match &self.form {
            Some((path, _)) => remark(format!("found a sign-in form at {path}")),
            None => remark("found no sign-in form: the checklist is walked signed out".to_owned()),
        }
        if let Some(why) = &self.unsettled {
            remark(format!(
                "the page had not come to rest after {} s ({why}): read what was written, or run it again",
                PATIENCE.as_secs()
            ));
        }
        match &self.target.commit {
            Some(CommitSource::Header(name)) => {
                remark(format!(
                    "the deployment tells its commit in the header {name}"
                ));
            }
            Some(CommitSource::Meta(name)) => {
                remark(format!(
                    "the deployment tells its commit in <meta name={name}>"
                ));
            }
            _ => {}
        }
        remarks
    }
}

async fn look(session: &Session, target: &Target, device: &Device) -> Result<Sight, Failure> {
    let limits = Limits::default();
    let facts = TargetFacts::default();
    learn_target(session, target, device, limits, facts).await?;
    // What an app draws and where it leads come after its first rest, on a slow machine much later.
    let settled_page = session.settle(PATIENCE).await?;
    let arrived = Url::parse(&settled_page.page.url).unwrap_or_else(|_| target.url.clone());
    let front = session.read_front(limits.settle).await?;
    let commit = commit_source(session, &front);
    let form = match &front.form {
        Some(form) => Some((path_of(&arrived), form.clone())),
        None => match &front.way {
            Some(way) => form_at(session, way, limits).await?,
            None => None,
        },
    };
    Ok(Sight {
        path: path_of(&target.url),
        landed: arrived.path().to_owned(),
        unsettled: settled_page.unsettled,
        target: settled(target, &arrived, commit),
        front,
        form,
    })
}

/// The target with where its address led.
fn settled(target: &Target, arrived: &Url, commit: Option<CommitSource>) -> Target {
    let bare = |host: Option<&str>| {
        let host = host.unwrap_or_default();
        host.strip_prefix("www.").unwrap_or(host).to_owned()
    };
    let mut url = target.url.clone();
    let mut origins = Vec::new();
    if bare(url.host_str()) == bare(arrived.host_str()) {
        // From http to https, from the bare name to www: where it ends is the target's own origin.
        let whole = format!(
            "{}{}",
            arrived.origin().ascii_serialization(),
            path_of(&url)
        );
        url = Url::parse(&whole).unwrap_or(url);
    } else {
        origins.push(arrived.origin().ascii_serialization());
    }
    url.set_fragment(None);
    Target {
        name: target.kind.to_string(),
        url,
        origins,
        commit,
        ..target.clone()
    }
}

/// The sign-in form behind a link, if there is one.
async fn form_at(
    session: &Session,
    way: &str,
    limits: Limits,
) -> Result<Option<(String, SignInForm)>, Failure> {
    if session.visit(way).await?.is_err() {
        return Ok(None);
    }
    let settled = session.settle(limits.settle).await?;
    let path = Url::parse(&settled.page.url).map_or_else(|_| way.to_owned(), |url| path_of(&url));
    let front = session.read_front(limits.settle).await?;
    Ok(front.form.map(|form| (path, form)))
}

fn path_of(url: &Url) -> String {
    match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    }
}

fn commit_source(session: &Session, front: &Front) -> Option<CommitSource> {
    let header = HEADERS
        .into_iter()
        .find(|name| session.read_header(name).is_some_and(|it| is_commit(&it)));
    let meta = || {
        let mut metas = front.metas.iter();
        let found = metas.find(|(name, content)| {
            METAS.contains(&name.to_ascii_lowercase().as_str()) && is_commit(content)
        });
        found.map(|(name, _)| CommitSource::Meta(name.clone()))
    };
    header
        .map(|name| CommitSource::Header(name.to_owned()))
        .or_else(meta)
}

/// Whether a text looks like a commit: hexadecimal digits, enough of them, and not a number of something else.
fn is_commit(text: &str) -> bool {
    let text = text.trim();
    (7..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_hexdigit())
        && (text.len() >= 20 || text.bytes().any(|byte| byte.is_ascii_alphabetic()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commits_are_told_from_versions_and_times() {
        for text in [
            "9c1f0e2",
            "9c1f0e2d4b6a8c0e2f4a6b8c0d2e4f6a8b0c2d4e",
            " deadbeef ",
        ] {
            assert!(is_commit(text), "{text}");
        }
        for text in ["1.2.3", "20261121", "1700000000", "v9c1f0e2", "abc", ""] {
            assert!(!is_commit(text), "{text}");
        }
    }

    #[test]
    fn a_target_is_where_its_address_ends() {
        let url = |text: &str| Url::parse(text).expect("an address");
        let end = |from: &str, to: &str| {
            let target = settled(&Target::from_url(url(from)), &url(to), None);
            (target.url.to_string(), target.origins)
        };
        let same = "https://www.app.example/start".to_owned();
        assert_eq!(
            end(
                "http://app.example/start",
                "https://www.app.example/start?x=1"
            ),
            (same, Vec::new())
        );
        assert_eq!(
            end("https://app.example/", "https://id.example/authorize"),
            (
                "https://app.example/".to_owned(),
                vec!["https://id.example".to_owned()]
            )
        );
    }
}
