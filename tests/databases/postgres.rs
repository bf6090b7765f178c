//! `PostgreSQL`, asked as its most powerful user: nothing but the way of asking keeps it from writing.

use std::time::Duration;

use shippass::{
    config::{Database, Engine},
    truth::TruthError,
};
use sqlx::{Connection as _, PgConnection};

use crate::{
    ask, ask_for, block_on, database, is_unreachable, refuses, row,
    server::{Server, find},
};

const VERSIONS: &str = "/usr/lib/postgresql";

fn start() -> (Server, Database) {
    let mut server = Server::prepare();
    let data = server.path("data");
    let password = server.path("password");
    std::fs::File::create(&password)
        .and_then(|mut file| std::io::Write::write_all(&mut file, b"hunter2-hunter2"))
        .expect("written");
    let arguments = [
        "-D",
        &data,
        "-U",
        "boss",
        "--pwfile",
        &password,
        "-A",
        "scram-sha-256",
        "-E",
        "UTF8",
        "-N",
    ];
    server.run(&find("initdb", VERSIONS), &arguments);
    let options = format!(
        "-p {} -c listen_addresses=127.0.0.1 -c fsync=off -c shared_buffers=8MB -k {}",
        server.port,
        server.folder.path().display()
    );
    let control = find("pg_ctl", VERSIONS);
    let log = server.path("log");
    server.leave_port();
    server.run(
        &control,
        &["-D", &data, "-l", &log, "-w", "-o", &options, "start"],
    );
    server.stop_with(&control, &["-D", &data, "-m", "immediate", "stop"]);
    let url = format!(
        "postgres://boss:hunter2-hunter2@127.0.0.1:{}/postgres",
        server.port
    );
    (server, database(Engine::Postgres, &url))
}

const SCHEMA: &str = "
create type mood as enum ('glad', 'sad');
create table quotes (id int primary key, total numeric(10,2), is_signed boolean, signer text, at timestamptz, day date, tags text[], \
    more jsonb, key uuid, raw bytea, mood mood, ratio double precision);
insert into quotes values (1042, 4500.00, true, 'Ada', '2026-11-20 10:00:00+00', '2026-11-20', '{a,b}', '{\"a\": 1}', \
    '7b1e5c1c-9a77-4c43-9c9e-0f4a6d3f2b10', '\\xdeadbeef', 'glad', 0.5);
create sequence numbers;
create function grow() returns int language sql as 'insert into quotes (id) values (1) returning id';
create procedure fill() language sql as 'insert into quotes (id) values (2)';
";

async fn fill(database: &Database) {
    let mut line = PgConnection::connect(&database.url.value)
        .await
        .expect("connected");
    sqlx::raw_sql(SCHEMA)
        .execute(&mut line)
        .await
        .expect("filled");
    line.close().await.expect("closed");
}

#[test]
#[ignore = "needs PostgreSQL"]
fn values_are_read_and_nothing_is_ever_written() {
    let (server, database) = start();
    block_on(async {
        fill(&database).await;
        let sql = "select id, total, is_signed, signer, day, tags, more, key, raw, mood, ratio, null, at at time zone 'UTC' \
                   from quotes; -- all of it";
        let cells = row(&database, sql).await;
        let uuid = "7b1e5c1c-9a77-4c43-9c9e-0f4a6d3f2b10";
        assert_eq!(
            cells,
            [
                "1042",
                "4500.00",
                "t",
                "Ada",
                "2026-11-20",
                "{a,b}",
                "{\"a\": 1}",
                uuid,
                "deadbeef",
                "glad",
                "0.5",
                "null",
                "2026-11-20 10:00:00"
            ]
        );
        assert_eq!(row(&database, "values (1, 'a')").await, ["1", "a"]);
        assert_eq!(
            row(&database, "with one as (select 1) table one").await,
            ["1"]
        );
        assert!(
            ask(&database, "select 1 where false")
                .await
                .expect("asked")
                .rows
                .is_empty()
        );

        refuses(
            &database,
            &[
                ("insert into quotes (id) values (9)", "insert"),
                ("update quotes set total = 0", "update"),
                ("delete from quotes", "delete"),
                ("create table more (id int)", "create"),
                ("drop table quotes", "drop"),
                ("truncate quotes", "truncate"),
                ("select * into copies from quotes", "INTO"),
                (
                    "with gone as (delete from quotes returning *) select * from gone",
                    "data-modifying",
                ),
                ("copy quotes to '/tmp/quotes'", "copy"),
                ("copy (select 1) to program 'cat'", "copy"),
                ("call fill()", "call"),
                ("do 'begin end'", "do"),
                ("set transaction read write", "set"),
                ("commit", "commit"),
                ("explain analyze delete from quotes", "explain"),
                // What a query can reach by its functions, the transaction refuses.
                ("select grow()", "read-only transaction"),
                ("select nextval('numbers')", "read-only transaction"),
                ("select setval('numbers', 7)", "read-only transaction"),
                ("select * from quotes for update", "read-only transaction"),
                // One statement, and no other behind it.
                ("select 1; delete from quotes", "multiple commands"),
                ("select 1; commit; delete from quotes", "multiple commands"),
                ("select 'a\\'; delete from quotes; --'", "multiple commands"),
                ("select no_such_column from quotes", "no_such_column"),
                ("select $1", "parameter"),
            ],
        )
        .await;
        // What is done all the same is undone.
        let _ = ask(&database, "select lo_create(4711)").await;
        let left = "select count(*) from pg_largeobject_metadata";
        assert_eq!(row(&database, left).await, ["0"]);
        assert_eq!(
            row(&database, "select count(*), sum(total) from quotes").await,
            ["1", "4500.00"]
        );
    });
    drop(server);
}

#[test]
#[ignore = "needs PostgreSQL"]
fn time_and_rows_have_their_limits_and_a_closed_door_is_told_of() {
    let (server, database) = start();
    block_on(async {
        let slow = ask_for(&database, "select pg_sleep(60)", Duration::from_millis(300)).await;
        assert!(matches!(slow, Err(TruthError::TooSlow { .. })), "{slow:?}");
        // The database itself has ended it, not merely nobody waits for it any longer.
        let left = "select count(*) from pg_stat_activity \
                    where state = 'active' and backend_type = 'client backend' and pid <> pg_backend_pid()";
        assert_eq!(row(&database, left).await, ["0"]);
        let many = ask(&database, "select generate_series(1, 100000000)").await;
        assert!(matches!(many, Err(TruthError::TooManyRows)), "{many:?}");
        let most = ask(&database, "select generate_series(1, 1000)")
            .await
            .expect("asked");
        assert_eq!(most.rows.len(), 1000);

        let wrong = database
            .url
            .value
            .replace("hunter2-hunter2", "hunter2-other");
        is_unreachable(&crate::database(Engine::Postgres, &wrong)).await;
    });
    drop(server);
    block_on(is_unreachable(&database));
}
