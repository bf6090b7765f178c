//! The words by which pages say that something went wrong.

/// How much a text says that something went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Failure {
    /// An alert with these words tells of a failure; a heading or a row of a table may hold them too.
    InAlert,
    /// A line of its own tells of a failure, when it came up while the person was on the page.
    InLine,
    /// Nothing but a failure reads like that, on any page.
    Anywhere,
}

/// Whole sentences, or their beginning.
const ANYWHERE: &[&str] = &[
    "something went wrong",
    "something's gone wrong",
    "something’s gone wrong",
    "something has gone wrong",
    "oops",
    "an error occurred",
    "an error has occurred",
    "an unexpected error",
    "a server error",
    "sorry, something went wrong",
    "sorry, an error",
    "etwas ist schiefgelaufen",
    "etwas ist schief gelaufen",
    "es ist ein fehler aufgetreten",
    "ein fehler ist aufgetreten",
    "da ist etwas schief",
    "une erreur est survenue",
    "une erreur s'est produite",
    "une erreur s’est produite",
    "un problème est survenu",
    "algo salió mal",
    "algo ha salido mal",
    "se ha producido un error",
    "se produjo un error",
    "ha ocurrido un error",
    "ocurrió un error",
    "algo deu errado",
    "ocorreu um erro",
    "qualcosa è andato storto",
    "si è verificato un errore",
    "er is iets misgegaan",
    "er ging iets mis",
    "er is een fout opgetreden",
    "något gick fel",
    "noget gik galt",
    "coś poszło nie tak",
    "エラーが発生しました",
    "出错了",
    "发生错误",
    "오류가 발생했습니다",
];

/// What comes before a verb.
const FAILING: &[&str] = &[
    "failed to ",
    "could not ",
    "couldn't ",
    "couldn’t ",
    "unable to ",
    "error while ",
    "error ",
    "problem ",
];
/// Beside other verbs than those of loading, these state a rule: “You can't delete the last owner.”
const FAILING_OR_RULE: &[&str] = &["cannot ", "can't ", "can’t "];

/// What a page fails to do; somebody may as well be unable to attend.
const LOADING: &[&str] = &[
    "load", "fetch", "retriev", "reach", "connect", "get ", "display", "show ", "read ",
];
const DOING: &[&str] = &[
    "sav",
    "sen",
    "creat",
    "updat",
    "delet",
    "remov",
    "add",
    "upload",
    "download",
    "submit",
    "process",
    "complet",
    "sign",
    "transcrib",
    "generat",
    "publish",
    "import",
    "export",
    "sync",
    "start",
    "stor",
    "copy",
    "copied",
    "mov",
    "play",
    "book",
    "refresh",
    "duplicat",
    "invit",
    "schedul",
    "appl",
    "perform",
    "render",
    "verify",
    "verified",
    "shar",
];

/// The same in one phrase, also in the middle of a line.
const SAID_IN_LINE: &[&str] = &[
    "was not saved",
    "were not saved",
    "was not sent",
    "were not sent",
    "not been saved",
    "went wrong",
    "konnte nicht gespeichert",
    "konnten nicht gespeichert",
    "konnte nicht gesendet",
    "konnte nicht geladen",
    "konnten nicht geladen",
    "fehlgeschlagen.",
    "fehlgeschlagen!",
    "a échoué.",
    "n'a pas pu être",
    "n’a pas pu être",
    "impossible de charger",
    "impossible d'enregistrer",
    "impossible d’enregistrer",
    "no se pudo guardar",
    "no se pudo cargar",
    "no se pudo enviar",
    "no se ha podido guardar",
    "no se ha podido cargar",
    "não foi possível salvar",
    "não foi possível carregar",
    "impossibile caricare",
    "impossibile salvare",
    "kon niet worden",
    "is mislukt.",
    "に失敗しました",
    "できませんでした",
    "加载失败",
    "保存失败",
    "操作失败",
];

/// Enough in an alert, which is there to tell what has just happened.
const SAID_IN_ALERT: &[&str] = &[
    " failed",
    "failed to ",
    "failure",
    "server error",
    "network error",
    "unexpected error",
    "fehlgeschlagen",
    "konnte nicht",
    "konnten nicht",
    "a échoué",
    "impossible de ",
    "no se pudo",
    "no se ha podido",
    "não foi possível",
    "non è stato possibile",
    "is mislukt",
    "失败",
];

/// Longer than this it is an article, not a message.
const LONGEST: usize = 200;

/// What a text says of a failure; `None` when nothing.
pub(super) fn failure_in(text: &str) -> Option<Failure> {
    let text = text.to_lowercase();
    if text.chars().count() > LONGEST || is_advice(&text) || looks_for_something(&text) {
        return None;
    }
    let has = |phrases: &[&str]| phrases.iter().any(|phrase| text.contains(phrase));
    if ANYWHERE.iter().any(|phrase| begins_sentence(&text, phrase))
        || fails_at(&text, FAILING, LOADING)
        || fails_at(&text, FAILING_OR_RULE, LOADING)
    {
        return Some(Failure::Anywhere);
    }
    if fails_at(&text, FAILING, DOING) || has(SAID_IN_LINE) || is_failed_sentence(&text) {
        return Some(Failure::InLine);
    }
    has(SAID_IN_ALERT).then_some(Failure::InAlert)
}

/// A question, an offer of help, a rule, a count: nothing has happened.
fn is_advice(text: &str) -> bool {
    const BEGINNINGS: &[&str] = &[
        "if ",
        "when ",
        "whenever ",
        "in case ",
        "what ",
        "how ",
        "why ",
        "where ",
        "wenn ",
        "falls ",
        "wie ",
        "warum ",
        "quando ",
    ];
    const INSIDE: &[&str] = &[
        " if ",
        " when ",
        " that ",
        " which ",
        " whether ",
        " wenn ",
        " falls ",
    ];
    let first = text.split(['.', '!', ':', '…']).next().unwrap_or_default();
    let is_question = text
        .find(['.', '!', '?', '？'])
        .is_some_and(|at| text[at..].starts_with(['?', '？']));
    let is_none = text.starts_with("no ") && !text.starts_with("no se ");
    let is_count = text
        .find(" failed")
        .is_some_and(|at| text[..at].ends_with(|last: char| last.is_ascii_digit()));
    is_question
        || is_none
        || is_count
        || BEGINNINGS.iter().any(|words| text.starts_with(words))
        || INSIDE.iter().any(|words| first.contains(words))
}

/// “We couldn't find an account” answers what was typed, “Couldn't find any quotes” is an empty list.
fn looks_for_something(text: &str) -> bool {
    [
        "find", "be found", "gefunden", "trouv", "encontr", "trovat", "gevonden",
    ]
    .iter()
    .any(|word| text.contains(word))
}

fn begins_sentence(text: &str, phrase: &str) -> bool {
    text.match_indices(phrase).any(|(at, _)| {
        let before = text[..at].trim_end();
        let after = text[at + phrase.len()..].chars().next();
        (before.is_empty() || before.ends_with(['.', '!', ':', '…', ',', '–', '—', '-']))
            && !after.is_some_and(|next| next.is_ascii_alphabetic())
    })
}

/// `Failed to load quotes`, `The photo could not be sent.`
fn fails_at(text: &str, failing: &[&str], verbs: &[&str]) -> bool {
    failing.iter().any(|failing| {
        text.match_indices(failing).any(|(at, _)| {
            let is_word = !text[..at]
                .chars()
                .next_back()
                .is_some_and(char::is_alphanumeric);
            let rest = &text[at + failing.len()..];
            let rest = rest.strip_prefix("be ").unwrap_or(rest);
            is_word && verbs.iter().any(|verb| rest.starts_with(verb))
        })
    })
}

/// `Transcription failed.` is said; `Transcription failed` may be a row of a table, and
/// `Nov 3: payment failed.` is its history.
fn is_failed_sentence(text: &str) -> bool {
    let is_short = text.chars().count() <= 80;
    let is_told = ["failed.", "failed!", "failed, please", "failed: "]
        .iter()
        .any(|end| text.contains(end));
    is_short && is_told && !text.contains(|next: char| next.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::{Failure, failure_in};

    #[test]
    fn failures_by_how_they_read() {
        for (text, wanted) in [
            ("Something went wrong", Failure::Anywhere),
            ("Oops! Something went wrong.", Failure::Anywhere),
            ("Si è verificato un errore.", Failure::Anywhere),
            ("Se ha producido un error", Failure::Anywhere),
            ("This page can’t be displayed", Failure::Anywhere),
            ("No se pudo guardar", Failure::InLine),
            ("Failed to load quotes", Failure::Anywhere),
            ("Your quotes could not be loaded.", Failure::Anywhere),
            ("Es ist ein Fehler aufgetreten.", Failure::Anywhere),
            ("Une erreur s’est produite", Failure::Anywhere),
            ("We couldn’t save your changes. Try again?", Failure::InLine),
            ("The photo could not be sent.", Failure::InLine),
            ("Transcription failed.", Failure::InLine),
            ("Notes were not saved", Failure::InLine),
            ("Speichern fehlgeschlagen.", Failure::InLine),
            ("保存失败", Failure::InLine),
            ("Payment failed", Failure::InAlert),
            ("Failed to deliver", Failure::InAlert),
        ] {
            assert_eq!(failure_in(text), Some(wanted), "{text}");
        }
    }

    #[test]
    fn what_tells_of_no_failure() {
        for text in [
            "Failed inspection",
            "Failed",
            "Enter an email",
            "The e-mail address is invalid",
            "No quotes failed to load",
            "If something went wrong, write to us.",
            "What to do when a payment failed",
            "Couldn’t find any quotes",
            "We could not find an account with that email",
            "Unable to attend",
            "Nothing here yet",
            "Signed. Thank you.",
            "You can’t delete the last owner.",
            "Can’t sign in? Ask for a link.",
            "3 failed, 5 done",
            "Oopsy daisies",
        ] {
            assert_eq!(failure_in(text), None, "{text}");
        }
    }
}
