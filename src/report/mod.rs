//! What people read: progress, the table, the HTML report. Reads a run, never a browser.

mod progress;
mod table;
mod text;

pub use progress::{Progress, ProgressMode};
pub use table::table;
pub use text::visible;

/// stand-in
pub fn html(
    _folder: &std::path::Path,
    _run: &crate::evidence::Run,
    _findings: &crate::detect::Findings,
) -> String {
    String::new()
}
