//! Pages that stand before a deployment: who put one there, by what it is known, and what opens it.
//!
//! Known by what the host of a deployment says of itself (its headers, its addresses), together with its words;
//! never by words alone where an app could say the same.

use url::Url;

use super::{
    exchange::{Exchange, Outcome},
    run::{Run, StepRun},
};

/// A page that answers in the deployment's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Protection {
    /// Whose page it is: `Vercel Authentication`.
    pub name: &'static str,
    /// What to write, or to do, so that one gets past it.
    pub opens: &'static str,
}

/// What is seen of an answer, enough to tell who gave it.
#[derive(Debug, Clone, Copy)]
pub struct Answered<'a> {
    /// The URL that answered.
    pub url: &'a str,
    /// HTTP status.
    pub status: u16,
    /// The headers, names as they came.
    pub headers: &'a [(&'a str, &'a str)],
    /// Title and text, as far as they are known.
    pub words: &'a str,
}

/// A kind of page and how it is known.
struct Known {
    protection: Protection,
    is_it: fn(&Answered<'_>) -> bool,
}

const VERCEL: &str = "turn on Protection Bypass for Automation in the project's settings and write \
                      `access: { headers: { x-vercel-protection-bypass: \"${BYPASS}\" } }`";
const CHALLENGE: &str = "no key opens a challenge: let this machine's address pass it (a firewall rule for a header of yours, \
                         then `access: { headers: { … } }`), or look at a deployment without it";
const CODESPACES: &str = "make the port public and look at it once, or write \
                          `access: { headers: { x-github-token: \"${GITHUB_TOKEN}\" } }`";

const KNOWN: &[Known] = &[
    Known {
        protection: Protection {
            name: "a Cloudflare challenge",
            opens: CHALLENGE,
        },
        is_it: |it| {
            it.header_is("cf-mitigated", "challenge")
                || (matches!(it.status, 403 | 503)
                    && it.header_is("server", "cloudflare")
                    && it.says("just a moment"))
        },
    },
    Known {
        protection: Protection {
            name: "Cloudflare Access",
            opens: "make a service token that the application's policy lets in and write \
                    `access: { cloudflare_access: { client_id: \"${CF_ID}\", client_secret: \"${CF_SECRET}\" } }`",
        },
        is_it: |it| {
            it.leads_to(|url| is_below(url, "cloudflareaccess.com"))
                || (it.is_refused()
                    && (it.header_begins("www-authenticate", "cloudflare-access")
                        || (it.header_is("server", "cloudflare") && it.says("cloudflare access"))))
        },
    },
    Known {
        protection: Protection {
            name: "a Vercel security checkpoint",
            opens: CHALLENGE,
        },
        is_it: |it| it.header_is("x-vercel-mitigated", "challenge"),
    },
    Known {
        protection: Protection {
            name: "Vercel Password Protection",
            opens: VERCEL,
        },
        is_it: |it| it.status == 401 && it.header_is("server", "vercel") && is_password_page(it),
    },
    Known {
        protection: Protection {
            name: "Vercel Authentication",
            opens: VERCEL,
        },
        is_it: |it| {
            it.leads_to(|url| is_host(url, "vercel.com") && is_vercel_sign_in(url))
                || (it.status == 401
                    && it.header_is("server", "vercel")
                    && it.says("authentication required"))
        },
    },
    Known {
        protection: Protection {
            name: "Netlify's password page",
            opens: "nothing but its cookie opens it: type the password in a browser once, then write \
                    `access: { cookie: { NAME: \"${VALUE}\" } }` with the cookie that it set, or take the password off this deployment",
        },
        is_it: |it| {
            it.status == 401 && it.header_is("server", "netlify") && is_password_page(it)
                || it.leads_to(|url| is_host(url, "app.netlify.com") && url.path() == "/authorize")
        },
    },
    Known {
        protection: Protection {
            name: "ngrok's browser warning",
            opens: "write `access: { headers: { ngrok-skip-browser-warning: \"1\" } }`",
        },
        is_it: |it| it.header_is("ngrok-error-code", "err_ngrok_6024"),
    },
    Known {
        protection: Protection {
            name: "ngrok's error page",
            opens: "see that the tunnel and what is behind it run; the page in the browser names the reason",
        },
        is_it: |it| it.header_begins("ngrok-error-code", "err_ngrok_"),
    },
    Known {
        protection: Protection {
            name: "the sign-in of a GitHub Codespaces port",
            opens: CODESPACES,
        },
        is_it: |it| {
            it.leads_to(|url| {
                (is_host(url, "github.com") && url.path().starts_with("/codespaces/auth"))
                    || (is_below(url, "app.github.dev") && url.path().starts_with("/pf-signin"))
            })
        },
    },
    Known {
        protection: Protection {
            name: "the warning of a GitHub Codespaces port",
            opens: CODESPACES,
        },
        is_it: |it| {
            it.is_on(|url| is_below(url, "app.github.dev"))
                && (it.says("codespaces access port") || it.says("served by someone's codespace"))
        },
    },
];

/// The page of HTTP itself. An app may ask for a password on a page of its own, so it is known at the door only.
const BASIC: Known = Known {
    protection: Protection {
        name: "a password by HTTP (basic authentication)",
        opens: "write `access: { basic: { user: \"${PREVIEW_USER}\", password: \"${PREVIEW_PASSWORD}\" } }`",
    },
    is_it: |it| it.status == 401 && it.header_begins("www-authenticate", "basic"),
};

/// The protection that gave an answer.
pub fn protection_of(answered: &Answered<'_>) -> Option<Protection> {
    let mut known = KNOWN.iter();
    known
        .find(|known| (known.is_it)(answered))
        .map(|known| known.protection)
}

/// The protection that answered the very first visit.
pub fn protection_at_the_door(answered: &Answered<'_>) -> Option<Protection> {
    protection_of(answered).or_else(|| (BASIC.is_it)(answered).then_some(BASIC.protection))
}

impl Exchange {
    /// The protection that answered in the deployment's place.
    pub fn protection(&self) -> Option<Protection> {
        let Outcome::Answered(answer) = &self.outcome else {
            return None;
        };
        let headers = answer.headers.iter();
        let headers: Vec<_> = headers
            .map(|header| (&*header.name, &*header.value))
            .collect();
        protection_of(&Answered {
            url: &self.url,
            status: answer.status,
            headers: &headers,
            words: answer.body.start().unwrap_or_default(),
        })
    }
}

impl StepRun {
    /// The protection that answered one of the target's own requests, or a page that was gone to.
    pub fn protection(&self, run: &Run) -> Option<Protection> {
        let origins = &run.target.origins;
        let mut exchanges = self.exchanges.iter();
        exchanges.find_map(|exchange| {
            let url = Url::parse(&exchange.url).ok()?;
            let is_own = origins.contains(&url.origin().ascii_serialization());
            is_own.then(|| exchange.protection()).flatten()
        })
    }
}

impl Answered<'_> {
    fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
    }

    fn header_is(&self, name: &str, value: &str) -> bool {
        self.header(name)
            .is_some_and(|found| found.eq_ignore_ascii_case(value))
    }

    fn header_begins(&self, name: &str, start: &str) -> bool {
        self.header(name)
            .is_some_and(|found| found.to_ascii_lowercase().starts_with(start))
    }

    fn says(&self, words: &str) -> bool {
        self.words.to_lowercase().replace('’', "'").contains(words)
    }

    fn is_refused(&self) -> bool {
        matches!(self.status, 401 | 403)
    }

    fn is_on(&self, is_it: impl Fn(&Url) -> bool) -> bool {
        Url::parse(self.url).is_ok_and(|url| is_it(&url))
    }

    /// The page stands there, or the answer redirects there.
    fn leads_to(&self, is_it: impl Fn(&Url) -> bool) -> bool {
        let is_redirect = (300..400).contains(&self.status);
        let location = self.header("location").filter(|_| is_redirect);
        self.is_on(&is_it)
            || location
                .and_then(|location| Url::parse(location).ok())
                .is_some_and(|url| is_it(&url))
    }
}

fn is_password_page(it: &Answered<'_>) -> bool {
    it.says("password") && it.says("protected")
}

fn is_vercel_sign_in(url: &Url) -> bool {
    let first = url.path_segments().and_then(|mut parts| parts.next());
    matches!(first, Some("sso-api" | "sso" | "login"))
}

fn is_host(url: &Url, host: &str) -> bool {
    url.host_str() == Some(host)
}

fn is_below(url: &Url, domain: &str) -> bool {
    let name = url.host_str().and_then(|host| host.strip_suffix(domain));
    name.is_some_and(|name| name.is_empty() || name.ends_with('.'))
}
