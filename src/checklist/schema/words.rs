//! What each verb and each check is, for people who write them in an editor.

use serde_json::json;

use super::{Key, defined, text, text_like, touch};
use crate::checklist::keys::key_pattern;

/// Method, path, status and kind.
const RESPONSE: &str = "^\\s*[A-Z]+\\s+\\S+(\\s+([1-5][0-9][0-9]|[1-5]xx))?(\\s+(json|html))?\\s*$";

/// A value of nothing: the word stands alone.
fn nothing() -> serde_json::Value {
    json!({"type": "null"})
}

/// The verbs of `do`.
pub(super) fn verbs() -> Vec<Key> {
    let mut verbs = touch::verbs();
    verbs.extend([
        Key::new(
            "visit",
            "Opens a path of the target, or a whole address on its origins.",
            json!("/quotes"),
            text_like("^\\s*(/|https?://)"),
        ),
        Key::new(
            "tap",
            "Touches the element's middle.",
            json!("Sign in"),
            defined("element"),
        ),
        Key::new(
            "fill",
            "Replaces the text of fields, key by key, and reads it back.",
            json!({"Email": "ada@example.com"}),
            defined("texts"),
        ),
        Key::new(
            "press",
            "Presses a key or a chord.",
            json!("Enter"),
            json!({"type": ["string", "number", "boolean"], "pattern": key_pattern()}),
        ),
        Key::new(
            "choose",
            "Picks an option of a select, a radio group or a listbox by its visible text.",
            json!({"Plan": "Pro"}),
            defined("options"),
        ),
        Key::new(
            "paste",
            "Puts a text into a field at once, as from the clipboard.",
            json!({"Message": "Hello"}),
            defined("texts"),
        ),
        Key::new(
            "check",
            "Switches a box or a switch on; one that is on stays so.",
            json!("Remember me"),
            defined("element"),
        ),
        Key::new(
            "uncheck",
            "Switches a box or a switch off; one that is off stays so.",
            json!("Newsletter"),
            defined("element"),
        ),
        Key::new(
            "scroll_to",
            "Scrolls until the element is on the screen, through lists that load as they grow.",
            json!("Terms"),
            defined("element"),
        ),
        Key::new(
            "back",
            "Goes one page back in history.",
            json!(null),
            nothing(),
        ),
        Key::new("reload", "Loads the page again.", json!(null), nothing()),
        Key::new(
            "ask",
            "A person does something, or tells something that goes into a field; needs a terminal.",
            json!({"tell": "The code from the SMS", "into": "Code"}),
            defined("ask"),
        ),
        Key::new(
            "run",
            "Puts another checklist's steps in the place of this step; stands alone in its `do`. The path begins in this file's folder.",
            json!({"checklist": "parts/sign-quote.yaml", "with": {"quote": "1042"}}),
            defined("run"),
        ),
    ]);
    verbs
}

/// The checks of `expect`, and what may stand beside them.
pub(super) fn checks() -> Vec<Key> {
    vec![
        Key::new(
            "see",
            "A text or an element is visible.",
            json!("Signed. Thank you."),
            defined("sight"),
        ),
        Key::new(
            "not_see",
            "A text or an element is not visible.",
            json!("Something went wrong"),
            defined("sight"),
        ),
        Key::new(
            "url",
            "The page's path, or its whole address: `*` within a segment, `**` across.",
            json!("/quotes/*"),
            text_like("^\\s*[/*]|://"),
        ),
        Key::new(
            "title",
            "The page's title, whole; `*` stands for anything.",
            json!("Quotes *"),
            text(),
        ),
        Key::new(
            "count",
            "How many visible elements fit.",
            json!({"of": {"role": "listitem"}, "is": 3}),
            defined("count"),
        ),
        Key::new(
            "enabled",
            "An element can be used.",
            json!("Sign in"),
            defined("element"),
        ),
        Key::new(
            "disabled",
            "An element is there and can't be used.",
            json!("Sign in"),
            defined("element"),
        ),
        Key::new(
            "value",
            "Fields hold exactly these texts.",
            json!({"Amount": "$4,500.00"}),
            defined("texts"),
        ),
        Key::new(
            "response",
            "The step brought about such a response: method, path, status and kind; the last two may be left out.",
            json!("POST /api/quotes/*/sign 200 json"),
            text_like(RESPONSE),
        ),
        Key::new(
            "no_response",
            "The step brought about no such response; waits out its `within`.",
            json!("POST /api/charges"),
            text_like(RESPONSE),
        ),
        Key::new(
            "fetch",
            "What the server says, asked as whoever is signed in: a path, and what must stand where in the JSON.",
            json!({"path": "/api/me", "at": "/email", "equals": "ada@example.com"}),
            defined("fetch"),
        ),
        Key::new(
            "query",
            "What a database of `shippass.yaml` holds, read by one statement of SQL.",
            json!({"db": "app", "sql": "select signer from signatures where quote_id = 1042", "rows": [["Ada Lovelace"]]}),
            defined("query"),
        ),
        Key::new(
            "denied",
            "Who walks must not get there: a page, an API as `GET /path`, or a page and what it would show.",
            json!("GET /api/quotes/77"),
            defined("denied"),
        ),
        Key::new(
            "within",
            "How long to wait for it, from 1ms to 60m; 5s when not given.",
            json!("10s"),
            json!({"type": "string", "pattern": "^[0-9]+(ms|s|m)$"}),
        ),
    ]
}

/// The keys that name an element.
pub(super) fn element() -> Vec<Key> {
    let roles = super::super::roles::ROLES;
    vec![
        Key::new(
            "role",
            "Its ARIA role; may go together with `name`.",
            json!("button"),
            json!({"anyOf": [{"enum": roles}, {"type": "string", "pattern": "^(doc|graphics)-|\\$\\{"}]}),
        ),
        Key::new(
            "name",
            "Its accessible name or visible text.",
            json!("Sign"),
            text(),
        ),
        Key::new(
            "label",
            "The label of a form field.",
            json!("Email"),
            text(),
        ),
        Key::new(
            "test_id",
            "Its `data-testid`, exactly.",
            json!("total"),
            text(),
        ),
        Key::new("css", "A CSS selector.", json!("#total"), text()),
        Key::new(
            "in",
            "Looks inside this element only.",
            json!({"role": "dialog"}),
            defined("element"),
        ),
        Key::new(
            "nth",
            "Which of several matches, from 1.",
            json!(2),
            json!({"type": "integer", "minimum": 1}),
        ),
    ]
}
