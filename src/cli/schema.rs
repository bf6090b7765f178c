//! `shippass schema`: the JSON Schema of a file, for editors and scripts.

use super::{Exit, arguments::SchemaOf, terminal::Terminal};
use crate::bundle::bundle_schema;
use crate::checklist::checklist_schema;
use crate::config::config_schema;
use crate::detect;
use crate::handoff::compare::comparison_schema;

pub(super) fn main(of: SchemaOf, terminal: &Terminal) -> Exit {
    terminal.print(&text(of));
    Exit::Clean
}

/// A schema as a file holds it.
pub(super) fn text(of: SchemaOf) -> String {
    let schema = match of {
        SchemaOf::Checklist => checklist_schema(),
        SchemaOf::Config => config_schema(&detect::names()),
        SchemaOf::Bundle => bundle_schema(),
        SchemaOf::Comparison => comparison_schema(),
    };
    format!("{schema:#}")
}
