//! Tables and lines of what isn't a run: the same look, the same care with captured texts.

use tabled::{
    builder::Builder,
    settings::{Modify, object::Cell},
};

use super::{Colour, TableLook, colour, drawn, lines_of};
use crate::report::{visible, words, wrap::wrap};

const NARROWEST: usize = 60;
const NARROWEST_COLUMN: usize = 12;

/// A table whose second column takes what width the others leave; statuses behind it have their colours.
pub fn grid(head: &[&str], rows: &[Vec<String>], look: TableLook) -> String {
    let safe = |row: &Vec<String>| -> Vec<String> {
        let cells = row.iter().map(|cell| visible::line(cell).into_owned());
        cells.collect()
    };
    let rows: Vec<Vec<String>> = rows.iter().map(safe).collect();
    let widest = |column: usize| {
        let cells = rows
            .iter()
            .filter_map(|row| row.get(column))
            .map(String::len);
        cells
            .chain(head.get(column).map(|it| it.len()))
            .max()
            .unwrap_or_default()
    };
    let others: usize = (0..head.len())
        .filter(|column| *column != 1)
        .map(widest)
        .sum();
    let borders = 3 * head.len() + 1;
    let width = look.width.max(NARROWEST).saturating_sub(others + borders);
    let mut builder = Builder::default();
    builder.push_record(head.iter().copied());
    for mut row in rows.clone() {
        if let Some(cell) = row.get_mut(1) {
            let wrapped = wrap(cell, width.max(NARROWEST_COLUMN), "");
            wrapped.trim_end().clone_into(cell);
        }
        builder.push_record(row);
    }
    let mut table = drawn(builder, look);
    if look.colour == Colour::Always {
        let cells = rows.iter().enumerate().flat_map(|(at, row)| {
            let cells = row.iter().enumerate();
            cells.map(move |(column, cell)| ((at + 1, column), cell))
        });
        for ((row, column), cell) in cells {
            if let Some(status) = words::status_called(cell).filter(|_| column > 1) {
                table.with(Modify::new(Cell::new(row, column)).with(colour(status)));
            }
        }
    }
    lines_of(&table)
}

/// A text broken so that it fits, its further lines set in.
pub fn paragraph(text: &str, indent: usize, look: TableLook) -> String {
    let width = look.width.max(NARROWEST) - indent;
    let margin = " ".repeat(indent);
    let wrapped = wrap(&visible::line(text), width, "  ");
    let lines = wrapped.lines().map(|line| format!("{margin}{line}\n"));
    lines.collect()
}
