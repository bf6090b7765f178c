//! `query`: what the product's own database must hold, asked by one statement that reads.

use std::fmt;

use serde_json::{Map, Value};

use super::{
    element::given,
    fetch::number,
    fields::{Fields, Shape},
    mistake::quote,
    model::Named,
    reader::Reader,
    sql::Statements,
    wanted::{Wanted, wanted},
    yaml::{Kind, Node},
};

/// A question to a database, and what its answer must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// The database's name in the configuration.
    pub db: Named,
    /// One statement that reads.
    pub sql: String,
    /// The rows, whole; in this order when the statement asks for one.
    pub rows: Option<Vec<Vec<Wanted>>>,
    /// How many rows.
    pub count: Option<usize>,
}

/// What a database answered; every value as the text that it gives, `None` for its null.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// The columns' names; empty when there are no rows.
    pub columns: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<Option<String>>>,
}

impl Query {
    /// Whether an answer is the one that is wanted.
    pub fn holds(&self, table: &Table) -> bool {
        let is_count = self.count.is_none_or(|count| count == table.rows.len());
        is_count && self.rows.as_ref().is_none_or(|rows| self.are(rows, table))
    }

    fn are(&self, wanted: &[Vec<Wanted>], table: &Table) -> bool {
        if wanted.len() != table.rows.len() {
            return false;
        }
        if Statements::of(&self.sql).is_ordered() {
            return wanted
                .iter()
                .zip(&table.rows)
                .all(|(row, cells)| is_row(row, cells));
        }
        // Without an order the database may give them in any.
        let mut left: Vec<&Vec<Option<String>>> = table.rows.iter().collect();
        wanted.iter().all(|row| {
            let place = left.iter().position(|cells| is_row(row, cells));
            place.map(|place| left.swap_remove(place)).is_some()
        })
    }
}

fn is_row(wanted: &[Wanted], cells: &[Option<String>]) -> bool {
    wanted.len() == cells.len()
        && wanted
            .iter()
            .zip(cells)
            .all(|(one, cell)| one.is_cell(cell.as_deref()))
}

impl Table {
    /// As JSON, each row an object by its columns' names.
    pub fn to_json(&self) -> String {
        let rows = self.rows.iter().map(|row| {
            let cells = row
                .iter()
                .map(|cell| cell.clone().map_or(Value::Null, Value::String));
            let object: Map<String, Value> = self.columns.iter().cloned().zip(cells).collect();
            Value::Object(object)
        });
        Value::Array(rows.collect()).to_string()
    }
}

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sql: Vec<&str> = self.sql.split_whitespace().collect();
        write!(f, "query {}: {}", self.db.name, sql.join(" "))?;
        if let Some(rows) = &self.rows {
            let rows = rows.iter().map(|row| Wanted::List(row.clone())).collect();
            write!(f, " gives {}", Wanted::List(rows))?;
        }
        match self.count {
            Some(1) => f.write_str(" gives 1 row"),
            Some(count) => write!(f, " gives {count} rows"),
            None => Ok(()),
        }
    }
}

pub(super) const QUERY: Shape = Shape {
    what: "`query`",
    keys: &["db", "sql", "rows", "count"],
    later: &[],
    elsewhere: no_query_key,
};

/// An item with it, for messages.
pub(super) const QUERY_EXAMPLE: &str = "- query: { db: app, sql: \"select signer from signatures where quote_id = 1042\", rows: [[Ada Lovelace]] }";

fn no_query_key(key: &str) -> Option<String> {
    Some(match key {
        "within" => "`within` stands beside `query`, not in it".to_owned(),
        "database" => "that is `db` here: `db: app`".to_owned(),
        "query" | "statement" | "select" => "that is `sql` here".to_owned(),
        "row" | "equals" | "result" => {
            "that is `rows` here, a list of rows: `rows: [[Ada Lovelace]]`".to_owned()
        }
        "url" => "a database's address goes into `shippass.yaml`, under `databases`".to_owned(),
        _ => return None,
    })
}

/// Reads a `query`.
pub(super) fn query(reader: &mut Reader<'_>, node: &Node) -> Option<Query> {
    let fields = reader.fields(node, &QUERY, QUERY_EXAMPLE)?;
    let db = fields.require(reader, "db", "db: app").and_then(|node| {
        let name = reader.name(node, "`db`", "db: app")?;
        Some(Named {
            name,
            place: node.place,
        })
    });
    let sql = fields
        .require(reader, "sql", "sql: \"select count(*) from quotes\"")
        .and_then(|node| sql(reader, node));
    let rows = fields.get("rows").map(|node| rows(reader, node));
    let count = fields
        .get("count")
        .map(|node| number(reader, node, "`count`", "count: 3"));
    if fields.get("rows").is_none() && fields.get("count").is_none() {
        no_wish(reader, &fields);
        return None;
    }
    Some(Query {
        db: db?,
        sql: sql?,
        rows: given(rows)?,
        count: given(count)?,
    })
}

fn no_wish(reader: &mut Reader<'_>, fields: &Fields<'_>) {
    if !fields.has_unknown() {
        let message = "`query` doesn't say what the answer must be".to_owned();
        let help = "give `rows: [[Ada Lovelace]]`, or `count: 3` for the number of rows";
        reader.error(fields.node(), message, help);
    }
}

/// The words with which a statement that reads begins.
const READING: [&str; 4] = ["select", "with", "values", "table"];

fn sql(reader: &mut Reader<'_>, node: &Node) -> Option<String> {
    let text = reader.text(node, "`sql`", "sql: \"select count(*) from quotes\"")?;
    // As it is written: a filled-in value may be a secret, and is looked at by the database alone.
    let statements = Statements::of(node.written());
    let first = statements.words.first().map_or("", String::as_str);
    let (message, help) = if statements.count > 1 {
        (
            format!(
                "`sql` holds {} statements, and one is asked",
                statements.count
            ),
            "write an item for each: `- query: …`",
        )
    } else if statements.count == 0 {
        (
            "`sql` holds no statement".to_owned(),
            "write `sql: \"select count(*) from quotes\"`",
        )
    } else if !READING.contains(&first) && !node.written().trim_start().starts_with('$') {
        (
            format!("{} doesn't read", quote(first)),
            "`query` reads and nothing else: begin with `select`, `with`, `values` or `table`",
        )
    } else if statements
        .words
        .iter()
        .any(|word| word == "outfile" || word == "dumpfile")
    {
        (
            "this writes a file on the database's machine".to_owned(),
            "take `into outfile` out; the rows come back by themselves",
        )
    } else {
        return Some(text);
    };
    reader.error(node, message, help);
    None
}

fn rows(reader: &mut Reader<'_>, node: &Node) -> Option<Vec<Vec<Wanted>>> {
    let example = "rows: [[Ada Lovelace]]";
    let Kind::List(items) = &node.kind else {
        reader.wrong(node, "`rows`", "a list of rows", example);
        return None;
    };
    let rows: Vec<Option<Vec<Wanted>>> = items.iter().map(|item| row(reader, item)).collect();
    rows.into_iter().collect()
}

fn row(reader: &mut Reader<'_>, node: &Node) -> Option<Vec<Wanted>> {
    let Kind::List(cells) = &node.kind else {
        let message = format!("a row is a list of its values, found {}", node.found());
        let help = "put each row into brackets of its own: `rows: [[Ada Lovelace]]`";
        reader.error(node, message, help);
        return None;
    };
    let cells: Vec<Option<Wanted>> = cells
        .iter()
        .map(|cell| wanted(reader, cell, "a value of `rows`", "rows: [[Ada, null]]"))
        .collect();
    cells.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(sql: &str, rows: &[&[&str]]) -> Query {
        let row = |cells: &&[&str]| {
            let cells = cells.iter().map(|cell| Wanted::Plain((*cell).to_owned()));
            cells.collect()
        };
        Query {
            db: Named {
                name: "app".to_owned(),
                place: super::super::model::Place::default(),
            },
            sql: sql.to_owned(),
            rows: Some(rows.iter().map(row).collect()),
            count: None,
        }
    }

    fn table(rows: &[&[&str]]) -> Table {
        let row = |cells: &&[&str]| cells.iter().map(|cell| Some((*cell).to_owned())).collect();
        Table {
            columns: vec!["one".to_owned(), "two".to_owned()],
            rows: rows.iter().map(row).collect(),
        }
    }

    #[test]
    fn rows_count_in_their_order_only_when_one_is_asked_for() {
        let turned = table(&[&["b", "2"], &["a", "1"]]);
        let wanted: &[&[&str]] = &[&["a", "1"], &["b", "2.0"]];
        assert!(query("select * from t", wanted).holds(&turned));
        assert!(!query("select * from t order by 1", wanted).holds(&turned));
        assert!(!query("select * from t", &[&["a", "1"], &["a", "1"]]).holds(&turned));
        assert!(!query("select * from t", &[&["a"], &["b"]]).holds(&turned));
        assert!(!query("select * from t", &[]).holds(&turned));
        assert!(query("select * from t", &[]).holds(&table(&[])));
        assert_eq!(
            table(&[&["b", "2"]]).to_json(),
            r#"[{"one":"b","two":"2"}]"#
        );
    }
}
