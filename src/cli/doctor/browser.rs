//! Browser, driver, the device as a page sees it, and the targets as the browser reaches them.

use std::{path::PathBuf, sync::Arc, time::Instant};

use url::Url;

use super::report::Report;
use crate::browser::{
    Browser, BrowserError, Session,
    launch::{Program, find_browser, find_driver},
    page::Limits,
};
use crate::cli::{
    failure::Failure,
    glance::{AskedDriver, Glance},
};
use crate::config::{Config, Device, Target};
use crate::evidence::{Redactor, TargetFacts};
use crate::runner::learn_target;

/// An empty page that is laid out at the device's width.
const BLANK: &str = "data:text/html,<!doctype html><meta name=viewport content='width=device-width'><title>doctor</title>";

pub(super) async fn look(
    report: &mut Report,
    config: &Config,
    targets: &[&Target],
    asked: AskedDriver<'_>,
) {
    let remote = config.webdriver.as_ref();
    let running = asked
        .url
        .or_else(|| remote.and_then(|remote| remote.url.as_ref()));
    let is_ready = match running {
        Some(_) => true,
        None => look_at_programs(report).await,
    };
    if !is_ready {
        return;
    }
    let redactor = Arc::new(Redactor::new(config.secret_values()));
    let Ok(blank) = Url::parse(BLANK) else { return };
    let nobody = Target::from_url(blank);
    let mut is_open = false;
    // A browser each: what opens one target's door is shown to no other.
    for target in targets
        .iter()
        .copied()
        .chain(targets.is_empty().then_some(&nobody))
    {
        let glance = Glance {
            device: &config.device,
            remote,
            asked,
            redactor: Arc::clone(&redactor),
            target,
        };
        let begun = Instant::now();
        let looked = glance
            .look(async |browser| {
                if !is_open {
                    is_open = true;
                    let seconds = begun.elapsed().as_secs_f64();
                    look_at_session(report, browser, &config.device, seconds).await?;
                }
                if !targets.is_empty() {
                    look_at_target(report, browser, target, &config.device, &redactor).await?;
                }
                Ok(())
            })
            .await;
        if let Err(failure) = looked {
            let what = if is_open && !targets.is_empty() {
                format!("target {}", target.name)
            } else {
                "session".to_owned()
            };
            let help = failure.help().unwrap_or_default();
            report.fail(
                what,
                redactor.text(&failure.message()),
                redactor.text(&help),
            );
        }
    }
}

/// Whether browser and driver are there and fit each other.
async fn look_at_programs(report: &mut Report) -> bool {
    let browser = look_at_program(report, "browser", find_browser(None)).await;
    let driver = look_at_program(report, "driver", find_driver(None)).await;
    let (Some(browser), Some(driver)) = (browser, driver) else {
        return false;
    };
    if browser.version.major() == driver.version.major() {
        let major = browser.version.major();
        report.ok("versions", format!("browser and driver are both {major}"));
        return true;
    }
    let differ = BrowserError::VersionsDiffer {
        browser: browser.version.to_string(),
        driver: driver.version.to_string(),
    };
    report.fail(
        "versions",
        differ.to_string(),
        differ.help().unwrap_or_default(),
    );
    false
}

async fn look_at_program(
    report: &mut Report,
    what: &str,
    found: Result<PathBuf, BrowserError>,
) -> Option<Program> {
    let asked = match found {
        Ok(path) => Program::ask(&path).await,
        Err(error) => Err(error),
    };
    match asked {
        Ok(program) => {
            let place = program.path.display();
            report.ok(what, format!("{} at {place}", program.version));
            Some(program)
        }
        Err(error) => {
            report.fail(what, error.to_string(), error.help().unwrap_or_default());
            None
        }
    }
}

async fn look_at_session(
    report: &mut Report,
    browser: &Browser<'_>,
    device: &Device,
    seconds: f64,
) -> Result<(), Failure> {
    let session = browser.session()?;
    let engine = session.engine();
    report.ok(
        "session",
        format!(
            "{} {} over {}, ready after {seconds:.1} s",
            engine.name, engine.version, engine.driver
        ),
    );
    session.open_page().await?;
    if let Err(obstacle) = session.visit(BLANK).await? {
        report.fail("viewport", obstacle.why, "run again with `-v`");
        return Ok(());
    }
    let measure = session.settle(Limits::default().settle).await?.measure;
    let facts = measure.facts(device);
    let touch = if facts.touch { "touch" } else { "no touch" };
    let found = format!(
        "{} by {} at {} with {touch}, asked for {}",
        facts.width, facts.height, facts.scale, device.name
    );
    if let Some(error) = measure.device_problem(device) {
        report.fail("viewport", found, error.help().unwrap_or_default());
    } else if measure.layout_problem(device).is_some() {
        report.warn(
            "viewport",
            found,
            "the browser lays pages out at another width than the screen's; pictures will not be what a phone shows",
        );
    } else {
        report.ok("viewport", found);
    }
    Ok(())
}

/// What keeps one target from being walked leaves the others to be looked at.
async fn look_at_target(
    report: &mut Report,
    browser: &Browser<'_>,
    target: &Target,
    device: &Device,
    redactor: &Redactor,
) -> Result<(), Failure> {
    let what = format!("target {}", target.name);
    let session = browser.session()?;
    session.open_page().await?;
    let facts = TargetFacts {
        name: target.name.clone(),
        url: target.url.to_string(),
        kind: target.kind.to_string(),
        ..TargetFacts::default()
    };
    let learned = match learn_target(&session, target, device, Limits::default(), facts).await {
        Ok(learned) => learned,
        Err(error) => {
            let help = error.help().unwrap_or_default();
            report.fail(
                what,
                redactor.text(&error.to_string()),
                redactor.text(&help),
            );
            return Ok(());
        }
    };
    let url = learned.target.final_url.unwrap_or_default();
    let status = status_of(&session).await?;
    let commit = match (&learned.target.commit, &learned.target.commit_source) {
        (Some(commit), _) => format!(", commit {commit}"),
        (None, Some(why)) => format!(", commit {why}"),
        (None, None) => String::new(),
    };
    let answered = status.map_or_else(String::new, |status| format!("answers {status} at "));
    let found = redactor.text(&format!("{answered}{}{commit}", redactor.url(&url)));
    let is_silent = learned.target.commit.is_none() && target.commit.is_some();
    if let Some(refusal) = learned.refusal {
        let mend = "add that origin under `origins` if it belongs to the target, or mend `url`";
        report.fail(what, format!("{found}: {}", redactor.text(&refusal)), mend);
    } else if status.is_some_and(|status| status >= 400) {
        let mend = "open it in a browser; a protected preview needs its `access`, another one its right path";
        report.fail(what, found, mend);
    } else if is_silent {
        let mend = "see that the deployment tells its commit there, or mend `commit` of the target";
        report.warn(what, found, mend);
    } else {
        report.ok(what, found);
    }
    Ok(())
}

async fn status_of(session: &Session) -> Result<Option<u16>, Failure> {
    Ok(session.read_front(Limits::default().settle).await?.status)
}
