//! Reading `access`: one kind of key to the door, or several together.

use super::{Access, TokenCommand, basic_credentials};
use crate::checklist::{Fields, Kind, Node, Reader, Shape, given, has_variable, nowhere, quote};

pub(in crate::config) const ACCESS: Shape = Shape {
    what: "`access`",
    keys: &[
        "headers",
        "basic",
        "cloudflare_access",
        "cookie",
        "command",
        "header",
    ],
    later: &[],
    elsewhere: no_access_key,
};

pub(in crate::config) const BASIC: Shape = Shape {
    what: "`basic`",
    keys: &["user", "password"],
    later: &[],
    elsewhere: nowhere,
};

pub(in crate::config) const CLOUDFLARE: Shape = Shape {
    what: "`cloudflare_access`",
    keys: &["client_id", "client_secret"],
    later: &[],
    elsewhere: nowhere,
};

const EXAMPLE: &str = "access: { headers: { x-vercel-protection-bypass: \"${BYPASS}\" } }";
const HEADERS_EXAMPLE: &str = "headers: { x-vercel-protection-bypass: \"${BYPASS}\" }";
const BASIC_EXAMPLE: &str = "basic: { user: preview, password: \"${PREVIEW_PASSWORD}\" }";
const CLOUDFLARE_EXAMPLE: &str =
    "cloudflare_access: { client_id: \"${CF_ID}\", client_secret: \"${CF_SECRET}\" }";
const COOKIE_EXAMPLE: &str = "cookie: { _session: \"${SESSION}\" }";
const COMMAND_EXAMPLE: &str =
    "access: { command: [./token.sh, preview], header: x-vercel-trusted-oidc-idp-token }";

/// Headers that belong to the browser and the connection: another value breaks the request.
const OF_THE_BROWSER: &[&str] = &[
    "host",
    "connection",
    "content-length",
    "content-type",
    "keep-alive",
    "origin",
    "proxy-authorization",
    "referer",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

fn no_access_key(key: &str) -> Option<String> {
    Some(match key {
        "token" | "bearer" => {
            "write the header that bears it: `access: { headers: { authorization: \"Bearer ${TOKEN}\" } }`".to_owned()
        }
        "bypass" => format!("write the header that bears it: `{EXAMPLE}`"),
        "cookies" => format!("that is `cookie` here: `{COOKIE_EXAMPLE}`"),
        "user" | "username" | "password" => {
            format!("those go under `basic`: `access: {{ {BASIC_EXAMPLE} }}`")
        }
        "client_id" | "client_secret" => {
            format!("those go under `cloudflare_access`: `access: {{ {CLOUDFLARE_EXAMPLE} }}`")
        }
        _ if key.contains('-') => {
            format!("a header goes under `headers`: `access: {{ headers: {{ {key}: … }} }}`")
        }
        _ => return None,
    })
}

/// Reads `access` of a target.
pub(in crate::config) fn access(reader: &mut Reader<'_>, node: &Node) -> Option<Access> {
    let fields = reader.fields(node, &ACCESS, EXAMPLE)?;
    let mut headers = Headers::default();
    let mut is_good = !fields.has_unknown();
    if let Some(node) = fields.get("headers") {
        is_good &= plain_headers(reader, node, &mut headers).is_some();
    }
    if let Some(node) = fields.get("basic") {
        is_good &= basic(reader, node, &mut headers).is_some();
    }
    if let Some(node) = fields.get("cloudflare_access") {
        is_good &= cloudflare(reader, node, &mut headers).is_some();
    }
    let has_command = fields.get("command").or(fields.get("header")).is_some();
    let command = has_command.then(|| command(reader, &fields, &mut headers));
    let cookies = fields.get("cookie").map(|node| cookies(reader, node));
    let (command, cookies) = (given(command)?, given(cookies)?.unwrap_or_default());
    let access = Access {
        headers: headers.pairs,
        cookies,
        command,
    };
    if is_good && access.names().is_empty() {
        let message = "`access` says nothing to show".to_owned();
        reader.error(fields.node(), message, &format!("write `{EXAMPLE}`"));
        return None;
    }
    is_good.then_some(access)
}

/// Headers so far; each can be set once.
#[derive(Default)]
struct Headers {
    pairs: Vec<(String, String)>,
    names: Vec<String>,
}

impl Headers {
    /// Takes a header's name, in lower case.
    fn claim(&mut self, reader: &mut Reader<'_>, at: &Node, name: &str) -> Option<()> {
        if self.names.iter().any(|known| known == name) {
            let message = format!("the header `{name}` is set twice");
            reader.error(at, message, "keep one of them");
            return None;
        }
        self.names.push(name.to_owned());
        Some(())
    }

    fn add(&mut self, reader: &mut Reader<'_>, at: &Node, name: &str, value: String) -> Option<()> {
        self.claim(reader, at, name)?;
        self.pairs.push((name.to_owned(), value));
        Some(())
    }
}

fn plain_headers(reader: &mut Reader<'_>, node: &Node, headers: &mut Headers) -> Option<()> {
    let pairs = reader.pairs(node, "`headers`", HEADERS_EXAMPLE)?;
    let mut is_good = true;
    for (key, value) in pairs {
        let read = header_name(reader, key).and_then(|name| {
            let value = secret(reader, value, &quote(key.written()), HEADERS_EXAMPLE)?;
            headers.add(reader, key, &name, value)
        });
        is_good &= read.is_some();
    }
    is_good.then_some(())
}

/// A header's name that one may set oneself, in lower case.
fn header_name(reader: &mut Reader<'_>, node: &Node) -> Option<String> {
    let name = reader.shown_text(node, "a header's name", HEADERS_EXAMPLE)?;
    let name = name.to_ascii_lowercase();
    let (message, help) = if !is_token(&name) {
        let message = format!("{} is no header's name", quote(node.written()));
        (
            message,
            "write the name alone, as `x-vercel-protection-bypass`".to_owned(),
        )
    } else if name == "cookie" {
        (
            "a cookie isn't set as a header".to_owned(),
            format!("write `access: {{ {COOKIE_EXAMPLE} }}`"),
        )
    } else if OF_THE_BROWSER.contains(&name.as_str()) || name.starts_with("sec-") {
        (
            format!("the header `{name}` belongs to the browser"),
            "take it out; what opens the door bears another name".to_owned(),
        )
    } else {
        return Some(name);
    };
    reader.error(node, message, &help);
    None
}

/// RFC 9110: what names of headers and cookies are made of.
fn is_token(name: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !name.is_empty() && name.bytes().all(is_part)
}

/// A value that goes into a header: one line, nothing but visible characters and spaces within.
fn secret(reader: &mut Reader<'_>, node: &Node, subject: &str, example: &str) -> Option<String> {
    let text = reader.text(node, subject, example)?;
    let value = text.trim_matches(' ');
    if value.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Some(value.to_owned());
    }
    let (what, help) = if value.contains(['\r', '\n']) {
        (
            "a line break",
            "set the variable again without it; `echo` and dashboards like to add one, `printf %s` doesn't",
        )
    } else {
        (
            "a character that no header can hold",
            "write letters, digits and signs of ASCII alone",
        )
    };
    let message = format!("the value of {subject} holds {what}");
    reader.error(node, message, help);
    None
}

fn basic(reader: &mut Reader<'_>, node: &Node, headers: &mut Headers) -> Option<()> {
    let fields = reader.fields(node, &BASIC, BASIC_EXAMPLE)?;
    let user = fields
        .require(reader, "user", BASIC_EXAMPLE)
        .and_then(|node| Some((node, secret(reader, node, "`user`", BASIC_EXAMPLE)?)));
    let password = fields
        .require(reader, "password", BASIC_EXAMPLE)
        .and_then(|node| secret(reader, node, "`password`", BASIC_EXAMPLE));
    let ((user_node, user), password) = (user?, password?);
    if user.contains(':') {
        let message = "a user's name can't hold a colon".to_owned();
        let help = "everything behind the first colon would be taken for the password";
        reader.error(user_node, message, help);
        return None;
    }
    reader.hide("basic password", &password);
    let credentials = basic_credentials(&user, &password);
    headers.add(reader, node, "authorization", credentials)
}

fn cloudflare(reader: &mut Reader<'_>, node: &Node, headers: &mut Headers) -> Option<()> {
    let fields = reader.fields(node, &CLOUDFLARE, CLOUDFLARE_EXAMPLE)?;
    let mut part = |key: &'static str, subject: &str| {
        let node = fields.require(reader, key, CLOUDFLARE_EXAMPLE)?;
        secret(reader, node, subject, CLOUDFLARE_EXAMPLE)
    };
    let id = part("client_id", "`client_id`");
    let client_secret = part("client_secret", "`client_secret`");
    let (id, client_secret) = (id?, client_secret?);
    headers.add(reader, node, "cf-access-client-id", id)?;
    headers.add(reader, node, "cf-access-client-secret", client_secret)
}

fn cookies(reader: &mut Reader<'_>, node: &Node) -> Option<Vec<(String, String)>> {
    let pairs = reader.pairs(node, "`cookie`", COOKIE_EXAMPLE)?;
    let mut cookies = Vec::with_capacity(pairs.len());
    let mut is_good = true;
    for (key, value) in pairs {
        let read = cookie(reader, key, value);
        is_good &= read.is_some();
        cookies.extend(read);
    }
    is_good.then_some(cookies)
}

fn cookie(reader: &mut Reader<'_>, key: &Node, value: &Node) -> Option<(String, String)> {
    let name = reader.shown_text(key, "a cookie's name", COOKIE_EXAMPLE)?;
    if !is_token(&name) {
        let message = format!("{} is no cookie's name", quote(key.written()));
        let help = format!("write name and value apart: `{COOKIE_EXAMPLE}`");
        reader.error(key, message, &help);
        return None;
    }
    let text = secret(reader, value, &quote(key.written()), COOKIE_EXAMPLE)?;
    if text.contains([';', ',', '"', '\\', ' ']) {
        let message = "a cookie's value can't hold `;`, `,`, quotes, a backslash or a space";
        let help = "give the value alone, without the cookie's attributes";
        reader.error(value, message.to_owned(), help);
        return None;
    }
    Some((name, text))
}

/// `command` with its `header`, one of which is given.
fn command(
    reader: &mut Reader<'_>,
    fields: &Fields<'_>,
    headers: &mut Headers,
) -> Option<TokenCommand> {
    let Some(command) = fields.get("command") else {
        let at = fields.get("header").unwrap_or(fields.node());
        let help = format!(
            "write `{COMMAND_EXAMPLE}`; a header whose value is known goes under `headers`"
        );
        reader.error(at, "`header` goes with `command`".to_owned(), &help);
        return None;
    };
    let words = words(reader, command);
    let header = fields
        .require(reader, "header", COMMAND_EXAMPLE)
        .and_then(|node| {
            let name = header_name(reader, node)?;
            headers.claim(reader, node, &name)?;
            Some(name)
        });
    Some(TokenCommand {
        words: words?,
        header: header?,
    })
}

fn words(reader: &mut Reader<'_>, node: &Node) -> Option<Vec<String>> {
    if let Kind::Scalar { .. } = &node.kind {
        let message = "`command` wants a list: the program, then each argument".to_owned();
        let help = format!("it is run without a shell; write `{COMMAND_EXAMPLE}`");
        reader.error(node, message, &help);
        return None;
    }
    let items = reader.list(node, "`command`", COMMAND_EXAMPLE)?;
    let words: Vec<Option<String>> = items.iter().map(|item| word(reader, item)).collect();
    words.into_iter().collect()
}

/// A word as it is written: what stands in a command line can be read by every process of the machine.
fn word(reader: &mut Reader<'_>, node: &Node) -> Option<String> {
    if has_variable(node.written()) {
        let message = "a word of `command` can't hold a variable".to_owned();
        let help = "every process of the machine can read a command line; the command has the whole environment and can read it there";
        reader.error(node, message, help);
        return None;
    }
    reader.shown_text(node, "a word of `command`", COMMAND_EXAMPLE)
}
