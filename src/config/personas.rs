//! `personas`: who walks, how they sign in and what proves it.

use std::collections::BTreeMap;

use super::{
    model::Persona,
    one_time::{self, authenticator},
};
use crate::checklist::{LateSource, Node, Reader, Shape, given, nowhere, proof, recipe};

pub(super) const PERSONA: Shape = Shape {
    what: "a persona",
    keys: &["tier", "sign_in", "proof", "totp", "inbox"],
    later: &[],
    elsewhere: no_persona_key,
};

pub(super) const SIGN_IN: Shape = Shape {
    what: "`sign_in`",
    keys: &["do"],
    later: &[],
    elsewhere: nowhere,
};

const PERSONAS_EXAMPLE: &str = "personas: { owner: { sign_in: { do: [{ visit: /sign-in }] } } }";
const PERSONA_EXAMPLE: &str = "owner: { sign_in: { do: [{ visit: /sign-in }] } }";

fn no_persona_key(key: &str) -> Option<String> {
    Some(match key {
        "email" | "user" | "username" | "password" => {
            "what a persona types goes under `sign_in`: `sign_in: { do: [{ fill: { Email: … } }] }`"
                .to_owned()
        }
        "do" | "steps" => "that goes under `sign_in`: `sign_in: { do: […] }`".to_owned(),
        "expect" | "check" | "verify" => {
            "what tells who is signed in goes under `proof`: `proof: [{ see: Hello, Ada }]`"
                .to_owned()
        }
        "otp" | "mfa" | "2fa" => {
            "the secret of an authenticator is `totp` here: `totp: ${OWNER_TOTP}`".to_owned()
        }
        "mail" | "mailbox" => {
            "that is `inbox` here: `inbox: { url: …, find: \"code is ([0-9]{6})\" }`".to_owned()
        }
        "plan" | "role" => "that is `tier` here".to_owned(),
        "login" | "auth" => "that is `sign_in` here".to_owned(),
        _ => return None,
    })
}

/// The personas by name; unreadable ones are left out, their mistakes noted.
pub(super) fn personas(reader: &mut Reader<'_>, node: &Node) -> BTreeMap<String, Persona> {
    let pairs = reader
        .pairs(node, "`personas`", PERSONAS_EXAMPLE)
        .unwrap_or_default();
    pairs
        .iter()
        .filter_map(|(key, value)| {
            let name = reader.name(key, "a persona's name", PERSONA_EXAMPLE)?;
            let persona = persona(reader, key, &name, value)?;
            Some((name, persona))
        })
        .collect()
}

fn persona(reader: &mut Reader<'_>, key: &Node, name: &str, node: &Node) -> Option<Persona> {
    let fields = reader.fields(node, &PERSONA, PERSONA_EXAMPLE)?;
    let tier = fields
        .get("tier")
        .map(|node| reader.text(node, "`tier`", "tier: pro"));
    let totp = fields.get("totp");
    let inbox = fields.get("inbox");
    let sources: Vec<LateSource> = [(totp, LateSource::Totp), (inbox, LateSource::Inbox)]
        .into_iter()
        .filter_map(|(given, source)| given.map(|_| source))
        .collect();
    let totp = totp.map(|node| authenticator(reader, node));
    let inbox = inbox.map(|node| one_time::inbox(reader, node));
    let sign_in = fields
        .require(reader, "sign_in", "sign_in: { do: [{ visit: /sign-in }] }")
        .and_then(|node| {
            let example = "sign_in: { do: [{ visit: /sign-in }] }";
            let fields = reader.fields(node, &SIGN_IN, example)?;
            let items = fields.require(reader, "do", example)?;
            recipe(reader, items, &sources)
        });
    let shown = fields.get("proof").map(|node| proof(reader, node));
    let persona = Persona {
        name: name.to_owned(),
        tier: given(tier)?,
        sign_in: sign_in?,
        proof: given(shown)?.unwrap_or_default(),
        totp: given(totp)?,
        inbox: given(inbox)?,
    };
    if persona.proof.is_empty() && !fields.has_unknown() {
        let message = format!("nothing proves that {name} is signed in");
        let help = "give what an API says of it: `proof: [{ fetch: { path: /api/me, at: /email, equals: \
                    ada@example.com } }]`, or what only it can see: `proof: [{ see: Hello, Ada }]`";
        reader.warning(key, message, help);
    }
    Some(persona)
}
