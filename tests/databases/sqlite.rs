//! `SQLite`: a file that cannot be written through the connection.

use std::time::{Duration, Instant};

use shippass::{
    config::{Database, Engine},
    truth::TruthError,
};
use sqlx::{Connection as _, SqliteConnection};
use tempfile::TempDir;

use crate::{ask, ask_for, block_on, database, is_unreachable, refuses, row};

const SCHEMA: &str = "
pragma journal_mode = wal;
create table quotes (id integer primary key, total real, is_signed boolean, signer text, raw blob);
insert into quotes values (1042, 4500.0, true, 'Zoë', x'deadbeef'), (1043, 12.5, false, null, null);
";

async fn start() -> (TempDir, SqliteConnection, Database) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = format!("sqlite:{}", folder.path().join("app.db").display());
    let writer = format!("{url}?mode=rwc");
    let mut line = SqliteConnection::connect(&writer).await.expect("opened");
    sqlx::raw_sql(SCHEMA)
        .execute(&mut line)
        .await
        .expect("filled");
    (folder, line, database(Engine::Sqlite, &url))
}

#[test]
fn values_are_read_and_nothing_is_ever_written() {
    block_on(async {
        let (folder, _writer, database) = start().await;
        let sql =
            "select id, total, is_signed, signer, raw, null from quotes where id = 1042; -- it";
        assert_eq!(
            row(&database, sql).await,
            ["1042", "4500", "1", "Zoë", "deadbeef", "null"]
        );
        assert!(
            ask(&database, "select 1 where false")
                .await
                .expect("asked")
                .rows
                .is_empty()
        );
        let elsewhere = folder.path().join("other.db");
        let attach = format!("attach '{}' as other", elsewhere.display());
        refuses(
            &database,
            &[
                ("insert into quotes (id) values (9)", "readonly"),
                (
                    "insert into quotes (id) values (9) returning id",
                    "readonly",
                ),
                ("update quotes set total = 0", "readonly"),
                ("delete from quotes", "readonly"),
                ("create table more (id int)", "readonly"),
                ("drop table quotes", "readonly"),
                ("with one as (select 1) delete from quotes", "readonly"),
                (&attach, "unable to open"),
                ("select no_such_column from quotes", "no_such_column"),
                ("select 1; select 2", "one statement"),
                ("select 1; delete from quotes", "one statement"),
            ],
        )
        .await;
        assert!(!elsewhere.exists());
        assert_eq!(
            row(&database, "select count(*), sum(total) from quotes").await,
            ["2", "4512.5"]
        );
    });
}

#[test]
fn time_and_rows_have_their_limits_and_a_missing_file_is_told_of() {
    block_on(async {
        let (folder, _writer, database) = start().await;
        let endless =
            "with recursive n(i) as (select 1 union all select i + 1 from n) select max(i) from n";
        let begun = Instant::now();
        let slow = ask_for(&database, endless, Duration::from_millis(300)).await;
        assert!(matches!(slow, Err(TruthError::TooSlow { .. })), "{slow:?}");
        assert!(
            begun.elapsed() < Duration::from_secs(2),
            "{:?}",
            begun.elapsed()
        );
        let many = "with recursive n(i) as (select 1 union all select i + 1 from n) select i from n limit 5000";
        let many = ask(&database, many).await;
        assert!(matches!(many, Err(TruthError::TooManyRows)), "{many:?}");

        let missing = folder.path().join("missing.db");
        is_unreachable(&crate::database(
            Engine::Sqlite,
            &format!("sqlite:{}", missing.display()),
        ))
        .await;
        assert!(!missing.exists(), "a file that isn't there is not made");
        let other = folder.path().join("no-database");
        std::fs::File::create(&other)
            .and_then(|mut file| std::io::Write::write_all(&mut file, &[7; 4096]))
            .expect("written");
        is_unreachable(&crate::database(
            Engine::Sqlite,
            &format!("sqlite:{}", other.display()),
        ))
        .await;
    });
}
