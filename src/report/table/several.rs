//! One checklist as several personas: a column for each of them, so that a difference is seen in its row.

use tabled::{
    builder::Builder,
    settings::{Modify, object::Cell},
};

use super::{
    Colour, FLAGS_WIDTH, NARROWEST_STEP, TableLook, colour, drawn, lines_of, number, shortened,
    time, why,
};
use crate::bundle::{ChecklistEntry, StepEntry};
use crate::report::{beside, visible, words, wrap::wrap};

/// The title and the table of passes that belong together.
pub(super) fn passes(passes: &[ChecklistEntry], look: TableLook) -> String {
    let mut text = wrap(&title(passes), look.width, "");
    text.push_str(&steps(passes, look));
    text
}

fn title(passes: &[ChecklistEntry]) -> String {
    let name = passes.first().map_or("", |pass| pass.name.as_str());
    let personas: Vec<String> = passes
        .iter()
        .map(|pass| match &pass.tier {
            Some(tier) => format!("{} on {}", persona(pass), visible::line(tier)),
            None => persona(pass),
        })
        .collect();
    let walked = passes
        .first()
        .map(ChecklistEntry::walked_in)
        .unwrap_or_default();
    format!(
        "{} (as {}){}",
        visible::line(name),
        personas.join(", as "),
        visible::line(&walked)
    )
}

fn persona(pass: &ChecklistEntry) -> String {
    visible::line(pass.persona.as_deref().unwrap_or_default()).into_owned()
}

fn steps(passes: &[ChecklistEntry], look: TableLook) -> String {
    let personas: Vec<String> = passes.iter().map(persona).collect();
    let count = passes.first().map_or(0, |pass| pass.steps.len());
    let rows: Vec<Vec<&StepEntry>> = (0..count)
        .map(|index| passes.iter().map(|pass| &pass.steps[index]).collect())
        .collect();
    let columns: usize = personas
        .iter()
        .map(|persona| persona.chars().count().max(STATUS_WIDTH))
        .sum();
    // A border and two spaces for each cell, and the last border.
    let borders = 3 * (personas.len() + 3) + 1;
    let others = "00".len() + columns + FLAGS_WIDTH + borders;
    let width = look.width.saturating_sub(others).max(NARROWEST_STEP);
    let mut builder = Builder::default();
    let head = ["", "step"].map(str::to_owned).into_iter();
    builder.push_record(head.chain(personas.clone()).chain(["flags".to_owned()]));
    for row in &rows {
        let lead = [
            row.first().map(|step| number(step)).unwrap_or_default(),
            step_cell(row, &personas, width),
        ];
        let statuses = row.iter().map(|step| status(step));
        let cells = lead.into_iter().chain(statuses).chain([flags(row)]);
        builder.push_record(cells);
    }
    let mut table = drawn(builder, look);
    if look.colour == Colour::Always {
        for (line, row) in rows.iter().enumerate() {
            for (column, step) in row.iter().enumerate() {
                let cell = Cell::new(line + 1, column + 2);
                table.with(Modify::new(cell).with(colour(step.status)));
            }
        }
    }
    lines_of(&table)
}

/// `flagged 12.3 s`
const STATUS_WIDTH: usize = 14;

fn status(step: &StepEntry) -> String {
    let word = words::status(step.status);
    let time = time(step);
    if time.is_empty() {
        return word.to_owned();
    }
    format!("{word} {time}")
}

/// The step's name, and under it why it isn't clean, for whom.
fn step_cell(row: &[&StepEntry], personas: &[String], width: usize) -> String {
    let mut cell = wrap(&visible::line(beside::name_of(row)), width, "");
    let mut reasons: Vec<(Vec<&str>, &str)> = Vec::new();
    for (step, persona) in row.iter().zip(personas) {
        let Some(why) = why(step) else { continue };
        match reasons.iter_mut().find(|(_, told)| *told == why) {
            Some((who, _)) => who.push(persona),
            None => reasons.push((vec![persona], why)),
        }
    }
    for (who, why) in reasons {
        let reason = format!("{}: {}", who.join(", "), visible::line(why));
        cell.push_str(&wrap(&shortened(&reason), width, "  "));
    }
    cell.trim_end().to_owned()
}

fn flags(row: &[&StepEntry]) -> String {
    let mut flags: Vec<&str> = Vec::new();
    for flag in row.iter().flat_map(|step| &step.findings) {
        if !flags.contains(&flag.as_str()) {
            flags.push(flag);
        }
    }
    let flags: Vec<_> = flags.into_iter().map(visible::line).collect();
    wrap(&flags.join(" "), FLAGS_WIDTH, "")
        .trim_end()
        .to_owned()
}
