//! What isn't done: anything that could change production, and anything on a page that isn't the target's.

use super::{step::StepWalk, target::outside_of};
use crate::browser::page::{Deed, Obstacle, Touched};
use crate::checklist::{Action, Locator};
use crate::evidence::{ActionOutcome, ExpectationOutcome, ExpectationRecord};

/// Verbs that change nothing by themselves; what they set off is held back where it would leave the browser.
const LOOKS: &[&str] = &[
    "visit",
    "tap",
    "double_tap",
    "long_press",
    "press",
    "back",
    "reload",
    "wait_for",
    "scroll_to",
    "swipe",
    "network",
];

/// Keys that move about on a page; any other types or sends.
const MOVES: &[&str] = &[
    "Tab",
    "Escape",
    "ArrowUp",
    "ArrowDown",
    "ArrowLeft",
    "ArrowRight",
    "PageUp",
    "PageDown",
    "Home",
    "End",
];

const ALLOW: &str = "production is only looked at; `--allow-production` allows more";

/// Why these actions aren't begun on production; `None` when all that they do is looking.
pub(super) fn refusal(actions: &[Action], is_sign_in: bool) -> Option<String> {
    let action = actions.iter().find(|action| may_write(action))?;
    let verb = action.verb();
    Some(if is_sign_in {
        format!(
            "signing in would {verb}, and {ALLOW}. Without it no persona that types can sign in there: \
             run a checklist that has no `as`"
        )
    } else {
        format!("it would {verb}, and {ALLOW}")
    })
}

fn may_write(action: &Action) -> bool {
    match action {
        Action::Press(key) => !MOVES.contains(&key.as_str()),
        _ => !LOOKS.contains(&action.verb()),
    }
}

/// What an action touches with a finger.
fn touched_by(action: &Action) -> Option<&Locator> {
    match action {
        Action::Tap(locator) | Action::DoubleTap(locator) | Action::LongPress(locator) => {
            Some(locator)
        }
        _ => None,
    }
}

impl StepWalk<'_, '_> {
    /// Does the action, unless the page is somebody else's or it would change production.
    pub(super) async fn perform_if_allowed(&mut self, action: &Action) -> Deed<Option<Touched>> {
        if let Some(origin) = self.standing_outside(action) {
            let why = format!("the page is on {origin}, which is none of the target's origins");
            return Ok(Err(Obstacle::plain(why)));
        }
        if self.walk.facts.is_read_only
            && let Some(locator) = touched_by(action)
        {
            let limit = self.walk.limits.action;
            match self.session.sends_form(locator, limit).await? {
                Ok(false) => {}
                Ok(true) => {
                    let why = format!("{action} would send a form, and {ALLOW}");
                    self.refusal = Some(why.clone());
                    return Ok(Err(Obstacle::plain(why)));
                }
                Err(obstacle) => return Ok(Err(obstacle)),
            }
        }
        self.perform(action).await
    }

    /// The foreign origin that the page is on. A sign-in may lead through an identity provider, and one may go home
    /// from anywhere.
    fn standing_outside(&self, action: &Action) -> Option<String> {
        let is_free = self.is_sign_in || matches!(action, Action::Visit(_) | Action::Back);
        if is_free {
            return None;
        }
        outside_of(&self.session.page_url(), self.walk.target)
    }

    /// What failed because somebody else answered says nothing of the target.
    pub(super) fn leave_undone(&mut self, expected: &mut [ExpectationRecord]) {
        for action in &mut self.actions {
            if matches!(action.outcome, ActionOutcome::Failed { .. }) {
                action.outcome = ActionOutcome::NotRun;
            }
        }
        for record in expected {
            if matches!(record.outcome, ExpectationOutcome::Broken { .. }) {
                record.outcome = ExpectationOutcome::NotRun;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn looking_is_allowed_on_production() {
        let looks = vec![
            Action::Visit("/".to_owned()),
            Action::Tap(Locator::named("Menu")),
            Action::Press("Escape".to_owned()),
            Action::Back,
            Action::Reload,
        ];
        assert_eq!(refusal(&looks, false), None);
    }

    #[test]
    fn whatever_may_write_is_refused_with_what_allows_it() {
        for action in [
            Action::Fill(Vec::new()),
            Action::Choose(Vec::new()),
            Action::Press("Enter".to_owned()),
            Action::Press("Control+A".to_owned()),
        ] {
            let verb = action.verb();
            let visited = Action::Visit("/".to_owned());
            let why = refusal(&[visited, action], false).expect("refused");
            assert!(
                why.contains(verb) && why.contains("--allow-production"),
                "{why}"
            );
        }
    }

    #[test]
    fn a_sign_in_that_types_says_who_can_be_used() {
        let why = refusal(&[Action::Fill(Vec::new())], true).expect("refused");
        assert!(why.contains("no persona"), "{why}");
    }
}
