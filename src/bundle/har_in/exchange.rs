//! An entry of an archive as an exchange: bounded, and without what headers call secrets.

use base64::{Engine, prelude::BASE64_STANDARD};
use url::Url;

use super::{
    entry::{Content, Entry, Pair, PostData, Text, Timings},
    resource::resource,
};
use crate::evidence::{
    self, Answer, Body, CapturedBody, Exchange, Header, Initiator, Outcome, Redactor, Resource,
    TEXT_LIMIT,
};

/// A media type without parameters, in lower case; empty when the tool knew none.
fn bare_type(text: &str) -> String {
    let bare = text.split(';').next().unwrap_or_default().trim();
    let bare = bare.to_ascii_lowercase();
    if bare == "x-unknown" {
        String::new()
    } else {
        bare
    }
}

/// Headers in order, also those that come twice; pseudo headers of HTTP/2 are none.
fn headers(pairs: Vec<Pair>, redactor: &Redactor) -> Vec<Header> {
    let real = pairs
        .into_iter()
        .filter(|pair| !pair.name.is_empty() && !pair.name.starts_with(':'));
    real.map(|Pair { name, value }| {
        let value = redactor.header(&name, &value);
        Header::new(name, value)
    })
    .collect()
}

fn find<'p>(pairs: &'p [Pair], name: &str) -> Option<&'p str> {
    let mut pairs = pairs.iter();
    let found = pairs.find(|pair| pair.name.eq_ignore_ascii_case(name))?;
    Some(found.value.as_str())
}

/// An entry as an exchange. `keeps_whole` says whether somebody asks for the whole text of an answer.
pub(super) fn exchange(
    mut entry: Entry,
    redactor: &Redactor,
    keeps_whole: impl Fn(&str, &str) -> bool,
) -> Exchange {
    let response = &entry.response;
    let said = match response.content.mime_type.as_str() {
        "" => find(&response.headers, "content-type").unwrap_or_default(),
        said => said,
    };
    let mime = bare_type(said);
    let resource = resource(&entry, &mime);
    let method = entry.request.method.to_ascii_uppercase();
    let url = redactor.url(&entry.request.url);
    let path = Url::parse(&url).map_or_else(|_| String::new(), |url| url.path().to_owned());
    let is_whole = keeps_whole(&method, &path);
    let sent = std::mem::take(&mut entry.request.post_data);
    let has_sent = entry.request.body_size.is_some_and(|size| size > 0.0);
    Exchange {
        id: String::new(),
        redirected_from: None,
        request_body: request_body(sent, has_sent, redactor),
        started: entry.started_date_time.parse().unwrap_or_default(),
        timings: timings(&entry.timings, entry.time),
        initiator: initiator(&entry, redactor),
        read_as: entry.read_as.iter().filter_map(|read| read.how).collect(),
        request_headers: headers(std::mem::take(&mut entry.request.headers), redactor),
        outcome: outcome(entry, &method, resource, mime, (redactor, is_whole)),
        method,
        url,
        resource,
        kept_back: None,
    }
}

fn request_body(sent: PostData, has_sent: bool, redactor: &Redactor) -> Body {
    let mime = bare_type(&sent.mime_type);
    let captured = match sent.text {
        Text::Whole(text) if text.is_empty() && !sent.params.is_empty() => form(&sent.params),
        Text::Absent if !sent.params.is_empty() => form(&sent.params),
        Text::Whole(text) if text.is_empty() => CapturedBody::None,
        Text::Whole(text) => bytes(mime, text, &sent.encoding),
        Text::TooLong(size) => too_long(size),
        Text::Absent if has_sent => CapturedBody::Missing {
            why: "the archive doesn't hold what was sent".to_owned(),
        },
        Text::Absent => CapturedBody::None,
    };
    Body::recorded(captured, false, redactor)
}

fn form(fields: &[Pair]) -> CapturedBody {
    let mut text = url::form_urlencoded::Serializer::new(String::new());
    text.extend_pairs(fields.iter().map(|field| (&field.name, &field.value)));
    CapturedBody::Bytes {
        mime: "application/x-www-form-urlencoded".to_owned(),
        bytes: text.finish().into_bytes(),
    }
}

fn bytes(mime: String, text: String, encoding: &str) -> CapturedBody {
    let bytes = if encoding.eq_ignore_ascii_case("base64") {
        // Some tools break the lines.
        let packed: String = text.split_ascii_whitespace().collect();
        match BASE64_STANDARD.decode(packed) {
            Ok(bytes) => bytes,
            Err(error) => {
                return CapturedBody::Missing {
                    why: format!("it says that it is base64, and isn't: {error}"),
                };
            }
        }
    } else {
        text.into_bytes()
    };
    if bytes.len() > TEXT_LIMIT {
        return too_long(bytes.len());
    }
    CapturedBody::Bytes { mime, bytes }
}

/// A body of this size could be anything; that it is left out is told, as of one that never came.
fn too_long(size: usize) -> CapturedBody {
    CapturedBody::Missing {
        why: format!("it is larger than 2 MiB: {size} bytes"),
    }
}

fn outcome(
    entry: Entry,
    method: &str,
    resource: Resource,
    mime: String,
    (redactor, is_whole): (&Redactor, bool),
) -> Outcome {
    let response = entry.response;
    let said = [
        &response.error,
        &response.failure_text,
        &entry.error,
        failure_by_charles(&response.charles_status),
        failure_by_charles(&entry.charles_status),
    ];
    let error = said.into_iter().find(|said| !said.is_empty()).cloned();
    let status = response.status.filter(|status| *status >= 100.0);
    let Some(status) = status else {
        return match error {
            Some(error) => Outcome::Failed {
                error: redactor.text(&error),
            },
            None => Outcome::Pending,
        };
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a status has three digits; what is larger is taken as the largest"
    )]
    let status = status.min(999.0) as u16;
    let is_cached = matches!(entry.fetch_type.as_str(), "Memory Cache" | "Disk Cache");
    let received = response.transfer_size.or(response.body_size);
    let mut headers = headers(response.headers, redactor);
    add_location(&mut headers, status, &response.redirect_url, redactor);
    let hop = Hop {
        method,
        status,
        resource,
        is_whole,
        redactor,
        length: length(&headers),
    };
    Outcome::Answered(Answer {
        status,
        status_text: response.status_text,
        protocol: response.http_version.to_ascii_lowercase(),
        body: hop.answer_body(response.content, &mime),
        headers,
        mime,
        from_cache: is_cached || !matches!(entry.from_cache.as_str(), "" | "false"),
        bytes_received: whole_number(received),
    })
}

fn failure_by_charles(status: &String) -> &String {
    const NONE: &String = &String::new();
    match status.as_str() {
        "COMPLETE" => NONE,
        _ => status,
    }
}

/// Some tools tell where a redirect leads in their own field only.
fn add_location(headers: &mut Vec<Header>, status: u16, to: &str, redactor: &Redactor) {
    let has_one = headers
        .iter()
        .any(|header| header.name.eq_ignore_ascii_case("location"));
    if !has_one && !to.is_empty() && (300..400).contains(&status) {
        headers.push(Header::new("location", redactor.url(to)));
    }
}

fn length(headers: &[Header]) -> f64 {
    let mut headers = headers.iter();
    let found = headers.find(|header| header.name.eq_ignore_ascii_case("content-length"));
    found
        .and_then(|header| header.value.trim().parse().ok())
        .unwrap_or_default()
}

/// What says whether an answer has a body at all.
struct Hop<'a> {
    method: &'a str,
    status: u16,
    resource: Resource,
    is_whole: bool,
    redactor: &'a Redactor,
    length: f64,
}

impl Hop<'_> {
    fn answer_body(&self, content: Content, mime: &str) -> Body {
        let has_none = self.method == "HEAD"
            || matches!(self.status, 204 | 205 | 304)
            || (300..400).contains(&self.status);
        let size = content.size.unwrap_or(-1.0).max(self.length);
        let is_looked_at = !matches!(
            self.resource,
            Resource::Script | Resource::Style | Resource::Font | Resource::Image | Resource::Media
        );
        let captured = match content.text {
            // A file that no detector reads: what it is stands in its type.
            _ if !is_looked_at && mime != "text/html" => CapturedBody::NotFetched {
                size: whole_number(content.size),
            },
            Text::Whole(text) if !text.is_empty() => {
                bytes(mime.to_owned(), text, &content.encoding)
            }
            Text::TooLong(size) => too_long(size),
            Text::Whole(_) | Text::Absent if has_none => CapturedBody::None,
            // An empty text is one only when nothing says that there was more.
            Text::Whole(_) if self.length <= 0.0 => CapturedBody::None,
            Text::Absent if content.size == Some(0.0) && self.length <= 0.0 => CapturedBody::None,
            Text::Whole(_) | Text::Absent => CapturedBody::Missing {
                why: why_missing(&content.file, &content.comment, size),
            },
        };
        Body::recorded(captured, self.is_whole, self.redactor)
    }
}

fn why_missing(file: &str, comment: &str, size: f64) -> String {
    if !file.is_empty() {
        return format!("it lies in a file beside the archive, `{file}`; record it embedded");
    }
    if !comment.is_empty() {
        return format!("the archive says: {comment}");
    }
    if size > 0.0 {
        return format!("the archive doesn't hold it, only its size: {size} bytes");
    }
    "the archive doesn't hold it".to_owned()
}

fn initiator(entry: &Entry, redactor: &Redactor) -> Option<Initiator> {
    let from = &entry.initiator;
    let frame = from.stack.call_frames.iter().map(|frame| &frame.url);
    let mut urls = std::iter::once(&from.url).chain(frame);
    let url = urls.find(|url| !url.is_empty());
    let kind = [&from.kind, &entry.initiator_type]
        .into_iter()
        .find(|kind| !kind.is_empty());
    (url.is_some() || kind.is_some()).then(|| Initiator {
        kind: kind.cloned().unwrap_or_else(|| "other".to_owned()),
        url: url.map(|url| redactor.url(url)).unwrap_or_default(),
        line: u32::try_from(whole_number(from.line_number)).unwrap_or_default(),
    })
}

/// Less than nothing means that a part isn't known.
fn timings(timings: &Timings, total: Option<f64>) -> evidence::Timings {
    let known = |part: Option<f64>| part.filter(|part| *part >= 0.0);
    evidence::Timings {
        blocked: known(timings.blocked),
        dns: known(timings.dns),
        connect: known(timings.connect),
        tls: known(timings.ssl),
        wait: known(timings.wait),
        receive: known(timings.receive),
        total: known(total),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates, which is right for a size that nobody can have"
)]
fn whole_number(number: Option<f64>) -> u64 {
    number.unwrap_or_default().max(0.0) as u64
}
