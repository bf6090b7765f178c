//! What a project demands of who signs: `signoff: { signers: 2, not_author: true }`.

use super::{error::SignError, review::Reviewed, statement::Policy};

/// The project's demands, with what is known to decide them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demand {
    /// How many must sign.
    pub signers: usize,
    /// Whether nobody may sign for a commit of their own, and then its author's addresses or why they aren't known.
    pub authors: Option<Result<Vec<String>, String>>,
    /// Further addresses of whoever signs.
    pub also_known_as: Vec<String>,
}

impl Demand {
    /// The policy as the statement keeps it, when this person may sign.
    pub(super) fn met_by(&self, principal: &str, reviewed: &Reviewed) -> Result<Policy, SignError> {
        let authors = match &self.authors {
            None => &[][..],
            Some(Err(why)) => return Err(SignError::AuthorUnknown { why: why.clone() }),
            Some(Ok(authors)) => authors,
        };
        let mut names = self
            .also_known_as
            .iter()
            .map(String::as_str)
            .chain([principal]);
        let is_own = |name: &str| {
            authors
                .iter()
                .any(|author| name.eq_ignore_ascii_case(author))
        };
        if let Some(author) = names.find(|name| is_own(name)) {
            let commit = reviewed.bundle.document.target.commit.clone();
            return Err(SignError::IsAuthor {
                author: author.to_owned(),
                commit: commit.unwrap_or_default(),
            });
        }
        Ok(Policy {
            signers: self.signers,
            not_author: self.authors.is_some(),
            author: authors.first().cloned(),
        })
    }
}
