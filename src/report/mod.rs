//! What people read of a run: the report in one file, the table and the progress on a terminal.
//!
//! Renders a bundle and judges nothing; every captured text is shown as text, whatever stands in it.

mod beside;
mod html;
mod progress;
mod table;
mod words;
mod wrap;

pub use crate::evidence::visible;
pub use html::{PALETTE, ReportView, page_opening, write_html};
pub use progress::{Curtain, Progress, ProgressMode};
pub use table::{Charset, Colour, TableLook, grid, paragraph, table};
