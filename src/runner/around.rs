//! What surrounds a step's page: the network as the step has it, what appears in the middle, dialogs.

use std::time::Duration;

use super::{step::StepWalk, typed::fold};
use crate::browser::{
    BrowserError,
    page::{Answer, Deed},
};
use crate::checklist::{Check, Network, Sight};
use crate::evidence::{Happening, RunEvent};

/// How long a page is looked at before it is asked once more what its dialogs said.
const GLANCE: Duration = Duration::from_millis(100);

impl StepWalk<'_, '_> {
    /// Waits until something is visible, for as long as an action may take.
    pub(super) async fn wait_for(&self, sight: &Sight) -> Deed<()> {
        let limit = self.walk.limits.action;
        let check = Check::See(sight.clone());
        Ok(match self.look_for(&check, limit).await? {
            Some(Answer::Broken(obstacle)) => Err(obstacle),
            Some(Answer::Held) | None => Ok(()),
        })
    }

    /// Waits until a check on the page holds; what a dialog of the step said was seen as well.
    pub(super) async fn look_for(
        &self,
        check: &Check,
        limit: Duration,
    ) -> Result<Option<Answer>, BrowserError> {
        if self.was_said(check) {
            return Ok(Some(Answer::Held));
        }
        if matches!(check, Check::See(Sight::Text(_))) {
            // Word of a dialog may come just after the page was looked at, which would then wait in vain to show its text.
            let is_seen = match self.session.expect(check, GLANCE.min(limit)).await {
                Ok(answer) => answer == Some(Answer::Held),
                // The page was just left.
                Err(BrowserError::Command { .. }) => false,
                Err(error) => return Err(error),
            };
            if is_seen || self.was_said(check) {
                return Ok(Some(Answer::Held));
            }
        }
        match self.session.expect(check, limit).await? {
            Some(Answer::Broken(_)) if self.was_said(check) => Ok(Some(Answer::Held)),
            answer => Ok(answer),
        }
    }

    fn was_said(&self, check: &Check) -> bool {
        let Check::See(Sight::Text(text)) = check else {
            return false;
        };
        let wanted = fold(text);
        let said = self.session.said_by_dialogs();
        said.iter().any(|said| fold(said).contains(&wanted))
    }

    /// What a detector needs to know: a request that fails in a step without a network had to.
    pub(super) async fn set_network(&self, state: Network) -> Deed<()> {
        let done = self.session.set_network(state).await?;
        if done.is_ok() {
            let at = self.at;
            let state = state.to_string();
            let happening = Happening::Network { state };
            self.walk
                .recorder
                .record(RunEvent::Happened { at, happening });
        }
        Ok(done)
    }
}
