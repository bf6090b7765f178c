//! The certificate that a page was answered with. BiDi doesn't tell of it; DevTools do, whose events the driver hands on.

use jiff::Timestamp;
use serde::Deserialize;

use super::kept_back::HandedOn;
use crate::evidence::CertificateFacts;

/// The event that tells; it comes with every answer, so it is listened to only as long as needed.
pub(super) const EVENT: &str = "goog:cdp.Network.responseReceived";

/// `Network.responseReceived`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Received {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    frame_id: String,
    response: Response,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Response {
    security_details: Option<SecurityDetails>,
}

/// `Network.SecurityDetails`, with seconds since the epoch.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SecurityDetails {
    #[serde(default)]
    subject_name: String,
    #[serde(default)]
    issuer: String,
    #[serde(default)]
    valid_to: f64,
}

/// Of the document that the page shows; `None` of every other answer, and of one over plain HTTP.
pub(super) fn certificate_of(event: HandedOn<Received>, page: &str) -> Option<CertificateFacts> {
    let received = event.params;
    let is_page = received.kind == "Document" && received.frame_id == page;
    let details = received.response.security_details.filter(|_| is_page)?;
    #[expect(clippy::cast_possible_truncation, reason = "seconds fit for long")]
    let until = Timestamp::from_second(details.valid_to as i64);
    Some(CertificateFacts {
        subject: details.subject_name,
        issuer: details.issuer,
        valid_until: until.unwrap_or_default(),
    })
}
