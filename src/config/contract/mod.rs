//! `contract`: what APIs have promised to answer, as JSON Schema or OpenAPI 3.

mod openapi;
mod read;
mod schema;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::checklist::PathPattern;

pub(super) use read::{CONTRACT, Files, contracts};
pub use schema::{Held, Misfit};

/// A promise about answers; whole, so that a bundle can be judged again without the project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Contract {
    /// The file that it was read from, as the configuration names it.
    pub file: String,
    /// What is promised.
    pub terms: Terms,
}

/// What is promised.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Terms {
    /// Successful answers to these requests fit a JSON Schema.
    Schema {
        /// Method and path pattern: `GET /api/quotes/*`.
        request: String,
        /// The schema.
        schema: Value,
    },
    /// Answers are as an OpenAPI 3 document says.
    OpenApi {
        /// What stands before the document's paths: `/api`.
        base: String,
        /// The document.
        document: Value,
    },
}

/// What a contract says of one answer.
#[derive(Debug)]
pub enum Clause {
    /// The status isn't among those of the operation.
    OtherStatus(Vec<String>),
    /// The media type isn't among those of the status.
    OtherType(Vec<String>),
    /// The body is JSON and fits the schema at this JSON Pointer into what was promised.
    Body(String),
}

impl Contract {
    /// Whether it may speak of a request at all.
    pub fn speaks_of(&self, method: &str, path: &str) -> bool {
        match &self.terms {
            Terms::Schema { request, .. } => {
                let (wanted, pattern) = request.split_once(' ').unwrap_or(("GET", request));
                wanted == method && PathPattern::new(pattern).matches(path)
            }
            Terms::OpenApi { base, document } => {
                openapi::operation(document, base, method, path).is_some()
            }
        }
    }

    /// What it says of an answer; `None` when it says nothing.
    pub fn clause(&self, method: &str, path: &str, status: u16, mime: &str) -> Option<Clause> {
        match &self.terms {
            Terms::Schema { .. } => {
                let is_promised = (200..300).contains(&status) && status != 204;
                (is_promised && self.speaks_of(method, path)).then(|| Clause::Body(String::new()))
            }
            Terms::OpenApi { base, document } => {
                let operation = openapi::operation(document, base, method, path)?;
                openapi::clause(document, &operation, status, mime)
            }
        }
    }

    /// The schema of a clause, ready to be held against: that takes a while, so once is enough.
    ///
    /// # Errors
    ///
    /// In words, when it can't be used.
    pub fn held(&self, pointer: &str) -> Result<Held, String> {
        match &self.terms {
            Terms::Schema { schema, .. } => Held::new(schema),
            Terms::OpenApi { document, .. } => Held::within(document, pointer),
        }
    }
}
