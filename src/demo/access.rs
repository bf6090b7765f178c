//! Who may pass: what is open to everybody, and where others are sent who aren't signed in.

use axum::{
    extract::{Request, State},
    http::Method,
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};

use super::{fault::Fault, refusal::Refusal, sessions, state::Shared};

/// Lets signed-in people pass, and everybody to what is open; the rest is refused or sent to sign in.
pub(super) async fn guard(
    State(app): State<Shared>,
    mut request: Request,
    next: Next,
) -> Result<Response, Refusal> {
    let path = request.uri().path().to_owned();
    let person = sessions::signed_in(&app.database, request.headers()).await?;
    if path == "/sign-in" && person.is_some() && request.method() == Method::GET {
        return Ok(Redirect::to("/").into_response());
    }
    if let Some(person) = person {
        request.extensions_mut().insert(person);
        return Ok(next.run(request).await);
    }
    if is_forgotten(&app, &path) {
        return Ok(Redirect::to("/sign-in").into_response());
    }
    if is_open(&path) {
        return Ok(next.run(request).await);
    }
    if path.starts_with("/api/") {
        return Err(Refusal::NotSignedIn("sign in first"));
    }
    Ok(Redirect::to("/sign-in").into_response())
}

fn is_open(path: &str) -> bool {
    const EXACT: [&str; 3] = ["/sign-in", "/version", "/api/session"];
    const BELOW: [&str; 3] = ["/assets/", "/sign/", "/api/public/"];
    EXACT.contains(&path) || BELOW.iter().any(|start| path.starts_with(start))
}

/// The fault: the allowlist has the signing page and what it reads, but not what it sends.
fn is_forgotten(app: &Shared, path: &str) -> bool {
    app.has(Fault::SignBounced) && path.starts_with("/api/public/") && path.ends_with("/sign")
}
