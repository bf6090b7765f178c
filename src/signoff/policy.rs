//! What a project demands of who signs: `signoff: { signers: 2, not_author: true }`.

use super::{error::SignError, review::Reviewed, statement::Policy};

/// The project's demands, with what is known to decide them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demand {
    /// How many must sign.
    pub signers: usize,
    /// Whether nobody may sign for a commit of their own, and then its author's address or why it isn't known.
    pub author: Option<Result<String, String>>,
    /// Further addresses of whoever signs.
    pub also_known_as: Vec<String>,
}

impl Demand {
    /// The policy as the statement keeps it, when this person may sign.
    pub(super) fn met_by(&self, principal: &str, reviewed: &Reviewed) -> Result<Policy, SignError> {
        let author = match &self.author {
            None => None,
            Some(Err(why)) => return Err(SignError::AuthorUnknown { why: why.clone() }),
            Some(Ok(author)) => Some(author.clone()),
        };
        if let Some(author) = &author {
            let mut names =
                std::iter::once(principal).chain(self.also_known_as.iter().map(String::as_str));
            if names.any(|name| name.eq_ignore_ascii_case(author)) {
                let commit = reviewed.bundle.document.target.commit.clone();
                return Err(SignError::IsAuthor {
                    author: author.clone(),
                    commit: commit.unwrap_or_default(),
                });
            }
        }
        Ok(Policy {
            signers: self.signers,
            not_author: self.author.is_some(),
            author,
        })
    }
}
