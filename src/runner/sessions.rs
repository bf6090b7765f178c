//! Personas' sessions: signed in once in a run, taken up again for each later checklist and each fresh step.

use std::collections::BTreeMap;

use url::Url;

use super::shelf::Shelf;
use crate::browser::Stored;
use crate::config::Target;
use crate::evidence::Redactor;

/// A session as it was when it had been signed in.
#[derive(Debug, Clone)]
pub(super) struct KeptSession {
    /// Cookies and storage.
    pub(super) stored: Stored,
    /// The page on which signing in had ended.
    pub(super) home: Url,
    /// Where it comes from, in words: `signed in in “Customer signs”`.
    pub(super) origin: String,
}

/// What is known of the personas of a run.
#[derive(Debug)]
pub(super) struct Sessions<'w> {
    known: BTreeMap<String, Standing>,
    target: &'w Target,
    /// Where sessions are kept between runs.
    shelf: Option<&'w Shelf>,
}

#[derive(Debug)]
enum Standing {
    Kept(KeptSession),
    Refused(String),
}

impl<'w> Sessions<'w> {
    /// Begins with what earlier runs have kept.
    pub(super) fn begin(target: &'w Target, shelf: Option<&'w Shelf>) -> Self {
        Self {
            known: BTreeMap::new(),
            target,
            shelf,
        }
    }

    /// Takes the session that an earlier run has kept; every value in it is hidden from then on.
    pub(super) fn recall(&mut self, persona: &str, redactor: &Redactor) {
        if self.known.contains_key(persona) {
            return;
        }
        let kept = self
            .shelf
            .and_then(|shelf| shelf.take(self.target, persona));
        if let Some(session) = kept {
            session.stored.hide(redactor);
            self.known
                .insert(persona.to_owned(), Standing::Kept(session));
        }
    }

    /// The session that can be taken up again.
    pub(super) fn kept(&self, persona: &str) -> Option<&KeptSession> {
        match self.known.get(persona)? {
            Standing::Kept(session) => Some(session),
            Standing::Refused(_) => None,
        }
    }

    /// Why nothing is walked as this persona any more.
    pub(super) fn refusal(&self, persona: &str) -> Option<&str> {
        match self.known.get(persona)? {
            Standing::Refused(why) => Some(why),
            Standing::Kept(_) => None,
        }
    }

    /// Keeps a session for later checklists, and for later runs where that is wanted; the newest one counts.
    pub(super) fn keep(&mut self, persona: &str, session: KeptSession) {
        if let Some(shelf) = self.shelf {
            shelf.put(self.target, persona, &session);
        }
        self.known
            .insert(persona.to_owned(), Standing::Kept(session));
    }

    /// A session that is no longer trusted: the next checklist signs in anew.
    pub(super) fn forget(&mut self, persona: &str) {
        self.known.remove(persona);
        self.clear_shelf(persona);
    }

    /// The persona isn't who it should be: signing in again and again would change nothing.
    pub(super) fn refuse(&mut self, persona: &str, why: String) {
        self.known
            .insert(persona.to_owned(), Standing::Refused(why));
        self.clear_shelf(persona);
    }

    fn clear_shelf(&self, persona: &str) {
        if let Some(shelf) = self.shelf {
            shelf.remove(self.target, persona);
        }
    }
}

/// The page to come home to: where signing in ended, without what may have been good for one visit only.
pub(super) fn home_of(url: &str, target: &Url) -> Url {
    let Ok(mut home) = Url::parse(url) else {
        return target.clone();
    };
    home.set_query(None);
    // `#/inbox` is a page of its own in some apps, `#access_token=…` never.
    if home
        .fragment()
        .is_some_and(|fragment| !fragment.starts_with('/') || fragment.contains('='))
    {
        home.set_fragment(None);
    }
    home
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn home_is_the_page_without_codes() {
        let target = Url::parse("https://app.example/").expect("an address");
        let home = |url: &str| home_of(url, &target).to_string();
        assert_eq!(
            home("https://app.example/inbox?code=1&state=2#access_token=x"),
            "https://app.example/inbox"
        );
        assert_eq!(
            home("https://app.example/#/inbox"),
            "https://app.example/#/inbox"
        );
        assert_eq!(home("about:blank#"), "about:blank");
        assert_eq!(home("no address"), "https://app.example/");
    }

    #[test]
    fn the_newest_standing_counts() {
        let url = Url::parse("https://app.example/").expect("an address");
        let target = Target::from_url(url);
        let mut sessions = Sessions::begin(&target, None);
        sessions.refuse("owner", "not on pro".to_owned());
        assert_eq!(sessions.refusal("owner"), Some("not on pro"));
        sessions.forget("owner");
        assert_eq!(sessions.refusal("owner"), None);
        assert!(sessions.kept("owner").is_none());
    }
}
