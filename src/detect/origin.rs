//! Whose a URL is: the target's, its site's, a tracker's or a stranger's.

use url::{Host, Url};

use crate::evidence::{Exchange, Run};

/// Whose a URL is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// One of the target's origins, or no web address at all: an inline script.
    Target,
    /// Not declared, but under the same name as the target: its content delivery, its API.
    Site,
    /// A service known for counting visits, showing ads or collecting errors.
    Tracker,
    /// Anybody else.
    Stranger,
}

/// Hosts that count, advertise and collect; what fails there changes nothing on the page.
const TRACKERS: &[&str] = &[
    "google-analytics.com",
    "analytics.google.com",
    "googletagmanager.com",
    "googleadservices.com",
    "doubleclick.net",
    "googlesyndication.com",
    "facebook.net",
    "connect.facebook.com",
    "clarity.ms",
    "bat.bing.com",
    "hotjar.com",
    "hotjar.io",
    "segment.io",
    "segment.com",
    "mixpanel.com",
    "amplitude.com",
    "posthog.com",
    "plausible.io",
    "fullstory.com",
    "logrocket.io",
    "logrocket.com",
    "lr-ingest.io",
    "heapanalytics.com",
    "sentry.io",
    "bugsnag.com",
    "rollbar.com",
    "datadoghq.com",
    "datadoghq.eu",
    "nr-data.net",
    "newrelic.com",
    "cloudflareinsights.com",
    "vercel-insights.com",
    "va.vercel-scripts.com",
    "linkedin.com",
    "licdn.com",
    "ads-twitter.com",
    "analytics.tiktok.com",
    "hs-analytics.net",
    "hsforms.com",
    "matomo.cloud",
    "umami.is",
    "usefathom.com",
    "pendo.io",
    "intercom.io",
    "browser-intake-datadoghq.com",
];

/// Suffixes below which everybody may have a name: the name before them is one's own.
const SHARED: &[&str] = &[
    "vercel.app",
    "netlify.app",
    "pages.dev",
    "workers.dev",
    "herokuapp.com",
    "onrender.com",
    "fly.dev",
    "railway.app",
    "github.io",
    "gitlab.io",
    "web.app",
    "firebaseapp.com",
    "azurewebsites.net",
    "azurestaticapps.net",
    "amplifyapp.com",
    "cloudfront.net",
    "amazonaws.com",
    "supabase.co",
    "ngrok.io",
    "ngrok.app",
    "ngrok-free.app",
    "trycloudflare.com",
    "run.app",
];

/// Whose a URL is.
pub(super) fn owner_of(run: &Run, url: &str) -> Owner {
    let Some(url) = web_address(url) else {
        return Owner::Target;
    };
    let origins = &run.target.origins;
    let origin = url.origin().ascii_serialization();
    if origins.is_empty() || origins.contains(&origin) {
        return Owner::Target;
    }
    let is_tracker = url
        .host_str()
        .is_some_and(|host| TRACKERS.iter().any(|tracker| is_below(host, tracker)));
    if is_tracker {
        return Owner::Tracker;
    }
    let site = site_of(&url);
    let own = origins.iter().filter_map(|origin| Url::parse(origin).ok());
    if site.is_some() && own.into_iter().any(|own| site_of(&own) == site) {
        return Owner::Site;
    }
    Owner::Stranger
}

/// Whether the page's own code sent it; what can't be told is taken for its own.
pub(super) fn is_sent_by_own_code(run: &Run, exchange: &Exchange) -> bool {
    let script = exchange.initiator.as_ref().map(|from| from.url.as_str());
    script.is_none_or(|script| {
        !is_extension(script) && matches!(owner_of(run, script), Owner::Target | Owner::Site)
    })
}

/// Method and path; with the origin where it isn't the target's.
pub(super) fn call_of(run: &Run, exchange: &Exchange) -> String {
    match owner_of(run, &exchange.url) {
        Owner::Target => exchange.call(),
        _ => format!(
            "{} {}{}",
            exchange.method,
            exchange.origin(),
            exchange.path()
        ),
    }
}

/// The origin of a web page that belongs to none of the target's; a name shared with it is not enough.
pub(super) fn foreign_origin(run: &Run, url: &str) -> Option<String> {
    let origin = web_address(url)?.origin().ascii_serialization();
    let origins = &run.target.origins;
    (!origins.is_empty() && !origins.contains(&origin)).then_some(origin)
}

/// Sources that belong to the browser's owner, not to the page.
pub(super) fn is_extension(url: &str) -> bool {
    const SCHEMES: [&str; 6] = [
        "chrome-extension://",
        "moz-extension://",
        "safari-web-extension://",
        "safari-extension://",
        "ms-browser-extension://",
        "webkit-masked-url://",
    ];
    SCHEMES.iter().any(|scheme| url.contains(scheme))
}

fn web_address(url: &str) -> Option<Url> {
    let url = Url::parse(url).ok()?;
    matches!(url.scheme(), "http" | "https" | "ws" | "wss").then_some(url)
}

fn is_below(host: &str, name: &str) -> bool {
    host.strip_suffix(name)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// The part of a host's name that one owner has: `shop.example.co.uk` is `example.co.uk`. The whole
/// list of public suffixes is larger than this program; where it matters, `origins` declares.
fn site_of(url: &Url) -> Option<String> {
    let Some(Host::Domain(host)) = url.host() else {
        return None;
    };
    let labels: Vec<&str> = host.split('.').collect();
    let is_country = |label: &&str| label.len() == 2;
    let is_second_level =
        |label: &&str| matches!(*label, "co" | "com" | "org" | "net" | "gov" | "ac" | "edu");
    let has_long_suffix = SHARED.iter().any(|suffix| is_below(host, suffix))
        || labels.last().is_some_and(is_country)
            && labels.iter().rev().nth(1).is_some_and(is_second_level);
    let kept = if has_long_suffix { 3 } else { 2 };
    (labels.len() >= kept).then(|| labels[labels.len() - kept..].join("."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::TargetFacts;

    fn owner(origin: &str, url: &str) -> Owner {
        let target = TargetFacts {
            origins: vec![origin.to_owned()],
            ..TargetFacts::default()
        };
        let run = Run {
            target,
            ..Run::default()
        };
        owner_of(&run, url)
    }

    #[test]
    fn names_below_one_name_are_one_site() {
        let app = "https://app.example.co.uk";
        for (url, wanted) in [
            ("https://app.example.co.uk/x", Owner::Target),
            ("", Owner::Target),
            ("blob:https://elsewhere.example/1", Owner::Target),
            ("https://cdn.example.co.uk/app.js", Owner::Site),
            ("http://app.example.co.uk/", Owner::Site),
            ("https://other.co.uk/app.js", Owner::Stranger),
            ("https://www.google-analytics.com/g/collect", Owner::Tracker),
            ("https://notsentry.io/x", Owner::Stranger),
            ("wss://live.example.co.uk/", Owner::Site),
        ] {
            assert_eq!(owner(app, url), wanted, "{url}");
        }
    }

    #[test]
    fn neighbours_on_a_shared_host_are_strangers() {
        let app = "https://quotes-git-sign.vercel.app";
        assert_eq!(owner(app, "https://someone.vercel.app/x"), Owner::Stranger);
        assert_eq!(
            owner("http://127.0.0.1:8080", "http://127.0.0.1:9090/"),
            Owner::Stranger
        );
    }
}
