//! `compare`: two bundles, step by step. What passed in the sandbox and differs in production stands here.

mod headers;
mod lines;
mod model;
mod names;
mod page;
mod pairs;
mod picture;
mod pixels;
mod routes;
mod timing;

pub use lines::{Part, parts};
pub use model::{
    Change, ChecklistComparison, Comparison, Facts, FindingLine, PictureComparison, PictureFile,
    RouteDifference, Sight, StepComparison, TimingDifference, Which, comparison_schema,
};
pub use page::{Opening, write_page};
pub use pixels::{Pixels, drawn};

use crate::bundle::Bundle;
use crate::evidence::Run;
use names::Names;

/// One of the two bundles.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// What was seen.
    pub run: &'a Run,
    /// What the machine says of it, and where its files are.
    pub bundle: &'a Bundle,
}

/// Compares two bundles. Reads bodies and pictures from their folders, one step's at a time.
pub fn compare(a: Side<'_>, b: Side<'_>) -> Comparison {
    let names = Names::of(&a.run.target, &b.run.target);
    let checklists: Vec<_> = pairs::checklists(a, b)
        .into_iter()
        .map(|pair| pairs::compare_checklist(&pair, (a, b), &names))
        .collect();
    let timings = timing::differences(a, b, &names);
    let steps = checklists.iter().flat_map(|list| &list.steps);
    let in_steps: usize = steps.map(|step| step.differences).sum();
    Comparison {
        format: model::FORMAT.to_owned(),
        differences: in_steps + timings.len(),
        a: Facts::of(a),
        b: Facts::of(b),
        checklists,
        timings,
    }
}
