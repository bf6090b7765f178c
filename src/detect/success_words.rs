//! The words by which pages say that something is done.

use super::failure_words::failure_in;

/// Beginnings of words that an alert says when something was done.
const DONE: &[&str] = &[
    "saved",
    "sent",
    "signed",
    "created",
    "added",
    "updated",
    "changed",
    "deleted",
    "removed",
    "success",
    "thank",
    "confirmed",
    "submitted",
    "booked",
    "stored",
    "uploaded",
    "published",
    "scheduled",
    "invited",
    "gespeichert",
    "gesendet",
    "erstellt",
    "gelöscht",
    "aktualisiert",
    "erfolgreich",
    "danke",
    "enregistré",
    "envoyé",
    "supprimé",
    "merci",
    "guardad",
    "enviad",
    "gracias",
    "salvo",
    "obrigad",
    "salvat",
    "inviat",
    "grazie",
    "opgeslagen",
    "verzonden",
    "bedankt",
    "保存しました",
    "送信しました",
    "已保存",
    "保存成功",
];

/// A line of the page must be more of a message than a state in a list is: `Sent` may be a heading.
const SAID_IN_LINE: &[&str] = &[
    "successfully",
    "has been saved",
    "have been saved",
    "has been sent",
    "has been created",
    "has been updated",
    "has been deleted",
    "changes saved",
    "notes saved",
    "settings saved",
    "thank you",
    "vielen dank",
    "wurde gespeichert",
    "wurden gespeichert",
    "a été enregistré",
    "保存しました",
    "已保存",
];

/// Said of a failure, of the session, or of what is still to be done.
const NOT_DONE: &[&str] = &[
    "not ",
    "n't ",
    "n’t ",
    "nicht",
    "no se ",
    "pas ",
    "unsaved",
    "will be",
    "to be ",
    "signed in",
    "signed out",
    "signed on",
    "signed by",
    "last saved",
    "sent by",
    "thank you for signing in",
    "error",
    "fail",
];

/// Longer than this it is an article, not a message.
const LONGEST: usize = 120;

/// Whether a text says that something was done.
pub(super) fn says_success(text: &str, is_alert: bool) -> bool {
    let text = text.to_lowercase();
    let is_other = text.chars().count() > LONGEST
        || text.trim_end().ends_with('?')
        || NOT_DONE.iter().any(|words| text.contains(words))
        || failure_in(&text).is_some();
    if is_other {
        return false;
    }
    let is_history = text.contains(|next: char| next.is_ascii_digit());
    if !is_alert {
        return !is_history && SAID_IN_LINE.iter().any(|words| text.contains(words));
    }
    let mut words = text.split(|next: char| !next.is_alphanumeric());
    words.any(|word| DONE.iter().any(|done| word.starts_with(done)))
}

/// Whether it may be true without a request: it is about what a browser keeps for itself, or about
/// a row that was added to a form which is still open.
pub(super) fn may_stay_in_the_browser(text: &str) -> bool {
    const KEPT: &[&str] = &[
        "saved",
        "sent",
        "signed",
        "submitted",
        "booked",
        "published",
        "thank",
        "gespeichert",
        "gesendet",
        "danke",
        "enregistré",
        "envoyé",
        "merci",
        "guardad",
        "enviad",
        "gracias",
        "保存",
        "送信",
    ];
    const LOCAL: &[&str] = &[
        "copied",
        "clipboard",
        "filter",
        "view",
        "sort",
        "column",
        "layout",
        "theme",
        "language",
        "cookie",
        "consent",
        "preference",
        "setting",
        "draft",
        "offline",
        "local",
        "device",
        "browser",
        "cart",
        "basket",
        "favorite",
        "favourite",
        "bookmark",
        "recent",
    ];
    let text = text.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    has(LOCAL) || !has(KEPT)
}

#[cfg(test)]
mod tests {
    use super::says_success;

    #[test]
    fn success_by_how_it_reads() {
        for text in [
            "Notes saved",
            "Signed. Thank you.",
            "Änderungen gespeichert",
            "Votre devis a été enregistré",
            "已保存",
        ] {
            assert!(says_success(text, true), "{text}");
        }
        for text in [
            "Notes were not saved",
            "Signed in as Ada",
            "Signed on 3 November",
            "You have unsaved changes",
            "Failed to save",
            "Saved?",
            "The message will be sent tonight",
        ] {
            assert!(!says_success(text, true), "{text}");
        }
        assert!(says_success("Your changes have been saved.", false));
        for text in ["Sent", "Signed", "The oldest one has been sent 12 days ago"] {
            assert!(!says_success(text, false), "{text}");
        }
    }
}
