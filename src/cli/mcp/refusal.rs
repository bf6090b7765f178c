//! Why a question has no answer, for a model that reads it and may ask better.

use rmcp::model::{CallToolResult, ContentBlock};

use crate::cli::failure::Failure;
use crate::handoff::HandoffError;

/// How long it may be, in characters.
const LONGEST: usize = 8_000;

/// What was wrong, and what to do.
#[derive(Debug)]
pub(super) struct Refusal(String);

impl Refusal {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// As the protocol has it: the tool answered, and the answer is an error.
    pub(super) fn into_result(self) -> CallToolResult {
        let text = match self.0.char_indices().nth(LONGEST) {
            Some((end, _)) => format!("{} …", &self.0[..end]),
            None => self.0,
        };
        CallToolResult::error(vec![ContentBlock::text(text)])
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self(failure.to_string())
    }
}

impl From<HandoffError> for Refusal {
    fn from(error: HandoffError) -> Self {
        Failure::from(error).into()
    }
}
