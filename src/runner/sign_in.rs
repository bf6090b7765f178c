//! Signing in is a step like any other: its actions come from the persona, and it has succeeded
//! when they are done and the page has come home to the target.

use crate::checklist::{Place, Step};
use crate::config::Persona;

use super::plan::SIGN_IN_STEP;

/// The step that signs a persona in.
pub(super) fn sign_in_step(persona: &Persona) -> Step {
    Step {
        id: SIGN_IN_STEP.to_owned(),
        name: format!("Sign in as {}", persona.name),
        fresh: false,
        actions: persona.sign_in.clone(),
        expectations: Vec::new(),
        confirm: Vec::new(),
        place: Place::default(),
    }
}
