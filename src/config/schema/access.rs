//! What a protected deployment wants to be shown.

use serde_json::{Value, json};

use crate::checklist::schema::{Key, Schemas, list_of, map_of, text};
use crate::config::access::{ACCESS, BASIC, CLOUDFLARE};

pub(super) fn access(schemas: &mut Schemas) -> Value {
    let basic = [
        Key::new("user", "The name.", json!("preview"), text()).required(),
        Key::new(
            "password",
            "The password.",
            json!("${PREVIEW_PASSWORD}"),
            text(),
        )
        .required(),
    ];
    let cloudflare = [
        Key::new("client_id", "The token's id.", json!("${CF_ID}"), text()).required(),
        Key::new(
            "client_secret",
            "The token's secret.",
            json!("${CF_SECRET}"),
            text(),
        )
        .required(),
    ];
    let keys = [
        Key::new(
            "headers",
            "Headers by name.",
            json!({"x-vercel-protection-bypass": "${BYPASS}"}),
            map_of(&text()),
        ),
        Key::new(
            "basic",
            "A name and a password by HTTP.",
            json!({"user": "preview", "password": "${PREVIEW_PASSWORD}"}),
            schemas.map(&BASIC, &basic),
        ),
        Key::new(
            "cloudflare_access",
            "A service token of Cloudflare Access.",
            json!({"client_id": "${CF_ID}", "client_secret": "${CF_SECRET}"}),
            schemas.map(&CLOUDFLARE, &cloudflare),
        ),
        Key::new(
            "cookie",
            "Cookies by name.",
            json!({"_session": "${SESSION}"}),
            map_of(&text()),
        ),
        Key::new(
            "command",
            "A command that prints a token, as a list of words; its token goes into `header`.",
            json!(["./token.sh", "preview"]),
            json!({"anyOf": [text(), list_of(&text())]}),
        ),
        Key::new(
            "header",
            "The header that bears the command's token.",
            json!("x-vercel-trusted-oidc-idp-token"),
            text(),
        ),
    ];
    let mut access = schemas.map(&ACCESS, &keys);
    access["minProperties"] = json!(1);
    access["dependentRequired"] = json!({"command": ["header"], "header": ["command"]});
    access
}
