//! What was promised: checklists, their language and their mistakes.
//!
//! Lives below everything; knows no browser, no bundle and no report.

mod action;
mod ask;
mod check;
mod choice;
mod denied;
mod dialog;
mod element;
mod fetch;
mod fields;
mod identity;
mod include;
mod insert;
mod keys;
mod mistake;
mod model;
mod nearest;
mod network;
mod pattern;
mod places;
mod proof;
mod query;
mod reader;
mod recipe;
mod reference;
mod roles;
pub(crate) mod schema;
mod source;
mod sql;
mod steps;
mod swipe;
mod upload;
mod variables;
mod vocabulary;
mod wanted;
mod yaml;

pub use ask::Ask;
pub use denied::Denied;
pub use dialog::DialogAnswer;
pub(crate) use element::given;
pub use fetch::{Comparison, Fetch, Reading};
pub(crate) use fields::{Fields, Shape, nowhere};
pub(crate) use include::{Absent, Library, Surroundings, normal};
pub use insert::with_expectation;
pub(crate) use mistake::quote;
pub use mistake::{Mistake, Weight};
pub use model::{
    Action, By, Check, Checklist, Entry, Expectation, Locator, Named, Place, Sight, Step,
};
pub(crate) use nearest::{list_words, nearest};
pub use network::Network;
pub use pattern::{ExpectedBody, PathPattern, PatternError, ResponsePattern, StatusPattern};
pub use places::{sha256_as_written, step_places};
pub(crate) use proof::proof;
pub use query::{Query, Table};
pub(crate) use reader::Reader;
pub(crate) use recipe::recipe;
pub use recipe::{LateSource, RecipeAction, Text};
pub(crate) use reference::{has_variable, variables_of};
pub use schema::checklist_schema;
pub use source::Source;
pub(crate) use source::decode_text;
pub(crate) use sql::Statements;
pub(crate) use steps::{ChecklistReading, Declared, read_checklists};
pub use swipe::{Direction, Swipe};
pub use upload::{Upload, UploadFile};
pub(crate) use variables::{Missing, Variables};
pub use wanted::Wanted;
pub(crate) use yaml::{Kind, LARGEST, Node, is_sensitive};
