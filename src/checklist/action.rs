//! The verbs of `do`. One more verb is a variant of `Action` and a row of `VERBS`.

use super::{
    ask::{ASK_EXAMPLE, ask},
    check::{CHECKS, sight},
    element::{entries, locator},
    include,
    keys::check_key,
    model::Action,
    network::network,
    reader::Reader,
    reference::has_variable,
    swipe::swipe,
    upload::upload,
    vocabulary::{Vocabulary, Word},
    yaml::Node,
};

/// What the machine can do.
pub(super) static VERBS: Vocabulary<Action> = Vocabulary {
    noun: "verb",
    words: &[
        Word {
            name: "visit",
            example: "- visit: /quotes",
            decode: visit,
        },
        Word {
            name: "tap",
            example: "- tap: Sign in",
            decode: |reader, node| {
                locator(reader, node, "`tap`", "- tap: Sign in").map(Action::Tap)
            },
        },
        Word {
            name: "double_tap",
            example: "- double_tap: Pay",
            decode: |reader, node| {
                locator(reader, node, "`double_tap`", "- double_tap: Pay").map(Action::DoubleTap)
            },
        },
        Word {
            name: "long_press",
            example: "- long_press: Roof.jpg",
            decode: |reader, node| {
                let example = "- long_press: Roof.jpg";
                locator(reader, node, "`long_press`", example).map(Action::LongPress)
            },
        },
        Word {
            name: "swipe",
            example: "- swipe: left",
            decode: swipe,
        },
        Word {
            name: "fill",
            example: "- fill: { Email: ada@example.com }",
            decode: |reader, node| entries(reader, node, &FILL).map(Action::Fill),
        },
        Word {
            name: "paste",
            example: "- paste: { Message: Hello }",
            decode: |reader, node| entries(reader, node, &PASTE).map(Action::Paste),
        },
        Word {
            name: "press",
            example: "- press: Enter",
            decode: press,
        },
        Word {
            name: "choose",
            example: "- choose: { Plan: Pro }",
            decode: |reader, node| entries(reader, node, &CHOOSE).map(Action::Choose),
        },
        Word {
            name: "check",
            example: "- check: Remember me",
            decode: |reader, node| {
                locator(reader, node, "`check`", "- check: Remember me").map(Action::Check)
            },
        },
        Word {
            name: "uncheck",
            example: "- uncheck: Newsletter",
            decode: |reader, node| {
                locator(reader, node, "`uncheck`", "- uncheck: Newsletter").map(Action::Uncheck)
            },
        },
        Word {
            name: "scroll_to",
            example: "- scroll_to: Terms",
            decode: |reader, node| {
                locator(reader, node, "`scroll_to`", "- scroll_to: Terms").map(Action::ScrollTo)
            },
        },
        Word {
            name: "upload",
            example: "- upload: { Photo: photos/roof.jpg }",
            decode: upload,
        },
        Word {
            name: "wait_for",
            example: "- wait_for: Ready to sign",
            decode: |reader, node| {
                let example = "- wait_for: Ready to sign";
                sight(reader, node, "`wait_for`", example).map(Action::WaitFor)
            },
        },
        Word {
            name: "network",
            example: "- network: offline",
            decode: network,
        },
        Word {
            name: "back",
            example: "- back",
            decode: |reader, node| takes_nothing(reader, node, "back", Action::Back),
        },
        Word {
            name: "reload",
            example: "- reload",
            decode: |reader, node| takes_nothing(reader, node, "reload", Action::Reload),
        },
        Word {
            name: "ask",
            example: ASK_EXAMPLE,
            decode: |reader, node| ask(reader, node).map(Action::Ask),
        },
        Word {
            name: "run",
            example: "- run: parts/sign-quote.yaml",
            // A step takes one that stands alone before its actions are read.
            decode: |reader, node| {
                include::refuse(reader, node);
                None
            },
        },
    ],
    later: &[],
    beside: &[],
    others: &[
        ("click", "tap"),
        ("touch", "tap"),
        ("push", "tap"),
        ("submit", "tap"),
        ("double_click", "double_tap"),
        ("dblclick", "double_tap"),
        ("hold", "long_press"),
        ("drag", "swipe"),
        ("attach", "upload"),
        ("set_input_files", "upload"),
        ("throttle", "network"),
        ("type", "fill"),
        ("enter", "fill"),
        ("input", "fill"),
        ("write", "fill"),
        ("goto", "visit"),
        ("go", "visit"),
        ("open", "visit"),
        ("navigate", "visit"),
        ("select", "choose"),
        ("pick", "choose"),
        ("select_option", "choose"),
        ("key", "press"),
        ("tick", "check"),
        ("untick", "uncheck"),
        ("scroll", "scroll_to"),
        ("scroll_into_view", "scroll_to"),
        ("refresh", "reload"),
        ("go_back", "back"),
        ("human", "ask"),
        ("manual", "ask"),
        ("prompt", "ask"),
        ("include", "run"),
        ("import", "run"),
        ("use", "run"),
        ("tap_on", "tap"),
        ("input_text", "fill"),
        ("page.goto", "visit"),
        ("page.click", "tap"),
        ("page.fill", "fill"),
    ],
    elsewhere: no_verb,
};

/// How a verb or a check with fields and texts is written.
pub(super) struct EntryForm {
    /// The word, in back-ticks.
    pub(super) subject: &'static str,
    /// The key of the text in the list form.
    pub(super) text: &'static str,
    /// Whether a text may be empty when it is written as `""`.
    pub(super) may_be_empty: bool,
    /// The map form.
    pub(super) example: &'static str,
    /// An item of the list form.
    pub(super) item: &'static str,
}

const FILL: EntryForm = EntryForm {
    subject: "`fill`",
    text: "text",
    may_be_empty: true,
    example: "- fill: { Email: ada@example.com }",
    item: "- { field: { label: Email }, text: ada@example.com }",
};

const PASTE: EntryForm = EntryForm {
    subject: "`paste`",
    text: "text",
    may_be_empty: false,
    example: "- paste: { Message: Hello }",
    item: "- { field: { label: Message }, text: Hello }",
};

const CHOOSE: EntryForm = EntryForm {
    subject: "`choose`",
    text: "option",
    may_be_empty: false,
    example: "- choose: { Plan: Pro }",
    item: "- { field: { label: Plan }, option: Pro }",
};

/// The items of a `do`.
pub(super) fn actions(reader: &mut Reader<'_>, node: &Node) -> Option<Vec<Action>> {
    let items = reader.list(node, "`do`", "- tap: Sign in")?;
    let actions: Vec<Option<Action>> = items
        .iter()
        .map(|item| VERBS.decode(reader, item))
        .collect();
    actions.into_iter().collect()
}

const WAITING: &str =
    "waiting is never written: every action and every expectation waits by itself";

/// Words that belong somewhere else.
fn no_verb(word: &str) -> Option<String> {
    Some(match word {
        "within" => {
            "`within` belongs to an item of `expect`; every action waits by itself until it can be done"
                .to_owned()
        }
        "sleep" | "pause" | "delay" | "timeout" => WAITING.to_owned(),
        word if word.to_ascii_lowercase().starts_with("wait") => WAITING.to_owned(),
        "action" | "verb" | "command" | "method" => {
            "the verb itself is the key: `- tap: Sign in`".to_owned()
        }
        "in" | "nth" | "role" | "name" | "label" | "test_id" | "css" => format!(
            "`{word}` belongs into the element: `- tap: {{ role: button, name: Sign, nth: 2 }}`"
        ),
        "dialog" | "accept" | "dismiss" => {
            "how dialogs are answered stands beside the step's `do`: `dialog: accept`".to_owned()
        }
        "with" | "checklist" => {
            "that goes into the run: `- run: { checklist: parts/sign-quote.yaml, with: { quote: \"1042\" } }`".to_owned()
        }
        word if CHECKS.names().any(|check| check == word) => {
            format!("`{word}` is a check, it belongs under `expect` of the step")
        }
        _ => return None,
    })
}

fn visit(reader: &mut Reader<'_>, node: &Node) -> Option<Action> {
    let example = "- visit: /quotes";
    let path = reader.text(node, "`visit`", example)?;
    let path = path.trim();
    let is_url = ["http://", "https://"]
        .iter()
        .any(|scheme| path.starts_with(scheme));
    if !is_url && !path.starts_with('/') {
        let host = path.split('/').next().unwrap_or_default();
        let help = if has_variable(node.written()) {
            "a path begins with `/`, a whole address with `https://`".to_owned()
        } else if path.starts_with(['“', '”', '„', '‘', '’', '«']) {
            "these quotes are part of the text to YAML; write straight ones or none: `- visit: /quotes`".to_owned()
        } else if host.trim_matches('.').contains('.') {
            format!("write `- visit: https://{path}`; a path of the target begins with `/`")
        } else {
            format!("write `- visit: /{path}`, or a whole address with `https://`")
        };
        reader.error(node, "the path must begin with `/`".to_owned(), &help);
        return None;
    }
    if path.contains(|c: char| c.is_whitespace() || c.is_control()) {
        let help = "write a space in an address as `%20`";
        reader.error(node, "white space in an address".to_owned(), help);
        return None;
    }
    Some(Action::Visit(path.to_owned()))
}

fn press(reader: &mut Reader<'_>, node: &Node) -> Option<Action> {
    let key = reader.text(node, "`press`", "- press: Enter")?;
    match check_key(&key) {
        Ok(()) => Some(Action::Press(key)),
        Err(error) if has_variable(node.written()) => {
            reader.error(
                node,
                "the variable's value is no key".to_owned(),
                error.help(),
            );
            None
        }
        Err(error) => {
            reader.error(node, error.to_string(), error.help());
            None
        }
    }
}

fn takes_nothing(
    reader: &mut Reader<'_>,
    node: &Node,
    verb: &str,
    action: Action,
) -> Option<Action> {
    if node.is_nothing() {
        return Some(action);
    }
    let message = format!("`{verb}` takes nothing, found {}", node.found());
    reader.error(node, message, &format!("write `- {verb}`"));
    None
}
