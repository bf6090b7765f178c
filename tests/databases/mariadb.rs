//! MariaDB, asked as its most powerful user: nothing but the way of asking keeps it from writing.

use std::time::{Duration, Instant};

use shippass::{
    config::{Database, Engine},
    truth::TruthError,
};
use sqlx::{Connection as _, MySqlConnection};

use crate::{
    ask, ask_for, block_on, database, is_unreachable, refuses, row,
    server::{Server, find},
};

/// Twice in ten runs the installer failed without a reason beside the other databases; of what servers of one moment share, the
/// kernel's rings are the likeliest, and nothing here needs them.
const OWN_IO: &str = "--innodb-use-native-aio=0";

fn start() -> (Server, Database) {
    let mut server = Server::prepare();
    let data = format!("--datadir={}", server.path("data"));
    let arguments = [
        "--no-defaults",
        &data,
        "--auth-root-authentication-method=normal",
        "--skip-test-db",
        OWN_IO,
    ];
    server.run(&find("mariadb-install-db", ""), &arguments);
    let port = format!("--port={}", server.port);
    let socket = format!("--socket={}", server.path("socket"));
    let arguments = [
        "--no-defaults",
        &data,
        &port,
        &socket,
        "--bind-address=127.0.0.1",
        "--innodb-buffer-pool-size=8M",
        "--innodb-flush-log-at-trx-commit=0",
        OWN_IO,
    ];
    server.start(&find("mariadbd", ""), &arguments);
    let boss = format!("mysql://boss:hunter2-hunter2@127.0.0.1:{}/app", server.port);
    let boss = boss.replacen("mysql", "mariadb", 1);
    (server, database(Engine::MySql, &boss))
}

const SCHEMA: &str = "
create database app;
create user boss@'127.0.0.1' identified by 'hunter2-hunter2';
grant all on *.* to boss@'127.0.0.1';
use app;
create table quotes (id int primary key, total decimal(10,2), is_signed boolean, signer varchar(40), at timestamp, day date, more json, \
    raw varbinary(8), bits bit(4), mood enum('glad', 'sad'), ratio double);
insert into quotes values (1042, 4500.00, true, 'Zoë', '2026-11-20 10:00:00', '2026-11-20', '{\"a\": 1}', x'deadbeef', b'101', 'glad', 0.5);
create sequence numbers;
create function grow() returns int begin insert into quotes (id) values (1); return 1; end;
create procedure fill() insert into quotes (id) values (2);
";

/// Waits until it listens, and fills it.
async fn fill(server: &Server) {
    let url = format!("mysql://root@127.0.0.1:{}/mysql", server.port);
    let begun = Instant::now();
    let mut line = loop {
        match MySqlConnection::connect(&url).await {
            Ok(line) => break line,
            Err(error) => assert!(begun.elapsed() < Duration::from_mins(1), "{error}"),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    sqlx::raw_sql(SCHEMA)
        .execute(&mut line)
        .await
        .expect("filled");
    line.close().await.expect("closed");
}

#[test]
#[ignore = "needs MariaDB"]
fn values_are_read_and_nothing_is_ever_written() {
    let (server, database) = start();
    block_on(async {
        fill(&server).await;
        let sql = "select id, total, is_signed, signer, at, day, more, raw, bits, mood, ratio, null from quotes; -- all of it";
        assert_eq!(
            row(&database, sql).await,
            [
                "1042",
                "4500.00",
                "1",
                "Zoë",
                "2026-11-20 10:00:00",
                "2026-11-20",
                "{\"a\": 1}",
                "deadbeef",
                "5",
                "glad",
                "0.5",
                "null"
            ]
        );
        assert_eq!(
            row(&database, "with one as (select 1) select * from one").await,
            ["1"]
        );
        assert!(
            ask(&database, "select 1 where false")
                .await
                .expect("asked")
                .rows
                .is_empty()
        );

        let read_only = "READ ONLY transaction";
        refuses(
            &database,
            &[
                ("insert into quotes (id) values (9)", "syntax"),
                ("insert into quotes (id) values (9) returning id", "syntax"),
                ("update quotes set total = 0", "syntax"),
                ("delete from quotes", "syntax"),
                ("delete from quotes returning id", "syntax"),
                ("replace into quotes (id) values (9)", "syntax"),
                ("create table more (id int)", "syntax"),
                ("create table copies as select * from quotes", "syntax"),
                ("drop table quotes", "syntax"),
                ("truncate table quotes", "syntax"),
                ("alter table quotes add more int", "syntax"),
                ("rename table quotes to gone", "syntax"),
                ("call fill()", "syntax"),
                ("commit", "syntax"),
                ("set transaction read write", "syntax"),
                ("set @a = 1", "syntax"),
                ("flush tables", "syntax"),
                ("select * from quotes into outfile '/tmp/quotes'", "syntax"),
                ("select total into @a from quotes", "syntax"),
                ("load data infile '/tmp/x' into table quotes", "syntax"),
                // What a query can reach by its functions, the transaction refuses.
                ("select grow()", read_only),
                ("select nextval(numbers)", read_only),
                // One statement, and no other behind it.
                ("select 1; delete from quotes", "syntax"),
                ("select 1; commit; delete from quotes", "syntax"),
                ("select 1 /*! ; delete from quotes */", "syntax"),
                ("select 1) or (select 1", "syntax"),
                ("select no_such_column from quotes", "no_such_column"),
            ],
        )
        .await;
        assert_eq!(
            row(&database, "select count(*), sum(total) from quotes").await,
            ["1", "4500.00"]
        );
    });
}

#[test]
#[ignore = "needs MariaDB"]
fn time_and_rows_have_their_limits_and_a_closed_door_is_told_of() {
    let (server, database) = start();
    block_on(async {
        fill(&server).await;
        let slow = ask_for(&database, "select sleep(60)", Duration::from_millis(300)).await;
        assert!(matches!(slow, Err(TruthError::TooSlow { .. })), "{slow:?}");
        // The database itself has ended it, not merely nobody waits for it any longer.
        let left = "select count(*) from information_schema.processlist \
                    where info like '%sleep(60)%' and id <> connection_id()";
        assert_eq!(row(&database, left).await, ["0"]);
        let many = ask(&database, "select seq from seq_1_to_100000000").await;
        assert!(matches!(many, Err(TruthError::TooManyRows)), "{many:?}");
        let most = ask(&database, "select seq from seq_1_to_1000")
            .await
            .expect("asked");
        assert_eq!(most.rows.len(), 1000);

        let wrong = database
            .url
            .value
            .replace("hunter2-hunter2", "hunter2-other");
        is_unreachable(&crate::database(Engine::MySql, &wrong)).await;
    });
    drop(server);
    block_on(is_unreachable(&database));
}
