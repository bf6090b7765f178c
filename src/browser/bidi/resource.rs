//! What kind of thing a request asked for.

use super::messages::{InitiatorData, RequestData};
use crate::evidence::Resource;

/// Chromium says what asked in `goog:resourceType`; elsewhere destination and initiator type tell.
pub(super) fn resource_of(
    request: &RequestData,
    initiator: Option<&InitiatorData>,
    is_top: bool,
) -> Resource {
    if initiator.and_then(|data| data.kind.as_deref()) == Some("preflight") {
        return Resource::Preflight;
    }
    let page = if is_top {
        Resource::Document
    } else {
        Resource::Frame
    };
    if let Some(kind) = request.resource_type.as_deref() {
        let known = match kind {
            "Document" => Some(page),
            "Stylesheet" => Some(Resource::Style),
            "Image" => Some(Resource::Image),
            "Media" | "TextTrack" => Some(Resource::Media),
            "Font" => Some(Resource::Font),
            "Script" => Some(Resource::Script),
            "XHR" => Some(Resource::Xhr),
            "Fetch" => Some(Resource::Fetch),
            "Prefetch" => Some(Resource::Prefetch),
            "EventSource" => Some(Resource::EventSource),
            "WebSocket" => Some(Resource::WebSocket),
            "Manifest" => Some(Resource::Manifest),
            "Ping" => Some(Resource::Beacon),
            "Preflight" => Some(Resource::Preflight),
            _ => None,
        };
        if let Some(resource) = known {
            return resource;
        }
    }
    match (
        request.destination.as_deref().unwrap_or_default(),
        request.initiator_type.as_deref().unwrap_or_default(),
    ) {
        ("document", _) => page,
        ("iframe" | "frame" | "embed" | "object", _) => Resource::Frame,
        ("script" | "worker" | "sharedworker" | "serviceworker", _) => Resource::Script,
        ("style", _) => Resource::Style,
        ("image", _) => Resource::Image,
        ("font", _) => Resource::Font,
        ("audio" | "video" | "track", _) => Resource::Media,
        ("manifest", _) => Resource::Manifest,
        (_, "fetch") => Resource::Fetch,
        (_, "xmlhttprequest") => Resource::Xhr,
        (_, "beacon") => Resource::Beacon,
        _ => Resource::Other,
    }
}
