//! A source whose user may do more than read says so, where it is tested and on its page.

use crate::common::{People, Source, binary};
use reqwest::Method;
use serde_json::{Value as Json, json};
use testkit::Sluice;

const TABLE: &str = "CREATE TABLE numbers (n int PRIMARY KEY)";

/// What is said of a source, by its page and by a test of its connection.
async fn said(people: &People, name: &str, source: &Source, user: &str, password: &str) -> (Json, String) {
    let mut binding = source.binding();
    binding["config"]["user"] = json!(user);
    binding["secrets"]["password"] = json!(password);
    people.builder.put_source(name, source.driver(), binding.clone()).await;
    let edit = people.builder.get(&format!("/sources/{name}")).await["edit"].clone();
    let input = json!({"name": name, "domain": "travel", "driver": source.driver(), "edit": edit, "bindings": {"prod": binding}});
    let (status, tested) = people.builder.call(Method::POST, &format!("/sources/{name}/prod/test"), Some(input)).await;
    assert!(status.is_success(), "{tested}");
    (people.builder.get(&format!("/sources/{name}/prod/rights")).await, tested.as_str().unwrap().to_owned())
}

fn holds((page, tested): &(Json, String), words: &[&str]) {
    let sentences = page.as_array().unwrap();
    assert_eq!(sentences.len(), words.len(), "{page}");
    for word in words {
        assert!(page.to_string().contains(word) && tested.contains(word), "{word}: {page} {tested}");
    }
}

#[tokio::test]
async fn users_that_may_more_than_read_are_named() {
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    let (postgres, mariadb) = (Source::postgres(), Source::mariadb());
    postgres.run(TABLE).await;
    postgres
        .run(
            "CREATE ROLE reads LOGIN; CREATE ROLE writes LOGIN; CREATE ROLE files LOGIN; GRANT SELECT ON numbers TO reads, writes;
              GRANT UPDATE ON numbers TO writes; GRANT pg_read_server_files TO files",
        )
        .await;
    holds(&said(&people, "pg-super", &postgres, "postgres", "").await, &["all rights"]);
    holds(&said(&people, "pg-reads", &postgres, "reads", "").await, &[]);
    holds(&said(&people, "pg-writes", &postgres, "writes", "").await, &["change tables"]);
    holds(&said(&people, "pg-files", &postgres, "files", "").await, &["files of the server"]);

    mariadb.run(TABLE).await;
    mariadb
        .run(
            "CREATE USER 'reads'@'127.0.0.1' IDENTIFIED BY 'x'; GRANT SELECT ON shop.* TO 'reads'@'127.0.0.1';
              CREATE USER 'files'@'127.0.0.1' IDENTIFIED BY 'x'; GRANT FILE ON *.* TO 'files'@'127.0.0.1';
              GRANT SELECT, INSERT ON shop.numbers TO 'files'@'127.0.0.1';
              CREATE ROLE writers; GRANT INSERT ON shop.numbers TO writers; CREATE ROLE staff; GRANT writers TO staff;
              CREATE USER 'role'@'127.0.0.1' IDENTIFIED BY 'x'; GRANT SELECT ON shop.* TO 'role'@'127.0.0.1';
              GRANT writers TO 'role'@'127.0.0.1'; CREATE USER 'roles'@'127.0.0.1' IDENTIFIED BY 'x';
              GRANT SELECT ON shop.* TO 'roles'@'127.0.0.1'; GRANT staff TO 'roles'@'127.0.0.1'",
        )
        .await;
    holds(&said(&people, "my-super", &mariadb, "reader", "reader").await, &["all rights"]);
    holds(&said(&people, "my-reads", &mariadb, "reads", "x").await, &[]);
    holds(&said(&people, "my-role", &mariadb, "role", "x").await, &["change tables"]);
    holds(&said(&people, "my-roles", &mariadb, "roles", "x").await, &["change tables"]);
    holds(&said(&people, "my-files", &mariadb, "files", "x").await, &["files of the server", "change tables"]);
}
