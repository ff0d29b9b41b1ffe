//! Datasets of the tables: built, and read by key.

use reqwest::Method;
use serde_json::{Value as Json, json};

use super::given::{Given, cells, rows_of};
use super::right::Shown;
use super::{Planned, Trial};

/// Keys of one batch.
const KEYS: usize = 100;

impl Trial<'_> {
    /// Datasets of the tables that have a key, and their rows by key.
    pub(super) async fn kept(&mut self, tables: &[Given]) {
        let (mut planned, mut built) = (Vec::new(), Vec::new());
        for table in tables.iter().filter(|table| !table.key.is_empty() && !table.rows.is_empty()) {
            if let Err(said) = self.build(table).await {
                self.differs(&format!("{}: {said}", table.name));
                continue;
            }
            // Of a table of which every row was rejected nothing can be asked.
            let Some(spec) = table.key_spec() else { continue };
            let one = Planned { name: format!("{}-row", table.api), spec };
            match self.check(&one).await {
                Ok(()) => {
                    built.push((table, one.name.clone()));
                    planned.push(one);
                }
                Err(said) => self.differs(&format!("{}: an API by key out of its dataset is refused: {said}", table.name)),
            }
        }
        let live = self.publish(planned).await;
        for (table, name) in built.into_iter().filter(|(_, name)| live.contains(name)) {
            self.looked_up(table, &name).await;
        }
    }

    /// A dataset of a table: the rows that cannot be read are rejected, the others are live.
    async fn build(&self, table: &Given) -> Result<(), String> {
        let (builder, name) = (&self.people.builder, &table.api);
        let key: Vec<&str> = table.key.iter().map(|at| table.columns[*at].name.as_str()).collect();
        let new = json!({"domain": "travel", "name": name, "source": table.source, "table": {"name": table.name}, "key": key});
        let (status, said) = builder.call(Method::POST, "/datasets", Some(new)).await;
        if !status.is_success() {
            return Err(format!("a dataset of it is refused: {said}"));
        }
        let job = json!({"dirty": {"rows": 1_000}});
        let (status, said) = builder.call(Method::PUT, &format!("/datasets/travel/{name}/job"), Some(job)).await;
        if !status.is_success() {
            return Err(format!("the job of its dataset is refused: {said}"));
        }
        let version = builder.build("travel", name).await;
        let rejected = table.rows.iter().filter(|row| row.iter().any(|cell| cell.phrase().is_some())).count();
        if rejected < table.rows.len() && version["state"] != "live" {
            return Err(format!("its dataset is not live: {version}"));
        }
        let counted = version["figures"]["dirty_rows"].as_u64();
        if counted == Some(rejected as u64) { Ok(()) } else { Err(format!("the build rejects {counted:?} rows, and {rejected} is right")) }
    }

    /// The first and last rows by their keys. A rejected one is not there.
    async fn looked_up(&mut self, table: &Given, name: &str) {
        let count = table.rows.len();
        let far: Vec<usize> =
            (0..count).filter(|at| *at < KEYS || at + KEYS >= count || table.rows[*at].iter().any(Shown::is_spoiled)).collect();
        for some in far.chunks(KEYS) {
            let keys: Vec<Json> = some.iter().map(|at| table.key_of(&table.rows[*at])).collect();
            let response = self.http.post(&format!("/api/travel/{name}/batch"), &json!({"keys": keys})).send().await.unwrap();
            let (status, text) = (response.status(), response.text().await.unwrap());
            if !status.is_success() {
                return self.differs(&format!("{}: its rows by key are {status} {text}", table.name));
            }
            let (mut wrong, rows) = (Vec::new(), rows_of(&text));
            assert_eq!(rows.len(), keys.len(), "{}: {text}", table.name);
            for ((at, key), row) in some.iter().zip(&keys).zip(rows) {
                let right = &table.rows[*at];
                let is_there = row != "null";
                if is_there == right.iter().any(Shown::is_spoiled) {
                    wrong.push(format!("{key} is {}there", if is_there { "" } else { "not " }));
                } else if is_there {
                    wrong.extend(table.wrong_row(&cells(&row), right));
                }
            }
            self.tell(&format!("{}: the dataset by key", table.name), &wrong);
        }
    }
}
