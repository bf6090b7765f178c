//! Who may come in: the exact address, the page's own origin, and whoever shows the token.
//!
//! A page elsewhere can make a browser send requests here, and a name of its own can be made to lead here. Neither
//! comes with our `Host`, our `Origin` and our token. There are no cookies: they would go to every port of this machine.

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header, uri::Authority},
    response::{IntoResponse, Response},
};

/// Where the page shows its token.
pub(super) const TOKEN: &str = "x-shippass-token";

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; \
     frame-ancestors 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'";

/// What goes with every answer, whatever it is.
const ALWAYS: [(HeaderName, &str); 8] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-embedder-policy"),
        "require-corp",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
];

/// One address under which one page is served.
#[derive(Debug, Clone)]
pub(super) struct Gate {
    /// `127.0.0.1:PORT`.
    host: String,
    /// `http://127.0.0.1:PORT`.
    origin: String,
    /// The media types that may be sent here.
    takes: &'static [&'static str],
}

/// Why a request isn't let in; says no more than whoever knocks has to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Not asked under our name.
    Host,
    /// Asked by another page.
    Origin,
    /// A method that nothing here answers.
    Method,
    /// Something that would leave HTTP.
    Upgrade,
    /// Sent as something that isn't taken.
    Type,
    /// No token, or another one.
    Token,
}

impl Gate {
    pub(super) fn new(host: String, takes: &'static [&'static str]) -> Self {
        Self {
            origin: format!("http://{host}"),
            host,
            takes,
        }
    }

    /// The rules that hold for every request, with or without a token.
    pub(super) fn check(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
    ) -> Result<(), Refusal> {
        let asked = uri.authority().map(Authority::as_str);
        if only(headers, &header::HOST) != Some(self.host.as_bytes())
            || asked.is_some_and(|asked| asked != self.host)
        {
            return Err(Refusal::Host);
        }
        if method != Method::GET && method != Method::POST {
            return Err(Refusal::Method);
        }
        if headers.contains_key(header::UPGRADE) {
            return Err(Refusal::Upgrade);
        }
        let is_said = headers.contains_key(header::ORIGIN);
        let is_ours = only(headers, &header::ORIGIN) == Some(self.origin.as_bytes());
        if !is_ours && (is_said || method != Method::GET) {
            return Err(Refusal::Origin);
        }
        let site = HeaderName::from_static("sec-fetch-site");
        let is_near = matches!(only(headers, &site), Some(b"none" | b"same-origin"));
        if headers.contains_key(&site) && !is_near {
            return Err(Refusal::Origin);
        }
        let sent = only(headers, &header::CONTENT_TYPE);
        let is_taken = |sent: &[u8]| self.takes.iter().any(|takes| takes.as_bytes() == sent);
        if method == Method::POST && !sent.is_some_and(is_taken) {
            return Err(Refusal::Type);
        }
        Ok(())
    }
}

/// What a request shows as its token; a request that shows two shows none.
pub(super) fn shown_token(headers: &HeaderMap) -> Result<&[u8], Refusal> {
    only(headers, &HeaderName::from_static(TOKEN)).ok_or(Refusal::Token)
}

/// The value of a header that is there exactly once.
fn only<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h [u8]> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => Some(value.as_bytes()),
        _ => None,
    }
}

/// Puts what goes with every answer onto one.
pub(super) fn with_headers(mut answer: Response) -> Response {
    for (name, value) in ALWAYS {
        // What a handler said itself is stricter.
        answer
            .headers_mut()
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    answer
}

/// Passes a request on that the gate lets in.
pub(super) async fn guard(gate: &Gate, request: Request, next: axum::middleware::Next) -> Response {
    let answer = match gate.check(request.method(), request.uri(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    };
    with_headers(answer)
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, words) = match self {
            Self::Host => (StatusCode::MISDIRECTED_REQUEST, "not this host\n"),
            Self::Origin => (StatusCode::FORBIDDEN, "not from another page\n"),
            Self::Method => (StatusCode::METHOD_NOT_ALLOWED, "not this method\n"),
            Self::Upgrade => (StatusCode::FORBIDDEN, "no upgrade\n"),
            Self::Type => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "not this type\n"),
            Self::Token => (StatusCode::FORBIDDEN, "the token is missing or wrong\n"),
        };
        let mut answer = Response::new(Body::from(words));
        *answer.status_mut() = status;
        let plain = HeaderValue::from_static("text/plain; charset=utf-8");
        answer.headers_mut().insert(header::CONTENT_TYPE, plain);
        answer
    }
}
