//! The JSON Schema of `shippass.yaml`, made from the tables that it is read by.

use serde_json::{Map, Value, json};

mod access;

use self::access::access;
use super::{
    contract::CONTRACT,
    device,
    driver::WEBDRIVER,
    ignore::{IGNORE, TOO_MANY, WITH_AN_END},
    model::TargetKind,
    one_time::INBOX,
    personas::{PERSONA, SIGN_IN},
    read::CONFIG,
    signoff::SIGNOFF,
    targets::{COMMIT, TARGET},
};
use crate::checklist::schema::{
    DIALECT, Key, Schemas, actions_key, defined, definitions, list_of, map_of, one_of, text,
    text_like,
};

/// The JSON Schema (draft 2020-12) of the configuration; `detectors` are the names that ignore rules may use.
pub fn config_schema(detectors: &[&str]) -> Value {
    write(&mut Schemas::default(), detectors)
}

fn write(schemas: &mut Schemas, detectors: &[&str]) -> Value {
    let keys = [
        Key::new(
            "targets",
            "Deployments by name.",
            json!({"preview": {"url": "https://preview.example", "kind": "preview"}}),
            map_of(&target(schemas)),
        ),
        Key::new(
            "personas",
            "Who walks checklists, by name.",
            json!({"owner": {"sign_in": {"do": [{"visit": "/sign-in"}]}}}),
            map_of(&persona(schemas)),
        ),
        Key::new(
            "databases",
            "Where the product keeps its data, to be asked by `query`; by name.",
            json!({"app": "${APP_DATABASE_URL}"}),
            map_of(&text_like(
                "^\\s*(postgres|postgresql|mysql|mariadb|sqlite):",
            )),
        ),
        Key::new(
            "device",
            "The device to be: a name, or width, height and scale in CSS pixels; 375x812@3 when not given.",
            json!("375x812@3"),
            json!({
                "type": "string",
                "anyOf": [
                    {"enum": device::names().collect::<Vec<_>>()},
                    {"pattern": "^[0-9]+x[0-9]+@[0-9.]+$|\\$\\{"},
                ],
            }),
        ),
        Key::new(
            "api",
            "Paths that answer JSON: `*` within a segment, `**` across.",
            json!(["/api/**"]),
            list_of(&path_pattern()),
        ),
        Key::new(
            "contract",
            "What answers are held against: a JSON Schema for a request's, or an OpenAPI 3 document; paths begin at this file's folder.",
            json!([{"request": "GET /api/quotes/*", "schema": "contracts/quote.json"}]),
            list_of(&contract(schemas)),
        ),
        Key::new(
            "ignore",
            "Findings that are known and accepted.",
            json!([{"detector": "http-error", "request": "GET /favicon.ico", "why": "the preview has no icon"}]),
            few(list_of(&ignore_rule(schemas, detectors))),
        ),
        Key::new(
            "webdriver",
            "A driver, grid or device cloud that already runs.",
            json!({"url": "http://127.0.0.1:4444"}),
            webdriver(schemas),
        ),
        Key::new(
            "signoff",
            "What is demanded of who signs a bundle off.",
            json!({"signers": 2, "not_author": true}),
            signoff(schemas),
        ),
    ];
    let mut schema = Map::new();
    schema.insert("$schema".to_owned(), json!(DIALECT));
    schema.insert("title".to_owned(), json!("The configuration of shippass"));
    if let Value::Object(map) = schemas.map(&CONFIG, &keys) {
        schema.extend(map);
    }
    schema.insert("$defs".to_owned(), Value::Object(definitions(schemas)));
    Value::Object(schema)
}

fn target(schemas: &mut Schemas) -> Value {
    let kinds = [
        TargetKind::Preview,
        TargetKind::Production,
        TargetKind::Local,
    ]
    .map(|kind| kind.to_string());
    let keys = [
        Key::new(
            "url",
            "Where it begins, with its scheme.",
            json!("https://preview.example"),
            address(),
        )
        .required(),
        Key::new(
            "kind",
            "What kind of deployment it is.",
            json!("preview"),
            one_of(kinds.iter().map(String::as_str)),
        )
        .required(),
        Key::new(
            "origins",
            "Further origins that belong to it: scheme, host and port.",
            json!(["https://uploads.example"]),
            list_of(&address()),
        ),
        Key::new(
            "commit",
            "How it tells the commit that it serves: by a header, a meta element, or a JSON document and a pointer into it.",
            json!({"header": "x-app-commit"}),
            commit(schemas),
        ),
        Key::new(
            "access",
            "What a protected deployment wants to be shown; it goes to the target's own origins and to none other.",
            json!({"headers": {"x-vercel-protection-bypass": "${BYPASS}"}}),
            access(schemas),
        ),
    ];
    schemas.map(&TARGET, &keys)
}

fn commit(schemas: &mut Schemas) -> Value {
    let keys = [
        Key::new(
            "header",
            "A response header of the first document.",
            json!("x-app-commit"),
            text(),
        ),
        Key::new(
            "meta",
            "The name of a `<meta>` of the first document.",
            json!("commit"),
            text(),
        ),
        Key::new(
            "json",
            "The path of a JSON document.",
            json!("/version"),
            text_like("^/"),
        ),
        Key::new(
            "pointer",
            "Where in the JSON document the commit stands (RFC 6901).",
            json!("/commit"),
            text_like("^/"),
        ),
    ];
    let mut commit = schemas.map(&COMMIT, &keys);
    commit["oneOf"] = json!([
        {"required": ["header"]},
        {"required": ["meta"]},
        {"required": ["json", "pointer"]},
    ]);
    commit["dependentRequired"] = json!({"pointer": ["json"], "json": ["pointer"]});
    commit
}

fn persona(schemas: &mut Schemas) -> Value {
    let sign_in = [actions_key().required()];
    let keys = [
        Key::new(
            "tier",
            "The tier it is on, as the report shows it.",
            json!("pro"),
            text(),
        ),
        Key::new(
            "sign_in",
            "How it signs in, as the `do` of a step.",
            json!({"do": [{"visit": "/sign-in"}, {"fill": {"Email": "${OWNER_EMAIL}"}}, {"tap": "Sign in"}]}),
            schemas.map(&SIGN_IN, &sign_in),
        )
        .required(),
        Key::new(
            "proof",
            "What tells who is signed in: `see`, `url` or `fetch`; asked before the first step and whenever the session is taken up again.",
            json!([{"fetch": {"path": "/api/me", "at": "/email", "equals": "${OWNER_EMAIL}"}}]),
            list_of(&defined("check")),
        ),
        Key::new(
            "totp",
            "An authenticator's secret in base 32, or its otpauth:// address; `${totp}` in `sign_in` is the code of that moment.",
            json!("${OWNER_TOTP}"),
            text(),
        ),
        Key::new(
            "inbox",
            "Where one-time codes and links arrive; `${inbox}` in `sign_in` is the first group of `find` in a new message.",
            json!({"url": "http://localhost:8025/api/v1/messages", "find": "code is ([0-9]{6})"}),
            inbox(schemas),
        ),
    ];
    schemas.map(&PERSONA, &keys)
}

fn inbox(schemas: &mut Schemas) -> Value {
    let keys = [
        Key::new(
            "url",
            "What answers with messages.",
            json!("http://localhost:8025/api/v1/messages"),
            address(),
        ),
        Key::new(
            "command",
            "A program that prints messages, one a line, as a list of words.",
            json!(["./latest-code.sh"]),
            list_of(&text()),
        ),
        Key::new(
            "find",
            "A regular expression with the code in its first group.",
            json!("code is ([0-9]{6})"),
            text(),
        )
        .required(),
    ];
    let mut inbox = schemas.map(&INBOX, &keys);
    inbox["oneOf"] = json!([{"required": ["url"]}, {"required": ["command"]}]);
    inbox
}

fn contract(schemas: &mut Schemas) -> Value {
    let keys = [
        Key::new(
            "request",
            "Method and path of the requests whose answers it is about.",
            json!("GET /api/quotes/*"),
            request_pattern(),
        ),
        Key::new(
            "schema",
            "A file with a JSON Schema.",
            json!("contracts/quote.json"),
            text(),
        ),
        Key::new(
            "openapi",
            "A file with an OpenAPI 3 document.",
            json!("contracts/api.yaml"),
            text(),
        ),
        Key::new(
            "base",
            "The path below which the document's paths lie.",
            json!("/api"),
            text(),
        ),
    ];
    let mut contract = schemas.map(&CONTRACT, &keys);
    contract["oneOf"] = json!([
        {"required": ["request", "schema"], "not": {"required": ["base"]}},
        {"required": ["openapi"], "not": {"required": ["request"]}},
    ]);
    contract
}

/// At most so many ignore rules, the last of them only when each says its end.
fn few(mut rules: Value) -> Value {
    rules["maxItems"] = json!(TOO_MANY - 1);
    rules["if"] = json!({"minItems": WITH_AN_END});
    rules["then"] = json!({"items": {"required": ["until"]}});
    rules
}

fn ignore_rule(schemas: &mut Schemas, detectors: &[&str]) -> Value {
    let keys = [
        Key::new(
            "detector",
            "The detector whose findings are accepted.",
            json!("http-error"),
            one_of(detectors.iter().copied()),
        )
        .required(),
        Key::new(
            "request",
            "Method and path of the request; every finding of the detector when not given.",
            json!("GET /favicon.ico"),
            request_pattern(),
        ),
        Key::new(
            "why",
            "Why it is accepted.",
            json!("the preview has no icon"),
            text(),
        )
        .required(),
        Key::new(
            "until",
            "The last day on which it holds.",
            json!("2026-12-31"),
            text_like("^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
        ),
    ];
    schemas.map(&IGNORE, &keys)
}

fn signoff(schemas: &mut Schemas) -> Value {
    let keys = [
        Key::new(
            "signers",
            "How many people; 1 when not given.",
            json!(2),
            json!({"type": "integer", "minimum": 1}),
        ),
        Key::new(
            "not_author",
            "Whether nobody may sign for a commit of their own.",
            json!(true),
            json!({"type": "boolean"}),
        ),
    ];
    schemas.map(&SIGNOFF, &keys)
}

fn webdriver(schemas: &mut Schemas) -> Value {
    let keys = [
        Key::new(
            "url",
            "Where it listens; `--webdriver` goes before it.",
            json!("https://grid.example/wd/hub"),
            address(),
        ),
        Key::new(
            "capabilities",
            "What to ask of it, over what shippass asks for itself.",
            json!({"browserName": "chrome"}),
            json!({"type": "object", "minProperties": 1}),
        ),
    ];
    schemas.map(&WEBDRIVER, &keys)
}

fn address() -> Value {
    text_like("^\\s*https?://")
}

fn request_pattern() -> Value {
    text_like("^\\s*([A-Z]+\\s+)?([/*]\\S*|\\S+://\\S*)\\s*$")
}

fn path_pattern() -> Value {
    text_like("^([/*]\\S*|\\S+://\\S*)$")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_described() {
        let mut schemas = Schemas::default();
        write(&mut schemas, &[]);
        assert_eq!(schemas.undescribed(), <[String; 0]>::default());
    }
}
