//! The files that `init` writes.

use super::{SCHEMAS, sight::Sight};
use crate::browser::page::SignInForm;
use crate::checklist::{By, Locator};
use crate::config::{CommitSource, Target};

/// `shippass.yaml`.
pub(super) fn config(sight: Option<&Sight>) -> String {
    let head = format!("# yaml-language-server: $schema={SCHEMAS}/config.schema.json\n");
    let Some(sight) = sight else {
        return head + EXAMPLE_CONFIG;
    };
    let mut text = head + &target(&sight.target);
    if let Some((path, form)) = &sight.form {
        text.push_str(&persona(path, form));
    }
    text.push_str("device: 375x812@3\n");
    text
}

fn target(target: &Target) -> String {
    let mut lines = vec![
        "targets:".to_owned(),
        format!("  {}:", target.name),
        format!("    url: {}", text_of(target.url.as_str())),
        format!("    kind: {}   # preview | production | local", target.kind),
    ];
    if !target.origins.is_empty() {
        let origins: Vec<String> = target.origins.iter().map(|it| text_of(it)).collect();
        lines.push(format!("    origins: [{}]", origins.join(", ")));
    }
    lines.extend(match &target.commit {
        Some(CommitSource::Header(name)) => {
            Some(format!("    commit: {{ header: {} }}", text_of(name)))
        }
        Some(CommitSource::Meta(name)) => {
            Some(format!("    commit: {{ meta: {} }}", text_of(name)))
        }
        _ => None,
    });
    lines.join("\n") + "\n"
}

fn persona(path: &str, form: &SignInForm) -> String {
    let user = form.user.as_ref().map(|field| (field, "OWNER_EMAIL"));
    let fields = user
        .iter()
        .copied()
        .chain([(&form.password, "OWNER_PASSWORD")]);
    let fields: Vec<_> = fields.collect();
    let are_named = fields
        .iter()
        .all(|(field, _)| matches!(field.by, By::Name(_)));
    let fill = fields.into_iter().map(|(field, variable)| {
        let element = element(field);
        if are_named {
            format!("            {element}: ${{{variable}}}")
        } else {
            format!("            - {{ field: {element}, text: \"${{{variable}}}\" }}")
        }
    });
    let send = match &form.button {
        Some(button) => format!("tap: {}", element(button)),
        None => "press: Enter".to_owned(),
    };
    let proof = if user.is_some() {
        "path: /api/me, at: /email, equals: \"${OWNER_EMAIL}\""
    } else {
        "path: /api/me, status: 200"
    };
    format!(
        "personas:\n  owner:\n    # A test account; its values come from the environment and are in no file.\n    sign_in:\n      do:\n\
         \x20       - visit: {}\n        - fill:\n{}\n        - {send}\n\
         \x20   # What only this account can see proves who is signed in: an API's answer, or a text as `see: Ada`.\n\
         \x20   # proof: [{{ fetch: {{ {proof} }} }}]\n",
        text_of(path),
        fill.collect::<Vec<_>>().join("\n")
    )
}

/// The first checklist.
pub(super) fn checklist(sight: Option<&Sight>) -> String {
    let head = format!("# yaml-language-server: $schema=../{SCHEMAS}/checklist.schema.json\n");
    let Some(sight) = sight else {
        return head + EXAMPLE_CHECKLIST;
    };
    let path = text_of(&sight.path);
    let Some((_, form)) = &sight.form else {
        let seen = match &sight.front.heading {
            Some(heading) => format!("see: {}", text_of(heading)),
            None => format!("url: {}", text_of(&sight.landed)),
        };
        return format!(
            "{head}name: A first look\nsteps:\n  - name: Open the start page\n    do:\n      - visit: {path}\n    expect:\n      - {seen}\n\
             \x20   confirm:\n      - The page is whole, and nothing is cut off at the right edge\n"
        );
    };
    let password = match &form.password.by {
        By::Name(name) => format!("{{ label: {} }}", text_of(name)),
        _ => element(&form.password),
    };
    format!(
        "{head}name: A first look, signed in\nas: owner\nsteps:\n  - name: Open the start page\n    do:\n      - visit: {path}\n    expect:\n\
         \x20     - not_see: {password}\n    confirm:\n      - It is the page of someone who is signed in, and nothing is cut off at the right edge\n"
    )
}

/// An element as a checklist names it, in flow style.
fn element(locator: &Locator) -> String {
    match &locator.by {
        By::Name(name) => text_of(name),
        By::Label(label) => format!("{{ label: {} }}", text_of(label)),
        By::TestId(id) => format!("{{ test_id: {} }}", text_of(id)),
        By::Css(selector) => format!("{{ css: {} }}", text_of(selector)),
        By::Role { role, name: None } => format!("{{ role: {role} }}"),
        By::Role {
            role,
            name: Some(name),
        } => format!("{{ role: {role}, name: {} }}", text_of(name)),
    }
}

/// A text as YAML takes it anywhere, in quotes when it needs them.
fn text_of(text: &str) -> String {
    // `${` would begin a variable.
    let text = text.replace("${", "$${");
    let is_plain = |character: char| character.is_alphanumeric() || " -_/.".contains(character);
    let is_address = text.starts_with("http")
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b":/.-_".contains(&byte))
        && !text.ends_with(':');
    if is_address {
        return text;
    }
    let is_simple = text.starts_with(|first: char| first.is_alphabetic() || first == '/')
        && text.chars().all(is_plain)
        && !text.ends_with(' ')
        && !WORDS.contains(&text.to_ascii_lowercase().as_str());
    if is_simple {
        return text;
    }
    serde_json::Value::from(text).to_string()
}

/// What other readers of YAML take for something else than a text.
const WORDS: [&str; 9] = ["yes", "no", "on", "off", "true", "false", "null", "y", "n"];

const EXAMPLE_CONFIG: &str = "\
# Where the app runs. `shippass init URL` looks at a page and writes this by itself.
targets:
  local:
    url: http://localhost:3000
    kind: local                       # preview | production | local
    # commit: { header: x-app-commit }  # or { meta: NAME } or { json: /version, pointer: /commit }

# Who walks checklists: the values come from the environment and are in no file.
# personas:
#   owner:
#     sign_in:
#       do:
#         - visit: /sign-in
#         - fill: { Email: \"${OWNER_EMAIL}\", Password: \"${OWNER_PASSWORD}\" }
#         - tap: Sign in

# Paths that answer JSON: an HTML page there is a fault.
# api: [/api/**]

device: 375x812@3
";

const EXAMPLE_CHECKLIST: &str = "\
name: A first look
# as: owner                           # signed in as this persona of shippass.yaml
steps:
  - name: Open the start page
    do:
      - visit: /
      # - tap: Sign in                # an element by its label or visible text
    expect:
      - url: /
      # - see: Welcome                # a text anywhere on the page
    confirm:                          # what a person looks at in the pictures
      - The page is whole, and nothing is cut off at the right edge
";

#[cfg(test)]
mod tests {
    use url::Url;

    use super::super::{CHECKLIST, CONFIG};
    use super::*;
    use crate::browser::page::Front;
    use crate::checklist::{Action, Mistake, RecipeAction, Source};
    use crate::config::{Environment, Project, read_project};

    /// Reads the two files as `shippass check` does.
    fn read(sight: Option<&Sight>) -> Project {
        let (config, checklist) = (config(sight), checklist(sight));
        let source = |name, text| Source { name, text };
        let environment = Environment::from(vec![
            ("OWNER_EMAIL".to_owned(), "ada@example.com".to_owned()),
            ("OWNER_PASSWORD".to_owned(), "correct horse".to_owned()),
        ]);
        let checklists = [source(CHECKLIST, checklist.as_str())];
        let project = read_project(
            Some(source(CONFIG, &config)),
            &checklists,
            &environment,
            &[],
        );
        let project =
            project.unwrap_or_else(|mistakes| panic!("{mistakes:#?}\n{config}\n{checklist}"));
        // Only a person knows what proves who is signed in.
        let is_known = |mistake: &Mistake| mistake.message.starts_with("nothing proves");
        assert!(project.warnings.iter().all(is_known), "{project:#?}");
        project
    }

    fn sight(form: Option<SignInForm>, heading: &str) -> Sight {
        let mut target =
            Target::from_url(Url::parse("http://127.0.0.1:3000/").expect("an address"));
        target.name = "local".to_owned();
        target.commit = Some(CommitSource::Meta("git: sha".to_owned()));
        Sight {
            target,
            path: "/start?lang=en#x".to_owned(),
            landed: "/start".to_owned(),
            unsettled: None,
            front: Front {
                title: String::new(),
                heading: Some(heading.to_owned()),
                status: Some(200),
                metas: Vec::new(),
                form: None,
                way: None,
            },
            form: form.map(|form| ("/sign-in".to_owned(), form)),
        }
    }

    #[test]
    fn what_is_written_without_an_address_can_be_read() {
        let project = read(None);
        assert_eq!(project.config.targets.len(), 1);
        assert_eq!(project.checklists[0].steps.len(), 1);
    }

    #[test]
    fn names_that_need_quotes_are_read_as_they_are() {
        let hostile = "Ünïcode: \"E-mail\" #1, {a} [b] ${X} * & ! | > % @ ` '";
        let form = SignInForm {
            user: Some(Locator::named(hostile)),
            password: Locator {
                by: By::Label("No".to_owned()),
                inside: None,
                nth: None,
            },
            button: Some(Locator {
                by: By::Role {
                    role: "button".to_owned(),
                    name: Some("Sign in\\".to_owned()),
                },
                inside: None,
                nth: None,
            }),
        };
        let project = read(Some(&sight(Some(form.clone()), "x")));
        let sign_in = &project.config.personas["owner"].sign_in;
        let RecipeAction::Known(Action::Fill(entries)) = &sign_in[1] else {
            panic!("{sign_in:?}");
        };
        assert_eq!(Some(&entries[0].field), form.user.as_ref());
        assert_eq!(entries[0].text, "ada@example.com");
        assert_eq!(entries[1].field, form.password);
        let send = Action::Tap(form.button.clone().expect("given"));
        assert_eq!(sign_in[2], RecipeAction::Known(send));
        let plain = SignInForm {
            password: Locator::named("Your \"secret\": word"),
            ..form.clone()
        };
        let project = read(Some(&sight(Some(plain), "x")));
        let RecipeAction::Known(Action::Fill(entries)) =
            &project.config.personas["owner"].sign_in[1]
        else {
            panic!("{:?}", project.config.personas);
        };
        assert_eq!(entries[1].field, Locator::named("Your \"secret\": word"));
        assert_eq!(entries[1].text, "correct horse");
        let project = read(Some(&sight(None, hostile)));
        let shown = format!("{:?}", project.checklists[0].steps[0].expectations);
        assert!(shown.contains("#1, {a} [b] ${X} *"), "{shown}");
    }
}
