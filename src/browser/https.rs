//! Requests that we send ourselves, past the browser.

use std::io;

use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;

/// Connects by HTTPS, trusting whom the system trusts, or by plain HTTP. Reads the system's certificates: make one and keep it.
pub fn connector() -> io::Result<HttpsConnector<HttpConnector>> {
    let builder = HttpsConnectorBuilder::new().with_native_roots()?;
    Ok(builder.https_or_http().enable_http1().build())
}
